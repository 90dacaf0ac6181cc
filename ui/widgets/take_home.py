"""결과 가져가기: copy, edit before export, choose a shape, confirm the facts, take a file home.

Hides that nothing is written before somebody presses a button, that edits belong to the files and
never to the stored answer, that an edit takes 사실 확인 back (what was confirmed has changed), and that
a press right after typing waits for what was typed: the box hands it over only when it is left.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import streamlit as st

from sandbox.documents import LETTER_WRITERS, NOTICE, WRITERS, Written, outline
from sandbox.documents.letter import Letter, to_letter, to_outline
from sandbox.documents.outline import Outline
from sandbox.practice import ProvedFormula, proved_formula
from sandbox.records import DocumentError, Exercise, Run
from ui import browser
from ui.widgets import recorded
from ui.widgets.slide_editor import slide_editor

REPORT, LETTER, SLIDES = SHAPES = ("보고서(개조식)", "기안문(공문)", "슬라이드")
_FORMATS: Mapping[str, tuple[str, ...]] = {
    REPORT: ("hwpx", "docx", "pdf", "xlsx", "md"),
    LETTER: ("hwpx", "docx"),
    SLIDES: ("pptx", "hwpx", "docx", "pdf", "md"),
}
_EDIT_ARRIVES_SECONDS = 0.4
_DRAWN_SECONDS = 10.0


@dataclass(slots=True)
class _Latest:
    """What the buttons of one panel would write, as last drawn; ``drawing`` while that is changing."""

    drawing: bool = False
    writes: dict[tuple[str, str], Callable[[], Written]] = field(default_factory=dict)

    def data(self, shape: str, kind: str) -> bytes:
        """Write a file of what is on screen now, not of what was there when the button was drawn."""
        time.sleep(_EDIT_ARRIVES_SECONDS)
        end = time.monotonic() + _DRAWN_SECONDS
        while self.drawing and time.monotonic() < end:
            time.sleep(0.05)
        return self.writes[shape, kind]().data


def take_home(run: Run, *, key: str, title: str, exercise: Exercise | None = None) -> None:
    """Offer what can be taken home of an answer; drawn only while it is open."""
    if run.answer.strip():
        _panel(run, key, title, exercise)


@st.fragment
def _panel(run: Run, key: str, title: str, exercise: Exercise | None) -> None:
    box = st.expander("결과 가져가기", icon=":material/download:", key=f"take-{key}", on_change="rerun")
    if not box.open:
        return
    latest: _Latest = st.session_state.setdefault(f"latest-{key}", _Latest())
    latest.drawing = True
    with box:
        shape, document, letter, name = _document(run, key, title, exercise)
        _copy(to_outline(letter) if letter else document, key)
        checked = _facts(key)
        if exercise is not None:
            _proved_workbook(run, exercise, key, checked=checked)
        notice = recorded.document_notice(run)
        for kind in _FORMATS[shape]:
            latest.writes[shape, kind] = (
                partial(LETTER_WRITERS[kind].write, letter, notice=notice)
                if letter
                else partial(WRITERS[kind].write, document, title=name, notice=notice)
            )
        latest.drawing = False
        _downloads(shape, latest, name, key, checked=checked)


def _document(
    run: Run, key: str, title: str, exercise: Exercise | None
) -> tuple[str, Outline, Letter | None, str]:
    """Let the shape be chosen and the content edited; return shape, document, 기안문 and title."""
    answer = outline.from_answer(run.answer)
    is_deck = outline.is_deck(answer) or (exercise is not None and exercise.module == "slides")
    shape = st.segmented_control(
        "문서 모양", SHAPES, default=SLIDES if is_deck else REPORT, required=True, key=f"shape-{key}"
    )
    own = answer.title or title
    doubt = partial(_doubt, key)
    named = st.text_input(
        "문서 제목",
        key=f"title-{key}",
        placeholder=own,
        on_change=doubt,
        help="비워 두면 흐리게 보이는 제목을 씁니다.",
    )
    if shape == SLIDES:
        document = slide_editor(answer, key=key, title=named or own, on_change=doubt)
    else:
        document = _text_editor(answer, key, doubt)
    name = named or document.title or title
    letter = _letter(document, named or "", title, key, doubt) if shape == LETTER else None
    return shape or REPORT, document, letter, name


def _doubt(key: str) -> None:
    """Take the confirmation back; this runs before anything is drawn anew."""
    st.session_state[f"facts-{key}"] = False
    if f"latest-{key}" in st.session_state:
        st.session_state[f"latest-{key}"].drawing = True


# ----------------------------------------------------------------------------- editing


def _text_editor(answer: Outline, key: str, doubt: Callable[[], None]) -> Outline:
    own, widget, kept = outline.to_text(answer), f"text-{key}", f"text-kept-{key}"
    if widget not in st.session_state:  # Streamlit forgets a box that was not drawn
        st.session_state[widget] = st.session_state.get(kept, own)
    text = st.text_area(
        "내보내기 전에 고치기",
        key=widget,
        height=260,
        on_change=doubt,
        help="여기서 고친 글은 파일에만 들어갑니다. 저장된 답변은 그대로입니다.",
    )
    st.session_state[kept] = text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "답변으로 되돌리기",
            key=f"text-back-{key}",
            icon=":material/undo:",
            disabled=text == own,
            on_click=_undo,
            args=(widget, own, doubt),
        )
        st.caption("‘#’으로 시작하는 줄은 제목, ‘|’로 나눈 줄은 표가 됩니다.")
    return outline.from_text(text or "", like=answer)


def _undo(widget: str, own: str, doubt: Callable[[], None]) -> None:
    st.session_state[widget] = own
    doubt()


def _letter(document: Outline, named: str, fallback: str, key: str, doubt: Callable[[], None]) -> Letter:
    """Ask who writes to whom; what stays empty is printed as a blank to fill."""
    read = to_letter(document, title=fallback)
    to, via, sender = st.columns(3)
    read = replace(
        read,
        title=named or read.title,
        to=_party(to, "수신", read.to, key, doubt),
        via=_party(via, "경유", read.via, key, doubt),
        sender=_party(sender, "발신 명의", read.sender, key, doubt),
    )
    st.caption("비워 둔 곳과 결재·시행·주소 줄은 파일에 빈칸으로 나옵니다. 받은 뒤에 채워 주세요.")
    st.html(f'<div class="room-answer">{outline.to_html(to_outline(read))}</div>')
    return read


def _party(
    place: st.delta_generator.DeltaGenerator, label: str, said: str, key: str, doubt: Callable[[], None]
) -> str:
    typed = place.text_input(
        label, key=f"{label}-{key}", placeholder=said or "빈칸으로 두기", on_change=doubt
    )
    return (typed or "").strip() or said


# ----------------------------------------------------------------------------- taking


def _copy(document: Outline, key: str) -> None:
    browser.copy_button(
        "복사하기 (한글·엑셀에 붙여 넣으면 표와 문단으로 들어갑니다)",
        html=outline.to_html(document),
        text=outline.to_clipboard_text(document).replace("\u00a0", " "),
        key=f"copy-{key}",
    )


def _facts(key: str) -> bool:
    return st.checkbox(
        "답변의 숫자·날짜·이름이 사실인지 확인했습니다.", key=f"facts-{key}",
        help="확인하신 뒤에 파일로 받을 수 있습니다. 글을 고치면 다시 확인해 주세요.",
    )  # fmt: skip


def _proved_workbook(run: Run, exercise: Exercise, key: str, *, checked: bool) -> None:
    """Offer the exercise's workbook with the formula in place, once the check has proved it."""
    found = proved_formula(exercise.checks, run.answer, run.verdicts)
    material = next((m for m in exercise.materials if found and m.name == found.workbook), None)
    if found is None or material is None:
        if any(check.kind == "formula" for check in exercise.checks):
            st.caption("수식 점검을 통과하면 수식이 들어간 실습 엑셀 파일도 받을 수 있습니다.")
        return

    def make() -> bytes:
        from sandbox.documents import write_proof  # openpyxl, only for who asks for it

        return write_proof.write(
            material.path, sheet=found.sheet, cell=found.cell, fill_to=found.fill_to, formula=found.formula,
            explanation=run.answer, proved_on=found.proved_on, spills=found.spills,
        ).data  # fmt: skip

    st.download_button(
        "수식이 들어간 엑셀 파일 받기",
        data=make,
        file_name=file_name(f"{Path(found.workbook).stem}_수식", ".xlsx"),
        mime=WRITERS["xlsx"].mime,
        key=f"get-proof-{key}",
        icon=":material/function:",
        type="primary",
        disabled=not checked,
        on_click="ignore",
    )
    for warning in _proof_warnings(material.path, found, key):
        st.caption(f":material/warning: {warning}")


