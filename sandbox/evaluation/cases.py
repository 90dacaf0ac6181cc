"""What is asked: every template's sample and every exercise, once taught and once naively.

Hides the rule that makes a naive prompt, which checks count, and the order of the work. Both
prompts of a pair get the same facts and the same limits and are judged by the same checks, so that
only the way of asking differs.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest

from sandbox.checks import CHECKS, check
from sandbox.library import Library, prefilled, render
from sandbox.records import (
    EMPTY,
    MODULES,
    CheckContext,
    CheckSpec,
    Exercise,
    FieldType,
    NotFoundError,
    Prompt,
    Sampling,
    Verdict,
)

ANSWER_TOKENS = 1_000
_LONG_STARTER_CHARS = 80


class Asked(StrEnum):
    """How it was asked. The values stand in the journal; ``label`` is what a person reads."""

    COURSE = "course"
    NAIVE = "naive"

    @property
    def label(self) -> str:
        return "교재 프롬프트" if self is Asked.COURSE else "한 줄 프롬프트"


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a model. ``kind`` is ``sample`` or ``exercise``; ``number`` counts the samples from 1."""

    item: str
    kind: str
    module: str
    title: str
    asked: Asked
    number: int
    system: str
    text: str
    sampling: Sampling
    checks: tuple[CheckSpec, ...]
    context: CheckContext
    known: tuple[str, ...] = ()

    def key(self, model: str) -> str:
        """Name the answer: it changes with all that is sent and with nothing else."""
        sent = [self.system, self.text, self.sampling.max_answer_tokens, self.sampling.temperature]
        digest = hashlib.sha256(json.dumps(sent, ensure_ascii=False).encode("utf-8")).hexdigest()[:16]
        return "|".join((self.kind, self.item, digest, self.asked.value, model, str(self.number)))

    def judge(self, answer: str) -> tuple[Verdict, ...]:
        """Run the checks on an answer."""
        context = replace(self.context, answer=answer)
        return tuple(check(spec, context) for spec in self.checks)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What cannot be compared, and why in Korean."""

    item: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    cases: tuple[Case, ...]
    left_out: tuple[LeftOut, ...]


def plan(library: Library, *, samples: int = 1, only: Sequence[str] = ()) -> Plan:
    """Return all cases in the order of the work: round robin by module, the two of a pair side by side.

    ``only`` holds ids of exercises or templates, or modules. At temperature 0 a model says the same
    again, so further samples are taken only where the temperature is higher. Raise NotFoundError.
    """
    queues: dict[str, list[list[Case]]] = defaultdict(list)
    left_out: list[LeftOut] = []
    for item in _items(library, only):
        pair, reason = _pair(item, library)
        if reason:
            left_out.append(LeftOut(item.id, item.title, reason))
        else:
            queues[item.module].append(pair)
    first = [case for pair in _round_robin(queues) for case in pair]
    more = [
        replace(case, number=number, sampling=replace(case.sampling, seed=number))
        for number in range(2, samples + 1)
        for case in first
        if case.sampling.temperature
    ]
    return Plan((*first, *more), tuple(left_out))


# --------------------------------------------------------------------------- naive prompts


def naive_of_prompt(prompt: Prompt, values: Mapping[str, str]) -> str:
    """Return what an untaught person would send instead of this template with these values.

    The author's ``naive`` decides: with ``{{빈칸}}`` it is the whole prompt, without it is the first
    sentence. Else the title is the sentence. Below it stand all values as they are, so that the facts
    are the same; what is missing is role, context, form and limits.
    """
    if "{{" in prompt.naive:
        return render(replace(prompt, body=prompt.naive), values)
    sentence = prompt.naive or f"{prompt.title}. 아래 내용으로 해 줘."
    filled = [(f, values.get(f.name, f.default).strip()) for f in prompt.fields]
    filled = [(f, value) for f, value in filled if value]
    long = [f for f, value in filled if f.type in (FieldType.LONG_TEXT, FieldType.FILE) or "\n" in value]
    parts = [
        value if long == [f] else f"{f.label}:\n{value}" if "\n" in value else f"{f.label}: {value}"
        for f, value in filled
    ]
    return "\n".join([sentence, "", *parts])


def naive_of_exercise(exercise: Exercise, prompt: Prompt | None) -> str:
    """Return what an untaught person would send in this exercise.

    With a template as in ``naive_of_prompt``, from what the exercise fills in. Without one the starter
    is the naive prompt; the materials follow, unless the starter is a long text that brings its own.
    """
    if prompt is not None:
        values = prefilled(exercise, prompt)
        return naive_of_prompt(replace(prompt, naive=exercise.naive or prompt.naive), values)
    sentence = exercise.naive or exercise.starter or f"{exercise.title}. 아래 내용으로 해 줘."
    if not exercise.naive and ("\n" in sentence.strip() or len(sentence) > _LONG_STARTER_CHARS):
        return sentence
    return "\n\n".join([sentence, *(m.text.strip() for m in exercise.materials if m.text.strip())])


# --------------------------------------------------------------------------- inside


@dataclass(frozen=True, slots=True)
class _Item:
    """A template's sample or an exercise, ready to be asked in two ways."""

    kind: str
    prompt: Prompt | None
    exercise: Exercise | None = None
    values: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    @property
    def _own(self) -> Prompt | Exercise:
        own = self.exercise or self.prompt
        assert own is not None
        return own

    @property
    def id(self) -> str:
        return self._own.id

    @property
    def title(self) -> str:
        return self._own.title

    @property
    def module(self) -> str:
        return self._own.module

    @property
    def checks(self) -> tuple[CheckSpec, ...]:
        """The checks of the answer: those of the prompt itself would only judge how we asked."""
        return tuple(s for s in self._own.checks if s.kind not in CHECKS or CHECKS[s.kind].needs_answer)

    def text(self, asked: Asked) -> str:
        if self.exercise:
            if asked is Asked.NAIVE:
                return naive_of_exercise(self.exercise, self.prompt)
            return (
                render(self.prompt, self.values) if self.prompt else self.exercise.model_answer.prompt
            ).strip()
        assert self.prompt is not None
        course = asked is Asked.COURSE
        return render(self.prompt, self.values) if course else naive_of_prompt(self.prompt, self.values)

    def context(self, text: str) -> CheckContext:
        if self.exercise:
            materials = self.exercise.materials
            return CheckContext(
                "", text, {m.name: m.text for m in materials if m.text}, {m.name: m.path for m in materials}
            )
        assert self.prompt is not None
        labels = {f.name: f.label for f in self.prompt.fields}
        return CheckContext("", text, {labels[name]: value for name, value in self.values.items()})

    @property
    def known(self) -> tuple[str, ...]:
        """The invented texts the course ships: no leak for the guard."""
        exercise = self.exercise
        if exercise is None:
            return tuple(self.values.values())
        own = (exercise.starter, exercise.model_answer.prompt, *exercise.prefill.values())
        return (*(m.text for m in exercise.materials), *own)


