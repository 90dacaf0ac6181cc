"""Plain HTTP beside Streamlit: live answers as server-sent events, the cookie, drafts, health.

Hides the wire format of live answers and who may ask for what. Every request names its person
by the cookie alone; a request that another site makes is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.practice import LivePart, Typed
from sandbox.records import NotAllowedError, NotFoundError, Person, PromptTooLongError, SandboxError
from ui.event_stream import EventStream
from ui.session import COOKIE, services

COOKIE_SECONDS = 30 * 24 * 3600
BODY_MAX_BYTES = 1_000_000
POSITION = re.compile(r"[0-9]{1,9}")
# json.dumps with anything but its defaults makes a new encoder each time, and there are thousands of events.
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Handler = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """Return the routes of the room, all under ``/room``, but for the live answers."""
    return [
        Route("/room/stop/{run_id}", told(stop), methods=["POST"]),
        Route("/room/enter", told(enter), methods=["POST"]),
        Route("/room/leave", told(leave), methods=["POST"]),
        Route("/room/draft", told(draft), methods=["POST"]),
        Route("/room/health", health, methods=["GET"]),
    ]


def live_routes() -> list[Route]:
    """Return the route of the live answers."""
    return [Route("/room/live/{run_id}", told(live), methods=["GET"])]


def told(handle: Handler) -> Handler:
    """Answer what the room itself could not do (a locked or full database) in Korean, not with a traceback."""

    @wraps(handle)
    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except SandboxError as error:
            said = {"ok": False, "message": error.message, "remedy": error.remedy}
            return JSONResponse(said, status_code=503)

    return answer


async def live(request: Request) -> Response:
    """Stream what is new of one's own run; ``Last-Event-ID`` or ``from`` says where to take up."""
    run_id = request.path_params["run_id"]
    who = services().just_pressed.take(run_id, request.cookies.get(COOKIE, "")) or await visitor(request)
    if who is None:
        return refused(401)
    wanted = request.headers.get("last-event-id") or request.query_params.get("from", "0")
    start = int(wanted) if POSITION.fullmatch(wanted) else 0
    parts = services().practice.follow(who, run_id, start)
    try:
        first = await anext(parts)
    except (NotFoundError, NotAllowedError):
        return refused(404)
    return EventStream(_events(first, parts))


async def _events(first: LivePart, rest: AsyncIterator[LivePart]) -> AsyncGenerator[str]:
    yield "retry:1500\n\n" + _event(first)
    told = first.state
    if not first.ended:
        async for part in rest:
            yield _event(part, told)
            told = part.state


def _event(part: LivePart, told: object = None) -> str:
    """Write one event: short keys, nothing said twice, since there are thousands of them.

    ``told`` is the state that the browser knows already.
    """
    body: dict[str, Any] = {} if part.state is told else {"s": part.state.name}
    if part.text:
        body["t"] = part.text
    if part.ahead or part.wait_seconds:
        body |= {"a": part.ahead, "w": round(part.wait_seconds)}
    if part.resting:
        body["z"] = 1
    if part.fallback_name and part.state is not told:
        body["f"] = part.fallback_name
    if part.message:
        body |= {"m": part.message, "r": part.remedy}
    name = "event: end\n" if part.ended else ""
    return f"id:{part.position}\n{name}data:{_write_json(body)}\n\n"


async def stop(request: Request) -> Response:
    who = await visitor(request)
    if who is None or not same_site(request):
        return refused(401)
    try:
        await asyncio.to_thread(services().practice.stop, who, request.path_params["run_id"])
    except (NotFoundError, NotAllowedError):
        return refused(404)
    return JSONResponse({"ok": True})


async def enter(request: Request) -> Response:
    """Put a token that the room has just given out into a cookie that scripts cannot read."""
    if not same_site(request):
        return refused(403)
    token = str((await body_of(request)).get("token", ""))
    if await asyncio.to_thread(services().classroom.person_for, token) is None:
        return refused(401)
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
    if not same_site(request):
        return refused(403)
    token = request.cookies.get(COOKIE, "")
    await services().write(lambda: services().classroom.leave(token))
    response = JSONResponse({"ok": True})
    response.delete_cookie(COOKIE)
    return response


async def draft(request: Request) -> Response:
    """Keep what is being typed before Streamlit hears of it, so that a refresh loses nothing."""
    who = await visitor(request)
    if who is None or not same_site(request):
        return refused(401)
    body = await body_of(request)
    if body.get("person", who.id) != who.id:
        return refused(409)  # an old tab: somebody else has come in at this browser since
    place, changed = str(body.get("place", "")), body.get("values", {})
    if not place or len(place) > 100 or not isinstance(changed, dict):
        return refused(400)
    typed = Typed(
        place,
        {str(k)[:100]: str(v) for k, v in changed.items()},
        mark=str(body.get("mark", ""))[:60],
        numbers=_numbers(body.get("numbers")),
    )
    try:
        kept = services().practice.drafting.take(who, typed)
        # Shielded: others may wait for the same writing when this browser has gone.
        await asyncio.shield(asyncio.wrap_future(kept))
    except PromptTooLongError:
        return refused(413)
    return JSONResponse({"ok": True})


def _numbers(given: Any) -> dict[str, int]:
    """Return the numbers of the boxes' texts; what is none is as old as can be."""
    if not isinstance(given, dict):
        return {}
    return {str(k)[:100]: v for k, v in given.items() if isinstance(v, int) and not isinstance(v, bool)}


async def health(_request: Request) -> Response:
    return JSONResponse({"ok": True})


def knows(token: str) -> bool:
    """Say whether a cookie was given out by this room."""
    return services().classroom.person_for(token) is not None


def teaches(token: str) -> bool:
    """Say whether a cookie is an instructor's."""
    return services().lecture.instructors.teaches(token)


async def visitor(request: Request) -> Person | None:
    """Say who asks, by the cookie alone."""
    return await asyncio.to_thread(services().classroom.person_for, request.cookies.get(COOKIE, ""))


async def body_of(request: Request) -> dict[str, Any]:
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


def same_site(request: Request) -> bool:
    """Say whether our own page asks: the browser tells, and old ones give an Origin at least."""
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")


def refused(status: int) -> Response:
    """Answer without a word to what no page of ours would ask."""
    return JSONResponse({"ok": False}, status_code=status)
