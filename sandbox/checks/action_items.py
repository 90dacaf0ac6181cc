"""Action items of minutes: what is to be done, by whom, until when, tied to the transcript.

Hides whether the answer wrote them as a table, as bullets, or as bullets with sub-bullets. What the
source leaves open must be said to be 미정: an owner or a due date from nowhere is a mistake.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from pydantic import Field, field_validator

from sandbox.checks import facts as fact_finding
from sandbox.checks.action_entries import Entry, read_entries
from sandbox.checks.kind import Outcome, Params, failed, passed
from sandbox.checks.lines import quote, squeeze
from sandbox.checks.particles import particle
from sandbox.checks.people import find_names, find_organisations
from sandbox.checks.shape import pattern_of
from sandbox.checks.sources import SourceText, find_relative, resolve_relative
from sandbox.records import CheckContext, Evidence

_UNDECIDED = re.compile(
    r"미정|미지정|미확정|추후|정해지지|정하지\s?않|언급\s?(이\s?)?없|확인\s?필요|명시되지|없음|TBD|나오지\s?않|논의\s?필요|결정되지|해당\s?없",
    re.I,
)
_OPEN = "미정"


class ExpectedItem(Params):
    """One action the answer must hold; ``was_owner`` and ``was_due`` are what was said first and revised."""

    task: str = Field(min_length=1)
    owner: str = _OPEN
    due: str = _OPEN
    was_owner: str = ""
    was_due: str = ""

    @field_validator("owner", "due", "was_owner", "was_due", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """YAML reads 2026-11-25 as a date and an empty value as None."""
        if isinstance(value, dt.date):
            return f"{value.year}. {value.month}. {value.day}."
        return _OPEN if value is None else value


class ActionItemsParams(Params):
    items: list[ExpectedItem] = Field(min_length=1)
    source: str = ""


def action_items(params: ActionItemsParams, context: CheckContext) -> Outcome:
    """Match expected actions with those written, one by one; tell missing, wrong and invented apart."""
    names = [params.source] if params.source in context.sources else list(context.sources)
    source = SourceText({name: context.sources[name] for name in names})
    entries = read_entries(context.answer)
    pairs = _match(params.items, entries)
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for item, entry in pairs:
        problems = _judge(item, entry, source, params)
        bad += problems
        if entry is not None and not problems:
            good.append(_at(entry, f"'{_task(item)}': 담당과 기한이 맞습니다.", _line_for(item, source)))
    used = {id(entry) for _, entry in pairs if entry is not None}
    invented, extra = _extras(
        [entry for entry in entries if entry.is_action and id(entry) not in used], source, params
    )
    bad += invented
    told = f"조치사항 {len(params.items)}건 가운데 {len(good)}건이 맞습니다."
    if invented:
        told += f" 회의록에 없는 조치가 {len(invented)}건 있습니다."
    return failed(told, (*bad, *good, *extra)) if bad else passed(told, (*good, *extra))


# --------------------------------------------------------------------------- matching


def _match(items: list[ExpectedItem], entries: list[Entry]) -> list[tuple[ExpectedItem, Entry | None]]:
    """Give each expected action the entry that fits best; an entry serves once where it can."""
    scored = sorted(
        ((_score(item, entry), -j, i, j) for i, item in enumerate(items) for j, entry in enumerate(entries)),
        reverse=True,
    )
    taken: dict[int, int] = {}
    for score, _, i, j in scored:
        if score > 0 and i not in taken and j not in taken.values():
            taken[i] = j
    return [(item, entries[taken[i]] if i in taken else None) for i, item in enumerate(items)]


def _score(item: ExpectedItem, entry: Entry) -> float:
    if not _names_task(item, entry.text):
        return 0
    score = 1.0 + 2 * entry.is_action
    score += 1.0 * (item.owner != _OPEN and _holds(item.owner, _owner_text(entry)))
    return score + 1.0 * (item.due != _OPEN and _same_due(item.due, _due_text(entry), None))


def _names_task(item: ExpectedItem, text: str) -> bool:
    """An alternative fits when all its words stand in the entry."""
    return any(
        all(pattern_of(word).search(text) for word in option.split())
        for option in item.task.split("|")
        if option.strip()
    )


def _holds(wanted: str, text: str) -> bool:
    return any(squeeze(option) in squeeze(text) for option in wanted.split("|") if option.strip())


def _owner_text(entry: Entry) -> str:
    return entry.owner if entry.owner is not None else entry.text


def _due_text(entry: Entry) -> str:
    return entry.due if entry.due is not None else entry.text


def _same_due(wanted: str, text: str, base: dt.date | None) -> bool:
    """Compare by date where both can be read as one, by words otherwise."""
    if _holds(wanted, text):
        return True
    mine = [fact.value for fact in fact_finding.find_dates(text)]
    if base is not None:
        days = (resolve_relative(match, base) for match in find_relative(text))
        mine += [(day.year, day.month, day.day) for day in days if day is not None]
    for option in wanted.split("|"):
        for fact in fact_finding.find_dates(option):
            year, month, day = fact.value
            if any((m, d) == (month, day) and (y == year or y is None or year is None) for y, m, d in mine):
                return True
    return False


# --------------------------------------------------------------------------- judging


def _judge(
    item: ExpectedItem, entry: Entry | None, source: SourceText, params: ActionItemsParams
) -> list[Evidence]:
    where = _line_for(item, source)
    if entry is None:
        right = f"{_task(item)} (담당: {_first(item.owner)}, 기한: {_first(item.due)})"
        return [Evidence(f"빠진 조치입니다: '{_task(item)}'", source_line=where, correction=right)]
    return [
        _at(entry, f"'{_task(item)}': {text}", where, correction)
        for text, correction in (_owner_problem(item, entry, params), _due_problem(item, entry, source))
        if text
    ]


def _owner_problem(item: ExpectedItem, entry: Entry, params: ActionItemsParams) -> tuple[str, str]:
    text = _owner_text(entry)
    if item.owner == _OPEN:
        said = _said_owner(entry, params)
        if said:
            return (
                f"회의록에서 담당을 정하지 않았는데 '{quote(said, 20)}'{particle(said, '을/를')} 적었습니다.",
                f"담당: {_OPEN}",
            )
        return (
            ("", "")
            if _UNDECIDED.search(text)
            else ("담당을 정하지 않았으면 '미정'이라고 써야 합니다.", f"담당: {_OPEN}")
        )
    if _holds(item.owner, text):
        return "", ""
    if item.was_owner and _holds(item.was_owner, text):
        return (
            f"처음에 나온 담당 '{_first(item.was_owner)}'입니다. 뒤에 바뀌었습니다.",
            f"담당: {_first(item.owner)}",
        )
    said = _said_owner(entry, params)
    if said:
        return (
            f"담당이 다릅니다. 답은 '{quote(said, 20)}', 회의록은 '{_first(item.owner)}'입니다.",
            f"담당: {_first(item.owner)}",
        )
    return "담당이 없습니다.", f"담당: {_first(item.owner)}"


def _said_owner(entry: Entry, params: ActionItemsParams) -> str:
    """Return whom the entry names: its cell, a labelled word, a person, or an owner of another action."""
    if entry.owner is not None:
        bare = entry.owner.strip(" -–—·./")
        return "" if not bare or _UNDECIDED.search(bare) else bare
    for item in params.items:
        for option in f"{item.owner}|{item.was_owner}".split("|"):
            if option.strip() and option.strip() != _OPEN and squeeze(option) in squeeze(entry.text):
                return option.strip()
    found = find_names(entry.text) or find_organisations(entry.text)
    return found[0][2] if found and not re.search(r"담당\s*[:：]?\s*미정", entry.text) else ""


def _due_problem(item: ExpectedItem, entry: Entry, source: SourceText) -> tuple[str, str]:
    text, base = _due_text(entry), _base_day(source)
    if item.due == _OPEN:
        said = _said_due(entry)
        if said:
            return (
                f"회의록에서 기한을 정하지 않았는데 '{quote(said, 20)}'{particle(said, '을/를')} 적었습니다.",
                f"기한: {_OPEN}",
            )
        return (
            ("", "")
            if _UNDECIDED.search(text)
            else ("기한을 정하지 않았으면 '미정'이라고 써야 합니다.", f"기한: {_OPEN}")
        )
    if _same_due(item.due, text, base):
        return "", ""
    if item.was_due and _same_due(item.was_due, text, base):
        return (
            f"처음에 나온 기한 '{_first(item.was_due)}'입니다. 뒤에 바뀌었습니다.",
            f"기한: {_first(item.due)}",
        )
    said = _said_due(entry)
    if said:
        return (
            f"기한이 다릅니다. 답은 '{quote(said, 20)}', 회의록은 '{_first(item.due)}'입니다.",
            f"기한: {_first(item.due)}",
        )
    return "기한이 없습니다.", f"기한: {_first(item.due)}"


def _said_due(entry: Entry) -> str:
    if entry.due is not None:
        bare = entry.due.strip(" -–—·./")
        return "" if not bare or _UNDECIDED.search(bare) else bare
    dates = fact_finding.find_dates(entry.text)
    if dates:
        return dates[0].text
    relative = find_relative(entry.text)
    return relative[0][0] if relative else ""


def _base_day(source: SourceText) -> dt.date | None:
    """The day of the meeting is the first full date of the transcript."""
    for text in source.texts.values():
        for fact in fact_finding.find_dates(text):
            year, month, day = fact.value
            if year and month and day and fact_finding.weekday_of(year, month, day):
                return dt.date(year, month, day)
    return None


def _extras(
    entries: list[Entry], source: SourceText, params: ActionItemsParams
) -> tuple[list[Evidence], list[Evidence]]:
    """Split actions nobody expected into invented ones and ones the transcript supports."""
    invented, supported = [], []
    for entry in entries:
        if len(re.findall(r"[가-힣]{2,}", entry.text)) < 2 or any(
            _names_task(item, entry.text) for item in params.items
        ):
            continue
        if _UNDECIDED.search(entry.text) and len(entry.text) < 12:
            continue
        if source.texts and source.support(entry.text) < 0.6:
            text = f"회의록에 없는 조치입니다: '{quote(entry.text)}'"
            invented.append(_at(entry, text, source.nearest_text(entry.text), "회의록에 없으면 지우세요."))
        else:
            supported.append(
                _at(
                    entry,
                    f"모범 답안에는 없지만 회의록에 나오는 조치입니다(참고): '{quote(entry.text)}'",
                    source.nearest_text(entry.text),
                )
            )
    return invented, supported


def _at(entry: Entry, text: str, source_line: str, correction: str = "") -> Evidence:
    start = entry.line.start + len(entry.line.text) - len(entry.line.text.lstrip())
    return Evidence(text, entry.line.number, start, entry.end, source_line, correction)


def _task(item: ExpectedItem) -> str:
    return _first(item.task)


def _first(text: str) -> str:
    return text.split("|")[0].strip()


def _line_for(item: ExpectedItem, source: SourceText) -> str:
    """Return the transcript line that says most of the action: its words, its owner, its due date."""
    best, best_score = "", 0.0
    options = [option.split() for option in item.task.split("|") if option.strip()]
    for name, text in source.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            task = max(
                sum(1 for word in words if pattern_of(word).search(line)) / len(words) for words in options
            )
            score = (
                3 * task
                + (item.owner != _OPEN and _holds(item.owner, line))
                + 1.5 * (item.due != _OPEN and _same_due(item.due, line, None))
            )
            if task and score >= best_score:
                best, best_score = f"{name}:{number} {quote(line, 90)}", score
    return best
