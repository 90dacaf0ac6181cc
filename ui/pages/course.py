"""과정: the modules and their exercises, each with one's own progress."""

import streamlit as st

from sandbox.records import MODULES, Exercise, Level, Progress
from ui import session
from ui.widgets import frame

me = session.me()
room = session.services()
progress = room.practice.progress(me)
exercises = room.library.exercises()


def status(p: Progress | None) -> str:
    if p is None or not p.tries:
        return ":gray[아직 안 함]"
    if p.finished:
        return f":green[:material/check_circle: 모두 통과] · {p.tries}번 시도"
    return f":orange[통과 {p.passed}/{p.total}] · {p.tries}번 시도"


def card(exercise: Exercise) -> None:
    with st.container(border=True):
        left, middle, right = st.columns([8, 3, 2], vertical_alignment="center")
        colour = "blue" if exercise.level is Level.BASIC else "violet"
        left.markdown(
            f"**{frame.plain(exercise.title)}** :{colour}-badge[{exercise.level.value}] :gray-badge[약 {exercise.minutes}분]"
            f"  \n:gray[{frame.plain(exercise.goal)}]"
        )
        middle.markdown(status(progress.get(exercise.id)))
        if right.button(
            "시작" if exercise.id not in progress else "계속",
            key=f"open-{exercise.id}",
            type="secondary" if exercise.id in progress else "primary",
            width="stretch",
        ):
            st.switch_page("pages/exercise.py", query_params={"id": exercise.id})


done = sum(1 for e in exercises if e.id in progress and progress[e.id].finished)
frame.title("과정", f"실습 {len(exercises)}개 가운데 {done}개를 모두 통과했습니다.")
level = st.segmented_control(
    "단계", ["전체", *(v.value for v in Level)], default="전체", required=True, label_visibility="collapsed"
)
shown = [e for e in exercises if level in ("전체", e.level.value)]
for module in MODULES:
    mine = sorted((e for e in shown if e.module == module.id), key=lambda e: (e.order, e.title))
    if mine:
        st.markdown(f"#### {module.title}", anchors=False)
        st.caption(module.summary)
        if lesson := room.library.lesson(module.id):
            with st.expander(f"먼저 읽기: {lesson.title}", icon=":material/auto_stories:"):
                st.markdown(lesson.text)
        for one in mine:
            card(one)
if not shown:
    st.info("이 단계의 실습이 아직 없습니다. ‘전체’를 눌러 보세요.")
if room.library.problems():
    st.caption(
        f":gray[읽지 못한 실습 파일이 {len(room.library.problems())}개 있습니다. 담당자는 ‘연결’ 화면에서 확인해 주세요.]"
    )
