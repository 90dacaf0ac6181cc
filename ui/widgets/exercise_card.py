"""One exercise in the list of a module: what it is for, how far one is, and the way in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sandbox.records import Exercise, Level, Progress
from ui.widgets import frame


def tags(names: Sequence[str]) -> str:
    """Write tags as they are searched for."""
    return " ".join(f"#{name}" for name in names)


def fits(exercise: Exercise, wanted: str) -> bool:
    """Tell whether every word that was searched for stands in the title, the goal or the tags."""
    text = f"{exercise.title} {exercise.goal} {tags(exercise.tags)}".casefold()
    return all(word in text for word in wanted.casefold().split())


def card(exercise: Exercise, progress: Progress | None, *, next_up: bool, number: int = 0) -> None:
    """Draw a card; only the next one to do has the strong button, so that it is easy to find.

    ``number``: its place in the class's own course.
    """
    with st.container(border=True):
        left, middle, right = st.columns([8, 3, 2], vertical_alignment="center")
        colour = "blue" if exercise.level is Level.BASIC else "violet"
        left.markdown(
            (f"{number}\\. " if number else "")
            + f"**{frame.plain(exercise.title)}** :{colour}-badge[{exercise.level.value}] :gray-badge[약 {exercise.minutes}분]"
            + f"  \n:gray[{frame.plain(exercise.goal)}]"
            + (f" :gray[{frame.plain(tags(exercise.tags))}]" if exercise.tags else "")
        )
        middle.markdown(_status(progress, next_up=next_up))
        if right.button(
            "계속" if progress and progress.tries else "시작",
            key=f"open-{exercise.id}" if not number else f"own-{exercise.id}",
            type="primary" if next_up else "secondary",
            width="stretch",
        ):
            st.switch_page("screens/exercise.py", query_params={"id": exercise.id})


def _status(progress: Progress | None, *, next_up: bool) -> str:
    if progress is None or not progress.tries:
        return ":blue[:material/arrow_forward: 다음에 할 실습]" if next_up else ":gray[아직 안 함]"
    if progress.finished:
        return f":green[:material/check_circle: 모두 통과] · {progress.tries}번 시도"
    return f":orange[통과 {progress.passed}/{progress.total}] · {progress.tries}번 시도"
