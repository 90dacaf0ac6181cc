"""The form of a template on the left, what comes of it on the right."""

from __future__ import annotations

import re

import streamlit as st

from sandbox.authoring.looking import loose_prompt
from sandbox.records import MODULES, Level
from ui import browser, session
from ui.widgets.editor import checks, fields, preview, state
from ui.widgets.editor.state import Making

BODY_HEIGHT = 300
WHY = {
    "역할": "누구의 글인지", "맥락": "누가 읽고 어디에 쓰는지", "자료": "무엇을 바탕으로 하는지",
    "형식": "분량과 모양", "제약": "하지 말아야 할 것",
}  # fmt: skip


def template(made: Making) -> None:
    """Draw the whole editor of a template."""
    left, right = st.columns([7, 6], gap="medium")
    with left:
        _form(made)
    with right, st.container(key="preview"):
        preview.preview(made, loose_prompt(made.form))


def _form(made: Making) -> None:
    form = made.form
    about(made)
    st.markdown("##### 빈칸", anchors=False)
    body_key = made.widget(form, "body")
    fields.fields(made, body_key)
    st.markdown("##### 본문", anchors=False)
    st.caption("빈칸을 누르면 커서 자리에 들어갑니다. 수강생이 채운 값이 그 자리에 들어가 프롬프트가 됩니다.")
    browser.blank_chips([f["name"] for f in form["fields"] if f["name"]], body_key, key=f"chips-{form['id']}")
    state.area(made, form, "body", "본문", ("body",), height=BODY_HEIGHT, label_visibility="collapsed")
    _unknown(made)
    with st.expander("역할, 답의 길이, 다섯 부분 설명", icon=":material/tune:"):
        _more(made)
    # A label that changed would fold it at every added check.
    with st.expander("점검 (답이 맞는지 스스로 보게 합니다)", icon=":material/fact_check:"):
        checks.checks(made, [f["label"] or f["name"] for f in form["fields"]])


def about(made: Making) -> None:
    """Draw what a template and an exercise have in common: title, module, level, tags."""
    form = made.form
    state.line(made, form, "title", "제목", ("title",), placeholder="예: 회의실 이용 안내문 만들기")
    a, b = st.columns([7, 5], vertical_alignment="bottom")
    with a:
        state.pick(made, form, "module", "과목", {m.id: m.title for m in MODULES}, ("module",))
    with b:
        state.pick(made, form, "level", "단계", {v.value: v.value for v in Level}, ("level",))
    if "summary" in form:
        state.line(
            made, form, "summary", "한 줄 설명", ("summary",), placeholder="예: 메모를 안내문으로 바꿉니다."
        )
    key = made.bind(form, "tags", lambda text: [t.strip() for t in text.split(",") if t.strip()])
    state.give(made, key, ", ".join(form["tags"]))
    st.text_input("꼬리표 (쉼표로 잇기)", key=key, placeholder="예: 안내문, 민원")


def _unknown(made: Making) -> None:
    """Offer to make a blank of every name in the body that is none yet."""
    names = {f["name"] for f in made.form["fields"]}
    found = dict.fromkeys(m.strip() for m in re.findall(r"\{\{([^{}\n]+)\}\}", made.form["body"] or ""))
    for name in [n for n in found if n and n not in names][:5]:
        st.button(
            f"‘{session.plain(name)}’ 빈칸 만들기", key=f"make-{made.form['id']}-{name}", icon=":material/add:",
            on_click=fields.add, args=(made, name),
        )  # fmt: skip


def _more(made: Making) -> None:
    form = made.form
    state.area(made, form, "system", "AI에게 먼저 주는 역할 (없어도 됩니다)", ("system",), height=80)
    a, b = st.columns(2)
    with a:
        state.number(
            made, form, "max_answer_tokens", "답의 최대 길이(토큰)", ("max_answer_tokens",), whole=True
        )
    with b:
        state.number(
            made, form, "temperature", "답의 다양함 0~2 (비우면 AI에 맡김)", ("temperature",), min_value=0.0, max_value=2.0
        )  # fmt: skip
    st.caption("왜 이렇게 썼는지 적으면 수강생 화면의 「이 템플릿은 왜 이렇게 생겼나요?」에 보입니다.")
    why = form["why"]
    why.setdefault("uid", "why")
    for part, hint in WHY.items():
        why.setdefault(part, "")
        state.line(made, why, part, f"{part} — {hint}")
    why.pop("uid")
    state.area(made, form, "naive", "평가에서 견줄 서툰 부탁 (없어도 됩니다)", ("naive",), height=70)
