"""A board of the least code, as Streamlit's own tutorial would draw it: what the live board is compared with."""

import json
import os
from pathlib import Path

import streamlit as st

from bench.board import board_of, open_store
from bench.board_class import CODE
from sandbox.class_records import InstructorKey


@st.cache_resource
def board():  # type: ignore[no-untyped-def]
    """Open the store once and give the same summary as the room."""
    return board_of(open_store(Path(os.environ["BOARD_DATA"])))


@st.fragment(run_every=2.5)
def draw() -> None:
    """Draw a tile for every seat, every two and a half seconds."""
    told = json.loads(board().drawn(InstructorKey(os.environ["BOARD_KEY"]), CODE, projector=False).body)
    st.markdown(" · ".join(f"{name} {count}" for name, count in told["counts"].items()))
    columns = st.columns(8)
    for number, tile in enumerate(told["tiles"]):
        with columns[number % 8].container(border=True):
            st.markdown(
                f"**{tile['s']} {tile['n']}**  \n{told['words'][tile['w']]} {tile.get('m', 0)}분  \n"
                f"{tile.get('t', 0)}번 시도 {tile.get('p', 0)}/{tile.get('q', 0)}"
            )


draw()
