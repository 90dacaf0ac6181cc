"""The shelf: find every template and exercise under the given folders and keep them parsed.

Hides the walk over folders, the cache (a file is parsed again only when its size or time
changed) and the rules between files: ids are unique, an exercise's template exists and takes
what the exercise fills in. A broken file is listed in ``problems()`` and harms no other. What is
published on screen (``overlay``) stands beside the files and is looked at anew when it has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from sandbox.library import header as headers
from sandbox.library.complaints import all_of, did_you_mean, line_of, quote
from sandbox.library.exercise_folder import ReadText, read_exercise
from sandbox.library.fill import material_text, value_problem
from sandbox.library.labs import LESSON_FILE, read_lesson
from sandbox.library.overlay import Key, Kind, NothingPublished, Overlay, PublishedShelf
from sandbox.library.parse import CheckProblem, Lines, parse_prompt
from sandbox.records import (
    MODULES,
    CheckSpec,
    ContentError,
    Credit,
    Exercise,
    Lesson,
    Level,
    NotFoundError,
    Prompt,
)

Signature = tuple[tuple[str, int, int], ...]
_FILE_PARAMS: Final = ("workbook", "source", "sources")
_SKIP: Final = frozenset({"readme.md", LESSON_FILE})
_MODULE_IDS: Final = frozenset(module.id for module in MODULES)
_KINDS: Final[tuple[Kind, ...]] = ("prompt", "exercise")
_LAST: Final = 1_000_000
_ItemT = TypeVar("_ItemT", Prompt, Exercise)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What one file gave: a record, or the reasons why not."""

    signature: Signature
    item: Prompt | Exercise | None
    problems: tuple[ContentError, ...]
    lines: Lines = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Content:
    """``prompts`` and ``exercises`` hold what is hidden, too; ``files`` what lies in files alone."""

    prompts: dict[str, Prompt]
    exercises: dict[str, Exercise]
    files: dict[tuple[str, str], Prompt | Exercise]
    lessons: dict[str, Lesson]
    problems: tuple[ContentError, ...]
    overlay: Overlay


