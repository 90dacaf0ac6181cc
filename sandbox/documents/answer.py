"""From an answer to an outline: reads Markdown and Korean 개조식, however sloppily written.

Hides a line-by-line parser. A strict Markdown parser merges ``□ …`` and ``○ …`` lines into one
paragraph, loses a table whose rule is missing and hides everything after an unclosed fence;
answers of small models are full of these, so lines decide and nothing of the text is ever lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Table
from .inline import inline, plain, split_breaks
from .markers import Levels, Marked, find_marker

_FENCE = re.compile(r"^\s{0,6}(?:```+|~~~+)\s*([\w+#.-]*)\s*$")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})(?:\s+|(?=[^#\s\d]))(.+?)\s*#*\s*$")
_RULE = re.compile(r"^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|[=─━]{3,})\s*$")
_RULE_CELL = r"(?::-+:?|-+:|-{2,})"
_TABLE_RULE = re.compile(rf"^\s*\|?(?:\s*{_RULE_CELL}\s*\|)*\s*{_RULE_CELL}\s*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")
_BOLD_LINE = re.compile(r"^\s*\*\*([^*]+)\*\*\s*:?\s*$")
_SLIDE_LINE = re.compile(r"^\s*[\[<(【]?\s*(?:슬라이드|slide)\s*#?\s*\d+", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)
_TEXT_FENCES = ("markdown", "md")
_PLAIN_FENCES = ("", "text", "txt", "plaintext", "plain")
_MAX_BOLD_HEADING_CHARS = 40
_MAX_COLUMNS = 64


def from_answer(text: str) -> Outline:
    """Make the neutral document of an answer.

    Never fails: what is not understood stays as a paragraph. The title is the first heading of
    level 1, or the first heading when at most a greeting stands before it; it stays among the blocks too.
    """
    parser = _Parser(_lines(text))
    blocks = tuple(parser.parse())
    return Outline(_title(blocks), blocks)


def _lines(text: str) -> list[str]:
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    return [line.replace("\u3000", " ").replace("\u00a0", " ").rstrip() for line in text.split("\n")]


def _title(blocks: tuple[Block, ...]) -> str:
    headings = [(at, block) for at, block in enumerate(blocks) if isinstance(block, Heading)]
    for at, heading in headings:
        if heading.level == 1 or _opens(blocks[:at]):
            return "" if _SLIDE_LINE.match(heading.text) else heading.text
    return ""


def _opens(before: tuple[Block, ...]) -> bool:
    """Say whether nothing but a sentence of greeting stands before a heading."""
    return len(before) <= 1 and all(isinstance(b, Paragraph) and len(b.text) <= 80 for b in before)


@dataclass(slots=True)
class _Parser:
    lines: list[str]
    at: int = 0
    blocks: list[Block] = field(default_factory=list)
    levels: Levels = field(default_factory=Levels)
    item_indent: int = -1

    def parse(self) -> list[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
                self.item_indent = -1
            elif not (self._fence(line) or self._table() or self._tabs() or self._one_line(line)):
                self._text(line)
        return self.blocks

    # ---------------------------------------------------------------- fences

    def _fence(self, line: str) -> bool:
        opening = _FENCE.match(line)
        if not opening:
            return False
        language = opening[1].lower()
        end = next((n for n in range(self.at + 1, len(self.lines)) if _is_closing(self.lines[n])), None)
        inside = self.lines[self.at + 1 : end] if end is not None else []
        if end is None or language in _TEXT_FENCES or (language in _PLAIN_FENCES and _is_document(inside)):
            # An unclosed fence, or a document wrapped in one: only the fence line itself goes.
            if end is not None:
                del self.lines[end]
            self.at += 1
            return True
        self.at = end + 1
        if any(part.strip() for part in inside):
            self._add(Code("\n".join(inside).strip("\n"), language))
        return True

    # ---------------------------------------------------------------- tables

    def _table(self) -> bool:
        if not self._starts_table():
            return False
        grid: list[list[str]] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() and self._table_goes_on(len(grid[0]) if grid else 0):
                self.at += 1
                continue
            if not _PIPE.search(line) and not (grid and _TABLE_RULE.match(line)):
                break
            if not _TABLE_RULE.match(line):
                grid.append(_cells(line))
            self.at += 1
        self._add_table(grid)
        return True

    def _starts_table(self) -> bool:
        line = self.lines[self.at]
        if not _PIPE.search(line):
            return False
        if line.lstrip().startswith("|") and len(_PIPE.findall(line)) >= 2:
            return True
        after = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return bool(_PIPE.search(after) and _TABLE_RULE.match(after))

    def _table_goes_on(self, columns: int) -> bool:
        """Say whether a blank line only splits a table: the next row is as wide and no new header."""
        rest = [line for line in self.lines[self.at : self.at + 4] if line.strip()]
        if not rest or not rest[0].lstrip().startswith("|"):
            return False
        new_header = len(rest) > 1 and bool(_TABLE_RULE.match(rest[1]))
        return not new_header and abs(len(_cells(rest[0])) - columns) <= 1

    def _tabs(self) -> bool:
        """Take lines whose cells are parted by tabs, as they come out of a spreadsheet."""
        end = self.at
        width = self.lines[self.at].strip("\t ").count("\t")
        while end < len(self.lines) and width and self.lines[end].strip("\t ").count("\t") == width:
            end += 1
        if end - self.at < 2:
            return False
        self._add_table([[plain(cell) for cell in line.split("\t")] for line in self.lines[self.at : end]])
        self.at = end
        return True

    def _add_table(self, grid: list[list[str]]) -> None:
        if not grid:
            return
        width = min(max(len(row) for row in grid), _MAX_COLUMNS)
        rows = [tuple((row + [""] * width)[:width]) for row in grid]
        self._add(Table(rows[0], tuple(row for row in rows[1:] if any(row))))

    # ---------------------------------------------------------------- lines

    def _one_line(self, line: str) -> bool:
        """Take a heading, a rule, a quote or a line broken by ``<br>``."""
        heading = _HEADING.match(line)
        if heading:
            self._add(Heading(len(heading[1]), plain(heading[2])))
        elif line.lstrip().startswith(">"):
            self.lines[self.at] = line.lstrip()[1:].removeprefix(" ")
            return True
        elif len(pieces := split_breaks(line)) > 1:
            self.lines[self.at : self.at + 1] = pieces
            return True
        elif _SLIDE_LINE.match(plain(line)):
            self._add(Heading(2, plain(line)))
        elif not _RULE.match(line):
            return False
        self.at += 1
        return True

    def _text(self, line: str) -> None:
        self.at += 1
        marked = find_marker(line)
        bold = _BOLD_LINE.match(line)
        if bold and (marked is None or marked.kind == "1.") and _is_title(bold[1]):
            self._add(Heading(3, plain(bold[1])))
        elif marked:
            self._item(marked)
        else:
            self._paragraph(line)

    def _item(self, marked: Marked) -> None:
        text, bold = inline(_check_box(marked.rest))
        if not text:
            return
        if marked.kind == "1." and marked.indent == 0 and self.item_indent < 0:
            self.levels.reset()
        level, mark = self.levels.place(marked)
        self.blocks.append(Item(level, mark, text, bold))
        self.item_indent = marked.indent

    def _paragraph(self, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Item) and self.item_indent >= 0 and indent > self.item_indent:
            more, bold = inline(line)
            shift = len(last.text) + 1
            moved = tuple((start + shift, end + shift) for start, end in bold)
            self.blocks[-1] = Item(last.level, last.marker, f"{last.text} {more}", last.bold + moved)
            return
        text, bold = inline(line)
        if text:
            self._add(Paragraph(text, bold), keep_levels=indent >= 2)

    def _add(self, block: Block, *, keep_levels: bool = False) -> None:
        self.blocks.append(block)
        self.item_indent = -1
        if not keep_levels and not isinstance(block, Table | Code):
            self.levels.reset()


def _is_closing(line: str) -> bool:
    found = _FENCE.match(line)
    return bool(found and not found[1])


def _is_document(inside: list[str]) -> bool:
    """Say whether a fence without a language holds a document rather than something to copy."""
    shaped = sum(
        1
        for line in inside
        if _HEADING.match(line) or line.lstrip().startswith("|") or _is_outline_line(line)
    )
    return shaped >= 2


def _is_outline_line(line: str) -> bool:
    marked = find_marker(line)
    return marked is not None and marked.kind not in ("+", "→")


def _is_title(text: str) -> bool:
    text = text.strip()
    return len(text) <= _MAX_BOLD_HEADING_CHARS and not text.endswith((".", "다", "요", "?", "!"))


def _check_box(text: str) -> str:
    return re.sub(r"^\[[xX]\]\s*", "☑ ", re.sub(r"^\[ \]\s*", "☐ ", text))


def _cells(line: str) -> list[str]:
    text = line.strip()
    text = text.removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    cells = [cell.replace("\\|", "|") for cell in _PIPE.split(text)]
    return ["\n".join(plain(part) for part in split_breaks(cell)).strip() for cell in cells]
