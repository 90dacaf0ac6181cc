"""Presses and live answers go past Streamlit's middlewares: the gate and the routes must do all of it themselves.

On the real server. Nothing of what held before may be missing there: whose cookie, which site, which name,
how large, how often, and the headers that bind a page.
"""

# ruff: noqa: F811  the fixtures of test_security.py
from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.test_attacks_floods import Gated, status_of
from tests.test_security import FORGED, OTHER_SITES, SAME, Answer, Attacked, Seat, fake, me, room, victim  # noqa: F401  fixtures
from ui.gate import HEADERS, gate
from ui.limits import LIVE_EACH, PACES
from ui.routes import live_routes
from ui.run_routes import TEXT_MAX_CHARS, run_routes

PRESSED = {"ticket": "t", "press": "1", "text": "안녕하세요", "values": {}}


def press(
    room: Attacked,
    headers: Mapping[str, str],
    body: bytes | str | None = None,
    method: str = "POST",
) -> Answer:
    return room.ask(method, "/room/run", headers, json.dumps(PRESSED) if body is None else body)


def test_what_is_served_past_streamlit_is_known() -> None:
    """Whoever adds a place here adds it to the tests of this file."""
    assert {route.path for route in (*live_routes(), *run_routes())} == {"/room/live/{run_id}", "/room/run"}


# --------------------------------------------------------------------------- whose, from where


@pytest.mark.parametrize("headers", OTHER_SITES.values(), ids=OTHER_SITES.keys())
def test_a_press_of_another_site_is_refused(room: Attacked, me: Seat, headers: dict[str, str]) -> None:
    sent = {k: v.format(host=f"127.0.0.1:{room.room.port}") for k, v in headers.items()}
    got = press(room, {**me.cookie, **sent})
    assert got.status == 401 and got.body == b'{"ok":false}'


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_press_with_a_forged_cookie_is_nobodys(
    room: Attacked, forged: dict[str, str], victim: Seat
) -> None:
    sent = {k: v.format(hash="0" * 64, person_id=victim.person_id) for k, v in forged.items()}
    got = press(room, {**SAME, **sent})
    assert (got.status, got.body) == (401, b'{"ok":false}')


def test_a_press_tells_nothing_of_anybodys_ticket(room: Attacked, me: Seat, victim: Seat) -> None:
    """A ticket that was never laid and one that is another's are the same."""
    got = press(room, {**SAME, **me.cookie})
    assert got.status == 410 and json.loads(got.body)["remedy"]
    assert victim.person_id.encode() not in got.body


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.evil.example", "", "user@127.0.0.1"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/room/run"), ("GET", "/room/live/{run}")])
def test_a_rebound_name_is_refused_before_the_route(
    room: Attacked,
    me: Seat,
    method: str,
    path: str,
    host: str,
) -> None:
    got = room.ask(
        method, path.format(run=me.run_id), {**SAME, **me.cookie, "Host": host}, json.dumps(PRESSED)
    )
    assert got.status in (400, 421)
    assert "남이 보면 안 되는" not in got.body.decode()


def test_no_other_origin_may_ask_first(room: Attacked, me: Seat) -> None:
    for path in ("/room/run", f"/room/live/{me.run_id}"):
        asked = {**me.cookie, "Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        got = room.ask("OPTIONS", path, asked)
        assert got.status == 405
        assert not [name for name in got.headers if name.startswith("access-control")]


# --------------------------------------------------------------------------- what binds a page


def bound(got: Answer) -> None:
    for name, value in HEADERS.items():
        assert got.headers[name.decode()] == value.decode()
    assert "default-src 'self'" in got.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
    assert "set-cookie" not in got.headers


def test_every_answer_of_the_direct_way_binds_the_page(room: Attacked, me: Seat) -> None:
    stream = room.ask("GET", f"/room/live/{me.run_id}", me.cookie)
    assert stream.status == 200 and stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    answers = {
        200: stream,
        401: press(room, SAME),
        400: press(room, {**SAME, **me.cookie}, b"[]"),
        410: press(room, {**SAME, **me.cookie}),
        405: press(room, {**SAME, **me.cookie}, method="PUT"),
        404: room.ask("GET", "/room/live/none", me.cookie),
    }
    for status, got in answers.items():
        assert got.status == status
        bound(got)


@pytest.mark.parametrize(
    "path", ["/room/run/", "/room/running", "/room/run%00", "/room/live/", "/room/live/a/b", "/room/live/../run",
             "//room/run", "/room/live/%2e%2e/%2e%2e/app.py", "/room/live/..%2f..%2fdraft"],
)  # fmt: skip
def test_what_only_looks_like_the_direct_way_leads_nowhere(room: Attacked, me: Seat, path: str) -> None:
    for method in ("GET", "POST"):
        got = room.ask(method, path, {**SAME, **me.cookie}, json.dumps(PRESSED))
        assert got.status in (301, 307, 308, 400, 404, 405) or b"<title>" in got.body, (
            method,
            path,
            got.status,
        )
        elsewhere = urljoin(f"http://127.0.0.1/{path.lstrip('/')}", got.headers.get("location", ""))
        assert urlsplit(elsewhere).hostname == "127.0.0.1", elsewhere
        assert got.headers["x-frame-options"] == "DENY"


# --------------------------------------------------------------------------- how large, how odd

ODD = {
    "empty": b"",
    "no JSON": b"<xml/>",
    "a list": b"[1, 2]",
    "deeply nested": b"[" * 200_000,
    "two megabytes": b'{"ticket": "t", "press": "1", "values": {}, "text": "' + b"x" * 2_000_000 + b'"}',
    "not UTF-8": b'{"ticket": "\xff\xfe"}',
    "a ticket of 10,000": json.dumps({**PRESSED, "ticket": "t" * 10_000}).encode(),
    "values without end": json.dumps({**PRESSED, "values": {str(n): "" for n in range(5_000)}}).encode(),
    "one endless value": json.dumps({**PRESSED, "values": {"a": "x" * (TEXT_MAX_CHARS + 1)}}).encode(),
    "numbers for texts": json.dumps({**PRESSED, "text": 7}).encode(),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_a_malformed_press_is_a_plain_refusal(room: Attacked, me: Seat, body: bytes) -> None:
    got = press(room, {**SAME, **me.cookie}, body)
    assert (got.status, got.body) == (400, b'{"ok":false}')
    assert press(room, SAME, body).status in (400, 401)


@pytest.mark.parametrize(
    "lengths",
    [b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 50\r\n",
     b"Content-Length: -1\r\n", b"Content-Length: 0x10\r\n", b"Transfer-Encoding: identity, chunked\r\nX: y\x00z\r\n"],
)  # fmt: skip
def test_a_request_of_two_lengths_is_no_request(room: Attacked, me: Seat, lengths: bytes) -> None:
    """What one server takes for the end another takes for a second request: behind nginx nobody may slip one in."""
    head = f"POST /room/run HTTP/1.1\r\nHost: 127.0.0.1:{room.room.port}\r\nSec-Fetch-Site: same-origin\r\n"
    slipped = f"GET /room/live/{me.run_id} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: room={me.token}\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", room.room.port), timeout=20)) as line:
        line.sendall(head.encode() + lengths + b"\r\n0\r\n\r\n" + slipped.encode())
        line.settimeout(5)
        said = b"".join(_until_it_ends(line))
    assert "남이 보면 안 되는".encode() not in said, said[:300]
    assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401")), said[:100]


