"""토큰 그림: a text in the pieces a model reads, with counts and cost. Asks no model."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from sandbox.practice import TokenPicture, token_picture
from sandbox.records import Endpoint, EndpointKind, Exercise
from ui import session
from ui.widgets.form import place_key

SHOWN_PIECES = 1_200
LONGEST_CHARS = 20_000
COLOURS = 4
TIMES = 1_000


def tokens_lab(exercise: Exercise) -> None:
    """Draw a box, its picture and its counts for each text, side by side."""
    st.markdown("##### 실험: 토큰 그림", anchors=False)
    st.caption(
        "AI는 글을 ‘토큰’이라는 조각으로 나누어 읽습니다. 색 하나가 토큰 하나입니다. "
        "글을 고치고 칸 밖을 누르면 그림이 다시 그려집니다. 이 글은 AI에게 보내지 않습니다."
    )
    endpoint = session.endpoint()
    pictures: dict[str, tuple[str, TokenPicture]] = {}
    for n, (column, begun) in enumerate(
        zip(st.columns(len(exercise.lab_texts)), exercise.lab_texts, strict=True)
    ):
        key = f"lab-{place_key(exercise.id)}-{n}"
        if key not in st.session_state:
            st.session_state[key] = begun.text
        with column:
            text = st.text_area(begun.title, key=key, height=130) or ""
            picture = token_picture(text[:LONGEST_CHARS], endpoint)
            st.html(pieces_html(picture.pieces))
            if len(text) > LONGEST_CHARS:
                st.caption(f"글이 길어 앞의 {LONGEST_CHARS:,}자만 셌습니다.")
        pictures[begun.title] = (text[:LONGEST_CHARS], picture)
    st.html(counts_html(pictures, endpoint))
    st.caption(_about(pictures, endpoint))


def pieces_html(pieces: tuple[str, ...]) -> str:
    """Draw pieces in alternating colours; blanks and line ends are made visible."""
    if not pieces:
        return '<div class="tok-box room-muted">글을 적으면 조각이 보입니다.</div>'
    drawn = "".join(
        f'<span class="tok t{n % COLOURS}" title="{n + 1}번째 조각">{_visible(piece)}</span>'
        for n, piece in enumerate(pieces[:SHOWN_PIECES])
    )
    more = f" … 조각 {len(pieces) - SHOWN_PIECES:,}개 더" if len(pieces) > SHOWN_PIECES else ""
    return f'<div class="tok-box" tabindex="0" role="img" aria-label="토큰 그림">{drawn}{more}</div>'


def _visible(piece: str) -> str:
    shown = escape(piece).replace(" ", '<span class="blank">␣</span>')
    return shown.replace("\n", '<span class="blank">↵</span>\n')


def counts_html(pictures: Mapping[str, tuple[str, TokenPicture]], endpoint: Endpoint | None) -> str:
    """Lay characters, tokens and cost of the texts side by side."""
    head = "".join(f"<th>{escape(title)}</th>" for title in pictures)
    lines = {
        "글자 수": [f"{len(text):,}자" for text, _ in pictures.values()],
        "토큰 수": [_tokens(picture) for _, picture in pictures.values()],
        "100자에": [_density(text, picture) for text, picture in pictures.values()],
        "한 번 보내는 값": [_price(picture, 1, endpoint) for _, picture in pictures.values()],
        f"{TIMES:,}번 보내는 값": [_price(picture, TIMES, endpoint) for _, picture in pictures.values()],
    }
    rows = "".join(
        f"<tr><td>{name}</td>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        for name, cells in lines.items()
    )
    return f'<table class="lab-table"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _tokens(picture: TokenPicture) -> str:
    return ("약 " if picture.count.estimated else "") + f"{picture.count.tokens:,}토큰"


def _density(text: str, picture: TokenPicture) -> str:
    return f"약 {picture.count.tokens * 100 / len(text):.0f}토큰" if text else "–"


def _price(picture: TokenPicture, times: int, endpoint: Endpoint | None) -> str:
    if picture.price_won is not None:
        won = picture.price_won * times
        return f"{won:,.0f}원" if won >= 10 else f"{won:,.2f}원" if won >= 0.01 else f"{won:.4f}원"
    return "사용료 없음" if endpoint and endpoint.kind is EndpointKind.EMBEDDED else "확인 불가"


def _about(pictures: Mapping[str, tuple[str, TokenPicture]], endpoint: Endpoint | None) -> str:
    lines = ["보내는 글(입력)의 값입니다. 답변(출력)의 값은 따로 더해지고 보통 더 비쌉니다."]
    if any(picture.count.estimated for _, picture in pictures.values()):
        lines.append("AI마다 나누는 법이 조금씩 달라, 지금 연결된 AI의 토큰 수는 어림한 값입니다.")
    if any(len(picture.pieces) < picture.count.tokens for _, picture in pictures.values()):
        lines.append("한 글자가 여러 토큰으로 나뉜 곳은 나누어 보일 수 없어 한 색으로 칠했습니다.")
    if endpoint is None or (endpoint.price_in_won is None and endpoint.kind is not EndpointKind.EMBEDDED):
        lines.append("‘확인 불가’는 이 AI의 요금이 설정에 적혀 있지 않다는 뜻입니다.")
    elif endpoint.price_in_won is None:
        lines.append("이 PC 안에서 답하는 AI라 사용료가 없습니다.")
    return " ".join(lines)
