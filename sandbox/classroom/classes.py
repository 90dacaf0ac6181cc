"""Classes as their lecturers keep them: made, changed, closed, put away, deleted with proof.

Hides how a code is chosen and who may do what: every instructor may lead every class (a colleague
steps in when somebody is ill), but only its maker or the officer deletes one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from sandbox.class_records import Class, ClassRules, Deletion, Instructor, InstructorKey, Seat
from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.class_settings import due, goes_sooner, merged, refuse_wrong
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.names import checked_seat, plain_line
from sandbox.classroom.seating_plan import cleaned_lines, seated
from sandbox.records import InputError, Level, NotAllowedError, NotFoundError, Person, StoreError
from sandbox.store import Store
from sandbox.store.classes import no_class
from sandbox.store.people import CODE_LETTERS, folded_code

log = logging.getLogger("sandbox.classroom")
CLASS_CODE_CHARS = 6
THE_ROOM_ITSELF = "정해 둔 날"


class Classes:
    """The instructor's use cases on classes and on who sits in them.

    ``on_change`` is told the code of a class whose people or standing changed.
    """

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        *,
        on_change: Callable[[str], None] = lambda _code: None,
        today: Callable[[], date] = today_in_korea,
    ) -> None:
        self._store, self._instructors, self._on_change = store, instructors, on_change
        self._today = today

    # ------------------------------------------------------------------ classes

    def create(
        self,
        key: InstructorKey,
        title: str,
        *,
        level: Level = Level.BASIC,
        path: Sequence[str] = (),
        seats: int = 40,
        starts_on: date | None = None,
        ends_on: date | None = None,
        endpoint_id: str = "",
        rules: ClassRules | None = None,
    ) -> Class:
        """Make a class and give it its code. Its data is to be deleted ``rules.retention_days`` after its end."""
        who = self._instructors.current(key)
        made = Class(
            code=self._free_code(),
            title=plain_line(title),
            level=level,
            path=tuple(path),
            seats=seats,
            created_by=who.id,
            created_at=datetime.now(UTC),
            starts_on=starts_on,
            ends_on=ends_on,
            endpoint_id=endpoint_id,
            rules=rules or ClassRules(),
        )
        made = replace(made, delete_on=due(made))
        refuse_wrong(made, self._today())
        self._store.add_class(made)
        return made

    def edit(self, key: InstructorKey, wanted: Class, *, since: Class | None = None) -> Class:
        """Change what a class says of itself; its code, maker and people stay.

        ``since`` is the class as the lecturer saw it before: only what they changed is changed, and
        InputError names what a colleague has changed meanwhile to something else. Who may not delete
        the class may not bring the day of its deletion forward.
        """
        who = self._instructors.current(key)
        wanted = replace(wanted, title=plain_line(wanted.title))

        def change(here: Class) -> Class:
            made = merged(here, since or here, wanted)
            refuse_wrong(made, self._today())
            if goes_sooner(here, made):
                self._may_delete(
                    who, here, "자료를 지우는 날은 이 과정을 만든 강사나 담당자만 앞당길 수 있습니다."
                )
            return made

        return self._changed(wanted.code, change)

    def change_rules(
        self, key: InstructorKey, code: str, change: Callable[[ClassRules], ClassRules]
    ) -> Class:
        """Change a class's rules, from how they stand now."""
        self._instructors.current(key)
        return self._changed(self._found(code).code, lambda here: replace(here, rules=change(here.rules)))

    def listed(self, key: InstructorKey, *, archived: bool = False) -> tuple[Class, ...]:
        """List the classes, the newest first: those in use, or those put away."""
        self._instructors.current(key)
        return tuple(c for c in self._store.classes() if (c.archived_at is not None) is archived)

    def get(self, key: InstructorKey, code: str) -> Class:
        """Return one class; NotFoundError when there is none of that code."""
        self._instructors.current(key)
        return self._found(code)

    def close(self, key: InstructorKey, code: str, closed: bool = True) -> Class:
        """End a class, or open it again: nobody comes in or sends, everybody's work stays readable."""
        self._instructors.current(key)
        at = datetime.now(UTC) if closed else None
        return self._changed(self._found(code).code, lambda here: replace(here, closed_at=at))

    def archive(self, key: InstructorKey, code: str, archived: bool = True) -> Class:
        """Put a class away, closed, or take it out again."""
        self._instructors.current(key)
        at = datetime.now(UTC) if archived else None
        return self._changed(
            self._found(code).code,
            lambda here: replace(here, archived_at=at, closed_at=here.closed_at or at),
        )

    def delete(self, key: InstructorKey, code: str, *, typed_code: str) -> Deletion:
        """Delete a class with its people and their work now. ``typed_code`` confirms which one is meant."""
        who = self._instructors.current(key)
        here = self._found(code)
        self._may_delete(who, here)
        code = here.code
        if folded_code(typed_code) != code:
            raise InputError(
                "과정 코드가 맞지 않아 지우지 않았습니다.", remedy=f"지우려면 {code}을 그대로 적어 주세요."
            )
        proof = self._store.delete_class(code, deleted_by=who.name)
        self._on_change(code)
        return proof

    def deletions(self, key: InstructorKey) -> tuple[tuple[Deletion, Mapping[str, int]], ...]:
        """Return what was deleted and, counted anew just now, what is left of it."""
        self._instructors.current(key)
        return tuple((d, self._store.class_remains(d.class_code)) for d in self._store.deletions())

    # ------------------------------------------------------------------ who sits in them

    def roster(self, key: InstructorKey, code: str) -> tuple[Seat, ...]:
        """Return the class's seats: expected, taken, or both."""
        self._instructors.current(key)
        return self._store.roster(self._found(code).code)

    def set_roster(self, key: InstructorKey, code: str, lines: Sequence[Seat]) -> tuple[Seat, ...]:
        """Replace whom the class expects, and return the roster.

        Who sits already keeps their seat and is found in the list by name; for everybody else a line
        without a seat, or with one that is taken, gets the next free one.
        """
        self._instructors.current(key)
        here = self._found(code)
        cleaned = cleaned_lines(here.code, lines)
        kept = self._store.set_roster(here.code, lambda sitting: seated(cleaned, sitting, here.seats))
        self._on_change(here.code)
        return kept

    def people(self, key: InstructorKey, code: str) -> tuple[Person, ...]:
        """Return everybody who has come in."""
        self._instructors.current(key)
        return self._store.people_of_class(folded_code(code))

    def move(self, key: InstructorKey, person_id: str, code: str, seat: str = "") -> str:
        """Give somebody another seat, or a seat in another class with what they did in this one; return the seat."""
        self._instructors.current(key)
        person, here = self._store.person(person_id), self._found(code)
        seat = self._store.sit_down(person.id, here.code, checked_seat(seat), most=here.seats, with_work=True)
        self._on_change(here.code)
        if person.class_code != here.code:
            self._on_change(person.class_code)
        return seat

    def merge(self, key: InstructorKey, kept_id: str, gone_id: str) -> Person:
        """Put two entries of one person together: all work goes to ``kept_id``, the other entry is gone."""
        self._instructors.current(key)
        kept, gone = self._store.person(kept_id), self._store.person(gone_id)
        if kept.id == gone.id:
            raise InputError(
                "같은 자리를 두 번 골랐습니다.", remedy="합칠 두 자리를 서로 다르게 골라 주세요."
            )
        if kept.class_code != gone.class_code:
            raise InputError("서로 다른 과정의 사람입니다.", remedy="먼저 같은 과정으로 옮긴 뒤 합쳐 주세요.")
        self._store.merge_people(kept.id, gone.id)
        self._on_change(kept.class_code)
        return kept

    def remove(self, key: InstructorKey, person_id: str) -> None:
        """Take somebody out of their class; what they did stays theirs until the class is deleted."""
        self._instructors.current(key)
        person = self._store.person(person_id)
        self._store.stand_up(person.id)
        self._on_change(person.class_code)

    def delete_person(self, key: InstructorKey, person_id: str) -> None:
        """Delete somebody of a class with all they did, as they may ask."""
        self._instructors.current(key)
        person = self._store.person(person_id)
        if not person.class_code:
            raise NotAllowedError(
                "과정에 있는 사람만 지울 수 있습니다.", remedy="과정의 명단에서 골라 주세요."
            )
        self._store.delete_person(person.id)
        self._on_change(person.class_code)

    # ------------------------------------------------------------------ inside

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CLASS_CODE_CHARS))
            if not self._store.class_code_was_given(code):
                return code

    def _found(self, code: str) -> Class:
        found = self._store.class_of(folded_code(code))
        if found is None:
            raise no_class()
        return found

    def _changed(self, code: str, change: Callable[[Class], Class]) -> Class:
        """Change it, and let the seats hear of it as of anything else that changes."""
        changed = self._store.change_class(code, change)
        self._store.change_class_now(code, lambda now: now)
        self._on_change(code)
        return changed

    def _may_delete(
        self, who: Instructor, here: Class, told: str = "이 과정을 만든 강사나 담당자만 지울 수 있습니다."
    ) -> None:
        if who.id != here.created_by and not who.is_officer:
            raise NotAllowedError(told, remedy="담당자에게 부탁해 주세요.")


def delete_due(store: Store, today: date, on_change: Callable[[str], None] = lambda _code: None) -> int:
    """Delete the classes whose day has come; return how many. For the room's own sweep."""
    due = store.classes_to_delete(today)
    for one in due:
        try:
            store.delete_class(one.code, deleted_by=THE_ROOM_ITSELF)
        except NotFoundError:
            continue  # another server of the room was quicker
        except StoreError as error:  # tried again at the next sweep; the other classes do not wait for it
            log.error("a class whose day has come could not be deleted: %s", error.code)
            continue
        on_change(one.code)
    return len(due)
