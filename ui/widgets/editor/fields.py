"""The blanks of a template: added, named, moved, and told in full only where somebody asks."""

from __future__ import annotations

import streamlit as st

from sandbox.authoring import forms
from sandbox.records import FieldType
from ui import browser
from ui.widgets.editor import state
from ui.widgets.editor.state import Form, Making

KINDS = {
    FieldType.TEXT: "한 줄 글",
    FieldType.LONG_TEXT: "여러 줄 글",
    FieldType.NUMBER: "숫자",
    FieldType.DATE: "날짜",
    FieldType.TIME: "시각",
    FieldType.CHOICE: "하나 고르기",
    FieldType.MULTI_CHOICE: "여럿 고르기",
    FieldType.YES_NO: "예/아니요",
    FieldType.FILE: "파일 올리기",
}
PICKS = (FieldType.CHOICE, FieldType.MULTI_CHOICE)


def fields(made: Making, body_key: str) -> None:
    """Draw the order of the blanks to be dragged, every blank, and 「빈칸 더하기」."""
    rows: list[Form] = made.form["fields"]
    if len(rows) > 1:
        st.caption("차례: 끌어서 바꾸거나, 눌러 놓고 ↑ ↓ 키로 옮깁니다.")
        names = [(row["uid"], row["label"] or row["name"] or "이름 없는 빈칸") for row in rows]
        browser.order(
            names, key=f"order-{made.form['id']}",
            moved=lambda uids: rows.sort(key=lambda row: uids.index(row["uid"])),
        )  # fmt: skip
    for i in range(len(rows)):
        with st.container(border=True):
            _field(made, rows, i, body_key)
    st.button(
        "빈칸 더하기", icon=":material/add:", key=f"add-field-{made.form['id']}", on_click=add, args=(made,)
    )


def add(made: Making, name: str = "") -> None:
    """Add a blank, as a button's callback."""
    taken = {f["name"] for f in made.form["fields"]}
    number = next(n for n in range(1, 1_000) if f"빈칸 {n}" not in taken)
    made.form["fields"].append(forms.new_field(name or f"빈칸 {number}"))


def _field(made: Making, rows: list[Form], i: int, body_key: str) -> None:
    one = rows[i]
    a, b, c, d = st.columns([5, 4, 4, 3], vertical_alignment="bottom", gap="small")
    with a:
        key = made.widget(one, "name")
        st.session_state.setdefault(key, one["name"])
        st.text_input("빈칸 이름", key=key, max_chars=60, on_change=_rename, args=(made, one, key, body_key))
    with b:
        state.pick(made, one, "type", "종류", {k.value: v for k, v in KINDS.items()})
    with c:
        state.yes(made, one, "required", "꼭 채우기")
    with d:
        state.mover(made, rows, i, "빈칸")
    if one["type"] in PICKS:
        state.lines(made, one, "choices", "고를 것 (한 줄에 하나)", height=100)
    if one["type"] == FieldType.NUMBER:
        low, high = st.columns(2)
        with low:
            state.number(made, one, "min", "가장 작은 값")
        with high:
            state.number(made, one, "max", "가장 큰 값")
    state.problems(made, "fields", i)
    with st.expander("도움말·보기·처음 값"):
        state.line(made, one, "label", "화면에 보일 이름 (비우면 빈칸 이름)")
        state.line(made, one, "help", "도움말")
        left, right = st.columns(2)
        with left:
            state.line(made, one, "example", "흐리게 보일 보기")
        with right:
            _default(made, one)
        if one["type"] in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.FILE):
            state.number(
                made, one, "max_chars", "가장 긴 글자 수", whole=True, min_value=1, max_value=200_000
            )


def _default(made: Making, one: Form) -> None:
    label = "처음 들어 있을 값"
    if one["type"] == FieldType.CHOICE:
        state.pick(made, one, "default", label, {"": "정하지 않음", **{c: c for c in one["choices"]}})
    elif one["type"] == FieldType.YES_NO:
        state.pick(made, one, "default", label, {"": "정하지 않음", "예": "예", "아니요": "아니요"})
    else:
        hints = {
            FieldType.DATE: "예: 2026-11-22", FieldType.TIME: "예: 14:30", FieldType.MULTI_CHOICE: "쉼표로 잇기",
        }  # fmt: skip
        state.line(made, one, "default", label, placeholder=hints.get(FieldType(one["type"]), ""))


def _rename(made: Making, one: Form, key: str, body_key: str) -> None:
    """Give a blank another name, and its places in the body and the example with it."""
    old, new = one["name"], str(st.session_state[key]).strip()
    one["name"] = new
    others = [f for f in made.form["fields"] if f is not one and f["name"] == old]
    if not old or not new or old == new or others:
        return
    body = str(st.session_state.get(body_key, made.form["body"])).replace(f"{{{{{old}}}}}", f"{{{{{new}}}}}")
    made.form["body"] = st.session_state[body_key] = body
    if old in made.form["sample"]:
        made.form["sample"][new] = made.form["sample"].pop(old)
