"""Classes: made, joined, sat in, moved, paused, ended, and deleted so that it can be proved."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from sandbox.class_records import ClassRules, InstructorKey, Seat
from sandbox.classroom import (
    Classes,
    Classroom,
    ClassTerms,
    Entry,
    Followers,
    Instructors,
    Live,
    delete_due,
    read_roster,
)
from sandbox.classroom import classes as classes_module
from sandbox.classroom.seats import Seats
from sandbox.documents import read
from sandbox.records import (
    Endpoint,
    InputError,
    Level,
    Location,
    Message,
    NotAllowedError,
    NotFoundError,
    Person,
    Role,
    Run,
    RunState,
    SandboxError,
    StoreError,
    TokenCount,
)
from sandbox.store import Store
from tests.test_store import postgresql, store, url  # noqa: F401  fixtures

INSIDE = Endpoint("inside", "기관 AI", "http://127.0.0.1:9/v1", "m", location=Location.INSIDE)
OUTSIDE = Endpoint("outside", "바깥 AI", "http://127.0.0.1:9/v1", "m", location=Location.OUTSIDE)
COUNT = TokenCount(10, estimated=True)
TODAY = date(2026, 11, 23)


class School:
    """A room with a lecturer, an officer and one class."""

    def __init__(self, store: Store) -> None:  # noqa: F811
        self.store, self.instructors = store, Instructors(store)
        self.key, self.officer = (self._staff(n, o) for n, o in (("강사", False), ("담당자", True)))
        self.changes: list[str] = []
        self.classes = Classes(store, self.instructors, on_change=self.changes.append, today=lambda: TODAY)
        self.live = Live(store, self.instructors, on_change=self.changes.append)
        self.room, self.terms = Classroom(store), ClassTerms(store)
        self.one = self.classes.create(self.key, "기초반", path=["a", "b"], seats=4)
        self.code = self.one.code

    def _staff(self, name: str, officer: bool) -> InstructorKey:
        who = self.store.add_instructor(name, f"name:{name}", "", is_officer=officer)
        return InstructorKey(self.store.sign_in_instructor(who.id, hours=1))

    def join(self, name: str, seat: str = "", code: str = "", guesser: str = "g") -> Person:
        entry: Entry = self.room.join(name, code or self.code, seat, guesser=guesser)
        assert self.room.person_for(entry.token) == entry.person
        return entry.person

    def rules(self, **changed: object) -> None:
        new = replace(ClassRules(), **changed)  # type: ignore[arg-type]
        self.classes.change_rules(self.key, self.code, lambda _rules: new)

    def roster(self, text: str) -> tuple[Seat, ...]:
        return self.classes.set_roster(self.key, self.code, read_roster(text))

    def work(self, person: Person, exercise: str = "a") -> str:
        number = len(self.store.tries(person.id, exercise))
        run = Run(
            f"{person.id}-{exercise}-{number}", person.id, exercise, "", "t", "", "e", "e", "m",
            (Message(Role.USER, "글"),), "답", RunState.WAITING, datetime.now(UTC),
        )  # fmt: skip
        self.store.add_run(run, newest=True)
        self.store.save_draft(person.id, exercise, {"쓰던": person.name})
        return run.id


@pytest.fixture
def school(store: Store) -> School:  # noqa: F811
    return School(store)


# --------------------------------------------------------------------------- made and changed


def test_a_class_comes_back_as_it_was_made(school: School) -> None:
    rules = ClassRules(open_join=False, strict_guard=True, class_won=1000.5, retention_days=10)
    made = school.classes.create(
        school.key, "  심화반\t오후 ", level=Level.ADVANCED, path=["b", "a"], seats=12,
        starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2), endpoint_id="inside", rules=rules,
    )  # fmt: skip
    assert made.title == "심화반 오후"
    assert made.delete_on == date(2026, 12, 12)
    assert school.classes.get(school.key, made.code.lower()) == made
    assert school.classes.listed(school.key) == (made, school.one)


def test_codes_have_no_look_alikes_and_are_never_given_twice(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(school.code) == 6
    assert not set(school.code) & set("01OILSZBU")
    letters = iter([*school.code, *school.code, *"K7M2QX"])
    monkeypatch.setattr(classes_module.secrets, "choice", lambda _letters: next(letters))
    school.classes.delete(school.key, school.code, typed_code=school.code)
    assert school.classes.create(school.key, "다음").code == "K7M2QX"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"title": " "}, "비어"),
        ({"title": "가" * 61}, "깁니다"),
        ({"seats": 0}, "자리 수"),
        ({"seats": 301}, "자리 수"),
        ({"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}, "앞섭"),
        ({"starts_on": date(2026, 12, 2), "delete_on": date(2026, 12, 2)}, "끝나기 전"),
        ({"delete_on": TODAY}, "오늘이거나 이미"),
        ({"ends_on": TODAY - timedelta(days=400)}, "오늘이거나 이미"),
        ({"rules": ClassRules(class_won=-1.0)}, "0보다 작을"),
    ],
)
def test_what_no_class_can_be(school: School, changed: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        school.classes.edit(school.key, replace(school.one, **changed))  # type: ignore[arg-type]
    assert school.classes.get(school.key, school.code) == school.one


def test_an_edit_keeps_who_made_it_and_is_told_to_the_seats(school: School) -> None:
    before = school.live.now(school.key, school.code).version
    forged = replace(school.one, created_by="somebody", title="새 이름", closed_at=datetime.now(UTC))
    changed = school.classes.edit(school.officer, forged)
    assert (changed.created_by, changed.title, changed.closed_at) == (school.one.created_by, "새 이름", None)
    assert school.live.now(school.key, school.code).version > before
    assert school.code in school.changes


def test_a_class_that_would_go_at_once_is_not_made(school: School) -> None:
    with pytest.raises(InputError, match="오늘이거나 이미"):
        school.classes.create(school.key, "지난 과정", ends_on=TODAY - timedelta(days=90))
    assert school.classes.create(school.key, "지난주 과정", ends_on=TODAY - timedelta(days=7))
    assert delete_due(school.store, TODAY) == 0


def test_who_may_not_delete_a_class_may_not_let_it_go_sooner(school: School) -> None:
    colleague = school._staff("이강사", False)
    one = school.classes.edit(school.key, replace(school.one, delete_on=date(2027, 3, 1)))
    sooner = (
        replace(one, delete_on=TODAY + timedelta(days=1)),
        replace(school.classes.edit(school.key, replace(one, delete_on=None)), delete_on=date(2027, 3, 1)),
    )
    for wanted in sooner:
        with pytest.raises(NotAllowedError, match="앞당길"):
            school.classes.edit(colleague, wanted)
    assert school.classes.get(school.key, one.code).delete_on is None
    assert school.classes.edit(school.officer, sooner[0]).delete_on == TODAY + timedelta(days=1)
    assert school.classes.edit(colleague, one).delete_on == date(2027, 3, 1)  # later is no harm


def test_the_day_of_deletion_follows_the_days_kept_unless_set_by_hand(school: School) -> None:
    made = school.classes.create(school.key, "이틀", ends_on=date(2026, 12, 2))
    kept = replace(made, rules=replace(made.rules, retention_days=30))
    assert school.classes.edit(school.key, kept).delete_on == date(2027, 1, 1)
    later = replace(kept, delete_on=date(2027, 1, 1), ends_on=date(2026, 12, 5))
    assert school.classes.edit(school.key, later).delete_on == date(2027, 1, 4)
    by_hand = school.classes.edit(school.key, replace(later, delete_on=date(2027, 6, 1)))
    moved = replace(by_hand, ends_on=date(2026, 12, 9))
    assert school.classes.edit(school.key, moved).delete_on == date(2027, 6, 1)


def test_a_stale_form_changes_only_what_its_lecturer_changed(school: School) -> None:
    """Two lecturers have the settings open; the budget is raised and the class closed meanwhile."""
    seen = school.one
    school.classes.edit(school.officer, replace(seen, path=("b", "c")), since=seen)
    school.classes.change_rules(school.officer, seen.code, lambda r: replace(r, class_tokens=9_000))
    school.classes.close(school.officer, seen.code)
    now = school.classes.edit(school.key, replace(seen, title="새 이름"), since=seen)
    assert (now.title, now.path, now.rules.class_tokens) == ("새 이름", ("b", "c"), 9_000)
    assert now.closed_at is not None
    with pytest.raises(InputError, match=r"다른 강사가.*실습 차례"):
        school.classes.edit(school.key, replace(seen, path=("a",), title="또"), since=seen)
    assert school.classes.get(school.key, seen.code) == now


# --------------------------------------------------------------------------- coming in


def test_everybody_gets_a_seat_of_their_own(school: School) -> None:
    seats = [school.join(name).seat for name in ("가", "나", "나")]
    assert seats == ["1", "2", "3"]
    assert school.join("라", "7번").seat == "7"
    with pytest.raises(NotAllowedError, match="모두 찼"):
        school.join("마")
    assert {p.name for p in school.classes.people(school.key, school.code)} == {"가", "나", "라"}


@pytest.mark.parametrize("typed", ["{code}", " {lower} ", "{spaced}"])
def test_the_code_is_forgiven_its_spelling(school: School, typed: str) -> None:
    spaced = f"{school.code[:3]}-{school.code[3:]}"
    assert school.join("가", code=typed.format(code=school.code, lower=school.code.lower(), spaced=spaced))


def test_a_wrong_code_is_told_and_slowed_by_browser(school: School) -> None:
    for _ in range(4):
        with pytest.raises(NotFoundError, match="과정 코드를 찾지"):
            school.join("가", code="AAAAAA", guesser="one")
    with pytest.raises(NotAllowedError, match="여러 번"):
        school.join("가", guesser="one")
    assert school.join("가", guesser="two")
    assert school.store.people_of_class("AAAAAA") == ()


def test_an_ended_class_lets_nobody_in(school: School) -> None:
    me = school.join("가")
    school.classes.close(school.key, school.code)
    with pytest.raises(NotAllowedError, match="끝난 과정"):
        school.join("나")
    with pytest.raises(NotAllowedError, match="끝나서"):
        school.terms(me, INSIDE, COUNT)
    school.classes.close(school.key, school.code, False)
    assert school.join("나").seat == "2"


def test_a_newcomer_who_is_refused_leaves_nobody_behind(school: School) -> None:
    school.roster("김하나\t총무과\t3")
    with pytest.raises(InputError, match="다른 분의 자리"):
        school.join("박", "3")
    assert school.classes.people(school.key, school.code) == ()


def test_a_closed_roster_lets_in_whom_it_names(school: School) -> None:
    school.roster("김하나\t총무과\t3\n이두리\t세무과\t\n이두리\t건설과\t2")
    school.rules(open_join=False)
    assert school.join("김 하나").seat == "3"
    for name, seat in (("박세찬", ""), ("박세찬", "4")):
        with pytest.raises(NotAllowedError, match="명단에 없는"):
            school.join(name, seat)
    with pytest.raises(InputError, match="같은 이름"):
        school.join("이두리")
    assert school.join("이두리", "2").seat == "2"


def test_a_seat_is_taken_up_again_by_its_own_name_with_all_work(school: School) -> None:
    me = school.join("김하나", "2")
    run = school.work(me)
    again = school.join("김 하나", "2")
    assert again.id == me.id
    assert [r.id for r in school.store.tries(again.id, "a")] == [run]
    with pytest.raises(InputError, match="다른 분의 자리"):
        school.join("박세찬", "2")


def test_a_named_place_of_the_roster_is_found_again_without_a_seat(school: School) -> None:
    school.roster("김하나\t총무과\t3")
    assert school.join("김하나").id == school.join("김하나").id


def test_a_seat_where_somebody_works_is_not_taken_up(school: School) -> None:
    me = school.join("김하나", "2")
    school.store.move_seat(me.id, school.code, exercise_id="a", step="읽는 중", at=datetime.now(UTC))
    with pytest.raises(NotAllowedError, match="다른 화면에 열려"):
        school.join("김하나", "2")
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    school.store.move_seat(me.id, school.code, exercise_id="a", step="읽는 중", at=long_ago)
    assert school.join("김하나", "2").id == me.id


def test_a_seat_before_which_somebody_only_reads_is_not_taken_up(school: School) -> None:
    """Whoever read for a minute without a touch had their seat opened to anyone who typed their name."""
    me, clock = school.join("김하나", "2"), [0.0]
    seats = Seats(school.store, clock=lambda: clock[0])
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    school.store.move_seat(me.id, school.code, exercise_id="a", step="reading", at=long_ago)
    seats.is_open(me)
    with pytest.raises(NotAllowedError, match="다른 화면에 열려"):
        school.join("김하나", "2")
    state = school.store.seat_state(me.id)
    assert state is not None and state.seen_at == long_ago  # the board still sees that nobody touches it
    school.store.keep_open(me.id, long_ago)
    clock[0] = 49.0
    seats.is_open(me)  # once a minute is enough
    assert school.join("김하나", "2").id == me.id


def test_the_lecturer_may_allow_the_resume_code_only(school: School) -> None:
    me = school.join("김하나", "2")
    school.rules(rejoin_by_seat=False)
    with pytest.raises(NotAllowedError, match="이미 하던 실습"):
        school.join("김하나", "2")
    assert school.room.resume(school.room.resume_code(me), guesser="other").person.id == me.id


def test_guessing_names_at_a_seat_is_slowed(school: School) -> None:
    school.join("김하나", "2")
    for _ in range(4):
        with pytest.raises(InputError):
            school.join("박세찬", "2", guesser="mischief")
    with pytest.raises(NotAllowedError, match="여러 번"):
        school.join("김하나", "2", guesser="mischief")


def test_somebody_in_the_room_brings_their_work_into_a_class(school: School) -> None:
    me = school.room.join("가").person
    run = school.work(me)
    moved = school.room.change_class(me, school.code, guesser="g")
    assert (moved.id, moved.class_code, moved.seat) == (me.id, school.code, "1")
    assert [r.id for r in school.store.tries(me.id, "a")] == [run]
    assert school.room.again(me) == moved


# --------------------------------------------------------------------------- the roster


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("김하나\t총무과\t1\n이두리\t세무과\t2", [("김하나", "총무과", "1"), ("이두리", "세무과", "2")]),
        ("김하나, 총무과, 1번", [("김하나", "총무과", "1")]),
        ("김하나\n이두리\n", [("김하나", "", ""), ("이두리", "", "")]),
        ("1\t김하나\t총무과\n2\t이두리\t세무과", [("김하나", "총무과", ""), ("이두리", "세무과", "")]),
        ("연번\t소속\t성명\t좌석\n1\t총무과\t김하나\t5", [("김하나", "총무과", "5")]),
        ("[시트: 명단]\n이름\t부서\n김하나\t총무과", [("김하나", "총무과", "")]),
    ],
)
def test_a_roster_is_read_as_people_paste_it(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(s.name, s.department, s.seat) for s in read_roster(text)] == expected


@pytest.mark.parametrize("text", ["", "\n\t\n", "1\t2\t3", "이름\t부서"])
def test_what_is_no_roster(text: str) -> None:
    with pytest.raises(InputError, match="이름을 찾지"):
        read_roster(text)


def test_a_roster_comes_from_an_excel_file(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("번호", "이름", "부서", "좌석"), (1, "김하나", "총무과", 11), (2, "이두리", "세무과", None)):
        book.active.append(row)
    book.save(tmp_path / "명단.xlsx")
    text = read.read("명단.xlsx", (tmp_path / "명단.xlsx").read_bytes()).text
    assert [(s.name, s.seat) for s in read_roster(text)] == [("김하나", "11"), ("이두리", "")]


def test_a_new_roster_keeps_who_sits_already(school: School) -> None:
    school.roster("김하나\t총무과\t1\n이두리\t세무과\t2")
    me = school.join("김하나")
    kept = school.roster("박세찬\t건설과\t3\n김하나\t기획과\t1")
    assert [(s.seat, s.name, s.department, s.person_id) for s in kept] == [
        ("1", "김하나", "기획과", me.id),
        ("3", "박세찬", "건설과", ""),
    ]


def test_a_late_roster_locks_nobody_out(school: School) -> None:
    """Two walked in before the list came; the list knows neither their seats nor all of their names."""
    first, second = school.join("박세찬"), school.join("이두리")
    kept = school.roster("김하나\t총무과\t1\n이두리\t세무과")
    assert [(s.seat, s.name, s.department, s.person_id) for s in kept] == [
        ("1", "", "", first.id),
        ("2", "이두리", "세무과", second.id),
        ("3", "김하나", "총무과", ""),
    ]
    assert school.join("김하나").seat == "3"
    assert school.join("이두리").id == second.id
    assert school.join("박세찬", "1").id == first.id


def test_two_of_one_name_are_two_lines_of_a_late_roster(school: School) -> None:
    walked_in = school.join("이두리", "2")
    kept = school.roster("이두리\t건설과\n이두리\t세무과\t2")
    assert [(s.seat, s.department, s.person_id) for s in kept] == [
        ("1", "건설과", ""),
        ("2", "세무과", walked_in.id),
    ]


def test_a_late_roster_leaves_room_for_who_sits(school: School) -> None:
    school.join("박세찬")
    with pytest.raises(InputError, match="이미 앉은 다른 분 1명"):
        school.roster("김하나\n이두리\n최다솜\n정라온")
    assert len(school.roster("김하나\n이두리\n최다솜")) == 4


def test_rosters_that_cannot_be(school: School) -> None:
    with pytest.raises(InputError, match="두 번"):
        school.roster("김하나\t\t1\n이두리\t\t1번")
    with pytest.raises(InputError, match="자리는 4개"):
        school.roster("\n".join(f"사람{n}가" for n in range(5)))


# --------------------------------------------------------------------------- moved, merged, removed


def test_somebody_is_moved_within_and_to_another_class(school: School) -> None:
    me, other = school.join("가"), school.join("나")
    assert school.classes.move(school.key, me.id, school.code, "4") == "4"
    with pytest.raises(InputError, match="다른 분이"):
        school.classes.move(school.key, me.id, school.code, other.seat)
    there = school.classes.create(school.key, "다른 반")
    assert school.classes.move(school.key, me.id, there.code) == "1"
    assert school.store.person(me.id).class_code == there.code
    assert [s.person_id for s in school.classes.roster(school.key, school.code)] == [other.id]


def test_two_entries_of_one_person_are_merged_with_all_work(school: School) -> None:
    kept, gone = school.join("가"), school.join("가")
    runs = {school.work(kept), school.work(gone, "b"), school.work(gone)}
    school.store.open_hint(gone.id, "a", 2)
    token = school.store.sign_in(gone.id)
    school.classes.merge(school.key, kept.id, gone.id)
    assert {r.id for e in ("a", "b") for r in school.store.tries(kept.id, e)} == runs
    assert school.store.draft(kept.id, "a") == {"쓰던": "가"}
    assert school.store.draft(kept.id, "b") == {"쓰던": "가"}
    assert school.store.progress(kept.id)["a"].hints_opened == 2
    assert school.room.again(gone) is None
    still = school.room.person_for(token)
    assert still is not None
    assert still.id == kept.id
    assert [s.person_id for s in school.classes.roster(school.key, school.code)] == [kept.id]
    with pytest.raises(SandboxError):
        school.classes.merge(school.key, kept.id, kept.id)


def test_a_lecturers_move_takes_the_work_of_the_class_along(school: School) -> None:
    me = school.join("가")
    run = school.work(me)
    there = school.classes.create(school.key, "다른 반")
    school.classes.move(school.key, me.id, there.code)
    assert [t.run_id for t in school.store.class_tries(there.code)] == [run]
    assert school.store.class_days(school.code) == {}
    assert set(school.store.class_days(there.code)) == {me.id}


def test_what_was_allowed_in_one_class_is_not_carried_into_another(school: School) -> None:
    """Hand, share and leave to project went along, and the next class's lecturer read the old answer."""
    me, now = school.join("가"), datetime.now(UTC)
    run = school.work(me)
    school.store.raise_hand(me.id, school.code, at=now, shows_screen=True)
    school.store.share_run(me.id, school.code, run, may_project=True, at=now)
    school.classes.move(school.key, me.id, school.code, "3")
    kept = school.store.seat_state(me.id)
    assert kept is not None and kept.shared_run_id == run  # another seat of the same class changes nothing
    there = school.classes.create(school.key, "다른 반")
    for moved in (
        lambda: school.room.change_class(school.store.person(me.id), there.code, guesser="g"),
        lambda: school.classes.move(school.key, me.id, school.code),
    ):
        moved()
        assert school.store.seat_state(me.id) is None
        code = school.store.person(me.id).class_code
        school.store.move_seat(me.id, code, exercise_id="a", step="reading", at=now)
        state = school.store.seat_state(me.id)
        assert state is not None
        assert (state.hand_at, state.shows_screen, state.shared_run_id, state.may_project) == (
            None, False, "", False,
        )  # fmt: skip
        school.store.share_run(me.id, code, run, may_project=True, at=now)


