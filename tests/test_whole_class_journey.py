"""A lecturer and five trainees through a whole short class, each in a browser of their own, nothing set up behind it."""

from __future__ import annotations

import re
import sys
import time
import zipfile
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.test_class_journey import (
    Journey,
    choose,
    join,
    journey,
    make_class,
    part,
    picture,
    press,
    set_up,
    settle,
)

pytestmark = pytest.mark.browser
__all__ = ["journey"]
STUCK_MS = 150_000  # a minute without a move, and a slow PC
NAMES = ("김하나", "이두리", "박세나", "최네모", "정다섯")


def fill(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(re.compile(f"^{re.escape(label)}")).first
    box.fill(text)
    box.press("Tab")
    settle(page)


def told(what: str, since: float) -> None:
    sys.stdout.write(f"{what}: {time.monotonic() - since:.1f} s\n")


def run(page: Page) -> None:
    """Press 실행 and wait until the answer has come and been judged or stands alone."""
    button = page.get_by_role("button", name=re.compile("실행")).first
    expect(button).to_have_attribute("aria-disabled", "false")
    button.click()


def test_a_whole_short_class(journey: Journey) -> None:
    lecturer = set_up(journey)
    code = make_class(lecturer)
    seats = [join(journey, f"/?class={code}", name) for name in NAMES]
    for number, (page, name) in enumerate(zip(seats, NAMES, strict=True), 1):
        expect(page.get_by_text(f"{name} · {number}번")).to_be_visible()

    # The class is moved; everybody is there, and four of five try.
    lecturer.bring_to_front()
    lecturer.get_by_role("button", name="지금 이 실습", exact=True).first.click()
    pressed = time.monotonic()
    for page in seats:
        page.wait_for_url(re.compile("exercise"))
    told("moved on five screens", pressed)
    for page in seats:
        expect(page.locator("h3").first).to_contain_text("나쁜 부탁")
    for page in seats[:4]:
        settle(page)
        run(page)
    for page in seats[:4]:
        expect(page.get_by_text("점검 결과 —").first).to_be_visible()

    # The board shows who has not tried, and the raised hand; help is marked as given.
    board = lecturer.context.new_page()
    board.goto(f"{journey.room.url}/board?code={code}")
    expect(board.locator(".tile").nth(4)).to_be_visible()
    board.get_by_label("막힘 기준").select_option("1")  # a lively class; the rule is the one of every class
    expect(board.locator(".tile").first).to_contain_text(re.compile("1번 시도"))
    expect(board.locator(".tile").nth(4)).not_to_contain_text("시도")
    seats[4].get_by_role("button", name="손들기").click()
    expect(board.locator(".tile").nth(4)).to_have_class(re.compile("hand"))
    board.locator(".tile").nth(4).click()
    board.locator(".seat").get_by_role("button", name="도움 완료").click()
    expect(seats[4].get_by_text("강사가 도움 완료로 표시했습니다.")).to_be_visible()

    # A notice to all.
    lecturer.bring_to_front()
    settle(lecturer)
    lecturer.get_by_label("모든 화면에 띄울 말").fill("새 템플릿을 곧 엽니다")
    lecturer.get_by_role("button", name="공지 띄우기").click()
    pressed = time.monotonic()
    for page in seats:
        expect(page.get_by_text("새 템플릿을 곧 엽니다")).to_be_visible()
    told("a notice on five screens", pressed)

    # Whoever failed and has sat still since is stuck, who never pressed has not begun; trying again helps.
    tiles = board.locator(".tile")
    expect(tiles.nth(1)).to_have_class(re.compile("w-STUCK"), timeout=STUCK_MS)
    expect(tiles.nth(4)).to_have_class(re.compile("w-IDLE"), timeout=STUCK_MS)
    picture(board, "stuck")
    run(seats[1])
    expect(tiles.nth(1)).not_to_have_class(re.compile("w-STUCK"))

    # A template made from nothing is in a trainee's hands.
    editor = lecturer.context.new_page()
    editor.goto(f"{journey.room.url}/editor")
    editor.get_by_role("button", name="새 템플릿 만들기").click()
    expect(editor.get_by_text("새로 만드는 중")).to_be_visible()
    settle(editor)
    fill(editor, "제목", "오늘 배운 것 한 줄")
    fill(editor, "한 줄 설명", "오늘 배운 것을 한 줄로 적습니다.")
    expect(editor.get_by_text("고칠 것 없음")).to_be_visible()
    editor.get_by_role("button", name="저장하고 공개").click()
    expect(editor.get_by_text("1판을 고치는 중")).to_be_visible()
    published = time.monotonic()
    one = seats[0]
    one.goto(f"{journey.room.url}/free")
    settle(one)
    picker = one.get_by_label("템플릿 고르기", exact=False).first
    picker.click()
    picker.fill("오늘 배운")
    one.get_by_role("option", name=re.compile("오늘 배운 것 한 줄")).click()
    settle(one)
    fill(one, "자료", "다섯 부분으로 부탁하기를 배웠습니다.")
    run(one)
    expect(one.get_by_role("button", name="다시 답하기")).to_be_visible()
    told("published to answered in a trainee's hands", published)

    # What was made goes out as a file, with what came with the room.
    editor.goto(f"{journey.room.url}/editor")
    part(editor, "가져오기·내보내기")
    for words in ("오늘 배운 것 한 줄", "토큰 그림"):
        choose(editor, words)
    with editor.expect_download() as got:
        editor.get_by_role("button", name=re.compile(r"\.zip 받기")).click()
    with zipfile.ZipFile(got.value.path()) as package:
        made = [n for n in package.namelist() if n.startswith("prompts/") and "own-" in n]
        assert "오늘 배운 것 한 줄" in package.read(made[0]).decode("utf-8")
        assert any(n.startswith("exercises/") and n.endswith("exercise.md") for n in package.namelist())

    # Survey: all five answer, without a name.
    lecturer.goto(f"{journey.room.url}/after?code={code}")
    press(lecturer, "설문 열기")
    for page in seats:
        page.get_by_role("button", name="설문에 답하기").click()
        page.get_by_text("매우 그렇다").first.wait_for()
        page.get_by_role("radiogroup").first.get_by_text("매우 그렇다", exact=True).click()
        settle(page)
        page.get_by_role("button", name="설문 내기").click()
        expect(page.get_by_text("답해 주셔서 고맙습니다")).to_be_visible()
    expect(lecturer.get_by_text("응답 5명")).to_be_visible()

    # Report and export: opened by readers of their own.
    part(lecturer, "출석과 이수")
    with lecturer.expect_download() as got:
        lecturer.get_by_role("button", name="출석과 이수 내려받기 (.xlsx)").click()
    sheet = load_workbook(BytesIO(got.value.path().read_bytes()))["출석과 이수"]
    assert {cell.value for cell in sheet["B"][1:]} == set(NAMES)
    part(lecturer, "결과 보고서")
    with lecturer.expect_download() as got:
        lecturer.get_by_role("button", name="결과 보고서 — PDF (.pdf)").click()
    text = "".join(p.extract_text() for p in PdfReader(got.value.path()).pages)
    assert "3월 기초반" in text
    assert not [name for name in NAMES if name in text], "the report names nobody"
    settle(lecturer)
    with lecturer.expect_download() as got:
        lecturer.get_by_role("button", name="결과 보고서 — 한글 문서 (.hwpx)").click()
    with zipfile.ZipFile(got.value.path()) as package:
        assert "mimetype" in package.namelist()
        assert "3월 기초반" in package.read("Contents/section0.xml").decode("utf-8")
