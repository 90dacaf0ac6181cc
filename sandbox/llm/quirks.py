"""What has been learned of each endpoint's ways, and having it remembered after a restart.

Plain JSON-able values by endpoint id: ``max_tokens_name``, and False for ``temperature``, ``seed``,
``stream_options``, ``json_schema``, ``system_role``, ``usage``, ``streaming``, ``finish_reason``;
``reasoning`` is ``field`` or ``tag``. Hides the thread that keeps them: a slow store holds up no answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

OnLearned = Callable[[str, Mapping[str, Any]], None]


class Quirks:
    """Belongs to one event loop; ``of`` is for any thread."""

    def __init__(self, known: Mapping[str, Mapping[str, Any]], on_learned: OnLearned | None) -> None:
        self._known: dict[str, Mapping[str, Any]] = {name: dict(quirks) for name, quirks in known.items()}
        self._on_learned = on_learned
        self._keeper: ThreadPoolExecutor | None = None

    def of(self, endpoint_id: str) -> Mapping[str, Any]:
        """Return what is known of an endpoint."""
        return MappingProxyType(dict(self._known.get(endpoint_id, {})))

    def learn(self, endpoint_id: str, quirks: Mapping[str, Any]) -> None:
        """Add to what is known; what is new is handed on."""
        known = self._known.get(endpoint_id, {})
        if all(known.get(name, self) == value for name, value in quirks.items()):
            return
        self._known[endpoint_id] = {**known, **quirks}
        if self._on_learned is None:
            return
        if self._keeper is None:  # one thread: an older state never comes after a newer one
            self._keeper = ThreadPoolExecutor(1, thread_name_prefix="llm-quirks")
        self._keeper.submit(self._on_learned, endpoint_id, self.of(endpoint_id)).add_done_callback(_report)

    def forget(self, endpoint_id: str) -> None:
        """Forget an endpoint's quirks until something is learned of it again."""
        self._known.pop(endpoint_id, None)

    async def aclose(self) -> None:
        """Wait until everything has been handed on."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await asyncio.to_thread(keeper.shutdown)


def _report(kept: Future[None]) -> None:
    """Say by name only that it was not kept: it is learned again after a restart."""
    error = kept.exception()
    if error is not None:
        logging.getLogger(__name__).warning("keeping quirks failed: %s", type(error).__name__)
