"""A run opened from 내 기록: in its exercise as the very try that was meant, or alone to be read.

Hides that an exercise may be gone while its answers stay: they can be read and taken home all the same.
"""

from __future__ import annotations

import streamlit as st

from sandbox.records import Exercise, SandboxError
from ui import session
from ui.widgets import answer, frame, markup, take_home
from ui.widgets.clock import korean_time


def open_here(exercise: Exercise, run_id: str) -> None:
    """Open this try of the exercise, and say where on the page it is."""
    if not run_id:
        return
    runs = session.services().practice.tries(session.me(), exercise.id)
    ended = tuple(r for r in runs if r.state.ended)
    if number := answer.open_try(ended, run_id, key=exercise.id):
        st.info(
            f"내 기록에서 고르신 **{number}번째 시도**가 아래 ‘답변과 점검’에 열려 있습니다.",
            icon=":material/history:",
        )


def past_run(run_id: str) -> None:
    """Show a run whose exercise is no longer there: what was asked, what came, what the checks said."""
    try:
        run = session.services().practice.result(session.me(), run_id)
    except SandboxError as error:
        frame.title("지난 실습")
        session.say(error)
        return
    frame.title(run.title or "지난 실습", f"{korean_time(run.created_at)}에 실행한 기록입니다.")
    st.info(
        "이 실습은 지금 과정에 없어 다시 실행할 수 없습니다. 답변을 읽고 문서로 가져가는 것은 그대로 됩니다.",
        icon=":material/inventory_2:",
    )
    with st.expander("보냈던 프롬프트", icon=":material/edit_note:"):
        st.html(f'<div class="room-raw">{markup.plain(run.messages[-1].text)}</div>')
    answer.finished(run, key=run.id)
    answer.verdicts(run.verdicts)
    take_home.take_home(run, key=run.id, title=run.title or "지난 실습")
    if st.button("내 기록으로 돌아가기", icon=":material/arrow_back:"):
        st.switch_page("screens/mine.py")
