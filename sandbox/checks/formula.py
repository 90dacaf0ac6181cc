"""Formula proof: the answer's formula is put into the workbook, calculated, and compared row by row.

Hides which of several formulas is meant and when the engine, not the person, is at fault: what the
engine cannot do is 확인 불가, never 실패.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from sandbox.checks.formula_choice import Choice, choose
from sandbox.checks.formula_diagnosis import diagnose, explain_error, unknown_function
from sandbox.checks.formula_spelling import Misspelling, misspellings, respelled, typed_number
from sandbox.checks.kind import Outcome, Params, failed, unknown
from sandbox.checks.lines import line_of, quote
from sandbox.checks.particles import particle
from sandbox.formulas import (
    VISIBLE,
    Candidate,
    Proof,
    ProofJob,
    Vary,
    find_candidates,
    miscalculated,
    names_in,
    prove_all,
    unsupported,
)
from sandbox.records import CheckContext, Evidence, FormulaError, State

_CELL = r"^\$?[A-Za-z]{1,3}\$?[0-9]{1,7}$"
_MOST_TABLE_ROWS = 12
_RIGHT_ROWS = 3  # beside wrong ones
_MOST_RIGHT_ROWS = 6  # when all are right
_MOST_TRIED = 4
SPILLS = "첫 칸에만 넣으면 아래로 펼쳐지는 수식입니다."


class VaryParams(Params):
    """How one range changes from data set to data set."""

    range: str = Field(pattern=r"^(?:[^!]+!)?\$?[A-Za-z]{1,3}\$?[0-9]+(?::\$?[A-Za-z]{1,3}\$?[0-9]+)?$")
    type: Literal["integer", "decimal", "shuffle", "choice", "date"]
    min: int | float | dt.date | None = None
    max: int | float | dt.date | None = None
    values: list[int | float | dt.date | str] = Field(default_factory=list)


class FormulaParams(Params):
    workbook: str = Field(min_length=1)
    sheet: str = Field(min_length=1)
    cell: str = Field(pattern=_CELL)
    fill_to: str = Field(default="", pattern=rf"(?:{_CELL})|^$")
    reference: str = Field(min_length=2)
    extra_rows: (
        list[list[int | float | dt.date | str | None]]
        | dict[str, list[list[int | float | dt.date | str | None]]]
    ) = Field(default_factory=list)
    vary: list[VaryParams] = Field(default_factory=list)
    data_sets: int = Field(default=3, ge=0, le=20)
    must_use: list[str] = Field(default_factory=list)
    must_not_use: list[str] = Field(default_factory=list)
    text_numbers_ok: bool = False

    @field_validator("extra_rows", mode="before")
    @classmethod
    def _blanks(cls, value: object) -> object:
        """A cell written ``null`` in YAML arrives as that word: it means a blank."""
        return _with_blanks(value)

    @field_validator("reference")
    @classmethod
    def _is_a_formula(cls, value: str) -> str:
        if not value.lstrip().startswith("="):
            raise ValueError("기준 수식은 '='로 시작해야 합니다")
        return value


def _with_blanks(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _with_blanks(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_blanks(item) for item in value]
    return None if isinstance(value, str) and value in ("null", "Null", "NULL", "~") else value


def formula(params: FormulaParams, context: CheckContext) -> Outcome:
    """Find the formula, prove it, and say for the first wrong one what is wrong with it."""
    candidates = find_candidates(context.answer)
    if not candidates:
        return _without_formula(context.answer)
    choice = choose(candidates, context.answer, params.cell)
    if choice is None:
        told = "쓰지 말라고 한 수식만 있고, 쓸 수식이 없습니다."
        return failed(told, tuple(_at(item, context.answer, told) for item in candidates[:1]))
    path = context.files.get(params.workbook)
    if path is None:
        return unknown(
            "실습 엑셀 파일이 없어 계산할 수 없습니다.",
            (Evidence(f"'{params.workbook}' 파일을 찾지 못했습니다."),),
        )
    others = [i for i in range(len(candidates)) if i != choice.index and i not in choice.rejected]
    tried = [choice.index, *others[: _MOST_TRIED - 1]]
    job = _job(params, path, candidates[choice.index].formula)
    try:
        proofs = prove_all(job, [candidates[i].formula for i in tried])
    except FormulaError as error:
        return unknown(error.message, (Evidence(error.remedy or error.message),))
    answer, item = context.answer, candidates[choice.index]
    judged = (_judged(choice, candidates),) if len(candidates) > 1 else ()
    if proofs[0].proved:
        return _right(params, answer, item, proofs[0], judged)
    right = next((candidates[i] for i, proof in zip(tried, proofs, strict=True) if proof.proved), None)
    return _wrong(params, job, answer, item, proofs[0], judged + _elsewhere(right, answer))


def _judged(choice: Choice, candidates: tuple[Candidate, ...]) -> Evidence:
    number = sum(item.start <= candidates[choice.index].start for item in candidates)
    return Evidence(
        f"수식 {len(candidates)}개 가운데 {number}번째 것({choice.how} 수식)을 확인했습니다.",
        correction="쓸 수식 하나만 코드 블록으로 보여 달라고 하면 헷갈리지 않습니다.",
    )


def _elsewhere(right: Candidate | None, answer: str) -> tuple[Evidence, ...]:
    """A right formula beside the wrong proposal: the person must see which one to take."""
    if right is None:
        return ()
    told = f"답에 있는 다른 수식은 맞습니다: {quote(right.formula, 200)}"
    return (_at(right, answer, told, "어느 것을 쓰라는 답인지 다시 물어보세요."),)


def _without_formula(answer: str) -> Outcome:
    """Tell a number typed in, which looks right until the data changes, from an answer with nothing in it."""
    typed = typed_number(answer)
    if typed is None:
        asked = "'수식만 코드 블록으로 보여 줘'라고 요청하세요."
        nothing = Evidence("'='로 시작하는 수식이 없습니다.", correction=asked)
        return failed("답에서 수식을 찾지 못했습니다.", (nothing,))
    text, start, end = typed
    told = f"'{quote(text)}'{particle(text, '은/는')} 계산식이 아니라 고정된 숫자입니다. 자료가 바뀌어도 그대로라서 틀리게 됩니다."
    return failed(
        "수식이 아니라 고정된 숫자를 적었습니다.",
        (
            Evidence(
                told,
                line_of(answer, start),
                start,
                end,
                correction="칸을 가리키는 수식으로 바꾸세요. 예: =SUM(B2:B10)",
            ),
        ),
    )


def _job(params: FormulaParams, path: object, text: str) -> ProofJob:
    from pathlib import Path

    rows = params.extra_rows if isinstance(params.extra_rows, dict) else {params.sheet: params.extra_rows}
    vary = tuple(Vary(item.range, item.type, item.min, item.max, tuple(item.values)) for item in params.vary)
    extra = {name: tuple(tuple(row) for row in group) for name, group in rows.items() if group}
    return ProofJob(
        Path(str(path)),
        params.sheet,
        params.cell,
        text,
        params.reference,
        params.fill_to,
        extra,
        vary,
        params.data_sets,
        params.text_numbers_ok,
    )


def _right(
    params: FormulaParams, answer: str, item: Candidate, proof: Proof, judged: tuple[Evidence, ...]
) -> Outcome:
    style = _style_problems(params, item, answer)
    told = [_at(item, answer, f"확인한 수식: {quote(item.formula, 200)}"), *judged]
    if proof.spilled:
        told.append(Evidence(SPILLS))
    summary = _proved_on(proof)
    state = State.FAIL if style else State.PASS
    text = "값은 맞지만 쓰기로 한 함수와 다릅니다." if style else summary
    return Outcome(state, text, (*style, *told, *_left_out(proof)), _table(proof))


def _proved_on(proof: Proof) -> str:
    """Say on how much it held; the changed data sets are only counted."""
    sets = {row.data for row in proof.rows}
    others = len(sets - {VISIBLE})
    held = f"보이는 자료와 숨긴·바꾼 자료 {others}벌, " if others else "보이는 자료의 "
    return f"{held}모두 {len(proof.rows):,}칸을 계산해 보니 맞았습니다."


def _style_problems(params: FormulaParams, item: Candidate, answer: str) -> list[Evidence]:
    outside = re.sub(r'"(?:[^"]|"")*"', '""', item.formula).upper()
    used = set(re.findall(r"([A-Z][A-Z0-9.]*)\(", outside))
    problems = []
    for wanted in params.must_use:
        if not used & {name.strip().upper() for name in wanted.split("|")}:
            problems.append(
                _at(
                    item,
                    answer,
                    f"{wanted.replace('|', ' 또는 ')} 함수를 쓰지 않았습니다.",
                    f"{wanted.split('|')[0]} 함수를 써서 다시 만들어 달라고 하세요.",
                )
            )
    for name in params.must_not_use:
        if name.strip().upper() in used:
            problems.append(
                _at(item, answer, f"쓰지 않기로 한 {name} 함수를 썼습니다.", "다른 방법으로 바꾸세요.")
            )
    return problems


def _wrong(
    params: FormulaParams,
    job: ProofJob,
    answer: str,
    item: Candidate,
    proof: Proof,
    judged: tuple[Evidence, ...],
) -> Outcome:
    """Blame the content or the engine first; only what is left is the formula's fault."""
    tried = _at(item, answer, f"확인한 수식: {quote(item.formula, 200)}")
    if proof.reference_broken:
        return unknown(
            proof.trouble,
            (Evidence("실습에 넣어 둔 정답 수식에 문제가 있습니다. 담당자에게 알려 주세요."), tried),
        )
    if proof.unreadable:
        correction = "괄호와 따옴표의 짝을 맞추어 다시 써 달라고 하세요."
        return failed(
            "수식의 문법이 맞지 않아 엑셀에 넣을 수 없습니다.",
            (_at(item, answer, proof.trouble, correction), tried, *judged),
        )
    excuse = _excuse(item.formula, proof)
    if excuse:
        return Outcome(
            State.UNKNOWN,
            "이 수식은 여기서 계산할 수 없습니다.",
            (_at(item, answer, excuse, "엑셀에 직접 넣어 확인하세요."), tried, *judged),
        )
    wrong = [row for row in proof.rows if not row.matches]
    odd = misspellings(item.formula, params.reference, names_in(job.workbook))
    found = _diagnosed(job, proof, odd)
    evidence = [_at(item, answer, text, correction) for text, correction in found]
    errors = {row.actual.error for row in wrong if row.actual.error and not odd}
    evidence += [_at(item, answer, explain_error(name)) for name in sorted(errors)]
    told = f"{len(proof.rows):,}칸을 계산해 보니 {len(wrong):,}칸이 틀렸습니다."
    return Outcome(
        State.FAIL,
        told,
        (*evidence, tried, *judged, *_style_problems(params, item, answer), *_left_out(proof)),
        _table(proof),
    )


