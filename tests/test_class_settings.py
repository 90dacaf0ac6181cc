"""The settings of a class on screen: budget, when it goes, and two lecturers who have them open at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.class_settings import due
from tests.test_after_class_pages import EXERCISE, Stand, fine, stand, words  # noqa: F401  fixture

pytestmark = pytest.mark.pages


def test_a_budget_is_set_told_in_answers_and_shown(stand: Stand) -> None:  # noqa: F811
    code = stand.here.code
    app = stand.page("class_room", desk=True, part="과정 설정")
    app.number_input(key=f"class_{code}_class_tokens").set_value(300_000)
    app.number_input(key=f"class_{code}_person_tokens").set_value(15_000)
    app.number_input(key=f"class_{code}_person_won").set_value(500.0)
    fine(app.run())
    assert "과정 전체 약 200번, 한 사람이 하루에 약 10번" in words(app)
    fine(app.button(key=f"class_{code}_save").click().run())
    rules = stand.room.lecture.classes.get(stand.key, code).rules
    assert (rules.class_tokens, rules.class_won) == (300_000, None)
    assert (rules.person_tokens, rules.person_won) == (15_000, 500.0)
    leading = stand.page("class_room", desk=True)
    assert "**과정 예산**" in words(leading)
    again = stand.page("class_room", desk=True, part="과정 설정")
    field = again.number_input(key=f"class_{code}_class_tokens")
    assert field.value == 300_000
    assert not field.proto.HasField("default")  # or a browser fills it in again when it is emptied


def test_the_days_kept_move_the_day_of_deletion(stand: Stand) -> None:  # noqa: F811
    code = stand.here.code
    app = stand.page("class_room", desk=True, part="과정 설정")
    assert not [d for d in app.date_input if d.key == f"class_{code}_delete_on"]  # one of the two only
    fine(app.number_input(key=f"class_{code}_retention").set_value(30).run())
    fine(app.button(key=f"class_{code}_save").click().run())
    here = stand.room.lecture.classes.get(stand.key, code)
    assert here.delete_on == due(here) == today_in_korea() + timedelta(days=30)
    fine(app.radio(key=f"class_{code}-1_deleting").set_value("정한 날에").run())
    assert not [n for n in app.number_input if str(n.key).endswith("_retention")]
    day = today_in_korea() + timedelta(days=400)
    fine(app.date_input(key=f"class_{code}-1_delete_on").set_value(day).run())
    fine(app.button(key=f"class_{code}-1_save").click().run())
    assert stand.room.lecture.classes.get(stand.key, code).delete_on == day


def test_a_colleagues_change_is_told_and_kept(stand: Stand) -> None:  # noqa: F811
    code, classes = stand.here.code, stand.room.lecture.classes
    app = stand.page("class_room", desk=True, part="과정 설정")
    classes.edit(stand.key, replace(classes.get(stand.key, code), path=(), seats=12))
    fine(app.text_input(key=f"class_{code}_title").set_value("새 이름").run())
    assert "다른 강사가 바꾼 것이 있습니다: 자리 수, 실습 차례" in words(app)
    fine(app.button(key=f"class_{code}_save").click().run())
    here = classes.get(stand.key, code)
    assert (here.title, here.path, here.seats) == ("새 이름", (), 12)
    classes.edit(stand.key, replace(here, title="동료가 고침"))
    app.text_input(key=f"class_{code}-1_title").set_value("내가 고침")
    app.button(key=f"class_{code}-1_save").click().run()
    assert "과정 이름" in app.error[0].value
    assert classes.get(stand.key, code).title == "동료가 고침"
    fine(app.button(key=f"class_{code}-1_reload").click().run())
    assert app.text_input(key=f"class_{code}-2_title").value == "동료가 고침"
