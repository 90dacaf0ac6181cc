"""Who is in the room: names instead of accounts, and a short code to come back with.

Hides tokens, their hashes and the slowing of guesses. There is no password: a trainee gives a
name, gets a token that the browser keeps in a cookie, and a short 이어하기 code for another PC.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from sandbox.records import InputError, NotAllowedError, NotFoundError, Person
from sandbox.store import Store

NAME_MAX_CHARS = 20
CODE_MAX_CHARS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A person and the token their browser is to keep."""

    person: Person
    token: str


class Classroom:
    """The use cases of coming in, coming back and leaving."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def join(self, name: str, class_code: str = "", seat: str = "") -> Entry:
        """Let somebody in by name; raise InputError when the name is empty or too long."""
        name = plain_line(name)
        if not name:
            raise InputError("이름이 비어 있습니다.", remedy="이름이나 별명을 한 글자 이상 적어 주세요.")
        if len(name) > NAME_MAX_CHARS:
            raise InputError(
                f"이름이 너무 깁니다({len(name)}자).", remedy=f"{NAME_MAX_CHARS}자 이내로 적어 주세요."
            )
        person = self._store.add_person(
            name, plain_line(class_code).upper()[:CODE_MAX_CHARS], plain_line(seat)[:CODE_MAX_CHARS]
        )
        return Entry(person, self._store.sign_in(person.id))

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

    def leave(self, token: str) -> None:
        """Make the token worthless; the work stays."""
        if token:
            self._store.sign_out(token)


def plain_line(text: str) -> str:
    """Fold to one line without control characters: names go onto other people's screens."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())
