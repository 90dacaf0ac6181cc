"""Files in and out: one template, one exercise, or many in one .zip."""

from __future__ import annotations

import streamlit as st

from sandbox.authoring import Arrival
from sandbox.class_records import ContentKind, InstructorKey
from sandbox.records import SandboxError
from ui import session
from ui.session import plain
from ui.widgets.editor import listing


def swap(key: InstructorKey) -> None:
    """Draw import on the left, export on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### 가져오기")
        _bring_in(key)
    with right:
        st.markdown("#### 내보내기")
        _take_out(key)


def _bring_in(key: InstructorKey) -> None:
    st.caption(
        "템플릿 파일(.md) 하나나 여럿을 담은 .zip을 올립니다. 화면에서 만든 것과 똑같이 확인하며, "
        "저절로 공개하지 않습니다. 처음부터 있던 것은 덮어쓰지 않습니다."
    )
    upload = st.file_uploader("파일", type=["md", "zip"], key="bring-in", max_upload_size=30)
    if upload is not None and st.button(
        "가져오기", type="primary", icon=":material/upload:", key="bring-in-go"
    ):
        try:
            with st.spinner("하나씩 확인하고 있습니다…"):
                arrived = session.services().authoring.exchange.bring_in(key, upload.name, upload.getvalue())
        except SandboxError as error:
            session.say(error)
        else:
            st.session_state["arrived"] = arrived
    for n, one in enumerate(st.session_state.get("arrived", ())):
        _arrival(one, n)


def _arrival(one: Arrival, n: int) -> None:
    icon = ":green[:material/check_circle:]" if one.version else ":orange[:material/do_not_disturb_on:]"
    what = listing.WHAT[one.kind]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        done = f"{one.version}판으로 넣었습니다. " if one.version else "넣지 않았습니다. "
        st.markdown(f"{icon} {what} **{plain(one.title)}**  \n:gray[{done}{plain(one.note)}]")
        if one.version and st.button("열기", key=f"arrived-{n}"):
            listing.edit(one.kind, one.id)


def _take_out(key: InstructorKey) -> None:
    st.caption(
        "템플릿 하나는 .md, 실습이나 여럿은 .zip으로 받습니다. 다른 실습실에서 그대로 가져올 수 있습니다."
    )
    authoring = session.services().authoring
    every = {
        (one.kind, one.id): f"{listing.WHAT[one.kind]} · {one.title}"
        for kind in ContentKind
        for one in sorted(authoring.drafting.listed(key, kind), key=lambda o: o.is_file)
        if one.is_file or one.newest_version
    }
    chosen = st.multiselect(
        "내보낼 것", list(every), format_func=lambda c: every[c], key="take-out", placeholder="골라 주세요"
    )
    if chosen:
        name, data = authoring.exchange.export(key, chosen)
        st.download_button(
            f"{name} 받기", data=data, file_name=name, icon=":material/download:", type="primary", on_click="ignore"
        )  # fmt: skip
