"""How much one browser may ask at once, so that one flood does not become everybody's.

Hides the counting: open WebSockets and event streams, how quickly drafts, presses, uploads and what a page
sends may follow one another, and how much may be uploaded. What is counted belongs to a cookie, never to an address: a classroom shares one.
The figures are far above what a person with many tabs does. Used by one event loop only.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

COOKIE, DESK_COOKIE = "room", "desk"
SOCKETS_EACH = 24  # tabs; a browser keeps one for each, and a lost one for a little while
SOCKETS_OF_STRANGERS = 600  # all 325 may open the first page at once, twice
SOCKETS_IN_ALL = 1_500
LIVE_EACH = 12
CLASS_EACH = SOCKETS_EACH  # every tab listens to its class
# How many at once, and how many a second after that.
PACES = {"draft": (60, 5.0), "press": (40, 3.0), "upload": (12, 0.2)}
# What pages send (each makes Streamlit draw one): of all tabs of a browser, and of a tab opened before its
# person came in. It waits and is not refused, the longer the more of it there is.
SENT_BY_A_BROWSER, SENT_BY_A_TAB = (60, 4.0), (40, 3.0)
LONGEST_WAIT_SECONDS = 10.0
# Bytes: three files of the largest size at once, then one in a hundred seconds. Streamlit holds them in memory.
UPLOAD_BYTES, UPLOAD_BYTES_A_SECOND = 3 * 20 * 1_048_576 + 1_048_576, 200_000.0
_REMEMBERED = 4_000

TABS = (
    "이 브라우저에서 실습실 탭을 너무 많이 열었습니다. 쓰지 않는 탭을 닫고 새로 고쳐 주세요.\n"
    "쓰던 글과 답변은 그대로 저장되어 있습니다."
)
CROWDED = (
    "지금 실습실에 접속이 한꺼번에 몰렸습니다. 잠시 뒤 새로 고쳐 주세요.\n"
    "담당자: 사람 수보다 훨씬 많은 접속이 열려 있습니다. 계속되면 docs/reliability.md를 보세요."
)
TOO_MUCH = "파일을 한꺼번에 너무 많이 올렸습니다. 1~2분 뒤에 다시 올리거나 더 작은 파일로 나누어 올려 주세요."
NOT_IN = "먼저 이름을 적고 들어온 뒤에 파일을 올려 주세요."
HURRIED = "요청이 너무 잦아 잠시 받지 않습니다. 몇 초 뒤에 다시 해 주세요. 쓰던 글은 화면에 그대로 있습니다."


class Limits:
    """What is open and how quickly it came, by browser."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def no_room(self, who: str) -> str:
        """Say why one more tab of this browser cannot be opened; empty when it can."""
        if who and self._open["socket", who] >= SOCKETS_EACH:
            return TABS
        if not who and self._open["socket", ""] >= SOCKETS_OF_STRANGERS:
            return CROWDED
        return CROWDED if self._open["all", ""] >= SOCKETS_IN_ALL else ""

    @contextmanager
    def socket(self, who: str) -> Iterator[None]:
        """Count an open WebSocket; ``who`` is empty for a browser that has not come in."""
        with self._counted("socket", who), self._counted("all", ""):
            yield

    def too_many_streams(self, kind: str, who: str) -> bool:
        """Say whether one more stream of events is too many; ``kind`` is live (an answer) or class."""
        return self._open[kind, who] >= (LIVE_EACH if kind == "live" else CLASS_EACH)

    @contextmanager
    def stream(self, kind: str, who: str) -> Iterator[None]:
        """Count a stream of events that is being read."""
        with self._counted(kind, who):
            yield

    def too_quick(self, pace: str, who: str) -> bool:
        """Take one from a browser's bucket; true when it is empty. Strangers share no bucket."""
        return bool(who) and self._empty(pace, who, 1.0, *PACES[pace])

    def sending_wait(self, who: str, pace: tuple[int, float] = SENT_BY_A_BROWSER) -> float:
        """Take one message from a browser's or a tab's bucket; return for how many seconds it must wait."""
        most, a_second = pace
        left = max(self._left("sent", who, most, a_second) - 1.0, -a_second * LONGEST_WAIT_SECONDS)
        self._keep("sent", who, left)
        return max(0.0, -left) / a_second

    def too_much(self, who: str, size: int) -> bool:
        """Take the bytes of an upload from a person's bucket; true when it does not hold them."""
        return self._empty("bytes", who, float(size), UPLOAD_BYTES, UPLOAD_BYTES_A_SECOND)

    def _empty(self, pace: str, who: str, taken: float, most: float, a_second: float) -> bool:
        left = self._left(pace, who, most, a_second)
        refused = left < taken
        self._keep(pace, who, left if refused else left - taken)
        return refused

    def _left(self, pace: str, who: str, most: float, a_second: float) -> float:
        now = self._clock()
        left, at = self._buckets.get((pace, who), (float(most), now))
        return min(float(most), left + (now - at) * a_second)

    def _keep(self, pace: str, who: str, left: float) -> None:
        self._buckets.pop((pace, who), None)
        self._buckets[pace, who] = (left, self._clock())  # the latest used stand last
        while len(self._buckets) > _REMEMBERED:
            del self._buckets[next(iter(self._buckets))]

    @contextmanager
    def _counted(self, what: str, who: str) -> Iterator[None]:
        self._open[what, who] += 1
        try:
            yield
        finally:
            self._open[what, who] -= 1
            if self._open[what, who] <= 0:
                del self._open[what, who]


async def browser_of(
    cookies: Mapping[str, str], known: Callable[[str], bool], teaches: Callable[[str], bool]
) -> str:
    """Return what a browser is counted under; '' where no cookie of it was given out by this room."""
    for name, given_out in ((COOKIE, known), (DESK_COOKIE, teaches)):
        token = cookies.get(name, "")
        if token and await asyncio.to_thread(given_out, token):
            return name_of(token)
    return ""


def name_of(token: str) -> str:
    """Return what a browser is counted under: never the token itself; empty for none."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:20] if token else ""
