"""Korean particles after quoted words, figures and cells: '예산'을, A2를, 12%를.

Hides how a word is read aloud where it does not end in Hangul, so that no sentence on screen says 을(를).
"""

from __future__ import annotations

import re

from hangeul import get_josa

_READ = {
    "%": "퍼센트",
    "％": "퍼센트",
    "㎡": "제곱미터",
    "㎞": "킬로미터",
    "㎏": "킬로그램",
    "*": "별표",
    "#": "샵",
}
_DATE_END = re.compile(r"\d\s?\.\s?\d{1,2}\.$")


def particle(word: str, pair: str) -> str:
    """Return the one of a pair (``을/를``, ``으로/로`` …) that follows a word, quotes and brackets apart."""
    bare = word.strip()
    if _DATE_END.search(bare):
        return get_josa("일", pair)
    bare = re.sub(r"\s*[(（][^()（）]*[)）]$", "", bare) or bare
    bare = re.sub(r"[^\w%％㎡㎞㎏*#]+$", "", bare)
    last = _READ.get(bare[-1:], bare[-1:])
    return get_josa(last.upper() if last.isascii() else last, pair) if last else get_josa("것", pair)


def quoted(word: str, pair: str = "") -> str:
    """Put a word in quotes with its particle: ``'예산'을``."""
    return f"'{word}'{particle(word, pair) if pair else ''}"
