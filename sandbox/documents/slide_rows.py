"""Slides as rows of a table that a person edits: order, title, content by lines, speaker notes.

Hides how bullets, their levels and a table are written in one cell so that anybody can read and
change them, and how they are read back. What was not touched comes back as it was, bold included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .blocks import Block, Heading, Item, Outline, Paragraph, Ranges, Slide, Table
from .deck import slides
from .markers import find_marker

NOTES_LABEL = "발표자 메모: "

_BULLETS = ("-", "○", "□", "·", "*", "•", "")
_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^\|?(\s*:?-{2,}:?\s*\|?)+$")
_MAX_LEVEL = 5


@dataclass(frozen=True, slots=True)
class SlideRow:
    """One slide as it is typed. ``content`` holds a bullet a line, two blanks deeper for each level,
    and a table as lines that begin with ``|``. Rows without an ``order`` come last.
    """

    order: float | None
    title: str
    content: str
    notes: str


def to_rows(outline: Outline) -> tuple[SlideRow, ...]:
    """Write the slides of an outline as rows, numbered from 1."""
    return tuple(
        SlideRow(float(at), slide.title, _content(slide), slide.notes)
        for at, slide in enumerate(slides(outline), 1)
    )


def from_rows(rows: Iterable[SlideRow], *, title: str, like: Outline | None = None) -> Outline:
    """Make an outline of rows, sorted by their order; empty rows go.

    ``like`` is the outline that was edited: a line still worded as there keeps its bold places.
    """
    known = {item.text: item.bold for slide in slides(like) for item in slide.bullets} if like else {}
    ordered = sorted(rows, key=lambda row: float("inf") if row.order is None else row.order)
    made = tuple(_slide(row, known) for row in ordered)
    deck = tuple(slide for slide in made if slide.title or slide.bullets or slide.table or slide.notes)
    return Outline(title, tuple(block for slide in deck for block in _blocks(slide)), deck)


def _content(slide: Slide) -> str:
    lines = [_line(bullet) for bullet in slide.bullets]
    if slide.table:
        lines += [_row_line(row) for row in (slide.table.header, *slide.table.rows)]
    return "\n".join(lines)


def _line(bullet: Item) -> str:
    marker = "" if bullet.marker in _BULLETS else f"{bullet.marker} "
    if bullet.level > 1 and not marker:
        marker = "- "
    return f"{'  ' * (bullet.level - 1)}{marker}{' '.join(bullet.text.split())}"


def _row_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"


def _slide(row: SlideRow, known: dict[str, Ranges]) -> Slide:
    grid: list[list[str]] = []
    bullets: list[Item] = []
    for line in row.content.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  ").split("\n"):
        if not line.strip():
            continue
        if line.lstrip().startswith("|"):
            if not _RULE.match(line.strip()):
                grid.append(_cells(line.strip()))
        else:
            bullets.append(_bullet(line, known))
    return Slide(" ".join(row.title.split()), tuple(_stepped(bullets)), row.notes.strip(), _table(grid))


def _bullet(line: str, known: dict[str, Ranges]) -> Item:
    level = 1 + (len(line) - len(line.lstrip(" "))) // 2
    text, marker = line.strip(), "-"
    marked = find_marker(text)
    if marked:
        text = marked.rest
        if marked.kind not in _BULLETS:
            marker = marked.mark
        elif level == 1 and marked.kind in ("-", "*"):
            level = 2  # a dash typed without blanks before it still means: below
    return Item(min(level, _MAX_LEVEL), marker, text, known.get(text, ()))


def _stepped(bullets: Sequence[Item]) -> Iterable[Item]:
    """Take out steps that skip a level, so that the first bullet stands at the left edge."""
    above = 0
    for bullet in bullets:
        above = min(bullet.level, above + 1)
        yield replace(bullet, level=above)


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|").replace("<br>", "\n") for cell in _PIPE.split(inner)]


def _table(grid: list[list[str]]) -> Table | None:
    if not grid:
        return None
    width = max(len(row) for row in grid)
    rows = [tuple((row + [""] * width)[:width]) for row in grid]
    return Table(rows[0], tuple(rows[1:]))


def _blocks(slide: Slide) -> Iterable[Block]:
    """Say a slide in words, for the formats that have no slides."""
    if slide.title:
        yield Heading(2, slide.title)
    yield from slide.bullets
    if slide.table:
        yield slide.table
    if slide.notes:
        yield Paragraph(NOTES_LABEL + " ".join(slide.notes.split()))
