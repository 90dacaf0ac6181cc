"""The instructor's door on screen: the institution's own sign-in, there and back and out again, and the set-up code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sandbox.class_records import InstructorKey
from sandbox.records import NotAllowedError
from tests.test_after_class_pages import ROOT, SECONDS, fine, words
from ui import session
from ui.upkeep import setup_words
from ui.widgets import desk

pytestmark = pytest.mark.pages
MAIL = "kim@city.example"
PRESS = "기관 통합 로그인으로 들어가기"


class Provider:
    """The institution's sign-in as Streamlit shows it: who is in, and what was asked of it."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"is_logged_in": False}
        self.asked: list[str] = []

    def get(self, name: str, default: Any = None) -> Any:
        return self.claims.get(name, default)

    def to_dict(self) -> dict[str, Any]:
        return dict(self.claims)

    def login(self, *_: object) -> None:
        self.asked.append("login")

    def logout(self) -> None:
        self.asked.append("logout")
        self.claims = {"is_logged_in": False}

    def comes_back(self, mail: str, *, verified: bool = True) -> None:
        """What Streamlit knows after the way to the institution and back."""
        self.claims = {"is_logged_in": True, "email": mail, "email_verified": verified}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[session.Services]:
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_EMBEDDED", "0")
    session.close_services()
    built = session.services()
    who = built.store.add_instructor("최담당", "name:최담당", "", is_officer=True)
    officer = InstructorKey(built.store.sign_in_instructor(who.id, hours=1))
    built.lecture.instructors.add_by_mail(officer, "김강사", MAIL)
    yield built
    session.close_services()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(desk, "has_single_sign_on", lambda: True)
    monkeypatch.setattr(st, "user", made)
    monkeypatch.setattr(st, "login", made.login)
    monkeypatch.setattr(st, "logout", made.logout)
    return made


def arrive(page: str = "start") -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    app.run()
    return app if page == "start" else app.switch_page(f"screens/{page}.py").run()


def labels(app: AppTest) -> list[str]:
    return [b.label for b in app.button]


def press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def test_the_button_leads_to_the_institution(room: session.Services, provider: Provider) -> None:
    app = fine(arrive("teach"))
    assert PRESS in labels(app)
    fine(press(app, PRESS))
    assert provider.asked == ["login"]


def test_who_comes_back_is_let_in_at_once(room: session.Services, provider: Provider) -> None:
    """The institution sends people back to the front page; the lecturer stands on their own right after."""
    provider.comes_back(MAIL)
    app = fine(arrive())
    key = app.session_state["desk_key"]
    assert room.lecture.instructors.current(key).name == "김강사"
    assert PRESS not in labels(app)
    assert any("김강사" in str(e.proto) for e in app.get("popover"))


@pytest.mark.parametrize(
    ("mail", "verified", "said"),
    [("other@city.example", True, "등록되어 있지 않습니다"), (MAIL, False, "확인된 전자우편 주소를 받지 못했습니다")],
)  # fmt: skip
def test_who_is_not_known_is_told_why_and_may_take_another_account(
    room: session.Services, provider: Provider, mail: str, verified: bool, said: str
) -> None:
    provider.comes_back(mail, verified=verified)
    app = arrive()
    assert not app.exception
    assert any(said in str(e.value).replace("\\", "") for e in app.error)
    assert "desk_key" not in app.session_state
    app = press(app, "다른 계정으로 로그인")
    assert provider.asked == ["logout"]
    assert PRESS in labels(fine(app.run()))


def test_signing_out_ends_both_and_stays_out(room: session.Services, provider: Provider) -> None:
    provider.comes_back(MAIL)
    app = fine(arrive())
    key = app.session_state["desk_key"]
    app = fine(press(app, "로그아웃"))
    assert provider.asked == ["logout"]  # or the next look would sign in again
    assert PRESS in labels(app)
    with pytest.raises(NotAllowedError):
        room.lecture.instructors.current(key)
    assert "desk_key" not in fine(app.run()).session_state


def test_without_the_institutions_sign_in_no_button_stands_there(room: session.Services) -> None:
    app = fine(arrive("teach"))
    assert PRESS not in labels(app)
    assert "로그인" in labels(app)


def test_a_stranger_at_the_front_page_stays_there(room: session.Services, provider: Provider) -> None:
    app = fine(arrive())
    assert "desk_key" not in app.session_state
    assert "강사로 로그인해 주세요" not in words(app)


# --------------------------------------------------------------------------- the set-up code in the window


@pytest.mark.parametrize(
    ("anybody", "said", "unsaid"),
    [
        (False, "아직 강사가 없습니다", "새로 받았다면"),
        (True, "설정 코드를 새로 받았다면", "강사가 없습니다"),
    ],
)
def test_the_window_says_what_the_code_is_for(anybody: bool, said: str, unsaid: str) -> None:
    told = setup_words("K7M2-9XQ4-R3TA", anybody=anybody)
    assert "[강사 설정 코드] K7M2-9XQ4-R3TA" in told
    assert said in told
    assert unsaid not in told
