"""``check-content``: hold every template and exercise to what it promises.

Hides how a path becomes a selection of the library, and how an example answer is compared with
what it claims. A model answer must pass every check (확인 불가 is no pass); a wrong answer must
fail exactly the checks it names.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.checks.proof import mismatches
from sandbox.library import LESSON_FILE, Library, check_values, missing, render
from sandbox.records import MODULES, ExampleAnswer, Exercise, InputError, Prompt, State, Verdict
from sandbox.shell.room import Room, first_prompt, judge

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to repair; ``broken`` when the file cannot be used at all."""

    file: str
    line: int
    message: str
    remedy: str
    broken: bool = False


def check(room: Room, chosen: argparse.Namespace) -> tuple[Any, int]:
    """Check everything, or what lies under the given paths: templates, exercises, lessons."""
    paths = [Path(path) for path in chosen.paths]
    library = _library(room, paths)
    complaints = [
        Complaint(e.file, e.line, e.message, e.remedy, broken=True)
        for e in library.problems()
        if _under(e.file, paths)
    ]
    rows: list[Row] = []
    for prompt in library.prompts():
        if _under(prompt.source, paths):
            found = list(prompt_complaints(prompt))
            complaints += found
            rows.append(("템플릿", prompt.id, "", "고칠 것 있음" if found else "정상"))
    for exercise in library.exercises():
        if _under(exercise.source, paths):
            more, found = exercise_complaints(exercise, library)
            complaints += found
            rows += more
    lessons = (library.lesson(module.id) for module in MODULES)
    rows += [("읽을거리", one.module, "", "정상") for one in lessons if one and _under(one.source, paths)]
    if not rows and not complaints:
        raise InputError("확인할 템플릿이나 실습이 없습니다.", remedy="경로를 확인해 주세요.")
    code = 2 if any(c.broken for c in complaints) else 1 if complaints else 0
    if chosen.json:
        keys = ("kind", "id", "answer", "result")
        items = [dict(zip(keys, row, strict=True)) for row in rows]
        return {"items": items, "complaints": [asdict(c) for c in complaints]}, code
    return _as_text(rows, complaints), code


def prompt_complaints(prompt: Prompt) -> Iterator[Complaint]:
    """Yield what is wrong with a template when it is really filled."""
    render(prompt, {})
    if check_values(prompt, {}):
        yield Complaint(prompt.source, 1, "기본값을 쓸 수 없는 빈칸이 있습니다.", "default를 확인해 주세요.")
    empty = missing(prompt, prompt.sample)
    if empty:
        names = ", ".join(field.name for field in empty)
        yield Complaint(
            prompt.source, 1, f"sample에 꼭 필요한 값이 없습니다: {names}", "머리말에 sample을 적어 주세요."
        )
    elif not render(prompt, prompt.sample).strip():
        yield Complaint(prompt.source, 1, "sample을 채운 프롬프트가 비어 있습니다.", "본문을 확인해 주세요.")


def exercise_complaints(exercise: Exercise, library: Library) -> tuple[list[Row], list[Complaint]]:
    """Run model and wrong answers through the checks; return table rows and what does not hold."""
    prompt = library.prompt(exercise.prompt_id) if exercise.prompt_id else None
    asked = first_prompt(exercise, prompt) if prompt else ""
    rows: list[Row] = []
    complaints: list[Complaint] = []
    for answer, file in _answers_with_files(exercise):
        verdicts = judge(exercise, answer.text, answer.prompt or asked)
        found = list(answer_complaints(answer, verdicts, file))
        complaints += found
        passed = sum(v.state is State.PASS for v in verdicts)
        result = "고칠 것 있음" if found else "정상"
        rows.append(("실습", exercise.id, Path(file).name, f"{result} (통과 {passed}/{len(verdicts)})"))
    if not exercise.wrong_answers:
        remedy = "answers 폴더에 wrong-1.md를 만들고 fails를 적어 주세요."
        complaints.append(Complaint(exercise.source, 0, "틀린 답안이 하나도 없습니다.", remedy))
    return rows, complaints


def answer_complaints(answer: ExampleAnswer, verdicts: Sequence[Verdict], file: str) -> Iterator[Complaint]:
    """Yield where the verdicts differ from what the answer claims."""
    for one in mismatches(answer, verdicts):
        yield Complaint(file, 0, one.message, one.remedy)


def _answers_with_files(exercise: Exercise) -> Iterator[tuple[ExampleAnswer, str]]:
    folder = Path(exercise.source).parent / "answers"
    yield exercise.model_answer, (folder / "model.md").as_posix()
    files = sorted(folder.glob("wrong-*.md"))
    for answer, path in zip(exercise.wrong_answers, files, strict=True):
        yield answer, path.as_posix()


# --------------------------------------------------------------------------- paths


def _library(room: Room, paths: Sequence[Path]) -> Library:
    """Return the library with the named paths in it, wherever they lie."""
    prompts: list[Path] = []
    exercises: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"파일이나 폴더가 없습니다: {path}", remedy="경로를 확인해 주세요.")
        home = _exercise_home(path)
        if home:
            exercises.append(home)
        elif path.is_dir():
            prompts.append(path)
            exercises.append(path)
        elif path.name == LESSON_FILE:
            exercises.append(path.parent)
        else:
            prompts.append(path)
    return room.library_with(prompts, exercises) if paths else room.library


def _exercise_home(path: Path) -> Path | None:
    """Return the exercise folder a path belongs to."""
    place = path.absolute()
    return next(
        (p for p in (place, place.parent, place.parent.parent) if (p / "exercise.md").is_file()), None
    )


def _under(file: str, paths: Sequence[Path]) -> bool:
    place = Path(file).resolve()
    wanted = [(_exercise_home(path) or path).resolve() for path in paths]
    return not paths or any(place == path or place.is_relative_to(path) for path in wanted)


# --------------------------------------------------------------------------- the table


def _as_text(rows: Sequence[Row], complaints: Sequence[Complaint]) -> str:
    head: Row = ("종류", "id", "답안", "결과")
    widths = [max(_width(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    for complaint in complaints:
        place = f"{complaint.file}:{complaint.line}" if complaint.line else complaint.file
        lines += ["", f"{place}: {complaint.message}", f"  → {complaint.remedy}"]
    lines += ["", f"{len(rows)}개를 확인했습니다. 고칠 것 {len(complaints)}개."]
    return "\n".join(lines)


def _width(text: str) -> int:
    """Return how many columns a text takes on a terminal: a Hangul syllable takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
