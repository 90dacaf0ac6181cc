"""Markdown: an outline as a plain text file that other tools read.

Hides the escaping: what is text in the outline stays text, so no mark, tag, link or table cell
comes alive that the answer did not have.
"""

from __future__ import annotations

import re

from .blocks import Block, Code, Heading, Item, Outline, Ranges, Table, runs
from .written import KEYWORDS, NOTICE, Written, body_of, title_of

_MARKS = re.compile(r"([\\`*\[\]<>|]|(?<![\w])_|_(?![\w]))")
_LEADING = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|\d{1,9}[.)]\s|={3,}|-{3,})")


def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
    """Write the outline as Markdown in UTF-8; the notice stands on top as data and below as text."""
    name = title_of(title, outline.title)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    parts = [f'---\ntitle: "{quoted}"\nnotice: "{notice}"\nkeywords: "{KEYWORDS}"\n---', f"# {_escape(name)}"]
    before: Block | None = None
    for block in body_of(outline, name):
        text = _block(block)
        if isinstance(block, Item) and isinstance(before, Item):
            parts[-1] += f"\n{text}"
        else:
            parts.append(text)
        before = block
    parts += ["---", f"{notice}"]
    return Written(("\n\n".join(parts) + "\n").encode("utf-8"))


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(6, block.level)} {_escape(block.text)}"
    if isinstance(block, Item):
        bullet = "" if block.marker == "-" else f"{_escape(block.marker)} "
        return f"{'  ' * (block.level - 1)}- {bullet}{_runs(block.text, block.bold)}"
    if isinstance(block, Code):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block.text)), default=0))
        return f"{fence}{block.language}\n{block.text}\n{fence}"
    if isinstance(block, Table):
        return _table(block)
    return _guard_start(_runs(block.text, block.bold))


def _table(table: Table) -> str:
    def line(row: tuple[str, ...]) -> str:
        return "| " + " | ".join(_escape(cell).replace("\n", "<br>") for cell in row) + " |"

    rule = "|" + " --- |" * len(table.header)
    return "\n".join((line(table.header), rule, *(line(row) for row in table.rows)))


def _runs(text: str, bold: Ranges) -> str:
    return "".join(f"**{_escape(run.text)}**" if run.bold else _escape(run.text) for run in runs(text, bold))


def _escape(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _guard_start(text: str) -> str:
    return _LEADING.sub(
        lambda found: f"{found[1]}\\{found[2]}" if not found[2][0].isdigit() else found[0], text
    )
