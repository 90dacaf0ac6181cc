"""The outline: what answers look like in the wild, and what must come out of them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.documents.outline import (
    Code,
    Heading,
    Item,
    Paragraph,
    Table,
    from_answer,
    slides,
    to_clipboard_text,
    to_html,
)

REPORT = """# 야간 운영 확대 계획
**□ 추진배경**
 ○ 이용자 **12%** 증가(2026. 11. 22. 기준)
   - 어린이 이용 증가
   * 복수 응답
 ※ 자료: 도서관과
□ 현황
○ 대출 현황
| 구분 | 대출 |
|---|---|
| 어린이 | 1,200<br>권 |
□ 향후계획
"""


def items(text: str) -> list[tuple[int, str, str]]:
    return [(b.level, b.marker, b.text) for b in from_answer(text).blocks if isinstance(b, Item)]


def test_report_keeps_levels_markers_and_table() -> None:
    outline = from_answer(REPORT)
    assert outline.title == "야간 운영 확대 계획"
    assert items(REPORT) == [
        (1, "□", "추진배경"),
        (2, "○", "이용자 12% 증가(2026. 11. 22. 기준)"),
        (3, "-", "어린이 이용 증가"),
        (4, "*", "복수 응답"),
        (4, "※", "자료: 도서관과"),
        (1, "□", "현황"),
        (2, "○", "대출 현황"),
        (1, "□", "향후계획"),
    ]
    assert outline.tables == (Table(("구분", "대출"), (("어린이", "1,200\n권"),)),)
    bold = [b for b in outline.blocks if isinstance(b, Item)][1]
    assert [bold.text[start:end] for start, end in bold.bold] == ["12%"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 가나\n가. 다라\n1) 마바\n가) 사아\n나. 자차\n2. 카타", [1, 2, 3, 4, 2, 1]),
        ("□ 하나\n○ 둘\n- 셋\n○ 넷\n□ 다섯", [1, 2, 3, 2, 1]),
        ("ㅇ 하나\nㅇ 둘", [1, 1]),
        ("o 하나\n  - 둘", [1, 2]),
        ("- 하나\n  - 둘\n    - 셋\n- 넷", [1, 2, 3, 1]),
        ("* 하나\n* 둘", [1, 1]),
        ("1. 하나\n   - 둘\n2. 셋", [1, 2, 1]),
        ("- □ 하나\n  - ○ 둘", [1, 2]),
        ("□ 하나\n\n1. 둘\n\n2. 셋", [1, 1, 1]),
        ("① 하나\n② 둘", [1, 1]),
        ("**1. 하나**에 대하여\n**2.** 둘", [1, 1]),
    ],
)
def test_levels(text: str, expected: list[int]) -> None:
    assert [level for level, _, _ in items(text)] == expected


@pytest.mark.parametrize(
    ("line", "marker"),
    [
        ("1\\. 내용", "1."),
        ("가. 내용", "가."),
        ("□내용", "□"),
        ("◦ 내용", "○"),
        ("• 내용", "-"),
        ("-내용", "-"),
    ],
)
def test_marker_forms(line: str, marker: str) -> None:
    assert items(line) == [(1, marker, "내용")]


@pytest.mark.parametrize(
    "line",
    [
        "2026. 11. 22.(일) 14:00 개최",
        "11. 22.(일) 개최",
        "3.5% 증가",
        "-5도",
        "다만 그러하지 아니하다.",
        "금113,560원",
    ],
)
def test_not_an_item(line: str) -> None:
    assert from_answer(line).blocks == (Paragraph(line),)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("**「금액」**을 확인", "「금액」을 확인"),
        ("**stray", "stray"),
        ("끝**", "끝"),
        ("~~지움~~ 남음", "지움 남음"),
        ("*강조*는 약하게", "강조는 약하게"),
        ("[시청](https://city.example/a(b))", "시청 (https://city.example/a(b))"),
        ("[누름](javascript:alert(1))", "누름"),
        ("![그림](http://evil.example/x.png)글", "그림글"),
        ("`=A1*B1*C1`을 넣습니다", "=A1*B1*C1을 넣습니다"),
        ("=SUM(A1:A3)*(B1)*(C1)", "=SUM(A1:A3)*(B1)*(C1)"),
        ("2**3은 8", "2**3은 8"),
        ("A &amp; B&nbsp;C", "A & B C"),
        ("<b>굵게</b> <span style='x'>글</span>", "굵게 글"),
        ("\u200b보이지\ufeff 않는　글자", "보이지 않는 글자"),
    ],
)
def test_inline_marks(raw: str, plain: str) -> None:
    assert [b.text for b in from_answer(raw).blocks if not isinstance(b, Table)] == [plain]


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", (("a", "b"), (("1", "2"),))),
        ("| a | b |\n| 1 | 2 |", (("a", "b"), (("1", "2"),))),
        ("a | b\n---|---\n1 | 2", (("a", "b"), (("1", "2"),))),
        ("| a | b |\n|---|---|\n| 1 |", (("a", "b"), (("1", ""),))),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", (("a", "b", ""), (("1", "2", "3"),))),
        ("| a | b |\n|---|---|\n\n| 1 | 2 |\n\n| 3 | 4 |", (("a", "b"), (("1", "2"), ("3", "4")))),
        ("| a | b |\n|---|---|", (("a", "b"), ())),
        ("| **a** | b\\|c |\n|:-:|--:|\n| 1 | 2 |", (("a", "b|c"), (("1", "2"),))),
        ("구분\t값\n가\t1", (("구분", "값"), (("가", "1"),))),
    ],
)
def test_tables(text: str, table: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]) -> None:
    assert from_answer(text).blocks == (Table(*table),)


def test_two_tables_stay_two() -> None:
    text = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| c | d |\n|---|---|\n| 3 | 4 |"
    assert len(from_answer(text).tables) == 2


@pytest.mark.parametrize(
    "text",
    [
        "```markdown\n# 제목\n□ 내용\n```",
        "```\n# 제목\n□ 내용\n```",
        "```\n# 제목\n□ 내용",
        "# 제목\n□ 내용\n```",
    ],
)
def test_wrapping_or_unclosed_fence_goes(text: str) -> None:
    assert from_answer(text).blocks == (Heading(1, "제목"), Item(1, "□", "내용"))


def test_code_is_kept_to_the_letter() -> None:
    text = '설명\n```excel\n=SUMIFS(D:D,B:B,"총무과")*2\n\n=A1*B1*C1\n```'
    assert from_answer(text).blocks[1] == Code('=SUMIFS(D:D,B:B,"총무과")*2\n\n=A1*B1*C1', "excel")
    assert from_answer("```\n=SUM(A1:A3)\n```").blocks == (Code("=SUM(A1:A3)"),)


@pytest.mark.parametrize(
    "text",
    [
        "## 슬라이드 1: 가나다\n- a\n## 슬라이드 2: 라마바\n- b",
        "슬라이드 1. 가나다\n- a\n\n슬라이드 2. 라마바\n- b",
        "**슬라이드 1: 가나다**\n* a\n\n**슬라이드 2: 라마바**\n* b",
        "[슬라이드 1] 가나다\n- a\n[슬라이드 2] 라마바\n- b",
        "[슬라이드 1]\n제목: 가나다\n- a\n[슬라이드 2]\n제목: 라마바\n- b",
        "### Slide 1 - 가나다\n- a\n### Slide 2 - 라마바\n- b",
        "# 1. 가나다\n- a\n# 2. 라마바\n- b",
        "## 가나다\n- a\n---\n## 라마바\n- b",
        "# 발표 제목\n## 1. 가나다\n- a\n## 2. 라마바\n- b",
        "다음은 슬라이드 개요입니다.\n## 슬라이드 1: 가나다\n- a\n## 슬라이드 2: 라마바\n- b",
        "□ 가나다\n ○ a\n□ 라마바\n ○ b",
        "### 1번 슬라이드: **가나다**\n- 내용:\n  - a\n### 2번 슬라이드: 라마바\n- 내용: b",
    ],
)
def test_slide_forms(text: str) -> None:
    made = slides(from_answer(text))
    assert [slide.title for slide in made] == ["가나다", "라마바"]
    assert [[(b.level, b.text) for b in slide.bullets] for slide in made] == [[(1, "a")], [(1, "b")]]


@pytest.mark.parametrize(
    "notes",
    [
        "발표자 노트: 말합니다.", "**발표자 노트:** 말합니다.", "- 발표자 노트: 말합니다.", "> 노트: 말합니다.",
        "### 발표자 노트\n말합니다.", "- **발표 멘트**\n  - 말합니다.", "Speaker notes: 말합니다.", "[발표자 노트]\n말합니다.",
    ],
)  # fmt: skip
def test_notes_are_said_not_shown(notes: str) -> None:
    text = f"## 슬라이드 1: 가나다\n- a\n  - b\n{notes}\n## 슬라이드 2: 라\n- c"
    first, second = slides(from_answer(text))
    assert first.notes == "말합니다."
    assert [bullet.text for bullet in first.bullets] == ["a", "b"]
    assert second.notes == ""


def test_slides_with_mixed_marks() -> None:
    text = (
        "### 슬라이드 1: 현황\n**제목: 이용자가 늘었습니다**\n- 가\n**3. 문제점**\n- 나\n"
        "슬라이드 4\n제목: 개선 방안\n내용:\n1. 다\n노트:\n- 첫째\n- 둘째"
    )
    made = slides(from_answer(text))
    assert [slide.title for slide in made] == ["이용자가 늘었습니다", "문제점", "개선 방안"]
    assert [[b.text for b in slide.bullets] for slide in made] == [["가"], ["나"], ["다"]]
    assert made[2].notes == "첫째\n둘째"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# 제목\n글", "제목"),
        ("네, 정리했습니다.\n\n**회의록 요약**\n- 가", "회의록 요약"),
        ("긴 본문입니다.\n둘째 줄입니다.\n**참고**\n- 가", ""),
        ("## 슬라이드 1: 가\n- 나", ""),
        ("- 가\n## 나", ""),
    ],
)
def test_title(text: str, title: str) -> None:
    assert from_answer(text).title == title


def test_slide_table() -> None:
    (slide,) = slides(from_answer("## 슬라이드 1: 가\n| a | b |\n|--|--|\n| x | 1 |"))
    assert slide.table == Table(("a", "b"), (("x", "1"),))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<img src="http://evil.example/x.png" onerror="alert(1)">',
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "| <script>x</script> | b |\n|---|---|\n| <iframe src=//evil.example> | <a href='javascript:x'>y</a> |",
    "```html\n<script>alert(1)</script>\n```",
    "# <svg onload=alert(1)>",
    '<p style="background:url(http://evil.example)">글</p>',
    '- **<b onmouseover="x">글</b>**',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_html_is_inert(text: str) -> None:
    tags = _Tags()
    tags.feed(to_html(from_answer(text)))
    assert {tag for tag, _ in tags.seen} <= {"div", "p", "b", "table", "tr", "th", "td", "pre", "br"}
    for _, attributes in tags.seen:
        assert {name for name, _ in attributes} <= {"style", "border", "cellspacing"}
        assert all("url(" not in (value or "") and "http" not in (value or "") for _, value in attributes)


def test_html_holds_tables_and_paragraphs() -> None:
    html = to_html(from_answer(REPORT))
    tags = _Tags()
    tags.feed(html)
    names = [tag for tag, _ in tags.seen]
    assert (names.count("table"), names.count("th"), names.count("td"), names.count("p")) == (1, 2, 2, 9)
    assert "<b>12%</b>" in html
    assert "**" not in tags.text and "|" not in tags.text


def test_html_can_be_read_on_a_dark_page() -> None:
    """Text takes the page's colour; only a cell that brings its own ground brings its own ink."""
    tags = _Tags()
    tags.feed(to_html(from_answer(REPORT)))
    for tag, attributes in tags.seen:
        style = dict(attributes).get("style") or ""
        assert (";color:" in style) is ("background" in style), tag


