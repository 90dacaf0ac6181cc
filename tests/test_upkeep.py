"""What the server does beside its visitors goes on, whatever one duty runs into."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.records import StoreError
from ui import upkeep


async def test_a_duty_that_fails_ends_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk at one moment: backups and deletions that are due come all the same, later."""
    monkeypatch.setattr(upkeep, "COLLECT_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(upkeep.gc, "collect", lambda *_: came.append("collect"))
    monkeypatch.setattr(upkeep.gc, "freeze", lambda: None)
    monkeypatch.setattr(upkeep.children, "leave_no_dump", lambda: None)
    came: list[str] = []

    def failing(name: str, times: int) -> Any:
        def do() -> str:
            came.append(name)
            if came.count(name) <= times:
                raise StoreError("디스크에 남은 공간이 없습니다. 900101-1234568")
            return ""

        return do

    room: Any = SimpleNamespace(
        warm=failing("warm", 1),
        store=SimpleNamespace(keep_backup=failing("backup", 3)),
        lecture=SimpleNamespace(
            sweep=failing("sweep", 2),
            instructors=SimpleNamespace(open_setup_code=failing("code", 2)),
        ),
    )
    keeping = asyncio.create_task(upkeep.keep_up(room))
    for _ in range(1_000):
        await asyncio.sleep(0.01)
        if came.count("sweep") > 5 or keeping.done():
            break
    assert not keeping.done()
    keeping.cancel()
    assert came.count("collect") >= 6 and came.count("backup") >= 5
    assert came.count("code") == 3, "tried until it is told, then never again"
    said = [r.getMessage() for r in caplog.records if r.name == "ui"]
    assert len(said) == 1 + 3 + 2 + 2
    assert all("incident" in line and "StoreError" in line and "900101" not in line for line in said)
