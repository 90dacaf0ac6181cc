"""Fill the blanks of a template: one pass, so that what a person types is never expanded again.

Hides how each field type is written and checked. A value is always text as typed: a
multi_choice holds its choices separated by commas, a yes_no 예 or 아니요. A field absent from
``values`` takes its default; one that is present and empty stays empty.

An empty optional blank alone on its line takes the line away with it; inside a sentence it
becomes ``(없음)``. An empty required blank stays visible as ``{{이름}}``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Final

from sandbox.records import Exercise, Field, FieldType, Prompt, PromptTooLongError

BLANK: Final = re.compile(r"\{\{([^{}\n]*)\}\}")
NOTHING: Final = "(없음)"
MOST_CHARS: Final = 2_000_000
YES: Final = "예"
NO: Final = "아니요"
_YES_WORDS: Final = frozenset({"예", "네", "true", "yes", "y", "1", "on"})
_NO_WORDS: Final = frozenset({"아니요", "아니오", "false", "no", "n", "0", "off"})
_NUMBER: Final = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|\.\s*(\d{1,2})\.\s*(\d{1,2})\.?)")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def render(prompt: Prompt, values: Mapping[str, str]) -> str:
    """Return the body with its blanks filled; PromptTooLongError when a blank repeated makes it huge."""
    fields = {field.name: field for field in prompt.fields}
    texts = {name: _shown(field, _value(field, values)) for name, field in fields.items()}

    def fill(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        if name not in fields or (not texts[name] and fields[name].required):
            return match.group(0)
        return texts[name] or NOTHING

    uses = (match.group(1).strip() for match in BLANK.finditer(prompt.body))
    chars = len(prompt.body) + sum(len(texts.get(name, "")) for name in uses)
    if chars > MOST_CHARS:
        raise PromptTooLongError(
            f"빈칸을 채우면 글이 너무 길어집니다({chars:,}자).",
            tokens=chars,
            limit=MOST_CHARS,
            remedy="빈칸에 넣은 글을 줄이거나, 같은 빈칸을 여러 번 쓰지 않는 템플릿을 골라 주세요.",
        )
    kept: list[str] = []
    for line in prompt.body.split("\n"):
        alone = BLANK.fullmatch(line.strip())
        field = fields.get(alone.group(1).strip()) if alone else None
        if field is None or field.required or texts[field.name]:
            kept.append(BLANK.sub(fill, line))
    return "\n".join(kept).strip("\n")


def missing(prompt: Prompt, values: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the required fields that are still empty."""
    return tuple(f for f in prompt.fields if f.required and not _value(f, values).strip())


def prefilled(exercise: Exercise, prompt: Prompt) -> dict[str, str]:
    """Return the first value of every field: what the exercise fills in, else the default.

    ``@파일`` becomes the material's text; ``@@`` at the start stands for a real ``@``.
    """
    values = {field.name: field.default for field in prompt.fields}
    values |= {
        name: material_text(exercise, value) for name, value in exercise.prefill.items() if name in values
    }
    return values


def material_text(exercise: Exercise, value: str) -> str:
    """Return the text a prefill value stands for."""
    if value.startswith("@@"):
        return value[1:]
    if value.startswith("@"):
        return next((m.text for m in exercise.materials if m.name == value[1:]), value)
    return value


def check_values(prompt: Prompt, values: Mapping[str, str]) -> dict[str, str]:
    """Return a Korean problem per field whose value cannot be used; empty values are fine."""
    problems: dict[str, str] = {}
    for field in prompt.fields:
        problem = value_problem(field, _value(field, values))
        if problem:
            problems[field.name] = problem
    known = {field.name for field in prompt.fields}
    return problems | {name: "이 템플릿에 없는 빈칸입니다." for name in values if name not in known}


def value_problem(field: Field, value: str) -> str:
    """Return what is wrong with one typed value in Korean, or an empty text."""
    value = value.strip()
    if not value:
        return ""
    if len(value) > field.max_chars:
        return f"{field.max_chars:,}자까지 쓸 수 있는데 {len(value):,}자입니다. 줄여 주세요."
    match field.type:
        case FieldType.NUMBER:
            return _number_problem(field, value)
        case FieldType.DATE:
            return "" if _date(value) else "날짜를 2026-11-22 또는 2026. 11. 22.처럼 적어 주세요."
        case FieldType.TIME:
            return "" if _TIME.fullmatch(value) else "시각을 24시간제로 14:30처럼 적어 주세요."
        case FieldType.CHOICE | FieldType.MULTI_CHOICE:
            chosen = picked(value) if field.type is FieldType.MULTI_CHOICE else (value,)
            wrong = [item for item in chosen if item not in field.choices]
            return (
                f"고를 수 없는 값이 있습니다. 다음에서 골라 주세요: {', '.join(field.choices)}"
                if wrong
                else ""
            )
        case FieldType.YES_NO:
            return "" if _yes_no(value) in (YES, NO) else "예 또는 아니요로 적어 주세요."
        case _:
            return ""


def typed(field: Field, value: str) -> float | datetime.date | datetime.time | None:
    """Read a number, a date or a time from any spelling that ``value_problem`` accepts; None when it does not."""
    value = value.strip()
    if not value or value_problem(field, value):
        return None
    match field.type:
        case FieldType.NUMBER:
            return float(value.replace(",", ""))
        case FieldType.DATE:
            return _date(value)
        case FieldType.TIME:
            hour, minute = value.split(":")
            return datetime.time(int(hour), int(minute))
        case _:
            return None


def is_yes(value: str) -> bool:
    """Tell whether a yes_no value says yes, in any spelling that ``value_problem`` accepts."""
    return _yes_no(value.strip()) == YES


def picked(value: str) -> tuple[str, ...]:
    """Return the choices in a multi_choice value."""
    return tuple(item.strip() for item in re.split(r"[,\n]", value) if item.strip())


def _value(field: Field, values: Mapping[str, str]) -> str:
    return values.get(field.name, field.default)


def _shown(field: Field, value: str) -> str:
    """Return how a value reads inside the prompt."""
    if field.type is FieldType.YES_NO:
        return _yes_no(value.strip())
    if field.type is FieldType.MULTI_CHOICE:
        return ", ".join(picked(value))
    return value.strip("\n") if value.strip() else ""


def _yes_no(value: str) -> str:
    if value.casefold() in _YES_WORDS:
        return YES
    return NO if value.casefold() in _NO_WORDS else value


def _number_problem(field: Field, value: str) -> str:
    if not _NUMBER.fullmatch(value):
        return "숫자만 적어 주세요. 단위는 빼 주세요."
    number = float(value.replace(",", ""))
    if field.min is not None and number < field.min:
        return f"{field.min:,g} 이상이어야 합니다."
    if field.max is not None and number > field.max:
        return f"{field.max:,g} 이하여야 합니다."
    return ""


def _date(value: str) -> datetime.date | None:
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
