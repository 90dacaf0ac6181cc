"""The classes as a list, the one that is led now, and how a class ends: closed, put away, deleted with proof."""

from __future__ import annotations

from datetime import date

import streamlit as st

from sandbox.class_records import Class, InstructorKey
from sandbox.records import NotFoundError, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time

ROOM = "screens/class_room.py"


def chosen(key: InstructorKey) -> Class | None:
    """Return the class of the address, else the one last led in this session."""
    code = st.query_params.get("code") or st.session_state.get("class_code", "")
    if not code:
        return None
    try:
        here = session.services().lecture.classes.get(key, code)
    except NotFoundError as error:
        session.say(error)
        st.session_state.pop("class_code", None)
        return None
    st.session_state["class_code"] = here.code
    st.query_params["code"] = here.code
    return here


def classes(key: InstructorKey) -> None:
    """Show the classes in use."""
    desk.say_done()
    found = session.services().lecture.classes.listed(key)
    if not found:
        st.info(
            "아직 과정이 없습니다. ‘새 과정 만들기’에서 첫 과정을 만들어 주세요.",
            icon=":material/add_circle:",
        )
    for one in found:
        _line(key, one)


def put_away(key: InstructorKey) -> None:
    """Show the classes that were put away, to be taken out again or deleted."""
    found = session.services().lecture.classes.listed(key, archived=True)
    st.markdown("#### 치운 과정")
    if not found:
        st.caption("치운 과정이 없습니다.")
    for one in found:
        _line(key, one)


def deletions(key: InstructorKey) -> None:
    """Prove that what was deleted is gone: how much there was, and what a new count finds now."""
    found = session.services().lecture.classes.deletions(key)
    st.markdown("#### 지운 기록")
    st.caption(
        "과정을 지우면 사람·명단·실행 기록·점검 결과·쓰던 글·투표·설문 응답을 모두 지우고 개수만 남깁니다. "
        "지울 때 그 사람들의 번호로 모든 표를 다시 세어, 하나라도 남아 있으면 되돌리고 알립니다. ‘지금 남은 것’은 방금 다시 센 값입니다. 자료 폴더의 backups에 있는 하루치 복사본은 차례로 지워질 때까지 남습니다."
    )
    if not found:
        st.caption("아직 지운 과정이 없습니다.")
        return
    st.dataframe(
        [
            {
                "과정": d.class_title,
                "코드": d.class_code,
                "지운 때": korean_time(d.deleted_at),
                "지운 사람": d.deleted_by,
                "지운 것": ", ".join(f"{name} {n:,}" for name, n in d.counts.items() if n) or "없음",
                "지금 남은 것": ", ".join(f"{name} {n:,}" for name, n in left.items() if n) or "없음 (0건)",
            }
            for d, left in found
        ],
        hide_index=True,
    )


def ending(key: InstructorKey, here: Class) -> None:
    """Close, put away or delete the class."""
    room = session.services().lecture.classes
    with st.container(border=True):
        st.markdown("**끝내기** — 아무도 새로 들어오거나 보내지 못합니다. 하던 것은 모두 볼 수 있습니다.")
        closed = here.closed_at is not None
        if st.button(
            "다시 열기" if closed else "과정 끝내기", icon=":material/door_front:", key="class_close"
        ):
            room.close(key, here.code, not closed)
            desk.done("과정을 다시 열었습니다." if closed else "과정을 끝냈습니다.")
            st.rerun()
    with st.container(border=True):
        st.markdown(
            "**치우기** — 목록에서 치웁니다. ‘내 과정’의 ‘치운 과정과 지운 기록’에서 다시 꺼낼 수 있습니다."
        )
        away = here.archived_at is not None
        if st.button(
            "다시 꺼내기" if away else "과정 치우기", icon=":material/archive:", key="class_archive"
        ):
            room.archive(key, here.code, not away)
            desk.done("과정을 다시 꺼냈습니다." if away else "과정을 치웠습니다.")
            st.switch_page("screens/teach.py")
    with st.container(border=True):
        st.markdown(
            "**지우기** — 이 과정의 사람과 기록을 **모두 지웁니다. 되돌릴 수 없습니다.** "
            + (f"그대로 두어도 {_day(here.delete_on)}에 스스로 지웁니다." if here.delete_on else "")
        )
        typed = st.text_input(f"지우려면 과정 코드({here.code})를 적어 주세요", key="class_delete_code")
        if st.button("모두 지우기", icon=":material/delete_forever:", key="class_delete"):
            try:
                proof = room.delete(key, here.code, typed_code=typed)
            except SandboxError as error:
                session.say(error)
            else:
                st.session_state.pop("class_code", None)
                gone = ", ".join(f"{name} {n:,}" for name, n in proof.counts.items() if n)
                desk.done(f"과정을 지웠습니다. {gone}")
                st.switch_page("screens/teach.py")


def _line(key: InstructorKey, one: Class) -> None:
    came = len(session.services().lecture.classes.people(key, one.code))
    when = " ~ ".join(filter(None, (_day(one.starts_on), _day(one.ends_on))))
    state = " :gray-badge[끝남]" if one.closed_at else ""
    with st.container(
        border=True,
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"class-{one.code}",
    ):
        st.markdown(
            f"**{plain(one.title)}** :blue-badge[{one.level.value}]{state}  \n"
            f":gray[코드] **{one.code}** :gray[· {when or '날짜 없음'} · 실습 {len(one.path)}개 · "
            f"들어온 사람 {came}/{one.seats}]"
        )
        if st.button("수업 진행", key=f"lead-{one.code}", type="primary", icon=":material/campaign:"):
            st.session_state["class_code"] = one.code
            st.switch_page(ROOM, query_params={"code": one.code})


def _day(day: date | None) -> str:
    return f"{day.year}. {day.month}. {day.day}." if day else ""
