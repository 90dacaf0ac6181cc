"""The benchmark's driver really gets what a person would see; nothing here asserts a speed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from bench import people as ways
from bench import servers
from bench.figures import compare, markdown, median, percentile
from bench.people import Answered, Trainee, answered, lost
from bench.room import EXERCISE, Work, measure
from bench.tab import TabError
from sandbox.library import parse_exercise

ROOT = Path(__file__).parent.parent


async def test_two_people_get_their_whole_answers_and_verdicts(tmp_path: Path) -> None:
    exercise = parse_exercise(ROOT / "exercises" / EXERCISE)
    with (
        servers.fake_endpoint(0.05, 0.0, 120) as endpoint,
        servers.room(tmp_path / "자료", endpoint) as room,
    ):
        people = [Trainee(room.url, f"수강생{n}") for n in (1, 2)]
        assert await ways.open_all(people, exercise.id, cold=False) == []
        answers = await ways.all_at_once([p.run for p in people])
        for person, answer in zip(people, answers, strict=True):
            assert answer.problem == ""
            assert answer.text == "행정 " * 120
            assert 0 < answer.first <= answer.whole <= answer.drawn
            assert answer.all_bytes > answer.stream_bytes > len(answer.text.encode())
            drawn = "".join(
                e.html.body for e in person.tab.elements.values() if e.WhichOneof("type") == "html"
            )
            assert len(re.findall('<div class="verdict', drawn)) >= len(exercise.checks)
        own = [
            [b.text_area for b in p.tab.elements.values() if b.WhichOneof("type") == "text_area"]
            for p in people
        ]
        assert own[0], "the prompt stands on the page"
        with pytest.raises(TabError, match="no chat_input"):
            people[0].tab.find("chat_input")
        other = await people[1].tab.events_status(f"/room/live/{people[0].run_id}")
        assert other == 404, "another person's live answer is not served to this tab"
        for person in people:
            await person.tab.close()


async def test_a_whole_measurement_fills_its_table() -> None:
    work = Work(people=(1,), rounds=1, tokens=30, tokens_per_second=0.0, first_seconds=0.0, also=("plain",))
    found = await measure(work)
    assert found.problems == []
    assert set(found.table) == {"실습실", "단순 채팅"}
    for way in found.table.values():
        assert way[1]["failed"] == 0
        assert way[1]["cpu_seconds"] > 0
    table = markdown(found.table)
    assert "| | 실습실 1명 | 단순 채팅 1명 |" in table
    assert "| 실패하거나 잃은 답 | 0 | 0 |" in table


def test_an_answer_that_is_not_whole_counts_as_lost() -> None:
    whole = answered(10.0, [(10.5, "행정 "), (10.7, "행정 ")], stream_bytes=100, all_bytes=200)
    half = answered(10.0, [(10.5, "행정 ")])
    row = compare([whole, half, lost("cut")], [whole], "행정 행정 ")
    assert row["failed"] == 2
    assert row["first_added_p95_ms"] == pytest.approx(0.0)
    assert row["longest_gap_p95_ms"] == pytest.approx(200.0)
    assert row["all_bytes_ratio"] == pytest.approx(200 / len("행정 행정 ".encode()))


def test_nobody_answered_is_no_zero() -> None:
    row = compare([lost("cut")], [Answered(0.3, 1.0, 0.1, "행정 ")], "행정 ")
    assert row["failed"] == 1
    assert math.isnan(row["first_added_p95_ms"])
    assert "ms" not in markdown({"실습실": {1: row}}), "what nobody measured is no figure"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([1.0], 0.95, 1.0), (list(range(1, 21)), 0.95, 19), (list(range(1, 21)), 0.5, 10), ([3, 1, 2], 1.0, 3)],
)
def test_percentile(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_the_median_of_rounds_sums_up_what_was_lost() -> None:
    rows = [{"a": 1.0, "failed": 1.0}, {"a": 9.0, "failed": 0.0}, {"a": 2.0, "failed": 2.0}]
    assert median(rows) == {"a": 2.0, "failed": 3.0}
