"""결과 가져가기 in a real browser: what is typed last is in the file, and slides are seen as they will be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pptx import Presentation

from sandbox.library import parse_exercise
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_browser import (
    ANSWER_SECONDS,
    ARTEFACTS,
    CHROMIUM,
    CLASSROOM_PC,
    come_in,
    confirm_facts,
    settle,
)

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent


@pytest.fixture
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0) as endpoint:
        yield endpoint


@pytest.fixture
def room(tmp_path: Path, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    with RunningRoom(tmp_path / "자료", OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake") as running:
        yield running


@pytest.fixture
def page() -> Iterator[Page]:
    assert CHROMIUM
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR").new_page()
        browser.close()


def open_panel(page: Page, room: RunningRoom, fake: FakeEndpoint, name: str, more: str = "") -> None:
    exercise = parse_exercise(ROOT / "exercises" / name)
    fake.script(exercise.model_answer.text + more)
    come_in(page, room)
    page.goto(f"{room.url}/exercise?id={exercise.id}")
    settle(page)
    page.get_by_role("button", name=re.compile("③ 실행")).click()
    expect(page.get_by_text("점검 결과 —").first).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    page.get_by_text("결과 가져가기").last.click()
    expect(page.get_by_text("문서 모양")).to_be_visible(timeout=15_000)
    settle(page)


def confirm(page: Page, button: str) -> None:
    confirm_facts(page, button)
    settle(page)


def test_a_file_asked_for_right_after_typing_holds_what_was_typed(
    page: Page, room: RunningRoom, fake: FakeEndpoint, tmp_path: Path
) -> None:
    open_panel(page, room, fake, "report/memo-to-gaejosik")
    confirm(page, "워드 문서")
    page.get_by_role("textbox", name="내보내기 전에 고치기").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n□ 방금 적은 줄")
    with page.expect_download() as got:
        page.get_by_role("button", name=re.compile("워드 문서")).click()
    got.value.save_as(tmp_path / "a.docx")
    assert any("방금 적은 줄" in p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    expect(page.get_by_role("button", name=re.compile("워드 문서"))).to_be_disabled(timeout=10_000)


def test_slides_are_seen_edited_and_taken(
    page: Page, room: RunningRoom, fake: FakeEndpoint, tmp_path: Path
) -> None:
    long = "- " + "어린이 이용자 편의를 위하여 야간 개방 시간을 밤 10시까지 늘림 " * 3
    more = "\n## 슬라이드 9: 넘치는 슬라이드\n" + f"{long}\n" * 12
    open_panel(page, room, fake, "slides/report-to-slides", more)
    expect(page.get_by_text(re.compile("글이 상자보다 약"))).to_be_visible()
    pictures = page.locator("[data-testid=stImage] img")
    assert pictures.count() >= 6
    for at in range(pictures.count()):
        assert pictures.nth(at).evaluate("i => i.complete && i.naturalWidth") == 960
    page.get_by_role("textbox", name=re.compile("1. 제목")).first.fill("고친 결론")
    page.get_by_role("button", name="아래로").first.click()
    settle(page)
    page.get_by_text(re.compile("글이 상자보다 약")).scroll_into_view_if_needed()
    page.screenshot(path=ARTEFACTS / "take-home-slides.png")
    confirm(page, "파워포인트")
    with page.expect_download() as got:
        page.get_by_role("button", name=re.compile("파워포인트")).click()
    got.value.save_as(tmp_path / "a.pptx")
    titles = [slide.shapes.title.text for slide in Presentation(str(tmp_path / "a.pptx")).slides]
    assert titles[2] == "고친 결론"
