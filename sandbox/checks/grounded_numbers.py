"""A number of an answer looked up in the sources: as it stands, in another unit, rounded, or calculated.

Hides which units count the same things and when the words around a number turn it into another fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sandbox.checks.derived import derive, in_ten, turned
from sandbox.checks.direction import LESS, MORE, told
from sandbox.checks.facts import Fact
from sandbox.checks.korean_numbers import precision
from sandbox.checks.particles import quoted
from sandbox.checks.sources import SourceFact, SourceText

_THINGS = frozenset({"팀", "부서", "과", "업체", "기관", "노선", "읍면동", "조", "동"})
_SAME_UNITS = (
    {"개", "곳"},
    {"개", "건"},
    {"개", "대"},
    {"개", "종"},
    {"건", "종"},
    {"명", "석"},
    {"회", "차"},
    {"일", "박"},
    {"세대", "가구"},
    {"위", "등"},
    {"개사", "곳", "개"},
    {"개사", "업체"},
    {"팀", "개"},
    {"년", "주년"},
)


_COUNTERS = _THINGS | {"명", "건", "개", "곳", "대", "종", "개사"}
_UNIT_WORKED_OUT = "원문 단위"
_FEW = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one fact: grounded as it is, with an explanation, or not at all."""

    fact: Fact
    grounded: bool
    how: str = ""
    problem: str = ""
    source: SourceFact | None = None

    @property
    def as_it_stands(self) -> bool:
        """Say whether the number stands in the source, at most in another unit."""
        return not self.how or self.how.startswith(_UNIT_WORKED_OUT)


def find_number(fact: Fact, source: SourceText, answer: str) -> Finding:
    value, unit = fact.value
    candidates = source.facts["number"]
    same = [item for item in candidates if item.fact.value[0] == value]
    agreeing = [item for item in same if _counts_agree(fact, item, answer, source)]
    if agreeing:
        return _same_way(fact, agreeing, source, answer)
    if unit in {"개", "곳", *_THINGS} and any(item.fact.value[0] == value for item in source.facts["things"]):
        return Finding(fact, True)
    if _by_sign(fact, value, unit, source, answer):
        return Finding(fact, True)
    if _in_dates(fact, value, unit, source) or _bare(fact, value, unit, source, bool(same)):
        return Finding(fact, True)
    scaled = next(
        (scale for scale in source.scales if unit in ("원", "명") and has_bare(source, value / scale)), None
    )
    if scaled:
        return Finding(fact, True, f"{_UNIT_WORKED_OUT}({scaled:,}{unit})를 풀어 쓴 값")
    rounded = _rounding(fact, value, unit, source)
    if rounded is not None:
        return rounded
    how = derive(abs(value), unit, fact, source, answer)
    if how:
        return Finding(fact, True, f"계산된 값: {how}")
    if pair := turned(abs(value), unit, fact, source, answer):
        return Finding(fact, False, problem=f"원문의 {pair}에서 계산하면 늘고 준 방향이나 기준이 다릅니다.")
    if share := in_ten(fact, source, answer):
        return Finding(fact, True, f"계산된 값: {share}")
    if value == 0 and unit == "원" and "무료" in source.packed:
        return Finding(fact, True, "원문의 '무료'를 금액으로 쓴 값")
    return _other_unit(fact, same)


def _other_unit(fact: Fact, same: list[SourceFact]) -> Finding:
    """Tell a number that stands in the source with another unit; a few of one thing and of another are no slip."""
    value, unit = fact.value
    kin = [item for item in same if value >= _FEW or {unit, item.fact.value[1]} <= _COUNTERS]
    if not kin:
        return Finding(fact, False)
    told = f"원문에는 {quoted(kin[0].fact.text, '으로/로')} 되어 있어 단위가 다릅니다."
    return Finding(fact, False, problem=told, source=kin[0] if value >= _FEW else None)


