"""강사와 비밀번호: one's own password; for the officer, who else may teach."""

import streamlit as st

from ui import session
from ui.widgets import desk, staff

key = desk.needed()
me = session.services().lecture.instructors.current(key)
desk.title("강사와 비밀번호", "내 비밀번호를 바꾸고, 담당자는 강사를 추가하거나 사용을 중지합니다.")
left, right = st.columns([5, 7], gap="large")
with left:
    staff.password(key)
with right:
    if me.is_officer:
        staff.instructors(key)
    else:
        st.info("강사를 추가하거나 비밀번호를 새로 정하는 일은 담당자가 합니다.", icon=":material/badge:")
