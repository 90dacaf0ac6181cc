"""Korean figures read and written: 500만 = 5,000,000 = 오백만, and 금일십일만삼천오백육십원.

Hides mixed notation (3억 5천만, 1,200백만) and the leading 일 that official money keeps.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_DIGITS = {
    "영": 0,
    "공": 0,
    "일": 1,
    "이": 2,
    "삼": 3,
    "사": 4,
    "오": 5,
    "육": 6,
    "륙": 6,
    "칠": 7,
    "팔": 8,
    "구": 9,
}
_SMALL = {"십": 10, "백": 100, "천": 1000}
_BIG = {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}
_NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
    "열한": 11, "열두": 12, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50,
}  # fmt: skip
HANGUL_NUMBER = r"[영공일이삼사오육륙칠팔구십백천만억조]+"
NATIVE_NUMBER = "|".join(sorted(_NATIVE, key=len, reverse=True))
MIXED_NUMBER = r"\d[\d,]*(?:\.\d+)?(?:\s?[십백천만억조]+(?:\s?\d[\d,]*(?:\.\d+)?(?=\s?[십백천만억조원]))?)*"


def parse_number(text: str) -> Decimal | None:
    """Read digits, Korean scale words, or both; None when it is no number."""
    text = re.sub(r"[\s,]", "", text)
    if text in _NATIVE:
        return Decimal(_NATIVE[text])
    total = section = Decimal(0)
    number: Decimal | None = None
    for token in re.findall(r"\d+(?:\.\d+)?|.", text):
        if token[0].isdigit():
            try:
                number = Decimal(token)
            except InvalidOperation:
                return None
        elif token in _DIGITS:
            number = Decimal(_DIGITS[token]) + (number * 10 if number is not None else 0)
        elif token in _SMALL:
            section += (Decimal(1) if number is None else number) * _SMALL[token]
            number = None
        elif token in _BIG:
            section += number if number is not None else 0
            total += (section or Decimal(1)) * _BIG[token]
            section, number = Decimal(0), None
        else:
            return None
    return total + section + (number if number is not None else 0)


def read_number(value: int) -> str:
    """Write a whole number in Hangul as official money does: every 일 is kept (일십일만 …)."""
    if value == 0:
        return "영"
    names = "영일이삼사오육칠팔구"
    words: list[str] = []
    for unit, group in (("경", 10**16), ("조", 10**12), ("억", 10**8), ("만", 10**4), ("", 1)):
        part = value // group % 10_000
        if not part:
            continue
        for small, size in (("천", 1000), ("백", 100), ("십", 10), ("", 1)):
            digit = part // size % 10
            if digit:
                words.append(names[digit] + small)
        words.append(unit)
    return "".join(words)


def precision(text: str) -> Decimal:
    """Return the size of the last place said: 5억 → 1억, 4.98억 → 백만, 33.3 → 0.1, 1,200 → 100."""
    packed = re.sub(r"[\s,]", "", text)
    scale = Decimal(1)
    tail = re.search(r"[십백천만억조]+$", packed)
    if tail:
        scale = parse_number("1" + tail[0]) or Decimal(1)
    digits = re.search(r"(\d+)(?:\.(\d+))?(?=[십백천만억조]*$)", packed)
    if digits is None:
        return scale
    if digits[2]:
        return scale / (Decimal(10) ** len(digits[2]))
    zeros = len(digits[1]) - len(digits[1].rstrip("0"))
    return scale * (Decimal(10) ** min(zeros, len(digits[1]) - 1))


def money_form(value: int) -> str:
    """Write an amount as official documents do: 금113,560원(금일십일만삼천오백육십원)."""
    return f"금{value:,}원(금{read_number(value)}원)"
