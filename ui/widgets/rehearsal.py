"""The rehearsal on screen: what to rehearse, how far it is, what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sandbox.class_records import InstructorKey
from sandbox.records import SandboxError
from sandbox.rehearsal import Plan, Verdict, usual_path, walkable
from ui import session
from ui.session import plain
from ui.widgets import budget
from ui.widgets.clock import korean_time

COLOURS: Mapping[str, str] = {Verdict.HOLDS: "green", Verdict.TIGHT: "orange", Verdict.FAILS: "red"}


def begin(key: InstructorKey) -> None:
    """Let the lecturer choose what is rehearsed, and start it."""
    room = session.services()
    endpoints = {e.id: e for e in room.endpoints()}
    if not endpoints:
        st.warning("답해 줄 AI가 아직 없습니다. 「연결」에서 먼저 연결해 주세요.", icon=":material/cable:")
        return
    classes = {c.code: c for c in room.lecture.classes.listed(key)}
    a, b, c = st.columns([4, 5, 2], vertical_alignment="bottom")
    code = a.selectbox(
        "어느 과정의 실습으로", ["", *classes],
        format_func=lambda i: classes[i].title if i else "과목마다 첫 실습 (맛보기)", key="rh_class",
    )  # fmt: skip
    wanted = b.selectbox(
        "답할 AI", list(endpoints), format_func=lambda i: endpoints[i].name, key=f"rh_endpoint-{code}",
        index=_index(list(endpoints), classes[code].endpoint_id if code else ""),
    )  # fmt: skip
    seats = c.number_input(
        "함께 누를 사람", 1, 300, classes[code].seats if code else 40, key=f"rh_seats-{code}"
    )
    path = walkable(room.library, classes[code].path) if code else usual_path(room.library)
    record = st.toggle(
        "답변 녹화 — 받은 답 가운데 점검을 가장 많이 통과한 것을 ‘녹화된 답변’으로 남깁니다.", key="rh_record"
    )
    presses = seats * len(path)
    st.caption(
        f"실습 {len(path)}개 × {seats}명 = **{presses:,}번** 실제로 실행합니다. AI를 정말로 쓰므로 비용이 들 수 있고, "
        "다른 사람이 실습하고 있을 때는 느려지니 수업 전에 해 주세요. 비용은 「예산」에 ‘리허설’로 적힙니다."
    )
    if not path:
        st.info("이 과정에는 리허설할 수 있는 실습이 없습니다.", icon=":material/info:")
    plan = Plan(seats, path, endpoints[wanted or next(iter(endpoints))], record=record)
    if st.button("리허설 시작", type="primary", icon=":material/play_arrow:", disabled=not path):
        budget.do(lambda: room.after.rehearsals.start(key, plan), "리허설을 시작했습니다.")


@st.fragment(run_every=2)
def progress(key: InstructorKey) -> None:
    """Show how far the rehearsal is; draw the page anew when it has ended."""
    rehearsals = session.services().after.rehearsals
    try:
        stage = rehearsals.stage(key)
    except SandboxError as error:
        session.say(error)
        return
    if not stage.running:
        st.rerun()
    errors = f" · 오류 {stage.errors}번" if stage.errors else ""
    st.progress(
        stage.done / max(1, stage.total), text=f"{stage.title} — {stage.done}/{stage.total}번{errors}"
    )
    if stage.stopping:
        st.caption("멈추는 중입니다…")
    elif st.button(
        "멈추기", icon=":material/stop:", help="잰 것은 남습니다. 같은 조건으로 다시 시작하면 이어서 합니다."
    ):
        rehearsals.cancel(key)
        st.rerun(scope="fragment")


def ended(key: InstructorKey) -> None:
    """Say how the last one of this server ended where it left no report of its own."""
    stage = session.services().after.rehearsals.stage(key)
    if stage.problem is not None:
        session.say(stage.problem)
    elif stage.report is not None and not stage.report.finished:
        st.info(
            f"{stage.done}/{stage.total}번까지 하고 멈췄습니다. 같은 조건으로 다시 시작하면 이어서 합니다.",
            icon=":material/pause_circle:",
        )


def reports(key: InstructorKey) -> None:
    """Show what rehearsals found, the newest open."""
    found = session.services().after.rehearsals.reports(key)
    st.markdown("#### 지난 리허설")
    if not found:
        st.caption("아직 리허설을 한 적이 없습니다.")
    for at, (_, when, report) in enumerate(found):
        name = f"{korean_time(when)} · {report['endpoint']} · {report['seats']}명 — {report['verdict']}"
        with st.expander(plain(name), expanded=at == 0):
            _report(report)


def _report(report: Mapping[str, Any]) -> None:
    st.markdown(f"### :{COLOURS.get(report['verdict'], 'gray')}[{report['verdict']}]", anchors=False)
    st.markdown(plain(report["why"]))
    if report["changes"]:
        st.markdown("**무엇을 바꾸면 될까요?**\n\n" + "\n".join(f"- {plain(c)}" for c in report["changes"]))
    won = report["class_won"]
    figures = (
        ("첫 글자까지 (늦은 쪽 95%)", f"{report['first_p95']:.0f}초"),
        ("그 가운데 줄에서", f"{report['queue_p95']:.0f}초"),
        ("답 전체 (늦은 쪽 95%)", f"{report['whole_p95']:.0f}초"),
        ("오류", f"{report['errors']}/{report['presses']}번"),
        ("수업 한 번의 비용", "값 모름" if won is None else f"약 {won:,.0f}원"),
    )
    for column, (name, value) in zip(st.columns(5), figures, strict=True):
        column.metric(name, value)
    st.dataframe(
        [
            {
                "실습": e["title"],
                "첫 글자 (가운데)": f"{e['first_p50']:.1f}초",
                "첫 글자 (늦은 쪽)": f"{e['first_p95']:.1f}초",
                "답 전체 (늦은 쪽)": f"{e['whole_p95']:.1f}초",
                "오류": e["errors"],
                "점검 통과": f"{e['passed_share']:.0%}",
                "수업에서 걸릴 시간": f"약 {e['minutes']:.0f}분",
            }
            for e in report["exercises"]
        ],
        hide_index=True,
        width="stretch",
    )
    st.caption(
        f"모델 {plain(report['model'])} · 한 사람이 실습마다 2~3번 실행한다고 보면 수업 한 번에 약 {report['class_tokens']:,}토큰입니다. "
        "‘수업에서 걸릴 시간’은 교재에 적힌 시간에 두 번 실행하며 기다리는 시간을 더한 것입니다."
    )


def _index(ids: list[str], wanted: str) -> int:
    return ids.index(wanted) if wanted in ids else 0
