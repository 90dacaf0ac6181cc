"""Content made on screen: versions that never change, what is published, drafts, materials.

Hides the SQL and the race of two instructors: a version is added only on top of the one its author
had seen. Materials are kept once by their hash, however many versions carry them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from sandbox.class_records import Content, ContentDraft, ContentKind, ContentVersion
from sandbox.records import NotFoundError
from sandbox.store.class_tables import content_drafts, content_files, content_versions, contents
from sandbox.store.database import Database

Shelved = tuple[tuple[str, str, int, bool, int, str], ...]


class Contents:
    """The part of the store that keeps content made on screen."""

    _database: Database

    def contents(self) -> tuple[Content, ...]:
        """Return all of it, files that were switched off or moved included."""
        wanted = select(contents).order_by(contents.c.kind, contents.c.id)
        with self._database.reading() as connection:
            return tuple(_content(row) for row in connection.execute(wanted))

    def content(self, kind: ContentKind, content_id: str) -> Content | None:
        with self._database.reading() as connection:
            row = connection.execute(_one(kind, content_id)).first()
        return None if row is None else _content(row)

    def shelved(self) -> Shelved:
        """Return what decides about the shelf and nothing else: two equal answers mean that nothing changed."""
        c = contents.c
        wanted = select(c.kind, c.id, c.published_version, c.enabled, c.position, c.changed_at)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(c.kind, c.id)).all()
        return tuple(
            (r.kind, r.id, r.published_version, r.enabled, r.position, r.changed_at.isoformat()) for r in rows
        )

    # ------------------------------------------------------------------- versions

    def add_content_version(
        self,
        kind: ContentKind,
        content_id: str,
        *,
        based_on: int,
        text: str,
        files: Mapping[str, str],
        author: str,
        note: str,
    ) -> ContentVersion | None:
        """Keep the next version; None, and nothing kept, when ``based_on`` is no longer the newest."""
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            row = self._content_row(connection, kind, content_id, now, owner=author)
            if row.newest_version != based_on:
                return None
            made = ContentVersion(
                kind, content_id, based_on + 1, text, MappingProxyType(dict(files)), author, note, now
            )
            connection.execute(
                insert(content_versions).values(
                    kind=str(kind),
                    id=content_id,
                    version=made.version,
                    text=text,
                    files=dict(files),
                    author=author,
                    note=note,
                    created_at=now,
                )
            )
            values = {"newest_version": made.version, "changed_at": now}
            if not row.owner:
                values["owner"] = author
            connection.execute(_change(kind, content_id, values))
        return made

    def content_version(self, kind: ContentKind, content_id: str, version: int) -> ContentVersion:
        """Return one version. Raise NotFoundError."""
        c = content_versions.c
        wanted = select(content_versions).where(c.kind == str(kind), c.id == content_id, c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise _nothing()
        return _version(row)

    def content_versions(self, kind: ContentKind, content_id: str) -> tuple[ContentVersion, ...]:
        """Return every version, the newest first."""
        c = content_versions.c
        wanted = select(content_versions).where(c.kind == str(kind), c.id == content_id)
        with self._database.reading() as connection:
            return tuple(_version(r) for r in connection.execute(wanted.order_by(c.version.desc())))

    def newest_content_versions(self) -> tuple[ContentVersion, ...]:
        """Return the newest version of everything made on screen."""
        c, v = contents.c, content_versions.c
        same = (v.kind == c.kind) & (v.id == c.id) & (v.version == c.newest_version)
        wanted = select(content_versions).join(contents, same).order_by(v.kind, v.id)
        with self._database.reading() as connection:
            return tuple(_version(row) for row in connection.execute(wanted))

    # ------------------------------------------------------------------- before the class

    def publish_content(self, kind: ContentKind, content_id: str, version: int) -> None:
        """Put a version before the class (0: take it away); another one is no longer verified."""
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            row = connection.execute(_one(kind, content_id).with_for_update()).first()
            if row is None or version > row.newest_version:
                raise _nothing()
            values: dict[str, Any] = {"published_version": version, "changed_at": now}
            if version != row.published_version:
                values |= {"verified_at": None, "verified_by": "", "review_on": None}
            connection.execute(_change(kind, content_id, values))

    def enable_content(self, kind: ContentKind, content_id: str, enabled: bool) -> None:
        """Show or hide; works for what lies in a file, too."""
        self._set_content(kind, content_id, enabled=enabled)

    def verify_content(self, kind: ContentKind, content_id: str, by: str, review_on: date | None) -> None:
        """Note who looked the published version through; an empty ``by`` takes the mark away."""
        at = datetime.now(UTC) if by else None
        self._set_content(
            kind, content_id, verified_at=at, verified_by=by, review_on=review_on if by else None
        )

    def place_contents(self, kind: ContentKind, ids: Iterable[str]) -> None:
        """Give these a place of their own in this order, from 1 on."""
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            for position, content_id in enumerate(ids, 1):
                row = self._content_row(connection, kind, content_id, now)
                if row.position != position:
                    connection.execute(_change(kind, content_id, {"position": position, "changed_at": now}))

    def _set_content(self, kind: ContentKind, content_id: str, **values: Any) -> None:
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            self._content_row(connection, kind, content_id, now)
            connection.execute(_change(kind, content_id, {**values, "changed_at": now}))

    def _content_row(
        self, connection: Connection, kind: ContentKind, content_id: str, now: datetime, owner: str = ""
    ) -> Row[Any]:
        """Return the row, made if need be, held until the transaction ends."""
        blank = {
            "kind": str(kind), "id": content_id, "newest_version": 0, "published_version": 0,
            "enabled": True, "position": 0, "owner": owner, "verified_by": "", "changed_at": now,
        }  # fmt: skip
        connection.execute(self._database.insert(contents).values(blank).on_conflict_do_nothing())
        return connection.execute(_one(kind, content_id).with_for_update()).one()

    # ------------------------------------------------------------------- materials

    def keep_file(self, data: bytes) -> str:
        """Keep a material once; return its hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        row = {"sha256": sha256, "data": data, "created_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(self._database.insert(content_files).values(row).on_conflict_do_nothing())
        return sha256

    def file(self, sha256: str) -> bytes:
        """Return a kept material. Raise NotFoundError."""
        wanted = select(content_files.c.data).where(content_files.c.sha256 == sha256)
        with self._database.reading() as connection:
            data = connection.execute(wanted).scalar()
        if data is None:
            raise _nothing()
        return bytes(data)

    # ------------------------------------------------------------------- half-done work

    def save_content_draft(
        self, kind: ContentKind, content_id: str, author: str, based_on: int, payload: Mapping[str, Any]
    ) -> None:
        """Keep an instructor's half-done work instead of what they had kept before."""
        values = {"based_on": based_on, "payload": dict(payload), "saved_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(content_drafts)
                .values(kind=str(kind), id=content_id, author=author, **values)
                .on_conflict_do_update(index_elements=["kind", "id", "author"], set_=values)
            )

    def content_drafts(self) -> tuple[ContentDraft, ...]:
        """Return everybody's half-done work, the newest first."""
        wanted = select(content_drafts).order_by(content_drafts.c.saved_at.desc())
        with self._database.reading() as connection:
            return tuple(_draft(row) for row in connection.execute(wanted))

    def content_draft(self, kind: ContentKind, content_id: str, author: str) -> ContentDraft | None:
        c = content_drafts.c
        wanted = select(content_drafts).where(c.kind == str(kind), c.id == content_id, c.author == author)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _draft(row)

    def drop_content_draft(self, kind: ContentKind, content_id: str, author: str) -> None:
        c = content_drafts.c
        with self._database.writing() as connection:
            connection.execute(
                delete(content_drafts).where(c.kind == str(kind), c.id == content_id, c.author == author)
            )


def _one(kind: ContentKind, content_id: str) -> Select[Any]:
    return select(contents).where(contents.c.kind == str(kind), contents.c.id == content_id)


def _change(kind: ContentKind, content_id: str, values: Mapping[str, Any]) -> Any:
    return (
        update(contents).where(contents.c.kind == str(kind), contents.c.id == content_id).values(dict(values))
    )


def _content(row: Row[Any]) -> Content:
    return Content(
        ContentKind(row.kind),
        row.id,
        row.newest_version,
        row.published_version,
        row.enabled,
        row.position,
        row.owner,
        row.changed_at,
        row.verified_at,
        row.verified_by,
        row.review_on,
    )


def _version(row: Row[Any]) -> ContentVersion:
    return ContentVersion(
        ContentKind(row.kind),
        row.id,
        row.version,
        row.text,
        MappingProxyType(row.files),
        row.author,
        row.note,
        row.created_at,
    )


def _draft(row: Row[Any]) -> ContentDraft:
    return ContentDraft(
        ContentKind(row.kind), row.id, row.author, row.based_on, MappingProxyType(row.payload), row.saved_at
    )


def _nothing() -> NotFoundError:
    return NotFoundError(
        "이 내용을 찾지 못했습니다.", remedy="목록을 새로 열어 다른 분이 지웠는지 확인해 주세요."
    )
