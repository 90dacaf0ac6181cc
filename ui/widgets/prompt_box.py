"""The exact prompt that will be sent: editable, measured, and looked through for personal data."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from sandbox.practice import Preview
from sandbox.records import Action, Choice, Endpoint, Exercise, Finding, Prompt, State
from ui import session
from ui.widgets import markup
from ui.widgets.form import place_key

TEXT = "__prompt"
COMPOSED = "__composed"
PROMPT_HEIGHT = 260


def key_of(place: str) -> str:
    return f"p-{place_key(place)}"


def prompt_box(place: str, composed: str, draft: Mapping[str, str], *, label: str, height: int = 0) -> str:
    """Show the prompt; follow the form until the person edits it, then never overwrite their text."""
    key, last = key_of(place), f"composed:{place}"
    state = st.session_state
    if key not in state:
        state[key] = draft.get(TEXT) or composed
        state[last] = draft.get(COMPOSED, composed) if draft.get(TEXT) else composed
    if composed != state[last] and state[key] == state[last]:
        state[key] = composed
        state[last] = composed
    text = st.text_area(label, key=key, height=height or PROMPT_HEIGHT) or ""
    if text != composed and composed.strip():
        stale = composed != state[last]
        left, right = st.columns([7, 4], vertical_alignment="center")
        left.caption(
            "빈칸을 바꾸었지만, 직접 고치신 프롬프트는 그대로 두었습니다."
            if stale
            else "프롬프트를 직접 고치셨습니다. 이대로 보냅니다."
        )
        right.button(
            "빈칸 내용으로 다시 만들기",
            key=f"again-{key}",
            icon=":material/restart_alt:",
            on_click=_recompose,
            args=(place, composed),
            width="stretch",
        )
    if f"undo:{place}" in state:
        st.button(
            "되돌리기 (고친 프롬프트 살리기)", key=f"undo-{key}", icon=":material/undo:",
            on_click=_undo, args=(place,),
        )  # fmt: skip
    return text


def _recompose(place: str, composed: str) -> None:
    st.session_state[f"undo:{place}"] = st.session_state[key_of(place)]
    st.session_state[key_of(place)] = composed
    st.session_state[f"composed:{place}"] = composed


def _undo(place: str) -> None:
    st.session_state[key_of(place)] = st.session_state.pop(f"undo:{place}")


def gauge(preview: Preview) -> None:
    """Say in plain words how much of what the model can read this prompt takes."""
    share = preview.share
    about = "약 " if preview.count.estimated else ""
    st.progress(
        min(share, 1.0),
        text=f"보낼 양 {about}{preview.count.tokens:,}토큰 — 이 AI가 한 번에 읽을 수 있는 양의 {share:.0%}",
    )
    if preview.too_long is not None:
        session.say(preview.too_long)


def guard_notice(place: str, preview: Preview, endpoint: Endpoint) -> bool:
    """Show what looks like personal data, let the person decide; return whether it may be sent."""
    if not preview.looked:
        st.caption(
            ":material/gpp_maybe: 글이 너무 길어 개인정보가 있는지 **확인하지 않았습니다.** "
            "글을 줄이면 확인해 드립니다. 그때까지 보내지 않습니다."
        )
        return False
    decided = session.choices(place)
    shown = [f for f in preview.findings if f.action is not Action.ALLOW]
    if not shown:
        known = len(preview.findings)
        st.caption(
            ":material/verified_user: 개인정보로 보이는 내용이 없습니다."
            + (f" (실습용 가상 정보 {known}곳)" if known else "")
        )
        return True
    blocked = preview.blocked(decided)
    box = st.error if blocked else st.warning
    box(
        "**보낼 수 없는 개인정보가 있습니다.** 아래에서 가리거나 프롬프트에서 지워 주세요."
        if blocked
        else "**개인정보로 보이는 내용이 있습니다.** 어떻게 할지 정해 주세요. 정하지 않으면 아래 표시대로 보냅니다.",
        icon=":material/shield_person:",
    )
    with st.expander("무엇이 발견되었나요?", expanded=True):
        for group in _grouped(shown):
            _finding(place, preview.text, group, decided, endpoint)
    return not blocked


def _grouped(found: list[Finding]) -> list[list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for f in found:
        groups.setdefault(f.fingerprint, []).append(f)
    return list(groups.values())


def _finding(
    place: str, text: str, group: list[Finding], decided: dict[str, Choice], endpoint: Endpoint
) -> None:
    first = group[0]
    left, right = st.columns([7, 5], vertical_alignment="center")
    more = f" 외 {len(group) - 1}곳" if len(group) > 1 else ""
    left.html(f"<b>{first.label}</b>{more}" + markup.findings(text, group[:1]))
    if first.reason:
        left.caption(first.reason)
    key = f"guard-{place_key(place)}-{first.fingerprint}"
    usual = Choice.MASK if first.action is Action.MASK else Choice.KEEP
    default = decided.get(first.fingerprint, usual) is Choice.MASK
    fixed = first.action is Action.MASK and not session.services().practice.may_keep(first, endpoint)
    label = {
        Action.BLOCK: "가리고 보내기",
        Action.MASK: "가리고 보내기",
        Action.WARN: "가리고 보내기 (끄면 그대로 보냅니다)",
    }[first.action]
    right.toggle(
        label,
        value=default,
        key=key,
        help="보낼 때만 [전화번호1]처럼 바꾸고, 답변에서는 선생님 화면에만 원래 값으로 되돌려 보여 드립니다."
        + (" 기관 밖의 AI에는 가린 값만 보냅니다." if fixed else ""),
        disabled=fixed,
        on_change=_decide,
        args=(place, first.fingerprint, key),
    )


def _decide(place: str, fingerprint: str, key: str) -> None:
    """A callback, so that the notice above already knows when the page is drawn."""
    session.choices(place)[fingerprint] = Choice.MASK if st.session_state[key] else Choice.KEEP


def self_check(exercise: Exercise, text: str) -> None:
    """Tell, before anything is sent, which parts of a good prompt are missing: free and offline."""
    verdicts = session.services().practice.self_check(exercise, text)
    if verdicts:
        good = all(v.state is State.PASS for v in verdicts)
        asked = any(spec.kind == "prompt_parts" for spec in exercise.checks)
        with st.expander(
            "보내기 전 자가 점검" + (" — 좋습니다" if good else " — 더 채울 것이 있습니다"),
            icon=":material/checklist:",
            expanded=asked and not good,
        ):
            st.html(markup.verdict_list(verdicts))


def why_box(prompt: Prompt) -> None:
    """Show why the template is built as it is, part by part."""
    if prompt.why:
        with st.expander("이 템플릿은 왜 이렇게 생겼나요?", icon=":material/lightbulb:"):
            for part, line in prompt.why.items():
                st.markdown(f"**{part}** — {session.plain(line)}")
