"""Why a formula is wrong: repairs are tried one by one, and the one that proves right names the mistake.

Hides the repairs. A diagnosis is never a guess from the text alone: the repaired formula has been calculated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.checks.formula_repairs import (
    arithmetic_repairs,
    caught_errors,
    missing_conditions,
    rounding_repairs,
)
from sandbox.checks.particles import particle
from sandbox.formulas import Proof, ProofJob, calls, prove_all
from sandbox.formulas.proof import VISIBLE, as_number
from sandbox.records import FormulaError

_SHEET = r"(?:'[^']+'!|[A-Za-z가-힣0-9_]+!)?"
_CORNER = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_RANGE = re.compile(rf"(?P<sheet>{_SHEET})(?P<from>{_CORNER}):(?P<to>{_CORNER})(?![\d(])")
_ANY_REF = re.compile(
    rf"(?P<sheet>{_SHEET})(?<![A-Za-z0-9_.])(?P<a>{_CORNER})(?::(?P<b>{_CORNER}))?(?![\d(A-Za-z])"
)
_PARTS = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})")
_MOST_REPAIRS = 60
_ERRORS = {
    "#N/A": "#N/A: 찾는 값이 없다는 뜻입니다. 찾을 값과 범위, 정확히 일치(0 또는 FALSE)를 확인하세요.",
    "#VALUE!": "#VALUE!: 숫자 자리에 글자가 들어갔다는 뜻입니다. 글자로 저장된 숫자나 빈칸을 확인하세요.",
    "#REF!": "#REF!: 없는 칸이나 없는 시트를 가리킨다는 뜻입니다. 시트 이름과 열 번호를 확인하세요.",
    "#DIV/0!": "#DIV/0!: 0이나 빈칸으로 나누었다는 뜻입니다. IFERROR나 IF로 0인 경우를 처리하세요.",
    "#NAME?": "#NAME?: 함수 이름이나 이름이 틀렸다는 뜻입니다. 철자와 글자를 감싼 큰따옴표를 확인하세요.",
    "#NUM!": "#NUM!: 계산할 수 없는 숫자라는 뜻입니다. 날짜가 빈칸이거나 순서가 바뀌지 않았는지 확인하세요.",
    "#SPILL!": "#SPILL!: 결과가 펼쳐질 자리에 다른 값이 있다는 뜻입니다. 아래 칸을 비우세요.",
    "#CALC!": "#CALC!: 조건에 맞는 자료가 하나도 없다는 뜻입니다.",
    "#CIRC!": "#CIRC!: 수식이 자기 칸을 다시 가리킵니다. 범위에서 수식이 든 칸을 빼세요.",
    "#ERROR!": "수식의 문법이 맞지 않습니다. 괄호, 쉼표, 큰따옴표의 짝을 확인하세요.",
}


def explain_error(name: str) -> str:
    """Say in Korean what an error value means and what to look at."""
    return _ERRORS.get(name, f"{name}: 계산 중에 오류가 났습니다.")


def unknown_function(proof: Proof) -> str:
    """Name a real Excel function that the engine does not have; a mistyped name is not one."""
    if not any(row.actual.error == "#NAME?" for row in proof.rows):
        return ""
    from openpyxl.utils import FORMULAE

    outside = re.sub(r'"(?:[^"]|"")*"', '""', proof.formula)
    read_as = next((row.actual.read_as for row in proof.rows if row.actual.read_as), "")
    unread = set(
        re.findall(r"(?<![A-Za-z0-9_.])([a-z][a-z0-9.]*)\(", read_as)
    )  # the engine writes names it does not know small
    used = re.findall(r"([A-Za-z][A-Za-z0-9.]*)\(", outside)
    return next((name.upper() for name in used if name.lower() in unread and name.upper() in FORMULAE), "")


def diagnose(job: ProofJob, proof: Proof) -> tuple[tuple[str, str], ...]:
    """Return (what is wrong, what it should be) pairs, the surest first."""
    formula = proof.formula
    found: list[tuple[str, str]] = []
    if not _ANY_REF.search(_outside(formula)) and not re.search(r"[A-Z]{1,3}:[A-Z]{1,3}", _outside(formula)):
        found.append(
            (
                "칸을 가리키지 않고 고정된 숫자를 넣었습니다. 자료가 바뀌면 틀립니다.",
                "숫자 대신 칸(예: A2)을 쓰세요.",
            )
        )
    else:
        found += _repaired(job, formula)
    if not found:
        found += _constant(proof)
    return tuple(
        found
        or _symptoms(job, proof)
        or [("수식의 결과가 바른 값과 다릅니다. 아래 표에서 틀린 칸을 보세요.", "")]
    )


def _outside(formula: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', '""', formula)


def _repaired(job: ProofJob, formula: str) -> list[tuple[str, str]]:
    """Try repairs in one process; the first that proves right explains the mistake."""
    repairs = list(dict.fromkeys((text, why) for text, why in _repairs(job, formula) if text != formula))[
        :_MOST_REPAIRS
    ]
    if not repairs:
        return []
    try:
        once = replace(job, data_sets=min(job.data_sets, 1))
        proofs = prove_all(once, list(dict.fromkeys(text for text, _ in repairs)))
    except FormulaError:
        return []
    right = {proof.formula for proof in proofs if proof.proved}
    return next(([(why, text)] for text, why in repairs if text in right), [])


def _repairs(job: ProofJob, formula: str) -> Iterator[tuple[str, str]]:
    """Yield (repaired formula, what was wrong), likely mistakes first, then pairs of them."""
    anchored = _anchored(formula)
    if anchored != formula:
        yield anchored, "아래로 채울 때 범위가 밀립니다. 범위에 $가 빠졌습니다."
    yield from _single_anchors(formula)
    yield _with_quotes(formula), "글자를 큰따옴표로 감싸지 않았습니다."
    for base, prefix in ((formula, ""), (anchored, "$도 빠졌고, ")):
        for text, why in (*_sheet_repairs(base, job.reference), *_range_repairs(base, job.reference)):
            yield text, prefix + why
    yield from _lookup_repairs(formula)
    yield from _lookup_repairs(anchored)
    yield from missing_conditions(formula, job.reference)
    yield from caught_errors(formula, job.reference)
    yield from _operator_repairs(formula)
    yield from rounding_repairs(formula, job.reference)
    yield from arithmetic_repairs(formula, job.reference)
    yield from _value_repairs(formula)
    yield from _date_repairs(formula)


def _anchored(formula: str) -> str:
    """Put $ on every corner of every range."""
    return _change_outside(
        formula,
        lambda text: _RANGE.sub(lambda m: m["sheet"] + _absolute(m["from"]) + ":" + _absolute(m["to"]), text),
    )


def _absolute(corner: str) -> str:
    return _PARTS.sub(r"$\2$\4", corner)


def _with_quotes(formula: str) -> str:
    """Quote Hangul words that name no sheet."""
    bare = re.compile(r"(?<![가-힣A-Za-z0-9_'!])[가-힣][가-힣A-Za-z0-9_]*(?![가-힣A-Za-z0-9_!'])")
    return _change_outside(formula, lambda text: bare.sub(r'"\g<0>"', text))


def _single_anchors(formula: str) -> Iterator[tuple[str, str]]:
    """Fix each single cell in turn, and loosen each fixed one."""
    for match in list(_ANY_REF.finditer(formula))[:8]:
        if match["b"]:
            continue
        cell = match["a"]
        absolute, relative = _absolute(cell), cell.replace("$", "")
        if cell != absolute:
            yield (
                _put(formula, match.span("a"), absolute),
                f"아래로 채울 때 {cell}{particle(cell, '이/가')} 밀립니다. $가 빠졌습니다.",
            )
        if cell != relative:
            yield (
                _put(formula, match.span("a"), relative),
                f"{cell}의 $ 때문에 아래로 채워도 같은 칸만 봅니다. $를 빼세요.",
            )


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _range_repairs(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Give ranges the rows, then the columns, that the right formula uses."""
    rights = [match for match in _RANGE.finditer(reference)]
    mine = list(_RANGE.finditer(formula))
    if not rights or not mine:
        return
    rows = {_rows(match) for match in rights}
    for first, last in sorted(rows):
        changed = _with_rows(formula, first, last)
        if changed != formula:
            yield changed, _rows_problem(mine, first, last)
    for match in mine:
        for right in rights:
            if _columns(match) != _columns(right):
                changed = _put(formula, match.span(), right[0])
                yield (
                    changed,
                    f"다른 열을 골랐습니다. {match[0]} 대신 {right[0]}{particle(right[0], '을/를')} 써야 합니다.",
                )
    if len(mine) == len(rights):
        changed, at = "", 0
        for match, right in zip(mine, rights, strict=True):
            changed, at = changed + formula[at : match.start()] + right[0], match.end()
        alike = [_columns(match) for match in mine] == [_columns(match) for match in rights]
        why = (
            "범위의 첫 칸과 끝 칸, $의 자리가 다릅니다." if alike else "범위의 열이 서로 바뀌었거나 다릅니다."
        )
        yield changed + formula[at:], why


