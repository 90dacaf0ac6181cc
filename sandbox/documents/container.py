"""Look at an upload before any library opens it: what it really is and whether it is safe.

Hides file magic, the limits against zip bombs and the refusal of XML that declares entities.
The name of an upload is never trusted: the first bytes decide.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from sandbox.records import DocumentError

MAX_BYTES = 20 * 1024 * 1024
_MAX_UNPACKED = 200 * 1024 * 1024
_MAX_MEMBERS = 4_000
_MAX_RATIO = 200
_RATIO_FROM = 4 * 1024 * 1024
_CHUNK = 1024 * 1024
_DECLARATION = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE)
_OVERLAP = 64


class Kind(StrEnum):
    """What an upload really is."""

    TEXT = "txt"
    MARKDOWN = "md"
    CSV = "csv"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    PDF = "pdf"
    HWPX = "hwpx"
    HWP = "hwp"


_TEXT_KINDS = {"md": Kind.MARKDOWN, "markdown": Kind.MARKDOWN, "csv": Kind.CSV, "tsv": Kind.CSV}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_OFFICE = (("WordDocument", ".docx"), ("Workbook", ".xlsx"), ("PowerPoint Document", ".pptx"))


def extension_of(name: str) -> str:
    """Return the last extension of an untrusted file name, in lower case without its dot."""
    base = re.split(r"[\\/]", name)[-1]
    return base.rsplit(".", 1)[-1].lower().strip() if "." in base else ""


def kind_of(name: str, data: bytes) -> Kind:
    """Say what the bytes are, or raise DocumentError with what to do instead."""
    if not data:
        raise DocumentError("빈 파일입니다.", remedy="내용이 있는 파일인지 확인하고 다시 올려 주세요.")
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"파일이 너무 큽니다({len(data) / 1024 / 1024:.0f}MB).",
            remedy="20MB 이하로 줄이거나 필요한 부분만 따로 저장해서 올려 주세요.",
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise DocumentError(
            "그림 파일에서는 글을 읽을 수 없습니다.",
            remedy="그림 속 내용을 글로 옮겨 적거나, 글자가 들어 있는 문서를 올려 주세요.",
        )
    if data.startswith((b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise _unsupported()
    return _TEXT_KINDS.get(extension_of(name), Kind.TEXT)


def _zip_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _refuse_bombs(members)
            names = {member.filename for member in members}
            kind = _office_kind(archive, names)
            if any(member.flag_bits & 0x1 for member in members):
                raise locked()
            _refuse_entities(archive, members)
    except DocumentError:
        raise
    except Exception:
        # zipfile lets zlib.error, struct.error and more through; all mean a damaged file
        raise broken() from None
    return kind


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    for part, kind in (
        ("word/document.xml", Kind.DOCX),
        ("xl/workbook.xml", Kind.XLSX),
        ("ppt/presentation.xml", Kind.PPTX),
        ("Contents/content.hpf", Kind.HWPX),
        ("Contents/section0.xml", Kind.HWPX),
    ):
        if part in names:
            return kind
    if "xl/workbook.bin" in names:
        raise DocumentError(
            "엑셀 이진 통합 문서(.xlsb)는 읽지 못합니다.",
            remedy="엑셀에서 .xlsx 형식으로 다시 저장해 주세요.",
        )
    raise DocumentError(
        "압축 파일이거나 지원하지 않는 형식입니다.", remedy="압축을 푼 뒤 문서 파일을 하나씩 올려 주세요."
    )


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    whole = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > _RATIO_FROM and member.file_size > _MAX_RATIO * max(1, member.compress_size)
        for member in members
    )
    if len(members) > _MAX_MEMBERS or whole > _MAX_UNPACKED or swollen:
        raise DocumentError(
            "압축을 풀면 지나치게 커지는 파일이라 열지 않았습니다.",
            remedy="원본 프로그램에서 필요한 부분만 새 파일로 저장해서 올려 주세요.",
        )


def _refuse_entities(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Refuse document type declarations: office files have none, attacks on XML readers do."""
    for member in members:
        if not member.filename.lower().endswith((".xml", ".rels", ".hpf", ".rdf", ".vml")):
            continue
        tail = b""
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK):
                if _DECLARATION.search(tail + chunk):
                    raise DocumentError(
                        "문서 안에 안전하지 않은 선언이 있어 열지 않았습니다.",
                        remedy="원본 프로그램에서 새 파일로 다시 저장해서 올려 주세요.",
                    )
                tail = chunk[-_OVERLAP:]


def _ole_kind(data: bytes) -> Kind:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise locked()
    if holds("FileHeader") and b"HWP Document File" in data:
        return Kind.HWP
    for stream, better in _OLD_OFFICE:
        if holds(stream):
            raise DocumentError(
                "예전 오피스 형식(.doc .xls .ppt)은 읽지 못합니다.",
                remedy=f"원본 프로그램에서 ‘다른 이름으로 저장’을 눌러 {better} 형식으로 저장해서 올려 주세요.",
            )
    raise _unsupported()


def locked() -> DocumentError:
    """Say that a password is in the way."""
    return DocumentError(
        "암호가 걸린 문서라 열 수 없습니다.",
        remedy="원본 프로그램에서 암호를 해제하고 저장한 뒤 다시 올려 주세요.",
    )


def broken() -> DocumentError:
    """Say that the file is damaged or only partly there."""
    return DocumentError(
        "파일이 손상되었거나 내용을 읽을 수 없습니다.",
        remedy="원본 프로그램에서 열리는지 확인하고 새로 저장해서 다시 올려 주세요.",
    )


def _unsupported() -> DocumentError:
    return DocumentError(
        "지원하지 않는 파일 형식입니다.",
        remedy="txt, md, csv, docx, xlsx, pptx, pdf, hwp, hwpx 파일을 올려 주세요.",
    )
