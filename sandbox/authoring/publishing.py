"""What is published, laid out as files for the library, and noticed by every server process.

Hides the way from the database, which is the truth, to ``published/<kind>/v<version>-<id>`` in the data
folder, and the cheap look (one small query a second at most) by which a process learns that another
one has published. A version's folder appears whole or not at all and is written anew when it is not
what the database holds.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.authoring.looking import is_file_name
from sandbox.class_records import Content, ContentKind, ContentVersion
from sandbox.library import Overlay
from sandbox.records import Credit, NotFoundError, StoreError
from sandbox.store import Store

log = logging.getLogger("sandbox.authoring")
LOOK_EVERY_SECONDS = 1.0
MAIN_FILE: Mapping[ContentKind, str] = {ContentKind.PROMPT: "prompt.md", ContentKind.EXERCISE: "exercise.md"}


class Published:
    """The shelf of published content. One per server process; thread-safe."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._folder = folder
        self._every = look_every_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._shelved: object = None
        self._overlay = Overlay()
        self._sound: set[Path] = set()

    def now(self) -> Overlay:
        """Return what is published; asks the database once a second at the most."""
        if self._clock() - self._looked_at >= self._every and self._lock.acquire(blocking=False):
            try:
                self._look()
            except StoreError:
                # The room goes on with what it knew; the next look is a second away.
                log.warning("could not look for published content")
            finally:
                self._looked_at = self._clock()
                self._lock.release()
        return self._overlay

    def refresh(self) -> None:
        """Look now, whenever the last look was: what was published here is seen here at once."""
        with self._lock:
            self._look()
            self._looked_at = self._clock()

    def place_of(self, kind: str, content_id: str, version: int) -> Path | None:
        """Return where a saved version lies, laid out now if need be; None when there is none."""
        try:
            found = self._store.content_version(ContentKind(kind), content_id, version)
        except NotFoundError:
            return None
        return self._laid_out(found)

    def _look(self) -> None:
        shelved = self._store.shelved()
        if shelved == self._shelved:
            return
        versions: dict[tuple[str, str], tuple[int, Path]] = {}
        credits: dict[tuple[str, str], Credit] = {}
        known = self._store.contents()
        for one in known:
            if not one.published_version:
                continue
            place = self.place_of(one.kind, one.id, one.published_version)
            if place is not None:
                versions[one.kind, one.id] = one.published_version, place
                credits[one.kind, one.id] = _credit(one)
        self._overlay = Overlay(
            versions,
            frozenset((str(c.kind), c.id) for c in known if not c.enabled),
            {(str(c.kind), c.id): c.position for c in known if c.position},
            credits,
        )
        self._shelved = shelved

    def _laid_out(self, version: ContentVersion) -> Path:
        """Return the template's file or the exercise's folder, whole and as the database has it."""
        folder = self._folder / version.kind / f"v{version.version}-{version.id}"
        main = folder / MAIN_FILE[version.kind]
        if folder not in self._sound:
            if not _is_sound(folder, main, version):
                self._write(folder, main.name, version)
            self._sound.add(folder)
        return main if version.kind is ContentKind.PROMPT else folder

    def _write(self, folder: Path, main_name: str, version: ContentVersion) -> None:
        half = folder.with_name(f"{folder.name}.{os.getpid()}.{uuid.uuid4().hex[:6]}.part")
        try:
            half.mkdir(parents=True)
            (half / main_name).write_bytes(version.text.encode("utf-8"))
            for path, sha256 in version.files.items():
                target = half.joinpath(*_parts(path))
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(self._store.file(sha256))
            if folder.exists():
                shutil.rmtree(folder)
            half.replace(folder)
        except OSError as error:
            # Another process may have been first with the same folder.
            if not _is_sound(folder, folder / main_name, version):
                raise StoreError(
                    "공개한 내용을 자료 폴더에 펼치지 못했습니다.",
                    remedy="디스크에 빈자리가 있는지, 자료 폴더에 쓸 수 있는지 확인해 주세요.",
                ) from error
        finally:
            shutil.rmtree(half, ignore_errors=True)


def _parts(path: str) -> tuple[str, ...]:
    """Take a stored path apart; it was checked when it was saved, and is once more."""
    parts = tuple(path.split("/"))
    names_ok = is_file_name(parts[-1]) and (len(parts) == 1 or parts[:-1] == ("answers",))
    if not names_ok:
        raise StoreError("기록에 쓸 수 없는 파일 이름이 있습니다.", remedy="담당자에게 알려 주세요.")
    return parts


def _is_sound(folder: Path, main: Path, version: ContentVersion) -> bool:
    """Say whether the folder holds the version, and nothing else."""
    try:
        if main.read_bytes() != version.text.encode("utf-8"):
            return False
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {main.name}
        return there == set(version.files) and all(
            hashlib.sha256(folder.joinpath(*_parts(path)).read_bytes()).hexdigest() == sha256
            for path, sha256 in version.files.items()
        )
    except OSError:
        return False


def _credit(content: Content) -> Credit:
    return Credit(content.owner, content.verified_by, content.verified_at, content.review_on)
