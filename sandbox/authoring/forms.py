"""The editor's form of a template or an exercise, as plain JSON, and the file text it stands for.

Hides YAML from whoever edits: a form may hold half-done work that no record could; whether it is
right is for the library's own parser to say. ``uid`` marks a line of a list so that it keeps its
widgets when it moves; it is never written into a file.
"""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.checks import CHECKS
from sandbox.library import write_text
from sandbox.records import (
    CheckSpec,
    ExampleAnswer,
    Exercise,
    Field,
    FieldType,
    Level,
    Prompt,
)

Form = dict[str, Any]

NEW_BODY = """아래 [자료]를 바탕으로 (무엇)을 써 주세요.

[형식]
- 

[제약]
- 자료에 없는 내용은 쓰지 않기

[자료]
{{자료}}"""
_FIELD_TEXTS = ("help", "default", "example")
_CELLS = frozenset({"vary", "extra_rows"})


def uid() -> str:
    return secrets.token_hex(4)


def new_prompt(content_id: str) -> Form:
    """Return the form of a template that has just been begun."""
    first = new_field("자료", FieldType.LONG_TEXT)
    prompt = Prompt(content_id, "", "report", Level.BASIC, "", (), NEW_BODY)
    return prompt_form(prompt) | {"fields": [first]}


def new_field(name: str, kind: FieldType = FieldType.TEXT) -> Form:
    return _field_form(Field(name, "", kind))


def new_exercise(content_id: str) -> Form:
    """Return the form of an exercise that has just been begun."""
    model = ExampleAnswer("모범 답안", "")
    made = Exercise(
        content_id, "", "report", Level.BASIC, 15, "", "", None, (), {}, ("자료를 읽습니다.",), (), (), model, ()
    )  # fmt: skip
    return exercise_form(made)


def new_wrong() -> Form:
    return {"uid": uid(), **_answer_form(ExampleAnswer("", ""))}


def new_check(kind: str, title: str, taken: Sequence[str]) -> Form:
    """Return a check with an id that none of ``taken`` has."""
    number = next(n for n in range(1, 1_000) if f"{kind}-{n}" not in taken)
    return {"uid": uid(), "id": f"{kind}-{number}", "kind": kind, "title": title, "weight": 1.0, "params": {}}


# --------------------------------------------------------------------------- from records


def prompt_form(prompt: Prompt) -> Form:
    """Return the form of a template."""
    return {
        "id": prompt.id,
        "title": prompt.title,
        "module": prompt.module,
        "level": prompt.level.value,
        "summary": prompt.summary,
        "system": prompt.system,
        "body": prompt.body,
        "fields": [_field_form(f) for f in prompt.fields],
        "why": dict(prompt.why),
        "sample": dict(prompt.sample),
        "checks": [_check_form(s) for s in prompt.checks],
        "tags": list(prompt.tags),
        "naive": prompt.naive,
        "max_answer_tokens": prompt.max_answer_tokens,
        "temperature": prompt.temperature,
    }


def exercise_form(exercise: Exercise, files: Mapping[str, str] = {}) -> Form:
    """Return the form of an exercise; ``files`` maps the names of its materials to their hashes."""
    return {
        "id": exercise.id,
        "title": exercise.title,
        "module": exercise.module,
        "level": exercise.level.value,
        "minutes": exercise.minutes,
        "order": exercise.order,
        "goal": exercise.goal,
        "scenario": exercise.scenario,
        "prompt": exercise.prompt_id or "",
        "starter": exercise.starter,
        "materials": [
            {"uid": uid(), "file": m.name, "title": m.title, "sha256": files.get(m.name, "")}
            for m in exercise.materials
        ],
        "prefill": dict(exercise.prefill),
        "steps": list(exercise.steps),
        "hints": list(exercise.hints),
        "lesson": exercise.lesson,
        "checks": [_check_form(s) for s in exercise.checks],
        "tags": list(exercise.tags),
        "naive": exercise.naive,
        "lab": exercise.lab,
        "lab_texts": [{"title": t.title, "text": t.text} for t in exercise.lab_texts],
        "spot": [
            {"text": s.text, "wrong": s.wrong, "reason": s.reason, "source": _words(s.source_line)}
            for s in exercise.spot
        ],
        "model": _answer_form(exercise.model_answer),
        "wrong": [{"uid": uid(), **_answer_form(a)} for a in exercise.wrong_answers],
    }


def _field_form(field: Field) -> Form:
    return {
        "uid": uid(),
        "name": field.name,
        "label": "" if field.label == field.name else field.label,
        "type": field.type.value,
        "help": field.help,
        "required": field.required,
        "default": field.default,
        "example": field.example,
        "choices": list(field.choices),
        "min": field.min,
        "max": field.max,
        "max_chars": field.max_chars,
    }


def _check_form(spec: CheckSpec) -> Form:
    return {
        "uid": uid(),
        "id": spec.id,
        "kind": spec.kind,
        "title": spec.title,
        "weight": spec.weight,
        "params": _params(spec),
    }


