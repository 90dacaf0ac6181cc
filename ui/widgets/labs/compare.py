"""A/B 실험: two prompts, one model, answers in a hidden order; the vote comes before the names."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from html import escape

import streamlit as st

from sandbox.records import Exercise, Run, RunState
from ui import session
from ui.widgets import answer, markup, seat_controls
from ui.widgets.labs import rounds

NAMES = ("A", "B")
SAME = "same"
WAITING = "차례를 기다립니다. 답 1이 끝나면 바로 시작합니다."


def compare_lab(exercise: Exercise) -> None:
    """Draw both prompts, the button, the nameless answers, the vote and then the names."""
    st.markdown("##### 실험: 눈가림 A/B 비교", anchors=False)
    st.caption(
        "두 프롬프트를 같은 AI에게 보냅니다. 답은 순서를 섞어 이름 없이 보여 드립니다. "
        "먼저 고르고, 그다음에 어느 프롬프트의 답인지 확인합니다."
    )
    labels = [
        f"프롬프트 {name} — {begun.title}" for name, begun in zip(NAMES, exercise.lab_texts, strict=True)
    ]
    texts = rounds.text_boxes(exercise, labels)
    sides = [rounds.Side(name, text) for name, text in zip(NAMES, texts, strict=True)]
    rounds.send_button(exercise, _shuffled(exercise, sides), "A와 B를 섞어서 보내기")
    runs = rounds.latest_round(exercise, NAMES)
    if runs is not None:
        _show(exercise, runs)


def _shuffled(exercise: Exercise, sides: list[rounds.Side]) -> list[rounds.Side]:
    """Put the sides into an order nobody knows; it stays for this round, whatever is redrawn."""
    key = f"order:{exercise.id}:{rounds.remembered(exercise).get('round', '0')}"
    if key not in st.session_state:
        st.session_state[key] = bool(secrets.randbelow(2))
    return sides[::-1] if st.session_state[key] else sides


def _show(exercise: Exercise, runs: Mapping[str, Run | None]) -> None:
    kept = rounds.remembered(exercise)
    vote = kept.get(f"vote{kept['round']}", "")
    first, second = runs.values()
    for column, number, (name, run) in zip(st.columns(2), (1, 2), runs.items(), strict=True):
        with column:
            st.markdown(f"**답 {number}**" + (f" — 프롬프트 {name}" if vote else ""))
            _side(run, first=number == 1 or first is None or first.state.ended)
    if first is None or second is None or not (first.state.ended and second.state.ended):
        return
    if first.state is not RunState.DONE or second.state is not RunState.DONE:
        st.warning("두 답이 모두 끝까지 와야 견줄 수 있습니다. 다시 보내 주세요.")
    elif not vote:
        _ask_for_vote(exercise, list(runs), kept["round"])
    else:
        _reveal(exercise, runs, kept)


def _side(run: Run | None, *, first: bool) -> None:
    """Show an answer without what would give it away: no token counts, no seconds."""
    if run is None:
        st.warning("이 답은 보내지 못했습니다. 다시 보내 주세요.")
    elif not run.state.ended and not first:
        rounds.waiting_box(WAITING)
    elif not run.state.ended:
        answer.live(run)
    elif run.state is RunState.DONE:
        st.html(markup.answer(run.answer))
    else:
        answer.finished(run, key=f"lab-{run.id}")


def _ask_for_vote(exercise: Exercise, order: list[str], number: str) -> None:
    st.markdown("**어느 답을 그대로 쓰고 싶으신가요?** 고르면 이름이 열립니다.")
    votes = {"답 1이 더 좋습니다": order[0], "답 2가 더 좋습니다": order[1], "비슷합니다": SAME}
    for column, (label, choice) in zip(st.columns(3), votes.items(), strict=True):
        column.button(
            label,
            key=f"vote-{exercise.id}-{choice}-{number}",
            width="stretch",
            on_click=_vote,
            args=(exercise, number, choice),
        )


def _vote(exercise: Exercise, number: str, choice: str) -> None:
    rounds.remember(exercise, **{f"vote{number}": choice})
    seat_controls.vote(exercise.id, choice)


def _reveal(exercise: Exercise, runs: Mapping[str, Run | None], kept: Mapping[str, str]) -> None:
    vote = kept[f"vote{kept['round']}"]
    told = "두 답이 비슷하다고 하셨습니다." if vote == SAME else f"프롬프트 **{vote}**의 답을 고르셨습니다."
    names = ", ".join(f"답 {n}은 프롬프트 {name}" for n, name in enumerate(runs, 1))
    st.success(f"{told} {names}의 답이었습니다.", icon=":material/visibility:")
    st.html(_checks_table(exercise, runs))
    counted = Counter(value for key, value in kept.items() if key.startswith("vote"))
    st.caption(
        f"지금까지 {counted.total()}번 가운데 A {counted['A']}번, B {counted['B']}번, "
        f"비슷함 {counted[SAME]}번을 고르셨습니다. 한 번으로는 알 수 없으니 두세 번 보내 보세요."
    )


def _checks_table(exercise: Exercise, runs: Mapping[str, Run | None]) -> str:
    """Lay the exercise's checks of both answers side by side, as they say it of any try."""
    practice = session.services().practice
    judged = {name: practice.check(exercise, run) for name, run in sorted(runs.items()) if run is not None}
    head = "".join(f"<th>프롬프트 {escape(name)}</th>" for name in judged)
    rows = "".join(
        f"<tr><td>{escape(spec.title)}</td>"
        + "".join(f"<td>{markup.ICON[v[n].state]} {v[n].state.value}</td>" for v in judged.values())
        + "</tr>"
        for n, spec in enumerate(exercise.checks)
    )
    return (
        f'<table class="lab-table"><thead><tr><th>이 실습의 점검</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
