"""What every written file has in common: the AI notice, the Korean face, the result.

Hides nothing; it stands apart so that writers and the package may both import it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from .blocks import Block, Heading, Item, Outline, Ranges

NOTICE = "생성형 AI를 활용하여 작성한 초안임"
KEYWORDS = "AI 생성, 생성형 AI, 초안, AI-generated"
CREATOR = "행정 AI 실습실"
FIGURES_NOTICE = "행정 AI 실습실의 기록으로 만든 자료임"
FONT = "맑은 고딕"
UNTITLED = "제목 없는 문서"

_NOT_XML = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MAX_TITLE_CHARS = 200
_TITLE_WITHIN = 3
_DATE = re.compile(
    r"[’'\d]{2,5}\s?[.년-]\s?\d{1,2}\s?[.월-]|\d{1,2}\s?[.월]\s?(?:\d{1,2}\s?[.일])?$|\d{1,2}:\d{2}"
)
_SHORT_EM = 9.0
_TOP_MARKS = ("□", "■", "▣")
Grid = tuple[tuple[str, ...], ...]
Side = Literal["left", "center", "right"]
_FIGURE_MARKS = ",.-+%△▲ 원명건권개천만억회"


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file. ``warnings`` are Korean sentences for the person who will open it."""

    data: bytes
    warnings: tuple[str, ...] = ()


def keywords_of(notice: str) -> str:
    """Return the metadata's keywords: a document made of figures alone is not called AI-generated."""
    return CREATOR if notice == FIGURES_NOTICE else KEYWORDS


def title_of(title: str, own: str) -> str:
    """Return the title to print: the given one, else the document's own."""
    clean = " ".join(_NOT_XML.sub(" ", title or own).split())
    return clean[:_MAX_TITLE_CHARS] or UNTITLED


def body_of(outline: Outline, title: str) -> tuple[Block, ...]:
    """Return what stands under the title: the blocks without the heading that already is it."""
    for at, block in enumerate(outline.blocks[:_TITLE_WITHIN]):
        if isinstance(block, Heading) and block.text == title:
            return outline.blocks[:at] + outline.blocks[at + 1 :]
    return outline.blocks


def width_em(text: str) -> float:
    """Estimate how wide a line of text is, in units of its font size."""
    return sum(_char_em(character) for character in text)


def _char_em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 0.95
    if character in " .,:;'|!il()[]":
        return 0.33
    return 0.68 if character.isupper() else 0.56


def column_shares(grid: Grid, *, least: float = 4.0, most: float = 30.0) -> list[float]:
    """Share out a table's width, in fractions of 1, by the widest line of each column."""
    widths = [
        min(most, max(least, *(width_em(line) for row in grid for line in (row[column].split("\n") or [""]))))
        for column in range(len(grid[0]))
    ]
    whole = sum(widths)
    return [width / whole for width in widths]


def column_sides(grid: Grid) -> tuple[Side, ...]:
    """Say where each column of a table stands: figures right, short words and dates in the middle, else left.

    A column keeps one side, header apart: cells that jump to and fro by their length look like a mistake.
    """
    return tuple(
        _side([row[at].strip() for row in grid[1:] if row[at].strip()]) for at in range(len(grid[0]))
    )


def _side(cells: list[str]) -> Side:
    lines = [line for cell in cells for line in cell.split("\n")]
    figures = [cell for cell in cells if is_figure(cell) and not _DATE.match(cell)]
    if cells and len(figures) * 2 > len(cells):
        return "right"
    return "center" if max(map(width_em, lines), default=0) <= _SHORT_EM else "left"


def heavy(item: Item) -> Ranges:
    """Return what of an outline's line is bold: all of a □, as city reports are set, else what was marked."""
    return ((0, len(item.text)),) if item.marker in _TOP_MARKS else item.bold


def is_figure(text: str) -> bool:
    """Say whether a cell is a plain number with its unit, to be set flush right."""
    digits = sum(character.isdigit() for character in text)
    return digits > 0 and len(text) <= 16 and all(c.isdigit() or c in _FIGURE_MARKS for c in text)
