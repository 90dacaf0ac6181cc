"""One 심화 exercise of each module in a real browser: judged, then taken home and opened by another reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sandbox.documents import NOTICE, read
from sandbox.library import parse_exercise
from sandbox.records import Exercise, Level
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import ROOT, RunningRoom
from tests.test_browser import ANSWER_SECONDS, ARTEFACTS, browser, confirm_facts, seated, settle

__all__ = ("browser", "seated")
pytestmark = pytest.mark.browser
JOURNEYS = (
    ("basics/ask-back", "워드"),
    ("report/fit-the-reader", "한글"),
    ("minutes/long-transcript", "워드"),
    ("slides/table-to-chart", "파워포인트"),
    ("excel/bureau-rank", "수식이 들어간 엑셀"),
    ("everyday/press-release", "PDF"),
)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.1, tokens_per_second=0.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[RunningRoom]:
    data = tmp_path_factory.mktemp("advanced")
    (data / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "시험용 AI"\nbase_url = "{fake.base_url}"\nmodel = "fake"\n'
        'location = "내부"\ncontext_tokens = 32000\n',
        encoding="utf-8",
    )
    with RunningRoom(data) as running:
        yield running


@pytest.mark.parametrize(("folder", "button"), JOURNEYS)
def test_an_advanced_exercise_is_judged_and_its_document_opened(
    seated: Page, room: RunningRoom, fake: FakeEndpoint, tmp_path: Path, folder: str, button: str
) -> None:
    exercise = parse_exercise(
        ROOT / "exercises" / folder, read_text=lambda p: read.read(p.name, p.read_bytes()).text
    )
    assert exercise.level is Level.ADVANCED
    fake.script(exercise.model_answer.text)
    seated.goto(f"{room.url}/exercise?id={exercise.id}")
    run = seated.get_by_role("button", name=re.compile("③ 실행|② 실행"))
    expect(run.first).to_be_enabled(timeout=ANSWER_SECONDS)
    settle(seated)
    if exercise.model_answer.prompt:
        box = seated.get_by_label(re.compile("보낼 프롬프트|프롬프트를 고쳐 보세요"))
        box.fill(exercise.model_answer.prompt)
        box.blur()
        settle(seated)
    run.first.click()
    total = len(exercise.checks)
    expect(seated.get_by_text(f"점검 결과 — 통과 {total} / {total}")).to_be_visible(timeout=ANSWER_SECONDS)
    settle(seated)
    seated.get_by_text("결과 가져가기", exact=True).click()
    wanted = confirm_facts(seated, button)
    settle(seated)
    with seated.expect_download() as got:
        wanted.click()
    path = tmp_path / got.value.suggested_filename
    got.value.save_as(path)
    seated.screenshot(path=ARTEFACTS / f"advanced-{folder.replace('/', '-')}.png")
    the_file_says_what_the_answer_says(path, exercise)


def the_file_says_what_the_answer_says(path: Path, exercise: Exercise) -> None:
    """Read the file back as an upload would be read, and look for the answer's own words in it."""
    text = read.read(path.name, path.read_bytes()).text
    words = re.findall(r"[가-힣]{3,}", exercise.model_answer.text)
    found = [w for w in words if w in text.replace("\n", "")]
    if path.suffix == ".xlsx":
        assert "설명" in text
        return
    assert len(found) >= 0.8 * len(words), sorted(set(words) - set(found))[:10]
    if path.suffix in (".pdf", ".pptx"):  # the readers of .docx and .hwpx leave footers out
        assert NOTICE[:8] in text.replace("\n", "")
