"""What is handed up after a class: files reopened by readers that did not write them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from sandbox.class_records import Class, Seat, Spent, UsageLine
from sandbox.classroom.budgets import REHEARSAL
from sandbox.classroom.live import Live
from sandbox.classroom.surveys import Surveys
from sandbox.documents.written import FIGURES_NOTICE
from sandbox.records import (
    Endpoint,
    EndpointKind,
    Level,
    Message,
    NotAllowedError,
    NotFoundError,
    Person,
    Role,
    Run,
    RunState,
    State,
    Verdict,
)
from sandbox.reports.attendance import Attendance
from sandbox.reports.class_report import ClassReport, bar
from sandbox.reports.usage import By, UsageReport
from tests.lecturer import NOBODY, Staff, staffed

CODE = "K7M2QX"
TITLES = {"memo": "메모를 보고서로", "minutes": "회의록 요약"}
START = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 9:30 in Korea
HOSTILE = '=HYPERLINK("http://evil.example","눌러")'


class Room:
    """A class of three who came and one who did not, with tries, a survey and costs."""

    def __init__(self, staff: Staff) -> None:
        self.store, self.key = staff.store, staff.lecturer
        self.store.add_class(
            Class(
                CODE, "기초 <1기> & 오전", Level.BASIC, ("memo", "minutes"), 40, "x", START,
                starts_on=date(2026, 11, 20),
            )
        )  # fmt: skip
        endpoints = (
            Endpoint("paid", "유료 AI", "http://x/v1", "m", price_in_won=100.0, price_out_won=400.0),
            Endpoint("dark", "단가 없는 AI", "http://y/v1", "m"),
            Endpoint("embedded", "내장", "http://z/v1", "m", kind=EndpointKind.EMBEDDED),
        )
        title = lambda e: TITLES.get(e, e)  # noqa: E731
        self.surveys = Surveys(
            self.store, staff.instructors, Live(self.store, staff.instructors), masked=lambda t: t
        )
        self.attendance = Attendance(self.store, staff.instructors, exercise_title=title)
        self.usage = UsageReport(self.store, staff.instructors, endpoints=lambda: endpoints)
        self.report = ClassReport(
            self.store, staff.instructors, self.attendance, self.usage, self.surveys, exercise_title=title
        )
        self.store.set_roster(CODE, lambda _sitting: [Seat(CODE, "4", "안온분", "총무과")])
        self.people = [self.come(name, str(n)) for n, name in enumerate(("김하나", HOSTILE, "박셋"), 1)]
        for who in self.people[:2]:
            self.tried(who, "memo", passed=True)
        self.tried(self.people[0], "minutes", passed=False)
        self.tried(self.people[0], "minutes", passed=True, at=1)
        self.tried(self.people[2], "minutes", passed=False)

    def come(self, name: str, seat: str) -> Person:
        person = self.store.add_person(name, "")
        self.store.sit_down(person.id, CODE, seat, most=40)
        return self.store.person(person.id)

    def tried(self, who: Person, exercise_id: str, *, passed: bool, at: int = 0) -> None:
        states = (State.PASS, State.PASS if passed else State.FAIL)
        verdicts = tuple(Verdict(f"c{n}", "length", f"점검 {n}", s, "") for n, s in enumerate(states, 1))
        moment = START + timedelta(minutes=5 + at)
        self.store.add_run(
            Run(
                f"{who.id}{exercise_id}{at}", who.id, exercise_id, "", "t", "", "paid", "유료 AI", "m",
                (Message(Role.USER, "질문"),), "답", RunState.DONE, moment, ended_at=moment, verdicts=verdicts,
            )
        )  # fmt: skip

    def answer_survey(self, *opinions: str) -> None:
        self.surveys.set_open(self.key, CODE, True)
        for who, text in zip(self.people, opinions, strict=False):
            self.surveys.answer(who, {"useful": 4, "best": text})

    def spend(self) -> None:
        day = date(2026, 11, 20)
        for who, endpoint, won in ((0, "paid", 12.0), (1, "dark", 0.0), (2, "embedded", 0.0)):
            line = UsageLine(day, CODE, self.people[who].id, endpoint, Spent(2, 3_000, 1_000, won))
            self.store.add_usage(line)
        self.store.add_usage(UsageLine(date(2026, 12, 1), "", REHEARSAL, "paid", Spent(40, 400, 800, 30.0)))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    staff = staffed(tmp_path)
    yield Room(staff)
    staff.store.close()


def pdf_text(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def hwpx_text(data: bytes) -> str:
    """Read the section's paragraphs with nothing but zip and XML."""
    with zipfile.ZipFile(BytesIO(data)) as box:
        assert box.testzip() is None
        sections = [n for n in box.namelist() if re.fullmatch(r"Contents/section\d+\.xml", n)]
        roots = [ElementTree.fromstring(box.read(name)) for name in sections]
    return "\n".join("".join(t.itertext()) for root in roots for t in root.iter() if t.tag.endswith("}t"))


# --------------------------------------------------------------------------- attendance


def test_attendance_tells_who_came_and_who_finished_what(room: Room) -> None:
    klass, people = room.attendance.of(room.key, CODE)
    assert [(a.seat, a.came_at is not None, a.finished(klass.path)) for a in people] == [
        ("1", True, 2), ("2", True, 1), ("3", True, 0), ("4", False, 0),
    ]  # fmt: skip
    assert people[3].department == "총무과"
    assert people[0].tried["minutes"].tries == 2


