"""Excel: the tables of an outline as sheets, the whole text as a sheet of its own.

Hides what makes a pasted table useless or dangerous: numbers kept as text, and text that begins
with ``=`` ``+`` ``-`` ``@`` and would run as a formula in somebody's workbook.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from .blocks import Code, Heading, Item, Outline, Paragraph, Table
from .figures import figure
from .written import CREATOR, FONT, NOTICE, Written, body_of, keywords_of, title_of, width_em

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_MAX_NAME_CHARS = 31
_MAX_CELL_CHARS = 32_000
_TEXT_COLUMNS = 80
_WIDEST = 60.0
_LINE = Side(style="thin", color="FF9AA5B1")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="FFE8EEF4")


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write each table as a sheet named by the heading above it, then the text as a last sheet."""
    name = title_of(title, outline.title)
    book = Workbook()
    book.remove(book.active)
    heading = ""
    for block in outline.blocks:
        if isinstance(block, Table):
            _write_table(book, heading or "표", block)
        elif isinstance(block, Heading | Item):
            heading = block.text if isinstance(block, Heading) or block.level <= 2 else heading
    _write_text(book, outline, name)
    for sheet in book.worksheets:
        _set_page(sheet, notice)
    properties = book.properties
    properties.title, properties.creator, properties.lastModifiedBy = name, CREATOR, CREATOR
    properties.subject = properties.description = notice
    properties.keywords, properties.language = keywords_of(notice), "ko-KR"
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
    file = BytesIO()
    book.save(file)
    warnings = () if outline.tables else ("답변에 표가 없어 글만 한 시트에 담았습니다.",)
    return Written(file.getvalue(), warnings)


def _write_table(book: Any, name: str, table: Table) -> None:
    sheet = book.create_sheet(_sheet_name(book, name))
    for row_at, row in enumerate((table.header, *table.rows), 1):
        for column_at, text in enumerate(row, 1):
            cell = sheet.cell(row_at, column_at)
            _fill(cell, text, as_number=row_at > 1)
            cell.border = _BORDER
            if row_at == 1:
                cell.fill, cell.font = _HEAD_FILL, Font(name=FONT, size=11, bold=True)
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        lines = max(len(text.split("\n")) + int(width_em(text) * 2 / _WIDEST) for text in row)
        sheet.row_dimensions[row_at].height = 17 * lines + 2
    for column_at in range(1, len(table.header) + 1):
        texts = [row[column_at - 1] for row in (table.header, *table.rows)]
        widest = max(width_em(line) for text in texts for line in text.split("\n"))
        sheet.column_dimensions[get_column_letter(column_at)].width = min(_WIDEST, max(8.0, widest * 2.0 + 2))
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    if table.rows:
        sheet.auto_filter.ref = sheet.dimensions


def _fill(cell: Any, text: str, *, as_number: bool) -> None:
    cell.font = Font(name=FONT, size=11)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    read = figure(text) if as_number else None
    if read is None:
        _put_text(cell, text)
        return
    places = "." + "0" * read.places if read.places else ""
    if read.unit == "%":
        cell.value, cell.number_format = round(read.value / 100, read.places + 2), f"0{places}%"
    else:
        unit = f'"{read.unit}"' if read.unit else ""
        cell.value = read.value if read.places else int(read.value)
        cell.number_format = ("#,##0" if read.grouped else "0") + places + unit
    cell.alignment = Alignment(horizontal="right", vertical="center")


def _put_text(cell: Any, text: str) -> None:
    """Put text that stays text: neither openpyxl nor, after editing, Excel takes it for a formula."""
    if not text:
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MAX_CELL_CHARS]
    cell.data_type = "s"
    if text.lstrip()[:1] in ("=", "+", "-", "@", "\t"):
        cell.quotePrefix = True


def _write_text(book: Any, outline: Outline, title: str) -> None:
    sheet = book.create_sheet(_sheet_name(book, "본문"))
    sheet.column_dimensions["A"].width = _TEXT_COLUMNS
    lines: list[tuple[str, int, bool]] = [(title, 0, True)]
    for block in body_of(outline, title):
        if isinstance(block, Heading):
            lines.append((block.text, 0, True))
        elif isinstance(block, Item):
            lines.append((f"{block.marker} {block.text}", block.level - 1, False))
        elif isinstance(block, Paragraph | Code):
            lines += [(line, 0, False) for line in block.text.split("\n")]
    for row, (text, level, bold) in enumerate(lines, 1):
        cell = sheet.cell(row, 1)
        _put_text(cell, text)
        wrapped = 1 + int(width_em(text) * 2 / (_TEXT_COLUMNS - 3 * min(level, 15)))
        sheet.row_dimensions[row].height = 24 if row == 1 else 17 * wrapped
        cell.font = Font(name=FONT, size=14 if row == 1 else 11, bold=bold)
        cell.alignment = Alignment(horizontal="left", indent=min(level, 15), vertical="top", wrap_text=True)


def _sheet_name(book: Any, wanted: str) -> str:
    base = " ".join(_NOT_IN_NAMES.sub(" ", wanted).split())[:_MAX_NAME_CHARS].strip() or "표"
    taken = {sheet.title.lower() for sheet in book.worksheets}
    name, number = base, 2
    while name.lower() in taken or name.lower() == "history":
        tail = f" ({number})"
        name = base[: _MAX_NAME_CHARS - len(tail)] + tail
        number += 1
    return name


def _set_page(sheet: Any, notice: str) -> None:
    sheet.oddFooter.center.text = f"{notice}  (&P/&N)"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
