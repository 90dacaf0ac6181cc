"""Take content out as files and bring files in, single or as one .zip, whatever the .zip tries.

Hides paths that lead elsewhere, links, bombs and the Korean names of old .zip programs. What comes in
passes the library's own parser and the proof like anything written on screen; it becomes a version,
never published by itself, and never covers a file that came with the room.
"""

from __future__ import annotations

import io
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sandbox import checks
from sandbox.authoring import comparing, forms
from sandbox.authoring.drafting import new_id
from sandbox.authoring.forms import Form
from sandbox.authoring.looking import is_file_name
from sandbox.authoring.originals import Originals, read_text
from sandbox.class_records import ContentKind, InstructorKey
from sandbox.classroom.instructors import Instructors
from sandbox.library import LESSON_FILE, parse_prompt, read_exercise
from sandbox.records import ContentError, DocumentError, InputError

UPLOAD_MAX_BYTES = 30_000_000
WHOLE_MAX_BYTES = 100_000_000
MOST_FILES = 500
MOST_TIMES_LARGER = 200
MOST_DEPTH = 8
_SKIPPED = frozenset({"readme.md", LESSON_FILE})
Files = dict[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one template or exercise of an upload. ``version`` 0: it was not taken, see ``note``."""

    kind: ContentKind
    id: str
    title: str
    file: str
    version: int
    note: str = ""


class Exchange:
    """Export and import; every use case asks for the key."""

    def __init__(self, originals: Originals, instructors: Instructors) -> None:
        self._originals = originals
        self._store = originals.store
        self._instructors = instructors

    def export(self, key: InstructorKey, chosen: Iterable[tuple[ContentKind, str]]) -> tuple[str, bytes]:
        """Return a file's name and bytes: one template as .md, everything else as .zip."""
        self._instructors.current(key)
        wanted = tuple(chosen)
        if not wanted:
            raise InputError("내보낼 것을 고르지 않았습니다.", remedy="목록에서 하나 이상 골라 주세요.")
        if len(wanted) == 1 and wanted[0][0] is ContentKind.PROMPT:
            form, _ = self._originals.current_form(*wanted[0])
            return f"{form['id']}.md", forms.prompt_text(form).encode("utf-8")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind, content_id in dict.fromkeys(wanted):
                form, _ = self._originals.current_form(kind, content_id)
                for path, data in self._files_of(kind, form).items():
                    archive.writestr(path, data)
        name = wanted[0][1] if len(wanted) == 1 else "practice-contents"
        return f"{name}.zip", packed.getvalue()

    def _files_of(self, kind: ContentKind, form: Form) -> dict[str, bytes]:
        """Return paths as they lie in ``prompts/`` and ``exercises/``."""
        module = form["module"]
        if kind is ContentKind.PROMPT:
            return {f"prompts/{module}/{form['id']}.md": forms.prompt_text(form).encode("utf-8")}
        folder = f"exercises/{module}/{form['id']}"
        found = {
            f"{folder}/{path}": text.encode("utf-8") for path, text in forms.exercise_texts(form).items()
        }
        return found | {
            f"{folder}/{m['file']}": self._store.file(m["sha256"]) for m in form["materials"] if m["sha256"]
        }

    def bring_in(self, key: InstructorKey, name: str, data: bytes) -> tuple[Arrival, ...]:
        """Take an uploaded .md or .zip; say of each thing in it what became of it. Raise InputError."""
        who = self._instructors.current(key)
        if len(data) > UPLOAD_MAX_BYTES:
            raise _refused(f"파일이 너무 큽니다. {UPLOAD_MAX_BYTES // 1_000_000}MB까지 올릴 수 있습니다.")
        if data[:2] == b"PK":
            files = unpacked(data)
        elif name.casefold().endswith(".md"):
            files = {PurePosixPath("upload.md"): data}
        else:
            raise _refused("가져올 수 있는 파일은 .md와 .zip입니다.")
        folders = {p.parent for p in files if p.name == "exercise.md"}
        single = [p for p in files if _is_template(p, folders)]
        if not folders and not single:
            raise _refused("이 파일에는 템플릿도 실습도 없습니다.")
        renamed: dict[str, str] = {}
        found = [self._template(who.name, p, files[p], renamed, name) for p in sorted(single)]
        for folder in sorted(folders):
            inside = {p.relative_to(folder): d for p, d in files.items() if p.is_relative_to(folder)}
            found.append(self._exercise(who.name, folder, inside, renamed, name))
        return tuple(found)

    # ------------------------------------------------------------------ inside

    def _template(
        self, author: str, path: PurePosixPath, data: bytes, renamed: dict[str, str], upload: str
    ) -> Arrival:
        shown = upload if path.name == "upload.md" else path.as_posix()
        try:
            text = _decoded(data, shown)
            form = forms.prompt_form(parse_prompt(text, source=shown, check_problem=checks.problem))
        except ContentError as error:
            return _broken(ContentKind.PROMPT, shown, error)
        return self._keep(author, ContentKind.PROMPT, form, shown, renamed, upload)

    def _exercise(
        self, author: str, folder: PurePosixPath, inside: Files, renamed: dict[str, str], upload: str
    ) -> Arrival:
        shown = folder.as_posix()
        with tempfile.TemporaryDirectory(prefix="sandbox-import-") as name:
            place = Path(name)
            (place / "answers").mkdir()
            for path, data in inside.items():
                if path.parent.as_posix() in (".", "answers"):
                    (place / Path(*path.parts)).write_bytes(data)
            try:
                exercise, _ = read_exercise(
                    place, check_problem=checks.problem, read_text=read_text, shown=shown
                )
            except ContentError as error:
                return _broken(ContentKind.EXERCISE, shown, error)
            except DocumentError as error:
                return Arrival(
                    ContentKind.EXERCISE, "", folder.name, shown, 0, f"{error.message} {error.remedy}"
                )
            hashes = {m.name: self._store.keep_file(m.path.read_bytes()) for m in exercise.materials}
            form = forms.exercise_form(exercise, hashes)
        form["prompt"] = renamed.get(form["prompt"], form["prompt"])
        return self._keep(author, ContentKind.EXERCISE, form, shown, renamed, upload)

    def _keep(
        self, author: str, kind: ContentKind, form: Form, shown: str, renamed: dict[str, str], upload: str
    ) -> Arrival:
        """Save what was read as the next version of its id; under a new id where a file has it."""
        note = ""
        title, wanted = form["title"], form["id"]
        for item in self._originals.files(kind):
            if item.id == wanted:
                if comparing.same(self._originals.current_form(kind, wanted)[0], form):
                    return Arrival(
                        kind, wanted, title, shown, 0, "처음부터 있던 것과 똑같아 넣지 않았습니다."
                    )
                form = form | {"id": new_id()}
                renamed[wanted] = form["id"]
                note = "처음부터 있던 것과 이름표가 같아 새 이름표로 넣었습니다."
        content = self._store.content(kind, form["id"])
        based_on = content.newest_version if content else 0
        if based_on and comparing.same(self._originals.current_form(kind, form["id"])[0], form):
            return Arrival(kind, form["id"], title, shown, 0, f"{based_on}판과 똑같아 넣지 않았습니다.")
        problems = self._originals.look(kind, form).problems
        if problems:
            told = " ".join(filter(None, (problems[0].message, problems[0].remedy)))
            return Arrival(kind, form["id"], title, shown, 0, f"고칠 것 {len(problems)}가지: {told}")
        text, kept = self._originals.stored(kind, form)
        saved = self._store.add_content_version(
            kind, form["id"], based_on=based_on, text=text, files=kept, author=author, note=f"가져옴: {upload[:80]}"
        )  # fmt: skip
        if saved is None:
            return Arrival(
                kind, form["id"], title, shown, 0, "방금 다른 분이 저장했습니다. 다시 가져와 주세요."
            )
        return Arrival(kind, form["id"], title, shown, saved.version, note)


# --------------------------------------------------------------------------- the .zip


def unpacked(data: bytes) -> Files:
    """Return the files of a .zip by safe paths. Raise InputError for one that tries anything."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refused("압축 파일이 손상되어 열 수 없습니다.") from None
    if len(entries) > MOST_FILES:
        raise _refused(f"압축 파일에 파일이 너무 많습니다({len(entries):,}개). {MOST_FILES}개까지 됩니다.")
    found: Files = {}
    seen: set[str] = set()
    room = WHOLE_MAX_BYTES
    for entry in entries:
        path = _safe_path(entry)
        if path.parts[0] == "__MACOSX" or path.name.startswith("."):
            continue
        if path.as_posix().casefold() in seen:
            raise _refused("압축 파일에 이름이 같은 파일이 둘 있습니다.")
        seen.add(path.as_posix().casefold())
        found[path] = _bytes_of(archive, entry, room)
        room -= len(found[path])
    return found


def _safe_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused("압축 파일에 다른 곳을 가리키는 바로가기가 들어 있습니다.")
    if entry.flag_bits & 0x1:
        raise _refused("암호가 걸린 압축 파일입니다.")
    name = entry.filename
    if not entry.flag_bits & 0x800:  # an old program: Korean Windows wrote its own code page
        try:
            name = name.encode("cp437").decode("cp949")
        except UnicodeError:
            name = entry.filename
    name = unicodedata.normalize("NFC", name)
    parts = name.split("/")
    if len(parts) > MOST_DEPTH or not all(_is_part(p) for p in parts):
        raise _refused("압축 파일에 쓸 수 없는 경로나 파일 이름이 들어 있습니다.")
    return PurePosixPath(*parts)


def _is_part(part: str) -> bool:
    """Say whether a folder or file may be called so; ``exercise.md`` and ``answers`` have their meaning."""
    return part.casefold() in ("exercise.md", "answers", "prompt.md") or is_file_name(part)


def _bytes_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """Unpack one file without believing what it says of its size."""
    most = min(room, max(1_000_000, entry.compress_size * MOST_TIMES_LARGER))
    try:
        with archive.open(entry) as packed:
            data = packed.read(most + 1)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _refused("압축 파일이 손상되어 열 수 없습니다.") from None
    except Exception as error:  # zlib.error and its kin over broken data
        raise _refused("압축 파일이 손상되어 열 수 없습니다.") from error
    if len(data) > most:
        raise _refused("압축을 풀면 너무 커지는 파일입니다.")
    return data


def _is_template(path: PurePosixPath, folders: Iterable[PurePosixPath]) -> bool:
    in_exercise = any(path.is_relative_to(folder) for folder in folders)
    return path.suffix.casefold() == ".md" and path.name.casefold() not in _SKIPPED and not in_exercise


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ContentError(
            "UTF-8 글 파일이 아닙니다.",
            file=shown,
            remedy="메모장에서 인코딩을 UTF-8로 골라 다시 저장해 주세요.",
        ) from None


def _broken(kind: ContentKind, shown: str, error: ContentError) -> Arrival:
    where = f"{error.line}번째 줄: " if error.line else ""
    return Arrival(
        kind, "", PurePosixPath(shown).name, shown, 0, f"{where}{error.message} {error.remedy}".strip()
    )


def _refused(message: str) -> InputError:
    return InputError(message, remedy="파일을 확인한 뒤 다시 올려 주세요. 아무것도 넣지 않았습니다.")
