"""거짓 찾기: sentences of which some are planted wrong; marked by eye, scored with the source line. No model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

import streamlit as st

from sandbox.records import Exercise, Statement
from ui.widgets import frame
from ui.widgets.form import place_key
from ui.widgets.labs import rounds


class Outcome(StrEnum):
    """What marking, or not marking, a sentence came to; the value is its CSS class."""

    HIT = "hit"
    MISS = "miss"
    ALARM = "alarm"
    RIGHT = "right"


SAID = {
    Outcome.HIT: "✔ 틀린 문장을 찾았습니다",
    Outcome.MISS: "✘ 틀린 문장인데 놓쳤습니다",
    Outcome.ALARM: "! 맞는 문장을 잘못 짚었습니다",
    Outcome.RIGHT: "맞는 문장입니다",
}


@dataclass(frozen=True, slots=True)
class Score:
    """How a marking went, sentence by sentence."""

    outcomes: tuple[Outcome, ...]

    def count(self, outcome: Outcome) -> int:
        return self.outcomes.count(outcome)

    @property
    def planted(self) -> int:
        return self.count(Outcome.HIT) + self.count(Outcome.MISS)

    @property
    def good(self) -> int:
        """Return how many sentences were judged rightly."""
        return self.count(Outcome.HIT) + self.count(Outcome.RIGHT)


def grade(statements: Sequence[Statement], marked: frozenset[int]) -> Score:
    """Compare the marked sentences (by place, from 0) with the planted ones."""
    table = {
        (True, True): Outcome.HIT,
        (True, False): Outcome.MISS,
        (False, True): Outcome.ALARM,
        (False, False): Outcome.RIGHT,
    }
    return Score(tuple(table[s.wrong, n in marked] for n, s in enumerate(statements)))


def spot_lab(exercise: Exercise) -> None:
    """Draw the sentences to mark, or how the marking went."""
    st.markdown("##### 실험: 거짓 찾기", anchors=False)
    kept = rounds.remembered(exercise)
    marked = _from_text(kept.get("marked", ""))
    if kept.get("graded"):
        _result(exercise, grade(exercise.spot, marked))
        return
    st.caption(
        f"문장 {len(exercise.spot)}개 가운데 **틀린 것 같은 문장**에 모두 표시하고 「채점」을 누르세요. "
        "근거는 「자료」 탭에 있습니다. AI를 쓰지 않고 눈으로 찾습니다."
    )
    now: set[int] = set()
    for n, statement in enumerate(exercise.spot):
        key = f"spot-{place_key(exercise.id)}-{n}"
        if key not in st.session_state:
            st.session_state[key] = n in marked
        if st.checkbox(f"{n + 1}\\. {frame.plain(statement.text)}", key=key):
            now.add(n)
    if now != marked:
        rounds.remember(exercise, marked=_as_text(now))
    left, right = st.columns([7, 5], vertical_alignment="center")
    left.caption(
        f"틀린 것 같아요: {len(now)}개 표시함" if now else "틀린 것 같은 문장을 하나 이상 표시해 주세요."
    )
    right.button(
        "채점",
        key=f"grade-{place_key(exercise.id)}",
        icon=":material/grading:",
        width="stretch",
        disabled=not now,
        on_click=rounds.remember,
        args=(exercise,),
        kwargs={"marked": _as_text(now), "graded": "예"},
    )


def _as_text(marked: set[int]) -> str:
    """Write places with a letter before each: a row of bare digits would look like a number to the guard."""
    return " ".join(f"s{n}" for n in sorted(marked))


def _from_text(text: str) -> frozenset[int]:
    return frozenset(int(word[1:]) for word in text.split() if word[1:].isdecimal())


def _result(exercise: Exercise, score: Score) -> None:
    hits, misses, alarms = (score.count(o) for o in (Outcome.HIT, Outcome.MISS, Outcome.ALARM))
    st.html(
        f'<div class="score" role="status">틀린 문장 {score.planted}개 가운데 {hits}개를 찾았습니다 · 놓침 {misses} · '
        f"잘못 짚음 {alarms}</div>"
    )
    st.caption(f"문장 {len(score.outcomes)}개 가운데 {score.good}개를 바르게 가리셨습니다.")
    order = (Outcome.MISS, Outcome.ALARM, Outcome.HIT, Outcome.RIGHT)
    rows = sorted(
        enumerate(zip(exercise.spot, score.outcomes, strict=True)), key=lambda r: order.index(r[1][1])
    )
    st.html("".join(_item(n, statement, outcome) for n, (statement, outcome) in rows))
    st.button(
        "다시 풀기",
        key=f"again-{place_key(exercise.id)}",
        icon=":material/restart_alt:",
        on_click=_start_over,
        args=(exercise,),
    )


def _item(n: int, statement: Statement, outcome: Outcome) -> str:
    parts = [f'<span class="said">{SAID[outcome]}</span> — {n + 1}. {escape(statement.text)}']
    if statement.reason and outcome is not Outcome.RIGHT:
        parts.append(f"<div>{escape(statement.reason)}</div>")
    if statement.source_line:
        parts.append(f'<span class="source">자료 ▸ {escape(statement.source_line)}</span>')
    elif statement.wrong:
        parts.append('<span class="source">자료에 이 내용을 뒷받침하는 줄이 없습니다.</span>')
    return f'<div class="spot-item {outcome.value}">{"".join(parts)}</div>'


def _start_over(exercise: Exercise) -> None:
    for n in range(len(exercise.spot)):
        st.session_state[f"spot-{place_key(exercise.id)}-{n}"] = False
    rounds.remember(exercise, marked="", graded="")