def _diagnosed(job: ProofJob, proof: Proof, odd: tuple[Misspelling, ...]) -> list[tuple[str, str]]:
    """Name foreign letters first; with them put right, say what else is wrong, if anything."""
    if not odd:
        return list(diagnose(job, proof))
    found = [(item.told, item.correction) for item in odd]
    better = respelled(proof.formula, odd)
    if better == proof.formula:
        return found
    try:
        again = prove_all(job, [better])[0]
    except FormulaError:
        return found
    if again.proved:
        return [*found, ("글자만 바로 쓰면 맞는 수식입니다.", better)]
    return [*found, *diagnose(job, again)]


def _excuse(text: str, proof: Proof) -> str:
    """Say why the engine cannot judge this formula; empty when it can."""
    missing = unsupported(text)
    if missing:
        return (
            f"계산 프로그램이 모르는 {missing}{particle(missing, '이/가')} 있습니다. 틀렸다는 뜻이 아닙니다."
        )
    if proof.trouble:
        return proof.trouble
    if any(row.actual.error == "#N/IMPL!" for row in proof.rows):
        return "계산 프로그램에 아직 없는 계산이 들어 있습니다. 틀렸다는 뜻이 아닙니다."
    mistyped = all(row.actual.error == "#ERROR!" for row in proof.rows)  # no engine would read it
    pattern = "" if mistyped else miscalculated(text)
    if pattern:
        return f"계산 프로그램이 잘못 계산하는 경우입니다: {pattern}. 틀렸다는 뜻이 아닙니다."
    name = unknown_function(proof)
    return f"계산 프로그램에 아직 없는 함수입니다: {name}. 틀렸다는 뜻이 아닙니다." if name else ""


