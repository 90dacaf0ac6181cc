"""From what is on the screen to the messages that would be sent, before the guard sees them."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox import library
from sandbox.library import Library
from sandbox.practice.shapes import Work
from sandbox.records import (
    Cleared,
    Endpoint,
    Exercise,
    Field,
    Message,
    NotFoundError,
    Person,
    Prompt,
    PromptTooLongError,
    Role,
    Sampling,
)
from sandbox.store import Store

PROMPT_MAX_CHARS = 200_000
DRAFT_MAX_CHARS = 2 * PROMPT_MAX_CHARS
ANSWER_TOKENS = 1_000
EXERCISE_VERSION = "__exercise_version"
PROMPT_VERSION = "__prompt_version"


def drawn_with(draft: Mapping[str, str], name: str = EXERCISE_VERSION) -> int | None:
    """Return the version with which a draft was begun; None when there is no draft, or an old one."""
    told = draft.get(name, "")
    return int(told) if told.isdecimal() else None


class Composing:
    """Knows templates, exercises and the conversation so far."""

    def __init__(self, library_: Library, store: Store) -> None:
        self._library = library_
        self._store = store

    def compose(self, exercise: Exercise | None, prompt: Prompt | None, values: Mapping[str, str]) -> str:
        """Make the prompt text from the template and the form, or the exercise's starter text."""
        if prompt is not None:
            return library.render(prompt, values)
        return exercise.starter if exercise is not None else ""

    def missing(self, prompt: Prompt | None, values: Mapping[str, str]) -> tuple[Field, ...]:
        """Return the required blanks that are still empty."""
        return library.missing(prompt, values) if prompt is not None else ()

    def messages(self, person: Person, work: Work) -> tuple[Message, ...]:
        """System text, the conversation so far (as it was sent: masked), and the new prompt."""
        if len(work.text) > PROMPT_MAX_CHARS:
            raise _too_long(len(work.text), PROMPT_MAX_CHARS)
        if work.parent_id:
            parent = self._store.run(work.parent_id, person.id)
            past = (*parent.messages, Message(Role.ASSISTANT, parent.answer))
            return (*past, Message(Role.USER, work.text))
        prompt = self.prompt(work)
        system = prompt.system if prompt else ""
        head = (Message(Role.SYSTEM, system),) if system else ()
        return (*head, Message(Role.USER, work.text))

    def check_draft(self, payload: Mapping[str, str]) -> None:
        """Raise PromptTooLongError when a draft is larger than any prompt with its form could be."""
        chars = sum(len(name) + len(text) for name, text in payload.items())
        if chars > DRAFT_MAX_CHARS:
            raise _too_long(chars, DRAFT_MAX_CHARS)

    def sampling(self, work: Work, endpoint: Endpoint) -> Sampling:
        """Take the template's limits, but never more than half of what the endpoint can hold."""
        prompt = self.prompt(work)
        wanted = prompt.max_answer_tokens if prompt else ANSWER_TOKENS
        usual = prompt.temperature if prompt else None
        temperature = usual if work.temperature is None else work.temperature
        return Sampling(min(wanted, endpoint.context_tokens // 2), temperature)

    def prompt(self, work: Work) -> Prompt | None:
        """Return the template as it was when the work was begun, or the one on trial."""
        if work.trial is not None or not work.prompt_id:
            return work.trial
        return self._library.prompt(work.prompt_id, work.prompt_version)

    def exercise(self, work: Work) -> Exercise | None:
        """Return the exercise as it was when the work was begun."""
        return self._library.exercise(work.exercise_id, work.exercise_version) if work.exercise_id else None

    def known(self, exercise_id: str, version: int | None = None) -> tuple[str, ...]:
        """What an exercise ships is invented: its own text is no leak."""
        try:
            exercise = self._library.exercise(exercise_id, version) if exercise_id else None
        except NotFoundError:
            return ()
        if exercise is None:
            return ()
        return (
            *(m.text for m in exercise.materials),
            *exercise.prefill.values(),
            exercise.starter,
            *(t.text for t in exercise.lab_texts),
            *(s.text for s in exercise.spot),
        )

    def own_values(self, work: Work) -> dict[str, str]:
        """Return what the person typed into the form, by label, without what was pre-filled."""
        prompt = self.prompt(work)
        if prompt is None:
            return {}
        exercise = self.exercise(work)
        given = library.prefilled(exercise, prompt) if exercise else {}
        return {
            f.label: work.values[f.name]
            for f in prompt.fields
            if work.values.get(f.name, "").strip() and work.values[f.name] != given.get(f.name)
        }

    def title(self, work: Work, cleared: Cleared) -> str:
        exercise, prompt = self.exercise(work), self.prompt(work)
        if work.trial is not None:
            return f"{work.trial.title} (시험 실행)"
        if exercise is not None:
            return exercise.title
        if prompt is not None and not work.parent_id:
            return prompt.title
        return " ".join(cleared.messages[-1].text.split())[:60]


def _too_long(chars: int, limit: int) -> PromptTooLongError:
    return PromptTooLongError(
        f"글이 너무 깁니다({chars:,}자).",
        tokens=chars,
        limit=limit,
        remedy="자료에서 꼭 필요한 부분만 남겨 주세요. 줄일 때까지 보내지도, 임시 저장하지도 않습니다.",
    )
