"""What is wrong with a form, told by the library's own parser and by the proof, each beside its field.

Hides the way from a form to files and back from a line of a file to a field of the form. Nothing
here decides what is right: the parser, ``checks.problem`` and the example answers do.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox import checks
from sandbox.authoring.forms import Form, exercise_texts, given, prompt_text
from sandbox.authoring.wording import on_screen
from sandbox.checks.proof import mismatches
from sandbox.library import (
    all_of,
    between_files,
    check_values,
    parse_prompt,
    prefilled,
    read_exercise,
    render,
)
from sandbox.records import (
    CheckContext,
    CheckSpec,
    ContentError,
    ExampleAnswer,
    Exercise,
    Field,
    FieldType,
    Level,
    Prompt,
    Verdict,
)

Place = tuple[str | int, ...]
ReadText = Callable[[Path], str]
FileData = Callable[[str], bytes]
_WRONG = re.compile(r"answers/wrong-(\d+)\.md$")
# What stands in for an empty line of the header, so that the rest can be looked at all the same.
_STAND_INS: Mapping[str, object] = {"title": "…", "summary": "…", "goal": "…", "steps": ["…"], "minutes": 1}


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be put right before it can be published, and where in the form."""

    place: Place
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The record a form stands for, when it stands for one, and what is wrong."""

    item: Prompt | Exercise | None
    problems: tuple[Problem, ...]

    def at(self, *place: str | int) -> tuple[Problem, ...]:
        """Return the problems of one place of the form and of what lies in it."""
        return tuple(p for p in self.problems if p.place[: len(place)] == place)


def look_at_prompt(form: Form) -> LookedAt:
    """Read a template's form as the library would."""
    try:
        prompt = parse_prompt(prompt_text(form), source="템플릿", check_problem=checks.problem)
    except ContentError as error:
        found = [_problem(e, "body", form) for e in all_of(error)]
        if stood_in := _stood_in(form, found):
            found += [p for p in look_at_prompt(stood_in).problems if p not in found]
        return LookedAt(None, tuple(found))
    problems = [
        Problem(("fields", i, "default"), problem)
        for i, field in enumerate(prompt.fields)
        if (problem := check_values(prompt, {}).get(field.name))
    ]
    return LookedAt(prompt, tuple(problems))


def look_at_exercise(
    form: Form,
    *,
    file_data: FileData,
    read_text: ReadText,
    prompts: Mapping[str, Prompt],
    proof: bool = True,
) -> LookedAt:
    """Read an exercise's form as the library would; with ``proof``, hold its answers to what they claim.

    The proof calculates workbooks and may take seconds.
    """
    with tempfile.TemporaryDirectory(prefix="sandbox-look-") as name:
        folder = Path(name)
        lost = _lay_out(form, folder, file_data)
        try:
            exercise, lines = read_exercise(
                folder, check_problem=checks.problem, read_text=read_text, shown="실습"
            )
        except ContentError as error:
            found = [*lost, *(_problem(e, "scenario", form) for e in all_of(error))]
            if stood_in := _stood_in(form, found):
                again = look_at_exercise(
                    stood_in, file_data=file_data, read_text=read_text, prompts=prompts, proof=proof
                )
                found += [p for p in again.problems if p not in found]
            return LookedAt(None, tuple(found))
        found = [*lost, *(_problem(e, "scenario", form) for e in between_files(exercise, prompts, lines))]
        if not found and proof:
            found = list(_proof(exercise, prompts.get(exercise.prompt_id or "")))
    return LookedAt(exercise, tuple(found))


@contextmanager
def laid_out(form: Form, file_data: FileData, read_text: ReadText) -> Iterator[Exercise | None]:
    """Give the exercise with its materials on disk, to try checks on; None while the form is broken."""
    with tempfile.TemporaryDirectory(prefix="sandbox-look-") as name:
        _lay_out(form, Path(name), file_data)
        try:
            yield read_exercise(Path(name), check_problem=checks.problem, read_text=read_text, shown="실습")[
                0
            ]
        except ContentError:
            yield None


def judged(exercise: Exercise, answer: ExampleAnswer, prompt: Prompt | None) -> tuple[Verdict, ...]:
    """Run an exercise's checks on an example answer."""
    asked = answer.prompt or (render(prompt, prefilled(exercise, prompt)) if prompt else exercise.starter)
    return verdicts_on(exercise, answer.text, asked)


def verdicts_on(exercise: Exercise, answer: str, asked: str) -> tuple[Verdict, ...]:
    """Run an exercise's checks on an answer and the prompt it was asked with."""
    context = CheckContext(
        answer=answer,
        prompt=asked,
        sources={m.name: m.text for m in exercise.materials if m.text},
        files={m.name: m.path for m in exercise.materials},
    )
    return tuple(checks.check(spec, context) for spec in exercise.checks)


