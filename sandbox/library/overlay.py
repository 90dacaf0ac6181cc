"""What is published on screen beside the files: where it lies, what is hidden, in which order.

Hides nothing: it is the shape in which whoever keeps such content tells the shelf of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from sandbox.records import Credit

Kind = Literal["prompt", "exercise"]
Key = tuple[str, str]  # kind and id


@dataclass(frozen=True, slots=True)
class Overlay:
    """``versions`` maps kind and id to version and place: a template's file, an exercise's folder.

    ``hidden`` are out of the lists, files too. ``places`` orders within a module, the unnamed last.
    """

    versions: Mapping[Key, tuple[int, Path]] = field(default_factory=lambda: MappingProxyType({}))
    hidden: frozenset[Key] = frozenset()
    places: Mapping[Key, int] = field(default_factory=lambda: MappingProxyType({}))
    credits: Mapping[Key, Credit] = field(default_factory=lambda: MappingProxyType({}))


class PublishedShelf(Protocol):
    """Where published content comes from."""

    def now(self) -> Overlay:
        """Return what is published now; the same object while nothing has changed. Cheap."""

    def place_of(self, kind: Kind, content_id: str, version: int) -> Path | None:
        """Return where a version lies that was published once; None when there is none."""


class NothingPublished:
    """The shelf of a room whose only content are files."""

    def __init__(self) -> None:
        self._overlay = Overlay()

    def now(self) -> Overlay:
        return self._overlay

    def place_of(self, kind: Kind, content_id: str, version: int) -> Path | None:
        return None
