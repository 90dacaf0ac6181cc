"""How a class reaches its seats: one quiet stream of server-sent events a visible tab, and the desk's cookie.

Hides the wire format of ``ClassNow``. A seat names its class by its own cookie, a lecturer's screen by
the instructor's; both are looked at again while the stream lives, so that who was moved, removed or
signed out is told nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.class_records import InstructorKey
from sandbox.classroom import ClassTold
from sandbox.records import NotAllowedError, NotFoundError, SandboxError
from ui.event_stream import EventStream
from ui.routes import body_of, refused, same_site, told, visitor
from ui.session import COOKIE, DESK_COOKIE, KNOWN_COOKIE, services

log = logging.getLogger("ui")

# Proxies of public bodies cut connections that are quiet for thirty seconds.
BEAT_SECONDS = 20.0
SIGNED_IN_SECONDS = 12 * 3600
KNOWN_SECONDS = 180 * 24 * 3600


def class_routes() -> list[Route]:
    """Return the routes of the class."""
    return [
        Route("/room/class", told(seat), methods=["GET"]),
        Route("/room/desk/class/{code}", told(desk), methods=["GET"]),
        Route("/room/desk/enter", told(enter), methods=["POST"]),
        Route("/room/desk/leave", told(leave), methods=["POST"]),
    ]


async def seat(request: Request) -> Response:
    """Stream to a seat what stands before its class; 204 (do not come again) for who is in none."""
    who = await visitor(request)
    if who is None or not who.class_code:
        return Response(status_code=204)
    token = request.cookies.get(COOKIE, "")

    def still_there() -> bool:
        now = services().classroom.person_for(token)
        if now is None or now.class_code != who.class_code:
            return False
        try:
            services().seating.seats.is_open(now)
        except SandboxError as error:  # no reason to tell the seat less
            log.warning("an open seat could not be noted: %s", error.code)
        return True

    await asyncio.to_thread(still_there)
    return EventStream(_events(who.class_code, still_there))


async def desk(request: Request) -> Response:
    """Stream the same to a lecturer's screen."""
    token, code = request.cookies.get(DESK_COOKIE, ""), str(request.path_params["code"])

    def still_there() -> bool:
        try:
            services().lecture.instructors.current(InstructorKey(token))
        except NotAllowedError:
            return False
        return True

    if not await asyncio.to_thread(still_there):
        return refused(401)
    return EventStream(_events(code, still_there))


async def _events(code: str, still_there: Callable[[], bool]) -> AsyncGenerator[str]:
    yield "retry: 2500\n\n"
    changes = services().lecture.followers.follow(code)
    coming: asyncio.Task[ClassTold | None] | None = None
    try:
        clock = asyncio.get_running_loop().time
        beat_at: float | None = None  # no beat before the first word
        while True:
            coming = coming or asyncio.create_task(_next(changes))
            wait_seconds = None if beat_at is None else max(0.0, beat_at - clock())
            done, _ = await asyncio.wait({coming}, timeout=wait_seconds)
            if not done:
                beat_at = clock() + BEAT_SECONDS
                if not await asyncio.to_thread(still_there):
                    break
                yield ": .\n\n"
                continue
            beat_at = beat_at or clock() + BEAT_SECONDS
            now = coming.result()
            coming = None
            if now is None:
                break
            said = await asyncio.to_thread(_said, now)  # the exercise's title may have to be read
            yield f"data: {json.dumps(said, ensure_ascii=False)}\n\n"
        yield "event: gone\ndata: {}\n\n"
    finally:
        if coming is not None:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await coming
        await changes.aclose()


async def _next(changes: AsyncGenerator[ClassTold | None]) -> ClassTold | None:
    return await anext(changes, None)


def _said(told_now: ClassTold) -> dict[str, Any]:
    """Write what stands before a class: seconds left, not a time, since the seats' clocks differ."""
    of, now = told_now.of, told_now.now
    said: dict[str, Any] = {
        "v": now.version,
        "code": of.code,
        "exercise": now.exercise_id,
        "title": _title(now.exercise_id),
        "move": now.move,
        "paused": now.paused,
        "closed": of.closed_at is not None,
        "notice": now.notice,
        "recorded": now.recorded,
        "survey": now.survey_open,
        "shown": now.shown_run_id,
    }
    left = services().lecture.followers.seconds_left(told_now)
    if left is not None:
        said["timer"] = {"title": now.timer_title, "left": round(left, 1)}
    return said


def _title(exercise_id: str) -> str:
    if not exercise_id:
        return ""
    try:
        return services().library.exercise(exercise_id).title
    except NotFoundError:
        return ""


# ----------------------------------------------------------------------------- the instructor's cookie


async def enter(request: Request) -> Response:
    """Put an instructor's key into a cookie that scripts cannot read, and remember the browser."""
    if not same_site(request):
        return refused(403)
    body = await body_of(request)
    token, known = str(body.get("token", "")), str(body.get("known", ""))[:100]
    try:
        await asyncio.to_thread(services().lecture.instructors.current, InstructorKey(token))
    except NotAllowedError:
        return refused(401)
    response = JSONResponse({"ok": True})
    secure = request.url.scheme == "https"
    for name, value, seconds in (
        (DESK_COOKIE, token, SIGNED_IN_SECONDS),
        (KNOWN_COOKIE, known, KNOWN_SECONDS),
    ):
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
    return response


async def leave(request: Request) -> Response:
    if not same_site(request):
        return refused(403)
    key = InstructorKey(request.cookies.get(DESK_COOKIE, ""))
    await asyncio.to_thread(services().lecture.instructors.sign_out, key)
    response = JSONResponse({"ok": True})
    response.delete_cookie(DESK_COOKIE)
    return response
