"""Measure the live board: ``python -m bench.board [--seats 40 200]``.

What one look costs the server (queries, rows, CPU, bytes), and what a lecturer's open screen costs beside a
board drawn by ``st.fragment`` from the very same summary. Nothing here fails for being slow.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import event

from bench import servers
from bench.board_class import CODE, MadeClass, fill
from bench.servers import Cost
from bench.tab import Tab
from sandbox.classroom import Instructors
from sandbox.records import EndpointHealth, HealthState
from sandbox.reports.board import FRESH_SECONDS, OVERLAP, Board
from sandbox.store import Store, load_secret
from tests.running_room import ROOT, RunningRoom, free_port

LOOKS = 30
REFRESHES = 12
EVERY_SECONDS = 2.5
WARM_SECONDS = 10.0


def open_store(data_dir: Path) -> Store:
    """Open the store in a data folder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(f"sqlite:///{data_dir / 'sandbox.db'}", secret=load_secret(data_dir))
    store.migrate()
    return store


def board_of(store: Store, clock: list[float] | None = None) -> Board:
    """Wire a board on a store; ``clock`` lets the measurement skip the waiting."""
    return Board(
        store,
        Instructors(store),
        exercise_title=lambda exercise_id: exercise_id,
        endpoints=list,
        health=lambda endpoint_id: EndpointHealth(endpoint_id, HealthState.UNKNOWN),
        clock=(lambda: clock[0]) if clock else time.monotonic,
    )


