"""결과 가져가기 as a person meets it: editing, shapes, 사실 확인함, and what the buttons hand over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

import ui.widgets.take_home as take_home
from sandbox.documents import NOTICE
from tests.fake_endpoint import FakeEndpoint
from tests.test_pages import press_run
from ui import session

pytestmark = pytest.mark.pages
ROOT = Path(__file__).parent.parent
REPORT, SLIDES, EXCEL = "report-memo-to-gaejosik", "slides-report-to-slides", "excel-dept-spending"
FACTS = "답변의 숫자·날짜·이름이 사실인지 확인했습니다."


class Room:
    """One person in one exercise, with an answer on screen."""

    def __init__(self, app: AppTest, fake: FakeEndpoint, exercise_id: str, answer: str = "") -> None:
        self.app = app
        app.run()
        app.text_input(key="join_name").set_value("김연습")
        app.button(key="FormSubmitter:join-들어가기").click().run()
        self.exercise = session.services().library.exercise(exercise_id)
        fake.script(answer or self.exercise.model_answer.text)
        app.switch_page("screens/exercise.py")
        app.query_params["id"] = exercise_id
        app.run()
        press_run(app, exercise_id)
        me, practice = app.session_state["person"], session.services().practice
        end = time.monotonic() + 30
        while time.monotonic() < end:
            runs = practice.tries(me, exercise_id)
            if runs and runs[-1].state.ended and runs[-1].verdicts:
                break
            time.sleep(0.05)
        self.run_id = runs[-1].id
        app.run()

    @property
    def answer(self) -> str:
        """The stored answer, which no edit may change."""
        me = self.app.session_state["person"]
        return session.services().practice.tries(me, self.exercise.id)[-1].answer

    def open(self) -> Room:
        self.app.session_state[f"take-{self.run_id}"] = True
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def choose(self, shape: str) -> Room:
        self.app.get("button_group")  # drawn
        self.app.session_state[f"shape-{self.run_id}"] = shape
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def confirm(self) -> Room:
        self.app.checkbox(key=f"facts-{self.run_id}").check().run()
        return self

    def buttons(self) -> dict[str, Any]:
        """The download buttons by their label."""
        keys = f"-{self.run_id}"
        return {b.proto.label: b.proto for b in self.app.get("download_button") if b.proto.id.endswith(keys)}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What each download button would write when pressed, by its label; nothing is written before."""
    found: dict[str, Callable[[], bytes]] = {}
    real = take_home.st.download_button

    def spy(label: str, data: Any, **more: Any) -> Any:
        assert callable(data), "a file must not be made before somebody asks for it"
        found[label] = data
        return real(label, data=data, **more)

    monkeypatch.setattr(take_home.st, "download_button", spy)
    return found


