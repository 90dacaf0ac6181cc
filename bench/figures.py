"""From the moments of N people to one row of figures, and from rows to tables.

Hides how figures are summed up: p95 over people within a round, the median over rounds, and
every comparison with the direct way only within the same round.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from bench.people import Answered

Row = dict[str, float]

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("first_added_p50_ms", "첫 글자까지 더해진 시간 p50", "{:,.0f} ms"),
    ("first_added_p95_ms", "같은 것 p95", "{:,.0f} ms"),
    ("first_added_to_sdk_p95_ms", "AsyncOpenAI로 곧바로 물은 것에 더해진 시간 p95", "{:,.0f} ms"),
    ("whole_ratio_p95", "답 전체, 직접 호출 대비 p95", "{:.3f} 배"),
    ("drawn_added_p95_ms", "점검 결과가 그려지기까지 더해진 시간 p95", "{:,.0f} ms"),
    ("longest_gap_p95_ms", "글이 멈춘 가장 긴 사이 p95", "{:,.0f} ms"),
    ("cpu_seconds", "서버 CPU / 답 하나", "{:.3f} 초"),
    ("stream_bytes_ratio", "흐르는 답의 바이트 / 답 자체", "{:.1f} 배"),
    ("all_bytes_ratio", "화면을 다시 그리는 것까지 / 답 자체", "{:.1f} 배"),
    ("first_page_p95_ms", "첫 화면 p95 (10초 안에 모두 열기)", "{:,.0f} ms"),
    ("first_page_cpu_seconds", "서버 CPU / 첫 화면", "{:.3f} 초"),
    ("first_page_kb", "첫 화면까지 받은 양 (빈 브라우저)", "{:,.0f} KB"),
    ("page_bytes_kb", "들어와 실습 화면까지 받은 양", "{:,.0f} KB"),
    ("opening_cpu_seconds", "서버 CPU / 들어와 실습 화면까지", "{:.3f} 초"),
    ("session_mb", "열린 화면 하나의 메모리", "{:.2f} MB"),
    ("failed", "실패하거나 잃은 답", "{:.0f}"),
)


NOT_MEASURED = "재지 못함"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def compare(found: Sequence[Answered], direct: Sequence[Answered], expected: str) -> Row:
    """Measure one round against the direct round beside it."""
    good = [a for a in found if not a.problem and a.text.strip() == expected.strip()]
    base = [a for a in direct if not a.problem]
    size = len(expected.encode())

    def added(share: float) -> float:
        return 1000 * (
            percentile([a.first for a in good], share) - percentile([a.first for a in base], share)
        )

    whole = percentile([a.whole for a in base], 0.95)
    row = {
        "first_added_p50_ms": added(0.5),
        "first_added_p95_ms": added(0.95),
        "whole_ratio_p95": percentile([a.whole for a in good], 0.95) / whole,
        "longest_gap_p95_ms": 1000 * percentile([a.longest_gap for a in good], 0.95),
        "direct_gap_p95_ms": 1000 * percentile([a.longest_gap for a in base], 0.95),
        "failed": float(len(found) - len(good)),
    }
    if good and good[0].stream_bytes:
        row["stream_bytes_ratio"] = statistics.fmean(a.stream_bytes for a in good) / size
        row["all_bytes_ratio"] = statistics.fmean(a.all_bytes for a in good) / size
    if good and good[0].drawn:
        row["drawn_added_p95_ms"] = 1000 * (percentile([a.drawn for a in good], 0.95) - whole)
    return row


def added_to(base: Sequence[Answered], found: Sequence[Answered]) -> float:
    """Return by how many milliseconds the p95 of the first text is later than that of another way."""
    late = [percentile([a.first for a in way if not a.problem], 0.95) for way in (found, base)]
    return 1000 * (late[0] - late[1])


def median(rounds: Sequence[Row]) -> Row:
    """Take the median of each figure over rounds; what failed is summed up instead."""
    names = {name for row in rounds for name in row}
    return {
        name: sum(row[name] for row in rounds)
        if name == "failed"
        else statistics.median(row[name] for row in rounds if name in row)
        for name in names
    }


def markdown(results: Mapping[str, Mapping[int, Row]]) -> str:
    """Write one table: figures down, people across, for every way that was measured."""
    heads = [(way, people) for way, rows in results.items() for people in rows]
    lines = [
        "| | " + " | ".join(f"{way} {people}명" for way, people in heads) + " |",
        "| --- |" + " ---: |" * len(heads),
    ]
    for name, title, form in COLUMNS:
        cells = [_cell(results[way][people], name, form) for way, people in heads]
        if any(cell not in ("–", NOT_MEASURED) for cell in cells):
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: Row, name: str, form: str) -> str:
    if not row:
        return NOT_MEASURED
    value = row.get(name, math.nan)
    return "–" if math.isnan(value) else form.format(value)
