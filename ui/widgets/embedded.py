"""The embedded model on screen: how far it is, what is wrong with it, and starting it again."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.session import plain

LOOK_EVERY_SECONDS = 2


def panel() -> None:
    """Show on 연결 how the embedded model is doing; nothing where there is none."""
    model = session.services().local_model
    if model is None:
        return
    preparing = model.state().preparing
    st.fragment(_panel, run_every=LOOK_EVERY_SECONDS if preparing else None)(preparing)


def _panel(was_preparing: bool) -> None:
    model = session.services().local_model
    assert model is not None
    state = model.state()
    if was_preparing and not state.preparing:
        st.rerun()  # the whole page: its card appears, or it has failed and nothing need be asked any more
    if state.preparing:
        progress(state.message, state.progress)
    elif state.broken:
        st.error(trouble(state.message, state.remedy), icon=":material/error:")
        if st.button("다시 켜기", key="model_again", icon=":material/restart_alt:"):
            model.start()
            st.rerun()
    else:
        st.info(f"내장 모델(연습용): {plain(state.message)}", icon=":material/memory:")


def progress(message: str, share: float | None) -> None:
    """Say what is being done with the model, with a bar where it is known how far."""
    if share is None:
        st.info(f"{plain(message)} 다 되면 저절로 쓸 수 있습니다.", icon=":material/hourglass_top:")
    else:
        st.progress(share, text=f"{plain(message)} {share:.0%} — 다 되면 저절로 쓸 수 있습니다.")


def trouble(message: str, remedy: str) -> str:
    """Return what is wrong with the model and what to do, as Markdown."""
    return f"**{plain(message)}**" + (f"  \n{plain(remedy)}" if remedy else "")
