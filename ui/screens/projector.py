"""앞 화면: what everybody sees on the wall. Code, address and QR; the exercise, a notice, the timer."""

import streamlit as st

from ui.widgets import class_list, desk, projector

key = desk.needed()
here = class_list.chosen(key)
if here is None:
    st.info("‘수업 진행’에서 ‘앞 화면 열기’를 눌러 주세요.", icon=":material/connected_tv:")
else:
    projector.wall(key, here)
