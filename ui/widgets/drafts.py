"""What is being typed, kept: by the page at every step and by the browser between steps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from sandbox.records import EMPTY, Person, Prompt, PromptTooLongError
from ui import browser, session
from ui.widgets.form import field_keys, place_key
from ui.widgets.prompt_box import COMPOSED, TEXT, key_of


def begin(me: Person, place: str) -> Mapping[str, str]:
    """Return the draft to start from: this session's, else the stored one after a refresh."""
    kept = f"draft:{place}"
    if kept not in st.session_state:
        st.session_state[kept] = session.services().practice.draft(me, place)
    found: Mapping[str, str] = st.session_state[kept]
    return found


def keep(
    me: Person,
    place: str,
    prompt: Prompt | None,
    values: Mapping[str, str],
    text: str,
    begun_with: Mapping[str, str] = EMPTY,
) -> None:
    """Store the draft when it changed, and let the browser report what is typed meanwhile.

    ``begun_with`` notes the versions of what is worked on, so that they stay while it is.
    """
    now = {**values, **begun_with, TEXT: text, COMPOSED: str(st.session_state.get(f"composed:{place}", ""))}
    before: Mapping[str, str] = st.session_state.get(f"draft:{place}", EMPTY)
    # Only what has changed here: the browser may have told more of the other boxes meanwhile.
    if changed := {name: text for name, text in now.items() if before.get(name) != text}:
        try:
            session.services().practice.drafting.merge(me, place, changed)
            st.session_state[f"draft:{place}"] = {**before, **now}
        except PromptTooLongError as error:
            session.say(error)
    fields = {**(field_keys(prompt, place) if prompt else {}), key_of(place): TEXT}
    browser.keep_drafts(me.id, place, fields, key=f"keep-{place_key(place)}", mark=_mark(place))


def drop(me: Person, place: str) -> None:
    """Forget the draft, here and in the store, and what the browser has not sent of it yet."""
    st.session_state.pop(f"draft:{place}", None)
    st.session_state.pop(key_of(place), None)
    session.services().practice.drafting.drop(me, place, _mark(place))
    st.session_state.pop(f"mark:{place}", None)


def _mark(place: str) -> str:
    """Name this page as it was begun, for what the browser sends of it."""
    return str(st.session_state.setdefault(f"mark:{place}", secrets.token_urlsafe(8)))
