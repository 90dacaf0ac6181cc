"""The left side of an exercise: what happened, what to do, the materials, and help step by step."""

from __future__ import annotations

import streamlit as st

from sandbox.records import Exercise, Progress
from ui import session
from ui.widgets import frame, markup, materials
from ui.widgets.part import part


def guide(exercise: Exercise) -> None:
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
        _help(exercise)


@part
def _help(exercise: Exercise) -> None:
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
    if not mine.model_answer_opened:
        st.caption(":material/key: 모범 답안은 한 번 실행해 본 뒤에 열립니다.")
        st.button(
            "모범 답안 보기",
            icon=":material/key:",
            key=f"model-{exercise.id}",
            on_click=_open,
            args=(exercise.id,),
        )
        if st.session_state.pop(f"too-early-{exercise.id}", False):
            st.info("아직 받은 답변이 없습니다. 먼저 한 번 실행해 주세요.", icon=":material/lock:")
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


def _open(exercise_id: str) -> None:
    """Open the model answer, as the button's callback: whether it was earned is asked when it is pressed.

    Where no AI is connected nobody can try: the model answer is then what there is to learn from.
    """
    me, practice = session.me(), session.services().practice
    tried = any(r.state.ended and r.answer.strip() for r in practice.tries(me, exercise_id))
    if tried or session.endpoint() is None:
        practice.open_model_answer(me, exercise_id)
    else:
        st.session_state[f"too-early-{exercise_id}"] = True
