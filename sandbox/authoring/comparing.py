"""Two versions side by side in words an instructor uses, and two people's changes put together.

Hides that a form is nested: it is laid flat into lines with a Korean name each, and those are compared.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.authoring.check_forms import kind_label, param_label
from sandbox.authoring.forms import Form, given
from sandbox.records import MODULES

_LABELS: Mapping[str, str] = {
    "title": "제목", "module": "과목", "level": "단계", "summary": "한 줄 설명", "system": "AI에게 먼저 주는 역할",
    "body": "본문", "tags": "꼬리표", "naive": "평가에서 견줄 서툰 부탁", "max_answer_tokens": "답의 최대 길이(토큰)",
    "temperature": "답의 다양함", "minutes": "걸리는 시간(분)", "order": "차례", "goal": "목표", "scenario": "상황",
    "prompt": "쓸 템플릿", "starter": "처음 들어 있는 글", "steps": "순서", "hints": "힌트", "lesson": "배운 것",
    "lab": "실험대", "lab_texts": "실험대의 글", "spot": "거짓 찾기의 문장",
}  # fmt: skip
_FIELD_LABELS: Mapping[str, str] = {
    "label": "화면 이름", "type": "종류", "help": "도움말", "required": "꼭 채우기", "default": "처음 값",
    "example": "보기", "choices": "고를 것", "min": "가장 작은 값", "max": "가장 큰 값", "max_chars": "가장 긴 글자 수",
}  # fmt: skip
_ANSWER_LABELS: Mapping[str, str] = {
    "name": "이름", "why": "까닭", "prompt": "프롬프트", "fails": "실패할 점검", "text": "글",
}  # fmt: skip
_GROUPS: Mapping[str, str] = {
    "fields": "빈칸", "checks": "점검", "why": "다섯 부분 설명", "sample": "예시 값", "materials": "자료",
    "prefill": "미리 채울 값", "model": "모범 답안", "wrong": "틀린 답안",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``rows`` are its lines: sign (``+``, ``-`` or a space) and text."""

    label: str
    rows: tuple[tuple[str, str], ...]


def compare(before: Form, after: Form) -> tuple[Change, ...]:
    """Return what differs between two forms of the same thing, in the order of the form."""
    old, new = dict(_flat(before)), dict(_flat(after))
    labels = [*new, *(label for label in old if label not in new)]
    return tuple(
        Change(label, tuple(_rows(old.get(label, ""), new.get(label, ""))))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    )


def label_of(key: str) -> str:
    """Return the Korean name of a part of a form."""
    return _LABELS.get(key) or _GROUPS.get(key, key)


@dataclass(frozen=True, slots=True)
class Merged:
    """``taken`` are the parts that came from the other; ``both`` those that both changed (mine stand)."""

    form: Form
    taken: tuple[str, ...]
    both: tuple[str, ...]


def merge(base: Form, mine: Form, theirs: Form) -> Merged:
    """Put two people's changes together, part by part; where both changed one, mine stands and is named."""
    form, taken, both = dict(mine), [], []
    for key in theirs:
        if _bare(theirs[key]) == _bare(base.get(key)) or _bare(theirs[key]) == _bare(mine.get(key)):
            continue
        if _bare(mine.get(key)) == _bare(base.get(key)):
            form[key] = theirs[key]
            taken.append(label_of(key))
        else:
            both.append(label_of(key))
    return Merged(form, tuple(taken), tuple(both))


def _bare(value: Any) -> Any:
    """Return a value without the marks that only tie it to the screen."""
    if isinstance(value, Mapping) and "params" in value:  # the editor fills in what is the default anyway
        value = {**value, "params": given(dict(value))}
    if isinstance(value, Mapping):
        return {k: _bare(v) for k, v in value.items() if k != "uid"}
    return [_bare(v) for v in value] if isinstance(value, list | tuple) else value


def same(one: Form, other: Form) -> bool:
    """Say whether two forms stand for the same."""
    return bool(_bare(one) == _bare(other))


# --------------------------------------------------------------------------- inside


def _flat(form: Form) -> Iterator[tuple[str, str]]:
    for key, value in form.items():
        if key in _LABELS:
            yield _LABELS[key], _told(key, value)
        elif key == "fields":
            yield "빈칸의 차례", ", ".join(f["name"] for f in value)
            for one in value:
                for name, label in _FIELD_LABELS.items():
                    yield f"빈칸 ‘{one['name']}’ · {label}", _told(name, one[name])
        elif key == "checks":
            yield "점검의 차례", ", ".join(c["title"] for c in value)
            for one in value:
                yield from _flat_check(one)
        elif key == "materials":
            for one in value:
                yield f"자료 ‘{one['file']}’", f"{one['title']} (내용 {one['sha256'][:8] or '없음'})"
        elif key == "model":
            yield from _flat_answer("모범 답안", value)
        elif key == "wrong":
            for n, one in enumerate(value, 1):
                yield from _flat_answer(f"틀린 답안 {n}", one)
        elif key in _GROUPS:
            for name, words in value.items():
                yield f"{_GROUPS[key]} · {name}", str(words)


def _flat_check(check: Form) -> Iterator[tuple[str, str]]:
    head = f"점검 ‘{check['title'] or check['id']}’"
    yield f"{head} · 종류", kind_label(check["kind"])
    yield f"{head} · 이름표", check["id"]
    yield f"{head} · 중요도", _told("weight", check["weight"])
    for name, value in given(check).items():
        yield f"{head} · {param_label(check['kind'], name)}", _told(name, value)


def _flat_answer(head: str, answer: Form) -> Iterator[tuple[str, str]]:
    for name, label in _ANSWER_LABELS.items():
        yield f"{head} · {label}", _told(name, answer[name])


def _told(key: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if key == "module":
        return next((m.title for m in MODULES if m.id == value), str(value))
    if isinstance(value, bool):
        return "예" if value else "아니요"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        flat = all(not isinstance(v, list | dict) for v in value)
        return "\n".join(str(v) if flat else json.dumps(v, ensure_ascii=False) for v in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _rows(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the differing lines with one line of what is around them."""
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    for row in difflib.unified_diff(old, new, lineterm="", n=1):
        if row.startswith(("---", "+++")) and not row[3:].strip():
            continue
        if row.startswith("@@"):
            continue
        yield row[0], row[1:]
