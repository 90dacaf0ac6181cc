"""Journeys in a real Chromium against the real server, with a fake endpoint behind it.

Pictures are kept in ``tests/artefacts`` for people to look at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom

pytestmark = pytest.mark.browser
ARTEFACTS = Path(__file__).parent / "artefacts"
CLASSROOM_PC = {"width": 1366, "height": 768}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWER_SECONDS = 30_000


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.3, tokens_per_second=60.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    data = tmp_path_factory.mktemp("자료 폴더")
    (data / "sandbox.toml").write_text(
        "\n".join(
            f'[[endpoint]]\nname = "{name}"\nbase_url = "{fake.base_url}"\nmodel = "{model}"\nlocation = "{where}"\n'
            for name, model, where in (
                ("시험용 AI", "fake", "내부"),
                ("메아리 AI", "echo", "내부"),
                ("끊기는 AI", "fault-cut", "내부"),
            )
        ),
        encoding="utf-8",
    )
    with RunningRoom(data) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium이 필요합니다: python3 start.py test가 설치하거나 알려 줍니다."
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"],
        )
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR", timezone_id="Asia/Seoul")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn what it is drawing."""
    page.wait_for_timeout(300)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'running'"
    )
    page.wait_for_timeout(200)


def picture(page: Page, name: str) -> None:
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def come_in(page: Page, room: RunningRoom, name: str = "김연습") -> None:
    page.goto(room.url)
    page.get_by_label("이름 (별명도 괜찮습니다)").fill(name)
    page.get_by_label("좌석 번호 (없으면 비워 두세요)").fill("7")
    page.get_by_role("button", name="들어가기").click()
    expect(page.get_by_text("AI 기초 개념").first).to_be_visible(timeout=15_000)
    settle(page)


def test_look_at_every_page(page: Page, room: RunningRoom) -> None:
    page.goto(room.url)
    expect(page.get_by_role("button", name="들어가기")).to_be_visible(timeout=15_000)
    settle(page)
    picture(page, "start")
    come_in(page, room)
    picture(page, "course")
    for path in ("exercise?id=report-memo-to-gaejosik", "free", "mine", "connection"):
        page.goto(f"{room.url}/{path}")
        settle(page)
        page.wait_for_timeout(1500)
        picture(page, re.split(r"[?=]", path)[0])
