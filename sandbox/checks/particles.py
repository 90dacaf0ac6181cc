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


def places(count: int) -> str:
    """Count places as people say it: 한 군데, 두 군데, … 12군데."""
    words = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
    return f"{words[count]} 군데" if 0 < count < len(words) else f"{count}군데"


def quoted(word: str, pair: str = "") -> str:
    """Put a word in quotes with its particle: ``'예산'을``."""
    return f"'{word}'{particle(word, pair) if pair else ''}"
