"""Read an exercise's folder (text, materials, answers), or say everything that is wrong with it.

Hides where the parts of an exercise lie and which file names are let in: a material lies
beside exercise.md, so that a name can never lead out of the folder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from sandbox.library import header as headers
from sandbox.library.complaints import Complaints, did_you_mean, line_of, quote
from sandbox.library.labs import read_lab_texts, read_statements
from sandbox.library.parse import CheckProblem, Lines, fields_of, read_checks, validated
from sandbox.library.schema import AnswerHeader, ExerciseHeader, MaterialPart
from sandbox.records import ContentError, ExampleAnswer, Exercise, Level, Material, SandboxError

ReadText = Callable[[Path], str]

PLAIN_TEXT: Final = frozenset({".txt", ".md", ".csv"})


def parse_exercise(
    folder: Path,
    *,
    check_problem: CheckProblem | None = None,
    read_text: ReadText | None = None,
    shown: str = "",
) -> Exercise:
    """Read an exercise folder with its materials and answers. Raise ContentError.

    ``shown`` names the folder in errors; ``read_text`` reads materials that are no plain text.
    """
    return read_exercise(folder, check_problem=check_problem, read_text=read_text, shown=shown)[0]


def read_exercise(
    folder: Path, *, check_problem: CheckProblem | None, read_text: ReadText | None, shown: str
) -> tuple[Exercise, Lines]:
    """Read an exercise as ``parse_exercise`` does, with the line of each header value."""
    shown = shown or folder.as_posix()
    source = f"{shown}/exercise.md"
    parts = headers.split(headers.read_file(folder / "exercise.md", source), source=source)
    complaints = Complaints(source)
    head = validated(ExerciseHeader, parts, complaints)
    _check_text(head, parts, complaints)
    materials = _materials(folder, head.materials, parts.lines, complaints, read_text)
    _check_prefill(head, parts.lines, complaints)
    checks = read_checks(head.checks, parts.lines, complaints, check_problem)
    lab_texts = read_lab_texts(head, parts.lines, complaints)
    spot = read_statements(head, materials, parts.lines, complaints)
    model, wrong = _answers(folder, shown, {spec.id for spec in checks}, complaints)
    complaints.raise_if_any()
    assert model is not None
    exercise = Exercise(
        **fields_of(head, "id", "title", "module", "minutes", "goal", "steps", "hints", "starter", "lesson"),
        **fields_of(head, "order", "tags", "lab", "naive"),
        level=Level(head.level),
        scenario=parts.text,
        prompt_id=head.prompt or None,
        materials=materials,
        prefill=dict(head.prefill),
        checks=checks,
        model_answer=model,
        wrong_answers=wrong,
        source=source,
        lab_texts=lab_texts,
        spot=spot,
    )
    return exercise, parts.lines


def _check_text(head: ExerciseHeader, parts: headers.Header, complaints: Complaints) -> None:
    if not parts.text.strip():
        complaints.add(
            "상황 설명이 없습니다.", line=parts.text_line, remedy="머리말 아래에 상황을 적어 주세요."
        )
    if head.prompt and head.starter:
        at = line_of(("starter",), parts.lines)
        complaints.add("prompt와 starter를 함께 쓸 수 없습니다.", line=at, remedy="둘 중 하나를 지워 주세요.")


# --------------------------------------------------------------------------- materials and answers


def _materials(
    folder: Path,
    parts: Sequence[MaterialPart],
    lines: Lines,
    complaints: Complaints,
    read_text: ReadText | None,
) -> tuple[Material, ...]:
    found: list[Material] = []
    for i, part in enumerate(parts):
        at = line_of(("materials", i, "file"), lines)
        if any(material.name == part.file for material in found):
            complaints.add(
                f"자료 {quote(part.file)}이(가) 두 번 있습니다.", line=at, remedy="하나를 지워 주세요."
            )
            continue
        path = _material_path(folder, part.file, at, complaints)
        if path is None:
            continue
        try:
            text = _material_text(path, part.file, read_text)
        except SandboxError as error:
            complaints.add(f"자료 {quote(part.file)}: {error.message}", line=at, remedy=error.remedy)
            continue
        found.append(Material(part.file, part.title or part.file, path, text))
    return tuple(found)


def _material_path(folder: Path, name: str, line: int, complaints: Complaints) -> Path | None:
    """Return the file beside exercise.md; refuse names that lead elsewhere."""
    if re.search(r'[\\/:*?"<>|\x00-\x1f]', name) or name.startswith("."):
        remedy = "자료를 exercise.md와 같은 폴더에 두고 파일 이름만 적어 주세요."
        complaints.add(f"자료 이름 {quote(name)}에 쓸 수 없는 글자가 있습니다.", line=line, remedy=remedy)
        return None
    beside = {unicodedata.normalize("NFC", path.name): path for path in folder.iterdir() if path.is_file()}
    path = beside.get(unicodedata.normalize("NFC", name))
    if path is None:
        others = [other for other in beside if other != "exercise.md"]
        remedy = did_you_mean(name, others) or "exercise.md와 같은 폴더에 파일을 넣어 주세요."
        complaints.add(f"자료 파일 {quote(name)}이(가) 없습니다.", line=line, remedy=remedy)
    elif path.resolve().parent != folder.resolve():
        complaints.add(
            f"자료 {quote(name)}은(는) 폴더 밖을 가리킵니다.",
            line=line,
            remedy="바로가기 대신 파일을 넣어 주세요.",
        )
        return None
    return path


def _material_text(path: Path, name: str, read_text: ReadText | None) -> str:
    if path.suffix.lower() in PLAIN_TEXT:
        return headers.read_file(path, name)
    return read_text(path) if read_text else ""


def _check_prefill(head: ExerciseHeader, lines: Lines, complaints: Complaints) -> None:
    """Complain of prefill without a template and of @파일 that is no material."""
    files = [part.file for part in head.materials]
    if head.prefill and not head.prompt:
        at = line_of(("prefill",), lines)
        complaints.add(
            "템플릿이 없으면 prefill을 쓸 수 없습니다.",
            line=at,
            remedy="prompt를 적거나 starter를 써 주세요.",
        )
    for name, value in head.prefill.items():
        if value.startswith("@") and not value.startswith("@@") and value[1:] not in files:
            at = line_of(("prefill", name), lines)
            remedy = (
                did_you_mean(value[1:], files) or "materials에 파일을 더해 주세요. 진짜 @는 @@로 적습니다."
            )
            complaints.add(f"자료 {quote(value[1:])}이(가) materials에 없습니다.", line=at, remedy=remedy)


def _answers(
    folder: Path, shown: str, check_ids: set[str], complaints: Complaints
) -> tuple[ExampleAnswer | None, tuple[ExampleAnswer, ...]]:
    """Read answers/model.md and answers/wrong-*.md."""
    if not (folder / "answers" / "model.md").is_file():
        complaints.add(
            "모범 답안이 없습니다.",
            file=f"{shown}/answers/model.md",
            remedy="answers 폴더에 model.md를 만들어 주세요.",
        )
        model = None
    else:
        model = _answer(folder / "answers" / "model.md", shown, check_ids, complaints)
    wrong = [
        _answer(path, shown, check_ids, complaints)
        for path in sorted((folder / "answers").glob("wrong-*.md"))
    ]
    return model, tuple(answer for answer in wrong if answer is not None)


def _answer(path: Path, shown: str, check_ids: set[str], complaints: Complaints) -> ExampleAnswer | None:
    file = f"{shown}/answers/{path.name}"
    own = Complaints(file)
    try:
        parts = headers.split(headers.read_file(path, file), source=file, required=False)
        head = validated(AnswerHeader, parts, own)
        _check_answer(path, parts, head, check_ids, own)
        own.raise_if_any()
    except ContentError as error:
        complaints.take(error)
        return None
    name = head.name or ("모범 답안" if path.name == "model.md" else path.stem)
    return ExampleAnswer(name, parts.text, head.prompt, head.fails, head.why)


def read_answer(text: str, *, source: str) -> ExampleAnswer:
    """Read an answer somebody hands in; what is no header of an answer is part of its text."""
    try:
        parts = headers.split(text, source=source, required=False)
        head = AnswerHeader.model_validate(dict(parts.values))
    except (ContentError, ValidationError):
        return ExampleAnswer(source, text.strip("\n"))
    return ExampleAnswer(head.name or source, parts.text, head.prompt, head.fails, head.why)


def _check_answer(
    path: Path, parts: headers.Header, head: AnswerHeader, check_ids: set[str], complaints: Complaints
) -> None:
    if not parts.text.strip():
        complaints.add("답안이 비어 있습니다.", line=parts.text_line, remedy="답안을 적어 주세요.")
    if path.name == "model.md" and head.fails:
        at = line_of(("fails",), parts.lines)
        complaints.add("모범 답안에는 fails를 쓸 수 없습니다.", line=at, remedy="fails를 지워 주세요.")
    if path.name != "model.md" and not head.fails:
        remedy = "fails: [점검 id]로 실패해야 하는 점검을 적어 주세요."
        complaints.add("틀린 답안에 fails가 없습니다.", line=1, remedy=remedy)
    for i, check_id in enumerate(head.fails):
        if check_id not in check_ids:
            at = line_of(("fails", i), parts.lines)
            remedy = did_you_mean(check_id, sorted(check_ids))
            complaints.add(f"fails의 {quote(check_id)}은(는) 없는 점검입니다.", line=at, remedy=remedy)
