"""Checks: each kind looks at an answer and says 통과, 실패 or 확인 불가, with evidence in Korean.

Hides the families in this package behind one registry. Everything here is deterministic and offline:
the same answer gets the same verdict. A check that breaks says 확인 불가, never 통과.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pydantic import ValidationError

from sandbox.checks.action_items import ActionItemsParams, action_items
from sandbox.checks.decisions import DecisionsParams, decisions
from sandbox.checks.formula import FormulaParams, formula
from sandbox.checks.grounded import GroundedParams, grounded
from sandbox.checks.kind import CheckKind, Outcome, Params
from sandbox.checks.official_forms import OfficialFormsParams, official_forms
from sandbox.checks.particles import particle
from sandbox.checks.prompt_parts import PromptPartsParams, prompt_parts
from sandbox.checks.shape import (
    LengthParams,
    MentionsParams,
    SectionsParams,
    TableParams,
    length,
    mentions,
    sections,
    table,
)
from sandbox.checks.slides import SlidesParams, slides
from sandbox.checks.style import OutlineStyleParams, outline_style
from sandbox.records import CheckContext, CheckSpec, Evidence, State, Verdict

__all__ = ["CHECKS", "CheckKind", "Summary", "check", "problem", "summary"]

_log = logging.getLogger(__name__)
_MOST_CHARS = 100_000
_STUCK = re.compile(r"([^-=_])\1{499}")  # a model caught in a loop; patterns would crawl over it

CHECKS: Mapping[str, CheckKind] = MappingProxyType(
    {
        "sections": CheckKind("필요한 부분", SectionsParams, sections),
        "length": CheckKind("분량", LengthParams, length),
        "outline_style": CheckKind("개조식", OutlineStyleParams, outline_style),
        "official_forms": CheckKind("공문서 표기", OfficialFormsParams, official_forms),
        "mentions": CheckKind("넣을 말과 뺄 말", MentionsParams, mentions),
        "grounded": CheckKind("원문 근거", GroundedParams, grounded),
        "action_items": CheckKind("조치사항", ActionItemsParams, action_items),
        "decisions": CheckKind("결정사항", DecisionsParams, decisions),
        "slides": CheckKind("슬라이드", SlidesParams, slides),
        "formula": CheckKind("수식 계산", FormulaParams, formula),
        "table": CheckKind("표", TableParams, table),
        "prompt_parts": CheckKind("프롬프트 구성", PromptPartsParams, prompt_parts, needs_answer=False),
    }
)


class Summary(NamedTuple):
    """Counts, and ``score`` from 0 to 1: the weight that passed of the weight that could be judged."""

    passed: int
    failed: int
    unknown: int
    score: float


def check(spec: CheckSpec, context: CheckContext) -> Verdict:
    """Judge an answer by one spec. Never raises for a bad answer; what breaks is 확인 불가 with a log id."""
    kind = CHECKS.get(spec.kind)
    wrong = problem(spec)
    if kind is None or wrong is not None:
        return _verdict(
            spec, Outcome(State.UNKNOWN, "점검 설정이 잘못되어 확인할 수 없습니다.", (Evidence(wrong or ""),))
        )
    if kind.needs_answer and not context.answer.strip():
        return _verdict(
            spec, Outcome(State.FAIL, "답이 비어 있습니다.", (Evidence("답을 받은 뒤 다시 확인하세요."),))
        )
    looked_at = context.answer if kind.needs_answer else context.prompt
    if len(looked_at) > _MOST_CHARS or _STUCK.search(looked_at):
        text = "글이 너무 길거나 같은 글자가 끝없이 되풀이됩니다. 다시 실행해 보세요."
        return _verdict(spec, Outcome(State.UNKNOWN, "이 글은 점검할 수 없습니다.", (Evidence(text),)))
    try:
        outcome = kind.run(kind.params.model_validate(dict(spec.params)), context)
    except Exception as error:  # whatever breaks inside, the person gets a verdict and the log an id
        log_id = uuid.uuid4().hex[:8]
        _log.error(
            "check %s failed inside: id=%s at=%s type=%s",
            spec.kind,
            log_id,
            _place(error),
            type(error).__name__,
        )
        text = f"점검하는 프로그램에 문제가 생겼습니다. 담당자에게 이 번호를 알려 주세요: {log_id}"
        outcome = Outcome(State.UNKNOWN, "프로그램 문제로 확인하지 못했습니다.", (Evidence(text),))
    return _verdict(spec, outcome)


def _verdict(spec: CheckSpec, outcome: Outcome) -> Verdict:
    return Verdict(
        spec.id,
        spec.kind,
        spec.title,
        outcome.state,
        outcome.summary,
        outcome.evidence,
        spec.weight,
        outcome.table,
    )


def _place(error: BaseException) -> str:
    """Name file and line where it broke, and nothing of what was being read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{trace.tb_lineno}"


def problem(spec: CheckSpec) -> str | None:
    """Say in Korean which parameter of a spec is wrong and what to do; None when all is well."""
    kind = CHECKS.get(spec.kind)
    if kind is None:
        return f"'{spec.kind}'이라는 점검은 없습니다. 쓸 수 있는 점검: {', '.join(CHECKS)}"
    try:
        kind.params.model_validate(dict(spec.params))
    except ValidationError as error:
        return " / ".join(_explained(kind.params, dict(item)) for item in error.errors())
    return None


def _explained(params: type[Params], item: dict[str, object]) -> str:
    place = item["loc"] if isinstance(item["loc"], tuple) else ()
    name = ".".join(str(part) for part in place)
    kind, detail = str(item["type"]), item.get("ctx")
    context: dict[str, object] = detail if isinstance(detail, dict) else {}
    if kind == "extra_forbidden":
        return f"'{name}': 쓰지 않는 항목입니다. 쓸 수 있는 항목: {', '.join(params.model_fields)}"
    if kind == "missing":
        return f"'{name}' 항목이 빠졌습니다. 값을 적으세요."
    if kind == "literal_error":
        return f"'{name}'의 값이 올바르지 않습니다. 쓸 수 있는 값: {context.get('expected', '')}".replace(
            " or ", ", "
        )
    if kind == "value_error":
        return f"{name + ': ' if name else ''}{context.get('error', '')}."
    if kind in ("too_short", "string_too_short"):
        return f"'{name}' 항목이 비어 있습니다. 하나 이상 적으세요."
    if kind.startswith(("greater_than", "less_than")):
        limit = context.get("ge", context.get("gt", context.get("le", context.get("lt"))))
        return f"'{name}'의 값이 범위를 벗어났습니다({'최소' if 'greater' in kind else '최대'} {limit})."
    wanted = {
        "int": "정수",
        "list": "목록([...])",
        "float": "숫자",
        "bool": "true 또는 false",
        "string": "글자",
    }
    hint = next((text for key, text in wanted.items() if kind.startswith(key)), "")
    advice = f" {hint}{particle(hint, '으로/로')} 적으세요." if hint else ""
    return f"'{name}'의 값이 올바르지 않습니다.{advice}"


def summary(verdicts: Sequence[Verdict]) -> Summary:
    """Count states and weigh them; 확인 불가 counts neither for nor against."""
    counts = {state: sum(1 for verdict in verdicts if verdict.state is state) for state in State}
    judged = sum(verdict.weight for verdict in verdicts if verdict.state is not State.UNKNOWN)
    won = sum(verdict.weight for verdict in verdicts if verdict.state is State.PASS)
    return Summary(
        counts[State.PASS], counts[State.FAIL], counts[State.UNKNOWN], won / judged if judged else 0.0
    )