def _same_way(fact: Fact, same: list[SourceFact], source: SourceText, answer: str) -> Finding:
    """A number that the source says rose must not be told as fallen."""
    way = told(answer, fact)
    turns = [item for item in same if way and told(source.texts[item.name], item.fact) == -way]
    if len(turns) < len(same):
        return Finding(fact, True)
    return Finding(fact, False, problem="원문과 늘고 준 방향이 반대입니다.", source=turns[0])


def _counts_agree(fact: Fact, item: SourceFact, answer: str, source: SourceText) -> bool:
    """노선 3개 and 3개 노선 count the same things; so do 기관 3곳 and 3개 기관."""
    mine, theirs = fact.value[1], item.fact.value[1]
    if _units_agree(mine, theirs):
        return True
    their_text = source.texts[item.name]
    return _counts_thing(mine, theirs, their_text, item.fact) or _counts_thing(theirs, mine, answer, fact)


def _counts_thing(thing: str, counter: str, text: str, counted: Fact) -> bool:
    if thing not in _THINGS or counter not in ("개", "곳", "개사"):
        return False
    return thing in re.split(r"[\n,.|]", text[max(0, counted.start - 10) : counted.start])[-1]


def _units_agree(mine: str, theirs: str) -> bool:
    if mine == theirs or not mine or not theirs:
        return True
    return any(mine in group and theirs in group for group in _SAME_UNITS)


def _by_sign(fact: Fact, value: Decimal, unit: str, source: SourceText, answer: str) -> bool:
    """△80 is 80명 감소, and the other way round: a minus sign and a word for less say the same."""
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        if theirs != -value or not value or not _units_agree(unit, their_unit):
            continue
        text, said = (answer, fact) if value > 0 else (source.texts[item.name], item.fact)
        if _says_less(text, said):
            return True
    return False


def _says_less(text: str, fact: Fact) -> bool:
    """Say whether a word for less stands with a number: behind it in its clause, or right before it."""
    behind = re.split(r"[\n|;]|\.\s", text[fact.end : fact.end + 24])[0]
    before = re.split(r"[\n|,.;]", text[max(0, fact.start - 10) : fact.start])[-1]
    if MORE.search(behind):
        return bool(LESS.search(behind)) and _first(LESS, behind) < _first(MORE, behind)
    return bool(LESS.search(behind) or LESS.search(before))


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)


def _in_dates(fact: Fact, value: Decimal, unit: str, source: SourceText) -> bool:
    """22일 and 2026년 may stand in the source as parts of dates."""
    if unit not in ("일", "년", "") or value != int(value) or fact.text.endswith("간"):
        return False
    at = 2 if unit == "일" else 0
    return any(item.fact.value[at] == int(value) for item in source.facts["date"])


def has_bare(source: SourceText, value: Decimal) -> bool:
    return any(item.fact.value[0] == value for item in source.facts["bare"])


def _bare(fact: Fact, value: Decimal, unit: str, source: SourceText, has_unit: bool) -> bool:
    """A figure without a unit on either side (a table cell, a phone number) agrees by its digits."""
    if unit == "전화":
        return re.sub(r"\D", "", fact.text) in re.sub(r"[^\d\n]", "", "\n".join(source.texts.values()))
    return not has_unit and (not unit) and has_bare(source, value)


def _rounding(fact: Fact, value: Decimal, unit: str, source: SourceText) -> Finding | None:
    step = precision(re.sub(r"[^\d,.십백천만억조]", "", fact.text))
    for item in source.facts["number"]:
        theirs, their_unit = item.fact.value
        near = abs(theirs - value) <= step / 2 and theirs != value and step > 0
        if (
            not near
            or not _units_agree(unit, their_unit)
            or (unit and not their_unit and unit not in ("원", "%", "명"))
        ):
            continue
        if fact.approximate or item.fact.approximate or (unit == "%" and "." in fact.text):
            return Finding(fact, True, f"반올림한 값: 원문은 {item.fact.text}", source=item)
        if step >= 1000 or (step >= 100 and value >= 10_000):
            text = f"원문은 '{item.fact.text}'입니다. 반올림했다면 '약'을 붙이세요."
            return Finding(fact, False, problem=text, source=item)
    return None
