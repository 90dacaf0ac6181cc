"""Shared ground of all tests: no network beyond loopback, and a real fake endpoint."""

from __future__ import annotations

import gc
import ipaddress
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_endpoint import FakeEndpoint


def pytest_configure() -> None:
    """Let Ctrl+C reach what tests start: a run begun in the background inherits and passes on a deaf ear."""
    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: the model's answers, then the browser's journeys.

    Several workers share the files in this order (``start.py test``); a long file begun last would be waited
    for alone.
    """
    items.sort(
        key=lambda item: (not item.get_closest_marker("model"), not item.get_closest_marker("browser"))
    )


class NetworkBlockedError(RuntimeError):
    """A test tried to leave the machine. Not an OSError, so that no code mistakes it for weather."""


def _is_loopback(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True, scope="session")
def no_network_beyond_loopback() -> Iterator[None]:
    """Refuse names and addresses that are not this machine's own loopback."""
    patch = pytest.MonkeyPatch()
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_getaddrinfo = socket.getaddrinfo

    def check(host: Any) -> None:
        if not _is_loopback(host):
            raise NetworkBlockedError("tests may reach loopback only")

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            check(address[0])
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if isinstance(address, tuple):
            check(address[0])
        return real_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return real_getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="module")
def own_garbage() -> Iterator[None]:
    """Collect at the end of each file, so that what a file left open is blamed on that file and no other."""
    yield
    gc.collect()


@pytest.fixture
def fake_endpoint() -> Iterator[FakeEndpoint]:
    """Serve a fast fake endpoint on loopback for one test; see tests/fake_endpoint.py."""
    with FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0) as fake:
        yield fake
