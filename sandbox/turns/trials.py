"""Connection tests: one at a time an endpoint, and everybody who asks within a minute sees the same report.

A test goes beside the queue, since the queue may be just what does not move. Forty people who press
「연결 시험」 must not send forty times three questions past it, so its report is shared; and while an
endpoint has asked for silence it is not asked at all.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.records import Endpoint, EndpointBusyError, EndpointReport, HealthState
from sandbox.turns import troubles
from sandbox.turns.rooms import Turns

FRESH_SECONDS = 60.0
LONGEST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """A report, whom it is about, and when it was made."""

    endpoint: Endpoint
    report: EndpointReport
    at: float


class Trials:
    """Tests endpoints for every session of this server. Thread-safe; ``test`` blocks its caller."""

    def __init__(
        self,
        turns: Turns,
        *,
        keep_quirks: Callable[[str, Mapping[str, Any]], None],
        longest_seconds: float = LONGEST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns, self._keep_quirks = turns, keep_quirks
        self._longest_seconds, self._clock = longest_seconds, clock
        self._lock = threading.Lock()
        self._turn: dict[str, threading.Lock] = {}
        self._kept: dict[str, _Kept] = {}

    def report(self, endpoint: Endpoint) -> tuple[EndpointReport, float] | None:
        """Return the last report of an endpoint and its age in seconds."""
        with self._lock:
            kept = self._kept.get(endpoint.id)
        return (kept.report, self._clock() - kept.at) if kept else None

    def test(self, endpoint: Endpoint) -> EndpointReport:
        """Test an endpoint, or return what a test has found within the last minute.

        Raise EndpointBusyError while the endpoint has asked for silence.
        """
        with self._lock:
            turn = self._turn.setdefault(endpoint.id, threading.Lock())
        with turn:
            kept = self._kept.get(endpoint.id)
            if kept and kept.endpoint == endpoint and self._clock() - kept.at < FRESH_SECONDS:
                return kept.report
            self._refuse_in_silence(endpoint)
            report = self._turns.call(self._within_time(endpoint)).result()
            with self._lock:
                self._kept[endpoint.id] = _Kept(endpoint, report, self._clock())
        if report.quirks:
            self._keep_quirks(endpoint.id, report.quirks)
        if report.reachable:
            self._turns.trust_again(endpoint.id)
        return report

    def _refuse_in_silence(self, endpoint: Endpoint) -> None:
        health = self._turns.health(endpoint.id)
        if health.state is HealthState.SLOWED and health.retry_seconds > 0:
            when = troubles.in_words(health.retry_seconds)
            raise EndpointBusyError(
                "서버가 요청이 많으니 잠시 보내지 말라고 알려 와 시험하지 않았습니다 (429).",
                retry_after_seconds=health.retry_seconds,
                remedy=f"{when} 뒤에 저절로 다시 보냅니다. 시험은 그 뒤에 해 주세요.",
            )

    async def _within_time(self, endpoint: Endpoint) -> EndpointReport:
        try:
            async with asyncio.timeout(self._longest_seconds):
                return await self._turns.clients.test(endpoint)
        except TimeoutError:
            return EndpointReport(
                endpoint.id,
                False,
                f"연결 시험이 {self._longest_seconds:.0f}초 안에 끝나지 않아 그만두었습니다.",
                "서버가 바쁘거나 매우 느립니다. 실습에서 답이 나오고 있으면 그대로 쓰셔도 됩니다. "
                "아니면 잠시 뒤 다시 시험해 주세요.",
            )
