"""Who may teach: the set-up code, passwords, sign-ins, and the role that every use case asks for.

Hides argon2 (two at a time: each takes 64 MB) and how guessing is slowed: every try counts as wrong
until it has proved right, so that many at once gain nothing; wrong passwords make that account wait, by
account and never by address, thirty seconds at the most. A browser from which the instructor has come in
before is not held up by what others guess. On a new one they are: who keeps guessing can keep it waiting,
since nothing tells the two apart; the way out is the old browser, or the officer at the server PC
(``reset``), and the message says so.
"""

from __future__ import annotations

import math
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sandbox.class_records import Instructor, InstructorKey
from sandbox.classroom.names import NAME_MAX_CHARS, plain_line
from sandbox.records import InputError, NotAllowedError, NotFoundError
from sandbox.store import Store
from sandbox.store.guessing import PASSWORD, SETUP

PASSWORD_MIN_CHARS = 8
PASSWORD_MAX_CHARS = 200
SIGNED_IN_HOURS = 12.0
LONGEST_WAIT_SECONDS = 30.0
HASHING_AT_ONCE = 2
SHUT_OUT = (
    "본인이 틀린 것이 아니라면, 전에 로그인했던 브라우저에서는 남의 실수로 기다리지 않습니다. "
    "급하면 담당자에게 비밀번호를 새로 정해 달라고 해 주세요."
)
TOO_PLAIN = frozenset(
    {"12345678", "123456789", "1234567890", "password", "qwerty123", "11111111", "00000000"}
)


@dataclass(frozen=True, slots=True)
class InstructorEntry:
    """An instructor, the key their browser is to keep, and the mark by which it is known next time."""

    instructor: Instructor
    key: InstructorKey
    known: str


