"""Particles after words that do not end in Hangul, and that no sentence on screen holds 을(를)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.checks import check
from sandbox.checks.particles import particle, places, quoted
from sandbox.checks.style import noun_form
from sandbox.records import CheckContext, CheckSpec

CHECKS = Path(__file__).parent.parent / "sandbox" / "checks"


@pytest.mark.parametrize(
    ("word", "pair", "said"),
    [
        ("예산", "을/를", "'예산'을"),
        ("날짜", "을/를", "'날짜'를"),
        ("현수막(대형)", "이/가", "'현수막(대형)'이"),
        ("서울", "으로/로", "'서울'로"),
        ("예산", "으로/로", "'예산'으로"),
        ("A2", "이/가", "'A2'가"),
        ("$C$10", "이/가", "'$C$10'이"),
        ("C2:C41", "을/를", "'C2:C41'을"),
        ("12%", "을/를", "'12%'를"),
        ("2026. 11. 22.", "은/는", "'2026. 11. 22.'은"),
        ("SUMIFS", "을/를", "'SUMIFS'를"),
        ("끝.", "이/가", "'끝.'이"),
        ("□", "을/를", "'□'을"),
        ("예산", "", "'예산'"),
    ],
)
def test_the_particle_follows_the_last_sound(word: str, pair: str, said: str) -> None:
    assert quoted(word, pair) == said


@pytest.mark.parametrize(("count", "said"), [(1, "한 군데"), (4, "네 군데"), (10, "열 군데"), (11, "11군데")])
def test_places_are_counted_as_people_do(count: int, said: str) -> None:
    assert places(count) == said


def test_nothing_to_say_still_gives_a_particle() -> None:
    assert particle("", "을/를") == "을"


def test_no_check_leaves_the_choice_of_particle_to_the_reader() -> None:
    told = re.compile(r"[은이을와]\([는가를과]\)|\(으\)로|\(이\)라")
    lines = [
        f"{path.name}:{number}"
        for path in CHECKS.glob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if told.search(line) and '"""' not in line and path.name != "particles.py"
    ]
    assert not lines


def test_a_missing_word_is_asked_for_in_plain_words() -> None:
    spec = CheckSpec("m", "mentions", "말", {"all": ["확인 필요|미정"], "none": ["비밀"]})
    verdict = check(spec, CheckContext("비밀 예산"))
    assert verdict.summary == "고칠 곳이 두 군데 있습니다."
    assert verdict.evidence[0].text == "'확인 필요'가 빠졌습니다."
    assert verdict.evidence[0].correction == "'확인 필요' 또는 '미정'을 넣어 주세요."
    assert verdict.evidence[1].text == "쓰지 말아야 할 말 '비밀'이 있습니다."


@pytest.mark.parametrize(
    ("line", "noun"),
    [
        ("대책을 추진하겠습니다.", "대책을 추진함"),
        ("외곽에서는 오기 어렵습니다", "외곽에서는 오기 어려움"),
        ("절차가 번거롭습니다", "절차가 번거로움"),
        ("내년에 넓히게 되겠습니다", "내년에 넓히게 됨"),
        ("예산이 부족한데", "예산이 부족함"),
        ("방문객이 늘었고", "방문객이 늘었음"),
        ("제도를 개선해야", "제도를 개선해야 함"),
    ],
)
def test_a_noun_ending_is_suggested_as_people_write_it(line: str, noun: str) -> None:
    assert noun_form(line) == noun
