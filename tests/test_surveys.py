"""Surveys: open and closed by the lecturer, answered once, and led back to nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.class_records import Class, Question, QuestionKind
from sandbox.classroom.live import Live
from sandbox.classroom.surveys import (
    MOST_QUESTIONS,
    SCALE,
    USUAL_QUESTIONS,
    ScaleResult,
    Surveys,
    TextResult,
    new_question,
)
from sandbox.records import InputError, Level, NotAllowedError, NotFoundError, Person
from tests.lecturer import NOBODY, Staff, staffed

CODE = "K7M2QX"
ANSWER: dict[str, int | str] = {"useful": 5, "best": "회의록 실습이 좋았습니다."}


class Room:
    def __init__(self, staff: Staff, file: Path) -> None:
        self.file, self.staff, self.store = file, staff, staff.store
        self.key = staff.lecturer
        self.surveys = Surveys(
            staff.store,
            staff.instructors,
            Live(staff.store, staff.instructors),
            masked=lambda t: t.replace("010-1234-5678", "[전화번호]"),
        )
        staff.store.add_class(Class(CODE, "기초 1기", Level.BASIC, ("basics-a",), 40, "x", datetime.now(UTC)))

    def person(self, name: str = "김연습", code: str = CODE) -> Person:
        return self.store.add_person(name, code)

    def open(self) -> None:
        self.surveys.set_open(self.key, CODE, True)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    staff = staffed(tmp_path)
    yield Room(staff, tmp_path / "room.db")
    staff.store.close()


def test_the_usual_questions_are_sensible() -> None:
    kinds = [q.kind for q in USUAL_QUESTIONS]
    assert kinds.count(QuestionKind.SCALE) >= 4
    assert kinds.count(QuestionKind.TEXT) >= 1
    assert len(SCALE) == 5
    assert len({q.id for q in USUAL_QUESTIONS}) == len(USUAL_QUESTIONS)


def test_it_opens_is_answered_once_and_closes(room: Room) -> None:
    me = room.person()
    assert room.surveys.open_for(me) is None
    with pytest.raises(InputError, match="지금은"):
        room.surveys.answer(me, ANSWER)
    room.open()
    survey = room.surveys.open_for(me)
    assert survey is not None
    assert room.store.class_now(CODE).survey_open  # pushed to the seats
    assert survey.questions == USUAL_QUESTIONS
    room.surveys.answer(me, ANSWER)
    assert room.surveys.open_for(me) is None
    with pytest.raises(InputError, match="이미 답하셨"):
        room.surveys.answer(me, ANSWER)
    room.surveys.set_open(room.key, CODE, False)
    assert room.surveys.open_for(room.person()) is None
    assert room.surveys.results(room.key, CODE).answered == 1


def test_another_class_sees_nothing_of_it(room: Room) -> None:
    room.open()
    assert room.surveys.open_for(room.person(code="")) is None
    assert room.surveys.open_for(room.person(code="ABCDEF")) is None


def test_results_wait_for_three_and_then_sum_up(room: Room) -> None:
    room.open()
    for n, point in enumerate((5, 5, 3)):
        results = room.surveys.results(room.key, CODE)
        assert results.held_back
        assert (results.answered, results.results) == (n, ())
        room.surveys.answer(room.person(f"연습{n}"), {"useful": point, "best": f"의견 {n}"})
    results = room.surveys.results(room.key, CODE)
    assert not results.held_back
    useful = next(r for r in results.results if r.question.id == "useful")
    assert isinstance(useful, ScaleResult)
    assert useful.counts == (0, 0, 1, 0, 2)
    assert useful.mean == pytest.approx(13 / 3)
    best = next(r for r in results.results if r.question.id == "best")
    assert isinstance(best, TextResult)
    assert best.texts == ("의견 0", "의견 1", "의견 2")


@pytest.mark.parametrize(
    "given",
    [{}, {"useful": 0}, {"useful": 6}, {"useful": "5"}, {"best": "  "}, {"nobody-asked": 3}],
)
def test_what_is_no_answer_is_not_taken(room: Room, given: dict[str, int | str]) -> None:
    room.open()
    with pytest.raises(InputError, match="답하신 것이 없"):
        room.surveys.answer(room.person(), given)
    assert room.surveys.results(room.key, CODE).answered == 0


def test_personal_data_in_a_free_text_is_not_kept(room: Room) -> None:
    room.open()
    room.surveys.answer(room.person(), {"wish": "010-1234-5678로 연락 주세요."})
    assert room.store.survey_answers(CODE)[0]["wish"] == "[전화번호]로 연락 주세요."
    with pytest.raises(InputError, match="너무 깁니다"):
        room.surveys.answer(room.person(), {"wish": "가" * 1_001})


def test_own_questions_until_somebody_has_answered(room: Room) -> None:
    mine = (
        new_question(QuestionKind.SCALE, " 강의실이  쾌적했습니다. "),
        new_question(QuestionKind.TEXT, ""),
    )
    survey = room.surveys.save_questions(room.key, CODE, mine)
    assert [q.text for q in survey.questions] == ["강의실이 쾌적했습니다."]
    room.open()
    room.surveys.answer(room.person(), {survey.questions[0].id: 4})
    with pytest.raises(InputError, match="이미 답한"):
        room.surveys.save_questions(room.key, CODE, USUAL_QUESTIONS)
    assert room.surveys.save_questions(room.key, CODE, survey.questions).open  # unchanged is no change


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((), "하나도"),
        (tuple(new_question(QuestionKind.TEXT, f"{n}?") for n in range(MOST_QUESTIONS + 1)), "많습니다"),
        ((new_question(QuestionKind.TEXT, "가" * 201),), "깁니다"),
        ((Question("a", QuestionKind.TEXT, "가?"), Question("a", QuestionKind.TEXT, "나?")), "두 번"),
    ],
)
def test_questions_that_cannot_be_asked(room: Room, asked: tuple[Question, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        room.surveys.save_questions(room.key, CODE, asked)


# --------------------------------------------------------------------------- nobody's answers


def test_the_rows_hold_no_person_and_no_time_of_day(room: Room) -> None:
    room.open()
    room.surveys.answer(room.person(), ANSWER)
    with closing(sqlite3.connect(room.file)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(survey_answers)")]
        (row,) = database.execute("SELECT * FROM survey_answers").fetchall()
    assert sorted(columns) == ["answers", "class_code", "day", "id"]
    assert len(str(row[columns.index("day")])) == len("2026-11-22")


def test_no_order_in_the_file_links_an_answer_to_its_person(room: Room) -> None:
    """The database numbers rows as they are written: over many rounds the numbers must not agree."""
    room.open()
    people = [room.person(f"연습{n}") for n in range(12)]
    agreed, rounds = 0, 0
    for n, who in enumerate(people):
        room.surveys.answer(who, {"best": f"{n}"})
        with closing(sqlite3.connect(room.file)) as database:
            done = [r[0] for r in database.execute("SELECT person_id FROM survey_done ORDER BY rowid")]
            said = [
                int(r[0])
                for r in database.execute(
                    "SELECT json_extract(answers, '$.best') FROM survey_answers ORDER BY rowid"
                )
            ]
        assert sorted(said) == list(range(n + 1))
        if n >= 5:
            rounds += 1
            agreed += [people[s].id for s in said] == done
    assert rounds == 7
    assert agreed <= 1  # by chance once in 720 at the first of them


def test_ids_are_made_anew_with_every_answer(room: Room) -> None:
    room.open()
    seen: set[str] = set()
    for n in range(4):
        room.surveys.answer(room.person(f"연습{n}"), {"useful": 3})
        with closing(sqlite3.connect(room.file)) as database:
            ids = {row[0] for row in database.execute("SELECT id FROM survey_answers")}
        assert not ids & seen
        seen |= ids


# --------------------------------------------------------------------------- the role


def test_a_key_that_is_none_is_refused(room: Room) -> None:
    for act in (
        lambda: room.surveys.questions(NOBODY, CODE),
        lambda: room.surveys.save_questions(NOBODY, CODE, USUAL_QUESTIONS),
        lambda: room.surveys.set_open(NOBODY, CODE, True),
        lambda: room.surveys.results(NOBODY, CODE),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_a_class_that_is_not_there(room: Room) -> None:
    with pytest.raises(NotFoundError):
        room.surveys.set_open(room.key, "NOSUCH", True)