class Instructors:
    """Let instructors in, and verify the key of every use case that is theirs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hashing = threading.BoundedSemaphore(HASHING_AT_ONCE)

    # ------------------------------------------------------------------ the role

    def current(self, key: InstructorKey | None) -> Instructor:
        """Say whose key this is; NotAllowedError when it is unknown, expired or its holder disabled."""
        found = self._store.instructor_by_token(key.reveal()) if isinstance(key, InstructorKey) else None
        if found is None:
            raise NotAllowedError(
                "강사로 로그인해야 할 수 있는 일입니다.",
                remedy="위쪽 메뉴의 ‘강사’에서 다시 로그인해 주세요. (로그인은 12시간 뒤에 끝납니다.)",
            )
        return found

    def teaches(self, token: str) -> bool:
        """Say whether a cookie holds the key of somebody who teaches here."""
        return self._store.instructor_by_token(token) is not None

    def officer(self, key: InstructorKey | None) -> Instructor:
        """Say whose key this is; NotAllowedError when it is not the officer's."""
        found = self.current(key)
        if not found.is_officer:
            raise NotAllowedError(
                "담당자만 할 수 있는 일입니다.", remedy="이 실습실을 관리하는 담당자에게 부탁해 주세요."
            )
        return found

    # ------------------------------------------------------------------ set-up

    def open_setup_code(self) -> str:
        """Return the code to be printed for the officer; '' when there is nothing to set up. Shell only."""
        return self._store.open_setup_code()

    def new_setup_code(self) -> str:
        """Make a new set-up code, for another officer or a lost one. Shell only."""
        return self._store.new_setup_code()

    def is_set_up(self) -> bool:
        """Say whether anybody can teach here yet."""
        return any(i.disabled_at is None for i in self._store.instructors())

    def set_up(self, code: str, name: str, password: str, *, guesser: str) -> InstructorEntry:
        """Let the officer in with the one-time code and keep name and password."""
        name, login = _named(name)
        _refuse_weak(password, name)
        self._store.stand_in_line(SETUP)
        self._count(f"setup:{guesser}")
        if not self._store.setup_code_is_open(code):
            self._store.wrong_guess(SETUP)
            raise NotFoundError(
                "설정 코드가 맞지 않습니다.",
                remedy="프로그램을 시작한 창에 나온 코드를 다시 확인해 주세요. 이미 쓴 코드라면 프로그램 폴더에서 창을 하나 더 열어 "
                "python start.py instructor setup-code로 새 코드를 만들 수 있습니다.",
            )
        self._store.forget_failed_resumes(f"setup:{guesser}")
        made = self._store.use_setup_code(code, name, login, self._hashed(password))
        if made is None:
            raise NotAllowedError(
                "설정 코드를 방금 다른 사람이 썼습니다.",
                remedy="본인이 아니라면 담당자에게 바로 알려 주세요.",
            )
        return self._entry(made)

    # ------------------------------------------------------------------ in and out

    def sign_in(self, name: str, password: str, *, known: str = "") -> InstructorEntry:
        """Let an instructor in by name and password. ``known``: the mark the browser kept, if any."""
        login = _login(name)
        found = self._store.instructor_by_login(login)
        mine = found is not None and secrets.compare_digest(
            known.encode("utf-8", "replace"), self._store.known_mark(found[0].id).encode()
        )
        guessed = f"instructor:{login}:known" if mine else f"instructor:{login}"
        if not mine:
            self._store.stand_in_line(PASSWORD)
        self._count(guessed, SHUT_OUT)
        # An unknown name costs as long as a wrong password, so that names cannot be found out.
        right = self._fits(found[1] if found else "", password)
        if found is None or not right or not found[1]:
            self._store.wrong_guess(PASSWORD)
            raise NotAllowedError(
                "이름이나 비밀번호가 맞지 않습니다.",
                remedy="한/영 키와 Caps Lock을 확인해 주세요. 비밀번호를 잊었다면 담당자에게 새로 정해 달라고 하세요.",
            )
        who, password_hash = found
        _refuse_disabled(who)
        self._store.forget_failed_resumes(guessed)
        if _hasher().check_needs_rehash(password_hash):
            self._store.set_instructor_password(who.id, self._hashed(password))
        return self._entry(who)

    def sign_in_by_mail(self, claims: Mapping[str, Any]) -> InstructorEntry:
        """Let an instructor in whom the identity provider vouches for: verified e-mail, added beforehand."""
        mail = claims.get("email")
        if not isinstance(mail, str) or claims.get("email_verified") not in (True, "true"):
            raise NotAllowedError(
                "로그인은 되었지만 확인된 전자우편 주소를 받지 못했습니다.",
                remedy="담당자에게 통합 로그인 설정에서 email과 email_verified를 보내 주는지 물어봐 주세요.",
            )
        found = self._store.instructor_by_login(_mail_login(mail))
        if found is None:
            raise NotAllowedError(
                "이 계정은 강사로 등록되어 있지 않습니다.",
                remedy="담당자에게 이 전자우편 주소를 강사로 추가해 달라고 해 주세요.",
            )
        _refuse_disabled(found[0])
        return self._entry(found[0])

    def sign_out(self, key: InstructorKey) -> None:
        """Make the key worthless."""
        self._store.sign_out_instructor(key.reveal())

    # ------------------------------------------------------------------ instructors' own use cases

    def change_password(self, key: InstructorKey, old: str, new: str) -> InstructorEntry:
        """Replace one's own password; every browser is signed out, this one gets a new key."""
        who = self.current(key)
        found = self._store.instructor_by_login(_login(who.name))
        self._count(f"change:{who.id}")
        if found is None or found[0].id != who.id or not self._fits(found[1], old):
            raise NotAllowedError(
                "지금 비밀번호가 맞지 않습니다.", remedy="한/영 키를 확인하고 다시 적어 주세요."
            )
        self._store.forget_failed_resumes(f"change:{who.id}")
        _refuse_weak(new, who.name)
        self._store.set_instructor_password(who.id, self._hashed(new))
        return self._entry(who)

    def listed(self, key: InstructorKey) -> tuple[Instructor, ...]:
        """List everybody who teaches here, the disabled too. Officer only."""
        self.officer(key)
        return self._store.instructors()

    def add(self, key: InstructorKey, name: str, password: str, *, is_officer: bool = False) -> Instructor:
        """Add an instructor with a first password. Officer only."""
        self.officer(key)
        name, login = _named(name)
        _refuse_weak(password, name)
        return self._store.add_instructor(name, login, self._hashed(password), is_officer=is_officer)

    def add_by_mail(
        self, key: InstructorKey, name: str, mail: str, *, is_officer: bool = False
    ) -> Instructor:
        """Add an instructor who comes in by single sign-on with this e-mail address. Officer only."""
        self.officer(key)
        name, _ = _named(name)
        if mail.count("@") != 1 or any(c.isspace() for c in mail.strip()):
            raise InputError("전자우편 주소가 아닙니다.", remedy="name@example.go.kr처럼 적어 주세요.")
        return self._store.add_instructor(name, _mail_login(mail), "", is_officer=is_officer)

    def set_disabled(self, key: InstructorKey, instructor_id: str, disabled: bool) -> None:
        """Let an instructor in no longer, or again. Officer only; not oneself."""
        who = self.officer(key)
        if who.id == instructor_id:
            raise InputError("자기 자신은 사용 중지할 수 없습니다.", remedy="다른 담당자에게 부탁해 주세요.")
        self._store.set_instructor_disabled(instructor_id, disabled)

    # ------------------------------------------------------------------ from the shell

    def reset(self, name: str) -> str:
        """Give an instructor a new first password and return it. Shell only."""
        login = _login(name)
        found = self._store.instructor_by_login(login)
        if found is None:
            raise NotFoundError(
                "그 이름의 강사가 없습니다.",
                remedy="이름을 그대로 적었는지 확인해 주세요. 통합 로그인만 쓰는 강사는 비밀번호가 없습니다.",
            )
        password = "-".join(
            "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(3)
        )
        self._store.set_instructor_password(found[0].id, self._hashed(password))
        self._store.forget_failed_resumes(f"instructor:{login}")
        self._store.forget_failed_resumes(f"instructor:{login}:known")
        return password

    def names(self) -> tuple[str, ...]:
        """Return the names of all who may come in. Shell only."""
        return tuple(i.name for i in self._store.instructors() if i.disabled_at is None)

    # ------------------------------------------------------------------ inside

    def _entry(self, who: Instructor) -> InstructorEntry:
        token = self._store.sign_in_instructor(who.id, hours=SIGNED_IN_HOURS)
        return InstructorEntry(who, InstructorKey(token), self._store.known_mark(who.id))

    def _count(self, guessed: str, way_out: str = "") -> None:
        """Count a try before it is looked at; refuse it while ``guessed`` must wait."""
        wait = self._store.count_guess(guessed, longest_seconds=LONGEST_WAIT_SECONDS)
        if wait > 0:
            raise NotAllowedError(
                "여러 번 잘못 입력했습니다.",
                remedy=" ".join(filter(None, (f"{math.ceil(wait)}초 뒤에 다시 입력해 주세요.", way_out))),
            )

    def _fits(self, password_hash: str, password: str) -> bool:
        with self._hashing:
            try:
                return _hasher().verify(password_hash or _nobodys_hash(), _typed(password))
            except (VerificationError, InvalidHashError):
                return False

    def _hashed(self, password: str) -> str:
        with self._hashing:
            return _hasher().hash(_typed(password))


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the parameters of RFC 9106 for small machines


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_hex(16))