def _items(library: Library, only: Sequence[str]) -> Iterator[_Item]:
    """Yield exercises and samples of each module in turns."""
    prompts, exercises = library.prompts(), library.exercises()
    wanted = set(only)
    known = {m.id for m in MODULES} | {p.id for p in prompts} | {e.id for e in exercises}
    for name in only:
        if name not in known:
            raise NotFoundError(
                f"‘{name}’이라는 과목, 템플릿, 실습이 없습니다.",
                remedy=f"과목 이름({', '.join(m.id for m in MODULES)})이나 id를 적어 주세요.",
            )
    tests: list[_Item] = [
        _Item("exercise", library.prompt(e.prompt_id) if e.prompt_id else None, e) for e in exercises
    ]
    tests = [
        replace(t, values=prefilled(t.exercise, t.prompt)) if t.exercise and t.prompt else t for t in tests
    ]
    shown = [_Item("sample", p, values=p.sample) for p in prompts]
    for pair in zip_longest(tests, shown):
        yield from (i for i in pair if i and (not wanted or wanted & {i.id, i.module}))


def _pair(item: _Item, library: Library) -> tuple[list[Case], str]:
    """Return the two cases of an item, or why there are none."""
    if not item.checks:
        return [], "답을 보는 점검이 없습니다."
    if item.kind == "sample" and not item.values:
        return [], "sample이 없습니다."
    if not item.text(Asked.COURSE):
        return [], "견줄 교재 프롬프트가 없습니다(모범 답안에 prompt가 없음)."
    sampling = Sampling(
        item.prompt.max_answer_tokens if item.prompt else ANSWER_TOKENS,
        (item.prompt.temperature if item.prompt else None) or 0.0,
        seed=1,
    )
    system = item.prompt.system if item.prompt else ""
    cases = [
        Case(
            item.id,
            item.kind,
            item.module,
            item.title,
            asked,
            1,
            system if asked is Asked.COURSE else "",
            text := item.text(asked),
            sampling,
            item.checks,
            item.context(text),
            item.known,
        )
        for asked in Asked
    ]
    return cases, ""


def _round_robin(queues: Mapping[str, Iterable[list[Case]]]) -> Iterator[list[Case]]:
    ordered = [queues[m.id] for m in MODULES if m.id in queues]
    for turn in zip_longest(*ordered):
        yield from (pair for pair in turn if pair)
