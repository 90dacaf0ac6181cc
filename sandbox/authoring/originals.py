"""Where templates and exercises lie, and the forms they make: files, versions, and how both are read.

Hides the difference between a file that came with the room and a version in the database. Files are
never changed; a copy is.
"""

from __future__ import annotations

from pathlib import Path

from sandbox.authoring import comparing, forms, looking
from sandbox.authoring.forms import Form
from sandbox.authoring.looking import LookedAt
from sandbox.authoring.publishing import Published
from sandbox.class_records import ContentKind, ContentVersion
from sandbox.documents import read
from sandbox.library import Library, parse_prompt, read_exercise
from sandbox.records import Exercise, InputError, Prompt
from sandbox.store import Store

MOST_MATERIALS = 20
MATERIALS_MAX_BYTES = 40_000_000


class ChangedMeanwhileError(InputError):
    """Somebody saved a version after this one was begun; nothing of theirs is overwritten."""

    code = "changed_meanwhile"

    def __init__(self, version: ContentVersion, changes: tuple[comparing.Change, ...]) -> None:
        told = ", ".join(dict.fromkeys(c.label.split(" · ")[0] for c in changes)) or "바뀐 곳 없음"
        note = f" (까닭: {version.note})" if version.note else ""
        super().__init__(
            f"그사이 {version.author} 님이 {version.version}판을 저장했습니다{note}. 바뀐 곳: {told}",
            remedy="두 분의 것을 합치거나, 내 것을 그 위의 새 판으로 저장하거나, 내 초안을 버릴 수 있습니다.",
        )
        self.version = version
        self.changes = changes


class Originals:
    """What the use cases of this package share; asks for no key, so no screen holds it."""

    def __init__(self, store: Store, library: Library, published: Published) -> None:
        self.store = store
        self.library = library
        self.published = published

    def files(self, kind: ContentKind) -> tuple[Prompt | Exercise, ...]:
        """Return what came with the room as files."""
        return self.library.files("prompt" if kind is ContentKind.PROMPT else "exercise")

    def look(self, kind: ContentKind, form: Form, *, proof: bool = True) -> LookedAt:
        """Read a form as the library would; say what is wrong, each beside its field.

        With ``proof`` an exercise's answers are held to what they claim, which may take seconds.
        """
        if kind is ContentKind.PROMPT:
            return looking.look_at_prompt(form)
        if problem := self._too_much(form):
            return LookedAt(None, (problem,))
        return looking.look_at_exercise(
            form,
            file_data=self.store.file,
            read_text=read_text,
            prompts=self.templates(form["prompt"]),
            proof=proof,
        )

    def templates(self, wanted: str) -> dict[str, Prompt]:
        """Return the templates an exercise may name: those of the library, and one saved but not published."""
        known = {p.id: p for p in self.library.prompts()}
        content = self.store.content(ContentKind.PROMPT, wanted) if wanted else None
        if wanted not in known and content is not None and content.newest_version:
            version = self.store.content_version(ContentKind.PROMPT, wanted, content.newest_version)
            known[wanted] = parse_prompt(version.text, source=f"{version.version}판")
        return known

    def _too_much(self, form: Form) -> looking.Problem | None:
        materials = form["materials"]
        if len(materials) > MOST_MATERIALS:
            return looking.Problem(("materials",), f"자료는 {MOST_MATERIALS}개까지 넣을 수 있습니다.")
        size = sum(len(self.store.file(m["sha256"])) for m in materials if m["sha256"])
        if size > MATERIALS_MAX_BYTES:
            most = MATERIALS_MAX_BYTES // 1_000_000
            return looking.Problem(("materials",), f"자료를 모두 합쳐 {most}MB까지 넣을 수 있습니다.")
        return None

    def newest(self, kind: ContentKind, content_id: str) -> ContentVersion:
        """Return the newest version. Raise NotFoundError."""
        content = self.store.content(kind, content_id)
        return self.store.content_version(kind, content_id, content.newest_version if content else 0)

    def changed(self, kind: ContentKind, content_id: str, based_on: int) -> ChangedMeanwhileError:
        """Return the error that tells who changed what since."""
        newest = self.newest(kind, content_id)
        changes: tuple[comparing.Change, ...] = ()
        if based_on:
            before = self.form(self.store.content_version(kind, content_id, based_on))
            changes = comparing.compare(before, self.form(newest))
        return ChangedMeanwhileError(newest, changes)

    def refuse_taken(self, kind: ContentKind, content_id: str) -> None:
        """Raise InputError where a file has this id: files are never covered."""
        if any(item.id == content_id for item in self.files(kind)):
            raise InputError(
                "처음부터 있던 것과 이름표(id)가 같습니다.", remedy="복사해서 새 이름표로 만들어 주세요."
            )

    def current_form(self, kind: ContentKind, content_id: str) -> tuple[Form, int]:
        """Return the form of a file or of the newest version, and its number (0 for a file)."""
        for item in self.files(kind):
            if item.id == content_id:
                return self._file_form(item), 0
        newest = self.newest(kind, content_id)
        return self.form(newest), newest.version

    def _file_form(self, item: Prompt | Exercise) -> Form:
        if isinstance(item, Prompt):
            return forms.prompt_form(item)
        kept = {m.name: self.store.keep_file(m.path.read_bytes()) for m in item.materials}
        return forms.exercise_form(item, kept)

    def form(self, version: ContentVersion) -> Form:
        """Return the form of a version. Raise ContentError where the parser has become stricter."""
        if version.kind is ContentKind.PROMPT:
            return forms.prompt_form(parse_prompt(version.text, source=f"{version.version}판"))
        place = self.published.place_of(version.kind, version.id, version.version)
        assert place is not None
        exercise, _ = read_exercise(place, check_problem=None, read_text=None, shown=f"{version.version}판")
        return forms.exercise_form(exercise, version.files)

    def stored(self, kind: ContentKind, form: Form) -> tuple[str, dict[str, str]]:
        """Return the main text and the hashes of the other files."""
        if kind is ContentKind.PROMPT:
            return forms.prompt_text(form), {}
        texts = forms.exercise_texts(form)
        main = texts.pop("exercise.md")
        files = {path: self.store.keep_file(text.encode("utf-8")) for path, text in texts.items()}
        return main, files | {m["file"]: m["sha256"] for m in form["materials"]}


def read_text(path: Path) -> str:
    """Return the text of a material that is no plain text."""
    return read.read(path.name, path.read_bytes()).text


def form_of(item: Prompt | Exercise) -> Form:
    return forms.prompt_form(item) if isinstance(item, Prompt) else forms.exercise_form(item)
