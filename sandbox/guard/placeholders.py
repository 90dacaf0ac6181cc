"""One person's placeholders: which words such as [전화번호1] stand for which values, in memory only.

Hides the numbering, the spellings a model may give a placeholder, and the rule that a
placeholder typed by hand never turns into a value that is masked later. Values never leave through
``repr``. Two spellings of one value are two placeholders, so that restoring gives back exactly what
stood there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from sandbox.guard.finding import TOKEN
from sandbox.guard.kinds import KINDS, PLACEHOLDER_WORDS
from sandbox.records import Action, Choice, Finding, InputError

_OPEN = "[［〔【"
_CLOSE = "]］〕】"
_LONGEST = max(map(len, PLACEHOLDER_WORDS)) + 16
_BEGINNING = re.compile(
    r"\\?(?:[\[［〔【]\s{0,2}(?P<word>[가-힣]*)(?P<rest>\s{0,2}[-_#:]?\s{0,2}[0-9０-９]{0,4}\s{0,2}\\?))?\Z"
)
_HIGHEST = 9_999


class Placeholders:
    """The map of one person. Holds at most ``limit`` values: the oldest is forgotten first and its
    placeholder then stays on screen, as it does after a restart. Safe to use from several threads."""

    def __init__(self, *, limit: int = 2_000) -> None:
        self._limit = limit
        self._lock = Lock()
        self._values: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._numbers: dict[tuple[str, str], int] = {}
        self._next: dict[str, int] = {}
        self._typed: set[tuple[str, int]] = set()

    def __repr__(self) -> str:
        return f"Placeholders({len(self)} values)"

    def __len__(self) -> int:
        return len(self._values)

    def mask(self, text: str, findings: Iterable[Finding], choices: Mapping[str, Choice]) -> str:
        """Return the text with placeholders for what is to be masked.

        MASK kinds are masked unless the choice for their fingerprint is KEEP; BLOCK, WARN and ALLOW
        only when it is MASK. ``findings`` are those of this very text.
        """
        pieces: list[str] = []
        done = 0
        self.reserve(text)
        for finding in sorted(findings, key=lambda f: f.start):
            if finding.start < done or not to_be_masked(finding, choices):
                continue
            word = KINDS[finding.kind].placeholder
            # Backslashes before it are part of the value: a model may set one there, which restoring takes away.
            before = text[done : finding.start].rstrip("\\")
            pieces += (before, self._token(word, text[done + len(before) : finding.end]))
            done = finding.end
        return "".join([*pieces, text[done:]])

    def reserve(self, text: str) -> None:
        """Take out of use every placeholder that stands in the text and is not ours: somebody typed it."""
        with self._lock:
            for match in TOKEN.finditer(text):
                token = _parts(match)
                if token not in self._values:
                    self._typed.add(token)

    def restore(self, text: str) -> str:
        """Return the text with the values back in place, in one pass; unknown placeholders stay."""
        with self._lock:
            values = dict(self._values)
        return TOKEN.sub(lambda m: values.get(_parts(m), m.group()), text) if values else text

    def restore_with(
        self, text: str, spans: Sequence[tuple[int, int]]
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Restore as ``restore`` does, and say where ``spans`` of the text are now.

        A span that touches a part of a placeholder takes the whole value in; (-1, -1) stays so.
        """
        with self._lock:
            values = dict(self._values)
        swaps = [
            (m.span(), values[_parts(m)]) for m in TOKEN.finditer(text) if values and _parts(m) in values
        ]
        pieces, done = list[str](), 0
        for (start, end), value in swaps:
            pieces += (text[done:start], value)
            done = end
        lengths = [(start, end, len(value)) for (start, end), value in swaps]
        moved = tuple((_moved(a, lengths), _moved(b, lengths, end_of_value=True)) for a, b in spans)
        return "".join([*pieces, text[done:]]), moved

    def held_back(self, text: str) -> int:
        """Return how many characters at the end might be the beginning of a placeholder (0 = none)."""
        with self._lock:
            words = {word for word, _ in self._values}
        if not words:
            return 0
        at = max((text.rfind(c, max(0, len(text) - _LONGEST)) for c in _OPEN + "\\"), default=-1)
        if at > 0 and text[at] == "\\" and (opened := self._opening(text, at)) >= 0:
            at = opened
        if at > 0 and text[at - 1] == "\\":
            at -= 1
        match = _BEGINNING.match(text, at) if at >= 0 else None
        if match is None:
            return 0
        word, rest = match["word"] or "", match["rest"] or ""
        fits = word in words if rest.strip() else any(each.startswith(word) for each in words)
        return len(text) - at if fits else 0

    @staticmethod
    def _opening(text: str, at: int) -> int:
        """Return the bracket that a backslash at ``at`` may be about to close, or -1."""
        opened = max(text.rfind(c, max(0, at - _LONGEST), at) for c in _OPEN)
        return opened if not any(c in text[opened:at] for c in _CLOSE) else -1

    def _token(self, word: str, value: str) -> str:
        with self._lock:
            number = self._numbers.get((word, value)) or self._issue(word, value)
            self._values.move_to_end((word, number))
        return f"[{word}{number}]"

    def _issue(self, word: str, value: str) -> int:
        number = self._next.get(word, 1)
        while (word, number) in self._typed:
            number += 1
        if number > _HIGHEST:
            raise InputError("가린 값이 너무 많습니다.", remedy="글을 나누어 새 실습에서 다시 시작해 주세요.")
        self._next[word] = number + 1
        self._numbers[word, value] = number
        self._values[word, number] = value
        if len(self._values) > self._limit:
            (old_word, _), old_value = self._values.popitem(last=False)
            del self._numbers[old_word, old_value]
        return number


def to_be_masked(finding: Finding, choices: Mapping[str, Choice]) -> bool:
    """Tell whether a finding is masked under these choices (by fingerprint)."""
    choice = choices.get(finding.fingerprint)
    if finding.action is Action.MASK:
        return choice is not Choice.KEEP
    return choice is Choice.MASK


def _moved(place: int, swaps: Sequence[tuple[int, int, int]], *, end_of_value: bool = False) -> int:
    """Return where a place has gone after each (start, end) was swapped for a value so long."""
    grown = 0
    for start, end, length in swaps:
        if place <= start:
            break
        if place < end:
            return start + grown + (length if end_of_value else 0)
        grown += length - (end - start)
    return place + grown


def _parts(match: re.Match[str]) -> tuple[str, int]:
    return match["word"], int(unicodedata.normalize("NFKC", match["number"]))
