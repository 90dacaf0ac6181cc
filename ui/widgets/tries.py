"""The tries of an exercise: the latest answer with its verdicts, the former ones beside it."""

from __future__ import annotations

import streamlit as st

from sandbox.records import Endpoint, Exercise, Run, SandboxError
from ui import browser, session
from ui.widgets import answer, consent, seat_controls, take_home
from ui.widgets.form import place_key
from ui.widgets.part import part


@part
def tries(exercise: Exercise) -> None:
    """The place of the live answer, and below it the latest try with the former ones beside it.

    Drawn alone when a live answer ends: nothing else on the page has changed.
    """
    runs = session.services().practice.tries(session.me(), exercise.id)
    ended = tuple(r for r in runs if r.state.ended)
    live = next((r.id for r in reversed(runs) if not r.state.ended), "")
    st.markdown("##### 답변과 점검", anchors=False)
    answer.callback_error()
    browser.live_place(
        exercise.id, live, shown=ended[-1].id if ended else "", key=f"live-{place_key(exercise.id)}"
    )
    with st.container(key=f"answers-{place_key(exercise.id)}"):
        _ended(exercise, ended)


def _ended(exercise: Exercise, runs: tuple[Run, ...]) -> None:
    if not runs:
        st.info(
            "실행을 누르면 여기에 답변이 나타나고, 자료와 맞춰 본 점검 결과가 이어집니다.",
            icon=":material/arrow_upward:",
        )
        return
    run = answer.choose_try(runs, key=exercise.id)
    before = runs[runs.index(run) - 1] if runs.index(run) else None
    if before is not None and st.toggle("바로 앞 시도와 나란히 보기", key=f"beside-{exercise.id}"):
        left, right = st.columns(2)
        for side, one in ((left, before), (right, run)):
            with side:
                answer.finished(one, key=f"side-{one.id}")
                answer.verdicts(one.verdicts)
        return
    answer.finished(run, key=run.id, retry=lambda where: answer.start_retry(run, where))
    answer.verdicts(run.verdicts)
    _opinion(run)
    seat_controls.share(run)
    take_home.take_home(run, key=run.id, title=exercise.title, exercise=exercise)


def _opinion(run: Run) -> None:
    """Offer the model's opinion where the chosen endpoint may judge."""
    endpoint, opinions = session.endpoint(), session.services().practice.opinions
    if endpoint is None or not endpoint.judge or not run.answer.strip():
        return
    if opinions.pending(run.id):
        _waiting_for_opinion(run.id)
        return
    st.button(
        "AI 심사 의견 듣기",
        key=f"judge-{run.id}",
        icon=":material/rate_review:",
        help="AI의 의견일 뿐이라 점검 결과와 완료에는 들어가지 않습니다.",
        on_click=_ask_opinion,
        args=(run, endpoint),
    )
    consent.ask(f"judge-{run.id}")


def _ask_opinion(run: Run, endpoint: Endpoint) -> None:
    """Queue the question, as the button's callback: errors are shown after the rerun."""
    if not consent.given_or_ask(endpoint, f"judge-{run.id}"):
        return
    try:
        opinions = session.services().practice.opinions
        opinions.ask(session.me(), run.id, endpoint, agreed=consent.given(endpoint))
    except SandboxError as error:
        st.session_state["callback_error"] = error


@st.fragment(run_every=1)
def _waiting_for_opinion(run_id: str) -> None:
    """Say that the opinion is on its way; draw the page anew when it has come."""
    if not session.services().practice.opinions.pending(run_id):
        st.rerun()
    st.info("AI가 답변을 읽고 심사 의견을 쓰고 있습니다…", icon=":material/hourglass_top:")
