"""PowerPoint: an outline as 16:9 slides with notes, tables and native charts.

Hides python-pptx. Where things stand and what does not fit is decided by slide_layout.py, so
that the picture on screen and the file agree.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Pt

from . import slide_theme as theme
from .blocks import Outline, Ranges, runs
from .figures import ChartData
from .slide_layout import (
    CELL_INSET_Y,
    GAP_POINTS,
    INK,
    NAVY,
    PALE,
    SKY,
    Box,
    Bullet,
    Grid,
    Page,
    lay_out,
    lies,
    warnings_of,
)
from .written import CREATOR, FONT, KEYWORDS, NOTICE, Side, Written, title_of

_SIDES = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as .pptx; the warnings name each slide whose content does not fit."""
    name = title_of(title, outline.title)
    deck = theme.new_deck()
    pages = lay_out(outline, title)
    for page in pages:
        _draw(deck, page, notice)
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = name, CREATOR, CREATOR
    core.subject = core.comments = notice
    core.keywords, core.content_status, core.language = KEYWORDS, "초안", "ko-KR"
    core.created = core.modified = datetime.now(UTC)
    file = BytesIO()
    deck.save(file)
    return Written(file.getvalue(), warnings_of(pages))


def _draw(deck: Any, page: Page, notice: str) -> None:
    slide = deck.slides.add_slide(theme.layout(deck, page.kind))
    _say(slide.shapes.title.text_frame.paragraphs[0], page.title)
    if page.kind == "title":  # there the notice is the subtitle
        _say(slide.placeholders[1].text_frame.paragraphs[0], notice)
    else:
        theme.add_footer(slide, notice)
    if page.notes:
        slide.notes_slide.notes_text_frame.text = page.notes
    if page.text_box:
        _draw_bullets(slide, page.bullets, page.text_box, sized=page.sized)
    if page.grid:
        _draw_table(slide, page.grid)
    if page.chart and page.chart_box:
        _draw_chart(slide, page.chart, page.chart_box)


def _draw_bullets(slide: Any, bullets: tuple[Bullet, ...], box: Box, *, sized: bool) -> None:
    shape = slide.placeholders[1]
    shape.left, shape.top, shape.width, shape.height = map(Emu, (box.left, box.top, box.width, box.height))
    frame = shape.text_frame
    for at, bullet in enumerate(bullets):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.level = bullet.level - 1
        paragraph.space_after = Pt(GAP_POINTS)
        _say(paragraph, bullet.text, bold=bullet.bold, points=bullet.points if sized else None)


def _draw_table(slide: Any, grid: Grid) -> None:
    rows = (grid.table.header, *grid.table.rows)
    box = grid.box
    shape = slide.shapes.add_table(
        len(rows), len(rows[0]), Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height)
    )
    for column, width in zip(shape.table.columns, grid.widths, strict=True):
        column.width = Emu(width)
    for row_at, (row, texts) in enumerate(zip(shape.table.rows, rows, strict=True)):
        row.height = Emu(grid.row_height)
        for cell_at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            _fill_cell(cell, text, points=grid.points, row=row_at, side=grid.sides[cell_at])


def _say(paragraph: Any, text: str, *, bold: Ranges = (), points: float | None = None) -> None:
    for run in runs(text, bold):
        added = paragraph.add_run()
        added.text = run.text
        if run.bold:
            added.font.bold = True
        if points:
            added.font.size = Pt(points)
        theme.set_face(added)


def _fill_cell(cell: Any, text: str, *, points: int, row: int, side: Side) -> None:
    header, shaded = row == 0, row % 2 == 0
    cell.fill.solid()
    cell.fill.fore_color.rgb = theme.colour(NAVY if header else PALE if shaded else "FFFFFF")
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = Emu(CELL_INSET_Y)
    frame = cell.text_frame
    for at, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        _say(paragraph, line, points=points)
        paragraph.alignment = PP_ALIGN.CENTER if header else _SIDES[side]
        for run in paragraph.runs:
            run.font.bold = header
            run.font.color.rgb = theme.colour("FFFFFF" if header else INK)


def _draw_chart(slide: Any, chart: ChartData, box: Box) -> None:
    data: Any = cast(Any, CategoryChartData)(number_format="#,##0.##" if _has_decimals(chart) else "#,##0")
    data.categories = chart.labels
    for series in chart.series:
        data.add_series(series.name, series.values)
    lying = lies(chart)
    kind = XL_CHART_TYPE.BAR_CLUSTERED if lying else XL_CHART_TYPE.COLUMN_CLUSTERED
    shape = slide.shapes.add_chart(kind, *map(Emu, (box.left, box.top, box.width, box.height)), data)
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
    if all(value >= 0 for series in chart.series for value in series.values):
        drawn.value_axis.minimum_scale = 0  # a bar cut off below makes small differences look large
    drawn.category_axis.reverse_order = lying
    for at, series in enumerate(plot.series):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = theme.colour((NAVY, SKY, "D9A441")[at])


def _has_decimals(chart: ChartData) -> bool:
    return any(value != int(value) for series in chart.series for value in series.values)
