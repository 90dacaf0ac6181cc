"""What is being made in this browser, bound to widgets, and kept as a draft by itself.

Hides Streamlit's order of things: before anything is drawn, what was just typed is brought into the
form, so that every complaint drawn beside a field is about what stands in it now. A line of a list
keeps its widgets by its ``uid``; when the whole form is replaced, ``turn`` makes all of them anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from sandbox.authoring import LookedAt, Opened
from sandbox.class_records import ContentKind, InstructorKey
from ui import session

Form = dict[str, Any]
Place = tuple[str | int, ...]


@dataclass
class Making:
    """One template or exercise in this browser."""

    key: InstructorKey
    kind: ContentKind
    form: Form
    based_on: int
    opened: Opened
    kept: str
    turn: int = 0
    kept_at: datetime | None = None
    bound: dict[str, tuple[Form, str, Callable[[Any], Any]]] = field(default_factory=dict)
    looked: LookedAt | None = None
    looked_for: str = ""
    proof: LookedAt | None = None
    proof_for: str = ""
    reached: set[str] = field(default_factory=set)

    def widget(self, holder: Form, name: str) -> str:
        """Return the key of the widget of one value."""
        return f"ed-{self.form['id']}-{self.turn}-{holder.get('uid', 'x')}-{name}"

    def bind(self, holder: Form, name: str, convert: Callable[[Any], Any] = lambda v: v) -> str:
        """Return the widget's key and remember where its value belongs."""
        key = self.widget(holder, name)
        self.bound[key] = (holder, name, convert)
        return key

    def look(self) -> LookedAt:
        """Say what is wrong with the form as it stands; with the proof while that is still about it."""
        now = json.dumps(self.form, ensure_ascii=False)
        if self.proof is not None and self.proof_for == now:
            return self.proof
        if self.looked is None or self.looked_for != now:
            drafting = session.services().authoring.drafting
            self.looked, self.looked_for = drafting.look(self.key, self.kind, self.form), now
        return self.looked

    def prove(self) -> LookedAt:
        """Try the example answers, too, and keep what came of it until the form changes."""
        drafting = session.services().authoring.drafting
        self.proof = drafting.look(self.key, self.kind, self.form, proof=True)
        self.proof_for = json.dumps(self.form, ensure_ascii=False)
        return self.proof

    def replace(self, form: Form, based_on: int) -> None:
        """Put another form in place of this one."""
        self.form, self.based_on = form, based_on
        self.turn += 1
        self.bound = {}


def making(key: InstructorKey, kind: ContentKind, content_id: str) -> Making:
    """Return what is being made here, opened from the store the first time, with what was just typed."""
    name = f"making:{kind}:{content_id}"
    found: Making | None = st.session_state.get(name)
    if found is None:
        opened = session.services().authoring.drafting.open(key, kind, content_id)
        form = json.loads(json.dumps(opened.form))
        kept = json.dumps(form, ensure_ascii=False)
        found = st.session_state[name] = Making(key, kind, form, opened.based_on, opened, kept)
    found.key = key
    for widget, (holder, part, convert) in found.bound.items():
        if widget in st.session_state:
            holder[part] = convert(st.session_state[widget])
    found.bound = {}
    return found


def forget(kind: ContentKind, content_id: str) -> None:
    """Open it anew from the store the next time."""
    st.session_state.pop(f"making:{kind}:{content_id}", None)


def keep(made: Making) -> None:
    """Keep the draft when it has changed; what is bound by now has been drawn whole."""
    made.reached.update(made.bound)
    now = json.dumps(made.form, ensure_ascii=False)
    if now != made.kept:
        session.services().authoring.drafting.keep_draft(made.key, made.kind, made.form, made.based_on)
        made.kept, made.kept_at = now, datetime.now(UTC)


# --------------------------------------------------------------------------- bound widgets


def give(made: Making, key: str, value: Any) -> None:
    """Give a widget its value, again and again until it has surely reached the browser.

    A drawing that the next press cuts short leaves a value here that the browser never got: it would then
    draw the box empty, and send that back as if somebody had emptied it.
    """
    if key in made.reached:
        st.session_state.setdefault(key, value)
    else:
        st.session_state[key] = st.session_state.get(key, value)


