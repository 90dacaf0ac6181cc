"""Where everything on a slide stands: one set of figures for the file and for its picture.

Hides the fitting. How a text wraps is estimated from the width of its characters, the type is made
smaller in steps, a long table goes on over several slides, and what still does not fit is said
slide by slide: nothing is cut away in silence. Lengths are EMU (914,400 an inch), sizes of type points.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .blocks import Item, Outline, Ranges, Slide, Table
from .deck import slides
from .figures import ChartData, chart_of
from .written import Side, column_shares, column_sides, title_of, width_em

INCH = 914_400
POINT = 12_700


def _inches(number: float) -> int:
    return round(number * INCH)


WIDTH, HEIGHT = _inches(13.333), _inches(7.5)
MARGIN = _inches(0.75)
BODY_TOP = _inches(1.65)
BODY_WIDTH = WIDTH - 2 * MARGIN
BODY_HEIGHT = HEIGHT - BODY_TOP - _inches(0.85)
TITLE_TOP, TITLE_HEIGHT = _inches(0.5), _inches(0.95)
OPENING_TOP, OPENING_HEIGHT = _inches(1.5), _inches(2.8)
SUBTITLE_TOP = _inches(5.35)
BAND_HEIGHT = _inches(5.1)
TOP_BAR_HEIGHT = _inches(0.16)
RULE_TOP, RULE_HEIGHT = _inches(1.47), _inches(0.025)
ACCENT_TOP, ACCENT_WIDTH, ACCENT_HEIGHT = _inches(4.55), _inches(1.4), _inches(0.06)
FOOTER_TOP = HEIGHT - _inches(0.55)
STEP = _inches(0.3)
INSET_X, INSET_Y = _inches(0.1), _inches(0.05)
TITLE_POINTS, OPENING_POINTS = 28, 40
BODY_POINTS = (24, 20, 18, 16, 16)
GAP_POINTS = 10
LINE = 1.28
CELL_INSET_Y = _inches(0.04)
NAVY, TEAL, INK, GREY, PALE, SKY = "1B365D", "2A7F8E", "22303C", "6B7785", "EAF1F5", "8FB8C9"

_SMALLEST_SHRINK = 8
_GROWTH = 4
_FEW_ITEMS = 4
_LEAST_POINTS = 12
_LOW_ROW, _TALL_ROW = _inches(0.42), _inches(0.52)
_HALF_GAP = _inches(0.4)
_MAX_SIDE_COLUMNS = 3
_ROWS_THAT_FIT = int(BODY_HEIGHT / _LOW_ROW) - 1


@dataclass(frozen=True, slots=True)
class Box:
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bullet:
    """One bullet as it is set; ``lines`` are the ranges of ``text`` that stand on one line each."""

    level: int
    points: int
    text: str
    bold: Ranges
    lines: Ranges


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is set; ``heights`` are what its rows will really take, at least ``row_height``."""

    table: Table
    box: Box
    points: int
    row_height: int
    widths: tuple[int, ...]
    heights: tuple[int, ...]
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One slide to draw. ``source`` counts the outline's slides from 1; 0 is the opening one."""

    source: int
    kind: str  # title | body | bare
    title: str
    title_lines: Ranges
    notes: str = ""
    bullets: tuple[Bullet, ...] = ()
    text_box: Box | None = None
    sized: bool = False
    grid: Grid | None = None
    chart: ChartData | None = None
    chart_box: Box | None = None
    warnings: tuple[str, ...] = ()


def lay_out(outline: Outline, title: str = "") -> tuple[Page, ...]:
    """Set an outline as slides: an opening one, then its slides in order."""
    name = title_of(title, outline.title)
    parts = ((at, part) for at, slide in enumerate(slides(outline), 1) for part in _parts(slide))
    return (_opening(name), *(_page(at, part) for at, part in parts))


