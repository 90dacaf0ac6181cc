"""Save, publish, and what to do when somebody else has saved in between."""

from __future__ import annotations

import streamlit as st

from sandbox.authoring import ChangedMeanwhileError
from sandbox.class_records import ContentKind
from sandbox.records import SandboxError
from ui import session
from ui.session import plain
from ui.widgets import desk
from ui.widgets.clock import korean_time
from ui.widgets.editor import history, state
from ui.widgets.editor.state import Making

WHAT = {ContentKind.PROMPT: "템플릿", ContentKind.EXERCISE: "실습"}


def bar(made: Making) -> None:
    """Draw what state this is in, and the buttons that save it.

    What comes and goes has a place of its own: below it nothing moves, so that no tab forgets it was open.
    """
    with st.container():
        if made.opened.others:
            st.warning(
                f"{plain(', '.join(made.opened.others))} 강사도 지금 이것을 고치고 있습니다. 먼저 저장한 것은 덮어쓰지 않습니다.",
                icon=":material/group:",
            )
        _conflict(made)
    with st.container(border=True, key="savebar"):
        a, b, c, d, e = st.columns([5, 4, 3, 3, 2], vertical_alignment="bottom")
        a.markdown(_told(made))
        note = b.text_input(
            "무엇을 왜 바꾸었나요? (판 기록에 남습니다)",
            key=f"note-{made.form['id']}-{made.turn}",
            max_chars=200,
        )
        if c.button(
            "저장하고 공개", type="primary", icon=":material/publish:", key="save-publish", width="stretch"
        ):
            _save(made, note or "", publish=True)
        if d.button("판으로 저장", icon=":material/save:", key="save-only", width="stretch"):
            _save(made, note or "", publish=False)
        e.button(
            "", icon=":material/undo:", key="drop-draft", help="초안 버리기", on_click=_drop, args=(made,), width="stretch"
        )  # fmt: skip
    with st.container():
        for one in st.session_state.pop("save-problems", ()):
            st.error(f"**{plain(one.message)}** {plain(one.remedy)}", icon=":material/error:")


def _told(made: Making) -> str:
    base = f"{made.based_on}판을 고치는 중" if made.based_on else "새로 만드는 중"
    kept = made.kept_at and f" · 초안 저장 {korean_time(made.kept_at)[-5:]}"
    count = len(made.look().problems)
    left = f":red[고칠 것 {count}가지]" if count else ":green[고칠 것 없음]"
    return f"**{base}** · {left}  \n:gray[초안은 저절로 저장됩니다{kept or ''}]"


def _save(made: Making, note: str, *, publish: bool) -> None:
    authoring = session.services().authoring
    looked = made.look() if made.kind is ContentKind.PROMPT else made.prove()
    if looked.problems:
        st.session_state["save-problems"] = looked.problems[:6]
        st.rerun()
    try:
        saved = authoring.releasing.save(made.key, made.kind, made.form, made.based_on, note)
        if publish:
            authoring.releasing.publish(made.key, made.kind, made.form["id"], saved.version)
    except ChangedMeanwhileError as error:
        st.session_state[f"conflict:{made.form['id']}"] = error
        st.rerun()
    except SandboxError as error:
        session.say(error)
        return
    what = WHAT[made.kind]
    desk.done(
        f"{what}의 {saved.version}판을 저장하고 공개했습니다. 지금 수강생 화면에 나타납니다."
        if publish
        else f"{what}의 {saved.version}판을 저장했습니다. 아직 공개하지 않았습니다."
    )
    state.forget(made.kind, made.form["id"])
    st.rerun()


def _drop(made: Making) -> None:
    session.services().authoring.drafting.drop_draft(made.key, made.kind, made.form["id"])
    state.forget(made.kind, made.form["id"])
    if not made.based_on:
        st.query_params.pop("edit", None)


# --------------------------------------------------------------------------- somebody else was first


def _conflict(made: Making) -> None:
    """Tell who changed what, and offer every way on; nothing is lost by any of them."""
    name = f"conflict:{made.form['id']}"
    error = st.session_state.get(name)
    if error is None:
        return
    session.say(error)
    history.changes(error.changes)
    a, b, c = st.columns(3)
    a.button(
        "두 분의 것 합치기", icon=":material/merge:", key="merge", type="primary", width="stretch",
        on_click=_merge, args=(made, name),
    )  # fmt: skip
    b.button(
        "내 것을 새 판으로 (앞의 것은 기록에 남음)", icon=":material/layers:", key="on-top", width="stretch",
        on_click=_on_top, args=(made, name, error.version.version),
    )  # fmt: skip
    c.button(
        "내 초안 버리기", icon=":material/undo:", key="give-way", width="stretch", on_click=_give_way, args=(made, name)
    )  # fmt: skip


def _merge(made: Making, name: str) -> None:
    merged, newest = session.services().authoring.releasing.merge(
        made.key, made.kind, made.form, made.based_on
    )
    made.replace(merged.form, newest)
    both = (
        f" 두 분이 함께 고친 {', '.join(merged.both)}: 내 것을 두었습니다. 확인해 주세요."
        if merged.both
        else ""
    )
    desk.done(f"합쳤습니다. 가져온 것: {', '.join(merged.taken) or '없음'}.{both} 저장을 눌러 주세요.")
    st.session_state.pop(name, None)


def _on_top(made: Making, name: str, newest: int) -> None:
    made.based_on = newest
    made.kept = ""
    desk.done("이제 저장을 누르면 그 위의 새 판이 됩니다.")
    st.session_state.pop(name, None)


def _give_way(made: Making, name: str) -> None:
    st.session_state.pop(name, None)
    _drop(made)
