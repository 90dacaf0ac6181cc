"""The look at a prompt before it is sent: which parts it lacks, told in the words of its own exercise.

Hides where the example comes from, and what is asked of an exercise that asks nothing of prompts itself.
"""

from __future__ import annotations

from sandbox import checks, library
from sandbox.records import CheckContext, CheckSpec, Exercise, Prompt, Verdict

_PARTS = ("역할", "맥락", "자료", "형식", "제약")
_TITLE = "좋은 프롬프트의 부분이 있나요?"


def example_prompt(exercise: Exercise, template: Prompt | None) -> str:
    """Return a good prompt of an exercise: its model answer's, else its template with the blanks filled in."""
    if exercise.model_answer.prompt.strip() or template is None:
        return exercise.model_answer.prompt
    return library.render(template, {**template.sample, **library.prefilled(exercise, template)})


def self_checked(exercise: Exercise, template: Prompt | None, text: str) -> tuple[Verdict, ...]:
    """Judge a prompt by the exercise's checks of prompts, or by the parts of a good one; an empty one by none."""
    if not text.strip():
        return ()
    context = CheckContext(
        answer="",
        prompt=text,
        sources={m.name: m.text for m in exercise.materials if m.text},
        example=example_prompt(exercise, template),
    )
    asked = asks(exercise) or (_usual(template),)
    return tuple(checks.check(spec, context) for spec in asked)


def asks(exercise: Exercise) -> tuple[CheckSpec, ...]:
    """Return the checks by which an exercise itself judges prompts; most ask nothing of them."""
    return tuple(spec for spec in exercise.checks if spec.kind == "prompt_parts")


def _usual(template: Prompt | None) -> CheckSpec:
    """Look for what the template explains: a prompt made from it is whole until somebody takes a part away."""
    explained = [part for part in _PARTS if template is not None and part in template.why]
    return CheckSpec("prompt-parts", "prompt_parts", _TITLE, {"parts": explained or list(_PARTS)})
