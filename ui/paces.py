"""How quickly what a page sends reaches Streamlit, so that one person who holds a key down stops nobody.

Hides the waiting. Every message of a tab makes Streamlit draw its page anew, and a dozen tabs that send a hundred
a second each kept everybody else's pages waiting for a minute. Nothing is lost or refused: what comes
too quickly is read later, and the sender's own connection fills up meanwhile. What is counted belongs to a
cookie, and to the tab alone where the page was opened before anybody had come in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.limits import SENT_BY_A_BROWSER, SENT_BY_A_TAB, Limits, browser_of


class _PacedSockets:
    """Let WebSocket messages through at a person's pace."""

    def __init__(self, app: ASGIApp, known: Callable[[str], bool], teaches: Callable[[str], bool]) -> None:
        self._app, self._known, self._teaches = app, known, teaches
        self._limits, self._tabs = Limits(), count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        browser = await browser_of(HTTPConnection(scope).cookies, self._known, self._teaches)
        who = browser or f"tab {next(self._tabs)}"
        pace = SENT_BY_A_BROWSER if browser else SENT_BY_A_TAB

        async def paced() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and (wait := self._limits.sending_wait(who, pace)):
                await asyncio.sleep(wait)
            return message

        await self._app(scope, paced, send)


def paces(known: Callable[[str], bool], teaches: Callable[[str], bool]) -> Middleware:
    """Return the middleware that stands between the gate and Streamlit; for the rest see ``gate``."""
    return Middleware(_PacedSockets, known=known, teaches=teaches)