def problems(made: Making, *place: str | int, exact: bool = False) -> None:
    """Say beside a field what is wrong with it."""
    for one in made.look().at(*place):
        if exact and one.place != place:
            continue
        remedy = f" {session.plain(one.remedy)}" if one.remedy else ""
        st.markdown(f":red[:material/error: **{session.plain(one.message)}**{remedy}]")


def line(made: Making, holder: Form, name: str, label: str, place: Place = (), **more: Any) -> None:
    """Draw a line of text with what is wrong with it."""
    key = made.bind(holder, name, str.strip)
    give(made, key, str(holder[name] or ""))
    st.text_input(label, key=key, **more)
    if place:
        problems(made, *place)


def area(made: Making, holder: Form, name: str, label: str, place: Place = (), **more: Any) -> str:
    """Draw a text of several lines; return the widget's key."""
    key = made.bind(holder, name)
    give(made, key, holder[name] or "")
    st.text_area(label, key=key, **more)
    if place:
        problems(made, *place)
    return key


def lines(made: Making, holder: Form, name: str, label: str, place: Place = (), **more: Any) -> None:
    """Draw a list of short texts, one a line; by paragraphs where one of them has several lines."""
    apart = "\n\n" if any("\n" in str(v) for v in holder[name]) else "\n"
    key = made.bind(holder, name, lambda text: [v.strip() for v in text.split(apart) if v.strip()])
    give(made, key, apart.join(str(v) for v in holder[name]))
    st.text_area(label, key=key, **more)
    if place:
        problems(made, *place)


def pick(
    made: Making, holder: Form, name: str, label: str, options: dict[str, str], place: Place = (), **more: Any
) -> None:
    """Draw a choice; a value that is none of the options is offered as it stands."""
    here = str(holder[name] or "")
    shown = options if here in options else {here: here or "고르지 않음", **options}
    key = made.bind(holder, name)
    give(made, key, here)
    if st.session_state[key] not in shown:
        st.session_state[key] = here
    st.selectbox(label, list(shown), format_func=lambda v: shown.get(v, v), key=key, **more)
    if place:
        problems(made, *place)


def yes(made: Making, holder: Form, name: str, label: str, **more: Any) -> None:
    key = made.bind(holder, name, bool)
    give(made, key, bool(holder[name]))
    st.checkbox(label, key=key, **more)


def number(
    made: Making, holder: Form, name: str, label: str, place: Place = (), *, whole: bool = False, **more: Any
) -> None:
    """Draw a number that may be empty."""
    key = made.bind(holder, name)
    value = holder.get(name)
    give(made, key, None if value is None else int(value) if whole else float(value))
    step = {"step": 1, "format": "%d"} if whole else {"step": 0.1, "format": "%g"}
    st.number_input(label, key=key, **{**step, **more})
    if place:
        problems(made, *place)


def mover(made: Making, rows: list[Form], i: int, what: str) -> None:
    """Draw ▲ ▼ and the bin of one line of a list."""
    uid = rows[i]["uid"]
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button(
            "▲", key=f"up-{uid}", help="위로", type="tertiary", disabled=i == 0, on_click=_swap, args=(rows, i, -1)
        )  # fmt: skip
        st.button(
            "▼",
            key=f"down-{uid}",
            help="아래로",
            type="tertiary",
            disabled=i + 1 == len(rows),
            on_click=_swap,
            args=(rows, i, 1),
        )
        st.button(
            "",
            key=f"bin-{uid}",
            icon=":material/delete:",
            help=f"{what} 지우기",
            type="tertiary",
            on_click=_remove,
            args=(rows, uid),
        )


def _swap(rows: list[Form], i: int, step: int) -> None:
    rows.insert(i + step, rows.pop(i))


def _remove(rows: list[Form], uid: str) -> None:
    rows[:] = [row for row in rows if row["uid"] != uid]
