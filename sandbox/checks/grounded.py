"""Groundedness: every number, date, time, name, organisation and statute of the answer stands in a source.

Hides when two ways of writing are one fact, when a number follows from the source (계산된 값) and when it
is a rounding. What it cannot know: whether a fact that does stand in the source is used for the right thing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from pydantic import Field

from sandbox.checks import facts as fact_finding
from sandbox.checks.derived import close_by
from sandbox.checks.facts import Fact, weekday_of
from sandbox.checks.grounded_numbers import Finding, find_number, has_bare
from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.lines import line_around, line_of, quote, squeeze
from sandbox.checks.particles import particle, quoted
from sandbox.checks.roles import misplaced
from sandbox.checks.sources import SourceFact, SourceText
from sandbox.records import CheckContext, Evidence

What = Literal["number", "date", "time", "name", "organisation", "statute"]
_LABELS = {
    "number": "숫자",
    "date": "날짜",
    "time": "시각",
    "name": "이름",
    "organisation": "기관·부서",
    "statute": "법령",
}
_FORM_UNITS = frozenset({"쪽", "가지", "단계", "번째", "항목", "줄", "문장", "단락", "자", "장표"})


class GroundedParams(Params):
    what: list[What] = Field(
        default=["number", "date", "time", "name", "organisation", "statute"], min_length=1
    )
    sources: list[str] = Field(default_factory=list)
    allow: list[str] = Field(default_factory=list)


def grounded(params: GroundedParams, context: CheckContext) -> Outcome:
    """Look up every fact of the answer in the sources; one piece of evidence for each that is not there."""
    sources = {
        name: context.sources[name] for name in (params.sources or context.sources) if name in context.sources
    }
    lost = [name for name in params.sources if name not in context.sources]
    if lost or not any(text.strip() for text in sources.values()):
        return unknown(
            "비교할 원문이 없어 확인할 수 없습니다.",
            tuple(Evidence(f"원문 {quoted(name, '이/가')} 없습니다.") for name in lost),
        )
    source = SourceText(sources)
    found = fact_finding.find_facts(context.answer, known_names=source.names)
    facts = [f for f in (*found, *_said_in_words(context.answer)) if f.kind in params.what]
    facts = [f for f in facts if _matters(f, context.answer) and not _allowed(f, params.allow)]
    if not facts:
        asked = "·".join(_LABELS[kind] for kind in params.what)
        return unknown(
            f"답에 원문과 비교할 {asked}{particle(asked, '이/가')} 없습니다.",
            (Evidence("숫자나 날짜 같은 사실이 들어 있는 답으로 다시 확인하세요."),),
        )
    findings = [_in_its_place(_look_up(f, source, context.answer), source, context.answer) for f in facts]
    wrong = [item for item in findings if not item.grounded]
    explained = tuple(
        _explain(item, context.answer, source) for item in findings if item.grounded and item.how
    )
    if wrong:
        told = f"사실 {len(findings)}개 가운데 {len(wrong)}개가 원문에 없습니다."
        return failed(told, tuple(_accuse(item, context.answer, source) for item in wrong) + explained)
    computed = f" 그 가운데 {len(explained)}개는 계산했거나 바꿔 쓴 값입니다." if explained else ""
    return passed(f"사실 {len(findings)}개를 모두 원문에서 찾았습니다.{computed}", explained)


def _said_in_words(answer: str) -> tuple[Fact, ...]:
    """Return counts of ten and more in words (열 명); smaller ones are figures of speech too often."""
    return tuple(
        fact
        for fact in fact_finding.find_numbers(answer, words=True)
        if "가" <= fact.text[0] <= "힣"
        and fact.value[0] >= 10
        and fact.value[1] in ("명", "곳", "건", "대", "가구")
        and not re.search(r"\d", fact.text)
    )


def _matters(fact: Fact, answer: str) -> bool:
    """Leave out figures that speak of the answer's own form, and bare single digits in prose."""
    if fact.kind != "number":
        return True
    value, unit = fact.value
    if unit in _FORM_UNITS or (value == 1 and unit and answer[fact.end : fact.end + 1] == "당"):
        return False  # 1인당 and 1가구당 say no number
    if unit == "" and value < 10 and value == int(value):
        line = line_around(answer, fact.start, fact.end)
        return "|" in line and not re.match(rf"^\s*\|?\s*{re.escape(fact.text)}\s*\|", line)
    return not (
        unit == "개"
        and value <= 5
        and re.match(r"\s?(항목|의|로|부분|단계|문장|축|분야|파트|안)", answer[fact.end :])
    )


