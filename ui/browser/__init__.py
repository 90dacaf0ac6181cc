"""The browser side: small components without a build step.

Hides the scripts that Streamlit cannot replace: sending a prompt past the page's script, reading a
live answer by server-sent events, putting rich text on the clipboard, keeping what is being typed, handing
over the cookie, and showing what the lecturer puts before the class.
Nothing a person or a model wrote goes into ``html``, ``css`` or ``js``: it travels as data and
is written with ``textContent`` or, for the clipboard, as HTML that documents.outline escaped.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
SURVEY = "/survey"  # what class_bar returns when the survey is asked for; no exercise is called that


@lru_cache(maxsize=64)
def script_path(name: str) -> str:
    """Return where a script is served; another text has another place, so that browsers may keep it."""
    return f"/room/script/{name}-{zlib.crc32((HERE / f'{name}.js').read_bytes()):08x}.js"


def scripts() -> dict[str, Path]:
    """Map the places of all scripts to their files."""
    return {script_path(file.stem): file for file in HERE.glob("*.js")}


@lru_cache(maxsize=64)
def _component(name: str, css: bool = False) -> Any:
    return st.components.v2.component(
        f"room_{name}",
        html="<div class='root'></div>",
        css=(HERE / f"{name}.css").read_text(encoding="utf-8") if css else None,
        # The script itself is a file that browsers keep: Streamlit would send it anew with every drawing.
        js=f"""export default (c) => import(location.origin + "{script_path(name)}").then((m) => m.default(c));
// More than one line, or Streamlit takes this for the name of a file.""",
    )


def _mount(name: str, data: Mapping[str, Any], key: str, *, css: bool = False, **callbacks: Any) -> Any:
    """Mount a component, registering it anew where this Streamlit runtime does not know it yet."""
    return _component(name, css)(key=allowed_key(key), data=dict(data), **callbacks)


def allowed_key(key: str) -> str:
    """Return a key that Streamlit takes for a component: it parts its own names at two underscores.

    One in 270 of the ids that keys are made of holds two, and such a page could not be drawn.
    """
    return re.sub("_(?=_)", "_-", key)


def live_answer(run_id: str, *, key: str) -> bool:
    """Show a live answer; return True in the script run that follows its end."""
    result = _mount("live", {"run": run_id}, key, css=True, on_ended_change=lambda: None)
    return bool(result.ended)


def live_place(place: str, run_id: str, *, shown: str, key: str) -> bool:
    """Keep a place where a live answer appears the moment 실행 is pressed; True after its end.

    ``run_id`` is one that is live already; ``shown`` the newest that the page itself shows below.
    """
    data = {"place": place, "run": run_id, "shown": shown}
    return bool(_mount("live", data, key, css=True, on_ended_change=lambda: None).ended)


def run_button(data: Mapping[str, Any], *, key: str) -> str:
    """Show 실행; return the id of the run it has begun, where the page asked to be told of it."""
    nothing = dict.fromkeys(("on_started_change", "on_refused_change"), lambda: None)
    result = _mount("run", data, key, css=True, **nothing)
    return str(result.started or "")


def copy_button(label: str, *, html: str, text: str, key: str) -> None:
    """Offer to copy: tables and paragraphs for 한글 and Excel, plain text for the rest."""
    _mount("copy", {"label": label, "html": html, "text": text}, key, css=True)


def keep_drafts(person_id: str, place: str, fields: Mapping[str, str], *, key: str, mark: str = "") -> None:
    """Send what is typed into widgets (by key) to the server as it is typed.

    ``mark`` names the page as it was begun: what it still sends once its draft is used up is not kept.
    ``fields`` maps a widget's key to the name it has in the draft. The server refuses what is meant
    for another person than the cookie's: a tab left open must not write into the next one's drafts.
    """
    data = {"person": person_id, "place": place, "mark": mark, "fields": dict(fields)}
    _mount("keep", data, key)


def blank_chips(names: Sequence[str], box: str, *, key: str) -> None:
    """Offer a template's blanks; a press puts one where the cursor stands in the box with this key."""
    _mount("blanks", {"names": list(names), "box": box}, key, css=True)


def order(items: Sequence[tuple[str, str]], *, key: str, moved: Callable[[tuple[str, ...]], object]) -> None:
    """Offer (key, label) pairs to be dragged; ``moved`` gets the keys in their new order, as a callback.

    Before the page is drawn, that is: drawn with the old order it would put the rows back for a moment.
    """

    def take() -> None:
        found = tuple(map(str, st.session_state[allowed_key(key)].order or ()))
        if sorted(found) == sorted(one for one, _ in items):
            moved(found)

    _mount("order", {"items": [list(one) for one in items]}, key, css=True, on_order_change=take)


def korean_words(*, key: str) -> None:
    """Put Streamlit's own English words on screen into Korean, for as long as the page is open."""
    _mount("words", {}, key)


def hand_over(token: str, *, key: str, door: str = "/room", known: str = "") -> str:
    """Put a token into the cookie, or remove the cookie when ``token`` is '-'.

    Return ``ok`` in the script run that follows when it is done; ``refused`` or ``lost``, once, when it
    has failed several times. The browser goes on asking for as long as this is mounted.

    ``door``: ``/room`` for a person, ``/room/desk`` for an instructor, whose browser is ``known`` then.
    """
    data = {"token": token, "door": door, "known": known}
    return str(_mount("cookie", data, key, on_done_change=lambda: None).done or "")


def class_bar(url: str, mark: str, *, look: str, key: str, answered: bool = False) -> str:
    """Show what stands before the class, live; return the exercise to go to in the script run that follows.

    Or ``SURVEY`` when its button was pressed, which is not shown to who has ``answered``.

    ``mark`` names person and class, so that a move is followed once a browser. ``look`` is ``seat``
    or ``projector``.
    """
    told = _mount(
        "class_bar",
        {"url": url, "mark": mark, "look": look, "answered": answered},
        key,
        css=True,
        on_go_change=lambda: None,
        on_gone_change=lambda: None,
        on_survey_change=lambda: None,
        on_recorded_change=lambda: None,
    )
    return SURVEY if told.survey else str(told.go or "")


def board(code: str, *, projector: bool, key: str) -> None:
    """Show the live board of a class, which asks for itself; without names for the projector."""
    _mount("board", {"code": code, "projector": projector}, key, css=True)


def seat(place: str, *, hand: bool, screen: bool, key: str) -> None:
    """Show 「🙋 손들기」 and tell the server that somebody sits here; ``place``: what is open."""
    _mount("seat", {"place": place, "hand": hand, "screen": screen}, key, css=True)
