"""Word, Excel and PowerPoint uploads as text: paragraphs as lines, tables parted by tabs.

Hides the three libraries and their traps: merged cells that repeat, sheets that claim a million
rows, formulas without a stored value, text in grouped shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn
from pptx import Presentation

from .container import broken

Text = tuple[str, tuple[str, ...]]
_MAX_ROWS = 5_000
_MAX_COLUMNS = 100
_MAX_SHEETS = 50
_MAX_SLIDES = 300
_MAX_DEPTH = 20


def read_docx(data: bytes) -> Text:
    """Read the body in order, tables where they stand, then notes under the text."""
    document = docx.Document(BytesIO(data))
    lines = list(_docx_lines(document.element.body))
    warnings = []
    if document.element.body.find(f".//{qn('w:drawing')}") is not None:
        warnings.append("문서 안의 그림은 읽지 않았습니다. 글자만 가져왔습니다.")
    return "\n".join(lines), tuple(warnings)


def _docx_lines(parent: Any, depth: int = 0) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise broken()
    for child in parent:
        if child.tag == qn("w:p"):
            yield _docx_text(child)
        elif child.tag == qn("w:tbl"):
            for row in child.iter(qn("w:tr")):
                cells = (cell for cell in row if cell.tag == qn("w:tc"))
                yield "\t".join(" ".join(" ".join(_docx_lines(cell, depth + 1)).split()) for cell in cells)
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _docx_lines(child, depth + 1)


def _docx_text(paragraph: Any) -> str:
    """Join what is shown of a paragraph: deleted text and field codes are left out."""
    out: list[str] = []
    for node in paragraph.iter():
        if node.tag == qn("w:t"):
            if not _twin(node, paragraph):
                out.append(node.text or "")
        elif node.tag == qn("w:tab") and node.getparent().tag == qn("w:r"):
            out.append("\t")
        elif node.tag in (qn("w:br"), qn("w:cr")):
            out.append("\n")
    return "".join(out)


def _twin(node: Any, stop: Any) -> bool:
    """Say whether text stands in the fallback copy that Word keeps of a text box."""
    while node is not None and node is not stop:
        if node.tag.endswith("}Fallback"):
            return True
        node = node.getparent()
    return False


def read_xlsx(data: bytes) -> Text:
    """Read every sheet as its name and tab-separated rows, values as last calculated."""
    values = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False)
    out: list[str] = []
    warnings: list[str] = []
    uncounted = 0
    try:
        for sheet in values.worksheets[:_MAX_SHEETS]:
            rows, missing, cut = _sheet_rows(sheet, formulas[sheet.title])
            uncounted += missing
            hidden = " (숨긴 시트)" if sheet.sheet_state != "visible" else ""
            out += [f"[시트: {sheet.title}{hidden}]", *rows, ""]
            if cut:
                warnings.append(
                    f"‘{sheet.title}’ 시트가 커서 {_MAX_ROWS:,}행, {_MAX_COLUMNS}열까지만 읽었습니다."
                )
    finally:
        values.close()
        formulas.close()
    if len(values.worksheets) > _MAX_SHEETS:
        warnings.append(f"시트가 많아 앞의 {_MAX_SHEETS}개만 읽었습니다.")
    if uncounted:
        warnings.append(
            f"계산된 값이 저장되지 않은 수식 {uncounted:,}개는 수식 그대로 가져왔습니다. "
            "엑셀에서 열어 저장한 뒤 다시 올리면 값으로 읽습니다."
        )
    return "\n".join(out), tuple(warnings)


def _sheet_rows(sheet: Any, twin: Any) -> tuple[list[str], int, bool]:
    bounds = {"max_row": _MAX_ROWS + 1, "max_col": _MAX_COLUMNS + 1}
    claimed = (sheet.max_row or 0) > _MAX_ROWS or (sheet.max_column or 0) > _MAX_COLUMNS
    sheet.reset_dimensions()
    twin.reset_dimensions()
    rows: list[str] = []
    missing, cut = 0, claimed
    pairs = zip(sheet.iter_rows(**bounds), twin.iter_rows(**bounds), strict=False)
    for at, (row, formula_row) in enumerate(pairs):
        if at >= _MAX_ROWS:
            cut = cut or any(cell.value is not None for cell in row)
            break
        texts: list[str] = []
        for cell, formula in islice(zip(row, formula_row, strict=False), _MAX_COLUMNS):
            lost = cell.value is None and isinstance(formula.value, str) and formula.value.startswith("=")
            missing += lost
            texts.append(formula.value if lost else _cell_text(cell))
        cut = cut or (len(row) > _MAX_COLUMNS and row[_MAX_COLUMNS].value is not None)
        rows.append("\t".join(texts).rstrip("\t"))
    while rows and not rows[-1]:
        rows.pop()
    return rows, missing, cut


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.strftime("%Y-%m-%d") if midnight else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.10g}%"
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    return " ".join(str(value).split())


def read_pptx(data: bytes) -> Text:
    """Read slide by slide: shapes in reading order, tables, then what the speaker says."""
    deck = Presentation(BytesIO(data))
    out: list[str] = []
    warnings: list[str] = []
    for number, slide in enumerate(islice(deck.slides, _MAX_SLIDES), 1):
        out.append(f"[슬라이드 {number}]")
        out += _shape_lines(_in_reading_order(slide.shapes))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = slide.notes_slide.notes_text_frame.text.strip()
            out += [f"발표자 노트: {notes}"] if notes else []
        out.append("")
    if len(deck.slides) > _MAX_SLIDES:
        warnings.append(f"슬라이드가 많아 앞의 {_MAX_SLIDES}장만 읽었습니다.")
    return "\n".join(out), tuple(warnings)


def _in_reading_order(shapes: Any) -> list[Any]:
    """Sort as a person reads: the title first, then from top to bottom, left to right."""
    title = getattr(shapes, "title", None)
    own = title.shape_id if title is not None else None
    return sorted(shapes, key=lambda s: (s.shape_id != own, s.top or 0, s.left or 0))


def _shape_lines(shapes: Iterable[Any], depth: int = 0) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise broken()
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shape_lines(_in_reading_order(shape.shapes), depth + 1)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield "\t".join(" ".join(cell.text.split()) for cell in row.cells if not cell.is_spanned)
        elif shape.has_text_frame and not _is_slide_furniture(shape):
            for paragraph in shape.text_frame.paragraphs:
                if paragraph.text.strip():
                    yield "  " * paragraph.level + paragraph.text


def _is_slide_furniture(shape: Any) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in (13, 15, 16)  # number, footer, date
