"""Play back what a model answered at a rehearsal, in front of the real clients.

Hides that there is no server behind such an endpoint: its address names a recording, which streams
at the speed at which it came. Everything else goes to the clients as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, NamedTuple

from sandbox.llm.clients import Clients
from sandbox.records import (
    Cleared,
    Delta,
    Endpoint,
    EndpointKind,
    EndpointRefusedError,
    EndpointReport,
    Finish,
    Sampling,
    StreamEvent,
)

ADDRESS = "recorded:"
PIECE_SECONDS = 0.1
SLOWEST = 20.0  # characters a second: nobody learns from waiting for a recording
FASTEST = 2_000.0


class Tape(NamedTuple):
    """A recorded answer and its characters a second."""

    answer: str
    speed: float


class PlayingClients(Clients):
    """The clients, with endpoints of the kind RECORDED played from ``find`` (by a recording's id)."""

    def __init__(self, find: Callable[[str], Tape | None], **options: Any) -> None:
        super().__init__(**options)
        self._find = find

    def stream(
        self, endpoint: Endpoint, cleared: Cleared, sampling: Sampling, *, retry_busy: bool = True
    ) -> AsyncGenerator[StreamEvent, None]:
        """Yield deltas, then one Finish, as Clients does."""
        if endpoint.kind is not EndpointKind.RECORDED:
            return super().stream(endpoint, cleared, sampling, retry_busy=retry_busy)
        if not isinstance(cleared, Cleared):
            raise TypeError("only what the guard has cleared may be sent")
        return self._play(endpoint.base_url.removeprefix(ADDRESS))

    async def test(self, endpoint: Endpoint) -> EndpointReport:
        """Try an endpoint out; a recorded one has nothing to be tried."""
        if endpoint.kind is EndpointKind.RECORDED:
            return EndpointReport(
                endpoint.id, True, "녹화된 답변을 보여 주는 연결입니다. AI에 묻지 않습니다."
            )
        return await super().test(endpoint)

    async def _play(self, recording_id: str) -> AsyncGenerator[StreamEvent, None]:
        tape = await asyncio.to_thread(self._find, recording_id)
        if tape is None:
            raise EndpointRefusedError(
                "녹화된 답변을 찾지 못했습니다.",
                remedy="지워졌을 수 있습니다. 강사에게 알리고 다시 실행해 주세요.",
            )
        speed = min(FASTEST, max(SLOWEST, tape.speed))
        size = max(1, round(speed * PIECE_SECONDS))
        for at in range(0, len(tape.answer), size):
            piece = tape.answer[at : at + size]
            await asyncio.sleep(len(piece) / speed)
            yield Delta(piece)
        yield Finish("stop")
