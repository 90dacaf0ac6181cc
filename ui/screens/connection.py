"""연결: which AI answers, whether it works, and what is wrong with settings or content."""

import streamlit as st

from ui import session
from ui.widgets import embedded, endpoints, frame

room = session.services()
EXAMPLE = '[[endpoint]]\nname = "기관 내부 AI"\nbase_url = "http://ai.example.go.kr:8000/v1"\nmodel = "모델 이름"\nkey_env = "AI_KEY"       # 키는 환경 변수나 파일에 둡니다\nlocation = "내부"\ncontext_tokens = 16000'


frame.title("연결", "어떤 AI가 답하는지 확인하고 시험합니다.")
for problem in room.settings.problems:
    session.say(problem)
embedded.panel()
for one in room.endpoints():
    endpoints.card(one)
if st.button("이 PC에서 실행 중인 AI 찾기 (Ollama, LM Studio, vLLM, llama.cpp)", icon=":material/search:"):
    with st.spinner("찾고 있습니다…"):
        found = room.find_local()
    st.session_state["found_note"] = (
        f"{len(found)}개를 찾아 목록에 넣었습니다."
        if found
        else "실행 중인 AI를 찾지 못했습니다. 프로그램이 켜져 있는지 확인해 주세요."
    )
    st.rerun()
if "found_note" in st.session_state:
    st.caption(st.session_state.pop("found_note"))
with st.expander("다른 AI를 연결하려면 (담당자용)", icon=":material/settings:"):
    st.markdown(
        "프로그램 폴더의 `sandbox.toml`에 아래처럼 적고 다시 시작해 주세요. 여러 개를 적을 수 있습니다. 키는 화면이나 기록에 나타나지 않습니다."
    )
    st.code(EXAMPLE, language="toml")
    st.markdown(
        '`fallback = "다른 연결의 이름"`을 한 줄 더 적으면, 이 연결이 답하지 않을 때 그 연결이 대신 답하고 화면에 그렇게 알립니다. 내부 연결의 예비로 외부 연결을 쓰려면 `fallback_outside = true`도 적어야 합니다.'
    )
    st.markdown(
        "하나만 쓸 때는 환경 변수 `OPENAI_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_MODEL`만 정해도 됩니다."
    )
if room.library.problems():
    with st.expander(
        f"읽지 못한 템플릿·실습 파일 {len(room.library.problems())}개",
        icon=":material/warning:",
        expanded=True,
    ):
        for wrong in room.library.problems():
            st.markdown(
                f"`{wrong.file}` {wrong.line}번째 줄 — **{frame.plain(wrong.message)}**  \n{frame.plain(wrong.remedy)}"
            )
