"""The fair queue: who may start now, who waits, and how long. Pure: no clock, no threads.

How it is fair. Everybody draws a number: the round now being served, or one more than one's own
last number if that is higher. Orders start by (number, arrival). So it is first come first
served among people who have not asked lately, and who has just had a turn goes behind all who
have not; the round moves on only when nobody of it is left, so that with N people in the room
at most N orders can overtake anybody. A person runs one request at a time, over all endpoints.

Each endpoint has ``parallel`` slots. A 429 halts the handing out for that endpoint and takes the
slots in use as what it can bear; each good answer gives a little back, up to ``parallel``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_SMOOTHING = 0.2


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the queue; sorts by whose turn is first."""

    number: int
    arrival: int
    run_id: str = field(compare=False)
    person_id: str = field(compare=False)
    endpoint_id: str = field(compare=False)


@dataclass(slots=True)
class _Counter:
    """The slots of one endpoint."""

    parallel: int
    bearable: float
    round: int = 0
    running: int = 0
    halted_until: float = 0.0
    service_seconds: float = 0.0
    waiting: dict[str, Ticket] = field(default_factory=dict)
    last_numbers: dict[str, int] = field(default_factory=dict)

    @property
    def slots(self) -> int:
        return max(1, min(self.parallel, int(self.bearable)))


class FairQueue:
    """Tickets of every endpoint. ``now`` is any clock in seconds that never goes back."""

    def __init__(self) -> None:
        self._counters: dict[str, _Counter] = {}
        self._running: dict[str, Ticket] = {}
        self._busy_people: set[str] = set()
        self._arrivals = 0

    def join(self, run_id: str, person_id: str, endpoint_id: str, parallel: int) -> Ticket:
        """Draw a ticket and wait."""
        counter = self._counters.get(endpoint_id)
        if counter is None:
            counter = self._counters[endpoint_id] = _Counter(parallel, float(parallel))
        if counter.parallel != parallel:  # the settings changed
            counter.parallel, counter.bearable = parallel, float(parallel)
        last = counter.last_numbers.get(person_id, -1)
        number = max(counter.round, last + 1)
        counter.last_numbers[person_id] = number
        self._arrivals += 1
        ticket = Ticket(number, self._arrivals, run_id, person_id, endpoint_id)
        counter.waiting[run_id] = ticket
        return ticket

    def start(self, now: float) -> list[Ticket]:
        """Move everybody whose turn it is from waiting to running, and return them in order."""
        started: list[Ticket] = []
        for counter in self._counters.values():
            free = counter.slots - counter.running
            if free <= 0 or now < counter.halted_until or not counter.waiting:
                continue
            for ticket in sorted(counter.waiting.values()):
                if free == 0:
                    break
                if ticket.person_id in self._busy_people:
                    continue
                self._take(counter, ticket)
                started.append(ticket)
                free -= 1
        return started

    def leave(self, run_id: str) -> bool:
        """Give up waiting; False when it was not waiting. A number not used is given back."""
        for counter in self._counters.values():
            ticket = counter.waiting.pop(run_id, None)
            if ticket is not None:
                if counter.last_numbers.get(ticket.person_id) == ticket.number:
                    counter.last_numbers[ticket.person_id] = ticket.number - 1
                return True
        return False

    def finish(self, run_id: str, *, seconds: float | None = None) -> None:
        """Give the slot back; ``seconds`` is the service time of a good answer."""
        ticket = self._running.pop(run_id)
        self._busy_people.discard(ticket.person_id)
        counter = self._counters[ticket.endpoint_id]
        counter.running -= 1
        self._forget_old_numbers(counter)
        if seconds is not None:
            known = counter.service_seconds
            counter.service_seconds = known + _SMOOTHING * (seconds - known) if known else seconds
            counter.bearable = min(counter.parallel, counter.bearable + 1 / counter.slots)

    def push_back(self, run_id: str, *, halted_until: float) -> None:
        """Return a running order, refused as too much, to its old place, and slow its endpoint."""
        ticket = self._running.pop(run_id)
        self._busy_people.discard(ticket.person_id)
        counter = self._counters[ticket.endpoint_id]
        counter.running -= 1
        counter.waiting[run_id] = ticket
        counter.bearable = max(1.0, min(counter.bearable, float(counter.running)))
        counter.halted_until = max(counter.halted_until, halted_until)

    def waiting_at(self, endpoint_id: str) -> int:
        """Return how many wait for an endpoint."""
        counter = self._counters.get(endpoint_id)
        return len(counter.waiting) if counter else 0

    def waiting_of(self, person_id: str) -> int:
        """Return how many orders of a person wait."""
        return sum(t.person_id == person_id for c in self._counters.values() for t in c.waiting.values())

    def places(self, now: float) -> Iterator[tuple[str, int, float]]:
        """Yield run id, orders ahead and the likely wait in seconds (0 while unknown) of all who wait."""
        for counter in self._counters.values():
            halt = max(0.0, counter.halted_until - now)
            for ahead, ticket in enumerate(sorted(counter.waiting.values())):
                rounds = (ahead + 1) / counter.slots
                yield ticket.run_id, ahead, halt + rounds * counter.service_seconds

    def next_release(self, now: float) -> float | None:
        """Return the seconds until a halted endpoint with waiting orders hands out again."""
        halts = [c.halted_until - now for c in self._counters.values() if c.waiting and c.halted_until > now]
        return min(halts, default=None)

    def _take(self, counter: _Counter, ticket: Ticket) -> None:
        del counter.waiting[ticket.run_id]
        counter.running += 1
        counter.round = max(counter.round, ticket.number)
        self._running[ticket.run_id] = ticket
        self._busy_people.add(ticket.person_id)

    def _forget_old_numbers(self, counter: _Counter) -> None:
        """Drop numbers that no longer matter, so that memory does not grow with the visitors."""
        if len(counter.last_numbers) > 1_000:
            kept = {p: n for p, n in counter.last_numbers.items() if n >= counter.round}
            counter.last_numbers = kept
