"""The experiments above an exercise's form: see tokens, try temperatures, compare blind, spot the lie.

Hides which lab an exercise has and where its state lives: in the store, as a draft of the place
``lab:<exercise>``, so that a round in progress and a vote survive a refresh and another PC.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sandbox.records import Exercise
from ui.widgets.labs.compare import compare_lab
from ui.widgets.labs.spot import spot_lab
from ui.widgets.labs.temperature import temperature_lab
from ui.widgets.labs.token_picture import tokens_lab

STYLE = Path(__file__).with_name("labs.css")


def lab(exercise: Exercise) -> None:
    """Draw the exercise's lab, if it has one, and the heading of what comes after it."""
    draw = _LABS.get(exercise.lab)
    if draw is None:
        return
    st.html(STYLE)
    with st.container(border=True, key=f"lab-{exercise.lab}"):
        draw(exercise)
    st.markdown("##### 이어서 직접 해 보기", anchors=False)


_LABS: dict[str, Callable[[Exercise], None]] = {
    "tokens": tokens_lab,
    "temperature": temperature_lab,
    "compare": compare_lab,
    "spot": spot_lab,
}
