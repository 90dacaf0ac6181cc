"""Prove a formula: put it into the workbook beside a right one and compare, data set by data set.

Hides the engine's process: one for each proof, with limits on time and memory, fed and read as JSON. The
data sets are seeded by the workbook and the job, so the same answer always gets the same verdict.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox import children
from sandbox.formulas import workbook as books
from sandbox.formulas.dialect import for_engine
from sandbox.formulas.text import broken, normalise, refusal
from sandbox.formulas.workbook import Change, Scalar, Sheets, Vary
from sandbox.records import EMPTY, FormulaError

_ENGINE = Path(__file__).with_name("engine.py")
_SPILLS = re.compile(
    r"\b(?:FILTER|UNIQUE|SORT|SORTBY|SEQUENCE|TRANSPOSE|TEXTSPLIT|VSTACK|HSTACK|TAKE|DROP|TOCOL|TOROW|CHOOSECOLS|CHOOSEROWS|BYROW|MAP|SCAN|WRAPROWS)\(",
    re.I,
)
_DRAWS = 4  # random data sets for each one asked: a slip in one row must not stay hidden by chance
VISIBLE, HIDDEN = "보이는 자료", "숨은 행"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one engine process may use."""

    seconds: int = 8
    megabytes: int = 768


@dataclass(frozen=True, slots=True)
class CellValue:
    """A calculated cell. ``value`` is None for a blank; ``error`` is Excel's name (#N/A …) or empty."""

    value: float | str | bool | None
    formatted: str = ""
    error: str = ""
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class ProofJob:
    """A formula to prove: where it goes, how far it is filled, what is right, how the data changes."""

    workbook: Path
    sheet: str
    cell: str
    formula: str
    reference: str
    fill_to: str = ""
    extra_rows: Mapping[str, Sequence[Sequence[Scalar]]] = field(default_factory=lambda: EMPTY)
    vary: tuple[Vary, ...] = ()
    data_sets: int = 3
    text_numbers_ok: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Row:
    """One compared cell: on which data, where, what is right, what came out."""

    data: str
    cell: str
    row: int
    expected: CellValue
    actual: CellValue
    matches: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """All compared cells. ``trouble`` says in Korean why there are none; ``reference_broken`` blames the content,
    ``unreadable`` the formula: no spreadsheet would take it.
    """

    formula: str
    rows: tuple[Row, ...] = ()
    trouble: str = ""
    spilled: bool = False
    reference_broken: bool = False
    unreadable: bool = False

    @property
    def proved(self) -> bool:
        return bool(self.rows) and not self.trouble and all(row.matches for row in self.rows)


@dataclass(frozen=True, slots=True)
class _DataSet:
    name: str
    changes: list[Change]
    fill_to: str


def calculate(
    workbook: Path, sheet: str, cell: str, formula: str, *, limits: Limits | None = None
) -> CellValue:
    """Calculate one formula at a place of a workbook. Raises FormulaError when it cannot be calculated."""
    ready = normalise(formula)
    why = refusal(ready)
    if why:
        raise FormulaError(why, remedy="수식을 줄이거나 범위를 좁히세요.")
    sheets = books.read(workbook)
    name = sheet or next(iter(sheets.cells))
    if name not in sheets.cells:
        raise FormulaError(f"'{name}' 시트가 없습니다.", remedy=f"시트 이름: {', '.join(sheets.cells)}")
    place = _filled(ready, cell, "", name, sheets)
    results, trouble = _serve(
        sheets, _Job([[]], [place], [(0, 0, 0)]), limits or Limits(), skip=_places(place)
    )
    if trouble or not results or "error" in results[0]:
        raise FormulaError(trouble or "이 수식은 계산하지 못했습니다.", remedy="수식을 나누어 확인하세요.")
    return _value(results[0]["values"][0], (name, place[0][1], place[0][2]) in sheets.dates)


def prove(job: ProofJob) -> Proof:
    """Compare a formula with the right one on visible data, hidden rows and random data sets."""
    return prove_all(job, (job.formula,))[0]


def prove_all(job: ProofJob, formulas: Sequence[str]) -> tuple[Proof, ...]:
    """Prove several formulas for one place in one process; the reference is calculated once."""
    sheets = books.read(job.workbook)
    if job.sheet not in sheets.cells:
        raise FormulaError(f"'{job.sheet}' 시트가 없습니다.", remedy=f"시트 이름: {', '.join(sheets.cells)}")
    reference = normalise(job.reference)
    sets = _data_sets(job, sheets)
    unread = {f: why for f in formulas if (why := broken(f) or books.unread(for_engine(f)))}
    refused = {f: why for f in formulas if f not in unread and (why := refusal(f))}
    readable = [f for f in formulas if f not in unread and f not in refused]
    first = _evaluate(job, sheets, sets, reference, readable, spill=False)
    proofs: dict[str, Proof] = {formula: Proof(formula, trouble=why) for formula, why in refused.items()}
    proofs |= {formula: Proof(formula, trouble=why, unreadable=True) for formula, why in unread.items()}
    proofs |= {proof.formula: proof for proof in first}
    again = [
        p.formula for p in first if p.rows and not p.proved and job.fill_to and _SPILLS.search(p.formula)
    ]
    for proof in _evaluate(job, sheets, sets, reference, again, spill=True) if again else ():
        if proof.proved:
            proofs[proof.formula] = proof
    return tuple(proofs[formula] for formula in formulas)


