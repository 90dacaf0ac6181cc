"""The self-check before sending: for every exercise, with its material known and its own words suggested."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import checks
from sandbox.library import Library, prefilled, render
from sandbox.practice.self_check import example_prompt, self_checked
from sandbox.records import CheckContext, CheckSpec, Exercise, Prompt, State, Verdict

ROOT = Path(__file__).parent.parent
LIBRARY = Library(
    (ROOT / "prompts",), (ROOT / "exercises",), check_problem=checks.problem, read_text=lambda path: ""
)
EXERCISES = LIBRARY.exercises()
PARKING = LIBRARY.exercise("basics-better-prompt")


def _template(exercise: Exercise) -> Prompt | None:
    return LIBRARY.prompt(exercise.prompt_id) if exercise.prompt_id else None


def _told(verdicts: tuple[Verdict, ...]) -> str:
    return "\n".join(f"{e.text} {e.correction}" for v in verdicts for e in v.evidence)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_exercise_looks_at_its_prompt_before_sending(exercise: Exercise) -> None:
    template = _template(exercise)
    text = render(template, prefilled(exercise, template)) if template else exercise.starter
    verdicts = self_checked(exercise, template, text or "요약해 줘")
    assert {verdict.kind for verdict in verdicts} == {"prompt_parts"}
    if template is not None and not any(spec.kind == "prompt_parts" for spec in exercise.checks):
        assert all(verdict.state is State.PASS for verdict in verdicts), _told(verdicts)


def test_a_suggestion_speaks_of_this_exercise() -> None:
    said = _told(self_checked(PARKING, None, "안내문 써 줘"))
    assert "시청 회계과에서 시민 안내문을 쓰는 담당자" in said
    assert "공사-사실.txt" in said
    assert "주무관" not in said


def test_pasted_material_is_not_called_missing() -> None:
    pasted = PARKING.materials[0].text or ""
    assert pasted.strip()
    lacking = _told(self_checked(PARKING, None, "안내문 써 줘"))
    whole = _told(self_checked(PARKING, None, f"안내문 써 줘\n{pasted}"))
    assert "자료가 보이지 않습니다" in lacking
    assert "자료가 보이지 않습니다" not in whole


def test_nothing_is_said_of_an_empty_prompt() -> None:
    assert self_checked(PARKING, None, "  \n") == ()


def test_the_example_is_the_model_answers_prompt_else_the_filled_template() -> None:
    assert example_prompt(PARKING, None) == PARKING.model_answer.prompt != ""
    exercise = next(e for e in EXERCISES if e.prompt_id and not e.model_answer.prompt)
    assert "{{" not in example_prompt(exercise, _template(exercise))


def test_without_an_example_the_suggestion_is_of_no_other_exercise() -> None:
    spec = CheckSpec("parts", "prompt_parts", "구성", {"parts": ["역할"]})
    verdict = checks.check(spec, CheckContext("", "요약해 줘"))
    assert "보고서" not in _told((verdict,))


def test_a_label_on_a_line_of_its_own_suggests_the_line_below() -> None:
    spec = CheckSpec("parts", "prompt_parts", "구성", {"parts": ["역할"]})
    example = "[역할]\n당신은 도서관 사서입니다.\n[형식] 세 줄"
    verdict = checks.check(spec, CheckContext("", "요약해 줘", example=example))
    assert "당신은 도서관 사서입니다." in _told((verdict,))