def _allowed(fact: Fact, allow: list[str]) -> bool:
    """A term allows a fact when it is the same fact, however both are written; a part of one is not enough."""
    said = {squeeze(fact.text), squeeze(str(fact.value))}
    return any(
        squeeze(term) in said
        or any(_same_fact(fact, other) for other in fact_finding.find_facts(term, words=True))
        for term in allow
    )


def _same_fact(fact: Fact, other: Fact) -> bool:
    if fact.kind != other.kind:
        return False
    if fact.kind == "date":
        one, two = fact.value, other.value
        return bool(one[1:] == two[1:] and (one[0] == two[0] or (one[1] and None in (one[0], two[0]))))
    if fact.kind == "time":
        vague = fact.value[1] or other.value[1]
        return bool((fact.value[0] - other.value[0]) % (720 if vague else 1440) == 0)
    return bool(fact.value == other.value)


def _in_its_place(found: Finding, source: SourceText, answer: str) -> Finding:
    """A number that does stand in the source may still be told of another row or another thing."""
    if found.fact.kind != "number" or not found.grounded or not found.as_it_stands:
        return found
    problem = misplaced(found.fact, source, answer)
    return replace(found, grounded=False, problem=problem) if problem else found


def _look_up(fact: Fact, source: SourceText, answer: str) -> Finding:
    if fact.kind == "number":
        return find_number(fact, source, answer)
    if fact.kind == "date":
        return _date(fact, source)
    if fact.kind == "time":
        return _time(fact, source)
    if fact.kind == "statute":
        return _statute(fact, source)
    return Finding(fact, squeeze(str(fact.value)) in source.packed)


# --------------------------------------------------------------------------- dates, times, statutes


def _date(fact: Fact, source: SourceText) -> Finding:
    year, month, day = fact.value
    wrong_day = _wrong_weekday(fact, source)
    known = source.facts["date"]
    years = {item.fact.value[0] for item in known} - {None}
    for item in known:
        y, m, d = item.fact.value
        if (m, d) == (month, day) and (y == year or y is None or year is None):
            if y is None and year is not None and year not in years and not has_bare(source, Decimal(year)):
                continue
            if wrong_day:
                return Finding(fact, False, problem=wrong_day, source=item)
            return Finding(fact, True, f"계산된 값: {item.how}" if item.how else "", source=item)
    if (
        day is None
        and month is not None
        and any(
            item.fact.value[1] == month and (year is None or item.fact.value[0] in (year, None))
            for item in known
        )
    ):
        return Finding(fact, True)
    if month is None and year is not None and (year in years or has_bare(source, Decimal(year))):
        return Finding(fact, True)
    return _joined_date(fact, source) or _ungrounded_date(fact, source, wrong_day)


def _joined_date(fact: Fact, source: SourceText) -> Finding | None:
    """Accept 11월 24일 where the source says 11월 and, close by, 24일까지."""
    year, month, day = fact.value
    if not day or (year and not any(item.fact.value[0] == year for item in source.facts["date"])):
        return None
    months = [item for item in source.facts["date"] if item.fact.value[1:] == (month, None)]
    days = [item for item in source.facts["number"] if item.fact.value == (Decimal(day), "일")]
    for one in months:
        for other in days:
            if close_by(one, other) and other.fact.text.endswith("일"):
                how = f"{quoted(one.fact.text, '와/과')} {quoted(other.fact.text, '을/를')} 합친 날짜"
                return Finding(fact, True, how, source=other)
    return None


