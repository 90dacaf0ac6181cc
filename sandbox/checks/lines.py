"""An answer as lines with their places: what is text, heading, table, code.

Hides the loose Markdown that models write: fences around the whole answer, marks in front of
bullets, bold around headings, table rows with and without outer bars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.records import Evidence

_FENCE = re.compile(r"\s*(```+|~~~+)\s*([\w+-]*)")
_PROSE_FENCES = frozenset({"", "markdown", "md", "text", "txt", "plaintext"})
_RULE = re.compile(r"\s*([-*_=─━]\s?){3,}\s*$")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+\S")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_MARK = re.compile(
    r"""(?P<indent>[\s\u3000]*)
    (?P<mark>[□■▢◻▣◆◇▶▷○ㅇ◦●〇❍•·∙・‧⦁▪▫–—―−‐※→☞✓✔☑]|[-*+](?=[\s\u3000])|-(?=[가-힣(「])
      |o(?=\s)|\d{1,2}[.)](?=\s|[가-힣A-Za-z(「*])|\(\d{1,2}\)|[가나다라마바사아자차카타파하][.)](?=\s)
      |\([가나다라마바사아자차카타파하]\)|[①-⑳㉮-㉻]|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩIVX]{1,4}\.(?=\s))
    (?P<gap>[\s\u3000]*)""",
    re.VERBOSE,
)


class LineKind(Enum):
    TEXT = auto()
    HEADING = auto()
    TABLE = auto()
    CODE = auto()
    BLANK = auto()
    RULE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``number`` from 1, ``start`` its offset in the whole text."""

    number: int
    start: int
    text: str
    kind: LineKind

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Marked:
    """A line's indent, its mark (``□``, ``-``, ``1.`` …, empty when none) and what follows."""

    indent: int
    mark: str
    body: str
    body_at: int


def split(text: str) -> tuple[Line, ...]:
    """Split into lines with kinds; a prose fence around the whole answer counts as text."""
    raw: list[tuple[int, str]] = []
    at = 0
    for piece in text.splitlines(keepends=True):
        raw.append((at, piece.rstrip("\r\n")))
        at += len(piece)
    fenced = _fenced(raw)
    return tuple(
        Line(number, start, line, LineKind.CODE if number - 1 in fenced else _kind(line))
        for number, (start, line) in enumerate(raw, 1)
    )


def _fenced(raw: list[tuple[int, str]]) -> frozenset[int]:
    """Return the indexes of lines that are code. Prose in a plain fence stays prose."""
    code: set[int] = set()
    opened: tuple[int, str] | None = None
    for index, (_, line) in enumerate(raw):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = (index, fence[2].lower())
            continue
        block = [raw[i][1] for i in range(opened[0] + 1, index)]
        is_prose = opened[1] in _PROSE_FENCES and _looks_like_prose(block)
        code.update({opened[0], index} if is_prose else range(opened[0], index + 1))
        opened = None
    if opened is not None:
        code.add(opened[0])
    return frozenset(code)


def _looks_like_prose(block: list[str]) -> bool:
    """A fenced document holds several lines of Korean; a fenced formula or snippet does not."""
    korean = [line for line in block if len(re.findall(r"[가-힣]", line)) >= 4]
    return len(korean) >= 2 and not any(re.match(r"\s*[=＝]", line) for line in block)


def _kind(line: str) -> LineKind:
    if not line.strip():
        return LineKind.BLANK
    if _HEADING.match(line):
        return LineKind.HEADING
    if _TABLE_RULE.match(line) and "|" in line:
        return LineKind.TABLE
    if _RULE.match(line):
        return LineKind.RULE
    bars = line.count("|") - line.count("\\|")
    if bars >= 2 or line.count("\t") >= 2 or (line.strip().startswith("|") and bars >= 1):
        return LineKind.TABLE
    return LineKind.TEXT


def marked(line: str) -> Marked:
    """Take a line's mark off; a Markdown bullet before a Korean mark (``- □``) counts once."""
    found = _MARK.match(line)
    if found is None:
        body = line.lstrip(" \t\u3000")
        return Marked(_width(line[: len(line) - len(body)]), "", body, len(line) - len(body))
    if found["mark"] == "*" and line[found.start("mark") :].startswith("**"):
        return Marked(_width(found["indent"]), "", line[found.start("mark") :], found.start("mark"))
    second = _MARK.match(line, found.end()) if found["mark"] in "-*+" else None
    last = second or found
    return Marked(_width(found["indent"]), last["mark"], line[last.end() :], last.end())


def _width(blank: str) -> int:
    return sum(4 if c == "\t" else 2 if c == "\u3000" else 1 for c in blank)


def plain(text: str) -> str:
    """Drop bold, italics, inline code marks and links, keep the words."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\*\*|__|`", "", text)
    return text.strip(" \t\u3000")


def squeeze(text: str) -> str:
    """Drop all white space and case, for comparing Korean whose spacing varies."""
    return re.sub(r"[\s\u3000\u200b]+", "", text).casefold()


def row_cells(line: str) -> tuple[str, ...]:
    """Split a table row at its bars or tabs."""
    if "|" not in line:
        return tuple(cell.strip() for cell in line.strip().split("\t"))
    cells = re.split(r"(?<!\\)\|", line.strip())
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.replace("\\|", "|").strip() for cell in cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table in the text: header cells, and rows beside the lines they stand on."""

    header: tuple[str, ...]
    header_line: Line
    rows: tuple[tuple[Line, tuple[str, ...]], ...]


def tables(lines: tuple[Line, ...]) -> tuple[Table, ...]:
    """Return each run of table lines as a table; the first row is the header."""
    found: list[Table] = []
    block: list[Line] = []
    for line in (*lines, Line(0, 0, "", LineKind.BLANK)):
        if line.kind is LineKind.TABLE:
            block.append(line)
            continue
        body = [row for row in block if not (_TABLE_RULE.match(row.text) and "-" in row.text)]
        block = []
        if not body:
            continue
        rows = tuple((row, row_cells(row.text)) for row in body[1:])
        found.append(Table(tuple(plain(c) for c in row_cells(body[0].text)), body[0], rows))
    return tuple(found)


def quote(text: str, limit: int = 60) -> str:
    """Shorten a quoted piece for a sentence on screen."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def at_line(line: Line, text: str, *, correction: str = "", source_line: str = "") -> Evidence:
    """Make evidence that points at a whole line, without its indent."""
    start = line.start + len(line.text) - len(line.text.lstrip())
    return Evidence(text, line.number, start, line.end, source_line, correction)


def line_of(text: str, offset: int) -> int:
    """Return the 1-based line of an offset."""
    return text.count("\n", 0, offset) + 1 if offset >= 0 else 0


def line_around(text: str, start: int, end: int) -> str:
    """Return the whole lines in which the piece from ``start`` to ``end`` stands."""
    return text[text.rfind("\n", 0, start) + 1 : (text + "\n").find("\n", end)]
