"""What a lecturer sees while making content: withdrawing with a warning, trying an exercise out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.class_records import ContentKind
from tests.test_after_class_pages import Stand, fine, stand, words
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
