"""Which endpoint a command talks to, and waking the embedded model.

Hides that the embedded model may be started again under another address: what is yielded is asked
anew before every request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sandbox.records import Endpoint, ModelError, NotFoundError
from sandbox.shell.output import say
from sandbox.shell.room import Room

if TYPE_CHECKING:
    from sandbox.local_model import LocalModel

EMBEDDED: Final = frozenset({"embedded", "내장", "내장 모델"})
MODEL_WAIT_SECONDS: Final = 3_600.0
RESTART_WAIT_SECONDS: Final = 120.0

Now = Callable[[], Endpoint]


@contextmanager
def endpoint(room: Room, name: str) -> Iterator[Now]:
    """Yield how to get the endpoint of that name; without a name the first configured one, else the embedded."""
    found = _configured(room, name)
    if found is not None:
        yield lambda: found
        return
    with _embedded(room) as now:
        yield now


def names(room: Room, name: str) -> tuple[str, str]:
    """Return the endpoint's name and model without waking anything."""
    found = _configured(room, name)
    if found is not None:
        return found.name, found.model
    from sandbox.local_model.server import NAME

    return NAME, _model(room).model


def _configured(room: Room, name: str) -> Endpoint | None:
    """Return the configured endpoint, None for the embedded model. Raise NotFoundError."""
    configured = room.settings.endpoints
    if name.casefold() in EMBEDDED or (not name and not configured):
        return None
    found = [e for e in configured if name in ("", e.name, e.id)]
    if not found:
        known = ", ".join([e.name for e in configured] + ["embedded"])
        raise NotFoundError(f"연결 ‘{name}’이(가) 없습니다.", remedy=f"쓸 수 있는 연결: {known}")
    return found[0]


def _model(room: Room) -> LocalModel:
    from sandbox.local_model import LocalModel

    wanted = room.settings.embedded
    return LocalModel(
        room.settings.data_dir,
        path=wanted.path,
        sha256=wanted.sha256,
        context_tokens=wanted.context_tokens,
        parallel=wanted.parallel,
        threads=wanted.threads,
    )


@contextmanager
def _embedded(room: Room) -> Iterator[Now]:
    model = _model(room)
    say("내장 모델을 준비합니다. 처음에는 몇 분 걸릴 수 있습니다.")
    model.start()

    def now(seconds: float = RESTART_WAIT_SECONDS) -> Endpoint:
        status = model.wait_ready(seconds)
        found = model.endpoint()
        if found is None:
            raise ModelError(status.message, remedy=status.remedy)
        return found

    try:
        now(MODEL_WAIT_SECONDS)
        yield now
    finally:
        model.close()
