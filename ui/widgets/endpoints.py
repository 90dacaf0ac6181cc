"""One endpoint on the 연결 page: what it is, a test of it, and what the test found."""

from __future__ import annotations

import streamlit as st

from sandbox.records import Endpoint, EndpointReport, Location, SandboxError
from ui import session
from ui.session import plain


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
                    room.test(endpoint)
                except SandboxError as error:
                    session.say(error)
        report = (room.reports or {}).get(endpoint.id)
        if report:
            _result(report)


def _result(report: EndpointReport) -> None:
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
