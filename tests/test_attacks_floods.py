"""One browser that asks for everything at once: told in Korean, and nobody else notices.

The gate alone first, before an app that only waits; then the real server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.classroom import Classroom
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from ui.gate import gate
from ui.limits import (
    CLASS_EACH,
    HURRIED,
    LIVE_EACH,
    LONGEST_WAIT_SECONDS,
    NOT_IN,
    PACES,
    SENT_BY_A_BROWSER,
    SENT_BY_A_TAB,
    SOCKETS_EACH,
    SOCKETS_OF_STRANGERS,
    TABS,
    Limits,
)
from ui.paces import paces

SAME = {"Sec-Fetch-Site": "same-origin"}
PATIENCE_SECONDS = 300  # for what will come about, on a PC that does a lot besides


# --------------------------------------------------------------------------- the counting


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def test_a_pace_is_kept_by_each_browser_alone() -> None:
    clock = Clock()
    limits = Limits(clock)
    most, a_second = PACES["draft"]
    assert [limits.too_quick("draft", "가") for _ in range(most + 5)] == [False] * most + [True] * 5
    assert not limits.too_quick("draft", "나"), "the neighbour"
    assert not limits.too_quick("press", "가"), "another kind of request"
    clock.now += 3.0
    allowed = [limits.too_quick("draft", "가") for _ in range(100)].count(False)
    assert abs(allowed - 3 * a_second) <= 1


def test_two_hundred_who_have_no_cookie_yet_share_no_pace() -> None:
    limits = Limits(Clock())
    assert not any(limits.too_quick("press", "") for _ in range(1_000))


def test_a_million_made_up_cookies_take_no_memory() -> None:
    limits = Limits(Clock())
    for n in range(20_000):
        limits.too_quick("draft", str(n))
    assert len(limits._buckets) <= 4_000


def test_what_is_closed_is_forgotten() -> None:
    limits = Limits(Clock())
    for _ in range(100):
        with limits.socket("가"), limits.stream("live", "가"), limits.stream("class", "가"):
            assert limits.no_room("가") == ""
    assert not limits._open


# --------------------------------------------------------------------------- the gate before a waiting app


class Behind:
    """An app that keeps every connection open until told."""

    def __init__(self) -> None:
        self.inside, self.go_on = 0, asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside += 1
        if scope["type"] == "websocket" or "live" in scope["path"] or "class" in scope["path"]:
            await self.go_on.wait()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})


class Gated:
    def __init__(self) -> None:
        self.behind = Behind()
        made = gate(lambda token: token.startswith("known"), lambda token: token.startswith("teaches"))
        self.app = made.cls(self.behind, *made.args, **made.kwargs)
        self.tasks: list[asyncio.Task[list[Any]]] = []

    def ask(
        self,
        kind: str,
        path: str,
        token: str,
        method: str = "GET",
        *,
        desk: str = "",
        size: str = "10",
        cookie: str = "",
    ) -> asyncio.Task[list[Any]]:
        headers = [(b"host", b"localhost"), (b"accept", b"text/html")]
        if size and method == "PUT":
            headers.append((b"content-length", size.encode()))
        if desk:
            headers.append((b"cookie", f"desk={desk}".encode()))
        if token:
            headers.append((b"cookie", f"other=1; room={token}".encode()))
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        scope = {"type": kind, "path": path, "method": method, "headers": headers}
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        async def run() -> list[Any]:
            await self.app(scope, None, send)
            return told

        task = asyncio.create_task(run())
        self.tasks.append(task)
        return task

    async def still(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0.005)
            if all(t.done() for t in self.tasks[-1:]) or self.behind.inside >= len(self.tasks):
                break

    async def close(self) -> None:
        self.behind.go_on.set()
        await asyncio.gather(*self.tasks)


def status_of(told: list[Any]) -> tuple[int, str]:
    return told[0]["status"], told[-1]["body"].decode()


async def test_too_many_tabs_of_one_person_are_told_and_the_neighbour_comes_in() -> None:
    room = Gated()
    for _ in range(SOCKETS_EACH):
        room.ask("websocket", "/_stcore/stream", "known-me")
        await room.still()
    assert room.behind.inside == SOCKETS_EACH
    refused = await room.ask("websocket", "/_stcore/stream", "known-me")
    assert refused == [{"type": "websocket.close", "code": 1013}]
    assert status_of(await room.ask("http", "/free", "known-me")) == (503, TABS)
    assert status_of(await room.ask("http", "/free", "known-neighbour"))[0] == 200
    room.ask("websocket", "/_stcore/stream", "known-neighbour")
    await room.still()
    await room.close()
    assert status_of(await room.ask("http", "/free", "known-me"))[0] == 200, "closed tabs make room again"


async def test_made_up_cookies_make_no_seats() -> None:
    room = Gated()
    for n in range(SOCKETS_OF_STRANGERS):
        room.ask("websocket", "/_stcore/stream", f"forged-{n}")
    for _ in range(1_000):
        await asyncio.sleep(0.01)
        if room.behind.inside == SOCKETS_OF_STRANGERS:
            break
    assert (await room.ask("websocket", "/_stcore/stream", "forged-x"))[0]["code"] == 1013
    room.ask("websocket", "/_stcore/stream", "known-me")
    await room.still()
    assert room.behind.inside == SOCKETS_OF_STRANGERS + 1, "who has come in has a seat of their own"
    await room.close()


async def test_too_many_live_answers_of_one_person_are_refused() -> None:
    room = Gated()
    for _ in range(LIVE_EACH):
        room.ask("http", "/room/live/x", "known-me")
    await room.still()
    status, body = status_of(await room.ask("http", "/room/live/x", "known-me"))
    assert status == 429 and json.loads(body)["message"] == TABS
    room.ask("http", "/room/live/x", "known-neighbour")
    await room.still()
    assert room.behind.inside == LIVE_EACH + 1
    await room.close()


@pytest.mark.parametrize(("path", "desk"), [("/room/class", ""), ("/room/desk/class/K7M2QX", "teaches-me")])
async def test_too_many_streams_of_a_class_are_refused(path: str, desk: str) -> None:
    """A quiet stream costs a place, too, and a look at the database twice a second."""
    room, me = Gated(), "" if desk else "known-me"
    for _ in range(CLASS_EACH):
        room.ask("http", path, me, desk=desk)
        await room.still()
    status, body = status_of(await room.ask("http", path, me, desk=desk))
    assert status == 429 and json.loads(body)["message"] == TABS
    room.ask("http", path, "" if desk else "known-neighbour", desk="teaches-too" if desk else "")
    await room.still()
    assert room.behind.inside == CLASS_EACH + 1
    await room.close()


PUT = ("http", "/_stcore/upload_file/session/file")


async def test_nobody_who_is_not_in_uploads_anything() -> None:
    """A new made-up cookie for every file used to be a new bucket for every file."""
    room = Gated()
    for n in range(PACES["upload"][0] * 2):
        status, body = status_of(await room.ask(*PUT, f"forged-{n}", "PUT"))
        assert status == 401 and json.loads(body)["message"] == NOT_IN
    assert status_of(await room.ask(*PUT, "", "PUT"))[0] == 401
    assert status_of(await room.ask(*PUT, "", "PUT", desk="forged"))[0] == 401
    assert room.behind.inside == 0
    assert status_of(await room.ask(*PUT, "known-me", "PUT"))[0] == 200
    assert status_of(await room.ask(*PUT, "", "PUT", desk="teaches-me"))[0] == 200


async def test_one_person_uploads_so_much_and_the_neighbour_too() -> None:
    room, largest = Gated(), str(20 * 1_048_576 + 400)
    statuses = [status_of(await room.ask(*PUT, "known-me", "PUT", size=largest))[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert status_of(await room.ask(*PUT, "known-me", "PUT", size="1000"))[0] == 200, "a small one still fits"
    assert status_of(await room.ask(*PUT, "known-neighbour", "PUT", size=largest))[0] == 200
    assert status_of(await room.ask(*PUT, "known-neighbour", "PUT", size=""))[0] == 411


@pytest.mark.parametrize(
    ("method", "path", "pace"),
    [("POST", "/room/draft", "draft"), ("POST", "/room/run", "press"), ("POST", "/room/stop/x", "press"),
     ("PUT", "/_stcore/upload_file/s/f", "upload")],
)  # fmt: skip
async def test_a_hurry_is_slowed_and_the_neighbour_is_not(method: str, path: str, pace: str) -> None:
    room = Gated()
    most = PACES[pace][0]
    answers = [status_of(await room.ask("http", path, "known-me", method)) for _ in range(most + 3)]
    assert [status for status, _ in answers][:most] == [200] * most
    assert answers[-1][0] == 429 and json.loads(answers[-1][1])["message"] == HURRIED
    assert status_of(await room.ask("http", path, "known-neighbour", method))[0] == 200


# --------------------------------------------------------------------------- what pages send to Streamlit


def test_what_a_page_sends_waits_the_longer_the_more_it_is() -> None:
    clock = Clock()
    limits = Limits(clock)
    most, a_second = SENT_BY_A_BROWSER
    waits = [limits.sending_wait("가") for _ in range(most + 200)]
    assert not any(waits[:most]), "what a person does never waits"
    assert waits[most] == pytest.approx(1 / a_second)
    assert waits == sorted(waits) and waits[-1] == LONGEST_WAIT_SECONDS
    assert limits.sending_wait("나") == 0.0, "the neighbour"
    clock.now += LONGEST_WAIT_SECONDS + 5.0
    assert [limits.sending_wait("가") for _ in range(10)] == [0.0] * 10, "peace forgives"


class Reading:
    """A Streamlit that reads all that tabs send, through the middleware that lets it through at a pace."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = paces(lambda token: token.startswith("known"), lambda token: token.startswith("teaches"))
        self.app = made.cls(self._read, *made.args, **made.kwargs)
        self.waited: list[float] = []
        monkeypatch.setattr("ui.paces.asyncio.sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def _read(self, _scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def tab(self, cookie: str, messages: int) -> int:
        """Open a tab, let it send, and return how many of its messages waited."""
        kinds = iter(["websocket.connect", *["websocket.receive"] * messages, "websocket.disconnect"])

        async def receive() -> dict[str, str]:
            return {"type": next(kinds)}

        before = len(self.waited)
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"cookie", cookie.encode())]}
        await self.app(scope, receive, None)
        return len(self.waited) - before


