"""Numbers that follow from a source without standing in it: sums, differences, products, rates, spans.

Hides how much arithmetic is believed. Too much would explain any invented number by chance, so operands
share a unit, stand close together, or come from one row or column of a table. A difference told the wrong
way round (감소 for 증가) is no explanation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, permutations

from sandbox.checks import direction
from sandbox.checks.facts import SHARE, Fact, find_numbers, weekday_of
from sandbox.checks.korean_numbers import precision
from sandbox.checks.lines import line_around
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
_EACH_BEFORE = re.compile(
    r"당\s?(?:평균\s?)?(?:약\s?)?$|평균\s?(?:약\s?)?$|(?:마다|각각?)\s?(?:약\s?)?$"
    r"|한\s?(?:사람|명|곳|개|대|가구)(?:에게|에|이|당)?\s[^\d]{0,9}$"
)
_REDUCTION = re.compile(r"감면|할인|줄어|깎|절반|면제|\d\s?%")
_SHARE_BEFORE = re.compile(r"(?:[가-힣]의|가운데|[가-힣] 중|비중은?|비율은?)\s?(?:약\s?)?$")
_EACH_AFTER = re.compile(r"씩|꼴")
_NO_PARTS = frozenset({"", "%", "%p", "원"})
_A_FEW_LINES = 4
_MOST_OPERANDS = 40
_MOST_RATED = 24  # of one unit


def derive(value: Decimal, unit: str, fact: Fact, source: SourceText, answer: str) -> str:
    """Explain a number by table figures, then by a few numbers of the same unit; empty when nothing fits."""
    if unit in ("%", "%p"):
        return _ratio(value, fact, source, answer)
    if unit in (SHARE, "배"):
        return _times(value, unit, fact, source)
    for figure in source.figures:
        scales = (1, *source.scales) if unit in ("원", "명") else (1,)
        counts = figure.unit == "건" and unit in ("", "건", "개", "곳", "명", "개사", "팀", "종")
        fits = not figure.unit or counts or figure.unit == unit
        turned_round = figure.change and direction.told(answer, fact) == -figure.change
        if (
            value > 1
            and fits
            and not turned_round
            and any(_close(value, figure.value * scale, fact) for scale in scales)
        ):
            return f"{figure.how} {_shown(figure.value)}"
    if unit in _SPANS and (how := _SPANS[unit](value, unit, fact, source)):
        return how
    return (
        _sum_or_difference(value, unit, fact, source, answer)
        or _product(value, unit, source)
        or _each(value, unit, fact, source, answer)
        or _part(value, unit, fact, source, answer)
    )


def turned(value: Decimal, unit: str, fact: Fact, source: SourceText, answer: str) -> str:
    """Return the two source numbers whose difference this is, told the wrong way round; empty when none are."""
    for one, other in combinations(_operands(unit, source)[:_MOST_OPERANDS], 2):
        gap = abs(one.fact.value[0] - other.fact.value[0])
        if _close(value, gap, fact) and direction.contradicted(answer, fact, one, other, source):
            return f"{one.fact.text}, {other.fact.text}"
    if unit != "%":
        return ""
    for base, other in _pairs(source):
        fits = base.fact.value[1] != "%" and _is_change(value, other, base, fact)
        if fits and direction.contradicted(answer, fact, other, base, source, base):
            return f"{base.fact.text}, {other.fact.text}"
    return ""


def _operands(unit: str, source: SourceText) -> list[SourceFact]:
    """Return distinct numbers of the same unit, those without a unit only when the claim has none."""
    seen: dict[Decimal, SourceFact] = {}
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        if theirs > 0 and (their_unit == unit or (unit == "원" and not their_unit and theirs >= 1000)):
            seen.setdefault(theirs, item)
    return list(seen.values())[:_MOST_OPERANDS]


def _sum_or_difference(value: Decimal, unit: str, fact: Fact, source: SourceText, answer: str) -> str:
    """Sums of all, of two or three, and differences; small pools only, or chance would explain anything."""
    pool = _operands(unit, source)
    if not pool or (not fact.value[1] and value < 100):
        return ""
    numbers = [(item.fact.value[0], item.fact.text) for item in pool]
    if len(pool) >= 2 and _close(value, sum((number for number, _ in numbers), Decimal(0)), fact):
        return " + ".join(text for _, text in numbers[:6]) + (" + …" if len(numbers) > 6 else "")
    pairs = 14 if value < 100 else _MOST_OPERANDS
    for one, other in combinations(pool[:pairs], 2):
        (a, a_text), (b, b_text) = (one.fact.value[0], one.fact.text), (other.fact.value[0], other.fact.text)
        if _close(value, a + b, fact):
            return f"{a_text} + {b_text}"
        if _close(value, abs(a - b), fact) and not direction.contradicted(answer, fact, one, other, source):
            return f"{a_text} - {b_text}" if a > b else f"{b_text} - {a_text}"
    return _longer_sum(value, numbers, fact)


def _longer_sum(value: Decimal, numbers: list[tuple[Decimal, str]], fact: Fact) -> str:
    for size in (3, 4):
        if len(numbers) <= (12 if size == 3 else 8) and value >= 10:
            for group in combinations(numbers, size):
                if _close(value, sum((number for number, _ in group), Decimal(0)), fact):
                    return " + ".join(text for _, text in group)
    return ""


def _times(value: Decimal, unit: str, fact: Fact, source: SourceText) -> str:
    """3배 and 3분의 1: of two numbers of one unit said close together, rounded only when 약 says so."""
    for one, other in _pairs(source):
        a, b = one.fact.value[0], other.fact.value[0]
        if not close_by(one, other):
            continue
        near = abs(a / b - value) <= value / 20 if fact.approximate else a / b == value
        if near or (unit == "배" and "." in fact.text and _close(value, a / b, fact)):
            return f"{one.fact.text} ÷ {other.fact.text}"
    if unit == SHARE:
        for item in source.facts["number"]:
            if item.fact.value[1] == "%" and abs(item.fact.value[0] / 100 - value) <= value / 50:
                return item.fact.text
    return ""


def _by_unit(source: SourceText) -> dict[str, list[SourceFact]]:
    """Return distinct numbers outside tables by unit, at most 24 of each."""
    kept: dict[str, dict[Decimal, SourceFact]] = {}
    for item in source.facts["number"]:
        number, unit = item.fact.value
        known = kept.setdefault(unit, {})
        if number > 0 and not source.in_table(item) and len(known) < _MOST_RATED:
            known.setdefault(number, item)
    return {unit: list(known.values()) for unit, known in kept.items()}


def _pairs(source: SourceText) -> Iterator[tuple[SourceFact, SourceFact]]:
    """Yield ordered pairs of numbers of one unit."""
    for known in _by_unit(source).values():
        yield from permutations(known, 2)


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


def _each(value: Decimal, unit: str, fact: Fact, source: SourceText, answer: str) -> str:
    """So much for each (1개당 120만 원, 평균 19명): a number shared out among those counted in its own line."""
    before = re.split(r"[\n;|]|\.\s", answer[max(0, fact.start - 14) : fact.start])[-1]
    if not (_EACH_BEFORE.search(before) or _EACH_AFTER.match(answer, fact.end)):
        return ""
    step = precision(re.sub(r"[^\d,.십백천만억조]", "", fact.text))
    loose = fact.approximate or "." in fact.text or "평균" in before
    for one, other in _on_one_line(value, unit, source):
        whole, (parts, counted) = one.fact.value[0], other.fact.value
        if parts <= 1 or counted in _NO_PARTS or counted == unit:
            continue
        if whole / parts == value or (loose and abs(whole / parts - value) <= step / 2):
            return f"{one.fact.text} ÷ {other.fact.text}"
    return _price_of_each(value, source) if unit == "원" else ""


def _price_of_each(value: Decimal, source: SourceText) -> str:
    """An amount shared out to the won among a count told a few lines away."""
    known = [item for item in source.facts["number"] if not source.in_table(item)][:60]
    for one in known:
        for other in known if one.fact.value == (one.fact.value[0], "원") else ():
            parts, counted = other.fact.value
            near = one.name == other.name and abs(one.line - other.line) <= _A_FEW_LINES
            if near and parts >= 10 and counted not in _NO_PARTS and one.fact.value[0] == value * parts:
                return f"{one.fact.text} ÷ {other.fact.text}"
    return ""


def _part(value: Decimal, unit: str, fact: Fact, source: SourceText, answer: str) -> str:
    """The share of a number that a rate in its own line says: 612명의 71%, about 435명."""
    for one, other in _on_one_line(value, unit, source):
        rate, percent = other.fact.value
        share = one.fact.value[0] * rate / 100
        near = fact.approximate and abs(share - value) <= max(Decimal(1), value / 100)
        if percent == "%" and (share == value or near):
            return f"{one.fact.text}의 {other.fact.text}"
    return _reduced(value, fact, source, answer) if unit == "원" else ""


def _reduced(value: Decimal, fact: Fact, source: SourceText, answer: str) -> str:
    """A fee after a reduction that the source tells elsewhere, to the won, where the answer speaks of one."""
    if not _REDUCTION.search(line_around(answer, fact.start, fact.end)):
        return ""
    told = [item for item in source.facts["number"] if not source.in_table(item)][:60]
    for fee in (item.fact for item in told if item.fact.value[1] == "원" and item.fact.value[0] > value):
        for rate in (item.fact for item in told if item.fact.value[1] == "%"):
            if value in (fee.value[0] * rate.value[0] / 100, fee.value[0] * (100 - rate.value[0]) / 100):
                return f"{fee.text}의 {rate.text}"
    return ""


def _on_one_line(value: Decimal, unit: str, source: SourceText) -> Iterator[tuple[SourceFact, SourceFact]]:
    """Yield greater numbers of a unit, each beside every other number of its line."""
    lines: dict[tuple[str, int], list[SourceFact]] = {}
    for item in source.facts["number"]:
        lines.setdefault((item.name, item.line), []).append(item)
    for items in lines.values():
        for one in items[:_MOST_RATED]:
            if one.fact.value[1] == unit and one.fact.value[0] > value:
                yield from ((one, other) for other in items[:_MOST_RATED] if other is not one)


def in_ten(fact: Fact, source: SourceText, answer: str) -> str:
    """열 가운데 여섯 told in figures: 10명 중 6명 says no count but a share, of two numbers or a rate."""
    around = answer[max(0, fact.start - 12) : fact.end + 20]
    found = re.search(r"(?<!\d)10\s?([가-힣]{1,2})\s?(?:중|가운데|당)\s?(?:약\s?)?(\d)\s?\1", around)
    if found is None or fact.text.replace(" ", "") not in (
        f"10{found[1]}",
        f"{found[2]}{found[1]}",
        f"약{found[2]}{found[1]}",
    ):
        return ""
    share, near = Decimal(found[2]) / 10, Decimal("0.05")
    rates = [item.fact for item in source.facts["number"] if item.fact.value[1] == "%"]
    rates += [said for said in find_numbers(around) if said.value[1] == "%"]
    for rate in rates:
        if abs(rate.value[0] / 100 - share) <= near:
            return rate.text
    for one, other in _pairs(source):
        text = source.texts[one.name][other.fact.end : one.fact.start] if one.name == other.name else ""
        is_part = fact.value[1] == one.fact.value[1] and re.search(r"^[^\n]*(?:가운데|중)[^\n]*$", text)
        if is_part and abs(one.fact.value[0] / other.fact.value[0] - share) <= near:
            return f"{one.fact.text} ÷ {other.fact.text}"
    return ""


def _ratio(value: Decimal, fact: Fact, source: SourceText, answer: str) -> str:
    """Shares and rates of change between numbers of one unit, at the precision said."""
    for figure in source.figures:
        if figure.unit == "%" and _close(value, figure.value, fact, rounded=True):
            return figure.how
    if how := _between_rates(value, fact, _by_unit(source).get("%", []), source, answer):
        return how
    is_share = bool(_SHARE_BEFORE.search(answer[max(0, fact.start - 8) : fact.start]))
    is_change = bool(direction.told(answer, fact)) and answer[fact.end : fact.end + 1] not in ("로", "까")
    for one, other in _pairs(source):
        if one.fact.value[1] == "%":
            continue
        a, b = one.fact.value[0], other.fact.value[0]
        if not is_change and _close(value, a / b * 100, fact, rounded=True):
            return f"{one.fact.text} ÷ {other.fact.text}"
        if is_share:
            continue
        if _is_change(value, one, other, fact) and not direction.contradicted(
            answer, fact, one, other, source, other
        ):
            return f"({one.fact.text} - {other.fact.text}) ÷ {other.fact.text}"
    return ""


def _is_change(value: Decimal, item: SourceFact, base: SourceFact, fact: Fact) -> bool:
    a, b = item.fact.value[0], base.fact.value[0]
    return _close(value, abs(a - b) / b * 100, fact, rounded=True)


def _between_rates(
    value: Decimal, fact: Fact, points: list[SourceFact], source: SourceText, answer: str
) -> str:
    """Differences and sums of percentages, and what is left of a hundred."""
    for one, other in combinations(points, 2):
        a, b = one.fact.value[0], other.fact.value[0]
        if _close(value, abs(a - b), fact) and not direction.contradicted(answer, fact, one, other, source):
            return f"{one.fact.text}와 {other.fact.text}의 차"
        if _close(value, a + b, fact) and a + b <= 100:
            return f"{one.fact.text} + {other.fact.text}"
    return "100%에서 뺀 값" if any(_close(value, 100 - p.fact.value[0], fact) for p in points) else ""


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


def _span_of_days(value: Decimal, unit: str, fact: Fact, source: SourceText) -> str:
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


def _span_of_months(value: Decimal, unit: str, fact: Fact, source: SourceText) -> str:
    """Count months between two full dates said close together: those touched, or those filled."""
    days = [
        (dt.date(*item.fact.value), item)
        for item in source.facts["date"]
        if None not in item.fact.value and weekday_of(*item.fact.value)
    ]
    for (a, one), (b, other) in combinations(days[:40], 2):
        touched = abs((a.year - b.year) * 12 + a.month - b.month) + 1
        filled = round(abs((a - b).days) / 30.4)
        if value > 1 and value in (touched, filled) and close_by(one, other):
            return f"{one.fact.text}~{other.fact.text}"
    return ""


def close_by(one: SourceFact, other: SourceFact) -> bool:
    return one.name == other.name and abs(one.line - other.line) <= 2


def _span_of_time(value: Decimal, unit: str, fact: Fact, source: SourceText) -> str:
    """Count minutes between two times on one line, or turn hours and minutes into each other."""
    minutes = int(value * 60) if unit == "시간" else int(value)
    for one, other in combinations(source.facts["time"][:40], 2):
        (a, a_vague), (b, b_vague) = one.fact.value, other.fact.value
        gaps = {abs(a - b), abs(abs(a - b) - 720)} if a_vague or b_vague else {abs(a - b)}
        slack = max(5, minutes // 10) if fact.approximate else 0
        if (
            any(gap and abs(gap - minutes) <= slack for gap in gaps)
            and one.name == other.name
            and one.line == other.line
        ):
            return f"{one.fact.text}~{other.fact.text}"
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        if their_unit in ("시간", "분") and theirs * (60 if their_unit == "시간" else 1) == minutes:
            return item.fact.text
    return ""


_SPANS = {
    "일": _span_of_days,
    "박": _span_of_days,
    "주": _span_of_days,
    "개월": _span_of_months,
    "시간": _span_of_time,
    "분": _span_of_time,
}
