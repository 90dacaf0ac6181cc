"""What a trainee's page tells of their seat, as a person presses it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ui import session

pytestmark = pytest.mark.pages


def page() -> None:
    from types import SimpleNamespace

    from ui.widgets import seat_controls

    run: Any = SimpleNamespace(id="r1", answer="□ 답변")
    seat_controls.share(run)


@pytest.mark.parametrize("leave", [True, False])
def test_a_leave_ticked_in_the_same_moment_as_the_press_is_given(
    monkeypatch: pytest.MonkeyPatch, leave: bool
) -> None:
    """The page was drawn before the tick; on a slow server the press comes before it is drawn again."""
    shared: list[tuple[str, bool]] = []

    def share(_who: Any, run_id: str, *, may_project: bool) -> None:
        shared.append((run_id, may_project))

    seats = SimpleNamespace(mine=lambda _who: None, share=share)
    room = SimpleNamespace(seating=SimpleNamespace(seats=seats))
    monkeypatch.setattr(session, "services", lambda: room)
    monkeypatch.setattr(session, "me", lambda: SimpleNamespace(id="p", class_code="K7M2QX"))
    app = AppTest.from_function(page, default_timeout=60).run()
    app.checkbox(key="project-r1").set_value(not leave).run()
    app.checkbox(key="project-r1").set_value(leave)
    app.button(key="share-r1").click().run()
    assert not app.exception
    assert shared == [("r1", leave)]