def test_who_is_removed_keeps_their_work(school: School) -> None:
    me = school.join("가")
    run = school.work(me)
    school.classes.remove(school.key, me.id)
    assert school.store.person(me.id).class_code == ""
    assert [r.id for r in school.store.tries(me.id, "a")] == [run]
    assert school.classes.roster(school.key, school.code) == ()
    assert school.join("나").seat == "1"


def test_one_person_may_be_deleted_alone(school: School) -> None:
    me, other = school.join("가"), school.join("나")
    school.work(me), school.work(other)
    school.classes.delete_person(school.key, me.id)
    assert school.room.again(me) is None
    assert school.store.tries(me.id, "a") == ()
    assert len(school.store.tries(other.id, "a")) == 1
    loner = school.room.join("혼자").person
    with pytest.raises(NotAllowedError):  # somebody of no class is nobody's to delete
        school.classes.delete_person(school.key, loner.id)


# --------------------------------------------------------------------------- while it runs


def test_the_levers_change_what_stands_before_the_class(school: School) -> None:
    key, code, live = school.key, school.code, school.live
    first = live.move_to(key, code, "a")
    assert (first.exercise_id, first.move) == ("a", 1)
    assert live.move_to(key, code, "a").move == 2  # once more, for who has strayed
    assert live.let_go(key, code).exercise_id == ""
    assert live.tell(key, code, " 10분\n쉽니다 ").notice == "10분 쉽니다"
    timed = live.start_timer(key, code, 5, "쉬는 시간")
    assert timed.timer_ends_at is not None
    assert timedelta(minutes=4.9) < timed.timer_ends_at - datetime.now(UTC) <= timedelta(minutes=5)
    assert live.now(key, code) == timed
    assert live.stop_timer(key, code).timer_ends_at is None
    for wrong in (lambda: live.tell(key, code, "가" * 201), lambda: live.start_timer(key, code, 0)):
        with pytest.raises(InputError):
            wrong()
    with pytest.raises(NotFoundError):
        live.pause(key, "AAAAAA", True)


