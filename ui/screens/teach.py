"""내 과정: the instructor's first page. Set-up or sign-in, then the classes and a new one."""

import streamlit as st

from ui import session
from ui.widgets import class_form, class_list, desk

key = session.instructor_key()
if key is None:
    desk.title("강사", "수업을 여는 분이 들어오는 곳입니다. 수강생은 ‘시작’에서 이름만 적으면 됩니다.")
    desk.door()
else:
    desk.title("내 과정", "과정을 만들고, 하나를 골라 수업을 진행합니다.")
    running, new, gone = st.tabs(["과정 목록", "새 과정 만들기", "치운 과정과 지운 기록"])
    with running:
        class_list.classes(key)
    with new:
        class_form.create(key)
    with gone:
        class_list.put_away(key)
        class_list.deletions(key)
