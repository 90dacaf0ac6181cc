"""The forms of official documents: dates, weekdays, times, money, item order, 붙임 and 끝.

Hides the regulation's forms behind one finder for each; every finding carries its correction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from sandbox.checks.facts import find_dates, weekday_of
from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.korean_numbers import HANGUL_NUMBER, MIXED_NUMBER, money_form, parse_number, read_number
from sandbox.checks.lines import LineKind, line_of, quote, split
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


@dataclass(frozen=True, slots=True)
class Form:
    """One place that was looked at; ``problem`` is empty when it is right."""

    start: int
    end: int
    problem: str = ""
    correction: str = ""


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
        forms.append(Form(fact.start, fact.start + len(written), *_date_problem(written, right)))
    for match in _IMPOSSIBLE.finditer(text):
        if weekday_of(int(match[1]), int(match[2]), int(match[3])) is None:
            forms.append(
                Form(*match.span(), f"달력에 없는 날짜입니다: '{match[0]}'", "날짜를 다시 확인하세요.")
            )
    return forms


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
_RANGE = re.compile(r"(?<=\d{2}:\d{2})(?P<gap>\s*(?:~|∼|〜|-|–|—|부터)\s*)(?=\d{1,2}:\d{2})")


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


# --------------------------------------------------------------------------- items and attachments


_SYLLABLES = "가나다라마바사아자차카타파하"
_LEVELS: tuple[tuple[re.Pattern[str], Callable[[str], int]], ...] = (
    (re.compile(r"(\d{1,2})\.(?=\s)"), int),
    (re.compile(rf"([{_SYLLABLES}])\.(?=\s)"), lambda s: _SYLLABLES.index(s) + 1),
    (re.compile(r"(\d{1,2})\)(?=\s)"), int),
    (re.compile(rf"([{_SYLLABLES}])\)(?=\s)"), lambda s: _SYLLABLES.index(s) + 1),
    (re.compile(r"\((\d{1,2})\)"), int),
    (re.compile(rf"\(([{_SYLLABLES}])\)"), lambda s: _SYLLABLES.index(s) + 1),
    (re.compile(r"([①-⑳])"), lambda s: ord(s) - ord("①") + 1),
    (re.compile(r"([㉮-㉻])"), lambda s: ord(s) - ord("㉮") + 1),
)
_NAMES = ("1.", "가.", "1)", "가)", "(1)", "(가)", "①", "㉮")


@dataclass(slots=True)
class _Open:
    """An open level while items are read: its depth, last number, first place and count."""

    level: int
    number: int
    start: int
    end: int
    count: int = 1


def _items(text: str, year: int | None) -> list[Form]:
    """Judge nesting (1. → 가. → 1) → …), numbering, and marks on a single item."""
    forms: list[Form] = []
    stack: list[_Open] = []
    for line in split(text):
        if line.kind not in (LineKind.TEXT, LineKind.HEADING) or re.match(r"\s*붙임", line.text):
            continue
        bare = line.text.lstrip(" \t\u3000#*")
        offset = line.start + len(line.text) - len(bare)
        hit = next(
            ((i, found, count) for i, (p, count) in enumerate(_LEVELS) if (found := p.match(bare))), None
        )
        if hit is None or re.match(r"\d{1,2}\.\s?\d{1,2}\.", bare):
            continue
        level, match, count = hit
        place = _Open(level, count(match[1]), offset, offset + match.end())
        forms.append(_item_form(stack, place, forms))
    forms += [_single(item) for item in stack if item.count == 1]
    return forms


def _item_form(stack: list[_Open], place: _Open, forms: list[Form]) -> Form:
    while stack and stack[-1].level > place.level:
        closed = stack.pop()
        if closed.count == 1:
            forms.append(_single(closed))
    if stack and stack[-1].level == place.level:
        expected = stack[-1].number + 1
        stack[-1].number, stack[-1].count = place.number, stack[-1].count + 1
        if place.number != expected:
            return Form(
                place.start,
                place.end,
                f"항목 번호가 이어지지 않습니다. {expected}번째 차례입니다.",
                "번호를 차례대로 매기세요.",
            )
        return Form(place.start, place.end)
    wanted = stack[-1].level + 1 if stack else 0
    stack.append(place)
    if place.level != wanted:
        text = f"항목 기호 '{_NAMES[place.level]}' 자리에는 {quoted(_NAMES[min(wanted, 7)], '을/를')} 씁니다."
        return Form(place.start, place.end, text, "1. → 가. → 1) → 가) → (1) → (가) → ① → ㉮ 차례로 쓰세요.")
    if place.number != 1:
        return Form(
            place.start,
            place.end,
            "항목이 첫 번호로 시작하지 않습니다.",
            f"'{_NAMES[place.level]}'부터 쓰세요.",
        )
    return Form(place.start, place.end)


def _single(item: _Open) -> Form:
    return Form(item.start, item.end, "항목이 하나뿐이면 기호를 붙이지 않습니다.", "기호를 지우세요.")


def _attachment(text: str, year: int | None) -> list[Form]:
    """Judge 붙임 (no colon) and the closing 끝. (two spaces before, full stop, last of all)."""
    forms = []
    for match in re.finditer(r"(?m)^[ \t\u3000*#]*(붙\s?임)\**([ \t]*[:：])?", text):
        problem = "'붙임' 뒤에 쌍점(:)을 쓰지 않습니다." if match[2] else ""
        forms.append(Form(match.start(1), match.end(), problem, "붙임  1. ○○ 1부." if problem else ""))
    body = text.rstrip()
    end = re.search(r"(?P<gap>[ \t\u3000]*)(?P<end>끝(?P<dot>\.)?)\**$", body)
    if end is None:
        last = max(body.rfind("\n") + 1, 0)
        forms.append(
            Form(
                last,
                len(body),
                "문서 끝에 '끝.' 표시가 없습니다.",
                "마지막 글자에서 두 칸 띄우고 '끝.'을 쓰세요.",
            )
        )
        return forms
    on_own_line = body[: end.start()].endswith("\n")
    if not end["dot"]:
        forms.append(Form(*end.span("end"), "'끝' 뒤에 온점이 없습니다.", "끝."))
    elif not on_own_line and end["gap"] not in ("  ", "\u3000"):
        forms.append(Form(*end.span("end"), "'끝.'은 마지막 글자에서 두 칸 띄우고 씁니다.", "  끝."))
    else:
        forms.append(Form(*end.span("end")))
    return forms


_FINDERS: Mapping[str, Callable[[str, int | None], list[Form]]] = {
    "date": _dates,
    "weekday": _weekdays,
    "time": _times,
    "money": _money,
    "items": _items,
    "attachment": _attachment,
}
