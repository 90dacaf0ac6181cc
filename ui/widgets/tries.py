"""The tries of an exercise: the latest answer with its verdicts, the former ones beside it."""

from __future__ import annotations

import streamlit as st

from sandbox.records import Exercise, Run
from ui.widgets import answer, take_home


def tries(exercise: Exercise, runs: tuple[Run, ...]) -> None:
    """The latest try, with the former ones beside it."""
    st.markdown("##### 답변과 점검", anchors=False)
    answer.callback_error()
    if not runs:
        st.info(
            "실행을 누르면 여기에 답변이 나타나고, 자료와 맞춰 본 점검 결과가 이어집니다.",
            icon=":material/arrow_upward:",
        )
        return
    run = answer.choose_try(runs, key=exercise.id)
    if not run.state.ended:
        answer.live(run)
        return
    before = runs[runs.index(run) - 1] if runs.index(run) else None
    if before is not None and st.toggle("바로 앞 시도와 나란히 보기", key=f"beside-{exercise.id}"):
        left, right = st.columns(2)
        for side, one in ((left, before), (right, run)):
            with side:
                answer.finished(one, key=f"side-{one.id}")
                answer.verdicts(one.verdicts)
        return
    answer.finished(run, key=run.id, retry=lambda: answer.start_retry(run))
    answer.verdicts(run.verdicts)
    take_home.take_home(run, key=run.id, title=exercise.title, exercise=exercise)
