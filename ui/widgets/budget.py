"""What is left to ask, told in plain words, and the lecturer's one press to raise it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sandbox.class_records import InstructorKey, LimitScope
from sandbox.classroom.budgets import Standing, in_words, raised
from sandbox.records import Endpoint, Person, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk

FEW_RUNS = 5
WHOSE = {
    LimitScope.PERSON: "오늘 내 몫",
    LimitScope.CLASS: "우리 수업이 함께 쓰는 예산",
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
        who = "담당자" if left.scope in (LimitScope.DAY, LimitScope.ENDPOINT) else "강사"
        return f":red[:material/battery_alert: {whose}을 다 썼어요. 늘리려면 {who}에게 말씀해 주세요.]"
    together = "" if left.scope is LimitScope.PERSON else "모두 합쳐 "
    told = f":material/battery_horiz_050: {together}약 {left.runs:,}번 더 물어볼 수 있어요 ({whose})"
    return f":orange[{told}]" if left.runs <= FEW_RUNS else told


def raise_button(key: InstructorKey, code: str) -> None:
    """Show how a class stands to its budget, and raise it in one press; nothing where it has none."""
    budgets = session.services().after.budgets
    standing = budgets.of_class(key, code)
    if standing is None:
        return
    with st.container(border=True):
        st.markdown("**수업 예산**")
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
