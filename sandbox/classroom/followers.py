"""How every seat hears of a change: one watcher for all classes of a server, however many seats there are.

Hides the watching: while anybody follows a class, one small read twice a second compares the versions
of all followed classes, so that changes made by another server process arrive too; a change made in
this process wakes the watcher at once. Lives on one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.class_records import Class, ClassNow
from sandbox.classroom.steady import Steady
from sandbox.records import SandboxError
from sandbox.store import Store

log = logging.getLogger("sandbox.classroom")
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ClassTold:
    """A class and what stands before it; ``timer_over_at`` is of the steady clock (``Followers.seconds_left``)."""

    of: Class
    now: ClassNow
    timer_over_at: datetime | None = None


@dataclass(slots=True)
class _Followed:
    told: ClassTold | None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    seats: int = 0


class Followers:
    """Follow classes; one per server process."""

    def __init__(
        self, store: Store, *, look_every_seconds: float = LOOK_EVERY_SECONDS, steady: Steady | None = None
    ) -> None:
        self._store, self._look_every = store, look_every_seconds
        self._steady = steady or Steady()
        self._followed: dict[str, _Followed] = {}
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    async def follow(self, code: str) -> AsyncGenerator[ClassTold | None]:
        """Yield what stands before the class, at once and after every change; None once it is deleted."""
        self._loop = asyncio.get_running_loop()
        followed = self._followed.get(code)
        if followed is None:
            told = await asyncio.to_thread(self._read, code)
            followed = self._followed.setdefault(code, _Followed(told))
        followed.seats += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            while True:
                changed, told = followed.changed, followed.told
                yield told
                if told is None:
                    return
                await changed.wait()
        finally:
            followed.seats -= 1
            if not followed.seats:
                self._followed.pop(code, None)

    def poke(self, _code: str) -> None:
        """Look at once. From any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._woken.set)

    def seconds_left(self, told: ClassTold) -> float | None:
        """Return how long the class's timer still runs, below zero when it is over; None without one."""
        over_at = told.timer_over_at
        return None if over_at is None else (over_at - self._steady.now()).total_seconds()

    def seats(self) -> int:
        """Return how many seats follow now."""
        return sum(f.seats for f in self._followed.values())

    async def _watch(self) -> None:
        while self._followed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._look_every)
            self._woken.clear()
            try:
                await self._look()
            except SandboxError as error:
                log.warning("classes cannot be looked at: %s", error.code)

    async def _look(self) -> None:
        codes = tuple(self._followed)
        versions = await asyncio.to_thread(self._store.class_versions, codes)
        for code in codes:
            followed = self._followed.get(code)
            if followed is None or (followed.told and followed.told.now.version == versions.get(code)):
                continue
            followed.told = await asyncio.to_thread(self._read, code)
            followed.changed.set()
            followed.changed = asyncio.Event()

    def _read(self, code: str) -> ClassTold | None:
        of, now = self._store.class_of(code), self._store.class_now(code)
        if of is None or not now.version:
            return None
        ends_at = now.timer_ends_at
        return ClassTold(of, now, self._steady.placed(code, ends_at) if ends_at else None)
