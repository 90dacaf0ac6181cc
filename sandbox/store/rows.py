"""Records into rows and rows into records, without loss.

Hides which parts of a record are columns and which are JSON.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

from sandbox.records import Evidence, Message, Role, Run, RunState, State, Usage, Verdict

_PLAIN = (
    "id",
    "person_id",
    "exercise_id",
    "prompt_id",
    "thread_id",
    "parent_id",
    "endpoint_id",
    "endpoint_name",
    "model",
    "answer",
    "created_at",
    "title",
    "error_code",
    "error_message",
    "finish_reason",
    "first_text_at",
    "ended_at",
    "favourite",
    "deleted_at",
    "exercise_version",
    "prompt_version",
)


def folded(text: str) -> str:
    """Bring text into the one form in which searches compare it."""
    return unicodedata.normalize("NFC", text).casefold()


def search_text(title: str, messages: Iterable[Mapping[str, str]], answer: str) -> str:
    """Join what a search looks at; ``messages`` as kept in the row."""
    return folded("\n".join([title, *(message["text"] for message in messages), answer]))


def run_values(run: Run) -> dict[str, Any]:
    """Spread a run over the columns of its row."""
    messages = [{"role": str(message.role), "text": message.text} for message in run.messages]
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        **usage_values(run.usage),
        "state": str(run.state),
        "messages": messages,
        "sources": dict(run.sources),
        "search_text": search_text(run.title, messages, run.answer),
    }


def usage_values(usage: Usage | None) -> dict[str, Any]:
    """Spread token usage over its three columns; all empty when unknown."""
    return {
        "prompt_tokens": usage and usage.prompt_tokens,
        "answer_tokens": usage and usage.answer_tokens,
        "usage_estimated": usage and usage.estimated,
    }


def run_from(row: Row[Any], verdicts: tuple[Verdict, ...] = ()) -> Run:
    """Gather a run from its row and its verdicts."""
    known = row._mapping
    usage = None
    if row.prompt_tokens is not None:
        usage = Usage(row.prompt_tokens, row.answer_tokens, row.usage_estimated)
    return Run(
        **{name: known[name] for name in _PLAIN},
        state=RunState(row.state),
        messages=tuple(Message(Role(one["role"]), one["text"]) for one in row.messages),
        sources=MappingProxyType(row.sources),
        usage=usage,
        verdicts=verdicts,
    )


def verdict_values(run_id: str, position: int, verdict: Verdict) -> dict[str, Any]:
    """Spread a verdict over the columns of its row."""
    return {
        "run_id": run_id,
        "position": position,
        "check_id": verdict.check_id,
        "kind": verdict.kind,
        "title": verdict.title,
        "state": str(verdict.state),
        "summary": verdict.summary,
        "evidence": [asdict(one) for one in verdict.evidence],
        "weight": verdict.weight,
        "figures": [list(line) for line in verdict.table],
        "by_model": verdict.by_model,
    }


def verdict_from(row: Row[Any]) -> Verdict:
    """Gather a verdict from its row."""
    return Verdict(
        check_id=row.check_id,
        kind=row.kind,
        title=row.title,
        state=State(row.state),
        summary=row.summary,
        evidence=tuple(Evidence(**one) for one in row.evidence),
        weight=row.weight,
        table=tuple(tuple(line) for line in row.figures),
        by_model=row.by_model,
    )
