"""A class as a form: what it is called, when, with which exercises in which order, and what holds in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import streamlit as st

from sandbox.class_records import Class, ClassRules, InstructorKey
from sandbox.records import MODULES, Level, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk

ANY = ""
MODULE_TITLES = {m.id: m.title for m in MODULES}


def create(key: InstructorKey) -> None:
    """Make a class."""
    with st.container(key="new_class"):
        title = st.text_input(
            "과정 이름", placeholder="예: 3월 기초반 오전", max_chars=60, key="class_new_title"
        )
        made = _fields("new", Class("", "", Level.BASIC, (), 40, "", datetime.now(UTC)))
        if st.button("과정 만들기", type="primary", icon=":material/add_circle:", key="class_new_save"):
            try:
                here = session.services().lecture.classes.create(
                    key,
                    title,
                    level=made.level,
                    path=made.path,
                    seats=made.seats,
                    starts_on=made.starts_on,
                    ends_on=made.ends_on,
                    endpoint_id=made.endpoint_id,
                    rules=made.rules,
                )
            except SandboxError as error:
                session.say(error)
            else:
                for name in [k for k in st.session_state if str(k).startswith("class_new_")]:
                    del st.session_state[name]
                st.session_state["class_code"] = here.code
                desk.done(f"과정을 만들었습니다. 코드는 {here.code}입니다.")
                st.switch_page("screens/class_room.py")


def edit(key: InstructorKey, here: Class) -> None:
    """Change a class; the people in it are told at once of what concerns them."""
    title = st.text_input("과정 이름", value=here.title, max_chars=60, key=f"class_{here.code}_title")
    changed = _fields(here.code, here)
    delete_on = st.date_input(
        "자료를 지우는 날 (이 날이 되면 사람과 기록을 모두 지웁니다)",
        value=here.delete_on,
        format="YYYY.MM.DD",
        key=f"class_{here.code}_delete_on",
    )
    if st.button("설정 저장", type="primary", icon=":material/save:", key=f"class_{here.code}_save"):
        on = delete_on if isinstance(delete_on, date) else None
        try:
            session.services().lecture.classes.edit(key, replace(changed, title=title, delete_on=on))
        except SandboxError as error:
            session.say(error)
        else:
            desk.done("설정을 저장했습니다.")
            st.rerun()


def exercise_name(exercise_id: str) -> str:
    """Name an exercise as lists show it; one that is gone says so."""
    found = next((e for e in session.services().library.exercises() if e.id == exercise_id), None)
    if found is None:
        return f"{exercise_id} (지금은 없는 실습)"
    return f"{found.title} · {MODULE_TITLES.get(found.module, found.module)} · {found.level.value} {found.minutes}분"


def _fields(name: str, here: Class) -> Class:
    """Draw what new and existing classes have in common."""
    levels = list(Level)
    one, two, three, four = st.columns(4)
    level = one.selectbox(
        "단계",
        levels,
        index=levels.index(here.level),
        format_func=lambda v: v.value,
        key=f"class_{name}_level",
    )
    seats = two.number_input("자리 수", 1, 300, here.seats, key=f"class_{name}_seats")
    starts = three.date_input(
        "시작하는 날", value=here.starts_on, format="YYYY.MM.DD", key=f"class_{name}_starts"
    )
    ends = four.date_input("끝나는 날", value=here.ends_on, format="YYYY.MM.DD", key=f"class_{name}_ends")
    path = _path(name, here.path)
    endpoints = session.services().endpoints()
    names = {e.id: f"{e.name} · {e.location.value}" for e in endpoints}
    choices = [
        ANY,
        *names,
        *([here.endpoint_id] if here.endpoint_id and here.endpoint_id not in names else []),
    ]
    endpoint_id = st.selectbox(
        "답할 AI",
        choices,
        index=choices.index(here.endpoint_id),
        format_func=lambda i: names.get(i, f"{i} (지금은 연결되지 않음)") if i else "수강생이 고름",
        key=f"class_{name}_endpoint",
    )
    return replace(
        here,
        level=level,
        seats=int(seats),
        starts_on=starts if isinstance(starts, date) else None,
        ends_on=ends if isinstance(ends, date) else None,
        path=path,
        endpoint_id=endpoint_id,
        rules=_rules(name, here.rules),
    )


def _rules(name: str, rules: ClassRules) -> ClassRules:
    left, right = st.columns(2)
    with left:
        open_join = st.checkbox(
            "명단에 없어도 코드만 알면 들어올 수 있습니다", rules.open_join, key=f"class_{name}_open"
        )
        rejoin = st.checkbox(
            "다른 PC에서 같은 이름·같은 좌석이면 하던 실습을 이어서 엽니다",
            rules.rejoin_by_seat,
            key=f"class_{name}_rejoin",
            help="그 좌석의 화면이 지금 열려 있으면 열지 않습니다. 끄면 이어하기 코드로만 이어집니다.",
        )
    with right:
        outside = st.checkbox(
            "기관 밖의 AI도 쓸 수 있습니다", rules.outside_allowed, key=f"class_{name}_outside"
        )
        strict = st.checkbox(
            "개인정보로 보이는 것은 모두 가려서 보냅니다 (‘그대로 보내기’ 금지)",
            rules.strict_guard,
            key=f"class_{name}_strict",
        )
    days = st.number_input(
        "과정이 끝난 뒤 자료를 보관하는 날수", 1, 3650, rules.retention_days, key=f"class_{name}_retention"
    )
    return replace(
        rules,
        open_join=open_join,
        rejoin_by_seat=rejoin,
        outside_allowed=outside,
        strict_guard=strict,
        retention_days=int(days),
    )


def _path(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """Choose the exercises and put them in order."""
    kept = f"class_{name}_path"
    st.session_state.setdefault(kept, list(path))
    known = [e.id for e in session.services().library.exercises()]
    gone = [i for i in st.session_state[kept] if i not in known]
    st.multiselect(
        "실습 (고른 차례가 수업 차례입니다)",
        [*known, *gone],
        format_func=exercise_name,
        key=kept,
        placeholder="실습 이름을 적어 찾거나 눌러서 고르세요",
    )
    chosen: list[str] = st.session_state[kept]
    for at, one in enumerate(chosen):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{kept}-row-{at}"):
            st.button(
                "▲",
                key=f"{kept}-up-{at}",
                disabled=at == 0,
                on_click=_swap,
                args=(kept, at, at - 1),
                help="앞으로",
            )
            st.button(
                "▼",
                key=f"{kept}-down-{at}",
                disabled=at + 1 == len(chosen),
                on_click=_swap,
                args=(kept, at, at + 1),
                help="뒤로",
            )
            st.markdown(f"{at + 1}. {plain(exercise_name(one))}")
    return tuple(chosen)


def _swap(kept: str, one: int, other: int) -> None:
    order = list(st.session_state[kept])
    order[one], order[other] = order[other], order[one]
    st.session_state[kept] = order
