"""The page's own files: whole, compressed for who takes it, kept by browsers, and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui import browser
from ui.assets import assets

SHELL = Path(st.__file__).parent / "static"


@pytest.fixture(scope="module")
def http() -> TestClient:
    async def other(_request: object) -> PlainTextResponse:
        return PlainTextResponse("Streamlit")

    return TestClient(Starlette(routes=[Route("/{path:path}", other)], middleware=[assets()]))


def some_script() -> Path:
    return max((SHELL / "static" / "js").glob("*.js"), key=lambda p: p.stat().st_size)


def test_a_script_comes_whole_compressed_and_for_ever(http: TestClient) -> None:
    file = some_script()
    for encoding in ("gzip", "identity"):
        got = http.get(f"/static/js/{file.name}", headers={"accept-encoding": encoding})
        assert got.content == file.read_bytes()
        assert "immutable" in got.headers["cache-control"]
        assert got.headers.get("content-encoding", "identity") == encoding
        assert got.headers["content-type"].startswith("text/javascript")
    packed = int(http.get(f"/static/js/{file.name}").headers["content-length"])
    assert packed == len(gzip.compress(file.read_bytes(), 9, mtime=0)) < file.stat().st_size / 2


@pytest.mark.parametrize("path", ["/", "/exercise", "/course"])
def test_a_page_is_streamlit_s_own_in_korean_without_a_font_nobody_uses(http: TestClient, path: str) -> None:
    got = http.get(path)
    theirs = (SHELL / "index.html").read_text(encoding="utf-8")
    assert got.headers["cache-control"] == "no-cache"
    assert '<html lang="ko">' in got.text and "<title>행정 AI 실습실</title>" in got.text
    assert "SourceSans" in theirs and "SourceSans" not in got.text
    scripts = [line for line in theirs.splitlines() if "<script" in line or "modulepreload" in line]
    assert scripts and all(line in got.text for line in scripts)


@pytest.mark.parametrize(
    "path", ["/static/../index.html", "/static/js/", "/static/js/none.js", "/room/script/live.js", "/nosuch"]
)
def test_what_is_not_listed_passes_on(http: TestClient, path: str) -> None:
    assert http.get(path).text == "Streamlit"


def test_posts_pass_on(http: TestClient) -> None:
    assert http.post("/").status_code == 405


def test_our_scripts_are_served_under_a_name_that_changes_with_their_text(http: TestClient) -> None:
    for place, file in browser.scripts().items():
        got = http.get(place)
        assert got.text == file.read_text(encoding="utf-8")
        assert "immutable" in got.headers["cache-control"]
    assert browser.script_path("live") in browser.scripts()
