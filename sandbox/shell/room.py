"""What the shell's commands share: settings, the library, files a person named, verdicts as JSON.

The composition root of the shell, as ``ui.session`` is the screen's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox import settings
from sandbox.library import Library, PublishedShelf, prefilled, render
from sandbox.records import CheckContext, CheckSpec, Exercise, InputError, Prompt, State, Verdict


class Room:
    """The settings and the library as one command sees them; read on first use."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        data_dir: Path | None,
        prompts_dirs: tuple[Path, ...],
        exercises_dirs: tuple[Path, ...],
    ) -> None:
        self._environ, self._data_dir = environ, data_dir
        self.prompts_dirs, self.exercises_dirs = prompts_dirs, exercises_dirs
        for folder in (*prompts_dirs, *exercises_dirs):
            if not folder.exists():
                raise InputError(f"폴더가 없습니다: {folder}", remedy="폴더 이름을 확인해 주세요.")

    @cached_property
    def settings(self) -> settings.Settings:
        return settings.load(self._environ, data_dir=self._data_dir)

    @cached_property
    def library(self) -> Library:
        return self.library_with((), ())

    def library_with(
        self, prompts: Sequence[Path], exercises: Sequence[Path], *, published: PublishedShelf | None = None
    ) -> Library:
        """Return a library in which the given places come first, so that their files win.

        ``published``: what instructors made on screen, for commands that have the records open anyway.
        """
        return Library(
            [*prompts, *self.settings.prompts_dirs, *self.prompts_dirs],
            [*exercises, *self.settings.exercises_dirs, *self.exercises_dirs],
            check_problem=_check_problem,
            read_text=read_document,
            published=published,
        )


def read_document(path: Path) -> str:
    """Return the text of a document or text file a person named. Raise InputError."""
    from sandbox.documents import read

    try:
        data = path.read_bytes()
    except OSError as error:
        raise _cannot_open(path) from error
    return read.read(path.name, data).text


def read_plain(path: Path) -> str:
    """Return the text of a UTF-8 file a person named. Raise InputError."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise _cannot_open(path) from error
    except UnicodeDecodeError:
        raise InputError(
            f"UTF-8 글 파일이 아닙니다: {path}", remedy="메모장에서 인코딩을 UTF-8로 골라 다시 저장해 주세요."
        ) from None


def write_file(path: Path, data: bytes) -> None:
    """Write a file a person asked for. Raise InputError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"파일을 쓸 수 없습니다: {path}", remedy="폴더와 권한을 확인해 주세요.") from error


def _cannot_open(path: Path) -> InputError:
    what = "폴더입니다" if path.is_dir() else "파일을 열 수 없습니다"
    return InputError(f"{what}: {path}", remedy="파일 이름과 위치를 확인해 주세요.")


def _check_problem(spec: CheckSpec) -> str | None:
    from sandbox import checks

    return checks.problem(spec)


# --------------------------------------------------------------------------- verdicts


def first_prompt(exercise: Exercise, prompt: Prompt | None) -> str:
    """Return the prompt as the exercise offers it, unedited."""
    return render(prompt, prefilled(exercise, prompt)) if prompt else exercise.starter


def judge(exercise: Exercise, answer: str, prompt: str) -> tuple[Verdict, ...]:
    """Run an exercise's checks on an answer."""
    from sandbox import checks

    context = CheckContext(
        answer=answer,
        prompt=prompt,
        sources={m.name: m.text for m in exercise.materials if m.text},
        files={m.name: m.path for m in exercise.materials},
    )
    return tuple(checks.check(spec, context) for spec in exercise.checks)


def verdicts_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return verdicts and their counts as JSON values."""
    rows = []
    for verdict in verdicts:
        row: dict[str, Any] = {
            "id": verdict.check_id,
            "kind": verdict.kind,
            "title": verdict.title,
            "state": verdict.state.value,
            "summary": verdict.summary,
            "evidence": [dataclasses.asdict(evidence) for evidence in verdict.evidence],
        }
        if verdict.table:
            row["table"] = [list(cells) for cells in verdict.table]
        rows.append(row)
    states = [verdict.state for verdict in verdicts]
    return {
        "verdicts": rows,
        "passed": states.count(State.PASS),
        "failed": states.count(State.FAIL),
        "unknown": states.count(State.UNKNOWN),
    }
