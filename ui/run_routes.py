"""실행 over plain HTTP: a press goes straight to the use case, past the page's script.

Drawing an exercise's page takes some sixty elements; forty people who press in the same instant
would wait for forty drawings before the first request goes out. Who presses is told by the cookie
alone, what is sent by the ticket that their own page laid (``sandbox.practice.pressing``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.records import NotFoundError, Person, SandboxError
from ui.routes import body_of, refused, same_site, told
from ui.session import COOKIE, services

TEXT_MAX_CHARS = 400_000
FIELDS_MAX = 60
ID_MAX_CHARS = 60


def run_routes() -> list[Route]:
    """Return the route of 실행."""
    return [Route("/room/run", told(run), methods=["POST"])]


async def run(request: Request) -> Response:
    """Send what stands on the person's page; answer the run's id, or say in Korean why not."""
    if not same_site(request):
        return refused(401)
    asked = await body_of(request)
    ticket, press, text = (asked.get(name) for name in ("ticket", "press", "text"))
    values = _values(asked.get("values"))
    if not all(isinstance(each, str) for each in (ticket, press, text)) or values is None:
        return refused(400)
    if len(str(ticket)) > ID_MAX_CHARS or len(str(press)) > ID_MAX_CHARS:
        return refused(400)
    token = request.cookies.get(COOKIE, "")
    try:
        pressed = partial(_press, token, str(ticket), str(press), str(text), values)
        sent = await services().press(pressed)
    except NotFoundError as error:
        return _told(error, 410)  # the page lays its work anew, and the press is repeated
    except SandboxError as error:
        return _told(error, 409)
    if sent is None:
        return refused(401)
    who, run_id = sent
    services().just_pressed.note(run_id, token, who)
    return JSONResponse({"ok": True, "run": run_id})


def _press(
    token: str, ticket: str, press: str, text: str, values: Mapping[str, str]
) -> tuple[Person, str] | None:
    """Do it all on one thread, once: forty wait behind this. None when nobody has this cookie."""
    room = services()
    who = room.classroom.person_for(token)
    return None if who is None else (who, room.pressing.press(who, ticket, press, text, values))


def _values(given: Any) -> Mapping[str, str] | None:
    """Return the texts of the form's boxes; None when that is not what was sent."""
    if not isinstance(given, dict) or len(given) > FIELDS_MAX:
        return None
    if not all(isinstance(v, str) for v in given.values()) or sum(map(len, given.values())) > TEXT_MAX_CHARS:
        return None
    return given


def _told(error: SandboxError, status: int) -> Response:
    told_why = {"ok": False, "code": error.code, "message": error.message, "remedy": error.remedy}
    return JSONResponse(told_why, status_code=status)
