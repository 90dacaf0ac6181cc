"""수업 진행: one class in its lecturer's hands. What stands before it, who is in it, what holds for it."""

import streamlit as st

from ui.widgets import class_controls, class_form, class_list, desk, roster

key = desk.needed()
here = class_list.chosen(key)
if here is None:
    desk.title("수업 진행")
    st.info("먼저 과정을 골라 주세요.", icon=":material/co_present:")
    st.page_link("screens/teach.py", label="내 과정으로 가기", icon=":material/arrow_forward:")
else:
    desk.title(here.title, f"{here.level.value} · {here.seats}자리 · 과정 코드 {here.code}")
    class_controls.head(here)
    part = desk.parts("class_room", ["진행", "사람과 좌석", "과정 설정", "끝내기·지우기"])
    if part == "진행":
        class_controls.lead(key, here)
    elif part == "사람과 좌석":
        roster.roster(key, here)
    elif part == "과정 설정":
        class_form.edit(key, here)
    else:
        class_list.ending(key, here)
