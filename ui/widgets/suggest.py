"""「이 프롬프트 추천하기」: a trainee's good prompt on its way to the lecturer's review."""

from __future__ import annotations

import streamlit as st

from sandbox.class_records import SuggestionState
from sandbox.records import RunSummary, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import markup

BADGES = {
    SuggestionState.WAITING: ":orange-badge[검토 기다림]",
    SuggestionState.TAKEN: ":green-badge[라이브러리에 넣음]",
    SuggestionState.DECLINED: ":gray-badge[넣지 않음]",
}


def button(run: RunSummary) -> None:
    """Offer to suggest the prompt of an ended run with an answer."""
    if (
        run.state.ended
        and run.answer_start
        and st.button(
            "이 프롬프트 추천하기", key=f"suggest-{run.id}", icon=":material/recommend:", type="tertiary"
        )
    ):
        _ask(run)


@st.dialog("이 프롬프트 추천하기", width="large")
def _ask(run: RunSummary) -> None:
    suggesting = session.services().authoring.suggesting
    try:
        offered = suggesting.offer(session.me(), run.id)
    except SandboxError as error:
        session.say(error)
        return
    st.caption(
        "강사가 읽어 보고 모두가 쓰는 라이브러리에 넣을 수 있습니다. 개인정보로 보이는 곳은 가렸습니다. "
        "가려지지 않은 개인정보나 비공개 내용이 있으면 추천하지 말아 주세요. 이름은 함께 보내지 않습니다."
    )
    with st.container(border=True, height=220):
        st.html(f'<div class="room-raw">{markup.plain(offered)}</div>')
    title = st.text_input("어떤 일에 쓰나요?", max_chars=60, key=f"suggest-title-{run.id}")
    note = st.text_area(
        "왜 좋은가요? (없어도 됩니다)", max_chars=500, key=f"suggest-note-{run.id}", height=80
    )
    if st.button("추천 보내기", type="primary", icon=":material/send:", key=f"suggest-send-{run.id}"):
        try:
            suggesting.suggest(session.me(), run.id, title or "", note or "")
        except SandboxError as error:
            session.say(error)
        else:
            st.session_state["suggested"] = True
            st.rerun()


def mine() -> None:
    """Tell what became of the prompts this person has suggested."""
    if st.session_state.pop("suggested", False):
        st.toast("추천을 보냈습니다. 강사가 검토하면 여기에서 알려 드립니다.", icon=":material/check_circle:")
    found = session.services().authoring.suggesting.mine(session.me())
    if not found:
        return
    with st.expander(f"내가 추천한 프롬프트 {len(found)}개", icon=":material/recommend:"):
        for one in found:
            words = f"  \n:gray[강사의 말: {plain(one.answer)}]" if one.answer else ""
            st.markdown(f"{BADGES[one.state]} **{plain(one.title)}**{words}")
