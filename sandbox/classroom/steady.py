"""Time that goes on evenly when somebody sets the PC's clock in the middle of a class.

Hides a second clock that nobody sets: it counts from when the server began, a night asleep included. A moment
that was written by the PC's clock is put on it once, when it is first heard of, and stays there: a seat
is not stuck for a day because the clock was set ahead, and a timer does not last an hour longer because it
was set back. What is first heard of after the clock was set is as wrong as the clock was.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta

from sandbox.class_records import korean_day

_MOMENTS_KNOWN = 20_000
_SET = timedelta(seconds=1)  # two clocks that are apart by more than before: somebody has set one


def running_seconds() -> float:
    """Return the seconds of a clock that nobody sets, those asleep too where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()  # counts them on Windows


class Steady:
    """One line of time. Safe from any thread."""

    def __init__(
        self,
        clock: Callable[[], float] = running_seconds,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock, self._utc_now = clock, utc_now
        self._begun, self._apart = (utc_now(), clock()), timedelta()
        self._placed: OrderedDict[Hashable, tuple[datetime, datetime, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present moment on this line: by the PC's clock as it stood at the beginning."""
        at, seconds = self._begun
        return at + timedelta(seconds=self._clock() - seconds)

    def placed(self, what: Hashable, at: datetime) -> datetime:
        """Return where a moment of the PC's clock lies on this line; ``what`` tells moments apart."""
        return self._place(what, at, self.now())[1]

    def past(self, what: Hashable, at: datetime) -> datetime:
        """Return the same of what has happened already: one that lies ahead happened when it was first heard of."""
        now = self.now()
        place, first_heard = self._place(what, at, now)[1:]
        return first_heard if place > first_heard + _SET else place

    def day(self) -> date:
        """Return the day in Korea, never one ahead of the time that has really passed: for what cannot be undone."""
        return korean_day(min(self.now(), self._utc_now()))

    def _place(self, what: Hashable, at: datetime, now: datetime) -> tuple[datetime, datetime, datetime]:
        """Return a moment, its place, and when it was first heard of."""
        apart = now - self._utc_now()
        with self._lock:
            if abs(apart - self._apart) > _SET:
                self._apart = apart  # else moments would lose their order by the time between two looks
            known = self._placed.get(what)
            if known is None or known[0] != at:
                known = at, at + self._apart, now
            self._placed[what] = known
            self._placed.move_to_end(what)
            if len(self._placed) > _MOMENTS_KNOWN:
                self._placed.popitem(last=False)
        return known
