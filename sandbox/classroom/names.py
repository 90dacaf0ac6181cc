"""Names as they go onto other people's screens."""

from __future__ import annotations

import unicodedata

from sandbox.records import InputError

NAME_MAX_CHARS = 20
CODE_MAX_CHARS = 12


def plain_line(text: str) -> str:
    """Fold to one line without control characters: names go onto other people's screens."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(c for c in line if unicodedata.category(c)[0] != "C").split())


def checked_name(text: str) -> str:
    """Return the name as it is kept; InputError when it is empty or too long."""
    name = plain_line(text)
    if not name:
        raise InputError("이름이 비어 있습니다.", remedy="이름이나 별명을 한 글자 이상 적어 주세요.")
    if len(name) > NAME_MAX_CHARS:
        raise InputError(
            f"이름이 너무 깁니다({len(name)}자).", remedy=f"{NAME_MAX_CHARS}자 이내로 적어 주세요."
        )
    return name


def same_name(one: str, other: str) -> bool:
    """Say whether two people wrote the same name: spaces and letter case do not count."""
    return _folded(one) == _folded(other)


def checked_seat(text: str) -> str:
    """Return the seat as it is kept: 「7번」 is 7."""
    return plain_line(text).removesuffix("번").strip()[:CODE_MAX_CHARS]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", plain_line(name)).casefold().replace(" ", "")
