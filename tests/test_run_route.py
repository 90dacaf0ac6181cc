"""실행 past the page's script: what a press may send, for whom, once, and what it says when it may not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.library import prefilled
from sandbox.practice import JustPressed, Work
from sandbox.practice.pressing import KNOWN_AT_ONCE, KNOWN_SECONDS
from sandbox.records import Action, Choice, Location, Person, Run
from tests.fake_endpoint import DEFAULT_ANSWER, FakeEndpoint
from ui import session
from ui.routes import live_routes, routes
from ui.run_routes import run_routes

EXERCISE = "report-memo-to-gaejosik"
SAME = {"sec-fetch-site": "same-origin"}
PHONE, RESIDENT = "010-9382-7715", "900101-1234568"


class Seat:
    """Somebody at a page of the exercise, with the cookie and the ticket of that page."""

    def __init__(self, app: Starlette, name: str) -> None:
        entry = session.services().classroom.join(name)
        self.me: Person = entry.person
        self.http = TestClient(app, cookies={session.COOKIE: entry.token})
        self.ticket = f"ticket-{entry.person.id}"
        room = session.services()
        exercise = room.library.exercise(EXERCISE)
        prompt = room.library.prompt(exercise.prompt_id)
        self.values = prefilled(exercise, prompt)
        self.text = room.practice.composing.compose(exercise, prompt, self.values)
        self.work = Work(self.text, EXERCISE, exercise.prompt_id or "", self.values)

    def lay(self, choices: Mapping[str, Choice] | None = None, *, agreed: bool = True) -> None:
        """What drawing the page does."""
        room = session.services()
        preview = room.practice.preview(self.me, self.work, room.endpoints()[0])
        shown = frozenset(f.fingerprint for f in preview.findings if f.action is not Action.ALLOW)
        room.pressing.lay(
            self.ticket, self.me, self.work, choices or {}, room.endpoints()[0], agreed=agreed, shown=shown
        )

    def press(self, text: str | None = None, press: str = "1", **more: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "ticket": self.ticket,
            "press": press,
            "text": self.text if text is None else text,
            "values": {},
        }
        answer = self.http.post("/room/run", json={**body, **more}, headers=SAME)
        return answer.status_code, answer.json()

    def wait(self) -> None:
        end = time.monotonic() + 30
        while session.services().practice.busy_run(self.me) and time.monotonic() < end:
            time.sleep(0.02)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[Starlette]:
    """One room for all of these tests; everybody is somebody new."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_DATA_DIR", str(tmp_path_factory.mktemp("자료")))
        patch.setenv("SANDBOX_EMBEDDED", "0")
        patch.setenv("OPENAI_BASE_URL", fake.base_url)
        patch.setenv("OPENAI_MODEL", "fake")
        session.close_services()
        yield Starlette(routes=[*routes(), *live_routes(), *run_routes()])
        session.close_services()


@pytest.fixture
def seat(app: Starlette, fake: FakeEndpoint) -> Seat:
    fake.script(DEFAULT_ANSWER)  # a long answer is one test's own affair
    made = Seat(app, "김연습")
    made.lay()
    return made


def judged(seat: Seat, run_id: str) -> Run:
    """The last thing a run does is to store its verdicts, after it has left the queue."""
    end = time.monotonic() + 30
    while not (run := session.services().practice.result(seat.me, run_id)).verdicts:
        assert time.monotonic() < end, "not judged"
        time.sleep(0.05)
    return run


def runs(seat: Seat) -> int:
    return len(session.services().practice.tries(seat.me, EXERCISE))


def test_what_stands_in_the_box_is_sent_though_the_page_knows_less(seat: Seat) -> None:
    status, told = seat.press(seat.text + "\n꼭 세 줄로.")
    assert status == 200
    seat.wait()
    run = judged(seat, told["run"])
    assert run.messages[-1].text.endswith("꼭 세 줄로.")
    assert run.exercise_id == EXERCISE, "the exercise comes from the ticket"
    assert run.verdicts, "judged at the end without any page"


def test_the_same_press_twice_is_one_run_and_another_press_waits_its_turn(
    seat: Seat, fake: FakeEndpoint
) -> None:
    fake.script("긴 답변입니다. " * 400)
    first, again = seat.press(), seat.press()
    assert first == again and first[0] == 200
    status, told = seat.press(press="2")
    assert (status, told["message"]) == (409, "지금 답변을 받고 있습니다.")
    assert runs(seat) == 1
    session.services().practice.stop(seat.me, first[1]["run"])
    seat.wait()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n ", "비어 있습니다"),
        (f"주민등록번호 {RESIDENT} 인 분께", "보낼 수 없는 개인정보"),
        ("가" * 200_001, "너무 깁니다"),
        ("홍길동 씨의 민원을 정리해 줘. 담당자: 김철수 주무관", "아직 보내지 않았습니다"),
    ],
)
def test_what_may_not_go_out_is_told_with_a_remedy_and_leaves_nothing(
    seat: Seat, fake: FakeEndpoint, text: str, said: str
) -> None:
    before = fake.counters.requests
    status, told = seat.press(text)
    assert status == 409
    assert said in told["message"] and told["remedy"]
    assert RESIDENT not in str(told)
    assert runs(seat) == 0
    assert fake.counters.requests == before