def _ungrounded_date(fact: Fact, source: SourceText, wrong_day: str) -> Finding:
    year, month, day = fact.value
    for item in source.facts["date"]:
        y, m, d = item.fact.value
        if day and (m, d) == (month, day):
            if y is None and fact.weekday and weekday_of(year or 1, m, d) == item.fact.weekday:
                return Finding(fact, True, "계산된 값: 원문의 요일과 맞는 연도", source=item)
            problem = f"원문은 '{item.fact.text}'입니다. 연도가 다르거나 원문에 없습니다."
            return Finding(fact, False, problem=problem, source=item)
    return Finding(fact, False, problem=wrong_day)


def _wrong_weekday(fact: Fact, source: SourceText) -> str:
    year, month, day = fact.value
    if not fact.weekday or not month or not day:
        return ""
    years = {item.fact.value[0] for item in source.facts["date"]} - {None}
    year = year or (next(iter(years)) if len(years) == 1 else None)
    right = weekday_of(year, month, day) if year else None
    if right is None or right == fact.weekday:
        return ""
    return f"{year}. {month}. {day}.은 {fact.weekday}요일이 아니라 {right}요일입니다."


def _time(fact: Fact, source: SourceText) -> Finding:
    minutes, vague = fact.value
    for item in source.facts["time"]:
        theirs, their_vague = item.fact.value
        if minutes == theirs or ((vague or their_vague) and minutes % 720 == theirs % 720):
            return Finding(fact, True, source=item)
    return Finding(fact, False)


def _statute(fact: Fact, source: SourceText) -> Finding:
    name, article = fact.value
    if name and squeeze(name) not in source.packed:
        return Finding(fact, False, problem="원문에 나오지 않는 법령입니다. 국가법령정보센터에서 확인하세요.")
    if article and squeeze(article) not in source.packed:
        return Finding(
            fact, False, problem=f"원문에는 {quoted(article, '이/가')} 없습니다. 조문 번호를 확인하세요."
        )
    return Finding(fact, True)


# --------------------------------------------------------------------------- evidence


def _explain(item: Finding, answer: str, source: SourceText) -> Evidence:
    fact = item.fact
    where = source.line_text(item.source) if item.source else ""
    return Evidence(
        f"'{quote(fact.text)}': {item.how}", line_of(answer, fact.start), fact.start, fact.end, where
    )


def _accuse(item: Finding, answer: str, source: SourceText) -> Evidence:
    """Name the fact, why it is not believed, the nearest source line, and what stands there."""
    fact = item.fact
    label = _LABELS[fact.kind]
    words = line_around(answer, fact.start, fact.end)
    near = item.source
    if near is None:
        found = source.nearest(words.replace(fact.text, " "))
        where = f"{found[0]}:{found[1]} {quote(found[2], 90)}" if found else ""
        near = _only_one_like(fact, source, found) if found else None
    else:
        where = source.line_text(near)
    text = f"{label} {quoted(quote(fact.text), '이/가')} 원문에 없습니다."
    if item.problem:
        text = f"{label} '{quote(fact.text)}': {item.problem}"
    correction = (
        f"원문대로 {quoted(near.fact.text, '으로/로')} 고치세요." if near else "원문에서 확인하거나 지우세요."
    )
    return Evidence(text, line_of(answer, fact.start), fact.start, fact.end, where, correction)


def _only_one_like(fact: Fact, source: SourceText, found: tuple[str, int, str]) -> SourceFact | None:
    """Return the one fact of the same kind and unit on the nearest line; several would be a guess."""
    here = [item for item in source.facts[fact.kind] if item.name == found[0] and item.line == found[1]]
    if fact.kind == "number":
        here = [item for item in here if item.fact.value[1] == fact.value[1]]
    return here[0] if len(here) == 1 else None
