"""연결: which AI answers, whether it works, and what is wrong with settings or content."""

import streamlit as st

from sandbox.records import Endpoint, EndpointReport, Location, SandboxError
from ui import session
from ui.widgets import frame

room = session.services()
EXAMPLE = '[[endpoint]]\nname = "기관 내부 AI"\nbase_url = "http://ai.example.go.kr:8000/v1"\nmodel = "모델 이름"\nkey_env = "AI_KEY"       # 키는 환경 변수나 파일에 둡니다\nlocation = "내부"\ncontext_tokens = 16000'


def card(endpoint: Endpoint) -> None:
    with st.container(border=True):
        left, right = st.columns([8, 3], vertical_alignment="center")
        colour = "green" if endpoint.location is Location.INSIDE else "orange"
        left.markdown(
            f"**{endpoint.name}** :{colour}-badge[{endpoint.location.value}]  \n:gray[모델 {endpoint.model} · 한 번에 {endpoint.context_tokens:,}토큰 · 동시에 {endpoint.parallel}명]"
        )
        if right.button(
            "연결 시험", key=f"test-{endpoint.id}", icon=":material/network_check:", width="stretch"
        ):
            with st.spinner("짧은 질문을 보내 보고 있습니다…"):
                try:
                    room.test(endpoint)
                except SandboxError as error:
                    session.say(error)
        report = (room.reports or {}).get(endpoint.id)
        if report:
            result(report)


def result(report: EndpointReport) -> None:
    box = st.success if report.reachable else st.error
    box(f"**{report.message}**" + (f"  \n{report.remedy}" if report.remedy else ""))
    if not report.reachable:
        return
    figures = [
        ("응답 확인", report.latency_seconds, "초"),
        ("첫 글자까지", report.first_text_seconds, "초"),
        ("쓰는 빠르기", report.tokens_per_second, "토큰/초"),
    ]
    for column, (label, value, unit) in zip(st.columns(3), figures, strict=True):
        column.metric(label, "확인 불가" if value is None else f"{value:.1f}{unit}")
    st.markdown(
        " ".join(
            f":{'green' if yes else 'gray'}-badge[{'✔' if yes else '✘'} {name}]"
            for name, yes in report.supports.items()
        )
    )
    if report.models:
        with st.expander(f"이 서버에 있는 모델 {len(report.models)}개"):
            st.text("\n".join(report.models))


frame.title("연결", "어떤 AI가 답하는지 확인하고 시험합니다.")
for problem in room.settings.problems:
    session.say(problem)
if room.local_model is not None:
    state = room.local_model.state()
    st.info(f"내장 모델(연습용): {state.message}", icon=":material/memory:")
for one in room.endpoints():
    card(one)
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
        "하나만 쓸 때는 환경 변수 `OPENAI_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_MODEL`만 정해도 됩니다."
    )
if room.library.problems():
    with st.expander(
        f"읽지 못한 템플릿·실습 파일 {len(room.library.problems())}개",
        icon=":material/warning:",
        expanded=True,
    ):
        for wrong in room.library.problems():
            st.markdown(f"`{wrong.file}` {wrong.line}번째 줄 — **{frame.plain(wrong.message)}**  \n{frame.plain(wrong.remedy)}")
