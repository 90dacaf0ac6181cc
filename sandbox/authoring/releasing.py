"""Save versions, compare and restore them, and put them before the class.

Hides the race of two instructors: a version is saved only on top of the one its author had seen, and
whoever comes second is told who changed what. What is published is before every seat within a second.
"""

from __future__ import annotations

from datetime import date

from sandbox.authoring import comparing, forms
from sandbox.authoring.forms import Form
from sandbox.authoring.originals import Originals
from sandbox.class_records import Content, ContentKind, ContentVersion, InstructorKey
from sandbox.classroom.instructors import Instructors
from sandbox.records import Exercise, InputError, NotFoundError

NOTE_MAX_CHARS = 200


class Releasing:
    """What an instructor does with versions; every use case asks for the key."""

    def __init__(self, originals: Originals, instructors: Instructors) -> None:
        self._originals = originals
        self._store = originals.store
        self._library = originals.library
        self._published = originals.published
        self._instructors = instructors

    # ------------------------------------------------------------------ versions

    def save(
        self, key: InstructorKey, kind: ContentKind, form: Form, based_on: int, note: str
    ) -> ContentVersion:
        """Save the next version. Raise InputError (something is wrong) or ChangedMeanwhileError."""
        who = self._instructors.current(key)
        looked = self._originals.look(kind, form)
        if looked.problems:
            first = looked.problems[0]
            raise InputError(
                f"고칠 것이 {len(looked.problems)}가지 있습니다. {first.message}", remedy=first.remedy
            )
        self._originals.refuse_taken(kind, form["id"])
        text, files = self._originals.stored(kind, form)
        note = " ".join(note.split())[:NOTE_MAX_CHARS]
        saved = self._store.add_content_version(
            kind, form["id"], based_on=based_on, text=text, files=files, author=who.name, note=note
        )
        if saved is None:
            raise self._originals.changed(kind, form["id"], based_on)
        self._store.drop_content_draft(kind, form["id"], who.id)
        return saved

    def merge(
        self, key: InstructorKey, kind: ContentKind, form: Form, based_on: int
    ) -> tuple[comparing.Merged, int]:
        """Put one's own changes onto the newest version, part by part; return it and its number."""
        self._instructors.current(key)
        newest = self._originals.newest(kind, form["id"])
        empty = forms.new_prompt("x") if kind is ContentKind.PROMPT else forms.new_exercise("x")
        base = (
            self._originals.form(self._store.content_version(kind, form["id"], based_on))
            if based_on
            else empty
        )
        return comparing.merge(base, form, self._originals.form(newest)), newest.version

    def versions(self, key: InstructorKey, kind: ContentKind, content_id: str) -> tuple[ContentVersion, ...]:
        """Return every version, the newest first."""
        self._instructors.current(key)
        return self._store.content_versions(kind, content_id)

    def compare(
        self, key: InstructorKey, kind: ContentKind, content_id: str, before: int, after: int
    ) -> tuple[comparing.Change, ...]:
        """Return what changed from one version to another, in plain words."""
        self._instructors.current(key)
        old, new = (
            self._originals.form(self._store.content_version(kind, content_id, number))
            for number in (before, after)
        )
        return comparing.compare(old, new)

    def restore(self, key: InstructorKey, kind: ContentKind, content_id: str, version: int) -> ContentVersion:
        """Make an old version the newest one; nothing in between is lost."""
        who = self._instructors.current(key)
        old, newest = (
            self._store.content_version(kind, content_id, version),
            self._originals.newest(kind, content_id),
        )
        saved = self._store.add_content_version(
            kind, content_id, based_on=newest.version, text=old.text, files=old.files, author=who.name,
            note=f"{version}판으로 되돌림",
        )  # fmt: skip
        if saved is None:
            raise self._originals.changed(kind, content_id, newest.version)
        return saved

    # ------------------------------------------------------------------ before the class

    def publish(self, key: InstructorKey, kind: ContentKind, content_id: str, version: int) -> None:
        """Put a version before everybody at once. Raise InputError when it does not hold any more."""
        self._instructors.current(key)
        looked = self._originals.look(
            kind, self._originals.form(self._store.content_version(kind, content_id, version))
        )
        if looked.problems:
            raise InputError(
                f"지금은 공개할 수 없습니다. {looked.problems[0].message}",
                remedy=looked.problems[0].remedy or "고친 새 판을 저장해 주세요.",
            )
        item = looked.item
        if isinstance(item, Exercise) and item.prompt_id and not self._has_template(item.prompt_id):
            raise InputError(
                "이 실습이 쓰는 템플릿이 아직 공개되지 않았습니다.", remedy="템플릿을 먼저 공개해 주세요."
            )
        self._store.publish_content(kind, content_id, version)
        self._store.enable_content(kind, content_id, True)
        self._published.refresh()

    def withdraw(self, key: InstructorKey, kind: ContentKind, content_id: str) -> None:
        """Take it from the class; who has begun with it goes on with what they began with."""
        self._instructors.current(key)
        self._store.publish_content(kind, content_id, 0)
        self._published.refresh()

    def switch(self, key: InstructorKey, kind: ContentKind, content_id: str, on: bool) -> None:
        """Show or hide in the lists of the trainees; for files, too."""
        self._instructors.current(key)
        self._store.enable_content(kind, content_id, on)
        self._published.refresh()

    def move(self, key: InstructorKey, kind: ContentKind, content_id: str, steps: int) -> None:
        """Move one up (negative) or down among those of its module."""
        self._instructors.current(key)
        every = self._library.prompts() if kind is ContentKind.PROMPT else self._library.exercises()
        module = next((i.module for i in every if i.id == content_id), None)
        ids = [i.id for i in every if i.module == module]
        if content_id not in ids:
            raise NotFoundError("공개한 것만 차례를 바꿀 수 있습니다.", remedy="먼저 공개하거나 켜 주세요.")
        at = ids.index(content_id)
        ids.insert(max(0, min(len(ids), at + steps)), ids.pop(at))
        self._store.place_contents(kind, ids)
        self._published.refresh()

    def verify(
        self,
        key: InstructorKey,
        kind: ContentKind,
        content_id: str,
        *,
        verified: bool,
        review_on: date | None,
    ) -> None:
        """Mark the published version as looked through, to be looked at again on a day; or take it back."""
        who = self._instructors.current(key)
        content = self._store.content(kind, content_id)
        if content is None or not content.published_version:
            raise InputError("공개한 것만 검증할 수 있습니다.", remedy="먼저 공개해 주세요.")
        self._store.verify_content(kind, content_id, who.name if verified else "", review_on)
        self._published.refresh()

    def standing(self, key: InstructorKey, kind: ContentKind, content_id: str) -> Content | None:
        """Return what is published of it and whether it is verified; None when nothing was ever saved."""
        self._instructors.current(key)
        return self._store.content(kind, content_id)

    def used_by(self, key: InstructorKey, prompt_id: str) -> tuple[str, ...]:
        """Return the titles of the exercises that use a template."""
        self._instructors.current(key)
        return tuple(e.title for e in self._library.exercises() if e.prompt_id == prompt_id)

    def _has_template(self, prompt_id: str) -> bool:
        return any(p.id == prompt_id for p in self._library.prompts())
