"""Action items of minutes: what is to be done, by whom, until when, tied to the transcript.

Hides whether the answer wrote them as a table, as bullets, or as bullets with sub-bullets. What the
source leaves open must be said to be 미정: an owner or a due date from nowhere is a mistake.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from pydantic import Field, field_validator

from sandbox.checks.action_entries import Entry, read_entries
from sandbox.checks.assignments import (
    OPEN,
    UNDECIDED,
    holds,
    holds_owner,
    is_blank,
    other_owners,
    partners,
    said_due,
    same_due,
)
from sandbox.checks.kind import Outcome, Params, failed, passed
from sandbox.checks.lines import quote, squeeze
from sandbox.checks.minutes import (
    base_day,
    best_line,
    first_of,
    names_words,
    one_source,
    paired,
    share_of_words,
)
from sandbox.checks.particles import particle, quoted
from sandbox.checks.people import find_names, find_organisations
from sandbox.checks.sources import SourceText
from sandbox.records import CheckContext, Evidence


class ExpectedItem(Params):
    """One action the answer must hold; ``was_owner`` and ``was_due`` are what was said first and revised."""

    task: str = Field(min_length=1)
    owner: str = OPEN
    due: str = OPEN
    was_owner: str = ""
    was_due: str = ""

    @field_validator("owner", "due", "was_owner", "was_due", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """YAML reads 2026-11-25 as a date and an empty value as None."""
        if isinstance(value, dt.date):
            return f"{value.year}. {value.month}. {value.day}."
        return OPEN if value is None else value


class ActionItemsParams(Params):
    items: list[ExpectedItem] = Field(min_length=1)
    source: str = ""


def action_items(params: ActionItemsParams, context: CheckContext) -> Outcome:
    """Match expected actions with those written, one by one; tell missing, wrong and invented apart."""
    source = one_source(context.sources, params.source)
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
    taken = paired(len(items), len(entries), lambda i, j: _score(items[i], entries[j]))
    return [(item, entries[taken[i]] if i in taken else None) for i, item in enumerate(items)]


def _score(item: ExpectedItem, entry: Entry) -> float:
    if not names_words(item.task, entry.text):
        return 0
    score = 1.0 + 2 * entry.is_action
    score += 1.0 * (item.owner != OPEN and holds(item.owner, _owner_text(entry)))
    return score + 1.0 * (item.due != OPEN and same_due(item.due, _due_text(entry), None))


def _owner_text(entry: Entry) -> str:
    return entry.owner if entry.owner is not None else entry.text


def _due_text(entry: Entry) -> str:
    return entry.due if entry.due is not None else entry.text


# --------------------------------------------------------------------------- judging


def _judge(
    item: ExpectedItem, entry: Entry | None, source: SourceText, params: ActionItemsParams
) -> list[Evidence]:
    where = _line_for(item, source)
    if entry is None:
        right = f"{_task(item)} (담당: {first_of(item.owner)}, 기한: {first_of(item.due)})"
        return [Evidence(f"빠진 조치입니다: '{_task(item)}'", source_line=where, correction=right)]
    return [
        _at(entry, f"'{_task(item)}': {text}", where, correction)
        for text, correction in (
            _owner_problem(item, entry, params, source),
            _due_problem(item, entry, source),
        )
        if text
    ]


def _owner_problem(
    item: ExpectedItem, entry: Entry, params: ActionItemsParams, source: SourceText
) -> tuple[str, str]:
    text = _owner_text(entry)
    if item.owner == OPEN:
        said = _said_owner(entry, params)
        if said:
            return (
                f"회의록에서 담당을 정하지 않았는데 '{quote(said, 20)}'{particle(said, '을/를')} 적었습니다.",
                f"담당: {OPEN}",
            )
        return (
            ("", "")
            if UNDECIDED.search(text)
            else ("담당을 정하지 않았으면 '미정'이라고 써야 합니다.", f"담당: {OPEN}")
        )
    if holds_owner(item.owner, text, source.names):
        among = other_owners if entry.owner is not None else partners
        others = among(item.owner, text, source)
        return _other_owner(item, others) if others else ("", "")
    if item.was_owner and holds(item.was_owner, text):
        return (
            f"처음에 나온 담당 '{first_of(item.was_owner)}'입니다. 뒤에 바뀌었습니다.",
            f"담당: {first_of(item.owner)}",
        )
    said = _said_owner(entry, params)
    if said:
        return (
            f"담당이 다릅니다. 답은 '{quote(said, 20)}', 회의록은 '{first_of(item.owner)}'입니다.",
            f"담당: {first_of(item.owner)}",
        )
    return "담당이 없습니다.", f"담당: {first_of(item.owner)}"


def _other_owner(item: ExpectedItem, others: tuple[str, ...]) -> tuple[str, str]:
    said = ", ".join(others)
    right = first_of(item.owner)
    return (
        f"담당이 다릅니다. 회의록은 {quoted(right)}인데 답은 {quoted(quote(said, 20), '을/를')} 담당으로 적었습니다.",
        f"담당: {right}",
    )


def _said_owner(entry: Entry, params: ActionItemsParams) -> str:
    """Return whom the entry names: its cell, a labelled word, a person, or an owner of another action."""
    if entry.owner is not None:
        bare = entry.owner.strip(" -–—·./")
        return "" if is_blank(bare) or UNDECIDED.search(bare) else bare
    for item in params.items:
        for option in f"{item.owner}|{item.was_owner}".split("|"):
            if option.strip() and option.strip() != OPEN and squeeze(option) in squeeze(entry.text):
                return option.strip()
    found = find_names(entry.text) or find_organisations(entry.text)
    return found[0][2] if found and not re.search(r"담당\s*[:：]?\s*미정", entry.text) else ""


def _due_problem(item: ExpectedItem, entry: Entry, source: SourceText) -> tuple[str, str]:
    text, base, alone = _due_text(entry), base_day(source), entry.due is not None
    if item.due == OPEN:
        said = said_due(text, alone=alone)
        if said:
            return (
                f"회의록에서 기한을 정하지 않았는데 '{quote(said, 20)}'{particle(said, '을/를')} 적었습니다.",
                f"기한: {OPEN}",
            )
        return (
            ("", "")
            if UNDECIDED.search(text)
            else ("기한을 정하지 않았으면 '미정'이라고 써야 합니다.", f"기한: {OPEN}")
        )
    if same_due(item.due, text, base, alone=alone):
        return "", ""
    if item.was_due and same_due(item.was_due, text, base, alone=alone):
        return (
            f"처음에 나온 기한 '{first_of(item.was_due)}'입니다. 뒤에 바뀌었습니다.",
            f"기한: {first_of(item.due)}",
        )
    said = said_due(text, alone=alone)
    if said:
        return (
            f"기한이 다릅니다. 답은 '{quote(said, 20)}', 회의록은 '{first_of(item.due)}'입니다.",
            f"기한: {first_of(item.due)}",
        )
    return "기한이 없습니다.", f"기한: {first_of(item.due)}"


def _extras(
    entries: list[Entry], source: SourceText, params: ActionItemsParams
) -> tuple[list[Evidence], list[Evidence]]:
    """Split actions nobody expected into invented ones and ones the transcript supports."""
    invented, supported = [], []
    for entry in entries:
        if len(re.findall(r"[가-힣]{2,}", entry.text)) < 2 or any(
            names_words(item.task, entry.text) for item in params.items
        ):
            continue
        if UNDECIDED.search(entry.text) and len(entry.text) < 12:
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
    return first_of(item.task)


def _line_for(item: ExpectedItem, source: SourceText) -> str:
    """Return the transcript line that says most of the action: its words, its owner, its due date."""

    def score(line: str) -> float:
        task = share_of_words(item.task, line)
        owner = item.owner != OPEN and holds(item.owner, line)
        due = item.due != OPEN and same_due(item.due, line, None)
        return 3 * task + owner + 1.5 * due if task else 0

    return best_line(source, score)
