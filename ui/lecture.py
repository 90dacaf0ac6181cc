"""The lecturer's room, wired: what instructors do, and how the seats hear of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone

from sandbox.classroom import Classes, ClassTerms, Followers, Instructors, Live, delete_due
from sandbox.classroom.steady import Steady
from sandbox.store import Store

KOREA = timezone(timedelta(hours=9), "KST")  # no summer time; Windows brings no zone names


@dataclass(frozen=True, slots=True)
class Lecture:
    """The use cases of instructors of one server process, and what the classes say of a run."""

    instructors: Instructors
    classes: Classes
    live: Live
    followers: Followers
    terms: ClassTerms
    sweep: Callable[[], int]


def lecture(store: Store, exists: Callable[[str], bool]) -> Lecture:
    """Wire the lecturer's room on this store. ``exists`` knows the exercises of the course."""
    instructors, steady = Instructors(store), Steady()
    followers = Followers(store, steady=steady)
    return Lecture(
        instructors=instructors,
        classes=Classes(store, instructors, on_change=followers.poke),
        live=Live(store, instructors, on_change=followers.poke, exists=exists),
        followers=followers,
        terms=ClassTerms(store),
        sweep=lambda: delete_due(store, steady.day(), followers.poke),
    )
