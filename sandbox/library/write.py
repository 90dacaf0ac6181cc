"""Write a template back as the Markdown file it could have been read from.

Hides YAML's quoting. ``parse_prompt(to_text(prompt))`` gives the same prompt again; keys that
hold their default are left out, so that the file stays as short as an author would write it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import yaml

from sandbox.records import CheckSpec, Field, Prompt


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper: long text as blocks, lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_text(prompt: Prompt) -> str:
    """Return the prompt as a Markdown file with a YAML header."""
    head: dict[str, Any] = {
        "id": prompt.id,
        "title": prompt.title,
        "module": prompt.module,
        "level": prompt.level.value,
        "summary": prompt.summary,
    }
    optional: dict[str, Any] = {
        "system": prompt.system,
        "fields": [_field(field) for field in prompt.fields],
        "why": dict(prompt.why),
        "sample": dict(prompt.sample),
        "checks": [_check(spec) for spec in prompt.checks],
        "tags": list(prompt.tags),
        "naive": prompt.naive,
    }
    head |= {key: value for key, value in optional.items() if value}
    head["max_answer_tokens"] = prompt.max_answer_tokens
    if prompt.temperature is not None:
        head["temperature"] = prompt.temperature
    return write_text(head, prompt.body)


def write_text(head: Mapping[str, Any], body: str) -> str:
    """Return a content file with this header and body, right or wrong: the parser judges."""
    dumped = yaml.dump(dict(head), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return f"---\n{dumped}---\n\n{body}\n"


def _field(field: Field) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": field.name, "label": field.label, "type": field.type.value}
    for item in dataclasses.fields(Field):
        value = getattr(field, item.name)
        if item.name not in kept and value != item.default:
            kept[item.name] = list(value) if isinstance(value, tuple) else value
    return kept


def _check(spec: CheckSpec) -> dict[str, Any]:
    head: dict[str, Any] = {"id": spec.id, "kind": spec.kind, "title": spec.title}
    if spec.weight != 1.0:
        head["weight"] = spec.weight
    return head | {key: _unfrozen(value) for key, value in spec.params.items()}


def _unfrozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unfrozen(item) for key, item in value.items()}
    return [_unfrozen(item) for item in value] if isinstance(value, list | tuple) else value
