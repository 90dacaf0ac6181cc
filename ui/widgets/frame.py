"""What surrounds a page: style, the title row with person and endpoint, the cookie, incidents."""

from __future__ import annotations

import logging
import re
import secrets
from pathlib import Path

import streamlit as st

from sandbox.records import EndpointKind, Location, Person, SandboxError
from ui import browser, session

log = logging.getLogger("ui")
plain = session.plain
STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Apply the room's own style on top of Streamlit's theme."""
    st.html(STYLE)


def korean_words() -> None:
    """Leave none of Streamlit's own English on screen."""
    browser.korean_words(key="words")


def keep_cookie() -> None:
    """Hand the token of somebody who has just come in to the browser, until the browser has it.

    It stays in the session until then: without its cookie the tab can send nothing.
    """
    if token := session.token_to_keep():
        _handed("token_to_keep", browser.hand_over(token, key="cookie"), leaving=token == "-")
    token, known = st.session_state.get("desk_to_keep", ("", ""))
    if token:
        how = browser.hand_over(token, key="desk_cookie", door="/room/desk", known=known)
        _handed("desk_to_keep", how, leaving=token == "-")


def _handed(kept: str, how: str, *, leaving: bool) -> None:
    """Forget what the browser has now; say what to do for as long as it could not be handed over."""
    trouble = f"{kept}_trouble"
    if how == "ok":
        st.session_state.pop(kept, None)
        st.session_state.pop(trouble, None)
    elif how:
        st.session_state[trouble] = True
    if st.session_state.get(trouble) and not leaving:
        st.warning(
            "들어오신 표시를 이 브라우저에 아직 저장하지 못해 계속 다시 시도하고 있습니다. 이 안내가 보이는 동안에는 "
            "실행이 되지 않을 수 있으니 F5(새로 고침)를 누르지 말고, 오른쪽 위 이름을 눌러 **이어하기 코드**를 적어 두세요. "
            "계속되면 담당자에게 알려 주세요."
            if kept == "token_to_keep"
            else "로그인 표시를 이 브라우저에 아직 저장하지 못해 계속 다시 시도하고 있습니다. 이 안내가 사라질 때까지 "
            "F5(새로 고침)를 누르지 마세요. 계속되면 담당자에게 알려 주세요.",
            icon=":material/key_off:",
        )


def title(text: str, caption: str = "") -> None:
    """Draw the page's title row: what this is, which AI answers, who is here."""
    left, right = st.columns([7, 5], vertical_alignment="center")
    with left:
        st.markdown(f"### {plain(text)}", anchors=False)
        if caption:
            st.caption(caption)
    with right, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        _endpoint_menu()
        _person_menu()


def prose(markdown: str) -> str:
    """Keep amounts of money in the course's own Markdown from being read as formulas, and load no picture."""
    parts = re.split(r"(`[^`]*`)", markdown)
    return "".join(p if n % 2 else p.replace("$", r"\$").replace("![", r"!\[") for n, p in enumerate(parts))


def _endpoint_menu() -> None:
    here, known = session.endpoint(), session.endpoints()
    model = session.services().local_model
    if here is None:
        state = model.state() if model else None
        if state and state.preparing:
            st.badge(state.message, icon=":material/hourglass_top:", color="orange")
        else:  # why, and what to do, stands on 연결 and where 실행 would be
            st.badge("쓸 수 있는 AI 없음", icon=":material/error:", color="orange")
        return
    inside = here.location is Location.INSIDE
    where = "내부" if inside else "외부"
    with st.popover(
        f"{plain(here.name)} · {where}", icon=":material/lan:" if inside else ":material/public:"
    ):
        st.markdown(
            "이 PC 안에서 답합니다. 입력한 내용이 밖으로 나가지 않습니다."
            if here.kind is EndpointKind.EMBEDDED
            else f"모델: {plain(here.model)}  \n"
            + (
                "기관 안에서 답합니다."
                if inside
                else "**기관 밖으로 나갑니다. 공개해도 되는 자료만 넣어 주세요.**"
            )
        )
        if here.kind is EndpointKind.EMBEDDED:
            st.caption("연습용 작은 모델이라 틀린 답이 자주 나옵니다. 틀린 곳을 찾는 것도 실습입니다.")
        if here.fallback is not None:
            st.caption(
                f"이 AI가 답하지 않으면 예비 연결 「{plain(here.fallback.name)}」({here.fallback.location.value})에서 대신 답합니다."
            )
        if len(known) > 1:
            st.radio(
                "답할 AI 고르기",
                [e.id for e in known],
                format_func=lambda i: next(plain(e.name) for e in known if e.id == i),
                index=next((n for n, e in enumerate(known) if e.id == here.id), 0),
                key="endpoint_choice",
                on_change=lambda: session.choose_endpoint(st.session_state["endpoint_choice"]),
            )


def _person_menu() -> None:
    who = session.person()
    if who is None:
        return
    seat = f" · {plain(who.seat)}번" if who.seat else ""
    with st.popover(f"{plain(who.name)}{seat}", icon=":material/person:"):
        st.caption("이어하기 코드 — 다른 PC에서 이 코드를 넣으면 하던 실습이 그대로 열립니다.")
        code = st.empty()
        if st.button(
            "코드 새로 만들기",
            icon=":material/key:",
            width="stretch",
            help="다른 사람이 코드를 보았을 때 누르세요. 앞의 코드는 쓸 수 없게 되고, 이 실습을 열어 둔 다른 브라우저는 나갑니다.",
        ):
            _renew_code(who)
        code.code(session.services().classroom.resume_code(who), language=None)
        if who.class_code:
            st.caption(f"과정 코드 {plain(who.class_code)}")
        if st.button("나가기", icon=":material/logout:", width="stretch", help="실습 기록은 남습니다."):
            session.leave()
            st.switch_page("screens/start.py")


def _renew_code(who: Person) -> None:
    """Make a new code and leave it on screen: the menu itself closes with the press."""
    try:
        code = session.services().classroom.renew_code(who, session.token())
    except SandboxError as error:
        st.toast(
            f"{plain(error.message)} {plain(error.remedy)}", icon=":material/error:", duration="infinite"
        )
    else:
        told = f"새 이어하기 코드는 **{plain(code)}**입니다. 적어 두세요. 앞의 코드는 이제 쓸 수 없습니다."
        st.toast(told, icon=":material/key:", duration="infinite")


def incident(error: Exception) -> None:
    """Log an unforeseen error under a number and show the number: no traceback, no content."""
    number = secrets.token_hex(4)
    # The message may hold what the person typed, so only the kind and the places are logged.
    places = []
    trace = error.__traceback__
    while trace:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("incident %s %s at %s", number, type(error).__name__, " < ".join(reversed(places[-8:])))
    st.error(
        f"**화면을 그리다가 문제가 생겼습니다.** 입력한 내용은 저장되어 있습니다.  \n"
        f"F5를 눌러 새로 고쳐 주세요. 계속되면 담당자에게 사건 번호 `{number}`를 알려 주세요.",
        icon=":material/report:",
    )
