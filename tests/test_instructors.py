"""The instructor's door: the set-up code, passwords, guesses that only slow down, sign-ins, single sign-on."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from sandbox.class_records import InstructorKey
from sandbox.classroom import InstructorEntry, Instructors
from sandbox.classroom import instructors as instructors_module
from sandbox.records import InputError, NotAllowedError, NotFoundError, SandboxError
from sandbox.shell.commands import main
from sandbox.store import Store, load_secret
from tests.test_store import postgresql, store, url  # noqa: F401  fixtures

PASSWORD = "파란 하늘 바다 7"
NAME = "최담당"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Hash with little work, where the work itself is not what is tested."""
    if request.function.__name__ != "test_the_code_is_shown_again_until_used_and_only_its_hash_is_kept":
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(instructors_module, "_hasher", lambda: quick)
        monkeypatch.setattr(instructors_module, "_nobodys_hash", lambda: quick.hash("nobody"))


class Door:
    """The door of a room whose officer has set it up."""

    def __init__(self, store: Store) -> None:  # noqa: F811
        self.store = store
        self.instructors = Instructors(store)
        self.code = self.instructors.open_setup_code()
        self.officer = self.instructors.set_up(self.code, NAME, PASSWORD, guesser="g")

    def wrong(self, times: int, name: str = NAME, **more: Any) -> list[str]:
        said = []
        for _ in range(times):
            with pytest.raises(NotAllowedError) as refused:
                self.instructors.sign_in(name, "틀린 비밀번호", **more)
            said.append(refused.value.message)
        return said


@pytest.fixture
def door(store: Store) -> Door:  # noqa: F811
    return Door(store)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'room.db'}", secret=b"s" * 32)
    made.migrate()
    yield made
    made.close()


# --------------------------------------------------------------------------- the set-up code


def test_the_code_is_shown_again_until_used_and_only_its_hash_is_kept(empty: Store, tmp_path: Path) -> None:
    instructors = Instructors(empty)
    code = instructors.open_setup_code()
    assert len(code) == 14
    assert set(code) <= set("23456789ACDEFGHJKMNPQRTVWXY-"), "a letter that is mistaken for another"
    assert Instructors(empty).open_setup_code() == code
    assert not instructors.is_set_up()
    with closing(sqlite3.connect(tmp_path / "room.db")) as raw:
        dump = "\n".join(raw.iterdump())
    assert code not in dump
    assert code.replace("-", "") not in dump
    entry = instructors.set_up(code.lower().replace("-", " "), NAME, PASSWORD, guesser="g")
    assert entry.instructor.is_officer
    assert instructors.is_set_up()
    assert instructors.open_setup_code() == ""
    with closing(sqlite3.connect(tmp_path / "room.db")) as raw:
        dump = "\n".join(raw.iterdump())
    assert PASSWORD not in dump
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in dump
    assert instructors.sign_in(NAME, PASSWORD).instructor == entry.instructor


def test_the_code_opens_once(door: Door) -> None:
    with pytest.raises(NotFoundError, match="설정 코드"):
        door.instructors.set_up(door.code, "다른 사람", PASSWORD, guesser="h")
    assert len(door.instructors.listed(door.officer.key)) == 1


def test_a_new_code_from_the_shell_lets_another_officer_in_and_ends_the_old_one(door: Door) -> None:
    one, two = door.instructors.new_setup_code(), door.instructors.new_setup_code()
    assert one != two
    assert door.instructors.open_setup_code() == two
    with pytest.raises(NotFoundError):
        door.instructors.set_up(one, "새 담당", PASSWORD, guesser="h")
    assert door.instructors.set_up(two, "새 담당", PASSWORD, guesser="h").instructor.is_officer


def test_a_failed_set_up_leaves_the_code_open(empty: Store) -> None:
    instructors = Instructors(empty)
    code = instructors.open_setup_code()
    for name, password in (("", PASSWORD), (NAME, "짧다"), ("가" * 21, PASSWORD)):
        with pytest.raises(InputError):
            instructors.set_up(code, name, password, guesser="g")
    assert instructors.open_setup_code() == code


