"""Collect what is wrong with one content file, so that an author sees all of it at once.

Hides how pydantic's errors become Korean sentences with a line number, and how near misses
are found. The first complaint travels as the ``ContentError`` itself; ``every`` holds them all.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from sandbox.records import ContentError

Place = tuple[str | int, ...]


class Spot(int):
    """A line number that remembers which value it is of, so that a form can say it beside its field."""

    place: Place = ()

    @classmethod
    def of(cls, line: int, place: Place) -> Spot:
        made = cls(line)
        made.place = place
        return made


class BrokenFileError(ContentError):
    """A content file with one or more complaints; ``every`` includes the first."""

    def __init__(self, every: tuple[ContentError, ...]) -> None:
        first = every[0]
        super().__init__(
            first.message, file=first.file, line=first.line, remedy=first.remedy, place=first.place
        )
        self.every = every


class Complaints:
    """The complaints about one file, in the order they were found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[ContentError] = []

    def add(self, message: str, *, line: int = 0, remedy: str = "", file: str = "") -> None:
        place = line.place if isinstance(line, Spot) else ()
        self._found.append(
            ContentError(message, file=file or self.file, line=int(line), remedy=remedy, place=place)
        )

    def take(self, error: ContentError) -> None:
        """Add what another file of the same exercise complains of."""
        self._found.extend(all_of(error))

    def raise_if_any(self) -> None:
        if self._found:
            raise BrokenFileError(
                tuple(sorted(self._found, key=lambda e: (e.file != self.file, e.file, e.line)))
            )


def all_of(error: ContentError) -> tuple[ContentError, ...]:
    """Return every complaint an error carries."""
    return error.every if isinstance(error, BrokenFileError) else (error,)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a Korean hint with the nearest known words, or with all of them."""
    words = [w for w in known if w]
    near = difflib.get_close_matches(_letters(word), [_letters(w) for w in words], n=2, cutoff=0.6)
    if near:
        meant = [w for w in words if _letters(w) in near]
        return f"혹시 {' 또는 '.join(quote(w) for w in meant[:2])}인가요?"
    return f"쓸 수 있는 것: {', '.join(words)}" if words else ""


def _letters(word: str) -> str:
    """Take syllables apart, so that 역활 is near 역할."""
    return unicodedata.normalize("NFD", word.casefold())


def quote(word: str) -> str:
    """Put a name into Korean quotation marks, shortened for a message."""
    return f"‘{word if len(word) <= 60 else word[:57] + '…'}’"


def line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """Return the line of the nearest enclosing place that has one; it remembers the place itself."""
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return Spot.of(lines[place[:length]], place)
    return Spot.of(0, place)


def add_pydantic(
    complaints: Complaints,
    error: ValidationError,
    lines: Mapping[Place, int],
    known: Mapping[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Turn pydantic's errors into Korean complaints.

    ``known`` maps the shape of a place (list positions left out) to the keys allowed there.
    """
    for item in error.errors():
        place: Place = tuple(item["loc"])
        if item["type"] == "extra_forbidden":
            at = line_of(place, lines)
            shape = tuple(part for part in place[:-1] if isinstance(part, str))
            remedy = did_you_mean(str(place[-1]), known.get(shape, ()))
            complaints.add(f"모르는 항목 {quote(str(place[-1]))}이(가) 있습니다.", line=at, remedy=remedy)
            continue
        place = tuple(part for part in place if part != "[key]")
        message, remedy = _in_korean(str(item["type"]), dict(item.get("ctx", {})), item.get("input"))
        complaints.add(f"{_path(place)}: {message}", line=line_of(place, lines), remedy=remedy)


def _path(place: Place) -> str:
    parts = [f"{part + 1}번째" if isinstance(part, int) else str(part) for part in place]
    return quote(" > ".join(parts)) if parts else "머리말"


def _in_korean(kind: str, context: Mapping[str, Any], given: object) -> tuple[str, str]:
    """Return message and remedy for one pydantic error kind."""
    if kind == "missing":
        return "빠진 항목입니다.", "이 항목을 머리말에 적어 주세요."
    if kind in ("enum", "literal_error"):
        allowed = [w.strip(" '") for w in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return f"{quote(str(given))}은(는) 쓸 수 없는 값입니다.", did_you_mean(str(given), allowed)
    if kind.startswith("int"):
        return "숫자(정수)여야 합니다.", "따옴표나 단위 없이 10처럼 적어 주세요."
    if kind.startswith(("float", "finite")):
        return "숫자여야 합니다.", "따옴표나 단위 없이 0.9처럼 적어 주세요."
    if kind.startswith("bool"):
        return "예/아니요 값이어야 합니다.", "true 또는 false로 적어 주세요."
    if kind == "string_type":
        return "글이어야 하는데 목록이나 묶음이 있습니다.", "값이 [ 또는 {로 시작하면 따옴표로 감싸 주세요."
    if kind in ("tuple_type", "list_type"):
        return "목록이어야 합니다.", "한 줄에 하나씩 ‘- ’로 시작하거나 [가, 나]처럼 적어 주세요."
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return "‘이름: 값’으로 된 묶음이어야 합니다.", "{이름: 값}처럼 적어 주세요."
    if kind == "string_pattern_mismatch":
        return (
            f"{quote(str(given))}은(는) 쓸 수 없는 모양입니다.",
            "영문 소문자, 숫자, 붙임표(-)만 쓸 수 있습니다.",
        )
    if kind in ("string_too_short", "too_short"):
        return "비어 있습니다.", "내용을 적어 주세요."
    if kind in ("greater_than", "greater_than_equal"):
        return "너무 작은 값입니다.", f"{context.get('gt', context.get('ge', ''))}보다 큰 값을 적어 주세요."
    if kind in ("less_than", "less_than_equal"):
        return "너무 큰 값입니다.", f"{context.get('lt', context.get('le', ''))} 이하의 값을 적어 주세요."
    if kind == "value_error":
        return str(context.get("error", "값이 맞지 않습니다.")), ""
    return "값이 맞지 않습니다.", "docs/authoring.md의 항목 설명을 확인해 주세요."