def test_a_body_without_end_is_cut_off(room: Attacked, me: Seat) -> None:
    """No length is told, and more and more comes: a megabyte is read, then the answer goes out."""
    head = f"POST /room/run HTTP/1.1\r\nHost: 127.0.0.1:{room.room.port}\r\nSec-Fetch-Site: same-origin\r\n"
    head += f"Cookie: room={me.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
    with closing(socket.create_connection(("127.0.0.1", room.room.port), timeout=20)) as line:
        line.sendall(head.encode())
        sent = 0
        try:
            while sent < 200:
                line.sendall(piece)
                sent += 1
        except OSError:
            pass  # hung up on: that, too, is an end
        assert sent < 200 or line.recv(1_000).startswith(b"HTTP/1.1 400")


def _until_it_ends(line: socket.socket) -> Iterator[bytes]:
    try:
        while piece := line.recv(65_536):
            yield piece
    except OSError:
        return


# --------------------------------------------------------------------------- how often


def _in_front(n: int) -> str:
    return f"room=made-up-{n}; room=known-me"


def _respelled(n: int) -> str:
    """Write some of the letters by their numbers: others for every ``n``."""
    letters = (f"\\{ord(c):03o}" if n >> at & 1 else c for at, c in enumerate("known-me"))
    return f'room="{"".join(letters)}"'


spelled = pytest.mark.parametrize("spell", [_in_front, _respelled])


@spelled
def test_the_routes_take_all_of_these_for_one_person(spell: Callable[[int], str]) -> None:
    scope = {"type": "http", "headers": [(b"cookie", spell(37).encode())]}
    assert HTTPConnection(scope).cookies["room"] == "known-me"


@spelled
async def test_one_cookie_presses_at_one_pace_however_it_is_written(spell: Callable[[int], str]) -> None:
    gated = Gated()
    asks = [gated.ask("http", "/room/run", "", "POST", cookie=spell(n)) for n in range(PACES["press"][0] + 3)]
    statuses = [status_of(await told)[0] for told in asks]
    assert statuses.count(429) == 3


@spelled
async def test_one_cookie_has_so_many_live_answers_however_it_is_written(spell: Callable[[int], str]) -> None:
    gated = Gated()
    for n in range(LIVE_EACH + 1):
        gated.ask("http", "/room/live/x", "", cookie=spell(n))
        await gated.still()
    inside = gated.behind.inside
    await gated.close()
    assert inside == LIVE_EACH


async def broken(_request: Request) -> Response:
    raise KeyError("개인정보 900101-1234568")


@pytest.mark.parametrize(("method", "status"), [("POST", 500), ("GET", 405), ("HEAD", 405), ("PUT", 405)])
def test_what_breaks_and_what_is_no_way_in_are_answered_with_our_headers(method: str, status: int) -> None:
    made = gate(direct=[Route("/room/run", broken, methods=["POST"])])
    app = Starlette(middleware=[made])
    got = TestClient(app, base_url="http://localhost", raise_server_exceptions=False).request(
        method, "/room/run"
    )
    assert (got.status_code, got.text) == (status, "")
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
