"""How long it takes to begin: importing the app, starting it again, going from page to page."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import servers
from bench.people import Trainee
from bench.room import ROOT, exercise_and_prompt
from bench.tab import Tab

SWITCHES = 10


async def opening() -> str:
    """Measure and return a table."""
    rows = [("app.py를 읽어 들이기 (새 파이썬)", f"{_import_seconds():.2f}초")]
    exercise_id, _ = exercise_and_prompt()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        servers.fake_endpoint(0.05, 0.0, 50) as endpoint,
    ):
        with servers.room(Path(folder), endpoint):
            pass
        begun = time.perf_counter()
        with servers.room(Path(folder), endpoint) as room:  # the second start: the records are there
            tab = Tab(room.url)
            await tab.open()
            rows.append(("두 번째로 켜서 첫 화면까지", f"{time.perf_counter() - begun:.1f}초"))
            await tab.close()
            seat = Trainee(room.url, "수강생")
            await seat.open_first_page()
            await seat.open_exercise(exercise_id)
            moments = []
            for _ in range(SWITCHES):
                for path, query in (("course", {}), ("exercise", {"id": exercise_id})):
                    at = time.perf_counter()
                    await seat.tab.go(path, **query)
                    moments.append(time.perf_counter() - at)
            await seat.tab.close()
    rows.append(("화면 옮기기 (가운뎃값)", f"{1000 * statistics.median(moments):.0f} ms"))
    return "| 시작 | |\n| --- | ---: |\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)


def _import_seconds() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import app"], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun
