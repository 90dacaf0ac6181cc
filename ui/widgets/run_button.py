"""실행: what must hold before a prompt goes out, said beside the button when it does not."""

from __future__ import annotations

import secrets
import zlib
from typing import Any

import streamlit as st

from sandbox.practice import Preview, Work
from sandbox.records import Action, Endpoint, Field, Location, Prompt, SandboxError
from ui import browser, session
from ui.widgets import budget, embedded, prompt_box, recorded
from ui.widgets.form import field_keys, place_key


def run_button(
    place: str,
    work: Work,
    missing: tuple[Field, ...] = (),
    *,
    prompt: Prompt | None = None,
    box: str = "",
    label: str = "실행",
    shortcut: bool = True,
    report: bool = True,
) -> str:
    """Show gauge, personal-data notice and 실행, which sends what stands in the box past this script.

    ``box`` is the key of the text box, the place's own prompt box by default. With ``report`` the id
    of the run that was begun comes back, once; without, the place's live answer takes it up alone.
    """
    room, me = session.services(), session.me()
    endpoint = session.endpoint()
    if endpoint is None:
        _waiting_for_model()
        return ""
    preview: Preview = room.practice.preview(me, work, endpoint)
    if not recorded.notice(endpoint):
        prompt_box.gauge(preview)
    if left := budget.line(me, endpoint):
        st.caption(left)
    clean = prompt_box.guard_notice(place, preview, endpoint)
    agreed = _only_public(endpoint)
    ticket = _lay(place, work, endpoint, preview, agreed=agreed)
    started = browser.run_button(
        {
            "ticket": ticket,
            "place": place,
            "label": label,
            "shortcut": shortcut,
            "report": report,
            "held": not (clean and agreed and preview.too_long is None),
            "box": box or prompt_box.key_of(place),
            "drawn": _sum(work.text),
            "fields": _fields(prompt, place, work) if prompt else {},
        },
        key=f"run-{place_key(place)}",
    )
    if missing:
        st.caption(":orange[아직 비어 있는 칸:] " + ", ".join(f.label for f in missing))
    return _own(started)


def _only_public(endpoint: Endpoint) -> bool:
    """Ask once a visit that only public material goes outside; inside there is nothing to ask."""
    if endpoint.reach is not Location.OUTSIDE or st.session_state.get("public_only", False):
        return True
    agreed = st.checkbox(only_public_text(endpoint), key="public_only_box")
    st.session_state["public_only"] = agreed
    return agreed


def only_public_text(endpoint: Endpoint) -> str:
    """Say what the person agrees to before anything goes out of the building, or may go."""
    where = (
        "이 AI는 **기관 밖**에 있습니다."
        if endpoint.location is Location.OUTSIDE
        else "이 AI가 답하지 않으면 **기관 밖**의 예비 AI가 대신 답합니다."
    )
    return f"{where} 공개해도 되는 자료만 넣었습니다."


def _lay(place: str, work: Work, endpoint: Endpoint, preview: Preview, *, agreed: bool) -> str:
    """Lay ready what a press would send, under this session's own ticket of the place."""
    ticket = str(st.session_state.setdefault(ticket_key(place), secrets.token_urlsafe(12)))
    session.services().pressing.lay(
        ticket,
        session.me(),
        work,
        session.choices(place),
        endpoint,
        agreed=agreed,
        shown=frozenset(f.fingerprint for f in preview.findings if f.action is not Action.ALLOW),
    )
    return ticket


def ticket_key(place: str) -> str:
    return f"ticket:{place}"


def _fields(prompt: Prompt, place: str, work: Work) -> dict[str, tuple[str, int]]:
    """Tell the browser which boxes belong to the form, and what stood in them when this was drawn."""
    keys: dict[str, Any] = field_keys(prompt, place)
    return {key: (name, _sum(work.values.get(name, ""))) for key, name in keys.items()}


def _sum(text: str) -> int:
    """Sum a text up as run.js does; the browser's boxes know one kind of line end."""
    return zlib.crc32(text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace"))


def _own(run_id: str) -> str:
    """Believe the browser's word only for a run of this person's own."""
    if not run_id:
        return ""
    try:
        return session.services().practice.result(session.me(), run_id).id
    except SandboxError as error:
        session.say(error)
        return ""


@st.fragment(run_every=2)
def _waiting_for_model() -> None:
    """Tell how far the embedded model is, or what to do about it; draw the page anew once it answers."""
    model = session.services().local_model
    if session.endpoint() is not None:
        st.rerun()
    if model is None:
        st.warning(
            "답해 줄 AI가 아직 연결되지 않았습니다. 위쪽 메뉴의 **연결**에서 설정 방법을 확인해 주세요.",
            icon=":material/cable:",
        )
        return
    state = model.state()
    if state.broken:
        st.error(embedded.trouble(state.message, state.remedy), icon=":material/error:")
        st.caption(
            "위쪽 메뉴의 **연결**에서 「다시 켜기」를 누를 수 있습니다. 쓰신 내용은 그대로 남아 있습니다."
        )
    else:
        embedded.progress(state.message, state.progress)
