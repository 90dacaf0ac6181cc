"""How much of a model may be used: by a person, a class, a day, an endpoint, in tokens and in won.

Hides how the cost of a run is known before it has run: from what the prompt weighs and what
answers have taken on average. Runs under way are counted at that average as well, so that those
who press in the same second overshoot a limit by no more than the runs they began. Nothing is
ever counted by address: a classroom shares one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

from sandbox.class_records import ClassRules, InstructorKey, Limit, LimitScope, Spent, UsageLine
from sandbox.classroom.instructors import Instructors
from sandbox.records import (
    BudgetSpentError,
    Endpoint,
    EndpointKind,
    InputError,
    NotFoundError,
    Person,
    Run,
    TokenCount,
)
from sandbox.store import Store

KOREA = timezone(timedelta(hours=9), "KST")  # no summer time; Windows brings no zone names
USUAL_ANSWER_TOKENS = 600
USUAL_RUN_TOKENS = 1_500
RUNS_TO_LEARN_FROM = 3
REMEMBERED_RUNS = 5_000
LOOK_AGAIN_SECONDS = 3.0
ALL = "*"
OUR_LIMITS = (LimitScope.DAY, LimitScope.ENDPOINT)  # the city's: the officer alone may change them


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens, and won where the endpoint's price is known."""

    tokens: float
    won: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit, what has been used of it, and what runs under way are likely to use."""

    limit: Limit
    spent: Spent
    under_way: Cost

    def short_of(self, coming: Cost) -> bool:
        """Say whether this much more would pass the limit."""
        tokens = self.spent.tokens + self.under_way.tokens + coming.tokens
        won = self.spent.won + self.under_way.won + coming.won
        over_tokens = self.limit.tokens is not None and tokens > self.limit.tokens
        return over_tokens or (self.limit.won is not None and coming.won > 0 and won > self.limit.won)

    def runs_left(self, each: Cost) -> int | None:
        """Return how many runs at this cost still fit; None when they cost nothing of what is limited."""
        fits: list[int] = []
        if self.limit.tokens is not None and each.tokens > 0:
            left = self.limit.tokens - self.spent.tokens - self.under_way.tokens
            fits.append(max(0, int(left // each.tokens)))
        if self.limit.won is not None and each.won > 0:
            left = self.limit.won - self.spent.won - self.under_way.won
            fits.append(max(0, int(left // each.won)))
        return min(fits, default=None)

    @property
    def share(self) -> float:
        """Return how much of the limit is used, by whichever of tokens and won has less left; 0 and above."""
        shares = [0.0]
        if self.limit.tokens is not None:
            shares.append(self.spent.tokens / self.limit.tokens if self.limit.tokens else 1.0)
        if self.limit.won is not None:
            shares.append(self.spent.won / self.limit.won if self.limit.won else 1.0)
        return max(shares)


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
        today: Callable[[], date] | None = None,
    ) -> None:
        self._store, self._instructors = store, instructors
        self._endpoints, self._rules_of, self._change_rules = endpoints, rules_of, change_rules
        self._count_tokens, self._today = count_tokens, today or today_in_korea
        self._lock = threading.Lock()
        self._counted: OrderedDict[str, None] = OrderedDict()
        self._looked: dict[tuple[str, str], tuple[float, Left | None]] = {}

    # ------------------------------------------------------------------ around a run

    def check(self, person: Person, endpoint: Endpoint, count: TokenCount) -> None:
        """Raise BudgetSpentError when this run would pass a limit; it says who can raise it."""
        if endpoint.kind is EndpointKind.RECORDED:
            return
        each = self._each(person, endpoint)
        answer_tokens = self._usual_answer(person, endpoint)
        coming = Cost(count.tokens + answer_tokens, price_of(endpoint, count.tokens, answer_tokens))
        for standing in self._standings(person, endpoint, each):
            if standing.short_of(coming):
                raise _spent(standing, coming, each, in_class=bool(person.class_code))

    def note(self, run: Run) -> None:
        """Add an ended run to what was used; the same run twice counts once."""
        if run.endpoint_id == RECORDED_ID or not _cost_something(run):
            return
        with self._lock:
            if run.id in self._counted:
                return
        self._store.add_usage(self._line(run))
        with self._lock:
            self._counted[run.id] = None
            while len(self._counted) > REMEMBERED_RUNS:
                self._counted.popitem(last=False)
            self._looked.clear()

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
        each = self._each(person, endpoint)
        rooms = [
            Left(runs, standing.limit.scope)
            for standing in self._standings(person, endpoint, each)
            if (runs := standing.runs_left(each)) is not None
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
            if scope in OUR_LIMITS or (scope is LimitScope.PERSON and name == ALL)
        )

    def set_limit(self, key: InstructorKey, limit: Limit) -> None:
        """Keep a limit; without figures it is taken away. A lecturer may set a person's, the officer every one."""
        who = self._instructors.current(key)
        if limit.scope in OUR_LIMITS or limit.key == ALL:
            self._instructors.officer(key)
        if limit.scope is LimitScope.CLASS:
            raise InputError("수업의 예산은 수업 설정에서 정합니다.", remedy="수업 화면을 열어 주세요.")
        if (limit.tokens or 0) < 0 or (limit.won or 0) < 0:
            raise InputError("한도는 0보다 작을 수 없습니다.", remedy="0 이상의 수를 적어 주세요.")
        self._store.set_limit(replace(limit, changed_by=who.id, changed_at=datetime.now(UTC)))
        self._forget_looks()

    def raise_class(self, key: InstructorKey, code: str) -> Limit:
        """Give a class half as much again, from where it stands, and return the new limit."""
        self._instructors.current(key)
        standing, rules = self.of_class(key, code), self._rules_of(code)
        if standing is None or rules is None:
            raise InputError("이 수업에는 정해진 예산이 없습니다.", remedy="지금은 한도 없이 쓸 수 있습니다.")
        limit = raised(standing)
        self._change_rules(
            key, code, lambda now: replace(now, class_tokens=limit.tokens, class_won=limit.won)
        )
        self._forget_looks()
        return limit

    def raise_person(self, key: InstructorKey, person_id: str) -> Limit:
        """Give a person half as much again today and from then on, and return the new limit."""
        who = self._instructors.current(key)
        person = self._store.person(person_id)
        now = self._person_limit(person, self._store.limits())
        if now is None:
            raise InputError(
                "이 사람에게는 정해진 한도가 없습니다.", remedy="지금은 한도 없이 쓸 수 있습니다."
            )
        limit = replace(raised(self._standing(now, Cost(0, 0), person)), key=person.id)
        self._store.set_limit(replace(limit, changed_by=who.id, changed_at=datetime.now(UTC)))
        self._forget_looks()
        return limit

    # ------------------------------------------------------------------ inside

    def _standings(self, person: Person, endpoint: Endpoint, each: Cost) -> Iterable[Standing]:
        limits = self._store.limits()
        found = (
            self._person_limit(person, limits),
            self._class_limit(person.class_code) if person.class_code else None,
            limits.get((LimitScope.DAY, ALL)),
            limits.get((LimitScope.ENDPOINT, endpoint.id)),
        )
        for limit in found:
            if limit is not None:
                yield self._standing(limit, each, person)

    def _person_limit(self, person: Person, limits: Mapping[tuple[LimitScope, str], Limit]) -> Limit | None:
        own = limits.get((LimitScope.PERSON, person.id))
        if own is not None:
            return own
        rules = self._rules_of(person.class_code) if person.class_code else None
        if rules is not None and rules.person_tokens is not None:
            return Limit(LimitScope.PERSON, person.id, rules.person_tokens)
        return limits.get((LimitScope.PERSON, ALL))

    def _class_limit(self, code: str) -> Limit | None:
        rules = self._rules_of(code)
        if rules is None or (rules.class_tokens is None and rules.class_won is None):
            return None
        return Limit(LimitScope.CLASS, code, rules.class_tokens, rules.class_won)

    def _standing(self, limit: Limit, each: Cost, person: Person | None = None) -> Standing:
        today = self._today()
        if limit.scope is LimitScope.PERSON:
            who = person.id if person else None
            spent = self._store.spent(since=today, person_id=who)
            going = self._store.open_runs(person_id=who)
        elif limit.scope is LimitScope.CLASS:
            spent = self._store.spent(class_code=limit.key)
            going = self._store.open_runs(class_code=limit.key)
        elif limit.scope is LimitScope.DAY:
            spent, going = self._store.spent(since=today), self._store.open_runs()
        else:
            spent = self._store.spent(since=today.replace(day=1), endpoint_id=limit.key)
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

    def _each(self, person: Person, endpoint: Endpoint) -> Cost:
        known = self._learned(person, endpoint)
        if known is None:
            prompt = USUAL_RUN_TOKENS - USUAL_ANSWER_TOKENS
            return Cost(USUAL_RUN_TOKENS, price_of(endpoint, prompt, USUAL_ANSWER_TOKENS))
        return Cost(known.tokens / known.runs, known.won / known.runs)

    def _usual_answer(self, person: Person, endpoint: Endpoint) -> float:
        known = self._learned(person, endpoint)
        return known.answer_tokens / known.runs if known else USUAL_ANSWER_TOKENS

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
        day = (run.ended_at or datetime.now(UTC)).astimezone(KOREA).date()
        return UsageLine(day, code, run.person_id, run.endpoint_id, Spent(1, prompt, answer, won))

    def _forget_looks(self) -> None:
        with self._lock:
            self._looked.clear()


