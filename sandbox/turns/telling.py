"""Tell readers that something changed: one timer for the whole room, not one for each answer.

Hides how often. A change is told within a tenth of a second; the places in the queue are looked at
anew when it moved, and every two seconds while anybody waits, since an answer may take longer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sandbox.turns.live import LiveRun

TELL_SECONDS = 0.1
LOOK_SECONDS = 2.0
log = logging.getLogger(__name__)


class Teller:
    """Belongs to one event loop. ``look`` sets the places and returns all who wait with whether it changed."""

    def __init__(self, look: Callable[[], list[tuple[LiveRun, bool]]]) -> None:
        self._look = look
        self._changed: set[LiveRun] = set()
        self._queue_moved = False
        self._timer: asyncio.TimerHandle | None = None
        self._look_timer: asyncio.TimerHandle | None = None

    def note(self, live: LiveRun) -> None:
        """Tell this run's readers soon."""
        self._changed.add(live)
        self._soon()

    def queue_moved(self) -> None:
        """Tell soon all whose place or wait is another now."""
        self._queue_moved = True
        self._soon()

    def tell(self, live: LiveRun) -> None:
        """Tell this run's readers now."""
        for callback in live.subscribers():
            try:
                callback()
            except Exception as error:  # a reader whose own loop has gone must not harm the others
                log.warning("a reader of run %s is gone: %s", live.run_id, type(error).__name__)

    def close(self) -> None:
        for timer in (self._timer, self._look_timer):
            if timer is not None:
                timer.cancel()

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TELL_SECONDS, self._tell_all)

    def _tell_all(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, set()
        if self._queue_moved:
            self._queue_moved = False
            waiting = self._look()
            changed.update(live for live, moved in waiting if moved)
            self._look_again(bool(waiting))
        for live in changed:
            self.tell(live)

    def _look_again(self, wanted: bool) -> None:
        if self._look_timer is not None:
            self._look_timer.cancel()
            self._look_timer = None
        if wanted:
            loop = asyncio.get_running_loop()
            self._look_timer = loop.call_later(LOOK_SECONDS, self.queue_moved)
