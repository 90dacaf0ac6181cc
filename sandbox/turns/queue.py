"""The fair queue: who may start now, who waits, and how long. Pure: no clock, no threads.

How it is fair. Everybody draws a number: the round now being served, or one more than one's own
last number if that is higher. Orders start by (number, arrival). So it is first come first
served among people who have not asked lately, and who has just had a turn goes behind all who
have not; the round moves on only when nobody of it is left, so that with N people in the room
at most N orders can overtake anybody. A person runs one request at a time, over all endpoints.
A lecturer's run goes before the others, one at a time, and then as many of the others as the
endpoint serves at once go before the next one.

Each endpoint has ``parallel`` slots and a breaker. A 429 halts the handing out for that endpoint
and takes the slots in use as what it can bear; each good answer gives a little back, up to
``parallel``. Who may go to a fallback does so when the first endpoint rests; who may not waits
while there is hope, and is sent away when there is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.records import EndpointHealth, HealthState
from sandbox.turns.breaker import Breaker, Rest
from sandbox.turns.counter import Counter, Ticket


class FairQueue:
    """Tickets of every endpoint. ``now`` is any clock in seconds that never goes back."""

    def __init__(self, rest: Rest | None = None) -> None:
        self._rest = rest or Rest()
        self._counters: dict[str, Counter] = {}
        self._running: dict[str, Ticket] = {}
        self._busy_people: set[str] = set()
        self._arrivals = 0

    # ------------------------------------------------------------------ coming and going

    def join(
        self,
        run_id: str,
        person_id: str,
        endpoint_id: str,
        parallel: int,
        *,
        first: bool = False,
        fallback: tuple[str, int] | None = None,
    ) -> Ticket:
        """Draw a ticket and wait. ``fallback`` is the id and slots of who may answer instead."""
        counter = self._counter(endpoint_id, parallel)
        self._arrivals += 1
        number = counter.next_number(person_id)
        ticket = Ticket(number, self._arrivals, run_id, person_id, endpoint_id, first, fallback)
        counter.join(ticket)
        return ticket

    def start(self, now: float) -> list[Ticket]:
        """Move everybody whose turn it is from waiting to running, and return them in order."""
        started: list[Ticket] = []
        for counter in self._counters.values():
            while counter.waiting and counter.free(now) > 0:
                ready = (t for t in counter.in_order() if t.person_id not in self._busy_people)
                ticket = next(ready, None)
                if ticket is None:
                    break
                counter.take(ticket, now)
                self._running[ticket.run_id] = ticket
                self._busy_people.add(ticket.person_id)
                started.append(ticket)
        return started

    def turn_away(self, now: float) -> tuple[list[Ticket], list[Ticket]]:
        """Clear the counters that rest: return who now waits at a fallback, and who is sent away."""
        moved: list[Ticket] = []
        for counter in list(self._counters.values()):
            if counter.waiting and counter.shut(now):
                going = [ticket for ticket in counter.in_order() if ticket.fallback]
                for ticket in going:
                    counter.leave(ticket)
                moved += [self._move(ticket) for ticket in going]
        hopeless = [t for c in self._counters.values() if c.waiting and c.hopeless(now) for t in c.in_order()]
        for ticket in hopeless:
            self._counters[ticket.endpoint_id].leave(ticket)
        return moved, hopeless

    def leave(self, run_id: str) -> bool:
        """Give up waiting; False when it was not waiting. A number not used is given back."""
        for counter in self._counters.values():
            ticket = counter.waiting.get(run_id)
            if ticket is not None:
                counter.leave(ticket)
                return True
        return False

    def finish(self, run_id: str, *, seconds: float | None = None) -> None:
        """Give the slot back; ``seconds`` is the service time of a good answer."""
        counter = self._counters[self._running[run_id].endpoint_id]
        if seconds is not None:
            counter.served(seconds)
        self._release(run_id)

    def push_back(self, run_id: str, *, halted_until: float) -> None:
        """Return a running order, refused as too much, to its old place, and slow its endpoint."""
        ticket = self._release(run_id)
        self._counters[ticket.endpoint_id].take_back(ticket, halted_until)

    def fail_over(self, run_id: str) -> bool:
        """Have a running or waiting order wait at its fallback; False when it has none."""
        ticket = self._running.get(run_id) or self._waiting(run_id)
        if ticket is None or ticket.fallback is None:
            return False
        if run_id in self._running:
            self._release(run_id)
        else:
            self._counters[ticket.endpoint_id].leave(ticket)
        self._move(ticket)
        return True

    # ------------------------------------------------------------------ how an endpoint does

    def alive(self, run_id: str) -> bool:
        """Note that a running order gets an answer; return whether its endpoint had been resting."""
        counter = self._counters[self._running[run_id].endpoint_id]
        rested = not counter.breaker.closed
        counter.alive()
        return rested

    def fault(self, run_id: str, now: float, message: str, *, ill: bool | None) -> None:
        """Note that a running order failed, before it is finished, pushed back or moved. ``ill``: see Counter."""
        self._counters[self._running[run_id].endpoint_id].fault(run_id, now, message, ill=ill)

    def trust_again(self, endpoint_id: str) -> None:
        """Forget that an endpoint did not answer: a connection test has just gone well.

        A halt stays: the endpoint said itself how much it bears, and one answer does not unsay it.
        """
        counter = self._counters.get(endpoint_id)
        if counter is not None:
            counter.alive()

    def health(self, endpoint_id: str, now: float) -> EndpointHealth:
        """Return how an endpoint and its queue are doing."""
        counter = self._counters.get(endpoint_id)
        return counter.health(now) if counter else EndpointHealth(endpoint_id, HealthState.UNKNOWN)

    # ------------------------------------------------------------------ who waits

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
            if counter.waiting:
                yield from counter.places(now)

    def resting(self, now: float) -> set[str]:
        """Return the ids of the endpoints to which nothing is sent now, for their sake."""
        return {c.endpoint_id for c in self._counters.values() if c.breaker.resting(now)}

    def next_release(self, now: float) -> float | None:
        """Return the seconds until an endpoint that rests hands out to who waits there."""
        rests = [c.retry_seconds(now) for c in self._counters.values() if c.waiting]
        return min((seconds for seconds in rests if seconds > 0), default=None)

    # ------------------------------------------------------------------ inside

    def _counter(self, endpoint_id: str, parallel: int) -> Counter:
        counter = self._counters.get(endpoint_id)
        if counter is None:
            counter = Counter(endpoint_id, parallel, float(parallel), Breaker(self._rest))
            self._counters[endpoint_id] = counter
        if counter.parallel != parallel:  # the settings changed
            counter.parallel, counter.bearable = parallel, float(parallel)
        return counter

    def _waiting(self, run_id: str) -> Ticket | None:
        return next((c.waiting[run_id] for c in self._counters.values() if run_id in c.waiting), None)

    def _release(self, run_id: str) -> Ticket:
        ticket = self._running.pop(run_id)
        self._busy_people.discard(ticket.person_id)
        self._counters[ticket.endpoint_id].release(run_id)
        return ticket

    def _move(self, ticket: Ticket) -> Ticket:
        assert ticket.fallback is not None
        endpoint_id, parallel = ticket.fallback
        return self.join(ticket.run_id, ticket.person_id, endpoint_id, parallel, first=ticket.first)