RECORDED_ID = "recorded"
REHEARSAL = "rehearsal"  # whom a rehearsal is booked on


def today_in_korea() -> date:
    """Return the day on which usage is booked now."""
    return datetime.now(KOREA).date()


def raised(standing: Standing) -> Limit:
    """Return the limit half as high again, counted from what is used where that is more."""
    limit, spent = standing.limit, standing.spent
    tokens = None if limit.tokens is None else _rounded(max(limit.tokens, spent.tokens, 1_000) * 1.5, 1_000)
    won = None if limit.won is None else float(_rounded(max(limit.won, spent.won, 100.0) * 1.5, 100))
    return replace(limit, tokens=tokens, won=won)


def in_words(limit: Limit) -> str:
    """Return a limit's figures as people read them."""
    parts = [f"{limit.tokens:,}토큰"] if limit.tokens is not None else []
    parts += [f"{limit.won:,.0f}원"] if limit.won is not None else []
    return "과 ".join(parts)


def price_is_known(endpoint: Endpoint) -> bool:
    """Say whether won can be told: the shipped model costs nothing, others where the officer wrote a price."""
    return endpoint.kind in (EndpointKind.EMBEDDED, EndpointKind.RECORDED) or (
        endpoint.price_in_won is not None and endpoint.price_out_won is not None
    )


