"""Connection tests: shared, in time, and never into a silence that the endpoint asked for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from sandbox.records import Endpoint, EndpointBusyError, EndpointHealth, EndpointReport, HealthState
from sandbox.turns import FairQueue, Turns
from sandbox.turns.trials import FRESH_SECONDS, Trials

HERE = Endpoint("e", "시청", "http://127.0.0.1:9/v1", "m")


class Clients:
    """Stands in for the clients: a test waits until it may answer."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = threading.Event()
        self.may_answer = threading.Event()

    async def test(self, endpoint: Endpoint) -> EndpointReport:
        self.asked += 1
        try:
            while not self.may_answer.is_set():
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return EndpointReport(endpoint.id, True, f"{self.asked}번째", quirks={"seed": False})

    async def aclose(self) -> None:
        pass


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def turns(clients: Clients) -> Iterator[Turns]:
    made = Turns(lambda: clients, on_progress=lambda *_: None, on_end=lambda *_: None)  # type: ignore[arg-type]
    yield made
    made.close()


def test_forty_who_press_at_once_cost_one_test(turns: Turns, clients: Clients) -> None:
    learned: list[tuple[str, Mapping[str, Any]]] = []
    trials = Trials(turns, keep_quirks=lambda *what: learned.append(what))
    with ThreadPoolExecutor(40) as people:
        waiting = [people.submit(trials.test, HERE) for _ in range(40)]
        clients.may_answer.set()
        reports = {id(one.result(30)) for one in waiting}
    assert (clients.asked, len(reports)) == (1, 1)
    assert learned == [("e", {"seed": False})]


def test_a_result_holds_for_a_minute_and_for_this_endpoint_only(turns: Turns, clients: Clients) -> None:
    clock = Clock()
    trials = Trials(turns, keep_quirks=lambda *_: None, clock=clock)
    clients.may_answer.set()
    assert trials.report(HERE) is None
    first = trials.test(HERE)
    clock.now += FRESH_SECONDS - 1
    assert trials.test(HERE) is first
    assert trials.report(HERE) == (first, FRESH_SECONDS - 1)
    clock.now += 1
    assert trials.test(HERE).message == "2번째"
    assert trials.test(replace(HERE, model="other")).message == "3번째", "the settings have changed"


def test_a_test_that_does_not_end_is_given_up_and_told_in_korean(turns: Turns, clients: Clients) -> None:
    trials = Trials(turns, keep_quirks=lambda *_: None, longest_seconds=0.05)
    report = trials.test(HERE)
    assert not report.reachable
    assert "끝나지 않아" in report.message
    assert "다시 시험해" in report.remedy
    assert clients.cancelled.wait(5), "it must not run on"


def test_nothing_is_asked_while_the_endpoint_wants_silence(
    turns: Turns, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = EndpointHealth("e", HealthState.SLOWED, retry_seconds=300.0)
    monkeypatch.setattr(turns, "health", lambda _: silent)
    with pytest.raises(EndpointBusyError) as caught:
        Trials(turns, keep_quirks=lambda *_: None).test(HERE)
    assert "5분 뒤" in caught.value.remedy
    assert clients.asked == 0


def test_a_test_that_goes_well_does_not_end_the_silence_that_was_asked_for() -> None:
    queue = FairQueue()
    for n in range(3):
        queue.join(f"r{n}", f"p{n}", "e", 2)
    queue.start(0.0)
    queue.fault("r1", 1.0, "429", ill=False)
    queue.push_back("r1", halted_until=300.0)
    queue.finish("r0")
    queue.trust_again("e")
    assert queue.start(2.0) == []
    assert queue.health("e", 2.0).retry_seconds == 298.0
    assert queue.start(300.0)
