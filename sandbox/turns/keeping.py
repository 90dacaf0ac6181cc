"""Have live runs kept: written ahead at once, stored every few seconds, and once, surely, at the end.

Hides the worker threads and the order of calls: one save of a run at a time, the end after the
last save, the end again until it is stored: a disk may be full for an hour, and until somebody makes
room the live run is the only copy. A slow disk holds up neither streams nor other runs.
Errors are logged by name only: their text could hold the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from sandbox.records import NotFoundError, StoreError
from sandbox.turns.journal import Journal
from sandbox.turns.live import LiveRun, Outcome

OnProgress = Callable[[str, str, datetime | None], None]
OnEnd = Callable[[str, Outcome], None]

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
TRIES_OF_THE_BROKEN = 3  # an error that is no weather of the store will come again and again
THREADS = 2  # more of them only fight for Python's lock when forty answers end at once
PATIENT_FROM = 10
MOST_PATIENT = 5.0
SPREAD = 0.25
log = logging.getLogger(__name__)


class Keeper:
    """Belongs to one event loop; calls ``on_progress`` and ``on_end`` on threads of its own."""

    def __init__(
        self, on_progress: OnProgress, on_end: OnEnd, *, progress_seconds: float, journal: Path | None = None
    ) -> None:
        self._on_progress, self._on_end = on_progress, on_end
        self._journal, self.writes_ahead = Journal(journal), journal is not None
        self._progress_seconds = progress_seconds
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._saving: dict[str, asyncio.Future[None]] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="turns-store")
        self._closing = asyncio.Event()

    def save_later(self, live: LiveRun) -> None:
        """Note new text: written ahead, shown, and saved within ``progress_seconds``, in a crowd later."""
        self._journal.note(live)
        if live.run_id not in self._timers:
            loop = asyncio.get_running_loop()
            # In a crowd each is saved less often: what saving costs all of them together stays the same.
            # What was shown stands in the journal already; and who pressed in the same instant is not saved in one.
            crowd = min(MOST_PATIENT, 1 + len(self._timers) / PATIENT_FROM)
            delay = self._progress_seconds * crowd * random.uniform(1 - SPREAD, 1 + SPREAD)
            self._timers[live.run_id] = loop.call_later(delay, self._save, live)

    def all_came(self, live: LiveRun) -> None:
        """Write ahead and show what is left of a run, before it is told to have ended."""
        self._journal.end(live)

    async def store_end(self, live: LiveRun, outcome: Outcome) -> bool:
        """Store how a run ended, however long the store takes to come back; False when it cannot be stored.

        That is so when closing does not wait any longer, when its row is gone, or when storing it is broken.
        """
        timer = self._timers.pop(live.run_id, None)
        if timer is not None:
            timer.cancel()
        saving = self._saving.get(live.run_id)
        if saving is not None:
            await asyncio.wait([saving])
        loop = asyncio.get_running_loop()
        pause, broken, last = FIRST_PAUSE_SECONDS, 0, False
        while True:
            try:
                await loop.run_in_executor(self._pool, self._on_end, live.run_id, outcome)
                self._journal.forget(live)
                return True
            except Exception as error:
                log.error("storing the end of run %s failed: %s", live.run_id, type(error).__name__)
                broken += not isinstance(error, StoreError | OSError)
                if isinstance(error, NotFoundError):
                    self._journal.forget(live)
                    return False
                if last or broken >= TRIES_OF_THE_BROKEN:
                    return False
            last = await self._pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def hurry(self) -> None:
        """Let whoever waits for the store try once more and then give up: the room is closing."""
        self._closing.set()

    async def _pause(self, seconds: float) -> bool:
        """Wait; return whether the next try is the last one."""
        if self._closing.is_set():
            await asyncio.sleep(FIRST_PAUSE_SECONDS)
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        return False

    def close(self) -> None:
        """Wait for the worker threads; call when the loop has ended."""
        self._pool.shutdown(wait=True)
        self._journal.close()

    def _save(self, live: LiveRun) -> None:
        del self._timers[live.run_id]
        if live.run_id in self._saving:  # the store is slow: come back later
            self.save_later(live)
            return
        future = asyncio.get_running_loop().run_in_executor(
            self._pool, self._on_progress, live.run_id, live.snapshot().text, live.first_text_at
        )
        self._saving[live.run_id] = future
        future.add_done_callback(lambda done: self._saved(live.run_id, done))

    def _saved(self, run_id: str, done: asyncio.Future[None]) -> None:
        self._saving.pop(run_id, None)
        if not done.cancelled() and done.exception() is not None:
            log.error("keeping run %s on the way failed: %s", run_id, type(done.exception()).__name__)
