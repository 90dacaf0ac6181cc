"""시작: a name, perhaps a class code and a seat, and the three promises. No password."""

import streamlit as st

from sandbox.records import SandboxError
from ui import session
from ui.widgets import frame

WALK = (
    ("실습을 고릅니다", "보고서, 회의록, 엑셀… 업무와 닮은 상황과 자료가 준비되어 있습니다."),
    ("빈칸을 채우고 실행합니다", "보낼 프롬프트를 눈으로 보고, 직접 고칠 수 있습니다."),
    ("무엇이 맞고 틀렸는지 봅니다", "자료와 맞춰 보고 수식은 실제로 계산해 알려 드립니다."),
    ("고쳐서 가져갑니다", "한글·워드·파워포인트 문서로 받아 갑니다."),
)
PROMISES = (
    "주민등록번호·계좌번호 같은 **개인정보**와 **비공개 문서**는 넣지 않겠습니다. (실습 자료는 모두 가상입니다)",
    "AI의 답은 **틀릴 수 있으므로** 숫자·날짜·이름을 자료와 맞춰 보겠습니다.",
    "AI로 만든 문서에는 **AI를 썼다는 표시**를 남기겠습니다.",
)

who = session.person()
frame.title("행정 AI 실습실", "처음이어도 괜찮습니다. 틀려도 아무 일도 일어나지 않는 연습 공간입니다.")
st.html(
    '<div class="walk">'
    + "".join(f'<div><b><span class="n">{n}</span> {t}</b>{d}</div>' for n, (t, d) in enumerate(WALK, 1))
    + "</div>"
)
left, right = st.columns([6, 5], gap="large")
with left:
    if who is not None:
        st.success(
            f"**{frame.plain(who.name)}** 님, 어서 오세요. 하던 실습은 그대로 저장되어 있습니다.",
            icon=":material/waving_hand:",
        )
        if st.button("과정으로 가기", type="primary", icon=":material/menu_book:", width="stretch"):
            st.switch_page("screens/course.py")
    else:
        with st.form("join"):
            name = st.text_input("이름 (별명도 괜찮습니다)", max_chars=20, key="join_name")
            a, b = st.columns(2)
            st.session_state.setdefault("join_code", session.wanted_class())
            code = a.text_input("과정 코드 (없으면 비워 두세요)", max_chars=12, key="join_code")
            seat = b.text_input("좌석 번호 (없으면 비워 두세요)", max_chars=12, key="join_seat")
            st.markdown("들어가면 **세 가지 약속**에 동의하는 것으로 봅니다.")
            pressed = st.form_submit_button(
                "들어가기", type="primary", icon=":material/login:", width="stretch"
            )
        if pressed:
            try:
                come_in, known = session.services().classroom.join, session.guesser()
                session.enter(come_in(name, code, seat, guesser=known, address=st.context.ip_address or ""))
            except SandboxError as error:
                session.say(error)
            else:
                session.go_on("screens/course.py")
        with (
            st.expander("전에 하던 실습을 이어서 하려면", icon=":material/history:"),
            st.form("resume", border=False),
        ):
            typed = st.text_input("이어하기 코드", placeholder="예: K7M2-9XQ4", key="resume_code")
            if st.form_submit_button("이어하기", icon=":material/restore:"):
                try:
                    session.enter(session.services().classroom.resume(typed, guesser=session.guesser()))
                except SandboxError as error:
                    session.say(error)
                else:
                    session.go_on("screens/course.py")
with right, st.container(border=True):
    st.markdown("**세 가지 약속**")
    for n, line in enumerate(PROMISES, 1):
        st.markdown(f"{n}. {line}")
with right:
    st.page_link("screens/teach.py", label="강사이신가요? 강사 화면으로", icon=":material/co_present:")
