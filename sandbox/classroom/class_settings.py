"""What a class may be, when it goes, and what becomes of two lecturers' changes at once.

Hides the merging: a form shows a class as it was when it was drawn. What its lecturer changed is put
onto the class as it is now; only where somebody else changed the same thing meanwhile is it refused.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from sandbox.class_records import Class, ClassRules, korean_day
from sandbox.classroom.seating_plan import SEATS_MAX
from sandbox.records import InputError

TITLE_MAX_CHARS = 60
_SETTINGS = {
    "title": "과정 이름",
    "level": "단계",
    "seats": "자리 수",
    "starts_on": "시작하는 날",
    "ends_on": "끝나는 날",
    "path": "실습 차례",
    "endpoint_id": "답할 AI",
    "delete_on": "자료를 지우는 날",
}
_RULES = {
    "open_join": "코드만으로 들어오기",
    "rejoin_by_seat": "다른 PC에서 이어 하기",
    "strict_guard": "모두 가려서 보내기",
    "outside_allowed": "기관 밖의 AI",
    "class_tokens": "과정 전체 토큰",
    "class_won": "과정 전체 원",
    "person_tokens": "한 사람 토큰",
    "person_won": "한 사람 원",
    "retention_days": "보관하는 날수",
}


def due(made: Class) -> date:
    """Return the day on which a class goes by its own rules: so many days after its last day."""
    last = made.ends_on or made.starts_on or korean_day(made.created_at)
    return last + timedelta(days=made.rules.retention_days)


def differences(one: Class, other: Class) -> tuple[str, ...]:
    """Name the settings in which two states of a class differ, as the screen calls them."""
    before, after = _values(one), _values(other)
    return tuple(label for name, label in (_SETTINGS | _RULES).items() if before[name] != after[name])


def merged(here: Class, since: Class, wanted: Class) -> Class:
    """Put what was changed from ``since`` to ``wanted`` onto the class as it is now.

    InputError names what somebody else has changed meanwhile to something else. The day of deletion
    follows the dates and the days kept, unless it was set by hand.
    """
    now, then, new = _values(here), _values(since), _values(wanted)
    theirs = [
        label
        for name, label in (_SETTINGS | _RULES).items()
        if new[name] != then[name] and now[name] not in (then[name], new[name])
    ]
    if theirs:
        raise InputError(
            f"그 사이 다른 강사가 같은 것을 다르게 바꾸어 저장하지 않았습니다: {', '.join(theirs)}.",
            remedy="지금 설정을 불러와 확인한 뒤 다시 고쳐 주세요.",
        )
    mine = {name: new[name] for name in new if new[name] != then[name]}
    rules = replace(here.rules, **{name: mine.pop(name) for name in _RULES if name in mine})
    made = replace(here, **mine, rules=rules)
    if "delete_on" not in mine and here.delete_on == due(here):
        made = replace(made, delete_on=due(made))
    return made


def refuse_wrong(made: Class, today: date) -> None:
    """Raise InputError, saying what to do, for what no class can be."""
    if not made.title:
        raise InputError("과정 이름이 비어 있습니다.", remedy="과정 이름을 적어 주세요. 예: 3월 기초반 오전")
    if len(made.title) > TITLE_MAX_CHARS:
        raise InputError(
            f"과정 이름이 너무 깁니다({len(made.title)}자).",
            remedy=f"{TITLE_MAX_CHARS}자 이내로 적어 주세요.",
        )
    if not 1 <= made.seats <= SEATS_MAX:
        raise InputError("자리 수가 맞지 않습니다.", remedy=f"1에서 {SEATS_MAX} 사이로 적어 주세요.")
    if made.starts_on and made.ends_on and made.ends_on < made.starts_on:
        raise InputError("끝나는 날이 시작하는 날보다 앞섭니다.", remedy="날짜를 다시 확인해 주세요.")
    last = made.ends_on or made.starts_on
    if made.delete_on and last and made.delete_on <= last:
        raise InputError(
            "자료를 지우는 날이 과정이 끝나기 전입니다.", remedy="과정이 끝난 뒤의 날짜로 정해 주세요."
        )
    if made.delete_on and made.delete_on <= today:
        raise InputError(
            "자료를 지우는 날이 오늘이거나 이미 지났습니다. 이대로면 과정이 바로 지워집니다.",
            remedy="과정의 날짜나 보관하는 날수를 다시 정해 내일 이후에 지우게 해 주세요.",
        )
    figures = (made.rules.class_tokens, made.rules.class_won, made.rules.person_tokens, made.rules.person_won)
    if any(f is not None and f < 0 for f in figures):
        raise InputError("한도는 0보다 작을 수 없습니다.", remedy="0 이상의 수를 적거나 비워 두세요.")


def goes_sooner(before: Class, after: Class) -> bool:
    """Say whether a change brings the deletion of a class forward, or sets a day for one that had none."""
    if after.delete_on is None:
        return False
    return before.delete_on is None or after.delete_on < before.delete_on


def _values(of: Class) -> dict[str, Any]:
    settings = {name: getattr(of, name) for name in _SETTINGS}
    return settings | {f.name: getattr(of.rules, f.name) for f in fields(ClassRules)}
