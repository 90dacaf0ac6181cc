"""실습: scenario and materials on the left; form, prompt, answer and verdicts on the right."""

import streamlit as st

from sandbox.library import prefilled
from sandbox.records import Exercise, NotFoundError
from ui import session
from ui.widgets import begun, drafts, form, frame, guide, labs, past_run, prompt_box, seat_controls, tries
from ui.widgets.part import part
from ui.widgets.run_button import run_button

me, room = session.me(), session.services()


def chosen() -> Exercise | None:
    """The exercise of the deep link, else the one last worked on."""
    wanted = st.query_params.get("id") or st.session_state.get("exercise_id", "")
    try:
        return begun.exercise(wanted) if wanted else None
    except NotFoundError as error:
        if "run" not in st.query_params:
            session.say(error)
        return None


@part
def work_side(exercise: Exercise) -> None:
    """Form, prompt and 실행."""
    draft = drafts.begin(me, exercise.id)
    prompt = begun.prompt(exercise.prompt_id, draft)
    values: dict[str, str] = {}
    if prompt is not None:
        start = {**prefilled(exercise, prompt), **draft}
        with st.expander("① 빈칸 채우기", expanded=True, icon=":material/edit:"):
            values = form.template_form(prompt, exercise.id, start)
        prompt_box.why_box(prompt)
    composed = room.practice.composing.compose(exercise, prompt, values)
    label = "② 보낼 프롬프트 (직접 고칠 수 있습니다)" if prompt else "① 프롬프트를 고쳐 보세요"
    text = prompt_box.prompt_box(exercise.id, composed, draft, label=label)
    prompt_box.self_check(exercise, text)
    drafts.keep(me, exercise.id, prompt, values, text, begun.versions(exercise, prompt))
    run_button(
        exercise.id,
        begun.work(exercise, prompt, text, values),
        room.practice.composing.missing(prompt, values),
        prompt=prompt,
        label="③ 실행",
        # A lab has boxes of its own: Ctrl+Enter typed there must not run the exercise below.
        shortcut=not exercise.lab,
        report=False,
    )


exercise = chosen()
if exercise is None and st.query_params.get("run"):
    past_run.past_run(st.query_params["run"])
elif exercise is None:
    frame.title("실습")
    st.info("먼저 과정에서 실습을 골라 주세요.", icon=":material/menu_book:")
    if st.button("과정으로 가기", type="primary"):
        st.switch_page("screens/course.py")
else:
    st.session_state["exercise_id"] = exercise.id
    st.query_params["id"] = exercise.id
    seat_controls.at(seat_controls.READING, exercise.id)
    frame.title(
        exercise.title, f"{exercise.level.value} · 약 {exercise.minutes}분 · {frame.plain(exercise.goal)}"
    )
    # Outside the parts: starting anew draws the whole page.
    begun.notice(exercise.id, exercise, begun.prompt(exercise.prompt_id, drafts.begin(me, exercise.id)))
    past_run.open_here(exercise, st.query_params.pop("run", ""))
    left, right = st.columns([5, 7], gap="medium")
    with left:
        guide.guide(exercise)
    with right:
        labs.lab(exercise)
        work_side(exercise)
        tries.tries(exercise)
