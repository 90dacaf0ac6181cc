"""How a class reaches its seats, over the real server; changes are made in another process, as by a second server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from sandbox.class_records import InstructorKey
from sandbox.classroom import Classes, Classroom, Entry, Followers, Instructors, Live
from sandbox.records import NotAllowedError
from sandbox.store import Store, load_secret
from tests.lecturer import staffed
from tests.running_room import RunningRoom
from ui import class_routes

SEATS = 60
PATIENCE_SECONDS = 60
SAME = {"Sec-Fetch-Site": "same-origin"}


class Taught:
    """The running room, a lecturer who works beside it, and one class."""

    def __init__(self, room: RunningRoom) -> None:
        self.room = room
        self.store = Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))
        self.instructors = Instructors(self.store)
        who = self.store.add_instructor("강사", "name:강사", "", is_officer=True)
        self.token = self.store.sign_in_instructor(who.id, hours=1)
        self.key, self.known = InstructorKey(self.token), self.store.known_mark(who.id)
        self.classes, self.live = Classes(self.store, self.instructors), Live(self.store, self.instructors)

    def new_class(self) -> str:
        return self.classes.create(self.key, "기초반", seats=200).code

    def join(self, code: str, name: str = "김연습") -> Entry:
        return Classroom(self.store).join(name, code)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taught]:
    with RunningRoom(tmp_path_factory.mktemp("수업"), SANDBOX_EMBEDDED="0") as room:
        made = Taught(room)
        yield made
        made.store.close()


@pytest.fixture
async def browser(taught: Taught) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        taught.room.url, connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield session


def cookie(**cookies: str) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}


async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name = "message"
    async for line in answer.content:
        text = line.decode().strip()
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))
            name = "message"


async def test_a_seat_hears_of_everything_the_lecturer_does(
    taught: Taught, browser: aiohttp.ClientSession
) -> None:
    code = taught.new_class()
    token = taught.join(code).token
    exercise = "report-memo-to-gaejosik"
    steps: list[tuple[Any, dict[str, Any]]] = [
        (lambda: taught.live.move_to(taught.key, code, exercise), {"exercise": exercise, "move": 1}),
        (lambda: taught.live.pause(taught.key, code, True), {"paused": True}),
        (lambda: taught.live.tell(taught.key, code, "<b>쉽니다</b>"), {"notice": "<b>쉽니다</b>"}),
        (lambda: taught.classes.close(taught.key, code), {"closed": True}),
    ]
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        browser.get("/room/class", headers=cookie(room=token)) as got,
    ):
        assert got.headers["content-type"].startswith("text/event-stream")
        assert got.headers["cache-control"] == "no-store"
        told = events(got)
        _, first = await anext(told)
        assert (first["code"], first["move"], first["paused"], first["notice"]) == (code, 0, False, "")
        for act, expected in steps:
            await asyncio.to_thread(act)
            _, said = await anext(told)
            assert expected.items() <= said.items()
        assert said["title"]  # the exercise by its title, which a seat can read
        await asyncio.to_thread(taught.live.start_timer, taught.key, code, 5, "쉬는 시간")
        _, said = await anext(told)
        assert said["timer"]["title"] == "쉬는 시간"
        assert 200 < said["timer"]["left"] <= 300  # seconds left, not a time: clocks of PCs differ
        await asyncio.to_thread(taught.classes.delete, taught.key, code, typed_code=code)
        assert (await anext(told))[0] == "gone"
        with pytest.raises(StopAsyncIteration):  # and the server hangs up
            await anext(told)


async def test_an_open_stream_keeps_the_seat(taught: Taught, browser: aiohttp.ClientSession) -> None:
    entry = taught.join(taught.new_class())
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    me = entry.person
    taught.store.move_seat(me.id, me.class_code, exercise_id="", step="course", at=long_ago)
    assert not taught.store.sits_there_now(me.id, datetime.now(UTC))
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        browser.get("/room/class", headers=cookie(room=entry.token)) as got,
    ):
        await anext(events(got))
        assert taught.store.sits_there_now(me.id, datetime.now(UTC))


@pytest.mark.parametrize("who", ["nobody", "made up", "in no class", "an instructor"])
async def test_who_is_in_no_class_is_not_kept_waiting(
    taught: Taught, browser: aiohttp.ClientSession, who: str
) -> None:
    loner = Classroom(taught.store).join("혼자").token
    token = {"nobody": "", "made up": "x" * 43, "in no class": loner, "an instructor": taught.token}[who]
    async with browser.get("/room/class", headers=cookie(room=token)) as got:
        assert got.status == 204  # the browser does not come again


async def test_a_whole_room_hears_within_seconds(taught: Taught, browser: aiohttp.ClientSession) -> None:
    """Sixty seats at once; how long it took is printed, not asserted: CI is slow."""
    code = taught.new_class()
    tokens = [taught.join(code, f"사람{n}").token for n in range(SEATS)]
    heard: list[float] = []
    waiting = asyncio.Event()

    async def sit(token: str) -> None:
        async with browser.get("/room/class", headers=cookie(room=token)) as got:
            told = events(got)
            await anext(told)
            seated.append(token)
            if len(seated) == SEATS:
                waiting.set()
            _, said = await anext(told)
            assert said["notice"] == "모두"
            heard.append(time.monotonic())

    seated: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        seats = [asyncio.create_task(sit(t)) for t in tokens]
        await waiting.wait()
        begun = time.monotonic()
        await asyncio.to_thread(taught.live.tell, taught.key, code, "모두")
        await asyncio.gather(*seats)
    took = sorted(t - begun for t in heard)
    sys.stdout.write(f"{SEATS} seats heard after {took[0]:.2f} to {took[-1]:.2f} s, from another process\n")
    assert len(heard) == SEATS


async def test_a_lecturers_screen_needs_the_lecturers_cookie(
    taught: Taught, browser: aiohttp.ClientSession
) -> None:
    code = taught.new_class()
    me = taught.join(code).token
    for cookies in ({}, {"desk": "x" * 43}, {"room": me}, {"desk": me}, {"room": taught.token}):
        async with browser.get(f"/room/desk/class/{code}", headers=cookie(**cookies)) as got:
            assert got.status == 401
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        browser.get(f"/room/desk/class/{code}", headers=cookie(desk=taught.token)) as got,
    ):
        assert (await anext(events(got)))[1]["code"] == code


async def test_who_is_moved_or_signed_out_is_told_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = staffed(tmp_path)
    code = Classes(staff.store, staff.instructors).create(staff.lecturer, "반").code
    lecture = SimpleNamespace(followers=Followers(staff.store, look_every_seconds=0.05))
    monkeypatch.setattr(class_routes, "services", lambda: SimpleNamespace(lecture=lecture))
    monkeypatch.setattr(class_routes, "BEAT_SECONDS", 0.05)
    there = True
    stream = class_routes._events(code, lambda: there)
    async with contextlib.aclosing(stream):
        assert (await anext(stream)).startswith("retry")
        assert (await anext(stream)).startswith("data")
        assert await anext(stream) == ": .\n\n"  # a quiet beat keeps proxies from cutting the line
        there = False
        async with asyncio.timeout(PATIENCE_SECONDS):
            rest = [part async for part in stream]
    assert rest[-1].startswith("event: gone")
    assert lecture.followers.seats() == 0
    staff.store.close()


# --------------------------------------------------------------------------- the instructor's cookie


async def test_the_instructors_cookie_stands_apart_and_is_closed_to_scripts(
    taught: Taught, browser: aiohttp.ClientSession
) -> None:
    body = json.dumps({"token": taught.token, "known": taught.known})
    async with browser.post("/room/desk/enter", data=body, headers=SAME) as got:
        assert got.status == 200
        given = {c.split("=")[0]: c for c in got.headers.getall("set-cookie")}
    assert set(given) == {"desk", "desk_known"}  # the trainee's cookie is another
    for one in given.values():
        assert "HttpOnly" in one
        assert "samesite=strict" in one.lower()
    assert taught.token in given["desk"]
    assert "Max-Age=43200" in given["desk"]


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
async def test_another_site_puts_no_cookie_in_and_takes_none_out(
    taught: Taught, browser: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    for path in ("/room/desk/enter", "/room/desk/leave"):
        async with browser.post(
            path, data=json.dumps({"token": taught.token}), headers={**headers, **cookie(desk=taught.token)}
        ) as got:
            assert got.status == 403
            assert "set-cookie" not in got.headers
    assert taught.instructors.current(taught.key)


async def test_only_an_instructors_key_becomes_the_cookie(
    taught: Taught, browser: aiohttp.ClientSession
) -> None:
    me = taught.join(taught.new_class()).token
    for token in ("", "x" * 43, me):
        async with browser.post("/room/desk/enter", data=json.dumps({"token": token}), headers=SAME) as got:
            assert got.status == 401


async def test_leaving_makes_the_key_worthless(taught: Taught, browser: aiohttp.ClientSession) -> None:
    who = taught.instructors.current(taught.key)
    token = taught.store.sign_in_instructor(who.id, hours=1)
    async with browser.post("/room/desk/leave", headers={**SAME, **cookie(desk=token)}) as got:
        assert got.status == 200
    with pytest.raises(NotAllowedError):
        taught.instructors.current(InstructorKey(token))
    assert taught.instructors.current(taught.key)


def test_the_set_up_code_is_printed_until_it_is_used(tmp_path: Path) -> None:
    with RunningRoom(tmp_path / "새 방", SANDBOX_EMBEDDED="0") as room:
        store = Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))
        code = Instructors(store).open_setup_code()
        end = time.monotonic() + PATIENCE_SECONDS
        while code not in (log := room.log.read_text(encoding="utf-8")) and time.monotonic() < end:
            time.sleep(0.2)
        assert f"[강사 설정 코드] {code}" in log
        store.close()
