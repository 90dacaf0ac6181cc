"""What is handed up after a class: files reopened by readers that did not write them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from sandbox.class_records import Class, Seat, Spent, UsageLine, korean_day
from sandbox.classroom.budgets import REHEARSAL
from sandbox.classroom.live import Live
from sandbox.classroom.surveys import Surveys
from sandbox.documents import chart
from sandbox.documents.blocks import Bar, Chart, Heading, Table
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
from sandbox.reports.attendance import Attendance, day_title, days_of
from sandbox.reports.class_report import ClassReport
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


def test_attendance_is_told_by_day_and_from_when_they_sat_down(room: Room) -> None:
    """A course of two days had one 출석 for both, and came_at was when the person was first seen at all."""
    first, second = room.people[:2]
    days = room.store.class_days(CODE)
    (today,) = days[first.id]
    assert days[first.id][today] > first.created_at
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    room.store.come(first.id, CODE, tomorrow)
    room.store.come(first.id, CODE, tomorrow + timedelta(minutes=1))
    klass, people = room.attendance.of(room.key, CODE)
    assert people[0].came_at == days[first.id][today]
    assert days_of(klass, people) == (today, korean_day(tomorrow))
    only = replace(klass, starts_on=today, ends_on=today)
    assert days_of(only, people) == (today,)
    sheet = load_workbook(BytesIO(room.attendance.workbook(room.key, CODE).data))["출석과 이수"]
    rows = {row[1]: row[-2:] for row in sheet.iter_rows(values_only=True)}
    assert rows["이름"] == (day_title(today), day_title(korean_day(tomorrow)))
    assert (rows[first.name], rows[second.name]) == (("출석", "출석"), ("출석", "결석"))
    assert rows["안온분"] == ("결석", "결석")


def test_what_was_done_before_the_class_is_not_of_it(room: Room) -> None:
    alone = room.store.add_person("혼자", "")
    room.tried(alone, "memo", passed=True)
    room.store.sit_down(alone.id, CODE, "9", most=40)
    assert room.attendance.of(room.key, CODE)[1][-1].tried == {}


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


def test_two_people_of_one_name_are_two_lines(room: Room) -> None:
    twins = [room.come("김민수", seat) for seat in ("7", "8")]
    day = date(2026, 11, 20)
    for who, runs in zip(twins, (1, 2), strict=True):
        room.store.add_usage(UsageLine(day, CODE, who.id, "paid", Spent(runs, 10 * runs, 0)))
        room.store.add_usage(UsageLine(day, CODE, who.id, "dark", Spent(runs, 10 * runs, 0)))
    people = {s.name: s.spent.runs for s in room.usage.sums(room.key, By.PERSON)}
    where = f"기초 <1기> & 오전 ({CODE})"
    assert people == {f"김민수 (7번) · {where}": 2, f"김민수 (8번) · {where}": 4}


def test_who_is_gone_is_not_named_and_stays_in_the_sum(room: Room) -> None:
    room.spend()
    room.store.delete_class(CODE, deleted_by="강사")
    people = room.usage.sums(room.key, By.PERSON)
    assert {s.name for s in people} == {"리허설", f"지워진 사람 · 지워진 과정 ({CODE})"}
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
        "점검2", "2회", "4.0점", "표만들기가좋았습니다.", "12원", "값모름", FIGURES_NOTICE.replace(" ", ""),
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


def chart_of(room: Room, heading: str) -> Chart:
    blocks = room.report.outline(room.key, CODE).blocks
    at = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and heading in b.text)
    table = next(b for b in blocks[at:] if isinstance(b, Table))
    assert table.chart is not None
    return table.chart


def test_the_charts_show_what_the_tables_say(room: Room) -> None:
    room.answer_survey("표 만들기가 좋았습니다.", "보고서", "시간이 더 있으면 좋겠습니다.")
    progress = chart_of(room, "실습별 결과")
    assert [(b.label, b.told) for b in progress.bars] == [
        ("메모를 보고서로", "2/3명"),
        ("회의록 요약", "1/3명"),
    ]
    assert progress.bars[0].parts == pytest.approx((2 / 3, 0.0))
    failed = chart_of(room, "가장 많이 틀린")
    assert (failed.bars[0].label, failed.bars[0].parts, failed.bars[0].told) == ("점검 2", (1.0,), "2회")
    survey = chart_of(room, "설문")
    assert len(survey.legend) == len(survey.bars[0].parts) == 5
    assert sum(survey.bars[0].parts) == pytest.approx(1.0)


def test_a_chart_is_drawn_in_the_pdf_and_a_picture_in_the_hwpx(room: Room) -> None:
    room.answer_survey("표 만들기가 좋았습니다.", "보고서", "시간이 더 있으면 좋겠습니다.")
    pdf = PdfReader(BytesIO(room.report.write(room.key, CODE, "pdf").data))
    drawn = b"".join(page.get_contents().get_data() for page in pdf.pages)  # type: ignore[union-attr]
    ink = " ".join(f"{v / 255:.4g}" for v in chart.INK).encode()
    assert re.search(rb"%s rg\s[^S]*?re f" % ink, drawn)
    assert "참석자 가운데 실습을 마친 사람" in " ".join(page.extract_text() for page in pdf.pages)
    assert not any(page.images for page in pdf.pages)
    with zipfile.ZipFile(BytesIO(room.report.write(room.key, CODE, "hwpx").data)) as box:
        inside = [n for n in box.namelist() if n.endswith(".png") and "BinData" in n]
        assert len(inside) == 3
        for name in inside:
            with Image.open(BytesIO(box.read(name))) as picture:
                colours = {c for _, c in picture.convert("RGB").getcolors(100_000) or ()}
                assert picture.width == 1650 and chart.INK in colours
        section = box.read("Contents/section0.xml").decode()
        assert section.count("<hp:pic ") == 3
        assert section.count("막대그림: ") == 3  # read aloud where the picture cannot be seen


def test_a_long_path_is_charted_in_pieces_and_long_names_are_cut() -> None:
    long = Chart(
        "진행", tuple(Bar(f"{n} " + "아주 긴 실습 이름 " * 6, (n / 30,), f"{n}명") for n in range(30))
    )
    pieces = list(chart.drawings(long, 165, lambda text, points: len(text) * points * 0.3))
    assert [sum(w.text.startswith(tuple("0123456789")) for w in p.words) for p in pieces] == [48, 12]
    assert pieces[1].words[0].text == "진행 (이어서)"
    assert all(p.height < 200 for p in pieces)
    assert all(r.x + r.width <= 165 for p in pieces for r in p.rects)
    assert all(w.text.endswith("…") for w in pieces[0].words if "실습" in w.text)
    over = Chart("넘침", (Bar("x", (0.7, 0.9), ""),), ("가", "나"))
    (piece,) = chart.drawings(over, 100, lambda text, points: 1.0)
    track = piece.rects[2]
    assert max(r.x + r.width for r in piece.rects) == pytest.approx(track.x + track.width)


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
