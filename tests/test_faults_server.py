"""The server dies in the middle of a class with forty attached, and is started again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bench.tab import Tab
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom

PEOPLE, AT_ONCE = 40, 32
EXERCISE = "report-memo-to-gaejosik"


@dataclass
class Screen:
    """What one browser shows of a live answer, and where it would take up again."""

    text: str = ""
    position: str = "0"
    state: str = ""
    message: str = ""
    remedy: str = ""
    ended: bool = False


@pytest.fixture
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.2, tokens_per_second=12.0) as endpoint:
        endpoint.script("".join(f"{n}번째 줄입니다.\n" for n in range(2_000)))
        yield endpoint


@pytest.fixture
def room(tmp_path: Path, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    data = tmp_path / "수업 중"
    data.mkdir()
    (data / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "강의실 AI"\nbase_url = "{fake.base_url}"\nmodel = "fake"\nlocation = "내부"\n'
        f"parallel = {AT_ONCE}\ncontext_tokens = 16000\n",
        encoding="utf-8",
    )
    with RunningRoom(data, SANDBOX_EMBEDDED="0") as running:
        yield running


async def attach(http: aiohttp.ClientSession, url: str, run_id: str, screen: Screen) -> None:
    """Read a live answer as the browser does, until it ends or the connection is gone."""
    asked = f"{url}/room/live/{run_id}?from={screen.position}"
    try:
        async with http.get(asked, headers={"Accept": "text/event-stream"}) as answer:
            assert answer.status == 200, answer.status
            async for raw in answer.content:
                name, _, value = raw.decode().rstrip("\n").partition(":")
                if name == "id":
                    screen.position = value.strip()
                elif name == "event":
                    screen.ended = value.strip() == "end"
                elif name == "data":
                    part = json.loads(value)
                    screen.text += part.get("t", "")
                    screen.state = part.get("s", screen.state)
                    screen.message, screen.remedy = part.get("m", ""), part.get("r", "")
    except aiohttp.ClientError:
        return


async def test_forty_attached_take_up_again_after_a_sigkill(room: RunningRoom, fake: FakeEndpoint) -> None:
    """Not a letter that was shown is lost, those who waited for their turn are told too, and the room goes on."""
    tabs = [Tab(room.url) for _ in range(PEOPLE)]
    for start in range(0, PEOPLE, 8):
        await asyncio.gather(*(come_in(tab, f"교육생{start}") for tab in tabs[start : start + 8]))
    run_ids = list(await asyncio.gather(*map(press, tabs)))
    screens = [Screen() for _ in tabs]
    browsers = [tab._http for tab in tabs]
    reading = [
        asyncio.create_task(attach(http, room.url, run_id, screen))
        for http, run_id, screen in zip(browsers, run_ids, screens, strict=True)
    ]
    try:
        await until(lambda: sum(len(s.text) > 300 for s in screens) >= AT_ONCE, 40)
    except AssertionError:
        failed = {str(r.exception()) for r in reading if r.done()}
        raise AssertionError(f"{[(s.state, len(s.text), s.message) for s in screens]} {failed}") from None
    assert fake.counters.max_running == AT_ONCE

    room.kill()
    await asyncio.gather(*reading)
    assert not any(s.ended for s in screens), "cut, and the browser knows that it was not the end"
    shown = [s.text for s in screens]
    room.start()

    again = [Screen() for _ in tabs]  # each one reloads: from the beginning, with the same cookie
    await asyncio.gather(
        *(
            attach(http, room.url, run_id, screen)
            for http, run_id, screen in zip(browsers, run_ids, again, strict=True)
        )
    )
    on = [Screen(position=s.position) for s in screens]  # and this is what an open tab does by itself
    await asyncio.gather(
        *(
            attach(http, room.url, run_id, screen)
            for http, run_id, screen in zip(browsers, run_ids, on, strict=True)
        )
    )
    for before, after, tab in zip(shown, again, on, strict=True):
        assert after.ended and tab.ended
        assert after.state == tab.state == "CUT"
        assert "중단" in after.message and "남아 있습니다" in after.message
        assert after.text.startswith(before), "all that was shown is there"
        assert before + tab.text == after.text, "nothing comes twice"
    waited = [after for before, after in zip(shown, again, strict=True) if not before]
    assert len(waited) == PEOPLE - AT_ONCE
    said = room.log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said[-2000:]

    fake.script("다시 한 답변입니다.")
    async with aiohttp.ClientSession(cookie_jar=browsers[0].cookie_jar) as http:
        stranger = await http.get(f"{room.url}/room/live/{run_ids[1]}")
        assert stranger.status == 404, "everybody is still only themselves"
    late = Tab(room.url)
    await come_in(late, "다시 온 사람")
    assert (await late.events(f"/room/live/{await press(late)}?from=0")).text == "다시 한 답변입니다."
    for tab in (*tabs, late):
        await tab.close()


async def come_in(tab: Tab, name: str) -> None:
    """Come in by name and open the exercise, as a browser that has the page's files already."""
    await tab.open(cold=False)
    await tab.press("들어가기", 이름=name)
    cookie, data = tab.component("room_cookie")
    await tab.post("/room/enter", {"token": data["token"]})
    await tab.trigger(cookie, "done", "ok")
    await tab.go("exercise", id=EXERCISE)


async def press(tab: Tab) -> str:
    """Press 실행 as the page's script does, without reading the answer."""
    _, button = tab.component("room_run")
    asked = {
        "ticket": button["ticket"],
        "press": button["ticket"],
        "text": tab.text_of(button["box"]),
        "values": {name: tab.text_of(key) for key, (name, _) in button["fields"].items()},
    }
    return str((await tab.post("/room/run", asked))["run"])


async def until(so: object, seconds: float = 120.0) -> None:
    assert callable(so)
    for _ in range(int(seconds / 0.1)):
        if so():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come about")
