"""A closed lid and a Korean keyboard, in a real Chromium.

Between browser and room runs a cable that can be pulled: what a browser calls offline leaves
connections standing that a closed lid would lose.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_browser import (
    ANSWER_SECONDS,
    browser,
    come_in,
    context,
    long_answer,
    open_free,
    page,
    picture,
    press_run,
    settle,
)

__all__ = ("browser", "context", "page")
pytestmark = pytest.mark.browser
NAME = "이름 (별명도 괜찮습니다)"


class Cable:
    """A way to the room through a port of its own; pulled, it loses every connection at once."""

    def __init__(self, room: RunningRoom) -> None:
        self._to, self.port = room.port, 0
        self._plugged = True
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        assert ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pull(self) -> None:
        self._call(False)

    def plug(self) -> None:
        self._call(True)

    def close(self) -> None:
        self.pull()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    def _call(self, plugged: bool) -> None:
        done = threading.Event()

        def change() -> None:
            self._plugged = plugged
            for writer in list(self._open) if not plugged else ():
                writer.transport.abort()
            done.set()

        self._loop.call_soon_threadsafe(change)
        assert done.wait(10)

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if not self._plugged:
            to_near.transport.abort()
            return
        far, to_far = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {to_near, to_far}
        self._open |= ends
        try:
            await asyncio.gather(self._flow(near, to_far), self._flow(far, to_near))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    @staticmethod
    async def _flow(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
            target.write_eof()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.2, tokens_per_second=60.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    data = tmp_path_factory.mktemp("덮개")
    with RunningRoom(data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0") as made:
        yield made


@pytest.fixture
def cable(room: RunningRoom) -> Iterator[Cable]:
    made = Cable(room)
    yield made
    made.close()


class _Through:
    """The room's address as the browser sees it through the cable."""

    def __init__(self, cable: Cable) -> None:
        self.url = cable.url


def test_a_closed_lid_in_the_middle_of_an_answer_loses_nothing(
    page: Page, context: BrowserContext, room: RunningRoom, fake: FakeEndpoint, cable: Cable
) -> None:
    """Gone for some seconds while the answer is written: told so, and it goes on where it was, once."""
    text = long_answer(fake, 110)
    here: RunningRoom = _Through(cable)  # type: ignore[assignment]
    come_in(page, here)
    open_free(page, here).fill("긴 글")
    before = fake.counters.requests
    press_run(page)
    expect(page.get_by_text("5번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
    context.set_offline(True)
    cable.pull()
    expect(page.get_by_text("연결이 끊겨 다시 잇고 있습니다").first).to_be_visible(timeout=ANSWER_SECONDS)
    picture(page, "lid-closed")
    page.wait_for_timeout(4_000)
    cable.plug()
    context.set_offline(False)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS * 2)
    settle(page)
    shown = page.locator(".room-answer").first.inner_text()
    numbers = [int(n) for n in re.findall(r"(\d+)번째 줄", shown)]
    assert numbers == list(range(1, 111)), "whole, in order, nothing twice"
    assert text.count("\n") == 109
    assert fake.counters.requests == before + 1, "the lid asked nobody twice"


def test_what_was_typed_before_the_lid_closed_is_there_and_goes_on(
    page: Page, context: BrowserContext, fake: FakeEndpoint, cable: Cable
) -> None:
    """While the room is away the box takes nothing that would be lost; then it goes on where it was."""
    here: RunningRoom = _Through(cable)  # type: ignore[assignment]
    fake.script("짧은 답변입니다.")
    come_in(page, here)
    box = open_free(page, here)
    box.click()
    page.keyboard.type("덮기 전에 쓴 글", delay=5)  # and no draft of it has been sent yet
    context.set_offline(True)
    cable.pull()
    expect(box).to_be_disabled(timeout=ANSWER_SECONDS)
    expect(box).to_have_value("덮기 전에 쓴 글")
    cable.plug()
    context.set_offline(False)
    expect(box).to_be_enabled(timeout=ANSWER_SECONDS)
    settle(page)
    expect(box).to_have_value("덮기 전에 쓴 글")
    box.press("End")
    page.keyboard.type(", 열고 나서 쓴 글", delay=5)
    press_run(page)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    assert "덮기 전에 쓴 글, 열고 나서 쓴 글" in str(fake.bodies[-1])


# --------------------------------------------------------------------------- a Korean keyboard


def compose(wire: CDPSession, *steps: str) -> None:
    for text in steps:
        wire.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )


def enter_of_the_keyboard(wire: CDPSession, text: str) -> None:
    """Press Enter as an IME does: the key belongs to it (229), then the syllable is laid down."""
    key = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    wire.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    wire.send("Input.insertText", {"text": text})
    wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def test_enter_that_ends_a_syllable_does_not_send_the_name(page: Page, room: RunningRoom) -> None:
    """In a one-line box Enter sends the form; the one that ends a syllable must not."""
    page.goto(room.url)
    box = page.get_by_label(NAME)
    expect(box).to_be_visible(timeout=30_000)
    settle(page)
    box.click()
    wire = page.context.new_cdp_session(page)
    compose(wire, "ㄱ", "기", "김")
    enter_of_the_keyboard(wire, "김")
    page.wait_for_timeout(1_000)
    settle(page)
    expect(box).to_have_value("김")
    assert page.get_by_role("button", name="들어가기").count() == 1, "still at the door"
    compose(wire, "ㅎ", "하", "한")
    enter_of_the_keyboard(wire, "한")
    expect(box).to_have_value("김한")
    page.keyboard.press("Enter")
    expect(page.get_by_text("AI 기초 개념").first).to_be_visible(timeout=30_000)


def test_a_button_pressed_in_the_middle_of_a_syllable_sends_it_whole(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    """실행 is clicked while the last syllable is still being composed: it is in what is sent, once."""
    fake.script("짧은 답변입니다.")
    come_in(page, room)
    box = open_free(page, room)
    box.click()
    wire = page.context.new_cdp_session(page)
    wire.send("Input.insertText", {"text": "요약해 "})
    compose(wire, "ㅈ", "주", "줘")
    press_run(page)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    sent = str(fake.bodies[-1]["messages"][-1])
    assert sent.count("요약해 줘") == 1