def test_the_workbook_holds_text_and_no_formula(room: Room) -> None:
    data = room.attendance.workbook(room.key, CODE).data
    book = load_workbook(BytesIO(data))
    sheet = book["출석과 이수"]
    names = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
    assert names[HOSTILE][1].data_type == "s"
    assert names["안온분"][3].value == "결석"
    assert names["김하나"][7].value == 2
    assert names["김하나"][9].value == 1.0  # 100 %
    assert [c.value for c in book["실습별 결과"][1]] == ["좌석", "이름", "메모를 보고서로", "회의록 요약"]
    with zipfile.ZipFile(BytesIO(data)) as box:
        sheets = [n for n in box.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        assert all(b"<f>" not in box.read(n) and b"<f " not in box.read(n) for n in sheets)
        assert all(b"<hyperlink" not in box.read(n).lower() for n in sheets)


# --------------------------------------------------------------------------- usage


def test_usage_by_class_person_month_and_endpoint(room: Room) -> None:
    room.spend()
    sums = {by: {s.name: s for s in room.usage.sums(room.key, by)} for by in By}
    assert sums[By.CLASS][f"기초 <1기> & 오전 ({CODE})"].spent.tokens == 12_000
    assert sums[By.PERSON]["김하나 · 기초 <1기> & 오전 (K7M2QX)"].won == "12원"
    assert sums[By.PERSON]["리허설"].spent.runs == 40
    assert list(sums[By.MONTH]) == ["2026. 11.", "2026. 12."]
    assert sums[By.ENDPOINT]["단가 없는 AI"].won == "값 모름"
    assert sums[By.ENDPOINT]["내장"].won == "0원"
    assert sums[By.CLASS][f"기초 <1기> & 오전 ({CODE})"].won == "12원 + 값 모름"
    only = room.usage.sums(room.key, By.CLASS, until=date(2026, 11, 30))
    assert [s.name for s in only] == [f"기초 <1기> & 오전 ({CODE})"]


def test_who_is_gone_is_not_named_and_stays_in_the_sum(room: Room) -> None:
    room.spend()
    room.store.delete_class(CODE, deleted_by="강사")
    people = room.usage.sums(room.key, By.PERSON)
    assert {s.name for s in people} == {"리허설", f"지워진 사람 · 지워진 수업 ({CODE})"}
    assert sum(s.spent.tokens for s in people) == 13_200


def test_the_usage_workbook_adds_up(room: Room) -> None:
    room.spend()
    book = load_workbook(BytesIO(room.usage.workbook(room.key).data))
    for by in By:
        rows = list(book[f"{by.value}별 사용량"].iter_rows(min_row=2, values_only=True))
        assert rows[-1][0] == "합계"
        assert sum(row[2] for row in rows[:-1]) == rows[-1][2] == 9_400
    assert any(str(row[0]).startswith(HOSTILE) for row in book["사람별 사용량"].iter_rows(values_only=True))


# --------------------------------------------------------------------------- the report


@pytest.mark.parametrize(("kind", "read"), [("hwpx", hwpx_text), ("pdf", pdf_text)])
def test_the_report_says_the_same_in_both_formats(room: Room, kind: str, read: object) -> None:
    room.spend()
    room.answer_survey("표 만들기가 좋았습니다.", "보고서", "시간이 더 있으면 좋겠습니다.")
    written = room.report.write(room.key, CODE, kind)
    assert written.warnings == ()
    text = read(written.data)  # type: ignore[operator]
    flat = re.sub(r"\s+", "", text)
    for said in (
        "「기초<1기>&오전」결과보고", "2026.11.20.(금)", "75%", "메모를보고서로", "67%",
        bar(2 / 3), "점검2", "2회", "4.0점", bar(0.8, 5), "표만들기가좋았습니다.", "12원", "값모름", FIGURES_NOTICE.replace(" ", ""),
    ):  # fmt: skip
        assert said in flat, said
    for name in ("김하나", "박셋", "안온분", "HYPERLINK"):
        assert name not in flat


def test_a_report_of_figures_is_not_marked_as_made_by_ai(room: Room) -> None:
    pdf = PdfReader(BytesIO(room.report.write(room.key, CODE, "pdf").data))
    told = " ".join(str(v) for v in (pdf.metadata or {}).values())
    assert "AI-generated" not in told
    assert "생성형" not in told + pdf_text(room.report.write(room.key, CODE, "pdf").data)


def test_few_answers_are_counted_and_not_shown(room: Room) -> None:
    room.answer_survey("비밀 의견", "또 하나")
    text = pdf_text(room.report.write(room.key, CODE, "pdf").data)
    assert "비밀 의견" not in text
    assert "2명" in text


def test_an_empty_class_has_a_report_too(room: Room) -> None:
    made = Class("ABCDEF", "빈 과정", Level.ADVANCED, (), 10, "x", START)
    room.store.add_class(made)
    text = pdf_text(room.report.write(room.key, "ABCDEF", "pdf").data)
    assert "실패한 점검이 없음" in text
    assert "0명" in text


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "□" * 10), (0.5, "■" * 5 + "□" * 5), (1.4, "■" * 10), (-1, "□" * 10)]
)
def test_bars(share: float, drawn: str) -> None:
    assert bar(share) == drawn


# --------------------------------------------------------------------------- the role


def test_a_key_that_is_none_is_refused(room: Room) -> None:
    for act in (
        lambda: room.attendance.of(NOBODY, CODE),
        lambda: room.attendance.workbook(NOBODY, CODE),
        lambda: room.usage.sums(NOBODY, By.CLASS),
        lambda: room.usage.workbook(NOBODY),
        lambda: room.report.outline(NOBODY, CODE),
        lambda: room.report.write(NOBODY, CODE, "pdf"),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_a_class_that_is_not_there(room: Room) -> None:
    with pytest.raises(NotFoundError):
        room.report.write(room.key, "NOSUCH", "pdf")
