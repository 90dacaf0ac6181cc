"""What every request passes first: is the name ours, is the page ours, what a page may load, how often.

Hides the Host and Origin rules, the Content-Security-Policy and where floods end (``limits``). Streamlit checks the origin of
WebSockets only, lets every port of this PC in, and looks at no Host: a page whose name was turned
to this PC's address (DNS rebinding) or another program's page on this PC could speak to the room.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.limits import (
    COOKIE,
    DESK_COOKIE,
    HURRIED,
    NOT_IN,
    TABS,
    TOO_MUCH,
    Limits,
    browser_of,
    name_of,
)

HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
NOT_OURS = (
    "이 주소로는 실습실을 열 수 없습니다. 안내받은 주소로 다시 열어 주세요.\n"
    "담당자: 이름으로 접속하게 하려면 deploy/README.md의 ‘이름 알려 주기’를 보세요."
)
REFUSED, TRY_LATER = 1008, 1013
STREAMS = {"/room/live/": "live", "/room/class": "class", "/room/desk/class/": "class"}
UPLOAD = "/_stcore/upload_file"
# What Streamlit tells anybody who asks: how many sit here, and how to drive a page as a program.
SHUT = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class _Gate:
    """Refuse foreign names, origins and floods, and add the headers that bind our own pages."""

    def __init__(
        self,
        app: ASGIApp,
        known: Callable[[str], bool],
        teaches: Callable[[str], bool],
        direct: Sequence[Route],
    ) -> None:
        self._app, self._direct = app, direct
        self._known, self._teaches = known, teaches
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if scope["type"] == "websocket":
            if is_our_name(host) and is_our_origin(headers.get("origin"), host):
                await self._open_socket(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": REFUSED})
        elif not is_our_name(host):
            await PlainTextResponse(NOT_OURS, status_code=421)(scope, receive, send)
        elif _is_lost(scope, headers):
            await RedirectResponse("/", status_code=303)(scope, receive, _with_headers(send, host))
        elif scope["path"].startswith(SHUT):
            await PlainTextResponse("", status_code=404)(scope, receive, _with_headers(send, host))
        else:
            await self._pass(scope, receive, _with_headers(send, host), headers)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        cookies, path = HTTPConnection(scope).cookies, scope["path"]
        who = name_of(cookies.get(COOKIE, ""))
        pace = _pace(scope["method"], path)
        kind = next((kind for start, kind in STREAMS.items() if path.startswith(start)), "")
        app = self._straight_to(scope) or self._app
        if pace and self._limits.too_quick(pace, who):
            await _refuse(429, HURRIED)(scope, receive, send)
        elif pace == "upload":
            refusal = await self._no_upload(headers, cookies)
            await (refusal or self._app)(scope, receive, send)
        elif kind:
            who = who or name_of(cookies.get(DESK_COOKIE, ""))
            if self._limits.too_many_streams(kind, who):
                await _refuse(429, TABS)(scope, receive, send)
                return
            with self._limits.stream(kind, who):
                await app(scope, receive, send)
        elif _asks_for_a_page(scope, headers) and (why := self._limits.no_room(who)):
            await PlainTextResponse(why, status_code=503)(scope, receive, send)
        else:
            await app(scope, receive, send)

    def _straight_to(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a press or a live answer; None for everything else."""
        for route in self._direct:
            match, more = route.matches(scope)
            if match is Match.FULL:
                scope.update(more)
                return _answering(route.endpoint)
            if match is Match.PARTIAL:
                return PlainTextResponse("", status_code=405)
        return None

    async def _no_upload(self, headers: Headers, cookies: Mapping[str, str]) -> JSONResponse | None:
        """Say why nothing may be uploaded: by nobody who is not in, and by nobody without end.

        Streamlit itself takes 20 MB into memory for whoever knows the name of a session that lives.
        """
        who = await browser_of(cookies, self._known, self._teaches)
        if not who:
            return _refuse(401, NOT_IN)
        size = headers.get("content-length", "")
        if not size.isdecimal():
            return _refuse(411, TOO_MUCH)
        return _refuse(429, TOO_MUCH) if self._limits.too_much(who, int(size)) else None

    async def _open_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a tab in; a cookie that nobody gave out makes no seat of its own."""
        token = HTTPConnection(scope).cookies.get(COOKIE, "")
        mine = token and await asyncio.to_thread(self._known, token)
        who = name_of(token) if mine else ""
        if self._limits.no_room(who):
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        with self._limits.socket(who):
            await self._app(scope, receive, send)


def gate(
    known: Callable[[str], bool] = bool,
    teaches: Callable[[str], bool] = bool,
    direct: Sequence[Route] = (),
) -> Middleware:
    """Return the middleware that stands before everything else.

    ``direct`` are the routes of presses and live answers. They are answered past what Streamlit puts around a
    response (a session, packing) and what Starlette puts around a route (it catches what these handlers catch
    themselves): that has nothing to do with them, and was half the work of sending their many small pieces.
    ``known`` says whether a cookie was given out by this room, ``teaches`` whether it is an instructor's.
    They may block, and are asked once a tab and once an upload.
    """
    return Middleware(_Gate, known=known, teaches=teaches, direct=direct)


def _answering(handle: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await handle(Request(scope, receive))
        except Exception:
            # Answered here, with our headers; whoever stands before us would answer without them.
            await PlainTextResponse("", status_code=500)(scope, receive, send)
            raise
        await response(scope, receive, send)

    return answer


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"ok": False, "message": message}, status_code=status)


def _pace(method: str, path: str) -> str:
    """Return which pace a request must keep; empty for one that only reads."""
    if method == "PUT" and path.startswith(UPLOAD):
        return "upload"
    if method != "POST" or not path.startswith("/room/"):
        return ""
    return "draft" if path == "/room/draft" else "press"


def _asks_for_a_page(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "")


def _is_lost(scope: Scope, headers: Headers) -> bool:
    """Say whether a person asks for a page that is none: Streamlit would tell them so in English."""
    name = scope["path"].strip("/")
    return (
        _asks_for_a_page(scope, headers)
        and re.fullmatch(r"[^/.]+", name) is not None
        and name not in _pages()
    )


@lru_cache(maxsize=1)
def _pages() -> frozenset[str]:
    screens = (p.stem for p in (Path(__file__).parent / "screens").glob("*.py"))
    return frozenset((*screens, "oauth2callback"))  # where single sign-on comes back, if an officer set it up


def is_our_name(host: str) -> bool:
    """Say whether a Host header can be ours: an address, this PC's name, or a name an officer gave.

    A name with dots that nobody gave could be anybody's; numbers and bare PC names could not.
    """
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?", host):
        return False
    try:
        place = urlsplit(f"//{host}")
        name, _port = (place.hostname or "").rstrip("."), place.port
    except ValueError:
        return False
    if "." not in name and ":" not in name:
        return bool(name)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in _given_names()
    return True


def is_our_origin(origin: str | None, host: str) -> bool:
    """Say whether an Origin header is the page that ``host`` serves; programs send none at all."""
    if origin is None:
        return True
    scheme, _, place = origin.partition("://")
    name = place.rpartition(":")[0] if re.search(r":\d+$", place) else place
    return scheme in ("http", "https") and (place == host or name.lower() in _officers_names())


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    own = socket.gethostname().lower()
    return frozenset(
        {own, f"{own}.local", socket.getfqdn().lower(), "localhost.localdomain"} | _officers_names()
    )


@lru_cache(maxsize=1)
def _officers_names() -> frozenset[str]:
    """Return the names set in Streamlit's own configuration: other ports of this PC are not among them."""
    places = [*st.get_option("server.corsAllowedOrigins"), f"//{st.get_option('browser.serverAddress')}"]
    names = {(urlsplit(place).hostname or "").lower() for place in places}
    return frozenset(n for n in names if n and "." in n and not n.startswith("127."))


def _with_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            have = {k.lower() for k, _ in message.get("headers", [])}
            ours = {**HEADERS, b"content-security-policy": _policy(host)}
            extra = [(k, v) for k, v in ours.items() if k not in have]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sending


@lru_cache(maxsize=64)
def _policy(host: str) -> bytes:
    """Write the policy. ``host`` has passed ``is_our_name``: nothing can be smuggled in with it.

    Styles stay inline because Streamlit writes them so. Scripts come from files of this
    server, from the page's own one line (by its hash) and, for our components, from ``blob:``.
    """
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {_inline_scripts()}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "worker-src": "'self' blob:",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items()).encode("ascii")


@lru_cache(maxsize=1)
def _inline_scripts() -> str:
    """Return the hashes of the scripts that stand in Streamlit's page itself."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in found
    )
