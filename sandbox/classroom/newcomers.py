"""How many new people may come in by a name alone, so that no script fills the room's records.

Hides two buckets of names: one of the address they come from, one of the whole room. Each holds a whole
building at once, twice over, for a classroom shares one address; only what comes on and on empties it.
An address that has emptied its own takes nothing more from the room's, so the others still come in. Who brings
a class code passes neither: a class holds as many as its lecturer gave it seats (``joining``). In memory
only: it guards this server, and a restart forgives.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from sandbox.records import NotAllowedError

log = logging.getLogger("sandbox.classroom")
# How many at once, and after how many seconds one more.
OF_AN_ADDRESS = (650, 5.0)
OF_THE_ROOM = (1_300, 2.0)
TELL_EVERY_SECONDS = 60.0
_ADDRESSES_KNOWN = 4_000


class Newcomers:
    """Count who comes in by a name alone. One per server process; safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._room, self._told = (float(OF_THE_ROOM[0]), clock()), -math.inf

    def admit(self, address: str = "") -> None:
        """Count one more; NotAllowedError, and nothing counted, when there are too many. '' is no address."""
        now, place = self._clock(), _network(address)
        with self._lock:
            own = self._buckets.get(place, (float(OF_AN_ADDRESS[0]), now))
            own_left, room_left = _filled(own, now, *OF_AN_ADDRESS), _filled(self._room, now, *OF_THE_ROOM)
            own_wait, room_wait = (1.0 - own_left) * OF_AN_ADDRESS[1], (1.0 - room_left) * OF_THE_ROOM[1]
            if own_wait > 0 or room_wait > 0:
                self._tell(now)
                raise _too_many(max(own_wait, room_wait))
            self._room = room_left - 1.0, now
            if place:
                self._buckets[place] = own_left - 1.0, now
                self._buckets.move_to_end(place)
            if len(self._buckets) > _ADDRESSES_KNOWN:
                self._buckets.popitem(last=False)

    def _tell(self, now: float) -> None:
        """Let the officer find it in the log, now and then; never from where."""
        if now - self._told >= TELL_EVERY_SECONDS:
            self._told = now
            log.warning("newcomers without a class code are held back: far more come than a building holds")


def _filled(bucket: tuple[float, float], now: float, most: int, every_seconds: float) -> float:
    left, at = bucket
    return min(float(most), left + max(0.0, now - at) / every_seconds)


def _network(address: str) -> str:
    """Return what is counted as one place: of the long addresses the network, since every PC has many of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


def _too_many(wait_seconds: float) -> NotAllowedError:
    return NotAllowedError(
        "과정 코드 없이 새로 들어오는 사람이 갑자기 너무 많아 잠시 받지 않습니다.",
        remedy="과정 코드를 받았다면 함께 적어 주세요. 바로 들어올 수 있습니다. "
        f"코드가 없으면 {math.ceil(wait_seconds)}초쯤 뒤에 다시 눌러 주세요. "
        "이미 들어와 있는 분은 그대로 실습하실 수 있습니다.",
    )
