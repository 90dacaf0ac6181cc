"""An exercise's materials: to read on the page and to take along."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

import openpyxl
import streamlit as st

from sandbox.records import Exercise, Material
from ui.widgets import frame

ROWS_SHOWN = 200


def materials(exercise: Exercise) -> None:
    """Show each material with a button to download it."""
    if not exercise.materials:
        st.caption("이 실습에는 따로 주는 자료가 없습니다.")
    for item in exercise.materials:
        with st.container(border=True):
            left, right = st.columns([3, 1], vertical_alignment="center")
            left.markdown(f"**{frame.plain(item.title)}**  \n:gray[{frame.plain(item.name)}]")
            right.download_button(
                "받기",
                data=item.path.read_bytes(),
                file_name=item.name,
                mime=mimetypes.guess_type(item.name)[0] or "application/octet-stream",
                key=f"material-{exercise.id}-{item.name}",
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
            )
            _body(item)


def _body(item: Material) -> None:
    if item.path.suffix.lower() == ".xlsx":
        for name, rows in sheets(item.path, item.path.stat().st_mtime_ns):
            st.caption(f"시트 「{frame.plain(name)}」 · {len(rows):,}행 (엑셀의 행·열 이름으로 보입니다)")
            st.dataframe(_grid(rows[:ROWS_SHOWN]), height=280, width="stretch")
    elif item.text:
        with st.container(height=300):
            st.text(item.text)


@lru_cache(maxsize=32)
def sheets(path: Path, _changed: int) -> tuple[tuple[str, tuple[tuple[object, ...], ...]], ...]:
    """Read a workbook's sheets once for everybody."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        return tuple((s.title, tuple(tuple(r) for r in s.iter_rows(values_only=True))) for s in book)
    finally:
        book.close()


def _grid(rows: tuple[tuple[object, ...], ...]) -> object:
    """Lay rows out with Excel's own letters and numbers, so that a formula can be checked by eye."""
    import pandas as pd

    width = max((len(r) for r in rows), default=0)
    letters = [openpyxl.utils.get_column_letter(c + 1) for c in range(width)]
    text = [["" if v is None else _shown(v) for v in (*r, *[None] * (width - len(r)))] for r in rows]
    return pd.DataFrame(text, columns=letters, index=range(1, len(rows) + 1))


def _shown(value: object) -> str:
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else f"{value}"
