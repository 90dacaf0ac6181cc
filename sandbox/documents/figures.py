"""Numbers in a table's cells: what may stand in a chart or in a worksheet as a number.

Hides the units, thousands marks and △ of official tables. A cell that is not wholly a number
is text: nothing is guessed out of a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .blocks import Table

_NUMBER = re.compile(
    r"(?P<sign>[-−△▲+]?)\s*(?:[₩￦]\s*)?(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<decimals>\.\d{1,6})?"
    r"\s*(?P<unit>%|[가-힣]{1,4}|㎡|㎞|km|kg|GB|MB)?"
)
_TOTALS = ("합계", "계", "총계", "소계", "총합", "합 계", "누계", "평균")
_SHARES = ("율", "률", "비율", "%", "증감", "순위", "번호", "연번", "코드")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_MAX_CATEGORIES = 12
_MAX_SERIES = 3
_MAX_SPREAD = 20.0


@dataclass(frozen=True, slots=True)
class Figure:
    """``places`` is how many decimals were written, ``grouped`` whether thousands were marked."""

    value: float
    unit: str
    places: int
    grouped: bool


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """Labels along the axis and one or more rows of numbers in the same unit."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]


def figure(text: str) -> Figure | None:
    """Read a cell that is a number with perhaps a unit; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    digits, decimals = found["digits"], found["decimals"] or ""
    if len(digits) > 1 and digits.startswith("0") and not decimals:
        return None  # 033, 007: a code, not a quantity
    value = float(digits.replace(",", "") + decimals)
    negative = found["sign"] in ("-", "−", "△", "▲")
    return Figure(
        -value if negative else value, found["unit"] or "", max(0, len(decimals) - 1), "," in digits
    )


def chart_of(table: Table) -> ChartData | None:
    """Return what of a table can be drawn: a label column and columns of numbers in one unit."""
    rows = [row for row in table.rows if row[0].strip() and row[0].strip() not in _TOTALS]
    if not 2 <= len(rows) <= _MAX_CATEGORIES or len(table.header) < 2:
        return None
    series: list[Series] = []
    unit = ""
    for at in range(1, len(table.header)):
        read = [figure(row[at]) for row in rows]
        known = [number for number in read if number is not None]
        if len(known) < len(rows) or _is_share(table.header[at]) or len({n.unit for n in known}) > 1:
            continue
        if all(_YEAR.fullmatch(row[at].strip()) for row in rows):
            continue
        values = tuple(number.value for number in known)
        if series and (known[0].unit != unit or not _comparable(series[0].values, values)):
            continue
        unit = known[0].unit
        series.append(Series(table.header[at].strip() or f"계열 {at}", values))
    labels = tuple(row[0].strip() for row in rows)
    return ChartData(labels, tuple(series[:_MAX_SERIES])) if series else None


def _is_share(header: str) -> bool:
    return (
        any(header.strip().rstrip("()% ").endswith(word) for word in _SHARES if word != "%") or "%" in header
    )


def _comparable(first: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Say whether two rows of numbers can share an axis without one vanishing."""
    high, low = max(map(abs, first)), max(map(abs, other))
    return min(high, low) > 0 and max(high, low) / min(high, low) <= _MAX_SPREAD
