"""The versions of one template or exercise: who, when, why; compared, brought back, put before the class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from sandbox.authoring.comparing import Change
from sandbox.class_records import Content, ContentKind, ContentVersion
from sandbox.records import SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time
from ui.widgets.editor import state
from ui.widgets.editor.state import Making

ROW_CLASS = {"+": "added", "-": "removed"}
REVIEW_AFTER_DAYS = 180


def history(made: Making) -> None:
    """Draw the versions, newest first, and what can be done with them."""
    room = session.services()
    versions = room.authoring.releasing.versions(made.key, made.kind, made.form["id"])
    if not versions:
        st.caption("아직 저장한 판이 없습니다. 위에서 저장하면 여기에 쌓입니다.")
        return
    content = room.authoring.releasing.standing(made.key, made.kind, made.form["id"])
    _publication(made, content)
    for one in versions:
        _version(made, one, content)
    if len(versions) > 1:
        _compare(made, [v.version for v in versions])


def _publication(made: Making, content: Content | None) -> None:
    if content is None or not content.published_version:
        st.caption("지금 공개된 판이 없습니다.")
        return
    a, b, c = st.columns([6, 4, 4], vertical_alignment="bottom")
    credit = (
        f" · :green[검증됨] {plain(content.verified_by)}, 다시 볼 날 {content.review_on or '정하지 않음'}"
        if content.verified_by
        else ""
    )
    a.markdown(f"**{content.published_version}판을 공개하고 있습니다.**{credit}")
    with b.popover("검증 표시", icon=":material/verified:", width="stretch"):
        _verify(made, content)
    if c.button("공개 거두기", icon=":material/visibility_off:", key="withdraw", width="stretch"):
        _withdraw(made)


def _withdraw(made: Making) -> None:
    """Withdraw; a template that exercises use only at the second press after having said which."""
    users: tuple[str, ...] = ()
    if made.kind is ContentKind.PROMPT:
        users = session.services().authoring.releasing.used_by(made.key, made.form["id"])
    warned = (made.form["id"], users)  # about this template and these exercises, not about another's
    if users and st.session_state.get("withdraw-warned") != warned:
        st.session_state["withdraw-warned"] = warned
        st.warning(
            f"이 템플릿을 쓰는 실습도 함께 닫힙니다: {plain(', '.join(users))}. 거두려면 한 번 더 눌러 주세요."
        )
        return
    _do(made, "공개를 거두었습니다. 하던 사람은 시작한 판으로 이어 갑니다.", "withdraw")


def _verify(made: Making, content: Content) -> None:
    day = st.date_input(
        "다시 살펴볼 날",
        value=content.review_on or (datetime.now(UTC) + timedelta(days=REVIEW_AFTER_DAYS)).date(),
        key="review-on",
    )
    if st.button("살펴보았습니다. 「검증됨」으로 표시", key="verify", type="primary"):
        _do(made, "「검증됨」으로 표시했습니다.", "verify", verified=True, review_on=day)
    if content.verified_by and st.button("표시 떼기", key="unverify"):
        _do(made, "「검증됨」 표시를 뗐습니다.", "verify", verified=False, review_on=None)


def _do(made: Making, said: str, what: str, *args: object, **more: object) -> None:
    """Do something with a version, tell it, and draw anew."""
    try:
        getattr(session.services().authoring.releasing, what)(
            made.key, made.kind, made.form["id"], *args, **more
        )
    except SandboxError as error:
        session.say(error)
        return
    st.session_state.pop("withdraw-warned", None)
    desk.done(said)
    if what == "restore":
        session.services().authoring.drafting.drop_draft(made.key, made.kind, made.form["id"])
        state.forget(made.kind, made.form["id"])
    st.rerun()


def _version(made: Making, one: ContentVersion, content: Content | None) -> None:
    is_published = content is not None and content.published_version == one.version
    is_newest = content is not None and content.newest_version == one.version
    with st.container(border=True):
        a, b, c = st.columns([8, 3, 3], vertical_alignment="center")
        badge = " :green-badge[공개 중]" if is_published else ""
        a.markdown(
            f"**{one.version}판**{badge} · {plain(one.author)} · {korean_time(one.created_at)}"
            f"  \n:gray[{plain(one.note) or '적은 까닭 없음'}]"
        )
        if not is_published and b.button("이 판을 공개", key=f"publish-{one.version}", width="stretch"):
            _do(made, f"{one.version}판을 공개했습니다.", "publish", one.version)
        if not is_newest and c.button("이 판으로 되돌리기", key=f"restore-{one.version}", width="stretch"):
            _do(made, f"{one.version}판의 내용으로 새 판을 만들었습니다.", "restore", one.version)


def _compare(made: Making, numbers: list[int]) -> None:
    st.markdown("**두 판 견주기**")
    a, b = st.columns(2)
    old = a.selectbox(
        "앞의 판", numbers, index=1, format_func=lambda n: f"{n}판", key=f"old-{made.form['id']}"
    )
    new = b.selectbox(
        "뒤의 판", numbers, index=0, format_func=lambda n: f"{n}판", key=f"new-{made.form['id']}"
    )
    if old and new:
        changes(
            session.services().authoring.releasing.compare(made.key, made.kind, made.form["id"], old, new)
        )


def changes(found: Sequence[Change]) -> None:
    """Draw what differs, part by part: taken away in red, added in green."""
    if not found:
        st.caption("다른 곳이 없습니다.")
        return
    parts = []
    for one in found:
        rows = "".join(
            f'<div class="{ROW_CLASS.get(sign, "same")}">{escape(sign)} {escape(text) or "&nbsp;"}</div>'
            for sign, text in one.rows
        )
        parts.append(f'<div class="change"><b>{escape(one.label)}</b>{rows}</div>')
    st.html(f'<div class="changes">{"".join(parts)}</div>')
