"""How much of a model may be used: by a person, a class, a day, an endpoint, in tokens and in won.

Hides how the cost of a run is known before it has run: from what the prompt weighs and what
answers have taken on average. Runs under way are counted at that average as well, so that those
who press in the same second overshoot a limit by no more than the runs they began. Nothing is
ever counted by address: a classroom shares one.
"""

from __future__ import annotations

import threading
import time
from calendar import monthrange
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sandbox.class_records import ClassRules, InstructorKey, Limit, LimitScope, Spent, UsageLine, korean_day
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.standings import (
    THE_OFFICERS,
    Cost,
    Standing,
    price_of,
    raised,
    spent_error,
    tightest,
)
from sandbox.records import (
    Endpoint,
    EndpointKind,
    InputError,
    NotAllowedError,
    NotFoundError,
    Person,
    Run,
    TokenCount,
)
from sandbox.store import Store

USUAL_ANSWER_TOKENS = 600
USUAL_RUN_TOKENS = 1_500
RUNS_TO_LEARN_FROM = 3
REMEMBERED_RUNS = 5_000
LOOK_AGAIN_SECONDS = 3.0
ALL = "*"


@dataclass(frozen=True, slots=True)
class Left:
    """What a person may still ask of an endpoint: ``runs``, kept in by ``scope``."""

    runs: int
    scope: LimitScope


