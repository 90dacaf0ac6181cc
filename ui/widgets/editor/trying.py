"""An exercise tried before anybody sees it: what it would send, advice, a real run, and the checks on its answer."""

from __future__ import annotations

import json
import zlib

import streamlit as st

from sandbox.authoring.trying import Asking, advise_exercise
from sandbox.records import DocumentError, PromptTooLongError, Run, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import answer, form
from ui.widgets.editor import preview
from ui.widgets.editor.state import Form, Making


def trying(made: Making, provable: Form) -> None:
    """Draw the whole tab; ``provable`` is the form with what its checks need to be tried early."""
    try:
        asked = _asking(made)
        advice = advise_exercise(made.form, asked)
        told = f"아무것도 고치지 않고 보내면 프롬프트가 약 **{asked.tokens:,}토큰**입니다."
    except (DocumentError, PromptTooLongError) as error:
        session.say(error)
        return
    left, right = st.columns([5, 8], gap="medium")
    with left:
        st.markdown("##### 수강생에게 처음 보이는 빈칸", anchors=False)
        values = _values(made, asked)
        st.caption(told)
        for one in advice:
            st.markdown(f":material/lightbulb: {plain(one.text)}")
    with right, st.container(key="exercise-trial"):
        st.markdown("##### 시험 실행", anchors=False)
        preview.run_on_trial(made, asked.prompt, values)
        run = preview.trial_run(made) if session.person() is not None else None
        if run is not None and run.state.ended and run.answer.strip():
            _judged(made, provable, run)


def _asking(made: Making) -> Asking:
    """Return what would be sent; materials are read anew only when something of it has changed."""
    form_ = made.form
    parts = [
        form_[name] for name in ("title", "module", "level", "prompt", "starter", "prefill", "materials")
    ]
    template = next((p for p in session.services().library.prompts() if p.id == form_["prompt"]), None)
    now = json.dumps(parts, ensure_ascii=False) + repr(template)
    kept = f"asking:{form_['id']}"
    if st.session_state.get(kept, ("", None))[0] != now:
        st.session_state[kept] = now, session.services().authoring.drafting.asking(made.key, form_)
    found: Asking = st.session_state[kept][1]
    return found


def _values(made: Making, asked: Asking) -> dict[str, str]:
    """Draw the blanks as a trainee finds them; what is filled in here goes into the trial alone."""
    if not asked.prompt.fields:
        st.caption("템플릿 없이 씁니다. 오른쪽의 글이 입력 칸에 처음 들어 있습니다.")
        return {}
    # Another pre-filling is another form: boxes of before would keep what they held.
    shape = repr([(f.name, f.label, f.type, f.choices, f.max_chars) for f in asked.prompt.fields])
    mark = zlib.crc32((shape + repr(sorted(asked.values.items()))).encode("utf-8", "replace"))
    return form.template_form(asked.prompt, f"try-{made.form['id']}-{mark}", asked.values)


def _judged(made: Making, provable: Form, run: Run) -> None:
    """Run the exercise's own checks on the trial's answer, once an answer and form."""
    if not made.form["checks"]:
        st.caption("「④ 점검」에서 점검을 더하면 이 답을 바로 점검해 보여 드립니다.")
        return
    now = json.dumps([provable, run.id], ensure_ascii=False)
    kept = f"trial-judged:{made.form['id']}"
    if st.session_state.get(kept, ("", ()))[0] != now:
        try:
            with st.spinner("받은 답을 점검하고 있습니다…"):
                found = session.services().authoring.drafting.try_checks(
                    made.key, provable, run.answer, run.messages[-1].text
                )
        except SandboxError as error:
            session.say(error)
            return
        st.session_state[kept] = now, found
    found = st.session_state[kept][1]
    answer.verdicts(found)
    if not found:
        st.caption("붉은 말로 적힌 것을 먼저 고쳐 주세요. 그러면 받은 답을 점검해 보여 드립니다.")
