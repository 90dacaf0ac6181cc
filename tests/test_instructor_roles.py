"""Every use case of an instructor is refused to who is none, called directly, whatever the menus show.

The use cases are found by their first argument, ``key: InstructorKey``, in the whole of ``sandbox``: a
new one is held to the rule without anybody adding it here. Each is called on an object that has nothing
but the register of instructors, so it also fails when it does anything before it looks at the role.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

import sandbox
from sandbox.class_records import InstructorKey
from sandbox.classroom import Instructors
from sandbox.records import NotAllowedError
from sandbox.store.class_tables import instructor_sign_ins, instructors
from sandbox.store.people import token_hash
from tests.lecturer import Staff, staffed

OFFICERS = ("listed", "add", "add_by_mail", "set_disabled")
# Signing out with a key that is none is no use case of an instructor; it does nothing.
NOT_GUARDED = {("Instructors", "sign_out")}


def use_cases() -> Iterator[tuple[type, str]]:
    for module in pkgutil.walk_packages(sandbox.__path__, "sandbox."):
        if module.name.endswith(("__main__", ".env")) or ".versions" in module.name:
            continue
        found = importlib.import_module(module.name)
        for cls in vars(found).values():
            if not inspect.isclass(cls) or cls.__module__ != found.__name__:
                continue
            for name, method in vars(cls).items():
                if (cls.__name__, name) not in NOT_GUARDED and asks_for_a_key(method):
                    yield cls, name


def asks_for_a_key(method: Any) -> bool:
    if not inspect.isfunction(method) or method.__name__.startswith("_"):
        return False
    first = list(inspect.signature(method).parameters.values())[1:2]
    return bool(first) and "InstructorKey" in str(first[0].annotation)


CASES = sorted(set(use_cases()), key=lambda c: (c[0].__module__, c[0].__name__, c[1]))


def bare(cls: type, instructors: Instructors) -> Any:
    """Make an object that knows the register, and the parts that ask for the key in their turn."""

    def reach(_self: Any, name: str) -> Any:
        if name == "_instructors":
            return instructors
        parts = [other for other, _ in CASES if name == f"_{other.__name__.lower().removesuffix('report')}"]
        assert parts, f"{cls.__name__} touches {name} before it looks at the role"
        return bare(parts[0], instructors)

    if cls is Instructors:
        return instructors
    return object.__new__(type(f"Bare{cls.__name__}", (cls,), {"__getattr__": reach}))


def call(cls: type, name: str, instructors: Instructors, key: Any) -> None:
    method: Callable[..., Any] = getattr(bare(cls, instructors), name)
    rest = list(inspect.signature(method).parameters.values())[1:]
    by_name = {p.name: object() for p in rest if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
    places = [object() for p in rest if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    done = method(key, *places, **by_name)
    if inspect.isgenerator(done):
        next(done)


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staff]:
    made = staffed(tmp_path_factory.mktemp("staff"))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def keys(staff: Staff) -> dict[str, Any]:
    """Keys that open nothing: made up, empty, a person's, signed out, run out, of a disabled instructor."""
    store = staff.store
    person = store.sign_in(store.add_person("수강생").id)
    who = store.add_instructor("그만둔 강사", "name:gone", "", is_officer=True)
    gone = store.sign_in_instructor(who.id, hours=1)
    other = store.add_instructor("다른 강사", "name:other", "", is_officer=True)
    left, late = (store.sign_in_instructor(other.id, hours=1) for _ in range(2))
    store.sign_out_instructor(left)
    with store._database.writing() as connection:
        connection.execute(
            update(instructor_sign_ins)
            .where(instructor_sign_ins.c.token_hash == token_hash(late))
            .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    with store._database.writing() as connection:  # disabled while signed in: the row of the sign-in stays
        connection.execute(
            update(instructors).where(instructors.c.id == who.id).values(disabled_at=datetime.now(UTC))
        )
    named = {"made up": "x" * 43, "empty": "", "person": person, "left": left, "late": late, "gone": gone}
    return {name: InstructorKey(token) for name, token in named.items()} | {"none": None, "text": "abc"}


def test_the_use_cases_were_found() -> None:
    found = {cls.__name__ for cls, _ in CASES}
    assert {"Classes", "Live", "Instructors", "SeatHelp", "Board", "Surveys", "Budgets"} <= found
    assert {"Drafting", "Releasing", "Exchange", "Rehearsals", "Attendance", "ClassReport"} <= found
    assert len(CASES) >= 70


@pytest.mark.parametrize(("cls", "name"), CASES, ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_nobody_else_may(cls: type, name: str, staff: Staff, keys: dict[str, Any]) -> None:
    for key in keys.values():
        with pytest.raises(NotAllowedError):
            call(cls, name, staff.instructors, key)


@pytest.mark.parametrize("name", OFFICERS)
def test_a_lecturer_is_no_officer(name: str, staff: Staff) -> None:
    with pytest.raises(NotAllowedError, match="담당자만"):
        call(Instructors, name, staff.instructors, staff.lecturer)


def test_a_right_key_passes(staff: Staff) -> None:
    assert staff.instructors.current(staff.lecturer).name == "강사"
    assert staff.instructors.officer(staff.officer).is_officer


def test_a_key_does_not_show_itself(staff: Staff) -> None:
    assert staff.lecturer.reveal() not in f"{staff.lecturer!r} {staff.lecturer} {staff}"


def test_every_page_of_instructors_looks_at_the_role_itself() -> None:
    screens = Path(__file__).parent.parent / "ui" / "screens"
    main = (screens.parent / "main.py").read_text(encoding="utf-8")
    listed = main[main.index("INSTRUCTORS = [") : main.index("]", main.index("INSTRUCTORS = ["))]
    names = [line.split('"')[1] for line in listed.splitlines() if 'page("' in line]
    assert {"class_room", "projector", "board", "staff"} <= set(names)
    for name in names:
        text = (screens / f"{name}.py").read_text(encoding="utf-8")
        assert "desk.needed()" in text or "session.instructor_key()" in text, name
