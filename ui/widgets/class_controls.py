"""The lecturer's levers: 「지금 이 실습」, pause, notice, timer, and the way to the wall."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sandbox.class_records import Class, ClassNow, InstructorKey
from sandbox.records import SandboxError
from ui import session
from ui.session import plain
from ui.widgets import budget, desk, recorded
from ui.widgets.class_door import door_notes
from ui.widgets.class_form import exercise_name

MINUTES = (3, 5, 10, 15, 20)


def head(here: Class) -> None:
    """Show the code and lead to the wall."""
    desk.say_done()
    with st.container(horizontal=True, vertical_alignment="center", key="class_head"):
        st.markdown(f'과정 코드 <span class="class-code">{here.code}</span>', unsafe_allow_html=True)
        st.link_button(
            "앞 화면 열기", f"/projector?code={here.code}", icon=":material/connected_tv:", type="primary"
        )
        st.link_button("현황판 열기", f"/board?code={here.code}", icon=":material/grid_view:")
        if here.closed_at is not None:
            st.badge("끝난 과정", icon=":material/door_front:", color="gray")
    door_notes()


def lead(key: InstructorKey, here: Class) -> None:
    """Everything that reaches every screen of the class within three seconds."""
    now = session.services().lecture.live.now(key, here.code)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _exercises(key, here, now)
    with right:
        _pause(key, here, now)
        _notice(key, here, now)
        _timer(key, here, now)
        recorded.switch(key, here)
        budget.raise_button(key, here.code)


def _exercises(key: InstructorKey, here: Class, now: ClassNow) -> None:
    live = session.services().lecture.live
    st.markdown("#### 지금 이 실습")
    st.caption(
        "누르면 모든 수강생의 화면이 그 실습으로 바뀝니다. 쓰던 글은 저장되어 있어 나중에 이어서 할 수 있습니다."
    )
    known = [e.id for e in session.services().library.exercises()]
    for at, one in enumerate(here.path):
        with st.container(
            border=True,
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            key=f"push-row-{at}",
        ):
            mine = one == now.exercise_id
            st.markdown(
                f"{at + 1}. {plain(exercise_name(one))}" + (" :green-badge[지금 이 실습]" if mine else "")
            )
            label = "다시 모으기" if mine else "지금 이 실습"
            gone = one not in known
            if st.button(
                label, key=f"push-{at}", type="secondary" if mine or gone else "primary", disabled=gone
            ):
                _done(lambda one=one: live.move_to(key, here.code, one), "모두를 그 실습으로 옮겼습니다.")
    others = [i for i in known if i not in here.path]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox(
            "차례에 없는 실습으로" if here.path else "실습 고르기",
            ["", *others],
            format_func=lambda i: exercise_name(i) if i else "고르지 않음",
            key="push_other",
        )
        if st.button("지금 이 실습", key="push_other_go", disabled=not other):
            _done(lambda: live.move_to(key, here.code, other), "모두를 그 실습으로 옮겼습니다.")
    if now.exercise_id:
        if now.exercise_id not in here.path:
            st.markdown(f":green-badge[지금 이 실습] {plain(exercise_name(now.exercise_id))}")
        if st.button("각자 하게 하기", icon=":material/explore:", help="‘지금 이 실습’ 안내를 거둡니다."):
            _done(lambda: live.let_go(key, here.code), "안내를 거두었습니다.")


def _pause(key: InstructorKey, here: Class, now: ClassNow) -> None:
    with st.container(border=True):
        st.markdown("**보내기**")
        if now.paused:
            st.warning("모두의 보내기를 멈춰 두었습니다.", icon=":material/pause_circle:")
        label = "다시 보내게 하기" if now.paused else "모두 잠시 멈춤"
        icon = ":material/play_circle:" if now.paused else ":material/pause_circle:"
        if st.button(label, icon=icon, key="class_pause", width="stretch"):
            live = session.services().lecture.live
            _done(lambda: live.pause(key, here.code, not now.paused), "모든 화면에 알렸습니다.")


def _notice(key: InstructorKey, here: Class, now: ClassNow) -> None:
    live = session.services().lecture.live
    with st.container(border=True):
        st.markdown("**공지**")
        if now.notice:
            st.info(plain(now.notice), icon=":material/campaign:")
        with st.form("class_notice", border=False, clear_on_submit=True):
            text = st.text_input("모든 화면에 띄울 말", max_chars=200, placeholder="예: 10분 쉬겠습니다")
            if st.form_submit_button("공지 띄우기", width="stretch"):
                _done(lambda: live.tell(key, here.code, text), "공지를 띄웠습니다.")
        if now.notice and st.button("공지 내리기", key="class_notice_off", width="stretch"):
            _done(lambda: live.tell(key, here.code, ""), "공지를 내렸습니다.")


def _timer(key: InstructorKey, here: Class, now: ClassNow) -> None:
    live = session.services().lecture.live
    with st.container(border=True):
        st.markdown("**타이머**")
        with st.form("class_timer", border=False):
            title = st.text_input("무엇을 하는 시간인가요? (비워도 됩니다)", max_chars=30)
            minutes = st.number_input("분", 1, 240, 5)
            if st.form_submit_button("타이머 시작", width="stretch"):
                _done(lambda: live.start_timer(key, here.code, minutes, title), "타이머를 시작했습니다.")
        if now.timer_ends_at and st.button("타이머 거두기", key="class_timer_off", width="stretch"):
            _done(lambda: live.stop_timer(key, here.code), "타이머를 거두었습니다.")


def _done(act: Callable[[], object], text: str) -> None:
    try:
        act()
    except SandboxError as error:
        session.say(error)
        return
    desk.done(text)
    st.rerun()
