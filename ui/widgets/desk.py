"""The instructor's door: set-up with the one-time code, sign-in, sign-out, and the title row behind it."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import InstructorKey
from sandbox.classroom import InstructorEntry
from sandbox.records import SandboxError
from ui import session
from ui.session import plain


def needed() -> InstructorKey:
    """Return the key of whoever is signed in; lead to the door when nobody is."""
    key = session.instructor_key()
    if key is None:
        st.session_state["desk_note"] = "강사로 로그인해 주세요. 로그인은 12시간 뒤에 끝납니다."
        st.switch_page("screens/teach.py")
    assert key is not None
    return key


def title(text: str, caption: str = "") -> None:
    """Draw the title row of an instructor's page: what this is, and who is signed in."""
    left, right = st.columns([8, 4], vertical_alignment="center")
    with left:
        st.markdown(f"### {plain(text)}", anchors=False)
        if caption:
            st.caption(plain(caption))
    key = session.instructor_key()
    if key is None:
        return
    who = session.services().lecture.instructors.current(key)
    with (
        right,
        st.container(horizontal=True, horizontal_alignment="right"),
        st.popover(f"{plain(who.name)} 강사", icon=":material/badge:"),
    ):
        st.caption("담당자입니다. 강사를 추가할 수 있습니다." if who.is_officer else "강사로 로그인했습니다.")
        if st.button("로그아웃", icon=":material/logout:", width="stretch"):
            session.leave_desk()
            if has_single_sign_on() and st.user.get("is_logged_in", False):
                st.logout()  # or the next look at this page would sign in again
            st.switch_page("screens/teach.py")


def parts(name: str, labels: list[str]) -> str:
    """Show the parts of a page and return the one chosen; only that one is drawn."""
    kept = f"{name}_part_kept"
    st.session_state.setdefault(f"{name}_part", st.session_state.get(kept, labels[0]))
    chosen = st.segmented_control(
        "보기", labels, key=f"{name}_part", required=True, label_visibility="collapsed"
    )
    st.session_state[kept] = chosen
    return str(chosen or labels[0])


def done(text: str) -> None:
    """Say after the next drawing that something was done."""
    st.session_state["desk_done"] = text


def say_done() -> None:
    """Say what was done just before."""
    if text := st.session_state.pop("desk_done", ""):
        st.toast(text, icon=":material/check_circle:")


def door() -> None:
    """Show set-up while nobody can teach here, else sign-in."""
    if note := st.session_state.pop("desk_note", ""):
        st.info(note, icon=":material/lock:")
    instructors = session.services().lecture.instructors
    left, _ = st.columns([6, 5])
    with left:
        if instructors.is_set_up():
            _sign_in()
            _single_sign_on()
            with st.expander("설정 코드를 새로 받았다면", icon=":material/key:"):
                _set_up()
            st.caption("비밀번호를 잊었으면 담당자에게 말씀해 주세요. 서버 PC에서 새로 정할 수 있습니다.")
        else:
            st.info(
                "아직 강사가 없습니다. 실습실을 켠 창에 나온 **설정 코드**로 담당자의 이름과 비밀번호를 정해 주세요.",
                icon=":material/key:",
            )
            _set_up()


def _sign_in() -> None:
    with st.form("desk_sign_in"):
        name = st.text_input("강사 이름", key="desk_name")
        password = st.text_input("비밀번호", type="password", key="desk_password")
        pressed = st.form_submit_button("로그인", type="primary", icon=":material/login:", width="stretch")
    if pressed:
        try:
            entry = session.services().lecture.instructors.sign_in(
                name, password, known=session.known_browser()
            )
        except SandboxError as error:
            session.say(error)
        else:
            _entered(entry)


def _set_up() -> None:
    with st.form("desk_set_up"):
        code = st.text_input("설정 코드", placeholder="예: K7M2-9XQ4-R3TA", key="setup_code")
        name = st.text_input("담당자 이름 (로그인할 때 씁니다)", max_chars=20, key="setup_name")
        one = st.text_input("비밀번호 (8자 이상)", type="password", key="setup_password")
        two = st.text_input("비밀번호 한 번 더", type="password", key="setup_again")
        pressed = st.form_submit_button("담당자로 시작하기", type="primary", width="stretch")
    if not pressed:
        return
    if one != two:
        st.error("두 비밀번호가 서로 다릅니다. 다시 적어 주세요.", icon=":material/error:")
        return
    try:
        entry = session.services().lecture.instructors.set_up(code, name, one, guesser=session.guesser())
    except SandboxError as error:
        session.say(error)
    else:
        _entered(entry)


def _single_sign_on() -> None:
    """Offer the institution's own sign-in where the officer has set it up in secrets.toml."""
    if not has_single_sign_on():
        return
    if not st.user.get("is_logged_in", False):
        if st.button("기관 통합 로그인으로 들어가기", icon=":material/passkey:", width="stretch"):
            st.login()
        return
    try:
        entry = session.services().lecture.instructors.sign_in_by_mail(st.user.to_dict())
    except SandboxError as error:
        session.say(error)
        if st.button("다른 계정으로 로그인"):
            st.logout()
    else:
        _entered(entry)


def _entered(entry: InstructorEntry) -> None:
    session.enter_desk(entry)
    st.switch_page("screens/teach.py")


def comes_back_from_single_sign_on() -> bool:
    """Say once a session that somebody has just signed in elsewhere: they come back on 시작, not on 강사."""
    if st.session_state.get("sso_seen") or not has_single_sign_on():
        return False
    st.session_state["sso_seen"] = True
    return bool(st.user.get("is_logged_in", False)) and session.instructor_key() is None


def has_single_sign_on() -> bool:
    """Say whether the officer has set up the institution's own sign-in ([auth] of secrets.toml)."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets
