"""What the course ships: every template fills, every model answer passes, every wrong one fails as it says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from sandbox import checks, library
from sandbox.documents import read
from sandbox.library import Library
from sandbox.records import MODULES, Exercise, Field, FieldType, Prompt, State, Verdict
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
AT_LEAST = {"basics": 8, "report": 8, "minutes": 6, "slides": 6, "excel": 8}  # templates, and exercises
PICKED = {FieldType.CHOICE, FieldType.MULTI_CHOICE}
PARTICLE = re.compile(r"\{\{([^{}\n]+)\}\}[」”\"']?(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])")

# The same content in other words or another order: exercise, what of the model answer is changed, into what.
RIGHT_TOO = (
    ("basics-ask-back-first", "", "위 질문에 답해 주시기 바랍니다."),
    ("basics-ask-back-first", "봉사활동은 언제 하나요? 날짜와", "2026년 몇 월 며칠에 하나요?"),
    ("basics-hidden-order", "", "자료 안에 AI에게 하는 지시가 있었습니다."),
    ("basics-hidden-order", "", "자료에 계약을 추천하라는 지시가 있으나 따르지 않았습니다."),
    ("everyday-civil-reply", "내년 예산에 넣을지는", "내년에 설치할지는"),
    ("basics-source-only", "5. 확인 필요", "5. 확인 필요 (자료에는 환불받는 방법이 없습니다.)"),
    ("basics-source-only", "4. 확인 필요", "4. 무료로 주차할 수 있는지는 확인 필요"),
    ("everyday-press-release", "「인용 확인 필요」", "해람시는 많은 참여를 바라며 따로 표를 팔지 않는다.\n\n「인용 확인 필요」"),
    ("minutes-head-summary", "매기지 않음", "매기지 않음, 수거차 3대 구입은 결정하지 않음"),
    ("minutes-evidence-lines", "[09:34] 제설함: 160개로 함", "제설함: 160개로 함 [09:34]"),
    ("minutes-evidence-lines", "[09:51] 비상 근무: 3개 조", "[09:51] 비상 근무: 2개 조에서 바꾸어 3개 조"),
    ("minutes-check-draft", "1번: 다름", "1. 다름"),
    ("minutes-check-draft", "4번: 다름", "4번 다름"),
    ("minutes-check-draft", "8번: 근거 없음", "**8번**: 근거 없음"),
    ("minutes-transcript-actions", "광장에서 하기로 함", "광장에서 하기로 함(잔디광장은 쓰지 않음)"),
    ("minutes-long-transcript", "80석으로 함", "80석으로 함(시민회관에서 변경)"),
    ("everyday-faq", "A3. 안 됩니다. 우편은", "A3. 안 됩니다. 우체국 소인이 찍힌 날이 아니라 도착한 날을 봅니다. 우편은"),
    ("everyday-faq", "공고문에 몇 대까지 지원하는지", "공고문에 두 대까지 지원하는지"),
    ("report-problems-to-plans", "□ 문제점", " ○ 주말 주차 불편은 조사하지 못함\n□ 문제점"),
    ("report-numbers-status", "솔밭시장으로 21,880명이 방문해", "솔밭시장 방문객은 18,700명에서 21,880명으로"),
)  # fmt: skip


def named(item: Prompt | Exercise) -> str:
    return item.id


def shown(verdicts: tuple[Verdict, ...]) -> str:
    return "\n".join(
        f"{v.check_id} {v.state.value}: {v.summary} {[e.text for e in v.evidence][:3]}" for v in verdicts
    )


def test_no_shipped_file_is_broken() -> None:
    assert [f"{p.file}:{p.line} {p.message}" for p in COURSE.problems()] == []


def test_the_course_is_as_large_as_promised() -> None:
    assert len(PROMPTS) >= 40
    assert len(EXERCISES) >= 36
    for items in (PROMPTS, EXERCISES):
        counted = Counter(item.module for item in items)
        assert {
            module: counted[module] for module, least in AT_LEAST.items() if counted[module] < least
        } == {}
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


@pytest.mark.parametrize("prompt", PROMPTS, ids=named)
def test_every_blank_says_what_to_write_and_shows_how(prompt: Prompt) -> None:
    assert [field.name for field in prompt.fields if not field.help.strip()] == []
    assert [field.name for field in prompt.fields if not (field.example or shown_by_its_choices(field))] == []


def shown_by_its_choices(field: Field) -> bool:
    """A list to pick from is its own example."""
    return field.type in PICKED and len(field.choices) >= 2


@pytest.mark.parametrize("prompt", PROMPTS, ids=named)
def test_no_particle_depends_on_what_a_person_types(prompt: Prompt) -> None:
    """은/는, 을/를 behind a blank are wrong for half of all words; only a known list may carry one."""
    fields = {field.name: field for field in prompt.fields}
    for name, particle in PARTICLE.findall(prompt.body):
        assert fields[name].type in PICKED, f"{{{{{name}}}}}{particle}"
        assert {ends_open(choice) for choice in fields[name].choices} == {particle in "는가를와로"}
    assert not re.search(r"\}\}[」”\"']?(을\(를\)|를\(을\)|은\(는\)|이\(가\)|\(으\)로)", prompt.body)


def ends_open(word: str) -> bool:
    """Return whether the last syllable has no final consonant."""
    return (ord(word[-1]) - 0xAC00) % 28 == 0


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
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert 2 <= len(exercise.hints) <= 4
    assert len(exercise.steps) >= 3
    assert 5 <= exercise.minutes <= 60
    assert exercise.goal.strip()
    assert exercise.lesson.strip()
    assert len({check.weight for check in exercise.checks}) >= 2, "what matters most weighs more"
    assert len(exercise.wrong_answers) >= 3
    assert len({answer.name for answer in exercise.wrong_answers}) == len(exercise.wrong_answers)


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
def test_every_check_catches_one_of_the_wrong_answers(exercise: Exercise) -> None:
    """A check that no wrong answer fails is not known to see anything."""
    caught = {check_id for answer in exercise.wrong_answers for check_id in answer.fails}
    assert [check.id for check in exercise.checks if check.id not in caught] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
def test_the_model_answer_passes_and_wrong_answers_fail_for_the_right_reason(exercise: Exercise) -> None:
    prompt = COURSE.prompt(exercise.prompt_id) if exercise.prompt_id else None
    asked = first_prompt(exercise, prompt) if prompt else ""
    model = judge(exercise, exercise.model_answer.text, exercise.model_answer.prompt or asked)
    assert {v.state for v in model} == {State.PASS}, shown(model)
    for answer in exercise.wrong_answers:
        verdicts = judge(exercise, answer.text, answer.prompt or asked)
        complaints = [c.message for c in answer_complaints(answer, verdicts, answer.name)]
        assert complaints == [], shown(verdicts)
        assert {v.check_id for v in verdicts if v.state is State.FAIL} == set(answer.fails)


@pytest.mark.parametrize(("exercise_id", "old", "new"), RIGHT_TOO)
def test_a_right_answer_in_other_words_passes_too(exercise_id: str, old: str, new: str) -> None:
    exercise = COURSE.exercise(exercise_id)
    model = exercise.model_answer.text
    assert old in model
    answer = model.replace(old, new) if old else f"{model}\n{new}"
    verdicts = judge(exercise, answer, exercise.model_answer.prompt)
    assert [v for v in verdicts if v.state is State.FAIL and v.kind != "prompt_parts"] == [], shown(verdicts)
