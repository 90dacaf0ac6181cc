"""Uploads: what is read, what is refused, and that the refusal says what to do."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import docx
import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Inches

from sandbox.documents import WRITERS, clean
from sandbox.documents.outline import from_answer
from sandbox.documents.read import MAX_CHARS, read
from sandbox.records import DocumentError

KOREAN = "강릉시 야간 운영 계획\n□ 추진배경: 이용자 12% 증가, 뷁뛟"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("extension", ["txt", "md", "csv"])
def test_text_encodings(encoding: str, extension: str) -> None:
    document = read(f"메모.{extension}", KOREAN.encode(encoding))
    assert (document.text, document.kind, document.warnings) == (KOREAN, extension, ())


def test_nearly_cp949_is_read_with_a_warning() -> None:
    data = ("가나다라" * 200).encode("cp949") + b"\xff" + "끝".encode("cp949")
    document = read("a.txt", data)
    assert "�" in document.text and document.warnings


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("가　나\u00a0다", "가 나 다"),
        ("가\u200b나\ufeff다\u00ad", "가나다"),
        ("가\r\n나\r다\x0b라\u2028마", "가\n나\n다\n라\n마"),
        ("가\n\n\n\n\n나\n", "가\n\n나"),
        ("가  \n   \n나", "가\n\n나"),
        ("\u1100\u1161", "가"),
        ("\uf0b7 항목 \U000f02b1 \U000f0854책\U000f0855", "• 항목 1. 『책』"),
        ("a\tb", "a\tb"),
        ("\x00가\x07나", "가나"),
    ],
)
def test_pasted_text_is_cleaned(raw: str, wanted: str) -> None:
    assert clean.clean(raw) == wanted


def docx_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("첫　문단")
    table = document.add_table(rows=2, cols=3)
    for at, text in enumerate(["가", "나", "다", "라", "마\n바", "사"]):
        table.cell(at // 3, at % 3).text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    document.add_paragraph("끝 문단")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def test_docx_in_order_with_merged_cells_once() -> None:
    assert read("a.docx", docx_file()).text == "첫 문단\n가 나\t다\n라\t마 바\t사\n끝 문단"


def test_xlsx_sheets_values_and_uncounted_formulas() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행"
    sheet.append(["과", "율", "값"])
    sheet.append(["총무과", 0.125, 1200])
    sheet["B2"].number_format = "0.0%"
    sheet["C3"] = "=SUM(C2:C2)"
    book.create_sheet("빈").sheet_state = "hidden"
    file = BytesIO()
    book.save(file)
    document = read("a.xlsx", file.getvalue())
    assert (
        document.text
        == "[시트: 집행]\n과\t율\t값\n총무과\t12.5%\t1200\n\t\t=SUM(C2:C2)\n\n[시트: 빈 (숨긴 시트)]"
    )
    assert "수식 1개" in document.warnings[0]


def test_xlsx_far_cell_costs_nothing() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A1048576"], book.active["XFD1"] = "처음", "먼 곳", "옆"
    file = BytesIO()
    book.save(file)
    document = read("a.xlsx", file.getvalue())
    assert "처음" in document.text and len(document.text) < 2_000
    assert "까지만 읽었습니다" in document.warnings[0]


def test_pptx_slides_tables_and_notes() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    box = slide.shapes.add_textbox(0, Inches(5), Inches(3), Inches(1))
    box.text_frame.text = "아래 글"
    slide.shapes.title.text = "제목"
    table = slide.shapes.add_table(1, 2, 0, Inches(3), Inches(3), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "가", "나"
    slide.notes_slide.notes_text_frame.text = "말할 것"
    file = BytesIO()
    deck.save(file)
    assert read("a.pptx", file.getvalue()).text == "[슬라이드 1]\n제목\n가\t나\n아래 글\n발표자 노트: 말할 것"


@pytest.mark.parametrize("kind", ["docx", "hwpx", "pdf", "xlsx", "pptx"])
def test_wrong_extension_is_seen_through(kind: str) -> None:
    data = WRITERS[kind].write(from_answer("# 제목\n□ 하나")).data
    document = read("../../몰래\\보고서.HWP.txt", data)
    assert document.kind == kind and "하나" in document.text
    assert f".{kind}" in document.warnings[0]


def test_hwp_is_read() -> None:
    import hwpx

    document = hwpx.HwpxDocument.new()
    document.add_paragraph("한글 문서 본문입니다")
    data = document.to_bytes(format="hwp")
    assert data.startswith(b"\xd0\xcf\x11\xe0")
    read_again = read("공문.hwp", data)
    assert (read_again.kind, read_again.text, read_again.warnings) == ("hwp", "한글 문서 본문입니다", ())


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def with_part(data: bytes, name: str, change: bytes, *, before: bytes) -> bytes:
    """Return the package with ``change`` put before ``before`` in one of its parts."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    assert before in members[name]
    members[name] = members[name].replace(before, change + before, 1)
    return zipped(members)


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declaration", [ENTITY, XXE, b"<!-- " + b"x" * 2_000_000 + b" -->" + XXE])
@pytest.mark.parametrize(
    ("kind", "part", "before"),
    [
        ("docx", "word/document.xml", b"<w:document"),
        ("xlsx", "xl/workbook.xml", b"<workbook"),
        ("pptx", "ppt/presentation.xml", b"<p:presentation"),
        ("hwpx", "Contents/section0.xml", b"<hs:sec"),
    ],
)
def test_entities_are_refused(kind: str, part: str, before: bytes, declaration: bytes) -> None:
    data = with_part(WRITERS[kind].write(from_answer("글")).data, part, declaration, before=before)
    with pytest.raises(DocumentError, match="안전하지 않은 선언"):
        read(f"a.{kind}", data)


