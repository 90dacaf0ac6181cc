"""Every written file is reopened by a reader that did not write it, and compared."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

import docx
import openpyxl
import pypdf
import pytest
from docx.oxml.ns import qn
from hwpx.tools.package_validator import validate_editor_open_safety, validate_package
from pptx import Presentation
from pptx.oxml.ns import qn as pqn

from sandbox.documents import NOTICE, WRITERS
from sandbox.documents.figures import chart_of, figure
from sandbox.documents.outline import Outline, Table, from_answer
from sandbox.documents.read import read
from sandbox.documents.written import column_sides

REPORT = """# 야간 운영 확대 계획
**□ 추진배경**
 ○ 이용자 **12%** 증가(2026. 11. 22.)
   - 어린이 이용 증가
| 연도 | 이용자(명) | 증가율 | 비고 |
|---|---|---|---|
| 2024 | 131,002 | 8.9% | =1+1 |
| 2025 | 142,880 | 9.1% | 부분<br>휴관 |
| 합계 | 273,882 | | -없음 |
□ 향후계획
```excel
=SUMIFS(D2:D9,B2:B9,"총무과")
```
"""
LINES = ["야간 운영 확대 계획", "추진배경", "이용자 12% 증가(2026. 11. 22.)", "어린이 이용 증가", "향후계획"]
CELLS = ["연도", "이용자(명)", "131,002", "142,880", "부분", "휴관"]
SLIDES = """# 야간 운영
## 슬라이드 1: 이용자가 늘었습니다
- 직장인 **이용**이 늘어남
  - 20대