def test_nobody_is_brought_to_an_exercise_that_is_gone(school: School) -> None:
    live = Live(school.store, school.instructors, exists=lambda wanted: wanted == "a")
    with pytest.raises(NotFoundError, match="지금은 없는 실습"):
        live.move_to(school.key, school.code, "b")
    assert live.now(school.key, school.code).exercise_id == ""
    assert live.move_to(school.key, school.code, "a").exercise_id == "a"


def test_a_pause_refuses_every_run_until_it_ends(school: School) -> None:
    me, loner = school.join("가"), school.room.join("혼자").person
    school.live.pause(school.key, school.code, True)
    with pytest.raises(NotAllowedError, match="잠시 멈췄습니다") as refused:
        school.terms(me, INSIDE, COUNT)
    assert "그대로 있습니다" in refused.value.remedy
    school.terms(loner, INSIDE, COUNT)
    school.live.pause(school.key, school.code, False)
    assert not school.terms(me, INSIDE, COUNT).strict_guard


def test_the_class_says_which_ai_and_how_strict(school: School) -> None:
    me = school.join("가")
    both = (OUTSIDE, INSIDE)
    assert school.terms.allowed(me, both) == both
    school.rules(outside_allowed=False, strict_guard=True)
    assert school.terms.allowed(me, both) == (INSIDE,)
    assert school.terms(me, INSIDE, COUNT).strict_guard
    with pytest.raises(NotAllowedError, match="기관 밖"):
        school.terms(me, OUTSIDE, COUNT)
    with pytest.raises(NotAllowedError, match="기관 밖"):  # its fallback would leave the building
        school.terms(me, replace(INSIDE, fallback=OUTSIDE), COUNT)
    here = school.classes.get(school.key, school.code)
    school.classes.edit(school.key, replace(here, endpoint_id="outside", rules=ClassRules()))
    assert school.terms.allowed(me, both) == (OUTSIDE,)
    with pytest.raises(NotAllowedError, match="강사가 정한 AI"):
        school.terms(me, INSIDE, COUNT)


