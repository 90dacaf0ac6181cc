"""Budgets on screen: the class's own figures, what is left to ask in plain words, and one press to raise it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sandbox.class_records import ClassRules, InstructorKey, Limit, LimitScope, Spent
from sandbox.classroom.standings import THE_OFFICERS, Cost, Standing, in_words, raised
from sandbox.records import Endpoint, Person, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk

FEW_RUNS = 5
WHOSE = {
    LimitScope.MEMBER: "오늘 내 몫",
    LimitScope.PERSON: "오늘 내 몫",
    LimitScope.CLASS: "우리 과정이 함께 쓰는 예산",
    LimitScope.DAY: "오늘 실습실 전체가 함께 쓰는 몫",
    LimitScope.ENDPOINT: "이 연결을 모두가 함께 쓰는 이번 달 예산",
}


def line(person: Person, endpoint: Endpoint) -> str:
    """Return about how often they may still ask, as Markdown; '' where nothing limits it."""
    left = session.services().after.budgets.left(person, endpoint)
    if left is None:
        return ""
    whose = WHOSE[left.scope]
    if left.runs <= 0:
        who = "담당자" if left.scope in THE_OFFICERS else "강사"
        return f":red[:material/battery_alert: {whose}을 다 썼어요. 늘리려면 {who}에게 말씀해 주세요.]"
    together = "" if left.scope in (LimitScope.PERSON, LimitScope.MEMBER) else "모두 합쳐 "
    told = f":material/battery_horiz_050: {together}약 {left.runs:,}번 더 물어볼 수 있어요 ({whose})"
    return f":orange[{told}]" if left.runs <= FEW_RUNS else told


def fields(key: InstructorKey, name: str, rules: ClassRules, code: str = "") -> ClassRules:
    """Let the lecturer set how much the class and each of it may use; empty is no limit."""
    st.markdown("**예산** (비워 두면 한도가 없습니다)")
    a, b, c, d = st.columns(4)
    changed = replace(
        rules,
        class_tokens=tokens_input(a, "과정 전체 토큰", rules.class_tokens, f"class_{name}_class_tokens"),
        class_won=won_input(b, "과정 전체 비용(원)", rules.class_won, f"class_{name}_class_won"),
        person_tokens=tokens_input(
            c, "한 사람이 하루에 토큰", rules.person_tokens, f"class_{name}_person_tokens"
        ),
        person_won=won_input(d, "한 사람이 하루에 비용(원)", rules.person_won, f"class_{name}_person_won"),
    )
    budgets = session.services().after.budgets
    standing = budgets.of_class(key, code) if code else None
    if standing is not None:
        meter(standing)
    usual = budgets.usual_run(key)
    st.caption(
        f"토큰은 AI가 읽고 쓰는 글의 양입니다. 답 한 번에 보통 약 {usual.tokens:,.0f}토큰을 씁니다. "
        + _in_answers(changed, usual)
        + "원은 값을 아는 연결에만 듣습니다. 담당자가 정한 한도가 더 적으면 그 한도에서 멈춥니다."
    )
    return changed


def tokens_input(
    where: DeltaGenerator, label: str, value: int | None, key: str, *, disabled: bool = False
) -> int | None:
    """Ask for tokens; empty is no limit. Streamlit lets only a field that began empty be emptied again."""
    st.session_state.setdefault(key, value)
    typed = where.number_input(
        label, 0, None, None, step=10_000, placeholder="한도 없음", key=key, disabled=disabled
    )
    return None if typed is None else int(typed)


def won_input(
    where: DeltaGenerator, label: str, value: float | None, key: str, *, disabled: bool = False
) -> float | None:
    """Ask for won, likewise."""
    st.session_state.setdefault(key, value)
    typed = where.number_input(
        label,
        0.0,
        None,
        None,
        step=1_000.0,
        format="%.0f",
        placeholder="한도 없음",
        key=key,
        disabled=disabled,
    )
    return None if typed is None else float(typed)


def _in_answers(rules: ClassRules, usual: Cost) -> str:
    """Tell token and won limits in answers, by what a run has taken so far."""
    told = []
    for whose, tokens, won in (
        ("과정 전체", rules.class_tokens, rules.class_won),
        ("한 사람이 하루에", rules.person_tokens, rules.person_won),
    ):
        limit = Standing(Limit(LimitScope.CLASS, "", tokens, won), Spent(), Cost(0, 0))
        runs = limit.runs_left(usual)
        if runs is not None:
            told.append(f"{whose} 약 {runs:,}번")
    return f"지금 적은 수로는 **{', '.join(told)}** 물어볼 수 있습니다. " if told else ""


def raise_button(key: InstructorKey, code: str) -> None:
    """Show how a class stands to its budget, and raise it in one press; nothing where it has none."""
    budgets = session.services().after.budgets
    standing = budgets.of_class(key, code)
    if standing is None:
        return
    with st.container(border=True):
        st.markdown("**과정 예산**")
        meter(standing)
        if st.button(
            f"절반만큼 더 주기 → {in_words(raised(standing))}",
            key=f"raise-{code}",
            icon=":material/add_card:",
            width="stretch",
        ):
            do(lambda: budgets.raise_class(key, code), "예산을 늘렸습니다. 바로 다시 실행할 수 있습니다.")


def meter(standing: Standing) -> None:
    """Draw how much of a limit is used."""
    spent, limit = standing.spent, standing.limit
    used = [f"{spent.tokens:,}토큰"] if limit.tokens is not None else []
    used += [f"{spent.won:,.0f}원"] if limit.won is not None else []
    st.progress(
        min(1.0, standing.share), text=f"{' · '.join(used)} 씀 / {in_words(limit)} ({standing.share:.0%})"
    )


def do(act: Callable[[], object], said: str) -> None:
    """Do what a button asks for, and say so after the next drawing."""
    try:
        act()
    except SandboxError as error:
        session.say(error)
        return
    desk.done(plain(said))
    st.rerun()
