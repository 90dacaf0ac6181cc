"""A key that is made of ids is one that Streamlit takes for a component."""

from __future__ import annotations

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id

from ui.browser import allowed_key


@pytest.mark.parametrize(
    "key", ["live-A6yFnebHu2Ir__mS", "copy-___", "live-a_", "run-보고서_1", "live-____x__"]
)
def test_an_id_with_two_underscores_can_be_drawn(key: str) -> None:
    made = _make_trigger_id(f"$$ID-0123-{allowed_key(key)}", "ended")
    assert made.count("__") == 1 or key.endswith("_")
    assert allowed_key(key).replace("_-", "_") == key


def test_other_keys_stay_as_they_are_and_no_two_become_one() -> None:
    keys = ["live-a_b", "live-a__b", "live-a-b", "live-a___b", "live-ab"]
    assert allowed_key("live-a_b") == "live-a_b"
    assert len({allowed_key(key) for key in keys}) == len(keys)
