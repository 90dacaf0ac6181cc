"""One event loop for everybody: hands out turns, streams answers, tells readers, has them stored.

Hides the thread and its loop. Outside, every method is safe from any thread. Inside, only the
loop thread touches tasks and timers; the queue and the table of runs are shared under one lock
that is never held while anything waits.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sandbox.llm import Clients
from sandbox.records import Delta, EndpointBusyError, EndpointHealth, Finish, RunState, SandboxError
from sandbox.turns import troubles
from sandbox.turns.gathering import Crowd, gathering_loop
from sandbox.turns.keeping import Keeper, OnEnd, OnProgress
from sandbox.turns.limits import Limits
from sandbox.turns.live import LiveRun, Order, Outcome
from sandbox.turns.queue import FairQueue
from sandbox.turns.standing import Standing

T = TypeVar("T")
log = logging.getLogger(__name__)


class Turns:
    """The queue and the live runs. ``on_progress`` and ``on_end`` are called on worker threads.

    ``clients_factory`` is called on the loop thread. A run's ``on_end`` comes once, after its last
    ``on_progress``; it is tried again while it fails. ``journal`` is a folder for what is shown (``journal``).
    """

    def __init__(
        self,
        clients_factory: Callable[[], Clients],
        *,
        on_progress: OnProgress,
        on_end: OnEnd,
        limits: Limits | None = None,
        journal: Path | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._keeper = Keeper(
            on_progress, on_end, progress_seconds=self._limits.progress_seconds, journal=journal
        )
        self._lock = threading.Lock()
        self._queue = FairQueue(self._limits.rest)
        self._runs: dict[str, LiveRun] = {}
        self._closing = False
        self._crowd = Crowd()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self._stopping: set[str] = set()
        self._standing = Standing(self._look)
        self._release_timer: asyncio.TimerHandle | None = None
        self._ready: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(
            target=self._run_loop, args=(clients_factory,), name="turns", daemon=True
        )
        self._thread.start()
        self._ready.result()

    # ------------------------------------------------------------------ from any thread

    @property
    def clients(self) -> Clients:
        """The clients of the loop; use their coroutines through ``call`` only."""
        return self._clients

    @property
    def streaming(self) -> int:
        """How many answers stream now."""
        return len(self._crowd.running)

    def submit(self, order: Order) -> LiveRun:
        """Queue an order and return its live run; the same run id twice is the same run.

        Raise EndpointBusyError when too many wait already.
        """
        with self._lock:
            known = self._runs.get(order.run_id)
            if known is not None:
                return known
            self._refuse_if_full(order)
            live = self._runs[order.run_id] = LiveRun(order, writes_ahead=self._keeper.writes_ahead)
            endpoint, second = order.endpoint, order.fallback
            self._queue.join(
                order.run_id,
                order.person_id,
                endpoint.id,
                endpoint.parallel,
                first=order.first,
                fallback=(second.id, second.parallel) if second else None,
            )
        self._on_loop(self._hand_out)
        return live

    def stop(self, run_id: str) -> None:
        """Stop a run: it leaves the queue, or its upstream is closed and its text kept."""
        self._on_loop(self._stop, run_id)

    def stop_where(self, person_ids: Collection[str]) -> int:
        """Stop every run of these people, such as a class; return how many there were."""
        with self._lock:
            theirs = [run for run in self._runs.values() if run.order.person_id in person_ids]
        going = [run.run_id for run in theirs if not run.state.ended]
        self._on_loop(self._stop_all, going)
        return len(going)

    def get(self, run_id: str) -> LiveRun | None:
        """Return a run that is live or ended a moment ago."""
        with self._lock:
            return self._runs.get(run_id)

    def running(self, person_id: str) -> str:
        """Return the id of the person's oldest run that waits or streams, or ''."""
        with self._lock:
            mine = (run for run in self._runs.values() if run.order.person_id == person_id)
            return next((run.run_id for run in mine if not run.state.ended), "")

    def place(self, run_id: str) -> int:
        """Return how many orders go before this one; 0 when it does not wait."""
        with self._lock:
            places = self._queue.places(time.monotonic())
            return next((ahead for waiting, ahead, _ in places if waiting == run_id), 0)

    def health(self, endpoint_id: str) -> EndpointHealth:
        """Return how an endpoint and its queue are doing; cheap."""
        with self._lock:
            return self._queue.health(endpoint_id, time.monotonic())

    def trust_again(self, endpoint_id: str) -> None:
        """Send to an endpoint again at once: a connection test has just gone well."""
        with self._lock:
            self._queue.trust_again(endpoint_id)
        self._on_loop(self._hand_out)

    def call(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop, outside the queue: connection tests and the like."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """End everything: runs are stored as 중단됨, connections closed, threads joined."""
        with self._lock:
            first, self._closing = not self._closing, True
        if not first:
            return
        self._on_loop(self._closed.set)
        self._thread.join()
        self._keeper.close()

    # ------------------------------------------------------------------ the loop thread

    def _run_loop(self, clients_factory: Callable[[], Clients]) -> None:
        try:
            with asyncio.Runner(loop_factory=gathering_loop(self._crowd)) as runner:
                runner.run(self._live(clients_factory))
        except Exception as error:
            if self._ready.done():
                log.error("the loop of turns died: %s", type(error).__name__)
            else:
                self._ready.set_exception(error)

    async def _live(self, clients_factory: Callable[[], Clients]) -> None:
        self._loop = asyncio.get_running_loop()
        self._closed = asyncio.Event()
        self._clients = clients_factory()
        self._ready.set_result(None)
        await self._closed.wait()
        await self._end_everything()

    def _on_loop(self, function: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            log.info("turns are closed already")

    def _refuse_if_full(self, order: Order) -> None:
        if self._closing:
            raise troubles.closing()
        if self._queue.waiting_of(order.person_id) >= self._limits.max_waiting_per_person:
            raise troubles.own_request_waits()
        if self._queue.waiting_at(order.endpoint.id) >= self._limits.max_waiting:
            raise troubles.full()

    def _hand_out(self) -> None:
        """Start everybody whose turn it is, and clear the queues of endpoints that rest."""
        now = time.monotonic()
        with self._lock:
            if self._closing:
                return
            tickets = self._queue.start(now)
            sent_away = self._clear_the_resting(now)
            tickets += self._queue.start(now)  # those who went to a fallback
            release = self._queue.next_release(now)
            started = [self._runs[ticket.run_id] for ticket in tickets]
        for live in started:
            live.start()
            self._tasks[live.run_id] = self._loop.create_task(self._serve(live))
        for live, error in sent_away:
            self._end(live, RunState.FAILED, error, None)
        self._standing.moved()
        if self._release_timer is not None:
            self._release_timer.cancel()
            self._release_timer = None
        if release is not None:
            self._release_timer = self._loop.call_later(release + 0.005, self._hand_out)

    def _clear_the_resting(self, now: float) -> list[tuple[LiveRun, SandboxError]]:
        """Move to fallbacks who may go there; return who must be told that waiting makes no sense."""
        moved, hopeless = self._queue.turn_away(now)

        def why(live: LiveRun) -> SandboxError:
            return troubles.sent_away(live.endpoint.name, self._queue.health(live.endpoint.id, now))

        for live in (self._runs[ticket.run_id] for ticket in moved):
            live.move(why(live))
        return [(live, why(live)) for live in (self._runs[ticket.run_id] for ticket in hopeless)]

    def _look(self) -> bool:
        """Tell all who wait where they stand; return whether anybody does."""
        now = time.monotonic()
        with self._lock:
            resting = self._queue.resting(now)
            places = [(self._runs[run_id], ahead, wait) for run_id, ahead, wait in self._queue.places(now)]
        for live, ahead, wait in places:
            live.stand(ahead, wait, resting=live.endpoint.id in resting)
        return bool(places)

    def _stop_all(self, run_ids: list[str]) -> None:
        """Stop those who wait first, so that none of them is sent into a slot that another gives back."""
        with self._lock:
            waited = [self._runs[run_id] for run_id in run_ids if self._queue.leave(run_id)]
        for live in waited:
            self._end(live, RunState.STOPPED, None, None)
        for run_id in run_ids:
            self._stop(run_id)
        self._hand_out()

    def _stop(self, run_id: str) -> None:
        with self._lock:
            live = self._runs.get(run_id)
            left = self._queue.leave(run_id)
        if live is None or live.state.ended:
            return
        if left:
            self._end(live, RunState.STOPPED, None, None)
            self._hand_out()
        elif run_id in self._tasks:
            self._stopping.add(run_id)
            # After the task's first step: cancelled before it, a task never runs its own ending.
            self._loop.call_soon(self._tasks[run_id].cancel)

    # ------------------------------------------------------------------ one run

    async def _serve(self, live: LiveRun) -> None:
        """Stream one answer into its live run, give the slot back, see to its end."""
        begun = time.monotonic()
        finish: Finish | None = None
        error: SandboxError | None = None
        cancelled = False
        try:
            finish = await self._stream(live)
        except asyncio.CancelledError:
            cancelled = True
        except SandboxError as fault:
            error = fault.with_traceback(None)  # its frames would keep the request alive
        except Exception as fault:
            log.error("run %s broke: %s", live.run_id, troubles.place(fault))
            error = troubles.broken()
        del self._tasks[live.run_id]
        if error is not None and self._gets_another_chance(live, error):
            self._hand_out()
            return
        if error is None:
            with self._lock:
                seconds = time.monotonic() - begun if finish is not None else None
                self._queue.finish(live.run_id, seconds=seconds)
        state, error = self._how_it_ended(live, finish, error, cancelled)
        self._end(live, state, error, finish)
        self._hand_out()

    async def _stream(self, live: LiveRun) -> Finish | None:
        order, finish = live.order, None
        events = self._clients.stream(live.endpoint, order.cleared, order.sampling, retry_busy=False)
        async with self._crowd.stream(live.run_id), aclosing(events):
            async for event in events:
                if isinstance(event, Delta):
                    if event.text and live.first_text_at is None:
                        self._first_text(live)
                    live.add(event)
                    if event.text:
                        self._keeper.save_later(live)
                        self._crowd.writing.add(live.run_id)
                else:
                    finish = event
        return finish

    def _first_text(self, live: LiveRun) -> None:
        """Trust the endpoint as soon as it writes: whoever waits need not wait for the end of a probe."""
        with self._lock:
            rested = self._queue.alive(live.run_id)
        if rested:
            self._hand_out()

    def _how_it_ended(
        self, live: LiveRun, finish: Finish | None, error: SandboxError | None, cancelled: bool
    ) -> tuple[RunState, SandboxError | None]:
        stopped = live.run_id in self._stopping
        self._stopping.discard(live.run_id)
        if finish is not None:
            return RunState.DONE, None
        if stopped:
            return RunState.STOPPED, None
        if cancelled or error is None:
            return RunState.CUT, troubles.cut_by_closing() if cancelled else troubles.cut()
        return (RunState.CUT if live.first_text_at else RunState.FAILED), error

    def _gets_another_chance(self, live: LiveRun, error: SandboxError) -> bool:
        """Note a fault and free the slot; True when the order now waits again, here or at its fallback."""
        now, ill = time.monotonic(), troubles.is_ill(error)
        again = live.first_text_at is None and live.run_id not in self._stopping and not self._closing
        with self._lock:
            self._queue.fault(live.run_id, now, error.message, ill=ill)
            if isinstance(error, EndpointBusyError):
                live.refusals += 1
                halt = troubles.halt_seconds(error, live.refusals)
                self._queue.push_back(live.run_id, halted_until=now + halt)
                patience = live.submitted_seconds + live.endpoint.whole_timeout_seconds
                if again and now + halt <= patience:
                    live.wait_again()
                    return True
                ill = True
            if again and ill and self._queue.fail_over(live.run_id):
                live.move(error)
                return True
            if not self._queue.leave(live.run_id):
                self._queue.finish(live.run_id)
        return False

    def _end(self, live: LiveRun, state: RunState, error: SandboxError | None, finish: Finish | None) -> None:
        self._keeper.all_came(live)
        live.end(state, error)
        outcome = Outcome(
            state=state,
            text=live.snapshot().text,
            error=error,
            finish_reason=finish.reason if finish else "",
            usage=finish.usage if finish else None,
            first_text_at=live.first_text_at,
            ended_at=datetime.now(UTC),
            endpoint=live.endpoint,
            detour=live.detour,
        )
        task = self._loop.create_task(self._settle(live, outcome))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, live: LiveRun, outcome: Outcome) -> None:
        """Have the end stored, then let the run go after a while."""
        stored = await self._keeper.store_end(live, outcome)
        live.settle()
        # What cannot be stored at all stays readable for longer: it is the only copy.
        grace = self._limits.grace_seconds * (1 if stored else 10)
        self._loop.call_later(grace, self._forget, live.run_id)

    def _forget(self, run_id: str) -> None:
        with self._lock:
            self._runs.pop(run_id, None)

    # ------------------------------------------------------------------ the end

    async def _end_everything(self) -> None:
        with self._lock:
            waiting = [run for run in self._runs.values() if self._queue.leave(run.run_id)]
        for live in waiting:
            self._end(live, RunState.CUT, troubles.cut_by_closing(), None)
        tasks = list(self._tasks.values())
        await asyncio.sleep(0)  # let each take its first step, else it never runs its own ending
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._keeper.hurry()
        if self._settling:
            _, late = await asyncio.wait(self._settling, timeout=self._limits.close_seconds)
            if late:
                log.error("%d runs could not be stored before closing", len(late))
        self._standing.close()
        if self._release_timer is not None:
            self._release_timer.cancel()
        await self._clients.aclose()
