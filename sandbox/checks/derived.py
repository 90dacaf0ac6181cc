"""Numbers that follow from a source without standing in it: sums, differences, products, rates, spans.

Hides how much arithmetic is believed. Too much would explain any invented number by chance, so operands
share a unit, stand close together, or come from one row or column of a table.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from itertools import combinations

from sandbox.checks.facts import Fact, weekday_of
from sandbox.checks.korean_numbers import precision
from sandbox.checks.sources import SourceFact, SourceText

_COUNTED = frozenset(
    (
        "명",
        "건",
        "개",
        "곳",
        "회",
        "일",
        "주",
        "개월",
        "년",
        "시간",
        "대",
        "팀",
        "세대",
        "가구",
        "부",
        "장",
        "매",
    )
)
_MOST_OPERANDS = 40


def derive(value: Decimal, unit: str, fact: Fact, source: SourceText) -> str:
    """Explain a number by table figures, then by a few numbers of the same unit; empty when nothing fits."""
    if unit in ("%", "%p"):
        return _ratio(value, fact, source)
    for figure in source.figures:
        scales = (1, *source.scales) if unit in ("원", "명") else (1,)
        counts = figure.unit == "건" and unit in ("", "건", "개", "곳", "명", "개사", "팀", "종")
        fits = not figure.unit or counts
        if value > 1 and fits and any(_close(value, figure.value * scale, fact) for scale in scales):
            return f"{figure.how} {_shown(figure.value)}"
    pool = _operands(unit, source)
    spans = {
        "일": _span_of_days,
        "박": _span_of_days,
        "주": _span_of_days,
        "시간": _span_of_time,
        "분": _span_of_time,
    }
    if unit in spans and (how := spans[unit](value, unit, source)):
        return how
    return _sum_or_difference(value, pool, fact) or _product(value, unit, source)


def _operands(unit: str, source: SourceText) -> list[tuple[Decimal, str]]:
    """Return distinct numbers of the same unit, those without a unit only when the claim has none."""
    seen: dict[Decimal, str] = {}
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        if theirs > 0 and (their_unit == unit or (unit == "원" and not their_unit and theirs >= 1000)):
            seen.setdefault(theirs, item.fact.text)
    return list(seen.items())[:_MOST_OPERANDS]


def _sum_or_difference(value: Decimal, pool: list[tuple[Decimal, str]], fact: Fact) -> str:
    """Sums of all, of two or three, and differences; small pools only, or chance would explain anything."""
    if not pool or (not fact.value[1] and value < 100):
        return ""
    if len(pool) >= 2 and _close(value, sum((number for number, _ in pool), Decimal(0)), fact):
        return " + ".join(text for _, text in pool[:6]) + (" + …" if len(pool) > 6 else "")
    pairs = 14 if value < 100 else _MOST_OPERANDS
    for (a, a_text), (b, b_text) in combinations(pool[:pairs], 2):
        if _close(value, a + b, fact):
            return f"{a_text} + {b_text}"
        if _close(value, abs(a - b), fact):
            return f"{a_text} - {b_text}" if a > b else f"{b_text} - {a_text}"
    for size in (3, 4):
        if len(pool) <= (12 if size == 3 else 8) and value >= 10:
            for group in combinations(pool, size):
                if _close(value, sum((number for number, _ in group), Decimal(0)), fact):
                    return " + ".join(text for _, text in group)
    return ""


def _product(value: Decimal, unit: str, source: SourceText) -> str:
    """So much for each, so many times: only of two numbers said close together, and not in a table."""
    known = [item for item in source.facts["number"] if item.fact.value[1] and not source.in_table(item)][:60]
    for one in known:
        each, its_unit = one.fact.value
        if its_unit != unit or unit in ("%", "%p") or each <= 1:
            continue
        for other in known:
            times, counted = other.fact.value
            fits = counted in _COUNTED and counted != unit and times > 1 and value == each * times
            if fits and close_by(one, other):
                return f"{one.fact.text} × {other.fact.text}"
    return ""


def _ratio(value: Decimal, fact: Fact, source: SourceText) -> str:
    """Shares and rates of change between numbers of one unit, at the precision said."""
    for figure in source.figures:
        if figure.unit == "%" and _close(value, figure.value, fact, rounded=True):
            return figure.how
    by_unit: dict[str, dict[Decimal, str]] = {}
    for item in source.facts["number"]:
        number, unit = item.fact.value
        if number > 0 and not source.in_table(item):
            by_unit.setdefault(unit, {}).setdefault(number, item.fact.text)
    for unit, known in by_unit.items():
        pool = list(known.items())[:24]
        if unit == "%":
            for (a, a_text), (b, b_text) in combinations(pool, 2):
                if _close(value, abs(a - b), fact):
                    return f"{a_text}와 {b_text}의 차"
                if _close(value, a + b, fact) and a + b <= 100:
                    return f"{a_text} + {b_text}"
            if any(_close(value, 100 - a, fact) for a, _ in pool):
                return "100%에서 뺀 값"
            continue
        for a, a_text in pool:
            for b, b_text in pool:
                if a == b:
                    continue
                if _close(value, a / b * 100, fact, rounded=True):
                    return f"{a_text} ÷ {b_text}"
                if _close(value, abs(a - b) / b * 100, fact, rounded=True):
                    return f"({a_text} - {b_text}) ÷ {b_text}"
    return ""


def _close(value: Decimal, other: Decimal, fact: Fact, *, rounded: bool = False) -> bool:
    if value == other:
        return True
    digits = re.sub(r"[^\d,.십백천만억조]", "", fact.text)
    step = precision(digits)
    if rounded or "." in fact.text or (fact.approximate and step <= value / 50):
        return abs(value - other) <= (min(step, Decimal(1)) if rounded else step) / 2
    return False


def _shown(value: Decimal) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _span_of_days(value: Decimal, unit: str, source: SourceText) -> str:
    """Count days between two dates said close together, with and without the first day."""
    days = []
    for item in source.facts["date"]:
        year, month, day = item.fact.value
        if month and day and weekday_of(year or 2001, month, day):
            days.append((dt.date(year or 2001, month, day), item))
    for (a, one), (b, other) in combinations(days[:40], 2):
        gap = abs((a - b).days)
        fits = {"일": value in (gap, gap + 1), "박": value == gap, "주": value * 7 in (gap, gap + 1)}[unit]
        if gap and fits and close_by(one, other):
            return f"{one.fact.text}~{other.fact.text}"
    return ""


def close_by(one: SourceFact, other: SourceFact) -> bool:
    return one.name == other.name and abs(one.line - other.line) <= 2


def _span_of_time(value: Decimal, unit: str, source: SourceText) -> str:
    """Count minutes between two times on one line, or turn hours and minutes into each other."""
    minutes = int(value * 60) if unit == "시간" else int(value)
    for one, other in combinations(source.facts["time"][:40], 2):
        (a, a_vague), (b, b_vague) = one.fact.value, other.fact.value
        gaps = {abs(a - b), abs(abs(a - b) - 720)} if a_vague or b_vague else {abs(a - b)}
        if minutes in gaps - {0} and one.name == other.name and one.line == other.line:
            return f"{one.fact.text}~{other.fact.text}"
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        if their_unit in ("시간", "분") and theirs * (60 if their_unit == "시간" else 1) == minutes:
            return item.fact.text
    return ""
