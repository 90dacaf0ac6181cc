"""Read a template into a frozen record, or say everything that is wrong with it.

Hides the rules that one file can be held to by itself: blanks match fields, defaults fit their
type, checks are known. What templates and exercises share is public here; rules between files
live in shelf.py.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from sandbox.library import header as headers
from sandbox.library.complaints import Complaints, Place, add_pydantic, did_you_mean, line_of, quote
from sandbox.library.fill import BLANK, value_problem
from sandbox.library.schema import (
    CheckPart,
    FieldPart,
    PromptHeader,
    known_keys,
)
from sandbox.records import (
    CheckSpec,
    Field,
    FieldType,
    Level,
    Prompt,
)

CheckProblem = Callable[[CheckSpec], str | None]
Lines = Mapping[Place, int]

# Parameters that hold cells of a workbook, where 100 and "100" are not the same.
_CELLS: Final = frozenset({"vary", "extra_rows"})
_ModelT = TypeVar("_ModelT", bound=BaseModel)


def parse_prompt(text: str, *, source: str, check_problem: CheckProblem | None = None) -> Prompt:
    """Read a template's text; ``source`` names it in errors. Raise ContentError."""
    parts = headers.split(text, source=source)
    complaints = Complaints(source)
    head = validated(PromptHeader, parts, complaints)
    fields = tuple(_field(part, i, parts.lines, complaints) for i, part in enumerate(head.fields))
    _check_blanks(parts, fields, complaints)
    if "{{" in head.system:
        at = line_of(("system",), parts.lines)
        complaints.add("system에는 빈칸을 쓸 수 없습니다.", line=at, remedy="{{빈칸}}은 본문에 적어 주세요.")
    _check_naive(head.naive, fields, parts.lines, complaints)
    _check_sample(head.sample, fields, parts.lines, complaints)
    checks = read_checks(head.checks, parts.lines, complaints, check_problem)
    complaints.raise_if_any()
    return Prompt(
        **fields_of(
            head, "id", "title", "module", "summary", "system", "tags", "max_answer_tokens", "temperature"
        ),
        naive=head.naive,
        level=Level(head.level),
        fields=fields,
        body=parts.text,
        why={str(key): value for key, value in head.why.items()},
        sample=dict(head.sample),
        checks=checks,
        source=source,
    )


def fields_of(head: BaseModel, *names: str) -> dict[str, Any]:
    return {name: getattr(head, name) for name in names}


def validated(model: type[_ModelT], parts: headers.Header, complaints: Complaints) -> _ModelT:
    """Validate a header; raise at once when it is wrong, since nothing else can be read then."""
    try:
        return model.model_validate(dict(parts.values))
    except ValidationError as error:
        add_pydantic(complaints, error, parts.lines, known_keys(model))
        complaints.raise_if_any()
        raise


# --------------------------------------------------------------------------- fields and blanks


def _field(part: FieldPart, index: int, lines: Lines, complaints: Complaints) -> Field:
    field = Field(
        **fields_of(
            part,
            "name",
            "type",
            "help",
            "required",
            "default",
            "example",
            "choices",
            "min",
            "max",
            "max_chars",
        ),
        label=part.label or part.name,
    )
    problem, remedy = _field_problem(field)
    if problem:
        key = "default" if "기본값" in problem else "choices" if "choices" in problem else "name"
        at = line_of(("fields", index, key), lines)
        complaints.add(f"빈칸 {quote(field.name)}: {problem}", line=at, remedy=remedy)
    return field


def _field_problem(field: Field) -> tuple[str, str]:
    picks = field.type in (FieldType.CHOICE, FieldType.MULTI_CHOICE)
    if picks and not field.choices:
        return "고를 것(choices)이 없습니다.", "choices: [가, 나]처럼 적어 주세요."
    if field.choices and not picks:
        return "choices는 choice나 multi_choice에만 씁니다.", "type: choice로 바꾸거나 choices를 지워 주세요."
    if len(set(field.choices)) != len(field.choices):
        return "같은 choices가 두 번 있습니다.", "하나를 지워 주세요."
    if field.type is FieldType.MULTI_CHOICE and any("," in item or "\n" in item for item in field.choices):
        return "multi_choice의 choices에는 쉼표를 쓸 수 없습니다.", "쉼표를 가운뎃점(·)으로 바꿔 주세요."
    if field.type is not FieldType.NUMBER and (field.min is not None or field.max is not None):
        return "min과 max는 number에만 씁니다.", "type: number로 바꾸거나 min과 max를 지워 주세요."
    if field.min is not None and field.max is not None and field.min > field.max:
        return "min이 max보다 큽니다.", "두 값을 확인해 주세요."
    problem = value_problem(field, field.default)
    if problem:
        near = did_you_mean(field.default, field.choices) if picks else problem
        return f"기본값 {quote(field.default)}을(를) 쓸 수 없습니다.", near
    return "", ""


