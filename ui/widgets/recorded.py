"""Recorded answers on screen: the lecturer's switch, and the label that stands wherever one is shown."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import Class, InstructorKey
from sandbox.classroom.recorded import NAME, OTHER_PROMPT, RECORDED
from sandbox.documents import NOTICE
from sandbox.records import Endpoint, EndpointKind, Run
from ui import session
from ui.widgets import budget
from ui.widgets.clock import korean_time


def notice(endpoint: Endpoint) -> bool:
    """Say beside 실행 that no AI is asked now, where that is so."""
    if endpoint.kind is not EndpointKind.RECORDED:
        return False
    st.info(
        f"지금은 **{NAME}**을 보여 드립니다. 강사가 리허설 때 실제 AI에게서 받아 둔 답이며, "
        "프롬프트를 고쳐도 답이 그에 맞추어 달라지지 않습니다.",
        icon=":material/video_library:",
    )
    return True


def label(run: Run) -> None:
    """Say above an answer that it was recorded, and whether for another prompt."""
    if run.endpoint_id != RECORDED.id:
        return
    if run.endpoint_name == OTHER_PROMPT:
        st.warning(
            f"**{NAME}** — 보내신 프롬프트가 녹화할 때와 다릅니다. 이 답은 보내신 프롬프트의 답이 아니라, "
            "이 실습에서 가장 비슷한 프롬프트로 받아 둔 답입니다.",
            icon=":material/video_library:",
        )
    else:
        st.info(f"**{NAME}** — {session.plain(run.model)}", icon=":material/video_library:")


def document_notice(run: Run) -> str:
    """Return the notice that a document made of this answer carries."""
    return f"{NOTICE} ({NAME})" if run.endpoint_id == RECORDED.id else NOTICE


def switch(key: InstructorKey, here: Class) -> None:
    """Let the lecturer answer the class from recordings while the endpoint is down."""
    recorded = session.services().after.recorded
    coverage = recorded.coverage(key, recorded.asked_of(key, here.code))
    have = [e for e, at in coverage.items() if at is not None]
    on = recorded.is_on(here.code)
    with st.container(border=True):
        st.markdown(f"**{NAME}**")
        if on:
            st.warning("켜져 있습니다. 이 과정은 지금 녹화된 답변을 봅니다.", icon=":material/video_library:")
        st.caption(
            "AI 연결이 멈췄을 때 켜 주세요. "
            + (
                f"실습 {len(coverage)}개 가운데 {len(have)}개에 녹화가 있습니다."
                if here.path
                else f"차례를 정하지 않은 과정입니다. 녹화가 있는 실습은 {len(have)}개입니다."
            )
            + ("" if have else " 「리허설」에서 ‘답변 녹화’를 켜고 한 번 돌리면 만들어집니다.")
        )
        named = "끄기 — AI가 다시 답하게 하기" if on else "켜기 — 녹화된 답변으로 이어 가기"
        if st.button(named, key=f"recorded-{here.code}", width="stretch", disabled=not (have or on)):
            budget.do(
                lambda: recorded.switch(key, here.code, not on),
                "녹화된 답변을 껐습니다." if on else "녹화된 답변을 켰습니다. 모든 화면에 표시됩니다.",
            )
        if have:
            newest = max(at for at in coverage.values() if at is not None)
            st.caption(f"가장 최근 녹화: {korean_time(newest)}")
