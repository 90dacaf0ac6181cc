"""A box whose first drawing was cut short is given its text again, so that the browser cannot send it back empty."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.class_records import ContentKind, InstructorKey
from ui.widgets.editor import state


class Session(dict[str, Any]):
    """What Streamlit keeps of a browser; ``set_here`` are the values that the page itself gave in this run."""

    def __init__(self) -> None:
        super().__init__()
        self.set_here: list[str] = []

    def __setitem__(self, key: str, value: Any) -> None:
        self.set_here.append(key)
        super().__setitem__(key, value)

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    kept = Session()
    monkeypatch.setattr(state.st, "session_state", kept)
    return kept


def made() -> state.Making:
    form = {"id": "t", "body": "아래 메모를 읽고"}
    opened: Any = None
    return state.Making(InstructorKey("k"), ContentKind.PROMPT, form, 0, opened, "")


def drawn(one: state.Making, session: Session) -> bool:
    """Bind the body as a drawing does; return whether its text is sent to the browser."""
    session.set_here.clear()
    key = one.bind(one.form, "body")
    state.give(one, key, one.form["body"])
    return key in session.set_here


def test_a_drawing_that_is_cut_short_gives_the_text_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made()
    assert drawn(one, session)
    assert drawn(one, session), "the first one never came to its end"
    monkeypatch.setattr(state.session, "services", lambda: pytest.fail("nothing has changed"))
    one.kept = state.json.dumps(one.form, ensure_ascii=False)
    state.keep(one)  # the end of a whole drawing
    assert not drawn(one, session), "from now on the browser's own text holds, also half typed"


def test_what_was_typed_since_stays(session: Session) -> None:
    one = made()
    drawn(one, session)
    session[one.widget(one.form, "body")] = "새로 적은 글"
    drawn(one, session)
    assert session[one.widget(one.form, "body")] == "새로 적은 글"
