"""The form of an exercise: the situation, materials, steps, checks, and answers that prove the checks."""

from __future__ import annotations

import json

import streamlit as st

from sandbox.authoring import forms
from sandbox.documents import read
from sandbox.records import DocumentError, SandboxError
from ui import session
from ui.session import plain
from ui.widgets import answer, frame
from ui.widgets.editor import checks, preview, state, template, trying
from ui.widgets.editor.state import Form, Making

OWN, FILE = "직접 적기", "자료: "
TRY = "⑥ 시험 실행"
SCENARIO_HEIGHT = 220
ANSWER_HEIGHT = 200


def exercise(made: Making) -> None:
    """Draw the whole editor of an exercise."""
    form = made.form
    names = ["① 상황", "② 자료와 프롬프트", "③ 순서와 힌트", "④ 점검", "⑤ 답안", TRY]
    groups: tuple[tuple[str, ...], ...] = (
        ("title", "module", "level", "minutes", "goal", "scenario", "order"),
        ("materials", "prefill", "prompt", "starter"),
        ("steps", "hints", "lesson", "tags"),
        ("checks",),
        ("model", "wrong"),
        (),
    )
    found = made.look().problems
    counts = [sum(bool(p.place) and p.place[0] in group for p in found) for group in groups]
    told = [f"{name} {count}" for name, count in zip(names, counts, strict=True) if count]
    # Drawn even when empty: tabs that move up a place forget which of them was open.
    with st.container():
        if told:
            st.markdown(f":red[고칠 곳: {' · '.join(told)}]")
    # Labels that changed would throw whoever works in one tab back to the first.
    story, materials, steps, check, proof, on_trial = st.tabs(names, key=f"parts-{form['id']}")
    with story:
        _story(made)
    with materials:
        _materials(made)
        _prompt(made)
    with steps:
        _steps(made)
    with check:
        sources = [m["file"] for m in form["materials"]]
        checks.checks(made, [*sources, *_labels(form["prompt"])])
        _try(made)
    with proof:
        _answers(made)
    with on_trial:
        trying.trying(made, _provable(form))
    rest = [p for p in found if not p.place or p.place[0] not in {n for g in groups for n in g}]
    with st.container():  # the history below stays open, too
        for one in rest:
            st.error(f"{plain(one.message)} {plain(one.remedy)}", icon=":material/error:")


def _story(made: Making) -> None:
    form = made.form
    left, right = st.columns([7, 6], gap="medium")
    with left:
        template.about(made)
        a, b = st.columns([3, 9])
        with a:
            state.number(
                made, form, "minutes", "걸리는 시간(분)", ("minutes",), whole=True, min_value=1, max_value=480
            )
        with b:
            state.line(
                made,
                form,
                "goal",
                "목표",
                ("goal",),
                placeholder="예: 메모의 숫자를 빠뜨리지 않고 옮길 수 있습니다.",
            )
        state.area(
            made, form, "scenario", "상황 (굵게는 \\*\\*이렇게\\*\\*, 목록은 - 로 시작)", ("scenario",), height=SCENARIO_HEIGHT
        )  # fmt: skip
    with right:
        st.caption("수강생에게 이렇게 보입니다")
        with st.container(border=True):
            st.markdown(f"#### {plain(form['title'] or '제목')}", anchors=False)
            st.caption(f"{form['level']} · 약 {form['minutes'] or 0}분 · {plain(form['goal'])}")
            st.markdown(frame.prose(form["scenario"] or "상황을 적으면 여기에 보입니다."))


def _steps(made: Making) -> None:
    form = made.form
    left, right = st.columns(2, gap="medium")
    with left:
        state.lines(made, form, "steps", "순서 (한 줄에 하나)", ("steps",), height=200)
    with right:
        state.lines(made, form, "hints", "힌트 (한 줄에 하나, 하나씩 열립니다)", ("hints",), height=200)
    state.area(
        made, form, "lesson", "이 실습에서 배운 것 (모범 답안과 함께 보입니다)", ("lesson",), height=80
    )
    if form["lab"]:
        st.info(
            "이 실습에는 실험대가 있습니다. 실험대의 글은 그대로 두며, 바꾸려면 내려받은 파일에서 고쳐 가져와 주세요.",
            icon=":material/science:",
        )


# --------------------------------------------------------------------------- materials


