"""Waiting one's turn and being answered from elsewhere, as people see it in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom, free_port
from tests.test_browser import (
    ANSWER_SECONDS,
    CLASSROOM_PC,
    browser,
    come_in,
    context,
    open_free,
    page,
    picture,
    press_run,
    settle,
)

__all__ = ("browser", "context", "page")
pytestmark = pytest.mark.browser
LONG = "\n".join(f"- {n}번째 줄입니다. 정보화교육장 안내" for n in range(900))


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.2, tokens_per_second=40.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    """One answer at a time; beside it an endpoint where nobody listens, with one to stand in."""
    data = tmp_path_factory.mktemp("차례")
    (data / "sandbox.toml").write_text(
        f"""
[[endpoint]]
name = "하나씩 AI"
base_url = "{fake.base_url}"
model = "fake"
location = "내부"
parallel = 1

[[endpoint]]
name = "꺼진 AI"
base_url = "http://127.0.0.1:{free_port()}/v1"
model = "fake"
location = "내부"
fallback = "예비 AI"

[[endpoint]]
name = "예비 AI"
base_url = "{fake.base_url}"
model = "fake"
location = "내부"
""",
        encoding="utf-8",
    )
    with RunningRoom(data, SANDBOX_EMBEDDED="0") as running:
        yield running


def ask(page: Page, room: RunningRoom, name: str) -> None:
    come_in(page, room, name)
    open_free(page, room).fill(f"{name}의 질문")
    press_run(page)


def says(page: Page, what: str) -> None:
    """Wait until the line above the live answer says this."""
    expect(page.locator(".status").first).to_have_text(re.compile(what), timeout=ANSWER_SECONDS)


def test_who_waits_sees_how_many_are_ahead_and_that_they_become_fewer(
    browser: Browser, room: RunningRoom, fake: FakeEndpoint
) -> None:
    fake.script("짧은 답변입니다.")
    people = [browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR").new_page() for _ in range(4)]
    first, second, third, fourth = people
    ask(first, room, "가온")  # a short one, from which the wait is guessed
    expect(first.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    fake.script(LONG)
    open_free(first, room).fill("긴 질문")
    press_run(first)
    expect(first.locator(".answer").first).to_contain_text("- 1번째", timeout=ANSWER_SECONDS)
    ask(second, room, "나래")
    says(second, r"다음 차례입니다")  # and not that the AI reads their material
    ask(third, room, "다솜")
    says(third, r"앞에 1명")
    ask(fourth, room, "라온")
    says(fourth, r"차례를 기다리고 있습니다 · 앞에 2명, 약 \d+초")
    picture(fourth, "waiting")
    first.get_by_role("button", name="멈춤").click()
    says(fourth, r"앞에 1명")
    says(third, r"다음 차례입니다")
    expect(second.locator(".answer").first).to_contain_text("- 1번째", timeout=ANSWER_SECONDS)
    second.get_by_role("button", name="멈춤").click()
    expect(third.locator(".answer").first).to_contain_text("- 1번째", timeout=ANSWER_SECONDS)
    says(fourth, r"다음 차례입니다")
    third.get_by_role("button", name="멈춤").click()
    expect(fourth.locator(".answer").first).to_contain_text("- 1번째", timeout=ANSWER_SECONDS)
    fourth.get_by_role("button", name="멈춤").click()
    expect(fourth.get_by_text("멈추셨습니다")).to_be_visible(timeout=ANSWER_SECONDS)
    for one in people:
        one.context.close()


def test_an_answer_from_the_second_endpoint_says_so_while_it_comes_and_afterwards(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    fake.script("\n".join(f"- {n}번째 줄입니다." for n in range(30)))
    come_in(page, room)
    box = open_free(page, room)
    page.get_by_role("button", name=re.compile("하나씩 AI")).click()
    page.get_by_text("꺼진 AI", exact=True).click()
    page.keyboard.press("Escape")
    box.fill("안내문을 써 줘")
    box.blur()
    settle(page)
    press_run(page)
    expect(page.locator(".status").first).to_contain_text(
        "예비 연결 「예비 AI」에서 대신 답합니다", timeout=ANSWER_SECONDS * 2
    )
    picture(page, "fail-over-live")
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    expect(page.locator("[data-testid=stAlert]").get_by_text("예비 AI").first).to_be_visible()
    expect(page.get_by_text("29번째 줄입니다.").first).to_be_visible()
    picture(page, "fail-over")
