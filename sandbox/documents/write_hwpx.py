"""한글: an outline as .hwpx in the shape of a Korean report, a letter as a 기안문.

Hides python-hwpx and its traps: new files carry a stranger's name in their metadata, a table
without a height is drawn flat, every paragraph inherits the shape of the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hwpx import HwpxDocument

from .blocks import Block, Chart, Code, Heading, Item, Outline, Paragraph, Ranges, Table, runs
from .chart import pictures
from .letter import BLANK_ORGANISATION, BLANK_SENDER, BLANK_TO, FOOT, SIGNERS, TWO_TA, Letter, Line, depth
from .written import (
    CREATOR,
    FONT,
    NOTICE,
    Side,
    Written,
    body_of,
    column_shares,
    column_sides,
    heavy,
    keywords_of,
    title_of,
    width_em,
)

_INK = "#1B365D"
_GREY = "#666666"
_HEADING_POINTS = (16, 14, 13, 12, 11, 11)
_STEP_MM = 6.0
_MM_PER_POINT = 0.3528
_HWP_UNITS_PER_MM = 283.465
_TEXT_WIDTH = int(170 * _HWP_UNITS_PER_MM)
_CHART_MM = 165.0
_ROW_HEIGHT = 2_400
_LINE_HEIGHT = 1_500
_CELL_POINTS = 10


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as .hwpx; ``title`` stands on top, else the outline's own."""
    name = title_of(title, outline.title)
    maker = _new_maker()
    maker.heading(name, points=20, before=0, after=14, alignment="CENTER")
    for block in body_of(outline, name):
        maker.add(block)
    return maker.finish(name, notice)


def write_letter(letter: Letter, *, notice: str = NOTICE) -> Written:
    """Write a letter as .hwpx; what it does not say is printed as blanks to fill."""
    name = title_of(letter.title, "")
    maker = _new_maker()
    maker.heading(BLANK_ORGANISATION, points=20, before=0, after=14, alignment="CENTER")
    maker.line(Line(0, "", f"수신{TWO_TA}{letter.to or BLANK_TO}"))
    maker.line(Line(0, "", f"(경유){TWO_TA}{letter.via}".rstrip()))
    subject = f"제목{TWO_TA}{name}"
    maker.line(Line(0, "", subject, ((0, len(subject)),)), bottom_border=True, spacing_after_pt=10)
    for line in letter.lines:
        if isinstance(line, Table):
            maker.add(line)
        else:
            maker.line(line)
    maker.heading(letter.sender or BLANK_SENDER, points=20, before=40, after=14, alignment="CENTER")
    top = {"sides": ("top",), "color": "#333333"}
    maker.line(Line(0, "", SIGNERS), points=10, border=top, keep_with_next=True)
    for text in FOOT:
        maker.line(Line(0, "", text), points=10, keep_with_next=text != FOOT[-1])
    return maker.finish(name, notice)


def _new_maker() -> _Maker:
    document = HwpxDocument.new()
    document.page.setup(
        paper_size="A4",
        margin_left_mm=20, margin_right_mm=20, margin_top_mm=20, margin_bottom_mm=15,
        header_margin_mm=10, footer_margin_mm=10,
    )  # fmt: skip
    return _Maker(document)


