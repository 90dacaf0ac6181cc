"""Uploads: turns a file a person brings into clean text, or says in Korean why it cannot.

Hides which library reads which format and everything that a hostile or broken file may try.
Errors never carry a piece of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import cast

from sandbox.records import DocumentError

from .clean import clean, decode
from .container import Kind, broken, extension_of, kind_of

ACCEPTED = ("txt", "md", "csv", "docx", "xlsx", "pptx", "pdf", "hwp", "hwpx")
MAX_CHARS = 300_000

_Text = tuple[str, tuple[str, ...]]
# Module and function of each format: the libraries behind them take most of a second to import.
_READERS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.DOCX: ("read_office", "read_docx"),
        Kind.XLSX: ("read_office", "read_xlsx"),
        Kind.PPTX: ("read_office", "read_pptx"),
        Kind.PDF: ("read_pages", "read_pdf"),
        Kind.HWPX: ("read_pages", "read_hwpx"),
        Kind.HWP: ("read_pages", "read_hwpx"),
    }
)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """The text of an upload. ``kind`` is what it really was; ``warnings`` are Korean sentences."""

    text: str
    kind: str
    warnings: tuple[str, ...] = ()


def read(name: str, data: bytes) -> ReadDocument:
    """Read an upload as text.

    ``name`` is used for nothing but its extension. Tables come as tab-separated lines. Raises
    DocumentError (too large, damaged, locked, unsafe, no text in it) with what to do next.
    """
    kind = kind_of(name, data)
    office = kind in _READERS
    text, warnings = _guarded(kind, data) if office else _read_text(name, data)
    text = clean(text)
    if not text.strip():
        raise DocumentError(
            "파일에서 글자를 찾지 못했습니다.",
            remedy="스캔한 그림으로 된 문서라면 글자가 들어 있는 원본(hwp, docx 등)을 올려 주세요.",
        )
    said = extension_of(name)
    if office and said != kind.value:
        warnings = (
            f"파일 이름은 .{said[:8] or '(없음)'}이지만 실제 형식인 .{kind.value}로 읽었습니다.",
            *warnings,
        )
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS].rsplit("\n", 1)[0]
        warnings = (
            *warnings,
            f"글이 길어 앞부분 {MAX_CHARS:,}자까지만 읽었습니다. 필요한 부분만 올려 주세요.",
        )
    return ReadDocument(text, kind.value, warnings)


def _guarded(kind: Kind, data: bytes) -> _Text:
    module, function = _READERS[kind]
    reader = cast(Callable[[bytes], _Text], getattr(import_module(f"{__package__}.{module}"), function))
    try:
        return reader(data)
    except DocumentError:
        raise
    except Exception:
        # Whatever a library raises over a damaged file means the same to the person, and its
        # message may quote the document: it is not chained.
        raise broken() from None


def _read_text(name: str, data: bytes) -> _Text:
    try:
        text, warning = decode(data)
    except UnicodeDecodeError:
        raise broken() from None
    said = extension_of(name)
    if said in ACCEPTED and said not in ("txt", "md", "csv"):
        if text.lstrip().lower().startswith(("<!doctype", "<html", "<?xml", "{\\rtf")):
            raise DocumentError(
                f"이름은 .{said}이지만 실제로는 다른 형식의 파일입니다.",
                remedy=f"원본 프로그램에서 열어 .{said} 형식으로 다시 저장해서 올려 주세요.",
            )
        note = f"파일 이름은 .{said}이지만 실제로는 글만 있는 파일이라 그대로 읽었습니다."
        return text, tuple(filter(None, (note, warning)))
    return text, (warning,) if warning else ()
