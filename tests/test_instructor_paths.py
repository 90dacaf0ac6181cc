"""docs/instructor.md stays true: its timetables add up, and every exercise in them exists as it says."""

from __future__ import annotations

import itertools
import re
from functools import cache
from pathlib import Path

import pytest

from sandbox.library import Library
from sandbox.records import MODULES, Exercise, Level

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d\d):(\d\d)~(\d\d):(\d\d) \| (.+?) \| (?:`([a-z0-9-]+)`)? ?\| (\d+) \|$")
PATHS = {"2시간": (1, 120), "하루": (1, 450), "이틀": (2, 450)}  # days, and minutes a day with the lunch hour


@cache
def known() -> dict[str, Exercise]:
    library = Library(
        (ROOT / "prompts",), (ROOT / "exercises",), check_problem=lambda _: None, read_text=lambda _: ""
    )
    library.reload()
    return {exercise.id: exercise for exercise in library.exercises()}


def rows(path: str) -> list[tuple[int, int, str, str, int]]:
    """Return (start, end, what, exercise id, minutes) of a path's tables; times in minutes of the day."""
    part = re.search(rf"^### {path}.*?(?=^##)", PAGE + "\n## ", re.MULTILINE | re.DOTALL)
    assert part is not None, path
    lines = [line for line in part.group().splitlines() if re.match(r"\| \d", line)]
    found = [ROW.match(line) for line in lines]
    assert found and all(found), [line for line, row in zip(lines, found, strict=True) if row is None]
    return [
        (int(a) * 60 + int(b), int(c) * 60 + int(d), what, name or "", int(minutes))
        for a, b, c, d, what, name, minutes in (row.groups() for row in found if row)
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_timetable_adds_up(path: str) -> None:
    table, (days, length) = rows(path), PATHS[path]
    for start, end, what, _, minutes in table:
        assert end - start == minutes, what
    breaks = [
        (one[1], two[0])
        for one, two in itertools.pairwise(table)
        if one[1] != two[0] and (one[1], two[0]) != (12 * 60, 13 * 60)
    ]
    assert len(breaks) == days - 1, breaks  # only the night between two days is no lunch hour and no seam
    firsts = [table[0][0], *(two for _, two in breaks)]
    lasts = [*(one for one, _ in breaks), table[-1][1]]
    assert [last - first for first, last in zip(firsts, lasts, strict=True)] == [length] * days


@pytest.mark.parametrize("path", PATHS)
def test_each_exercise_is_as_the_timetable_says(path: str) -> None:
    used = [(what, known()[name], minutes) for _, _, what, name, minutes in rows(path) if name]
    assert len({exercise.id for _, exercise, _ in used}) == len(used)
    for what, exercise, minutes in used:
        mark = " (심화)" if exercise.level is Level.ADVANCED else ""
        assert (what, minutes) == (f"「{exercise.title}」{mark}", exercise.minutes)


@pytest.mark.parametrize("path", PATHS)
def test_an_advanced_exercise_never_comes_before_a_basic_one_of_its_module(path: str) -> None:
    used = [known()[name] for _, _, _, name, _ in rows(path) if name]
    for module in MODULES:
        levels = [exercise.level is Level.ADVANCED for exercise in used if exercise.module == module.id]
        assert levels == sorted(levels), module.id


def test_the_page_names_no_exercise_that_is_not_there() -> None:
    modules = "|".join(module.id for module in MODULES)
    named = set(re.findall(rf"`((?:{modules})-[a-z0-9-]+)`", PAGE))
    assert named and named <= set(known())
    said = re.findall(rf"「([^」]+)」\(`((?:{modules})-[a-z0-9-]+)`\)", PAGE)
    assert said and all(known()[name].title == title for title, name in said)


def test_the_experiments_called_free_of_a_model_are() -> None:
    part = PAGE.split("**AI 없이도 되는 것**")[1].split("\n\n**")[0]
    labs = {known()[name].lab for name in re.findall(r"`([a-z]+-[a-z0-9-]+)`", part)}
    assert labs == {"tokens", "spot", ""}  # "" is the one whose 자가 점검 needs no model
