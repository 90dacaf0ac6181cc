"""Budgets: what is counted, who is refused and told what, who may raise; nothing by address."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.class_records import ClassRules, InstructorKey, Limit, LimitScope, Spent, UsageLine
from sandbox.classroom.budgets import ALL, Budgets
from sandbox.records import (
    BudgetSpentError,
    Endpoint,
    EndpointKind,
    InputError,
    Message,
    NotAllowedError,
    Person,
    Role,
    Run,
    RunState,
    TokenCount,
    Usage,
)
from tests.lecturer import NOBODY, Staff, staffed

TODAY = date(2026, 11, 23)
CODE = "K7M2QX"
PRICED = Endpoint("priced", "유료", "http://x/v1", "m", price_in_won=1_000.0, price_out_won=4_000.0)
FREE = Endpoint("free", "값 모름", "http://y/v1", "m")


class Room:
    """Budgets on a real store, with a class whose rules a test may change."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.store = staff, staff.store
        self.rules = {CODE: ClassRules()}
        self.now = datetime(2026, 11, 23, 3, tzinfo=UTC)  # noon of TODAY in Korea
        self.budgets = Budgets(
            staff.store,
            staff.instructors,
            endpoints=lambda: (PRICED, FREE),
            rules_of=self.rules.get,
            change_rules=self._change,
            count_tokens=len,
            now=lambda: self.now,
        )
        self.me = staff.store.add_person("김연습", CODE, "7")
        self.other = staff.store.add_person("이연습", CODE, "8")

    def _change(self, _key: InstructorKey, code: str, change: Callable[[ClassRules], ClassRules]) -> None:
        self.rules[code] = change(self.rules[code])

    def used(self, tokens: int, who: Person | None = None, runs: int = 1, won: float = 0.0) -> None:
        """Book that this much was used today, half for reading and half for writing."""
        spent = Spent(runs, tokens // 2, tokens - tokens // 2, won)
        person = who or self.me
        self.store.add_usage(UsageLine(TODAY, person.class_code, person.id, "priced", spent))

    def run(self, state: RunState = RunState.DONE, **changes: object) -> Run:
        run = Run(
            id=f"r{datetime.now(UTC).timestamp()}{changes.get('answer', '')}",
            person_id=self.me.id,
            exercise_id="",
            prompt_id="",
            thread_id="t",
            parent_id="",
            endpoint_id="priced",
            endpoint_name="유료",
            model="m",
            messages=(Message(Role.USER, "가" * 100),),
            answer="나" * 50,
            state=state,
            created_at=datetime(2026, 11, 22, 15, 30, tzinfo=UTC),
            ended_at=datetime(2026, 11, 22, 15, 31, tzinfo=UTC),
            usage=Usage(1_000, 500, estimated=False),
        )
        return replace(run, **changes)  # type: ignore[arg-type]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    staff = staffed(tmp_path)
    yield Room(staff)
    staff.store.close()


# --------------------------------------------------------------------------- counting


def test_an_ended_run_is_booked_on_the_korean_day_with_its_price(room: Room) -> None:
    run = room.run()  # 15:31 UTC is half past midnight of the 23rd in Korea
    room.store.add_run(run)
    room.budgets.note(run)
    room.budgets.note(run)  # told again after a store that failed at first
    (line,) = room.store.usage()
    assert (line.day, line.class_code, line.person_id) == (TODAY, CODE, room.me.id)
    assert (line.spent.runs, line.spent.tokens) == (1, 1_500)
    assert line.spent.won == pytest.approx((1_000 * 1_000 + 500 * 4_000) / 1e6)


def test_a_run_told_twice_at_once_counts_once(room: Room) -> None:
    run = room.run()
    room.store.add_run(run)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(room.budgets.note, [run] * 8))
    assert room.store.spent().runs == 1


