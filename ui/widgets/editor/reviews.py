"""What trainees suggest: read, edited, taken into everybody's library, or answered with a word of why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from sandbox.class_records import InstructorKey, Suggestion
from sandbox.records import MODULES, Level, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time
from ui.widgets.editor.history import REVIEW_AFTER_DAYS

TEXT_HEIGHT = 220


def reviews(key: InstructorKey) -> None:
    """Draw what waits, and below it what was answered."""
    reviewing = session.services().authoring.reviewing
    waiting = reviewing.waiting(key)
    if not waiting:
        st.info(
            "기다리는 추천이 없습니다. 수강생은 「내 기록」에서 추천할 수 있습니다.", icon=":material/inbox:"
        )
    for one in waiting:
        with st.expander(f"{plain(one.title)} · {korean_time(one.created_at)}", icon=":material/recommend:"):
            _review(key, one)
    done = reviewing.reviewed(key)
    if done:
        st.markdown("**검토한 추천**")
    for one in done[:30]:
        st.markdown(
            f"{one.state.value} · **{plain(one.title)}** :gray[{plain(one.reviewed_by)} · {plain(one.answer)}]"
        )


def _review(key: InstructorKey, one: Suggestion) -> None:
    name = f"review:{one.id}"
    if name not in st.session_state:
        st.session_state[name] = session.services().authoring.reviewing.draft(key, one.id)
    form = st.session_state[name]
    if one.note:
        st.caption(f"추천한 까닭: {plain(one.note)}")
    st.caption("개인정보로 보이는 곳은 가렸습니다. 더 가릴 것이 있는지 읽어 보고, 고쳐서 넣을 수 있습니다.")
    form["title"] = st.text_input("제목", value=form["title"], key=f"{name}-title") or ""
    form["summary"] = st.text_input("한 줄 설명", value=form["summary"], key=f"{name}-summary") or ""
    a, b, c = st.columns(3)
    titles = {m.id: m.title for m in MODULES}
    st.session_state.setdefault(f"{name}-module", "everyday")
    form["module"] = a.selectbox("과목", list(titles), format_func=lambda m: titles[m], key=f"{name}-module")
    form["level"] = b.selectbox("단계", [v.value for v in Level], key=f"{name}-level")
    review_on = c.date_input(
        "다시 살펴볼 날",
        value=(datetime.now(UTC) + timedelta(days=REVIEW_AFTER_DAYS)).date(),
        key=f"{name}-day",
    )
    form["body"] = st.text_area("프롬프트", value=form["body"], key=f"{name}-body", height=TEXT_HEIGHT) or ""
    answer = st.text_input("추천한 분께 드리는 말", key=f"{name}-answer", max_chars=200) or ""
    reviewing = session.services().authoring.reviewing
    take, leave = st.columns(2)
    try:
        if take.button(
            "「검증됨」으로 라이브러리에 넣기", type="primary", icon=":material/verified:", key=f"{name}-take", width="stretch"
        ):  # fmt: skip
            reviewing.take(key, one.id, form, answer=answer, review_on=review_on)
            desk.done("라이브러리에 넣었습니다. 자유 실습에서 누구나 쓸 수 있습니다.")
            st.rerun()
        if leave.button("넣지 않기", icon=":material/close:", key=f"{name}-leave", width="stretch"):
            reviewing.decline(key, one.id, answer)
            desk.done("추천한 분께 까닭을 남겼습니다.")
            st.rerun()
    except SandboxError as error:
        session.say(error)
