"""What comes of a template while it is made: the trainee's form, the prompt, advice, a run, the checks."""

from __future__ import annotations

import zlib

import streamlit as st

from sandbox.authoring import advice
from sandbox.authoring.looking import loose_prompt, template_verdicts
from sandbox.library import render
from sandbox.practice import Work
from sandbox.records import Prompt, PromptTooLongError, Run
from ui import session
from ui.widgets import answer, form, markup, prompt_box
from ui.widgets.editor.state import Form, Making
from ui.widgets.run_button import run_button

PASTE_HEIGHT = 160


def preview(made: Making, prompt: Prompt) -> None:
    """Draw the tabs of the right side."""
    found = advice.advise(prompt)
    # Labels that changed would throw whoever looks at one tab back to the first.
    names = ["수강생 화면", "조언", "시험 실행", "점검 시험"]
    screen, tips, trial, tried = st.tabs(names, key=f"preview-{made.form['id']}")
    with screen:
        values = _screen(made, prompt, len(found))
    with tips:
        _advice(found, prompt)
    with trial:
        run_on_trial(made, prompt, values)
    with tried:
        _checks(made, values)


def _screen(made: Making, prompt: Prompt, tips: int) -> dict[str, str]:
    """Draw the form as a trainee sees it; what is filled in here makes the prompt below and the run."""
    shape = repr([(f.name, f.label, f.type, f.choices, f.min, f.max, f.max_chars) for f in prompt.fields])
    place = f"{made.form['id']}-{zlib.crc32(shape.encode())}"
    kept = f"preview-values:{made.form['id']}"
    start = {**prompt.sample, **st.session_state.get(kept, {})}
    values = form.template_form(prompt, place, start)
    st.session_state[kept] = values
    try:
        composed = render(prompt, values)
    except PromptTooLongError as error:
        session.say(error)
        composed = ""
    st.caption("이렇게 채우면 아래 프롬프트를 보냅니다.")
    with st.container(border=True, height=260):
        st.html(f'<div class="room-raw">{markup.plain(composed)}</div>')
    more = f" · 조언 {tips}가지" if tips else ""
    st.caption(f"예시 값을 넣으면 약 {advice.size(prompt):,}토큰{more}")
    if prompt.fields:
        left, right = st.columns([6, 5], vertical_alignment="center")
        left.button(
            "채운 값을 예시로 두기", icon=":material/bookmark_add:", key=f"sample-{made.form['id']}",
            on_click=_keep_sample, args=(made.form, values), width="stretch",
            help="수강생이 자유 실습에서 ‘예시로 채워 보기’를 누르면 이 값이 들어갑니다.",
        )  # fmt: skip
        right.caption(f"예시 값 {sum(bool(v) for v in made.form['sample'].values())}개")
    _sample_problems(made)
    return values


def _sample_problems(made: Making) -> None:
    found = made.look().at("sample")
    for one in found:
        st.markdown(f":red[:material/error: {session.plain(one.message)} {session.plain(one.remedy)}]")
    if found:
        st.button("예시 값 지우기", key=f"no-sample-{made.form['id']}", on_click=made.form["sample"].clear)


def _keep_sample(held: Form, values: dict[str, str]) -> None:
    held["sample"] = {name: value for name, value in values.items() if value.strip()}


def _advice(found: tuple[advice.Advice, ...], prompt: Prompt) -> None:
    for one in found:
        st.markdown(f":material/lightbulb: {session.plain(one.text)}")
    if not found:
        st.success("더 드릴 조언이 없습니다.", icon=":material/check_circle:")
    st.caption("조언은 따르지 않아도 공개할 수 있습니다. 필드 옆의 붉은 말은 꼭 고쳐야 합니다.")


# --------------------------------------------------------------------------- a real run


def run_on_trial(made: Making, prompt: Prompt, values: dict[str, str]) -> None:
    """Run the template as it stands on the chosen endpoint, as the instructor's own person."""
    who = session.person()
    if who is None:
        st.info("시험 실행은 강사님 이름으로 보내고 「내 기록」에 남습니다.", icon=":material/science:")
        if st.button("시험 실행 준비하기", key=f"join-{made.form['id']}"):
            lecture = session.services().lecture
            name = lecture.instructors.current(made.key).name
            session.enter(session.services().classroom.join(name, "", ""))
            st.rerun()
        return
    place = f"trial:{made.form['id']}"
    try:
        composed = render(prompt, values)
    except PromptTooLongError:
        return
    text = prompt_box.prompt_box(place, composed, {}, label="보낼 프롬프트", height=200)
    endpoint = session.endpoint()
    if endpoint is not None:
        st.caption(
            f"「{session.plain(endpoint.name)}」에 보냅니다. 시작 화면이나 실습 화면 오른쪽 위에서 바꿀 수 있습니다."
        )
    missing = session.services().practice.composing.missing(prompt, values)
    work = Work(text, values=values, trial=prompt)
    started = run_button(place, work, missing, label="시험 실행", shortcut=False)
    if started:
        st.session_state[f"trial-run:{made.form['id']}"] = started
    run = trial_run(made)
    if run is not None:
        answer.finished(run, key=run.id) if run.state.ended else answer.live(run)


def trial_run(made: Making) -> Run | None:
    """Return the latest trial run of this session."""
    run_id = st.session_state.get(f"trial-run:{made.form['id']}", "")
    return session.services().practice.result(session.me(), run_id) if run_id else None


# --------------------------------------------------------------------------- checks on any answer


def pasted(made: Making) -> str:
    """Ask for an answer to try the checks on; the trial's own can be put in."""
    key = f"pasted-{made.form['id']}"
    run = trial_run(made) if session.person() is not None else None
    if run is not None and run.state.ended and run.answer.strip():
        st.button(
            "시험 실행의 답 넣기", icon=":material/content_paste:", key=f"put-{key}",
            on_click=st.session_state.__setitem__, args=(key, run.answer),
        )  # fmt: skip
    return st.text_area("점검해 볼 답 (붙여넣기)", key=key, height=PASTE_HEIGHT) or ""


def _checks(made: Making, values: dict[str, str]) -> None:
    if not made.form["checks"]:
        st.caption("왼쪽 아래 「점검」에서 점검을 더하면 여기서 바로 시험할 수 있습니다.")
        return
    text = pasted(made)
    if not text.strip():
        return
    labels = {f["name"]: f["label"] or f["name"] for f in made.form["fields"]}
    sources = {labels.get(n, n): v for n, v in values.items() if v.strip()}
    try:
        asked = render(loose_prompt(made.form), values)
    except PromptTooLongError:
        asked = ""
    answer.verdicts(template_verdicts(made.form, text, asked, sources))
