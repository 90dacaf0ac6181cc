"""Instructors, their sign-ins and the set-up code, as rows.

Hides how the set-up code can be shown again though only its hash is kept: it is derived from the
secret and the moment it was made. Passwords arrive here as argon2 hashes already.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sandbox.class_records import Instructor
from sandbox.records import InputError
from sandbox.store.class_tables import instructor_sign_ins, instructors, setup_codes
from sandbox.store.people import People, code_letters, token_hash

_SETUP_CODE_LENGTH = 12
_FIELDS = (
    instructors.c.id,
    instructors.c.name,
    instructors.c.is_officer,
    instructors.c.created_at,
    instructors.c.disabled_at,
)


class InstructorRows(People):
    """The part of the store that knows who teaches."""

    # ------------------------------------------------------------------- the set-up code

    def open_setup_code(self) -> str:
        """Return the set-up code that waits to be used; '' when an instructor exists and none was asked for.

        The first call on an empty room makes one; later calls return the same.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(setup_codes).order_by(setup_codes.c.created_at.desc())).first()
            if row is not None and row.used_at is None:
                code = self._setup_code(row.created_at)
                if self._code_hash(code) == row.code_hash:
                    return code
                return self._fresh_setup_code(connection)  # the secret was replaced
            if connection.execute(select(func.count()).select_from(instructors)).scalar():
                return ""
            return self._fresh_setup_code(connection)

    def new_setup_code(self) -> str:
        """Make a new set-up code; one that was open stops working."""
        with self._database.writing() as connection:
            return self._fresh_setup_code(connection)

    def setup_code_is_open(self, code: str) -> bool:
        """Say whether this code may be used now; case, spaces and look-alike letters are forgiven."""
        wanted = select(setup_codes.c.code_hash).where(
            setup_codes.c.code_hash == self._code_hash(code), setup_codes.c.used_at.is_(None)
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).first() is not None

    def use_setup_code(self, code: str, name: str, login: str, password_hash: str) -> Instructor | None:
        """Use the code up and keep the officer, both or neither; None when the code is not open."""
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            used = connection.execute(
                update(setup_codes)
                .where(setup_codes.c.code_hash == self._code_hash(code), setup_codes.c.used_at.is_(None))
                .values(used_at=now)
            )
            if used.rowcount != 1:
                return None
            return _added(connection, name, login, password_hash, is_officer=True)

    # ------------------------------------------------------------------- instructors

    def add_instructor(self, name: str, login: str, password_hash: str, *, is_officer: bool) -> Instructor:
        """Keep an instructor; InputError when the login is taken."""
        with self._database.writing() as connection:
            return _added(connection, name, login, password_hash, is_officer=is_officer)

    def instructors(self) -> tuple[Instructor, ...]:
        """Return everybody who teaches or taught, the first first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(*_FIELDS).order_by(instructors.c.created_at)).all()
        return tuple(map(_instructor, rows))

    def instructor_by_login(self, login: str) -> tuple[Instructor, str] | None:
        """Return the instructor of that login and the password's hash; None when there is none."""
        wanted = select(*_FIELDS, instructors.c.password_hash).where(instructors.c.login == login)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else (_instructor(row), row.password_hash)

    def set_instructor_password(self, instructor_id: str, password_hash: str) -> None:
        """Replace the password and sign the instructor out everywhere."""
        with self._database.writing() as connection:
            connection.execute(
                update(instructors)
                .where(instructors.c.id == instructor_id)
                .values(password_hash=password_hash)
            )
            _signed_out(connection, instructor_id)

    def set_instructor_disabled(self, instructor_id: str, disabled: bool) -> None:
        """Let an instructor in no longer, or again; signs them out everywhere."""
        moment = datetime.now(UTC) if disabled else None
        with self._database.writing() as connection:
            connection.execute(
                update(instructors).where(instructors.c.id == instructor_id).values(disabled_at=moment)
            )
            _signed_out(connection, instructor_id)

    # ------------------------------------------------------------------- sign-ins

    def sign_in_instructor(self, instructor_id: str, *, hours: float) -> str:
        """Return a new token for the instructor's browser; only its hash is kept."""
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            connection.execute(delete(instructor_sign_ins).where(instructor_sign_ins.c.expires_at <= now))
            connection.execute(
                insert(instructor_sign_ins).values(
                    token_hash=token_hash(token),
                    instructor_id=instructor_id,
                    created_at=now,
                    expires_at=now + timedelta(hours=hours),
                )
            )
        return token

    def instructor_by_token(self, token: str) -> Instructor | None:
        """Return whose token this is; None when it is unknown, expired, or the instructor is disabled."""
        wanted = (
            select(*_FIELDS)
            .join(instructor_sign_ins, instructor_sign_ins.c.instructor_id == instructors.c.id)
            .where(
                instructor_sign_ins.c.token_hash == token_hash(token),
                instructor_sign_ins.c.expires_at > datetime.now(UTC),
                instructors.c.disabled_at.is_(None),
            )
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _instructor(row)

    def sign_out_instructor(self, token: str) -> None:
        """Make the token worthless."""
        with self._database.writing() as connection:
            connection.execute(
                delete(instructor_sign_ins).where(instructor_sign_ins.c.token_hash == token_hash(token))
            )

    def known_mark(self, instructor_id: str) -> str:
        """Return what a browser keeps that this instructor has come in from before; no key to anything."""
        return self._keyed("known", instructor_id)

    # ------------------------------------------------------------------- inside

    def _fresh_setup_code(self, connection: Connection) -> str:
        now = datetime.now(UTC)
        code = self._setup_code(now)
        connection.execute(delete(setup_codes))
        connection.execute(insert(setup_codes).values(code_hash=self._code_hash(code), created_at=now))
        return code

    def _setup_code(self, made_at: datetime) -> str:
        letters = code_letters(int(self._keyed("setup", made_at.isoformat()), 16), _SETUP_CODE_LENGTH)
        return "-".join(letters[n : n + 4] for n in range(0, _SETUP_CODE_LENGTH, 4))


def _added(
    connection: Connection, name: str, login: str, password_hash: str, *, is_officer: bool
) -> Instructor:
    if connection.execute(select(instructors.c.id).where(instructors.c.login == login)).first():
        raise InputError(
            "같은 이름의 강사가 이미 있습니다.",
            remedy="뒤에 부서나 숫자를 붙여 구별되는 이름으로 적어 주세요.",
        )
    made = Instructor(uuid.uuid4().hex, name, is_officer, datetime.now(UTC))
    connection.execute(
        insert(instructors).values(
            id=made.id,
            name=name,
            login=login,
            password_hash=password_hash,
            is_officer=is_officer,
            created_at=made.created_at,
        )
    )
    return made


def _signed_out(connection: Connection, instructor_id: str) -> None:
    connection.execute(
        delete(instructor_sign_ins).where(instructor_sign_ins.c.instructor_id == instructor_id)
    )


def _instructor(row: Row[*tuple[Any, ...]]) -> Instructor:
    return Instructor(row.id, row.name, row.is_officer, row.created_at, row.disabled_at)
