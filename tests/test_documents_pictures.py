"""Every take-home file drawn by a program that did not write it: whole, on the page, in rows and columns.

LibreOffice draws .docx, .pptx and .xlsx, poppler reads what it drew and our own .pdf, rhwp (in hwp-ingest) draws
.hwpx. The pictures are kept in ``tests/artefacts`` for people to look at. Word, PowerPoint, Excel and 한글 themselves
have seen none of this.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import hwp_ingest
import pytest
from PIL import Image
from pptx import Presentation

from sandbox.documents import LETTER_WRITERS, NOTICE, WRITERS
from sandbox.documents.blocks import Table
from sandbox.documents.letter import to_letter
from sandbox.documents.outline import Outline, from_answer
from sandbox.documents.write_proof import write as write_proof
from sandbox.library import read_answer

ROOT = Path(__file__).parent.parent
EXERCISES = ROOT / "exercises"
ARTEFACTS = Path(__file__).parent / "artefacts"
TOOLS = ("soffice", "pdftotext", "pdftoppm", "pdffonts")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
needs_tools = pytest.mark.skipif(
    bool(MISSING), reason=f"그림으로 그릴 프로그램이 없습니다: {', '.join(MISSING)}"
)
MM = 72 / 25.4
POINTS_A_PIXEL = 0.75  # rhwp measures in pixels, 96 an inch
BUDGET = '=SUMIFS(집행내역!$F$2:$F$151,집행내역!$C$2:$C$151,A2,집행내역!$G$2:$G$151,"집행")'
DECK = """# 어르신 스마트기기 교육 확대 방안
## 슬라이드 1: 어르신 불편 상담의 60%가 무인주문기 문제임
- 불편 상담 312건 가운데 187건이 무인주문기 관련
- 은행과 병원 예약까지 앱으로 옮겨 가 불편이 커짐
발표자 노트: 상담 기록에서 뽑은 숫자입니다.
## 슬라이드 2: 올해 458명이 배웠고 장소는 세 곳뿐임
- 3곳에서 24회 운영
| 장소 | 참여자(명) |
|---|---|
| 본관 정보화교육장 | 210 |
| 동부복지관 | 148 |
| 해람도서관 | 100 |
발표자 노트: 본관에 몰린 것을 짚어 줍니다.
## 슬라이드 3: 먼 마을 17곳은 버스로 40분이 넘게 걸림
- 교육 장소가 모두 시내에 있음
- 신청자 126명이 기다리고 있음
## 슬라이드 4: 교육버스가 마을을 찾아가면 거리를 줄일 수 있음
- 교육버스 1대가 마을 17곳을 돌아가며 방문
  - 한 마을에 두 시간, 하루 두 마을
- 교육 횟수를 24회에서 40회로 늘림
## 슬라이드 5: 복지관 두 곳에 물어보는 자리를 둠
- 디지털 도움창구를 주 3일 운영
## 슬라이드 6: 예산 84,000천원 가운데 62%가 교육버스임
| 구분 | 금액(천원) | 비율 |
|---|---|---|
| 교육버스 | 52,000 | 61.9% |
| 강사료 | 22,000 | 26.2% |
| 교재 | 10,000 | 11.9% |
| 합계 | 84,000 | 100% |
## 슬라이드 7: 2027년 3월 2일에 시작할 수 있음
- 2026. 12월 예산 협의
- 2027. 1월 강사 모집
## 슬라이드 8: 오늘 정할 것은 두 가지임
- 교육버스를 빌릴지 살지
- 도움창구에 누가 앉을지
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text with its box, in points from the upper left corner of its page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    words: tuple[Word, ...]

    def rows(self) -> list[list[Word]]:
        """Return the words that stand side by side, from left to right."""
        rows: list[list[Word]] = []
        for word in sorted(self.words, key=lambda w: (w.top + w.bottom) / 2):
            middle = (word.top + word.bottom) / 2
            if rows and abs(middle - (rows[-1][0].top + rows[-1][0].bottom) / 2) < 4:
                rows[-1].append(word)
            else:
                rows.append([word])
        return [sorted(row, key=lambda w: w.left) for row in rows]

    def lines(self) -> list[str]:
        return [squeezed("".join(word.text for word in row)) for row in self.rows()]


def squeezed(text: str) -> str:
    return "".join(text.split())


def answer_of(exercise: str) -> Outline:
    path = EXERCISES / exercise / "answers" / "model.md"
    return from_answer(read_answer(path.read_text(encoding="utf-8"), source=str(path)).text)


OUTLINES: dict[str, Outline] = {
    "report": answer_of("report/status-problem-plan"),
    "minutes": answer_of("minutes/long-transcript"),
    "deck": from_answer(DECK),
}
TITLES = {
    "report": "바다공원 불편 조사 결과",
    "minutes": "휴관 대책 회의 결과",
    "deck": "어르신 교육 확대 방안",
}
TEXTS = ("report", "minutes")


