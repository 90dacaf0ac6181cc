"""Documents: from an answer to something a person can take home, and from an upload to text.

``outline.from_answer`` makes one neutral document; ``WRITERS`` turns it into a file of any
format and ``LETTER_WRITERS`` a 기안문 (letter.py); ``read.read`` turns an upload into text. The libraries behind each format are imported
when first used, because the checks need the outline alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple, Protocol, cast

from .blocks import Outline
from .letter import Letter
from .written import NOTICE, Written

__all__ = ["LETTER_WRITERS", "NOTICE", "WRITERS", "LetterWriter", "Write", "WriteLetter", "Writer", "Written"]


class Write(Protocol):
    """Write an outline as a file; ``title`` stands on top, else the outline's own."""

    def __call__(self, outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written: ...


class Writer(NamedTuple):
    """One format a person can choose; ``extension`` comes with its dot."""

    label: str
    write: Write
    mime: str
    extension: str


def _on_first_use(module: str) -> Write:
    def write(outline: Outline, *, title: str = "", notice: str = NOTICE) -> Written:
        chosen = cast(Write, import_module(f"{__name__}.{module}").write)
        return chosen(outline, title=title, notice=notice)

    return write


class WriteLetter(Protocol):
    """Write a 기안문 as a file."""

    def __call__(self, letter: Letter, *, notice: str = NOTICE) -> Written: ...


class LetterWriter(NamedTuple):
    """One format a 기안문 can be had in."""

    label: str
    write: WriteLetter
    mime: str
    extension: str


def _letter_on_first_use(module: str) -> WriteLetter:
    def write(letter: Letter, *, notice: str = NOTICE) -> Written:
        chosen = cast(WriteLetter, import_module(f"{__name__}.{module}").write_letter)
        return chosen(letter, notice=notice)

    return write


_OFFICE = "application/vnd.openxmlformats-officedocument"

WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "docx": Writer(
            "워드 문서 (.docx)",
            _on_first_use("write_docx"),
            f"{_OFFICE}.wordprocessingml.document",
            ".docx",
        ),
        "pptx": Writer(
            "파워포인트 (.pptx)",
            _on_first_use("write_pptx"),
            f"{_OFFICE}.presentationml.presentation",
            ".pptx",
        ),
        "hwpx": Writer("한글 문서 (.hwpx)", _on_first_use("write_hwpx"), "application/hwp+zip", ".hwpx"),
        "xlsx": Writer(
            "엑셀 통합 문서 (.xlsx)", _on_first_use("write_xlsx"), f"{_OFFICE}.spreadsheetml.sheet", ".xlsx"
        ),
        "pdf": Writer("PDF (.pdf)", _on_first_use("write_pdf"), "application/pdf", ".pdf"),
        "md": Writer("마크다운 (.md)", _on_first_use("write_md"), "text/markdown; charset=utf-8", ".md"),
    }
)

LETTER_WRITERS: Mapping[str, LetterWriter] = MappingProxyType(
    {
        name: LetterWriter(
            WRITERS[name].label,
            _letter_on_first_use(f"write_{name}"),
            WRITERS[name].mime,
            WRITERS[name].extension,
        )
        for name in ("hwpx", "docx")
    }
)
