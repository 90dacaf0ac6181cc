"""A bar chart under a heading of a report: drawn natively into a PDF, as a picture into a .hwpx.

Hides where everything stands: both are drawn from the same rectangles and lines of text, in
millimetres, so that they show the same. The table that follows says every number again, for whoever
cannot see the picture or wants to edit it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .blocks import Chart

if TYPE_CHECKING:
    from PIL import ImageFont

Colour = tuple[int, int, int]
Measure = Callable[[str, float], float]  # a text and its size in points -> its width in mm

FACE_FILE = Path(__file__).parent.parent / "assets" / "fonts" / "Pretendard-Regular.ttf"
BARS_AT_ONCE = 24  # a longer chart would not fit on a page
INK, TEXT, GREY, TRACK = (31, 95, 168), (20, 20, 20), (90, 98, 108), (236, 239, 243)
# One part, two (all of it, begun), five (from 1 to 5): told apart in grey print too.
PALETTES: dict[int, tuple[Colour, ...]] = {
    1: (INK,),
    2: (INK, (158, 190, 225)),
    5: ((176, 74, 52), (226, 163, 136), (205, 209, 214), (132, 171, 214), INK),
}
_TITLE_POINTS, _LABEL_POINTS, _LEGEND_POINTS = 10.5, 9.5, 8.5
_MM_PER_POINT = 0.3528
_ROW_MM, _BAR_MM, _TOP_MM, _LEGEND_MM = 7.0, 4.2, 6.5, 5.5
_LABEL_SHARE, _TOLD_SHARE, _GAP_MM = 0.36, 0.15, 2.5
_PIXELS_PER_MM = 10


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text whose baseline stands at ``y``."""

    x: float
    y: float
    text: str
    points: float
    colour: Colour = TEXT


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to draw, from the upper left corner; all in millimetres."""

    width: float
    height: float
    rects: tuple[Rect, ...]
    words: tuple[Words, ...]


def drawings(chart: Chart, width: float, measure: Measure) -> Iterator[Drawing]:
    """Lay the chart out, in as many pieces as pages need."""
    for start in range(0, len(chart.bars), BARS_AT_ONCE):
        yield _piece(chart, start, width, measure)


def _piece(chart: Chart, start: int, width: float, measure: Measure) -> Drawing:
    bars = chart.bars[start : start + BARS_AT_ONCE]
    colours = PALETTES[max(1, len(chart.legend))]
    rects: list[Rect] = []
    title = f"{chart.title} (이어서)" if start else chart.title
    words = [Words(0, _TITLE_POINTS * _MM_PER_POINT, title, _TITLE_POINTS)]
    y = _TOP_MM
    if chart.legend:
        _legend(chart, colours, y, measure, rects, words)
        y += _LEGEND_MM
    left, room = width * _LABEL_SHARE, width * (1 - _LABEL_SHARE - _TOLD_SHARE)
    for bar in bars:
        baseline = y + _ROW_MM / 2 + _LABEL_POINTS * _MM_PER_POINT * 0.36
        label = fitted(bar.label, left - _GAP_MM, _LABEL_POINTS, measure)
        words.append(Words(0, baseline, label, _LABEL_POINTS))
        at = y + (_ROW_MM - _BAR_MM) / 2
        rects.append(Rect(left, at, room, _BAR_MM, TRACK))
        x, end = left, left + room
        for part, colour in zip(bar.parts, colours, strict=False):
            long = min(max(0.0, part) * room, end - x)
            if long > 0:
                rects.append(Rect(x, at, long, _BAR_MM, colour))
            x += long
        words.append(Words(end + _GAP_MM, baseline, bar.told, _LABEL_POINTS))
        y += _ROW_MM
    return Drawing(width, y + 1, tuple(rects), tuple(words))


def _legend(
    chart: Chart,
    colours: tuple[Colour, ...],
    y: float,
    measure: Measure,
    rects: list[Rect],
    words: list[Words],
) -> None:
    x = 0.0
    for name, colour in zip(chart.legend, colours, strict=True):
        rects.append(Rect(x, y + 0.4, 2.8, 2.8, colour))
        words.append(Words(x + 3.8, y + 2.9, name, _LEGEND_POINTS, GREY))
        x += 3.8 + measure(name, _LEGEND_POINTS) + 5


def fitted(text: str, room: float, points: float, measure: Measure) -> str:
    """Cut a line of text where it would run into the bar."""
    if measure(text, points) <= room:
        return text
    while text and measure(f"{text}…", points) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


# --------------------------------------------------------------------------- as a picture


def pictures(chart: Chart, width: float) -> Iterator[tuple[bytes, float]]:
    """Yield each piece as a PNG and its height in millimetres."""
    for drawing in drawings(chart, width, _measure):
        yield _png(drawing), drawing.height


def _png(drawing: Drawing) -> bytes:
    from PIL import Image, ImageDraw

    size = (round(drawing.width * _PIXELS_PER_MM), round(drawing.height * _PIXELS_PER_MM))
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for rect in drawing.rects:
        corners = (rect.x, rect.y, rect.x + rect.width, rect.y + rect.height)
        pen.rectangle([round(v * _PIXELS_PER_MM) for v in corners], fill=rect.colour)
    for line in drawing.words:
        at = (round(line.x * _PIXELS_PER_MM), round(line.y * _PIXELS_PER_MM))
        pen.text(at, line.text, fill=line.colour, font=_face(line.points), anchor="ls")
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _measure(text: str, points: float) -> float:
    return float(_face(points).getlength(text)) / _PIXELS_PER_MM


@lru_cache(maxsize=8)
def _face(points: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FACE_FILE, round(points * _MM_PER_POINT * _PIXELS_PER_MM))
