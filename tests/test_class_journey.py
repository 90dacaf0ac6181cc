"""A lecturer and two trainees through the beginning of a class, each in a browser of their own."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sandbox.classroom import Instructors
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom

pytestmark = pytest.mark.browser
ARTEFACTS = Path(__file__).parent / "artefacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CLASSROOM_PC, WALL = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
PATIENCE_MS = 60_000
PASSWORD = "파란 하늘 바다 7"


class Journey:
    """Several people's browsers at one room."""

    def __init__(self, browser: Browser, room: RunningRoom) -> None:
        self.browser, self.room = browser, room
        self._contexts: list[BrowserContext] = []

    def sits_down(self, viewport: dict[str, int]) -> Page:
        context = self.browser.new_context(viewport=viewport, locale="ko-KR", timezone_id="Asia/Seoul")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context.new_page()

    def leave(self) -> None:
        for context in self._contexts:
            context.close()

    def setup_code(self) -> str:
        data = self.room.data_dir
        store = Store(f"sqlite:///{data / 'sandbox.db'}", secret=load_secret(data))
        try:
            return Instructors(store).open_setup_code()
        finally:
            store.close()


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    assert CHROMIUM, "Chromium이 필요합니다: python3 start.py test가 설치하거나 알려 줍니다."
    ARTEFACTS.mkdir(exist_ok=True)
    data = tmp_path_factory.mktemp("수업 자료")
    expect.set_options(timeout=PATIENCE_MS)
    with FakeEndpoint(first_seconds=0.2, tokens_per_second=80.0) as fake:
        (data / "sandbox.toml").write_text(
            f'[[endpoint]]\nname = "시험용 AI"\nbase_url = "{fake.base_url}"\nmodel = "fake"\nlocation = "내부"\n',
            encoding="utf-8",
        )
        with RunningRoom(data, SANDBOX_EMBEDDED="0") as room, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"],
            )
            made = Journey(browser, room)
            yield made
            made.leave()
            browser.close()
    expect.set_options(timeout=5_000)


def settle(page: Page) -> None:
    page.wait_for_timeout(300)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'running'"
    )
    page.wait_for_timeout(200)


def press(page: Page, name: str, *, nth: int = 0) -> None:
    page.get_by_role("button", name=name, exact=True).nth(nth).click()
    settle(page)


