"""The slide view of an outline: finds where slides begin and what on them is said, not shown.

Hides the many ways in which models mark a slide (``## 슬라이드 1: …``, ``[슬라이드 1]``, ``# 1. …``,
bold lines, bare □ items) and their labels (제목:, 내용:, 발표자 노트:).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .blocks import Block, Code, Heading, Item, Outline, Paragraph, Slide, Table

_NUMBERED = re.compile(
    r"^[\[<(【]?\s*(?:(?:슬라이드|slide)\s*#?\s*\d+|\d+\s*번?\s*슬라이드)\s*(?:번|장|쪽)?\s*[\])>】]?\s*[:.\-–—|)]*\s*",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"^(?:\d{1,2}[.)]|[IVX]{1,4}\.|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]\.?)\s*(?=\D)")
_LABEL = re.compile(r"^[\[(]?(?P<label>[가-힣A-Za-z ]{1,14}?)[\])]?\s*[:：]\s*(?P<rest>.*)$", re.DOTALL)
_TITLES = ("제목", "슬라이드 제목", "title", "헤드라인")
_BODIES = ("내용", "본문", "주요 내용", "핵심 내용", "bullets", "불릿", "글머리", "글머리표", "content", "표")
_NOTES = frozenset(
    f"{who}{gap}{what}"
    for who in ("발표자", "발표", "스피커", "강연자")
    for gap in (" ", "")
    for what in ("노트", "메모", "멘트", "대본", "설명", "발언")
) | {"노트", "메모", "멘트", "대본", "speaker notes", "speaker note", "notes", "note"}


def slides(outline: Outline) -> tuple[Slide, ...]:
    """Cut an outline into slides; the shape the answer shows decides where one begins.

    In order: headings that say 슬라이드; the most frequent heading level; items of the first
    level that have others below; one slide for all of it. Slides cut by hand stay as they are.
    """
    if outline.deck:
        return outline.deck
    made = [draft.finish() for draft in _cut(_without_opening(outline))]
    return tuple(slide for slide in made if slide.title or slide.bullets or slide.table)


def is_deck(outline: Outline) -> bool:
    """Say whether an answer was meant as slides: at least two headings call themselves one."""
    named = (b for b in outline.blocks if isinstance(b, Heading) and _NUMBERED.match(b.text))
    return bool(outline.deck) or len(tuple(named)) >= 2


def _without_opening(outline: Outline) -> tuple[Block, ...]:
    """Drop what stands before the first slide: the deck's own title and a sentence of greeting."""
    blocks = outline.blocks
    first = min(_find_starts(blocks), default=0)
    if all(isinstance(block, Heading | Paragraph) for block in blocks[:first]):
        blocks = blocks[first:]
    alone = len(blocks) > 1 and isinstance(blocks[0], Heading) and isinstance(blocks[1], Heading)
    if alone and blocks[0] == Heading(1, outline.title) and not _NUMBERED.match(outline.title):
        return blocks[1:]
    return blocks


@dataclass(slots=True)
class _Draft:
    title: str = ""
    bullets: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    table: Table | None = None
    in_notes: int | None = None  # level of the notes label; 0 takes all up to the next label
    lifted: int = 0  # level of a 내용: label whose items move up in its place

    def take(self, block: Block) -> None:
        if isinstance(block, Table):
            self.table = self.table or block
        elif isinstance(block, Code):
            self._line(1, "", block.text)
        elif isinstance(block, Heading):
            self._end_labels()
            self._line(1, "", block.text)
        elif isinstance(block, Item):
            if self.in_notes is not None and block.level <= self.in_notes and not _label(block.text)[0]:
                self._end_labels()
            if block.level <= self.lifted:
                self.lifted = 0
            self._line(block.level, block.marker, block.text, block)
        elif isinstance(block, Paragraph):
            self._line(1, "", block.text)

    def _end_labels(self) -> None:
        self.in_notes, self.lifted = None, 0

    def _line(self, level: int, marker: str, text: str, item: Item | None = None) -> None:
        label, rest = _label(text)
        if label in _TITLES and rest:
            self.title = rest  # a topic stands in the heading, what the slide says after the label
        elif label in _NOTES:
            self.in_notes = level if item or rest else 0
            self.notes += [rest] if rest else []
        elif label in _BODIES:
            self.in_notes, self.lifted = None, 0 if rest else level
            if rest:
                self.bullets.append(Item(level, marker or "-", rest))
        elif self.in_notes is not None:
            self.notes.append(text)
        elif text:
            depth = max(1, level - 1) if self.lifted and level > self.lifted else level
            bold = item.bold if item else ()
            self.bullets.append(Item(depth, marker or "-", text, bold))

    def finish(self) -> Slide:
        bullets = self.bullets
        title = self.title
        if not title and bullets:
            title, bullets = bullets[0].text, bullets[1:]
        least = min((bullet.level for bullet in bullets), default=1) - 1
        moved = tuple(Item(b.level - least, b.marker, b.text, b.bold) for b in bullets)
        return Slide(title, moved, "\n".join(self.notes), self.table)


def _label(text: str) -> tuple[str, str]:
    found = _LABEL.match(text)
    if not found:
        bare = text.strip("[]() ").lower()
        return (bare, "") if bare in _NOTES else ("", text)
    label = " ".join(found["label"].lower().split())
    known = label in _TITLES or label in _NOTES or label in _BODIES
    return (label, found["rest"].strip()) if known else ("", text)


def _cut(blocks: Iterable[Block]) -> Iterable[_Draft]:
    blocks = tuple(blocks)
    starts = _find_starts(blocks)
    draft = _Draft()
    for at, block in enumerate(blocks):
        if at in starts and isinstance(block, Heading | Item):
            if draft.title or draft.bullets or draft.table:
                yield draft
            draft = _Draft(title=_clean(block.text))
        elif isinstance(block, Heading) and not (draft.title or draft.bullets) and not _is_note(block):
            draft.title = _clean(block.text)
        else:
            draft.take(block)
    yield draft


def _find_starts(blocks: tuple[Block, ...]) -> frozenset[int]:
    headings = [(at, block) for at, block in enumerate(blocks) if isinstance(block, Heading)]
    said = [at for at, heading in headings if _NUMBERED.match(heading.text)]
    if said:
        # Once slides are numbered by name, a heading that only bears a number is one more of them.
        deepest = max(heading.level for at, heading in headings if at in said)
        return frozenset(said) | {
            at
            for at, heading in headings
            if at > said[0] and heading.level <= deepest and _ORDINAL.match(heading.text)
        }
    real = [(at, heading) for at, heading in headings if not _is_note(heading)]
    if len(real) >= 2:
        levels = Counter(heading.level for _, heading in real)
        chosen = min((level for level, count in levels.items() if count >= 2), default=0)
        return frozenset(at for at, heading in real if heading.level <= chosen or not chosen)
    tops = [at for at, block in enumerate(blocks) if isinstance(block, Item) and block.level == 1]
    below = sum(isinstance(block, Item) and block.level > 1 for block in blocks)
    return frozenset(tops) if len(tops) >= 2 and below else frozenset()


def _is_note(heading: Heading) -> bool:
    return _label(heading.text)[0] in _NOTES


def _clean(title: str) -> str:
    title = _NUMBERED.sub("", title).strip()
    label, rest = _label(title)
    title = rest if label in _TITLES else title
    return _ORDINAL.sub("", title).strip(" \"'“”")
