"""The version somebody began with: kept while they work, told when there is a newer one, left at a press."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from sandbox.practice import Work
from sandbox.practice.composing import EXERCISE_VERSION, PROMPT_VERSION, drawn_with
from sandbox.records import Exercise, NotFoundError, Prompt
from ui import session
from ui.session import plain
from ui.widgets import drafts
from ui.widgets.form import place_key


def exercise(exercise_id: str) -> Exercise:
    """Return an exercise as this person began it. Raise NotFoundError."""
    draft = drafts.begin(session.me(), exercise_id)
    return session.services().library.exercise(exercise_id, drawn_with(draft))


def prompt(prompt_id: str | None, draft: Mapping[str, str]) -> Prompt | None:
    """Return a template as this person began with it."""
    if not prompt_id:
        return None
    return session.services().library.prompt(prompt_id, drawn_with(draft, PROMPT_VERSION))


def versions(exercise_: Exercise | None, prompt_: Prompt | None) -> dict[str, str]:
    """Return what a draft notes of the versions it was begun with."""
    found = {EXERCISE_VERSION: str(exercise_.version)} if exercise_ else {}
    return found | ({PROMPT_VERSION: str(prompt_.version)} if prompt_ else {})


def work(exercise_: Exercise, prompt_: Prompt | None, text: str, values: Mapping[str, str]) -> Work:
    """Return what an exercise would send, in the versions it was begun with."""
    return Work(
        text,
        exercise_.id,
        exercise_.prompt_id or "",
        values,
        exercise_version=exercise_.version,
        prompt_version=prompt_.version if prompt_ else None,
    )


def notice(place: str, exercise_: Exercise | None, prompt_: Prompt | None) -> None:
    """Say that the lecturer has put a newer version before the class, or taken this one away."""
    library = session.services().library
    item = exercise_ or prompt_
    if item is None:
        return
    try:
        newest = library.exercise(item.id) if exercise_ else library.prompt(item.id)
        template = library.prompt(prompt_.id) if prompt_ else None
    except NotFoundError:
        st.info(
            "강사가 지금은 이것을 열어 두지 않았습니다. 시작하신 것은 그대로 이어서 할 수 있습니다.",
            icon=":material/history:",
        )
        return
    if newest.version == item.version and (
        template is None or prompt_ is None or template.version == prompt_.version
    ):
        return
    left, right = st.columns([8, 4], vertical_alignment="center")
    left.info("강사가 새 판을 냈습니다. 하던 것은 시작한 판으로 이어집니다.", icon=":material/new_releases:")
    right.button(
        "새 판으로 다시 시작", key=f"newer-{place_key(place)}", icon=":material/restart_alt:",
        on_click=_begin_anew, args=(place,), width="stretch", help="지금까지 받은 답변과 기록은 남습니다.",
    )  # fmt: skip


def _begin_anew(place: str) -> None:
    drafts.drop(session.me(), place)
    state = st.session_state
    for key in [k for k in state if str(k).startswith(f"f-{place_key(place)}-")]:
        del state[key]
    state.pop(f"composed:{place}", None)


def credit(prompt_: Prompt) -> None:
    """Say whose template it is, and who looked it through and when again."""
    found = session.services().library.credit("prompt", prompt_.id)
    if found is None:
        return
    parts = [f"만든 사람 {plain(found.owner)}"] if found.owner else []
    if found.verified_by and found.verified_at:
        parts.insert(0, f":green-badge[:material/verified: 검증됨] {plain(found.verified_by)} 강사")
        if found.review_on:
            parts.append(
                f"다시 살펴볼 날 {found.review_on.year}. {found.review_on.month}. {found.review_on.day}."
            )
    st.caption(" · ".join(parts))
