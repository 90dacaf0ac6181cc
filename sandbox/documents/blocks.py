"""The pieces of a neutral document: what an answer is before it becomes a file.

Hides nothing: frozen records that every writer, the slide view and the checks share. Text is
plain; bold places are kept beside it as code-point ranges, so that a reader who does not care
about bold never sees a mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text with one face."""

    text: str
    bold: bool = False


def runs(text: str, bold: Ranges) -> Iterator[Run]:
    """Cut ``text`` at the edges of its bold ranges; ranges are sorted and do not overlap."""
    at = 0
    for start, end in bold:
        if start > at:
            yield Run(text[at:start])
        if end > start:
            yield Run(text[start:end], bold=True)
        at = end
    if at < len(text):
        yield Run(text[at:])


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the largest, 6 the smallest."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    bold: Ranges = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an outline. ``level`` counts from 1; ``marker`` is □ ○ - * ※ or ``1.`` ``가)``."""

    level: int
    marker: str
    text: str
    bold: Ranges = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its parts as shares of the whole width, from 0 to 1, and what stands behind it."""

    label: str
    parts: tuple[float, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one, two or five parts; ``legend`` names the parts and is empty where there is one."""

    title: str
    bars: tuple[Bar, ...]
    legend: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Plain cells; every row is as wide as the header. A cell may hold line breaks.

    ``chart`` shows the table's figures above it, where a writer can draw (.pdf, .hwpx).
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be taken over to the letter, such as a formula."""

    text: str
    language: str = ""


Block = Heading | Paragraph | Item | Table | Code


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: a title, its bullets, what the speaker says, at most one table."""

    title: str
    bullets: tuple[Item, ...] = ()
    notes: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole document. ``title`` is empty when the answer gave itself none.

    ``deck`` is set where a person has cut the slides by hand; else they are found in the blocks.
    """

    title: str
    blocks: tuple[Block, ...]
    deck: tuple[Slide, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables in reading order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))
