"""내용 만들기: templates and exercises without a file, their versions, and what trainees suggest."""

import streamlit as st

from sandbox.class_records import ContentKind
from sandbox.records import NotFoundError
from ui import session
from ui.widgets import answer, desk
from ui.widgets.editor import exercise, history, listing, reviews, saving, state, swap, template

key = desk.needed()
authoring = session.services().authoring


def edit(kind: ContentKind, content_id: str) -> None:
    """One template or exercise."""
    what = saving.WHAT[kind]
    try:
        made = state.making(key, kind, content_id)
        state.keep(made)  # before anything is drawn: a refresh in between loses nothing
    except NotFoundError as error:
        session.say(error)
        return
    desk.title(made.form["title"] or f"새 {what}", f"{what} 고치기 · 적은 것은 저절로 초안으로 남습니다.")
    desk.say_done()
    saving.bar(made)
    if kind is ContentKind.PROMPT:
        template.template(made)
    else:
        exercise.exercise(made)
    with st.expander("판 기록: 누가 언제 왜, 견주기, 되돌리기, 공개 거두기", icon=":material/history:"):
        history.history(made)
    state.keep(made)


wanted = st.query_params.get("edit", "")
kind, _, content_id = wanted.partition(":")
if content_id and kind in list(ContentKind):
    if st.button("목록으로", icon=":material/arrow_back:", key="to-list"):
        st.query_params.pop("edit")
        st.rerun()
    edit(ContentKind(kind), content_id)
else:
    desk.title("내용 만들기", "템플릿과 실습을 화면에서 만들고, 고치고, 공개합니다. 파일을 몰라도 됩니다.")
    desk.say_done()
    answer.callback_error()
    waiting = len(authoring.reviewing.waiting(key))
    parts = {
        "템플릿": lambda: listing.listing(key, ContentKind.PROMPT),
        "실습": lambda: listing.listing(key, ContentKind.EXERCISE),
        "가져오기·내보내기": lambda: swap.swap(key),
        "수강생 추천": lambda: reviews.reviews(key),
    }
    chosen = st.segmented_control(
        "할 일",
        list(parts),
        default="템플릿",
        required=True,
        key="editor_part",
        format_func=lambda p: f"{p} {waiting}" if p == "수강생 추천" and waiting else p,
        label_visibility="collapsed",
    )
    parts[chosen or "템플릿"]()