def test_clipboard_text_has_no_marks() -> None:
    text = to_clipboard_text(from_answer(REPORT))
    assert "**" not in text and "|" not in text and "#" not in text
    assert "구분\t대출\n어린이\t1,200 권" in text
    assert "\n  ○ 이용자 12% 증가" in text and "\n□ 현황" in text


_PIECES = st.sampled_from(
    ["# ", "□ ", "○ ", "- ", "1. ", "가. ", "* ", "**", "```", "`", "<br>", "  ", "가나다", "12%", "\\", "<script>", "&lt;", "노트: ", "슬라이드 1: ", "![a](b)", "[a](http://x)"]
) | st.sampled_from(["\n", "\n\n", "\t", "| ", "|---|", "\u200b", "\ufffe"])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_nothing_breaks_and_nothing_comes_alive(text: str) -> None:
    outline = from_answer(text)
    slides(outline)
    to_clipboard_text(outline)
    assert "<script" not in to_html(outline)
    for block in outline.blocks:
        if isinstance(block, Item | Paragraph):
            assert block.text
            assert all(0 <= start < end <= len(block.text) for start, end in block.bold)
        if isinstance(block, Table):
            assert all(len(row) == len(block.header) for row in block.rows)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "**" * 50_000,
        "[" * 50_000,
        "| " * 20_000,
        "- " * 2_000,
        "> " * 5_000,
        "__a " * 20_000,
        "![" * 20_000,
        "[a](" * 20_000,
        "`a " * 20_000,
    ],
)
def test_long_nonsense_is_read(text: str) -> None:
    from_answer(text)
