"""What a trainee tells the lecturer from their own screen: where they are, a raised hand, a shared answer.

Hides when that is written. Nobody's text is seen by anybody before they press for it here.
"""

from __future__ import annotations

import logging

import streamlit as st

from sandbox.classroom.seats import COURSE, FREE, READING
from sandbox.records import Person, Run, SandboxError, StoreError
from ui import browser, session

log = logging.getLogger("ui")

__all__ = ["COURSE", "FREE", "READING", "at", "controls", "share", "vote"]


def at(step: str, exercise_id: str = "") -> None:
    """Note that the person's page was drawn here."""
    who = session.person()
    if who is None or not who.class_code:
        return
    try:
        session.services().seating.seats.at(who, step, exercise_id)
    except StoreError as error:
        log.warning("a seat could not be noted: %s", error.code)  # no reason to show the page less


def controls(who: Person) -> None:
    """Draw 「🙋 손들기」 for somebody of a class."""
    seat = session.services().seating.seats.mine(who)
    browser.seat(
        st.session_state.get("exercise_id", ""),
        hand=seat is not None and seat.hand_at is not None,
        screen=seat is not None and seat.shows_screen,
        key="seat_hand",
    )


def share(run: Run) -> None:
    """Offer to show one's own answer to the lecturer, and with leave to everybody; or to take it back."""
    who, seats = session.me(), session.services().seating.seats
    if not who.class_code or not run.answer.strip():
        return
    seat = seats.mine(who)
    if seat is not None and seat.shared_run_id == run.id:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                ":material/co_present: 이 답변을 강사와 공유하고 있습니다."
                + (" 앞 화면에 띄워도 좋다고 하셨습니다." if seat.may_project else "")
            )
            st.button(
                "공유 거두기",
                key=f"unshare-{run.id}",
                icon=":material/undo:",
                on_click=seats.withdraw,
                args=(who,),
            )
        return
    with st.popover("화면에 공유", icon=":material/co_present:"):
        st.markdown("이 답변과 보낸 프롬프트를 **강사가** 볼 수 있게 합니다. 언제든 거둘 수 있습니다.")
        st.checkbox("앞 화면에 띄워도 좋습니다 (이름과 좌석은 나오지 않습니다)", key=f"project-{run.id}")
        st.caption("가린 개인정보는 가린 채로 보입니다.")
        if seat is not None and seat.shared_run_id:
            st.caption("지금 공유하고 있는 다른 답변 대신 이 답변을 공유합니다.")
        st.button(
            "공유하기",
            key=f"share-{run.id}",
            type="primary",
            on_click=_share,
            args=(who, run.id),
        )


def vote(exercise_id: str, choice: str) -> None:
    """Count a blind vote for the class, as a button's callback."""
    session.services().seating.seats.vote(session.me(), exercise_id, choice)


def _share(who: Person, run_id: str) -> None:
    """Share, as the button's callback: errors are shown after the rerun.

    The leave is read here and not when the page was drawn: who ticks and presses at once means both.
    """
    may_project = bool(st.session_state.get(f"project-{run_id}"))
    try:
        session.services().seating.seats.share(who, run_id, may_project=may_project)
    except SandboxError as error:
        st.session_state["callback_error"] = error