class Budgets:
    """Check before a run, count after it, and let the lecturer raise. One per server process; thread-safe.

    ``rules_of`` and ``change_rules`` read and change a class's rules; ``endpoints`` knows the prices;
    ``count_tokens`` is for endpoints that do not say what an answer took.
    """

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        *,
        endpoints: Callable[[], Iterable[Endpoint]],
        rules_of: Callable[[str], ClassRules | None],
        change_rules: Callable[[InstructorKey, str, Callable[[ClassRules], ClassRules]], object],
        count_tokens: Callable[[str], int],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._instructors = store, instructors
        self._endpoints, self._rules_of, self._change_rules = endpoints, rules_of, change_rules
        self._count_tokens, self._now = count_tokens, now
        self._lock = threading.Lock()
        self._counted: OrderedDict[str, None] = OrderedDict()
        self._looked: dict[tuple[str, str], tuple[float, Left | None]] = {}

    # ------------------------------------------------------------------ around a run

    def check(self, person: Person, endpoint: Endpoint, count: TokenCount) -> None:
        """Raise BudgetSpentError when this run would pass a limit; it says who can raise it."""
        if endpoint.kind is EndpointKind.RECORDED:
            return
        limits = self._limits(person, endpoint)
        if not limits:
            return  # most rooms have none, and forty press at once
        known = self._learned(person, endpoint)
        each, answer_tokens = _each(known, endpoint), _usual_answer(known)
        coming = Cost(count.tokens + answer_tokens, price_of(endpoint, count.tokens, answer_tokens))
        for standing in (self._standing(limit, each, person) for limit in limits):
            if standing.short_of(coming):
                raise spent_error(standing, coming, each)

    def note(self, run: Run) -> None:
        """Add an ended run to what was used; the same run twice, even at once, counts once."""
        if run.endpoint_id == RECORDED_ID or not _cost_something(run):
            return
        with self._lock:
            if run.id in self._counted:
                return
            self._counted[run.id] = None
            while len(self._counted) > REMEMBERED_RUNS:
                self._counted.popitem(last=False)
        try:
            self._store.add_usage(self._line(run))
        except BaseException:
            with self._lock:
                self._counted.pop(run.id, None)  # it will be told again
            raise
        self._forget_looks()

    def note_usage(self, line: UsageLine) -> None:
        """Add what was used outside a class, such as at a rehearsal."""
        self._store.add_usage(line)

    def left(self, person: Person, endpoint: Endpoint) -> Left | None:
        """Return about how many more runs fit, None without a limit; at most three seconds old."""
        if endpoint.kind is EndpointKind.RECORDED:
            return None
        key, now = (person.id, endpoint.id), time.monotonic()
        with self._lock:
            known = self._looked.get(key)
        if known is not None and now - known[0] < LOOK_AGAIN_SECONDS:
            return known[1]
        limits = self._limits(person, endpoint)
        each = _each(self._learned(person, endpoint) if limits else None, endpoint)
        rooms = [
            Left(runs, limit.scope)
            for limit in limits
            if (runs := self._standing(limit, each, person).runs_left(each)) is not None
        ]
        found = min(rooms, key=lambda left: left.runs, default=None)
        with self._lock:
            self._looked[key] = now, found
        return found

    # ------------------------------------------------------------------ for instructors

    def of_class(self, key: InstructorKey, code: str) -> Standing | None:
        """Return how a class stands to its budget; None when it has none."""
        self._instructors.current(key)
        limit = self._class_limit(code)
        return None if limit is None else self._standing(limit, Cost(0, 0))

    def of_room(self, key: InstructorKey) -> tuple[Standing, ...]:
        """Return how the limits of day, endpoint and everybody stand."""
        self._instructors.current(key)
        return tuple(
            self._standing(limit, Cost(0, 0))
            for (scope, name), limit in sorted(self._store.limits().items())
            if scope in THE_OFFICERS and (scope is not LimitScope.PERSON or name == ALL)
        )

    def usual_run(self, key: InstructorKey) -> Cost:
        """Return what a run has taken in this room on average, to tell figures in answers."""
        self._instructors.current(key)
        known = self._store.spent()
        if known.runs < RUNS_TO_LEARN_FROM:
            return Cost(USUAL_RUN_TOKENS, 0.0)
        return Cost(known.tokens / known.runs, known.won / known.runs)

    def set_limit(self, key: InstructorKey, limit: Limit) -> None:
        """Keep one of the city's limits, as the officer; without figures it is taken away."""
        who = self._instructors.current(key)
        self._instructors.officer(key)
        if limit.scope not in THE_OFFICERS:
            raise InputError(
                "과정의 예산은 과정 설정에서 정합니다.",
                remedy="「수업 진행」의 ‘과정 설정’을 열어 주세요.",
            )
        if (limit.tokens or 0) < 0 or (limit.won or 0) < 0:
            raise InputError("한도는 0보다 작을 수 없습니다.", remedy="0 이상의 수를 적어 주세요.")
        self._store.set_limit(replace(limit, changed_by=who.id, changed_at=self._now()))
        self._forget_looks()

    def raise_class(self, key: InstructorKey, code: str) -> Limit:
        """Give a class half as much again, from where it stands, and return the new limit."""
        self._instructors.current(key)
        standing = self.of_class(key, code)
        if standing is None:
            raise InputError("이 과정에는 정해진 예산이 없습니다.", remedy="지금은 한도 없이 쓸 수 있습니다.")
        limit = raised(standing)
        self._change_rules(
            key, code, lambda now: replace(now, class_tokens=limit.tokens, class_won=limit.won)
        )
        self._forget_looks()
        return limit

    def raise_person(self, key: InstructorKey, person_id: str) -> Limit:
        """Give somebody of a class half as much again for today, and return what they have today.

        Never more than the officer lets one person have; tomorrow the class's own figure holds again.
        """
        who = self._instructors.current(key)
        person, limits = self._store.person(person_id), self._store.limits()
        now, most = self._member_limit(person, limits), _officers(person, limits)
        if now is None:
            raise InputError(
                "이 사람에게는 과정에서 정한 한도가 없습니다.",
                remedy="담당자가 정한 한 사람의 하루 한도는 담당자만 「실습실 전체 한도」에서 바꿀 수 있습니다."
                if most
                else "지금은 한도 없이 쓸 수 있습니다.",
            )
        limit = tightest(raised(self._standing(now, Cost(0, 0), person)), most)
        if limit == tightest(now, most):
            raise NotAllowedError(
                "담당자가 정한 한 사람의 하루 한도까지 이미 늘렸습니다.",
                remedy="더 필요하면 담당자에게 「실습실 전체 한도」에서 늘려 달라고 부탁해 주세요.",
            )
        self._store.set_limit(replace(limit, changed_by=who.id, changed_at=self._now()))
        self._forget_looks()
        return limit

    # ------------------------------------------------------------------ inside

    def _limits(self, person: Person, endpoint: Endpoint) -> tuple[Limit, ...]:
        """Return every limit that holds for a person's run at an endpoint."""
        limits = self._store.limits()
        found = (
            self._member_limit(person, limits),
            _officers(person, limits),
            self._class_limit(person.class_code) if person.class_code else None,
            limits.get((LimitScope.DAY, ALL)),
            limits.get((LimitScope.ENDPOINT, endpoint.id)),
        )
        return tuple(limit for limit in found if limit is not None)

    def _member_limit(self, person: Person, limits: Mapping[tuple[LimitScope, str], Limit]) -> Limit | None:
        """Return what the person's class lets one person have a day, or more where it was raised today."""
        rules = self._rules_of(person.class_code) if person.class_code else None
        if rules is None or (rules.person_tokens is None and rules.person_won is None):
            return None
        limit = Limit(LimitScope.MEMBER, person.id, rules.person_tokens, rules.person_won)
        more = limits.get((LimitScope.MEMBER, person.id))
        if more is None or more.changed_at is None or korean_day(more.changed_at) != self._today():
            return limit
        tokens = None if limit.tokens is None else max(limit.tokens, more.tokens or 0)
        won = None if limit.won is None else max(limit.won, more.won or 0.0)
        return replace(limit, tokens=tokens, won=won)

    def _class_limit(self, code: str) -> Limit | None:
        rules = self._rules_of(code)
        if rules is None or (rules.class_tokens is None and rules.class_won is None):
            return None
        return Limit(LimitScope.CLASS, code, rules.class_tokens, rules.class_won)

    def _standing(self, limit: Limit, each: Cost, person: Person | None = None) -> Standing:
        # What was booked on a day to come, by a clock that was ahead, must not bind until that day.
        today = self._today()
        if limit.scope in (LimitScope.PERSON, LimitScope.MEMBER):
            who = person.id if person else None
            spent = self._store.spent(since=today, until=today, person_id=who)
            going = self._store.open_runs(person_id=who)
        elif limit.scope is LimitScope.CLASS:
            spent = self._store.spent(class_code=limit.key)
            going = self._store.open_runs(class_code=limit.key)
        elif limit.scope is LimitScope.DAY:
            spent, going = self._store.spent(since=today, until=today), self._store.open_runs()
        else:
            first, last = today.replace(day=1), today.replace(day=monthrange(today.year, today.month)[1])
            spent = self._store.spent(since=first, until=last, endpoint_id=limit.key)
            going = self._store.open_runs(endpoint_id=limit.key)
        return Standing(limit, spent, Cost(going * each.tokens, going * each.won))

    def _learned(self, person: Person, endpoint: Endpoint) -> Spent | None:
        """Return what runs have taken: the person's own at this endpoint, else the class's, else everybody's."""
        spent = self._store.spent
        known = spent(endpoint_id=endpoint.id, person_id=person.id)
        if known.runs < RUNS_TO_LEARN_FROM and person.class_code:
            known = spent(endpoint_id=endpoint.id, class_code=person.class_code)
        if known.runs < RUNS_TO_LEARN_FROM:
            known = spent(endpoint_id=endpoint.id)
        return known if known.runs >= RUNS_TO_LEARN_FROM else None

    def _line(self, run: Run) -> UsageLine:
        if run.usage is not None:
            prompt, answer = run.usage.prompt_tokens, run.usage.answer_tokens
        else:
            prompt = sum(self._count_tokens(m.text) for m in run.messages)
            answer = self._count_tokens(run.answer)
        by_id = {e.id: e for one in self._endpoints() for e in (one, one.fallback) if e is not None}
        endpoint = by_id.get(run.endpoint_id)
        won = price_of(endpoint, prompt, answer) if endpoint else 0.0
        try:
            code = self._store.person(run.person_id).class_code
        except NotFoundError:  # removed while their answer was coming
            code = ""
        day = korean_day(run.ended_at or self._now())
        return UsageLine(day, code, run.person_id, run.endpoint_id, Spent(1, prompt, answer, won))

    def _today(self) -> date:
        return korean_day(self._now())

    def _forget_looks(self) -> None:
        with self._lock:
            self._looked.clear()


