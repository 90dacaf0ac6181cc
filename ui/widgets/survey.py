"""The survey on screen: the trainee's form, the lecturer's questions, results that refresh themselves."""

from __future__ import annotations

from html import escape

import streamlit as st

from sandbox.class_records import Class, InstructorKey, Question, QuestionKind, Survey
from sandbox.classroom.surveys import (
    LEAST_ANSWERS,
    MOST_QUESTIONS,
    SCALE,
    Results,
    ScaleResult,
    TextResult,
    new_question,
)
from sandbox.records import SandboxError
from ui import session
from ui.widgets import budget
from ui.widgets.part import part

PRINT = """<style>@media print {
  header, [data-testid="stHeader"], [data-testid="stToolbar"], .st-key-survey_screen, .st-key-after_head
    {display: none !important}
  .survey-print {zoom: .82} .survey-print table {page-break-inside: avoid}
  @page {size: A4; margin: 14mm}
}</style>"""


# ----------------------------------------------------------------------------- for trainees


def form(survey: Survey) -> None:
    """Ask; what is handed in carries no name."""
    st.info(
        "이름 없이 모읍니다. 누가 무엇을 답했는지는 강사도 담당자도 알 수 없습니다. "
        "의견에 이름이나 연락처는 적지 말아 주세요.",
        icon=":material/lock:",
    )
    given: dict[str, int | str] = {}
    with st.form("survey", border=False):
        for number, question in enumerate(survey.questions, 1):
            asked = f"{number}. {session.plain(question.text)}"
            if question.kind is QuestionKind.SCALE:
                point = st.radio(
                    asked, range(len(SCALE), 0, -1), index=None, horizontal=True, key=f"sv-{question.id}",
                    format_func=lambda p: SCALE[p - 1],
                )  # fmt: skip
                if point is not None:
                    given[question.id] = point
            else:
                given[question.id] = st.text_area(asked, key=f"sv-{question.id}", max_chars=1_000, height=90)
        pressed = st.form_submit_button("설문 내기", type="primary", icon=":material/send:")
    if not pressed:
        return
    try:
        session.services().after.surveys.answer(session.me(), given)
    except SandboxError as error:
        session.say(error)
    else:
        st.session_state["survey_answered"] = session.me().class_code
        st.rerun()


# ----------------------------------------------------------------------------- for the lecturer


def survey(key: InstructorKey, here: Class) -> None:
    """Open, close, edit and watch a class's survey."""
    surveys = session.services().after.surveys
    now = surveys.questions(key, here.code)
    with st.container(key="survey_screen"):
        left, right = st.columns([8, 4], vertical_alignment="center")
        left.markdown(
            ":green-badge[답을 받는 중] 모든 수강생의 화면에 설문이 떠 있습니다."
            if now.open
            else ":gray-badge[닫혀 있음] 열면 모든 수강생의 화면에 설문이 뜹니다."
        )
        if right.button(
            "설문 닫기" if now.open else "설문 열기",
            key="survey_open",
            type="secondary" if now.open else "primary",
            icon=":material/lock:" if now.open else ":material/campaign:",
            width="stretch",
        ):
            budget.do(
                lambda: surveys.set_open(key, here.code, not now.open),
                "설문을 닫았습니다." if now.open else "설문을 열었습니다.",
            )
        with st.expander("질문 고치기", icon=":material/edit_note:"):
            _editor(key, here.code, now)
        st.caption(
            "결과는 3초마다 스스로 새로워집니다. 인쇄하려면 이 화면에서 Ctrl+P를 누르세요. 결과만 한 장에 담깁니다."
        )
    st.html(PRINT)
    _live(key, here)


@st.fragment(run_every=3)
def _live(key: InstructorKey, here: Class) -> None:
    try:
        results = session.services().after.surveys.results(key, here.code)
    except SandboxError as error:
        session.say(error)
        return
    st.html(picture(here.title, results))


