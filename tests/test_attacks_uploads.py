"""Bombs and tricks in uploads, by name, and that a reader that gives up takes nobody with it.

What a file is refused for by its first bytes stands in test_documents_read.py; here are the files that
look right and cost a library all time and memory.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from sandbox import children
from sandbox.documents import WRITERS, read_apart
from sandbox.documents.outline import from_answer
from sandbox.documents.read import MAX_CHARS
from sandbox.records import DocumentError

KEY = "sk-child-0123456789abcdef"
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows bounds the time alone")


def package(kind: str, changes: dict[str, bytes], *, more: dict[str, bytes] | None = None) -> bytes:
    """Return a whole document of ours with some of its parts replaced."""
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(WRITERS[kind].write(from_answer("# 제목\n□ 하나")).data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return file.getvalue()


def pdf(*objects: bytes) -> bytes:
    """Write a PDF with a right cross-reference table around whatever objects; the first is the root."""
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def one_page(content: bytes, more: bytes = b"/Filter /FlateDecode") -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream(content, more), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )  # fmt: skip


def pdf_flate_bomb() -> bytes:
    return one_page(zlib.compress(b"q " * 60_000_000, 6))


def pdf_slow_page() -> bytes:
    """Within every bound of size, and minutes of work for a reader of pages."""
    return one_page(zlib.compress(b"BT /F 9 Tf " + b"(a) Tj 1 0 0 1 9 9 Tm " * 3_000_000 + b"ET", 6))


def pdf_nested_filters() -> bytes:
    """A bomb in a bomb in a bomb: each filter makes a thousand times more of it."""
    data = b"\0" * 50_000_000
    for _ in range(3):
        data = zlib.compress(data, 9)
    return one_page(data, b"/Filter [/FlateDecode /FlateDecode /FlateDecode]")


def pdf_page_tree_in_a_circle() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 9 >>",
        b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 9 >>",
    )  # fmt: skip


def pdf_a_billion_pages() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    )  # fmt: skip


def pdf_deep_arrays() -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 500_000 + b" >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
    )


def docx_nested_tables() -> bytes:
    deep = b"<w:tbl><w:tr><w:tc>" * 3_000 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 3_000
    space = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (space, deep)
    return package("docx", {"word/document.xml": body})


def docx_ebcdic_entities() -> bytes:
    """Entities declared in an encoding in which no search for their name finds them."""
    text = (
        '<?xml version="1.0" encoding="cp037"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + ']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
    )
    return package("docx", {"word/document.xml": text.encode("cp037")})


def docx_picture_bomb() -> bytes:
    """A picture of 60,000 by 60,000 points: never decoded, the text is read."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + b"IHDR" + head
    png += struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return package("docx", {}, more={"word/media/image1.png": png})


def xlsx_wide_and_far() -> bytes:
    row = '<row r="{0}"><c r="XFD{0}"><v>1</v></c></row>'
    rows = "".join(row.format(n) for n in range(1, 200_001)).encode()
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return package(
        "xlsx",
        {
            "xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><dimension ref="A1:XFD1048576"/><sheetData>%s'
            b"</sheetData></worksheet>" % (space, rows)
        },
    )