async def test_all_tabs_of_a_browser_share_its_pace_and_the_neighbour_has_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, (most, _) = Reading(monkeypatch), SENT_BY_A_BROWSER
    assert await reading.tab("room=known-me", most - 10) == 0
    assert await reading.tab("other=1; room=known-me", 30) >= 15, "a second tab"
    assert await reading.tab("room=made-up; room=known-me", 30) >= 25, "however the cookie is written"
    assert await reading.tab("room=known-neighbour", most) == 0
    assert await reading.tab("desk=teaches-me", most) == 0


@pytest.mark.parametrize("cookie", ["", "room=", "room=forged", "desk=forged"])
async def test_a_tab_from_before_somebody_came_in_has_a_pace_of_its_own(
    monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    reading, (most, _) = Reading(monkeypatch), SENT_BY_A_TAB
    assert await reading.tab(cookie, most + 10) >= 8
    assert await reading.tab(cookie, most) == 0, "the neighbour has none either"


# --------------------------------------------------------------------------- the real server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    data = tmp_path_factory.mktemp("flood")
    with (
        FakeEndpoint(first_seconds=0.0) as fake,
        RunningRoom(data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0") as room,
    ):
        yield room


def tokens(data: Path, *names: str) -> list[str]:
    with closing(Store(f"sqlite:///{data / 'sandbox.db'}", secret=load_secret(data))) as store:
        return [Classroom(store).join(name).token for name in names]


def kept_draft(data: Path, cookie: dict[str, str]) -> dict[str, str]:
    with closing(Store(f"sqlite:///{data / 'sandbox.db'}", secret=load_secret(data))) as store:
        who = Classroom(store).person_for(cookie["Cookie"].removeprefix("room="))
        assert who is not None
        return dict(store.draft(who.id, "free") or {})


async def test_a_flood_on_the_real_server_leaves_the_neighbour_alone(running: RunningRoom) -> None:
    me, neighbour = ({"Cookie": f"room={t}"} for t in tokens(running.data_dir, "몰아치는 사람", "이웃"))
    html = {"Accept": "text/html"}
    body = json.dumps({"place": "free", "values": {"__prompt": "글"}})
    # A connection of its own for each request: one that the server has let go meanwhile would fail a POST.
    alone = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=alone) as http, asyncio.timeout(PATIENCE_SECONDS):

        async def draft(who: dict[str, str]) -> int:
            async with http.post(f"{running.url}/room/draft", data=body, headers={**who, **SAME}) as got:
                return got.status

        async def page(who: dict[str, str]) -> tuple[int, str]:
            async with http.get(f"{running.url}/free", headers={**who, **html}) as got:
                return got.status, await got.text()

        async def tab(who: dict[str, str]) -> tuple[aiohttp.ClientWebSocketResponse, asyncio.Task[None]]:
            socket = await http.ws_connect(
                f"{running.url}/_stcore/stream", origin=running.url, protocols=("streamlit",), headers=who
            )
            return socket, asyncio.create_task(read(socket))

        statuses = set[int]()
        while 429 not in statuses:  # on a slow PC the bucket fills again beside a single wave
            statuses |= set(await asyncio.gather(*(draft(me) for _ in range(PACES["draft"][0] * 3))))
        assert statuses == {200, 429}
        assert await draft(neighbour) == 200
        tabs = await asyncio.gather(*(tab(me) for _ in range(SOCKETS_EACH)))
        status, said = await page(me)
        assert status == 503 and "쓰지 않는 탭을 닫고" in said
        assert (await page(neighbour))[0] == 200
        assert not any(socket.closed for socket, _ in tabs)
        await asyncio.gather(*(socket.close() for socket, _ in tabs))
        await asyncio.gather(*(reading for _, reading in tabs))
        while (await page(me))[0] != 200:
            await asyncio.sleep(0.1)
    assert "Traceback" not in running.log.read_text(encoding="utf-8")


async def read(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Read as a browser does: only who reads answers the server's pings, and who does not is hung up on."""
    async for _ in socket:
        pass


async def test_a_flood_of_long_drafts_ends_with_the_newest_and_the_neighbour_is_kept(
    running: RunningRoom,
) -> None:
    """300 KB a body, all at once: what is superseded while it waits is never looked through."""
    me, neighbour = ({"Cookie": f"room={t}"} for t in tokens(running.data_dir, "긴 글", "옆 사람"))
    filler = "가나다라 마바사. " * 10_000

    def body(n: int) -> bytes:
        values = {"__prompt": f"{n}번째 {filler}"}
        told = {"place": "free", "mark": "page", "values": values, "numbers": {"__prompt": n}}
        return json.dumps(told, ensure_ascii=False).encode()

    alone = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=alone) as http:

        async def draft(who: dict[str, str], what: bytes) -> int:
            async with http.post(f"{running.url}/room/draft", data=what, headers={**who, **SAME}) as got:
                return got.status

        assert len(body(0)) > 200_000
        flood = [asyncio.create_task(draft(me, body(n))) for n in range(40)]
        own = json.dumps({"place": "free", "values": {"__prompt": "옆 사람의 글"}}).encode()
        assert await draft(neighbour, own) == 200
        assert set(await asyncio.gather(*flood)) == {200}
        assert await draft(me, body(7)) == 200, "late, and ignored"
    assert kept_draft(running.data_dir, me)["__prompt"].startswith("39번째")
    assert kept_draft(running.data_dir, neighbour) == {"__prompt": "옆 사람의 글"}
    assert "Traceback" not in running.log.read_text(encoding="utf-8")
