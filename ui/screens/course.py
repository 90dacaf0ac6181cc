"""과정: one module at a time with its lesson and exercises, each with one's own progress."""

import streamlit as st

from sandbox.records import MODULES, Level
from ui import session
from ui.widgets import frame, seat_controls
from ui.widgets.exercise_card import card, fits
from ui.widgets.own_course import own_class, own_course

ALL = "전체"
me, room = session.me(), session.services()
seat_controls.at(seat_controls.COURSE)
progress = room.practice.progress(me)
exercises = room.library.exercises()
modules = {m.id: m for m in MODULES if any(e.module == m.id for e in exercises)}
finished = {e.id for e in exercises if e.id in progress and progress[e.id].finished}


def label(module_id: str) -> str:
    mine = [e for e in exercises if e.module == module_id]
    return f"{modules[module_id].title}  {sum(e.id in finished for e in mine)}/{len(mine)}"


frame.title("과정", f"실습 {len(exercises)}개 가운데 {len(finished)}개를 모두 통과했습니다.")
here = own_class()
searching = bool(str(st.session_state.get("course_search", "")).strip())  # what is found stands on top then
in_order = here is not None and not searching and own_course(here, exercises, progress)
wanted = st.text_input(
    "찾기",
    placeholder="제목, 목표, #태그로 모든 과목에서 찾습니다",
    key="course_search",
    label_visibility="collapsed",
)
left, right = st.columns([9, 3], vertical_alignment="bottom")
st.session_state.setdefault("module", st.session_state.get("module_kept", next(iter(modules), None)))
chosen = left.segmented_control(
    "과목", list(modules), format_func=label, key="module", required=True, label_visibility="collapsed"
)
st.session_state["module_kept"] = chosen
level = right.segmented_control(
    "단계",
    [ALL, *(v.value for v in Level)],
    # A class without an order of its own begins with what it is meant for.
    default=ALL if here is None or in_order else here.level.value,
    required=True,
    label_visibility="collapsed",
)
if wanted.strip():
    found = [e for e in exercises if fits(e, wanted) and level in (ALL, e.level.value)]
    st.caption(
        f"찾은 실습 {len(found)}개"
        if found
        else "찾는 실습이 없습니다. 낱말을 줄이거나 단계를 ‘전체’로 바꿔 보세요."
    )
    for one in found:
        card(one, progress.get(one.id), next_up=False)
elif chosen:
    st.caption(modules[chosen].summary)
    if lesson := room.library.lesson(chosen):
        with st.expander(f"먼저 읽기: {lesson.title}", icon=":material/auto_stories:"):
            st.markdown(frame.prose(lesson.text))
    mine = [e for e in exercises if e.module == chosen and level in (ALL, e.level.value)]
    upcoming = next((e.id for e in mine if e.id not in finished), "")
    for one in mine:
        card(one, progress.get(one.id), next_up=not in_order and one.id == upcoming)
    if not mine:
        st.info("이 단계의 실습이 아직 없습니다. ‘전체’를 눌러 보세요.")
else:
    st.info("아직 실습이 없습니다. 담당자는 ‘연결’ 화면에서 읽지 못한 파일이 있는지 확인해 주세요.")
if room.library.problems():
    st.caption(
        f":gray[읽지 못한 실습 파일이 {len(room.library.problems())}개 있습니다. 담당자는 ‘연결’ 화면에서 확인해 주세요.]"
    )
