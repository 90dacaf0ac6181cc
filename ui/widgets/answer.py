"""An answer on screen: live, finished or failed; and its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from sandbox.practice import score
from sandbox.records import EndpointDetourError, Run, RunState, SandboxError, State, Verdict
from ui import browser, session
from ui.widgets import consent, markup, recorded

VIEWS = ("보기 좋게", "점검 표시", "원문")
STOPPED = "멈추셨습니다. 여기까지의 답변은 저장되어 있습니다."
SERVER_DIED = (
    "서버가 멈추어 답변이 중간에 끊겼습니다(중단됨). 받은 데까지는 저장되어 있습니다. 다시 실행해 주세요."
)


def live(run: Run) -> None:
    """Follow a run that has not ended; the page is drawn anew when it has."""
    if browser.live_answer(run.id, key=f"live-{run.id}"):
        st.rerun()


def finished(run: Run, *, key: str, retry: Callable[[str], None] | None = None) -> None:
    """Show an ended run: what happened to it, the answer in three views.

    ``retry`` is told where its button stands.
    """
    if run.state is RunState.STOPPED:
        st.info(STOPPED, icon=":material/info:")
    if run.state is RunState.CUT:
        st.warning(run.error_message or SERVER_DIED, icon=":material/link_off:")
    if run.state is RunState.FAILED:
        kept = "  \n받은 데까지는 아래에 남겨 두었습니다." if run.answer else ""
        st.error(f"**답변을 받지 못했습니다.** {run.error_message}{kept}", icon=":material/error:")
    if run.finish_reason == "length":
        st.warning(
            "답변이 정해진 길이에서 잘렸습니다. 더 짧게 쓰도록 조건을 붙여 보세요.",
            icon=":material/content_cut:",
        )
    if run.state is RunState.DONE and run.error_code == EndpointDetourError.code:
        st.info(session.plain(run.error_message), icon=":material/alt_route:")
    if retry and run.state in (RunState.FAILED, RunState.CUT, RunState.STOPPED):
        st.button(
            "같은 내용으로 다시 실행",
            key=f"retry-{key}",
            icon=":material/refresh:",
            on_click=retry,
            args=(f"retry-{key}",),
            type="primary",
        )
        consent.ask(f"retry-{key}")
    if not run.answer.strip():
        return
    recorded.label(run)
    has_marks = any(e.start >= 0 for v in run.verdicts for e in v.evidence)
    view = st.segmented_control(
        "답변 보기 방식",
        VIEWS if has_marks else (VIEWS[0], VIEWS[2]),
        default=VIEWS[0],
        required=True,
        key=f"view-{key}",
        label_visibility="collapsed",
    )
    if view == VIEWS[1]:
        st.caption(
            "붉은색은 틀렸거나 근거가 없는 곳, 초록색은 자료에서 확인된 곳입니다. 마우스를 올리면 까닭이 보입니다."
        )
        st.html(markup.marked_answer(run.answer, run.verdicts))
    elif view == VIEWS[2]:
        st.html(markup.marked_answer(run.answer, ()))
    else:
        st.html(markup.answer(run.answer))
    _footnote(run)


def verdicts(found: Sequence[Verdict]) -> None:
    """Show the score line and each verdict with its evidence."""
    if not found:
        return
    passed, failed, unknown = score(tuple(found))
    tail = (f" · 실패 {failed}" if failed else "") + (f" · 확인 불가 {unknown}" if unknown else "")
    st.html(f'<div class="score">점검 결과 — 통과 {passed} / {passed + failed + unknown}{tail}</div>')
    order = {State.FAIL: 0, State.UNKNOWN: 1, State.PASS: 2}
    st.html(markup.verdict_list(sorted(found, key=lambda v: order[v.state])))
    if unknown:
        st.caption("‘확인 불가’는 프로그램이 판단할 수 없다는 뜻입니다. 자료를 보고 직접 확인해 주세요.")


def _footnote(run: Run) -> None:
    parts = [run.endpoint_name]
    if run.usage:
        about = "약 " if run.usage.estimated else ""
        parts.append(f"{about}{run.usage.prompt_tokens:,}토큰을 읽고 {run.usage.answer_tokens:,}토큰을 씀")
    if run.ended_at:
        parts.append(f"{max(0.0, (run.ended_at - run.created_at).total_seconds()):.0f}초")
    st.caption(" · ".join(parts))


def open_try(runs: Sequence[Run], run_id: str, *, key: str) -> int:
    """Have ``choose_try`` show this run next; return its number from 1 on, or 0 when it is not there."""
    found = next((n for n, run in enumerate(runs) if run.id == run_id), None)
    if found is None:
        return 0
    st.session_state[f"count-{key}"] = len(runs)
    st.session_state[f"try-{key}"] = found
    return found + 1


def choose_try(runs: Sequence[Run], *, key: str) -> Run:
    """Let the person go back and forth between tries; the latest one first."""
    if len(runs) == 1:
        return runs[0]
    newest = len(runs) - 1
    if st.session_state.get(f"count-{key}") != len(runs):
        st.session_state[f"count-{key}"] = len(runs)
        st.session_state[f"try-{key}"] = newest
    picked = st.segmented_control(
        "시도",
        range(len(runs)),
        format_func=lambda n: f"{n + 1}번째 {_mark(runs[n])}",
        key=f"try-{key}",
        required=True,
    )
    return runs[newest if picked is None else picked]


def _mark(run: Run) -> str:
    if not run.state.ended:
        return "…"
    if not run.verdicts:
        return ""
    passed, failed, unknown = score(run.verdicts)
    return f"({passed}/{passed + failed + unknown})"


def start_retry(run: Run, where: str) -> None:
    """Run the same messages again, as the callback of the button at ``where``: errors are shown after the rerun."""
    endpoint = session.endpoint()
    if endpoint is None or not consent.given_or_ask(endpoint, where):
        return
    try:
        session.services().practice.retry(session.me(), run.id, endpoint, agreed=consent.given(endpoint))
    except SandboxError as error:
        st.session_state["callback_error"] = error


def callback_error() -> None:
    """Show what a callback could not do."""
    error = st.session_state.pop("callback_error", None)
    if error is not None:
        session.say(error)
