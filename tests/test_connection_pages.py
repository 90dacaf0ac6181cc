"""연결: the embedded model while it gets ready or has broken down, and the connection test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.local_model import Progress, server
from tests.fake_endpoint import FakeEndpoint
from tests.test_pages import ROOT, SECONDS, come_in, open_page, words
from tests.test_pages import app as connected  # noqa: F401  the room with a fake endpoint
from ui import session

pytestmark = pytest.mark.pages


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """A room with nothing but an embedded model whose engine is missing."""
    for name in ("OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_EMBEDDED", "1")
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    session.close_services()
    model = session.services().local_model
    assert model is not None
    model.wait_ready(20)
    yield AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    session.close_services()


def test_a_broken_model_says_why_and_what_to_do_and_can_be_started_again(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(app)
    app.switch_page("screens/connection.py").run()
    told = " ".join(e.value for e in app.error)
    assert "엔진" in told and "python start" in told.replace("\\", "")

    def fetch(_: Path, *, on_progress: Any, stop: Event, **__: Any) -> Path:
        on_progress(Progress(30, 100, "내장 모델을 받는 중 (7/22)"))
        reached.set()
        stop.wait(60)
        return Path("never served")

    reached = Event()
    model = session.services().local_model
    assert model is not None
    monkeypatch.setattr(server, "find_spec", lambda name: name)
    monkeypatch.setattr(model, "_prepare_file", fetch)
    app.button(key="model_again").click().run()
    assert reached.wait(20)
    app.run()
    assert not app.error
    (bar,) = app.get("progress")
    assert bar.proto.value == 30
    assert "7/22" in bar.proto.text.replace("\\", "") and "30%" in bar.proto.text


def test_where_a_prompt_cannot_be_run_the_remedy_stands_and_no_hourglass(app: AppTest) -> None:
    come_in(app)
    app.switch_page("screens/free.py").run()
    told = " ".join(e.value for e in app.error)
    assert "엔진" in told and "python start" in told.replace("\\", "")
    assert "다시 켜기" in words(app)
    badges = [m.value for m in app.markdown if "쓸 수 있는 AI 없음" in m.value]
    assert badges and not any("hourglass" in badge for badge in badges)


def test_what_one_person_tested_the_next_one_sees(
    connected: AppTest,  # noqa: F811
    fake_endpoint: FakeEndpoint,
) -> None:
    come_in(connected)
    open_page(connected, "connection")
    (endpoint,) = session.services().settings.endpoints
    connected.button(key=f"test-{endpoint.id}").click().run()
    assert any("연결되었습니다" in box.value for box in connected.success)
    assert "모두가 함께 보며" in words(connected)
    asked = fake_endpoint.hits("fake")
    assert asked > 0
    other = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    come_in(other, "박연습")
    open_page(other, "connection")
    other.button(key=f"test-{endpoint.id}").click().run()
    assert any("연결되었습니다" in box.value for box in other.success)
    assert fake_endpoint.hits("fake") == asked