def _table(proof: Proof) -> tuple[tuple[str, ...], ...]:
    """Show wrong rows first, then a few right ones, few enough to be read."""
    wrong = [row for row in proof.rows if not row.matches]
    right = [row for row in proof.rows if row.matches]
    shown = wrong[: _MOST_TABLE_ROWS - min(len(right), _RIGHT_ROWS)]
    shown += right[: _RIGHT_ROWS if wrong else _MOST_RIGHT_ROWS]
    body = tuple(
        (
            row.data,
            row.cell,
            row.expected.formatted or "(빈칸)",
            row.actual.formatted or "(빈칸)",
            "맞음" if row.matches else "다름",
        )
        for row in shown
    )
    return (("자료", "칸", "바른 값", "결과", "판정"), *body)


def _left_out(proof: Proof) -> tuple[Evidence, ...]:
    """Say how many cells the table does not show."""
    left = len(proof.rows) - (len(_table(proof)) - 1)
    if left <= 0:
        return ()
    wrong = sum(not row.matches for row in proof.rows)
    seen = sum(row[-1] == "다름" for row in _table(proof))
    told = f" 그 가운데 {wrong - seen:,}칸도 다릅니다." if wrong > seen else ""
    return (Evidence(f"표에는 일부만 보입니다. 보이지 않는 칸이 {left:,}칸 더 있습니다.{told}"),)


def _at(item: Candidate, answer: str, text: str, correction: str = "") -> Evidence:
    return Evidence(text, line_of(answer, item.start), item.start, item.end, correction=correction)