def names_in(workbook: Path) -> tuple[str, ...]:
    """Return the names and short texts of a workbook, sheets first. Raises FormulaError like ``prove``."""
    return books.words(books.read(workbook))


def _data_sets(job: ProofJob, sheets: Sheets) -> list[_DataSet]:
    """Visible data, visible and hidden rows, then random data over both."""
    hidden = books.extra_changes(sheets, job.extra_rows)
    fill_to = _fill_over_hidden(job, sheets)
    sets = [_DataSet(VISIBLE, [], job.fill_to)]
    if hidden:
        sets.append(_DataSet(HIDDEN, hidden, fill_to))
    digest = hashlib.sha256(
        repr(sorted((n, sorted(c.items())) for n, c in sheets.cells.items())).encode()
    ).hexdigest()
    for number in range(1, job.data_sets * _DRAWS + 1 if job.vary else 1):
        seed = f"{digest}|{job.cell}|{job.reference}|{number}"
        changes = books.varied(sheets, job.vary, job.sheet, seed)
        own = {(c[0], c[1], c[2]) for c in changes}
        sets.append(
            _DataSet(
                f"바꾼 자료 {number}", changes + [c for c in hidden if (c[0], c[1], c[2]) not in own], fill_to
            )
        )
    return sets


def _fill_over_hidden(job: ProofJob, sheets: Sheets) -> str:
    """A column filled down to the last data row goes on over the hidden rows, as a person would fill it."""
    rows = job.extra_rows.get(job.sheet, ())
    if not job.fill_to or not rows:
        return job.fill_to
    _, _, _, bottom, _ = books.bounds(f"{job.cell}:{job.fill_to}", job.sheet)
    if bottom != sheets.last_row(job.sheet):
        return job.fill_to
    return re.sub(r"\d+$", str(bottom + len(rows)), job.fill_to)


def _evaluate(
    job: ProofJob,
    sheets: Sheets,
    sets: list[_DataSet],
    reference: str,
    formulas: Sequence[str],
    *,
    spill: bool,
) -> list[Proof]:
    fills = {
        (text, data.fill_to): _filled(text, job.cell, data.fill_to, job.sheet, sheets)
        for data in sets
        for text in (reference, *formulas)
    }
    targets = {data.name: fills[reference, data.fill_to] for data in sets}
    single = bool(re.match(r"=" + _SPILLS.pattern, reference, re.I))
    table = _Job([data.changes for data in sets], [], [])
    for formula_number, text in enumerate((reference, *formulas)):
        for number, data in enumerate(sets):
            placed = fills[text, data.fill_to]
            alone = spill if formula_number else single
            table.add(number, placed[:1] if alone else placed, targets[data.name])
    skip = {place for target in targets.values() for place in _places(target)}
    results, trouble = _serve(sheets, table, job.limits, skip=frozenset(skip))
    right = results[: len(sets)]
    if len(right) < len(sets) or any("error" in item for item in right):
        return [
            Proof(f, trouble=trouble or "정답 수식을 계산하지 못했습니다.", reference_broken=True)
            for f in formulas
        ]
    if all(cell[0] == "e" for item in right for cell in item["values"]):
        return [
            Proof(f, trouble="정답 수식의 결과가 모두 오류입니다.", reference_broken=True) for f in formulas
        ]
    proofs = []
    for number, formula in enumerate(formulas, 1):
        mine = results[number * len(sets) : (number + 1) * len(sets)]
        proofs.append(_proof(job, formula, sheets, sets, targets, right, mine, trouble, spill))
    return proofs


def _proof(
    job: ProofJob,
    formula: str,
    sheets: Sheets,
    sets: list[_DataSet],
    targets: Mapping[str, list[Any]],
    right: list[Any],
    mine: list[Any],
    trouble: str,
    spill: bool,
) -> Proof:
    if len(mine) < len(sets) or any("error" in item for item in mine):
        return Proof(formula, trouble=trouble or "계산 프로그램이 이 수식을 처리하지 못했습니다.")
    rows = []
    for data, wanted, got in zip(sets, right, mine, strict=True):
        for (name, row, column, _), expected, actual in zip(
            targets[data.name], wanted["values"], got["values"], strict=True
        ):
            as_date = (name, row, column) in sheets.dates or _gives_date(job.reference)
            one, other = _value(expected, as_date), _value(actual, as_date)
            rows.append(
                Row(data.name, _address(row, column), row, one, other, same(one, other, job.text_numbers_ok))
            )
    return Proof(formula, tuple(rows), spilled=spill)


