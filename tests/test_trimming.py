"""What Streamlit is spared is the same to a browser; and the names it hangs on are still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config, net_util
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.watcher import polling_path_watcher

from ui import trimming

ROOT = Path(__file__).parent.parent
Populate = Callable[[CustomThemeConfig, str], None]


@pytest.fixture
def original(monkeypatch: pytest.MonkeyPatch) -> Iterator[Populate]:
    before = app_session._populate_theme_msg
    assert not getattr(before, "remembers", False)
    monkeypatch.setattr(app_session, "_populate_theme_msg", before)
    monkeypatch.setattr(
        polling_path_watcher, "_POLLING_PERIOD_SECS", polling_path_watcher._POLLING_PERIOD_SECS
    )
    monkeypatch.setattr(net_util, "_external_ip", None)
    yield before


def theme_of(populate: Populate) -> ForwardMsg:
    """Write the theme as Streamlit does at the beginning of every drawing."""
    said = ForwardMsg()
    theme = said.new_session.custom_theme
    populate(theme, "theme")
    populate(theme.light, "theme.light")
    populate(theme.dark, "theme.dark")
    populate(theme.sidebar, "theme.sidebar")
    populate(theme.light.sidebar, "theme.light.sidebar")
    populate(theme.dark.sidebar, "theme.dark.sidebar")
    return said


def test_the_remembered_theme_is_the_one_that_would_be_worked_out(original: Populate) -> None:
    config.get_config_options(force_reparse=True)
    trimming.trim()
    worked_out = theme_of(original)
    assert worked_out.new_session.custom_theme.font_faces, "our own theme is read"
    for _ in range(3):
        again = theme_of(app_session._populate_theme_msg)
        assert again.SerializeToString(deterministic=True) == worked_out.SerializeToString(deterministic=True)


def test_trimming_twice_remembers_once(original: Populate) -> None:
    trimming.trim()
    once = app_session._populate_theme_msg
    trimming.trim()
    assert app_session._populate_theme_msg is once


def test_nothing_outside_is_asked_for_an_address(original: Populate, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    trimming.trim()
    assert net_util.get_external_ip() == "" and not asked
    assert polling_path_watcher._POLLING_PERIOD_SECS == trimming.SETTINGS_LOOK_SECONDS


def test_the_server_trims_before_its_first_visitor() -> None:
    app = (ROOT / "app.py").read_text(encoding="utf-8")
    assert app.index("    trim()") < app.index("asyncio.to_thread(services)")
