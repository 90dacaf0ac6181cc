"""Who is in the room: names instead of accounts, and a short code to come back with.

Hides tokens, their hashes and the slowing of guesses. There is no password: a trainee gives a
name, gets a token that the browser keeps in a cookie, and a short 이어하기 code for another PC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sandbox.classroom.joining import Joining
from sandbox.classroom.names import checked_name, checked_seat
from sandbox.classroom.newcomers import Newcomers
from sandbox.records import NotAllowedError, NotFoundError, Person
from sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Entry:
    """A person and the token their browser is to keep."""

    person: Person
    token: str


class Classroom:
    """The use cases of coming in, coming back and leaving."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._joining = Joining(store)
        self._newcomers = Newcomers()

    def join(
        self, name: str, class_code: str = "", seat: str = "", *, guesser: str = "", address: str = ""
    ) -> Entry:
        """Let somebody in by name, into a class when there is a code.

        InputError when the name is empty or too long; for what a class may answer see ``joining``.
        ``address`` is counted for who comes without a code alone (``newcomers``).
        """
        name, seat = checked_name(name), checked_seat(seat)
        if class_code.strip():
            person = self._joining.come_in(name, class_code, seat, guesser=guesser)
        else:
            self._newcomers.admit(address)
            person = self._store.add_person(name, "", seat)
        return Entry(person, self._store.sign_in(person.id))

    def change_class(self, person: Person, class_code: str, seat: str = "", *, guesser: str = "") -> Person:
        """Bring somebody who is in already into a class, with all they have done."""
        return self._joining.change_class(person, class_code, checked_seat(seat), guesser=guesser)

    def class_title(self, class_code: str, *, guesser: str) -> str:
        """Return the title of the class of this code, for somebody who holds a link to it."""
        return self._joining.open_class(class_code, guesser=guesser).title

    def again(self, person: Person) -> Person | None:
        """Return the person as they are now (another seat, another class); None when they are gone."""
        try:
            return self._store.person(person.id)
        except NotFoundError:
            return None

    def resume(self, code: str, *, guesser: str) -> Entry:
        """Let a person back in by the 이어하기 code.

        ``guesser`` names who is trying (a browser session, never an IP: a whole classroom
        shares one). Wrong codes make that guesser wait longer each time.
        """
        wait = self._store.resume_wait_seconds(guesser)
        if wait > 0:
            raise NotAllowedError(
                "이어하기 코드를 여러 번 잘못 입력했습니다.",
                remedy=f"{math.ceil(wait)}초 뒤에 다시 입력해 주세요.",
            )
        person = self._store.person_by_resume_code(code)
        if person is None:
            self._store.record_failed_resume(guesser)
            raise NotFoundError(
                "그 코드로 저장된 실습을 찾지 못했습니다.",
                remedy="코드를 다시 확인해 주세요. 예: K7M2-9XQ4 (먼저 쓰던 PC의 오른쪽 위 이름을 누르면 보입니다.)",
            )
        self._store.forget_failed_resumes(guesser)
        return Entry(person, self._store.sign_in(person.id))

    def person_for(self, token: str) -> Person | None:
        """Say whose token this is, or None when it is unknown or has expired."""
        return self._store.person_by_token(token) if token else None

    def resume_code(self, person: Person) -> str:
        """Return the code that lets this person in on another PC."""
        return self._store.resume_code(person.id)

    def renew_code(self, person: Person, token: str) -> str:
        """Return a new code after somebody else may have seen the old one, which opens nothing any more.

        Who has come in with it is signed out: every browser of theirs but the one of this token.
        """
        code = self._store.renew_resume_code(person.id)
        self._store.sign_out_others(person.id, token)
        return code

    def leave(self, token: str) -> None:
        """Make the token worthless; the work stays."""
        if token:
            self._store.sign_out(token)
