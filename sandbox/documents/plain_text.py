"""An outline as text that a person edits before it becomes a file, and back.

Hides the few marks the text needs (``#`` for headings, ``|`` for tables, a fence around what is
copied to the letter) and that bold, which the text does not show, is found again.
"""

from __future__ import annotations

from dataclasses import replace

from .answer import from_answer
from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Ranges, Table

_MARK = {
    Heading: "heading", Paragraph: "text", Item: "item", Table: "table", Code: "code",
}  # fmt: skip


def to_text(outline: Outline) -> str:
    """Write an outline as lines: blank lines between the parts, none among items of a list."""
    out: list[str] = []
    before: Block | None = None
    for block in outline.blocks:
        if out and not (isinstance(block, Item) and isinstance(before, Item) and block.marker != "□"):
            out.append("")
        out += _lines(block)
        before = block
    return "\n".join(out)


def from_text(text: str, *, like: Outline) -> Outline:
    """Read edited text; lines still worded as in ``like`` keep its bold places and levels.

    Text that says just what ``to_text(like)`` says gives ``like`` itself, whatever it holds.
    """
    if _same(text, to_text(like)):
        return like
    bold: dict[tuple[str, str], Ranges] = {
        (_MARK[type(block)], block.text): block.bold
        for block in like.blocks
        if isinstance(block, Paragraph | Item)
    }
    read = from_answer(text)
    blocks = tuple(
        replace(block, bold=block.bold or bold.get((_MARK[type(block)], block.text), ()))
        if isinstance(block, Paragraph | Item)
        else block
        for block in read.blocks
    )
    return Outline(read.title, blocks)


def _same(one: str, other: str) -> bool:
    return [line.rstrip() for line in one.strip().splitlines()] == [
        line.rstrip() for line in other.strip().splitlines()
    ]


def _lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return [f"{'#' * block.level} {block.text}"]
    if isinstance(block, Item):
        return [f"{'  ' * (block.level - 1)}{block.marker} {block.text}"]
    if isinstance(block, Code):
        return [f"```{block.language}", *block.text.split("\n"), "```"]
    if isinstance(block, Table):
        rule = "|" + "---|" * len(block.header)
        return [_row(block.header), rule, *(_row(row) for row in block.rows)]
    return [block.text]


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"
