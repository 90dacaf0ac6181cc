"""내 기록: every own run, to search, reopen, mark, delete and bring back."""

import streamlit as st

from sandbox.records import RunSummary
from ui import session
from ui.widgets import frame
from ui.widgets.clock import korean_time

me, room = session.me(), session.services()
PER_PAGE = 20


def open_run(run: RunSummary) -> None:
    if run.exercise_id:
        st.switch_page("pages/exercise.py", query_params={"id": run.exercise_id})
    st.switch_page("pages/free.py", query_params={"thread": run.thread_id})


def remove(run: RunSummary) -> None:
    room.practice.delete(me, run.id)
    st.session_state["deleted_run"] = (run.id, run.title)


def bring_back(run_id: str) -> None:
    room.practice.bring_back(me, run_id)
    st.session_state.pop("deleted_run", None)


def row(run: RunSummary) -> None:
    with st.container(border=True):
        left, star, opener, bin_ = st.columns([9, 1, 2, 1], vertical_alignment="center")
        total = run.passed + run.failed + run.unknown
        score = f" · 통과 {run.passed}/{total}" if total else ""
        left.markdown(
            f"**{frame.plain(run.title or '제목 없음')}**  \n:gray[{korean_time(run.created_at)} · {run.endpoint_name} · {run.state.value}{score}]"
        )
        left.caption(frame.plain(run.answer_start or "(답변 없음)"))
        star.button(
            "★" if run.favourite else "☆",
            key=f"star-{run.id}",
            help="즐겨찾기",
            on_click=room.practice.set_favourite,
            args=(me, run.id, not run.favourite),
        )
        if opener.button("열기", key=f"open-{run.id}", width="stretch"):
            open_run(run)
        bin_.button(
            "",
            key=f"bin-{run.id}",
            icon=":material/delete:",
            help="지우기 (되돌릴 수 있습니다)",
            on_click=remove,
            args=(run,),
        )


frame.title("내 기록", "실행한 것은 모두 여기에 남습니다. 본인만 볼 수 있습니다.")
a, b = st.columns([8, 3], vertical_alignment="bottom")
search = a.text_input(
    "찾기", placeholder="제목, 프롬프트, 답변에서 찾습니다", key="mine_search", label_visibility="collapsed"
)
favourites = b.toggle("즐겨찾기만 보기", key="mine_favourites")
if "deleted_run" in st.session_state:
    gone, title = st.session_state["deleted_run"]
    c, d = st.columns([8, 3], vertical_alignment="center")
    c.info(f"「{frame.plain(title)}」 기록을 지웠습니다.")
    d.button("되돌리기", icon=":material/undo:", on_click=bring_back, args=(gone,), width="stretch")
shown = st.session_state.get("mine_shown", PER_PAGE)
found, total = room.practice.history(me, search=search, favourites=favourites, limit=shown)
for one in found:
    row(one)
if not found:
    st.info(
        "찾는 기록이 없습니다."
        if search or favourites
        else "아직 기록이 없습니다. 과정에서 첫 실습을 시작해 보세요.",
        icon=":material/folder_open:",
    )
if total > len(found) and st.button(f"더 보기 ({len(found)}/{total})", width="stretch"):
    st.session_state["mine_shown"] = shown + PER_PAGE
    st.rerun()
