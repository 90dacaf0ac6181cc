"""Seats and board, wired: what trainees' screens tell, and what a lecturer's screens are told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.classroom.seats import SeatHelp, Seats
from sandbox.library import Library
from sandbox.records import Endpoint, EndpointHealth, Exercise, NotFoundError
from sandbox.reports.board import Board
from sandbox.reports.seat_view import SeatView
from sandbox.store import Store
from ui.lecture import Lecture


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of one server process and who looks at them."""

    seats: Seats
    help: SeatHelp
    board: Board
    view: SeatView


def seating(
    store: Store,
    library: Library,
    lecture: Lecture,
    *,
    endpoints: Callable[[], Iterable[Endpoint]],
    health: Callable[[str], EndpointHealth],
) -> Seating:
    """Wire seats and board."""

    def exercise(exercise_id: str) -> Exercise | None:
        try:
            return library.exercise(exercise_id)
        except NotFoundError:
            return None

    def title(exercise_id: str) -> str:
        found = exercise(exercise_id)
        return found.title if found else exercise_id

    instructors = lecture.instructors
    return Seating(
        seats=Seats(store),
        help=SeatHelp(store, instructors, lecture.live),
        board=Board(store, instructors, exercise_title=title, endpoints=endpoints, health=health),
        view=SeatView(store, instructors, exercise=exercise),
    )
