"""설문: the trainee's page, open while the lecturer takes answers."""

import streamlit as st

from ui import session
from ui.widgets import frame, survey

me, surveys = session.me(), session.services().after.surveys
frame.title("설문", "수업을 더 낫게 하는 데 씁니다. 1분이면 됩니다.")
asked = surveys.open_for(me)
if asked is not None:
    survey.form(asked)
elif surveys.has_answered(me):
    st.session_state["survey_answered"] = me.class_code
    st.success("답해 주셔서 고맙습니다. 이름 없이 모아 다음 수업에 쓰겠습니다.", icon=":material/favorite:")
    st.page_link("screens/course.py", label="과정으로 가기", icon=":material/arrow_forward:")
else:
    st.info(
        "지금은 열려 있는 설문이 없습니다. 강사가 열면 여기에서 답할 수 있습니다.", icon=":material/poll:"
    )