def test_guessing_the_code_slows_that_browser_alone(empty: Store) -> None:
    instructors = Instructors(empty)
    code = instructors.open_setup_code()
    for _ in range(4):
        with pytest.raises(NotFoundError):
            instructors.set_up("AAAA-AAAA-AAAA", NAME, PASSWORD, guesser="mischief")
    with pytest.raises(NotAllowedError, match="여러 번"):
        instructors.set_up(code, NAME, PASSWORD, guesser="mischief")
    assert instructors.set_up(code, NAME, PASSWORD, guesser="officer").instructor.is_officer


# --------------------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "짧"),
        ("가나다라마바사", "짧"),
        ("12345678", "쉬운"),
        ("aaaaaaaaaa", "쉬운"),
        ("PASSWORD", "쉬운"),
    ],
)
def test_weak_passwords_are_refused(door: Door, password: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        door.instructors.add(door.officer.key, "새 강사", password)


def test_sign_in_forgives_spaces_and_forms_of_hangul_in_the_name(door: Door) -> None:
    for name in (NAME, " 최 담당 ", unicodedata.normalize("NFD", NAME)):
        assert door.instructors.sign_in(name, PASSWORD).instructor.name == NAME
    assert door.instructors.sign_in(NAME, unicodedata.normalize("NFD", PASSWORD)).instructor.name == NAME


def test_unknown_names_and_wrong_passwords_sound_alike(door: Door) -> None:
    assert door.wrong(1) == door.wrong(1, name="없는 사람") == ["이름이나 비밀번호가 맞지 않습니다."]


def test_guesses_slow_that_account_and_no_other(door: Door) -> None:
    door.instructors.add(door.officer.key, "이강사", PASSWORD)
    assert "여러 번 잘못 입력했습니다." in door.wrong(6)
    with pytest.raises(NotAllowedError, match="여러 번"):
        door.instructors.sign_in(NAME, PASSWORD)
    assert door.instructors.sign_in("이강사", PASSWORD).instructor.name == "이강사"
    wait = door.store.resume_wait_seconds("instructor:name:최담당", longest_seconds=30.0)
    assert 0 < wait <= 30.0


def test_nobody_is_shut_out_of_the_browser_they_have_come_in_from(door: Door) -> None:
    door.wrong(12)
    entry = door.instructors.sign_in(NAME, PASSWORD, known=door.officer.known)
    assert entry.instructor.name == NAME
    # The mark is no key: it opens nothing without the password, and guesses with it are slowed, too.
    assert "여러 번 잘못 입력했습니다." in door.wrong(6, known=door.officer.known)
    with pytest.raises(NotAllowedError):
        door.instructors.current(InstructorKey(door.officer.known))


def test_another_instructors_mark_helps_nobody(door: Door) -> None:
    other = door.instructors.add(door.officer.key, "이강사", PASSWORD)
    mark = door.store.known_mark(other.id)
    door.wrong(6)
    with pytest.raises(NotAllowedError, match="여러 번"):
        door.instructors.sign_in(NAME, PASSWORD, known=mark)


def test_the_longest_wait_is_half_a_minute(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        door.store.record_failed_resume("instructor:name:최담당")
    later = datetime.now(UTC) + timedelta(seconds=31)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return later

    monkeypatch.setattr("sandbox.store.people.datetime", Later)
    assert door.store.resume_wait_seconds("instructor:name:최담당", longest_seconds=30.0) == 0.0


def test_changing_the_password_signs_out_everywhere_else(door: Door) -> None:
    elsewhere = door.instructors.sign_in(NAME, PASSWORD)
    with pytest.raises(NotAllowedError, match="지금 비밀번호"):
        door.instructors.change_password(door.officer.key, "틀린 것", "새로운 비밀번호 9")
    entry = door.instructors.change_password(door.officer.key, PASSWORD, "새로운 비밀번호 9")
    assert door.instructors.current(entry.key).name == NAME
    for old in (elsewhere.key, door.officer.key):
        with pytest.raises(NotAllowedError):
            door.instructors.current(old)
    assert door.instructors.sign_in(NAME, "새로운 비밀번호 9")
    with pytest.raises(NotAllowedError):
        door.instructors.sign_in(NAME, PASSWORD)


def test_a_forgotten_password_is_reset_and_slowing_forgiven(door: Door) -> None:
    door.wrong(6)
    new = door.instructors.reset(" 최 담당")
    with pytest.raises(NotAllowedError):
        door.instructors.current(door.officer.key)
    assert door.instructors.sign_in(NAME, new).instructor.is_officer
    with pytest.raises(NotFoundError):
        door.instructors.reset("없는 사람")


# --------------------------------------------------------------------------- several instructors


def test_a_disabled_instructor_is_out_at_once_and_may_come_back(door: Door) -> None:
    made = door.instructors.add(door.officer.key, "이강사", PASSWORD)
    entry: InstructorEntry = door.instructors.sign_in("이강사", PASSWORD)
    assert not entry.instructor.is_officer
    door.instructors.set_disabled(door.officer.key, made.id, True)
    with pytest.raises(NotAllowedError):
        door.instructors.current(entry.key)
    with pytest.raises(NotAllowedError, match="중지"):
        door.instructors.sign_in("이강사", PASSWORD)
    door.instructors.set_disabled(door.officer.key, made.id, False)
    assert door.instructors.sign_in("이강사", PASSWORD)
    with pytest.raises(InputError, match="자기 자신"):
        door.instructors.set_disabled(door.officer.key, door.officer.instructor.id, True)


def test_two_instructors_have_two_names(door: Door) -> None:
    with pytest.raises(InputError, match="같은 이름"):
        door.instructors.add(door.officer.key, "최 담당", PASSWORD)


def test_signing_out_ends_that_key_alone(door: Door) -> None:
    other = door.instructors.sign_in(NAME, PASSWORD)
    door.instructors.sign_out(door.officer.key)
    with pytest.raises(NotAllowedError):
        door.instructors.current(door.officer.key)
    assert door.instructors.current(other.key)


# --------------------------------------------------------------------------- single sign-on


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({}, "전자우편"),
        ({"email": "lee@example.go.kr"}, "전자우편"),
        ({"email": "lee@example.go.kr", "email_verified": False}, "전자우편"),
        ({"email": ["lee@example.go.kr"], "email_verified": True}, "전자우편"),
        ({"email": "other@example.go.kr", "email_verified": True}, "등록"),
        ({"email": "최담당", "email_verified": True}, "등록"),
    ],
)
def test_single_sign_on_lets_only_verified_known_addresses_in(
    door: Door, claims: dict[str, Any], why: str
) -> None:
    door.instructors.add_by_mail(door.officer.key, "이강사", "lee@example.go.kr")
    with pytest.raises(NotAllowedError, match=why):
        door.instructors.sign_in_by_mail(claims)


