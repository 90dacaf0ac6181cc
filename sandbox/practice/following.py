"""Follow a live answer: what is new, at most every 50 ms, whole placeholders only.

Hides that the answer grows on another thread's event loop, and that the person's own values are
put back on the way to their screen. Positions count characters of the masked text, so that a
browser can take up again after a dropped connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sandbox.guard import Placeholders
from sandbox.practice.shapes import LivePart
from sandbox.records import Run
from sandbox.turns import LiveRun

INTERVAL_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 1.0


async def follow(live: LiveRun, placeholders: Placeholders, start: int) -> AsyncIterator[LivePart]:
    """Yield parts until the run has ended and its verdicts are stored."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    unsubscribe = live.subscribe(wake)
    told: tuple[object, ...] = ()
    try:
        while True:
            changed.clear()
            view = live.snapshot()
            ended = view.state.ended and live.settled
            shown = len(view.text) - (0 if view.state.ended else placeholders.held_back(view.text))
            new = placeholders.restore(view.text[start:shown]) if shown > start else ""
            now = (view.state, view.ahead, int(view.wait_seconds))
            if new or ended or now != told:
                start, told = max(start, shown), now
                yield LivePart(
                    new,
                    start,
                    view.state,
                    ahead=view.ahead,
                    wait_seconds=view.wait_seconds,
                    message=view.error.message if ended and view.error else "",
                    remedy=view.error.remedy if ended and view.error else "",
                    ended=ended,
                )
            if ended:
                return
            await asyncio.sleep(INTERVAL_SECONDS)
            await _wait(changed)
    finally:
        unsubscribe()


async def _wait(changed: asyncio.Event) -> None:
    """Wait for a change, but look again now and then: the place in the queue moves unannounced."""
    try:
        await asyncio.wait_for(changed.wait(), LOOK_AGAIN_SECONDS)
    except TimeoutError:
        return


def stored_part(run: Run, start: int, placeholders: Placeholders) -> LivePart:
    """Tell an ended run from what is stored."""
    return LivePart(
        placeholders.restore(run.answer[start:]),
        len(run.answer),
        run.state,
        message=run.error_message,
        ended=True,
    )
