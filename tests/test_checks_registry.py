"""The registry: what it promises whatever the answer or the spec."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import checks
from sandbox.checks import CHECKS, check, problem, summary
from sandbox.checks.kind import CheckKind, Outcome, Params
from sandbox.records import CheckContext, CheckSpec, State, Verdict

MINIMAL: dict[str, dict[str, Any]] = {
    "sections": {"names": ["개요"]},
    "length": {"max": 100},
    "outline_style": {},
    "official_forms": {},
    "mentions": {"none": ["비밀"]},
    "grounded": {},
    "action_items": {"items": [{"task": "현수막"}]},
    "decisions": {"items": [{"topic": "현수막", "said": "세 장"}]},
    "slides": {},
    "formula": {"workbook": "a.xlsx", "sheet": "가", "cell": "A1", "reference": "=B1"},
    "table": {},
    "prompt_parts": {},
}
ARCHITECTURE = "sections length outline_style official_forms mentions grounded action_items decisions slides formula table prompt_parts"


def _spec(kind: str, params: dict[str, Any] | None = None) -> CheckSpec:
    return CheckSpec("c1", kind, "제목", MINIMAL[kind] if params is None else params, 2.0)


def test_every_kind_of_the_architecture_is_there() -> None:
    assert set(CHECKS) == set(ARCHITECTURE.split()) == set(MINIMAL)


@pytest.mark.parametrize("kind", CHECKS)
@pytest.mark.parametrize("answer", ["", "   \n\t\n", "\u3000"])
def test_an_empty_answer_never_passes(kind: str, answer: str) -> None:
    verdict = check(_spec(kind), CheckContext(answer, sources={"a.txt": "예산 500만원"}))
    assert verdict.state in (State.FAIL, State.UNKNOWN)


@pytest.mark.parametrize("kind", CHECKS)
def test_verdict_carries_the_spec(kind: str) -> None:
    verdict = check(_spec(kind), CheckContext("예산 500만원", "요약해 줘", {"a.txt": "예산 500만원"}))
    assert (verdict.check_id, verdict.kind, verdict.title, verdict.weight) == ("c1", kind, "제목", 2.0)
    assert verdict.summary and not verdict.by_model


@pytest.mark.parametrize("kind", CHECKS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=st.text(
        alphabet=st.sampled_from(
            list("□○-*#|`=()\"'“”,.:~%{}[]<>\n\t 0123456789년월일시원만억가김과장AB$!；＝「」①\u3000")
        ),
        max_size=120,
    )
)
def test_no_answer_breaks_a_kind(kind: str, answer: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    check(
        _spec(kind),
        CheckContext(answer, answer, {"a.txt": answer + "\n예산 500만원\n| 가 | 나 |\n| 1 | 2 |"}),
    )
    assert not caplog.records


@pytest.mark.parametrize("kind", CHECKS)
def test_minimal_params_have_no_problem(kind: str) -> None:
    assert problem(_spec(kind)) is None


@pytest.mark.parametrize(
    ("kind", "params", "said"),
    [
        ("nonsense", {}, "쓸 수 있는 점검: sections"),
        ("sections", {}, "'names' 항목이 빠졌습니다"),
        ("sections", {"names": []}, "비어 있습니다"),
        (
            "sections",
            {"names": ["가"], "order": True},
            "'order': 쓰지 않는 항목입니다. 쓸 수 있는 항목: names, ordered",
        ),
        ("length", {}, "min과 max"),
        ("length", {"min": 5, "max": 2}, "min이 max보다 큽니다"),
        ("length", {"max": "많이"}, "정수"),
        ("length", {"unit": "words", "max": 3}, "쓸 수 있는 값: 'chars', 'lines'"),
        ("outline_style", {"min_noun_endings": 2}, "최대 1"),
        ("official_forms", {"which": ["날짜"]}, "쓸 수 있는 값: 'date'"),
        ("mentions", {}, "all, any, none"),
        ("mentions", {"all": "가"}, "목록"),
        ("grounded", {"what": ["이름"]}, "'number'"),
        ("action_items", {"items": [{"owner": "가"}]}, "'items.0.task' 항목이 빠졌습니다"),
        ("decisions", {"items": [{"topic": "가"}]}, "'items.0.said' 항목이 빠졌습니다"),
        ("decisions", {"items": [{"topic": "가", "said": "나", "at": "오후"}]}, "'items.0.at'"),
        ("slides", {"max_bullets": 0}, "최소 1"),
        ("formula", {**MINIMAL["formula"], "cell": "첫 칸"}, "'cell'"),
        ("formula", {**MINIMAL["formula"], "reference": "SUM(A1)"}, "'='로 시작"),
        ("formula", {**MINIMAL["formula"], "vary": [{"range": "A1:A9", "type": "random"}]}, "'integer'"),
        ("table", {"rows": 3}, "쓰지 않는 항목"),
        ("prompt_parts", {"parts": ["말투"]}, "'역할'"),
    ],
)
def test_problem_names_the_parameter(kind: str, params: dict[str, Any], said: str) -> None:
    told = problem(CheckSpec("c", kind, "제목", params))
    assert told is not None
    assert said in told


def test_numbers_and_dates_of_yaml_are_read_as_text() -> None:
    import datetime as dt

    assert problem(_spec("mentions", {"all": [2026, 3.5]})) is None
    spec = _spec(
        "action_items", {"items": [{"task": "현수막", "owner": "이영희", "due": dt.date(2026, 11, 27)}]}
    )
    assert check(spec, CheckContext("- 현수막 (담당: 이영희, 기한: 11월 27일)")).state is State.PASS


@pytest.mark.parametrize("kind", CHECKS)
@pytest.mark.parametrize("text", ["가" * 20_000, "1" * 20_000, "\u3000" * 9_000, "가나다라 " * 30_000])
def test_a_model_caught_in_a_loop_is_unknown(kind: str, text: str) -> None:
    verdict = check(_spec(kind), CheckContext(text + "끝", text + "끝", {"a.txt": "예산 500만원"}))
    assert verdict.state is not State.PASS
    assert "다시 실행" in verdict.evidence[0].text


def test_a_wrong_spec_is_unknown() -> None:
    verdict = check(_spec("sections", {"name": ["가"]}), CheckContext("# 가\n나"))
    assert verdict.state is State.UNKNOWN
    assert "쓰지 않는 항목" in verdict.evidence[0].text


def test_a_broken_check_is_unknown_and_logged_without_content(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(params: Params, context: CheckContext) -> Outcome:
        raise ValueError(context.answer)

    monkeypatch.setattr(checks, "CHECKS", {"broken": CheckKind("고장", Params, broken)})
    with caplog.at_level(logging.ERROR):
        verdict = check(CheckSpec("c", "broken", "제목"), CheckContext("홍길동의 비밀"))
    assert verdict.state is State.UNKNOWN
    record = caplog.text
    assert "홍길동" not in record and "비밀" not in record
    number = record.split("id=")[1].split()[0]
    assert number in verdict.evidence[0].text
    assert "test_checks_registry.py" in record


def _verdict(state: State, weight: float) -> Verdict:
    return Verdict("c", "length", "제목", state, "", weight=weight)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], (0, 0, 0, 0.0)),
        ([(State.PASS, 1)], (1, 0, 0, 1.0)),
        ([(State.PASS, 3), (State.FAIL, 1)], (1, 1, 0, 0.75)),
        ([(State.PASS, 1), (State.UNKNOWN, 9)], (1, 0, 1, 1.0)),
        ([(State.UNKNOWN, 1)], (0, 0, 1, 0.0)),
    ],
)
def test_summary(states: list[tuple[State, float]], expected: tuple[int, int, int, float]) -> None:
    assert tuple(summary([_verdict(*item) for item in states])) == expected


def test_the_same_answer_gets_the_same_verdict() -> None:
    context = CheckContext("예산 700만원, 김민수 과장", sources={"a.txt": "예산 500만원\n홍보비 200만원"})
    assert check(_spec("grounded"), context) == check(_spec("grounded"), context)
