"""Word: an outline as an A4 document in the shape of a Korean report, a letter as a 기안문.

Hides python-docx and the raw XML it does not reach: the East Asian face (``font.name`` sets the
Latin one only), repeated header rows, page fields, the theme fonts that would win over ours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Ranges, Table, runs
from .letter import BLANK_ORGANISATION, BLANK_SENDER, BLANK_TO, FOOT, SIGNERS, TWO_TA, Letter, Line, depth
from .written import (
    CREATOR,
    FONT,
    KEYWORDS,
    NOTICE,
    Side,
    Written,
    body_of,
    column_shares,
    column_sides,
    heavy,
    title_of,
    width_em,
)

_INK = RGBColor(0x1B, 0x36, 0x5D)
_GREY = RGBColor(0x66, 0x66, 0x66)
_SIDES = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_TEXT_WIDTH_MM = 170
_LEVELS = 6
_STEP_MM = 6
_TEXT_POINTS = 11
_HEADING_POINTS = (16, 14, 13, 12, 11, 11)


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as .docx; ``title`` stands on top, else the outline's own."""
    name = title_of(title, outline.title)
    document = _new(name, notice)
    document.add_paragraph(name, style="Title")
    for block in body_of(outline, name):
        _add(document, block)
    return _finish(document)


def write_letter(letter: Letter, *, notice: str = NOTICE) -> Written:
    """Write a letter as .docx; what it does not say is printed as blanks to fill."""
    name = title_of(letter.title, "")
    document = _new(name, notice)
    document.add_paragraph(BLANK_ORGANISATION, style="Title")
    document.add_paragraph(f"수신{TWO_TA}{letter.to or BLANK_TO}")
    document.add_paragraph(f"(경유){TWO_TA}{letter.via}".rstrip())
    subject = document.add_paragraph()
    subject.add_run(f"제목{TWO_TA}{name}").bold = True
    _rule(subject)
    for line in letter.lines:
        if isinstance(line, Table):
            _add_table(document, line)
        else:
            _add_line(document, line)
    sender = document.add_paragraph(letter.sender or BLANK_SENDER, style="Title")
    sender.paragraph_format.space_before, sender.paragraph_format.keep_with_next = Pt(40), True
    _rule(sender)
    for text in (SIGNERS, *FOOT):
        paragraph = document.add_paragraph()
        paragraph.add_run(text).font.size = Pt(10)
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.keep_with_next = text != FOOT[-1]
    return _finish(document)


def _new(name: str, notice: str) -> Any:
    document = docx.Document()
    _set_page(document)
    _set_styles(document)
    _set_properties(document, name, notice)
    _write_footer(document, notice)
    return document


def _finish(document: Any) -> Written:
    file = BytesIO()
    document.save(file)
    return Written(file.getvalue())


def _add_line(document: Any, line: Line) -> None:
    """Set a line one Hangul deeper for each level, its further lines under its own first character."""
    paragraph = document.add_paragraph()
    mark = f"{line.mark} " if line.mark else ""
    hanging = width_em(mark) * _TEXT_POINTS
    left = (depth(line.level) + width_em(line.under)) * _TEXT_POINTS
    paragraph.paragraph_format.left_indent = Pt(left + hanging)
    paragraph.paragraph_format.first_line_indent = Pt(-hanging)
    paragraph.add_run(mark)
    _add_runs(paragraph, line.text, line.bold)


def _rule(paragraph: Any) -> None:
    """Draw a line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "333333")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()
    spacing = properties.find(qn("w:spacing"))
    if spacing is None:
        properties.append(borders)
    else:  # the schema wants the border first
        spacing.addprevious(borders)


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin = section.right_margin = Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def _set_styles(document: Any) -> None:
    styles = document.styles
    defaults = styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        _set_face(defaults)
    normal = styles["Normal"]
    _shape(normal, points=_TEXT_POINTS)
    normal.paragraph_format.space_after = Pt(4)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.MULTIPLE
    normal.paragraph_format.line_spacing = 1.35
    _keep_letters_close(normal)
    _shape(styles["Title"], points=20, bold=True, ink=_INK)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Title"].paragraph_format.space_after = Pt(14)
    for level, points in enumerate(_HEADING_POINTS, 1):
        style = styles[f"Heading {level}"]
        _shape(style, points=points, bold=True, ink=_INK)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(4)
        style.paragraph_format.keep_with_next = True
    for level in range(1, _LEVELS + 1):
        style = styles.add_style(f"개조식 {level}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.paragraph_format.left_indent = Mm(_STEP_MM * level)
        style.paragraph_format.first_line_indent = Mm(-_STEP_MM)
        style.paragraph_format.space_before = Pt(6 if level == 1 else 0)
        style.paragraph_format.tab_stops.add_tab_stop(Mm(_STEP_MM * level))


def _keep_letters_close(style: Any) -> None:
    """Write 1,350명 and AI를 without the gap Word puts between figures or Latin letters and Hangul."""
    properties = style.element.get_or_add_pPr()
    spacing = properties.find(qn("w:spacing"))
    for name in ("autoSpaceDE", "autoSpaceDN"):
        off = OxmlElement(f"w:{name}")
        off.set(qn("w:val"), "0")
        spacing.addprevious(off)  # where the schema wants them


def _shape(style: Any, *, points: float, bold: bool = False, ink: RGBColor | None = None) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(points), bold, False
    if ink is not None:
        style.font.color.rgb = ink
    _set_face(style.element.get_or_add_rPr())
    for border in style.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)


def _set_face(properties: Any, face: str = FONT) -> None:
    """Name the face for every script; theme references would win over a name, so they go."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)
    language = properties.find(qn("w:lang"))
    if language is not None:
        language.set(qn("w:eastAsia"), "ko-KR")


