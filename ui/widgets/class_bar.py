"""The strip under the menu: what the lecturer puts before the class, and what a seat can say back."""

from __future__ import annotations

import streamlit as st

from sandbox.classroom import folded_code
from sandbox.records import NotFoundError, SandboxError
from ui import browser, session
from ui.widgets import seat_controls


def invitation() -> None:
    """Offer the class of the link by which somebody came who is in the room already."""
    who, code = session.person(), folded_code(session.wanted_class())
    if who is None or not code or code == who.class_code or st.session_state.get("declined_class") == code:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="invitation"):
        st.markdown(f"과정 **{session.plain(code)}**의 링크로 들어왔습니다. 하던 실습은 그대로 가져갑니다.")
        if st.button("이 과정에 들어가기", type="primary", icon=":material/login:"):
            try:
                session.change_class(code)
            except SandboxError as error:
                session.say(error)
            else:
                st.query_params.pop("class", None)
                st.rerun()
        if st.button("그냥 혼자 하기"):
            st.session_state["declined_class"] = code
            st.query_params.pop("class", None)
            st.rerun()


def class_bar() -> None:
    """Draw the strip for somebody of a class, and go where the class has been moved."""
    who = session.person()
    if who is None or not who.class_code:
        return
    with st.container(key="class_bar"):
        left, right = st.columns([9, 3], vertical_alignment="center")
        with left:
            wanted = browser.class_bar(
                "/room/class",
                f"{who.class_code}:{who.id}",
                look="seat",
                key="class_bar_now",
                answered=st.session_state.get("survey_answered") == who.class_code,
            )
        with right:
            seat_controls.controls(who)
    if wanted == browser.SURVEY:
        st.switch_page("screens/survey.py")
    elif wanted:
        open_exercise(wanted)


def open_exercise(exercise_id: str) -> None:
    """Go to an exercise; what is being typed here has been kept already."""
    try:
        session.services().library.exercise(exercise_id)
    except NotFoundError as error:
        session.say(error)
        return
    st.session_state["exercise_id"] = exercise_id
    st.switch_page("screens/exercise.py", query_params={"id": exercise_id})
