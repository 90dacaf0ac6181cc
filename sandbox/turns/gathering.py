"""An event loop that waits a moment for more when many answers stream at once.

Hides why: a chunk of an answer is a few bytes, and forty answers bring over a thousand a second. To be
woken for each costs more than to read it: a system call, two changes of thread, a fight for Python's
lock with the loop that serves the browsers. Resting a little before looking lets one look find what
would have been many. Nobody sees it: text moves on the screen ten times a second all the same, and as
long as somebody waits for a first text, the loop rests hardly at all.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

CROWD = 8
SHORT_REST_SECONDS = 0.01
REST_SECONDS = 0.16
REST_PER_STREAM_SECONDS = 0.0002
LONGEST_REST_SECONDS = 0.19
GATHERS = sys.platform != "win32"  # there the system's own loop knows no selectors
_PARENT: Any = selectors.DefaultSelector


@dataclass(slots=True)
class Crowd:
    """The streams of one loop, and those of them that have begun to write. For the loop's thread alone."""

    running: set[str] = field(default_factory=set)
    writing: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def stream(self, run_id: str) -> AsyncIterator[None]:
        """Count a stream for as long as it is open."""
        self.running.add(run_id)
        try:
            yield
        finally:
            self.running.discard(run_id)
            self.writing.discard(run_id)

    def rest_seconds(self) -> float:
        """Say how long to rest before looking again."""
        streams = len(self.running)
        if streams < CROWD:
            return 0.0
        if len(self.writing) < streams:
            return SHORT_REST_SECONDS
        return min(LONGEST_REST_SECONDS, REST_SECONDS + REST_PER_STREAM_SECONDS * max(0, streams - 40))


class _Gathering(_PARENT):  # type: ignore[misc]
    """A selector that rests before it looks, as long as the crowd asks for."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__()
        self._crowd = crowd

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # A timeout of 0 says that the loop has work at hand: only an idle one rests.
        if (timeout is None or timeout > 0) and (rest := self._crowd.rest_seconds()):
            # No longer than the next timer: a line of the journal that waits already would wait twice.
            rest = rest if timeout is None else min(rest, timeout)
            time.sleep(rest)
            timeout = timeout if timeout is None else max(0.0, timeout - rest)
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
        return found


def gathering_loop(crowd: Crowd) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the factory of such a loop; None where there can be none."""
    if not GATHERS:
        return None
    return lambda: asyncio.SelectorEventLoop(_Gathering(crowd))
