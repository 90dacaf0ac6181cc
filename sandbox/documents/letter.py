"""기안문: an outline as an official letter, by the rules of official documents.

Hides the rules: marks ``1. 가. 1) 가) (1) (가) ① ㉮`` by level, no mark where an item stands alone, one
Hangul (two 타) deeper for each level, 붙임 without a colon, ``끝.`` two 타 after the last character.
Who writes to whom is never made up: what the answer does not say is left as a blank to fill.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Ranges, Table

END = "끝."
TWO_TA = "  "
BLANK_ORGANISATION = "(행정기관명)"
BLANK_TO = "(수신자)"
BLANK_SENDER = "(발신 명의)"
SIGNERS = "기안자 (직위·성명)        검토자 (직위·성명)        결재권자 (직위·성명)"
FOOT = (
    "협조자",
    "시행 (처리과명-일련번호) (시행일)        접수 (처리과명-일련번호) (접수일)",
    "우 (우편번호) (도로명주소)        / (누리집 주소)",
    "전화 (전화번호)    팩스 (팩스번호)    / (전자우편 주소)    / (공개 구분)",
)

_HANGUL = "가나다라마바사아자차카타파하"
_LEVELS = 8
_LABEL = re.compile(
    r"^\s*(?P<label>수\s*신|\(?\s*경\s*유\s*\)?|제\s*목|발\s*신(?:\s*명의)?)\s*(?:[:：]\s*|\s{2,}|(?<=\))\s*)(?P<rest>.*)$"
)
_HEAD_LINE = re.compile(r"^\s*(?P<label>수\s*신|제\s*목)\s+(?P<rest>\S.*)$")
_HEAD_BLOCKS = 6
_ATTACHED = re.compile(r"^\s*붙\s*임\s*(?:[:：]|\s|$)\s*(?P<rest>.*)$", re.DOTALL)
_END = re.compile(r"[\s.]*(?<![가-힣])끝\s*\.?\s*$")
_NUMBER_IN_LINE = re.compile(r"(?:^|(?<=[.\s]))\s*\d{1,2}[.)]\s+(?=\S)")
_NOTES = ("※", "*", "→")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body; level 0 and 1 stand at the left edge.

    ``mark`` is empty where an item stands alone. ``under`` is text of a line above, at whose right
    edge this one begins.
    """

    level: int
    mark: str
    text: str
    bold: Ranges = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A 기안문 ready to be set; empty ``to`` and ``sender`` are printed as blanks to fill."""

    title: str
    body: tuple[Line | Table, ...]
    attachments: tuple[str, ...] = ()
    to: str = ""
    via: str = ""
    sender: str = ""

    @property
    def lines(self) -> tuple[Line | Table, ...]:
        """Return the body with 붙임 and 끝. in their places."""
        if self.attachments:
            return (*self.body, *_attachment_lines(self.attachments))
        return _with_end(self.body)


def to_letter(outline: Outline, *, title: str = "") -> Letter:
    """Read an outline as a letter: 수신, 경유, 제목, 발신 명의 and 붙임 are taken out of its text."""
    said: dict[str, str] = {}
    attachments: list[str] = []
    body: list[Block] = []
    attaching = False
    in_head = _has_head(outline.blocks)
    for at, block in enumerate(outline.blocks):
        if label := _labelled(block, in_head=in_head and at < _HEAD_BLOCKS):
            said.setdefault(*label)
        elif (rest := _attached(block)) is not None:
            attaching = True
            attachments += _split_attachments(rest)
        elif attaching and isinstance(block, Item | Paragraph):
            attachments += _split_attachments(block.text)
        else:
            attaching = False
            body.append(block)
    name = said.get("제목") or _own_title(outline) or title
    blocks = [b for at, b in enumerate(body) if not (at < 2 and isinstance(b, Heading) and b.text == name)]
    return Letter(
        name,
        tuple(_lines(_without_end(blocks))),
        tuple(text for text in map(_drop_end, attachments) if text),
        said.get("수신", ""),
        said.get("경유", ""),
        said.get("발신", ""),
    )


def to_outline(letter: Letter) -> Outline:
    """Return the letter as it will look, as a plain document to be shown or put on the clipboard.

    Blanks that count are no-break spaces there, so that they survive HTML.
    """
    head = (
        f"수신{TWO_TA}{letter.to or BLANK_TO}",
        f"(경유){TWO_TA}{letter.via}".rstrip(),
        f"제목{TWO_TA}{letter.title}",
        "",
    )
    body = (line if isinstance(line, Table) else Paragraph(_plain(line)) for line in letter.lines)
    parts = (*map(Paragraph, head), *body, Paragraph(""), Paragraph(letter.sender or BLANK_SENDER))
    hard = "\u00a0" * len(TWO_TA)
    blocks = (p if isinstance(p, Table) else Paragraph(p.text.replace(TWO_TA, hard)) for p in parts)
    return Outline(letter.title, tuple(blocks))


def depth(level: int) -> int:
    """Return how many Hangul widths a level stands in from the left edge."""
    return max(0, level - 1)


def _plain(line: Line) -> str:
    under = sum(2 if ord(character) > 0x2000 else 1 for character in line.under)
    indent = TWO_TA * depth(line.level) + " " * under
    return f"{indent}{f'{line.mark} ' if line.mark else ''}{line.text}"


# --------------------------------------------------------------------------- what the text says of itself


def _own_title(outline: Outline) -> str:
    """Return the document's title unless it is only the first of several equal headings."""
    levels = [b.level for b in outline.blocks if isinstance(b, Heading)]
    own = next((b.level for b in outline.blocks if isinstance(b, Heading) and b.text == outline.title), 0)
    return outline.title if levels.count(own) == 1 else ""


