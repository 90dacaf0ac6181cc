"""The frame around every page: who is here, where one can go, and what went wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sandbox.records import SandboxError
from ui import session
from ui.widgets import frame

# A file of our own: Streamlit would fetch a material icon for the tab from outside.
ICON = Path(__file__).parent / "static" / "favicon.png"
st.set_page_config(page_title="행정 AI 실습실", page_icon=ICON, layout="wide")
frame.style()
frame.korean_words()

PAGES = {
    "start": st.Page(
        "screens/start.py", title="시작", icon=":material/home:", url_path="start", default=True
    ),
    "course": st.Page("screens/course.py", title="과정", icon=":material/menu_book:", url_path="course"),
    "exercise": st.Page(
        "screens/exercise.py", title="실습", icon=":material/edit_note:", url_path="exercise"
    ),
    "free": st.Page("screens/free.py", title="자유 실습", icon=":material/chat:", url_path="free"),
    "mine": st.Page("screens/mine.py", title="내 기록", icon=":material/folder_open:", url_path="mine"),
    "connection": st.Page(
        "screens/connection.py", title="연결", icon=":material/cable:", url_path="connection"
    ),
}
OPEN_TO_ALL = (PAGES["start"], PAGES["connection"])

try:
    here = st.navigation(list(PAGES.values()), position="top")
    frame.keep_cookie()
    if session.person() is None and here not in OPEN_TO_ALL:
        # A deep link from the lecturer must survive the short stop at 시작.
        st.session_state["wanted"] = (here.url_path, dict(st.query_params))
        st.switch_page(PAGES["start"])
    with session.turn_to_draw():
        here.run()
except SandboxError as error:
    session.say(error)
except Exception as error:
    # Streamlit's own control flow derives from BaseException and passes by.
    frame.incident(error)
