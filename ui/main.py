"""The frame around every page: who is here, where one can go, and what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from sandbox.records import SandboxError
from ui import session
from ui.widgets import class_bar, desk, frame

# A file of our own: Streamlit would fetch a material icon for the tab from outside.
ICON = Path(__file__).parent / "static" / "favicon.png"
st.set_page_config(page_title="행정 AI 실습실", page_icon=ICON, layout="wide")
frame.style()
frame.korean_words()

try:
    DESK = session.instructor_key() is not None
except SandboxError:
    DESK = False  # the page below says what is wrong


def page(name: str, title: str, icon: str, *, shown: bool = True) -> Any:
    """A page of the menu; one that is not shown still opens by its address and looks at the role itself."""
    return st.Page(
        f"screens/{name}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path=name,
        default=name == "start",
        visibility="visible" if shown else "hidden",
    )


ROOM = [
    page("start", "시작", "home"),
    page("course", "과정", "menu_book"),
    page("exercise", "실습", "edit_note"),
    page("free", "자유 실습", "chat"),
    page("mine", "내 기록", "folder_open"),
    page("connection", "연결", "cable"),
    page("survey", "설문", "poll", shown=False),
]
INSTRUCTORS = [
    page("teach", "내 과정", "co_present", shown=DESK),
    page("class_room", "수업 진행", "campaign", shown=DESK),
    page("board", "현황판", "grid_view", shown=DESK),
    page("projector", "앞 화면", "connected_tv", shown=False),
    page("after", "수업 마무리", "task_alt", shown=DESK),
    page("limits", "예산", "payments", shown=DESK),
    page("rehearsal", "리허설", "groups", shown=DESK),
    page("editor", "내용 만들기", "draw", shown=DESK),
    page("staff", "강사와 비밀번호", "badge", shown=DESK),
]
OPEN_TO_ALL = (ROOM[0], ROOM[5], *INSTRUCTORS)

try:
    here = st.navigation({"": ROOM, "강사": INSTRUCTORS}, position="top")
    frame.keep_cookie()
    if session.person() is None and here not in OPEN_TO_ALL:
        # A deep link from the lecturer must survive the short stop at 시작.
        st.session_state["wanted"] = (here.url_path, dict(st.query_params))
        st.switch_page(ROOM[0])
    if here is ROOM[0] and desk.comes_back_from_single_sign_on():
        st.switch_page(INSTRUCTORS[0])
    if here not in INSTRUCTORS:
        class_bar.invitation()
        class_bar.class_bar()
    with session.turn_to_draw():
        here.run()
except SandboxError as error:
    session.say(error)
except Exception as error:
    # Streamlit's own control flow derives from BaseException and passes by.
    frame.incident(error)