def zip_overlapping() -> bytes:
    """Every name of the directory points at the same bytes: small outside, huge inside."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>")
        archive.writestr("word/media/a.bin", b"\0" * 3_900_000)
    data = file.getvalue()
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    end = data.index(b"PK\x05\x06")
    entry, tail = data[at:end], bytearray(data[end:])
    names = [entry.replace(b"a.bin", b"%c.bin" % c) for c in range(98, 122)]
    body = data[:end] + b"".join(names)
    count = 2 + len(names)
    tail[8:12] = struct.pack("<HH", count, count)
    tail[12:16] = struct.pack("<I", len(body) - data.index(b"PK\x01\x02"))
    return body + bytes(tail)


def zip_in_zip() -> bytes:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<w/>" + b"\0" * 3_000_000)
    return package("docx", {}, more={"word/embeddings/a.xlsx": inner.getvalue() * 50})


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    f.__name__: (f.__name__.split("_")[0].replace("zip", "docx"), f)
    for f in (
        pdf_flate_bomb, pdf_slow_page, pdf_nested_filters, pdf_page_tree_in_a_circle, pdf_a_billion_pages, pdf_deep_arrays,
        docx_nested_tables, docx_ebcdic_entities, docx_picture_bomb, xlsx_wide_and_far, zip_overlapping,
        zip_in_zip,
    )
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_read_in_bounds_or_refused_in_korean(
    bomb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, make = BOMBS[bomb]
    monkeypatch.setattr(read_apart, "_SECONDS", 3)
    before = sorted(tmp_path.rglob("*"))
    try:
        found = read_apart.read_apart(f"자료.{kind}", make())
    except DocumentError as refused:
        assert refused.remedy.endswith("주세요."), refused.message
    else:
        assert len(found.text) <= MAX_CHARS
        assert "aaaaaaaaaaaaaaaaaaaa" not in found.text, "no entity was expanded"
    assert sorted(tmp_path.rglob("*")) == before


def _stuck(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reader's process do ``code`` in place of reading."""
    real = subprocess.run

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        limited = "from sandbox.documents import read_apart; read_apart._SECONDS = 2; read_apart._limit();"
        return real([sys.executable, "-c", f"{limited}\n{code}"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(read_apart.subprocess, "run", run)
    monkeypatch.setattr(read_apart, "_SECONDS", 1)


@POSIX
@pytest.mark.parametrize(
    "code",
    ["while True: pass", "x = b'x' * (4 << 30)", "import os; os.kill(os.getpid(), 11)", "import time; time.sleep(99)"],
    ids=["endless", "four gigabytes", "crash", "asleep"],
)  # fmt: skip
def test_a_reader_that_runs_wild_ends_alone(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stuck(tmp_path, code, monkeypatch)
    with pytest.raises(DocumentError, match="시간이나 메모리가 너무 많이"):
        read_apart.read_apart("a.docx", WRITERS["docx"].write(from_answer("글")).data)


def test_what_is_read_apart_is_what_is_read_in_place() -> None:
    from sandbox.documents.read import read

    data = WRITERS["hwpx"].write(from_answer("# 제목\n□ 하나, 뷁뛟")).data
    assert read_apart.read_apart("../../몰래\\보고서.txt", data) == read("보고서.txt", data)


def test_a_child_is_not_given_our_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader, the formula engine and the model: none finds a key in its environment."""
    for name in ("OPENAI_API_KEY", "ROOM_KEY", "SANDBOX_DATABASE_URL", "MY_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, KEY)
    assert KEY not in children.environment().values()
    assert KEY not in children.environment(*children.NETWORK).values()
    seen: list[dict[str, str]] = []
    real = subprocess.run

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        environment = options.get("env")
        assert isinstance(environment, dict), f"{command} inherits everything"
        seen.append(environment)
        return real(command, **options)  # type: ignore[call-overload]

    from sandbox import formulas

    monkeypatch.setattr(subprocess, "run", run)
    read_apart.read_apart("a.docx", WRITERS["docx"].write(from_answer("글")).data)
    workbook = Path(__file__).parent.parent / "exercises/excel/dept-spending"
    formulas.calculate(next(workbook.glob("*.xlsx")), "", "Z99", "=1+1")
    assert len(seen) == 2
    assert not any(KEY in environment.values() for environment in seen)


def test_nobody_starts_a_process_with_the_whole_environment() -> None:
    root = Path(__file__).parent.parent / "sandbox"
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        starts = text.count("subprocess.run(") + text.count("subprocess.Popen(")
        assert starts == text.count("env=children.environment(") + text.count("env=environ,"), path
        assert "**os.environ" not in text, path
