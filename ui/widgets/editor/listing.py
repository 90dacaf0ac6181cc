"""The list of templates or exercises: search, filter, badges, and what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sandbox.authoring import Listed
from sandbox.class_records import ContentKind, InstructorKey
from sandbox.records import MODULES, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time

TITLES = {m.id: m.title for m in MODULES}
STATES = ("전체", "내가 만든 것", "공개 중", "초안", "처음부터 있던 것", "꺼 둔 것")
WHAT = {ContentKind.PROMPT: "템플릿", ContentKind.EXERCISE: "실습"}
PER_PAGE = 12


def listing(key: InstructorKey, kind: ContentKind) -> None:
    """Draw search, filters and the list."""
    drafting = session.services().authoring.drafting
    a, b, c, d = st.columns([5, 3, 3, 3], vertical_alignment="bottom")
    search = a.text_input("찾기", placeholder="제목이나 꼬리표", key=f"find-{kind}")
    module = b.selectbox(
        "과목", ["", *TITLES], format_func=lambda m: TITLES.get(m, "모든 과목"), key=f"module-{kind}"
    )
    chosen = c.selectbox("상태", STATES, key=f"state-{kind}")
    if d.button(
        f"새 {WHAT[kind]} 만들기", type="primary", icon=":material/add:", key=f"new-{kind}", width="stretch"
    ):
        edit(kind, drafting.begin(key, kind))
    every = drafting.listed(key, kind)
    found = [one for one in every if _fits(one, search or "", module or "", chosen or STATES[0])]
    found.sort(key=lambda one: (one.is_file, not one.has_draft))
    st.caption(f"{len(found)}개 (모두 {len(every)}개)")
    shown = st.session_state.get(f"shown-{kind}", PER_PAGE)
    for one in found[:shown]:
        _row(key, one)
    if not found:
        st.info("찾는 것이 없습니다. 새로 만들거나 찾는 말을 바꿔 보세요.", icon=":material/search_off:")
    if len(found) > shown and st.button(
        f"더 보기 ({shown}/{len(found)})", width="stretch", key=f"more-{kind}"
    ):
        st.session_state[f"shown-{kind}"] = shown + PER_PAGE
        st.rerun()


def edit(kind: ContentKind, content_id: str) -> None:
    """Open the editor."""
    st.query_params["edit"] = f"{kind}:{content_id}"
    st.rerun()


def _fits(one: Listed, search: str, module: str, chosen: str) -> bool:
    words = f"{one.title} {' '.join(one.tags)} {one.id}".casefold()
    fits = {
        "내가 만든 것": not one.is_file,
        "공개 중": bool(one.published_version) and one.enabled,
        "초안": one.has_draft or (not one.is_file and one.published_version < one.newest_version),
        "처음부터 있던 것": one.is_file,
        "꺼 둔 것": not one.enabled,
    }
    return search.casefold().strip() in words and module in ("", one.module) and fits.get(chosen, True)


def _row(key: InstructorKey, one: Listed) -> None:
    with st.container(border=True):
        a, b, c, d, e = st.columns([9, 3, 2, 1, 1], vertical_alignment="center")
        a.markdown(f"**{plain(one.title or '제목 없음')}** {_badges(one)}  \n:gray[{_about(one)}]")
        if one.is_file:
            if b.button("복사해서 고치기", key=f"copy-{one.kind}-{one.id}", width="stretch"):
                edit(one.kind, session.services().authoring.drafting.copy(key, one.kind, one.id))
        elif b.button("열기", key=f"open-{one.kind}-{one.id}", icon=":material/edit:", width="stretch"):
            edit(one.kind, one.id)
        if one.is_file or one.published_version:
            name = f"on-{one.kind}-{one.id}"
            st.session_state[name] = one.enabled
            c.toggle("켬", key=name, on_change=_switch, args=(key, one, name))
            for column, label, step in ((d, "▲", -1), (e, "▼", 1)):
                column.button(
                    label, key=f"{label}-{one.kind}-{one.id}", help="과목 안에서 차례 바꾸기", on_click=_move,
                    args=(key, one, step), disabled=not one.enabled,
                )  # fmt: skip


def _badges(one: Listed) -> str:
    found = [f":gray-badge[{one.level}]" if one.level else ""]
    if one.is_file:
        found.append(":gray-badge[처음부터 있던 것]")
    elif one.published_version:
        found.append(f":green-badge[공개 {one.published_version}판]")
    if one.newest_version > one.published_version:
        found.append(f":blue-badge[{one.newest_version}판 저장됨]")
    found += [":orange-badge[내 초안]"] if one.has_draft else []
    found += [":green-badge[:material/verified: 검증됨]"] if one.verified_by else []
    found += [f":violet-badge[{plain(', '.join(one.others))} 고치는 중]"] if one.others else []
    found += [":red-badge[꺼 둠]"] if not one.enabled else []
    return " ".join(filter(None, found))


def _about(one: Listed) -> str:
    parts: Sequence[str] = (
        TITLES.get(one.module, ""),
        plain(one.owner),
        korean_time(one.changed_at) if one.changed_at and not one.is_file else "",
        plain(", ".join(one.tags)),
    )
    return " · ".join(filter(None, parts))


def _switch(key: InstructorKey, one: Listed, name: str) -> None:
    _told(
        lambda: session.services().authoring.releasing.switch(key, one.kind, one.id, st.session_state[name])
    )


def _move(key: InstructorKey, one: Listed, step: int) -> None:
    _told(lambda: session.services().authoring.releasing.move(key, one.kind, one.id, step))


def _told(act: object) -> None:
    """Do it as a button's callback; errors are shown after the rerun."""
    try:
        act()  # type: ignore[operator]
    except SandboxError as error:
        st.session_state["callback_error"] = error
    else:
        desk.done("바꾸었습니다. 지금 수강생 화면에 나타납니다.")