def _has_head(blocks: Sequence[Block]) -> bool:
    """Say whether 수신 and 제목 stand on top: then a blank after them is enough to know them."""
    texts = [b.text for b in blocks[:_HEAD_BLOCKS] if isinstance(b, Paragraph | Item)]
    found = (_HEAD_LINE.match(text) or _LABEL.match(text) for text in texts)
    return len({re.sub(r"[\s()]", "", one["label"]) for one in found if one}) >= 2


def _labelled(block: Block, *, in_head: bool) -> tuple[str, str] | None:
    if not isinstance(block, Paragraph | Item | Heading):
        return None
    found = _LABEL.match(block.text) or (_HEAD_LINE.match(block.text) if in_head else None)
    if not found:
        return None
    label = re.sub(r"[\s()]|명의", "", found["label"])
    rest = found["rest"].strip()
    return (label, "" if re.fullmatch(r"[\s○◯OㅇX_.…·()\[\]]*", rest) else rest)


def _attached(block: Block) -> str | None:
    if not isinstance(block, Paragraph | Item | Heading):
        return None
    found = _ATTACHED.match(block.text)
    return found["rest"].strip() if found else None


def _split_attachments(text: str) -> list[str]:
    return [part for piece in _NUMBER_IN_LINE.split(text) if (part := piece.strip())]


def _drop_end(text: str) -> str:
    cut = _END.sub("", text).rstrip()
    if not cut:
        return ""
    return f"{cut}." if cut != text.rstrip() and not cut.endswith(".") else cut


def _without_end(blocks: Sequence[Block]) -> list[Block]:
    """Take a 끝. that the answer wrote out of its place: it is set anew."""
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        if isinstance(block, Paragraph | Item) and at >= len(blocks) - 2:
            text = _drop_end(block.text)
            if text:
                bold = tuple((a, min(b, len(text))) for a, b in block.bold if a < len(text))
                kept.append(replace(block, text=text, bold=bold))
        else:
            kept.append(block)
    return kept


# --------------------------------------------------------------------------- marks and levels


@dataclass(slots=True)
class _Node:
    level: int
    text: str
    bold: Ranges = ()
    mark: str = ""
    note: bool = False
    numbered: bool = True