RECORDED_ID = "recorded"
REHEARSAL = "rehearsal"  # whom a rehearsal is booked on


def today_in_korea() -> date:
    """Return the day on which usage is booked now."""
    return korean_day(datetime.now(UTC))


def _each(known: Spent | None, endpoint: Endpoint) -> Cost:
    """Return what a run takes, from what was learned or, before that, as is usual."""
    if known is None:
        prompt = USUAL_RUN_TOKENS - USUAL_ANSWER_TOKENS
        return Cost(USUAL_RUN_TOKENS, price_of(endpoint, prompt, USUAL_ANSWER_TOKENS))
    return Cost(known.tokens / known.runs, known.won / known.runs)


def _usual_answer(known: Spent | None) -> float:
    return known.answer_tokens / known.runs if known else USUAL_ANSWER_TOKENS


def _officers(person: Person, limits: Mapping[tuple[LimitScope, str], Limit]) -> Limit | None:
    """Return what the officer lets one person have a day."""
    return limits.get((LimitScope.PERSON, person.id)) or limits.get((LimitScope.PERSON, ALL))


def _cost_something(run: Run) -> bool:
    """A run that never got a word and was told no figures has cost nothing that we know of."""
    return run.state.ended and (run.usage is not None or bool(run.answer.strip()))