def _set_properties(document: Any, title: str, notice: str) -> None:
    core = document.core_properties
    core.title, core.author, core.last_modified_by = title, CREATOR, CREATOR
    core.comments, core.subject, core.keywords = notice, notice, KEYWORDS
    core.content_status, core.language = "초안", "ko-KR"
    core.created = core.modified = datetime.now(UTC)
    core.revision = 1


def _write_footer(document: Any, notice: str) -> None:
    footer = document.sections[0].footer
    number = footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.paragraph_format.tab_stops.clear_all()
    number.paragraph_format.space_after = Pt(0)
    number.add_run("- ")
    _add_field(number, "PAGE")
    number.add_run(" -")
    said = footer.add_paragraph(notice)
    said.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for paragraph in (number, said):
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(9), _GREY


def _add_field(paragraph: Any, code: str) -> None:
    for kind in ("begin", "code", "separate", "text", "end"):
        run = paragraph.add_run()
        if kind == "text":
            run.text = "1"
        elif kind == "code":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = code
            run._r.append(element)
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_paragraph(block.text, style=f"Heading {min(block.level, 6)}")
    elif isinstance(block, Paragraph):
        _add_runs(document.add_paragraph(), block.text, block.bold)
    elif isinstance(block, Item):
        paragraph = document.add_paragraph(style=f"개조식 {min(block.level, _LEVELS)}")
        paragraph.add_run(f"{block.marker}\t")
        _add_runs(paragraph, block.text, heavy(block))
    elif isinstance(block, Code):
        _add_code(document, block)
    else:
        _add_table(document, block)


def _add_runs(paragraph: Any, text: str, bold: Ranges) -> None:
    for run in runs(text, bold):
        added = paragraph.add_run(run.text)
        if run.bold:
            added.bold = True


def _add_code(document: Any, block: Code) -> None:
    paragraph = document.add_paragraph()
    _shade(paragraph._p.get_or_add_pPr(), "F3F5F7")
    paragraph.paragraph_format.line_spacing = 1.15
    for at, line in enumerate(block.text.split("\n")):
        run = paragraph.add_run(line)
        run.font.size = Pt(10)
        _set_face(run._r.get_or_add_rPr(), "D2Coding")
        if at < block.text.count("\n"):
            run.add_break()


def _shade(properties: Any, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)


def _add_table(document: Any, block: Table) -> None:
    grid = (block.header, *block.rows)
    table = document.add_table(rows=len(grid), cols=len(block.header), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _pad_cells(table)
    shares, sides = column_shares(grid), column_sides(grid)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(_TEXT_WIDTH_MM * share)
    for row_at, (row, texts) in enumerate(zip(table.rows, grid, strict=True)):
        _mark_row(row, header=row_at == 0)
        for column_at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Mm(_TEXT_WIDTH_MM * shares[column_at])
            _fill_cell(cell, text, header=row_at == 0, side=sides[column_at])
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _pad_cells(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 50), ("left", 90), ("bottom", 50), ("right", 90)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)


def _mark_row(row: Any, *, header: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))


def _fill_cell(cell: Any, text: str, *, header: bool, side: Side) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    for at, line in enumerate(text.split("\n")):
        run = paragraph.add_run(line)
        run.font.size, run.bold = Pt(10), header or None
        if at < text.count("\n"):
            run.add_break()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.15
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if header else _SIDES[side]
    if header:
        _shade(cell._tc.get_or_add_tcPr(), "E8EEF4")
