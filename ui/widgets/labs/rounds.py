"""Rounds of a lab that sends two prompts: begin one, find it again, say what stands in its way.

Hides that the two runs are ordinary runs of the person in threads ``lab:<exercise>:<round>:<side>``,
outside the exercise's tries, and that the second waits in the queue: a person runs one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from sandbox.practice import Work
from sandbox.records import Action, Endpoint, Exercise, Location, Run, SandboxError
from ui import browser, session
from ui.widgets import prompt_box
from ui.widgets.form import place_key
from ui.widgets.run_button import only_public_text

BOX_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two prompts of a round."""

    name: str
    text: str
    temperature: float | None = None


def place_of(exercise: Exercise) -> str:
    return f"lab:{exercise.id}"


def remembered(exercise: Exercise) -> Mapping[str, str]:
    """Return what is kept of this person's work in this lab."""
    return session.services().practice.draft(session.me(), place_of(exercise))


def remember(exercise: Exercise, **changes: str) -> None:
    """Keep more of it."""
    kept = {**remembered(exercise), **changes}
    session.services().practice.save_draft(session.me(), place_of(exercise), kept)


def text_boxes(exercise: Exercise, labels: Sequence[str]) -> list[str]:
    """Draw a box for each prompt, begun with what was typed before or with the exercise's own."""
    kept = remembered(exercise)
    keys = {f"{place_key(place_of(exercise))}-{n}": f"text{n}" for n in range(len(labels))}
    columns = st.columns(len(labels))
    texts: list[str] = []
    for column, label, begun, (key, name) in zip(
        columns, labels, exercise.lab_texts, keys.items(), strict=True
    ):
        if key not in st.session_state:
            st.session_state[key] = kept.get(name, begun.text)
        with column:
            texts.append(st.text_area(label, key=key, height=BOX_HEIGHT) or "")
    typed = {f"text{n}": text for n, text in enumerate(texts)}
    if any(
        kept.get(name, begun.text) != typed[name]
        for name, begun in zip(typed, exercise.lab_texts, strict=True)
    ):
        remember(exercise, **typed)
    place = place_of(exercise)
    browser.keep_drafts(session.me().id, place, keys, key=f"keep-{place_key(place)}")
    return texts


# --------------------------------------------------------------------------- sending


def send_button(exercise: Exercise, sides: Sequence[Side], label: str) -> None:
    """Draw the button that begins a round, with what must hold before it may be pressed."""
    _told_after_press()
    endpoint = session.endpoint()
    if endpoint is None:
        st.caption("AI가 준비되면 보낼 수 있습니다. 아래 안내를 확인해 주세요.")
        return
    ready = all([_may_be_sent(exercise, n, text, endpoint) for n, text in enumerate(_texts(sides))])
    ready = _only_public(exercise, endpoint) and ready
    busy = session.services().practice.busy_run(session.me())
    st.button(
        label,
        key=f"send-{place_key(place_of(exercise))}",
        icon=":material/science:",
        width="stretch",
        disabled=bool(busy) or not ready or not all(side.text.strip() for side in sides),
        on_click=_begin,
        args=(exercise, tuple(sides), endpoint),
    )
    if busy:
        st.caption("지금 답변을 받고 있습니다. 끝나면 다시 보낼 수 있습니다.")


def _texts(sides: Sequence[Side]) -> list[str]:
    return list(dict.fromkeys(side.text for side in sides))


def _may_be_sent(exercise: Exercise, n: int, text: str, endpoint: Endpoint) -> bool:
    """Show what is wrong with a prompt: too long, or personal data to decide on."""
    preview = session.services().practice.preview(session.me(), Work(text), endpoint)
    if preview.too_long is not None:
        session.say(preview.too_long)
        return False
    if all(f.action is Action.ALLOW for f in preview.findings):
        return True
    return prompt_box.guard_notice(f"{place_of(exercise)}:{n}", preview, endpoint)


def _only_public(exercise: Exercise, endpoint: Endpoint) -> bool:
    """Ask once a visit, as 실행 does, before anything goes to an AI outside."""
    if endpoint.reach is not Location.OUTSIDE or st.session_state.get("public_only"):
        return True
    agreed = st.checkbox(only_public_text(endpoint), key=f"public-{place_key(place_of(exercise))}")
    if agreed:
        st.session_state["public_only"] = True
    return agreed


def _begin(exercise: Exercise, sides: tuple[Side, ...], endpoint: Endpoint) -> None:
    """Send both, in this order; a callback, so that the page is drawn with the new round."""
    practice, me = session.services().practice, session.me()
    number = int(remembered(exercise).get("round", "0")) + 1
    choices = {
        key: choice
        for n in range(len(sides))
        for key, choice in session.choices(f"{place_of(exercise)}:{n}").items()
    }
    remember(exercise, round=str(number), first=sides[0].name)
    try:
        for side in sides:
            work = Work(
                side.text, thread_id=_thread(exercise, number, side.name), temperature=side.temperature
            )
            practice.run(me, work, choices, endpoint)
    except SandboxError as error:
        st.session_state["lab_error"] = error


def _told_after_press() -> None:
    error = st.session_state.pop("lab_error", None)
    if error is not None:
        session.say(error)


# --------------------------------------------------------------------------- finding it again


def latest_round(exercise: Exercise, names: Sequence[str]) -> dict[str, Run | None] | None:
    """Return the runs of the latest round by side, the one sent first in front; None before any."""
    kept = remembered(exercise)
    number = int(kept.get("round", "0"))
    if not number:
        return None
    order = sorted(names, key=lambda name: name != kept.get("first"))
    return {name: _run(exercise, number, name) for name in order}


def _run(exercise: Exercise, number: int, name: str) -> Run | None:
    """Return a side's run; of several (asked again in 자유 실습) the newest, follow-ups left out."""
    found = session.services().practice.thread(session.me(), _thread(exercise, number, name))
    return next((run for run in reversed(found) if not run.parent_id), None)


def _thread(exercise: Exercise, number: int, name: str) -> str:
    return f"{place_of(exercise)}:{number}:{name}"


def waiting_box(text: str) -> None:
    """Say that the other answer comes first."""
    st.info(text, icon=":material/hourglass_top:")
