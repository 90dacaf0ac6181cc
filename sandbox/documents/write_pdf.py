"""PDF: an outline as A4 pages with the shipped Korean face embedded as a subset.

Hides fpdf2: bold is drawn by outlining the one face we ship, characters the face lacks are
replaced and said, tables repeat their header on every page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, TableCellFillMode, TextMode, VAlign, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from .blocks import Block, Chart, Code, Heading, Item, Outline, Paragraph, Ranges, Table, runs
from .chart import FACE_FILE, drawings
from .written import (
    CREATOR,
    NOTICE,
    Written,
    body_of,
    column_shares,
    column_sides,
    heavy,
    keywords_of,
    title_of,
)

_FACE = "Pretendard"
_MARGIN_MM = 20.0
_STEP_MM = 6.0
_MM_PER_POINT = 0.3528
_INK = (27, 54, 93)
_BLACK = (20, 20, 20)
_GREY = (102, 102, 102)
_SIDES = {"left": Align.L, "center": Align.C, "right": Align.R}
_HEADING_POINTS = (16, 14, 13, 12, 11, 11)
_SAME = str.maketrans(
    {
        "☐": "□",
        "☑": "■",
        "☒": "■",
        "❑": "□",
        "❏": "□",
        "▢": "□",
        "◻": "□",
        "➜": "→",
        "⇒": "→",
        "‧": "·",
        "㎞": "km",
    }
)


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as .pdf; warns when characters had to be replaced."""
    name = title_of(title, outline.title)
    pdf = _Pages(notice)
    pdf.describe(name, notice)
    pdf.add_page()
    pdf.heading(name, points=19, before=0, after=7, align=Align.C)
    for block in body_of(outline, name):
        pdf.draw(block)
    warnings: tuple[str, ...] = ()
    if pdf.lost:
        shown = " ".join(sorted(pdf.lost)[:10])
        warnings = (f"글꼴에 없는 글자({shown})를 ?로 바꾸었습니다. PDF에서 확인해 주세요.",)
    return Written(bytes(pdf.output()), warnings)