def warnings_of(pages: Sequence[Page]) -> tuple[str, ...]:
    """Return every warning with the number of the slide it is about."""
    return tuple(f"슬라이드 {at}: {said}" for at, page in enumerate(pages, 1) for said in page.warnings)


def wrap(text: str, room_em: float) -> Ranges:
    """Cut a text into lines that are at most ``room_em`` wide, at spaces where there are any."""
    lines: list[tuple[int, int]] = []
    start = at = end = 0
    width = 0.0
    while at < len(text):
        stop = text.find(" ", at)
        stop = len(text) if stop < 0 else stop
        word = width_em(text[at:stop])
        if end > start and width + word > room_em:
            lines.append((start, end))
            start, width = at, 0.0
        while word > room_em and stop - at > 1:  # one word wider than the line is cut anywhere
            cut = at + 1
            while cut < stop and width_em(text[at : cut + 1]) <= room_em:
                cut += 1
            lines.append((at, cut))
            start = at = cut
            word = width_em(text[at:stop])
        width += word + width_em(" ")
        end, at = stop, stop + 1
    if end > start or not lines:
        lines.append((start, end))
    return tuple(lines)


# --------------------------------------------------------------------------- which slides there will be


@dataclass(frozen=True, slots=True)
class _Part:
    slide: Slide
    chart: ChartData | None = None


def _parts(slide: Slide) -> Iterator[_Part]:
    table = slide.table
    if table is None:
        yield _Part(slide)
        return
    chart = chart_of(table)
    crowded = len(table.header) > _MAX_SIDE_COLUMNS or len(table.rows) > _ROWS_THAT_FIT
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
    rows = slide.table.rows
    for at in range(0, max(1, len(rows)), _ROWS_THAT_FIT):
        piece = Table(slide.table.header, rows[at : at + _ROWS_THAT_FIT])
        if at == 0:
            yield _Part(replace(slide, table=piece), chart)
        else:
            yield _Part(Slide(f"{slide.title} (계속)", table=piece))


# --------------------------------------------------------------------------- where it stands


def _opening(title: str) -> Page:
    lines = wrap(title, _room_em(BODY_WIDTH, OPENING_POINTS))
    return Page(0, "title", title, lines, warnings=_title_warnings(lines, 3))


def _title_warnings(lines: Ranges, most: int) -> tuple[str, ...]:
    return (f"제목이 {most}줄을 넘습니다. 결론 한 문장으로 줄여 주세요.",) if len(lines) > most else ()


def _page(source: int, part: _Part) -> Page:
    slide, chart = part.slide, part.chart
    half = (BODY_WIDTH - _HALF_GAP) // 2
    left_half = Box(MARGIN, BODY_TOP, half, BODY_HEIGHT)
    right_half = Box(MARGIN + half + _HALF_GAP, BODY_TOP, half, BODY_HEIGHT)
    whole = Box(MARGIN, BODY_TOP, BODY_WIDTH, BODY_HEIGHT)
    paired = bool(slide.bullets or slide.table) and bool(chart or (slide.table and slide.bullets))
    lines = wrap(slide.title, _room_em(BODY_WIDTH, TITLE_POINTS))
    warnings = _title_warnings(lines, 2)
    bullets: tuple[Bullet, ...] = ()
    sized, grid = False, None
    text_box = left_half if paired else whole
    if slide.bullets:
        bullets, sized, over = _set_bullets(slide.bullets, text_box.width)
        warnings += over
    if slide.table:
        grid = _set_table(slide.table, right_half if slide.bullets else text_box)
        if sum(grid.heights) > BODY_HEIGHT:
            warnings += ("표가 슬라이드보다 깁니다. 행을 줄이거나 칸의 글을 짧게 해 주세요.",)
    return Page(
        source, "body" if bullets else "bare", slide.title, lines, slide.notes,
        bullets, text_box if bullets else None, sized,
        grid, chart, (right_half if paired else whole) if chart else None, warnings,
    )  # fmt: skip


