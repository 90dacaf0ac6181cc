"""A live run: one answer while it grows, for as many readers as there are tabs.

Hides the locking: the loop thread writes, any thread takes a snapshot. Text is kept as pieces
and joined when somebody looks. With ``writes_ahead`` a piece is seen by nobody before ``show``: what is
shown has been written down before (``journal``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.records import (
    Cleared,
    Delta,
    Endpoint,
    EndpointDetourError,
    Location,
    RunState,
    Sampling,
    SandboxError,
    Usage,
)
from sandbox.turns import troubles


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants run.

    ``fallback`` answers instead when ``endpoint`` does not; ``cleared`` must hold for it as well.
    ``first``: goes before the others. Only for a use case that has just verified the lecturer.
    """

    run_id: str
    person_id: str
    endpoint: Endpoint
    cleared: Cleared
    sampling: Sampling
    fallback: Endpoint | None = None
    first: bool = False

    def __post_init__(self) -> None:
        for endpoint in filter(None, (self.endpoint, self.fallback)):
            if self.cleared.inside_only and endpoint.location is Location.OUTSIDE:
                raise TypeError("what was cleared for a model inside may not be sent to one outside")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``text`` is whatever came. ``usage`` is None when the endpoint told none.

    ``endpoint`` is the one that answered, or was asked last; ``detour`` says why it is the fallback.
    """

    state: RunState
    text: str
    error: SandboxError | None
    finish_reason: str
    usage: Usage | None
    first_text_at: datetime | None
    ended_at: datetime
    endpoint: Endpoint
    detour: EndpointDetourError | None = None


@dataclass(frozen=True, slots=True)
class LiveView:
    """A moment of a live run. ``wait_seconds`` is a learned estimate, 0 while there is none.

    ``resting``: its endpoint does not answer and is asked again when the wait is over.
    ``fallback_name`` is the name of the endpoint that answers instead, '' while it is the first one.
    """

    state: RunState
    text: str
    reasoning_chars: int
    ahead: int
    wait_seconds: float
    error: SandboxError | None
    resting: bool = False
    fallback_name: str = ""


class LiveRun:
    """One run in memory. ``settled`` becomes true when its end has been stored.

    ``endpoint`` is who answers it now; ``detour`` says why that is the fallback, else it is None.
    """

    def __init__(self, order: Order, *, writes_ahead: bool = False) -> None:
        self.order = order
        self._writes_ahead = writes_ahead
        self.endpoint = order.endpoint
        self.detour: EndpointDetourError | None = None
        self.refusals = 0
        self._settled = False
        self.submitted_seconds = time.monotonic()
        self.first_text_at: datetime | None = None
        self._lock = threading.Lock()
        self._state = RunState.WAITING
        self._pieces: list[str] = []
        self._chars = 0
        self._held: list[str] = []
        self._reasoning_chars = 0
        self._ahead = 0
        self._starts_at = 0.0
        self._resting = False
        self._error: SandboxError | None = None
        self._changes = 0

    @property
    def run_id(self) -> str:
        return self.order.run_id

    @property
    def state(self) -> RunState:
        return self._state

    @property
    def changes(self) -> int:
        """How often something has changed that a snapshot shows, or ``settled``.

        A look at it costs next to nothing. Only the wait falls without a change: see ``waits``.
        """
        return self._changes

    @property
    def settled(self) -> bool:
        return self._settled

    @property
    def waits(self) -> bool:
        """Whether a wait is told, which falls by itself."""
        return self._starts_at > 0.0

    def snapshot(self) -> LiveView:
        """Return what is there now; cheap, from any thread."""
        with self._lock:
            return LiveView(
                self._state,
                self._joined(),
                self._reasoning_chars,
                self._ahead,
                max(1.0, self._starts_at - time.monotonic()) if self._starts_at else 0.0,
                self._error,
                self._resting,
                self.endpoint.name if self.detour else "",
            )

    # ------------------------------------------------------------------ for Turns, on its loop

    def start(self) -> None:
        with self._changing():
            self._state = RunState.STREAMING
            self._leave_the_queue()

    def wait_again(self) -> None:
        with self._changing():
            self._state = RunState.WAITING

    def move(self, error: SandboxError) -> None:
        """Wait for the fallback from now on, because of an error of the first endpoint."""
        assert self.order.fallback is not None
        with self._changing():
            self._state = RunState.WAITING
            self.detour = troubles.detour(self.endpoint.name, self.order.fallback.name, error)
            self.endpoint = self.order.fallback
            self._reasoning_chars = self.refusals = 0

    def add(self, delta: Delta) -> None:
        with self._lock:
            self._changes += not self._writes_ahead or bool(delta.reasoning)
            if delta.text and self._writes_ahead:
                self._held.append(delta.text)
            elif delta.text:
                self._pieces.append(delta.text)
            self._reasoning_chars += len(delta.reasoning)
        if delta.text and self.first_text_at is None:
            self.first_text_at = datetime.now(UTC)

    def held_back(self) -> tuple[int, str]:
        """Return what nobody sees yet, and at which character of the text it begins."""
        with self._lock:
            return self._chars, "".join(self._held)

    def show(self) -> None:
        """Let everybody see what was held back."""
        with self._lock:  # the most frequent change of all: without the detour over _changing
            self._chars += sum(map(len, self._held))
            self._pieces += self._held
            self._held = []
            self._changes += 1

    def stand(self, ahead: int, wait_seconds: float, *, resting: bool = False) -> None:
        """Set the place in the queue. What is kept is the moment it is likely to start: the wait falls by itself."""
        starts_at = time.monotonic() + wait_seconds if wait_seconds else 0.0
        with self._lock:
            late = abs(starts_at - self._starts_at) >= 1.0
            if late or ahead != self._ahead or resting != self._resting:
                self._ahead, self._starts_at, self._resting = ahead, starts_at, resting
                self._changes += 1

    def end(self, state: RunState, error: SandboxError | None) -> None:
        with self._changing():
            self._state, self._error = state, error
            self._leave_the_queue()

    def settle(self) -> None:
        """Say that the end is stored."""
        with self._changing():
            self._settled = True

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self._changes += 1

    def _leave_the_queue(self) -> None:
        self._ahead, self._starts_at, self._resting = 0, 0.0, False

    def _joined(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""