def _typed(password: str) -> str:
    return unicodedata.normalize("NFC", password)[:PASSWORD_MAX_CHARS]


def _named(name: str) -> tuple[str, str]:
    """Return the name as it is shown and the login it makes."""
    name = plain_line(name)
    if not name:
        raise InputError("이름이 비어 있습니다.", remedy="로그인할 때 쓸 이름을 적어 주세요.")
    if len(name) > NAME_MAX_CHARS:
        raise InputError(
            f"이름이 너무 깁니다({len(name)}자).", remedy=f"{NAME_MAX_CHARS}자 이내로 적어 주세요."
        )
    return name, _login(name)


def _login(name: str) -> str:
    return "name:" + unicodedata.normalize("NFKC", plain_line(name)).casefold().replace(" ", "")


def _mail_login(mail: str) -> str:
    return "mail:" + unicodedata.normalize("NFKC", mail.strip()).casefold()


def _refuse_weak(password: str, name: str) -> None:
    password = _typed(password)
    if len(password) < PASSWORD_MIN_CHARS:
        raise InputError(
            f"비밀번호가 너무 짧습니다({len(password)}자).",
            remedy=f"{PASSWORD_MIN_CHARS}자 이상으로 정해 주세요. 낱말 서너 개를 이어 쓰면 외우기 쉽습니다.",
        )
    plain = password.casefold()
    if plain in TOO_PLAIN or len(set(plain)) < 4 or plain == name.casefold():
        raise InputError(
            "너무 쉬운 비밀번호입니다.",
            remedy="이름이나 이어지는 숫자 말고, 남이 짐작하기 어렵게 정해 주세요.",
        )


def _refuse_disabled(who: Instructor) -> None:
    if who.disabled_at is not None:
        raise NotAllowedError("사용이 중지된 강사입니다.", remedy="다시 쓰려면 담당자에게 말씀해 주세요.")
