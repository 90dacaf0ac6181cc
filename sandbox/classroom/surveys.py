"""The survey after a class: questions of the lecturer's own, answers of nobody's.

Hides when results may be seen: while fewer than three have answered they would tell who said what
to anybody who watches them come in. Free text passes ``masked`` before it is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.class_records import InstructorKey, Question, QuestionKind, Survey
from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.live import Live
from sandbox.records import InputError, NotFoundError, Person
from sandbox.store import Store

LEAST_ANSWERS = 3
MOST_QUESTIONS = 20
QUESTION_MAX_CHARS = 200
TEXT_MAX_CHARS = 1_000
SCALE: tuple[str, ...] = ("전혀 아니다", "아니다", "보통이다", "그렇다", "매우 그렇다")
USUAL_QUESTIONS: tuple[Question, ...] = (
    Question("useful", QuestionKind.SCALE, "오늘 배운 내용은 내 업무에 바로 쓸 수 있습니다."),
    Question("level", QuestionKind.SCALE, "설명과 실습의 난이도가 나에게 알맞았습니다."),
    Question("time", QuestionKind.SCALE, "실습할 시간이 충분했습니다."),
    Question("room", QuestionKind.SCALE, "실습실 프로그램은 쓰기 쉬웠습니다."),
    Question("safe", QuestionKind.SCALE, "AI에 넣으면 안 되는 자료가 무엇인지 알게 되었습니다."),
    Question("more", QuestionKind.SCALE, "심화 과정이 열리면 참여하고 싶습니다."),
    Question("best", QuestionKind.TEXT, "가장 도움이 된 실습은 무엇이었나요? 어떤 점이 좋았나요?"),
    Question("wish", QuestionKind.TEXT, "아쉬웠던 점이나 더 배우고 싶은 것을 적어 주세요."),
)


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """How many chose each of the five points, the lowest first; ``mean`` is 0 without answers."""

    question: Question
    counts: tuple[int, int, int, int, int]

    @property
    def answered(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        total = sum(point * count for point, count in enumerate(self.counts, 1))
        return total / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class TextResult:
    """What was written, in an order that says nothing."""

    question: Question
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """``held_back``: too few have answered for anything but their number to be shown."""

    survey: Survey
    answered: int
    held_back: bool
    results: tuple[ScaleResult | TextResult, ...] = ()


class Surveys:
    """One per server process; thread-safe. ``masked`` takes personal data out of a text."""

    def __init__(
        self, store: Store, instructors: Instructors, live: Live, *, masked: Callable[[str], str]
    ) -> None:
        self._store, self._instructors, self._live, self._masked = store, instructors, live, masked

    # ------------------------------------------------------------------ for trainees

    def open_for(self, person: Person) -> Survey | None:
        """Return the survey this person may answer now; None when there is none or they have."""
        survey = self._store.survey(person.class_code) if person.class_code else None
        if survey is None or not survey.open or self._store.has_answered(person.class_code, person.id):
            return None
        return survey

    def has_answered(self, person: Person) -> bool:
        return self._store.has_answered(person.class_code, person.id)

    def answer(self, person: Person, answers: Mapping[str, int | str]) -> None:
        """Hand in an answer by question id: 1 to 5, or text. Questions may be left out, but not all."""
        survey = self._store.survey(person.class_code) if person.class_code else None
        if survey is None or not survey.open:
            raise InputError("지금은 설문을 받지 않습니다.", remedy="강사가 열면 다시 답할 수 있습니다.")
        kept = self._kept(survey, answers)
        if not kept:
            raise InputError("아직 답하신 것이 없습니다.", remedy="한 가지라도 고르거나 적어 주세요.")
        if not self._store.add_survey_answer(person.class_code, person.id, kept, today_in_korea()):
            raise InputError("이미 답하셨거나 설문이 방금 닫혔습니다.", remedy="한 사람이 한 번만 답합니다.")

    # ------------------------------------------------------------------ for instructors

    def questions(self, key: InstructorKey, code: str) -> Survey:
        """Return a class's survey, with the usual questions where none has been made."""
        self._instructors.current(key)
        return self._store.survey(code) or Survey(code, USUAL_QUESTIONS)

    def save_questions(self, key: InstructorKey, code: str, asked: Sequence[Question]) -> Survey:
        """Keep the questions; once somebody has answered they stand, so that results stay comparable."""
        self._instructors.current(key)
        self._refuse_no_class(code)
        survey = self._store.survey(code) or Survey(code, ())
        questions = _checked(asked)
        if questions == survey.questions:
            return survey
        if self._store.survey_answers(code):
            raise InputError(
                "이미 답한 사람이 있어 질문을 바꿀 수 없습니다.",
                remedy="바꾼 질문으로 묻고 싶으면 새 과정에서 물어 주세요.",
            )
        changed = replace(survey, questions=questions)
        self._store.save_survey(changed)
        return changed

    def set_open(self, key: InstructorKey, code: str, is_open: bool) -> Survey:
        """Open the survey on the screens of the class, or close it; answers stay."""
        self._instructors.current(key)
        self._refuse_no_class(code)
        survey = replace(self._store.survey(code) or Survey(code, USUAL_QUESTIONS), open=is_open)
        self._store.save_survey(survey)
        self._live.change(key, code, lambda now: replace(now, survey_open=is_open))
        return survey

    def results(self, key: InstructorKey, code: str) -> Results:
        """Sum up what has been answered so far."""
        self._instructors.current(key)
        survey = self._store.survey(code) or Survey(code, USUAL_QUESTIONS)
        answers = self._store.survey_answers(code)
        if len(answers) < LEAST_ANSWERS:
            return Results(survey, len(answers), held_back=True)
        return Results(survey, len(answers), False, tuple(_result(q, answers) for q in survey.questions))

    # ------------------------------------------------------------------ inside

    def _kept(self, survey: Survey, answers: Mapping[str, int | str]) -> dict[str, int | str]:
        kept: dict[str, int | str] = {}
        for question in survey.questions:
            given = answers.get(question.id)
            if question.kind is QuestionKind.SCALE and isinstance(given, int) and 1 <= given <= len(SCALE):
                kept[question.id] = given
            elif question.kind is QuestionKind.TEXT and isinstance(given, str) and given.strip():
                text = given.strip()
                if len(text) > TEXT_MAX_CHARS:
                    raise InputError(
                        f"의견이 너무 깁니다({len(text):,}자).",
                        remedy=f"{TEXT_MAX_CHARS:,}자 이내로 적어 주세요.",
                    )
                kept[question.id] = self._masked(text)
        return kept

    def _refuse_no_class(self, code: str) -> None:
        if self._store.class_of(code) is None:
            raise NotFoundError("그 과정을 찾지 못했습니다.", remedy="과정 목록을 다시 열어 확인해 주세요.")