def _rows(match: re.Match[str]) -> tuple[int, int]:
    return int(_PARTS.search(match["from"])[4]), int(_PARTS.search(match["to"])[4])  # type: ignore[index]


def _columns(match: re.Match[str]) -> tuple[str, str, str]:
    one, other = _PARTS.search(match["from"]), _PARTS.search(match["to"])
    return match["sheet"].strip("'!"), one[2], other[2]  # type: ignore[index]


def _with_rows(formula: str, first: int, last: int) -> str:
    return _RANGE.sub(
        lambda m: m["sheet"] + _with_row(m["from"], first) + ":" + _with_row(m["to"], last), formula
    )


def _with_row(corner: str, row: int) -> str:
    return _PARTS.sub(lambda m: f"{m[1]}{m[2]}{m[3]}{row}", corner)


def _rows_problem(mine: list[re.Match[str]], first: int, last: int) -> str:
    wrong = next((match for match in mine if _rows(match) != (first, last)), mine[0])
    start, end = _rows(wrong)
    if end < last and start == first:
        return f"범위 {wrong[0]}{particle(wrong[0], '이/가')} 짧습니다. {last}행까지 넣어야 하는데 {last - end}행이 빠졌습니다."
    if start > first:
        return f"범위 {wrong[0]}{particle(wrong[0], '이/가')} {start}행부터 시작해 앞의 {start - first}행이 빠졌습니다."
    return f"범위 {wrong[0]}의 행이 다릅니다. {first}행부터 {last}행까지여야 합니다."