def _filled(
    formula: str, cell: str, fill_to: str, sheet: str, sheets: Sheets
) -> list[tuple[str, int, int, str]]:
    last = max((sheets.last_row(name) for name in sheets.cells), default=1) + 100
    placed = books.filled(for_engine(formula), cell, fill_to, sheet)
    return [(name, row, column, books.bound_columns(text, last)) for name, row, column, text in placed]


def _places(placed: list[tuple[str, int, int, str]]) -> frozenset[tuple[str, int, int]]:
    return frozenset((name, row, column) for name, row, column, _ in placed)


@dataclass(slots=True)
class _Job:
    """What the engine is sent besides the sheets; data sets and filled formulas are sent once, runs name them."""

    changes: list[list[Change]]
    fills: list[list[tuple[str, int, int, str]]]
    runs: list[tuple[int, int, int]]

    def add(
        self, data: int, placed: list[tuple[str, int, int, str]], read: list[tuple[str, int, int, str]]
    ) -> None:
        self.runs.append((data, self._index(placed), self._index(read)))

    def _index(self, placed: list[tuple[str, int, int, str]]) -> int:
        for index in range(len(self.fills) - 1, -1, -1):
            if self.fills[index] == placed:
                return index
        self.fills.append(placed)
        return len(self.fills) - 1


def _serve(
    sheets: Sheets, job: _Job, limits: Limits, *, skip: frozenset[tuple[str, int, int]]
) -> tuple[list[dict[str, Any]], str]:
    """Run the engine; return the results it gave before it ended, and in Korean why it ended early."""
    payload = {
        "sheets": [
            {
                "name": name,
                "cells": [
                    (r, c, kind, value) for (r, c), (kind, value) in cells.items() if (name, r, c) not in skip
                ],
            }
            for name, cells in sheets.cells.items()
        ],
        "names": sheets.names,
        "changes": job.changes,
        "fills": job.fills,
        "runs": job.runs,
        "seconds": limits.seconds,
        "megabytes": limits.megabytes,
    }
    command = [sys.executable, "-P", "-X", "utf8", str(_ENGINE)]
    trouble = ""
    try:
        done = subprocess.run(
            command,
            input=json.dumps(payload).encode(),
            env=children.environment(),
            capture_output=True,
            timeout=limits.seconds + 2,
            check=False,
        )
        output = done.stdout
        if done.returncode != 0:
            slow = done.returncode in (-24, -9, 152, 137)
            trouble = (
                "계산이 너무 오래 걸려 멈추었습니다."
                if slow
                else "계산에 메모리를 너무 많이 써서 멈추었습니다."
            )
    except subprocess.TimeoutExpired as error:
        output, trouble = error.stdout or b"", "계산이 너무 오래 걸려 멈추었습니다."
    except OSError as error:
        raise FormulaError(
            "수식 계산기를 시작하지 못했습니다.", remedy="다시 눌러 보고, 안 되면 담당자에게 알리세요."
        ) from error
    lines = [line for line in output.split(b"\n") if line.endswith(b"}")]
    return [json.loads(line) for line in lines], trouble


def _value(raw: Sequence[Any], as_date: bool) -> CellValue:
    kind, value, formatted, read_as = raw
    if kind == "e":
        return CellValue(None, str(value), str(value), read_as or "")
    if kind == "b":
        return CellValue(bool(value), "TRUE" if value else "FALSE", read_as=read_as or "")
    if kind == "n":
        return CellValue(float(value), shown_number(float(value), as_date), read_as=read_as or "")
    return CellValue(value, formatted if value is not None else "", read_as=read_as or "")


def shown_number(value: float, as_date: bool) -> str:
    """Write a number for a person: days as dates, at most six decimals, commas."""
    if as_date and 20_000 < value < 80_000 and value == int(value):
        return books.day_of(value).isoformat()
    return f"{value:,.6f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"


def _gives_date(formula: str) -> bool:
    return bool(
        re.match(
            r"=\s*(?:IF(?:ERROR)?\([^,]*,?\s*)?(?:WORKDAY|EDATE|EOMONTH|DATE|TODAY|DATEVALUE)(?:\.INTL)?\(",
            formula,
            re.I,
        )
    )


def _address(row: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"


def same(expected: CellValue, actual: CellValue, text_numbers_ok: bool = False) -> bool:
    """Compare results: numbers to nine places, a blank as empty text, errors by name."""
    if expected.error or actual.error:
        return expected.error == actual.error
    one, other = expected.value, actual.value
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))
    if text_numbers_ok and as_number(one) is not None and as_number(one) == as_number(other):
        return True
    return (one if one is not None else "") == (other if other is not None else "")


def as_number(value: object) -> float | None:
    """Read a number, also one stored as text; None when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value).replace(",", "").strip())
    except ValueError:
        return None
