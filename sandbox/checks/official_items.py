"""The order of items in official documents (1. → 가. → 1) …), and 붙임 and 끝.

Hides which numbers are items, which belong to attachments and which begin a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.checks.lines import Line, LineKind, split
from sandbox.checks.particles import quoted


@dataclass(frozen=True, slots=True)
class Form:
    """One place that was looked at; ``problem`` is empty when it is right."""

    start: int
    end: int
    problem: str = ""
    correction: str = ""


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


def items(text: str, year: int | None) -> list[Form]:
    """Judge nesting (1. → 가. → 1) → …), numbering, and marks on a single item."""
    forms: list[Form] = []
    stack: list[_Open] = []
    attached = {line.number for block in _attachments(text) for line in block}
    for line in split(text):
        if line.kind not in (LineKind.TEXT, LineKind.HEADING) or line.number in attached:
            continue
        bare = line.text.lstrip(" \t\u3000#*")
        offset = line.start + len(line.text) - len(bare)
        hit = next(
            ((i, found, count) for i, (p, count) in enumerate(_LEVELS) if (found := p.match(bare))), None
        )
        if hit is None or re.match(r"\d{1,2}\.\s?\d{1,2}\.(?!\s?\d{1,2}\.)", bare):
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


_ATTACHED = re.compile(r"[ \t\u3000*#]*붙\s?임\**\s*[:：]?\s*")


def _attachments(text: str) -> list[list[Line]]:
    """Return the lines of each 붙임, the first with its word; a blank line ends them."""
    blocks: list[list[Line]] = []
    is_open = False
    for line in split(text):
        starts = bool(_ATTACHED.match(line.text))
        if starts:
            blocks.append([])
        is_open = starts or (is_open and line.kind is LineKind.TEXT)
        if is_open:
            blocks[-1].append(line)
    return blocks


def _numbered(block: list[Line]) -> list[Form]:
    """Judge the numbers of attachments: 1. 2. 3. in order, and none where there is only one."""
    found = []
    for line in block:
        word = _ATTACHED.match(line.text)
        at = word.end() if word else len(line.text) - len(line.text.lstrip(" \t\u3000"))
        if number := re.compile(r"(\d{1,2})\.(?=\s)").match(line.text, at):
            found.append((int(number[1]), line.start + number.start(), line.start + number.end()))
    if len(found) == 1:
        _, start, end = found[0]
        return [
            Form(
                start,
                end,
                "붙임이 하나뿐이면 번호를 붙이지 않습니다.",
                "번호를 지우세요. 예: 붙임  계획서 1부.",
            )
        ]
    wrong = "붙임의 번호가 이어지지 않습니다. {}번째 차례입니다."
    return [
        Form(start, end, "" if number == turn else wrong.format(turn), "" if number == turn else f"{turn}.")
        for turn, (number, start, end) in enumerate(found, 1)
    ]


def attachment(text: str, year: int | None) -> list[Form]:
    """Judge 붙임 (no colon) and the closing 끝. (two spaces before, full stop, last of all)."""
    forms = []
    for match in re.finditer(r"(?m)^[ \t\u3000*#]*(붙\s?임)\**([ \t]*[:：])?", text):
        problem = "'붙임' 뒤에 쌍점(:)을 쓰지 않습니다." if match[2] else ""
        forms.append(Form(match.start(1), match.end(), problem, "붙임  1. ○○ 1부." if problem else ""))
    forms += [form for block in _attachments(text) for form in _numbered(block)]
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
