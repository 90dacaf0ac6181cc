"""What a classroom does to the room: faults around it, on the real parts and the real server.

Faults of an endpoint stand in test_llm.py, test_turns.py and test_practice.py, those of the database in
test_store.py, those that need a browser in test_security_browser.py; docs/reliability.md lists them all.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from streamlit.testing.v1 import AppTest

from sandbox.class_records import Class
from sandbox.classroom import Classroom
from sandbox.practice import Work
from sandbox.practice.composing import PROMPT_MAX_CHARS
from sandbox.records import Level, PromptTooLongError, RunState, StoreError
from sandbox.store import Store, load_secret
from sandbox.store import people as people_module
from sandbox.store import runs as runs_module
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom, free_port
from tests.test_app import start_and_fail
from tests.test_practice import ROOT, Room, follow
from ui import session


@pytest.fixture
def room(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Room]:
    made = Room(tmp_path, fake_endpoint)
    yield made
    made.close()


# --------------------------------------------------------------------------- the endpoint


def test_an_endpoint_that_is_down_at_start_keeps_nobody_out(tmp_path: Path) -> None:
    """The room opens; who presses 실행 hears that the endpoint does not answer, and what to do."""
    nobody = f"http://127.0.0.1:{free_port()}/v1"
    with RunningRoom(tmp_path, OPENAI_BASE_URL=nobody, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0") as running:
        with urllib.request.urlopen(running.url, timeout=10) as page:
            assert page.status == 200
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


def test_an_endpoint_that_comes_up_later_is_used_without_a_restart(
    room: Room, fake_endpoint: FakeEndpoint
) -> None:
    down = replace(room.endpoint, id="down", base_url=f"http://127.0.0.1:{free_port()}/v1")
    first = room.practice.run(room.me, Work("안녕"), {}, down)
    end = follow(room, first)[-1]
    assert end.state is RunState.FAILED and end.message and end.remedy
    again = room.practice.retry(room.me, first, room.endpoint)
    follow(room, again)
    assert room.practice.result(room.me, again).state is RunState.DONE
    assert room.practice.result(room.me, first).messages[-1].text == "안녕", "what was asked is kept"


# --------------------------------------------------------------------------- too much at once


def test_a_pasted_megabyte_is_refused_quickly_clearly_and_loses_nothing(room: Room) -> None:
    paste = "가나다라 마바사. " * 110_000
    assert len(paste) > 1_000_000
    room.practice.save_draft(room.me, "free", {"__prompt": "앞서 쓴 글"})
    preview = room.practice.preview(room.me, Work(paste), room.endpoint)
    assert preview.text == paste, "the page still holds it all"
    assert preview.too_long is not None and preview.too_long.remedy
    assert preview.findings == (), "nothing of that size is looked through"
    for act in (
        lambda: room.practice.run(room.me, Work(paste), {}, room.endpoint),
        lambda: room.practice.save_draft(room.me, "free", {"__prompt": paste}),
    ):
        with pytest.raises(PromptTooLongError) as told:
            act()
        assert "글이 너무 깁니다" in told.value.message and told.value.remedy
    assert room.practice.draft(room.me, "free") == {"__prompt": "앞서 쓴 글"}
    assert not room.practice.tries(room.me, "")


def test_the_longest_allowed_prompt_is_still_kept_as_a_draft(room: Room) -> None:
    text = "가" * (PROMPT_MAX_CHARS - 100)
    room.practice.save_draft(room.me, "free", {"__prompt": text})
    assert room.practice.draft(room.me, "free")["__prompt"] == text


def test_two_hundred_come_in_within_a_second_with_one_code(
    tmp_path: Path, fake_endpoint: FakeEndpoint
) -> None:
    """Everybody gets a person, a cookie and a resume code of their own; nobody an error."""
    with RunningRoom(
        tmp_path, OPENAI_BASE_URL=fake_endpoint.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0"
    ) as running:
        with closing(Store(f"sqlite:///{tmp_path / 'sandbox.db'}", secret=load_secret(tmp_path))) as store:
            classroom = Classroom(store)
            instructor = store.add_instructor("이강사", "lee", "해시", is_officer=False)
            store.add_class(
                Class("K7M2QX", "큰 강의", Level.BASIC, (), 200, instructor.id, datetime.now(UTC))
            )
            ready = threading.Barrier(200)

            def come_in(number: int) -> tuple[str, str]:
                ready.wait(60)
                entry = classroom.join("김연습", "K7M2QX", str(number + 1), guesser=f"브라우저 {number}")
                asked = urllib.request.Request(
                    f"{running.url}/room/enter",
                    data=json.dumps({"token": entry.token}).encode(),
                    headers={"Sec-Fetch-Site": "same-origin"},
                )
                with urllib.request.urlopen(asked, timeout=60) as answer:
                    assert answer.headers["Set-Cookie"].startswith(f"room={entry.token}")
                return entry.person.id, classroom.resume_code(entry.person)

            with ThreadPoolExecutor(200) as crowd:
                came = list(crowd.map(come_in, range(200)))
        assert len({person for person, _ in came}) == len({code for _, code in came}) == 200
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


# --------------------------------------------------------------------------- the disk


def test_a_database_locked_for_five_seconds_holds_people_up_and_loses_nothing(
    room: Room, fake_endpoint: FakeEndpoint
) -> None:
    """Another program (a backup, a virus scanner) holds the file while three people run."""
    others = [room.store.add_person(f"동료{n}") for n in range(2)]
    people = [room.me, *others]
    fake_endpoint.script("잠긴 동안에도 오는 답변입니다.")
    started = [(who, room.practice.run(who, Work("안녕"), {}, room.endpoint)) for who in people]
    with closing(sqlite3.connect(room.file, isolation_level=None)) as scanner:
        scanner.execute("BEGIN IMMEDIATE")
        locked_at = time.monotonic()
        timer = threading.Timer(5.0, lambda: None)
        timer.start()
        with ThreadPoolExecutor(3) as typing:
            drafts = [
                typing.submit(room.practice.save_draft, who, "free", {"__prompt": f"{who.name}의 초안"})
                for who in people
            ]
            assert room.practice.draft(room.me, "free") == {}, "reading goes on"
            timer.join()
            scanner.execute("COMMIT")
            for draft in drafts:
                draft.result(30)
        assert time.monotonic() - locked_at >= 5.0
    for who, run_id in started:
        assert "".join(p.text for p in follow(room, run_id, who=who)) == "잠긴 동안에도 오는 답변입니다."
        assert room.practice.result(who, run_id).state is RunState.DONE
        assert room.practice.draft(who, "free") == {"__prompt": f"{who.name}의 초안"}


async def test_twelve_who_wait_to_write_hold_up_nobody_who_reads(
    tmp_path: Path, fake_endpoint: FakeEndpoint
) -> None:
    """Over HTTP: another program holds the file; who looks at their answer is answered meanwhile."""
    with (
        RunningRoom(
            tmp_path, OPENAI_BASE_URL=fake_endpoint.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0"
        ) as running,
        closing(Store(f"sqlite:///{tmp_path / 'sandbox.db'}", secret=load_secret(tmp_path))) as store,
    ):
        classroom = Classroom(store)
        tokens = [classroom.join(f"사람{n}").token for n in range(13)]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

            async def ask(method: str, path: str, token: str, body: object = None) -> int:
                headers = {"Cookie": f"room={token}", "Sec-Fetch-Site": "same-origin"}
                sent = http.request(method, running.url + path, headers=headers, json=body)
                async with sent as answer:
                    return answer.status

            with closing(sqlite3.connect(tmp_path / "sandbox.db", isolation_level=None)) as scanner:
                scanner.execute("BEGIN IMMEDIATE")
                typed = {"place": "free", "values": {"__prompt": "글"}}
                drafts = [asyncio.create_task(ask("POST", "/room/draft", t, typed)) for t in tokens[:12]]
                leaving = [asyncio.create_task(ask("POST", "/room/leave", t)) for t in tokens[:12]]
                await asyncio.sleep(1.0)  # all of them have come to the lock
                for _ in range(5):
                    assert await ask("GET", "/room/live/nothing", tokens[12]) == 404
                    assert await ask("POST", "/room/stop/nothing", tokens[12]) == 404
                assert not any(task.done() for task in (*drafts, *leaving)), "and they still wait"
                scanner.execute("ROLLBACK")
            assert set(await asyncio.gather(*leaving)) == {200}
            assert set(await asyncio.gather(*drafts)) <= {200, 401}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of three megabytes, where this process may make one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("작은 디스크를 만들려면 리눅스의 root 권한이 필요합니다.")
    place = tmp_path / "작은 디스크"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("이 환경에서는 작은 디스크(tmpfs)를 붙일 수 없습니다.")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_work_goes_on_once_there_is_room(
    small_disk: Path, fake_endpoint: FakeEndpoint
) -> None:
    made = Room(small_disk, fake_endpoint)
    try:
        first = made.practice.run(made.me, Work("디스크가 차기 전"), {}, made.endpoint)
        made.wait(first)
        rubbish = small_disk / "다른 프로그램의 파일"
        with rubbish.open("wb", buffering=0) as filling, pytest.raises(OSError):
            while True:
                filling.write(b"x" * 4096)
        with pytest.raises(StoreError) as told:
            for n in range(50):  # what is left inside the last pages of the WAL
                made.practice.save_draft(made.me, f"free:{n}", {"__prompt": "가" * 30_000})
        assert "디스크" in told.value.message and "공간" in told.value.remedy
        assert made.practice.result(made.me, first).state is RunState.DONE, "reading goes on"
        rubbish.unlink()
        second = made.practice.run(made.me, Work("자리가 난 뒤"), {}, made.endpoint)
        made.wait(second)
        assert made.practice.result(made.me, second).state is RunState.DONE
        assert made.practice.result(made.me, first).messages[-1].text == "디스크가 차기 전"
    finally:
        made.close()


def test_an_answer_that_ends_on_a_full_disk_is_whole_once_there_is_room(
    small_disk: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run stays live, on screen with all its text, until its end is stored."""
    monkeypatch.setattr("sandbox.turns.keeping.FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr("sandbox.turns.keeping.LONGEST_PAUSE_SECONDS", 0.1)
    answer = "디스크가 찬 동안에 끝난 긴 답변입니다. " * 400
    fake_endpoint.script(answer, 40)
    fake_endpoint.first_seconds = 2.0
    made = Room(small_disk, fake_endpoint)
    try:
        run_id = made.practice.run(made.me, Work("차는 동안"), {}, made.endpoint)
        rubbish = small_disk / "다른 프로그램의 파일"
        with rubbish.open("wb", buffering=0) as filling, pytest.raises(OSError):
            while True:
                filling.write(b"x" * 4096)
        with pytest.raises(StoreError):
            for n in range(50):
                made.practice.save_draft(made.me, f"free:{n}", {"__prompt": "가" * 30_000})
        live = made.practice._turns.get(run_id)
        assert live is not None
        wait_until(lambda: live.state.ended)
        time.sleep(0.5)  # several tries
        assert not live.settled and live.snapshot().text == answer
        assert not made.store.run(run_id, made.me.id).state.ended
        rubbish.unlink()
        made.wait(run_id)
        kept = made.practice.result(made.me, run_id)
        assert kept.state is RunState.DONE and kept.answer == answer
    finally:
        made.close()


def test_a_run_that_nobody_answers_any_more_is_told_as_cut(
    room: Room, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row was left open: the page must not wait for it until the next restart."""
    run_id = room.practice.run(room.me, Work("안녕"), {}, room.endpoint)
    room.wait(run_id)
    dead = replace(
        room.store.run(run_id, room.me.id), id="dead", state=RunState.WAITING, answer="", ended_at=None
    )
    room.store.add_run(dead)
    room.store.save_partial("dead", "여기까지 온 글")
    assert follow(room, "dead")[-1].state is RunState.STREAMING, "just made: it may be about to become live"
    monkeypatch.setattr("sandbox.practice.keeping.SURELY_SUBMITTED", timedelta())
    (end,) = follow(room, "dead")
    assert (
        end.ended
        and end.state is RunState.CUT
        and end.text == "여기까지 온 글"
        and "다시 실행" in end.message
    )
    assert room.store.run("dead", room.me.id).state is RunState.CUT


def test_a_run_whose_server_is_gone_ends_though_the_clock_was_set_back(
    room: Room, fake_endpoint: FakeEndpoint
) -> None:
    run_id = room.practice.run(room.me, Work("안녕"), {}, room.endpoint)
    room.wait(run_id)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    dead = replace(
        room.store.run(run_id, room.me.id), id="dead", state=RunState.WAITING, created_at=ahead, ended_at=None
    )
    room.store.add_run(dead)
    (end,) = follow(room, "dead")
    assert end.ended and end.state is RunState.CUT


def wait_until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def test_a_read_only_disk_keeps_the_room_shut_with_one_clear_sentence(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, said = start_and_fail(small_disk)
    assert code != 0
    assert "[시작하지 못했습니다]" in said and "읽기 전용" in said
    assert "Traceback" not in said


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "자료"
    in_the_way.write_text("폴더 자리에 놓인 파일", encoding="utf-8")
    code, said = start_and_fail(in_the_way)
    assert code != 0
    assert "[시작하지 못했습니다]" in said and "자료 폴더" in said
    assert "Traceback" not in said


# --------------------------------------------------------------------------- the clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """A clock for sign-ins, codes and runs that a test can set back; the one entry is its error."""
    error = [timedelta()]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + error[0]

    for module in (people_module, runs_module):
        monkeypatch.setattr(module, "datetime", Clock)
    return error


def test_a_clock_set_back_keeps_people_in_and_locks_nobody_out(room: Room, clock: list[timedelta]) -> None:
    classroom = Classroom(room.store)
    entry = classroom.join("시계")
    for _ in range(6):
        room.store.record_failed_resume("브라우저")
    assert 0 < room.store.resume_wait_seconds("브라우저") <= 300
    clock[0] = timedelta(minutes=-2)
    assert 0 < room.store.resume_wait_seconds("브라우저") <= 300, "not longer than before"
    clock[0] = timedelta(days=-365)
    assert room.store.resume_wait_seconds("브라우저") == 0.0, "nobody waits for a year"
    assert classroom.person_for(entry.token) is not None
    assert classroom.resume(classroom.resume_code(entry.person), guesser="브라우저").person == entry.person


def test_tries_stay_in_order_when_the_clock_is_set_back(room: Room, clock: list[timedelta]) -> None:
    exercise = room.practice.library.exercises()[0]
    ahead = room.practice.run(room.me, Work("첫 번째", exercise.id), {}, room.endpoint)
    room.wait(ahead)
    with closing(sqlite3.connect(room.file)) as db:  # as if the clock had been a day ahead until now
        (kept,) = db.execute("select created_at from runs").fetchone()
        later = kept + 86_400 * 10**6 if isinstance(kept, int) else _a_day_later(kept)
        db.execute("update runs set created_at = ?", [later])
        db.commit()
    for text in ("두 번째", "세 번째"):
        room.wait(room.practice.run(room.me, Work(text, exercise.id), {}, room.endpoint))
    tries = room.practice.tries(room.me, exercise.id)
    assert [t.messages[-1].text for t in tries] == ["첫 번째", "두 번째", "세 번째"]
    assert [r.id for r in room.practice.history(room.me)[0]] == [t.id for t in reversed(tries)]


def _a_day_later(kept: str) -> str:
    return (datetime.fromisoformat(kept).replace(tzinfo=UTC) + timedelta(days=1)).strftime(
        "%Y-%m-%d %H:%M:%S.%f"
    )


# --------------------------------------------------------------------------- content


@pytest.mark.pages
def test_a_broken_file_among_good_ones_shows_on_the_connection_page_and_breaks_nothing(
    tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "내 템플릿").mkdir()
    (tmp_path / "내 템플릿" / "깨진.md").write_text("---\nid: 한글id\ntitle: [\n---\n본문", encoding="utf-8")
    (tmp_path / "내 템플릿" / "cp949.md").write_bytes(b"---\nid: a\n" + "제목".encode("cp949"))
    (tmp_path / "내 실습" / "report" / "broken").mkdir(parents=True)
    (tmp_path / "내 실습" / "report" / "broken" / "exercise.md").write_text(
        "---\nid: broken\n---\n", encoding="utf-8"
    )
    (tmp_path / "sandbox.toml").write_text(
        f'[content]\nprompts = ["{tmp_path}/내 템플릿"]\nexercises = ["{tmp_path}/내 실습"]\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("SANDBOX_EMBEDDED", "0")
    session.close_services()
    try:
        app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
        app.run()
        app.switch_page("screens/connection.py").run()
        told = "\n".join(str(e.value) for e in (*app.markdown, *app.error))
        for name in ("깨진.md", "cp949.md", "exercise.md"):
            assert name in told, told[:2000]
        library = session.services().library
        assert len(library.problems()) >= 3
        assert len(library.exercises()) > 20 and len(library.prompts()) > 10, "the good ones are there"
        app.switch_page("screens/start.py").run()
        app.text_input(key="join_name").set_value("김연습")
        app.button(key="FormSubmitter:join-들어가기").click().run()
        assert not app.exception and not app.error
    finally:
        session.close_services()


# --------------------------------------------------------------------------- what we say of it


def test_a_crash_report_holds_no_content(caplog: pytest.LogCaptureFixture) -> None:
    """An error nobody foresaw is shown and logged by a number and by places, never by what was typed."""

    def page() -> None:
        import streamlit as st

        from ui.widgets import frame

        typed = "900101-1234568 sk-crash-0123456789"
        try:
            raise ValueError(f"could not read {typed}")
        except ValueError as error:
            frame.incident(error)
        st.caption("끝")

    app = AppTest.from_function(page, default_timeout=60).run()
    (shown,) = [e.value for e in app.error]
    (line,) = [r.getMessage() for r in caplog.records if r.name == "ui"]
    assert "ValueError" in line and line.split()[1] in shown, "the number on screen is the log's"
    for secret in ("900101", "sk-crash"):
        assert secret not in shown and secret not in caplog.text


def test_every_row_names_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", text)
    assert len(named) > 60
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file}::{test}"
    for row in re.findall(r"^\| .*\|$", text, re.MULTILINE):
        assert "::" in row or "---" in row or row.endswith("시험 |"), row
        for name in re.findall(r"`([^`]*)`", row.rstrip(" |").rpartition("|")[2]):
            assert re.fullmatch(r"test_\w+\.py::test_\w+", name), f"{name} names no test"


def test_every_row_names_a_test_that_runs() -> None:
    """It stands once in its file, where pytest collects it, and nothing passes it over everywhere."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", text))
    for file in {file for file, _ in named}:
        tests = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8")).body
        found = [t for t in tests if isinstance(t, ast.FunctionDef | ast.AsyncFunctionDef)]
        for test in (test for one, test in named if one == file):
            (here,) = [t for t in found if t.name == test]
            marks = [ast.unparse(mark) for mark in here.decorator_list]
            assert not [m for m in marks if "mark.skip(" in m or "xfail" in m], f"{file}::{test}"
