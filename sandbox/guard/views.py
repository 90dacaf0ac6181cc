"""The same text as a rule should read it: one spelling for every look-alike, with the way back.

Hides Unicode. Full-width and other digits become ASCII, invisible characters vanish, odd spaces
and dashes become plain ones, decomposed Hangul is composed, and (in ``joined``) a line break in
the middle of a number is gone. Every view can say where a span stands in the original text, so
that rules never think about any of this. Circled and superscript digits are left alone: they
number items and notes, and reading them as digits makes findings of lists.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

# Named by number on purpose: most of these cannot be seen, or look like another character.
_DASHES = frozenset(
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\u2500\u3161\u30fc\ufe58\ufe63\uff0d"
)
_BLANKS = frozenset("\u3164\u2800\uffa0")
_FILLERS = frozenset("\u115f\u1160")
_ODD = re.compile(r"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[^\x00-\x7f가-힣]")
_DOTS = frozenset("\u00b7\u2022\u2219\u2027\u30fb\u318d\u22c5")
_DOT_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])\u00b7(?=[0-9])")
_BREAK_IN_NUMBER = re.compile(r"(?<=[0-9-])[ \t]{0,8}\r?\n[ \t]{0,8}(?=[0-9-])")


@dataclass(frozen=True, slots=True)
class View:
    """A reading of a text. ``starts``/``ends`` give each character's place in the original, or
    None where places are the same. ``seams`` are the places (in ``text``) where a break was cut out."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    seams: Sequence[int] = field(default=())

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` (not empty) stands in the original text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def spans_seam(self, start: int, end: int) -> bool:
        """Tell whether a cut-out line break lies inside the span."""
        at = bisect_left(self.seams, start + 1)
        return at < len(self.seams) and self.seams[at] < end


def fold(text: str) -> View:
    """Return the text with one spelling for every look-alike."""
    if text.isascii():
        return View(text)
    pieces: list[str] = []
    starts, ends = array("q"), array("q")
    memo: dict[str, str] = {}
    done, moved = 0, False
    for match in _ODD.finditer(text):
        odd = match.group()
        plain = memo.get(odd)
        if plain is None:
            plain = memo[odd] = _plain(odd)
        if plain == odd:
            continue
        pieces += (text[done : match.start()], plain)
        starts.extend(range(done, match.start()))
        ends.extend(range(done + 1, match.start() + 1))
        if plain:
            starts.append(match.start())
            ends.append(match.end())
        moved = moved or len(plain) != len(odd)
        done = match.end()
    pieces.append(text[done:])
    folded = _DOT_BETWEEN_DIGITS.sub("-", "".join(pieces))
    if not moved:
        return View(folded)
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return View(folded, starts, ends)


def join_lines(view: View) -> View | None:
    """Return the view without line breaks inside numbers, or None when there are none."""
    breaks = list(_BREAK_IN_NUMBER.finditer(view.text))
    if not breaks:
        return None
    pieces: list[str] = []
    starts, ends, seams = array("q"), array("q"), array("q")
    done = length = 0
    for begin, end in [*(m.span() for m in breaks), (len(view.text), len(view.text))]:
        pieces.append(view.text[done:begin])
        starts.extend(range(done, begin) if view.starts is None else view.starts[done:begin])
        ends.extend(range(done + 1, begin + 1) if view.ends is None else view.ends[done:begin])
        length += begin - done
        seams.append(length)
        done = end
    return View("".join(pieces), starts, ends, seams[:-1])


def _plain(odd: str) -> str:
    """Return the plain spelling (at most one character) of a character or a Hangul cluster."""
    if len(odd) > 1:
        return unicodedata.normalize("NFC", odd)
    if odd in _DASHES:
        return "-"
    if odd in _DOTS:
        return "\u00b7"
    if odd in "\u2028\u2029\x85":
        return "\n"
    if odd in _BLANKS or odd.isspace():
        return " "
    category = unicodedata.category(odd)
    if category in {"Cf", "Mn", "Me"} or odd in _FILLERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(odd))
    if category == "No" or "\u3131" <= odd <= "\u318e":
        return odd
    normal = unicodedata.normalize("NFKC", odd)
    return normal if len(normal) == 1 else odd
