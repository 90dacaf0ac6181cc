"""Recorded answers: real ones only, chosen by exercise and prompt, and called what they are everywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import checks, guard
from sandbox.class_records import Class
from sandbox.classroom.live import Live
from sandbox.classroom.recorded import NAME, OTHER_PROMPT, RECORDED, Recorded, nearest
from sandbox.documents import read
from sandbox.library import Library
from sandbox.llm.recorded import PlayingClients, Tape
from sandbox.practice import Practice, Work
from sandbox.records import (
    Choice,
    Delta,
    Endpoint,
    EndpointRefusedError,
    Finish,
    InputError,
    Level,
    Location,
    Message,
    NotAllowedError,
    Person,
    Role,
    Run,
    RunState,
    Sampling,
)
from sandbox.turns import Turns
from tests.fake_endpoint import FakeEndpoint
from tests.lecturer import NOBODY, Staff, staffed

ROOT = Path(__file__).parent.parent
CODE = "K7M2QX"
EXERCISE = "report-memo-to-gaejosik"
PROMPT = "아래 메모를 개조식 보고서로 바꿔 주세요. 메모: 주차장 민원이 늘었다."
ANSWER = "□ 추진배경\n○ 주차장 민원 증가\n" * 3
DEAD = Endpoint("dead", "죽은 서버", "http://127.0.0.1:9/v1", "m", location=Location.INSIDE)


class Room:
    """A class on the real Practice, whose endpoint is down, with one recorded answer."""

    def __init__(self, staff: Staff) -> None:
        self.store, self.key = staff.store, staff.lecturer
        self.store.add_class(
            Class(CODE, "기초", Level.BASIC, (EXERCISE, "other"), 40, "x", datetime.now(UTC))
        )
        self.recorded = Recorded(self.store, staff.instructors, Live(self.store, staff.instructors))
        library = Library(
            [ROOT / "prompts"],
            [ROOT / "exercises"],
            check_problem=checks.problem,
            read_text=lambda p: read.read(p.name, p.read_bytes()).text,
        )

        def tape(recording_id: str) -> Tape | None:
            found = self.recorded.find(recording_id)
            return Tape(found.answer, found.speed) if found else None

        self.ended: list[Run] = []
        self.practice = Practice(
            library,
            self.store,
            lambda **calls: Turns(lambda: PlayingClients(tape), **calls),
            stand_in=self.recorded.stand_in,
            on_ended=self.ended.append,
        )
        self.me = self.store.add_person("김연습", CODE, "7")

    def record(self, prompt: str = PROMPT, answer: str = ANSWER, exercise_id: str = EXERCISE) -> None:
        self.recorded.keep(exercise_id, prompt, answer, "qwen-32b", seconds=len(answer) / 1_000)

    def run(self, text: str, endpoint: Endpoint = DEAD, exercise_id: str = EXERCISE) -> Run:
        return self.wait(self.practice.run(self.me, Work(text, exercise_id=exercise_id), {}, endpoint))

    def wait(self, run_id: str) -> Run:
        end = time.monotonic() + 30
        while not any(run.id == run_id for run in self.ended):
            assert time.monotonic() < end
            time.sleep(0.02)
        return self.practice.result(self.me, run_id)

    def close(self) -> None:
        self.practice.close()
        self.store.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(staffed(tmp_path))
    yield made
    made.close()


# --------------------------------------------------------------------------- playing


def test_while_it_is_on_the_class_is_answered_from_the_recording(room: Room) -> None:
    room.record()
    room.recorded.switch(room.key, CODE, True)
    run = room.run(PROMPT)
    assert (run.state, run.answer) == (RunState.DONE, ANSWER)
    assert (run.endpoint_id, run.endpoint_name) == (RECORDED.id, NAME)
    assert "qwen-32b" in run.model
    assert "녹화" in run.model
    assert run.verdicts  # it is checked like any other answer
    assert run.usage is None


def test_another_prompt_is_told_plainly(room: Room) -> None:
    room.record()
    room.recorded.switch(room.key, CODE, True)
    run = room.run("메모를 표로 바꿔 주세요.")
    assert run.answer == ANSWER
    assert run.endpoint_name == OTHER_PROMPT
    assert run.endpoint_name in {r.endpoint_name for r in room.practice.history(room.me)[0]}


def test_line_ends_and_spaces_make_no_other_prompt(room: Room) -> None:
    room.record("가나다\n\n라마바 사아자")
    room.recorded.switch(room.key, CODE, True)
    assert room.run("가나다\r\n라마바  사아자\n").endpoint_name == NAME


def test_a_retry_is_answered_from_it_too(room: Room) -> None:
    room.record()
    failed = room.run(PROMPT)
    assert failed.state is RunState.FAILED  # the endpoint is down, and nothing stands in unasked
    room.recorded.switch(room.key, CODE, True)
    again = room.wait(room.practice.retry(room.me, failed.id, DEAD))
    assert (again.state, again.endpoint_name) == (RunState.DONE, NAME)


def test_the_nearest_prompt_of_the_exercise_answers(room: Room) -> None:
    room.record("주차장 민원 메모를 보고서로 바꿔 주세요.", "주차장")
    room.record("축제 계획을 회의록으로 정리해 주세요.", "축제")
    room.record("주차장 민원 메모를 보고서로 바꿔 주세요!", "다른 실습", exercise_id="other")
    found = room.store.recordings(EXERCISE)
    assert len(found) == 2
    assert nearest("축제 계획을 회의록으로 짧게 정리해 주세요.", found).answer == "축제"
    assert nearest("주차장 민원을 보고서로", found).answer == "주차장"
    assert nearest("", found) in found


def test_a_new_recording_of_the_same_prompt_replaces_the_old(room: Room) -> None:
    room.record()
    room.record(answer="새 답")
    assert [r.answer for r in room.store.recordings(EXERCISE)] == ["새 답"]


# --------------------------------------------------------------------------- what cannot be played


def test_nothing_recorded_is_said_and_nothing_is_sent(room: Room) -> None:
    room.record(exercise_id="other")
    room.recorded.switch(room.key, CODE, True)
    for exercise_id, why in ((EXERCISE, "녹화된 답변이 없습니다"), ("", "자유 실습은 할 수 없습니다")):
        with pytest.raises(InputError, match=why):
            room.practice.run(room.me, Work(PROMPT, exercise_id=exercise_id), {}, DEAD)
    assert room.practice.history(room.me) == ((), 0)


def test_it_cannot_be_switched_on_with_nothing_to_play(room: Room) -> None:
    with pytest.raises(InputError, match="하나도 없습니다"):
        room.recorded.switch(room.key, CODE, True)
    assert not room.recorded.is_on(CODE)


def test_a_class_without_a_path_or_off_it_can_be_answered_too(room: Room) -> None:
    room.store.add_class(Class("ABCDEF", "차례 없음", Level.BASIC, (), 40, "x", datetime.now(UTC)))
    room.store.add_class(Class("GHJKMN", "다른 차례", Level.BASIC, ("other",), 40, "x", datetime.now(UTC)))
    assert room.recorded.asked_of(room.key, "ABCDEF") == ()
    room.record()
    for code in ("ABCDEF", "GHJKMN"):
        if code == "GHJKMN":
            with pytest.raises(InputError, match="하나도 없"):
                room.recorded.switch(room.key, code, True)
            room.store.change_class_now(code, lambda now: replace(now, exercise_id=EXERCISE))
        room.recorded.switch(room.key, code, True)
        assert room.recorded.is_on(code)
        assert EXERCISE in room.recorded.asked_of(room.key, code)


def test_a_page_drawn_before_it_was_switched_off_is_told(room: Room) -> None:
    room.record()
    with pytest.raises(InputError, match="껐습니다"):
        room.practice.run(room.me, Work(PROMPT, exercise_id=EXERCISE), {}, RECORDED)


def test_other_classes_are_not_touched(room: Room) -> None:
    room.record()
    room.recorded.switch(room.key, CODE, True)
    other = Person("x", "이연습", "", "", datetime.now(UTC))
    assert room.recorded.stand_in(other, DEAD, EXERCISE, PROMPT) is DEAD


def test_coverage_says_what_is_missing(room: Room) -> None:
    room.record()
    found = room.recorded.coverage(room.key, (EXERCISE, "other"))
    assert found[EXERCISE] is not None
    assert found["other"] is None


def test_a_key_that_is_none_is_refused(room: Room) -> None:
    with pytest.raises(NotAllowedError):
        room.recorded.switch(NOBODY, CODE, True)
    with pytest.raises(NotAllowedError):
        room.recorded.coverage(NOBODY, (EXERCISE,))


# --------------------------------------------------------------------------- the clients


def played(tape: Tape | None) -> tuple[list[str], float]:
    cleared = guard.clear(
        (Message(Role.USER, "안내문"),),
        placeholders=guard.Placeholders(),
        choices={"": Choice.KEEP},
        location=Location.INSIDE,
    )

    async def listen() -> list[object]:
        clients = PlayingClients(lambda _id: tape)
        events = [e async for e in clients.stream(RECORDED, cleared, Sampling())]
        await clients.aclose()
        return list(events)

    begun = time.monotonic()
    events = asyncio.run(listen())
    assert isinstance(events[-1], Finish)
    assert events[-1].usage is None
    return [e.text for e in events if isinstance(e, Delta)], time.monotonic() - begun


def test_it_streams_in_pieces_at_its_own_speed() -> None:
    pieces, seconds = played(Tape("가" * 100, 200.0))
    assert "".join(pieces) == "가" * 100
    assert [len(p) for p in pieces] == [20] * 5
    assert seconds >= 0.49  # never faster than it was recorded


def test_a_recording_that_is_gone_is_an_error_in_korean() -> None:
    with pytest.raises(EndpointRefusedError, match="찾지 못했습니다"):
        played(None)


def test_a_real_endpoint_is_still_asked(fake_endpoint: FakeEndpoint) -> None:
    real = Endpoint("real", "진짜", fake_endpoint.base_url, "fake", location=Location.INSIDE)

    async def ask() -> str:
        clients = PlayingClients(lambda _id: Tape("녹화", 100.0))
        cleared = guard.clear(
            (Message(Role.USER, "안내문"),), placeholders=guard.Placeholders(), choices={}, location=Location.INSIDE
        )  # fmt: skip
        text = [e.text async for e in clients.stream(real, cleared, Sampling()) if isinstance(e, Delta)]
        report = await clients.test(RECORDED)
        await clients.aclose()
        assert report.reachable
        return "".join(text)

    assert asyncio.run(ask()) == fake_endpoint.answer