def picture(title: str, results: Results) -> str:
    """Draw results as one piece of HTML that also fits a printed page."""
    head = (
        f'<h4 style="margin:.2rem 0">{escape(title)} — 설문 결과</h4>'
        f'<p style="margin:.2rem 0 .8rem;color:#5a6572">응답 {results.answered}명</p>'
    )
    if results.held_back:
        body = f"<p>{LEAST_ANSWERS}명이 답하면 결과가 보입니다. 누가 답했는지 짐작할 수 없게 하기 위해서입니다.</p>"
        return f'<div class="survey-print">{head}{body}</div>'
    rows = "".join(_scale(r) if isinstance(r, ScaleResult) else _texts(r) for r in results.results)
    legend = " · ".join(
        f'<span style="display:inline-block;width:.8em;height:.8em;background:{c}"></span> {escape(SCALE[n])}'
        for n, c in reversed(list(enumerate(COLOURS)))
    )
    return f'<div class="survey-print">{head}<p style="font-size:.85rem">{legend}</p>{rows}</div>'


COLOURS = ("#b5403a", "#dd9b86", "#c9ced6", "#7fb3a6", "#1f7a68")


def _scale(result: ScaleResult) -> str:
    parts = "".join(
        f'<div title="{escape(SCALE[n])} {count}명" style="width:{count / result.answered:.1%};background:'
        f"{COLOURS[n]};color:{'#222' if n == 2 else '#fff'};text-align:center;font-size:.8rem;"
        f'print-color-adjust:exact;-webkit-print-color-adjust:exact">{count}</div>'
        for n, count in reversed(list(enumerate(result.counts)))
        if count
    )
    told = f"{result.mean:.1f}점 · {result.answered}명" if result.answered else "답한 사람이 없습니다"
    return (
        f'<div style="margin:.7rem 0"><div style="display:flex;justify-content:space-between">'
        f"<span>{escape(result.question.text)}</span><b>{told}</b></div>"
        f'<div style="display:flex;height:1.35rem;border-radius:4px;overflow:hidden;background:#eef1f4">{parts}</div></div>'
    )


def _texts(result: TextResult) -> str:
    said = "".join(f"<li>{escape(text)}</li>" for text in result.texts) or "<li>적은 사람이 없습니다</li>"
    return (
        f'<div style="margin:1rem 0 .4rem"><b>{escape(result.question.text)}</b><ul style="margin:.3rem 0">'
        f"{said}</ul></div>"
    )


@part
def _editor(key: InstructorKey, code: str, now: Survey) -> None:
    st.caption(
        f"줄을 고치고, 지우고, 맨 아래에 더할 수 있습니다. {MOST_QUESTIONS}개까지. 답이 들어온 뒤에는 바꿀 수 없습니다."
    )
    edited = st.data_editor(
        [{"질문": q.text, "답하는 방법": str(q.kind)} for q in now.questions],
        column_config={
            "질문": st.column_config.TextColumn(width="large", required=True, max_chars=200),
            "답하는 방법": st.column_config.SelectboxColumn(
                options=[str(k) for k in QuestionKind], required=True, default=str(QuestionKind.SCALE)
            ),
        },
        num_rows="dynamic",
        key=f"survey_questions-{code}",
        width="stretch",
    )
    if st.button("질문 저장", icon=":material/save:"):
        asked = tuple(_question(row, now) for row in edited if row.get("질문"))
        budget.do(
            lambda: session.services().after.surveys.save_questions(key, code, asked), "질문을 저장했습니다."
        )


def _question(row: dict[str, str], now: Survey) -> Question:
    """Keep the id of a question that stayed as it was."""
    kind = QuestionKind(row.get("답하는 방법") or QuestionKind.SCALE)
    same = next((q for q in now.questions if q.text == row["질문"] and q.kind is kind), None)
    return same or new_question(kind, row["질문"])