def _rounded(value: float, step: int) -> int:
    return -(-int(value) // step) * step


def price_of(endpoint: Endpoint, prompt_tokens: float, answer_tokens: float) -> float:
    """Return what so many tokens cost in won; 0 where no price is known."""
    price_in, price_out = endpoint.price_in_won or 0.0, endpoint.price_out_won or 0.0
    return (prompt_tokens * price_in + answer_tokens * price_out) / 1_000_000


def _cost_something(run: Run) -> bool:
    """A run that never got a word and was told no figures has cost nothing that we know of."""
    return run.state.ended and (run.usage is not None or bool(run.answer.strip()))


_WHOSE: Mapping[LimitScope, tuple[str, str]] = {
    LimitScope.PERSON: (
        "오늘 쓸 수 있는 양",
        "강사가 「예산」 화면에서 바로 늘려 드릴 수 있습니다. 손을 들어 말씀해 주세요.",
    ),
    LimitScope.CLASS: (
        "이 수업의 예산",
        "강사가 「예산」 화면에서 한 번 눌러 늘릴 수 있습니다. 늘린 뒤 다시 실행해 주세요.",
    ),
    LimitScope.DAY: (
        "실습실 전체가 오늘 쓸 수 있는 양",
        "실습실 담당자(운영자)만 늘릴 수 있습니다. 강사에게 알려 주세요.",
    ),
    LimitScope.ENDPOINT: (
        "이 AI 연결의 이번 달 예산",
        "실습실 담당자(운영자)만 늘릴 수 있습니다. 다른 연결이 있으면 그것을 골라 주세요.",
    ),
}


def _spent(standing: Standing, coming: Cost, each: Cost, *, in_class: bool) -> BudgetSpentError:
    name, remedy = _WHOSE[standing.limit.scope]
    if standing.limit.scope is LimitScope.PERSON and not in_class:
        remedy = "실습실 담당자(운영자)가 늘릴 수 있습니다. 내일이 되면 다시 쓸 수 있습니다."
    limit = in_words(standing.limit)
    if standing.short_of(each):
        return BudgetSpentError(f"{name}({limit})을 다 썼습니다.", remedy=remedy)
    return BudgetSpentError(
        f"이번 요청(약 {coming.tokens:,.0f}토큰)은 {name}({limit})에서 남은 것보다 큽니다.",
        remedy=f"자료를 줄여 다시 실행해 주세요. {remedy}",
    )
