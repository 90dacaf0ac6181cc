"""내용 만들기 in a real Chromium: a template made from nothing and used by a trainee, an exercise, a suggestion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sandbox.class_records import ContentKind
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_browser import ARTEFACTS, CLASSROOM_PC, browser, come_in, press_run, settle

pytestmark = pytest.mark.browser
__all__ = ["browser"]
LONG = 90_000
ANSWER = "○ 휴관일은 월요일입니다.\n○ 문의는 총무과로 해 주세요."


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.1, tokens_per_second=200.0) as endpoint:
        endpoint.script(ANSWER)
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    data = tmp_path_factory.mktemp("자료 폴더")
    (data / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "시험용 AI"\nbase_url = "{fake.base_url}"\nmodel = "fake"\nlocation = "내부"\n',
        encoding="utf-8",
    )
    with RunningRoom(data) as running:
        yield running


@pytest.fixture(scope="module")
def desk(browser: Browser, room: RunningRoom) -> Iterator[BrowserContext]:
    """A browser in which a lecturer is signed in."""
    with closing(
        Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))
    ) as store:
        who = store.add_instructor("박강사", "name:박강사", "", is_officer=False)
        token = store.sign_in_instructor(who.id, hours=1)
    made = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR", timezone_id="Asia/Seoul")
    made.set_default_timeout(LONG)
    made.add_cookies([{"name": "desk", "value": token, "url": room.url}])
    yield made
    made.close()


@pytest.fixture(scope="module")
def seat(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=CLASSROOM_PC, locale="ko-KR", timezone_id="Asia/Seoul")
    made.set_default_timeout(LONG)
    yield made
    made.close()


def picture(page: Page, name: str) -> None:
    page.screenshot(path=ARTEFACTS / f"editor-{name}.png")


def fill(page: Page, label: str, text: str) -> None:
    """Type into a box and leave it, as a person does."""
    box = page.get_by_label(re.compile(f"^{re.escape(label)}")).first
    box.fill(text)
    box.press("Tab")
    settle(page)


def test_a_template_made_from_nothing_is_used_by_a_trainee(
    desk: BrowserContext, seat: BrowserContext, room: RunningRoom
) -> None:
    page = desk.new_page()
    page.goto(f"{room.url}/editor")
    page.get_by_role("button", name="새 템플릿 만들기").click()
    expect(page.get_by_text("새로 만드는 중")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("비어 있습니다").first).to_be_visible(timeout=LONG)
    fill(page, "제목", "휴관 안내 두 줄")
    fill(page, "한 줄 설명", "메모를 두 줄 안내로 바꿉니다.")
    page.get_by_role("button", name="빈칸 더하기").click()
    expect(page.get_by_text("본문에서 쓰지 않습니다")).to_be_visible(timeout=LONG)
    page.get_by_label("빈칸 이름", exact=True).nth(1).fill("받는 사람")
    page.get_by_label("빈칸 이름", exact=True).nth(1).press("Tab")
    settle(page)
    body = page.get_by_label("본문", exact=True)
    body.click()
    body.press("Control+Home")
    page.get_by_role("button", name="{{받는 사람}}").click()  # a chip goes where the cursor stands
    expect(body).to_have_value(re.compile(r"^\{\{받는 사람\}\}아래"), timeout=LONG)
    expect(page.get_by_text("고칠 것 없음")).to_be_visible(timeout=LONG)
    names = page.get_by_label("빈칸 이름", exact=True)
    page.locator(".item").first.scroll_into_view_if_needed()
    settle(page)
    first, second = (page.locator(".item").nth(n).bounding_box() for n in (0, 1))
    assert first and second
    page.mouse.move(second["x"] + second["width"] / 2, second["y"] + second["height"] / 2)
    page.mouse.down()
    page.mouse.move(first["x"] + 6, first["y"] + first["height"] / 2, steps=8)
    page.mouse.up()
    expect(names.nth(0)).to_have_value("받는 사람", timeout=LONG)
    expect(names.nth(1)).to_have_value("자료")
    settle(page)
    expect(page.locator(".item").nth(0)).to_have_text(re.compile("받는 사람"))
    page.keyboard.press("ArrowDown")  # the row that was let go has the focus still
    expect(names.nth(0)).to_have_value("자료", timeout=LONG)
    page.keyboard.press("ArrowUp")
    expect(names.nth(0)).to_have_value("받는 사람", timeout=LONG)
    settle(page)
    expect(page.locator(".item").nth(0)).to_have_text(re.compile("받는 사람"))
    picture(page, "template")
    page.reload()  # half-done work survives
    expect(page.get_by_label("제목", exact=True)).to_have_value("휴관 안내 두 줄", timeout=LONG)
    settle(page)
    page.get_by_role("button", name="저장하고 공개").click()
    expect(page.get_by_text("1판을 고치는 중")).to_be_visible(timeout=LONG)

    trainee = seat.new_page()
    come_in(trainee, room, "이수강")
    trainee.goto(f"{room.url}/free")
    expect(trainee.get_by_text("템플릿 고르기")).to_be_visible(timeout=LONG)
    settle(trainee)
    picker = trainee.get_by_label("템플릿 고르기", exact=False).first
    picker.click()
    picker.fill("휴관 안내")
    trainee.get_by_role("option", name=re.compile("휴관 안내 두 줄")).click()
    expect(trainee.get_by_text("만든 사람 박강사")).to_be_visible(timeout=LONG)
    settle(trainee)
    fill(trainee, "받는 사람", "시민")
    fill(trainee, "자료", "월요일 휴관, 문의 총무과")
    press_run(trainee)
    expect(trainee.get_by_text("휴관일은 월요일입니다").first).to_be_visible(timeout=LONG)
    settle(trainee)
    picture(trainee, "used")


def test_a_template_is_tried_on_the_real_endpoint_and_its_checks_at_once(
    desk: BrowserContext, room: RunningRoom, fake: FakeEndpoint
) -> None:
    page = desk.pages[0]
    page.get_by_role("tab", name="시험 실행").click()
    page.get_by_role("button", name="시험 실행 준비하기").click()
    settle(page)
    page.get_by_role("tab", name="시험 실행").click()
    page.locator(".st-key-preview").get_by_role("button", name="시험 실행", exact=False).last.click()
    expect(page.locator(".st-key-preview").get_by_text("휴관일은 월요일입니다").first).to_be_visible(
        timeout=LONG
    )
    settle(page)
    picture(page, "trial")
    assert any("아래 [자료]" in str(body) for body in fake.bodies)
    page.get_by_text("점검 (답이 맞는지").click()
    settle(page)
    page.get_by_role("button", name="점검 더하기").click()
    expect(page.get_by_text("있어야 할 제목들").first).to_be_visible(timeout=LONG)
    box = page.get_by_role("textbox", name=re.compile("있어야 할 제목들"))
    box.fill("휴관일\n문의")
    box.press("Control+Enter")
    settle(page)
    page.get_by_role("tab", name="점검 시험").click()
    page.get_by_role("button", name="시험 실행의 답 넣기").click()
    expect(page.get_by_text("점검 결과 — 통과")).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "checks")


def test_an_exercise_is_made_proved_and_opened(
    desk: BrowserContext, seat: BrowserContext, room: RunningRoom, tmp_path: Path
) -> None:
    memo = tmp_path / "메모.txt"
    memo.write_text("예산은 300만원이고 3명이 갑니다.", encoding="utf-8")
    page = desk.new_page()
    page.goto(f"{room.url}/editor")
    page.get_by_role("radio", name="실습", exact=True).or_(
        page.get_by_role("button", name="실습", exact=True)
    ).first.click()
    page.get_by_role("button", name="새 실습 만들기").click()
    expect(page.get_by_text("새로 만드는 중")).to_be_visible(timeout=LONG)
    settle(page)
    fill(page, "제목", "숫자 그대로 옮기기")
    fill(page, "목표", "메모의 숫자를 그대로 옮깁니다.")
    fill(page, "상황 (굵게는", "메모를 받았습니다. **두 줄로** 알려 주세요.")
    picture(page, "exercise-story")
    page.get_by_role("tab", name=re.compile("자료와 프롬프트")).click()
    page.locator("input[type=file]").first.set_input_files(memo)
    expect(page.get_by_text("메모.txt").first).to_be_visible(timeout=LONG)
    settle(page)
    fill(page, "입력 칸에 처음 들어 있을 글", "메모를 두 줄로 알려 줘")
    page.get_by_role("tab", name=re.compile("점검")).first.click()
    choose(page, "점검의 종류", "원문 근거")
    page.get_by_role("button", name="점검 더하기").click()
    expect(page.get_by_text("자료와 맞춰 볼 것").first).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "exercise-checks")
    page.get_by_role("tab", name=re.compile("답안")).click()
    fill(page, "답의 글", "예산은 999만원입니다.")
    page.get_by_role("button", name="틀린 답안 더하기").click()
    settle(page)
    wrong = page.get_by_label("답의 글", exact=True).nth(1)
    wrong.fill("예산은 500만원입니다.")
    wrong.press("Tab")
    settle(page)
    choose(page, "실패해야 하는 점검", "원문 근거 점검")
    page.get_by_role("button", name="지금 답안을 점검에 넣어 보기").click()
    expect(page.get_by_text(re.compile("점검 ‘grounded-1’에서 실패했습니다")).first).to_be_visible(
        timeout=LONG
    )
    settle(page)
    picture(page, "exercise-proof")
    fill(page, "답의 글", "예산은 300만원, 3명입니다.")
    page.get_by_role("tab", name=re.compile("시험 실행")).click()
    trial = page.locator(".st-key-exercise-trial")
    expect(trial.get_by_label("보낼 프롬프트")).to_have_value("메모를 두 줄로 알려 줘", timeout=LONG)
    expect(page.get_by_text(re.compile(r"보내면 프롬프트가 약 \d+토큰"))).to_be_visible()
    trial.get_by_role("button", name="시험 실행", exact=False).last.click()
    expect(trial.get_by_text("점검 결과 — 통과")).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "exercise-trial")
    page.get_by_role("button", name="저장하고 공개").click()
    expect(page.get_by_text("1판을 고치는 중")).to_be_visible(timeout=LONG)
    content_id = page.url.rpartition("%3A")[2] or page.url.rpartition(":")[2]
    trainee = seat.pages[0]
    trainee.goto(f"{room.url}/exercise?id={content_id}")
    expect(trainee.get_by_text("숫자 그대로 옮기기").first).to_be_visible(timeout=LONG)
    settle(trainee)
    press_run(trainee)
    expect(trainee.get_by_text("점검 결과 — 통과").first).to_be_visible(timeout=LONG)
    picture(trainee, "exercise-used")

    page.get_by_role("tab", name="① 상황").click()
    fill(page, "제목", "숫자 그대로 옮기기 (둘째 판)")
    page.get_by_role("button", name="저장하고 공개").click()
    expect(page.get_by_text("2판을 고치는 중")).to_be_visible(timeout=LONG)
    trainee.reload()  # who has begun keeps their version, and is told
    expect(trainee.get_by_text("강사가 새 판을 냈습니다")).to_be_visible(timeout=LONG)
    assert "둘째 판" not in trainee.inner_text("body")
    trainee.get_by_role("button", name="새 판으로 다시 시작").click()
    expect(trainee.get_by_text("둘째 판").first).to_be_visible(timeout=LONG)
    page.get_by_text(re.compile("^판 기록")).click()
    expect(page.get_by_text("두 판 견주기")).to_be_visible(timeout=LONG)
    settle(page)
    page.get_by_text("두 판 견주기").scroll_into_view_if_needed()
    picture(page, "history")


def test_two_lecturers_at_the_same_template_lose_nothing(desk: BrowserContext, room: RunningRoom) -> None:
    """Somebody saves while this page is open: told who changed what, then put together."""
    page = desk.pages[0]
    content_id = page.url.rpartition("%3A")[2] or page.url.rpartition(":")[2]
    fill(page, "한 줄 설명", "박강사가 고친 설명입니다.")
    with closing(
        Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))
    ) as store:
        old = store.content_version(ContentKind.PROMPT, content_id, 1)
        text = old.text.replace("title: 휴관 안내 두 줄", "title: 김강사의 휴관 안내")
        assert store.add_content_version(
            ContentKind.PROMPT,
            content_id,
            based_on=1,
            text=text,
            files={},
            author="김강사",
            note="제목을 고침",
        )
    page.get_by_role("button", name="판으로 저장").click()
    expect(page.get_by_text("그사이 김강사 님이 2판을 저장했습니다")).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "conflict")
    page.get_by_role("button", name="두 분의 것 합치기").click()
    expect(page.get_by_text("2판을 고치는 중")).to_be_visible(timeout=LONG)
    settle(page)  # until then the boxes of before stand beside the new ones
    expect(page.get_by_label("제목", exact=True).first).to_have_value("김강사의 휴관 안내", timeout=LONG)
    expect(page.get_by_label("한 줄 설명", exact=True).first).to_have_value(
        "박강사가 고친 설명입니다.", timeout=LONG
    )
    page.get_by_role("button", name="판으로 저장").click()
    expect(page.get_by_text("3판을 고치는 중")).to_be_visible(timeout=LONG)


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_label(label, exact=False).last
    box.click()
    page.get_by_role("option", name=re.compile(option)).first.click()
    page.keyboard.press("Escape")
    settle(page)


def test_a_suggested_prompt_is_reviewed_and_verified(
    desk: BrowserContext, seat: BrowserContext, room: RunningRoom
) -> None:
    trainee = seat.pages[0]
    trainee.goto(f"{room.url}/mine")
    trainee.get_by_role("button", name="이 프롬프트 추천하기").last.click()
    expect(trainee.get_by_text("어떤 일에 쓰나요?")).to_be_visible(timeout=LONG)
    fill(trainee, "어떤 일에 쓰나요?", "두 줄 안내")
    picture(trainee, "suggest")
    trainee.get_by_role("button", name="추천 보내기").click()
    expect(trainee.get_by_text("내가 추천한 프롬프트 1개")).to_be_visible(timeout=LONG)
    page = desk.new_page()
    page.goto(f"{room.url}/editor")
    page.get_by_text("수강생 추천 1").click()
    page.get_by_text(re.compile("^두 줄 안내")).first.click()
    settle(page)
    picture(page, "review")
    page.get_by_role("button", name="「검증됨」으로 라이브러리에 넣기").click()
    expect(page.get_by_text("검토한 추천")).to_be_visible(timeout=LONG)
    trainee.goto(f"{room.url}/free")
    picker = trainee.get_by_label("템플릿 고르기", exact=False).first
    picker.click()
    picker.fill("두 줄 안내")
    trainee.get_by_role("option", name=re.compile("· 두 줄 안내")).click()
    expect(trainee.get_by_text("검증됨").first).to_be_visible(timeout=LONG)
    expect(trainee.get_by_text("다시 살펴볼 날").first).to_be_visible(timeout=LONG)
    picture(trainee, "verified")


def test_nobody_without_the_role_sees_the_editor(seat: BrowserContext, room: RunningRoom) -> None:
    page = seat.new_page()
    page.goto(f"{room.url}/editor")
    expect(page.get_by_text("강사로 로그인해 주세요")).to_be_visible(timeout=LONG)
    assert page.get_by_role("button", name="새 템플릿 만들기").count() == 0
