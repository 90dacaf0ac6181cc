"""The rehearsal: forty seats through the real Practice and queue, what it says, and how it stops and goes on."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import checks, llm, settings
from sandbox.class_records import ContentKind
from sandbox.classroom.classes import Classes
from sandbox.classroom.live import Live
from sandbox.classroom.recorded import Recorded
from sandbox.documents import read
from sandbox.library import Library
from sandbox.practice import Practice
from sandbox.records import Endpoint, EndpointKind, InputError, Location, NotAllowedError, NotFoundError
from sandbox.rehearsal import Journal, Plan, Press, Rehearsals, Report, Verdict, sum_up, usual_path
from sandbox.rehearsal.figures import percentile
from sandbox.shell import main
from sandbox.store import Store
from sandbox.turns import Turns
from tests.fake_endpoint import FakeEndpoint
from tests.lecturer import NOBODY, Staff, staffed
from tests.test_authoring_rooms import desk_on, exercise

ROOT = Path(__file__).parent.parent
PATH = ("report-memo-to-gaejosik",)
WAIT_SECONDS = 90


class Room:
    def __init__(self, staff: Staff, fake: FakeEndpoint, folder: Path) -> None:
        self.store, self.key, self.folder = staff.store, staff.lecturer, folder
        self.library = Library(
            [ROOT / "prompts"],
            [ROOT / "exercises"],
            check_problem=checks.problem,
            read_text=lambda p: read.read(p.name, p.read_bytes()).text,
        )
        self.recorded = Recorded(self.store, staff.instructors, Live(self.store, staff.instructors))
        self.rehearsals = Rehearsals(
            self.store,
            staff.instructors,
            self.library,
            self.recorded,
            self.practice,
            folder,
            count_tokens=len,
        )
        self.endpoint = Endpoint(
            "fake", "가짜", fake.base_url, "fake", location=Location.INSIDE, parallel=8,
            price_in_won=1_000.0, price_out_won=1_000.0,
        )  # fmt: skip

    def practice(self, store: Store) -> Practice:
        return Practice(self.library, store, lambda **calls: Turns(lambda: llm.Clients(), **calls))

    def plan(self, seats: int = 40, **changes: object) -> Plan:
        plan = Plan(seats, PATH, self.endpoint, press_within_seconds=0.5)
        return replace(plan, **changes)  # type: ignore[arg-type]

    def wait(self) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while self.rehearsals.stage(self.key).running:
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def room(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Room]:
    made = Room(staffed(tmp_path), fake_endpoint, tmp_path)
    yield made
    made.rehearsals.close()
    made.store.close()


# --------------------------------------------------------------------------- walking


def test_forty_seats_walk_through_the_real_queue(room: Room, fake_endpoint: FakeEndpoint) -> None:
    exercise = room.library.exercise(PATH[0])
    fake_endpoint.script(exercise.model_answer.text, size=40)
    seen: list[Press] = []
    report = room.rehearsals.rehearse(room.plan(record=True), "나", on_press=seen.append)
    assert (report.presses, report.errors, report.finished) == (40, 0, True)
    assert len(seen) == 40
    assert fake_endpoint.counters.completed == 40
    assert 1 < fake_endpoint.counters.max_running <= 8  # never more at once than the endpoint bears
    assert report.first_p95 >= report.queue_p95 > 0
    assert report.whole_p95 >= report.first_p95
    assert report.exercises[0].passed_share == 1.0  # the checks have really run
    assert report.exercises[0].minutes >= exercise.minutes
    usage = 11 + len(fake_endpoint.pieces)
    assert report.tokens == 40 * usage
    assert report.class_won == pytest.approx(usage / 1_000 * 40 * 2.5)
    (kept,) = room.store.recordings(PATH[0])
    assert kept.answer == exercise.model_answer.text
    assert kept.prompt == fake_endpoint.bodies[0]["messages"][-1]["content"]


def test_it_leaves_nobody_behind_and_books_what_it_used(room: Room) -> None:
    room.rehearsals.rehearse(room.plan(3), "나")
    assert room.store.spent(person_id="rehearsal").runs == 3
    assert room.store.spent().won > 0
    assert room.store.people_of_class("") == ()
    ((_, _, report),) = room.store.rehearsals()
    assert report["seats"] == 3
    assert report["verdict"] in set(Verdict)
    assert not list((room.folder / "rehearsals").glob("*.jsonl"))


def test_errors_are_counted_told_and_answered(room: Room) -> None:
    report = room.rehearsals.rehearse(room.plan(4, endpoint=replace(room.endpoint, model="fault-403")), "나")
    assert (report.verdict, report.errors) == (Verdict.FAILS, 4)
    assert list(report.troubles.values()) == [4]
    assert "가장 잦은 오류" in report.changes[0]
    assert report.class_won is None


def test_it_goes_on_where_it_was_stopped(room: Room, fake_endpoint: FakeEndpoint) -> None:
    plan, cancelled = room.plan(12, endpoint=replace(room.endpoint, parallel=1)), threading.Event()
    seen: list[Press] = []

    def press(one: Press) -> None:
        seen.append(one)
        if len(seen) == 3:
            cancelled.set()

    report = room.rehearsals.rehearse(plan, "나", on_press=press, cancelled=cancelled)
    assert not report.finished
    assert report.verdict == Verdict.OPEN
    assert room.store.rehearsals() == ()
    measured = report.presses
    assert 3 <= measured < 12
    again: list[Press] = []
    whole = room.rehearsals.rehearse(plan, "나", on_press=again.append)
    assert (whole.presses, len(again)) == (12, 12 - measured)
    assert sorted(p.seat for p in seen + again) == list(range(1, 13))
    assert room.store.spent(person_id="rehearsal").runs == 12  # nothing is booked twice


def test_a_torn_line_is_measured_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "k")
    line = {"exercise_id": "a", "seat": 1, "whole_seconds": 1.0, "error": ""}
    journal.add(line)
    with journal.path.open("ab") as file:
        file.write(b'{"exercise_id": "a", "se')
    again = Journal(tmp_path, "k")
    assert list(again.all()) == [line]
    again.add({**line, "seat": 2})
    assert [one["seat"] for one in Journal(tmp_path, "k").all()] == [1, 2]
    assert "답" not in journal.path.read_text(encoding="utf-8")


# --------------------------------------------------------------------------- in the background


def test_one_at_a_time_with_progress_and_a_way_to_stop(room: Room, fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.first_seconds = 0.3
    room.rehearsals.start(room.key, room.plan(6, endpoint=replace(room.endpoint, parallel=1)))
    with pytest.raises(InputError, match="이미 돌고"):
        room.rehearsals.start(room.key, room.plan(2))
    assert room.rehearsals.stage(room.key).total == 6
    room.rehearsals.cancel(room.key)
    room.wait()
    stage = room.rehearsals.stage(room.key)
    assert stage.report is not None
    assert stage.report.verdict == Verdict.OPEN
    room.rehearsals.start(room.key, room.plan(2))
    room.wait()
    stage = room.rehearsals.stage(room.key)
    assert (stage.done, stage.problem) == (2, None)
    assert room.rehearsals.reports(room.key)[0][2]["presses"] == 2


def test_a_key_that_is_none_is_refused(room: Room) -> None:
    for act in (
        lambda: room.rehearsals.start(NOBODY, room.plan(1)),
        lambda: room.rehearsals.stage(NOBODY),
        lambda: room.rehearsals.cancel(NOBODY),
        lambda: room.rehearsals.reports(NOBODY),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_plans_that_cannot_be_walked(room: Room) -> None:
    for plan in (room.plan(0), room.plan(301), room.plan(1, path=())):
        with pytest.raises(InputError):
            room.rehearsals.start(room.key, plan)
    with pytest.raises(NotFoundError, match="no-such"):
        room.rehearsals.start(room.key, room.plan(1, path=("no-such",)))
    recorded = replace(room.endpoint, kind=EndpointKind.RECORDED)
    with pytest.raises(InputError, match="녹화"):
        room.rehearsals.start(room.key, room.plan(1, endpoint=recorded))


def test_the_usual_path_is_a_class_in_small(room: Room) -> None:
    path = usual_path(room.library)
    assert len(path) >= 5
    assert len({room.library.exercise(e).module for e in path}) == len(path)


# --------------------------------------------------------------------------- what it says


def reported(first: float, whole: float, queue: float = 0.0, errors: int = 0, seats: int = 40) -> Report:
    endpoint = Endpoint("e", "연결", "http://x/v1", "m", parallel=8)
    presses = [
        Press("a", n, queue, first, whole, 100, 200, 3, 3, "" if n > errors else "서버가 답하지 않습니다.")
        for n in range(1, seats + 1)
    ]
    return sum_up(Plan(seats, ("a",), endpoint), presses, {})


@pytest.mark.parametrize(
    ("first", "whole", "queue", "errors", "verdict", "said"),
    [
        (3, 20, 0, 0, Verdict.HOLDS, ""),
        (15, 90, 14, 0, Verdict.HOLDS, ""),
        (30, 60, 28, 0, Verdict.TIGHT, "parallel을 16"),
        (30, 60, 2, 0, Verdict.TIGHT, "첫 글자가 늦습니다"),
        (5, 120, 0, 0, Verdict.TIGHT, "오래 걸립니다"),
        (60, 100, 55, 0, Verdict.FAILS, "10명씩"),
        (5, 200, 0, 0, Verdict.FAILS, "오래 걸립니다"),
        (3, 20, 0, 2, Verdict.FAILS, "서버가 답하지 않습니다."),
    ],
)
def test_the_verdict_and_what_to_change(
    first: float, whole: float, queue: float, errors: int, verdict: Verdict, said: str
) -> None:
    report = reported(first, whole, queue, errors)
    assert report.verdict == verdict
    assert said in " ".join(report.changes)
    assert bool(report.changes) is (verdict is not Verdict.HOLDS)
    json.dumps(report.as_json())


def test_one_slip_in_a_hundred_is_tight_not_hopeless() -> None:
    assert reported(3, 20, errors=1, seats=100).verdict == Verdict.TIGHT


def test_no_price_is_no_guess() -> None:
    report = reported(3, 20)
    assert report.class_won is None
    assert report.class_tokens == 300 * 40 * 2.5


@pytest.mark.parametrize(("share", "value"), [(0.5, 20), (0.95, 40), (0.01, 10)])
def test_percentiles(share: float, value: float) -> None:
    assert percentile([40, 10, 30, 20], share) == value
    assert percentile([], share) == 0.0


# --------------------------------------------------------------------------- from the shell


def test_the_command_walks_and_tells(
    tmp_path: Path,
    fake_endpoint: FakeEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    asked = ["rehearse", "--seats", "3", "--within", "0", "--path", PATH[0], "--record"]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "됩니다" in out
    assert "3명" in out
    with closing(Store(f"sqlite:///{tmp_path / 'sandbox.db'}", secret=b"x" * 32)) as store:
        assert len(store.rehearsals()) == 1


def test_the_command_walks_a_class_as_the_page_does(
    tmp_path: Path,
    fake_endpoint: FakeEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was made on screen is found, what cannot be sent is left out, what was learned is known."""
    staff = staffed(tmp_path)
    desk = desk_on(staff, tmp_path / "published")
    for content_id, starter in (("own-ex", "메모를 요약해 주세요."), ("own-empty", "")):
        form = exercise(desk, content_id, starter=starter)
        version = desk.authoring.releasing.save(desk.key, ContentKind.EXERCISE, form, 0, "").version
        desk.authoring.releasing.publish(desk.key, ContentKind.EXERCISE, content_id, version)
    path = (PATH[0], "own-ex", "own-empty")
    klass = Classes(staff.store, staff.instructors).create(staff.lecturer, "가을 과정", path=path)
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_DATABASE_URL", f"sqlite:///{tmp_path / 'room.db'}")
    endpoint = settings.load(os.environ).endpoints[0]
    staff.store.save_quirks(endpoint.id, {"temperature": False})
    staff.store.close()
    typed = f"{klass.code[:3].lower()}-{klass.code[3:].lower()}"
    assert main(["rehearse", "--seats", "2", "--within", "0", "--class", typed, "--json"]) == 0
    told = capsys.readouterr()
    assert [e["exercise_id"] for e in json.loads(told.out)["exercises"]] == [PATH[0], "own-ex"]
    assert "own-empty" in told.err
    assert len(fake_endpoint.bodies) == 4
    assert all("temperature" not in body for body in fake_endpoint.bodies)


def test_a_class_without_anything_to_send_says_so(
    tmp_path: Path,
    fake_endpoint: FakeEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    staff = staffed(tmp_path)
    klass = Classes(staff.store, staff.instructors).create(staff.lecturer, "빈 과정", path=())
    staff.store.close()
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_DATABASE_URL", f"sqlite:///{tmp_path / 'room.db'}")
    assert main(["rehearse", "--class", klass.code]) == 2
    assert "리허설할 수 있는 실습이 없습니다" in capsys.readouterr().err
