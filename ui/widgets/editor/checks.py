"""Checks chosen from a list, each a form made from the kind's own parameters."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sandbox.authoring import check_forms, forms
from sandbox.authoring.check_forms import Input, Param
from ui.session import plain
from ui.widgets.editor import state
from ui.widgets.editor.state import Form, Making

NOTHING = "정하지 않음"


def checks(made: Making, sources: list[str]) -> None:
    """Draw every check and 「점검 더하기」; ``sources`` are what answers can be compared with."""
    rows: list[Form] = made.form["checks"]
    for i in range(len(rows)):
        with st.container(border=True):
            _check(made, rows, i, sources)
    known = dict(check_forms.kinds())
    left, right = st.columns([7, 4], vertical_alignment="bottom")
    key = f"new-check-{made.form['id']}"
    left.selectbox(
        "점검의 종류", list(known), key=key, format_func=lambda k: f"{known[k]} — {check_forms.kind_help(k)}"
    )
    right.button(
        "점검 더하기",
        icon=":material/add:",
        key=f"add-{key}",
        on_click=_add,
        args=(made, key),
        width="stretch",
    )
    state.problems(made, "checks", exact=True)


def _add(made: Making, key: str) -> None:
    rows = made.form["checks"]
    kind = st.session_state[key]
    check = forms.new_check(kind, f"{check_forms.kind_label(kind)} 점검", [c["id"] for c in rows])
    check["params"] = {p.name: p.default for p in check_forms.params(kind) if p.default is not None}
    rows.append(check)


def _check(made: Making, rows: list[Form], i: int, sources: list[str]) -> None:
    one = rows[i]
    a, b = st.columns([8, 4], vertical_alignment="bottom")
    a.markdown(f"**{check_forms.kind_label(one['kind'])}** :gray[{check_forms.kind_help(one['kind'])}]")
    with b:
        state.mover(made, rows, i, "점검")
    left, right = st.columns([9, 3])
    with left:
        state.line(made, one, "title", "화면에 보일 물음", placeholder="예: 숫자가 자료와 맞나요?")
    with right:
        state.number(made, one, "weight", "중요도", min_value=0.1, max_value=100.0)
    if one["kind"] not in dict(check_forms.kinds()):
        st.warning("모르는 종류의 점검입니다. 지우고 다시 만들어 주세요.")
        return
    holder = one["params"]
    holder.setdefault("uid", one["uid"])
    small = [
        p for p in check_forms.params(one["kind"]) if p.input in (Input.WHOLE, Input.NUMBER, Input.YES_NO)
    ]
    for param in check_forms.params(one["kind"]):
        if param not in small:
            _param(made, holder, param, sources)
    for n in range(0, len(small), 3):
        for column, param in zip(st.columns(3), small[n : n + 3], strict=False):
            with column:
                _param(made, holder, param, sources)
    holder.pop("uid")
    state.problems(made, "checks", i)


def _param(made: Making, holder: Form, param: Param, sources: list[str]) -> None:
    """Draw one parameter; what is left empty takes the kind's own default."""
    holder.setdefault(param.name, param.default)
    label = param.label + (" :red[*]" if param.required else "")
    more: dict[str, Any] = {"help": param.help} if param.help else {}
    options = {n: n for n in sources} if param.from_materials else dict(param.options)
    match param.input:
        case Input.WORDS:
            holder[param.name] = holder[param.name] or []
            state.lines(made, holder, param.name, label + " — 한 줄에 하나", height=100, **more)
        case Input.PICKS:
            _picks(made, holder, param.name, label, options, more)
        case Input.PICK:
            empty = {} if param.required or param.options else {"": NOTHING}
            state.pick(made, holder, param.name, label, {**empty, **options}, **more)
        case Input.YES_NO:
            state.yes(made, holder, param.name, param.label, **more)
        case Input.WHOLE:
            state.number(made, holder, param.name, label, whole=True, **more)
        case Input.NUMBER:
            state.number(made, holder, param.name, label, **more)
        case Input.ROWS:
            _rows(made, holder, param)
        case Input.CELLS:
            _cells(made, holder, param)
        case _:
            state.line(made, holder, param.name, label, **more)


def _picks(
    made: Making, holder: Form, name: str, label: str, options: dict[str, str], more: dict[str, Any]
) -> None:
    here = [v for v in holder[name] or [] if v in options]
    key = made.bind(holder, name, list)
    st.session_state.setdefault(key, here)
    st.session_state[key] = [v for v in st.session_state[key] if v in options]
    st.multiselect(
        label, list(options), format_func=lambda v: options[v], key=key, placeholder="골라 주세요", **more
    )


def _rows(made: Making, holder: Form, param: Param) -> None:
    """Draw a small table: one line for each thing the check expects."""
    import pandas as pd

    st.caption(param.label + (f" — {param.help}" if param.help else ""))
    first = f"{made.widget(holder, param.name)}-first"
    names = [c.name for c in param.columns]
    if first not in st.session_state:
        rows = [{n: _cell_text(row.get(n)) for n in names} for row in holder[param.name] or []]
        st.session_state[first] = pd.DataFrame(rows, columns=names, dtype="string")
    columns: dict[str, Any] = {
        c.name: st.column_config.SelectboxColumn(c.label, options=[o for o, _ in c.options])
        if c.input is Input.PICK
        else st.column_config.TextColumn(c.label)
        for c in param.columns
    }
    table = st.data_editor(
        st.session_state[first],
        num_rows="dynamic",
        column_config=columns,
        hide_index=True,
        key=f"{made.widget(holder, param.name)}-table",
        width="stretch",
    )
    rows = [{n: str(v).strip() for n, v in row.items() if not pd.isna(v)} for row in table.to_dict("records")]
    lists = {c.name for c in param.columns if c.input is Input.WORDS}
    holder[param.name] = [
        {n: _told_cell(text, n in lists, param.name) for n, text in row.items() if text}
        for row in rows
        if any(row.values())
    ]


def _told_cell(text: str, is_list: bool, param: str) -> Any:
    """Return a cell of the small table as the check reads it: numbers where it varies a workbook's."""
    read = _typed if param == "vary" else str.strip
    return [read(v) for v in text.split(",")] if is_list else read(text)


def _cell_text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _cells(made: Making, holder: Form, param: Param) -> None:
    """Draw rows of a workbook as they come from Excel's clipboard: tabs between cells."""
    if isinstance(holder[param.name], dict):
        st.caption(f"{param.label}: 시트마다 따로 정해져 있어 그대로 둡니다.")
        return
    key = made.bind(holder, param.name, _pasted)
    rows = holder[param.name] or []
    state.give(made, key, "\n".join("\t".join(_cell_text(c) for c in row) for row in rows))
    st.text_area(param.label, key=key, height=80)


def _pasted(text: str) -> list[list[Any]]:
    return [[_typed(cell) for cell in row.split("\t")] for row in text.split("\n") if row.strip()]


def _typed(cell: str) -> Any:
    plain_number = cell.strip().replace(",", "")
    try:
        return int(plain_number) if plain_number.lstrip("-").isdigit() else float(plain_number)
    except ValueError:
        return cell.strip() or None


def told(check: Form) -> str:
    """Return how a check is called where it is chosen."""
    return f"{plain(check['title'] or check['id'])}"
