"""Who may teach: the officer's list, and everybody's own password."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import Instructor, InstructorKey
from sandbox.records import SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time


def password(key: InstructorKey) -> None:
    """Change one's own password."""
    st.markdown("#### 내 비밀번호 바꾸기")
    with st.form("change_password", clear_on_submit=True):
        old = st.text_input("지금 비밀번호", type="password")
        one = st.text_input("새 비밀번호 (8자 이상)", type="password")
        two = st.text_input("새 비밀번호 한 번 더", type="password")
        pressed = st.form_submit_button("비밀번호 바꾸기", icon=":material/lock_reset:")
    st.caption("바꾸면 다른 PC에서 로그인한 것은 모두 끝납니다.")
    if not pressed:
        return
    if one != two:
        st.error("새 비밀번호 두 개가 서로 다릅니다. 다시 적어 주세요.", icon=":material/error:")
        return
    try:
        session.enter_desk(session.services().lecture.instructors.change_password(key, old, one))
    except SandboxError as error:
        session.say(error)
    else:
        st.success("비밀번호를 바꾸었습니다.", icon=":material/check_circle:")


def instructors(key: InstructorKey) -> None:
    """List everybody who teaches; add one, let one in no longer. Officer only."""
    desk.say_done()
    st.markdown("#### 강사")
    room = session.services().lecture.instructors
    me = room.current(key)
    for one in room.listed(key):
        _line(key, one, own=one.id == me.id)
    by_mail = desk.has_single_sign_on()
    with st.form("add_instructor", clear_on_submit=True):
        st.markdown("**강사 추가**")
        name = st.text_input("이름", max_chars=20)
        first = st.text_input("처음 비밀번호 (8자 이상, 본인이 나중에 바꿉니다)", type="password")
        mail = st.text_input("또는 통합 로그인 전자우편 주소") if by_mail else ""
        officer = st.checkbox("담당자입니다 (강사를 추가하고 기관 한도를 바꿀 수 있습니다)")
        pressed = st.form_submit_button("추가", icon=":material/person_add:")
    if not pressed:
        return
    try:
        if mail:
            added = room.add_by_mail(key, name, mail, is_officer=officer)
        else:
            added = room.add(key, name, first, is_officer=officer)
    except SandboxError as error:
        session.say(error)
    else:
        desk.done(f"{added.name} 강사를 추가했습니다.")
        st.rerun()


def _line(key: InstructorKey, one: Instructor, *, own: bool) -> None:
    with st.container(
        border=True, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        badges = (":blue-badge[담당자] " if one.is_officer else "") + (":gray-badge[나]" if own else "")
        off = " :orange-badge[사용 중지]" if one.disabled_at else ""
        st.markdown(f"**{plain(one.name)}** {badges}{off}  \n:gray[{korean_time(one.created_at)}부터]")
        if own:
            return
        label = "다시 사용" if one.disabled_at else "사용 중지"
        if st.button(label, key=f"disable-{one.id}"):
            try:
                session.services().lecture.instructors.set_disabled(key, one.id, not one.disabled_at)
            except SandboxError as error:
                session.say(error)
            else:
                desk.done(f"{one.name} 강사: {label}")
                st.rerun()