async def test_every_seat_hears_of_a_change_and_of_the_end(school: School) -> None:
    """Ten seats of one class; a change that another process made; the class deleted."""
    followers = Followers(school.store, look_every_seconds=0.05)
    heard: list[list[str]] = [[] for _ in range(10)]

    async def sit(mine: list[str]) -> None:
        async with aclosing(followers.follow(school.code)) as told:
            async for one in told:
                mine.append(one.now.notice if one else "gone")

    seats = [asyncio.create_task(sit(mine)) for mine in heard]
    while not all(heard):
        await asyncio.sleep(0.01)
    assert followers.seats() == 10
    await asyncio.to_thread(school.live.tell, school.key, school.code, "하나")
    while not all(mine[-1] == "하나" for mine in heard):
        await asyncio.sleep(0.01)
    await asyncio.to_thread(school.store.delete_class, school.code, deleted_by="x")
    await asyncio.wait_for(asyncio.gather(*seats), 30)
    assert all(mine == ["", "하나", "gone"] for mine in heard)
    assert followers.seats() == 0


async def test_two_hundred_seats_cost_one_look(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, versions = [], school.store.class_versions

    def counted(codes: tuple[str, ...]) -> object:
        looks.append(codes)
        return versions(codes)

    monkeypatch.setattr(school.store, "class_versions", counted)
    followers = Followers(school.store, look_every_seconds=0.05)
    streams = [followers.follow(school.code) for _ in range(200)]
    await asyncio.gather(*(anext(s) for s in streams))
    before = len(looks)
    while len(looks) < before + 3:
        await asyncio.sleep(0.01)
    assert set(looks) == {(school.code,)}  # one read for all, whatever their number
    for one in streams:
        await one.aclose()
    await asyncio.sleep(0.2)
    after = len(looks)
    await asyncio.sleep(0.2)
    assert len(looks) == after, "somebody still looks when nobody follows"


# --------------------------------------------------------------------------- ended


def test_a_class_is_put_away_and_taken_out_again(school: School) -> None:
    school.classes.archive(school.key, school.code)
    assert school.classes.listed(school.key) == ()
    away = school.classes.listed(school.key, archived=True)
    assert [c.code for c in away] == [school.code]
    assert away[0].closed_at is not None
    school.classes.archive(school.key, school.code, False)
    assert [c.code for c in school.classes.listed(school.key)] == [school.code]


def test_a_deleted_class_leaves_counts_and_nothing_else(school: School) -> None:
    people = [school.join(name) for name in ("비밀이름하나", "비밀이름둘")]
    stays = school.room.join("혼자").person
    for one in (*people, stays):
        school.work(one)
    with pytest.raises(InputError, match="지우지 않았습니다"):
        school.classes.delete(school.key, school.code, typed_code="AAAAAA")
    proof = school.classes.delete(school.key, school.code.lower(), typed_code=f" {school.code} ")
    assert {k: v for k, v in proof.counts.items() if v} == {
        "사람": 2,
        "명단": 2,
        "실행 기록": 2,
        "쓰던 글": 2,
    }
    ((kept, left),) = school.classes.deletions(school.key)
    assert kept == proof
    assert not any(left.values())
    assert set(left) == set(proof.counts)
    assert "비밀이름" not in repr(proof)
    assert len(school.store.tries(stays.id, "a")) == 1
    for one in people:
        assert school.room.again(one) is None
    with pytest.raises(NotFoundError):
        school.classes.get(school.key, school.code)


def test_who_has_left_goes_with_the_class_or_leaves_it_what_they_did_there(school: School) -> None:
    """「과정에서 빼기」 left runs behind that no date ever cleared."""
    gone, alone, moved = (school.join(name) for name in ("가", "나", "다"))
    there = school.classes.create(school.key, "다른 반")
    for one in (gone, alone, moved):
        school.work(one)
    for one in (gone, alone):
        school.classes.remove(school.key, one.id)
    school.room.change_class(moved, there.code, guesser="g")
    own = school.work(school.store.person(alone.id), "b")
    proof = school.classes.delete(school.key, school.code, typed_code=school.code)
    assert (proof.counts["사람"], proof.counts["실행 기록"]) == (1, 3)
    assert school.room.again(gone) is None
    assert [r.id for e in ("a", "b") for r in school.store.tries(alone.id, e)] == [own]
    assert school.store.tries(moved.id, "a") == ()
    assert school.store.person(moved.id).class_code == there.code


def test_a_deletion_that_leaves_something_is_taken_back(school: School) -> None:
    """The proof is counted by the ids of those just deleted, so it can fail; here nothing cascades."""
    database = school.store._database
    if not database.is_sqlite:
        pytest.skip("foreign keys are switched off on SQLite alone")
    me = school.join("가")
    school.work(me)
    database.close()
    loose = lambda connection, _record: connection.execute("PRAGMA foreign_keys=OFF").close()  # noqa: E731
    event.listen(database._engine, "connect", loose)
    with pytest.raises(StoreError, match="되돌렸습니다"):
        school.classes.delete(school.key, school.code, typed_code=school.code)
    assert delete_due(school.store, date(2030, 1, 1)) == 1  # due, and told in the log only
    assert school.classes.get(school.key, school.code) == school.one
    assert school.store.person(me.id).class_code == school.code
    assert school.classes.deletions(school.key) == ()
    event.remove(database._engine, "connect", loose)
    database.close()


def test_only_its_maker_or_the_officer_deletes_a_class(school: School) -> None:
    other = school._staff("이강사", False)
    assert school.classes.close(other, school.code).closed_at  # a colleague may step in
    with pytest.raises(NotAllowedError, match="담당자만"):
        school.classes.delete(other, school.code, typed_code=school.code)
    assert school.classes.delete(school.officer, school.code, typed_code=school.code)


def test_the_sweep_deletes_on_the_day_and_not_before(school: School) -> None:
    school.classes.edit(school.key, replace(school.one, delete_on=date(2027, 1, 10)))
    never = school.classes.create(school.key, "남는 반")
    school.classes.edit(school.key, replace(never, delete_on=None))
    school.join("가")
    assert delete_due(school.store, date(2027, 1, 9)) == 0
    assert delete_due(school.store, date(2027, 1, 10), school.changes.append) == 1
    assert school.changes[-1] == school.code
    assert [c.code for c in school.classes.listed(school.key)] == [never.code]
    ((proof, _),) = school.classes.deletions(school.key)
    assert (proof.deleted_by, proof.counts["사람"]) == ("정해 둔 날", 1)
