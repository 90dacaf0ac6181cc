"""Keep the places in the queue true: one timer for the whole room, not one for each who waits.

Hides how often. The places are looked at a tenth of a second after the queue moved, and every two
seconds while anybody waits, since an answer may take longer than was learned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SOON_SECONDS = 0.1
AGAIN_SECONDS = 2.0


class Standing:
    """Belongs to one event loop. ``look`` sets the places and says whether anybody waits."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        self._hurried = False

    def moved(self) -> None:
        """Look soon: somebody's place or wait may be another now."""
        if not self._hurried:
            self.close()
            self._hurried = True
            self._timer = asyncio.get_running_loop().call_later(SOON_SECONDS, self._look_now)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look_now(self) -> None:
        self._hurried, self._timer = False, None
        if self._look():
            self._timer = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._look_now)
