"""Who is in the room: people without accounts, their sign-ins and their resume codes.

Hides how a code is made and looked up. Tokens are kept as hashes only. A resume code is
derived from the secret, so that it can be shown again without being stored; short codes are
hashed with the secret, because 38 bits would not survive guessing on a stolen database.
Guessing is slowed by browser or name, and for the room as a whole where browsers change
(``guessing``), never by address: a classroom shares one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sandbox.records import NotFoundError, Person
from sandbox.store.database import Database
from sandbox.store.guessing import RESUME, Secret, Turnstile
from sandbox.store.tables import people, resume_failures, sign_ins

_SIGN_IN_DAYS = 30
_SIGN_INS_EACH = 20  # browsers of one person: who knows a code could else fill the table with it
_FREE_FAILURES = 3
_LONGEST_WAIT_SECONDS = 300.0
_FORGET_FAILURES_AFTER = timedelta(hours=1)
# Without 0 O 1 I L, and of 2/Z, 5/S, 8/B, V/U only the first, as which the other is read.
CODE_LETTERS = "23456789ACDEFGHJKMNPQRTVWXY"
_READ_AS = str.maketrans("ZSBU", "258V")
_CODE_LENGTH = 8
_PERSON = (people.c.id, people.c.name, people.c.class_code, people.c.seat, people.c.created_at)
# Made once: every press and every live answer asks it.
_BY_ID = select(*_PERSON).where(people.c.id == bindparam("whose"))
_BY_TOKEN = (
    select(*_PERSON)
    .join(sign_ins, sign_ins.c.person_id == people.c.id)
    .where(sign_ins.c.token_hash == bindparam("token"), sign_ins.c.expires_at > bindparam("now"))
)


class People:
    """The part of the store that knows people."""

    _database: Database
    _secret: bytes
    _turnstiles: dict[Secret, Turnstile]

    def add_person(self, name: str, class_code: str = "", seat: str = "") -> Person:
        """Keep a newcomer; two people of one name are two people."""
        person = Person(uuid.uuid4().hex, name, class_code, seat, datetime.now(UTC))
        with self._database.writing() as connection:
            counter = self._free_counter(connection, person.id, 0)
            connection.execute(
                insert(people).values(
                    id=person.id,
                    name=name,
                    class_code=class_code,
                    seat=seat,
                    created_at=person.created_at,
                    resume_counter=counter,
                    resume_hash=self._code_hash(self._code(person.id, counter)),
                )
            )
        return person

    def person(self, person_id: str) -> Person:
        """Return the person; NotFoundError when there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"whose": person_id}).first()
        if row is None:
            raise _nobody()
        return _person(row)

    def rename_person(self, person_id: str, name: str) -> Person:
        """Change the name; everything the person did stays theirs."""
        with self._database.writing() as connection:
            connection.execute(update(people).where(people.c.id == person_id).values(name=name))
        return self.person(person_id)

    # ------------------------------------------------------------------- sign-ins

    def sign_in(self, person_id: str) -> str:
        """Return a new token for this person's browser, good for 30 days; only its hash is kept.

        The oldest of more than twenty browsers is signed out.
        """
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
            _sign_out_oldest(connection, person_id)
            connection.execute(
                insert(sign_ins).values(
                    token_hash=token_hash(token),
                    person_id=person_id,
                    created_at=now,
                    expires_at=now + timedelta(days=_SIGN_IN_DAYS),
                )
            )
        return token

    def person_by_token(self, token: str) -> Person | None:
        """Return whose token this is; None when it is unknown, signed out or expired."""
        asked = {"token": token_hash(token), "now": datetime.now(UTC)}
        with self._database.reading() as connection:
            row = connection.execute(_BY_TOKEN, asked).first()
        return None if row is None else _person(row)

    def sign_out(self, token: str) -> None:
        """Make the token useless."""
        with self._database.writing() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash(token)))

    def sign_out_others(self, person_id: str, token: str) -> None:
        """Make useless every token of the person but this one."""
        others = sign_ins.c.person_id == person_id, sign_ins.c.token_hash != token_hash(token)
        with self._database.writing() as connection:
            connection.execute(delete(sign_ins).where(*others))

    # ------------------------------------------------------------------- resume codes

    def resume_code(self, person_id: str) -> str:
        """Return the person's code, such as ``K7M2-9XQ4``; the same one until it is renewed."""
        with self._database.reading() as connection:
            counter, known_hash = self._counter(connection, person_id)
        code = self._code(person_id, counter)
        if known_hash == self._code_hash(code):
            return code
        return self._give_code(person_id, step=0)  # the secret was replaced: hash anew

    def renew_resume_code(self, person_id: str) -> str:
        """Return a new code; the old one stops working."""
        return self._give_code(person_id, step=1)

    def person_by_resume_code(self, code: str) -> Person | None:
        """Return whose code this is; case, spaces, hyphens and look-alike letters are forgiven.

        Waits some seconds while the room is being guessed at; NotAllowedError when too many wait.
        """
        self.stand_in_line(RESUME)
        found = select(*_PERSON).where(people.c.resume_hash == self._code_hash(code))
        with self._database.reading() as connection:
            row = connection.execute(found).first()
        return None if row is None else _person(row)

    def stand_in_line(self, secret: Secret) -> None:
        """Wait some seconds while the room is being guessed at; NotAllowedError when too many wait."""
        self._turnstiles[secret].pass_through()

    def record_failed_resume(self, key: str, secret: Secret = RESUME) -> None:
        """Count a wrong code against ``key``, a browser token or a name, never an address."""
        self._turnstiles[secret].wrong()
        with self._database.writing() as connection:
            self._count_failure(connection, self._keyed("failure", key))

    def count_guess(self, key: str, *, longest_seconds: float) -> float:
        """Count a try as wrong before it is looked at, or tell how long ``key`` must wait and count nothing.

        Who looks first and counts afterwards lets as many guess together as come together. A right one is
        forgiven by forget_failed_resumes, a wrong one is told to ``wrong_guess``.
        """
        key_hash = self._keyed("failure", key)
        with self._database.writing() as connection:
            wait_seconds = self._wait_seconds(connection, key_hash, longest_seconds, to_count=True)
            if wait_seconds <= 0:
                self._count_failure(connection, key_hash)
        return wait_seconds

    def wrong_guess(self, secret: Secret) -> None:
        """Let the room know of a wrong try that ``count_guess`` has counted already."""
        self._turnstiles[secret].wrong()

    def resume_wait_seconds(self, key: str, *, longest_seconds: float = _LONGEST_WAIT_SECONDS) -> float:
        """Tell how long ``key`` must wait before the next code; 0.0 when not at all.

        Three mistakes are free, then 2, 4, 8 … up to ``longest_seconds``; an hour of peace forgets them.
        """
        with self._database.reading() as connection:
            return self._wait_seconds(connection, self._keyed("failure", key), longest_seconds)

    def forget_failed_resumes(self, key: str) -> None:
        """Forgive ``key`` its mistakes, after a right code."""
        with self._database.writing() as connection:
            connection.execute(
                delete(resume_failures).where(resume_failures.c.key_hash == self._keyed("failure", key))
            )

    # ------------------------------------------------------------------- inside

    def _count_failure(self, connection: Connection, key_hash: str) -> None:
        now = datetime.now(UTC)
        connection.execute(
            delete(resume_failures).where(resume_failures.c.last_at < now - _FORGET_FAILURES_AFTER)
        )
        connection.execute(
            self._database.insert(resume_failures)
            .values(key_hash=key_hash, failures=1, last_at=now)
            .on_conflict_do_update(
                index_elements=["key_hash"],
                set_={"failures": resume_failures.c.failures + 1, "last_at": now},
            )
        )

    def _wait_seconds(
        self, connection: Connection, key_hash: str, longest_seconds: float, *, to_count: bool = False
    ) -> float:
        counted = select(resume_failures.c.failures, resume_failures.c.last_at)
        counted = counted.where(resume_failures.c.key_hash == key_hash)
        row = connection.execute(counted.with_for_update() if to_count else counted).first()
        now = datetime.now(UTC)
        if row is None or row.last_at < now - _FORGET_FAILURES_AFTER or row.failures <= _FREE_FAILURES:
            return 0.0
        if row.last_at > now + timedelta(seconds=longest_seconds):
            return 0.0  # the PC's clock was set back: nobody waits for a time that may be months away
        wait_seconds = min(longest_seconds, 2.0 ** min(row.failures - _FREE_FAILURES, 16))
        return float(max(0.0, wait_seconds - max(0.0, (now - row.last_at).total_seconds())))

    def _give_code(self, person_id: str, *, step: int) -> str:
        with self._database.writing() as connection:
            counter, _ = self._counter(connection, person_id)
            counter = self._free_counter(connection, person_id, counter + step)
            code = self._code(person_id, counter)
            connection.execute(
                update(people)
                .where(people.c.id == person_id)
                .values(resume_counter=counter, resume_hash=self._code_hash(code))
            )
        return code

    def _counter(self, connection: Connection, person_id: str) -> tuple[int, str]:
        row = connection.execute(
            select(people.c.resume_counter, people.c.resume_hash).where(people.c.id == person_id)
        ).first()
        if row is None:
            raise _nobody()
        return row.resume_counter, row.resume_hash

    def _free_counter(self, connection: Connection, person_id: str, counter: int) -> int:
        """Skip a counter whose code somebody else happens to have."""
        while True:
            taken = select(people.c.id).where(
                people.c.resume_hash == self._code_hash(self._code(person_id, counter)),
                people.c.id != person_id,
            )
            if connection.execute(taken).first() is None:
                return counter
            counter += 1

    def _code(self, person_id: str, counter: int) -> str:
        letters = code_letters(int(self._keyed("resume", f"{person_id}:{counter}"), 16), _CODE_LENGTH)
        return f"{letters[:4]}-{letters[4:]}"

    def _code_hash(self, code: str) -> str:
        return self._keyed("lookup", folded_code(code))

    def _keyed(self, purpose: str, text: str) -> str:
        said = f"{purpose}:{text}".encode("utf-8", "replace")
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()