def _sheet_repairs(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Name the sheet where the formula forgot it or named another."""
    sheets = {match["sheet"] for match in _RANGE.finditer(reference)}
    for sheet in sheets:
        if sheet:
            changed = _on_sheet(formula, sheet)
            if changed != formula:
                yield changed, f"자료가 있는 시트 이름({sheet.strip(chr(39) + '!')})이 빠졌거나 다릅니다."


def _on_sheet(formula: str, sheet: str) -> str:
    return _RANGE.sub(lambda m: sheet + m[0][len(m["sheet"]) :], formula)


def _lookup_repairs(formula: str) -> Iterator[tuple[str, str]]:
    for name, exact in (("VLOOKUP", 4), ("HLOOKUP", 4), ("MATCH", 3)):
        for start, arguments, end in calls(formula, name):
            why = f"{name}에 정확히 일치(0)가 없어 비슷한 값을 가져옵니다."
            if len(arguments) == exact - 1:
                yield formula[:end] + ",0" + formula[end:], why
            elif len(arguments) == exact and arguments[-1].strip().upper() in ("1", "TRUE", "-1", ""):
                yield formula[: end - len(arguments[-1])] + "0" + formula[end:], why
            if name != "MATCH" and len(arguments) >= 3 and arguments[2].strip().isdigit():
                at = start + len(",".join(arguments[:2])) + 1
                for number in range(1, 9):
                    text = formula[:at] + str(number) + formula[at + len(arguments[2]) :]
                    yield (
                        text,
                        f"{name}의 열 번호 {arguments[2].strip()}번이 틀렸습니다. {number}번째 열이어야 합니다.",
                    )


def _operator_repairs(formula: str) -> Iterator[tuple[str, str]]:
    """Swap each comparison: boundaries are the commonest slip in conditions."""
    swaps = {">=": (">", "<="), "<=": ("<", ">="), ">": (">=", "<"), "<": ("<=", ">"), "<>": ("=",)}
    for match in re.finditer(r">=|<=|<>|>|<", formula):
        for other in swaps[match[0]]:
            yield (
                _put(formula, match.span(), other),
                f"비교 기호를 '{match[0]}' 대신 '{other}'로 써야 합니다. 지금은 경계값이 빠지거나 더 들어갑니다.",
            )


def _value_repairs(formula: str) -> Iterator[tuple[str, str]]:
    body = formula[1:]
    yield f"=VALUE({body})", "결과가 숫자가 아니라 글자입니다. 글자로 된 숫자를 VALUE로 바꾸어야 합니다."
    yield f"=TRIM({body})", "결과 앞뒤에 빈칸이 남아 있습니다. TRIM으로 없애야 합니다."
    for call in ("SUM", "AVERAGE", "MAX", "MIN", "COUNT"):
        for match in re.finditer(rf"(?<![A-Z0-9.]){call}\((?P<range>{_SHEET}{_CORNER}:{_CORNER})\)", formula):
            if call == "SUM":
                yield (
                    _put(formula, match.span(), f"SUMPRODUCT(--{match['range']})"),
                    "글자로 저장된 숫자가 합계에서 빠졌습니다.",
                )


def _date_repairs(formula: str) -> Iterator[tuple[str, str]]:
    yield f"=({formula[1:]})-1", "하루(또는 1)가 더 나왔습니다. 첫날을 포함하는지 확인하세요."
    yield f"=({formula[1:]})+1", "하루(또는 1)가 모자랍니다. 첫날을 포함하는지 확인하세요."
    for start, arguments, _ in calls(formula, "WORKDAY"):
        if arguments:
            end = start + len(arguments[0])
            text = formula[:start] + arguments[0].strip() + "-1" + formula[end:]
            yield text, "첫날을 넣지 않아 하루 늦습니다. 시작일에서 1을 빼야 합니다."


def _change_outside(formula: str, change: Callable[[str], str]) -> str:
    pieces = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(piece if piece.startswith('"') else change(piece) for piece in pieces)


def _constant(proof: Proof) -> list[tuple[str, str]]:
    """Name a result that stays the same while the data changes."""
    by_cell: dict[str, list[tuple[object, object]]] = {}
    for row in proof.rows:
        by_cell.setdefault(row.cell, []).append((row.expected.value, row.actual.value))
    stuck = [
        c
        for c, pairs in by_cell.items()
        if len({p[0] for p in pairs}) > 1
        and len({p[1] for p in pairs}) == 1
        and not any(p[1] is None for p in pairs)
    ]
    if len(stuck) >= max(1, len(by_cell) // 2):
        return [
            (
                "자료를 바꾸어도 결과가 그대로입니다. 숫자나 조건을 직접 넣은 곳이 있습니다.",
                "칸을 가리키게 바꾸세요.",
            )
        ]
    return []


def _symptoms(job: ProofJob, proof: Proof) -> list[tuple[str, str]]:
    """Describe what the wrong cells have in common."""
    wrong = [row for row in proof.rows if not row.matches]
    found: list[tuple[str, str]] = []
    if all(
        isinstance(row.actual.value, str)
        and as_number(row.actual.value) is not None
        and as_number(row.actual.value) == as_number(row.expected.value)
        for row in wrong
    ):
        found.append(
            (
                "결과가 숫자가 아니라 글자입니다. 더하거나 비교할 때 틀립니다.",
                "VALUE로 감싸거나 1을 곱하세요.",
            )
        )
    if all(row.expected.value in (None, "") for row in wrong):
        found.append(("빈칸인 행에서 다른 값이 나옵니다.", 'IF(칸="","",수식)으로 빈칸을 처리하세요.'))
    visible_ok = all(row.matches for row in proof.rows if row.data == VISIBLE)
    if visible_ok and wrong:
        found.append(
            (
                "보이는 자료에서는 맞지만 자료가 바뀌거나 늘어나면 틀립니다.",
                "숫자나 범위를 직접 적은 곳을 확인하세요.",
            )
        )
    first = [row for row in proof.rows if row.data == VISIBLE]
    if len(first) > 1 and first[0].matches and not any(row.matches for row in first[1:]):
        found.append(("첫 칸만 맞고 아래로 채우면 틀립니다.", "범위에 $를 붙였는지 확인하세요."))
    return found