def test_a_run_that_could_not_be_booked_is_booked_when_told_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = room.run()
    with monkeypatch.context() as broken:
        broken.setattr(room.store, "add_usage", lambda _line: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            room.budgets.note(run)
    room.budgets.note(run)
    assert room.store.spent().runs == 1


def test_usage_is_estimated_where_the_endpoint_told_none(room: Room) -> None:
    room.budgets.note(room.run(usage=None, state=RunState.STOPPED))
    (line,) = room.store.usage()
    assert (line.spent.prompt_tokens, line.spent.answer_tokens) == (100, 50)


@pytest.mark.parametrize(
    "changes",
    [
        {"usage": None, "answer": "", "state": RunState.FAILED},
        {"endpoint_id": "recorded", "endpoint_name": "녹화된 답변"},
    ],
)
def test_what_cost_nothing_is_not_booked(room: Room, changes: dict[str, object]) -> None:
    room.budgets.note(room.run(**changes))  # type: ignore[arg-type]
    assert room.store.usage() == ()


def test_two_threads_lose_nothing(room: Room) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: room.used(10), range(40)))
    assert room.store.spent(person_id=room.me.id) == Spent(40, 200, 200, 0.0)


def test_usage_outlives_the_person(room: Room) -> None:
    room.budgets.note(room.run(person_id="somebody-removed"))
    assert room.store.spent().runs == 1
    assert room.store.usage()[0].class_code == ""


# --------------------------------------------------------------------------- refusing

SCOPES = {
    "person": (Limit(LimitScope.PERSON, ALL, tokens=10_000), "한 사람이 하루에 쓸 수 있는 양", "담당자"),
    "day": (Limit(LimitScope.DAY, ALL, tokens=10_000), "실습실 전체가 오늘", "담당자"),
    "endpoint": (Limit(LimitScope.ENDPOINT, "priced", tokens=10_000), "이번 달 예산", "담당자"),
    "won": (Limit(LimitScope.ENDPOINT, "priced", won=50.0), "50원", "담당자"),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_reached_limit_refuses_and_says_who_can_raise_it(room: Room, name: str) -> None:
    limit, what, who = SCOPES[name]
    room.budgets.set_limit(room.staff.officer, limit)
    room.budgets.check(room.me, PRICED, TokenCount(500, False))
    room.used(9_900, runs=9, won=49.0)
    with pytest.raises(BudgetSpentError) as refused:
        room.budgets.check(room.me, PRICED, TokenCount(500, False))
    assert what in refused.value.message
    assert who in refused.value.remedy


def test_the_coming_run_counts_before_it_has_run(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=2_000)
    room.budgets.check(room.me, PRICED, TokenCount(1_000, False))
    with pytest.raises(BudgetSpentError, match="남은 것보다 큽니다"):
        room.budgets.check(room.me, PRICED, TokenCount(1_900, False))


def test_a_class_budget_holds_for_its_class_over_all_days(room: Room) -> None:
    room.rules[CODE] = ClassRules(class_tokens=10_000)
    line = UsageLine(TODAY - timedelta(days=40), CODE, room.other.id, "priced", Spent(5, 5_000, 4_900))
    room.store.add_usage(line)
    with pytest.raises(BudgetSpentError, match="이 과정의 예산"):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))
    outside = room.store.add_person("박손님", "")
    room.budgets.check(outside, PRICED, TokenCount(500, False))


def test_yesterdays_and_others_use_is_nobodys_day(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=3_000)
    room.used(2_900, who=room.other)
    room.store.add_usage(UsageLine(TODAY - timedelta(days=1), CODE, room.me.id, "priced", Spent(2, 2_900, 0)))
    room.budgets.check(room.me, PRICED, TokenCount(500, False))


