"""PowerPoint: an outline as 16:9 slides with notes, tables and native charts.

Hides the fitting: how many lines a text will take is estimated from the width of its
characters, the type is made smaller in steps, and what still does not fit is said slide by
slide. Nothing is cut away in silence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from . import slide_theme as theme
from .blocks import Item, Outline, Slide, Table, runs
from .deck import slides
from .figures import ChartData, chart_of
from .written import CREATOR, FONT, KEYWORDS, NOTICE, Written, column_shares, is_figure, title_of, width_em

_POINTS = theme.BODY_POINTS
_SMALLEST_SHRINK = 8
_LINE = 1.28
_EMU_PER_POINT = 12700
_ROW_HEIGHT = Inches(0.42)
_HALF_GAP = Inches(0.4)
_MAX_SIDE_COLUMNS = 3


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as .pptx; the warnings name each slide whose content does not fit."""
    name = title_of(title, outline.title)
    deck = theme.new_deck()
    maker = _Maker(deck, notice)
    maker.opening(name)
    for slide in slides(outline):
        for part in _parts(slide):
            maker.add(part)
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = name, CREATOR, CREATOR
    core.subject = core.comments = notice
    core.keywords, core.content_status, core.language = KEYWORDS, "초안", "ko-KR"
    core.created = core.modified = datetime.now(UTC)
    file = BytesIO()
    deck.save(file)
    return Written(file.getvalue(), tuple(maker.warnings))


@dataclass(frozen=True, slots=True)
class _Part:
    """One slide to draw; a long table is drawn on several."""

    slide: Slide
    chart: ChartData | None = None


def _parts(slide: Slide) -> Iterator[_Part]:
    table = slide.table
    if table is None:
        yield _Part(slide)
        return
    chart = chart_of(table)
    crowded = len(table.header) > _MAX_SIDE_COLUMNS or len(table.rows) > _rows_that_fit()
    if slide.bullets and chart:
        yield _Part(replace(slide, table=None), chart)
        yield from _split(Slide(f"{slide.title} (자료 표)", table=table), None)
    elif slide.bullets and crowded:
        yield _Part(replace(slide, table=None))
        yield from _split(Slide(f"{slide.title} (표)", table=table), None)
    elif slide.bullets or not (chart and crowded):
        yield from _split(slide, chart)
    else:
        yield from _split(slide, None)
        yield _Part(Slide(f"{slide.title} (그래프)"), chart)


def _split(slide: Slide, chart: ChartData | None) -> Iterator[_Part]:
    """Cut a long table over several slides, its header repeated."""
    assert slide.table is not None
    rows, fit = slide.table.rows, _rows_that_fit()
    for at in range(0, max(1, len(rows)), fit):
        piece = Table(slide.table.header, rows[at : at + fit])
        again = at > 0
        yield _Part(
            Slide(
                f"{slide.title} (계속)" if again else slide.title,
                () if again else slide.bullets,
                "" if again else slide.notes,
                piece,
            ),
            None if again else chart,
        )


def _rows_that_fit() -> int:
    return int(theme.BODY_HEIGHT / _ROW_HEIGHT) - 1


@dataclass(slots=True)
class _Maker:
    deck: Any
    notice: str
    warnings: list[str] = field(default_factory=list)

    def opening(self, title: str) -> None:
        slide = self._new("title", title, "")
        subtitle = slide.placeholders[1]
        _say(subtitle.text_frame.paragraphs[0], self.notice)
        self._check_title(title, points=40, lines=3)

    def add(self, part: _Part) -> None:
        bullets, table, chart = part.slide.bullets, part.slide.table, part.chart
        slide = self._new("body" if bullets else "bare", part.slide.title, part.slide.notes)
        self._check_title(part.slide.title, points=theme.TITLE_POINTS, lines=2)
        half = int((theme.BODY_WIDTH - _HALF_GAP) / 2)
        right = theme.MARGIN + half + _HALF_GAP
        paired = bool(bullets or table) and bool(chart or (table and bullets))
        if bullets:
            self._bullets(slide, bullets, half if paired else theme.BODY_WIDTH)
        if table:
            left, width = (right, half) if bullets else (theme.MARGIN, half if paired else theme.BODY_WIDTH)
            self._table(slide, table, left, width)
        if chart:
            left, width = (right, half) if paired else (theme.MARGIN, theme.BODY_WIDTH)
            _draw_chart(slide, chart, left, width)

    def _new(self, kind: str, title: str, notes: str) -> Any:
        slide = self.deck.slides.add_slide(theme.layout(self.deck, kind))
        _say(slide.shapes.title.text_frame.paragraphs[0], title)
        if kind != "title":  # there the notice is the subtitle
            theme.add_footer(slide, self.notice)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
        return slide

    def _warn(self, text: str) -> None:
        self.warnings.append(f"슬라이드 {len(self.deck.slides)}: {text}")

    def _check_title(self, title: str, *, points: int, lines: int) -> None:
        if _lines(title, points, theme.BODY_WIDTH) > lines:
            self._warn(f"제목이 {lines}줄을 넘습니다. 결론 한 문장으로 줄여 주세요.")

    def _bullets(self, slide: Any, bullets: tuple[Item, ...], width: int) -> None:
        box = slide.placeholders[1]
        box.left, box.top = theme.MARGIN, theme.BODY_TOP
        box.width, box.height = Emu(width), theme.BODY_HEIGHT
        shrink = next(
            (by for by in range(0, _SMALLEST_SHRINK + 1, 2) if _height(bullets, width, by) <= _room()),
            _SMALLEST_SHRINK,
        )
        over = _height(bullets, width, shrink) - _room()
        if over > 0:
            lines = math.ceil(over / (_POINTS[0] - shrink) / _LINE)
            self._warn(f"글이 상자보다 약 {lines}줄 깁니다. 항목을 줄이거나 슬라이드를 나눠 주세요.")
        frame = box.text_frame
        for at, bullet in enumerate(bullets):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            level = min(bullet.level, len(_POINTS))
            paragraph.level = level - 1
            paragraph.space_after = Pt(6)
            text = bullet.text if bullet.marker in ("-", "○", "□", "·") else f"{bullet.marker} {bullet.text}"
            shift = len(text) - len(bullet.text)
            _say(
                paragraph,
                text,
                bold=tuple((start + shift, end + shift) for start, end in bullet.bold),
                points=_points(level, shrink) if shrink else None,
            )

    def _table(self, slide: Any, table: Table, left: int, width: int) -> None:
        grid = (table.header, *table.rows)
        size = 16 if len(grid) <= 8 and len(table.header) <= 5 else 14
        if len(table.header) == 2:  # two columns over a whole slide drift apart
            width = min(width, max(int(width * 0.6), _natural_width(grid, size)))
        row_height = _ROW_HEIGHT if len(grid) > 8 else Inches(0.52)
        shape = slide.shapes.add_table(
            len(grid), len(table.header), left, theme.BODY_TOP, Emu(width), row_height * len(grid)
        )
        widths = [int(width * share) for share in column_shares(grid)]
        height = 0.0
        for column, column_width in zip(shape.table.columns, widths, strict=True):
            column.width = Emu(column_width)
        for row_at, (row, texts) in enumerate(zip(shape.table.rows, grid, strict=True)):
            row.height = row_height
            tallest = 1
            for cell_at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                _fill_cell(cell, text, points=size, row=row_at, label=cell_at == 0)
                room = widths[cell_at] - Inches(0.2)
                tallest = max(tallest, sum(_lines(line, size, room) for line in text.split("\n")))
            text_height = tallest * size * _LINE * _EMU_PER_POINT
            height += max(float(row_height), text_height + Inches(0.1))
        if height > theme.BODY_HEIGHT:
            self._warn("표가 슬라이드보다 깁니다. 행을 줄이거나 칸의 글을 짧게 해 주세요.")


