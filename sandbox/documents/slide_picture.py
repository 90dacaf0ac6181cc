"""A slide as an SVG picture, drawn from the same figures as the file.

Hides the drawing. One unit is one point of the slide. All text is escaped and the picture holds
neither script nor address; what runs over its box is drawn where it would fall, in red.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from . import slide_layout as layout
from .blocks import Ranges, runs
from .figures import ChartData
from .slide_layout import INSET_X, INSET_Y, LINE, POINT, Box, Bullet, Grid, Page
from .written import FONT, NOTICE, Side, width_em

_OVER = "C62828"
_FACES = f"'{FONT}','Malgun Gothic','Apple SD Gothic Neo','NanumGothic','Noto Sans CJK KR',sans-serif"
_CHART_COLOURS = (layout.NAVY, layout.SKY, "D9A441")
_FIRST_BASELINE = 0.98  # of the type's size, from the top of a line set at LINE


def picture(page: Page, number: int, *, notice: str = NOTICE) -> str:
    """Draw one page of ``slide_layout.lay_out`` as a 16:9 picture."""
    width, height = layout.WIDTH / POINT, layout.HEIGHT / POINT
    body = "".join(_opening(page, notice) if page.kind == "title" else _body(page, number, notice))
    colour, thick = (_OVER, 4) if page.warnings else ("C3CCD6", 1)
    frame = (
        f'<rect x="{thick / 2}" y="{thick / 2}" width="{width - thick:.1f}" height="{height - thick:.1f}" '
        f'fill="none" stroke="#{colour}" stroke-width="{thick}"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{_FACES}">'
        f"<title>{escape(page.title)}</title>"
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>{body}{frame}</svg>'
    )


def _opening(page: Page, notice: str) -> Iterator[str]:
    yield _rect(Box(0, 0, layout.WIDTH, layout.BAND_HEIGHT), layout.NAVY)
    yield _rect(Box(layout.MARGIN, layout.ACCENT_TOP, layout.ACCENT_WIDTH, layout.ACCENT_HEIGHT), layout.SKY)
    bottom = layout.OPENING_TOP + layout.OPENING_HEIGHT
    high = len(page.title_lines) * layout.OPENING_POINTS * LINE
    box = Box(layout.MARGIN, bottom - round(high * POINT) - INSET_Y, layout.BODY_WIDTH, 0)
    yield from _text(page.title, page.title_lines, box, layout.OPENING_POINTS, "FFFFFF", bold=True)
    yield from _text(
        notice,
        ((0, len(notice)),),
        Box(layout.MARGIN, layout.SUBTITLE_TOP, layout.BODY_WIDTH, 0),
        18,
        layout.GREY,
    )


def _body(page: Page, number: int, notice: str) -> Iterator[str]:
    yield _rect(Box(0, 0, layout.WIDTH, layout.TOP_BAR_HEIGHT), layout.NAVY)
    yield _rect(Box(layout.MARGIN, layout.RULE_TOP, layout.BODY_WIDTH, layout.RULE_HEIGHT), layout.SKY)
    high = round(len(page.title_lines) * layout.TITLE_POINTS * LINE * POINT)
    top = layout.TITLE_TOP + (layout.TITLE_HEIGHT - high) // 2 - INSET_Y
    colour = _OVER if len(page.title_lines) > 2 else layout.NAVY
    box = Box(layout.MARGIN, top, layout.BODY_WIDTH, 0)
    yield from _text(page.title, page.title_lines, box, layout.TITLE_POINTS, colour, bold=True)
    if page.text_box:
        yield from _bullets(page.bullets, page.text_box)
    if page.grid:
        yield from _grid(page.grid)
    if page.chart and page.chart_box:
        yield from _chart(page.chart, page.chart_box)
    foot = (layout.FOOTER_TOP + INSET_Y) / POINT + 12
    yield f'<text x="{(layout.MARGIN + INSET_X) / POINT:.1f}" y="{foot:.1f}" font-size="10" fill="#{layout.GREY}">'
    yield f"{escape(notice)}</text>"
    right = (layout.WIDTH - layout.MARGIN - INSET_X) / POINT
    yield f'<text x="{right:.1f}" y="{foot:.1f}" font-size="10" text-anchor="end" fill="#{layout.GREY}">{number}</text>'


def _rect(box: Box, fill: str, stroke: str = "") -> str:
    line = f' stroke="#{stroke}" stroke-width="0.75"' if stroke else ""
    return (
        f'<rect x="{box.left / POINT:.1f}" y="{box.top / POINT:.1f}" width="{box.width / POINT:.1f}" '
        f'height="{box.height / POINT:.1f}" fill="#{fill}"{line}/>'
    )


def _text(
    text: str, lines: Ranges, box: Box, points: float, colour: str, *, bold: bool = False
) -> Iterator[str]:
    x, y = (box.left + INSET_X) / POINT, (box.top + INSET_Y) / POINT
    weight = ' font-weight="bold"' if bold else ""
    for at, (start, end) in enumerate(lines):
        base = y + at * points * LINE + points * _FIRST_BASELINE
        yield f'<text x="{x:.1f}" y="{base:.1f}" font-size="{points}" fill="#{colour}"{weight}>'
        yield f"{escape(text[start:end])}</text>"


def _bullets(bullets: tuple[Bullet, ...], box: Box) -> Iterator[str]:
    y = (box.top + INSET_Y) / POINT
    floor = (box.top + box.height) / POINT
    if layout.text_height(bullets) > box.height / POINT - 8:
        yield (
            f'<line x1="{box.left / POINT:.1f}" x2="{(box.left + box.width) / POINT:.1f}" y1="{floor:.1f}" '
            f'y2="{floor:.1f}" stroke="#{_OVER}" stroke-width="1.5" stroke-dasharray="6 4"/>'
        )
    for bullet in bullets:
        x = (box.left + INSET_X + layout.STEP * bullet.level) / POINT
        for at, (start, end) in enumerate(bullet.lines):
            base = y + bullet.points * _FIRST_BASELINE
            y += bullet.points * LINE
            colour = _OVER if y > floor else layout.INK
            common = f'y="{base:.1f}" font-size="{bullet.points}" fill="#{colour}"'
            if at == 0:
                yield f'<text x="{x - layout.STEP / POINT:.1f}" {common}>{"•" if bullet.level % 2 else "–"}</text>'
            yield f'<text x="{x:.1f}" {common}>{_spans(bullet, start, end)}</text>'
        y += layout.GAP_POINTS


def _spans(bullet: Bullet, start: int, end: int) -> str:
    inside = tuple(
        (max(a, start) - start, min(b, end) - start) for a, b in bullet.bold if a < end and b > start
    )
    return "".join(
        f'<tspan font-weight="bold">{escape(run.text)}</tspan>' if run.bold else escape(run.text)
        for run in runs(bullet.text[start:end], inside)
    )


def _grid(grid: Grid) -> Iterator[str]:
    top = grid.box.top
    for row_at, (row, height) in enumerate(
        zip((grid.table.header, *grid.table.rows), grid.heights, strict=True)
    ):
        left = grid.box.left
        over = top + height > layout.BODY_TOP + layout.BODY_HEIGHT
        for at, (text, width) in enumerate(zip(row, grid.widths, strict=True)):
            fill = layout.NAVY if row_at == 0 else layout.PALE if row_at % 2 == 0 else "FFFFFF"
            yield _rect(Box(left, top, width, height), fill, _OVER if over else "FFFFFF")
            yield from _cell(text, Box(left, top, width, height), grid.points, row_at == 0, grid.sides[at])
            left += width
        top += height


def _cell(text: str, box: Box, points: int, header: bool, side: Side) -> Iterator[str]:
    lines = layout.cell_lines(text, box.width, points)
    y = (box.top + box.height / 2) / POINT - len(lines) * points * LINE / 2
    if header or side == "center":
        x, anchor = box.left + box.width / 2, "middle"
    elif side == "right":
        x, anchor = box.left + box.width - INSET_X, "end"
    else:
        x, anchor = box.left + INSET_X, "start"
    style = 'fill="#FFFFFF" font-weight="bold"' if header else f'fill="#{layout.INK}"'
    for line in lines:
        yield (
            f'<text x="{x / POINT:.1f}" y="{y + points * _FIRST_BASELINE:.1f}" font-size="{points}" '
            f'text-anchor="{anchor}" {style}>{escape(line)}</text>'
        )
        y += points * LINE


def _chart(chart: ChartData, box: Box) -> Iterator[str]:
    """Draw the bars roughly as the program will: what is compared matters here, not its axis."""
    left, top = box.left / POINT, box.top / POINT
    width, height = box.width / POINT, box.height / POINT
    yield from _legend(chart, left + width / 2, top + 18)
    top, height = top + 34, height - 60
    most = max((abs(value) for series in chart.series for value in series.values), default=0) or 1
    lying = layout.lies(chart)
    side = min(width * 0.4, 12 * max(width_em(label) for label in chart.labels) + 10) if lying else 0
    slot = (height if lying else width) / len(chart.labels)
    bar = min(slot * 0.62, 160) / len(chart.series)
    for at, label in enumerate(chart.labels):
        middle = slot * (at + 0.5)
        if lying:
            x, y, anchor = left + side - 6, top + middle + 4, "end"
        else:
            x, y, anchor = left + middle, top + height + 18, "middle"
        yield _small(x, y, label, anchor)
        for series_at, series in enumerate(chart.series):
            value = series.values[at]
            begin = middle - bar * len(chart.series) / 2 + bar * series_at
            long = abs(value) / most * ((width - side - 60) if lying else (height - 20))
            spot = (
                (left + side, top + begin, long, bar)
                if lying
                else (left + begin, top + height - long, bar, long)
            )
            colour = _CHART_COLOURS[series_at % len(_CHART_COLOURS)]
            yield '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" '.format(*spot)
            yield f'fill="#{colour}"/>'
            told = f"{value:,.10g}"
            if lying:
                yield _small(spot[0] + long + 4, spot[1] + bar / 2 + 4, told, "start", min(12, bar * 1.1))
            else:
                yield _small(spot[0] + bar / 2, spot[1] - 4, told, "middle")


def _legend(chart: ChartData, middle: float, y: float) -> Iterator[str]:
    """Name the series: one as the title of the chart, several beside their colours."""
    if len(chart.series) == 1:
        yield _small(middle, y, chart.series[0].name, "middle", 14)
        return
    x = middle - sum(12 * width_em(series.name) + 34 for series in chart.series) / 2
    for at, series in enumerate(chart.series):
        colour = _CHART_COLOURS[at % len(_CHART_COLOURS)]
        yield f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="9" height="9" fill="#{colour}"/>'
        yield _small(x + 14, y, series.name, "start")
        x += 12 * width_em(series.name) + 34


def _small(x: float, y: float, text: str, anchor: str, points: float = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{points:.3g}" text-anchor="{anchor}" '
        f'fill="#{layout.INK}">{escape(text)}</text>'
    )