class Library:
    """All templates and exercises. Reads on first use; thread-safe."""

    def __init__(
        self,
        prompts_dirs: Iterable[Path],
        exercises_dirs: Iterable[Path],
        *,
        check_problem: CheckProblem | None = None,
        read_text: ReadText | None = None,
        published: PublishedShelf | None = None,
    ) -> None:
        self._published = published or NothingPublished()
        self._prompts_dirs = tuple(prompts_dirs)
        self._exercises_dirs = tuple(exercises_dirs)
        self._check_problem = check_problem
        self._read_text = read_text
        self._lock = threading.Lock()
        self._parsed: dict[Path, _Parsed] = {}
        self._former: dict[tuple[Kind, str, int], Prompt | Exercise] = {}
        self._content: _Content | None = None

    def prompts(self) -> tuple[Prompt, ...]:
        """Return the templates in the order of the course."""
        content = self._ready()
        return tuple(p for p in content.prompts.values() if ("prompt", p.id) not in content.overlay.hidden)

    def exercises(self) -> tuple[Exercise, ...]:
        """Return the exercises in the order of the course."""
        content = self._ready()
        hidden = content.overlay.hidden
        return tuple(e for e in content.exercises.values() if ("exercise", e.id) not in hidden)

    def prompt(self, prompt_id: str, version: int | None = None) -> Prompt:
        """Return one template, hidden or not; ``version`` as it was then. Raise NotFoundError."""
        if version is not None and (found := self._version("prompt", prompt_id, version)):
            assert isinstance(found, Prompt)
            return found
        return _one(self._ready().prompts, prompt_id, "템플릿")

    def exercise(self, exercise_id: str, version: int | None = None) -> Exercise:
        """Return one exercise. Raise NotFoundError.

        A hidden one is found only by the ``version`` (0 for a file's) with which somebody began it.
        """
        if version is not None and (found := self._version("exercise", exercise_id, version)):
            assert isinstance(found, Exercise)
            return found
        content = self._ready()
        if ("exercise", exercise_id) in content.overlay.hidden:
            raise NotFoundError(
                "강사가 지금은 열어 두지 않은 실습입니다.", remedy="과정 화면에서 다른 실습을 골라 주세요."
            )
        return _one(content.exercises, exercise_id, "실습")

    def files(self, kind: Kind) -> tuple[Prompt | Exercise, ...]:
        """Return what lies in files, hidden or not, in the order of the course."""
        content = self._ready()
        found = [item for (k, _), item in content.files.items() if k == kind]
        return tuple(sorted(found, key=lambda item: (_module_place(item.module), item.id)))

    def credit(self, kind: Kind, content_id: str) -> Credit | None:
        """Return whose it is and who looked it through; None for the files that came with the room."""
        return self._ready().overlay.credits.get((kind, content_id))

    def lesson(self, module: str) -> Lesson | None:
        """Return what to read before a module's exercises, if there is anything."""
        return self._ready().lessons.get(module)

    def problems(self) -> tuple[ContentError, ...]:
        """Return what is wrong with the files that were left out."""
        return self._ready().problems

    def reload(self) -> None:
        """Look at the folders again; only changed files are parsed."""
        with self._lock:
            self._content = self._read()

    def _ready(self) -> _Content:
        content, overlay = self._content, self._published.now()
        if content is None or content.overlay is not overlay:
            with self._lock:
                if self._content is None or self._content.overlay is not self._published.now():
                    self._content = self._read()
                content = self._content
        return content

    def _version(self, kind: Kind, content_id: str, version: int) -> Prompt | Exercise | None:
        """Return what somebody began with, whatever is before the class now."""
        content = self._ready()
        now = (content.prompts if kind == "prompt" else content.exercises).get(content_id)
        if now is not None and now.version == version:
            return now
        if version == 0:
            return content.files.get((kind, content_id))
        key = (kind, content_id, version)
        with self._lock:
            if key not in self._former:
                place = self._published.place_of(kind, content_id, version)
                if place is None:
                    return None
                read = self._prompt_from(place) if kind == "prompt" else self._exercise_from(place)
                if read.item is None:
                    return None
                self._former[key] = replace(read.item, version=version)
            return self._former[key]

    def _read(self) -> _Content:
        problems: list[ContentError] = []
        overlay = self._published.now()
        versions = {place: version for version, place in overlay.versions.values()}
        shown = {kind: [at for (k, _), (_, at) in overlay.versions.items() if k == kind] for kind in _KINDS}
        files = _unique([*shown["prompt"], *_prompt_files(self._prompts_dirs, problems)])
        folders = _unique([*shown["exercise"], *_exercise_folders(self._exercises_dirs, problems)])
        seen: dict[Path, _Parsed] = {path: self._prompt_from(path) for path in files}
        seen |= {folder: self._exercise_from(folder) for folder in folders}
        self._parsed = seen
        for parsed in seen.values():
            problems.extend(parsed.problems)
        items = [
            replace(parsed.item, version=versions.get(path, 0))
            for path, parsed in seen.items()
            if parsed.item
        ]
        lines = {parsed.item.source: parsed.lines for parsed in seen.values() if parsed.item}
        prompts = _by_id((i for i in items if isinstance(i, Prompt)), problems)
        exercises = _by_id((i for i in items if isinstance(i, Exercise)), problems)
        for exercise in list(exercises.values()):
            wrong = tuple(between_files(exercise, prompts, lines[exercise.source]))
            if wrong:
                problems.extend(wrong)
                del exercises[exercise.id]
        places = overlay.places
        return _Content(
            {p.id: p for p in sorted(prompts.values(), key=lambda p: _prompt_place(p, places))},
            {e.id: e for e in sorted(exercises.values(), key=lambda e: _exercise_place(e, places))},
            {(_kind(i), i.id): i for i in items if not i.version},
            _lessons(self._exercises_dirs, problems),
            tuple(problems),
            overlay,
        )

    def _prompt_from(self, path: Path) -> _Parsed:
        signature = _signature([path])
        known = self._parsed.get(path)
        if known and known.signature == signature:
            return known
        shown = show_path(path)
        try:
            text = headers.read_file(path, shown)
            item = parse_prompt(text, source=shown, check_problem=self._check_problem)
        except ContentError as error:
            return _Parsed(signature, None, all_of(error))
        return _Parsed(signature, item, ())

    def _exercise_from(self, folder: Path) -> _Parsed:
        signature = _signature([*folder.iterdir(), *folder.glob("answers/*")])
        known = self._parsed.get(folder)
        if known and known.signature == signature:
            return known
        shown = show_path(folder)
        try:
            item, lines = read_exercise(
                folder, check_problem=self._check_problem, read_text=self._read_text, shown=shown
            )
        except ContentError as error:
            return _Parsed(signature, None, all_of(error))
        return _Parsed(signature, item, (), lines)


def show_path(path: Path) -> str:
    """Return a path as a person reads it: relative to where the program was started, if inside."""
    absolute = path.absolute()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


# --------------------------------------------------------------------------- the walk


