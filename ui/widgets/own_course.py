"""「우리 과정」: the exercises that the lecturer has chosen for the class, in their order.

Hides that they may come from several modules, and that one of them may have left the course since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from sandbox.class_records import Class
from sandbox.records import Exercise, Progress
from ui import session
from ui.widgets.exercise_card import card


def own_class() -> Class | None:
    """Return the class of the person at this browser; None when they work alone."""
    return session.services().lecture.terms.class_of(session.me())


def own_course(here: Class, exercises: Sequence[Exercise], progress: Mapping[str, Progress]) -> bool:
    """Draw the class's exercises in order, the next one highlighted; say whether there are any."""
    known = {e.id: e for e in exercises}
    path = [known[i] for i in here.path if i in known]
    if not path:
        return False
    done = {e.id for e in path if e.id in progress and progress[e.id].finished}
    upcoming = next((e.id for e in path if e.id not in done), "")
    st.markdown(f"#### 우리 과정 · {session.plain(here.title)}", anchors=False)
    st.progress(
        len(done) / len(path),
        text=f"실습 {len(path)}개 가운데 {len(done)}개를 모두 통과했습니다."
        + ("" if upcoming else " 모두 마치셨습니다. 아래에서 더 골라 보세요."),
    )
    for number, one in enumerate(path, 1):
        card(one, progress.get(one.id), next_up=one.id == upcoming, number=number)
    st.markdown("#### 모든 실습", anchors=False)
    return True