def test_single_sign_on_lets_who_was_added_in(door: Door) -> None:
    made = door.instructors.add_by_mail(door.officer.key, "이강사", "Lee@Example.go.kr ")
    claims = {"email": "lee@example.go.kr", "email_verified": True}
    assert door.instructors.sign_in_by_mail(claims).instructor.id == made.id
    with pytest.raises(NotAllowedError):  # no password opens that door
        door.instructors.sign_in("이강사", "")
    door.instructors.set_disabled(door.officer.key, made.id, True)
    with pytest.raises(NotAllowedError, match="중지"):
        door.instructors.sign_in_by_mail(claims)
    for wrong in ("lee", "a@b@c", "a b@c.kr"):
        with pytest.raises(SandboxError):
            door.instructors.add_by_mail(door.officer.key, "박강사", wrong)


# --------------------------------------------------------------------------- the shell


def test_the_shell_makes_codes_lists_and_resets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "자료 폴더"

    def shell(*arguments: str) -> tuple[int, Any]:
        status = main(["instructor", *arguments, "--data", str(data)])
        said = capsys.readouterr()
        return status, json.loads(said.out) if status == 0 else said.err

    status, made = shell("setup-code")
    assert status == 0
    files = [*data.glob("*.db"), *data.glob("*.sqlite*")]
    with closing(Store(f"sqlite:///{files[0]}", secret=load_secret(data))) as store:  # noqa: F811
        Instructors(store).set_up(made["setup_code"], NAME, PASSWORD, guesser="g")
        assert shell("list") == (0, {"instructors": [NAME]})
        status, reset = shell("reset", NAME)
        assert status == 0
        assert Instructors(store).sign_in(NAME, reset["password"]).instructor.name == NAME
    status, said = shell("reset", "없는 사람")
    assert status != 0
    assert "그 이름의 강사가 없습니다" in said
