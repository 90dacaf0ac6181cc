"""The form of a template: one widget for each typed field, filled from draft or exercise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import streamlit as st

from sandbox.documents import read_apart
from sandbox.library import is_yes, picked, typed
from sandbox.records import DocumentError, Field, FieldType, Prompt
from ui import session

READABLE = ["txt", "md", "csv", "docx", "xlsx", "pptx", "pdf", "hwp", "hwpx"]
YES, NO = "예", "아니요"
LONG_TEXT_HEIGHT = 160
FIRST_DAY, LAST_DAY = dt.date(1, 1, 1), dt.date(9999, 12, 31)


def place_key(place: str) -> str:
    """Make a place fit for widget keys, which become CSS classes."""
    return re.sub(r"[^a-zA-Z0-9-]", "-", place)


def field_keys(prompt: Prompt, place: str) -> dict[str, str]:
    """Map the keys of the typed widgets to the field names a draft keeps them under."""
    typed = (FieldType.TEXT, FieldType.LONG_TEXT)
    return {_key(place, i): f.name for i, f in enumerate(prompt.fields) if f.type in typed}


def template_form(prompt: Prompt, place: str, start: Mapping[str, str]) -> dict[str, str]:
    """Draw the fields and return what stands in them as text, by field name."""
    values: dict[str, str] = {}
    for i, item in enumerate(prompt.fields):
        key = _key(place, i)
        if key not in st.session_state and item.type is not FieldType.FILE:
            st.session_state[key] = _to_widget(item, start.get(item.name, item.default))
        label = item.label + (" :red[*]" if item.required else "")
        values[item.name] = _WIDGETS[item.type](item, label, key, start.get(item.name, ""))
    return values


def fill(prompt: Prompt, place: str, values: Mapping[str, str]) -> None:
    """Put values into the form, as a button's callback."""
    for i, item in enumerate(prompt.fields):
        key = _key(place, i)
        if item.type is FieldType.FILE:
            st.session_state[f"{key}:text"] = values.get(item.name, "")
        else:
            st.session_state[key] = _to_widget(item, values.get(item.name, item.default))


def _key(place: str, i: int) -> str:
    return f"f-{place_key(place)}-{i}"


def _to_widget(item: Field, text: str) -> object:
    """Turn stored text into what the widget holds; text that no longer fits becomes the empty value."""
    if item.type in (FieldType.NUMBER, FieldType.DATE, FieldType.TIME):
        return typed(item, text)
    if item.type is FieldType.CHOICE:
        chosen = text.strip()
        return chosen if chosen in item.choices else (item.choices[0] if item.choices else None)
    if item.type is FieldType.MULTI_CHOICE:
        return [c for c in picked(text) if c in item.choices]
    if item.type is FieldType.YES_NO:
        return is_yes(text)
    return text


def _hint(item: Field) -> str | None:
    return f"예: {item.example}" if item.example else None


def _text(item: Field, label: str, key: str, _start: str) -> str:
    return (
        st.text_input(
            label, key=key, help=item.help or None, placeholder=_hint(item), max_chars=item.max_chars
        )
        or ""
    )


def _long_text(item: Field, label: str, key: str, _start: str) -> str:
    # No max_chars: Streamlit would cut a long paste without a word; the prompt's size is checked instead.
    return (
        st.text_area(label, key=key, help=item.help or None, placeholder=_hint(item), height=LONG_TEXT_HEIGHT)
        or ""
    )


def _number(item: Field, label: str, key: str, _start: str) -> str:
    value = st.number_input(
        label,
        key=key,
        help=item.help or None,
        min_value=item.min,
        max_value=item.max,
        step=1.0,
        format="%g",
        placeholder=_hint(item),
    )
    return "" if value is None else f"{value:g}" if abs(value) < 1e15 else str(int(value))


def _date(item: Field, label: str, key: str, _start: str) -> str:
    # Without bounds Streamlit takes ten years around today, and any other date is an error.
    value = st.date_input(
        label, key=key, help=item.help or None, format="YYYY-MM-DD", min_value=FIRST_DAY, max_value=LAST_DAY
    )
    return value.isoformat() if isinstance(value, dt.date) else ""


def _time(item: Field, label: str, key: str, _start: str) -> str:
    value = st.time_input(label, key=key, help=item.help or None)
    return value.strftime("%H:%M") if value else ""


def _choice(item: Field, label: str, key: str, _start: str) -> str:
    if len(item.choices) <= 4:
        return st.segmented_control(label, item.choices, key=key, help=item.help or None, required=True) or ""
    return st.selectbox(label, item.choices, key=key, help=item.help or None) or ""


def _multi_choice(item: Field, label: str, key: str, _start: str) -> str:
    return ", ".join(st.pills(label, item.choices, key=key, help=item.help or None, selection_mode="multi"))


def _yes_no(item: Field, label: str, key: str, _start: str) -> str:
    return YES if st.toggle(label, key=key, help=item.help or None) else NO


def _file(item: Field, label: str, key: str, start: str) -> str:
    """Read an uploaded file into text; the text survives page changes, the file does not."""
    kept = f"{key}:text"
    st.session_state.setdefault(kept, start)
    upload = st.file_uploader(label, type=READABLE, key=key, help=item.help or None, max_upload_size=20)
    if upload is not None and st.session_state.get(f"{key}:id") != upload.file_id:
        st.session_state[f"{key}:id"] = upload.file_id
        try:
            found = read_apart.read_apart(upload.name, upload.getvalue())
        except DocumentError as error:
            session.say(error)
            return str(st.session_state[kept])
        st.session_state[kept] = found.text
        for warning in found.warnings:
            st.warning(session.plain(warning))
    text = str(st.session_state[kept])
    if text:
        with st.expander(f"읽은 내용 보기 ({len(text):,}자)"):
            st.text(text[:5000] + (" …" if len(text) > 5000 else ""))
    return text


_WIDGETS = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi_choice,
    FieldType.YES_NO: _yes_no,
    FieldType.FILE: _file,
}
