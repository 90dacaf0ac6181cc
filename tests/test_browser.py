"""Journeys in a real Chromium against the real server, with a fake endpoint behind it.

Pictures are kept in ``tests/artefacts`` for people to look at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

from sandbox.library import parse_exercise
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent
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


@pytest.fixture(scope="module")
def seated(browser: Browser, room: RunningRoom) -> Iterator[Page]:
    """One page for a whole module, in the module's own ``room``, by somebody who has come in."""
    context = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR")
    made = context.new_page()
    come_in(made, room)
    yield made
    context.close()


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


def answer_box(page: Page) -> str:
    """The text of the live answer, wherever Streamlit put it."""
    return page.locator(".answer").first.inner_text() if page.locator(".answer").count() else ""


def press_run(page: Page) -> None:
    page.get_by_role("button", name=re.compile("실행")).first.click()


def long_answer(fake: FakeEndpoint, lines: int = 60) -> str:
    text = "\n".join(f"- {n}번째 줄입니다. 정보화교육장 안내" for n in range(1, lines + 1))
    fake.script(text)
    return text


def test_an_answer_streams_and_survives_a_refresh_in_the_middle(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    long_answer(fake)
    come_in(page, room)
    page.goto(f"{room.url}/free")
    page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)").fill("안내문을 써 줘")
    press_run(page)
    expect(page.get_by_text("3번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
    picture(page, "streaming")
    before = answer_box(page)
    page.reload()
    expect(page.get_by_text("5번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
    assert answer_box(page).startswith(before[:20])
    expect(page.get_by_text("60번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    picture(page, "free-answer")


def test_a_cookie_lost_on_the_way_is_handed_over_again(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    """Until the browser has it 실행 says what is the matter; afterwards a refresh finds the person again."""
    fake.script("짧은 답변입니다.")
    lost: list[str] = ["so far"]
    page.route("**/room/enter", lambda route: route.abort() if lost else route.continue_())
    come_in(page, room)
    expect(page.get_by_text("아직 저장하지 못해")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="자유 실습").click()
    box = page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")
    box.fill("안내문을 써 줘")
    press_run(page)
    expect(page.get_by_text("들어오신 표시가 없어 보내지 못했습니다")).to_be_visible(timeout=15_000)
    settle(page)
    picture(page, "cookie-lost")
    expect(page.get_by_text("글이 아주 길다면")).to_have_count(0)
    lost.clear()
    expect(page.get_by_text("아직 저장하지 못해")).to_have_count(0, timeout=ANSWER_SECONDS)
    press_run(page)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    page.goto(f"{room.url}/mine")
    expect(page.get_by_text("안내문을 써 줘").first).to_be_visible(timeout=15_000)


def test_stop_keeps_what_has_come(page: Page, room: RunningRoom, fake: FakeEndpoint) -> None:
    long_answer(fake, 300)
    come_in(page, room)
    page.goto(f"{room.url}/free")
    page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)").fill("긴 안내문을 써 줘")
    press_run(page)
    expect(page.get_by_text("3번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
    page.get_by_role("button", name="멈춤").click()
    expect(page.get_by_text("멈추셨습니다")).to_be_visible(timeout=ANSWER_SECONDS)
    expect(page.get_by_text("3번째 줄").first).to_be_visible()
    assert fake.counters.disconnects >= 1, "the upstream stream must be closed"


def test_what_is_typed_is_kept_before_the_box_is_left(page: Page, room: RunningRoom) -> None:
    come_in(page, room)
    page.goto(f"{room.url}/free")
    box = page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")
    expect(box).to_be_visible(timeout=15_000)
    settle(page)
    box.click()
    page.keyboard.type("아직 다 쓰지 않은 글", delay=20)
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")).to_have_value(
        "아직 다 쓰지 않은 글", timeout=15_000
    )


def test_what_could_not_be_kept_at_once_is_sent_again(page: Page, room: RunningRoom) -> None:
    come_in(page, room)
    box = open_free(page, room)
    failing: list[str] = []

    def fail_twice(route: Route) -> None:
        failing.append(route.request.url)
        route.abort() if len(failing) <= 2 else route.continue_()

    page.route("**/room/draft", fail_twice)
    box.click()
    with page.expect_response("**/room/draft", timeout=ANSWER_SECONDS) as kept:
        page.keyboard.type("끊긴 사이에 쓴 글", delay=20)
    assert kept.value.ok and len(failing) == 3
    page.reload()
    expect(page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")).to_have_value(
        "끊긴 사이에 쓴 글", timeout=15_000
    )


def test_what_was_sent_right_after_typing_does_not_come_back_as_a_draft(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    fake.script("짧은 답변입니다.")
    come_in(page, room)
    box = open_free(page, room)
    box.click()
    page.keyboard.type("쓰자마자 보낸 글", delay=10)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    page.wait_for_timeout(2_000)  # the last text was sent 0.8 s after typing
    box = open_free(page, room)
    expect(box).to_have_value("")


def confirm_facts(page: Page, button: str) -> Locator:
    """Tick 사실 확인함 until the download opens, as a person would who sees that it did not.

    On a starved PC the panel may still be growing under the mouse, or be drawn anew at that moment.
    """
    wanted = page.get_by_role("button", name=re.compile(button)).first
    box = page.get_by_role("checkbox", name=re.compile("사실인지 확인했습니다")).first
    for _ in range(4):
        settle(page)
        was_ticked = box.is_checked()
        page.get_by_text(re.compile("사실인지 확인했습니다")).first.click()
        if was_ticked:
            continue  # ticked, but not heard: taken back, to be ticked again
        try:
            expect(wanted).to_be_enabled(timeout=12_000)
            break
        except AssertionError:
            picture(page, "take-home-late")
    expect(wanted).to_be_enabled(timeout=ANSWER_SECONDS)
    return wanted


def test_an_exercise_is_judged_with_evidence_and_taken_home(
    page: Page, room: RunningRoom, fake: FakeEndpoint, tmp_path: Path
) -> None:
    exercise = parse_exercise(ROOT / "exercises/minutes/transcript-actions")
    fake.script(exercise.wrong_answers[0].text)
    come_in(page, room)
    page.goto(f"{room.url}/exercise?id={exercise.id}")
    expect(page.get_by_role("button", name=re.compile("③ 실행"))).to_be_visible(timeout=15_000)
    settle(page)
    page.get_by_role("button", name=re.compile("③ 실행")).click()
    expect(page.get_by_text("점검 결과 —").first).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    page.get_by_text("점검 결과 —").first.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    picture(page, "verdicts")
    assert page.locator(".verdict.fail").count() >= 1
    assert page.locator(".verdict .source").count() >= 1, "the transcript line stands beside the claim"
    page.get_by_text("결과 가져가기").click()
    expect(page.get_by_role("button", name=re.compile("워드 문서"))).to_be_disabled()
    word = confirm_facts(page, "워드 문서")
    settle(page)
    picture(page, "take-home")
    with page.expect_download() as got:
        word.click()
    got.value.save_as(tmp_path / "answer.docx")
    import docx

    assert docx.Document(str(tmp_path / "answer.docx")).paragraphs


def open_free(page: Page, room: RunningRoom) -> Any:
    page.goto(f"{room.url}/free")
    box = page.get_by_label("보낼 프롬프트 (직접 고칠 수 있습니다)")
    expect(box).to_be_visible(timeout=15_000)
    settle(page)
    return box


def test_a_button_pressed_right_after_typing_sends_what_was_typed_once(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    fake.script("짧은 답변입니다.")
    come_in(page, room)
    box = open_free(page, room)
    before = fake.counters.requests
    box.click()
    page.keyboard.type("바로 누르기", delay=10)
    page.get_by_role("button", name=re.compile("실행")).first.dblclick()
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    expect(page.get_by_text("바로 누르기").first).to_be_visible()
    assert fake.counters.requests == before + 1, "a double click must not send twice"


def test_ctrl_enter_in_the_box_runs(page: Page, room: RunningRoom, fake: FakeEndpoint) -> None:
    fake.script("짧은 답변입니다.")
    come_in(page, room)
    box = open_free(page, room)
    box.click()
    page.keyboard.type("단축키로 실행", delay=10)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1000)
    if not page.get_by_role("button", name="다시 답하기").count():
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)


def test_enter_while_composing_korean_neither_sends_nor_doubles(
    page: Page, room: RunningRoom, fake: FakeEndpoint
) -> None:
    """Real composition events through the browser's own input machinery, as an IME makes them."""
    come_in(page, room)
    box = open_free(page, room)
    box.click()
    before = fake.counters.requests
    wire = page.context.new_cdp_session(page)
    for text in ("ㅎ", "하", "한"):
        wire.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    page.keyboard.press("Enter")
    wire.send("Input.insertText", {"text": "한"})
    page.wait_for_timeout(800)
    assert fake.counters.requests == before
    assert box.input_value().count("한") == 1


def test_personal_data_is_highlighted_and_masked(page: Page, room: RunningRoom) -> None:
    come_in(page, room)
    box = open_free(page, room)
    box.fill("민원인 연락처 010-9382-7715, 주민등록번호 900101-1234568 로 안내문을 써 줘")
    box.blur()
    expect(page.get_by_text("보낼 수 없는 개인정보가 있습니다")).to_be_visible(timeout=15_000)
    settle(page)
    page.get_by_text("무엇이 발견되었나요?").scroll_into_view_if_needed()
    picture(page, "guard")
    assert page.locator("mark.block").count() == 1
    assert page.locator("mark.mask").count() == 1
    expect(page.get_by_role("button", name=re.compile("실행")).first).to_be_disabled()


def test_another_pc_takes_up_with_the_code(
    page: Page, browser: Browser, room: RunningRoom, fake: FakeEndpoint
) -> None:
    fake.script("다른 자리에서도 보이는 답변입니다.")
    come_in(page, room, "박이어")
    box = open_free(page, room)
    box.fill("이어하기 시험")
    press_run(page)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    page.get_by_role("button", name=re.compile("박이어")).click()
    code = page.locator("[data-testid=stPopoverBody] code").inner_text().strip()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    other = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR").new_page()
    other.goto(room.url)
    other.get_by_text("전에 하던 실습을 이어서 하려면").click()
    other.get_by_label("이어하기 코드").fill(code)
    other.get_by_role("button", name="이어하기").click()
    expect(other.get_by_text("AI 기초 개념").first).to_be_visible(timeout=15_000)
    settle(other)
    other.goto(f"{room.url}/mine")
    expect(other.get_by_text("이어하기 시험").first).to_be_visible(timeout=15_000)
    settle(other)
    picture(other, "mine-with-runs")
    other.context.close()


def test_a_killed_server_loses_nothing_that_was_shown(
    browser: Browser, fake: FakeEndpoint, tmp_path: Path
) -> None:
    long_answer(fake, 300)
    with RunningRoom(tmp_path / "끊김", OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake") as room:
        page = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR").new_page()
        come_in(page, room)
        open_free(page, room).fill("긴 글")
        press_run(page)
        expect(page.get_by_text("9번째 줄").first).to_be_visible(timeout=ANSWER_SECONDS)
        room.kill()
        # Not "the answer is still being written": nobody writes it, and the person is told what to do.
        expect(page.get_by_text("실습실 서버에 닿지 않습니다").first).to_be_visible(timeout=ANSWER_SECONDS)
        expect(page.get_by_text("9번째 줄").first).to_be_visible()
        picture(page, "server-gone")
        shown = re.findall(r"\d+번째 줄", page.locator(".answer").inner_text())[-1]
        room.start()
        page.reload()
        # The first request to a fresh server is a deep link: the frame must be there all the same.
        expect(page.get_by_role("link", name="과정")).to_be_visible(timeout=ANSWER_SECONDS)
        expect(page.get_by_text(re.compile("중단(됨|되었습니다)")).first).to_be_visible(
            timeout=ANSWER_SECONDS
        )
        expect(page.get_by_text(shown).first).to_be_visible(timeout=ANSWER_SECONDS)
        expect(page.get_by_role("button", name="같은 내용으로 다시 실행")).to_be_visible()
        settle(page)
        picture(page, "server-back")
        page.context.close()


def test_hostile_markup_in_an_answer_does_nothing(page: Page, room: RunningRoom, fake: FakeEndpoint) -> None:
    fake.script(
        "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
        "![그림](http://192.0.2.7/a.png) [눌러](javascript:window.hacked=1) $x^2$ :red[빨강]"
    )
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    come_in(page, room)
    open_free(page, room).fill("나쁜 답")
    press_run(page)
    expect(page.get_by_role("button", name="다시 답하기")).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    assert page.evaluate("window.hacked") is None
    assert not [u for u in asked if not u.startswith((room.url, "data:", "blob:"))]


def test_dark_looks_right_too(browser: Browser, room: RunningRoom, fake: FakeEndpoint) -> None:
    exercise = parse_exercise(ROOT / "exercises/excel/dept-spending")
    fake.script(exercise.wrong_answers[0].text)
    context = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR", color_scheme="dark")
    page = context.new_page()
    come_in(page, room)
    page.goto(f"{room.url}/exercise?id={exercise.id}")
    page.get_by_role("tab", name=re.compile("자료")).click()
    page.get_by_role("button", name=re.compile("③ 실행")).click()
    expect(page.get_by_text("점검 결과 —").first).to_be_visible(timeout=ANSWER_SECONDS)
    settle(page)
    page.get_by_text("점검 결과 —").first.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    picture(page, "dark-excel")
    assert page.locator(".verdict.fail").count() >= 1
    context.close()
