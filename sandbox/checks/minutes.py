"""What the checks of minutes share: matching what is expected with what is written, and transcript lines.

Hides how words name a subject (``낱말|낱말``), which entry goes to which expectation, and how a line of a
transcript is found by its time stamp or its number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from sandbox.checks import facts as fact_finding
from sandbox.checks.lines import quote
from sandbox.checks.shape import pattern_of
from sandbox.checks.sources import SourceText

_STAMP = re.compile(r"(?<![\d:.])(?P<h>[01]?\d|2[0-4])\s?:\s?(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])")


def one_source(sources: Mapping[str, str], name: str) -> SourceText:
    """Return the named material, or all of them when there is none of that name."""
    names = [name] if name in sources else list(sources)
    return SourceText({each: sources[each] for each in names})


def names_words(words: str, text: str) -> bool:
    """An alternative (``가 나|다``) fits when all its words stand in the text, however spaced."""
    return any(
        all(pattern_of(word).search(text) for word in option.split())
        for option in words.split("|")
        if option.strip()
    )


def first_of(words: str) -> str:
    return words.split("|")[0].strip()


def paired(count: int, others: int, score: Callable[[int, int], float]) -> dict[int, int]:
    """Give each of ``count`` expectations the entry that fits best; an entry serves once."""
    scored = sorted(
        ((score(i, j), -j, i, j) for i in range(count) for j in range(others)),
        reverse=True,
    )
    taken: dict[int, int] = {}
    for value, _, i, j in scored:
        if value > 0 and i not in taken and j not in taken.values():
            taken[i] = j
    return taken


def base_day(source: SourceText) -> dt.date | None:
    """The day of the meeting is the first full date of the transcript."""
    for text in source.texts.values():
        for fact in fact_finding.find_dates(text):
            year, month, day = fact.value
            if year and month and day and fact_finding.weekday_of(year, month, day):
                return dt.date(year, month, day)
    return None


def best_line(source: SourceText, score: Callable[[str], float]) -> str:
    """Return ``이름:줄 내용`` of the line with the highest score above 0, the last of equals."""
    best, best_score = "", 0.0
    for name in source.texts:
        for number, line in enumerate(source.lines(name), 1):
            value = score(line)
            if value > 0 and value >= best_score:
                best, best_score = shown_line(name, number, line), value
    return best


def share_of_words(words: str, line: str) -> float:
    """Return how much of the best alternative a line holds, from 0 to 1."""
    options = [option.split() for option in words.split("|") if option.strip()]
    return max(
        (sum(1 for word in option if pattern_of(word).search(line)) / len(option) for option in options),
        default=0.0,
    )


def shown_line(name: str, number: int, line: str) -> str:
    return f"{name}:{number} {quote(line, 90)}"


def stamps(text: str) -> tuple[tuple[int, int, int], ...]:
    """Return (minutes, start, end) of every time such as 14:17 in a text."""
    return tuple((int(m["h"]) * 60 + int(m["m"]), *m.span()) for m in _STAMP.finditer(text))


def lines_at(source: SourceText, minutes: int) -> Sequence[str]:
    """Return the transcript lines stamped with a time, as ``이름:줄 내용``."""
    return tuple(
        shown_line(name, number, line)
        for name in source.texts
        for number, line in enumerate(source.lines(name), 1)
        if any(minutes == at and start < 12 for at, start, _ in stamps(line))
    )


def line_number(source: SourceText, number: int) -> str:
    """Return ``이름:줄 내용`` of a line by its number in the first material; empty when it has none."""
    name = next(iter(source.texts), "")
    lines = source.lines(name) if name else []
    return shown_line(name, number, lines[number - 1]) if 0 < number <= len(lines) else ""