def _check_blanks(parts: headers.Header, fields: Sequence[Field], complaints: Complaints) -> None:
    """Complain of blanks without a field, fields without a blank, and broken brackets."""
    names = [field.name for field in fields]
    for i, field in enumerate(fields):
        if field.name in names[:i]:
            at = line_of(("fields", i, "name"), parts.lines)
            complaints.add(
                f"빈칸 {quote(field.name)}이(가) 두 번 있습니다.", line=at, remedy="이름을 바꿔 주세요."
            )
    if not parts.text.strip():
        complaints.add(
            "본문이 없습니다.", line=parts.text_line, remedy="머리말 아래에 프롬프트 본문을 적어 주세요."
        )
        return
    used: set[str] = set()
    for offset, row in enumerate(parts.text.split("\n")):
        at = parts.text_line + offset
        for match in BLANK.finditer(row):
            name = match.group(1).strip()
            used.add(name)
            if name not in names:
                remedy = did_you_mean(name, names) or "fields에 이 빈칸을 더해 주세요."
                complaints.add(f"본문의 빈칸 {quote(name)}이(가) fields에 없습니다.", line=at, remedy=remedy)
        if "{{" in BLANK.sub("\0", row):
            complaints.add(
                "빈칸의 괄호가 맞지 않습니다.", line=at, remedy="{{이름}}처럼 한 줄에 적어 주세요."
            )
    for i, name in enumerate(names):
        if name not in used:
            at = line_of(("fields", i, "name"), parts.lines)
            remedy = f"본문에 {{{{{name}}}}}을(를) 넣거나 이 빈칸을 지워 주세요."
            complaints.add(f"빈칸 {quote(name)}을(를) 본문에서 쓰지 않습니다.", line=at, remedy=remedy)


def _check_naive(naive: str, fields: Sequence[Field], lines: Lines, complaints: Complaints) -> None:
    names = [field.name for field in fields]
    for name in (match.group(1).strip() for match in BLANK.finditer(naive)):
        if name not in names:
            complaints.add(
                f"naive의 빈칸 {quote(name)}이(가) fields에 없습니다.",
                line=line_of(("naive",), lines),
                remedy=did_you_mean(name, names) or "fields에 있는 빈칸만 쓸 수 있습니다.",
            )


def _check_sample(
    sample: Mapping[str, str], fields: Sequence[Field], lines: Lines, complaints: Complaints
) -> None:
    by_name = {field.name: field for field in fields}
    for name, value in sample.items():
        at = line_of(("sample", name), lines)
        if name not in by_name:
            complaints.add(
                f"sample의 {quote(name)}은(는) 없는 빈칸입니다.", line=at, remedy=did_you_mean(name, by_name)
            )
        elif problem := value_problem(by_name[name], value):
            complaints.add(f"sample의 {quote(name)} 값을 쓸 수 없습니다.", line=at, remedy=problem)
    if sample:
        empty = [f.name for f in fields if f.required and not sample.get(f.name, f.default).strip()]
        if empty:
            at = line_of(("sample",), lines)
            complaints.add(
                f"sample에 꼭 필요한 값이 없습니다: {', '.join(empty)}", line=at, remedy="값을 더해 주세요."
            )


# --------------------------------------------------------------------------- checks


def read_checks(
    parts: Sequence[CheckPart], lines: Lines, complaints: Complaints, check_problem: CheckProblem | None
) -> tuple[CheckSpec, ...]:
    counts = Counter(part.id for part in parts)
    specs: list[CheckSpec] = []
    for i, part in enumerate(parts):
        at = line_of(("checks", i, "id"), lines)
        if counts[part.id] > 1 and any(spec.id == part.id for spec in specs):
            complaints.add(
                f"점검 id {quote(part.id)}이(가) 두 번 있습니다.", line=at, remedy="id를 바꿔 주세요."
            )
        params = {
            str(key): _param(value, cells=key in _CELLS) for key, value in (part.model_extra or {}).items()
        }
        spec = CheckSpec(str(part.id), str(part.kind), str(part.title), params, part.weight)
        problem = check_problem(spec) if check_problem else None
        if problem:
            complaints.add(
                f"점검 {quote(part.id)}: {problem}",
                line=at,
                remedy="docs/authoring.md의 점검 설명을 확인해 주세요.",
            )
        specs.append(spec)
    return tuple(specs)


def _param(value: Any, *, cells: bool) -> Any:
    """Return a parameter as text; what stands for a workbook's cells takes the type its bare form shows."""
    if isinstance(value, dict):
        return {str(key): _param(item, cells=cells) for key, item in value.items()}
    if isinstance(value, list):
        return [_param(item, cells=cells) for item in value]
    return _cell(value) if cells and isinstance(value, headers.Bare) else str(value)


def _cell(typed: str) -> str | int | float | bool | datetime.date | None:
    """Return what Excel would make of an unquoted value: a number, TRUE, a date, a blank or text."""
    if typed in ("true", "false", ""):
        return None if not typed else typed == "true"
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", typed):
        return float(typed) if "." in typed else int(typed)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
        try:
            return datetime.date.fromisoformat(typed)
        except ValueError:
            return str(typed)
    return str(typed)