def _answer_form(answer: ExampleAnswer) -> Form:
    return {
        "name": answer.name,
        "why": answer.why,
        "prompt": answer.prompt,
        "fails": list(answer.fails),
        "text": answer.text,
    }


def _words(source_line: str) -> str:
    """Return the words a statement's line was found by: the line itself."""
    return source_line.partition(" ")[2]


def _params(spec: CheckSpec) -> dict[str, Any]:
    """Return a check's parameters as JSON values of their own types, without what is the default anyway."""
    kind = CHECKS[spec.kind]
    read = kind.params.model_validate(dict(spec.params))
    return read.model_dump(mode="json", exclude_defaults=True)


# --------------------------------------------------------------------------- to files


def prompt_text(form: Form) -> str:
    """Return the template's file."""
    head = _head(form, ("id", "title", "module", "level", "summary"))
    head |= _filled(form, ("system",))
    head["fields"] = [_field_head(f) for f in form["fields"]]
    head |= {
        "why": {part: words for part, words in form["why"].items() if words},
        "sample": {name: words for name, words in form["sample"].items() if words},
        "checks": [_check_head(c) for c in form["checks"]],
    }
    head |= _filled(form, ("tags", "naive", "max_answer_tokens", "temperature"))
    return write_text({key: value for key, value in head.items() if value not in ([], {})}, form["body"])


def exercise_texts(form: Form) -> dict[str, str]:
    """Return the text files of the exercise's folder by path; the materials lie beside them."""
    head = _head(form, ("id", "title", "module", "level", "minutes", "order", "goal"))
    head |= _filled(form, ("prompt", "starter"))
    head["materials"] = [{"file": m["file"], "title": m["title"]} for m in form["materials"]]
    head["prefill"] = dict(form["prefill"])
    head |= {key: [row for row in form[key] if str(row).strip()] for key in ("steps", "hints")}
    head |= _filled(form, ("lesson",))
    head["checks"] = [_check_head(c) for c in form["checks"]]
    head |= _filled(form, ("tags", "naive", "lab", "lab_texts"))
    head["spot"] = [{k: v for k, v in s.items() if v not in ("", False)} for s in form["spot"]]
    kept = {key: value for key, value in head.items() if value not in ([], {}, "")}
    files = {
        "exercise.md": write_text(kept, form["scenario"]),
        "answers/model.md": _answer_text(form["model"]),
    }
    return files | {f"answers/wrong-{n:02}.md": _answer_text(a) for n, a in enumerate(form["wrong"], 1)}


def _head(form: Form, names: Sequence[str]) -> dict[str, Any]:
    return {name: form[name] for name in names if form[name] not in ("", None)}


def _filled(form: Form, names: Sequence[str]) -> dict[str, Any]:
    return {name: form[name] for name in names if form.get(name) not in ("", None, [], {})}


def _field_head(field: Form) -> dict[str, Any]:
    head: dict[str, Any] = {"name": field["name"]}
    if field["label"]:
        head["label"] = field["label"]
    head["type"] = field["type"]
    head |= {key: field[key] for key in _FIELD_TEXTS if field[key]}
    if not field["required"]:
        head["required"] = False
    if field["choices"] and field["type"] in (FieldType.CHOICE, FieldType.MULTI_CHOICE):
        head["choices"] = [c for c in field["choices"] if c.strip()]
    if field["type"] == FieldType.NUMBER:
        head |= {key: _short(field[key]) for key in ("min", "max") if field[key] is not None}
    if field["max_chars"] != Field("", "").max_chars:
        head["max_chars"] = field["max_chars"]
    return head


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _check_head(check: Form) -> dict[str, Any]:
    head: dict[str, Any] = {key: check[key] for key in ("id", "kind", "title") if check[key]}
    if check["weight"] != 1.0:
        head["weight"] = check["weight"]
    return head | {name: _cells(value) if name in _CELLS else value for name, value in given(check).items()}


def given(check: Form) -> dict[str, Any]:
    """Return the parameters that say something: neither empty nor what the kind takes by itself."""
    kind = CHECKS.get(check["kind"])
    usual = {}
    if kind is not None:
        usual = {
            name: info.get_default(call_default_factory=True)
            for name, info in kind.params.model_fields.items()
        }
    return {
        name: value
        for name, value in check["params"].items()
        if value not in (None, "", [], {}) and usual.get(name) != value
    }


def _cells(value: Any) -> Any:
    """Return what stands for a workbook's cells as Excel would take it: a text like a date is a date."""
    if isinstance(value, Mapping):
        return {key: _cells(item) for key, item in value.items() if item not in (None, [])}
    if isinstance(value, list):
        return [_cells(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _answer_text(answer: Form) -> str:
    head = {key: answer[key] for key in ("name", "why", "prompt", "fails") if answer[key]}
    return write_text(head, answer["text"])
