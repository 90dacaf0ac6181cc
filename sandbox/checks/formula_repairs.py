"""Repairs of what a formula calculates: a condition, an error not caught, a division, a hundred, a one.

Hides how a repaired formula is written. Each is a guess: ``formula_diagnosis`` tells only those that prove right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.checks.lines import quote
from sandbox.formulas import calls

_IFS = r"SUMIFS|COUNTIFS|AVERAGEIFS|MAXIFS|MINIFS"
_COUNTS = r"COUNTIFS?|COUNT|COUNTA|SUMPRODUCT|SUM|ROWS|RANK|DATEDIF|NETWORKDAYS"
_TERM = r"(?:(?:'[^']+'!|[A-Za-z가-힣0-9_]+!)?\$?[A-Z]{1,3}\$?\d{1,7})(?![\d(:A-Za-z])"
_DIVISION = re.compile(rf"(?<![A-Za-z0-9$!:])(?P<a>{_TERM})\s*/\s*(?P<b>{_TERM})")
_ROUNDS = r"ROUND(?:UP|DOWN)?|INT|TRUNC"
_MOST_FALLBACKS = 3


def missing_conditions(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Add a condition of the right formula that this one lacks: often one end of a span of days."""
    wanted = [pair for _, arguments, _ in calls(reference, _IFS) for pair in _pairs(arguments)]
    for _, arguments, close in calls(formula, _IFS):
        said = {(_bare(area), _bare(condition)) for area, condition in _pairs(arguments)}
        for area, condition in wanted:
            if (_bare(area), _bare(condition)) in said:
                continue
            changed = formula[:close] + f",{area.strip()},{condition.strip()}" + formula[close:]
            yield changed, _lacks(area.strip(), condition.strip())


def _pairs(arguments: list[str]) -> list[tuple[str, str]]:
    """Return (range, condition) pairs; an odd number of arguments means that the first is summed."""
    rest = arguments[len(arguments) % 2 :]
    return list(zip(rest[::2], rest[1::2], strict=True))


def _bare(text: str) -> str:
    return re.sub(r"[\s$']", "", text).upper()


def _lacks(area: str, condition: str) -> str:
    shown = f"{quote(area, 40)}, {quote(condition, 30)}"
    if re.match(r'"[<>]', condition):
        end = "끝" if condition[1] == "<" else "시작"
        return f"기간이나 값의 {end}을 정하는 조건이 빠졌습니다: {shown}"
    return f"조건이 빠졌습니다: {shown}"


def caught_errors(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Wrap the formula so that an error shows what the right formula shows there."""
    if re.match(r"=IFERROR\(", formula, re.I):
        return
    texts = list(dict.fromkeys(re.findall(r'"(?:[^"]|"")*"', reference)))
    zero = ["0"] if re.search(r",\s*0\)\s*$", reference) else []
    for fallback in (*texts[-_MOST_FALLBACKS:], *zero):
        yield (
            f"=IFERROR({formula[1:]},{fallback})",
            f"오류가 날 때 보일 값({fallback})을 정하지 않았습니다. IFERROR로 감싸세요.",
        )


def arithmetic_repairs(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Swap a division, add or take away a hundred, add or take away a one."""
    for match in _DIVISION.finditer(formula):
        head, tail = formula[: match.start()], formula[match.end() :]
        why = f"나누는 칸이 바뀌었습니다. {match['b']} 나누기 {match['a']}입니다."
        yield f"{head}{match['b']}/{match['a']}{tail}", why
        lacks = f"{head}{match[0]}*100{tail}"
        yield lacks, "비율에 100을 곱하지 않았습니다."
        yield _rounded_as(lacks, reference), "비율에 100을 곱하지 않았고, 반올림 자릿수도 다릅니다."
        if re.match(r"\s*\*\s*100(?![\d.])", tail):
            without = head + match[0] + re.sub(r"^\s*\*\s*100", "", tail)
            yield without, "백분율 서식인 칸이면 100을 곱하지 않습니다."
    yield f"=({formula[1:]})*100", "비율에 100을 곱하지 않았습니다."
    yield f"=({formula[1:]})/100", "백분율을 100으로 나누어야 합니다."
    yield _rounded_as(formula, reference), "반올림하는 자릿수가 다릅니다."
    yield from _ones(formula)


def _rounded_as(formula: str, reference: str) -> str:
    """Give ROUND the digits that the right formula uses."""
    right = next((arguments[1] for _, arguments, _ in calls(reference, "ROUND") if len(arguments) == 2), None)
    mine = next(((start, args, end) for start, args, end in calls(formula, "ROUND") if len(args) == 2), None)
    if right is None or mine is None:
        return formula
    start, arguments, end = mine
    return f"{formula[: start + len(arguments[0])]},{right}{formula[end:]}"


def rounding_repairs(formula: str, reference: str) -> Iterator[tuple[str, str]]:
    """Take a rounding away that the right formula does not do, or round as it does."""
    wanted = list(calls(reference, _ROUNDS))
    for begin, arguments, close in calls(formula, _ROUNDS):
        if wanted or not arguments:
            continue
        name = re.search(r"[A-Za-z]+\($", formula[:begin])
        if name:
            why = f"{name[0][:-1].upper()}로 반올림해서 값이 달라졌습니다. 계산은 그대로 두고 셀 서식에서 자릿수를 줄이세요."
            yield formula[: name.start()] + f"({arguments[0]})" + formula[close + 1 :], why
    if wanted and not list(calls(formula, _ROUNDS)):
        digits = wanted[0][1][1] if len(wanted[0][1]) == 2 else "0"
        why = f"반올림하지 않았습니다. ROUND(…,{digits.strip()})로 감싸야 합니다."
        yield f"=ROUND({formula[1:]},{digits})", why
        for match in _DIVISION.finditer(formula):
            whole = re.compile(r"\s*\*\s*100(?![\d.])").match(formula, match.end())
            end = whole.end() if whole else match.end()
            rounded = f"ROUND({formula[match.start() : end]},{digits})"
            yield formula[: match.start()] + rounded + formula[end:], why


def _ones(formula: str) -> Iterator[tuple[str, str]]:
    """Add one behind a count (a rank is one more than those ahead), or leave it out."""
    for _, _, close in list(calls(formula, _COUNTS))[:4]:
        rest = formula[close + 1 :]
        if re.match(r"\s*[+]\s*1(?!\d)", rest):
            yield (
                formula[: close + 1] + re.sub(r"^\s*[+]\s*1", "", rest),
                "1을 더해서 하나씩 많습니다. +1을 빼세요.",
            )
        else:
            yield (
                f"{formula[: close + 1]}+1{rest}",
                "1이 모자랍니다. 센 것 뒤에 +1을 붙여야 합니다(순위는 앞선 것의 수 더하기 1).",
            )