def _materials(made: Making) -> None:
    rows: list[Form] = made.form["materials"]
    st.markdown("##### 자료", anchors=False)
    st.file_uploader(
        "수강생에게 줄 파일을 올리세요 (한글·워드·엑셀·PDF·텍스트, 20MB까지). 지어낸 내용만 씁니다.",
        type=list(read.ACCEPTED),
        key=f"material-{made.form['id']}",
        on_change=_add,
        args=(made,),
        max_upload_size=20,
    )
    for note in st.session_state.pop(f"material-notes:{made.form['id']}", ()):
        st.warning(plain(note), icon=":material/info:")
    for error in st.session_state.pop(f"material-errors:{made.form['id']}", ()):
        session.say(error)
    for i, one in enumerate(rows):
        with st.container(border=True):
            a, b, c = st.columns([4, 5, 3], vertical_alignment="bottom")
            a.markdown(f":material/description: **{plain(one['file'])}**")
            with b:
                state.line(made, one, "title", "화면에 보일 이름 (비우면 파일 이름)")
            with c:
                state.mover(made, rows, i, "자료")
            state.problems(made, "materials", i)
    state.problems(made, "materials", exact=True)


def _add(made: Making) -> None:
    """Take an upload in, as its callback; the same name again replaces the file."""
    upload = st.session_state.get(f"material-{made.form['id']}")
    if upload is None:
        return
    try:
        line, warnings = session.services().authoring.drafting.add_material(
            made.key, upload.name, upload.getvalue()
        )
    except (DocumentError, SandboxError) as error:
        st.session_state[f"material-errors:{made.form['id']}"] = [error]
        return
    rows: list[Form] = made.form["materials"]
    same = next((r for r in rows if r["file"] == line["file"]), None)
    if same is not None:
        same["sha256"] = line["sha256"]
    else:
        rows.append(line)
    st.session_state[f"material-notes:{made.form['id']}"] = warnings


# --------------------------------------------------------------------------- the prompt


def _labels(prompt_id: str) -> list[str]:
    found = next((p for p in session.services().library.prompts() if p.id == prompt_id), None)
    return [f.label for f in found.fields] if found else []


def _prompt(made: Making) -> None:
    form = made.form
    st.markdown("##### 프롬프트", anchors=False)
    prompts = {p.id: p for p in session.services().library.prompts()}
    options = {"": "템플릿 없이 수강생이 처음부터 쓰기", **{i: p.title for i, p in prompts.items()}}
    before = form["prompt"]
    state.pick(made, form, "prompt", "쓸 템플릿 (공개된 것)", options, ("prompt",))
    if form["prompt"] != before:
        st.rerun()
    if not form["prompt"]:
        form["prefill"] = {}
        state.area(made, form, "starter", "입력 칸에 처음 들어 있을 글", ("starter",), height=100)
        return
    form["starter"] = ""
    prompt = prompts.get(form["prompt"])
    if prompt is None:
        return
    st.caption("빈칸마다 미리 채울 것을 정합니다. 자료를 고르면 그 글 전체가 들어갑니다.")
    known = {f.name for f in prompt.fields}
    form["prefill"] = {name: value for name, value in form["prefill"].items() if name in known}
    files = [m["file"] for m in form["materials"]]
    for item in prompt.fields:
        _prefill(made, item.name, item.label, files)


def _prefill(made: Making, name: str, label: str, files: list[str]) -> None:
    held: Form = made.form["prefill"]
    value = held.get(name, "")
    options = [OWN, *(FILE + f for f in files)]
    is_file = value.startswith("@") and not value.startswith("@@")
    here = FILE + value[1:] if is_file and value[1:] in files else OWN
    a, b = st.columns([4, 8], vertical_alignment="bottom")
    key = f"{made.widget(made.form, 'prefill')}-{name}"
    st.session_state.setdefault(f"{key}-how", here)
    if st.session_state[f"{key}-how"] not in options:
        st.session_state[f"{key}-how"] = OWN
    how = a.selectbox(label, options, key=f"{key}-how")
    if how != OWN:
        held[name] = "@" + how.removeprefix(FILE)
        b.caption(f"「{plain(how.removeprefix(FILE))}」의 글이 들어갑니다.")
    else:
        st.session_state.setdefault(f"{key}-text", "" if is_file else value.replace("@@", "@", 1))
        text = b.text_input("미리 채울 값 (비우면 템플릿의 처음 값)", key=f"{key}-text") or ""
        held[name] = f"@{text}" if text.startswith("@") else text
        if not text:
            del held[name]
    state.problems(made, "prefill", name)


