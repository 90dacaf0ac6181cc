"""How much the room bears, and how patient it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.turns.breaker import Rest


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may wait, how often and how long runs are kept, when an endpoint rests. Times in seconds."""

    max_waiting: int = 400
    max_waiting_per_person: int = 4
    progress_seconds: float = 2.0
    grace_seconds: float = 60.0
    close_seconds: float = 10.0
    rest: Rest = field(default_factory=Rest)
