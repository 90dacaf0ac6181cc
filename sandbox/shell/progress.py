"""How far a long command is: one line that is drawn over on a terminal, a line each elsewhere."""

from __future__ import annotations

import sys
import time

from sandbox.shell.output import say

_CELLS = 20
_MAX_CHARS = 60


class ProgressBar:
    """Counts steps to ``total`` and estimates the time left from the pace so far."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._started = time.monotonic()
        self._over = sys.stderr.isatty()

    def step(self, what: str) -> None:
        """Say that one more is done."""
        self._done += 1
        share = self._done / self._total
        bar = "█" * round(_CELLS * share) + "░" * (_CELLS - round(_CELLS * share))
        line = f"{bar} {self._done}/{self._total} · {self._left()} · {what[:_MAX_CHARS]}"
        say(f"\r\x1b[2K{line}" if self._over else line, end="" if self._over else "\n")

    def note(self, text: str) -> None:
        """Say something that stays."""
        say(f"\r\x1b[2K{text}" if self._over else text)

    def close(self) -> None:
        """Leave the line."""
        if self._over and self._done:
            say("")

    def _left(self) -> str:
        elapsed = time.monotonic() - self._started
        left = elapsed / self._done * (self._total - self._done)
        if left < 1:
            return f"{elapsed:.0f}초 걸림"
        return f"남은 시간 약 {left:.0f}초" if left < 90 else f"남은 시간 약 {left / 60:.0f}분"
