"""What a class leaves behind, on screen: attendance as a list, the report to hand up."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sandbox.class_records import Class, InstructorKey
from sandbox.documents import WRITERS, outline
from sandbox.reports.attendance import day_title, days_of
from sandbox.reports.class_report import FORMATS
from ui import session
from ui.session import plain
from ui.widgets.clock import korean_time


def attendance(key: InstructorKey, here: Class) -> None:
    """Show who came and how far they got, and give it as .xlsx."""
    _, people = session.services().after.attendance.of(key, here.code)
    came = [a for a in people if a.came_at]
    finished = sum(bool(here.path) and a.finished(here.path) == len(here.path) for a in came)
    figures = (
        ("명단", f"{len(people)}명"),
        ("온 사람", f"{len(came)}명"),
        ("실습을 다 마친 사람", f"{finished}명"),
        ("실습", f"{len(here.path)}개"),
    )
    for column, (name, value) in zip(st.columns(4), figures, strict=True):
        column.metric(name, value)
    days = days_of(here, people)
    if not people:
        st.info("아직 명단도, 들어온 사람도 없습니다.", icon=":material/group_off:")
        return
    st.dataframe(
        [
            {
                "좌석": a.seat,
                "이름": a.name,
                "부서": a.department,
                "출석": "출석" if a.came_at else "결석",
                **{day_title(day): "출석" if day in a.came else "결석" for day in days},
                "들어온 때": korean_time(a.came_at) if a.came_at else "",
                "마지막 활동": korean_time(a.last_at) if a.last_at else "",
                "시도": sum(t.tries for t in a.tried.values()),
                "마친 실습": a.finished(here.path),
                "이수율": a.finished(here.path) / len(here.path) if here.path else 0.0,
            }
            for a in people
        ],
        column_config={"이수율": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
        hide_index=True,
        width="stretch",
    )
    st.download_button(
        "출석과 이수 내려받기 (.xlsx)",
        data=lambda: session.services().after.attendance.workbook(key, here.code).data,
        file_name=f"{here.title} 출석과 이수.xlsx",
        mime=WRITERS["xlsx"].mime,
        icon=":material/table_view:",
        on_click="ignore",
    )
    st.caption(
        "‘마친 실습’은 한 번의 답변이 그 실습의 모든 점검을 통과한 것입니다. "
        "‘들어온 때’는 이 과정에 처음 앉은 때이고, 시도는 이 과정에서 한 것만 셉니다. 이름이 들어 있으니 보관에 주의해 주세요."
    )


def report(key: InstructorKey, here: Class) -> None:
    """Offer the class report in both formats."""
    st.markdown(
        f"「{plain(here.title)}」의 참여, 실습별 결과, 가장 많이 틀린 점검, 설문, 비용을 한 문서로 만듭니다. "
        "**개인 이름은 들어가지 않습니다.** 설문은 세 명 이상 답했을 때만 실립니다."
    )
    with st.container(horizontal=True):
        for kind in FORMATS:
            writer = WRITERS[kind]
            st.download_button(
                f"결과 보고서 — {writer.label}",
                data=partial(_written, key, here.code, kind),
                file_name=f"{here.title} 결과 보고{writer.extension}",
                mime=writer.mime,
                icon=":material/description:",
                key=f"report-{kind}",
                on_click="ignore",
            )
    st.caption("누를 때의 기록으로 만듭니다. 한글 문서는 그대로 고쳐 쓸 수 있습니다.")
    with st.container(border=True):
        st.html(outline.to_html(session.services().after.report.outline(key, here.code)))


def _written(key: InstructorKey, code: str, kind: str) -> bytes:
    return session.services().after.report.write(key, code, kind).data
