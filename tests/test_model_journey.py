"""One exercise of each module, in a real browser, answered by the real embedded model.

What the model says is not foretold: the journey holds that it streams, ends, is judged with
evidence, and is found again after a refresh. Slow on purpose; marked ``model``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.running_room import RunningRoom
from tests.test_browser import ARTEFACTS, CHROMIUM, CLASSROOM_PC, come_in, settle

pytestmark = [pytest.mark.model, pytest.mark.browser]
ROOT = Path(__file__).parent.parent
MODELS = Path(os.environ.get("SANDBOX_TEST_DATA") or ROOT / "data") / "models"
LOAD_MS = 180_000
ANSWER_MS = 600_000
EXERCISES = (
    "basics-source-only",
    "report-memo-to-gaejosik",
    "minutes-memo-to-minutes",
    "slides-report-to-slides",
    "excel-dept-spending",
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    found = sorted(MODELS.glob("*.gguf"))
    assert found, f"내장 모델이 {MODELS}에 없습니다: python3 start.py test가 준비합니다."
    data = tmp_path_factory.mktemp("model")
    (data / "sandbox.toml").write_text(
        f"[model]\npath = '{found[0].as_posix()}'\ncontext_tokens = 6144\n", encoding="utf-8"
    )
    with RunningRoom(data) as running:
        yield running


@pytest.fixture(scope="module")
def page(room: RunningRoom) -> Iterator[Page]:
    assert CHROMIUM
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        made = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR").new_page()
        come_in(made, room)
        yield made
        browser.close()


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_is_answered_judged_and_found_again(page: Page, room: RunningRoom, exercise: str) -> None:
    page.goto(f"{room.url}/exercise?id={exercise}")
    run = page.get_by_role("button", name=re.compile("③ 실행"))
    expect(run).to_be_enabled(timeout=LOAD_MS)
    settle(page)
    run.click()
    expect(page.locator(".answer").first).not_to_be_empty(timeout=ANSWER_MS)
    page.screenshot(path=ARTEFACTS / f"model-{exercise}-live.png")
    expect(page.get_by_text("점검 결과 —").first).to_be_visible(timeout=ANSWER_MS)
    settle(page)
    page.get_by_text("점검 결과 —").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.screenshot(path=ARTEFACTS / f"model-{exercise}.png")
    shown = page.locator(".room-answer").first.inner_text()
    assert len(shown.strip()) > 10
    verdicts = page.locator(".verdict").count()
    assert verdicts >= 2
    page.reload()
    expect(page.get_by_text("점검 결과 —").first).to_be_visible(timeout=30_000)
    assert page.locator(".room-answer").first.inner_text() == shown
    assert page.locator(".verdict").count() == verdicts
