"""One endpoint on the 연결 page: what it is, a test of it, and what the test found."""

from __future__ import annotations

import streamlit as st

from sandbox.records import (
    Endpoint,
    EndpointHealth,
    EndpointReport,
    HealthState,
    Location,
    SandboxError,
)
from ui import session
from ui.session import plain

HEALTH_SECONDS = 5
FRESH_SECONDS = 60  # for so long a test is not sent again, see sandbox.turns.trials


def card(endpoint: Endpoint) -> None:
    """Draw an endpoint with its test button and its last report."""
    room = session.services()
    with st.container(border=True):
        left, right = st.columns([8, 3], vertical_alignment="center")
        colour = "green" if endpoint.location is Location.INSIDE else "orange"
        left.markdown(
            f"**{plain(endpoint.name)}** :{colour}-badge[{endpoint.location.value}]  \n:gray[모델 {plain(endpoint.model)} · 한 번에 {endpoint.context_tokens:,}토큰 · 동시에 {endpoint.parallel}명]"
        )
        if right.button(
            "연결 시험", key=f"test-{endpoint.id}", icon=":material/network_check:", width="stretch"
        ):
            with st.spinner("짧은 질문을 보내 보고 있습니다…"):
                try:
                    room.trials.test(endpoint)
                except SandboxError as error:
                    session.say(error)
        every = None if _health(endpoint).state is HealthState.UNKNOWN else HEALTH_SECONDS
        st.fragment(_state, run_every=every)(endpoint)
        if last := room.trials.report(endpoint):
            _result(*last)


def _health(endpoint: Endpoint) -> EndpointHealth:
    return session.services().turns.health(endpoint.id)


def _state(endpoint: Endpoint) -> None:
    """Say how the endpoint has been doing of late, who waits for it and who answers instead."""
    health = _health(endpoint)
    parts = [state_text(health)]
    if health.running or health.waiting:
        wait = f"(지금 물으면 약 {wait_text(health.estimate_seconds)})" if health.estimate_seconds else ""
        parts.append(f"답하는 중 {health.running}명 · 기다리는 사람 {health.waiting}명{wait}")
    if endpoint.fallback is not None:
        outside = endpoint.fallback.location is Location.OUTSIDE
        where = " :orange-badge[외부]" if outside else ""
        parts.append(f"답하지 않으면 예비 연결 **{plain(endpoint.fallback.name)}**{where}")
    st.markdown(" · ".join(parts))
    if health.recent_errors:
        st.caption(f"최근 10분 동안 오류 {health.recent_errors}번. 마지막: {plain(health.last_error)}")


def state_text(health: EndpointHealth) -> str:
    """Return an endpoint's state as a coloured Markdown phrase in plain Korean."""
    when = wait_text(health.retry_seconds)
    text = {
        HealthState.RESTING: f"잠시 쉬는 중({when} 뒤 다시 시도)" if health.retry_seconds else "곧 다시 시도",
        HealthState.SLOWED: f"천천히 보내는 중({when} 뒤 다시 보냄)"
        if health.retry_seconds
        else f"천천히 보내는 중(동시에 {health.slots}명)",
    }.get(health.state, health.state.value)
    colour = {HealthState.WORKING: "green", HealthState.UNKNOWN: "gray", HealthState.RESTING: "red"}
    return f":{colour.get(health.state, 'orange')}[● {text}]"


def wait_text(seconds: float) -> str:
    """Return a wait as people say it."""
    return f"{max(1, round(seconds))}초" if seconds < 90 else f"{round(seconds / 60)}분"


def _result(report: EndpointReport, age_seconds: float) -> None:
    st.caption(
        f"{wait_text(age_seconds)} 전의 시험 결과입니다. 모두가 함께 보며, 1분이 지나면 다시 시험할 수 있습니다."
        if age_seconds < FRESH_SECONDS
        else f"{wait_text(age_seconds)} 전의 시험 결과입니다."
    )
    box = st.success if report.reachable else st.error
    box(f"**{plain(report.message)}**" + (f"  \n{plain(report.remedy)}" if report.remedy else ""))
    if not report.reachable:
        return
    figures = [
        ("응답 확인", report.latency_seconds, "초"),
        ("첫 글자까지", report.first_text_seconds, "초"),
        ("쓰는 빠르기", report.tokens_per_second, "토큰/초"),
    ]
    for column, (label, value, unit) in zip(st.columns(3), figures, strict=True):
        column.metric(label, "확인 불가" if value is None else f"{value:.1f}{unit}")
    st.markdown(
        " ".join(
            f":{'green' if yes else 'gray'}-badge[{'✔' if yes else '✘'} {name}]"
            for name, yes in report.supports.items()
        )
    )
    if report.models:
        with st.expander(f"이 서버에 있는 모델 {len(report.models)}개"):
            st.text("\n".join(report.models))
