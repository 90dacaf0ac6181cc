"""Every kind against its table of true and false cases; docs/checks.md must quote the figures measured here."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from sandbox.checks import CHECKS, check
from sandbox.records import CheckContext, CheckSpec, State, Verdict
from tests.check_cases import Case
from tests.check_cases import formula as formula_cases

KINDS = tuple(CHECKS)
DOCS = Path(__file__).parent.parent / "docs" / "checks.md"


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("한글 폴더") / formula_cases.BOOK
    formula_cases.write_workbook(path)
    return path


@pytest.fixture(scope="session")
def judged(workbook: Path) -> dict[str, list[tuple[Case, Verdict]]]:
    """Judge every case once."""
    return {kind: [(case, _judge(kind, case, workbook)) for case in _cases(kind)] for kind in KINDS}


def _cases(kind: str) -> tuple[Case, ...]:
    cases: tuple[Case, ...] = importlib.import_module(f"tests.check_cases.{kind}").CASES
    return cases


def _judge(kind: str, case: Case, workbook: Path) -> Verdict:
    context = CheckContext(case.answer, case.prompt, case.sources, {formula_cases.BOOK: workbook})
    return check(CheckSpec("case", kind, "제목", dict(case.params)), context)


def _told(verdict: Verdict) -> str:
    pieces = [f"{e.text} {e.source_line} {e.correction}" for e in verdict.evidence]
    return " ".join([verdict.summary, *pieces])


@pytest.mark.parametrize("kind", KINDS)
def test_table_is_long_enough(kind: str) -> None:
    cases = _cases(kind)
    assert len(cases) >= 30
    assert len({case.name for case in cases}) == len(cases)
    assert sum(case.expected == "실패" for case in cases) >= 10
    assert sum(case.expected == "통과" for case in cases) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_verdicts(kind: str, judged: dict[str, list[tuple[Case, Verdict]]]) -> None:
    wrong = [
        f"{case.name}: expected {case.expected}, got {verdict.state}; {_told(verdict)}"
        for case, verdict in judged[kind]
        if (verdict.state == case.expected) == case.missed
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_says_why(kind: str, judged: dict[str, list[tuple[Case, Verdict]]]) -> None:
    silent = [
        f"{case.name}: no '{case.says}' in {_told(v)}"
        for case, v in judged[kind]
        if case.says not in _told(v)
    ]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_points_into_the_answer(kind: str, judged: dict[str, list[tuple[Case, Verdict]]]) -> None:
    for case, verdict in judged[kind]:
        assert verdict.state is not State.FAIL or verdict.evidence, case.name
        for item in verdict.evidence:
            assert item.text or item.correction, case.name
            if item.start >= 0:
                assert 0 <= item.start < item.end <= len(case.answer), (case.name, item)
                assert item.line == case.answer.count("\n", 0, item.start) + 1, (case.name, item)


def figures(pairs: list[tuple[Case, Verdict]]) -> tuple[int, float, float]:
    """Return (cases, precision, recall), where a planted mistake told as 실패 is a hit."""
    said = [case for case, verdict in pairs if verdict.state is State.FAIL]
    hits = sum(case.expected == "실패" for case in said)
    planted = sum(case.expected == "실패" for case, _ in pairs)
    return len(pairs), hits / len(said), hits / planted


def test_docs_quote_the_measured_figures(judged: dict[str, list[tuple[Case, Verdict]]]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for kind, pairs in judged.items():
        count, precision, recall = figures(pairs)
        row = f"| {kind} | {count} | {precision:.2f} | {recall:.2f} |"
        assert row in text, f"docs/checks.md should hold: {row}"


def test_docs_describe_every_parameter() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for kind, item in CHECKS.items():
        section = re.search(rf"(?ms)^## {kind} .*?(?=^## |\Z)", text)
        assert section, kind
        for name in item.params.model_fields:
            assert f"`{name}`" in section[0], (kind, name)