# --------------------------------------------------------------------------- checks and answers


def _try(made: Making) -> None:
    """Try the checks at once on a pasted answer."""
    if not made.form["checks"]:
        return
    st.markdown("##### 점검 시험", anchors=False)
    text = preview.pasted(made)
    asked = ""
    if any(c["kind"] == "prompt_parts" for c in made.form["checks"]):
        asked = (
            st.text_area("그 답을 얻은 프롬프트 (붙여넣기)", key=f"asked-{made.form['id']}", height=100) or ""
        )
    if not text.strip() and not asked.strip():
        return
    now = json.dumps([made.form, text, asked], ensure_ascii=False)
    kept = f"tried:{made.form['id']}"
    if st.session_state.get(kept, ("", ()))[0] != now:
        drafting = session.services().authoring.drafting
        with st.spinner("점검하고 있습니다…"):
            st.session_state[kept] = (now, drafting.try_checks(made.key, _provable(made.form), text, asked))
    found = st.session_state[kept][1]
    answer.verdicts(found)
    if not found:
        st.caption("붉은 말로 적힌 것을 먼저 고쳐 주세요. 그러면 점검을 시험할 수 있습니다.")


def _provable(form: Form) -> Form:
    """Return the form with what an exercise needs besides its checks, so that they can be tried early."""
    stand_in = {"title": "…", "goal": "…", "scenario": "…", "steps": ["…"], "minutes": 10}
    filled = form | {key: value for key, value in stand_in.items() if not form[key]}
    model = form["model"] | {"text": form["model"]["text"].strip() or "…", "fails": []}
    return filled | {"model": model, "wrong": [], "prefill": {}}


def _answers(made: Making) -> None:
    form = made.form
    st.caption(
        "모범 답안은 모든 점검을 통과해야 하고, 틀린 답안은 고른 점검에서 실패해야 합니다. "
        "그래야 수강생의 답을 제대로 가려냅니다. 저장할 때 실제로 넣어 봅니다."
    )
    if st.button("지금 답안을 점검에 넣어 보기", icon=":material/rule:", key=f"prove-{form['id']}"):
        with st.spinner("답안을 하나씩 점검하고 있습니다…"):
            made.prove()
        st.session_state["proved"] = True
        st.rerun()  # what was found belongs beside every answer and into the bar above
    if st.session_state.pop("proved", False):
        if made.look().problems:
            st.error(
                "말한 대로 되지 않는 답안이 있습니다. 답안 아래의 붉은 글을 봐 주세요.",
                icon=":material/error:",
            )
        else:
            st.success(
                "모범 답안은 통과하고 틀린 답안은 말한 대로 실패합니다.", icon=":material/check_circle:"
            )
    st.markdown("##### 모범 답안", anchors=False)
    form["model"].setdefault("uid", "model")
    _answer(made, form["model"], "model")
    for i, one in enumerate(form["wrong"]):
        with st.container(border=True):
            a, b = st.columns([8, 4], vertical_alignment="center")
            a.markdown(f"**틀린 답안 {i + 1}**")
            with b:
                state.mover(made, form["wrong"], i, "틀린 답안")
            state.line(made, one, "name", "이름", placeholder="예: 숫자를 지어낸 답")
            _fails(made, one)
            _answer(made, one, "wrong", i)
    st.button(
        "틀린 답안 더하기", icon=":material/add:", key=f"add-wrong-{form['id']}",
        on_click=lambda: form["wrong"].append(forms.new_wrong()),
    )  # fmt: skip
    state.problems(made, "wrong", exact=True)


def _answer(made: Making, one: Form, *place: str | int) -> None:
    state.area(made, one, "text", "답의 글", height=ANSWER_HEIGHT)
    state.line(made, one, "why", "왜 좋은지 또는 왜 틀렸는지")
    if any(c["kind"] == "prompt_parts" for c in made.form["checks"]):
        state.area(made, one, "prompt", "이 답을 얻은 프롬프트", height=80)
    state.problems(made, *place)


def _fails(made: Making, one: Form) -> None:
    options = {c["id"]: checks.told(c) for c in made.form["checks"]}
    key = made.bind(one, "fails", list)
    st.session_state.setdefault(key, [f for f in one["fails"] if f in options])
    st.session_state[key] = [f for f in st.session_state[key] if f in options]
    st.multiselect(
        "실패해야 하는 점검",
        list(options),
        format_func=lambda v: options[v],
        key=key,
        placeholder="골라 주세요",
    )
