"""What a number is said of: the row of a table, the noun right before it, and whether it is the most or the least.

Hides how much is believed. A number that stands in a source may still be told of the wrong thing; that is said
only where both texts put a name right beside it and the right name is nowhere in the answer's line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sandbox.checks.facts import Fact, find_numbers
from sandbox.checks.lines import line_around, row_cells, squeeze
from sandbox.checks.particles import quoted
from sandbox.checks.sources import Grid, SourceText, number_in_cell

_TOTAL = re.compile(r"합\s?계|소\s?계|총\s?계|전\s?체|평\s?균|^계$")
_GAP = re.compile(r"[^\d,;.\n]{0,16}")
_TURN = re.compile(
    r"까지|부터|보다|대비|비해|다음|제외|빼고|외에|뒤|이후|나머지|각|반면|지만|으나|며|고\s|때|중|가운데"
)
_MOST_WORD = re.compile(r"가장|제일|최다|최고|최대|최저|최소")
_LEAST = re.compile(r"(?:가장|제일)[^,]{0,12}?(?:적|낮|작|짧|드물)|최저|최소")
_RATE = re.compile(r"[율률%]|비중")
_PARTLY = re.compile(
    r"다음|번째|제외|빼|하나|반기|분기|봄|여름|가을|겨울|주말|평일|가운데|[중간]에서|보다|두\s?곳|상위|하위"
)
_FALL = re.compile(r"감소|줄|하락|떨어")
_RISE = re.compile(r"증가|늘|상승|올랐|오른")
_CLAUSE = re.compile(
    r"\n|;|(?<!\d),(?!\d{3})|(?<=\d),\s|(?<=[다음함임됨])\.\s|[으이]?며\s|(?<=[가-힣])고\s|지만\s|으나\s"
)
_NOUN = re.compile(r"(?P<noun>(?<!\d)\d{1,2}월|[가-힣]{2,10})\s*[:：(]?\s*(?:약|금|총|모두)?\s*$")
_NO_NOUN_WORDS = (
    "모두 전체 합계 평균 최대 최소 하루 매월 매주 매일 올해 작년 지난해 내년 기존 현재 당초 각각 이상 이하 가운데 중에서 에서 "
    "으로 부터 까지 금액 비용 경우 대비 추가 나머지 이번 다음 지난 오전 오후 기준 대상 규모 수준 정도 사람 인원 주민 시민 관련"
)
_NO_NOUN = frozenset(_NO_NOUN_WORDS.split())
_PARTICLES = (
    "에게는",
    "으로는",
    "에서는",
    "에는",
    "까지",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "도",
    "로",
)
_ADVERB = re.compile(r"(?:에|에서|에게|부터|까지|으로|마다|보다|하고|하여|해서|이며|이고|약)$")
_MOST_LABELS = 60
_FEW = 10  # 2곳 and 3명 are said of too many things


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number of a source's table: its row's name and its column."""

    grid: Grid
    label: str
    column: int


def misplaced(fact: Fact, source: SourceText, answer: str) -> str:
    """Say what is wrong when a number of the source is told of another thing; empty when nothing is known."""
    cells = list(_cells_with(fact, source))
    if cells:
        return _wrong_row(fact, cells, answer) or _not_the_most(fact, cells, answer)
    return _wrong_noun(fact, source, answer)


# --------------------------------------------------------------------------- tables


def _cells_with(fact: Fact, source: SourceText) -> Iterator[_Cell]:
    """Yield where a number stands; nothing when it also stands outside tables."""
    value, unit = fact.value
    outside = (item for item in source.facts["number"] if not source.in_table(item))
    if any(item.fact.value[0] == value and item.fact.value[1] in ("", unit) for item in outside):
        return
    for grid in source.grids:
        for row in grid[1:] if len(grid) <= _MOST_LABELS else []:
            for column, cell in enumerate(row):
                found = number_in_cell(cell) if column and re.search(r"[가-힣]", row[0]) else None
                if found is not None and abs(value) in {abs(found) * scale for scale in (1, *source.scales)}:
                    yield _Cell(grid, row[0], column)


