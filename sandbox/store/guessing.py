"""What slows somebody who guesses resume codes from ever new browsers, and nobody else.

Hides a bucket of mistakes that the whole room shares. A class may mistype as much as a class does;
when far more wrong codes come than people make, every look-up waits its turn in one line. Nobody is
refused for the mistakes of others as long as the line is short, whoever has come in already or comes
in by name never stands in it, and no address counts: a classroom shares one. In memory only: it
guards this server, and a restart forgives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sandbox.records import NotAllowedError

FREE_MISTAKES = 60
_A_MISTAKE_BACK_EVERY_SECONDS = 3.0
_LOOK_UP_EVERY_SECONDS = 0.5
_LONGEST_LINE_SECONDS = 6.0


class Turnstile:
    """Let look-ups of codes through: at once in peace, two a second for the whole room under attack."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._mistakes_left, self._filled_at, self._free_at = float(FREE_MISTAKES), clock(), 0.0

    def wrong(self) -> None:
        """Count a wrong code."""
        with self._lock:
            self._fill()
            self._mistakes_left = max(0.0, self._mistakes_left - 1.0)

    def pass_through(self) -> None:
        """Wait for one's turn; raise NotAllowedError when the line is too long, without counting anything."""
        with self._lock:
            self._fill()
            now = self._clock()
            if self._mistakes_left >= 1.0:
                return
            wait = max(0.0, self._free_at - now)
            if wait > _LONGEST_LINE_SECONDS:
                raise NotAllowedError(
                    "틀린 이어하기 코드가 한꺼번에 너무 많이 들어와 코드 확인이 밀려 있습니다.",
                    remedy="몇 초 뒤에 다시 눌러 주세요. 급하면 이름을 적고 새로 들어와도 됩니다. "
                    "이미 들어와 있는 분은 그대로 실습하실 수 있습니다.",
                )
            self._free_at = now + wait + _LOOK_UP_EVERY_SECONDS
        self._sleep(wait)

    def _fill(self) -> None:
        now = self._clock()
        back = max(0.0, now - self._filled_at) / _A_MISTAKE_BACK_EVERY_SECONDS
        self._mistakes_left = min(float(FREE_MISTAKES), self._mistakes_left + back)
        self._filled_at = now
