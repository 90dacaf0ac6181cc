"""The nouns of the lecturer's room: instructors, classes, what a class is told now, who sits where.

Frozen records beside those of ``records``, with the same conventions: UTC ``*_at``, Korean only
where a person sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sandbox.records import Level, Location


class InstructorKey:
    """What an instructor's browser holds. Every instructor use case asks for it and verifies it again."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    def reveal(self) -> str:
        """Return the token; call only where it is hashed or handed to the browser."""
        return self._token

    def __repr__(self) -> str:
        return "InstructorKey(…)"


@dataclass(frozen=True, slots=True)
class Instructor:
    """A lecturer or the officer. ``is_officer``: may add instructors and raise the city's own limits."""

    id: str
    name: str
    is_officer: bool
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClassRules:
    """What holds for everybody of a class.

    ``strict_guard``: nothing that looks personal may be kept as it stands. ``outside_allowed``:
    endpoints outside the building may be used. ``class_tokens`` and ``class_won`` are the whole
    class's budget, ``person_tokens`` one person's a day; None means no limit here.
    """

    open_join: bool = True
    strict_guard: bool = False
    outside_allowed: bool = True
    class_tokens: int | None = None
    class_won: float | None = None
    person_tokens: int | None = None
    retention_days: int = 90


@dataclass(frozen=True, slots=True)
class Class:
    """One course run, known by its six-character code. ``path``: exercise ids in order."""

    code: str
    title: str
    level: Level
    path: tuple[str, ...]
    seats: int
    created_by: str
    created_at: datetime
    starts_on: date | None = None
    ends_on: date | None = None
    endpoint_id: str = ""
    rules: ClassRules = field(default_factory=ClassRules)
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    delete_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClassNow:
    """What the lecturer has put before the class. ``version`` grows with every change.

    ``exercise_id`` is 「지금 이 실습」; ``move`` counts the times the class was moved there.
    ``shown_run_id`` is the trainee's answer on the projector, with permission.
    """

    version: int = 0
    exercise_id: str = ""
    move: int = 0
    paused: bool = False
    notice: str = ""
    timer_title: str = ""
    timer_ends_at: datetime | None = None
    recorded: bool = False
    survey_open: bool = False
    shown_run_id: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A line of the roster; ``person_id`` is empty until somebody has sat down."""

    class_code: str
    seat: str
    name: str = ""
    department: str = ""
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one run of one person, decided by their class and their limits.

    ``location``: treat the endpoint as if it stood there (stricter only). ``first``: a lecturer's
    own run, before those who wait.
    """

    location: Location | None = None
    strict_guard: bool = False
    first: bool = False
