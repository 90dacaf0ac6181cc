"""Marks inside a line: turns Markdown and stray HTML of one line into text and bold ranges.

Hides the clean-up of what models really write. CommonMark's own rule leaves ``**「금액」**을``
unbolded (the closing marks touch Hangul), so bold is found here by pairs. Addresses of pictures
are dropped and only web and mail addresses of links survive, as text: nothing made from an
answer ever points anywhere.
"""

from __future__ import annotations

import html
import re

from .blocks import Ranges

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BOLD_TAG = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_FACE_TAG = re.compile(
    r"</?(?:p|div|span|i|em|u|s|sub|sup|ul|ol|li|font|center|mark|small)(?:\s[^<>]*)?>", re.IGNORECASE
)
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(.{1,500}?)(?<!`)\1(?!`)")
_IMAGE = re.compile(r"!\[([^\[\]]{0,500})\]\((?:[^()]|\([^()]{0,500}\)){0,2000}\)")
_LINK = re.compile(
    r"\[([^\[\]]{1,500})\]\(\s{0,9}<?((?:[^()\s>]|\([^()]{0,500}\)){0,2000})>?(?:\s[^()]{0,500})?\)"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|~>])")
_ITALIC = re.compile(r"(?<![\w*)\]])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![A-Za-z0-9_*(])")
_STRIKE = re.compile(r"~~(?=\S)(.{1,500}?)(?<=\S)~~")
_BOLD = re.compile(
    r"\*\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*\*|\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.{1,500}?)(?<=\S)__(?!\w)"
)
_STRAY = re.compile(r"(?<!\d)\*\*+|\*\*+(?!\d)")
# Private-use characters hold the place of code spans and escaped marks while the others are found.
_HOLD = 0xF0000
_HELD = re.compile("[\U000f0000-\U000ffffd]")
_ALLOWED_LINK = re.compile(r"(?:https?://|mailto:)\S+\Z", re.IGNORECASE)


def split_breaks(text: str) -> list[str]:
    """Cut a line at its ``<br>`` tags."""
    return _BREAK.split(text)


def inline(text: str) -> tuple[str, Ranges]:
    """Return the text a person reads and where it is bold."""
    held: list[str] = []

    def hold(kept: str) -> str:
        held.append(kept)
        return chr(_HOLD + len(held) - 1)

    text = _HELD.sub("", text)
    text = _CODE.sub(lambda found: hold(found[2].strip()), text)
    text = _ESCAPE.sub(lambda found: hold(found[1]), text)
    text = _BREAK.sub(" ", text)
    text = _FACE_TAG.sub("", _BOLD_TAG.sub("**", text))
    text = html.unescape(text).replace("\u00a0", " ")
    text = _IMAGE.sub(lambda found: found[1].strip(), text)
    text = _LINK.sub(_link_text, text)
    text = _STRIKE.sub(r"\1", text)
    plain, bold = _take_bold(text)
    return _release(plain, bold, held)


def plain(text: str) -> str:
    """Return the text a person reads, without its faces."""
    return inline(text)[0]


def _link_text(found: re.Match[str]) -> str:
    label, address = found[1].strip(), found[2].strip()
    if not _ALLOWED_LINK.match(address) or label == address:
        return label
    return f"{label} ({address})"


def _take_bold(text: str) -> tuple[str, list[tuple[int, int]]]:
    out: list[str] = []
    bold: list[tuple[int, int]] = []
    length = at = 0
    for found in _BOLD.finditer(text):
        before = _tidy(text[at : found.start()])
        inner = _tidy(found[1] or found[2] or found[3])
        out += [before, inner]
        bold.append((length + len(before), length + len(before) + len(inner)))
        length += len(before) + len(inner)
        at = found.end()
    out.append(_tidy(text[at:]))
    return "".join(out), bold


def _tidy(text: str) -> str:
    """Drop the marks that have no partner and the italics, which 한글 documents do not use."""
    text = _ITALIC.sub(r"\1", text)
    return _STRAY.sub("", text).replace("```", "")


def _release(text: str, bold: list[tuple[int, int]], held: list[str]) -> tuple[str, Ranges]:
    """Put the held text back, collapse and strip blanks, and move the ranges along."""
    out: list[str] = []
    places: list[int] = []
    length = 0
    for character in text:
        places.append(length)
        piece = held[ord(character) - _HOLD] if _HELD.match(character) else character
        if character.isspace():
            piece = "" if length == 0 or out[-1].endswith(" ") else " "
        if piece:
            out.append(piece)
            length += len(piece)
    places.append(length)
    whole = "".join(out).rstrip()
    moved = ((min(places[start], len(whole)), min(places[end], len(whole))) for start, end in bold)
    return whole, tuple((start, end) for start, end in moved if end > start)
