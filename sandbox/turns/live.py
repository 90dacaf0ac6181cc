"""A live run: one answer while it grows, for as many readers as there are tabs.

Hides the locking: the loop thread writes, any thread takes a snapshot. Text is kept as pieces
and joined when somebody looks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.records import Cleared, Delta, Endpoint, RunState, Sampling, SandboxError, Usage


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants run."""

    run_id: str
    person_id: str
    endpoint: Endpoint
    cleared: Cleared
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``text`` is whatever came. ``usage`` is None when the endpoint told none."""

    state: RunState
    text: str
    error: SandboxError | None
    finish_reason: str
    usage: Usage | None
    first_text_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class LiveView:
    """A moment of a live run. ``wait_seconds`` is a learned estimate, 0 while there is none."""

    state: RunState
    text: str
    reasoning_chars: int
    ahead: int
    wait_seconds: float
    error: SandboxError | None


class LiveRun:
    """One run in memory. ``settled`` becomes true when its end has been stored."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.settled = False
        self.submitted_seconds = time.monotonic()
        self.first_text_at: datetime | None = None
        self._lock = threading.Lock()
        self._state = RunState.WAITING
        self._pieces: list[str] = []
        self._reasoning_chars = 0
        self._ahead = 0
        self._wait_seconds = 0.0
        self._error: SandboxError | None = None
        self._subscribers: dict[object, Callable[[], None]] = {}

    @property
    def run_id(self) -> str:
        return self.order.run_id

    @property
    def state(self) -> RunState:
        return self._state

    def snapshot(self) -> LiveView:
        """Return what is there now; cheap, from any thread."""
        with self._lock:
            return LiveView(
                self._state,
                self._joined(),
                self._reasoning_chars,
                self._ahead,
                self._wait_seconds,
                self._error,
            )

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` from the loop thread when something changed, at most about 10 times a second.

        It says no more than that: take a snapshot. It must return at once (a reader on another
        loop uses ``call_soon_threadsafe``). Return the function that ends the subscription.
        """
        token = object()
        with self._lock:
            self._subscribers[token] = callback

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(token, None)

        return unsubscribe

    # ------------------------------------------------------------------ for Turns, on its loop

    def subscribers(self) -> list[Callable[[], None]]:
        with self._lock:
            return list(self._subscribers.values())

    def start(self) -> None:
        with self._lock:
            self._state, self._ahead, self._wait_seconds = RunState.STREAMING, 0, 0.0

    def wait_again(self) -> None:
        with self._lock:
            self._state = RunState.WAITING

    def add(self, delta: Delta) -> None:
        with self._lock:
            if delta.text:
                self._pieces.append(delta.text)
            self._reasoning_chars += len(delta.reasoning)
        if delta.text and self.first_text_at is None:
            self.first_text_at = datetime.now(UTC)

    def stand(self, ahead: int, wait_seconds: float) -> bool:
        """Set the place in the queue; return whether a reader should hear of it."""
        with self._lock:
            changed = ahead != self._ahead or abs(wait_seconds - self._wait_seconds) >= 1.0
            self._ahead, self._wait_seconds = ahead, wait_seconds
        return changed

    def end(self, state: RunState, error: SandboxError | None) -> None:
        with self._lock:
            self._state, self._error, self._ahead, self._wait_seconds = state, error, 0, 0.0

    def _joined(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""
