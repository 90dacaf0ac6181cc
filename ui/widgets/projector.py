"""The wall: how to come in, in letters for the last row; what is done now; no names."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import Class, InstructorKey
from ui import browser
from ui.widgets import board
from ui.widgets.class_door import door_notes, join_address, qr, room_address

# The wall has no menu and uses all of its width; the keyboard's F11 gives it the rest.
WIDE = "<style>header, [data-testid=stHeader] { display: none; } .stMainBlockContainer { max-width: none; padding: 1rem 3rem; }</style>"


def wall(key: InstructorKey, here: Class) -> None:
    """Draw the wall of a class."""
    st.html(WIDE)
    st.html(f'<div class="wall-title">{_text(here.title)}</div>')
    left, right = st.columns([5, 8], gap="large")
    with left:
        address = join_address(here.code)
        shown = room_address().partition("://")[2]
        with st.container(key="wall_qr"):
            st.image(qr(address), width="stretch")
        st.html(
            f'<div class="wall-door"><div class="wall-label">주소창에</div><div class="wall-address">{_text(shown)}</div>'
            f'<div class="wall-label">과정 코드</div><div class="wall-code">{_text(here.code)}</div></div>'
        )
        door_notes()
    with right:
        browser.class_bar(f"/room/desk/class/{here.code}", here.code, look="projector", key="wall_now")
        board.projector_board(key, here.code)


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
