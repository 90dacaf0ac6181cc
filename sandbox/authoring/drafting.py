"""Begin, keep and try half-done work: the list, drafts, materials, and what is wrong so far.

Hides that a draft belongs to one instructor and may be broken, while a version is everybody's and
never is.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sandbox.authoring import forms, looking, trying
from sandbox.authoring.forms import Form
from sandbox.authoring.looking import LookedAt
from sandbox.authoring.originals import Originals, form_of, read_text
from sandbox.class_records import Content, ContentKind, ContentVersion, InstructorKey
from sandbox.classroom.instructors import Instructors
from sandbox.documents import read
from sandbox.records import ContentError, DocumentError, NotFoundError, Verdict

STILL_EDITING = timedelta(minutes=30)
PLAIN_TEXT = (".txt", ".md", ".csv")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. ``is_file``: it came with the room. ``others`` edit it right now."""

    kind: ContentKind
    id: str
    title: str
    module: str
    level: str
    tags: tuple[str, ...]
    is_file: bool
    newest_version: int = 0
    published_version: int = 0
    enabled: bool = True
    owner: str = ""
    verified_by: str = ""
    review_on: date | None = None
    changed_at: datetime | None = None
    has_draft: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What the editor begins with. ``is_draft``: half-done work of one's own was found."""

    form: Form
    based_on: int
    is_draft: bool
    newest: ContentVersion | None
    others: tuple[str, ...]


class Drafting:
    """What an instructor does before a version is saved; every use case asks for the key."""

    def __init__(self, originals: Originals, instructors: Instructors) -> None:
        self._originals = originals
        self._store = originals.store
        self._instructors = instructors

    # ------------------------------------------------------------------ the list

    def listed(self, key: InstructorKey, kind: ContentKind) -> tuple[Listed, ...]:
        """Return everything of a kind: files, what was made on screen, and new drafts of one's own."""
        who = self._instructors.current(key)
        known = {c.id: c for c in self._store.contents() if c.kind is kind}
        drafts = [d for d in self._store.content_drafts() if d.kind is kind]
        mine = {d.id: d for d in drafts if d.author == who.id}
        newest = {v.id: v for v in self._store.newest_content_versions() if v.kind is kind}
        found: list[Listed] = []
        for form, is_file in self._forms(kind, newest, mine.keys()):
            content = known.get(form["id"])
            others = tuple(
                str(d.payload.get("author_name", ""))
                for d in drafts
                if d.id == form["id"] and d.author != who.id and _recent(d.saved_at)
            )
            found.append(_line(kind, form, content, is_file, form["id"] in mine, others))
        begun = [d for d in mine.values() if d.id not in newest]
        found += [_line(kind, dict(d.payload["form"]), None, False, True, ()) for d in begun]
        return tuple(found)

    def _forms(
        self, kind: ContentKind, newest: dict[str, ContentVersion], mine: object
    ) -> Iterator[tuple[Form, bool]]:
        for item in self._originals.files(kind):
            yield form_of(item), True
        for version in newest.values():
            try:
                yield self._originals.form(version), False
            except ContentError:  # a rule of the parser has become stricter since
                yield {"id": version.id, "title": version.id, "module": "", "level": "", "tags": []}, False

    # ------------------------------------------------------------------ begin and keep

    def begin(self, key: InstructorKey, kind: ContentKind) -> str:
        """Begin something new; return its id."""
        who = self._instructors.current(key)
        content_id = new_id()
        form = forms.new_prompt(content_id) if kind is ContentKind.PROMPT else forms.new_exercise(content_id)
        self._keep(who.id, who.name, kind, form, 0)
        return content_id

    def copy(self, key: InstructorKey, kind: ContentKind, content_id: str) -> str:
        """Begin a copy of a file or of somebody's; return the copy's id. The original stays as it is."""
        who = self._instructors.current(key)
        opened = self._originals.current_form(kind, content_id)
        form = opened[0] | {"id": new_id(), "title": f"{opened[0]['title']} (복사본)"}
        self._keep(who.id, who.name, kind, form, 0)
        return str(form["id"])

    def open(self, key: InstructorKey, kind: ContentKind, content_id: str) -> Opened:
        """Return one's draft, else the newest version. Raise NotFoundError; files are copied, not opened."""
        who = self._instructors.current(key)
        draft = self._store.content_draft(kind, content_id, who.id)
        content = self._store.content(kind, content_id)
        newest = None
        if content is not None and content.newest_version:
            newest = self._store.content_version(kind, content_id, content.newest_version)
        others = tuple(
            str(d.payload.get("author_name", ""))
            for d in self._store.content_drafts()
            if (d.kind, d.id) == (kind, content_id) and d.author != who.id and _recent(d.saved_at)
        )
        if draft is not None:
            return Opened(dict(draft.payload["form"]), draft.based_on, True, newest, others)
        if newest is None:
            raise NotFoundError(
                "고칠 수 있는 내용을 찾지 못했습니다.",
                remedy="처음부터 있던 것은 복사해서 고칩니다. 목록에서 ‘복사해서 고치기’를 눌러 주세요.",
            )
        return Opened(self._originals.form(newest), newest.version, False, newest, others)

    def keep_draft(self, key: InstructorKey, kind: ContentKind, form: Form, based_on: int) -> None:
        """Keep half-done work, right or wrong."""
        who = self._instructors.current(key)
        self._keep(who.id, who.name, kind, form, based_on)

    def drop_draft(self, key: InstructorKey, kind: ContentKind, content_id: str) -> None:
        """Throw one's half-done work away; versions stay."""
        who = self._instructors.current(key)
        self._store.drop_content_draft(kind, content_id, who.id)

    def _keep(self, author: str, name: str, kind: ContentKind, form: Form, based_on: int) -> None:
        payload = {"form": form, "author_name": name}
        self._store.save_content_draft(kind, form["id"], author, based_on, payload)

    # ------------------------------------------------------------------ look and try

    def look(self, key: InstructorKey, kind: ContentKind, form: Form, *, proof: bool = False) -> LookedAt:
        """Say what is wrong with a form, each beside its field; ``proof`` tries an exercise's answers, too."""
        self._instructors.current(key)
        return self._originals.look(kind, form, proof=proof)

    def try_checks(self, key: InstructorKey, form: Form, answer: str, prompt: str) -> tuple[Verdict, ...]:
        """Run the checks of an exercise's form on a pasted answer; nothing while the form is broken."""
        self._instructors.current(key)
        with looking.laid_out(form, self._store.file, read_text) as exercise:
            return looking.verdicts_on(exercise, answer, prompt) if exercise is not None else ()

    def asking(self, key: InstructorKey, form: Form) -> trying.Asking:
        """Return what an exercise would send as it stands. Raise PromptTooLongError only where it is rendered."""
        self._instructors.current(key)
        template = self._originals.templates(form["prompt"]).get(form["prompt"])
        return trying.asking(
            form, template, lambda line: read.read(line["file"], self._store.file(line["sha256"])).text
        )

    def add_material(self, key: InstructorKey, name: str, data: bytes) -> tuple[Form, tuple[str, ...]]:
        """Keep an uploaded material; return its line of the form and warnings. Raise DocumentError."""
        self._instructors.current(key)
        name = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
        if not looking.is_file_name(name):
            raise DocumentError(
                "자료의 파일 이름에 쓸 수 없는 글자가 있습니다.",
                remedy="한글, 영문, 숫자로 이름을 바꿔 다시 올려 주세요.",
            )
        found = read.read(name, data)
        if name.casefold().endswith(PLAIN_TEXT):
            data = found.text.encode("utf-8")
        sha256 = self._store.keep_file(data)
        return {"uid": forms.uid(), "file": name, "title": "", "sha256": sha256}, found.warnings

    def material(self, key: InstructorKey, sha256: str) -> bytes:
        """Return a kept material."""
        self._instructors.current(key)
        return self._store.file(sha256)


def new_id() -> str:
    return f"own-{secrets.token_hex(4)}"


def _recent(at: datetime) -> bool:
    return abs(datetime.now(UTC) - at) < STILL_EDITING  # a clock set back makes it lie ahead


def _line(
    kind: ContentKind,
    form: Form,
    content: Content | None,
    is_file: bool,
    has_draft: bool,
    others: tuple[str, ...],
) -> Listed:
    return Listed(
        kind,
        form["id"],
        form["title"],
        form["module"],
        form["level"],
        tuple(form["tags"]),
        is_file,
        content.newest_version if content else 0,
        content.published_version if content else 0,
        content.enabled if content else True,
        content.owner if content else "",
        content.verified_by if content else "",
        content.review_on if content else None,
        content.changed_at if content else None,
        has_draft,
        others,
    )