| 연도 | 이용자(명) |
|---|---|
| 2024 | 131,002 |
| 2025 | 142,880 |
발표자 노트: 숫자를 말합니다.
## 슬라이드 2: 일정
| 단계 | 담당 |
|---|---|
| 준비 | 도서관과 |
"""


def made(kind: str, text: str = REPORT, **more: str) -> bytes:
    return WRITERS[kind].write(from_answer(text), **more).data


@pytest.mark.parametrize("kind", ["docx", "hwpx", "pdf", "xlsx", "md"])
def test_own_reader_finds_the_text_again(kind: str) -> None:
    text = read(f"x.{kind}", made(kind)).text.replace("\\", "").replace("**", "")
    for line in LINES:
        assert line in text
    assert '=SUMIFS(D2:D9,B2:B9,"총무과")' in text


@pytest.mark.parametrize("kind", sorted(WRITERS))
@pytest.mark.parametrize(
    "text", ["", "한 줄", "| a |\n|---|\n| 1 |", "\x00\ufffe\ud800 이상한 글자 \u2028 끝"]
)
def test_thin_answers_make_files(kind: str, text: str) -> None:
    assert made(kind, text)


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_title_is_given_or_own_and_not_twice(kind: str) -> None:
    name = {"pptx": "야간 운영"}.get(kind, "야간 운영 확대 계획")
    own = made(kind, SLIDES if kind == "pptx" else REPORT)
    said = made(kind, SLIDES if kind == "pptx" else REPORT, title="다른\x00 제목")
    assert read(f"x.{kind}", said).text.count("다른 제목") >= 1
    if kind in ("docx", "hwpx", "pdf"):
        assert read(f"x.{kind}", own).text.count(name) == 1


def test_docx() -> None:
    document = docx.Document(BytesIO(made("docx")))
    texts = [p.text for p in document.paragraphs]
    assert texts[:4] == [LINES[0], "□\t추진배경", "○\t이용자 12% 증가(2026. 11. 22.)", "-\t어린이 이용 증가"]
    assert [p.style.name for p in document.paragraphs[:4]] == ["Title", "개조식 1", "개조식 2", "개조식 3"]
    assert [run.text for run in document.paragraphs[2].runs if run.bold] == ["12%"]
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["연도", "이용자(명)", "증가율", "비고"],
        ["2024", "131,002", "8.9%", "=1+1"],
        ["2025", "142,880", "9.1%", "부분\n휴관"],
        ["합계", "273,882", "", "-없음"],
    ]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert NOTICE in "".join(p.text for p in section.footer.paragraphs)
    assert "PAGE" in section.footer._element.xml
    core = document.core_properties
    assert (core.comments, core.title) == (NOTICE, LINES[0])
    assert "python" not in core.author


def test_docx_names_the_korean_face_everywhere() -> None:
    with zipfile.ZipFile(BytesIO(made("docx"))) as archive:
        styles = ElementTree.fromstring(archive.read("word/styles.xml"))
    fonts = styles.find(f"{qn('w:docDefaults')}//{qn('w:rFonts')}")
    assert fonts is not None and fonts.get(qn("w:eastAsia")) == "맑은 고딕"
    for name in ("Normal", "Title", "Heading1"):
        style = next(s for s in styles.iter(qn("w:style")) if s.get(qn("w:styleId")) == name)
        found = style.find(f".//{qn('w:rFonts')}")
        assert found is not None and found.get(qn("w:eastAsia")) == "맑은 고딕"
        assert not [key for key in found.attrib if "Theme" in key]


def test_pptx() -> None:
    written = WRITERS["pptx"].write(from_answer(SLIDES))
    assert written.warnings == ()
    deck = Presentation(BytesIO(written.data))
    assert round(deck.slide_width / deck.slide_height, 2) == 1.78
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles == ["야간 운영", "이용자가 늘었습니다", "이용자가 늘었습니다 (자료 표)", "일정"]
    first = deck.slides[1]
    body = first.placeholders[1].text_frame
    assert [(p.level, p.text) for p in body.paragraphs] == [(0, "직장인 이용이 늘어남"), (1, "20대")]
    assert first.notes_slide.notes_text_frame.text == "숫자를 말합니다."
    (chart,) = [shape.chart for shape in first.shapes if shape.has_chart]
    assert [(s.name, list(s.values)) for s in chart.plots[0].series] == [("이용자(명)", [131002.0, 142880.0])]
    assert list(chart.plots[0].categories) == ["2024", "2025"]
    assert chart.value_axis.minimum_scale == 0  # a cut axis would make 9% look like half
    (table,) = [shape.table for shape in deck.slides[3].shapes if shape.has_table]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["단계", "담당"],
        ["준비", "도서관과"],
    ]
    for slide in deck.slides:
        assert any(NOTICE in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert deck.core_properties.comments == NOTICE
    assert 'typeface="맑은 고딕"' in body._txBody.xml
    assert all(run._r.find(f".//{pqn('a:ea')}") is not None for p in body.paragraphs for run in p.runs)


def test_pptx_shapes_stay_on_the_slide() -> None:
    deck = Presentation(BytesIO(made("pptx", SLIDES)))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("## 슬라이드 1: 가\n" + "- 짧은 글\n" * 5, []),
        (
            "## 슬라이드 1: 가\n- 나\n## 슬라이드 2: 다\n" + f"- {'긴 글입니다. ' * 30}\n" * 8,
            ["슬라이드 3: 글"],
        ),
        (f"## 슬라이드 1: {'아주 긴 제목 ' * 20}\n- 나", ["슬라이드 2: 제목"]),
        ("## 슬라이드 1: 가\n|a|b|\n|--|--|\n" + f"|x|{'긴 칸 ' * 60}|\n" * 9, ["슬라이드 2: 표"]),
    ],
)
def test_pptx_overflow_is_said(text: str, warned: list[str]) -> None:
    warnings = WRITERS["pptx"].write(from_answer(text), title="제목").warnings
    assert [warning[: len(start)] for warning, start in zip(warnings, warned, strict=True)] == warned


def test_pptx_long_table_goes_on() -> None:
    text = "## 슬라이드 1: 목록\n|이름|값|\n|--|--|\n" + "".join(f"|항목 {n}|내용|\n" for n in range(25))
    deck = Presentation(BytesIO(made("pptx", text)))
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    names = [row.cells[0].text for table in tables for row in list(table.rows)[1:]]
    assert names == [f"항목 {n}" for n in range(25)]
    assert len(tables) == 3 and all(table.cell(0, 0).text == "이름" for table in tables)


def test_hwpx_opens_safely_and_reads_back() -> None:
    data = made("hwpx")
    assert validate_package(data).errors == ()
    safety = validate_editor_open_safety(data)
    assert safety.ok
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.namelist()[0] == "mimetype" and archive.read("mimetype") == b"application/hwp+zip"
        section = archive.read("Contents/section0.xml").decode()
        package = archive.read("Contents/content.hpf").decode()
        everything = b"".join(archive.read(name) for name in archive.namelist())
        header = archive.read("Contents/header.xml").decode()
    words = "".join(ElementTree.fromstring(section).itertext())
    for line in (*LINES, *CELLS, NOTICE):
        assert line in words
    assert section.count("<hp:tbl ") == 1 and 'rowCnt="4"' in section and 'repeatHeader="1"' in section
    assert NOTICE in package and LINES[0] in package
    assert b"fixture" not in everything
    assert "맑은 고딕" in header
    shapes = dict(re.findall(r'<hh:charPr [^>]*?id="(\d+)"[^>]*>(.*?)</hh:charPr>', header))
    for text, bold in (("추진배경", True), ("어린이 이용 증가", False), ("연도", True), ("131,002", False)):
        shape = re.search(rf'charPrIDRef="(\d+)"><hp:t>[^<]*{text}', section)
        assert shape and ("<hh:bold" in shapes[shape[1]]) is bold, text


def test_hwpx_table_is_not_flat() -> None:
    with zipfile.ZipFile(BytesIO(made("hwpx"))) as archive:
        section = archive.read("Contents/section0.xml").decode()
    table = section[section.index("<hp:tbl ") :]
    size = re.search(r'<hp:sz [^>]*height="(\d+)"', table)
    assert size and int(size[1]) >= 4 * 2_400


def test_xlsx_values_are_numbers_and_text_is_inert() -> None:
    book = openpyxl.load_workbook(BytesIO(made("xlsx")))
    assert book.sheetnames == ["이용자 12% 증가(2026. 11. 22.)", "본문"]
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["연도", "이용자(명)", "증가율", "비고"]
    assert rows[1] == [2024, 131002, 0.089, "=1+1"]
    assert sheet["B2"].number_format == "#,##0" and sheet["C2"].number_format == "0.0%"
    kinds = {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row}
    assert kinds <= {"s", "inlineStr", "n"}  # none is a formula
    assert sheet["D2"].quotePrefix and sheet["D4"].quotePrefix
    assert NOTICE in sheet.oddFooter.center.text and book.properties.description == NOTICE
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", " ="])
def test_xlsx_never_makes_a_formula(lead: str) -> None:
    outline = Outline("", (Table(("a",), ((f"{lead}cmd|' /C calc'!A0",),)),))
    with zipfile.ZipFile(BytesIO(WRITERS["xlsx"].write(outline).data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert all(b"<f>" not in sheet and b"<f " not in sheet for sheet in sheets)


def test_xlsx_sheet_names_are_legal_and_differ() -> None:
    table = "| a |\n|---|\n| 1 |\n"
    book = openpyxl.load_workbook(
        BytesIO(made("xlsx", f"## 가/나:[다]?*\n{table}\n## {'긴' * 40}\n{table}\n{table}"))
    )
    names = book.sheetnames
    assert len(set(names)) == len(names) == 4 and all(len(name) <= 31 for name in names)


def test_pdf() -> None:
    reader = pypdf.PdfReader(BytesIO(made("pdf")))
    text = reader.pages[0].extract_text()
    for line in (*LINES, *CELLS, NOTICE):
        assert line in text
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.subject) == (LINES[0], NOTICE)
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    names = [font.get_object()["/BaseFont"] for font in fonts]
    assert names and all(re.match(r"/[A-Z]{6}\+Pretendard", name) for name in names)  # a subset
    assert len(made("pdf")) < 100_000


def test_pdf_says_what_it_could_not_draw() -> None:
    written = WRITERS["pdf"].write(from_answer("글자 \U0001f600 하나"))
    assert "\U0001f600" in written.warnings[0]
    many = from_answer("\n".join(f"- {n}번째 줄입니다." for n in range(120)))
    pages = pypdf.PdfReader(BytesIO(WRITERS["pdf"].write(many).data)).pages
    assert len(pages) >= 3 and all(NOTICE in page.extract_text() for page in pages)


def test_pdf_long_table_repeats_its_header() -> None:
    text = "|이름표|값|\n|--|--|\n" + "".join(f"|항목 {n}|내용|\n" for n in range(90))
    pages = pypdf.PdfReader(BytesIO(made("pdf", text))).pages
    assert len(pages) >= 2 and all("이름표" in page.extract_text() for page in pages)


def test_markdown_reads_back_as_the_same_outline() -> None:
    outline = from_answer(REPORT)
    text = made("md").decode()
    body = text.split("---\n", 2)[2].rsplit("---", 1)[0]
    again = from_answer(body)
    assert [b for b in again.blocks if not hasattr(b, "marker")] == [
        b for b in outline.blocks if not hasattr(b, "marker")
    ]
    assert [b.text for b in again.blocks if hasattr(b, "marker")] == [
        b.text for b in outline.blocks if hasattr(b, "marker")
    ]
    assert NOTICE in text


@pytest.mark.parametrize(
    "hostile", ["<script>x</script>", "[a](javascript:x)", "![a](http://evil.example/a.png)"]
)
def test_markdown_does_not_come_alive(hostile: str) -> None:
    outline = Outline("", (Table((hostile,), ((hostile,),)),))
    text = WRITERS["md"].write(outline).data.decode()
    assert not re.search(r"(?<!\\)<script|(?<!\\)\]\(", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200", (1200.0, "")), ("1,200권", (1200.0, "권")), ("12.5%", (12.5, "%")), ("△3.2", (-3.2, "")),
        ("-5", (-5.0, "")), ("033", None), ("2026. 1. 1.", None), ("약 3명", None), ("", None), ("010-1234", None),
    ],
)  # fmt: skip
def test_figures(text: str, expected: tuple[float, str] | None) -> None:
    read_figure = figure(text)
    assert (read_figure and (read_figure.value, read_figure.unit)) == expected


@pytest.mark.parametrize(
    ("table", "series"),
    [
        ("|연도|값|\n|--|--|\n|2024|10|\n|2025|20|\n|합계|30|", [("값", (10.0, 20.0))]),
        ("|과|예산(원)|집행률|\n|--|--|--|\n|가|100|50%|\n|나|200|60%|", [("예산(원)", (100.0, 200.0))]),
        ("|과|담당|\n|--|--|\n|가|김|\n|나|이|", []),
        ("|과|값|\n|--|--|\n|가|1|\n|나|미정|", []),
        ("|과|값|\n|--|--|\n|가|1|", []),
        (
            "|과|남(명)|여(명)|\n|--|--|--|\n|가|1|2|\n|나|3|4|",
            [("남(명)", (1.0, 3.0)), ("여(명)", (2.0, 4.0))],
        ),
    ],
)
def test_chart_is_drawn_only_where_numbers_compare(
    table: str, series: list[tuple[str, tuple[float, ...]]]
) -> None:
    chart = chart_of(from_answer(table).tables[0])
    assert [(s.name, s.values) for s in chart.series] == series if chart else series == []


def test_top_lines_are_bold_and_letters_stand_close_in_word() -> None:
    document = docx.Document(BytesIO(made("docx", "□ 현황\n ○ 이용자 1,350명")))
    bold = [[run.text for run in p.runs if run.bold] for p in document.paragraphs[1:]]
    assert bold == [["현황"], []]
    spacing = document.styles["Normal"].element.pPr
    assert [spacing.find(qn(f"w:autoSpace{kind}")).get(qn("w:val")) for kind in ("DE", "DN")] == ["0", "0"]


@pytest.mark.parametrize(("lines", "points"), [(2, 28), (4, 28), (5, 24)])
def test_a_few_short_lines_stand_large_on_their_slide(lines: int, points: int) -> None:
    deck = Presentation(BytesIO(made("pptx", "## 슬라이드 1: 가\n" + "- 짧은 글\n" * lines)))
    runs = [run for p in deck.slides[1].placeholders[1].text_frame.paragraphs for run in p.runs]
    assert {run.font.size.pt if run.font.size else 24 for run in runs} == {points}


@pytest.mark.parametrize(
    ("cells", "side"),
    [
        (("1,200", "△80", "미정"), "right"),
        (("2026. 11. 30.", "12월 4일", "미정"), "center"),
        (("이영희 주무관", "관광과"), "center"),
        (("짧은 글", "아주 길어서 칸을 다 쓰는 할 일의 이름"), "left"),
        (("", ""), "center"),
    ],
)
def test_a_column_stands_on_one_side(cells: tuple[str, ...], side: str) -> None:
    assert column_sides((("머리",), *((cell,) for cell in cells))) == (side,)
