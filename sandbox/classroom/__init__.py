"""The class: who comes in, who teaches, and what the lecturer puts before everybody.

- ``entering``: trainees, by name, and their way back   - ``joining``: into a class, and back to a seat
- ``instructors``: set-up code, passwords, the role     - ``classes``: made, closed, deleted; who sits where
- ``live``: 「지금 이 실습」, pause, notice, timer         - ``followers``: how every seat hears of a change
- ``terms``: what the class allows when something is sent - ``roster_text``: a roster as it is pasted
- ``newcomers``: how many may come in by a name alone   - ``steady``: time that goes on when the clock is set
- ``seating_plan``: which of its lines goes to which seat - ``class_settings``: what a class may be, and merging
- ``budgets``, ``surveys``, ``seats``: limits, what people thought of it, where they are
"""

from sandbox.classroom.classes import Classes, delete_due
from sandbox.classroom.entering import Classroom, Entry
from sandbox.classroom.followers import ClassTold, Followers
from sandbox.classroom.instructors import InstructorEntry, Instructors
from sandbox.classroom.live import Live
from sandbox.classroom.names import CODE_MAX_CHARS, NAME_MAX_CHARS
from sandbox.classroom.roster_text import read_roster
from sandbox.classroom.terms import ClassTerms
from sandbox.store.people import folded_code

__all__ = [
    "CODE_MAX_CHARS",
    "NAME_MAX_CHARS",
    "ClassTerms",
    "ClassTold",
    "Classes",
    "Classroom",
    "Entry",
    "Followers",
    "InstructorEntry",
    "Instructors",
    "Live",
    "delete_due",
    "folded_code",
    "read_roster",
]
