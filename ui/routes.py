"""Plain HTTP beside Streamlit: live answers as server-sent events, the cookie, drafts, health.

Hides the wire format of live answers and who may ask for what. Every request names its person
by the cookie alone; a request that another site makes is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.practice import LivePart
from sandbox.records import NotAllowedError, NotFoundError, Person, PromptTooLongError, SandboxError
from ui.session import COOKIE, services

COOKIE_SECONDS = 30 * 24 * 3600
BODY_MAX_BYTES = 1_000_000
POSITION = re.compile(r"[0-9]{1,9}")
Handler = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """Return the routes of the room, all under ``/room``."""
    return [
        Route("/room/live/{run_id}", _told(live), methods=["GET"]),
        Route("/room/stop/{run_id}", _told(stop), methods=["POST"]),
        Route("/room/enter", _told(enter), methods=["POST"]),
        Route("/room/leave", _told(leave), methods=["POST"]),
        Route("/room/draft", _told(draft), methods=["POST"]),
        Route("/room/health", health, methods=["GET"]),
    ]


def _told(handle: Handler) -> Handler:
    """Answer what the room itself could not do (a locked or full database) in Korean, not with a traceback."""

    @wraps(handle)
    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except SandboxError as error:
            told = {"ok": False, "message": error.message, "remedy": error.remedy}
            return JSONResponse(told, status_code=503)

    return answer


async def live(request: Request) -> Response:
    """Stream what is new of one's own run; ``Last-Event-ID`` or ``from`` says where to take up."""
    who = await _person(request)
    if who is None:
        return _refused(401)
    wanted = request.headers.get("last-event-id") or request.query_params.get("from", "0")
    start = int(wanted) if POSITION.fullmatch(wanted) else 0
    parts = services().practice.follow(who, request.path_params["run_id"], start)
    try:
        first = await anext(parts)
    except (NotFoundError, NotAllowedError):
        return _refused(404)
    return StreamingResponse(
        _events(first, parts),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(first: LivePart, rest: AsyncIterator[LivePart]) -> AsyncIterator[str]:
    yield "retry: 1500\n\n" + _event(first)
    if not first.ended:
        async for part in rest:
            yield _event(part)


def _event(part: LivePart) -> str:
    """Write one event: short keys, since there are thousands of them."""
    body: dict[str, Any] = {"s": part.state.name}
    if part.text:
        body["t"] = part.text
    if part.ahead or part.wait_seconds:
        body |= {"a": part.ahead, "w": round(part.wait_seconds)}
    if part.message:
        body |= {"m": part.message, "r": part.remedy}
    name = "event: end\n" if part.ended else ""
    return f"id: {part.position}\n{name}data: {json.dumps(body, ensure_ascii=False)}\n\n"


async def stop(request: Request) -> Response:
    who = await _person(request)
    if who is None or not _same_site(request):
        return _refused(401)
    try:
        await asyncio.to_thread(services().practice.stop, who, request.path_params["run_id"])
    except (NotFoundError, NotAllowedError):
        return _refused(404)
    return JSONResponse({"ok": True})


async def enter(request: Request) -> Response:
    """Put a token that the room has just given out into a cookie that scripts cannot read."""
    if not _same_site(request):
        return _refused(403)
    token = str((await _body(request)).get("token", ""))
    if await asyncio.to_thread(services().classroom.person_for, token) is None:
        return _refused(401)
    response = JSONResponse({"ok": True})
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def leave(request: Request) -> Response:
    if not _same_site(request):
        return _refused(403)
    await asyncio.to_thread(services().classroom.leave, request.cookies.get(COOKIE, ""))
    response = JSONResponse({"ok": True})
    response.delete_cookie(COOKIE)
    return response


async def draft(request: Request) -> Response:
    """Keep what is being typed before Streamlit hears of it, so that a refresh loses nothing."""
    who = await _person(request)
    if who is None or not _same_site(request):
        return _refused(401)
    body = await _body(request)
    if body.get("person", who.id) != who.id:
        return _refused(409)  # an old tab: somebody else has come in at this browser since
    place, changed = str(body.get("place", "")), body.get("values", {})
    if not place or len(place) > 100 or not isinstance(changed, dict):
        return _refused(400)
    practice = services().practice

    def merge() -> None:
        typed = {str(k)[:100]: str(v) for k, v in changed.items()}
        practice.save_draft(who, place, {**practice.draft(who, place), **typed})

    try:
        await asyncio.to_thread(merge)
    except PromptTooLongError:
        return _refused(413)
    return JSONResponse({"ok": True})


async def health(_request: Request) -> Response:
    return JSONResponse({"ok": True})


async def _person(request: Request) -> Person | None:
    return await asyncio.to_thread(services().classroom.person_for, request.cookies.get(COOKIE, ""))


async def _body(request: Request) -> dict[str, Any]:
    """Read a small JSON object; anything else is an empty one."""
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > BODY_MAX_BYTES:
            return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _same_site(request: Request) -> bool:
    """Say whether our own page asks: the browser tells, and old ones give an Origin at least."""
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")


def _refused(status: int) -> Response:
    return JSONResponse({"ok": False}, status_code=status)