def _wrong_row(fact: Fact, cells: list[_Cell], answer: str) -> str:
    """A number of one row told of another, whose name stands right before it."""
    labels = {cell.label for cell in cells}
    if len({id(cell.grid) for cell in cells}) > 1 or len(labels) > 1:
        return ""
    right, line = next(iter(labels)), line_around(answer, fact.start, fact.end)
    if _names(right, line) or (_TOTAL.search(right) and _TOTAL.search(line)):
        return ""
    said = _row_said(fact, cells[0].grid, answer)
    if not said or said == right:
        return ""
    return f"원문의 표에서 {quoted(fact.text, '은/는')} '{said}'의 것이 아니라 '{right}'의 것입니다."


def _row_said(fact: Fact, grid: Grid, answer: str) -> str:
    """Return the row an answer tells a number of: the head of its own row, or the name right before it."""
    labels = [row[0] for row in grid[1:] if not _TOTAL.search(row[0])]
    line = line_around(answer, fact.start, fact.end)
    if line.count("|") >= 2:
        cells = row_cells(line)
        return next((label for label in labels if cells and squeeze(cells[0]) == squeeze(label)), "")
    before = answer[answer.rfind("\n", 0, fact.start) + 1 : fact.start]
    ends = [(found.end(), label) for label in labels for found in _named(label).finditer(before)]
    if not ends:
        return ""
    end, label = max(ends)
    gap, others = before[end:], [at for at, other in ends if other != label]
    listed = others and re.fullmatch(
        rf"\s*(?:[·,/]|와|과|및)\s*{re.escape(label)}", before[max(others) : end]
    )
    return label if _GAP.fullmatch(gap) and not _TURN.search(gap) and not listed else ""


def _not_the_most(fact: Fact, cells: list[_Cell], answer: str) -> str:
    """가장 많은 곳은 솔밭시장(21,880명): the column of the number decides, where only one row is named."""
    start, end = _clause(answer, fact)
    clause = answer[start:end]
    if not _MOST_WORD.search(clause) or _PARTLY.search(clause):
        return ""
    grid = cells[0].grid
    named = [row[0] for row in grid[1:] if _names(row[0], clause)]
    numbers = [
        number for text in re.findall(r"\d[\d,]*(?:\.\d+)?", clause) if (number := number_in_cell(text))
    ]
    if len(named) != 1 or named[0] not in {cell.label for cell in cells} or _TOTAL.search(named[0]):
        return ""
    row = next(row for row in grid[1:] if row[0] == named[0])
    tops = [
        (column, top)
        for column, cell in enumerate(row)
        if column
        and abs(number_in_cell(cell) or 0) in numbers
        and (not _RATE.search(re.sub(r"\d[\d.,]*\s?%", "", clause)) or _RATE.search(grid[0][column]))
        and (top := _top_of(grid, column, clause))
    ]
    if not tops or any(named[0] in top for _, top in tops):
        return ""
    column, top = tops[0]
    return f"원문의 표에서 '{grid[0][column]}'의 순서를 보면 '{named[0]}'이 아니라 '{top[0]}'입니다."


def _top_of(grid: Grid, column: int, clause: str) -> list[str]:
    """Return the rows that are the most (or the least) of a column; nothing when it cannot tell."""
    rows = [(row[0], row[column]) for row in grid[1:] if not _TOTAL.search(row[0])]
    read = [(label, number_in_cell(cell), cell) for label, cell in rows]
    known = [(label, number, cell) for label, number, cell in read if number is not None]
    if len(known) < max(2, len(rows) - 1):
        return []
    signed = [(label, -abs(n) if n < 0 or _FALL.search(cell) else n) for label, n, cell in known]
    has_signs = any(n < 0 for _, n in signed) or any(_RISE.search(cell) for _, _, cell in known)
    falls, rises = bool(_FALL.search(clause)), bool(_RISE.search(clause))
    if has_signs != (falls or rises) or (falls and rises):
        return []
    if has_signs:
        signed = [(label, abs(n)) for label, n in signed if (n < 0) == falls]
    best = (min if _LEAST.search(clause) else max)((n for _, n in signed), default=Decimal(0))
    return [label for label, n in signed if n == best]


