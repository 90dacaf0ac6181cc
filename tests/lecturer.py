"""A room with an officer and a lecturer in it, on SQLite, for the tests of what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.class_records import InstructorKey
from sandbox.classroom import Instructors
from sandbox.store import Store

NOBODY = InstructorKey("nobody's")


@dataclass(frozen=True)
class Staff:
    store: Store
    instructors: Instructors
    officer: InstructorKey
    lecturer: InstructorKey


def staffed(data_dir: Path) -> Staff:
    """Open a fresh store and let an officer and a lecturer in, past the slow passwords."""
    store = Store(f"sqlite:///{data_dir / 'room.db'}", secret=b"s" * 32)
    store.migrate()

    def let_in(name: str, *, is_officer: bool) -> InstructorKey:
        who = store.add_instructor(name, f"name:{name}", "", is_officer=is_officer)
        return InstructorKey(store.sign_in_instructor(who.id, hours=1))

    officer, lecturer = let_in("담당자", is_officer=True), let_in("강사", is_officer=False)
    return Staff(store, Instructors(store), officer, lecturer)
