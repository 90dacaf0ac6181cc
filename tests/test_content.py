"""What the course ships: every template fills, every model answer passes, every wrong one fails as it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sandbox import checks, library
from sandbox.documents import read
from sandbox.library import Library
from sandbox.records import MODULES, Exercise, Prompt, State, Verdict
from sandbox.shell.content import answer_complaints
from sandbox.shell.room import first_prompt, judge

ROOT = Path(__file__).parent.parent
COURSE = Library(
    [ROOT / "prompts"],
    [ROOT / "exercises"],
    check_problem=checks.problem,
    read_text=lambda path: read.read(path.name, path.read_bytes()).text,
)
PROMPTS = COURSE.prompts()
EXERCISES = COURSE.exercises()
CORE_MODULES = {"basics", "report", "minutes", "slides", "excel"}


def named(item: Prompt | Exercise) -> str:
    return item.id


def shown(verdicts: tuple[Verdict, ...]) -> str:
    return "\n".join(
        f"{v.check_id} {v.state.value}: {v.summary} {[e.text for e in v.evidence][:3]}" for v in verdicts
    )


def test_no_shipped_file_is_broken() -> None:
    assert [f"{p.file}:{p.line} {p.message}" for p in COURSE.problems()] == []


def test_the_course_is_as_large_as_promised() -> None:
    assert len(PROMPTS) >= 10
    assert len(EXERCISES) >= 7
    assert {prompt.module for prompt in PROMPTS} >= CORE_MODULES
    assert {exercise.module for exercise in EXERCISES} >= CORE_MODULES
    assert {item.module for item in (*PROMPTS, *EXERCISES)} <= {module.id for module in MODULES}


def test_ids_titles_and_places_are_unique() -> None:
    for items in (PROMPTS, EXERCISES):
        for key in ("id", "title"):
            counted = Counter(getattr(item, key) for item in items)
            assert [value for value, count in counted.items() if count > 1] == []
    places = Counter((exercise.module, exercise.order) for exercise in EXERCISES)
    assert [place for place, count in places.items() if count > 1] == []


@pytest.mark.parametrize("prompt", PROMPTS, ids=named)
def test_a_template_fills_with_its_sample_and_its_defaults(prompt: Prompt) -> None:
    assert library.missing(prompt, prompt.sample) == ()
    assert library.check_values(prompt, prompt.sample) == {}
    assert library.check_values(prompt, {}) == {}
    assert "{{" not in library.render(prompt, prompt.sample)
    assert library.render(prompt, {}).strip()
    assert library.parse_prompt(library.to_text(prompt), source=prompt.source) == prompt


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
def test_an_exercise_offers_a_prompt_that_can_be_sent_at_once(exercise: Exercise) -> None:
    if exercise.prompt_id is None:
        assert exercise.starter
        return
    prompt = COURSE.prompt(exercise.prompt_id)
    values = library.prefilled(exercise, prompt)
    assert library.check_values(prompt, values) == {}
    assert library.missing(prompt, values) == ()


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
def test_the_model_answer_passes_and_wrong_answers_fail_for_the_right_reason(exercise: Exercise) -> None:
    prompt = COURSE.prompt(exercise.prompt_id) if exercise.prompt_id else None
    asked = first_prompt(exercise, prompt) if prompt else ""
    assert len(exercise.wrong_answers) >= 2
    assert exercise.hints
    model = judge(exercise, exercise.model_answer.text, exercise.model_answer.prompt or asked)
    assert {v.state for v in model} == {State.PASS}, shown(model)
    for answer in exercise.wrong_answers:
        verdicts = judge(exercise, answer.text, answer.prompt or asked)
        complaints = [c.message for c in answer_complaints(answer, verdicts, answer.name)]
        assert complaints == [], shown(verdicts)
        assert {v.check_id for v in verdicts if v.state is State.FAIL} == set(answer.fails)