class _Pages(FPDF):
    def __init__(self, notice: str) -> None:
        super().__init__(format="A4")
        self._notice = notice
        self.lost: set[str] = set()
        self.set_margins(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM + 4)
        self.c_margin = 0
        self.add_font(_FACE, "", FACE_FILE)
        self.set_font(_FACE, size=11)
        face = self.fonts[_FACE.lower()]
        self._glyphs = frozenset(face.cmap) if isinstance(face, TTFFont) else frozenset()

    def describe(self, title: str, notice: str) -> None:
        """Set the metadata that a reader or an archive looks at."""
        self.set_title(title)
        self.set_author(CREATOR)
        self.set_creator(CREATOR)
        self.set_subject(notice)
        self.set_keywords(keywords_of(notice))
        self.set_lang("ko-KR")
        self.set_creation_date(datetime.now(UTC))

    def footer(self) -> None:
        """Draw the page number and the notice; fpdf2 calls this on every page."""
        self.set_y(-17)
        self.set_left_margin(_MARGIN_MM)
        self.set_x(_MARGIN_MM)
        with self.local_context():
            self.set_font(_FACE, size=9)
            self.set_text_color(*_GREY)
            for text in (f"- {self.page_no()} -", self._notice):
                self.cell(
                    self.epw, 4.5, self._known(text), align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT
                )

    def draw(self, block: Block) -> None:
        """Draw one block below the last."""
        if isinstance(block, Heading):
            self.heading(block.text, points=_HEADING_POINTS[min(block.level, 6) - 1], before=4, after=1.5)
        elif isinstance(block, Paragraph):
            self._text(block.text, block.bold)
        elif isinstance(block, Item):
            self._item(block)
        elif isinstance(block, Code):
            self._code(block)
        else:
            self._table(block)

    def heading(
        self, text: str, *, points: float, before: float, after: float, align: Align = Align.L
    ) -> None:
        self.ln(before)
        height = points * _MM_PER_POINT * 1.4
        if self.will_page_break(height * 2.5):
            self.add_page()
        with self._bold(points):
            self.set_font(_FACE, size=points)
            self.set_text_color(*_INK)
            self.multi_cell(
                self.epw, height, self._known(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        self.set_font(_FACE, size=11)
        self.ln(after)

    def _bold(self, points: float) -> Any:
        """Thicken the face: we ship one weight, half a file's size for a few words is too much."""
        return self.local_context(
            text_mode=TextMode.FILL_STROKE,
            line_width=points * 0.0085,
            draw_color=_INK if points > 11 else _BLACK,
        )

    def _text(self, text: str, bold: Ranges, *, gap: float = 1.2) -> None:
        self.set_text_color(*_BLACK)
        height = 11 * _MM_PER_POINT * 1.55
        for run in runs(text, bold):
            if run.bold:
                with self._bold(11):
                    self.write(height, self._known(run.text), wrapmode=WrapMode.WORD)
            else:
                self.write(height, self._known(run.text), wrapmode=WrapMode.WORD)
        self.ln(height + gap)

    def _item(self, item: Item) -> None:
        marker = self._known(f"{item.marker} ")
        left = _MARGIN_MM + _STEP_MM * (min(item.level, 8) - 1)
        if item.level == 1:
            self.ln(1.5)
        self.set_x(left)
        self.set_text_color(*_BLACK)
        height = 11 * _MM_PER_POINT * 1.55
        if self.will_page_break(height):
            self.add_page()
        hanging = left + max(self.get_string_width(marker), 4.6)
        self.set_x(left)
        self.cell(hanging - left, height, marker)
        self.set_left_margin(hanging)
        self._text(item.text, heavy(item), gap=0.8)
        self.set_left_margin(_MARGIN_MM)
        self.set_x(_MARGIN_MM)

    def _code(self, block: Code) -> None:
        self.set_fill_color(243, 245, 247)
        self.set_text_color(*_BLACK)
        self.set_font(_FACE, size=10)
        for line in block.text.split("\n"):
            self.multi_cell(
                self.epw, 5.5, self._known(line) or " ", fill=True, align=Align.L,
                wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            )  # fmt: skip
        self.set_font(_FACE, size=11)
        self.ln(2)

    def _chart(self, chart: Chart) -> None:
        """Draw the bars as vectors: they stay sharp, and their words can be searched and read aloud."""
        for drawing in drawings(chart, self.epw, self._measured):
            self.ln(1.5)
            if self.will_page_break(drawing.height):
                self.add_page()
            left, top = self.l_margin, self.get_y()
            with self.local_context():
                for rect in drawing.rects:
                    self.set_fill_color(*rect.colour)
                    self.rect(left + rect.x, top + rect.y, rect.width, rect.height, style="F")
                for line in drawing.words:
                    self.set_font(_FACE, size=line.points)
                    self.set_text_color(*line.colour)
                    self.text(left + line.x, top + line.y, self._known(line.text))
            self.set_y(top + drawing.height)

    def _measured(self, text: str, points: float) -> float:
        with self.local_context():
            self.set_font(_FACE, size=points)
            return self.get_string_width(self._known(text))

    def _table(self, table: Table) -> None:
        if table.chart is not None:
            self._chart(table.chart)
        grid = (table.header, *table.rows)
        self.ln(1)
        self.set_font(_FACE, size=10)
        self.set_text_color(*_BLACK)
        self.set_draw_color(120, 130, 140)
        with self.table(
            col_widths=tuple(max(1, round(share * 1000)) for share in column_shares(grid)),
            headings_style=FontFace(fill_color=(232, 238, 244)),
            cell_fill_mode=TableCellFillMode.NONE,
            line_height=5.2,
            padding=(0.9, 1.6),
            v_align=VAlign.M,
            wrapmode=WrapMode.WORD,
        ) as drawn:
            sides = column_sides(grid)
            for row_at, texts in enumerate(grid):
                row = drawn.row()
                for side, text in zip(sides, texts, strict=True):
                    row.cell(self._known(text), align=Align.C if row_at == 0 else _SIDES[side])
        self.set_font(_FACE, size=11)
        self.ln(3)

    def _known(self, text: str) -> str:
        """Replace what the face cannot draw, by a look-alike or by a question mark."""
        text = text.translate(_SAME).replace("\t", "    ")
        lost = {c for c in text if ord(c) not in self._glyphs and c not in "\n\r"}
        self.lost |= lost
        return text.translate({ord(c): "?" for c in lost})
