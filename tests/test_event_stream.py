"""A stream of events is sent as it comes and ends, whoever ends it, with its generator closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from starlette.types import Message

from ui.event_stream import EventStream


class Browser:
    """The other end of a response: what it was sent, and when it goes."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.gone = asyncio.Event()

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        await asyncio.sleep(0)

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def read(self) -> str:
        return b"".join(m.get("body", b"") for m in self.sent).decode()


class Events:
    """A generator that says whether it was closed."""

    def __init__(self, *texts: str, then: Callable[[], Awaitable[object]] | None = None) -> None:
        self._texts, self._then = texts, then
        self.closed = 0

    async def all(self) -> AsyncGenerator[str]:
        try:
            for text in self._texts:
                yield text
            if self._then is not None:
                await self._then()
        finally:
            self.closed += 1


def streaming(events: Events, browser: Browser) -> asyncio.Task[None]:
    return asyncio.create_task(EventStream(events.all())({}, browser.receive, browser.send))


async def test_everything_is_sent_in_order_and_ended() -> None:
    events, browser = Events("data: 하나\n\n", "data: 둘\n\n"), Browser()
    await streaming(events, browser)
    start, *_, last = browser.sent
    headers = dict(start["headers"])
    assert (start["status"], headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
    assert headers[b"cache-control"] == b"no-store" and headers[b"x-accel-buffering"] == b"no"
    assert b"content-length" not in headers
    assert browser.read == "data: 하나\n\ndata: 둘\n\n" and last == {
        "type": "http.response.body",
        "body": b"",
        "more_body": False,
    }
    assert events.closed == 1


async def test_a_browser_that_goes_ends_a_stream_that_waits() -> None:
    events, browser = Events("data: 하나\n\n", then=asyncio.Event().wait), Browser()
    task = streaming(events, browser)
    while not browser.read:
        await asyncio.sleep(0)
    browser.gone.set()
    await asyncio.wait_for(task, 5)
    assert events.closed == 1 and browser.sent[-1]["more_body"], "nothing is sent to nobody"
    assert not task.cancelled() and not task.cancelling(), "its going is no cancellation of the server's"


async def test_a_server_that_closes_is_not_taken_for_a_browser_that_goes() -> None:
    events, browser = Events("data: 하나\n\n", then=asyncio.Event().wait), Browser()
    task = streaming(events, browser)
    while not browser.read:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert events.closed == 1


@pytest.mark.parametrize("first", ["browser", "server"])
async def test_both_at_once_close_the_server_all_the_same(first: str) -> None:
    events, browser = Events("data: 하나\n\n", then=asyncio.Event().wait), Browser()
    task = streaming(events, browser)
    while not browser.read:
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)  # it waits for the next event now
    for who in ("browser", "server") if first == "browser" else ("server", "browser"):
        browser.gone.set() if who == "browser" else task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert events.closed == 1


async def test_a_browser_that_goes_at_the_end_cancels_nothing_later() -> None:
    browser = Browser()

    async def goes() -> None:
        browser.gone.set()
        await asyncio.sleep(0)

    await EventStream(Events("data: 하나\n\n", then=goes).all())({}, browser.receive, browser.send)
    await asyncio.sleep(0.01)  # a cancellation that came too late would strike here
    task = asyncio.current_task()
    assert task is not None and not task.cancelling()


async def test_a_server_that_closes_lets_the_events_clean_up_in_peace() -> None:
    browser, cleaned = Browser(), []

    async def events() -> AsyncGenerator[str]:
        try:
            yield "data: 하나\n\n"
            await asyncio.Event().wait()
        finally:
            browser.gone.set()  # while it cleans up
            await asyncio.sleep(0.02)
            cleaned.append(True)

    task = asyncio.create_task(EventStream(events())({}, browser.receive, browser.send))
    while not browser.read:
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cleaned


async def test_what_goes_wrong_in_the_events_is_told() -> None:
    async def fails() -> None:
        raise RuntimeError("broken")

    events, browser = Events("data: 하나\n\n", then=fails), Browser()
    with pytest.raises(RuntimeError, match="broken"):
        await streaming(events, browser)
    assert events.closed == 1


async def test_no_task_is_left_behind() -> None:
    before = asyncio.all_tasks()
    for then in (None, asyncio.Event().wait):
        browser = Browser()
        task = streaming(Events("data: 하나\n\n", then=then), browser)
        while not browser.read:
            await asyncio.sleep(0)
        browser.gone.set()
        await task
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