def _room_em(width: int, points: float) -> float:
    return max(1.0, (width - 2 * INSET_X) / POINT / points)


def _set_bullets(items: Sequence[Item], width: int) -> tuple[tuple[Bullet, ...], bool, tuple[str, ...]]:
    """Set the bullets as large as they fit; return them, whether their size is not the usual one, and what is wrong."""
    room = BODY_HEIGHT / POINT - 8
    for shrink in range(-_GROWTH if _is_short(items, width) else 0, _SMALLEST_SHRINK + 1, 2):
        bullets = tuple(_set_bullet(item, width, shrink) for item in items)
        over = text_height(bullets) - room
        if over <= 0:
            return bullets, shrink != 0, ()
    lines = math.ceil(over / bullets[0].points / LINE)
    return (
        bullets, True, (f"글이 상자보다 약 {lines}줄 깁니다. 항목을 줄이거나 슬라이드를 나눠 주세요.",)
    )  # fmt: skip


def _is_short(items: Sequence[Item], width: int) -> bool:
    """A few lines of their own stand large: small ones would be lost at the top of an empty slide."""
    room = _room_em(width - STEP * 2, BODY_POINTS[0] + _GROWTH)
    return len(items) <= _FEW_ITEMS and all(width_em(item.text) <= room for item in items)


def _set_bullet(item: Item, width: int, shrink: int) -> Bullet:
    level = min(item.level, len(BODY_POINTS))
    points = max(_LEAST_POINTS, BODY_POINTS[level - 1] - shrink)
    text = item.text if item.marker in ("-", "○", "□", "·", "") else f"{item.marker} {item.text}"
    shift = len(text) - len(item.text)
    bold = tuple((start + shift, end + shift) for start, end in item.bold)
    return Bullet(level, points, text, bold, wrap(text, _room_em(width - STEP * level, points)))


def text_height(bullets: Sequence[Bullet]) -> float:
    """Return how high bullets stand, in points."""
    return sum(len(bullet.lines) * bullet.points * LINE + GAP_POINTS for bullet in bullets)


def _set_table(table: Table, room: Box) -> Grid:
    grid = (table.header, *table.rows)
    points = 16 if len(grid) <= 8 and len(table.header) <= 5 else 14
    width = room.width
    if len(table.header) == 2:  # two columns over a whole slide drift apart
        width = min(width, max(int(width * 0.6), _natural_width(grid, points)))
    row_height = _LOW_ROW if len(grid) > 8 else _TALL_ROW
    widths = tuple(int(width * share) for share in column_shares(grid))
    heights = tuple(_row_height(row, widths, points, row_height) for row in grid)
    return Grid(
        table,
        Box(room.left, BODY_TOP, width, row_height * len(grid)),
        points,
        row_height,
        widths,
        heights,
        column_sides(grid),
    )


def cell_lines(text: str, width: int, points: float) -> list[str]:
    """Wrap what stands in a cell."""
    return [
        line[start:end]
        for line in text.split("\n")
        for start, end in wrap(line, _room_em(width, points))
    ]  # fmt: skip


def _row_height(row: tuple[str, ...], widths: tuple[int, ...], points: int, least: int) -> int:
    tallest = max(len(cell_lines(text, width, points)) for text, width in zip(row, widths, strict=True))
    return max(least, round(tallest * points * LINE * POINT) + 2 * CELL_INSET_Y)


def _natural_width(grid: tuple[tuple[str, ...], ...], points: float) -> int:
    """Estimate how wide a table wants to be, with some air."""
    widest = (max(width_em(row[at]) for row in grid) + 4 for at in range(len(grid[0])))
    return int(sum(widest) * points * POINT)


def lies(chart: ChartData) -> bool:
    """Say whether the bars lie, because the labels would not fit below standing ones."""
    return len(chart.labels) > 6 or max(width_em(label) for label in chart.labels) > 8
