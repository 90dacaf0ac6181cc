"""The formula that a verdict proved: what it was and where in which workbook it belongs.

Hides that a verdict keeps only the place of the formula in the answer, not the formula itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.checks.formula import SPILLS, FormulaParams
from sandbox.formulas import find_candidates
from sandbox.records import CheckSpec, State, Verdict


@dataclass(frozen=True, slots=True)
class ProvedFormula:
    """``workbook`` is the material's file name; ``proved_on`` says on which data it held."""

    workbook: str
    sheet: str
    cell: str
    fill_to: str
    formula: str
    proved_on: str
    spills: bool


def proved_formula(
    specs: Sequence[CheckSpec], answer: str, verdicts: Sequence[Verdict]
) -> ProvedFormula | None:
    """Return the formula of the first formula check that says 통과; None when none does."""
    passed = {v.check_id: v for v in verdicts if v.kind == "formula" and v.state is State.PASS}
    for spec in specs:
        verdict = passed.get(spec.id)
        if spec.kind != "formula" or verdict is None:
            continue
        places = {(e.start, e.end) for e in verdict.evidence if e.start >= 0}
        found = next((c for c in find_candidates(answer) if (c.start, c.end) in places), None)
        if found is not None:
            params = FormulaParams.model_validate(dict(spec.params))
            spills = any(e.text == SPILLS for e in verdict.evidence)
            return ProvedFormula(
                params.workbook, params.sheet, params.cell, params.fill_to,
                found.formula, verdict.summary, spills,
            )  # fmt: skip
    return None