def _sign_out_oldest(connection: Connection, person_id: str) -> None:
    """Make room for one more browser of a person."""
    newest_first = select(sign_ins.c.token_hash).where(sign_ins.c.person_id == person_id)
    newest_first = newest_first.order_by(sign_ins.c.created_at.desc())
    beyond = connection.execute(newest_first).scalars().all()[_SIGN_INS_EACH - 1 :]
    if beyond:
        connection.execute(delete(sign_ins).where(sign_ins.c.token_hash.in_(beyond)))


def folded_code(typed: str) -> str:
    """Read a code as it was meant: case, spaces, hyphens and look-alike letters are forgiven."""
    upper = unicodedata.normalize("NFKC", typed).upper()
    return "".join(filter(str.isalnum, upper)).translate(_READ_AS)


def code_letters(number: int, length: int) -> str:
    """Spell a number in letters that nobody mistakes for one another."""
    letters = ""
    for _ in range(length):
        number, place = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[place]
    return letters


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _person(row: Row[str, str, str, str, datetime]) -> Person:
    return Person(row.id, row.name, row.class_code, row.seat, row.created_at)


def _nobody() -> NotFoundError:
    return NotFoundError(
        "이 사람의 기록을 찾지 못했습니다.",
        remedy="시작 화면에서 이름을 적거나 이어하기 코드를 넣어 다시 들어와 주세요.",
    )
