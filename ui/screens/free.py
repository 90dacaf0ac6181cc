"""자유 실습: any template or none, follow-ups, edit and retry, regenerate, compare."""

import streamlit as st

from sandbox.practice import Work
from sandbox.records import MODULES, Prompt
from ui import session
from ui.widgets import answer, begun, conversation, drafts, form, frame, prompt_box, seat_controls, uploads
from ui.widgets.exercise_card import tags
from ui.widgets.run_button import run_button

me, room = session.me(), session.services()
seat_controls.at(seat_controls.FREE)
MODULE_TITLES = {m.id: m.title for m in MODULES}


def begin() -> None:
    """The first turn: choose a template or none, fill it in, add one's own material, run."""
    prompts = {p.id: p for p in room.library.prompts()}
    st.session_state.setdefault("free_prompt", st.session_state.get("free_prompt_kept", ""))
    picked = st.selectbox(
        "템플릿 고르기 (제목이나 #태그를 적으면 찾아 줍니다)",
        ["", *prompts],
        format_func=lambda i: (
            f"{MODULE_TITLES.get(prompts[i].module, '')} · {prompts[i].title}  {tags(prompts[i].tags)}".rstrip()
            if i
            else "템플릿 없이 자유롭게 쓰기"
        ),
        key="free_prompt",
    )
    st.session_state["free_prompt_kept"] = picked
    place = f"free:{picked}" if picked else "free"
    draft = drafts.begin(me, place)
    prompt: Prompt | None = begun.prompt(picked, draft)
    begun.notice(place, None, prompt)
    values: dict[str, str] = {}
    if prompt is not None:
        st.caption(frame.plain(prompt.summary))
        begun.credit(prompt)
        if prompt.sample:
            st.button(
                "예시로 채워 보기",
                icon=":material/auto_awesome:",
                on_click=form.fill,
                args=(prompt, place, prompt.sample),
            )
        if prompt.fields:
            with st.expander("빈칸 채우기", expanded=True, icon=":material/edit:"):
                values = form.template_form(prompt, place, draft)
        prompt_box.why_box(prompt)
    composed = room.practice.composing.compose(None, prompt, values)
    uploads.attach(place)
    text = prompt_box.prompt_box(place, composed, draft, label="보낼 프롬프트 (직접 고칠 수 있습니다)")
    drafts.keep(me, place, prompt, values, text, begun.versions(None, prompt))
    work = Work(text, prompt_id=picked, values=values, prompt_version=prompt.version if prompt else None)
    run_id = run_button(place, work, room.practice.composing.missing(prompt, values), prompt=prompt)
    if run_id:
        drafts.drop(me, place)
        st.query_params["thread"] = run_id
        st.rerun()


frame.title(
    "자유 실습", "내 업무에 쓸 프롬프트를 시험해 보는 곳입니다. 실제 개인정보와 비공개 자료는 넣지 마세요."
)
answer.callback_error()
thread = st.query_params.get("thread", "")
if thread and st.button("새 대화 시작", icon=":material/add:"):
    st.query_params.pop("thread")
    st.rerun()
conversation.conversation(thread) if thread else begin()
