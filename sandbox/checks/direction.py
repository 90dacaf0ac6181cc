"""More or less: which way an answer says a number went, and which way the source's two numbers went.

Hides the words of change and how a number's moment is read (작년, 10월, the head of its column), so that a
true difference told the wrong way round (27명 줄었다 for 41명 → 68명) is not taken for a calculated value.
"""

from __future__ import annotations

import re

from sandbox.checks.facts import Fact, find_dates
from sandbox.checks.lines import row_cells
from sandbox.checks.sources import SourceFact, SourceText

LESS = re.compile(
    r"감소|줄[었어고며]|줄[임음]|줄[^가-힣]|준\s|하락|감액|삭감|절감|축소|낮[아은]|떨어|적자|급감|순감|↓"
)
MORE = re.compile(r"증가|늘[었어고며]|늘[림]|상승|증액|확대|높[아은]|올[랐라]|흑자|급증|순증|↑")
_FELL = re.compile(r"감소|줄[었어고며]|줄[임음]|줄어|하락|감액|삭감|떨어|급감|순감|↓")
_ROSE = re.compile(r"증가|늘[었어고며]|늘[림]|늘어|상승|증액|올[랐라]|급증|순증|↑")
_FEWER = re.compile(r"적[었다음은]|적습|낮[았다음은아]|낮습|모자라|부족")
_GREATER = re.compile(r"많[았다음은아]|많습|높[았다음은아]|높습|초과|웃돌")
_BEFORE = re.compile(r"재작년|지난해|작년|전년|지난달|전월|지난주|지난번|전분기|당초|기존|종전|이전")
_NOW = re.compile(r"올해|금년|이번\s?달|이달|금월|당월|이번\s?주|이번|현재|변경|최근|목표")
_WORD, _MONTH, _YEAR = range(3)
Moment = tuple[int, int, int]
"""What sort of moment it is, and two figures that put moments of one sort in order."""


def told(text: str, fact: Fact) -> int:
    """Return 1 when the words right behind a number say that it rose, -1 that it fell, 0 when neither does."""
    if fact.value[0] < 0:
        return -1
    behind = re.split(r"[\n|;,·]|\.\s|\d", text[fact.end : fact.end + 24])[0]
    fell, rose = _FELL.search(behind), _ROSE.search(behind)
    if fell and rose:
        return -1 if fell.start() < rose.start() else 1
    return -1 if fell else 1 if rose else 0


def contradicted(
    text: str,
    fact: Fact,
    one: SourceFact,
    other: SourceFact,
    source: SourceText,
    base: SourceFact | None = None,
) -> bool:
    """Say whether the answer tells the difference of two source numbers the wrong way round.

    ``base`` is what a rate was divided by; a change is counted from what was before.
    """
    mine, theirs = moment(one, source), moment(other, source)
    if mine is None or theirs is None or mine == theirs or not _in_order(mine, theirs):
        return False
    first, second = (one, other) if mine < theirs else (other, one)
    said = told(text, fact) or _told_before(text, fact)
    compared = _compared_with(text, fact)
    if compared is not None:
        said = said or _compared(text, fact)
        if compared == max(mine, theirs):
            first, second = second, first
    if not said:
        return False
    rose = second.fact.value[0] > first.fact.value[0]
    return (said > 0) != rose or (base is not None and base is not first)


def _in_order(one: Moment, other: Moment) -> bool:
    """작년 and 10월 cannot be put in order, nor can 12월 and 1월 without their years."""
    return one[0] == other[0] and (one[0] != _MONTH or abs(one[1] - other[1]) <= 6)


def _told_before(text: str, fact: Fact) -> int:
    before = re.split(r"[\n|,.;]|\d", text[max(0, fact.start - 8) : fact.start])[-1]
    return -1 if _FELL.search(before) else 1 if _ROSE.search(before) else 0


def _compared(text: str, fact: Fact) -> int:
    behind = re.split(r"[\n|;,]|\.\s", text[fact.end : fact.end + 16])[0]
    return -1 if _FEWER.search(behind) else 1 if _GREATER.search(behind) else 0


def _compared_with(text: str, fact: Fact) -> Moment | None:
    """Return the moment of ``10월보다`` or ``전년 대비`` before a number, in its own clause."""
    before = re.split(r"[\n|;]|\.\s", text[max(0, fact.start - 30) : fact.start])[-1]
    found = re.search(r"(?P<base>[^,]{1,14}?)\s?(?:보다|대비|에 비해|비해)[^,]*$", before)
    return _last_moment(found["base"]) if found else None


def moment(item: SourceFact, source: SourceText) -> Moment | None:
    """Return when a source number was so: by the date or 작년 before it, or at the head of its row or column."""
    lines = source.lines(item.name)
    line = lines[item.line - 1] if 0 < item.line <= len(lines) else ""
    start = item.fact.start - sum(
        len(each) for each in source.texts[item.name].splitlines(True)[: item.line - 1]
    )
    if not source.in_table(item):
        return _last_moment(line[max(0, start - 24) : start])
    column = len(row_cells(line[:start] + "x")) - 1
    head = item.line - 1
    while head > 0 and lines[head - 1].count("|") >= 2:
        head -= 1
    heads, own = row_cells(lines[head]), row_cells(line)
    over = _last_moment(heads[column]) if column < len(heads) else None
    return over or (_last_moment(own[0]) if own else None)


def _last_moment(text: str) -> Moment | None:
    """Read the last month, year or 작년/올해 of a piece as something that can be put in order."""
    found: list[tuple[int, Moment]] = []
    for fact in find_dates(text):
        year, month, day = fact.value
        if year:
            found.append((fact.end, (_YEAR, year * 12 + (month or 0), day or 0)))
        elif month:
            found.append((fact.end, (_MONTH, month, day or 0)))
    found += [(m.end(), (_WORD, 0 if m[0] == "재작년" else 1, 0)) for m in _BEFORE.finditer(text)]
    found += [(m.end(), (_WORD, 2, 0)) for m in _NOW.finditer(text)]
    return max(found)[1] if found else None
