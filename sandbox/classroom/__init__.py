"""The class: who comes in, who teaches, and what the lecturer puts before everybody.

- ``entering``: trainees, by name, and their way back   - ``instructors``: set-up code, passwords, the role
"""

from sandbox.classroom.entering import CODE_MAX_CHARS, NAME_MAX_CHARS, Classroom, Entry
from sandbox.classroom.instructors import InstructorEntry, Instructors

# Every public method of these asks for an InstructorKey first, but for those that let somebody in
# and those of the shell; tests/test_instructor_roles.py calls each with a key that is none.
INSTRUCTOR_CASES = (Instructors,)

__all__ = [
    "CODE_MAX_CHARS",
    "INSTRUCTOR_CASES",
    "NAME_MAX_CHARS",
    "Classroom",
    "Entry",
    "InstructorEntry",
    "Instructors",
]
