"""A part of a page that is drawn alone when only it has changed.

Hides that such a part runs without the frame around the page: it takes its turn to draw, and tells
what went wrong, as the frame does for whole pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from sandbox.records import SandboxError
from ui import session
from ui.widgets import frame

P = ParamSpec("P")


def part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a function that draws into a fragment with the frame's manners."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with session.turn_to_draw():
                draw(*args, **kwargs)
        except SandboxError as error:
            session.say(error)
        except Exception as error:
            # Streamlit's own control flow derives from BaseException and passes by.
            frame.incident(error)

    made: Callable[P, None] = st.fragment(drawn)
    return made
