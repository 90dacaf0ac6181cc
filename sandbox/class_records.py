"""The nouns of the lecturer's room: instructors, classes, what a class is told now, who sits where.

Frozen records beside those of ``records``, with the same conventions: UTC ``*_at``, Korean only
where a person sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sandbox.records import Level, RunState

KOREA = timezone(timedelta(hours=9), "KST")  # no summer time; Windows brings no zone names


def korean_day(at: datetime) -> date:
    """Return the day on which a moment falls in Korea."""
    return at.astimezone(KOREA).date()


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
    class's budget, ``person_tokens`` and ``person_won`` one person's a day; None means no limit here. ``rejoin_by_seat``:
    the same name at the same seat takes the seat's work up on another PC, while nobody works there.
    """

    open_join: bool = True
    rejoin_by_seat: bool = True
    strict_guard: bool = False
    outside_allowed: bool = True
    class_tokens: int | None = None
    class_won: float | None = None
    person_tokens: int | None = None
    person_won: float | None = None
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
class Deletion:
    """What is left of a class that was deleted: how much there was of what, as proof that it is gone."""

    class_code: str
    class_title: str
    deleted_by: str
    deleted_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one run of one person, decided by their class and their limits.

    ``strict_guard``: nothing that looks personal goes out as it stands, whatever the person chose.
    """

    strict_guard: bool = False


# --------------------------------------------------------------------------- budgets and what was used


class LimitScope(StrEnum):
    """Whom a limit holds for, and over what time."""

    PERSON = "person"  # one person a day, by the officer; key: person id, or * for everybody
    MEMBER = "member"  # one person of a class a day, by the lecturer, raised for that day; key: person id
    CLASS = "class"  # a whole class, from its first to its last day; key: class code
    DAY = "day"  # everybody together a day; key: *
    ENDPOINT = "endpoint"  # an endpoint in a calendar month; key: endpoint id


@dataclass(frozen=True, slots=True)
class Limit:
    """How much may be used, in tokens and in won; None means no limit of that kind."""

    scope: LimitScope
    key: str
    tokens: int | None = None
    won: float | None = None
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used in all: ended runs that cost something, their tokens, and won as far as prices are known."""

    runs: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    won: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.answer_tokens


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What one person used of one endpoint on one day (in Korea), in the class they sat in."""

    day: date
    class_code: str
    person_id: str
    endpoint_id: str
    spent: Spent


# --------------------------------------------------------------------------- after the class


class QuestionKind(StrEnum):
    SCALE = "5점 척도"
    TEXT = "자유 의견"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey; ``id`` is unique within it."""

    id: str
    kind: QuestionKind
    text: str


@dataclass(frozen=True, slots=True)
class Survey:
    """A class's questions, and whether answers are taken now."""

    class_code: str
    questions: tuple[Question, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A real answer kept at a rehearsal. ``speed`` is characters a second, as it came."""

    id: str
    exercise_id: str
    prompt: str
    answer: str
    model: str
    recorded_at: datetime
    speed: float


@dataclass(frozen=True, slots=True)
class SeatState:
    """Where somebody of a class is, and what they let the lecturer see.

    ``step``: course, free, reading or filling; what runs and has ended is told by the runs. ``seen_at``:
    last sign of life; ``moved_at``: last time something was done. ``shows_screen`` holds only while
    the hand is up. ``may_project``: the shared answer may go onto the projector.
    """

    person_id: str
    class_code: str
    arrived_at: datetime
    seen_at: datetime
    moved_at: datetime
    exercise_id: str = ""
    step: str = ""
    hand_at: datetime | None = None
    shows_screen: bool = False
    shared_run_id: str = ""
    may_project: bool = False


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A person of a class as the board reads them; ``state`` is None until their first page."""

    person_id: str
    seat: str
    name: str
    state: SeatState | None = None


@dataclass(frozen=True, slots=True)
class TryLine:
    """A run as the board reads it, without any content. ``failed``: check id and title of what failed."""

    run_id: str
    person_id: str
    exercise_id: str
    state: RunState
    created_at: datetime
    ended_at: datetime | None = None
    error: str = ""
    passed: int = 0
    total: int = 0
    failed: tuple[tuple[str, str], ...] = ()


# --------------------------------------------------------------------------- content made on screen


class ContentKind(StrEnum):
    PROMPT = "prompt"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True)
class Content:
    """A template or exercise the lecturer's room knows of.

    ``newest_version`` is 0 for one that lies in a file (only switched off or moved here);
    ``published_version`` is 0 while nothing of it is before the class. ``position`` 0: no place of
    its own. ``verified_*`` belong to the published version and fall away with another one.
    """

    kind: ContentKind
    id: str
    newest_version: int
    published_version: int
    enabled: bool
    position: int
    owner: str
    changed_at: datetime
    verified_at: datetime | None = None
    verified_by: str = ""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class ContentVersion:
    """A version as it was saved, never changed again. ``files``: path inside the exercise → sha256."""

    kind: ContentKind
    id: str
    version: int
    text: str
    files: Mapping[str, str]
    author: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ContentDraft:
    """Half-done work of one instructor. ``based_on``: the version it began from, 0 for something new."""

    kind: ContentKind
    id: str
    author: str
    based_on: int
    payload: Mapping[str, Any]
    saved_at: datetime


class SuggestionState(StrEnum):
    WAITING = "검토 기다림"
    TAKEN = "라이브러리에 넣음"
    DECLINED = "넣지 않음"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A prompt a trainee thinks others could use; ``text`` is masked. ``answer``: the reviewer's words."""

    id: str
    person_id: str
    run_id: str
    title: str
    note: str
    text: str
    state: SuggestionState
    created_at: datetime
    reviewed_by: str = ""
    answer: str = ""
    content_id: str = ""
    reviewed_at: datetime | None = None
