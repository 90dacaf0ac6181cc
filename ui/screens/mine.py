"""내 기록: every own run, to search, reopen, mark, delete and bring back."""

import streamlit as st

from ui import session
from ui.widgets import frame, history, suggest

me, room = session.me(), session.services()
PER_PAGE = 20


def bring_back(run_id: str) -> None:
    room.practice.bring_back(me, run_id)
    st.session_state.pop("deleted_run", None)


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
suggest.mine()
found, total = room.practice.history(me, search=search, favourites=favourites, limit=shown)
for one in found:
    history.row(one)
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
