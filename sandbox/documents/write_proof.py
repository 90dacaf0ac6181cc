"""Excel with a proved formula: the exercise's own workbook, the formula filled in, a sheet that explains it.

Hides how a formula is filled down and stored in a file, and keeps every word that came out of an answer
a text: only the one formula that was proved can run in somebody's workbook.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from sandbox.records import DocumentError

from .blocks import Heading, Item, Paragraph, Table
from .outline import from_answer
from .stored_formula import needs_array, stored
from .written import CREATOR, FONT, KEYWORDS, NOTICE, Written, width_em

_SHEET = "설명"
_MARK = PatternFill("solid", fgColor="FFE2F0D9")
_HEAD_FILL = PatternFill("solid", fgColor="FFE8EEF4")
_LINE = Side(style="thin", color="FF9AA5B1")
_CELL = re.compile(r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}")
_MOST_CELLS = 20_000
_MOST_CHARS = 32_000
_TEXT_COLUMNS = 84
_UNPROVED = "여기서 계산해 확인하지 않았습니다. 엑셀에서 몇 칸을 손으로 맞춰 보세요."


def write(
    workbook: Path,
    *,
    sheet: str,
    cell: str,
    formula: str,
    fill_to: str = "",
    explanation: str = "",
    proved_on: str = "",
    spills: bool = False,
    notice: str = NOTICE,
) -> Written:
    """Put a proved formula into a copy of the workbook, mark its cells, add the 「설명」 sheet.

    ``formula`` is ready for the engine (``formulas.normalise``); ``explanation`` may be the whole answer;
    ``proved_on`` says on which data (a verdict's summary); ``spills`` puts it once over ``cell:fill_to``.
    Raises DocumentError when the workbook, the place or the formula cannot be used.
    """
    book, warnings = _opened(workbook)
    target = _sheet(book, sheet)
    area = _area(cell, fill_to)
    ready = stored(formula)
    warnings += _put(target, area, ready, spills=spills)
    _explain(book, target.title, area, formula.strip(), explanation, proved_on, notice)
    for other in book.worksheets:
        _foot(other, notice)
        _fit(other)
    book.active = book.index(target)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is target
    properties = book.properties
    properties.lastModifiedBy, properties.keywords = CREATOR, KEYWORDS
    properties.description = notice
    book.calculation.fullCalcOnLoad = True  # nothing here calculates: Excel does when it opens the file
    file = BytesIO()
    book.save(file)
    return Written(file.getvalue(), tuple(warnings))


def warnings_of(workbook: Path, *, sheet: str, cell: str, fill_to: str = "") -> tuple[str, ...]:
    """Return what ``write`` would warn of at this place, before anybody asks for the file. Raises as it does."""
    book, warnings = _opened(workbook)
    target, (left, top, right, bottom) = _sheet(book, sheet), _area(cell, fill_to)
    rows = target.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right, values_only=True)
    return (*warnings, *_replacing(sum(value is not None for row in rows for value in row)))


def _opened(workbook: Path) -> tuple[Any, list[str]]:
    try:
        book = load_workbook(workbook)
        with zipfile.ZipFile(workbook) as parts:
            drawn = any(re.match(r"xl/(?:charts|media|pivotTables)/", name) for name in parts.namelist())
    except Exception as error:
        raise DocumentError(
            "실습 엑셀 파일을 열 수 없습니다.", remedy="담당자에게 실습 자료를 확인해 달라고 알려 주세요."
        ) from error
    warning = "원래 파일의 그림, 차트, 피벗 표는 옮겨지지 않았을 수 있습니다. 원래 파일과 견주어 보세요."
    return book, [warning] if drawn else []


def _sheet(book: Any, name: str) -> Any:
    if name not in book.sheetnames:
        raise DocumentError(
            f"'{name}' 시트가 없습니다.", remedy=f"이 파일의 시트: {', '.join(book.sheetnames)}"
        )
    return book[name]


def _area(cell: str, fill_to: str) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of the cells to fill."""
    corners = (cell, fill_to or cell)
    if not all(_CELL.fullmatch(corner) for corner in corners):
        raise DocumentError("수식을 넣을 칸을 알 수 없습니다.", remedy="칸을 'B2'처럼 적어 주세요.")
    left, top, right, bottom = range_boundaries(":".join(corners).replace("$", "").upper())
    if left is None or top is None or right is None or bottom is None or right < left or bottom < top:
        raise DocumentError("수식을 채울 칸의 순서가 바뀌었습니다.", remedy="첫 칸을 먼저 적어 주세요.")
    if (right - left + 1) * (bottom - top + 1) > _MOST_CELLS:
        raise DocumentError(
            "수식을 채울 칸이 너무 많습니다.", remedy=f"{_MOST_CELLS:,}칸 아래로 나누어 주세요."
        )
    return int(left), int(top), int(right), int(bottom)


def _address(area: tuple[int, int, int, int]) -> str:
    left, top, right, bottom = area
    first, last = f"{get_column_letter(left)}{top}", f"{get_column_letter(right)}{bottom}"
    return first if first == last else f"{first}:{last}"


def _put(target: Any, area: tuple[int, int, int, int], ready: str, *, spills: bool) -> list[str]:
    """Fill the formula as Excel fills it; return what the person should know."""
    left, top, right, bottom = area
    cells = [target.cell(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    if any(isinstance(one, MergedCell) for one in cells):
        raise DocumentError(
            "합쳐진 칸에는 수식을 채울 수 없습니다.", remedy="엑셀에서 칸 병합을 풀고 다시 받아 주세요."
        )
    replaced = sum(one.value is not None for one in cells)
    moved = Translator(ready, origin=cells[0].coordinate)
    for one in cells:
        one.value, one.fill = None, _MARK
        if not spills:
            own = moved.translate_formula(one.coordinate)
            one.value = ArrayFormula(one.coordinate, own) if needs_array(own) else own
            one.data_type = "f"
    if spills:
        cells[0].value = ArrayFormula(_address(area), ready)
    _comment(cells[0], f"AI가 만든 수식을 넣은 칸: {_address(area)}\n「{_SHEET}」 시트를 보세요.")
    return _replacing(replaced)


def _replacing(replaced: int) -> list[str]:
    return [f"값이 들어 있는 {replaced:,}칸은 수식으로 바뀝니다."] if replaced else []


def _fit(page: Any) -> None:
    """Print a wide table on one page's width, unless its owner has set another size."""
    if page.page_setup.scale is None and not page.sheet_properties.pageSetUpPr.fitToPage:
        page.page_setup.paperSize = page.page_setup.paperSize or page.PAPERSIZE_A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr.fitToPage = True


def _foot(page: Any, notice: str) -> None:
    """Print the notice under every page, after what the workbook's own footer says."""
    ready = notice.replace("&", "&&")
    feet = [page.oddFooter]
    feet += [page.evenFooter] if page.HeaderFooter.differentOddEven else []
    feet += [page.firstFooter] if page.HeaderFooter.differentFirst else []
    for foot in feet:
        own = foot.center.text
        foot.center.text = f"{own}\n{ready}" if own else ready


def _comment(cell: Any, text: str) -> None:
    old = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(old + text, CREATOR, width=280, height=90)


# --------------------------------------------------------------------------- the 「설명」 sheet


def _explain(
    book: Any,
    sheet: str,
    area: tuple[int, int, int, int],
    formula: str,
    explanation: str,
    proved_on: str,
    notice: str,
) -> None:
    page = book.create_sheet(_free_name(book))
    rows = [
        ("수식", [formula]),
        ("넣은 곳", [f"「{sheet}」 시트의 {_address(area)} (연두색 칸)"]),
        ("하는 일", _said(explanation) or ["AI의 설명이 없습니다."]),
        ("확인한 자료", [proved_on or _UNPROVED]),
        ("쓰기 전에", ["자료의 줄이 늘어나면 범위의 끝 줄을 다시 봅니다. 결과 몇 칸은 손으로 맞춰 봅니다."]),
        ("알림", [notice]),
    ]
    _say(page, 1, 1, "수식 설명", bold=True)
    page.cell(1, 1).font = Font(name=FONT, size=14, bold=True)
    at = 3
    for label, lines in rows:
        for number, line in enumerate(lines):
            _say(page, at, 1, label if number == 0 else "", bold=True)
            _say(page, at, 2, line)
            at += 1
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 16, _TEXT_COLUMNS
    page.page_setup.paperSize, page.page_setup.orientation = page.PAPERSIZE_A4, "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _free_name(book: Any) -> str:
    taken = {name.lower() for name in book.sheetnames}
    name, number = _SHEET, 2
    while name.lower() in taken:
        name, number = f"{_SHEET} ({number})", number + 1
    return name


def _said(explanation: str) -> list[str]:
    """Return the answer's words as plain lines, without its code blocks and their formula."""
    lines: list[str] = []
    for block in from_answer(explanation).blocks if explanation.strip() else ():
        if isinstance(block, Item):
            lines.append(f"{block.marker} {block.text}".strip())
        elif isinstance(block, Heading | Paragraph):
            lines += block.text.split("\n")
        elif isinstance(block, Table):
            lines += [" | ".join(row).replace("\n", " ") for row in (block.header, *block.rows)]
    return [line.strip() for line in lines if line.strip()]


def _say(page: Any, row: int, column: int, text: str, *, bold: bool = False) -> None:
    """Put text that stays text: neither openpyxl nor, after editing, Excel takes it for a formula."""
    one = page.cell(row, column)
    one.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_CHARS] or None
    if text:
        one.data_type, one.quotePrefix = "s", True
    one.font = Font(name=FONT, size=11, bold=bold)
    one.alignment = Alignment(vertical="top", wrap_text=True)
    if row > 1:
        one.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
        if bold:
            one.fill = _HEAD_FILL
        else:
            page.row_dimensions[row].height = 18 * (1 + int(width_em(text) * 2 / _TEXT_COLUMNS))