def _proof_warnings(workbook: Path, found: ProvedFormula, key: str) -> tuple[str, ...]:
    """Look once at what the file will lose or replace: drawing the panel again does not open it again."""
    place = (str(workbook), found.sheet, found.cell, found.fill_to)
    kept: dict[tuple[str, ...], tuple[str, ...]] = st.session_state.setdefault(f"proof-warnings-{key}", {})
    if place not in kept:
        from sandbox.documents import write_proof

        try:
            kept[place] = write_proof.warnings_of(
                workbook, sheet=found.sheet, cell=found.cell, fill_to=found.fill_to
            )
        except DocumentError as error:
            kept[place] = (f"{error.message} {error.remedy}".strip(),)
    return kept[place]


def _downloads(shape: str, latest: _Latest, name: str, key: str, *, checked: bool) -> None:
    with st.container(horizontal=True):
        for kind in _FORMATS[shape]:
            writer = WRITERS[kind]
            st.download_button(
                writer.label,
                data=partial(latest.data, shape, kind),
                file_name=file_name(name, writer.extension),
                mime=writer.mime,
                key=f"get-{shape}-{kind}-{key}",
                disabled=not checked,
                on_click="ignore",
            )
    st.caption(f"파일 아래쪽에 「{NOTICE}」이라고 표시됩니다.")


def file_name(title: str, extension: str) -> str:
    """Make a file name that Windows takes."""
    return (
        re.sub(r'[\\/:*?"<>|\x00-\x1f\u202a-\u202e\u2066-\u2069]+', " ", title).strip(" .")[:60] or "답변"
    ) + extension
