"""One row of 내 기록: what it was, how it went, open, favourite, delete."""

from __future__ import annotations

import streamlit as st

from sandbox.records import RunSummary
from ui import session
from ui.widgets import frame, suggest
from ui.widgets.clock import korean_time


def row(run: RunSummary) -> None:
    """Draw one run of the person's own."""
    me, practice = session.me(), session.services().practice
    with st.container(border=True):
        left, star, opener, bin_ = st.columns([9, 1, 2, 1], vertical_alignment="center")
        total = run.passed + run.failed + run.unknown
        score = f" · 통과 {run.passed}/{total}" if total else ""
        left.markdown(
            f"**{frame.plain(run.title or '제목 없음')}**  \n:gray[{korean_time(run.created_at)} · {frame.plain(run.endpoint_name)} · {run.state.value}{score}]"
        )
        left.caption(frame.plain(run.answer_start or "(답변 없음)"))
        with left:
            suggest.button(run)
        star.button(
            "★" if run.favourite else "☆",
            key=f"star-{run.id}",
            help="즐겨찾기",
            on_click=practice.set_favourite,
            args=(me, run.id, not run.favourite),
        )
        if opener.button("열기", key=f"open-{run.id}", width="stretch"):
            _open(run)
        bin_.button(
            "",
            key=f"bin-{run.id}",
            icon=":material/delete:",
            help="지우기 (되돌릴 수 있습니다)",
            on_click=_remove,
            args=(run,),
        )


def _open(run: RunSummary) -> None:
    """Go where the run was made, with this very run open there."""
    if run.exercise_id:
        st.switch_page("screens/exercise.py", query_params={"id": run.exercise_id, "run": run.id})
    st.switch_page("screens/free.py", query_params={"thread": run.thread_id, "run": run.id})


def _remove(run: RunSummary) -> None:
    session.services().practice.delete(session.me(), run.id)
    st.session_state["deleted_run"] = (run.id, run.title)
