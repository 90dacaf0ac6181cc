"""The use cases of a trainee, against a real store, a real HTTP endpoint and the shipped course."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import checks, llm
from sandbox.class_records import Terms
from sandbox.documents import read
from sandbox.library import Library, prefilled
from sandbox.practice import LivePart, Practice, Work
from sandbox.records import (
    Action,
    Choice,
    Endpoint,
    Evidence,
    GuardRefusedError,
    InputError,
    Location,
    NotAllowedError,
    Person,
    PromptTooLongError,
    RunState,
    State,
    Verdict,
)
from sandbox.store import Store, load_secret
from sandbox.turns import LiveRun, Order, Turns
from tests.fake_endpoint import FakeEndpoint

ROOT = Path(__file__).parent.parent
PHONE = "010-9382-7715"
RESIDENT = "900101-1234568"


class Room:
    """What a server process holds, without Streamlit."""

    def __init__(self, data_dir: Path, fake: FakeEndpoint) -> None:
        self.file = data_dir / "sandbox.db"
        self.store = Store(f"sqlite:///{self.file}", secret=load_secret(data_dir))
        self.store.migrate()
        library = Library(
            [ROOT / "prompts"],
            [ROOT / "exercises"],
            check_problem=checks.problem,
            read_text=lambda p: read.read(p.name, p.read_bytes()).text,
        )
        self.strict = False
        self.practice = Practice(
            library,
            self.store,
            lambda **calls: Turns(lambda: llm.Clients(), **calls),
            terms=lambda *_: Terms(strict_guard=self.strict),
        )
        self.endpoint = Endpoint(
            id="fake", name="가짜", base_url=fake.base_url, model="fake", location=Location.INSIDE
        )
        self.me = self.store.add_person("김연습", "", "7")

    def wait(self, run_id: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while True:
            run = self.store.run(run_id, self.me.id)
            if run.state.ended and not self.practice.busy_run(self.me):
                return
            assert time.monotonic() < end, f"still {run.state}"
            time.sleep(0.02)

    def close(self) -> None:
        self.practice.close()
        self.store.close()


@pytest.fixture
def room(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Room]:
    made = Room(tmp_path, fake_endpoint)
    yield made
    made.close()


def follow(room: Room, run_id: str, start: int = 0, who: Person | None = None) -> list[LivePart]:
    async def read_all() -> list[LivePart]:
        return [part async for part in room.practice.follow(who or room.me, run_id, start)]

    return asyncio.run(read_all())


def test_an_exercise_from_preview_to_verdicts(room: Room, fake_endpoint: FakeEndpoint) -> None:
    exercise = next(e for e in room.practice.library.exercises() if e.module == "report" and e.prompt_id)
    prompt = room.practice.library.prompt(exercise.prompt_id or "")
    values = prefilled(exercise, prompt)
    text = room.practice.composing.compose(exercise, prompt, values)
    fake_endpoint.script(exercise.model_answer.text)
    work = Work(text, exercise.id, prompt.id, values)

    preview = room.practice.preview(room.me, work, room.endpoint)
    assert preview.count.tokens > 50
    assert not preview.blocked({}), "an exercise's own material must not be blocked"

    run_id = room.practice.run(room.me, work, {}, room.endpoint)
    parts = follow(room, run_id)
    assert "".join(p.text for p in parts) == exercise.model_answer.text
    assert parts[-1].ended

    run = room.practice.result(room.me, run_id)
    assert run.state is RunState.DONE
    assert len(run.verdicts) == len(exercise.checks)
    assert room.practice.progress(room.me)[exercise.id].finished


def test_a_wrong_answer_is_told_with_evidence(room: Room, fake_endpoint: FakeEndpoint) -> None:
    exercise = next(e for e in room.practice.library.exercises() if e.module == "minutes" and e.wrong_answers)
    wrong = exercise.wrong_answers[0]
    fake_endpoint.script(wrong.text)
    run_id = room.practice.run(room.me, Work("회의록을 정리해 줘", exercise.id), {}, room.endpoint)
    follow(room, run_id)
    failed = {v.check_id for v in room.practice.result(room.me, run_id).verdicts if v.state.name == "FAIL"}
    assert set(wrong.fails) <= failed


def test_personal_data_reaches_neither_endpoint_nor_database(room: Room, fake_endpoint: FakeEndpoint) -> None:
    text = f"신청인 연락처 {PHONE} 로 안내문을 써 줘"
    room.practice.save_draft(room.me, "free", {"__prompt": text + " " + RESIDENT})
    room.endpoint = _with_model(room.endpoint, "echo")
    run_id = room.practice.run(room.me, Work(text), {}, room.endpoint)
    shown = "".join(p.text for p in follow(room, run_id))

    assert PHONE in shown, "the person's own screen shows the value again"
    assert PHONE in room.practice.result(room.me, run_id).messages[-1].text
    assert room.practice.draft(room.me, "free")["__prompt"] == text + " " + RESIDENT
    stored = b"".join(p.read_bytes() for p in room.file.parent.glob("sandbox.db*"))
    for secret in (PHONE, RESIDENT, PHONE.replace("-", ""), RESIDENT[7:]):
        assert secret.encode() not in stored
    with sqlite3.connect(room.file) as db:
        assert "[전화번호1]" in db.execute("select answer from runs").fetchone()[0]


def test_a_strict_class_lets_nothing_out_as_it_stands(room: Room, fake_endpoint: FakeEndpoint) -> None:
    """What was chosen to be masked is masked, what was chosen to be kept too, and what nobody looked at."""
    mail, address = "moa.kim@haeram.go.kr", "해람시 바다로 12, 101동 202호"
    text = f"민원인 이름: 김모아, 전자우편 {mail}, 주소: {address}. 안내문을 써 줘"
    work = Work(text, uploads={"명단.txt": f"민원인 이름: 김모아, {mail}"})
    found = {f.kind: f for f in room.practice.preview(room.me, work, room.endpoint).findings}
    assert {found["name"].action, found["address"].action} == {Action.WARN}
    choices = {f.fingerprint: Choice.KEEP for f in found.values()} | {found["name"].fingerprint: Choice.MASK}

    def sent(run_id: str) -> str:
        follow(room, run_id)
        return str(fake_endpoint.bodies[-1])

    loose = room.practice.run(room.me, work, choices, room.endpoint)
    body = sent(loose)
    assert "김모아" not in body and mail in body and address in body, "elsewhere each choice holds"
    room.strict = True
    for run_id in (
        room.practice.run(room.me, work, choices, room.endpoint),
        room.practice.run(room.me, work, {}, room.endpoint),
        room.practice.retry(room.me, loose, room.endpoint),
    ):
        body = sent(run_id)
        assert not [value for value in ("김모아", mail, address) if value in body]
    kept = [room.store.run(r.id, room.me.id) for r in room.practice.history(room.me)[0]]
    strict = next(r for r in kept if r.id not in {loose} and r.sources)
    assert "김모아" not in str(strict.sources) and mail not in str(strict.sources)


def test_a_template_on_trial_goes_before_those_who_wait(
    room: Room, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[bool] = []
    submit = Turns.submit

    def noted(turns: Turns, order: Order) -> LiveRun:
        orders.append(order.first)
        return submit(turns, order)

    monkeypatch.setattr(Turns, "submit", noted)
    for trial in (None, room.practice.library.prompts()[0]):
        follow(room, room.practice.run(room.me, Work("한 줄로", trial=trial), {}, room.endpoint))
    assert orders == [False, True]


def test_a_resident_number_is_refused_until_masked(room: Room, fake_endpoint: FakeEndpoint) -> None:
    work = Work(f"주민등록번호 {RESIDENT} 인 민원인에게 보낼 답변")
    preview = room.practice.preview(room.me, work, room.endpoint)
    (finding,) = [f for f in preview.findings if f.action is Action.BLOCK]
    with pytest.raises(GuardRefusedError):
        room.practice.run(room.me, work, {}, room.endpoint)
    assert fake_endpoint.counters.requests == 0
    run_id = room.practice.run(room.me, work, {finding.fingerprint: Choice.MASK}, room.endpoint)
    follow(room, run_id)
    assert RESIDENT not in str(room.store.run(run_id, room.me.id).messages)


def test_what_cannot_be_sent_is_said_before_it_is_sent(room: Room, fake_endpoint: FakeEndpoint) -> None:
    with pytest.raises(InputError):
        room.practice.run(room.me, Work("   "), {}, room.endpoint)
    with pytest.raises(PromptTooLongError) as told:
        room.practice.run(room.me, Work("가나다라 " * 20_000), {}, room.endpoint)
    assert told.value.remedy
    assert fake_endpoint.counters.requests == 0


def test_a_run_is_its_owners_alone(room: Room) -> None:
    run_id = room.practice.run(room.me, Work("안녕"), {}, room.endpoint)
    other = room.store.add_person("이남", "", "8")
    with pytest.raises(NotAllowedError):
        follow(room, run_id, who=other)
    with pytest.raises(NotAllowedError):
        room.practice.stop(other, run_id)
    follow(room, run_id)


def test_following_takes_up_where_the_browser_left_off(room: Room, fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.script("가나다라마바사아자차카타파하")
    run_id = room.practice.run(room.me, Work("안녕"), {}, room.endpoint)
    follow(room, run_id)
    assert "".join(p.text for p in follow(room, run_id, start=5)) == "바사아자차카타파하"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("model", "state"),
    [
        ("fault-500", RunState.FAILED),
        ("fault-html", RunState.FAILED),
        ("fault-cut", RunState.CUT),
        ("fault-badjson", RunState.CUT),
        ("fault-empty", RunState.FAILED),
    ],
)
def test_a_fault_leaves_a_korean_message_and_a_way_on(room: Room, model: str, state: RunState) -> None:
    run_id = room.practice.run(room.me, Work("안녕"), {}, _with_model(room.endpoint, model))
    end = follow(room, run_id)[-1]
    run = room.practice.result(room.me, run_id)
    assert run.state is state
    assert run.error_message and end.message and end.remedy
    assert "Traceback" not in run.error_message
    again = room.practice.retry(room.me, run_id, room.endpoint)
    follow(room, again)
    assert room.practice.result(room.me, again).state is RunState.DONE


def test_a_follow_up_sends_the_conversation_so_far(room: Room, fake_endpoint: FakeEndpoint) -> None:
    first = room.practice.run(room.me, Work("첫 질문"), {}, room.endpoint)
    follow(room, first)
    second = room.practice.run(room.me, Work("이어서", thread_id=first, parent_id=first), {}, room.endpoint)
    follow(room, second)
    roles = [m.role.value for m in room.practice.result(room.me, second).messages]
    assert roles == ["user", "assistant", "user"]
    assert [r.id for r in room.practice.thread(room.me, first)] == [first, second]


def test_runs_that_a_killed_server_left_are_marked(room: Room, tmp_path: Path) -> None:
    run_id = room.practice.run(room.me, Work("안녕"), {}, _with_model(room.endpoint, "fault-hang-mid"))
    end = time.monotonic() + 10
    while not room.store.run(run_id, room.me.id).answer and time.monotonic() < end:
        time.sleep(0.1)
    partial = room.store.run(run_id, room.me.id).answer
    assert room.practice.start() == 1
    run = room.practice.result(room.me, run_id)
    assert run.state is RunState.CUT
    assert run.answer == partial != ""
    room.practice.stop(room.me, run_id)


def _with_model(endpoint: Endpoint, model: str) -> Endpoint:
    return replace(endpoint, model=model)


def test_marks_and_evidence_move_with_the_values_put_back(room: Room, fake_endpoint: FakeEndpoint) -> None:
    """What the checks found in the masked answer points at the same words on the person's own screen."""
    wrong = "600만원"
    text = f"연락처 {PHONE} 로 안내할 예산은 {wrong} 입니다. 다시 {PHONE} 로 {wrong}."
    room.endpoint = _with_model(room.endpoint, "echo")
    run_id = room.practice.run(room.me, Work(text), {}, room.endpoint)
    follow(room, run_id)
    masked = room.store.run(run_id, room.me.id).answer
    assert PHONE not in masked
    spans = [
        (m.start(), m.end()) for word in (wrong, "[전화번호1]") for m in re.finditer(re.escape(word), masked)
    ]
    spans.append((masked.index("1]"), masked.index("1]") + 1))  # a digit of a placeholder is its whole value
    evidence = tuple(
        Evidence(
            f"[전화번호1] 옆의 {masked[a:b]}",
            start=a,
            end=b,
            source_line="메모:1 [전화번호1]",
            correction="[전화번호1]",
        )
        for a, b in spans
    )
    nowhere = Evidence("자료에 없습니다")
    verdict = Verdict(
        "money",
        "grounded",
        "금액",
        State.FAIL,
        "[전화번호1] 확인",
        (*evidence, nowhere),
        table=(("[전화번호1]",),),
    )
    room.store.save_verdicts(run_id, (verdict,))
    run = room.practice.result(room.me, run_id)
    (shown,) = run.verdicts
    assert [run.answer[e.start : e.end] for e in shown.evidence[:-1]] == [wrong, wrong, PHONE, PHONE, PHONE]
    assert (shown.evidence[-1].start, shown.evidence[-1].end) == (-1, -1)
    told = [shown.summary, *shown.table[0], *(e.source_line + e.correction for e in shown.evidence[:-1])]
    assert all(PHONE in each and "[" not in each for each in told)
    assert PHONE in run.title and PHONE in shown.evidence[0].text


def test_a_second_try_goes_outside_only_once_the_person_agreed(
    room: Room, fake_endpoint: FakeEndpoint
) -> None:
    first = room.practice.run(room.me, Work("안내문을 써 줘"), {}, room.endpoint)
    follow(room, first)
    before = fake_endpoint.counters.requests
    outside = replace(room.endpoint, location=Location.OUTSIDE)
    for endpoint in (outside, replace(room.endpoint, fallback=outside)):
        with pytest.raises(InputError, match="기관 밖"):
            room.practice.retry(room.me, first, endpoint)
    assert fake_endpoint.counters.requests == before
    follow(room, room.practice.retry(room.me, first, outside, agreed=True))
    assert fake_endpoint.counters.requests == before + 1
