"""What an exercise would send as it stands, however half-done: its template filled as it fills it, or its starter.

Hides that an exercise without a template sends its starter as if that were one: on trial both are a
template, which needs to stand in no library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.authoring.advice import SMALL_MODEL_TOKENS, Advice, advise, size
from sandbox.authoring.forms import Form
from sandbox.library import missing, prefilled, render
from sandbox.records import ExampleAnswer, Exercise, Level, Material, Prompt


@dataclass(frozen=True, slots=True)
class Asking:
    """What a trainee has before them who opens the exercise: the template, and what its blanks hold already."""

    prompt: Prompt
    values: dict[str, str]

    @property
    def text(self) -> str:
        """Return what is sent by who changes nothing."""
        return render(self.prompt, self.values)

    @property
    def tokens(self) -> int:
        """Return how many tokens that takes, the system text included."""
        return size(replace(self.prompt, sample=self.values))


def asking(form: Form, template: Prompt | None, text_of: Callable[[Form], str]) -> Asking:
    """Fill the template as the form does; ``text_of`` reads one line of the form's materials."""
    if template is None:
        level = Level(form["level"])
        return Asking(Prompt(form["id"], form["title"], form["module"], level, "", (), form["starter"]), {})
    wanted = {value[1:] for value in form["prefill"].values() if value.startswith("@")}
    materials = tuple(
        Material(m["file"], m["title"], Path(m["file"]), text_of(m))
        for m in form["materials"]
        if m["file"] in wanted and m["sha256"]
    )
    stand_in = Exercise(
        form["id"], "", form["module"], Level(form["level"]), 1, "", "", template.id, materials,
        dict(form["prefill"]), (), (), (), ExampleAnswer("", ""), (),
    )  # fmt: skip
    return Asking(replace(template, title=form["title"]), prefilled(stand_in, template))


def advise_exercise(form: Form, asked: Asking) -> tuple[Advice, ...]:
    """Return what could be better about an exercise, the weightiest first; nothing of it must be."""
    return (*_prompt(form, asked), *_size(asked), *_help(form))


def _prompt(form: Form, asked: Asking) -> Iterator[Advice]:
    if not form["prompt"]:
        if not asked.text.strip():
            yield Advice(
                ("starter",),
                "입력 칸이 빈 채로 열립니다. 첫 줄이라도 적어 두면 처음 하는 사람이 시작하기 쉽습니다.",
            )
        return
    used = set(form["prefill"].values())
    for i, one in enumerate(form["materials"]):
        if f"@{one['file']}" not in used:
            yield Advice(
                ("materials", i),
                f"「{one['file']}」의 글은 프롬프트에 저절로 들어가지 않습니다. 수강생이 옮겨 넣게 할 것이면 그대로 두세요.",
            )
    if empty := [f.label for f in missing(asked.prompt, asked.values)]:
        yield Advice(
            ("prefill",), f"수강생이 채울 빈칸입니다: {', '.join(empty)}. 순서에 무엇을 넣을지 적어 주세요."
        )
    filled = replace(asked.prompt, sample=asked.values)
    yield from (one for one in advise(filled) if one.place == ("body",) and "토큰" not in one.text)


def _size(asked: Asking) -> Iterator[Advice]:
    if asked.tokens > SMALL_MODEL_TOKENS:
        yield Advice(
            ("prefill",),
            f"보낼 글이 약 {asked.tokens:,}토큰입니다. 작은 모델은 {SMALL_MODEL_TOKENS:,}토큰을 넘으면 앞부분을 잊기 쉽습니다. "
            "자료를 줄일 수 있는지 봐 주세요.",
        )


def _help(form: Form) -> Iterator[Advice]:
    if not form["hints"]:
        yield Advice(
            ("hints",), "힌트가 하나도 없습니다. 막힌 사람이 스스로 나아가도록 하나라도 적어 주세요."
        )
    if not form["lesson"].strip():
        yield Advice(
            ("lesson",), "‘이 실습에서 배운 것’이 비어 있습니다. 마칠 때 한 줄로 정리해 주면 오래 남습니다."
        )