def test_who_has_seen_a_finding_may_send_it_with_the_same_press(seat: Seat) -> None:
    text = "홍길동 씨의 민원을 정리해 줘. 담당자: 김철수 주무관"
    assert seat.press(text)[0] == 409
    seat.work = Work(text, EXERCISE, seat.work.prompt_id, seat.values)
    seat.lay()  # the page was drawn anew and showed it
    assert seat.press(text, press="2")[0] == 200
    seat.wait()


def test_the_person_s_decisions_hold_and_masked_values_stay_here(seat: Seat, fake: FakeEndpoint) -> None:
    status, told = seat.press(f"연락처 {PHONE} 로 안내문을 써 줘")
    assert status == 200
    seat.wait()
    stored = session.services().store.run(told["run"], seat.me.id)
    assert PHONE not in stored.messages[-1].text


def test_nothing_goes_outside_before_the_person_agreed(seat: Seat) -> None:
    outside = replace(session.services().endpoints()[0], location=Location.OUTSIDE)
    session.services().pressing.lay(
        seat.ticket, seat.me, seat.work, {}, outside, agreed=False, shown=frozenset()
    )
    status, told = seat.press()
    assert (status, told["message"]) == (409, "이 AI는 기관 밖에 있습니다.")


def test_nobody_presses_for_another(app: Starlette, seat: Seat) -> None:
    other = Seat(app, "박이웃")
    status, told = other.press(ticket=seat.ticket)
    assert status == 409 and "다른 분" in told["message"]
    nobody = TestClient(app)
    body = {"ticket": seat.ticket, "press": "1", "text": "글", "values": {}}
    assert nobody.post("/room/run", json=body, headers=SAME).status_code == 401
    foreign = seat.http.post("/room/run", json=body, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 401
    assert runs(seat) == runs(other) == 0


def test_a_server_started_anew_asks_the_page_to_lay_its_work_again(seat: Seat) -> None:
    assert seat.press(ticket="of-yesterday")[0] == 410
    assert runs(seat) == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"ticket": 7},
        {"text": 3},
        {"values": ["목록"]},
        {"values": {"메모": 3}},
        {"values": {str(n): "x" for n in range(61)}},
        {"press": "x" * 61},
        {"ticket": "x" * 61},
    ],
    ids=str,
)
def test_what_no_page_of_ours_sends_is_refused(seat: Seat, odd: dict[str, Any]) -> None:
    assert seat.press(**odd)[0] == 400
    assert runs(seat) == 0


def test_only_boxes_of_the_form_are_taken_over(seat: Seat) -> None:
    name = next(iter(seat.values))
    _, told = seat.press(values={name: "고친 값", "없는 칸": "몰래 넣은 값"})
    seat.wait()
    kept = session.services().store.run(told["run"], seat.me.id).sources
    assert "고친 값" in kept.values()
    assert "몰래 넣은 값" not in kept.values()


def test_the_stream_after_a_press_asks_nobody_who_it_is_and_any_other_does(
    seat: Seat, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.lay()
    run_id = seat.press(press="one")[1]["run"]
    room, asked = session.services(), []
    person_for = room.classroom.person_for
    monkeypatch.setattr(room.classroom, "person_for", lambda token: asked.append(token) or person_for(token))
    other = Seat(app, "옆자리")
    assert other.http.get(f"/room/live/{run_id}").status_code == 404, "another cookie opens nothing"
    assert len(asked) == 1
    second = seat.press(press="one")[1]["run"]  # the same press, told anew
    assert second == run_id
    asked.clear()
    assert "event: end" in seat.http.get(f"/room/live/{run_id}").text
    assert not asked
    assert "event: end" in seat.http.get(f"/room/live/{run_id}").text
    assert len(asked) == 1, "a second opening is asked who it is"


def test_who_pressed_is_known_for_a_moment_only() -> None:
    now = [0.0]
    known, who = JustPressed(lambda: now[0]), Person("p", "나", "", "", datetime.now(UTC))
    known.note("r", "mine", who)
    assert known.take("r", "다른") is None
    known.note("r", "mine", who)
    now[0] = KNOWN_SECONDS + 0.1
    assert known.take("r", "mine") is None
    known.note("r", "mine", who)
    assert known.take("r", "mine") is who and known.take("r", "mine") is None
    for n in range(KNOWN_AT_ONCE + 5):
        known.note(f"r{n}", "mine", who)
    assert known.take("r0", "mine") is None and known.take(f"r{n}", "mine") is who
