"""Outline markers and how deep they stand: □ ○ - * ※, ``1. 가. 1) 가) (1) (가) ① ㉮`` and Markdown's.

Hides the guess at the level. Indentation cannot be trusted (small models drop it, 한글 pastes
change it), so a marker's kind decides first and its indent only among equal kinds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HANGUL = "가나다라마바사아자차카타파하"
_SAME = {
    **dict.fromkeys("□■▢❑❏◻▣", "□"),
    **dict.fromkeys("○ㅇ◦●◯", "○"),
    **dict.fromkeys("-–—•∙▪‣", "-"),
    **dict.fromkeys("·‧", "·"),
    **dict.fromkeys("※", "※"),
    **dict.fromkeys("▶▷►◆◇❖", "▶"),
    **dict.fromkeys("➜→⇒", "→"),
    "*": "*",
    "+": "-",
}
_SYMBOL = re.compile(r"(?P<mark>[□■▢❑❏◻▣○ㅇ◦●◯•∙▪‣※▶▷►◆◇❖➜→⇒·‧])\s*(?=\S)")
_DASH = re.compile(r"(?P<mark>[-–—*+])(?:\s+(?=\S)|(?<=[-–—])(?=[가-힣「『(\[])|(?<=\*)(?=[가-힣「][^*]*$))")
_LATIN_O = re.compile(r"(?P<mark>[oO])\s+(?=[가-힣「『(\[\d*])")
_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("1.", re.compile(r"(?P<mark>\d{1,2}\.)(?!\s*\d{1,2}\s*\.)(?:\s+(?=\S)|(?=[가-힣「『*]))")),
    ("가.", re.compile(rf"(?P<mark>[{_HANGUL}]\.)\s+(?=\S)")),
    ("1)", re.compile(r"(?P<mark>\d{1,2}\))\s*(?=\S)")),
    ("가)", re.compile(rf"(?P<mark>[{_HANGUL}]\))\s*(?=\S)")),
    ("(1)", re.compile(r"(?P<mark>\(\d{1,2}\))\s*(?=\S)")),
    ("(가)", re.compile(rf"(?P<mark>\([{_HANGUL}]\))\s*(?=\S)")),
    ("①", re.compile(r"(?P<mark>[①-⑳])\s*(?=\S)")),
    ("㉮", re.compile(r"(?P<mark>[㉮-㉻])\s*(?=\S)")),
)
_RANK = {"□": 1, "▶": 1, "○": 2, "-": 3, "·": 4, "→": 4}
_NUMBER_RANK = {kind: rank for rank, (kind, _) in enumerate(_NUMBERS, 1)}
_NOTES = ("※", "*")


@dataclass(frozen=True, slots=True)
class Marked:
    """A line cut into its marker and the rest; ``kind`` is the family the marker belongs to."""

    kind: str
    mark: str
    rest: str
    indent: int


def find_marker(line: str) -> Marked | None:
    """Cut the marker off a line, seeing through bold marks and a Markdown bullet around it."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    inner = text[2:] if text.startswith("**") else ""
    if inner and (found := _match(inner)) and found.kind not in ("-", "*"):
        rest = found.rest
        rest = rest[2:].lstrip() if rest.startswith("**") else f"**{rest}"
        return Marked(found.kind, found.mark.rstrip("*"), rest, indent)
    found = _match(text)
    if found is None:
        return None
    if found.kind in ("-", "*") and (deeper := find_marker(found.rest)) and deeper.kind not in ("-", "*"):
        return Marked(deeper.kind, deeper.mark, deeper.rest, indent)
    return Marked(found.kind, found.mark, found.rest, indent)


def _match(text: str) -> Marked | None:
    text = re.sub(r"^(\d{1,2})\\([.)])", r"\1\2", text)
    if text.startswith("**"):
        return None
    for pattern in (_SYMBOL, _DASH, _LATIN_O):
        if found := pattern.match(text):
            mark = found["mark"]
            kind = _SAME.get(mark, "○")
            return Marked(kind, kind, text[found.end() :].lstrip(), 0)
    for kind, pattern in _NUMBERS:
        # A closing mark of bold may stand between the number and its text: **1.** 내용
        if found := pattern.match(text.replace(".**", ". **", 1) if kind == "1." else text):
            cut = len(found["mark"])
            return Marked(kind, found["mark"], text[cut:].lstrip(), 0)
    return None


class Levels:
    """Follows the markers of one stretch of outline and says how deep each stands."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = []
        self._official = False

    def reset(self) -> None:
        """Start again: a heading or a plain paragraph ends the outline before it."""
        self._open.clear()

    @property
    def depth(self) -> int:
        return len(self._open)

    def place(self, marked: Marked) -> tuple[int, str]:
        """Return the level, from 1, and the marker to show."""
        kind = marked.kind
        self._official |= kind in ("□", "○")
        if kind == "※" or (kind == "*" and self._official):
            return max(1, len(self._open) + (0 if kind == "※" and not self._open else 1)), marked.mark
        if kind == "*":
            kind = "-"
        self._close_for(kind, marked.indent)
        self._open.append((kind, marked.indent))
        return len(self._open), "-" if marked.kind == "*" else marked.mark

    def _close_for(self, kind: str, indent: int) -> None:
        while self._open:
            top_kind, top_indent = self._open[-1]
            if self._below(kind, indent, top_kind, top_indent):
                return
            self._open.pop()

    def _below(self, kind: str, indent: int, top_kind: str, top_indent: int) -> bool:
        """Say whether a new item stands under the one on top of the stack."""
        if kind == top_kind:
            return indent >= top_indent + 2
        if any(kind == known for known, _ in self._open):
            # The kind is open further down: go back to it, unless it was plainly indented anew.
            return kind == "-" and indent >= top_indent + 2
        for ranks in (_RANK, _NUMBER_RANK):
            if kind in ranks and top_kind in ranks:
                return ranks[kind] > ranks[top_kind]
        return indent >= top_indent
