"""What slows somebody who guesses codes or passwords from ever new browsers, and nobody else.

Hides a bucket of mistakes for each kind of secret that the whole room shares. A class may mistype as
much as a class does; when far more wrong codes come than people make, every look-up of that kind waits
its turn in one line. Nobody is refused for the mistakes of others as long as the line is short, whoever
has come in already or comes in by name never stands in it, and no address counts: a classroom shares
one. In memory only: it guards this server, and a restart forgives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.records import NotAllowedError

FREE_MISTAKES = 60
_A_MISTAKE_BACK_EVERY_SECONDS = 3.0
_LONGEST_LINE_SECONDS = 6.0
_GO_ON = "이미 들어와 있는 분은 그대로 실습하실 수 있습니다."


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of secret: how it is called, what helps who cannot wait, how often it is looked up under attack."""

    named: str
    way_out: str
    every_seconds: float = 0.5


RESUME = Secret("이어하기 코드", f"급하면 이름을 적고 새로 들어와도 됩니다. {_GO_ON}")
# Two hundred come in with one code within a second. It opens a free seat and nobody's work.
CLASS = Secret("과정 코드", _GO_ON, every_seconds=0.05)
SETUP = Secret("설정 코드", "그동안에도 교육생은 그대로 실습할 수 있습니다.")
PASSWORD = Secret("비밀번호", "전에 로그인했던 브라우저에서는 기다리지 않고 들어올 수 있습니다.")


class Turnstile:
    """Let look-ups of one kind through: at once in peace, a few a second for the whole room under attack."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        secret: Secret = RESUME,
    ) -> None:
        self._clock, self._sleep, self._secret = clock, sleep, secret
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
                    f"틀린 {self._secret.named}가 한꺼번에 너무 많이 들어와 확인이 밀려 있습니다.",
                    remedy=f"몇 초 뒤에 다시 눌러 주세요. {self._secret.way_out}",
                )
            self._free_at = now + wait + self._secret.every_seconds
        self._sleep(wait)

    def _fill(self) -> None:
        now = self._clock()
        back = max(0.0, now - self._filled_at) / _A_MISTAKE_BACK_EVERY_SECONDS
        self._mistakes_left = min(float(FREE_MISTAKES), self._mistakes_left + back)
        self._filled_at = now


def turnstiles(
    clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> dict[Secret, Turnstile]:
    """Make one for each kind: mistakes with one of them hold up nobody who types another."""
    return {secret: Turnstile(clock, sleep, secret) for secret in (RESUME, CLASS, SETUP, PASSWORD)}
