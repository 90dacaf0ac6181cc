"""What surrounds a class, wired: budgets, survey, reports, recorded answers and the rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import llm, tokens
from sandbox.class_records import Terms
from sandbox.classroom.budgets import Budgets
from sandbox.classroom.recorded import Recorded
from sandbox.classroom.surveys import Surveys
from sandbox.library import Library
from sandbox.llm.recorded import PlayingClients, Tape
from sandbox.practice import Practice
from sandbox.records import Action, Endpoint, Finding, NotFoundError, Person, TokenCount
from sandbox.rehearsal import Rehearsals
from sandbox.reports.attendance import Attendance
from sandbox.reports.class_report import ClassReport
from sandbox.reports.usage import UsageReport
from sandbox.store import Store
from sandbox.turns import Turns
from ui.lecture import Lecture


@dataclass(frozen=True, slots=True)
class AfterClass:
    """The use cases of one server process that stand around its classes."""

    budgets: Budgets
    recorded: Recorded
    surveys: Surveys
    attendance: Attendance
    usage: UsageReport
    report: ClassReport
    rehearsals: Rehearsals
    terms: Callable[[Person, Endpoint, TokenCount], Terms]
    tape: Callable[[str], Tape | None]


def after_class(
    store: Store,
    library: Library,
    lecture: Lecture,
    data_dir: Path,
    *,
    endpoints: Callable[[], Iterable[Endpoint]],
    look: Callable[[str], Iterable[Finding]],
) -> AfterClass:
    """Wire them. ``look`` finds personal data in a text; both functions are called later, not now."""
    instructors = lecture.instructors
    budgets = Budgets(
        store,
        instructors,
        endpoints=endpoints,
        rules_of=lecture.terms.rules_of,
        change_rules=lecture.classes.change_rules,
        count_tokens=_count,
    )
    recorded = Recorded(store, instructors, lecture.live)
    surveys = Surveys(store, instructors, lecture.live, masked=lambda text: _masked(text, look(text)))

    def title(exercise_id: str) -> str:
        try:
            return library.exercise(exercise_id).title
        except NotFoundError:
            return exercise_id

    attendance = Attendance(store, instructors, exercise_title=title)
    usage = UsageReport(store, instructors, endpoints=endpoints)

    def terms(person: Person, endpoint: Endpoint, count: TokenCount) -> Terms:
        allowed = lecture.terms(person, endpoint, count)
        budgets.check(person, endpoint, count)
        return allowed

    def tape(recording_id: str) -> Tape | None:
        found = recorded.find(recording_id)
        return Tape(found.answer, found.speed) if found else None

    def rehearsing(of: Store) -> Practice:
        """Build a Practice with a queue of its own on the rehearsal's store."""

        def make_turns(**callbacks: Any) -> Turns:
            return Turns(lambda: llm.Clients(quirks=store.quirks()), **callbacks)

        return Practice(library, of, make_turns)

    return AfterClass(
        budgets=budgets,
        recorded=recorded,
        surveys=surveys,
        attendance=attendance,
        usage=usage,
        report=ClassReport(store, instructors, attendance, usage, surveys, exercise_title=title),
        rehearsals=Rehearsals(
            store, instructors, library, recorded, rehearsing, data_dir, count_tokens=_count
        ),
        terms=terms,
        tape=tape,
    )


def playing(after: AfterClass, **options: Any) -> PlayingClients:
    """Return the clients that play recorded answers too."""
    return PlayingClients(after.tape, **options)


def _count(text: str) -> int:
    return tokens.count(text).tokens


def _masked(text: str, findings: Iterable[Finding]) -> str:
    """Put the name of what it is in the place of personal data."""
    for found in sorted(findings, key=lambda f: f.start, reverse=True):
        if found.action in (Action.BLOCK, Action.MASK):
            text = f"{text[: found.start]}[{found.label}]{text[found.end :]}"
    return text
