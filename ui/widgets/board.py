"""The live board on a page: for the lecturer with names, for the projector without."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import InstructorKey
from ui import browser, session

# A board needs the whole width of the screen it hangs on.
WIDE = "<style>.stMainBlockContainer { max-width: none; padding-top: 3.4rem; padding-bottom: 1rem; }</style>"
# The way in gives its place to an answer that is shown, and to the board when the lecturer folds it.
WALL = """<style>
body:is(.room-wall-folded, .room-wall-answer) .stColumn:has(.wall-door) { display: none; }
body:is(.room-wall-folded, .room-wall-answer) .wall-title { display: none; }
</style>"""


def lecturer_board(key: InstructorKey, code: str) -> None:
    """Draw the board with names, hands and what is shared; it refreshes by itself."""
    session.services().lecture.instructors.current(key)
    st.html(WIDE)
    browser.board(code, projector=False, key=f"board-{code}")


def projector_board(key: InstructorKey, code: str) -> None:
    """Draw the board with seat numbers only, or the answer that is shown beside the model answer."""
    session.services().lecture.instructors.current(key)
    st.html(WIDE)
    st.html(WALL)
    browser.board(code, projector=True, key=f"wall-{code}")
