"""The once-a-visit agreement that only public material goes outside, for the buttons beside 실행.

Hides that such a button may always be pressed: what it would send outside without the agreement is not
sent, and the question stands where it was pressed. The use cases refuse it as well.
"""

from __future__ import annotations

import streamlit as st

from sandbox.records import Endpoint, Location
from ui import session
from ui.widgets.run_button import only_public_text

WANTED = "consent_wanted"


def given(endpoint: Endpoint) -> bool:
    """Say whether a text may go to this endpoint: inside always, outside once the person has agreed."""
    return endpoint.reach is not Location.OUTSIDE or bool(st.session_state.get("public_only", False))


def given_or_ask(endpoint: Endpoint, where: str) -> bool:
    """Say so as a callback, and have ``ask`` put the question at ``where`` when it is still open."""
    if given(endpoint):
        return True
    st.session_state[WANTED] = where
    return False


def ask(where: str) -> None:
    """Put the question where a button was pressed too early."""
    endpoint = session.endpoint()
    if st.session_state.get(WANTED) != where or endpoint is None:
        return
    if given(endpoint):
        st.session_state.pop(WANTED)
        return
    st.warning(
        "아직 보내지 않았습니다. 아래 칸에 표시하신 뒤 같은 단추를 다시 눌러 주세요.",
        icon=":material/public:",
    )
    st.checkbox(only_public_text(endpoint), key=f"consent-{where}", on_change=_agree)


def _agree() -> None:
    st.session_state["public_only"] = True
    st.session_state.pop(WANTED, None)