@pytest.mark.parametrize("days", [1, 30, 365])
def test_what_a_clock_that_was_ahead_has_booked_binds_nobody_until_then(room: Room, days: int) -> None:
    """Every day up to that one was spent already: the whole room was refused for a year."""
    room.rules[CODE] = ClassRules(person_tokens=3_000)
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.DAY, ALL, tokens=3_000))
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.PERSON, ALL, tokens=3_000))
    room.budgets.set_limit(
        room.staff.officer, Limit(LimitScope.ENDPOINT, "priced", tokens=3_000 + 3_000 * (days < 8))
    )
    ahead = UsageLine(TODAY + timedelta(days=days), CODE, room.me.id, "priced", Spent(2, 2_900, 0))
    room.store.add_usage(ahead)
    room.budgets.check(room.me, PRICED, TokenCount(500, False))
    room.now += timedelta(days=days)
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_a_month_counts_whole_though_the_clock_was_set_back_within_it(room: Room) -> None:
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.ENDPOINT, "priced", tokens=5_000))
    room.store.add_usage(UsageLine(TODAY + timedelta(days=1), CODE, room.me.id, "priced", Spent(9, 4_900, 0)))
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_last_months_use_of_an_endpoint_is_over(room: Room) -> None:
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.ENDPOINT, "priced", tokens=5_000))
    room.store.add_usage(UsageLine(date(2026, 10, 31), CODE, room.me.id, "priced", Spent(9, 4_900, 4_900)))
    room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_won_do_not_bind_where_no_price_is_known(room: Room) -> None:
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.DAY, ALL, won=1.0))
    room.used(100, won=5.0)
    room.budgets.check(room.me, FREE, TokenCount(500, False))
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_recorded_answers_cost_nothing(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=0)
    recorded = Endpoint("recorded", "녹화된 답변", "", "", kind=EndpointKind.RECORDED)
    room.budgets.check(room.me, recorded, TokenCount(500, False))
    assert room.budgets.left(room.me, recorded) is None


def test_who_presses_together_overshoots_by_the_running_ones_at_most(room: Room) -> None:
    """Forty press; each that is let in begins a run. Once they have ended no more than the last few are over."""
    room.rules[CODE] = ClassRules(class_tokens=15_000)
    for _ in range(4):
        room.used(1_000)
    people = [room.store.add_person(f"연습{n}", CODE, str(n)) for n in range(40)]
    let_in: list[Person] = []

    def press(who: Person) -> None:
        try:
            room.budgets.check(who, PRICED, TokenCount(500, False))
        except BudgetSpentError:
            return
        room.store.add_run(
            room.run(RunState.WAITING, id=who.id, person_id=who.id, ended_at=None, usage=None, answer="")
        )
        let_in.append(who)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, people))
    assert 11 <= len(let_in) <= 11 + 8  # eleven fit; beside each press seven others may be on their way
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_nothing_is_counted_by_address() -> None:
    from sandbox.classroom import budgets
    from sandbox.store import ledger

    for module in (budgets, ledger):
        source = inspect.getsource(module)
        assert "client_host" not in source
        assert "remote" not in source
        assert "forwarded" not in source.lower()


# --------------------------------------------------------------------------- what is left


def test_what_is_left_is_told_in_runs_learned_from_ones_own(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=20_000)
    first = room.budgets.left(room.me, PRICED)
    assert first is not None
    assert first.runs == 13  # nothing known: 1,500 tokens each
    room.used(2_000, runs=4)
    room.budgets.note(room.run(usage=Usage(250, 250, estimated=False)))  # what was looked up is forgotten
    left = room.budgets.left(room.me, PRICED)
    assert left is not None
    assert (left.runs, left.scope) == (35, LimitScope.MEMBER)  # 2,500 in 5 runs: 17,500 left at 500 each


def test_the_tightest_limit_is_told_and_none_where_there_is_none(room: Room) -> None:
    assert room.budgets.left(room.me, PRICED) is None
    room.rules[CODE] = ClassRules(person_tokens=20_000, class_tokens=3_000)
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.DAY, ALL, tokens=10**6))
    left = room.budgets.left(room.me, PRICED)
    assert left is not None
    assert (left.runs, left.scope) == (2, LimitScope.CLASS)


# --------------------------------------------------------------------------- raising


def test_one_press_gives_a_class_half_as_much_again(room: Room) -> None:
    room.rules[CODE] = ClassRules(class_tokens=10_000, class_won=100.0)
    room.used(11_000)
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))
    limit = room.budgets.raise_class(room.staff.lecturer, CODE)
    assert (limit.tokens, limit.won) == (17_000, 200.0)
    room.budgets.check(room.me, PRICED, TokenCount(500, False))