def _prompt_files(folders: Sequence[Path], problems: list[ContentError]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
            continue
        if not _is_folder(folder, problems):
            continue
        for path in sorted(folder.rglob("*.md")):
            if path.name.lower() not in _SKIP and not _in_exercise(path) and not path.name.startswith("."):
                yield path


def _exercise_folders(folders: Sequence[Path], problems: list[ContentError]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file() and folder.name == "exercise.md":
            yield folder.parent
        elif _is_folder(folder, problems):
            yield from (path.parent for path in sorted(folder.rglob("exercise.md")))


def _lessons(folders: Sequence[Path], problems: list[ContentError]) -> dict[str, Lesson]:
    """Read the lessons that lie in module folders; of two for one module the first counts."""
    found: dict[str, Lesson] = {}
    paths = (path for folder in folders if folder.is_dir() for path in sorted(folder.rglob(LESSON_FILE)))
    for path in _unique(path for path in paths if path.absolute().parent.name in _MODULE_IDS):
        try:
            lesson = read_lesson(path, shown=show_path(path))
        except ContentError as error:
            problems.extend(all_of(error))
        else:
            found.setdefault(lesson.module, lesson)
    return found


def _is_folder(folder: Path, problems: list[ContentError]) -> bool:
    if folder.is_dir():
        return True
    problems.append(
        ContentError("폴더가 없습니다.", file=show_path(folder), remedy="폴더 이름을 확인해 주세요.")
    )
    return False


def _in_exercise(path: Path) -> bool:
    """Tell whether a Markdown file belongs to an exercise (its text, an answer, a material)."""
    return any((parent / "exercise.md").is_file() for parent in (path.parent, path.parent.parent))


def _unique(paths: Iterable[Path]) -> list[Path]:
    return list({path.resolve(): path for path in paths}.values())


def _signature(paths: Iterable[Path]) -> Signature:
    found: list[tuple[str, int, int]] = []
    for path in sorted(paths):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((path.as_posix(), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


# --------------------------------------------------------------------------- between files


def _by_id(items: Iterable[_ItemT], problems: list[ContentError]) -> dict[str, _ItemT]:
    found: dict[str, _ItemT] = {}
    for item in items:
        if item.id in found:
            message = f"id {quote(item.id)}을(를) 이미 {found[item.id].source}에서 쓰고 있습니다."
            problems.append(ContentError(message, file=item.source, line=2, remedy="id를 바꿔 주세요."))
        else:
            found[item.id] = item
    return found


def between_files(exercise: Exercise, prompts: Mapping[str, Prompt], lines: Lines) -> Iterator[ContentError]:
    """Yield what is wrong between an exercise, its template and its materials."""

    def error(message: str, remedy: str, *place: str | int) -> ContentError:
        at = line_of(place, lines)
        return ContentError(message, file=exercise.source, line=int(at), remedy=remedy, place=place)

    prompt = prompts.get(exercise.prompt_id or "")
    if exercise.prompt_id and prompt is None:
        message = f"템플릿 {quote(exercise.prompt_id)}이(가) 없습니다."
        yield error(message, did_you_mean(exercise.prompt_id, prompts), "prompt")
        return
    fields = {field.name: field for field in prompt.fields} if prompt else {}
    for name, value in exercise.prefill.items():
        if name not in fields:
            message = f"prefill의 {quote(name)}은(는) 템플릿에 없는 빈칸입니다."
            yield error(message, did_you_mean(name, fields), "prefill", name)
        elif problem := value_problem(fields[name], material_text(exercise, value)):
            yield error(f"prefill의 {quote(name)} 값을 쓸 수 없습니다.", problem, "prefill", name)
    sources = {material.name for material in exercise.materials} | {f.label for f in fields.values()}
    for i, spec in enumerate(exercise.checks):
        for name in _named_files(spec):
            if name not in sources:
                message = f"점검 {quote(spec.id)}: 자료 {quote(name)}이(가) materials에 없습니다."
                yield error(message, did_you_mean(name, sources), "checks", i, "id")


def _named_files(spec: CheckSpec) -> Iterator[str]:
    for key in _FILE_PARAMS:
        value = spec.params.get(key, ())
        yield from [value] if isinstance(value, str) else [str(item) for item in value]


# --------------------------------------------------------------------------- order


def _prompt_place(prompt: Prompt, places: Mapping[Key, int]) -> tuple[int, int, bool, str]:
    own = places.get(("prompt", prompt.id), _LAST)
    return _module_place(prompt.module), own, prompt.level is Level.ADVANCED, prompt.id


def _exercise_place(exercise: Exercise, places: Mapping[Key, int]) -> tuple[int, int, int, str]:
    own = places.get(("exercise", exercise.id), _LAST)
    return _module_place(exercise.module), own, exercise.order, exercise.id


def _kind(item: Prompt | Exercise) -> Kind:
    return "prompt" if isinstance(item, Prompt) else "exercise"


def _module_place(module_id: str) -> int:
    return next(i for i, module in enumerate(MODULES) if module.id == module_id)


def _one(items: dict[str, _ItemT], wanted: str, what: str) -> _ItemT:
    if wanted in items:
        return items[wanted]
    remedy = did_you_mean(wanted, items) or "목록을 확인해 주세요."
    raise NotFoundError(f"{what} {quote(wanted)}을(를) 찾을 수 없습니다.", remedy=remedy)