@pytest.fixture
def app(tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    session.close_services()
    yield AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
    session.close_services()


Made = dict[str, Callable[[], bytes]]


def text_of(data: bytes) -> str:
    document = docx.Document(BytesIO(data))
    assert NOTICE in "".join(p.text for p in document.sections[0].footer.paragraphs)
    return "\n".join(p.text for p in document.paragraphs)


def test_nothing_is_drawn_or_written_while_it_is_closed(
    app: AppTest, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, made: Made
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("drawn though closed")

    monkeypatch.setattr(take_home.outline, "to_rows", never)
    monkeypatch.setattr(take_home.outline, "to_text", never)
    room = Room(app, fake_endpoint, SLIDES)
    assert not app.exception and not made and not room.buttons()
    assert any(e.label == "결과 가져가기" for e in app.expander)


def test_edits_go_to_the_file_and_take_the_confirmation_back(
    app: AppTest, fake_endpoint: FakeEndpoint, made: Made
) -> None:
    room = Room(app, fake_endpoint, REPORT).open()
    before = room.answer
    assert all(b.disabled for b in room.buttons().values()) and room.buttons()
    room.confirm()
    assert not any(b.disabled for b in room.buttons().values())
    box = app.text_area(key=f"text-{room.run_id}")
    own = box.value
    assert "□ 추진배경" in own and "**" not in own
    box.set_value(own.replace("추진배경", "새로 고친 배경")).run()
    assert not app.checkbox(key=f"facts-{room.run_id}").value
    assert all(b.disabled for b in room.buttons().values())
    told = text_of(made["워드 문서 (.docx)"]())
    assert "새로 고친 배경" in told and "추진배경" not in told
    assert room.answer == before
    app.button(key=f"text-back-{room.run_id}").click().run()
    assert app.text_area(key=f"text-{room.run_id}").value == own
    assert "추진배경" in text_of(made["워드 문서 (.docx)"]())


def test_a_letter_leaves_blanks_for_what_nobody_said(
    app: AppTest, fake_endpoint: FakeEndpoint, made: Made
) -> None:
    room = Room(app, fake_endpoint, REPORT).open().choose(take_home.LETTER)
    assert sorted(room.buttons()) == ["워드 문서 (.docx)", "한글 문서 (.hwpx)"]
    told = text_of(made["워드 문서 (.docx)"]())
    assert "수신  (수신자)" in told and "(발신 명의)" in told and told.count("  끝.") == 1
    app.text_input(key=f"수신-{room.run_id}").set_value("각 읍면동장").run()
    assert "수신  각 읍면동장" in text_of(made["워드 문서 (.docx)"]())


def test_slides_are_edited_moved_added_and_put_back(
    app: AppTest, fake_endpoint: FakeEndpoint, made: Made
) -> None:
    room = Room(app, fake_endpoint, SLIDES).open()
    key = f"slide-{room.run_id}"

    def titles() -> list[str]:
        deck = Presentation(BytesIO(made["파워포인트 (.pptx)"]()))
        return [slide.shapes.title.text for slide in deck.slides][1:]

    own = titles()
    assert len(own) >= 5 and len(app.get("image")) == len(own) + 1
    app.text_input(key=f"{key}-0-title").set_value("제가 고친 제목").run()
    app.text_area(key=f"{key}-0-content").set_value("한 줄\n  - 아래 줄").run()
    app.button(key=f"{key}-0-down").click().run()
    assert titles() == [own[1], "제가 고친 제목", *own[2:]]
    app.button(key=f"{key}-1-drop").click().run()
    assert titles() == ["제가 고친 제목", *own[2:]]
    app.button(key=f"{key}-0-add").click().run()
    assert titles() == ["제가 고친 제목", *own[2:]], "an empty slide does not go into the file"
    new = f"{key}-{len(own)}-title"
    app.text_input(key=new).set_value("더한 제목").run()
    assert titles() == ["제가 고친 제목", "더한 제목", *own[2:]]
    body = Presentation(BytesIO(made["파워포인트 (.pptx)"]())).slides[1].placeholders[1].text_frame
    assert [(p.level, p.text) for p in body.paragraphs] == [(0, "한 줄"), (1, "아래 줄")]
    app.button(key=f"slide-back-{room.run_id}").click().run()
    assert not app.exception and titles() == own


def test_an_overfull_slide_is_said_where_it_stands(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    room = Room(app, fake_endpoint, SLIDES).open()
    assert not any("글이 상자보다" in w.value for w in app.warning)
    app.text_area(key=f"slide-{room.run_id}-2-content").set_value(
        "아주 긴 글을 여러 번 적습니다. " * 80
    ).run()
    assert any("글이 상자보다" in w.value for w in app.warning)


def test_a_proved_formula_comes_in_the_exercise_workbook(
    app: AppTest, fake_endpoint: FakeEndpoint, made: Made
) -> None:
    room = Room(app, fake_endpoint, EXCEL).open()
    assert room.buttons()["수식이 들어간 엑셀 파일 받기"].disabled
    room.confirm()
    assert not room.buttons()["수식이 들어간 엑셀 파일 받기"].disabled
    book = openpyxl.load_workbook(BytesIO(made["수식이 들어간 엑셀 파일 받기"]()))
    assert "SUMIFS(" in str(book["집계"]["B2"].value)
    assert str(book["집계"]["B7"].value).count("A7") == 1


def test_a_wrong_formula_is_not_offered(app: AppTest, fake_endpoint: FakeEndpoint, made: Made) -> None:
    wrong = "```\n=SUM(집행내역!F2:F151)\n```"
    Room(app, fake_endpoint, EXCEL, wrong).open().confirm()
    assert "수식이 들어간 엑셀 파일 받기" not in made
    assert any("수식 점검을 통과하면" in c.value for c in app.caption)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("계획: 1/2?", "계획  1 2.docx"),
        ("...", "답변.docx"),
        ("가" * 90, "가" * 60 + ".docx"),
        ("", "답변.docx"),
    ],
)
def test_file_names_are_ones_that_windows_takes(title: str, name: str) -> None:
    assert take_home.file_name(title, ".docx") == name
