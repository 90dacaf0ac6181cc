"""A conversation with its branches: every question can be edited, every answer asked for again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sandbox.practice import Work
from sandbox.records import Run
from ui import session
from ui.widgets import answer, consent, drafts, markup, prompt_box, take_home, uploads
from ui.widgets.run_button import run_button

QUESTION_SHOWN_CHARS = 600


def conversation(thread: str) -> None:
    """The conversation so far and the next question."""
    me, practice = session.me(), session.services().practice
    runs = practice.thread(me, thread)
    if not runs:
        st.warning("이 대화를 찾지 못했습니다. 지웠거나 다른 분의 대화일 수 있습니다.")
        return
    if asked := next((r for r in runs if r.id == st.query_params.pop("run", "")), None):
        _show(asked, runs, thread)  # opened from 내 기록: the branch in which it stands
    shown = path(runs, thread)
    for run in shown:
        turn(run, runs, thread)
    last = shown[-1]
    if not last.state.ended:
        return
    if not last.answer.strip():
        st.caption("받은 답변이 없어 이어서 물을 수 없습니다. 위에서 다시 실행해 주세요.")
        return
    place = f"follow:{last.id}"
    uploads.attach(place)
    text = prompt_box.prompt_box(place, "", drafts.begin(me, place), label="이어서 물어보기", height=110)
    drafts.keep(me, place, None, {}, text)
    work = Work(
        text,
        prompt_id=last.prompt_id,
        thread_id=thread,
        parent_id=last.id,
        prompt_version=last.prompt_version,
    )
    if run_button(place, work, label="이어서 보내기"):
        show_newest(thread)
        drafts.drop(me, place)
        st.rerun()
    take_home.take_home(last, key=last.id, title=last.title or "자유 실습")


def path(runs: Sequence[Run], thread: str) -> list[Run]:
    """Return the turns from the first question to the chosen leaf (the newest by default)."""
    by_id = {r.id: r for r in runs}
    leaf = by_id.get(st.session_state.get(f"leaf:{thread}", ""), runs[-1])
    found = [leaf]
    while found[0].parent_id in by_id:
        found.insert(0, by_id[found[0].parent_id])
    return found


def show_newest(thread: str) -> None:
    st.session_state.pop(f"leaf:{thread}", None)


def turn(run: Run, runs: Sequence[Run], thread: str) -> None:
    """Draw one question and its answer, with its other versions to leaf through or compare."""
    siblings = [r for r in runs if r.parent_id == run.parent_id]
    with st.chat_message("user", avatar=":material/person:"):
        _question(run, thread)
    with st.chat_message("assistant", avatar=":material/smart_toy:"):
        if len(siblings) > 1:
            _leaf_through(run, siblings, runs, thread)
        if not run.state.ended:
            answer.live(run)
            return
        if len(siblings) > 1 and st.session_state.get(f"compare-{run.parent_id}-{thread}"):
            _side_by_side(siblings)
        else:
            answer.finished(run, key=run.id, retry=lambda where: _again(run, thread, where))
        st.button(
            "다시 답하기",
            key=f"regen-{run.id}",
            icon=":material/refresh:",
            on_click=_again,
            args=(run, thread, f"regen-{run.id}"),
        )
        consent.ask(f"regen-{run.id}")


def _question(run: Run, thread: str) -> None:
    text = run.messages[-1].text
    editing = f"editing:{run.id}"
    if st.session_state.get(editing):
        _edit(run, thread, text)
        st.button("취소", key=f"cancel-{run.id}", on_click=st.session_state.pop, args=(editing,))
        return
    if len(text) > QUESTION_SHOWN_CHARS:
        st.html(f'<div class="room-raw">{markup.plain(text[:QUESTION_SHOWN_CHARS])}…</div>')
        with st.expander(f"모두 보기 ({len(text):,}자)"):
            st.text(text)
    else:
        st.html(f'<div class="room-raw">{markup.plain(text)}</div>')
    if run.state.ended:
        st.button(
            "질문 고치기",
            key=f"pencil-{run.id}",
            icon=":material/edit:",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(editing, True),
        )


def _leaf_through(run: Run, siblings: Sequence[Run], runs: Sequence[Run], thread: str) -> None:
    here = siblings.index(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "◀",
            key=f"prev-{run.id}",
            disabled=here == 0,
            on_click=_show,
            args=(siblings[here - 1], runs, thread),
            help="앞의 답변",
        )
        st.markdown(f"답변 {here + 1} / {len(siblings)}")
        st.button(
            "▶",
            key=f"next-{run.id}",
            disabled=here + 1 == len(siblings),
            on_click=_show,
            args=(siblings[(here + 1) % len(siblings)], runs, thread),
            help="다음 답변",
        )
        st.toggle("나란히 비교", key=f"compare-{run.parent_id}-{thread}")


def _side_by_side(siblings: Sequence[Run]) -> None:
    shown = siblings[-2:]
    for column, one in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            st.caption(f"{siblings.index(one) + 1}번째 답변")
            answer.finished(one, key=f"side-{one.id}")


def _show(run: Run, runs: Sequence[Run], thread: str) -> None:
    """Show a branch down to its newest leaf."""
    leaf = run
    while children := [r for r in runs if r.parent_id == leaf.id]:
        leaf = children[-1]
    st.session_state[f"leaf:{thread}"] = leaf.id


def _again(run: Run, thread: str, where: str) -> None:
    answer.start_retry(run, where)
    show_newest(thread)


def _edit(run: Run, thread: str, text: str) -> None:
    """Let a question be changed; what is sent becomes another branch beside the old one."""
    edited = st.text_area("질문 고치기", value=text, key=f"edit-{run.id}", height=200) or ""
    work = Work(
        edited,
        prompt_id=run.prompt_id,
        thread_id=thread,
        parent_id=run.parent_id,
        prompt_version=run.prompt_version,
    )
    if run_button(f"edit:{run.id}", work, box=f"edit-{run.id}", label="고쳐서 다시 실행", shortcut=False):
        st.session_state.pop(f"editing:{run.id}", None)
        show_newest(thread)
        st.rerun()
