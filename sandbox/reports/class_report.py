"""The class report: what an officer hands up after a class, as .hwpx and .pdf.

Hides how figures become a document: one neutral outline with native tables and a chart above each,
so that both writers show the same and 한글 can still edit every number. It names nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from sandbox.class_records import Class, InstructorKey
from sandbox.classroom.budgets import today_in_korea
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.surveys import LEAST_ANSWERS, Results, ScaleResult, Surveys, TextResult
from sandbox.documents import WRITERS, Written
from sandbox.documents.blocks import Bar, Chart
from sandbox.documents.outline import Block, Heading, Item, Outline, Table
from sandbox.documents.written import FIGURES_NOTICE
from sandbox.reports.attendance import Attendance, Attendee
from sandbox.reports.usage import By, UsageReport, table
from sandbox.store import Store

FORMATS = ("hwpx", "pdf")
MOST_FAILED = 8
TEXTS_SHOWN = 20
_WEEKDAYS = "월화수목금토일"


class ClassReport:
    """Read-only; one per server process."""

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        attendance: Attendance,
        usage: UsageReport,
        surveys: Surveys,
        *,
        exercise_title: Callable[[str], str],
    ) -> None:
        self._store, self._instructors = store, instructors
        self._attendance, self._usage, self._surveys = attendance, usage, surveys
        self._title = exercise_title

    def outline(self, key: InstructorKey, code: str) -> Outline:
        """Return the report of a class as a neutral document."""
        self._instructors.current(key)
        klass, people = self._attendance.of(key, code)
        came = [a for a in people if a.came_at]
        results = self._surveys.results(key, code)
        blocks: list[Block] = [
            *_overview(klass, people, came, results),
            Heading(2, "2. 실습별 결과"),
            *self._exercises(klass, came),
            Heading(2, "3. 가장 많이 틀린 점검"),
            *self._failed(code),
            Heading(2, "4. 설문 결과"),
            *_survey(results),
            Heading(2, "5. 사용량과 비용"),
            *self._costs(key, code),
        ]
        return Outline("", tuple(blocks))

    def write(self, key: InstructorKey, code: str, kind: str) -> Written:
        """Write the report as ``hwpx`` or ``pdf``."""
        self._instructors.current(key)
        outline = self.outline(key, code)
        klass = self._store.class_of(code)
        title = f"「{klass.title if klass else code}」 결과 보고"
        return WRITERS[kind].write(outline, title=title, notice=FIGURES_NOTICE)

    # ------------------------------------------------------------------ inside

    def _exercises(self, klass: Class, came: Sequence[Attendee]) -> list[Block]:
        if not klass.path:
            return [Item(1, "○", "정해 둔 실습 순서가 없는 과정임")]
        rows, bars = [], []
        for exercise_id in klass.path:
            tried = [a.tried[exercise_id] for a in came if exercise_id in a.tried]
            done = sum(t.finished for t in tried)
            tries = sum(t.tries for t in tried) / len(tried) if tried else 0.0
            share = done / len(came) if came else 0.0
            title = self._title(exercise_id)
            rows.append((title, f"{len(tried)}명", f"{done}명", f"{tries:.1f}회", f"{share:.0%}"))
            begun = (len(tried) - done) / len(came) if came else 0.0
            bars.append(Bar(title, (share, begun), f"{done}/{len(came)}명"))
        chart = Chart("참석자 가운데 실습을 마친 사람", tuple(bars), ("마침", "해 보았으나 아직"))
        return [
            Table(("실습", "해 봄", "마침", "평균 시도", "마친 비율"), tuple(rows), chart),
            Item(1, "※", "‘마침’은 한 번의 답변이 모든 점검을 통과한 것을 말함"),
        ]

    def _failed(self, code: str) -> list[Block]:
        counted: Counter[tuple[str, str]] = Counter()
        for line in self._store.class_tries(code):
            counted.update((line.exercise_id, title) for _, title in line.failed)
        if not counted:
            return [Item(1, "○", "실패한 점검이 없음")]
        most = counted.most_common(MOST_FAILED)
        rows = tuple((title, self._title(exercise_id), f"{times}회") for (exercise_id, title), times in most)
        bars = tuple(Bar(title, (times / most[0][1],), f"{times}회") for (_, title), times in most)
        return [Table(("점검", "실습", "실패"), rows, Chart("실패한 횟수", bars))]

    def _costs(self, key: InstructorKey, code: str) -> list[Block]:
        sums = self._usage.sums(key, By.ENDPOINT, class_code=code)
        if not sums:
            return [Item(1, "○", "AI를 사용한 기록이 없음")]
        blocks: list[Block] = [table(By.ENDPOINT, sums)]
        if not all(s.price_known for s in sums):
            blocks.append(Item(1, "※", "‘값 모름’은 설정에 단가를 적지 않은 연결로, 비용을 어림하지 않았음"))
        return blocks


def _overview(
    klass: Class, people: Sequence[Attendee], came: Sequence[Attendee], results: Results
) -> list[Block]:
    finished_all = sum(bool(klass.path) and a.finished(klass.path) == len(klass.path) for a in came)
    runs = sum(t.tries for a in came for t in a.tried.values())
    share = len(came) / len(people) if people else 0.0
    figures = Table(
        ("명단", "참석", "참석률", "전 과정 마침", "실습 실행", "설문 응답"),
        (
            (
                f"{len(people)}명",
                f"{len(came)}명",
                f"{share:.0%}",
                f"{finished_all}명",
                f"{runs:,}회",
                f"{results.answered}명",
            ),
        ),
    )
    return [
        Heading(2, "1. 개요"),
        Item(1, "○", f"과정: {klass.title} ({klass.level.value}, 실습 {len(klass.path)}개)"),
        Item(1, "○", f"일시: {_days(klass)}"),
        Item(1, "○", f"작성일: {_day(today_in_korea())}"),
        figures,
    ]


def _survey(results: Results) -> list[Block]:
    if results.held_back:
        return [
            Item(
                1,
                "○",
                f"응답 {results.answered}명 — {LEAST_ANSWERS}명보다 적어 개인이 드러나지 않도록 싣지 않음",
            )
        ]
    scales = [r for r in results.results if isinstance(r, ScaleResult)]
    blocks: list[Block] = []
    if scales:
        rows = tuple(
            (r.question.text, f"{r.answered}명", f"{r.mean:.1f}점", _spread(r))
            if r.answered
            else (r.question.text, "0명", "–", "")
            for r in scales
        )
        bars = tuple(
            Bar(r.question.text, tuple(c / r.answered for c in r.counts), f"평균 {r.mean:.1f}점")
            for r in scales
            if r.answered
        )
        chart = (
            Chart("1점부터 5점까지 고른 사람", bars, ("1점", "2점", "3점", "4점", "5점")) if bars else None
        )
        blocks.append(Table(("질문", "응답", "평균", "5점부터 1점까지"), rows, chart))
    for result in results.results:
        if isinstance(result, TextResult) and result.texts:
            blocks.append(Item(1, "○", result.question.text))
            shown = result.texts[:TEXTS_SHOWN]
            blocks += [Item(2, "-", " ".join(text.split())) for text in shown]
            if len(result.texts) > len(shown):
                blocks.append(Item(2, "-", f"(그 밖의 의견 {len(result.texts) - len(shown)}건)"))
    return blocks


def _spread(result: ScaleResult) -> str:
    return " · ".join(str(count) for count in reversed(result.counts))


def _days(klass: Class) -> str:
    if klass.starts_on is None:
        return "정하지 않음"
    if klass.ends_on is None or klass.ends_on == klass.starts_on:
        return _day(klass.starts_on)
    return f"{_day(klass.starts_on)} ~ {_day(klass.ends_on)}"


def _day(day: date) -> str:
    return f"{day.year}. {day.month}. {day.day}.({_WEEKDAYS[day.weekday()]})"
