"""One endpoint's counter: who waits at it, who is served, what it bears and how it has been doing.

Hides the order of those who wait, the estimate of their wait, the slowing after a 429 and the
endpoint's breaker. Pure: no clock, no threads.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.records import EndpointHealth, HealthState
from sandbox.turns.breaker import Breaker

SMOOTHING = 0.2
RECENT_SECONDS = 600.0
LONG_HALT_SECONDS = 30.0  # for so long after a 429 an order goes to a fallback, if it has one
HOPELESS_HALT_SECONDS = 120.0  # for longer than this nobody is kept waiting


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the queue; sorts by whose turn is first. ``fallback`` is an endpoint's id and slots."""

    number: int
    arrival: int
    run_id: str = field(compare=False)
    person_id: str = field(compare=False)
    endpoint_id: str = field(compare=False)
    first: bool = field(compare=False, default=False)
    fallback: tuple[str, int] | None = field(compare=False, default=None)


@dataclass(slots=True)
class Counter:
    """``running`` maps run ids to when they started. ``owed``: ordinary turns before a lecturer's next."""

    endpoint_id: str
    parallel: int
    bearable: float
    breaker: Breaker
    round: int = 0
    halted_until: float = 0.0
    service_seconds: float = 0.0
    owed: int = 0
    privileged: str = ""
    heard: bool = False
    last_error: str = ""
    running: dict[str, float] = field(default_factory=dict)
    waiting: dict[str, Ticket] = field(default_factory=dict)
    last_numbers: dict[str, int] = field(default_factory=dict)
    errors: deque[float] = field(default_factory=lambda: deque(maxlen=1_000))

    @property
    def slots(self) -> int:
        return max(1, min(self.parallel, int(self.bearable)))

    def free(self, now: float) -> int:
        """Return how many may start now."""
        if now < self.halted_until:
            return 0
        return self.breaker.room(max(0, self.slots - len(self.running)), now)

    def in_order(self) -> list[Ticket]:
        """Return who waits, in the order of their turns: a lecturer's run before the others, one at a time."""
        tickets = sorted(self.waiting.values())
        if not self.owed and not self.privileged:
            at = next((n for n, ticket in enumerate(tickets) if ticket.first), 0)
            tickets = [*tickets[at : at + 1], *tickets[:at], *tickets[at + 1 :]]
        return tickets

    # ------------------------------------------------------------------ coming and going

    def join(self, ticket: Ticket) -> None:
        self.waiting[ticket.run_id] = ticket
        self.last_numbers[ticket.person_id] = ticket.number

    def next_number(self, person_id: str) -> int:
        return max(self.round, self.last_numbers.get(person_id, -1) + 1)

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket that waits out; a number not used is given back."""
        del self.waiting[ticket.run_id]
        if self.last_numbers.get(ticket.person_id) == ticket.number:
            self.last_numbers[ticket.person_id] = ticket.number - 1

    def take(self, ticket: Ticket, now: float) -> None:
        """Begin to serve a ticket that waits."""
        passes = ticket.first and ticket is not min(self.waiting.values())
        del self.waiting[ticket.run_id]
        self.running[ticket.run_id] = now
        self.breaker.sent(ticket.run_id)
        if passes:  # out of turn: the round of the others does not move on, and they come next
            self.privileged, self.owed = ticket.run_id, self.slots
        else:
            self.round = max(self.round, ticket.number)
            self.owed = max(0, self.owed - 1)

    def take_back(self, ticket: Ticket, until: float) -> None:
        """Let a ticket whose slot was given back wait at its old place, and slow down until then."""
        self.waiting[ticket.run_id] = ticket
        self.slow_down(until)

    def release(self, run_id: str) -> None:
        """Give a slot back."""
        del self.running[run_id]
        self.breaker.dropped(run_id)
        if run_id == self.privileged:
            self.privileged = ""
        if len(self.last_numbers) > 1_000:  # so that memory does not grow with the visitors
            self.last_numbers = {p: n for p, n in self.last_numbers.items() if n >= self.round}

    # ------------------------------------------------------------------ what it bears

    def alive(self) -> None:
        self.heard = True
        self.breaker.alive()

    def served(self, seconds: float) -> None:
        """Learn from a good answer."""
        self.alive()
        known = self.service_seconds
        self.service_seconds = known + SMOOTHING * (seconds - known) if known else seconds
        self.bearable = min(self.parallel, self.bearable + 1 / self.slots)

    def fault(self, run_id: str, now: float, message: str, *, ill: bool | None) -> None:
        """Note a failed request; ``ill`` when it says that the endpoint itself is down, None when nothing."""
        self.heard = True
        self.errors.append(now)
        self.last_error = message
        if ill:
            self.breaker.failed(run_id, now)
        elif ill is False:
            self.breaker.alive()

    def slow_down(self, until: float) -> None:
        """Halt, and take the slots in use as what it can bear."""
        self.bearable = max(1.0, min(self.bearable, float(len(self.running))))
        self.halted_until = max(self.halted_until, until)

    def shut(self, now: float) -> bool:
        """Return whether an order that can go elsewhere should."""
        return self.breaker.resting(now) or self.halted_until - now > LONG_HALT_SECONDS

    def hopeless(self, now: float) -> bool:
        """Return whether waiting makes no sense: a probe failed lately, or it asked for a long silence."""
        failed_again = self.breaker.openings > 1 and now < self.breaker.open_until
        return failed_again or self.halted_until - now > HOPELESS_HALT_SECONDS

    # ------------------------------------------------------------------ what can be told

    def retry_seconds(self, now: float) -> float:
        """Return how long until something is sent again; 0 when nothing keeps it."""
        return max(0.0, self.halted_until - now, self.breaker.seconds_left(now))

    def places(self, now: float) -> Iterator[tuple[str, int, float]]:
        """Yield run id, orders ahead and the likely wait (0 while unknown) of all who wait."""
        starts = self._starts(now)
        for ahead, ticket in enumerate(self.in_order()):
            yield ticket.run_id, ahead, next(starts)

    def health(self, now: float) -> EndpointHealth:
        starts = self._starts(now)
        for _ in self.waiting:
            next(starts)
        waits = self.waiting or len(self.running) >= self.slots or self.retry_seconds(now)
        return EndpointHealth(
            self.endpoint_id,
            self._state(now),
            waiting=len(self.waiting),
            running=len(self.running),
            slots=self.slots,
            recent_errors=sum(now - at <= RECENT_SECONDS for at in self.errors),
            last_error=self.last_error,
            retry_seconds=self.retry_seconds(now),
            estimate_seconds=next(starts) if waits else 0.0,
        )

    def _state(self, now: float) -> HealthState:
        if self.breaker.probe:
            return HealthState.PROBING
        if not self.breaker.closed:
            return HealthState.RESTING
        if now < self.halted_until or self.slots < self.parallel:
            return HealthState.SLOWED
        return HealthState.WORKING if self.heard else HealthState.UNKNOWN

    def _starts(self, now: float) -> Iterator[float]:
        """Yield, without end, in how many seconds each next order is likely to start."""
        pause, service = self.retry_seconds(now), self.service_seconds
        # Who takes longer than usual is taken to be nearly done, again and again.
        ends = (max(begun + service - now, service / 10) for begun in self.running.values())
        slots = heapq.nlargest(self.slots, ends)
        slots += [0.0] * (self.slots - len(slots))
        heapq.heapify(slots)
        while True:
            at = max(heapq.heappop(slots), pause)
            yield at
            heapq.heappush(slots, at + service)
