"""A class as a form: what it is called, when, with which exercises in which order, and what holds in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import streamlit as st

from sandbox.class_records import Class, ClassRules, InstructorKey
from sandbox.classroom import class_settings
from sandbox.records import MODULES, Level, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import budget, desk

ANY = ""
DAYS, DAY, NEVER = "끝난 뒤 며칠이 지나면", "정한 날에", "스스로 지우지 않기"
MODULE_TITLES = {m.id: m.title for m in MODULES}


def create(key: InstructorKey) -> None:
    """Make a class."""
    with st.container(key="new_class"):
        title = st.text_input(
            "과정 이름", placeholder="예: 3월 기초반 오전", max_chars=60, key="class_new_title"
        )
        made = _fields(key, "new", Class("", "", Level.BASIC, (), 40, "", datetime.now(UTC)))
        days = _days("new", made.rules.retention_days)
        made = replace(made, rules=replace(made.rules, retention_days=days))
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
    name, since = _drawn(here)
    title = st.text_input("과정 이름", value=since.title, max_chars=60, key=f"class_{name}_title")
    changed = _deleting(name, since, replace(_fields(key, name, since), title=title))
    if theirs := class_settings.differences(since, here):
        st.warning(
            f"이 화면을 연 뒤에 다른 강사가 바꾼 것이 있습니다: {', '.join(theirs)}. "
            "저장하면 여기서 고친 것만 바뀌고 나머지는 그대로 둡니다.",
            icon=":material/group:",
        )
        if st.button("지금 설정 불러오기", key=f"class_{name}_reload", icon=":material/refresh:"):
            _draw_anew(here.code)
    if st.button("설정 저장", type="primary", icon=":material/save:", key=f"class_{name}_save"):
        try:
            session.services().lecture.classes.edit(key, changed, since=since)
        except SandboxError as error:
            session.say(error)
        else:
            desk.done("설정을 저장했습니다.")
            _draw_anew(here.code)


def _drawn(here: Class) -> tuple[str, Class]:
    """Return the name of this form's fields, and the class as it was when they were first drawn."""
    name = here.code + st.session_state.get(f"class_form_{here.code}", "")
    seen = f"class_seen_{name}"
    if f"class_{name}_title" not in st.session_state:  # Streamlit forgets the fields of a page that was left
        st.session_state[seen] = here
    since: Class = st.session_state.setdefault(seen, here)
    return name, since


def _draw_anew(code: str) -> None:
    """Draw the form again with what holds now: fields of a name keep what was typed into them."""
    kept = f"class_form_{code}"
    st.session_state[kept] = f"-{int(st.session_state.get(kept, '-0')[1:]) + 1}"
    st.rerun()


def exercise_name(exercise_id: str) -> str:
    """Name an exercise as lists show it; one that is gone says so."""
    found = next((e for e in session.services().library.exercises() if e.id == exercise_id), None)
    if found is None:
        return f"{exercise_id} (지금은 없는 실습)"
    return f"{found.title} · {MODULE_TITLES.get(found.module, found.module)} · {found.level.value} {found.minutes}분"


def _fields(key: InstructorKey, name: str, here: Class) -> Class:
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
        rules=budget.fields(key, name, _rules(name, here.rules), here.code),
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
    return replace(
        rules,
        open_join=open_join,
        rejoin_by_seat=rejoin,
        outside_allowed=outside,
        strict_guard=strict,
    )


def _deleting(name: str, since: Class, changed: Class) -> Class:
    """Let the lecturer say when the class goes: so many days after its end, on a day, or not by itself."""
    at_first = (
        NEVER if since.delete_on is None else DAYS if since.delete_on == class_settings.due(since) else DAY
    )
    how = st.radio(
        "사람과 기록을 언제 지울까요?",
        (DAYS, DAY, NEVER),
        index=(DAYS, DAY, NEVER).index(at_first),
        horizontal=True,
        key=f"class_{name}_deleting",
    )
    if how == DAYS:
        days = _days(name, since.rules.retention_days)
        changed = replace(changed, rules=replace(changed.rules, retention_days=days))
        changed = replace(changed, delete_on=class_settings.due(changed))
        on = changed.delete_on
        assert on is not None
        st.caption(f"이대로면 {on.year}. {on.month}. {on.day}.에 사람과 기록을 모두 지웁니다.")
        return changed
    if how == NEVER:
        st.caption("강사나 담당자가 「끝내기·지우기」에서 지울 때까지 남습니다.")
        return replace(changed, delete_on=None)
    chosen = st.date_input(
        "자료를 지우는 날 (이 날이 되면 사람과 기록을 모두 지웁니다)",
        value=since.delete_on or class_settings.due(since),
        format="YYYY.MM.DD",
        key=f"class_{name}_delete_on",
    )
    return replace(changed, delete_on=chosen if isinstance(chosen, date) else since.delete_on)


def _days(name: str, days: int) -> int:
    return int(
        st.number_input("과정이 끝난 뒤 자료를 보관하는 날수", 1, 3650, days, key=f"class_{name}_retention")
    )


def _path(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """Choose the exercises and put them in order."""
    kept = f"class_{name}_path"
    st.session_state.setdefault(kept, list(path))
    known = [e.id for e in session.services().library.exercises()]
    gone = [i for i in st.session_state[kept] if i not in known]
    st.multiselect(
        "실습 (고른 차례대로 진행합니다)",
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
