"""Text as people paste it: takes out what 한글, PDF and spreadsheets leave behind.

Hides the characters nobody sees but a model and a check would stumble over: zero-width marks,
full-width spaces, private-use bullets of 한글, decomposed Hangul, odd line breaks.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
# What 한글 and Wingdings keep in the private use area, as far as a plain character says the same.
_PRIVATE = {
    "\uf0b7": "•", "\uf0a7": "▪", "\uf06e": "■", "\uf06f": "□", "\uf0a8": "◻", "\uf0d8": "▶", "\uf0e0": "→",
    "\uf0fc": "✓", "\uf09f": "•", "\uf0b2": "◇", "\U000f0854": "『", "\U000f0855": "』",
    **{chr(0xF02B1 + at): f"{at + 1}." for at in range(9)},
}  # fmt: skip
_PRIVATE_RE = re.compile("[" + "".join(_PRIVATE) + "]")


def clean(text: str) -> str:
    """Return the text with plain spaces, plain line breaks and composed Hangul.

    Tabs stay (they part the cells of a table). Nothing that can be read is taken away.
    """
    text = _BREAKS.sub("\n", text)
    text = _CONTROL.sub("", _INVISIBLE.sub("", text))
    text = _PRIVATE_RE.sub(lambda found: _PRIVATE[found[0]], _SPACES.sub(" ", text))
    text = unicodedata.normalize("NFC", text)
    lines = [line.rstrip() if line.strip() else "" for line in text.split("\n")]
    return _MANY_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def decode(data: bytes) -> tuple[str, str]:
    """Decode a text file; return the text and a Korean warning, empty when there is none.

    Windows saves Korean text as cp949 and Excel as UTF-16; a strict UTF-8 reading cannot be
    taken for either. Raises UnicodeDecodeError when the bytes are no text at all.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding), ""
    half = max(1, len(data) // 2)
    if data[1::2].count(0) > half * 0.3 or data[0::2].count(0) > half * 0.3:
        return data.decode("utf-16-le" if data[1::2].count(0) >= data[0::2].count(0) else "utf-16-be"), ""
    if data.count(0):
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "binary")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp949"), ""
    except UnicodeDecodeError:
        text = data.decode("cp949", errors="replace")
    if text.count("\ufffd") > max(2, len(text) // 100):
        raise UnicodeDecodeError("cp949", b"", 0, 1, "binary")
    return text, "읽지 못한 글자가 몇 개 있어 �로 바꾸었습니다. 원문과 비교해 주세요."
