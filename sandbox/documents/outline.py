"""The neutral document: one shape between an answer and every file that is made of it.

Hides how an answer is read (answer.py), how slides are found in it (deck.py), how both are edited
(plain_text.py, slide_rows.py), and how it is put on the clipboard so that 한글, Word and Excel paste paragraphs and real tables, not marks.
"""

from __future__ import annotations

from html import escape

from .answer import from_answer
from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Ranges, Run, Slide, Table, runs
from .deck import is_deck, slides
from .plain_text import from_text, to_text
from .slide_rows import SlideRow, from_rows, to_rows

__all__ = [
    "Block", "Code", "Heading", "Item", "Outline", "Paragraph", "Run", "Slide", "SlideRow", "Table",
    "from_answer", "from_rows", "from_text", "is_deck", "runs", "slides", "to_clipboard_text", "to_html",
    "to_rows", "to_text",
]  # fmt: skip

_FACE = "font-family:'맑은 고딕','Malgun Gothic',sans-serif"
_CELL = "border:1px solid #666;padding:3px 7px;vertical-align:middle"
_HEADING_POINTS = (18, 15, 13, 12, 11, 11)
_INDENT_POINTS = 14


def to_html(outline: Outline) -> str:
    """Return HTML for the clipboard: everything escaped, styles inline, nothing remote."""
    body = "".join(_block_html(block) for block in outline.blocks)
    return f'<div style="{_FACE};font-size:11pt;line-height:1.6">{body}</div>'


def to_clipboard_text(outline: Outline) -> str:
    """Return plain text: markers kept and indented by level, tables parted by tabs."""
    out: list[str] = []
    before: Block | None = None
    for block in outline.blocks:
        if out and _needs_gap(before, block):
            out.append("")
        out.append(_block_text(block))
        before = block
    return "\n".join(out)


def _needs_gap(before: Block | None, block: Block) -> bool:
    if isinstance(block, Item):
        return isinstance(before, Table | Code) or block.marker == "□"
    return isinstance(block, Heading | Table | Code) or isinstance(before, Item | Table | Code)


def _block_text(block: Block) -> str:
    if isinstance(block, Item):
        return f"{' ' * 2 * (block.level - 1)}{block.marker} {block.text}"
    if isinstance(block, Table):
        rows = (block.header, *block.rows)
        return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)
    return block.text


def _block_html(block: Block) -> str:
    if isinstance(block, Heading):
        size = _HEADING_POINTS[min(block.level, 6) - 1]
        style = f"margin:10pt 0 4pt;font-size:{size}pt;font-weight:bold"
        return f'<p style="{style}">{escape(block.text)}</p>'
    if isinstance(block, Paragraph):
        return f'<p style="margin:0 0 4pt">{_runs_html(block.text, block.bold)}</p>'
    if isinstance(block, Item):
        indent = _INDENT_POINTS * block.level
        style = f"margin:0 0 3pt {indent}pt;text-indent:-{_INDENT_POINTS}pt"
        return f'<p style="{style}">{escape(block.marker)} {_runs_html(block.text, block.bold)}</p>'
    if isinstance(block, Code):
        style = "margin:4pt 0;white-space:pre-wrap;font-family:Consolas,monospace"
        return f'<pre style="{style}">{escape(block.text)}</pre>'
    return _table_html(block)


def _runs_html(text: str, bold: Ranges) -> str:
    return "".join(f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text) for run in runs(text, bold))


def _table_html(table: Table) -> str:
    def row_html(row: tuple[str, ...], tag: str, style: str) -> str:
        cells = (escape(cell).replace("\n", "<br>") for cell in row)
        return "<tr>" + "".join(f'<{tag} style="{_CELL}{style}">{cell}</{tag}>' for cell in cells) + "</tr>"

    head = row_html(table.header, "th", ";background:#eef2f6;color:#000;font-weight:bold;text-align:center")
    body = "".join(row_html(row, "td", "") for row in table.rows)
    style = "border-collapse:collapse;border:1px solid #666;margin:4pt 0"
    return f'<table border="1" cellspacing="0" style="{style}">{head}{body}</table>'