def files() -> dict[str, bytes]:
    """Return what a trainee would take home: ``이름.형식`` and its bytes."""
    made = {
        f"{name}-{kind}.{kind}": WRITERS[kind].write(OUTLINES[name], title=TITLES[name]).data
        for name in TEXTS
        for kind in ("docx", "xlsx", "pdf", "hwpx")
    }
    made["deck-pptx.pptx"] = WRITERS["pptx"].write(OUTLINES["deck"], title=TITLES["deck"]).data
    letter = to_letter(OUTLINES["report"], title=TITLES["report"])
    made |= {f"letter-{kind}.{kind}": LETTER_WRITERS[kind].write(letter).data for kind in ("docx", "hwpx")}
    place = {"sheet": "집계", "cell": "B2", "fill_to": "B7"}
    book = EXERCISES / "excel" / "dept-spending" / "부서별집행.xlsx"
    made["proof-xlsx.xlsx"] = write_proof(book, formula=BUDGET, **place).data
    return made


FILES = files()
PRINTED = tuple(sorted(Path(name).stem for name in FILES if not name.endswith(".hwpx")))
PAGES_OF_TEXT = tuple(name for name in PRINTED if name.split("-")[0] in TEXTS and not name.endswith("xlsx"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print every file to PDF in one start of LibreOffice."""
    place = tmp_path_factory.mktemp("그림")
    for name, data in FILES.items():
        (place / name).write_bytes(data)
    office = [str(place / name) for name in FILES if name.endswith(("docx", "pptx", "xlsx"))]
    profile = (place / "profile").as_uri()
    options = [
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(place),
    ]
    subprocess.run(["soffice", *options, *office], check=True, capture_output=True, timeout=300)
    return place


@pytest.fixture(scope="session")
def drawn(folder: Path) -> Mapping[str, tuple[Page, ...]]:
    return {name: printed(folder / f"{name}.pdf") for name in PRINTED}


def printed(path: Path) -> tuple[Page, ...]:
    """Read the words of a PDF and their boxes with poppler."""
    told = subprocess.run(["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, timeout=60)
    tree = ElementTree.fromstring(told.stdout)
    pages = []
    for page in tree.findall(".//{*}page"):
        words = tuple(
            Word(word.text or "", *(float(word.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax")))
            for word in page.findall(".//{*}word")
        )
        pages.append(Page(float(page.attrib["width"]), float(page.attrib["height"]), words))
    return tuple(pages)


def drawn_by_rhwp(name: str) -> tuple[Page, ...]:
    """Read the letters of a drawn .hwpx and where they stand."""
    pages = []
    for svg in hwp_ingest.to_svg_pages(FILES[f"{name}-hwpx.hwpx"]):
        ARTEFACTS.mkdir(exist_ok=True)
        (ARTEFACTS / f"paper-{name}-hwpx-{len(pages) + 1}.svg").write_bytes(svg)
        tree = ElementTree.fromstring(svg)
        letters = []
        for each in tree.findall(".//{*}text"):
            left, base, size = (float(each.attrib[key]) * POINTS_A_PIXEL for key in ("x", "y", "font-size"))
            text = "".join(each.itertext())
            letters.append(Word(text, left, base - size, left + size * len(text), base))
        width, height = (float(tree.attrib[side]) * POINTS_A_PIXEL for side in ("width", "height"))
        pages.append(Page(width, height, tuple(letters)))
    return tuple(pages)


def said(outline: Outline) -> str:
    """Return all that must be seen of an outline."""
    pieces = []
    for block in outline.blocks:
        rows = (block.header, *block.rows) if isinstance(block, Table) else ((block.text,),)
        pieces += [cell for row in rows for cell in row]
    return squeezed("".join(pieces))


def lost(wanted: str, pages: tuple[Page, ...]) -> Counter[str]:
    """Count the letters that should be on the pages and are not."""
    there = squeezed("".join(word.text for page in pages for word in page.words))
    return Counter(wanted) - Counter(there)


# --------------------------------------------------------------------------- what LibreOffice and poppler see


@needs_tools
@pytest.mark.parametrize("name", PAGES_OF_TEXT)
def test_every_letter_is_printed(name: str, drawn: Mapping[str, tuple[Page, ...]]) -> None:
    kind = name.split("-")[0]
    assert not lost(said(OUTLINES[kind]) + squeezed(TITLES[kind] + NOTICE), drawn[name])
    assert len(drawn[name]) == 1


@needs_tools
def test_every_letter_of_the_slides_is_printed(drawn: Mapping[str, tuple[Page, ...]]) -> None:
    deck = Presentation(BytesIO(FILES["deck-pptx.pptx"]))
    pages = drawn["deck-pptx"]
    assert len(pages) == len(deck.slides) == 10  # the opening one, eight, and the table behind its chart
    for slide, page in zip(deck.slides, pages, strict=True):
        frames = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert not lost(squeezed("".join(frames)).replace("‹#›", ""), (page,))
    assert not lost(squeezed("본관 정보화교육장210동부복지관148해람도서관100"), (pages[2],))  # the chart


@needs_tools
@pytest.mark.parametrize("name", PRINTED)
def test_nothing_leaves_its_page(name: str, drawn: Mapping[str, tuple[Page, ...]]) -> None:
    margin = 4 * MM if name.endswith("pptx") else 8 * MM
    for page in drawn[name]:
        for word in page.words:
            assert word.left >= margin and word.right <= page.width - margin, word
            assert word.top >= margin and word.bottom <= page.height - margin, word


@needs_tools
@pytest.mark.parametrize("name", PRINTED)
def test_words_do_not_stand_on_one_another(name: str, drawn: Mapping[str, tuple[Page, ...]]) -> None:
    for page in drawn[name]:
        for one, other in combinations(page.words, 2):
            width = min(one.right, other.right) - max(one.left, other.left)
            height = min(one.bottom, other.bottom) - max(one.top, other.top)
            smaller = min((w.right - w.left) * (w.bottom - w.top) for w in (one, other))
            assert width <= 0 or height <= 0 or width * height <= 0.3 * smaller, (one, other)


@needs_tools
@pytest.mark.parametrize("name", PRINTED)
def test_a_korean_face_is_used_and_goes_with_the_page(name: str, folder: Path) -> None:
    told = subprocess.run(
        ["pdffonts", str(folder / f"{name}.pdf")], check=True, capture_output=True, text=True, timeout=60
    )
    fonts = told.stdout.splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts), told.stdout
    assert any(face in told.stdout for face in ("Nanum", "Malgun", "Noto", "Pretendard")), told.stdout


@needs_tools
@pytest.mark.parametrize("name", [name for name in PRINTED if name.split("-")[0] in TEXTS])
def test_rows_of_a_table_stay_together(name: str, drawn: Mapping[str, tuple[Page, ...]]) -> None:
    lines = [line for page in drawn[name] for line in page.lines()]
    for table in OUTLINES[name.split("-")[0]].tables:
        found = [lines.index(squeezed("".join(row))) for row in (table.header, *table.rows)]
        assert found == sorted(found)


@needs_tools
@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_column_keeps_one_side(kind: str, drawn: Mapping[str, tuple[Page, ...]]) -> None:
    """Tasks of different lengths begin at one line, whatever their length."""
    (table,) = OUTLINES["minutes"].tables
    (page,) = drawn[f"minutes-{kind}"]
    starts = [page.rows()[page.lines().index(squeezed("".join(row)))][0].left for row in table.rows]
    assert max(starts) - min(starts) < 2


@needs_tools
def test_a_wide_table_is_printed_on_one_page_s_width(drawn: Mapping[str, tuple[Page, ...]]) -> None:
    heads = squeezed("번호 집행일 부서 과목 적요 집행액 상태")
    assert heads in drawn["proof-xlsx"][0].lines()
    words = [word.text for page in drawn["proof-xlsx"] for word in page.words]
    assert "40,847,000" in words and "수식" in words  # LibreOffice has calculated the formula


@needs_tools
@pytest.mark.parametrize("name", PRINTED)
def test_pictures_are_kept_and_none_is_blank(name: str, folder: Path) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    target = ARTEFACTS / f"paper-{name}"
    command = ["pdftoppm", "-r", "50", "-png", "-l", "12", str(folder / f"{name}.pdf"), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for path in ARTEFACTS.glob(f"paper-{name}-*.png"):
        with Image.open(path) as picture:
            ink = picture.convert("L").histogram()
        share = sum(ink[:200]) / sum(ink)
        assert 0.001 < share < 0.8, (path.name, share)


# --------------------------------------------------------------------------- what rhwp sees


@pytest.mark.parametrize("name", ["report", "minutes", "letter"])
def test_hwpx_is_drawn_whole_and_on_its_page(name: str) -> None:
    pages = drawn_by_rhwp(name)
    assert len(pages) == 1
    assert not lost(
        said(OUTLINES["report" if name == "letter" else name]).translate({ord(c): None for c in "□○"}), pages
    )
    (page,) = pages
    for word in page.words:
        assert word.left >= 8 * MM and word.right <= page.width - 8 * MM, word
        assert word.top >= 8 * MM and word.bottom <= page.height - 8 * MM, word


@pytest.mark.parametrize("name", TEXTS)
def test_hwpx_rows_stay_together_and_levels_step_in(name: str) -> None:
    (page,) = drawn_by_rhwp(name)
    lines = page.lines()
    for table in OUTLINES[name].tables:
        found = [lines.index(squeezed("".join(row))) for row in (table.header, *table.rows)]
        assert found == sorted(found)
    marks = {mark: min(w.left for w in page.words if w.text == mark) for mark in "□○"}
    assert abs(marks["□"] - 20 * MM) < 2  # 한글 keeps a hanging first line at the margin
    assert 3 * MM < marks["○"] - marks["□"] < 9 * MM


def test_hwpx_lines_do_not_stand_on_one_another() -> None:
    for name in TEXTS:
        (page,) = drawn_by_rhwp(name)
        bases = sorted({round(word.bottom, 1) for word in page.words})
        assert all(lower - upper > 8 for upper, lower in pairwise(bases) if lower - upper > 1.5)
