"""기안문: marks, indents, 붙임 and 끝. by the rules, and nothing made up about who writes to whom."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import docx
import pytest
from hwpx.tools.package_validator import validate_editor_open_safety, validate_package

from sandbox.documents import LETTER_WRITERS, NOTICE
from sandbox.documents.letter import (
    BLANK_ORGANISATION,
    BLANK_SENDER,
    BLANK_TO,
    FOOT,
    SIGNERS,
    Letter,
    Line,
    to_letter,
    to_outline,
)
from sandbox.documents.outline import Table, from_answer, to_clipboard_text
from sandbox.documents.read import read

LETTER = """# 정보화교육 협조 요청
수신: 각 부서장
1. 관련: 총무과-1234(2026. 11. 2.)호
2. 다음과 같이 실시하오니 협조하여 주시기 바랍니다.
  가. 일시: 2026. 11. 22.(일) 14:30~16:30
  나. 장소: 정보화교육장
    1) 제1교육장
    2) 제2교육장
| 회차 | 인원(명) |
|---|---|
| 1 | 40 |
붙임: 1. 교육 계획서 1부.
2. 신청서 1부. 끝.
"""


def letter(text: str, **more: str) -> Letter:
    return to_letter(from_answer(text), **more)


def body(text: str) -> list[str]:
    """The lines of the body as they look, without head and sender."""
    lines = to_clipboard_text(to_outline(letter(text, title="제목"))).replace("\u00a0", " ").split("\n")
    return [line for line in lines[3:-1] if line]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("□ 배경\n○ 가함\n○ 나함\n- 다함\n- 라함\n□ 현황\n", [
            "1. 배경", "  가. 가함", "  나. 나함", "    1) 다함", "    2) 라함", "2. 현황  끝."]),
        ("알려 드립니다.", ["알려 드립니다.  끝."]),
        ("알려 드립니다. 끝.", ["알려 드립니다.  끝."]),
        ("알려 드립니다.  끝", ["알려 드립니다.  끝."]),
        ("1. 하나뿐인 항목입니다.", ["하나뿐인 항목입니다.  끝."]),
        ("1. 다음과 같이 알립니다.\n  가. 일시: 오전\n  나. 장소: 회의실", [
            "다음과 같이 알립니다.", "1. 일시: 오전", "2. 장소: 회의실  끝."]),
        ("1. 가\n  가. 혼자\n2. 나", ["1. 가", "  혼자", "2. 나  끝."]),
        ("## 배경\n- 가\n- 나\n## 현황\n- 다\n- 라", ["1. 배경", "  가. 가", "  나. 나", "2. 현황", "  가. 다", "  나. 라  끝."]),
        ("□ 배경\n※ 참고함\n□ 현황", ["1. 배경", "※ 참고함", "2. 현황  끝."]),
        ("본문입니다.\n붙임: 계획서 1부.", ["본문입니다.", "붙임  계획서 1부.  끝."]),
        ("본문입니다.\n붙임 1. 계획서 1부. 2. 명단 1부. 끝.", [
            "본문입니다.", "붙임  1. 계획서 1부.", "      2. 명단 1부.  끝."]),
        ("본문입니다.\n붙임:\n1. 계획서 1부.\n2. 명단 1부.\n끝.", [
            "본문입니다.", "붙임  1. 계획서 1부.", "      2. 명단 1부.  끝."]),
        ("본문입니다.\n| 가 | 나 |\n|--|--|\n| 1 | 2 |", ["본문입니다.", "가\t나", "1\t2", "  끝."]),
        ("사업이 끝", ["사업이.  끝."]),
        ("끝없이 이어집니다.", ["끝없이 이어집니다.  끝."]),
    ],
)  # fmt: skip
def test_the_rules_of_official_documents(text: str, expected: list[str]) -> None:
    assert body(text) == expected


def test_eight_levels_of_marks() -> None:
    marks = ["1.", "가.", "1)", "가)", "(1)", "(가)", "①", "㉮"]
    text = "\n".join(f"{'  ' * at}{mark} 항목" for at, mark in enumerate(marks))
    twice = (
        text + "\n" + "\n".join(f"{'  ' * at}{mark} 항목" for at, mark in reversed(list(enumerate(marks))))
    )
    found = [line for line in letter(f"{twice}").body if isinstance(line, Line)]
    assert {line.level: line.mark for line in found[:8]} == dict(enumerate(marks, 1))


def test_the_head_is_read_from_the_answer_and_never_made_up() -> None:
    told = letter(LETTER)
    assert (told.to, told.via, told.sender, told.title) == ("각 부서장", "", "", "정보화교육 협조 요청")
    assert told.attachments == ("교육 계획서 1부.", "신청서 1부.")
    assert any(isinstance(line, Table) for line in told.body)
    assert not any("수신" in line.text for line in told.body if isinstance(line, Line))


@pytest.mark.parametrize(
    ("text", "to", "title"),
    [
        ("수신  해람시장(총무과장)\n(경유)\n제목  협조 요청\n내용입니다.", "해람시장(총무과장)", "협조 요청"),
        ("수신: ○○○\n제목: 알림\n내용", "", "알림"),
        ("수신자 명단을 붙입니다.", "", "대신"),
        ("제목이 좋습니다.", "", "대신"),
    ],
)
def test_labels_of_the_head(text: str, to: str, title: str) -> None:
    told = letter(text, title="대신")
    assert (told.to, told.title) == (to, title)


@pytest.mark.parametrize("kind", sorted(LETTER_WRITERS))
@pytest.mark.parametrize("text", [LETTER, "", "한 줄", "\x00\ud800 이상한 글자"])
def test_letters_become_files_that_read_back(kind: str, text: str) -> None:
    data = LETTER_WRITERS[kind].write(letter(text, title="제목")).data
    told = read(f"x.{kind}", data).text
    for part in (BLANK_ORGANISATION, BLANK_SENDER, SIGNERS, *FOOT, "수신  ", "(경유)", "제목  ", "끝."):
        assert " ".join(part.split()) in " ".join(told.split()), part
    if text == LETTER:
        lines = [line.strip() for line in told.split("\n")]
        for line in ("수신  각 부서장", "1. 관련: 총무과-1234(2026. 11. 2.)호", "가. 일시: 2026. 11. 22.(일) 14:30~16:30",
                     "2) 제2교육장", "붙임  1. 교육 계획서 1부.", "2. 신청서 1부.  끝."):  # fmt: skip
            assert line in lines
        assert told.count("끝.") == 1
    else:
        assert BLANK_TO in told


def test_docx_stands_one_hangul_deeper_for_each_level() -> None:
    paragraphs = docx.Document(BytesIO(LETTER_WRITERS["docx"].write(letter(LETTER)).data)).paragraphs

    def begins(start: str) -> float:
        shape = next(p for p in paragraphs if p.text.startswith(start)).paragraph_format
        return float(shape.left_indent.pt + shape.first_line_indent.pt)

    steps = [begins(start) for start in ("1. 관련", "가. 일시", "1) 제1")]
    assert steps == pytest.approx([0, 11, 22], abs=0.1)
    assert begins("2. 신청서") == pytest.approx(11 * (2 * 0.95 + 2 * 0.33), abs=0.1)


def test_notice_is_in_footer_and_metadata_of_letters() -> None:
    document = docx.Document(BytesIO(LETTER_WRITERS["docx"].write(letter(LETTER)).data))
    assert NOTICE in "".join(p.text for p in document.sections[0].footer.paragraphs)
    assert (document.core_properties.comments, document.core_properties.subject) == (NOTICE, NOTICE)
    data = LETTER_WRITERS["hwpx"].write(letter(LETTER)).data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        section, package = (archive.read(f"Contents/{n}").decode() for n in ("section0.xml", "content.hpf"))
    assert NOTICE in package
    assert re.search(rf"<hp:footer.*{NOTICE}.*</hp:footer>", section, re.DOTALL)
    assert validate_package(data).errors == () and validate_editor_open_safety(data).ok
