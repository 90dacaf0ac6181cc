"""Line charts as plain SVG, made by the measurement itself: no library, no script, readable when printed.

Hides the geometry. Both axes are logarithmic: people and costs go over three powers of ten.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 56, 84
COLOURS = ("#1f5fa8", "#c77700", "#1a7f4b", "#8a3ffc", "#c62828")
Line = Sequence[tuple[float, float]]


def line_chart(
    title: str, lines: Mapping[str, Line], *, unit: str, bars: Mapping[str, Line] | None = None
) -> str:
    """Draw one line for each way; ``bars`` are the agreed limits, drawn dashed.

    A way without a line keeps its colour free, so that every chart shows a way in the same one.
    """
    colours = {name: COLOURS[n % len(COLOURS)] for n, name in enumerate(lines)}
    every = {name: [(x, y) for x, y in line if y > 0] for name, line in lines.items()}
    drawn = {name: line for name, line in every.items() if line}
    limits = dict(bars or {})
    points = [p for line in (*drawn.values(), *limits.values()) for p in line]
    if not points:
        return ""
    xs = sorted({x for x, _ in points})
    low = 10 ** math.floor(math.log10(min(y for _, y in points)))
    high = 10 ** math.ceil(math.log10(max(y for _, y in points) * 1.01))
    place = _Place(xs[0], xs[-1], low, high)
    parts = [_frame(title, unit), *_grid(place, xs, low, high)]
    parts += [_line(place, line, colours[name], side=n) for n, (name, line) in enumerate(drawn.items())]
    parts += [_line(place, line, "#666", dashed=True) for line in limits.values()]
    parts += _legend([*((n, colours[n], False) for n in drawn), *((n, "#666", True) for n in limits)])
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Place:
    """From a value to a place on the paper."""

    def __init__(self, x_low: float, x_high: float, y_low: float, y_high: float) -> None:
        self._x = (math.log10(x_low), math.log10(max(x_high, x_low * 1.01)))
        self._y = (math.log10(y_low), math.log10(y_high))

    def x(self, value: float) -> float:
        low, high = self._x
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self._y
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _frame(title: str, unit: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="Pretendard, Malgun Gothic, sans-serif" font-size="13">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="24" font-size="17" font-weight="600" fill="#1b2733">{escape(title)}</text>\n'
        f'<text x="{LEFT}" y="44" fill="#556">{escape(unit)} · 가로: 동시에 누른 사람 수 (두 축 모두 로그)</text>'
    )


def _grid(place: _Place, xs: Sequence[float], low: float, high: float) -> list[str]:
    parts = []
    value = low
    while value <= high * 1.001:
        y = place.y(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5dce4"/>')
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#556">{_said(value)}</text>'
        )
        value *= 10
    for x in xs:
        at = place.x(x)
        parts.append(
            f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#556">{x:g}</text>'
        )
    return parts


def _line(place: _Place, line: Line, colour: str, *, dashed: bool = False, side: int = 0) -> str:
    path = " ".join(f"{place.x(x):.1f},{place.y(y):.1f}" for x, y in line)
    dash = ' stroke-dasharray="6 5"' if dashed else ""
    dots = "" if dashed else "".join(_dot(place, line, n, colour, side) for n in range(len(line)))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>{dots}'


def _dot(place: _Place, line: Line, number: int, colour: str, side: int) -> str:
    """Draw a point and its value: above it, or beside it where it is the only one of its way."""
    x, y = place.x(line[number][0]), place.y(line[number][1])
    if len(line) == 1:
        away = 10 if side % 2 else -10
        anchor, at, height = ("start" if away > 0 else "end"), x + away, y + 4
    else:
        anchor = "start" if number == 0 else "end" if number == len(line) - 1 else "middle"
        at, height = x + {"start": 2, "end": 4, "middle": 0}[anchor], y - 9
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
        f'<text x="{at:.1f}" y="{height:.1f}" text-anchor="{anchor}" fill="{colour}">{_said(line[number][1])}</text>'
    )


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _legend(entries: Sequence[tuple[str, str, bool]]) -> list[str]:
    parts, x, y = [], LEFT, HEIGHT - 38
    for name, colour, dashed in entries:
        dash = ' stroke-dasharray="6 5"' if dashed else ""
        if x + 46 + 13 * len(name) > WIDTH - RIGHT:
            x, y = LEFT, y + 22
        parts.append(
            f'<line x1="{x}" x2="{x + 26}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"{dash}/>'
        )
        parts.append(f'<text x="{x + 32}" y="{y + 4}" fill="#1b2733">{escape(name)}</text>')
        x += 60 + 13 * len(name)
    return parts
