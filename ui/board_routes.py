"""The board over plain HTTP: one small JSON every few seconds, no page drawn for it; and the seats' signs of life.

Hides the wire format. Every question of a lecturer names them by the instructor's cookie, which the
use cases verify; a seat is named by its own. An unchanged board is a 304 without a body.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.class_records import InstructorKey, SeatState
from sandbox.records import InputError, NotAllowedError, NotFoundError, SandboxError
from sandbox.reports.standing import STUCK_MINUTES
from ui.routes import body_of, refused, same_site, told, visitor
from ui.session import DESK_COOKIE, services

TEXT_MAX_CHARS = 60


def board_routes() -> list[Route]:
    """Return the routes of the board and the seats."""
    return [
        Route("/room/board", told(board), methods=["GET"]),
        Route("/room/board/seat", told(seat), methods=["GET"]),
        Route("/room/board/shown", told(shown), methods=["GET"]),
        Route("/room/board/act", told(act), methods=["POST"]),
        Route("/room/seat", told(sit), methods=["POST"]),
    ]


# ----------------------------------------------------------------------------- the lecturer's screens


async def board(request: Request) -> Response:
    """Answer the board of a class; ``view=projector`` for the one without names."""
    asked = request.query_params
    minutes = asked.get("minutes", "")
    try:
        drawn = await asyncio.to_thread(
            services().seating.board.drawn,
            _key(request),
            _short(asked.get("class")),
            projector=asked.get("view") == "projector",
            stuck_minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 4 else STUCK_MINUTES,
        )
    except (NotAllowedError, NotFoundError) as error:
        return _not_so(error)
    headers = {"ETag": f'"{drawn.etag}"', "Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        packed = {**headers, "Content-Encoding": "gzip"}
        return Response(drawn.packed, media_type="application/json", headers=packed)
    return Response(drawn.body, media_type="application/json", headers=headers)


async def seat(request: Request) -> Response:
    """Answer one seat looked at closely."""
    asked = request.query_params
    try:
        found = await asyncio.to_thread(
            services().seating.view.seat,
            _key(request),
            _short(asked.get("class")),
            _short(asked.get("person")),
        )
    except (NotAllowedError, NotFoundError) as error:
        return _not_so(error)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


async def shown(request: Request) -> Response:
    """Answer what stands on the projector, as HTML that the documents have escaped."""
    code = _short(request.query_params.get("class"))
    try:
        found = await asyncio.to_thread(services().seating.view.shown, _key(request), code)
    except (NotAllowedError, NotFoundError) as error:
        return _not_so(error)
    body = (
        {"exercise": found.exercise, "answer": found.answer_html, "model": found.model_html} if found else {}
    )
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


async def act(request: Request) -> Response:
    """Do what the lecturer pressed at a seat: help given, answer onto the projector or off it."""
    if not same_site(request):
        return refused(403)
    body = await body_of(request)
    key, code, person_id = _key(request), _short(body.get("class")), _short(body.get("person"))
    seating = services().seating

    def do() -> bool:
        if body.get("act") == "helped":
            seating.help.helped(key, code, person_id)
        elif body.get("act") == "show":
            seating.help.show(key, code, person_id)
        elif body.get("act") == "hide":
            seating.help.hide(key, code)
        else:
            return False
        seating.board.refresh(key, code)
        return True

    try:
        done = await services().write(do)
    except (NotAllowedError, NotFoundError, InputError) as error:
        return _not_so(error)
    return JSONResponse({"ok": True}) if done else refused(400)


# ----------------------------------------------------------------------------- the seats


async def sit(request: Request) -> Response:
    """Take a seat's sign of life or its hand; answer how the seat stands, so that 「도움 완료」 is seen there."""
    who = await visitor(request)
    if who is None or not same_site(request):
        return refused(401)
    body, seats = await body_of(request), services().seating.seats

    def do() -> SeatState | None:
        if body.get("hand") == "up":
            seats.raise_hand(who, shows_screen=body.get("screen") is True)
        elif body.get("hand") == "down":
            seats.lower_hand(who)
        return seats.beat(who, typed=body.get("typed") is True)

    try:
        state = await services().write(do)
    except InputError as error:
        return _not_so(error)
    return JSONResponse(seat_told(state))


def seat_told(state: SeatState | None) -> dict[str, Any]:
    """Write how a seat stands, as its own screen shows it."""
    if state is None:
        return {"ok": True, "hand": False, "screen": False, "shared": False}
    return {
        "ok": True,
        "hand": state.hand_at is not None,
        "screen": state.shows_screen,
        "shared": bool(state.shared_run_id),
    }


def _key(request: Request) -> InstructorKey:
    return InstructorKey(request.cookies.get(DESK_COOKIE, ""))


def _short(text: object) -> str:
    return str(text or "")[:TEXT_MAX_CHARS]


def _not_so(error: SandboxError) -> Response:
    status = {NotAllowedError: 401, NotFoundError: 404}.get(type(error), 409)
    return JSONResponse({"ok": False, "message": error.message, "remedy": error.remedy}, status_code=status)
