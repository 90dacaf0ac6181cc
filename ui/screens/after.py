"""수업 마무리: the survey, who came and finished, and the report that is handed up."""

import streamlit as st

from ui.widgets import class_ending, class_list, desk, survey

key = desk.needed()
here = class_list.chosen(key)
if here is None:
    desk.title("수업 마무리")
    st.info("먼저 과정을 골라 주세요.", icon=":material/co_present:")
    st.page_link("screens/teach.py", label="내 과정으로 가기", icon=":material/arrow_forward:")
else:
    with st.container(key="after_head"):
        desk.title(
            f"수업 마무리 · {here.title}", "설문을 받고, 출석과 이수를 확인하고, 결과 보고서를 만듭니다."
        )
        desk.say_done()
        part = desk.parts("after", ["설문", "출석과 이수", "결과 보고서"])
    if part == "설문":
        survey.survey(key, here)
    elif part == "출석과 이수":
        class_ending.attendance(key, here)
    else:
        class_ending.report(key, here)
