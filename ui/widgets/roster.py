"""Who belongs to a class and where they sit: the list, pasted or uploaded, and what to do with one of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from sandbox.class_records import Class, InstructorKey, Seat
from sandbox.classroom import read_roster
from sandbox.documents import read_apart
from sandbox.records import Person, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk


def roster(key: InstructorKey, here: Class) -> None:
    """Draw the roster of a class and its levers."""
    room = session.services().lecture.classes
    seats, people = room.roster(key, here.code), {p.id: p for p in room.people(key, here.code)}
    left, right = st.columns([7, 5], gap="large")
    with left:
        _list(seats, people, here)
    with right:
        _bring_in(key, here)
        if people:
            _one(key, here, people)
            _merge(key, people)


def _list(seats: tuple[Seat, ...], people: Mapping[str, Person], here: Class) -> None:
    st.markdown(f"#### 들어온 사람 {len(people)} / {here.seats}자리")
    if not seats:
        st.caption("아직 아무도 없습니다. 과정 코드를 알려 주거나 오른쪽에서 명단을 넣어 주세요.")
        return
    st.dataframe(
        [
            {
                "좌석": s.seat,
                "이름": people[s.person_id].name if s.person_id in people else s.name,
                "부서": s.department,
                "상태": "들어옴" if s.person_id in people else "아직",
            }
            for s in seats
        ],
        hide_index=True,
        height=min(38 * len(seats) + 40, 620),
    )
    st.button("새로 고치기", icon=":material/refresh:", key="roster_refresh")


def _bring_in(key: InstructorKey, here: Class) -> None:
    with st.expander("명단 넣기", icon=":material/group_add:", expanded=False):
        st.caption("한 줄에 한 사람, ‘이름 · 부서 · 좌석’ 차례입니다. 엑셀에서 그대로 복사해 붙여도 됩니다.")
        text = st.text_area(
            "명단 붙여넣기", placeholder="김하나\t총무과\t1\n이두리\t세무과\t2", height=140, key="roster_text"
        )
        upload = st.file_uploader("또는 엑셀 파일 (.xlsx)", type=["xlsx", "csv"], key="roster_file")
        st.caption(
            "이미 들어온 사람은 앉은 자리에 그대로 두고, 아직 들어오지 않은 사람의 명단을 새로 바꿉니다. "
            "적힌 좌석에 이미 다른 분이 앉아 있으면 다음 빈자리로 정합니다."
        )
        if not st.button("이 명단으로 바꾸기", icon=":material/check:", width="stretch"):
            return
        try:
            source = read_apart.read_apart(upload.name, upload.getvalue()).text if upload else text
            lines = read_roster(source)
            kept = session.services().lecture.classes.set_roster(key, here.code, lines)
        except SandboxError as error:
            session.say(error)
        else:
            desk.done(f"명단을 넣었습니다. 모두 {len(kept)}명입니다.{_elsewhere(lines, kept)}")
            st.rerun()


def _elsewhere(lines: Sequence[Seat], kept: Sequence[Seat]) -> str:
    """Say who got another seat than the list promised, because somebody sits there."""
    seats = {(s.name, s.seat) for s in kept}
    moved = [line for line in lines if line.seat and (line.name, line.seat) not in seats]
    told = [
        f"{plain(line.name)} 님은 {', '.join(s.seat for s in kept if s.name == line.name)}번"
        for line in moved
    ]
    return f" 적힌 좌석과 다르게 정한 분이 있습니다: {', '.join(told)}." if told else ""


def _one(key: InstructorKey, here: Class, people: Mapping[str, Person]) -> None:
    room = session.services().lecture.classes
    with st.expander("자리 옮기기 · 빼기", icon=":material/swap_horiz:"):
        who = _pick("누구를", people, "roster_who")
        others = {c.code: c.title for c in room.listed(key) if c.closed_at is None}
        codes = [here.code, *(c for c in others if c != here.code)]
        code = st.selectbox(
            "어느 과정으로", codes, format_func=lambda c: others.get(c, here.title), key="roster_to"
        )
        seat = st.text_input("몇 번 좌석으로 (비우면 빈자리)", max_chars=12, key="roster_seat")
        if st.button("옮기기", width="stretch", icon=":material/swap_horiz:"):
            _act(lambda: f"{room.move(key, who, code, seat)}번 좌석으로 옮겼습니다.")
        if st.button(
            "과정에서 빼기 (기록은 과정을 지우는 날까지 본인에게 남습니다)",
            width="stretch",
            icon=":material/person_remove:",
        ):
            _act(lambda: room.remove(key, who) or "과정에서 뺐습니다.")
        sure = st.checkbox("이 사람의 기록까지 모두 지우는 데 동의합니다", key="roster_sure")
        if st.button("기록까지 지우기", width="stretch", icon=":material/delete_forever:", disabled=not sure):
            _act(lambda: room.delete_person(key, who) or "기록까지 지웠습니다.")


def _merge(key: InstructorKey, people: Mapping[str, Person]) -> None:
    if len(people) < 2:
        return
    with st.expander("두 자리 합치기", icon=":material/merge:"):
        st.caption(
            "한 사람이 두 번 들어왔을 때 씁니다. 한 일은 모두 남길 자리로 옮기고 다른 자리는 없앱니다."
        )
        kept = _pick("남길 자리", people, "merge_kept")
        gone = _pick("없앨 자리", {i: p for i, p in people.items() if i != kept}, "merge_gone")
        if st.button("합치기", width="stretch", icon=":material/merge:"):
            _act(
                lambda: f"{session.services().lecture.classes.merge(key, kept, gone).name} 님으로 합쳤습니다."
            )


def _pick(label: str, people: Mapping[str, Person], key: str) -> str:
    found: str = st.selectbox(
        label,
        list(people),
        format_func=lambda i: f"{people[i].seat}번 {people[i].name}" if i in people else "",
        key=key,
    )
    return found


def _act(act: Callable[[], object]) -> None:
    try:
        said = act()
    except SandboxError as error:
        session.say(error)
        return
    desk.done(str(said))
    st.rerun()
