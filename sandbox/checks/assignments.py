"""Who and until when: whether an action names the right owner and the right due date, and nobody and no day else.

Hides supporters in brackets, several owners in one cell, 이후 after a date, and two dates in one cell. A right
name among wrong ones is wrong: half of a cell must not pass for the whole.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from sandbox.checks import facts as fact_finding
from sandbox.checks.facts import Fact
from sandbox.checks.lines import squeeze
from sandbox.checks.people import TITLE, find_names, find_organisations
from sandbox.checks.sources import SourceText, find_relative, resolve_relative

OPEN = "미정"
UNDECIDED = re.compile(
    r"미정|미지정|미확정|미상|추후|차후|나중에|정해지지|정하지\s?(?:않|못)|(?:언급|명시|지정|결정|확정|안내|정해진\s?[것바])(?:[이은된]|\s)*없|확인\s?필요|명시되지|언급되지|"
    r"TBD|나오지\s?않|(?:논의|협의|조율|결정|지정|배정|확정|선정)\s?(?:필요|예정|후|뒤|중)|결정되지|결정하지|알\s?수\s?없|"
    r"(?:후|뒤)(?:에)?\s(?:확정|결정|지정|조정|논의|협의)|정해진\s?(?:뒤|후|다음)|다시\s?(?:정|결정|논의)|정할\s?(?:예정|계획)",
    re.I,
)
_BLANK = re.compile(r"[\s\-–—·./]*(?:(?:해당\s?)?없음)?[\s\-–—·./]*")
_SUPPORT = re.compile(r"[,·/]?\s*(?:협조|지원|보조|협의|공유|참고|보고)\s*[:：]?\s*(?:부서\s*[:：])?.*$")
_SEVERAL = re.compile(r"[,·/;&+、]|\s및\s|<br\s?/?>")
_EARLIER = re.compile(r"(?:당초|처음|원래|기존|변경\s?전)[^,)]{0,6}$")
_AFTER_IT = re.compile(r"\s*(?:이후|부터(?!\s*\S*\d)|후(?:에|$|\s)|뒤(?:에|$|\s))")
_SURNAME_ONLY = re.compile(rf"(?<![가-힣])([가-힣])\s?(?:{TITLE})(?![가-힣]{{2}})")
_TO = re.compile(r"^\s*(?:~|∼|〜|–|-|부터)\s*$")


def holds(wanted: str, text: str) -> bool:
    """Say whether one of the alternatives (``가|나``) stands in a text, however spaced."""
    return any(squeeze(option) in squeeze(text) for option in wanted.split("|") if option.strip())


def holds_owner(wanted: str, text: str, known: frozenset[str]) -> bool:
    """Say whether a text names the owner, also as 윤 주무관 where the source knows one person of that surname."""
    return holds(wanted, text) or any(
        {name for name in known if name[0] == surname} == {option.strip()}
        for option in wanted.split("|")
        for surname in _SURNAME_ONLY.findall(text)
    )


def is_blank(text: str) -> bool:
    """A dash and 없음 say nothing: what is open must be said to be 미정."""
    return bool(_BLANK.fullmatch(text))


def other_owners(wanted: str, text: str, source: SourceText) -> tuple[str, ...]:
    """Return whom an owner's cell names besides the one wanted; those in brackets only support.

    The department a person belongs to in the source is no other owner, on whichever side it stands.
    """
    known = source.names
    bare = re.sub(r"[(（][^()（）]*[)）]", " ", text)
    outside = _SUPPORT.sub("", bare) if _named(bare, known) else text
    others: list[str] = []
    is_person = bool(_named(wanted.replace("|", ", "), known))
    for piece in _SEVERAL.split(outside):
        people = [name for name in _named(piece, known) if not holds(wanted, name)]
        places = [
            name
            for _, _, name in find_organisations(piece)
            if not holds(name, wanted) and not _belongs(wanted, name, source)
        ]
        if not holds(wanted, piece):
            others += people or places
        elif is_person:
            others += people
    return tuple(dict.fromkeys(others))


def _belongs(person: str, place: str, source: SourceText) -> bool:
    """Say whether a source names the place right before or behind the person (윤슬기 교통행정과 주무관)."""
    packed = "\n".join(source.texts.values())
    return any(
        re.search(rf"{re.escape(a)}[\s(,·]{{0,3}}{re.escape(b)}", packed)
        for option in person.split("|")
        for a, b in ((option.strip(), place), (place, option.strip()))
    )


def partners(wanted: str, text: str, source: SourceText) -> tuple[str, ...]:
    """Return who does it together with the one wanted in a sentence: 송가람 주무관과 이영희 주무관이."""
    found = []
    for option in wanted.split("|"):
        for name in sorted(source.names | {each for _, _, each in find_names(text)}):
            pair = (rf"{re.escape(x)}\s?(?:{TITLE})?" for x in (name, option.strip()))
            one, other = pair
            joined = (
                rf"(?:{one}(?:과|와|,|·|\s?및)\s?{other}|{other}(?:과|와|,|·|\s?및)\s?{one})(?:이|가|은|는)\s"
            )
            if not holds(wanted, name) and re.search(joined, text):
                found.append(name)
    return tuple(found)


def _named(text: str, known: frozenset[str]) -> list[str]:
    return [name for _, _, name in find_names(f"담당: {text}", known)]


def same_due(wanted: str, text: str, base: dt.date | None, *, alone: bool = False) -> bool:
    """Compare by date where both can be read as one, by words otherwise.

    ``alone``: the text is a cell or label of its own, so every day in it must be the one wanted.
    """
    wanted_days = [fact.value for option in wanted.split("|") for fact in fact_finding.find_dates(option)]
    said = _days(text, base)
    if not wanted_days or not said:
        return holds(wanted, text) and not (wanted_days and _is_later(text, len(text)))
    if alone:
        return all(_is_one_of(day, wanted_days) for day in _counted(text, said)) and not any(
            _is_later(text, fact.end) and not _AFTER_IT.search(wanted) for fact in said
        )
    return any(
        _is_one_of(fact, wanted_days) and (not _is_later(text, fact.end) or bool(_AFTER_IT.search(wanted)))
        for fact in said
    )


def _days(text: str, base: dt.date | None) -> list[Fact]:
    """Return the dates of a text in order, 다음 주 금요일 worked out from the day of the meeting."""
    found = list(fact_finding.find_dates(text))
    for match in find_relative(text):
        day = resolve_relative(match, base) if base is not None else None
        if day is not None:
            found.append(Fact("date", match[0], match.start(), match.end(), (day.year, day.month, day.day)))
    return sorted(found, key=lambda fact: fact.start)


def _counted(text: str, said: list[Fact]) -> list[Fact]:
    """Leave out the start of a span (the due date is its end), and what is told as the earlier date."""
    starts = {i for i, (a, b) in enumerate(pairwise(said)) if _TO.match(text[a.end : b.start])}
    kept = [
        fact
        for i, fact in enumerate(said)
        if i not in starts
        and not _EARLIER.search(text[: fact.start])
        and not re.match(r"\s*(?:에서|→)", text[fact.end :])
    ]
    return kept or said


def _is_one_of(fact: Fact, days: list[tuple[int | None, int | None, int | None]]) -> bool:
    year, month, day = fact.value
    return any((m, d) == (month, day) and (y == year or y is None or year is None) for y, m, d in days)


def _is_later(text: str, end: int) -> bool:
    return bool(_AFTER_IT.match(text[end : end + 12]))


def said_due(text: str, *, alone: bool) -> str:
    """Return the due date a text says, however vague; empty when it leaves it open."""
    dates = fact_finding.find_dates(text)
    if dates:
        return text.strip() if alone else dates[0].text
    relative = find_relative(text)
    if relative:
        return relative[0][0]
    bare = text.strip(" -–—·./")
    return "" if not alone or is_blank(text) or UNDECIDED.search(bare) else bare