def template_verdicts(form: Form, answer: str, asked: str, sources: Mapping[str, str]) -> tuple[Verdict, ...]:
    """Run a template's checks, however half-done, on an answer; ``sources`` are the filled blanks by label."""
    context = CheckContext(answer=answer, prompt=asked, sources=sources)
    specs = [
        CheckSpec(
            c["id"],
            c["kind"],
            c["title"] or c["id"],
            given(c),
            float(c["weight"] or 1.0),
        )
        for c in form["checks"]
    ]
    return tuple(checks.check(spec, context) for spec in specs)


def loose_prompt(form: Form) -> Prompt:
    """Return a template for the preview, however half-done the form is."""
    seen: set[str] = set()
    fields = []
    for one in form["fields"]:
        if one["name"] and one["name"] not in seen:
            seen.add(one["name"])
            fields.append(_loose_field(one))
    return Prompt(
        form["id"],
        form["title"] or "새 템플릿",
        form["module"],
        Level(form["level"]),
        form["summary"],
        tuple(fields),
        form["body"],
        system=form["system"],
        sample=dict(form["sample"]),
        max_answer_tokens=int(form["max_answer_tokens"] or 1_000),
        temperature=form["temperature"],
    )


def _loose_field(form: Form) -> Field:
    kind = FieldType(form["type"])
    choices = tuple(dict.fromkeys(c for c in form["choices"] if c.strip()))
    low, high = form["min"], form["max"]
    if low is not None and high is not None and low > high:
        low = high = None
    field = Field(
        form["name"],
        form["label"] or form["name"],
        kind,
        form["help"],
        form["required"],
        form["default"],
        form["example"],
        choices if kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE) else (),
        low if kind is FieldType.NUMBER else None,
        high if kind is FieldType.NUMBER else None,
        form["max_chars"],
    )
    alone = Prompt("x", "x", "report", Level.BASIC, "x", (field,), "")
    return replace(field, default="") if check_values(alone, {}) else field


# --------------------------------------------------------------------------- inside


def _lay_out(form: Form, folder: Path, file_data: FileData) -> list[Problem]:
    """Write the exercise as the folder it would be; name the materials that are not there."""
    lost: list[Problem] = []
    (folder / "answers").mkdir()
    for path, text in exercise_texts(form).items():
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    for i, material in enumerate(form["materials"]):
        if not is_file_name(material["file"]):
            lost.append(Problem(("materials", i), "자료 이름에 쓸 수 없는 글자가 있습니다."))
        elif material["sha256"]:
            (folder / material["file"]).write_bytes(file_data(material["sha256"]))
    return lost


def is_file_name(name: str) -> bool:
    """Say whether a material may have this name: one that leads nowhere else, on any system."""
    stem = name.partition(".")[0].strip().casefold()
    reserved = stem in _RESERVED or name.casefold() in ("exercise.md", "answers", "prompt.md")
    return (
        0 < len(name) <= 120
        and len(name.encode("utf-8")) <= 200
        and not re.search(r'[\\/:*?"<>|\x00-\x1f\x7f]', name)
        and name == name.strip(" .")
        and not reserved
    )


_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))})


def _problem(error: ContentError, text_place: str, form: Form) -> Problem:
    place = _place(error, text_place)
    kind = ""
    if len(place) > 1 and place[0] == "checks" and isinstance(place[1], int):
        kind = form["checks"][place[1]]["kind"]
    kind = kind if kind in checks.CHECKS else ""
    return Problem(place, on_screen(error.message, kind), on_screen(error.remedy))


def _place(error: ContentError, text_place: str) -> Place:
    wrong = _WRONG.search(error.file)
    if wrong:
        return ("wrong", int(wrong.group(1)) - 1, *(error.place or ("text",)))
    if error.file.endswith("answers/model.md"):
        return ("model", *(error.place or ("text",)))
    return error.place or (text_place,)


def _stood_in(form: Form, found: list[Problem]) -> Form | None:
    """Return the form with its empty lines filled in; None when they are not what is wrong."""
    empty = {str(p.place[0]) for p in found if p.place} & set(_STAND_INS)
    empty = {key for key in empty if key in form and form[key] != _STAND_INS[key]}
    return form | {key: _STAND_INS[key] for key in empty} if empty else None


def _proof(exercise: Exercise, prompt: Prompt | None) -> Iterator[Problem]:
    for one in mismatches(exercise.model_answer, judged(exercise, exercise.model_answer, prompt)):
        yield Problem(("model", "text"), on_screen(one.message), on_screen(one.remedy))
    for i, answer in enumerate(exercise.wrong_answers):
        for one in mismatches(answer, judged(exercise, answer, prompt)):
            yield Problem(("wrong", i, "text"), on_screen(one.message), on_screen(one.remedy))
    if not exercise.wrong_answers:
        yield Problem(
            ("wrong",),
            "틀린 답안이 하나도 없습니다.",
            "수강생이 정말 받을 법한 틀린 답안을 하나 이상 넣어 주세요. 점검이 그것을 잡아내는지 확인합니다.",
        )
