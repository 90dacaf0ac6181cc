"""All tables and charts in one go: ``python -m bench.report`` (about fourteen minutes on two quiet cores).

Writes ``data/bench/report.md`` and ``report.json`` and the charts that docs/performance.md shows,
``docs/charts/*.svg``. ``--quick`` measures 1 and 10 people only, to see that everything runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.charts import Line, line_chart
from bench.figures import Row
from bench.opening import opening
from bench.others import CHATS
from bench.queue_bench import in_line
from bench.room import ROOT, Measured, Work, measure
from bench.soak import soak, table

PEOPLE = (1, 10, 40, 100, 200, 325)
BESIDE = (40,)
CHARTS: tuple[tuple[str, str, str, str], ...] = (
    ("cpu", "cpu_seconds", "서버가 답 하나에 쓰는 CPU", "초"),
    ("first", "first_added_p95_ms", "첫 글자까지 더해진 시간 p95", "ms"),
    ("gap", "longest_gap_p95_ms", "글이 멈춘 가장 긴 사이 p95", "ms"),
    ("page", "first_page_p95_ms", "첫 화면 p95 (10초 안에 모두 열기)", "ms"),
)
BARS: Mapping[str, Line] = {
    "cpu": [(1, 0.06), (325, 0.06)],
    "first": [(40, 200), (200, 1200)],
    "gap": [(40, 200), (200, 400)],
    "page": [(40, 1500), (200, 4000)],
}


async def everything(*, quick: bool, soaking: bool) -> tuple[str, Measured, dict[str, object]]:
    """Measure all; return the page, the growth and the raw rest."""

    def say(line: str) -> None:
        print(line, flush=True)

    people = (1, 10) if quick else PEOPLE
    growth = await measure(Work(people, rounds=1), say)
    others = Work((1,) if quick else BESIDE, rounds=1, also=("sdk", *CHATS), room=False)
    beside = await measure(others, say)
    growth.table |= beside.table
    growth.rounds |= beside.rounds
    growth.problems += beside.problems
    growth.missing += beside.missing
    line = await in_line(8, 2, say) if quick else await in_line(say=say)
    begin = await opening()
    parts = [growth.page(), _ratio(growth.table), line.table(), begin]
    raw: dict[str, object] = {"queue": asdict(line)}
    if soaking:
        soaked = await soak(4, 10, say) if quick else await soak(20, 40, say)
        parts.append(table(soaked) + "".join(f"- {left}\n" for left in soaked.left_behind()))
        raw["soak"] = asdict(soaked)
    return "\n".join(parts), growth, raw


def _ratio(found: Mapping[str, Mapping[int, Row]]) -> str:
    """Say the one comparison that the bar names: the room's CPU an answer against each chat's."""
    ours = found.get("실습실", {})
    return "".join(
        f"{n}명: {way}의 CPU / 실습실의 CPU = {row['cpu_seconds'] / ours[n]['cpu_seconds']:.1f}배\n\n"
        for way in (chat.title for chat in CHATS.values())
        for n, row in found.get(way, {}).items()
        if n in ours and row
    )


def charts(found: Mapping[str, Mapping[int, Row]], folder: Path) -> None:
    """Draw what grows with the number of people."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure, title, unit in CHARTS:
        lines = {way: _line(rows, figure) for way, rows in found.items()}
        drawn = line_chart(title, lines, unit=unit, bars={"기준": BARS[name]})
        (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")


def _line(rows: Mapping[int, Row], figure: str) -> Sequence[tuple[float, float]]:
    return [(n, row[figure]) for n, row in sorted(rows.items()) if row.get(figure, 0) > 0]


def main() -> int:
    options = _options()
    page, growth, raw = asyncio.run(everything(quick=options.quick, soaking=not options.no_soak))
    print("\n" + page)
    for problem in sorted(set(growth.problems)):
        print("·", problem)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.md").write_text(page, encoding="utf-8")
    machine = {"python": platform.python_version(), "cores": psutil.cpu_count(), "system": platform.system()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"at": at, "machine": machine, "rounds": growth.rounds, "problems": growth.problems, **raw}
    record["missing"] = growth.missing
    (options.out / "report.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    charts(growth.table, options.charts)
    return 1 if growth.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="모든 표와 그림을 한 번에 만듭니다 (조용한 코어 2개에서 14분쯤)."
    )
    parser.add_argument("--quick", action="store_true", help="1명과 10명만: 도구가 도는지 봅니다")
    parser.add_argument("--no-soak", action="store_true", help="오래 켜 두는 시험은 빼고")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench")
    parser.add_argument("--charts", type=Path, default=ROOT / "docs" / "charts")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
