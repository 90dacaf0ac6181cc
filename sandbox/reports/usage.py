"""What was used and what it cost: by person, class, month and endpoint.

Hides which price is known: where the officer wrote none, tokens are told and won are not guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.class_records import InstructorKey, Spent, UsageLine
from sandbox.classroom.budgets import REHEARSAL
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.standings import price_is_known
from sandbox.documents import WRITERS, Written
from sandbox.documents.outline import Block, Heading, Outline, Paragraph, Table
from sandbox.documents.written import FIGURES_NOTICE
from sandbox.records import Endpoint
from sandbox.store import Store

NO_CLASS = "과정 없이"
GONE = "지워진 사람"


class By(StrEnum):
    """How usage is summed up; the value is what the screen says."""

    CLASS = "과정"
    PERSON = "사람"
    MONTH = "달"
    ENDPOINT = "AI 연결"


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of a table. ``price_known`` is False when some of it has no known price."""

    name: str
    spent: Spent
    price_known: bool = True

    @property
    def won(self) -> str:
        """Return the cost as people read it."""
        if self.price_known:
            return f"{self.spent.won:,.0f}원"
        return f"{self.spent.won:,.0f}원 + 값 모름" if self.spent.won else "값 모름"


class UsageReport:
    """Read-only; one per server process."""

    def __init__(
        self, store: Store, instructors: Instructors, *, endpoints: Callable[[], Iterable[Endpoint]]
    ) -> None:
        self._store, self._instructors, self._endpoints = store, instructors, endpoints

    def sums(
        self,
        key: InstructorKey,
        by: By,
        *,
        since: date | None = None,
        until: date | None = None,
        class_code: str | None = None,
    ) -> tuple[Sum, ...]:
        """Sum up usage; months in order, everything else with the most tokens first."""
        self._instructors.current(key)
        lines = self._store.usage(since=since, until=until, class_code=class_code)
        priced = self._priced()
        name = self._naming(by, lines)
        gathered: dict[tuple[str, str], list[UsageLine]] = {}
        for line in lines:
            gathered.setdefault(name(line), []).append(line)
        sums = [
            Sum(named, _added(line.spent for line in of), all(line.endpoint_id in priced for line in of))
            for (named, _who), of in gathered.items()
        ]
        if by is By.MONTH:
            return tuple(sums)  # the lines come by day
        return tuple(sorted(sums, key=lambda s: (-s.spent.tokens, s.name)))

    def workbook(
        self, key: InstructorKey, *, since: date | None = None, until: date | None = None
    ) -> Written:
        """Write every sum as a sheet of one .xlsx."""
        self._instructors.current(key)
        blocks: list[Block] = [Paragraph(_period(since, until))]
        for by in By:
            blocks += [
                Heading(2, f"{by.value}별 사용량"),
                table(by, self.sums(key, by, since=since, until=until)),
            ]
        return WRITERS["xlsx"].write(Outline("", tuple(blocks)), title="사용량과 비용", notice=FIGURES_NOTICE)

    # ------------------------------------------------------------------ inside

    def _priced(self) -> frozenset[str]:
        all_known = [e for one in self._endpoints() for e in (one, one.fallback) if e is not None]
        return frozenset(e.id for e in all_known if price_is_known(e))

    def _naming(self, by: By, lines: Sequence[UsageLine]) -> Callable[[UsageLine], tuple[str, str]]:
        """Return how a line is called and by what it is summed up besides: two people may have one name."""
        if by is By.MONTH:
            return lambda line: (f"{line.day.year}. {line.day.month:>2}.", "")
        if by is By.ENDPOINT:
            names = {e.id: e.name for one in self._endpoints() for e in (one, one.fallback) if e is not None}
            return lambda line: (names.get(line.endpoint_id, line.endpoint_id), line.endpoint_id)
        titles = {c.code: c.title for c in self._store.classes()}
        if by is By.CLASS:
            return lambda line: (_class_name(line.class_code, titles), line.class_code)
        return self._naming_people(lines, titles)

    def _naming_people(
        self, lines: Sequence[UsageLine], titles: dict[str, str]
    ) -> Callable[[UsageLine], tuple[str, str]]:
        people = self._store.people_of({line.person_id for line in lines})
        of_class = {(line.person_id, line.class_code) for line in lines if line.person_id in people}
        same = Counter((people[person_id].name, code) for person_id, code in of_class)

        def named(line: UsageLine) -> tuple[str, str]:
            where = _class_name(line.class_code, titles)
            who = people.get(line.person_id)
            if who is None:
                return ("리허설", "") if line.person_id == REHEARSAL else (f"{GONE} · {where}", "")
            told = who.name
            if same[who.name, line.class_code] > 1:
                seat = f"{who.seat}번" if who.seat and who.class_code == line.class_code else who.id[:4]
                told = f"{who.name} ({seat})"
            return f"{told} · {where}", who.id

        return named


def table(by: By, sums: Sequence[Sum]) -> Table:
    """Return sums as a table with a last line for all of them."""
    rows = [
        (s.name, f"{s.spent.runs:,}", f"{s.spent.prompt_tokens:,}", f"{s.spent.answer_tokens:,}", s.won)
        for s in sums
    ]
    if sums:
        whole = Sum("합계", _added(s.spent for s in sums), all(s.price_known for s in sums))
        spent = whole.spent
        rows.append(
            ("합계", f"{spent.runs:,}", f"{spent.prompt_tokens:,}", f"{spent.answer_tokens:,}", whole.won)
        )
    return Table((by.value, "실행", "읽은 토큰", "쓴 토큰", "비용"), tuple(rows))


def _added(spents: Iterable[Spent]) -> Spent:
    listed = list(spents)
    return Spent(
        sum(s.runs for s in listed),
        sum(s.prompt_tokens for s in listed),
        sum(s.answer_tokens for s in listed),
        sum(s.won for s in listed),
    )


def _class_name(code: str, titles: dict[str, str]) -> str:
    if not code:
        return NO_CLASS
    return f"{titles[code]} ({code})" if code in titles else f"지워진 과정 ({code})"


def _period(since: date | None, until: date | None) -> str:
    start = f"{since.year}. {since.month}. {since.day}." if since else "처음"
    end = f"{until.year}. {until.month}. {until.day}." if until else "오늘"
    return f"기간: {start} ~ {end}"