@pytest.mark.parametrize("declared", [True, False])
def test_zip_bombs_are_refused(declared: bool) -> None:
    data = zipped({"word/document.xml": b"<w/>", "word/media/x.bin": b"\0" * (60 * 1024 * 1024)})
    assert len(data) < 100_000
    if not declared:  # the directory lies about the size: zipfile then stops at the lie
        data = data.replace(struct.pack("<I", 60 * 1024 * 1024), struct.pack("<I", 100))
    with pytest.raises(DocumentError):
        read("a.docx", data)


def test_many_members_are_refused() -> None:
    members = {f"word/{n}.bin": b"" for n in range(5_000)} | {"word/document.xml": b"<w/>"}
    with pytest.raises(DocumentError, match="지나치게 커지는"):
        read("a.docx", zipped(members))


def pixel_bomb() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def blank_pdf(pages: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "빈 파일"),
        ("a.txt", b" \r\n \xe2\x80\x8b", "글자를 찾지 못했습니다"),
        ("a.txt", b"x" * (20 * 1024 * 1024 + 1), "너무 큽니다"),
        ("a.png", pixel_bomb(), "그림 파일"),
        ("a.docx", pixel_bomb(), "그림 파일"),
        ("a.zip", zipped({"a.txt": b"x"}), "압축 파일"),
        ("a.xlsb", zipped({"xl/workbook.bin": b"x"}), "xlsb"),
        ("a.docx", b"PK\x03\x04 broken", "손상"),
        ("a.docx", zipped({"word/document.xml": b"<w:not closed"}), "손상"),
        ("a.hwpx", zipped({"Contents/content.hpf": b"<a/>", "mimetype": b"x"}), "손상"),
        ("a.pdf", b"%PDF-1.7 nothing", "손상"),
        ("a.pdf", locked_pdf(), "암호"),
        ("a.pdf", blank_pdf(1), "글자를 찾지 못했습니다"),
        ("a.pdf", blank_pdf(301), "쪽수가 너무 많습니다"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "암호"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "예전 오피스"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "예전 오피스"),
        ("a.hwp", OLE + "FileHeader".encode("utf-16-le") + b"HWP Document File", "손상"),
        ("a.hwp", OLE, "지원하지 않는"),
        ("a.exe", b"MZ\x90\0", "지원하지 않는"),
        ("a.txt", bytes(range(256)) * 20, "손상"),
        ("a.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "다른 형식"),
    ],
)
def test_refusals_say_what_to_do(name: str, data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as refused:
        read(name, data)
    assert refused.value.remedy.endswith(("주세요.",))
    assert refused.value.__cause__ is None


def test_locked_zip_is_said() -> None:
    data = bytearray(zipped({"word/document.xml": b"<w/>"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(DocumentError, match="암호"):
        read("a.docx", bytes(data))


def test_long_text_is_cut_and_said() -> None:
    document = read("a.txt", ("가나다라마바사\n" * 60_000).encode())
    assert len(document.text) <= MAX_CHARS and document.text.endswith("가나다라마바사")
    assert "앞부분" in document.warnings[0]


def test_scanned_pages_among_others_are_said() -> None:
    written = pypdf.PdfReader(BytesIO(WRITERS["pdf"].write(from_answer("글이 있는 쪽입니다. " * 3)).data))
    writer = pypdf.PdfWriter()
    writer.add_page(written.pages[0])
    writer.add_blank_page(100, 100)
    file = BytesIO()
    writer.write(file)
    document = read("a.pdf", file.getvalue())
    assert "글이 있는 쪽" in document.text and "1쪽" in document.warnings[0]


SAMPLES = {kind: WRITERS[kind].write(from_answer("# 제목")).data for kind in ("docx", "xlsx", "hwpx", "pdf")}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 100_000), st.binary(min_size=1, max_size=40))
def test_damage_is_read_or_refused_but_never_else(kind: str, at: int, noise: bytes) -> None:
    data = bytearray(SAMPLES[kind])
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        read(f"a.{kind}", bytes(data))
    except DocumentError as refused:
        assert refused.remedy
