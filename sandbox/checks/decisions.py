"""Decisions of minutes, tied to transcript lines: missing, said first and revised, different, badly sourced, invented.

Hides where an answer keeps its decisions (under 결정사항, in a table, in bullets with sub-bullets) and how a
time or a line number in an answer is taken for evidence.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field, field_validator

from sandbox.checks import facts as fact_finding
from sandbox.checks import minutes
from sandbox.checks.decision_entries import Entry, joined, read_entries
from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.lines import quote
from sandbox.checks.minutes import best_line, first_of, names_words, share_of_words
from sandbox.checks.particles import particle, quoted
from sandbox.checks.shape import pattern_of
from sandbox.checks.sources import SourceText
from sandbox.records import CheckContext, Evidence

_NOT = re.compile(
    r"않기로|않는|안\s?하기로|안\s?하고|취소|부결|보류|철회|정하지\s?(?:못|않)|미정|말기로|제외하기로|미루|넘기"
)
_CHANGED = re.compile(r"당초|처음|기존|원래|애초|변경|바꾸|바꿈|바꿔|바뀌|바뀜|대신|에서\s|→|수정|조정|번복")
_LINE = re.compile(
    r"(?<![\d:.])(?:L\s?)?(?P<n>\d{1,4})\s?(?:행|줄|번째\s?줄|번\s?줄)|L\s?(?P<l>\d{1,4})(?!\d)"
)

_STRANGE, _DOUBTFUL = 0.4, 0.6  # shares of its words that the transcript holds


class ExpectedDecision(Params):
    """One decision: what it is about, what was decided in the end, what was said before, and where."""

    topic: str = Field(min_length=1)
    said: str = Field(min_length=1)
    was: str = ""
    at: str = Field(
        default="", pattern=r"^$|^\s*(?:\d{1,2}:\d{2}|\d{1,4})(?:\s*\|\s*(?:\d{1,2}:\d{2}|\d{1,4}))*\s*$"
    )

    @field_validator("topic", "said", "was", "at", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """YAML reads 2026-11-25 as a date and 9:34 as 574 minutes."""
        if isinstance(value, dt.date):
            return f"{value.year}. {value.month}. {value.day}."
        return "" if value is None else value


class DecisionsParams(Params):
    items: list[ExpectedDecision] = Field(min_length=1)
    source: str = ""
    needs_evidence: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """One expected decision beside what the answer made of it."""

    item: ExpectedDecision
    entry: Entry | None
    source: SourceText
    needs_evidence: bool


def decisions(params: DecisionsParams, context: CheckContext) -> Outcome:
    """Match expected decisions with those written and say of each what became of it, with its transcript line."""
    source = minutes.one_source(context.sources, params.source)
    entries = read_entries(context.answer)
    pairs = _match(params.items, entries)
    bad: list[Evidence] = []
    good: list[Evidence] = []
    for item, entry in pairs:
        case = _Case(item, entry, source, params.needs_evidence)
        problem = _problem(case)
        if problem is not None:
            bad.append(problem)
        elif entry is not None:
            good.append(
                _at(
                    entry,
                    f"{quoted(first_of(item.topic))}: 마지막에 정한 내용과 맞습니다.",
                    _final_line(case),
                )
            )
    used = {id(entry) for _, entry in pairs if entry is not None}
    extra = [entry for entry in entries if entry.decided and id(entry) not in used]
    invented, known = _extras(extra, source, params)
    told = f"결정 {len(params.items)}건 가운데 {len(good)}건이 맞습니다."
    if invented:
        told += f" 자료에 없는 결정이 {len(invented)}건 있습니다."
    if bad or (invented and params.only):
        return failed(told, (*bad, *invented, *good, *known))
    if invented:
        return unknown(told + " 사람이 확인하세요.", (*invented, *good, *known))
    return passed(told, (*good, *known))


# --------------------------------------------------------------------------- matching


def _match(
    items: list[ExpectedDecision], entries: list[Entry]
) -> list[tuple[ExpectedDecision, Entry | None]]:
    """An entry serves once; a line that holds two decisions serves both where both are said in it."""
    places = [entry for entry in entries if entry.in_decisions] or entries
    taken = minutes.paired(len(items), len(places), lambda i, j: _score(items[i], places[j]))
    pairs: list[tuple[ExpectedDecision, Entry | None]] = []
    for i, item in enumerate(items):
        about = [entry for entry in places if names_words(item.topic, entry.text)]
        chosen = places[taken[i]] if i in taken else None
        chosen = chosen or next((entry for entry in about if says(item.said, entry.text)), None)
        if len(about) > 1 and not (chosen and says(item.said, chosen.text)):
            chosen = _told_apart(item, joined(about)) or chosen
        pairs.append((item, chosen))
    return pairs


def _told_apart(item: ExpectedDecision, whole: Entry) -> Entry | None:
    """Take the place and the hour of one decision, written as two lines, for the decision."""
    is_whole = says(item.said, whole.text) and not (item.was and says(item.was, whole.text))
    return whole if is_whole else None


def _score(item: ExpectedDecision, entry: Entry) -> float:
    if not names_words(item.topic, entry.text):
        return 0
    score = 1.0 + entry.decided + 2 * says(item.said, entry.text)
    score += 0.5 * names_words(item.topic, entry.text[:20])  # what a line is about stands at its head
    return score + bool(item.was and says(item.was, entry.text))


def says(words: str, text: str) -> bool:
    """An alternative is said when its dates stand in the text, however written, and its other words too."""
    dates = [fact.value for fact in fact_finding.find_dates(text)]
    for option in words.split("|"):
        wanted = [fact for fact in fact_finding.find_dates(option) if fact.value[1]]
        rest = option
        for fact in reversed(wanted):
            rest = rest[: fact.start] + " " + rest[fact.end :]
        rest = re.sub(r"[\s~∼–\-]+", " ", rest).strip()
        dated = all(_has_date(fact.value, dates) for fact in wanted)
        if (wanted or rest) and dated and (not rest or names_words(rest, text)):
            return True
    return False


def _has_date(wanted: Any, dates: list[Any]) -> bool:
    year, month, day = wanted
    return any((m, d) == (month, day) and (y == year or None in (y, year)) for y, m, d in dates)


# --------------------------------------------------------------------------- judging


def _problem(case: _Case) -> Evidence | None:
    """Return what is wrong with one decision, the content before its evidence; None when nothing is."""
    item, entry, topic = case.item, case.entry, first_of(case.item.topic)
    right = f"{topic}: {first_of(item.said)}" + (f" ({item.at.split('|')[0].strip()})" if item.at else "")
    if entry is None:
        return Evidence(f"빠진 결정입니다: {quoted(topic)}", source_line=_final_line(case), correction=right)
    final, earlier = says(item.said, entry.text), bool(item.was) and says(item.was, entry.text)
    if earlier and not (final and _CHANGED.search(entry.text)):
        text = f"{quoted(topic)}: 앞서 말했다가 바뀐 내용입니다. {quoted(first_of(item.was), '은/는')} 뒤에 바뀌었습니다."
        return _at(entry, text, _final_line(case), right)
    turned = _NOT.search(entry.text) and not _NOT.search(item.said + _final_line(case))
    if not final or turned or _instead(item.topic, entry.text):
        text = f"{quoted(topic)}: 다른 내용입니다. 회의에서는 {quoted(first_of(item.said), '으로/로')} 정했습니다."
        return _at(entry, text, _final_line(case), right)
    return _evidence_problem(case, entry, right)


def _instead(topic: str, text: str) -> bool:
    """천막 대신 의자 20동 speaks of chairs: the topic, bare and named for the last time, has something instead of it."""
    words = [word for option in topic.split("|") for word in option.split()]
    named = [found for word in words for found in pattern_of(word).finditer(text)]
    last = max(named, key=lambda found: found.end(), default=None)
    is_bare = last is not None and bool(re.search(r"(?:^|[:/,.(])\s*$", text[: last.start()]))
    return last is not None and is_bare and bool(re.match(r"\s?대신", text[last.end() :]))


def _evidence_problem(case: _Case, entry: Entry, right: str) -> Evidence | None:
    """Judge the time or line number an entry gives as its evidence."""
    topic = first_of(case.item.topic)
    if not case.item.at:
        return None
    places = [place.strip() for place in case.item.at.split("|")]
    given = _given(entry)
    if any(_as_place(place) in given for place in places):
        return None
    if not given:
        if not case.needs_evidence:
            return None
        text = f"{quoted(topic)}: 근거 시각이 없습니다."
        return _at(
            entry, text, _final_line(case), f"{places[0]}{particle(places[0], '을/를')} 근거로 적으세요."
        )
    kind, number = next(iter(given))
    shown = f"{number // 60:02}:{number % 60:02}" if kind == "time" else f"{number}행"
    there = (
        minutes.lines_at(case.source, number)
        if kind == "time"
        else [minutes.line_number(case.source, number)]
    )
    why = "녹취록에 없는 시각입니다" if not any(there) else "그 줄은 이 결정의 말이 아닙니다"
    if any(there) and case.item.was and any(says(case.item.was, line) for line in there):
        why = "그 줄은 뒤에 바뀐 말입니다"
    text = f"{quoted(topic)}: 근거 시각이 틀렸습니다. {shown} - {why}."
    return _at(entry, text, _final_line(case), right)


def _as_place(place: str) -> tuple[str, int]:
    found = minutes.stamps(place)
    return ("time", found[0][0]) if found else ("line", int(place))


def _given(entry: Entry) -> dict[tuple[str, int], None]:
    """Return the times and line numbers that an entry gives as evidence: in brackets, at its ends, or in a column."""
    given: dict[tuple[str, int], None] = {}
    for piece in entry.evidence:
        given |= {("time", at): None for at, _, _ in minutes.stamps(piece)}
        given |= {("line", int(m["n"] or m["l"])): None for m in _LINE.finditer(piece)}
        if re.fullmatch(r"\s*\d{1,4}\s*", piece):
            given[("line", int(piece))] = None
    return given


def _final_line(case: _Case) -> str:
    """Return the transcript line of the final word: the one at its time, else the one that says most of it."""
    item = case.item
    for place in item.at.split("|") if item.at else ():
        kind, number = _as_place(place.strip())
        found = (
            minutes.lines_at(case.source, number)
            if kind == "time"
            else [minutes.line_number(case.source, number)]
        )
        line = max(found, key=lambda each: share_of_words(item.said, each), default="")
        if line:
            return line

    def score(line: str) -> float:
        topic, said = share_of_words(item.topic, line), says(item.said, line)
        return topic + 2 * said if topic or said else 0

    return best_line(case.source, score)


# --------------------------------------------------------------------------- what nobody expected


def _extras(
    entries: list[Entry], source: SourceText, params: DecisionsParams
) -> tuple[list[Evidence], list[Evidence]]:
    """Split decisions nobody expected into those the transcript does not know and those it does."""
    invented, known = [], []
    for entry in entries:
        if len(re.findall(r"[가-힣]{2,}", entry.text)) < 2:
            continue
        if any(names_words(item.topic, entry.text) for item in params.items):
            continue
        near = source.nearest_text(entry.text)
        support = source.support(entry.text)
        is_strange = support < _STRANGE or (support < _DOUBTFUL and not near)
        if source.texts and (is_strange or _amounts_from_nowhere(entry.text, source)):
            text = f"자료에 없는 결정입니다: '{quote(entry.text)}'"
            invented.append(_at(entry, text, near, "녹취록에서 확인하고, 없으면 지우세요."))
        else:
            text = f"정답에는 없지만 녹취록에 나오는 내용입니다(참고): '{quote(entry.text)}'"
            known.append(_at(entry, text, near))
    return invented, known


def _amounts_from_nowhere(text: str, source: SourceText) -> bool:
    """An amount of money the transcript never says gives an invented decision away, whatever words it borrows."""
    known = {item.fact.value[0] for item in source.facts["number"]}
    return any(
        fact.value[1] == "원" and fact.value[0] not in known for fact in fact_finding.find_numbers(text)
    )


def _at(entry: Entry, text: str, source_line: str, correction: str = "") -> Evidence:
    start = entry.line.start + len(entry.line.text) - len(entry.line.text.lstrip())
    return Evidence(text, entry.line.number, start, entry.end, source_line, correction)
