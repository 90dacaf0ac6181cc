"""What can be told from a formula's letters alone: a number typed in, a 한자 or a look-alike among the letters.

Hides how the right word is guessed: from the names and texts that the right formula and the workbook use.
Small models write 公휴일 for 공휴일; the engine only says #REF!, which helps nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.checks.lines import quote
from sandbox.checks.particles import particle, quoted

_FIGURE = r"[-+]?\s?[\d,]*\d(?:\.\d+)?\s?%?"
_SUM_OF_FIGURES = rf"{_FIGURE}(?:\s?[-+*/]\s?{_FIGURE})*"
_TYPED = re.compile(
    rf"(?m)(?:(?<=`)|(?<=\|)|(?<=\*)|(?<=\s)|^)[ \t]*(?P<typed>[=＝]\s?{_SUM_OF_FIGURES})(?=\s*(?:$|[`|*.원]|[을를이가은는과와]\s|\s))"
)
_BARE = re.compile(
    rf"(?:[`*\s]|(?:excel|text|plaintext|vb)\n)*(?P<typed>{_FIGURE})\s?(?:원|명|건|개|일|점)?[`*\s.]*"
)
_HANJA = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_HANJA}가-힣A-Za-z0-9_\u0370-\u03ff\u0400-\u04ff\uff01-\uff5e]+")
_GREEK_CYRILLIC = dict(zip("АВЕКМНОРСТХАΒΕΖΗΙΚΜΝΟΡΤΥΧΑ", "ABEKMHOPCTXABEZHIKMNOPTYXA", strict=True))


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A word with foreign letters: which they are, what sort, and what it should be (empty when unknown)."""

    word: str
    letters: str
    sort: str
    right: str

    @property
    def told(self) -> str:
        """Say in Korean which letters of which word are wrong."""
        text = f"수식의 '{quote(self.word, 30)}'에 {self.sort}({self.letters}){particle(self.sort, '이/가')} 섞여 있습니다."
        return text + (f" {quoted(self.right, '으로/로')} 써야 합니다." if self.right else "")

    @property
    def correction(self) -> str:
        """Say what to write instead."""
        if self.right:
            return f"'{self.word}' → '{self.right}'"
        return "엑셀 파일에 있는 이름과 똑같이 한글로 쓰세요."


def typed_number(answer: str) -> tuple[str, int, int] | None:
    """Return (text, start, end) of a bare number given where a formula was asked; None when there is none."""
    found = _TYPED.search(answer) or _BARE.fullmatch(answer) or _fenced_number(answer)
    return (found["typed"].strip(), *found.span("typed")) if found else None


def _fenced_number(answer: str) -> re.Match[str] | None:
    blocks = re.finditer(r"```[^\n`]*\n(?P<body>[^`]*?)\s*```|(?<!`)`(?P<code>[^`\n]+)`(?!`)", answer)
    for block in blocks:
        name = "body" if block["body"] is not None else "code"
        found = _BARE.fullmatch(answer, *block.span(name))
        if found:
            return found
    return None


def misspellings(formula: str, reference: str, names: Iterable[str]) -> tuple[Misspelling, ...]:
    """Return words with letters that neither the right formula nor the workbook's ``names`` use."""
    known = list(dict.fromkeys(_WORD.findall(reference) + [w for name in names for w in _WORD.findall(name)]))
    usual = set(reference) | set("".join(known))
    asked = set(_WORD.findall(reference))
    found: dict[str, Misspelling] = {}
    for word in _WORD.findall(formula):
        odd = [char for char in dict.fromkeys(word) if char not in usual and _sort(char)]
        if odd:
            right = _right_word(word, set(odd), known, asked)
            found.setdefault(word, Misspelling(word, "".join(odd), _sort(odd[0]), right))
    return tuple(found.values())


def _sort(char: str) -> str:
    if re.match(rf"[{_HANJA}]", char):
        return "한자"
    if "\uff01" <= char <= "\uff5e":
        return "전각 글자"
    return "모양만 같은 외국 글자" if char in _GREEK_CYRILLIC else ""


def _right_word(word: str, odd: set[str], known: list[str], asked: set[str]) -> str:
    """Spell a word as the workbook does; all in 한자 it is told only if one word of the right formula fits."""
    plain = "".join(_GREEK_CYRILLIC.get(char, unicodedata.normalize("NFKC", char)) for char in word)
    if not re.search(rf"[{_HANJA}]", plain):
        return plain
    fits = [
        other
        for other in known
        if len(other) == len(word)
        and all(mine == theirs for mine, theirs in zip(plain, other, strict=True) if mine not in odd)
        and re.fullmatch(r"[가-힣A-Za-z0-9_]+", other)
    ]
    if len(odd & set(word)) == len(set(word)):
        fits = [other for other in fits if other in asked and re.fullmatch(r"[가-힣]+", other)]
        return fits[0] if len(fits) == 1 else ""
    return fits[0] if fits else ""


def respelled(formula: str, wrong: Iterable[Misspelling]) -> str:
    """Return the formula with every word put right whose right spelling is known."""
    for item in wrong:
        if item.right:
            formula = formula.replace(item.word, item.right)
    return formula
