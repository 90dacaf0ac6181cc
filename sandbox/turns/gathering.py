"""An event loop that waits a moment for more when many answers stream at once.

Hides why: a chunk of an answer is a few bytes, and forty answers bring over a thousand a second. To be
woken for each costs more than to read it: a system call, two changes of thread, a fight for Python's
lock with the loop that serves the browsers. Resting a few milliseconds before looking lets one look
find what would have been many; and a stream that has just brought text is not read again at once. Nobody
sees it: text moves on the screen ten times a second all the same, and the first text of all waits for nothing.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import Callable
from typing import Any

REST_SECONDS = 0.025
CROWD = 8
STREAM_RESTS_SECONDS = 0.09
REST_PER_STREAM_SECONDS = 0.0005
LONGEST_REST_SECONDS = 0.2
_PARENT: Any = selectors.DefaultSelector


class _Gathering(_PARENT):  # type: ignore[misc]
    """A selector that rests before it looks, while there is a crowd of streams."""

    def __init__(self, streams: Callable[[], int]) -> None:
        super().__init__()
        self._streams = streams

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # A timeout of 0 says that the loop has work at hand: only an idle one rests.
        if (timeout is None or timeout > 0) and self._streams() >= CROWD:
            time.sleep(REST_SECONDS if timeout is None else min(REST_SECONDS, timeout))
            timeout = timeout if timeout is None else max(0.0, timeout - REST_SECONDS)
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
        return found


def gathering_loop(streams: Callable[[], int]) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the factory of a loop that asks how many stream; None where the system's own loop knows no selectors."""
    if sys.platform == "win32":
        return None
    return lambda: asyncio.SelectorEventLoop(_Gathering(streams))


async def rest(streams: int) -> None:
    """Let a stream that has just brought text gather more before it is read again, in a crowd."""
    if streams >= CROWD:
        await asyncio.sleep(
            min(LONGEST_REST_SECONDS, STREAM_RESTS_SECONDS + REST_PER_STREAM_SECONDS * max(0, streams - 40))
        )
