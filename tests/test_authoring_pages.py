"""What a lecturer sees while making content: withdrawing with a warning, trying an exercise out."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from sandbox.class_records import ContentKind
from sandbox.practice import Work
from tests.test_after_class_pages import SECONDS, Stand, fine, stand, words
from tests.test_authoring_rooms import exercise, template

pytestmark = pytest.mark.pages
__all__ = ["stand"]
PROMPT, EXERCISE = ContentKind.PROMPT, ContentKind.EXERCISE


def publish(stand: Stand, kind: ContentKind, form: dict[str, object]) -> None:
    releasing = stand.room.authoring.releasing
    version = releasing.save(stand.key, kind, form, 0, "").version
    releasing.publish(stand.key, kind, str(form["id"]), version)


def exercise_on(stand: Stand, content_id: str, prompt_id: str) -> dict[str, object]:
    """An exercise on a template, with a material put into its blank, that proves its one check."""
    desk: Any = SimpleNamespace(authoring=stand.room.authoring, key=stand.key)
    return exercise(
        desk, content_id, title=f"{prompt_id} 실습", prompt=prompt_id, starter="",
        prefill={"자료": "@메모.txt"},
    )  # fmt: skip


def test_each_template_is_warned_of_before_it_is_withdrawn(stand: Stand) -> None:
    for name in ("own-a", "own-b"):
        publish(stand, PROMPT, template(name, title=name))
        publish(stand, EXERCISE, exercise_on(stand, f"ex-{name}", name))
    standing = stand.room.authoring.releasing.standing

    def shelved(name: str) -> bool:
        content = standing(stand.key, PROMPT, name)
        return bool(content and content.published_version)

    page = stand.page("editor", desk=True, edit="prompt:own-a")
    page = fine(page.button(key="withdraw").click().run())
    assert "함께 닫힙니다: own\\-a 실습" in words(page)
    assert shelved("own-a")
    page.query_params["edit"] = "prompt:own-b"
    page = fine(page.run())
    page = fine(page.button(key="withdraw").click().run())
    assert "함께 닫힙니다: own\\-b 실습" in words(page)
    assert shelved("own-b")
    fine(page.button(key="withdraw").click().run())
    assert not shelved("own-b")
    assert shelved("own-a")


def test_an_exercise_is_tried_before_anybody_sees_it(stand: Stand) -> None:
    publish(stand, PROMPT, template("own-a", title="안내문"))
    publish(stand, EXERCISE, exercise_on(stand, "ex-a", "own-a"))
    page = stand.page("editor", desk=True, edit="exercise:ex-a")
    shown = words(page)
    assert "토큰**입니다" in shown
    assert "힌트가 하나도 없습니다" in shown
    page = fine(page.button(key="join-ex-a").click().run())
    sent = next(a for a in page.text_area if a.label == "보낼 프롬프트").value
    assert "예산은 300만원이고 3명입니다." in sent
    me, prompt = page.session_state["person"], stand.room.library.prompt("own-a")
    run_id = stand.room.practice.run(me, Work(sent, trial=prompt), {}, stand.room.endpoints()[0])
    end = time.monotonic() + SECONDS
    while not stand.room.practice.result(me, run_id).state.ended:
        assert time.monotonic() < end
        time.sleep(0.05)
    page.session_state["trial-run:ex-a"] = run_id
    page = fine(page.run())
    assert "점검 결과 — 통과" in words(page)  # the exercise's own checks, on the answer of the trial


def place_of_the_tabs(page: AppTest) -> list[int]:
    """Return where the exercise's tabs stand: a block that moves is built anew by the browser."""
    blocks = {at: one for at, one in page.main.children.items() if isinstance(one, Block)}
    return [at for at, one in blocks.items() if "① 상황" in [t.label for t in one.get("tab")]]


def test_the_open_tab_stays_open_when_the_last_complaint_goes_and_comes(stand: Stand) -> None:
    """Tabs that moved up a place while a slow line drew them threw the lecturer back to the first."""
    publish(stand, PROMPT, template("own-a", title="안내문"))
    publish(stand, EXERCISE, exercise_on(stand, "ex-a", "own-a"))
    page = stand.page("editor", desk=True, edit="exercise:ex-a")
    goal = next(t for t in page.text_input if t.label == "목표")
    kept, before = goal.value, place_of_the_tabs(page)
    assert len(before) == 1
    page = fine(goal.set_value("").run())
    assert "고칠 곳:" in words(page)
    assert place_of_the_tabs(page) == before
    page = page.button(key="save-publish").click().run()  # refused, and the reason is said above
    assert page.error and not page.exception
    assert place_of_the_tabs(page) == before
    page = fine(next(t for t in page.text_input if t.label == "목표").set_value(kept).run())
    assert "고칠 곳:" not in words(page)
    assert place_of_the_tabs(page) == before