# --------------------------------------------------------------------------- sentences


def _wrong_noun(fact: Fact, source: SourceText, answer: str) -> str:
    """홍보비는 500만원 where the source says 예산은 500만 원, 홍보비는 200만원: both nouns right before a number."""
    value, unit = fact.value
    mine = _noun_before(answer, fact.start)
    if not mine or not unit or value < _FEW:
        return ""
    pairs = [
        (item, _noun_before(source.texts[item.name], item.fact.start))
        for item in source.facts["number"]
        if item.fact.value[1] == unit
    ]
    if any(_is_part(source.texts[item.name], item.fact) for item, _ in pairs if item.fact.value[0] == value):
        return ""
    same = [noun for item, noun in pairs if item.fact.value[0] == value]
    others = [item for item, noun in pairs if noun == mine and item.fact.value[0] != value]
    if not same or not others or any(not noun or noun == mine for noun in same):
        return ""
    if any(
        noun in squeeze(line_around(answer, fact.start, fact.end))
        and not _swapped(noun, fact, source, answer)
        for noun in same
    ):
        return ""
    return f"원문에서 {quoted(fact.text, '은/는')} '{same[0]}'의 값이고, '{mine}'의 값은 '{others[0].fact.text}'입니다."


def _is_part(text: str, fact: Fact) -> bool:
    """2,140명 가운데 읍면에 사는 사람은 278명: a part may be told by the name of the whole."""
    return bool(re.search(r"가운데|[명건개곳원] 중\s|그중|이 중", text[max(0, fact.start - 30) : fact.start]))


def _swapped(noun: str, fact: Fact, source: SourceText, answer: str) -> bool:
    """Say whether the right noun stands in the answer's line with a number that belongs to another one."""
    true = {
        item.fact.value[0]
        for item in source.facts["number"]
        if item.fact.value[1] == fact.value[1]
        and _noun_before(source.texts[item.name], item.fact.start) == noun
    }
    line = line_around(answer, fact.start, fact.end)
    told = [item.value[0] for item in find_numbers(line) if _noun_before(line, item.start) == noun]
    return bool(told) and not true & set(told)


def _noun_before(text: str, start: int) -> str:
    """Return the noun right before a number, without its particle; empty when there is none."""
    found = _NOUN.search(text[text.rfind("\n", 0, start) + 1 : start])
    if found is None:
        return ""
    noun = found["noun"]
    ending = next((p for p in _PARTICLES if noun.endswith(p) and len(noun) - len(p) >= 2), "")
    noun = noun[: len(noun) - len(ending)] if ending else noun
    return "" if noun in _NO_NOUN or _ADVERB.search(noun) else noun


# --------------------------------------------------------------------------- words


def _clause(text: str, fact: Fact) -> tuple[int, int]:
    """Return where the clause around a fact begins and ends; a bracket belongs to what it follows."""
    cuts = [found.end() for found in _CLAUSE.finditer(text)]
    start = max((cut for cut in cuts if cut <= fact.start), default=0)
    end = min((cut for cut in cuts if cut >= fact.end), default=len(text))
    return start, end


def _named(label: str) -> re.Pattern[str]:
    body = r"\s*".join(re.escape(char) for char in squeeze(label))
    return re.compile(rf"(?<![가-힣\d]){body}(?!\d)", re.IGNORECASE)


def _names(label: str, text: str) -> bool:
    return bool(_named(label).search(text))
