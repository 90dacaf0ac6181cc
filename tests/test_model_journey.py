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
from playwright.sync_api import Page, expect

from tests.running_room import RunningRoom
from tests.test_browser import ARTEFACTS, browser, seated, settle

__all__ = ("browser", "seated")
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


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_is_answered_judged_and_found_again(
    seated: Page, room: RunningRoom, exercise: str
) -> None:
    seated.goto(f"{room.url}/exercise?id={exercise}")
    run = seated.get_by_role("button", name=re.compile("③ 실행"))
    expect(run).to_be_enabled(timeout=LOAD_MS)
    settle(seated)
    run.click()
    expect(seated.locator(".answer").first).not_to_be_empty(timeout=ANSWER_MS)
    seated.screenshot(path=ARTEFACTS / f"model-{exercise}-live.png")
    expect(seated.get_by_text("점검 결과 —").first).to_be_visible(timeout=ANSWER_MS)
    settle(seated)
    seated.get_by_text("점검 결과 —").first.scroll_into_view_if_needed()
    seated.wait_for_timeout(300)
    seated.screenshot(path=ARTEFACTS / f"model-{exercise}.png")
    shown = seated.locator(".room-answer").first.inner_text()
    assert len(shown.strip()) > 10
    verdicts = seated.locator(".verdict").count()
    assert verdicts >= 2
    seated.reload()
    expect(seated.get_by_text("점검 결과 —").first).to_be_visible(timeout=30_000)
    assert seated.locator(".room-answer").first.inner_text() == shown
    assert seated.locator(".verdict").count() == verdicts
