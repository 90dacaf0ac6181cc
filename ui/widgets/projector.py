"""The wall: how to come in, in letters for the last row; what is done now; no names."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import streamlit as st

from sandbox.class_records import Class, InstructorKey
from ui import browser
from ui.widgets.class_door import door_notes, join_address, qr, room_address

BOARD = "ui.widgets.board"


def wall(key: InstructorKey, here: Class) -> None:
    """Draw the wall of a class."""
    st.html(f'<div class="wall-title">{_text(here.title)}</div>')
    left, right = st.columns([5, 8], gap="large")
    with left:
        address = join_address(here.code)
        shown = room_address().partition("://")[2]
        st.html(
            f'<div class="wall-door"><div class="wall-qr">{qr(address)}</div>'
            f'<div class="wall-label">주소창에</div><div class="wall-address">{_text(shown)}</div>'
            f'<div class="wall-label">과정 코드</div><div class="wall-code">{_text(here.code)}</div></div>'
        )
        door_notes()
    with right:
        browser.class_bar(f"/room/desk/class/{here.code}", here.code, look="projector", key="wall_now")
        if find_spec(BOARD):
            import_module(BOARD).projector_board(key, here.code)


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