def _set_metadata(document: Any, title: str, notice: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document.package.clear_document_metadata(keep=("language",), timestamp=now)
    document.package.set_document_metadata(
        title=title,
        creator=CREATOR,
        subject=notice,
        keyword=keywords_of(notice),
        created_date=now,
        modified_date=now,
    )


@dataclass(slots=True)
class _Maker:
    document: Any
    shapes: dict[tuple[object, ...], str] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        if isinstance(block, Heading):
            self.heading(block.text, points=_HEADING_POINTS[min(block.level, 6) - 1], before=10, after=3)
        elif isinstance(block, Paragraph):
            self._format([self._paragraph(block.text, block.bold)], spacing_after_pt=3)
        elif isinstance(block, Item):
            self._item(block)
        elif isinstance(block, Code):
            for line in block.text.split("\n"):
                paragraph = self._paragraph(line, (), font="D2Coding", points=10)
                self._format([paragraph], indent_left_mm=_STEP_MM, line_spacing_percent=130)
        else:
            self._table(block)

    def heading(self, text: str, *, points: int, before: int, after: int, alignment: str = "LEFT") -> None:
        paragraph = self._paragraph(text, ((0, len(text)),), points=points, colour=_INK)
        self._format(
            [paragraph],
            alignment=alignment, spacing_before_pt=before, spacing_after_pt=after, keep_with_next=True,
        )  # fmt: skip

    def line(self, line: Line, *, points: float = 11, **wanted: Any) -> None:
        """Set a line one Hangul deeper for each level, its further lines under its own first character."""
        mark = f"{line.mark} " if line.mark else ""
        bold = tuple((start + len(mark), end + len(mark)) for start, end in line.bold)
        em = points * _MM_PER_POINT
        hanging = width_em(mark) * em
        self._format(
            [self._paragraph(f"{mark}{line.text}", bold, points=points)],
            indent_left_mm=(depth(line.level) + width_em(line.under)) * em,
            first_line_indent_mm=-hanging,  # 내어쓰기: the first line stays at the margin, the others move in
            **wanted,
        )

    def finish(self, title: str, notice: str) -> Written:
        self._footer(notice)
        _set_metadata(self.document, title, notice)
        return Written(self.document.to_bytes())

    def _footer(self, notice: str) -> None:
        footer = self.document.page.set_page_number(prefix=f"{notice}  - ", suffix=" -")
        for paragraph in footer.paragraphs:
            for run in paragraph.runs:
                run.char_pr_id_ref = self._shape(points=9, colour=_GREY)
        self._format(footer.paragraphs, alignment="CENTER")

    def _item(self, item: Item) -> None:
        text = f"{item.marker} {item.text}"
        shift = len(text) - len(item.text)
        bold = tuple((start + shift, end + shift) for start, end in heavy(item))
        hanging = width_em(f"{item.marker} ") * 11 * _MM_PER_POINT
        self._format(
            [self._paragraph(text, bold)],
            indent_left_mm=_STEP_MM * (item.level - 1),
            first_line_indent_mm=-hanging,  # as above: not a step back from the margin, as Word takes it
            spacing_before_pt=5 if item.level == 1 else 0,
            spacing_after_pt=2,
        )

    def _chart(self, chart: Chart) -> None:
        """Put the bars in as pictures; a line's usual spacing would be taken of their whole height."""
        for png, height in pictures(chart, _CHART_MM):
            picture = self.document.add_picture(png, "png", width_mm=_CHART_MM, height_mm=height)
            for comment in picture.element.iter("{*}shapeComment"):
                comment.text = f"막대그림: {chart.title}. 수치는 아래 표와 같습니다."
            paragraph = self.document.paragraphs[-1]
            self._format([paragraph], spacing_before_pt=4, spacing_after_pt=4, line_spacing_percent=100)

    def _table(self, table: Table) -> None:
        if table.chart is not None:
            self._chart(table.chart)
        grid = (table.header, *table.rows)
        shares, sides = column_shares(grid), column_sides(grid)
        heights = [_row_height(row, shares) for row in grid]
        drawn = self.document.add_table(
            len(grid), len(table.header), width=_TEXT_WIDTH, height=sum(heights), inherit_style=False
        )
        drawn.set_column_widths([max(1, round(share * 1000)) for share in shares])
        drawn.element.set("repeatHeader", "1")
        for row_at, row in enumerate(grid):
            for column_at, text in enumerate(row):
                self._fill(drawn, row_at, column_at, text, sides[column_at])
                drawn.cell(row_at, column_at).set_size(height=heights[row_at])
        self._paragraph("", ())

    def _fill(self, table: Any, row: int, column: int, text: str, side: Side) -> None:
        table.set_cell_text(row, column, text, split_paragraphs=True)
        cell = table.cell(row, column)
        shape = self._shape(points=_CELL_POINTS, bold=row == 0)
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.char_pr_id_ref = shape
        alignment = "CENTER" if row == 0 else side.upper()
        self._format(cell.paragraphs, alignment=alignment, line_spacing_percent=130)
        if row == 0:
            table.set_cell_shading(row, column, "#E8EEF4")
            cell.element.set("header", "1")

    def _paragraph(
        self, text: str, bold: Ranges, *, points: float = 11, font: str = FONT, colour: str = "#000000"
    ) -> Any:
        paragraph = self.document.add_paragraph("", style="바탕글", include_run=False, inherit_style=False)
        for run in runs(text, bold):
            shape = self._shape(points=points, bold=run.bold, font=font, colour=colour)
            paragraph.add_run(run.text, char_pr_id_ref=shape)
        return paragraph

    def _shape(self, *, points: float, bold: bool = False, font: str = FONT, colour: str = "#000000") -> str:
        key = (points, bold, font, colour)
        if key not in self.shapes:
            self.shapes[key] = self.document.styles.ensure_run(
                bold=bold, italic=False, underline=False, color=colour, font=font, size=points
            )
        return self.shapes[key]

    def _format(self, paragraphs: Iterable[Any], **wanted: Any) -> None:
        wanted.setdefault("line_spacing_percent", 160)
        self.document.styles.apply_paragraph_format(paragraphs=list(paragraphs), **wanted)


def _row_height(row: tuple[str, ...], shares: list[float]) -> int:
    """Estimate the height of a row in HWP units (7200 an inch), by the cell that wraps most."""
    per_em = _CELL_POINTS * 100
    lines = 1
    for text, share in zip(row, shares, strict=True):
        room = max(1.0, (_TEXT_WIDTH * share - 1_000) / per_em)
        lines = max(lines, sum(1 + int(width_em(line) / room) for line in text.split("\n")))
    return _ROW_HEIGHT + (lines - 1) * _LINE_HEIGHT
