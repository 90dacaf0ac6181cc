"""The left side of an exercise: what happened, what to do, the materials, and help step by step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sandbox.records import Exercise, Progress, Run
from ui import session
from ui.widgets import frame, markup, materials


def guide(exercise: Exercise, runs: Sequence[Run]) -> None:
    """Show the tabs 상황과 순서, 자료, 도움말."""
    names = ["상황과 순서", f"자료 {len(exercise.materials)}" if exercise.materials else "자료", "도움말"]
    story, files, help_ = st.container(key="guide").tabs(names)
    with story:
        st.markdown(frame.prose(exercise.scenario))
        st.markdown("**실습 순서**")
        st.html(markup.steps(exercise.steps))
    with files:
        materials.materials(exercise)
    with help_:
        _help(exercise, runs)


def _help(exercise: Exercise, runs: Sequence[Run]) -> None:
    """Open hints one by one; show the model answer after an honest try."""
    me, practice = session.me(), session.services().practice
    mine = practice.progress(me).get(exercise.id) or Progress(exercise.id)
    opened = min(mine.hints_opened, len(exercise.hints))
    for n, hint in enumerate(exercise.hints[:opened], 1):
        st.info(f"**힌트 {n}**  \n{frame.prose(hint)}", icon=":material/lightbulb:")
    if opened < len(exercise.hints):
        st.button(
            f"힌트 {opened + 1} 보기 ({opened + 1}/{len(exercise.hints)})",
            icon=":material/lightbulb:",
            key=f"hint-{exercise.id}",
            on_click=practice.open_hint,
            args=(me, exercise.id, opened + 1),
        )
    # Where no AI is connected nobody can try: the model answer is then what there is to learn from.
    tried = any(r.state.ended and r.answer.strip() for r in runs) or session.endpoint() is None
    if not tried:
        st.caption(":material/lock: 모범 답안은 한 번 실행해 본 뒤에 열립니다.")
        return
    if not mine.model_answer_opened:
        st.button(
            "모범 답안 보기",
            icon=":material/key:",
            key=f"model-{exercise.id}",
            on_click=practice.open_model_answer,
            args=(me, exercise.id),
        )
        return
    st.markdown("**모범 답안** — 이 답과 똑같을 필요는 없습니다.")
    if exercise.model_answer.prompt:
        with st.expander("이 답을 얻은 프롬프트"):
            st.text(exercise.model_answer.prompt)
    st.html(markup.answer(exercise.model_answer.text))
    if exercise.model_answer.why:
        st.caption(frame.prose(exercise.model_answer.why))
    if exercise.lesson:
        st.success(f"**이 실습에서 배운 것**  \n{frame.prose(exercise.lesson)}", icon=":material/school:")