def new_question(kind: QuestionKind, text: str) -> Question:
    """Make a question of one's own."""
    return Question(secrets.token_hex(4), kind, text)


def _checked(asked: Sequence[Question]) -> tuple[Question, ...]:
    questions = tuple(replace(q, text=" ".join(q.text.split())) for q in asked if q.text.strip())
    if not questions:
        raise InputError("질문이 하나도 없습니다.", remedy="질문을 하나 이상 적어 주세요.")
    if len(questions) > MOST_QUESTIONS:
        raise InputError(
            f"질문이 너무 많습니다({len(questions)}개).", remedy=f"{MOST_QUESTIONS}개까지 물을 수 있습니다."
        )
    too_long = next((q for q in questions if len(q.text) > QUESTION_MAX_CHARS), None)
    if too_long is not None:
        raise InputError(
            f"질문이 너무 깁니다({len(too_long.text)}자).",
            remedy=f"{QUESTION_MAX_CHARS}자 이내로 적어 주세요.",
        )
    if len({q.id for q in questions}) < len(questions):
        raise InputError("같은 질문이 두 번 있습니다.", remedy="하나를 지워 주세요.")
    return questions


def _result(question: Question, answers: Sequence[Mapping[str, object]]) -> ScaleResult | TextResult:
    given = [one[question.id] for one in answers if question.id in one]
    if question.kind is QuestionKind.TEXT:
        return TextResult(question, tuple(sorted(str(text) for text in given)))
    counts = [sum(value == point for value in given) for point in range(1, len(SCALE) + 1)]
    return ScaleResult(question, (counts[0], counts[1], counts[2], counts[3], counts[4]))
