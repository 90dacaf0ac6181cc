"""The circuit breaker of one endpoint: leave alone what does not answer, and ask again now and then.

Closed, everything is sent. After ``failures`` requests in a row without a sign of life it opens and
nothing is sent for a while; then one request goes through as a probe (half-open). A sign of life
closes it; a failed probe opens it again for twice as long. Pure: no clock, no threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rest:
    """When to open, and for how many seconds: ``first_seconds``, doubled up to ``longest_seconds``."""

    failures: int = 3
    first_seconds: float = 10.0
    longest_seconds: float = 120.0


@dataclass(slots=True)
class Breaker:
    """``openings`` counts how often it has opened without a sign of life since."""

    rest: Rest = field(default_factory=Rest)
    failures: int = 0
    openings: int = 0
    open_until: float = 0.0
    probe: str = ""

    @property
    def closed(self) -> bool:
        return self.openings == 0

    def resting(self, now: float) -> bool:
        """Return whether nothing may be sent now."""
        return not self.closed and (now < self.open_until or bool(self.probe))

    def seconds_left(self, now: float) -> float:
        """Return how long until the next probe; 0 when it is due, under way or not needed."""
        return 0.0 if self.closed or self.probe else max(0.0, self.open_until - now)

    def room(self, free: int, now: float) -> int:
        """Return how many of ``free`` may be sent now."""
        if self.closed:
            return free
        return 0 if self.resting(now) else min(free, 1)

    def sent(self, run_id: str) -> None:
        """Note a request that ``room`` allowed: while not closed it is the probe."""
        if not self.closed:
            self.probe = run_id

    def alive(self) -> None:
        """Note a sign of life of any request: text, an end, even a refusal."""
        self.failures = self.openings = 0
        self.probe = ""

    def failed(self, run_id: str, now: float) -> None:
        """Note that a request found nobody, an error or silence.

        While open only the probe counts: the others were sent before.
        """
        if not self.closed and run_id != self.probe:
            return
        self.failures += 1
        if self.closed and self.failures < self.rest.failures:
            return
        seconds = min(self.rest.first_seconds * 2**self.openings, self.rest.longest_seconds)
        self.openings = min(self.openings + 1, 30)  # so that the doubling stays a number
        self.open_until, self.probe = now + seconds, ""

    def dropped(self, run_id: str) -> None:
        """Note that a request ended without telling anything, such as stopped by its person."""
        if run_id == self.probe:
            self.probe = ""
