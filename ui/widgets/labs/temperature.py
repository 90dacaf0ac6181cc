"""온도 실험: the same prompt sent twice, once steady and once free, and what differs."""

from __future__ import annotations

import difflib
import re
from html import escape

import streamlit as st

from sandbox.records import Exercise, Run, RunState
from ui import session
from ui.widgets import answer
from ui.widgets.labs import rounds

COLD, HOT = 0.0, 1.2
NAMES = {"cold": f"온도 {COLD:g} (늘 비슷하게)", "hot": f"온도 {HOT:g} (자유롭게)"}
WAITING = "차례를 기다립니다. 한 사람이 한 번에 하나씩 받으므로, 왼쪽 답이 끝나면 바로 시작합니다."


def temperature_lab(exercise: Exercise) -> None:
    """Draw the prompt, the button and the two answers."""
    st.markdown("##### 실험: 온도에 따라 달라지는 답", anchors=False)
    st.caption(
        "같은 프롬프트를 두 번 보냅니다. 왼쪽은 온도 0, 오른쪽은 온도 1.2입니다. "
        "온도는 AI가 다음 말을 고를 때 얼마나 모험을 할지 정하는 값입니다."
    )
    text = rounds.text_boxes(exercise, [exercise.lab_texts[0].title])[0]
    sides = (rounds.Side("cold", text, COLD), rounds.Side("hot", text, HOT))
    rounds.send_button(exercise, sides, "같은 프롬프트를 두 번 보내기")
    _says_if_fixed()
    runs = rounds.latest_round(exercise, tuple(NAMES))
    if runs is not None:
        _show(exercise, runs["cold"], runs["hot"])


def _says_if_fixed() -> None:
    endpoint = session.endpoint()
    if endpoint and session.services().turns.clients.quirks(endpoint.id).get("temperature") is False:
        st.caption(
            ":orange[이 AI는 온도를 받지 않습니다. 두 답이 다르더라도 온도 때문인지 확인할 수 없습니다.]"
        )


def _show(exercise: Exercise, cold: Run | None, hot: Run | None) -> None:
    both = cold is not None and hot is not None and cold.state.ended and hot.state.ended
    marked = both and st.toggle("다른 곳 표시", value=True, key=f"differ-{exercise.id}")
    marks = differences(cold.answer, hot.answer) if both and marked and cold and hot else ("", "")
    left, right = st.columns(2)
    with left:
        _side("cold", cold, marks[0], first=True)
    with right:
        _side("hot", hot, marks[1], first=cold is None or cold.state.ended)
    if both and cold and hot and cold.answer.strip() and hot.answer.strip():
        st.caption(_how_alike(cold.answer, hot.answer))


def _side(name: str, run: Run | None, marks: str, *, first: bool) -> None:
    st.markdown(f"**{NAMES[name]}**")
    if run is None:
        st.warning("이 답은 보내지 못했습니다. 다시 보내 주세요.")
    elif not run.state.ended and not first:
        rounds.waiting_box(WAITING)
    elif not run.state.ended:
        answer.live(run)
    elif marks and run.state is RunState.DONE:
        st.html(f'<div class="room-answer room-raw">{marks}</div>')
    else:
        answer.finished(run, key=f"lab-{run.id}")


# --------------------------------------------------------------------------- what differs


def differences(one: str, other: str) -> tuple[str, str]:
    """Return both texts as escaped HTML, the words that the other does not have at that place marked."""
    a, b = _words(one), _words(other)
    left: list[str] = []
    right: list[str] = []
    for kind, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        left.append(_marked("".join(a[a1:a2]), kind != "equal"))
        right.append(_marked("".join(b[b1:b2]), kind != "equal"))
    return "".join(left), "".join(right)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)


def _marked(text: str, differs: bool) -> str:
    return f'<mark class="differ">{escape(text)}</mark>' if differs and text.strip() else escape(text)


def _how_alike(one: str, other: str) -> str:
    a, b = one.split(), other.split()
    if a == b:
        return "두 답의 낱말이 모두 같습니다. 한 번 더 보내면 달라질 수도 있습니다."
    share = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    return f"두 답에서 같은 자리에 같은 낱말이 온 비율: 약 {share:.0%}. 표시된 곳이 서로 다른 말입니다."
