"""What is edited before export: as text, as rows of slides, and the pictures that show the slides."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from sandbox.documents import WRITERS
from sandbox.documents.outline import (
    Item,
    Outline,
    Paragraph,
    SlideRow,
    Table,
    from_answer,
    from_rows,
    from_text,
    is_deck,
    slides,
    to_rows,
    to_text,
)
from sandbox.documents.slide_layout import lay_out, warnings_of, wrap
from sandbox.documents.slide_picture import picture
from sandbox.documents.written import width_em
from sandbox.library import read_answer

ROOT = Path(__file__).parent.parent
ANSWERS = sorted((ROOT / "exercises").glob("*/*/answers/*.md"))
DECKS = [path for path in ANSWERS if path.parts[-4] == "slides"]
DECK = """# 야간 운영
## 슬라이드 1: 이용자가 **많이** 늘었습니다
- 직장인 **이용**이 늘어남
  - 20대
    - 학생
1) 첫째
| 연도 | 이용자(명) |
|---|---|
| 2024 | 131,002 |
| 2025 | 142<br>880 |
발표자 노트: 숫자를 말합니다.
## 슬라이드 2: 일정
- 준비
"""


def answer_of(path: Path) -> str:
    return read_answer(path.read_text(encoding="utf-8"), source=path.name).text


def name_of(path: Path) -> str:
    return "/".join(path.parts[-3:])


# --------------------------------------------------------------------------- text


@pytest.mark.parametrize("path", ANSWERS, ids=name_of)
def test_text_of_every_answer_reads_back_as_the_same_document(path: Path) -> None:
    outline = from_answer(answer_of(path))
    again = from_answer(to_text(outline))
    plain = tuple(replace(b, bold=()) if isinstance(b, Paragraph | Item) else b for b in outline.blocks)
    assert again.blocks == plain


def test_untouched_text_gives_the_very_same_document() -> None:
    outline = Outline("가", (Paragraph("| 표가 아닌 # 글", ((0, 1),)), Item(4, "▶", "깊은 항목")))
    assert from_text(to_text(outline) + "\n", like=outline) is outline


def test_edited_text_keeps_bold_where_nothing_changed() -> None:
    outline = from_answer("# 제목\n□ **배경**이 있음\n○ **현황**이 있음\n")
    edited = from_text(to_text(outline).replace("현황이", "현황도"), like=outline)
    assert [(b.text, b.bold) for b in edited.blocks if isinstance(b, Item)] == [
        ("배경이 있음", ((0, 2),)),
        ("현황도 있음", ()),
    ]
    assert edited.title == "제목"


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_edits_reach_every_format(kind: str) -> None:
    from sandbox.documents.read import read

    outline = from_answer(DECK)
    edited = from_text(to_text(outline).replace("직장인", "자영업자"), like=outline)
    told = read(f"x.{kind}", WRITERS[kind].write(edited).data).text
    assert "자영업자" in told and "직장인" not in told


# --------------------------------------------------------------------------- rows


def test_rows_show_what_a_person_edits() -> None:
    first, second = to_rows(from_answer(DECK))
    assert first.title == "이용자가 많이 늘었습니다"
    assert first.content.split("\n") == [
        "직장인 이용이 늘어남", "  - 20대", "    - 학생", "  1) 첫째",
        "| 연도 | 이용자(명) |", "| 2024 | 131,002 |", "| 2025 | 142<br>880 |",
    ]  # fmt: skip
    assert (first.order, first.notes) == (1.0, "숫자를 말합니다.")
    assert second == SlideRow(2.0, "일정", "준비", "")


@pytest.mark.parametrize("path", DECKS, ids=name_of)
def test_rows_read_back_as_the_same_slides(path: Path) -> None:
    outline = from_answer(answer_of(path))
    again = from_rows(to_rows(outline), title=outline.title, like=outline)
    assert len(again.deck) == len(slides(outline)) >= 1
    for one, other in zip(slides(outline), again.deck, strict=True):
        assert (other.title, other.notes, other.table) == (one.title, one.notes, one.table)
        assert [(b.text, b.bold) for b in other.bullets] == [(b.text, b.bold) for b in one.bullets]
    assert from_rows(to_rows(again), title=outline.title, like=again) == again


@pytest.mark.parametrize(
    ("content", "bullets"),
    [
        ("가\n나", [(1, "-", "가"), (1, "-", "나")]),
        ("가\n- 나", [(1, "-", "가"), (2, "-", "나")]),
        ("가\n\t- 나\n    다", [(1, "-", "가"), (2, "-", "나"), (3, "-", "다")]),
        ("      깊이", [(1, "-", "깊이")]),
        ("가\n      깊이", [(1, "-", "가"), (2, "-", "깊이")]),
        ("1. 가\n※ 나", [(1, "1.", "가"), (1, "※", "나")]),
        ("2026. 11. 22.(일) 시행", [(1, "-", "2026. 11. 22.(일) 시행")]),
        ("제목: 이것도 내용", [(1, "-", "제목: 이것도 내용")]),
        ("\r\n가\r\n\r\n", [(1, "-", "가")]),
        ("", []),
    ],
)
def test_content_is_read_as_typed(content: str, bullets: list[tuple[int, str, str]]) -> None:
    (slide,) = from_rows([SlideRow(1, "제목", content, "")], title="").deck
    assert [(b.level, b.marker, b.text) for b in slide.bullets] == bullets


def test_rows_are_sorted_and_empty_ones_go() -> None:
    rows = [
        SlideRow(3, "셋", "", ""), SlideRow(None, "끝", "", ""), SlideRow(1, "하나", "", ""),
        SlideRow(2, " ", "\n", ""), SlideRow(1.5, "사이", "", ""),
    ]  # fmt: skip
    assert [slide.title for slide in from_rows(rows, title="").deck] == ["하나", "사이", "셋", "끝"]


def test_edited_slides_reach_the_file_and_other_formats() -> None:
    rows = [
        SlideRow(2, "둘째", "나\n| 구분 | 값 |\n|---|---|\n| 가 | a\\|b |", "메모입니다"),
        SlideRow(1, "슬라이드 9: 이름 그대로", "발표자 노트: 이것은 내용", ""),
    ]
    outline = from_rows(rows, title="표지")
    deck = Presentation(BytesIO(WRITERS["pptx"].write(outline).data))
    assert [s.shapes.title.text for s in deck.slides] == ["표지", "슬라이드 9: 이름 그대로", "둘째"]
    assert deck.slides[1].placeholders[1].text_frame.text == "발표자 노트: 이것은 내용"
    assert deck.slides[2].notes_slide.notes_text_frame.text == "메모입니다"
    assert outline.tables == (Table(("구분", "값"), (("가", "a|b"),)),)
    said = [p.text for p in docx.Document(BytesIO(WRITERS["docx"].write(outline).data)).paragraphs]
    assert said[:3] == ["표지", "슬라이드 9: 이름 그대로", "-\t발표자 노트: 이것은 내용"]
    assert "발표자 메모: 메모입니다" in said


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        (DECK, True),
        ("# 보고서\n□ 배경\n○ 가\n□ 현황\n", False),
        ("## 슬라이드 1: 하나뿐\n- 가", False),
        ("", False),
    ],
)
def test_answers_meant_as_slides_are_known(text: str, yes: bool) -> None:
    assert is_deck(from_answer(text)) is yes


# --------------------------------------------------------------------------- layout and pictures

words = st.lists(st.text("가나다라abc1.,()", min_size=1, max_size=30), max_size=12).map(" ".join)


@settings(deadline=None)
@given(words, st.floats(min_value=2, max_value=40))
def test_wrapping_loses_nothing_and_keeps_to_the_room(text: str, room: float) -> None:
    lines = wrap(text, room)
    assert "".join(text[a:b] for a, b in lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_em(text[a:b]) <= room + 1e-6 or b - a == 1 for a, b in lines)
    assert all(one[1] <= other[0] for one, other in pairwise(lines))


LONG = "어린이 이용자 편의를 위하여 야간 개방 시간을 밤 10시까지 늘리고 안전 인력을 두기로 함"
OVERFULL = "## 슬라이드 1: 짧음\n- 가\n## 슬라이드 2: 넘침\n" + f"- {LONG} {LONG}\n" * 10


def test_the_picture_shows_what_the_file_warns_of() -> None:
    outline = from_answer(OVERFULL)
    pages = lay_out(outline, "제목")
    assert warnings_of(pages) == WRITERS["pptx"].write(outline, title="제목").warnings
    drawn = [picture(page, at) for at, page in enumerate(pages, 1)]
    assert (
        ["C62828" in one for one in drawn] == [bool(page.warnings) for page in pages] == [False, False, True]
    )
    bottoms = [
        float(t.get("y", "0"))
        for t in ElementTree.fromstring(drawn[2]).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert max(bottoms) > 540 - 0.85 * 72, "what does not fit is drawn below the box, not cut"


@pytest.mark.parametrize("path", DECKS, ids=name_of)
def test_pictures_hold_the_words_of_the_slides(path: Path) -> None:
    pages = lay_out(from_answer(answer_of(path)), "제목")
    for number, page in enumerate(pages, 1):
        root = ElementTree.fromstring(picture(page, number))
        told = "".join(root.itertext()).replace(" ", "")
        assert page.title.replace(" ", "") in told
        assert all(bullet.text.replace(" ", "") in told for bullet in page.bullets)


def test_pictures_hold_no_markup_of_an_answer() -> None:
    row = SlideRow(
        1, "<script>x</script>", '</text><image href="http://a"/> & "\n| <b> | 1 |\n| a | 2 |\n| c | 3 |', ""
    )
    for page in lay_out(from_rows([row], title="<svg onload=x>")):
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.fromstring(picture(page, 1)).iter()}
        assert tags <= {"svg", "title", "rect", "line", "text", "tspan"}
