"""Slides before they become a file: a table to edit, a row a slide, its picture beside it.

Hides how rows are moved, added and taken away, and how edits outlive a page change (Streamlit forgets a
widget that is not drawn). Not ``st.data_editor``: its cells show no line breaks, and here a line is a bullet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sandbox.documents import outline
from sandbox.documents.outline import Outline, SlideRow
from sandbox.documents.slide_layout import Page, lay_out
from sandbox.documents.slide_picture import picture

_CONTENT_HELP = (
    "한 줄이 항목 하나입니다. 한 단계 아래는 줄 앞에 빈칸 두 개와 -를 적습니다. 표는 칸을 |로 나눕니다."
)


@dataclass(slots=True)
class _Rows:
    """The slides of one answer as they are being edited; each has a number that stays its own."""

    rows: dict[int, SlideRow]
    next_id: int

    def place(self, row_id: int, at: int, row: SlideRow) -> None:
        """Put a row at a place, taking it from where it was."""
        self.rows.pop(row_id, None)
        items = list(self.rows.items())
        items.insert(at, (row_id, row))
        self.rows = dict(items)


def slide_editor(document: Outline, *, key: str, title: str, on_change: Callable[[], None]) -> Outline:
    """Let the slides of an answer be edited; return the outline the file is made of."""
    own = outline.to_rows(document)
    state: _Rows = st.session_state.setdefault(f"slide-rows-{key}", _begin(own))
    cover = _picture_place("**표지**  \n위의 문서 제목이 들어갑니다.")
    spots: list[DeltaGenerator] = []
    for at, row_id in enumerate(list(state.rows)):
        spots.append(_row(state, row_id, at, key, on_change))
    rows = tuple(replace(row, order=float(at)) for at, row in enumerate(state.rows.values(), 1))
    made = outline.from_rows(rows, title=title, like=document)
    _show_all(lay_out(made, title), rows, cover, spots)
    with st.container(horizontal=True):
        st.button(
            "슬라이드 더하기", key=f"slide-add-{key}", icon=":material/add:",
            on_click=_add, args=(state, len(state.rows), on_change),
        )  # fmt: skip
        st.button(
            "답변으로 되돌리기", key=f"slide-back-{key}", icon=":material/undo:", disabled=rows == own,
            on_click=_undo, args=(state, own, on_change),
        )  # fmt: skip
    return made


def _begin(rows: tuple[SlideRow, ...]) -> _Rows:
    return _Rows(dict(enumerate(rows)), len(rows))


def _picture_place(told: str) -> DeltaGenerator:
    with st.container(border=True):
        left, right = st.columns(2)
        left.markdown(told)
    return right


def _row(state: _Rows, row_id: int, at: int, key: str, on_change: Callable[[], None]) -> DeltaGenerator:
    """Draw one slide's boxes and buttons; return the place of its picture."""
    row, last = state.rows[row_id], len(state.rows) - 1
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            name = f"slide-{key}-{row_id}"
            state.rows[row_id] = SlideRow(
                row.order,
                _box(f"{at + 1}. 제목", f"{name}-title", row.title, on_change),
                _box("내용 (줄마다 하나)", f"{name}-content", row.content, on_change, 150, _CONTENT_HELP),
                _box("발표자 메모", f"{name}-notes", row.notes, on_change, 80),
            )
            with st.container(horizontal=True, gap="small"):
                for label, does, told, off, args in (
                    ("위로", "up", "앞 슬라이드와 자리를 바꿉니다.", at == 0, (_move, row_id, at - 1)),
                    (
                        "아래로",
                        "down",
                        "다음 슬라이드와 자리를 바꿉니다.",
                        at == last,
                        (_move, row_id, at + 1),
                    ),
                    ("더하기", "add", "바로 아래에 빈 슬라이드를 넣습니다.", False, (_add, at + 1)),
                    ("빼기", "drop", "이 슬라이드를 파일에서 뺍니다.", last == 0, (_drop, row_id)),
                ):
                    act, *rest = args
                    st.button(
                        label, key=f"{name}-{does}", help=told, disabled=off,
                        on_click=act, args=(state, *rest, on_change),
                    )  # fmt: skip
    return right


def _box(
    label: str, key: str, value: str, on_change: Callable[[], None], height: int = 0, told: str | None = None
) -> str:
    if key not in st.session_state:
        st.session_state[key] = value
    if height:
        return st.text_area(label, key=key, height=height, on_change=on_change, help=told) or ""
    return st.text_input(label, key=key, on_change=on_change) or ""


# ----------------------------------------------------------------------------- moving


def _move(state: _Rows, row_id: int, to: int, on_change: Callable[[], None]) -> None:
    state.place(row_id, to, state.rows[row_id])
    on_change()


def _add(state: _Rows, at: int, on_change: Callable[[], None]) -> None:
    state.place(state.next_id, at, SlideRow(None, "", "", ""))
    state.next_id += 1
    on_change()


def _drop(state: _Rows, row_id: int, on_change: Callable[[], None]) -> None:
    state.rows.pop(row_id, None)
    on_change()


def _undo(state: _Rows, own: tuple[SlideRow, ...], on_change: Callable[[], None]) -> None:
    """Begin anew under new numbers, so that no box keeps what was typed."""
    state.rows = dict(enumerate(own, state.next_id))
    state.next_id += len(own)
    on_change()


# ----------------------------------------------------------------------------- pictures


def _show_all(
    pages: tuple[Page, ...], rows: tuple[SlideRow, ...], cover: DeltaGenerator, spots: list[DeltaGenerator]
) -> None:
    """Put each page beside the row it came of; a row may take several pages, an empty one none."""
    source, places = 0, {0: cover}
    for row, spot in zip(rows, spots, strict=True):
        if outline.from_rows((row,), title="").deck:
            source += 1
            places[source] = spot
        else:
            spot.caption("비어 있는 슬라이드는 파일에 넣지 않습니다.")
    for number, page in enumerate(pages, 1):
        with places[page.source]:
            st.image(picture(page, number), caption=f"{number}쪽", width="stretch")
            for said in page.warnings:
                st.warning(said, icon=":material/crop:")
