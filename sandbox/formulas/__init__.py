"""Excel formulas: find them in an answer, calculate them in a workbook, prove them against a right one.

Hides the formula engine, its process and its limits. Formulas are never loaded out of a file: the engine
gets values and formulas one by one, which it calculates as Excel does.
"""

from sandbox.formulas.dialect import calls, miscalculated, unsupported
from sandbox.formulas.proof import (
    VISIBLE,
    CellValue,
    Limits,
    Proof,
    ProofJob,
    Row,
    calculate,
    names_in,
    prove,
    prove_all,
)
from sandbox.formulas.text import (
    Candidate,
    find_candidates,
    find_formulas,
    normalise,
    refusal,
)
from sandbox.formulas.workbook import Vary

__all__ = [
    "VISIBLE",
    "Candidate",
    "CellValue",
    "Limits",
    "Proof",
    "ProofJob",
    "Row",
    "Vary",
    "calculate",
    "calls",
    "find_candidates",
    "find_formulas",
    "miscalculated",
    "names_in",
    "normalise",
    "prove",
    "prove_all",
    "refusal",
    "unsupported",
]