def part(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def picture(page: Page, name: str) -> None:
    page.screenshot(path=ARTEFACTS / f"class-{name}.png")


def set_up(journey: Journey) -> Page:
    page = journey.sits_down(CLASSROOM_PC)
    page.goto(journey.room.url)
    page.get_by_role("link", name="강사이신가요? 강사 화면으로").click()
    page.get_by_label("설정 코드").fill(journey.setup_code())
    page.get_by_label("담당자 이름 (로그인할 때 씁니다)").fill("최담당")
    page.get_by_label("비밀번호 (8자 이상)").fill(PASSWORD)
    page.get_by_label("비밀번호 한 번 더").fill(PASSWORD)
    press(page, "담당자로 시작하기")
    expect(page.get_by_text("아직 과정이 없습니다")).to_be_visible()
    page.wait_for_timeout(1000)
    page.reload()  # the cookie holds
    expect(page.get_by_text("최담당 강사")).to_be_visible()
    return page


def choose(page: Page, words: str) -> None:
    """Choose an exercise by writing some of its title."""
    box = page.locator(".stMultiSelect input").first
    box.click()
    box.fill(words)
    page.locator("[role=option]").filter(has_text=words).first.click()
    settle(page)
    page.keyboard.press("Escape")


def make_class(page: Page) -> str:
    part(page, "새 과정 만들기")
    page.get_by_label("과정 이름").fill("3월 기초반")
    settle(page)
    choose(page, "토큰 그림")
    choose(page, "나쁜 부탁")
    page.get_by_role("button", name="▼").first.click()  # the second comes first
    settle(page)
    press(page, "과정 만들기")
    page.wait_for_url(re.compile("code="))
    settle(page)
    rows = page.locator("[class*=st-key-push-row]")
    expect(rows.first).to_contain_text("나쁜 부탁")
    return page.url.partition("code=")[2][:6]


def join(journey: Journey, address: str, name: str) -> Page:
    page = journey.sits_down(CLASSROOM_PC)
    page.goto(journey.room.url + address)
    page.get_by_label("이름 (별명도 괜찮습니다)").fill(name)
    page.get_by_role("button", name="들어가기").click()
    return page


def measured(what: str, begun: float) -> None:
    """Say how long a change took to show; not asserted, CI is slow."""
    sys.stdout.write(f"{what}: {time.monotonic() - begun:.2f} s\n")


def test_a_class_begins(journey: Journey) -> None:
    lecturer = set_up(journey)
    code = make_class(lecturer)

    # A wrong code is told; the link fills the right one in, and a deep link leads on to its exercise.
    one = join(journey, "/?class=AAAAAA", "김하나")
    expect(one.get_by_text("그 과정 코드를 찾지 못했습니다.")).to_be_visible()
    one.get_by_label("과정 코드 (없으면 비워 두세요)").fill(code.lower())
    one.get_by_role("button", name="들어가기").click()
    expect(one.get_by_text("김하나 · 1번")).to_be_visible()
    two = join(journey, f"/exercise?id=basics-token-picture&class={code}", "이두리")
    expect(two.get_by_text("이두리 · 2번")).to_be_visible()
    two.wait_for_url(re.compile("exercise"))

    wall = journey.sits_down(WALL)
    wall.goto(f"{journey.room.url}/projector?code={code}")  # not the lecturer's browser
    expect(wall.get_by_text("강사로 로그인해 주세요")).to_be_visible()
    wall = lecturer.context.new_page()
    wall.set_viewport_size(WALL)  # type: ignore[arg-type]
    wall.goto(f"{journey.room.url}/projector?code={code}")
    expect(wall.locator(".wall-code")).to_have_text(code)
    expect(wall.locator(".st-key-wall_qr img")).to_be_visible()

    # 「지금 이 실습」 brings both there, with what was being typed kept.
    two.goto(f"{journey.room.url}/free")
    typed = two.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")
    typed.fill("쓰던 글이 남아야 합니다")
    lecturer.bring_to_front()
    begun = time.monotonic()
    lecturer.get_by_role("button", name="지금 이 실습", exact=True).first.click()
    for page in (one, two):
        page.wait_for_url(re.compile("exercise"))
        expect(page.get_by_text("지금 이 실습")).to_be_visible()
        expect(page.locator("h3").first).to_contain_text("나쁜 부탁")
    measured("moved and drawn on both screens", begun)
    expect(wall.get_by_text("지금 이 실습")).to_be_visible()
    two.goto(f"{journey.room.url}/free")  # who strays is not dragged back, but shown the way
    expect(two.get_by_role("button", name="이 실습 열기")).to_be_visible()
    expect(typed).to_have_value("쓰던 글이 남아야 합니다")
    picture(two, "strayed")
    two.get_by_role("button", name="이 실습 열기").click()
    two.wait_for_url(re.compile("exercise"))
    settle(two)

    # A pause is on the button, and the server refuses as well.
    settle(lecturer)
    begun = time.monotonic()
    lecturer.get_by_role("button", name="모두 잠시 멈춤").click()
    held = one.get_by_role("button", name="강사가 보내기를 잠시 멈췄습니다")
    expect(held).to_be_visible()
    measured("paused on the button", begun)
    expect(held).to_have_attribute("aria-disabled", "true")

    settle(lecturer)
    begun = time.monotonic()
    lecturer.get_by_label("모든 화면에 띄울 말").fill("10분 쉬겠습니다 <b>**굵게**</b>")
    lecturer.get_by_role("button", name="공지 띄우기").click()
    for page in (one, two, wall):  # as it was written, never as markup
        expect(page.get_by_text("10분 쉬겠습니다 <b>**굵게**</b>")).to_be_visible()
    measured("a notice on three screens", begun)
    settle(lecturer)
    lecturer.get_by_label("무엇을 하는 시간인가요? (비워도 됩니다)").fill("쉬는 시간")
    lecturer.get_by_role("button", name="타이머 시작").click()
    for page in (one, wall):
        expect(page.get_by_text("쉬는 시간", exact=True)).to_be_visible()
        expect(page.get_by_text(re.compile(r"^04:\d\d$"))).to_be_visible()
    picture(one, "paused")
    picture(wall, "wall")
    settle(lecturer)
    picture(lecturer, "lead")

    press(lecturer, "다시 보내게 하기")
    expect(held).to_be_hidden()
    run = one.get_by_role("button", name=re.compile("실행"))
    expect(run.first).to_have_attribute("aria-disabled", "false")


def test_a_lost_seat_is_found_again_and_a_full_roster_seen(journey: Journey) -> None:
    """On another PC: the same name and seat, once the first screen is gone."""
    lecturer = journey._contexts[0].pages[0]
    code = lecturer.url.partition("code=")[2][:6]
    part(lecturer, "사람과 좌석")
    expect(lecturer.get_by_text("들어온 사람 2 / 40자리")).to_be_visible()
    picture(lecturer, "people")
    one = journey._contexts[1].pages[0]
    other = join(journey, f"/?class={code}", "김하나")
    expect(other.get_by_text("김하나 · 3번")).to_be_visible()  # no seat given: a third person
    thief = journey.sits_down(CLASSROOM_PC)
    thief.goto(f"{journey.room.url}/?class={code}")
    thief.get_by_label("이름 (별명도 괜찮습니다)").fill("김하나")
    thief.get_by_label("좌석 번호 (없으면 비워 두세요)").fill("1")
    thief.get_by_role("button", name="들어가기").click()
    expect(thief.get_by_text("지금 다른 화면에 열려 있습니다")).to_be_visible()  # her screen is still open
    one.context.close()


def test_a_trainees_browser_opens_no_page_of_the_lecturer(journey: Journey) -> None:
    page = journey.sits_down(CLASSROOM_PC)
    for name in ("class_room", "projector", "staff", "board"):
        page.goto(f"{journey.room.url}/{name}")
        expect(page.get_by_role("button", name="로그인", exact=True)).to_be_visible()
    page.get_by_label("강사 이름").fill("최담당")
    page.get_by_label("비밀번호", exact=True).fill("틀린 비밀번호")
    page.get_by_role("button", name="로그인", exact=True).click()
    expect(page.get_by_text("이름이나 비밀번호가 맞지 않습니다.")).to_be_visible()
