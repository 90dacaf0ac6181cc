"""Around a class in a real browser: the survey reaches a seat, results come in by themselves, and are printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pypdf import PdfReader

from bench.board_class import CODE, PATH, MadeClass, fill
from sandbox.class_records import Recording, Spent, UsageLine
from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.surveys import USUAL_QUESTIONS
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_browser import ARTEFACTS, CHROMIUM

pytestmark = pytest.mark.browser
PATIENCE = 60_000
PROMPT = "아래 메모를 개조식 보고서로 바꿔 주세요."


@dataclass
class Hall:
    """A running room with a made-up class of twelve in its store."""

    room: RunningRoom
    store: Store
    made: MadeClass
    browser: Browser

    def page(self, **cookies: str) -> Page:
        context = self.browser.new_context(viewport={"width": 1366, "height": 768}, locale="ko-KR")
        context.add_cookies([{"name": n, "value": v, "url": self.room.url} for n, v in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def lecturer(self, path: str) -> Page:
        page = self.page(desk=self.made.token)
        page.goto(f"{self.room.url}/{path}?code={CODE}")
        return page

    def trainee(self, number: int, path: str) -> Page:
        page = self.page(room=self.store.sign_in(self.made.people[number].id))
        page.goto(f"{self.room.url}/{path}")
        return page

    def answer(self, numbers: range) -> None:
        """Let others answer while the browser looks on."""
        for n in numbers:
            points = {q.id: 3 + (n + at) % 3 for at, q in enumerate(USUAL_QUESTIONS[:6])}
            said = {**points, "best": f"회의록 실습이 좋았습니다. ({n})"}
            self.store.add_survey_answer(CODE, self.made.people[n].id, said, today_in_korea())


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    assert CHROMIUM
    ARTEFACTS.mkdir(exist_ok=True)
    data = tmp_path_factory.mktemp("after") / "자료"
    with (
        FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0) as fake,
        RunningRoom(data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake") as room,
        closing(Store(f"sqlite:///{next(data.glob('*.db'))}", secret=load_secret(data))) as store,
        sync_playwright() as playwright,
    ):
        made = fill(store, seats=12)
        for n, person in enumerate(made.people):
            line = UsageLine(
                today_in_korea(), CODE, person.id, "openai", Spent(4, 3_000 + 250 * n, 2_000, 3.0 * n)
            )
            store.add_usage(line)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield Hall(room, store, made, browser)
        browser.close()


def test_a_survey_reaches_the_seats_and_comes_back_by_itself(hall: Hall) -> None:
    seat, desk = hall.trainee(0, f"exercise?id={PATH[1]}"), hall.lecturer("after")
    expect(seat.get_by_text("번 더 물어볼 수 있어요").first).to_be_visible(timeout=PATIENCE)
    desk.get_by_role("button", name="설문 열기").click()
    seat.get_by_role("button", name="설문에 답하기").click()
    seat.get_by_text("매우 그렇다").first.wait_for()
    expect(seat.get_by_role("button", name="설문에 답하기")).to_be_hidden(timeout=PATIENCE)
    seat.screenshot(path=ARTEFACTS / "survey_seat.png", full_page=True)
    for group in seat.get_by_role("radiogroup").all()[:2]:
        group.get_by_text("매우 그렇다", exact=True).click()
    seat.get_by_role("textbox").first.fill("보고서 실습이 좋았습니다.")
    seat.get_by_role("button", name="설문 내기").click()
    expect(seat.get_by_text("답해 주셔서 고맙습니다")).to_be_visible(timeout=PATIENCE)
    expect(desk.get_by_text("응답 1명")).to_be_visible(timeout=PATIENCE)
    assert "보고서 실습이 좋았습니다." not in desk.inner_text("body")
    hall.answer(range(1, 9))
    expect(desk.get_by_text("응답 9명")).to_be_visible(timeout=PATIENCE)
    expect(desk.get_by_text("보고서 실습이 좋았습니다.")).to_be_visible(timeout=PATIENCE)
    desk.screenshot(path=ARTEFACTS / "survey_results.png", full_page=True)
    printed = PdfReader(BytesIO(desk.pdf()))
    text = "".join(page.extract_text() for page in printed.pages)
    assert len(printed.pages) == 1
    assert "응답 9명" in text
    assert "설문 닫기" not in text


def test_recorded_answers_say_so_from_switch_to_answer(hall: Hall) -> None:
    answer = "□ 추진배경\n○ 주차장 민원이 늘어 대책이 필요함"
    hall.store.add_recording(Recording("r1", PATH[1], PROMPT, answer, "qwen-32b", datetime.now(UTC), 2_000.0))
    seat = hall.trainee(1, f"exercise?id={PATH[1]}")
    seat.get_by_role("button", name="③ 실행").wait_for()
    desk = hall.lecturer("class_room")
    desk.get_by_role("button", name="켜기 — 녹화된 답변으로 이어 가기").click()
    expect(seat.get_by_text("녹화된 답변으로 진행 중")).to_be_visible(timeout=PATIENCE)
    expect(seat.get_by_text("프롬프트를 고쳐도 답이 그에 맞추어 달라지지 않습니다")).to_be_visible(
        timeout=PATIENCE
    )
    desk.screenshot(path=ARTEFACTS / "recorded_desk.png", full_page=True)
    seat.get_by_role("button", name="③ 실행").click()
    expect(seat.get_by_text("보내신 프롬프트가 녹화할 때와 다릅니다").first).to_be_visible(timeout=PATIENCE)
    seat.screenshot(path=ARTEFACTS / "recorded_seat.png", full_page=True)
    desk.get_by_role("button", name="끄기 — AI가 다시 답하게 하기").click()
    expect(seat.get_by_text("녹화된 답변으로 진행 중")).to_be_hidden(timeout=PATIENCE)


def test_the_lecturers_pages_are_fit_to_be_seen(hall: Hall) -> None:
    for path, said, shot in (
        ("limits", "모두 내려받기", "limits"),
        ("rehearsal", "리허설 시작", "rehearsal"),
    ):
        page = hall.lecturer(path)
        page.get_by_text(said).first.wait_for()
        page.wait_for_timeout(1_500)
        page.screenshot(path=ARTEFACTS / f"{shot}.png", full_page=True)
        page.context.close()
    page = hall.lecturer("after")
    page.get_by_text("출석과 이수", exact=True).first.click()
    page.get_by_text("온 사람").wait_for()
    page.wait_for_timeout(1_500)
    page.screenshot(path=ARTEFACTS / "after_attendance.png", full_page=True)
    page.get_by_text("결과 보고서", exact=True).first.click()
    with page.expect_download() as got:
        page.get_by_role("button", name="결과 보고서 — PDF (.pdf)").click()
    assert "11월 기초반 오전" in got.value.suggested_filename
    pdf = PdfReader(BytesIO(got.value.path().read_bytes()))
    assert "실습별 결과" in pdf.pages[0].extract_text()
    page.screenshot(path=ARTEFACTS / "after_report.png", full_page=True)