def _room() -> float:
    """Return the height of the text box in points, without its inner margins."""
    return float(theme.BODY_HEIGHT / _EMU_PER_POINT) - 8


def _points(level: int, shrink: int) -> int:
    return max(12, _POINTS[level - 1] - shrink)


def _height(bullets: tuple[Item, ...], width: int, shrink: int) -> float:
    total = 0.0
    for bullet in bullets:
        level = min(bullet.level, len(_POINTS))
        size = _points(level, shrink)
        total += _lines(bullet.text, size, width - Inches(0.3 * level + 0.2)) * size * _LINE + 6
    return total


def _lines(text: str, points: float, width: int) -> int:
    em_per_line = max(1.0, width / _EMU_PER_POINT / points)
    return max(1, math.ceil(width_em(text) / em_per_line - 0.01))


def _say(
    paragraph: Any, text: str, *, bold: tuple[tuple[int, int], ...] = (), points: float | None = None
) -> None:
    for run in runs(text, bold):
        added = paragraph.add_run()
        added.text = run.text
        if run.bold:
            added.font.bold = True
        if points:
            added.font.size = Pt(points)
        theme.set_face(added)


def _natural_width(grid: tuple[tuple[str, ...], ...], points: float) -> int:
    """Estimate how wide a table wants to be, in EMU, with some air."""
    widest = (max(width_em(row[at]) for row in grid) + 4 for at in range(len(grid[0])))
    return int(sum(widest) * points * _EMU_PER_POINT)


def _fill_cell(cell: Any, text: str, *, points: int, row: int, label: bool) -> None:
    header, shaded = row == 0, row % 2 == 0
    cell.fill.solid()
    cell.fill.fore_color.rgb = theme.colour(theme.NAVY if header else theme.PALE if shaded else "FFFFFF")
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    frame = cell.text_frame
    for at, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        _say(paragraph, line, points=points)
        if header or (label and len(text) <= 12):
            paragraph.alignment = PP_ALIGN.CENTER
        elif is_figure(text):
            paragraph.alignment = PP_ALIGN.RIGHT
        for run in paragraph.runs:
            run.font.bold = header
            run.font.color.rgb = theme.colour("FFFFFF" if header else theme.INK)


def _draw_chart(slide: Any, chart: ChartData, left: int, width: int) -> None:
    data: Any = cast(Any, CategoryChartData)(number_format="#,##0.##" if _has_decimals(chart) else "#,##0")
    data.categories = chart.labels
    for series in chart.series:
        data.add_series(series.name, series.values)
    lying = len(chart.labels) > 6 or max(width_em(label) for label in chart.labels) > 8
    kind = XL_CHART_TYPE.BAR_CLUSTERED if lying else XL_CHART_TYPE.COLUMN_CLUSTERED
    shape = slide.shapes.add_chart(kind, left, theme.BODY_TOP, Emu(width), theme.BODY_HEIGHT, data)
    drawn = shape.chart
    drawn.font.size, drawn.font.name = Pt(12), FONT
    drawn.has_title = len(chart.series) == 1
    if drawn.has_title:
        _say(drawn.chart_title.text_frame.paragraphs[0], chart.series[0].name, points=14)
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    plot = drawn.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = data.number_format, False
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    plot.data_labels.font.size = Pt(12)
    drawn.value_axis.has_major_gridlines, drawn.value_axis.visible = False, False
    drawn.category_axis.reverse_order = lying
    for at, series in enumerate(plot.series):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = theme.colour((theme.NAVY, "8FB8C9", "D9A441")[at])


def _has_decimals(chart: ChartData) -> bool:
    return any(value != int(value) for series in chart.series for value in series.values)
