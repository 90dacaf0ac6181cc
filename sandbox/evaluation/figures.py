"""Pass rates with honest intervals. Pure arithmetic on verdicts; the same input gives the same digits.

Hides the statistics. A check rate is the weight that passed of the weight that could be judged,
확인 불가 apart; its interval comes from drawing whole items with replacement, since the checks of one
answer, and the samples of one item, hang together. A rate of whole answers takes Wilson's interval
with the number of items. The difference is drawn over pairs, so what is hard for both counts for neither.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.evaluation.cases import Asked, Case
from sandbox.evaluation.journal import Entry
from sandbox.records import State, Verdict

DRAWS = 2_000
MIN_ITEMS = 3
_SEED = 20_251_122
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Mark:
    check_id: str
    kind: str
    title: str
    state: State
    weight: float


@dataclass(frozen=True, slots=True)
class Result:
    """One judged answer."""

    item: str
    kind: str
    module: str
    title: str
    asked: Asked
    number: int
    marks: tuple[Mark, ...]
    seconds: float
    prompt_tokens: int
    answer_tokens: int
    cut: bool

    @classmethod
    def of(cls, case: Case, entry: Entry, verdicts: Sequence[Verdict]) -> Result:
        """Join what was asked, what came back and what the checks said."""
        marks = tuple(
            Mark(v.check_id, v.kind, v.title, v.state, v.weight) for v in verdicts if not v.by_model
        )
        return cls(
            case.item,
            case.kind,
            case.module,
            case.title,
            case.asked,
            case.number,
            marks,
            entry.seconds,
            entry.prompt_tokens,
            entry.answer_tokens,
            entry.finish_reason == "length",
        )

    @property
    def whole(self) -> bool | None:
        """Say whether every check passed; None when one could not know and none failed."""
        states = {mark.state for mark in self.marks}
        return False if State.FAIL in states else None if State.UNKNOWN in states else True


@dataclass(frozen=True, slots=True)
class Pair:
    course: Result
    naive: Result

    def __getitem__(self, asked: Asked) -> Result:
        return self.course if asked is Asked.COURSE else self.naive


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate or difference from 0 to 1 (or -1 to 1). None where there is nothing to say."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both ways of asking over the same pairs. ``unknown`` counts verdicts of 확인 불가."""

    items: int
    rate: Mapping[Asked, Interval]
    difference: Interval
    whole: Mapping[Asked, Interval]
    unknown: Mapping[Asked, int]

    @property
    def clear(self) -> bool:
        """Say whether the course is better beyond chance."""
        return self.difference.low is not None and self.difference.low > 0


def pair_up(results: Iterable[Result]) -> tuple[Pair, ...]:
    """Return the items answered in both ways; what is only half done counts nowhere."""
    found: dict[tuple[str, str, int], dict[Asked, Result]] = defaultdict(dict)
    for result in results:
        found[result.kind, result.item, result.number][result.asked] = result
    return tuple(Pair(both[Asked.COURSE], both[Asked.NAIVE]) for both in found.values() if len(both) == 2)


def compare(pairs: Sequence[Pair], wanted: Callable[[Mark], bool] = lambda mark: True) -> Comparison:
    """Compare over these pairs, looking at the wanted checks only."""
    units = _units(pairs, wanted)
    rate, difference = _rates(units)
    return Comparison(
        items=len(units),
        rate=rate,
        difference=difference,
        whole={asked: _whole(pairs, asked) for asked in Asked},
        unknown={
            asked: sum(m.state is State.UNKNOWN for p in pairs for m in p[asked].marks if wanted(m))
            for asked in Asked
        },
    )


def wilson(successes: float, total: float) -> Interval:
    """Return a share with Wilson's 95 % interval."""
    if total <= 0:
        return Interval(None)
    share = successes / total
    middle = (share + _Z * _Z / (2 * total)) / (1 + _Z * _Z / total)
    half = _Z * math.sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total)) / (1 + _Z * _Z / total)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


# --------------------------------------------------------------------------- inside

# Of one item: weight passed and weight judged, for the course and for the naive prompt.
_Unit = tuple[float, float, float, float]


def _units(pairs: Sequence[Pair], wanted: Callable[[Mark], bool]) -> list[_Unit]:
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * 4)
    for pair in pairs:
        own = sums[pair.course.kind, pair.course.item]
        for at, asked in enumerate(Asked):
            for mark in pair[asked].marks:
                if wanted(mark) and mark.state is not State.UNKNOWN:
                    own[2 * at] += mark.weight * (mark.state is State.PASS)
                    own[2 * at + 1] += mark.weight
    return [(a, b, c, d) for a, b, c, d in sums.values() if b or d]


def _rates(units: Sequence[_Unit]) -> tuple[dict[Asked, Interval], Interval]:
    course, naive = _shares(units)
    values = (course, naive, None if course is None or naive is None else course - naive)
    if len(units) < MIN_ITEMS:
        rate = {Asked.COURSE: Interval(course), Asked.NAIVE: Interval(naive)}
        return rate, Interval(values[2])
    draw = random.Random(_SEED)  # the same answers must give the same table
    drawn: tuple[list[float], list[float], list[float]] = ([], [], [])
    for _ in range(DRAWS):
        one, other = _shares(draw.choices(units, k=len(units)))
        for kept, value in zip(
            drawn, (one, other, None if one is None or other is None else one - other), strict=True
        ):
            if value is not None:
                kept.append(value)
    made = [_middle(value, kept) for value, kept in zip(values, drawn, strict=True)]
    return {Asked.COURSE: made[0], Asked.NAIVE: made[1]}, made[2]


def _shares(units: Sequence[_Unit]) -> tuple[float | None, float | None]:
    a, b, c, d = (sum(unit[at] for unit in units) for at in range(4))
    return (a / b if b else None), (c / d if d else None)


def _middle(value: float | None, drawn: list[float]) -> Interval:
    """Return the value with the middle 95 % of what was drawn."""
    if value is None or not drawn:
        return Interval(value)
    drawn.sort()
    last = len(drawn) - 1
    return Interval(value, drawn[round(0.025 * last)], drawn[round(0.975 * last)])


def _whole(pairs: Sequence[Pair], asked: Asked) -> Interval:
    """Samples of one item are one item: their mean counts as its success."""
    states: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for pair in pairs:
        result = pair[asked]
        if result.whole is not None:
            states[result.kind, result.item].append(result.whole)
    found = wilson(sum(sum(own) / len(own) for own in states.values()), len(states))
    return found if len(states) >= MIN_ITEMS else Interval(found.value)
