"""By which address a class is joined, and that address as a picture."""

from __future__ import annotations

import io
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import segno
import streamlit as st

from ui import session

HERE_ONLY = ("localhost", "127.0.0.1", "::1")


def room_address() -> str:
    """Return the address by which other PCs reach this room, as far as this one can tell."""
    at = urlsplit(st.context.url or "http://localhost")
    if at.hostname in HERE_ONLY and session.services().settings.classroom and (lan := _lan_address()):
        return f"{at.scheme}://{lan}" + (f":{at.port}" if at.port else "")
    return f"{at.scheme}://{at.netloc}"


def join_address(code: str) -> str:
    """Return the address that opens 시작 with the class code filled in."""
    return f"{room_address()}/?class={code}"


def qr(address: str) -> str:
    """Return the address as an SVG picture that a phone or a tablet reads."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, dark="#000", light="#fff"
    )
    return out.getvalue().decode("utf-8")


def door_notes() -> None:
    """Say when the address on the wall would open on this PC alone."""
    if (urlsplit(room_address()).hostname or "") in HERE_ONLY:
        st.caption(
            ":orange[이 주소는 이 PC에서만 열립니다. 교육장의 다른 PC에서 들어오게 하려면 실습실을 "
            "‘python start.py --classroom’으로 켜고, 화면에 나온 망 주소로 열어 주세요.]"
        )


def _lan_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("10.255.255.255", 1))  # sends nothing; it only picks the way out
        found = str(probe.getsockname()[0])
        if not found.startswith("127."):
            return found
    return ""