def _lines(blocks: Sequence[Block]) -> Iterable[Line | Table]:
    """Mark the items anew by level; paragraphs and tables stay between them."""
    nodes = _promoted(_nodes(blocks))
    counts = [0] * (_LEVELS + 1)
    for at, node in enumerate(nodes):
        if isinstance(node, Table):
            yield node
        elif node.note or not node.numbered:
            yield Line(node.level, node.mark, node.text, node.bold)
        else:
            counts[node.level] += 1
            counts[node.level + 1 :] = [0] * (_LEVELS - node.level)
            alone = counts[node.level] == 1 and not _has_sibling(nodes[at + 1 :], node.level)
            yield Line(
                node.level, "" if alone else _mark(node.level, counts[node.level]), node.text, node.bold
            )


def _nodes(blocks: Sequence[Block]) -> list[_Node | Table]:
    """Give every block its level: headings stand above items, both without gaps."""
    ranks = sorted({b.level for b in blocks if isinstance(b, Heading)})
    shift = 0
    nodes: list[_Node | Table] = []
    above: list[int] = []
    for block in blocks:
        if isinstance(block, Table):
            nodes.append(block)
        elif isinstance(block, Heading):
            shift, above = ranks.index(block.level) + 1, []
            nodes.append(_Node(shift, block.text))
        elif isinstance(block, Item) and block.marker in _NOTES:
            nodes.append(_Node(max(1, shift + len(above)), block.text, block.bold, block.marker, note=True))
        elif isinstance(block, Item):
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            nodes.append(_Node(min(_LEVELS, shift + len(above)), block.text, block.bold))
        else:
            nodes += _plain_nodes(block, shift + len(above))
    return nodes


def _plain_nodes(block: Paragraph | Code, level: int) -> Iterable[_Node]:
    bold = block.bold if isinstance(block, Paragraph) else ()
    for text in block.text.split("\n"):
        yield _Node(level, text, bold, numbered=False)


def _promoted(nodes: list[_Node | Table]) -> list[_Node | Table]:
    """Where one item holds all the others it is no item: its text opens the letter, the rest moves up."""
    while True:
        own = [node for node in nodes if isinstance(node, _Node) and node.numbered and not node.note]
        tops = [node for node in own if node.level == 1]
        if len(tops) != 1 or len(own) < 2 or own[0] is not tops[0]:
            return nodes
        tops[0].numbered = False
        for node in nodes:
            if isinstance(node, _Node):
                node.level = max(0, node.level - 1)


def _has_sibling(after: Sequence[_Node | Table], level: int) -> bool:
    for node in after:
        if isinstance(node, _Node) and node.numbered and not node.note and node.level <= level:
            return node.level == level
    return False


def _mark(level: int, number: int) -> str:
    hangul = _HANGUL[(number - 1) % len(_HANGUL)]
    ringed = min(number, 20) - 1
    marks = (
        f"{number}.", f"{hangul}.", f"{number})", f"{hangul})", f"({number})", f"({hangul})",
        chr(ord("①") + ringed), chr(ord("㉮") + (number - 1) % len(_HANGUL)),
    )  # fmt: skip
    return marks[level - 1]


# --------------------------------------------------------------------------- 붙임 and 끝.


def _attachment_lines(attachments: Sequence[str]) -> Iterable[Line]:
    last = len(attachments) - 1
    for at, text in enumerate(attachments):
        number = f"{at + 1}. " if last else ""
        label, under = (f"붙임{TWO_TA}", "") if at == 0 else ("", f"붙임{TWO_TA}")
        yield Line(0, "", f"{label}{number}{text}{f'{TWO_TA}{END}' if at == last else ''}", under=under)


def _with_end(body: tuple[Line | Table, ...]) -> tuple[Line | Table, ...]:
    if not body or isinstance(body[-1], Table):
        return (*body, Line(0, "", END, under="끝"))
    last = body[-1]
    return (*body[:-1], replace(last, text=f"{last.text}{TWO_TA}{END}"))