class Counted:
    """Statements sent to the database."""

    def __init__(self, store: Store) -> None:
        self.statements = 0
        event.listen(store._database._engine, "before_cursor_execute", self._asked)

    def _asked(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements += statement.startswith("SELECT")


def one_look(made: MadeClass, store: Store) -> dict[str, float]:
    """Measure a first look, and looks two seconds apart, in this process."""
    clock = [1000.0]
    board, counted = board_of(store, clock), Counted(store)
    begun = time.process_time()
    drawn = board.drawn(made.key, CODE, projector=False)
    first = time.process_time() - begun
    costs, shared, asked = [], [], []
    for _ in range(LOOKS):
        clock[0] += FRESH_SECONDS
        before, begun = counted.statements, time.process_time()
        drawn = board.drawn(made.key, CODE, projector=False)
        costs.append(time.process_time() - begun)
        asked.append(counted.statements - before)
        begun = time.process_time()
        board.drawn(made.key, CODE, projector=False)
        shared.append(time.process_time() - begun)
    seats = len(store.class_seats(CODE))
    known = board._kept(CODE).runs
    since = known.newest - OVERLAP if known.newest else None
    fresh = store.class_tries(CODE, since=since, also=tuple(known.unsettled))
    return {
        "first_ms": 1000 * first,
        "look_ms": 1000 * statistics.median(costs),
        "shared_ms": 1000 * statistics.median(shared),
        "queries": statistics.median(asked),
        "seat_rows": seats,
        "run_rows": sum(max(1, t.total) for t in fresh),
        "bytes": len(drawn.body),
    }


# --------------------------------------------------------------------------- an open screen


def by_polling(data_dir: Path, made: MadeClass, viewers: int) -> dict[str, float]:
    """Measure what the room pays for one open board: its small JSON every 2.5 seconds."""
    with RunningRoom(data_dir, SANDBOX_EMBEDDED="0") as room:
        address = f"{room.url}/room/board?class={CODE}&minutes=5"
        etag = _ask(address, made, "")[1]
        time.sleep(WARM_SECONDS)
        cost, received = Cost(room.pid), 0
        idle = _idle(cost)
        before = cost.cpu_seconds()
        for _ in range(REFRESHES):
            time.sleep(EVERY_SECONDS)
            known = etag
            for _ in range(viewers):
                size, etag = _ask(address, made, known)
                received += size
        used = cost.cpu_seconds() - before
        return {"cpu_ms": 1000 * used / REFRESHES - idle, "bytes": received / REFRESHES / viewers}


def _idle(cost: Cost) -> float:
    """Return what the process uses by itself between two refreshes, in milliseconds."""
    before = cost.cpu_seconds()
    time.sleep(EVERY_SECONDS * REFRESHES)
    return 1000 * (cost.cpu_seconds() - before) / REFRESHES


def _ask(address: str, made: MadeClass, etag: str) -> tuple[int, str]:
    headers = {
        "Cookie": f"desk={made.token}",
        "Accept-Encoding": "gzip",
        **({"If-None-Match": etag} if etag else {}),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
            return len(answer.read()), answer.headers["ETag"]
    except urllib.error.HTTPError as unchanged:
        with unchanged:
            if unchanged.code != 304:
                raise
            return 0, etag


def by_fragment(data_dir: Path, made: MadeClass, viewers: int) -> dict[str, float]:
    """Measure what a page pays that draws the same tiles by ``st.fragment``."""
    with _plain_board(data_dir, made) as (url, pid):
        return asyncio.run(_refresh(url, Cost(pid), viewers))


async def _refresh(url: str, cost: Cost, viewers: int) -> dict[str, float]:
    tabs = [Tab(url) for _ in range(viewers)]
    for tab in tabs:
        await tab.open("/", cold=False)
    await asyncio.sleep(WARM_SECONDS)
    idle = await asyncio.to_thread(_idle, cost)
    before, received = cost.cpu_seconds(), sum(tab.received_bytes for tab in tabs)
    for _ in range(REFRESHES):
        await asyncio.sleep(EVERY_SECONDS)
        for tab in tabs:
            await tab.rerun(part=next(iter(filter(None, tab._parts.values()))))
    found = {
        "cpu_ms": 1000 * (cost.cpu_seconds() - before) / REFRESHES - idle,
        "bytes": (sum(tab.received_bytes for tab in tabs) - received) / REFRESHES / viewers,
    }
    for tab in tabs:
        await tab.close()
    return found


@contextmanager
def _plain_board(data_dir: Path, made: MadeClass) -> Iterator[tuple[str, int]]:
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "bench" / "plain_board.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true",
        "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
    ]  # fmt: skip
    given = {"BOARD_DATA": str(data_dir), "BOARD_KEY": made.token, "PYTHONPATH": str(ROOT)}
    with servers._running(command, given, f"http://127.0.0.1:{port}/_stcore/health") as process:
        yield f"http://127.0.0.1:{port}", process.pid


# --------------------------------------------------------------------------- the command


def measure(seats: int, viewers: int) -> str:
    """Measure a class of so many seats; return its lines of the table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder)
        with closing(open_store(data_dir)) as store:
            made = fill(store, seats=seats)
            look = one_look(made, store)
        poll, fragment = by_polling(data_dir, made, viewers), by_fragment(data_dir, made, viewers)
    ratio = fragment["cpu_ms"] / poll["cpu_ms"] if poll["cpu_ms"] else float("nan")
    return (
        f"| {seats}석 | {look['queries']:.0f} | {look['seat_rows']}+{look['run_rows']} | {look['first_ms']:.0f} "
        f"| {look['look_ms']:.1f} | {look['shared_ms']:.2f} | {look['bytes'] / 1000:.1f} "
        f"| {poll['cpu_ms']:.0f} | {fragment['cpu_ms']:.0f} | {ratio:.0f}배 "
        f"| {poll['bytes'] / 1000:.1f} | {fragment['bytes'] / 1000:.1f} |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="현황판이 서버에 지우는 짐을 잽니다.")
    parser.add_argument("--seats", type=int, nargs="+", default=[40, 200])
    parser.add_argument(
        "--viewers", type=int, default=3, help="현황판을 열어 둔 화면 수(강사, 앞 화면, 도우미)"
    )
    options = parser.parse_args(arguments)
    print(
        "| | 질의 | 읽은 줄(자리+실행) | 첫 요약 CPU ms | 요약 CPU ms | 함께 보는 사람 CPU ms | JSON KB "
        "| 열린 화면 모두 CPU ms/회 | st.fragment CPU ms/회 | 비 | 화면마다 KB/회 | fragment KB/회 |\n"
        "| --- |" + " ---: |" * 11
    )
    for seats in options.seats:
        print(measure(seats, options.viewers), flush=True)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    raise SystemExit(main())
