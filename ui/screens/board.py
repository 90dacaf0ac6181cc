"""현황판: every seat of one class as a tile, with who needs help; refreshed without drawing this page."""

import streamlit as st

from ui.widgets import board, class_list, desk

key = desk.needed()
here = class_list.chosen(key)
if here is None:
    desk.title("현황판")
    st.info("먼저 과정을 골라 주세요.", icon=":material/grid_view:")
    st.page_link("screens/teach.py", label="내 과정으로 가기", icon=":material/arrow_forward:")
else:
    desk.title(
        f"현황판 · {here.title}", "타일을 누르면 그 자리를 자세히 봅니다. 2~3초마다 스스로 새로워집니다."
    )
    board.lecturer_board(key, here.code)
