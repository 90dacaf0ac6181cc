"""Budgets on screen: what was used and what it cost, as table, chart and workbook; limits and who raises them."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from sandbox.class_records import InstructorKey, Limit, LimitScope
from sandbox.classroom.budgets import ALL, today_in_korea
from sandbox.documents import WRITERS
from sandbox.records import SandboxError
from sandbox.reports.usage import By, Sum
from ui import session
from ui.session import plain
from ui.widgets import budget

SPANS = ("이번 달", "지난달부터", "올해", "전체")


def usage(key: InstructorKey) -> None:
    """Show what was used, the way the lecturer asks for it."""
    report = session.services().after.usage
    left, right = st.columns([6, 5], vertical_alignment="bottom")
    by = left.segmented_control("나누어 보기", list(By), default=By.CLASS, required=True, key="usage_by")
    span = right.segmented_control("기간", SPANS, default=SPANS[0], required=True, key="usage_span")
    since = _since(span or SPANS[0])
    sums = report.sums(key, By(by or By.CLASS), since=since)
    if not sums:
        st.info("이 기간에 AI를 쓴 기록이 없습니다.", icon=":material/receipt_long:")
        return
    whole_won = sum(s.spent.won for s in sums)
    known = all(s.price_known for s in sums)
    figures = (
        ("실행", f"{sum(s.spent.runs for s in sums):,}번"),
        ("토큰", f"{sum(s.spent.tokens for s in sums):,}"),
        ("비용", f"{whole_won:,.0f}원" if known else f"{whole_won:,.0f}원 + 값 모름"),
    )
    for column, (name, value) in zip(st.columns(3), figures, strict=True):
        column.metric(name, value)
    table, chart = st.columns([6, 5], gap="large")
    with table:
        st.dataframe(
            [_row(s, by or By.CLASS) for s in sums],
            column_config={
                name: st.column_config.NumberColumn(format="localized")
                for name in ("실행", "읽은 토큰", "쓴 토큰")
            },
            hide_index=True,
            width="stretch",
        )
    with chart:
        st.caption(f"{by}별 토큰 (많은 순서로 12개까지)" if by != By.MONTH else "달마다 쓴 토큰")
        shown = sums if by == By.MONTH else sums[:12]
        st.bar_chart(
            [{str(by): s.name, "토큰": s.spent.tokens} for s in shown],
            x=str(by), y="토큰", horizontal=by != By.MONTH, sort=False, height=max(160, 46 * len(shown)),
        )  # fmt: skip
    if not known:
        st.caption(
            "‘값 모름’은 설정(sandbox.toml)에 단가(price_in_won, price_out_won)를 적지 않은 연결입니다. 비용을 어림하지 않습니다."
        )
    st.download_button(
        "모두 내려받기 (.xlsx)",
        data=partial(_workbook, key, since),
        file_name="사용량과 비용.xlsx",
        mime=WRITERS["xlsx"].mime,
        icon=":material/table_view:",
        on_click="ignore",
    )


def classes(key: InstructorKey) -> None:
    """Show the budget of every class in use, to be raised in one press."""
    room = session.services()
    found = room.lecture.classes.listed(key)
    limited = [c for c in found if room.after.budgets.of_class(key, c.code) is not None]
    st.caption(
        "과정의 예산은 「수업 진행」의 ‘과정 설정’에서 정합니다. 다 쓰면 수강생에게 ‘강사가 늘릴 수 있다’고 알려 줍니다."
    )
    for one in limited:
        st.markdown(f"**{plain(one.title)}** · {one.code}")
        budget.raise_button(key, one.code)
    if not limited:
        st.info(
            "예산을 정해 둔 과정이 없습니다. 지금은 한도 없이 쓸 수 있습니다.",
            icon=":material/all_inclusive:",
        )
    _person(key)


def _person(key: InstructorKey) -> None:
    """Let one person ask more today."""
    room = session.services()
    found = [c for c in room.lecture.classes.listed(key) if c.closed_at is None]
    if not found:
        return
    st.markdown("#### 한 사람에게 더 주기")
    st.caption(
        "오늘 하루만 늘어나고 내일은 과정에서 정한 만큼으로 돌아갑니다. 담당자가 정한 한도는 넘지 못합니다."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox(
            "과정", [c.code for c in found], format_func=lambda i: next(c.title for c in found if c.code == i)
        )
        people = {p.id: p for p in room.lecture.classes.people(key, code)} if code else {}
        who = st.selectbox(
            "사람",
            list(people),
            format_func=lambda i: f"{people[i].name}" + (f" · {people[i].seat}번" if people[i].seat else ""),
            placeholder="아직 들어온 사람이 없습니다",
        )
        pressed = st.button("오늘 몫 절반만큼 더 주기", icon=":material/add_card:", disabled=not who)
    if pressed and who:
        budget.do(
            lambda: room.after.budgets.raise_person(key, who),
            f"{people[who].name} 님의 오늘 몫을 늘렸습니다. 바로 다시 실행할 수 있습니다.",
        )


def city(key: InstructorKey) -> None:
    """Show the limits of day, person and endpoint; the officer alone may change them."""
    room = session.services()
    officer = room.lecture.instructors.current(key).is_officer
    standings = {(s.limit.scope, s.limit.key): s for s in room.after.budgets.of_room(key)}
    if not officer:
        st.caption("이 한도는 담당자만 바꿀 수 있습니다.")
    names = [
        (LimitScope.PERSON, ALL, "한 사람이 하루에 (과정에서 더 적게 정할 수는 있습니다)"),
        (LimitScope.DAY, ALL, "실습실 전체가 하루에"),
    ]
    names += [(LimitScope.ENDPOINT, e.id, f"「{e.name}」 연결을 한 달에") for e in room.endpoints()]
    for scope, name, told in names:
        with st.container(border=True):
            st.markdown(f"**{plain(told)}**")
            standing = standings.get((scope, name))
            if standing is not None and scope is not LimitScope.PERSON:
                budget.meter(standing)
            limit = standing.limit if standing else Limit(scope, name)
            with st.form(f"limit-{scope}-{name}", border=False):
                a, b, c = st.columns([4, 4, 3], vertical_alignment="bottom")
                key_of = f"limit-{scope}-{name}"
                tokens = budget.tokens_input(
                    a, "토큰", limit.tokens, f"{key_of}-tokens", disabled=not officer
                )
                won = budget.won_input(b, "원", limit.won, f"{key_of}-won", disabled=not officer)
                if c.form_submit_button("저장", disabled=not officer, width="stretch"):
                    _save(key, Limit(scope, name, tokens, won))


def _save(key: InstructorKey, limit: Limit) -> None:
    try:
        session.services().after.budgets.set_limit(key, limit)
    except SandboxError as error:
        session.say(error)
        return
    budget.do(lambda: None, "한도를 저장했습니다.")


def _row(one: Sum, by: str) -> dict[str, object]:
    return {
        str(by): one.name,
        "실행": one.spent.runs,
        "읽은 토큰": one.spent.prompt_tokens,
        "쓴 토큰": one.spent.answer_tokens,
        "비용": one.won,
    }


def _workbook(key: InstructorKey, since: date | None) -> bytes:
    return session.services().after.usage.workbook(key, since=since).data


def _since(span: str) -> date | None:
    today = today_in_korea()
    if span == SPANS[0]:
        return today.replace(day=1)
    if span == SPANS[1]:
        return today.replace(day=1, month=today.month - 1) if today.month > 1 else date(today.year - 1, 12, 1)
    return date(today.year, 1, 1) if span == SPANS[2] else None