def test_one_press_gives_a_person_more_and_nobody_else(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=2_000)
    for who in (room.me, room.other):
        room.used(2_000, who=who)
    assert room.budgets.raise_person(room.staff.lecturer, room.me.id).tokens == 3_000
    room.budgets.raise_person(room.staff.lecturer, room.me.id)
    room.budgets.check(room.me, PRICED, TokenCount(200, False))
    with pytest.raises(BudgetSpentError):
        room.budgets.check(room.other, PRICED, TokenCount(200, False))


def test_a_raise_is_for_today(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_tokens=2_000, person_won=100.0)
    given = room.budgets.raise_person(room.staff.lecturer, room.me.id)
    assert (given.tokens, given.won) == (3_000, 200.0)
    room.budgets.check(room.me, FREE, TokenCount(2_200, False))
    room.now += timedelta(days=1)
    with pytest.raises(BudgetSpentError, match=r"오늘 쓸 수 있는 양.*2,000토큰"):
        room.budgets.check(room.me, FREE, TokenCount(2_200, False))


def test_the_officers_limit_is_the_ceiling_of_the_class_and_its_lecturer(room: Room) -> None:
    """A class's own figure took the officer's away, its won with it, and a raise went past it for good."""
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.PERSON, ALL, tokens=5_000, won=50.0))
    room.rules[CODE] = ClassRules(person_tokens=4_000)
    assert room.budgets.raise_person(room.staff.lecturer, room.me.id).tokens == 5_000
    with pytest.raises(NotAllowedError, match="이미 늘렸습니다"):
        room.budgets.raise_person(room.staff.lecturer, room.me.id)
    room.used(100, won=49.9)
    with pytest.raises(BudgetSpentError, match="한 사람이 하루에") as refused:
        room.budgets.check(room.me, PRICED, TokenCount(500, False))
    assert "담당자" in refused.value.remedy
    room.rules[CODE] = ClassRules()
    with pytest.raises(InputError) as none:
        room.budgets.raise_person(room.staff.lecturer, room.me.id)
    assert "담당자" in none.value.remedy


def test_won_limit_one_person_of_a_class(room: Room) -> None:
    room.rules[CODE] = ClassRules(person_won=10.0)
    room.budgets.check(room.me, PRICED, TokenCount(500, False))
    room.used(100, won=9.0)
    with pytest.raises(BudgetSpentError, match="10원"):
        room.budgets.check(room.me, PRICED, TokenCount(500, False))
    room.budgets.check(room.other, PRICED, TokenCount(500, False))


def test_the_citys_limits_are_the_officers(room: Room) -> None:
    for scope, key in (
        (LimitScope.DAY, ALL),
        (LimitScope.ENDPOINT, "priced"),
        (LimitScope.PERSON, ALL),
        (LimitScope.PERSON, room.me.id),
    ):
        with pytest.raises(NotAllowedError):
            room.budgets.set_limit(room.staff.lecturer, Limit(scope, key, tokens=10**9))
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.PERSON, room.me.id, tokens=5_000))
    room.budgets.set_limit(room.staff.officer, Limit(LimitScope.PERSON, room.me.id))
    assert room.store.limits() == {}
    with pytest.raises(InputError):
        room.budgets.set_limit(room.staff.officer, Limit(LimitScope.DAY, ALL, tokens=-1))


def test_nothing_is_raised_where_there_is_no_limit(room: Room) -> None:
    with pytest.raises(InputError):
        room.budgets.raise_class(room.staff.lecturer, CODE)
    with pytest.raises(InputError):
        room.budgets.raise_person(room.staff.lecturer, room.me.id)


def test_a_key_that_is_none_is_refused(room: Room) -> None:
    with pytest.raises(NotAllowedError):
        room.budgets.of_class(NOBODY, CODE)
    with pytest.raises(NotAllowedError):
        room.budgets.of_room(NOBODY)
    with pytest.raises(NotAllowedError):
        room.budgets.raise_class(NOBODY, CODE)
    with pytest.raises(NotAllowedError):
        room.budgets.raise_person(NOBODY, room.me.id)
    with pytest.raises(NotAllowedError):
        room.budgets.set_limit(NOBODY, Limit(LimitScope.PERSON, room.me.id, tokens=1))
