"""One's own material in 자유 실습: a file is read into the prompt, where it can be seen and cut."""

from __future__ import annotations

import streamlit as st

from sandbox.documents import read_apart
from sandbox.records import DocumentError
from ui import session
from ui.widgets import frame
from ui.widgets.form import READABLE, place_key
from ui.widgets.prompt_box import key_of


def attach(place: str) -> None:
    """Offer to add a file; its text goes to the end of the prompt, through the same guard."""
    with st.expander("내 자료 붙이기 (한글·워드·엑셀·PDF·텍스트)", icon=":material/attach_file:"):
        st.file_uploader(
            "파일을 끌어다 놓으세요. 글만 읽어 프롬프트 끝에 넣습니다.",
            type=READABLE,
            key=f"up-{place_key(place)}",
            on_change=_add,
            args=(place,),
            max_upload_size=20,
        )
        for note in st.session_state.get(f"notes:{place}", ()):
            st.caption(note)


def _add(place: str) -> None:
    """Read a new upload into the prompt; a callback, so that the text box shows it at once."""
    upload = st.session_state.get(f"up-{place_key(place)}")
    if upload is None:
        return
    try:
        found = read_apart.read_apart(upload.name, upload.getvalue())
    except DocumentError as error:
        st.session_state["callback_error"] = error
        return
    key = key_of(place)
    name = " ".join(upload.name.split())
    before = st.session_state.get(key, "")
    st.session_state[key] = f"{before}\n\n[첨부 자료: {name}]\n{found.text}\n[첨부 자료 끝]".lstrip()
    st.session_state.setdefault(f"composed:{place}", "")
    session.choices(place)
    st.session_state[f"notes:{place}"] = (
        f"「{frame.plain(name)}」에서 {len(found.text):,}자를 읽어 넣었습니다.",
        *map(frame.plain, found.warnings),
    )
