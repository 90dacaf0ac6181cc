"""실행: what must hold before a prompt goes out, said beside the button when it does not."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sandbox.practice import Preview, Work
from sandbox.records import Field, Location, SandboxError
from ui import session
from ui.widgets import prompt_box


def run_button(
    place: str,
    work: Work,
    missing: tuple[Field, ...] = (),
    *,
    label: str = "실행",
    shortcut: str | None = "Ctrl+Enter",
) -> str:
    """Show gauge, personal-data notice and 실행; return the new run's id after a press, else ''."""
    room = session.services()
    endpoint = session.endpoint()
    if endpoint is None:
        _waiting_for_model()
        return ""
    preview: Preview = room.practice.preview(session.me(), work, endpoint)
    prompt_box.gauge(preview)
    outside = endpoint.location is Location.OUTSIDE
    clean = prompt_box.guard_notice(place, preview, endpoint)
    agreed = not outside or st.session_state.get("public_only", False)
    if outside and not agreed:
        agreed = st.checkbox(
            "이 AI는 **기관 밖**에 있습니다. 공개해도 되는 자료만 넣었습니다.", key="public_only_box"
        )
        st.session_state["public_only"] = agreed
    busy = bool(room.practice.busy_run(session.me()))
    look: dict[str, Any] = {"type": "primary", "icon": ":material/play_arrow:", "width": "stretch"}
    slot = st.empty()
    may_run = not busy and clean and agreed and preview.too_long is None
    pressed = slot.button(label, key=f"run-{place}", shortcut=shortcut, disabled=not may_run, **look)
    if missing:
        st.caption(":orange[아직 비어 있는 칸:] " + ", ".join(f.label for f in missing))
    run_id = ""
    if pressed and may_run:
        try:
            run_id = room.practice.run(session.me(), work, session.choices(place), endpoint)
        except SandboxError as error:
            session.say(error)
    if run_id:
        # In place of the pressed one, so that the page need not be drawn once more to disable it.
        slot.button(label, key=f"running-{place}", disabled=True, **look)
    if busy or run_id:
        st.caption("지금 답변을 받고 있습니다. 끝나거나 멈추면 다시 실행할 수 있습니다.")
    return run_id


@st.fragment(run_every=2)
def _waiting_for_model() -> None:
    """Tell how far the embedded model is; draw the page anew once it answers."""
    model = session.services().local_model
    if session.endpoint() is not None:
        st.rerun()
    if model is None:
        st.warning(
            "답해 줄 AI가 아직 연결되지 않았습니다. 위쪽 메뉴의 **연결**에서 설정 방법을 확인해 주세요.",
            icon=":material/cable:",
        )
        return
    state = model.state()
    st.info(state.message, icon=":material/hourglass_top:")
