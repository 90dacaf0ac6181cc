"""When an answer must have come: its first text, the next piece, all of it.

Hides that one timer serves all the pieces of an answer. A timeout of its own for each piece costs more than
to read the piece, and there are thousands in a full room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sandbox.llm import faults
from sandbox.records import Endpoint, EndpointTimeoutError

T = TypeVar("T")
TAIL_SECONDS = 3.0


class Deadlines:
    """First text, stall and whole, counted from the first try. For one task, on its loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._whole = now + endpoint.whole_timeout_seconds
        self._first = now + endpoint.first_text_timeout_seconds
        self._progress_at: float | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._until = 0.0
        self._late = False
        self._timer: asyncio.TimerHandle | None = None

    def progress(self) -> None:
        """Note that text has just come."""
        self._progress_at = self._loop.time()

    def next(self, *, finished: bool = False) -> float:
        """Return the loop time by which something must have come."""
        if self._progress_at is None:
            return min(self._first, self._whole)
        patience = TAIL_SECONDS if finished else self._endpoint.stall_timeout_seconds
        return min(self._progress_at + patience, self._whole)

    async def keep(self, coming: Awaitable[T], *, finished: bool = False) -> T:
        """Wait for what is coming; TimeoutError when ``next`` has passed before."""
        task = self._waiting = asyncio.current_task()
        assert task is not None
        cancelled_before = task.cancelling()
        self._until, self._late = self.next(finished=finished), False
        if self._timer is None or self._timer.when() > self._until:
            self.rest()
            self._timer = self._loop.call_at(self._until, self._look)
        try:
            return await coming
        except asyncio.CancelledError:
            if self._late and task.uncancel() <= cancelled_before:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def rest(self) -> None:
        """Let go of the timer: nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """End the waiting if it has lasted too long; else look again when it will have."""
        self._timer = None
        if self._waiting is None:
            return  # the next waiting sets a timer again
        if self._loop.time() >= self._until:
            self._late = self._waiting.cancel()
        else:
            self._timer = self._loop.call_at(self._until, self._look)

    def missed(self) -> EndpointTimeoutError:
        """Say which deadline has passed."""
        if self._loop.time() >= self._whole:
            return faults.too_long(self._endpoint.whole_timeout_seconds)
        if self._progress_at is None:
            return faults.no_first_text(self._endpoint.first_text_timeout_seconds)
        return faults.stalled(self._endpoint.stall_timeout_seconds)

    def allows(self, wait: float) -> bool:
        """Return whether there is time to wait and try again."""
        return self._loop.time() + wait < min(self._first, self._whole)
