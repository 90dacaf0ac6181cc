"""The forms of official documents: dates, weekdays, times, money, item order, 붙임 and 끝.

Hides the regulation's forms behind one finder for each; every finding carries its correction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import Field

from sandbox.checks.facts import find_dates, weekday_of
from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.korean_numbers import HANGUL_NUMBER, MIXED_NUMBER, money_form, parse_number, read_number
from sandbox.checks.lines import LineKind, line_of, quote, split
from sandbox.checks.official_items import Form, attachment, items
from sandbox.checks.particles import particle, places, quoted
from sandbox.records import CheckContext, Evidence

Which = Literal["date", "time", "money", "weekday", "items", "attachment"]
_LABELS = {
    "date": "날짜",
    "time": "시각",
    "money": "금액",
    "weekday": "요일",
    "items": "항목 기호",
    "attachment": "붙임·끝",
}


class OfficialFormsParams(Params):
    which: list[Which] = Field(default=["date", "time", "money", "weekday"], min_length=1)


def official_forms(params: OfficialFormsParams, context: CheckContext) -> Outcome:
    """Judge every date, time, amount … of the asked sorts; an answer with none of them is unknown."""
    text = _without_code(context.answer)
    years = {fact.value[0] for source in (text, *context.sources.values()) for fact in find_dates(source)} - {
        None
    }
    year = next(iter(years)) if len(years) == 1 else None
    found = {which: _FINDERS[which](text, year) for which in params.which}
    counted = ", ".join(f"{_LABELS[which]} {len(forms)}곳" for which, forms in found.items() if forms)
    if not counted:
        asked = "·".join(_LABELS[which] for which in params.which)
        return unknown(
            f"답에 {asked} 표기가 없어 확인할 수 없습니다.",
            (Evidence("이런 표기가 들어 있는 답으로 다시 확인하세요."),),
        )
    wrong = sorted(
        (form for forms in found.values() for form in forms if form.problem), key=lambda form: form.start
    )
    evidence = tuple(
        Evidence(form.problem, line_of(text, form.start), form.start, form.end, correction=form.correction)
        for form in wrong
    )
    if wrong:
        return failed(f"{counted}을 확인했습니다. 고칠 곳이 {places(len(wrong))} 있습니다.", evidence)
    return passed(f"{counted}의 표기가 모두 맞습니다.")


def _without_code(text: str) -> str:
    """Put spaces over code, so that offsets stay true."""
    chars = list(text)
    for line in split(text):
        if line.kind is LineKind.CODE:
            chars[line.start : line.end] = " " * len(line.text)
    return "".join(chars)


# --------------------------------------------------------------------------- dates and weekdays


_OFFICIAL_FULL = re.compile(r"\d{4}\. (?:1[0-2]|[1-9])\. (?:3[01]|[12]\d|[1-9])\.")
_OFFICIAL_SHORT = re.compile(r"(?:1[0-2]|[1-9])\. (?:3[01]|[12]\d|[1-9])\.")
_OFFICIAL_MONTH = re.compile(r"\d{4}\. (?:1[0-2]|[1-9])\.")
_OFFICIAL_DAY = re.compile(r"(?:3[01]|[12]\d|[1-9])\.")
_IMPOSSIBLE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s?(?:[.\-/년])\s?(\d{1,2})\s?(?:[.\-/월])\s?(\d{1,2})(?!\d)\.?일?"
)


_SHORT_YEAR = re.compile(
    r"(?<![\d.'’‘])(?P<y>[2-9]\d)\.\s?(?P<m>1[0-2]|0?[1-9])\.\s?(?P<d>3[01]|[12]\d|0?[1-9])\.(?!\d)"
)
_DAY_SPAN = re.compile(
    r"(?<=\d\.)(?:\s?\([월화수목금토일]\))?(?P<gap>\s*[~∼〜\-–—]\s*)(?=\d{1,4}\.\s?\d{0,2})"
)
_LEAP_YEAR = 2024


def _dates(text: str, year: int | None) -> list[Form]:
    forms = []
    for fact in find_dates(text):
        y, m, d = fact.value
        if m is None or (d is None and not re.search(r"\d{4}", fact.text)):
            continue
        written = (
            re.sub(r"\s?[(（]?\s?[월화수목금토일](?:요일)?\s?[)）]?$", "", fact.text)
            if fact.weekday
            else fact.text
        )
        if d is None and "년" in written:
            continue
        right = f"{y}. {m}. {d}." if y and d else f"{m}. {d}." if d else f"{y}. {m}."
        if d and y is None and _OFFICIAL_DAY.fullmatch(written):
            right = f"{d}."
        real = d is None or weekday_of(y or year or _LEAP_YEAR, m, d) is not None
        told = _date_problem(written, right) if real else _no_such_day(written)
        if real or y is None:
            forms.append(Form(fact.start, fact.start + len(written), *told))
    for match in _IMPOSSIBLE.finditer(text):
        if weekday_of(int(match[1]), int(match[2]), int(match[3])) is None:
            forms.append(Form(*match.span(), *_no_such_day(match[0])))
    short = _short_years(text)
    return short + _spans(text) + _apart(forms, short)


def _no_such_day(written: str) -> tuple[str, str]:
    return f"달력에 없는 날짜입니다: '{written}'", "날짜를 다시 확인하세요."


def _short_years(text: str) -> list[Form]:
    """26. 12. 4. is a year of two figures, unless the lines before count up to 26."""
    forms = []
    for match in _SHORT_YEAR.finditer(text):
        number = int(match["y"])
        if re.search(rf"(?m)^[ \t\u3000]*{number - 1}\.\s", text[: match.start()]):
            continue
        right = f"20{match['y']}. {int(match['m'])}. {int(match['d'])}."
        forms.append(Form(*match.span(), f"날짜 '{match[0]}': 연도는 네 자리로 씁니다.", right))
    return forms


def _spans(text: str) -> list[Form]:
    """A span of days is written as one of times is: ~ stands close to both."""
    return [
        Form(match.start(), match.end(), "기간은 '~'를 앞뒤에 붙여 씁니다.", "예: 2026. 12. 1.~12. 5.")
        for match in _DAY_SPAN.finditer(text)
        if re.search(r"\s", match["gap"]) or match["gap"] in ("-", "–", "—")
    ]


def _apart(forms: list[Form], others: list[Form]) -> list[Form]:
    """Leave out forms that stand inside others: one place is told once."""
    return [f for f in forms if not any(o.start <= f.start < o.end for o in others)]


def _date_problem(written: str, right: str) -> tuple[str, str]:
    if any(
        form.fullmatch(written) for form in (_OFFICIAL_FULL, _OFFICIAL_SHORT, _OFFICIAL_MONTH, _OFFICIAL_DAY)
    ):
        return "", ""
    if re.search(r"[년월일]", written):
        why = "'연·월·일' 글자 대신 온점을 찍습니다"
    elif re.search(r"[-/]", written):
        why = "'-'나 '/' 대신 온점을 찍습니다"
    elif re.search(r"(^|\D)0\d", written):
        why = "한 자리 월·일 앞에 0을 붙이지 않습니다"
    elif not written.endswith("."):
        why = "일 뒤에도 온점을 찍습니다"
    else:
        why = "온점 뒤를 한 칸 띄웁니다"
    return f"날짜 '{written}': {why}.", right


def _weekdays(text: str, year: int | None) -> list[Form]:
    forms = []
    for fact in find_dates(text):
        y, m, d = fact.value
        y = y or year
        if not fact.weekday or not (y and m and d):
            continue
        right = weekday_of(y, m, d)
        if right is None or right == fact.weekday:
            forms.append(Form(fact.start, fact.end))
        else:
            said = f"{y}. {m}. {d}.은 {fact.weekday}요일이 아니라 {right}요일입니다."
            forms.append(
                Form(
                    fact.start,
                    fact.end,
                    said,
                    re.sub(r"[월화수목금토일](?=(?:요일)?\s?[)）]?$)", right, fact.text),
                )
            )
    return forms


# --------------------------------------------------------------------------- times


_CLOCK = re.compile(
    r"(?P<half>오전|오후|아침|저녁|밤|낮|새벽|AM|PM|am|pm)?\s?(?<![\d:.,])(?P<h>\d{1,2})\s?(?::\s?(?P<m>\d{2})(?![\d:])|시(?!간|장|청|군|도|내|민|점|설|행|작|범|책|비|상)\s?(?:(?P<m2>\d{1,2})분|(?P<half_hour>반))?)\s?(?P<after>AM|PM|am|pm)?"
)
_RANGE = re.compile(r"(?<=\d{2}:\d{2})(?P<gap>\s*(?:~|∼|〜|-|–|—)\s*)(?=\d{1,2}:\d{2})")


def _times(text: str, year: int | None) -> list[Form]:
    forms = []
    for match in _CLOCK.finditer(text):
        if match["m"] is None and re.match(r"\s?(?:방향|간)", text[match.end() :]):
            continue
        hour = int(match["h"])
        minute = int(match["m"] or match["m2"] or (30 if match["half_hour"] else 0))
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        written = match[0].strip()
        half = match["half"] or (match["after"] or "").upper()
        if not half and re.search(
            r"(?:오후|저녁|밤)\s?\d{1,2}(?:시|:\d\d)[^\n]{0,6}(?:~|부터|에서|-)\s?$", text[: match.start()]
        ):
            half = "오후"
        if half in ("오후", "저녁", "밤", "PM", "pm") and hour < 12:
            hour += 12
        if hour > 24 or minute > 59:
            forms.append(
                Form(start, match.end(), f"없는 시각입니다: '{written}'", "00:00~24:00 사이로 쓰세요.")
            )
        elif re.fullmatch(r"\d{2}:\d{2}", written):
            forms.append(Form(start, match.end()))
        else:
            forms.append(
                Form(
                    start,
                    match.end(),
                    f"시각 '{written}': 24시각제 '시:분'으로 씁니다.",
                    f"{hour:02}:{minute:02}",
                )
            )
    for match in _RANGE.finditer(text):
        if match["gap"] != "~":
            forms.append(
                Form(match.start() - 5, match.end() + 5, "시간 범위는 '~'를 붙여 씁니다.", "예: 14:30~16:30")
            )
    return forms


# --------------------------------------------------------------------------- money


_AMOUNT = re.compile(
    rf"(?P<gold>금\s?)?(?<![A-Za-z\d.,])(?P<n>{MIXED_NUMBER})\s?원(?!주|인|고|칙|장|활|단)(?P<open>\s?\(\s?(?P<inner>[^)\n]{{1,60}})\)?)?"
)


def _money(text: str, year: int | None) -> list[Form]:
    tables = [(line.start, line.end) for line in split(text) if line.kind is LineKind.TABLE]
    forms = []
    for match in _AMOUNT.finditer(text):
        if any(start <= match.start() < end for start, end in tables):
            continue
        value = parse_number(match["n"])
        if value is None or value != int(value):
            continue
        inner = match["inner"] or ""
        reading = re.fullmatch(rf"\s?(금)?\s?({HANGUL_NUMBER}(?:\s?{HANGUL_NUMBER})*)\s?원(정)?\s?", inner)
        end = match.end() if reading else match.end("n") + text[match.end("n") :].index("원") + 1
        forms.append(
            Form(match.start(), end, *_money_problem(text[match.start() : end], int(value), match, reading))
        )
    return forms


def _money_problem(
    written: str, value: int, match: re.Match[str], reading: re.Match[str] | None
) -> tuple[str, str]:
    right = money_form(value)
    if re.sub(r"\s", "", written) == right:
        return ("", "") if written == right else (f"금액 '{quote(written)}': 띄어 쓰지 않습니다.", right)
    if reading is None:
        return f"금액 '{quote(written)}': 숫자 뒤 괄호 안에 한글로 적습니다.", right
    said = re.sub(r"\s", "", reading[2])
    if parse_number(said) != value:
        return (
            f"금액 '{quote(written)}': 한글 {quoted(said, '이/가')} 숫자 {value:,}{particle(str(value), '와/과')} 다릅니다.",
            right,
        )
    if said != read_number(value):
        return f"금액 '{quote(written)}': 한글에서 '일'을 빼지 않습니다.", right
    if not match["gold"] or not reading[1]:
        return f"금액 '{quote(written)}': 숫자와 한글 앞에 '금'을 붙입니다.", right
    return f"금액 '{quote(written)}': 세 자리마다 쉼표를 찍습니다.", right


_FINDERS: Mapping[str, Callable[[str, int | None], list[Form]]] = {
    "date": _dates,
    "weekday": _weekdays,
    "time": _times,
    "money": _money,
    "items": items,
    "attachment": attachment,
}
