"""Follow a live answer: what is new, some ten times a second, whole placeholders only.

Hides that the answer grows on another thread's event loop, and that the person's own values are
put back on the way to their screen. One timer looks for all readers of a loop: a reader sleeps
until there is something to show, and no thread, no signal between threads belongs to a stream.
Positions count characters of the masked text, so that a browser can take up again after a dropped
connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from weakref import WeakKeyDictionary

from sandbox.guard import Placeholders
from sandbox.practice.shapes import LivePart
from sandbox.records import Run, RunState
from sandbox.turns import CROWD, GATHERS, LiveRun, LiveView

LOOK_SECONDS = 0.025
FIRST_LOOK_SECONDS = 0.008  # as long as somebody sees no text yet
PAUSE_SECONDS = 0.08
GATHERED_PAUSE_SECONDS = 0.02
MANY_READERS = 40
PAUSE_PER_READER_SECONDS = 0.001
LONGEST_PAUSE_SECONDS = 0.2


class Pulse:
    """One timer on each event loop that wakes the readers for whom something is new."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Beat] = WeakKeyDictionary()

    def here(self) -> _Beat:
        loop = asyncio.get_running_loop()
        beat = self._loops.get(loop)
        if beat is None:
            beat = self._loops[loop] = _Beat(loop)
        return beat


class _Beat:
    """The readers of one loop. The timer runs only while somebody waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_later, self._make_future = loop.call_later, loop.create_future
        self._waiting: dict[asyncio.Future[None], tuple[float, bool, Callable[[], bool]]] = {}
        self._clock = loop.time
        self._ticking = False
        self.readers = 0

    def pause_seconds(self) -> float:
        """Say how long a reader rests after it was told something: longer when there are many.

        Hardly at all where the answers are gathered already: two rests after each other, each at its own
        pace, are seen as one of twice the length.
        """
        if GATHERS and self.readers >= CROWD:
            return GATHERED_PAUSE_SECONDS
        crowd = max(0, self.readers - MANY_READERS) * PAUSE_PER_READER_SECONDS
        return min(LONGEST_PAUSE_SECONDS, PAUSE_SECONDS + crowd)

    async def until(self, news: Callable[[], bool], *, rest_seconds: float, first: bool = False) -> None:
        """Return when there is news, but not before the rest is over. ``first``: who sees no text yet."""
        future = self._make_future()
        self._waiting[future] = (self._clock() + rest_seconds, first, news)
        if not self._ticking:
            self._ticking = True
            self._call_later(FIRST_LOOK_SECONDS if first else LOOK_SECONDS, self._look)
        try:
            await future
        finally:
            self._waiting.pop(future, None)

    def _look(self) -> None:
        now, hurried = self._clock(), False
        for future, (not_before, first, news) in list(self._waiting.items()):
            if now >= not_before and not future.done() and news():
                future.set_result(None)
            hurried = hurried or first
        self._ticking = bool(self._waiting)
        if self._ticking:
            self._call_later(FIRST_LOOK_SECONDS if hurried else LOOK_SECONDS, self._look)


async def follow(
    live: LiveRun, placeholders: Placeholders, start: int, pulse: Pulse
) -> AsyncIterator[LivePart]:
    """Yield parts until the run has ended and its verdicts are stored."""
    beat, shown, told = pulse.here(), start, None
    beat.readers += 1
    try:
        while True:
            seen = live.changes  # before the snapshot: what comes between the two is looked at once more
            view = live.snapshot()
            ended = view.state.ended and live.settled
            before, shown = shown, max(shown, _showable(view, placeholders))
            new, standing = shown > before, _standing(view, ended=ended)
            if new or standing != told:
                rest = beat.pause_seconds() if new else 0.0
                told = standing
                text = placeholders.restore(view.text[before:shown]) if new else ""
                yield _part(view, text, shown, ended=ended)
            else:
                rest = 0.0
            if ended:
                return
            first = not shown and view.state is RunState.STREAMING
            await beat.until(_news(live, seen, told), rest_seconds=rest, first=first)
    finally:
        beat.readers -= 1


def _news(live: LiveRun, seen: int, told: object) -> Callable[[], bool]:
    """Return a look at whether something is new. It is taken forty times a second by every reader."""

    def news() -> bool:
        if live.changes != seen:
            return True
        return live.waits and told != _standing(live.snapshot(), ended=False)

    return news


def _showable(view: LiveView, placeholders: Placeholders) -> int:
    """Return how far the text may be shown: half a placeholder is held back while more may come."""
    return len(view.text) - (0 if view.state.ended else placeholders.held_back(view.text))


def _standing(view: LiveView, *, ended: bool) -> tuple[object, ...]:
    return (view.state, view.ahead, int(view.wait_seconds), view.resting, view.fallback_name, ended)


def _part(view: LiveView, text: str, position: int, *, ended: bool) -> LivePart:
    return LivePart(
        text,
        position,
        view.state,
        ahead=view.ahead,
        wait_seconds=view.wait_seconds,
        message=view.error.message if ended and view.error else "",
        remedy=view.error.remedy if ended and view.error else "",
        ended=ended,
        resting=view.resting,
        fallback_name=view.fallback_name,
    )


def stored_part(run: Run, start: int, placeholders: Placeholders) -> LivePart:
    """Tell an ended run from what is stored."""
    return LivePart(
        placeholders.restore(run.answer[start:]),
        len(run.answer),
        run.state,
        message="" if run.state is RunState.DONE else run.error_message,
        ended=True,
    )
