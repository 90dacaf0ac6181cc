"""The evaluation: what is compared, what is counted, and that an interruption costs nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sandbox import checks, evaluation, settings
from sandbox.documents import read
from sandbox.evaluation import Asked, Case, Entry, Journal, LeftOut, Mark, Pair, Result, Setting
from sandbox.evaluation.figures import wilson
from sandbox.library import Library, parse_prompt
from sandbox.llm.faults import quirk_in
from sandbox.records import MODULES, ContentError, Endpoint, InputError, Location, NotFoundError, State
from sandbox.shell import main
from sandbox.shell.evaluating import Patience, Runner
from tests.fake_endpoint import FakeEndpoint

ROOT = Path(__file__).parent.parent

PROMPT = """---
id: ev-{name}
title: {title}
module: {module}
level: 기초
summary: 시험용
fields:
  - {{name: 메모, label: 메모 원문, type: long_text}}
  - {{name: 분량, label: 분량, type: choice, choices: [1쪽, 2쪽], default: 1쪽}}
sample: {{메모: 행사는 11월 22일에 합니다.}}
checks:
  - {{id: words, kind: mentions, title: 끝 인사가 있나요?, all: [고맙습니다], weight: 3}}
  - {{id: fact, kind: mentions, title: 행사를 말하나요?, all: [행사]}}
temperature: {temperature}
{more}---
{body}
{{{{메모}}}} {{{{분량}}}}
"""
EXERCISE = """---
id: ev-free
title: 막연한 부탁 고치기
module: basics
level: 기초
minutes: 5
goal: 고칩니다.
starter: 안내문 써줘
materials:
  - {file: 사실.txt}
steps: [합니다.]
checks:
  - {id: parts, kind: prompt_parts, title: 다섯 부분, parts: [역할], at_least: 1}
  - {id: fact, kind: mentions, title: 도서관을 말하나요?, all: [도서관]}
  - {id: kind, kind: mentions, title: 공손한가요?, all: [부탁드립니다]}
---
상황입니다.
"""
IDS = ("ev-report", "ev-minutes", "ev-free")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two templates and a free exercise in a folder with a space and Korean in its name."""
    folder = tmp_path / "평가 자료"
    good = {"body": "끝에 「고맙습니다」라고 적습니다.", "more": ""}
    files = {
        "틀/report.md": PROMPT.format(
            name="report", module="report", title="보고서", temperature="0.5", **good
        ),
        "틀/minutes.md": PROMPT.format(
            name="minutes", module="minutes", title="회의록", temperature="0", **good
        ),
        "연습/free/exercise.md": EXERCISE,
        "연습/free/사실.txt": "도서관 휴관\n",
        "연습/free/answers/model.md": "---\nprompt: 도서관 안내문을 써 주세요. 끝에 부탁드립니다라고 적습니다.\n---\n도서관을 쉽니다. 부탁드립니다.\n",
        "연습/free/answers/wrong-1.md": "---\nname: 나쁨\nfails: [fact, kind]\n---\n쉽니다.\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


@pytest.fixture
def library(place: Path) -> Library:
    return Library([place / "틀"], [place / "연습"], check_problem=checks.problem)


@pytest.fixture(scope="module")
def course() -> Library:
    return Library(
        [ROOT / "prompts"],
        [ROOT / "exercises"],
        check_problem=checks.problem,
        read_text=lambda p: read.read(p.name, p.read_bytes()).text,
    )


# --------------------------------------------------------------------------- what is asked


def cases_of(library: Library, item: str) -> dict[Asked, Case]:
    return {case.asked: case for case in evaluation.plan(library, only=[item]).cases}


def test_a_pair_has_the_same_facts_limits_and_checks(library: Library) -> None:
    pair = cases_of(library, "ev-report")
    taught, naive = pair[Asked.COURSE], pair[Asked.NAIVE]
    assert taught.text == "끝에 「고맙습니다」라고 적습니다.\n행사는 11월 22일에 합니다. 1쪽"
    assert naive.text == "보고서. 아래 내용으로 해 줘.\n\n행사는 11월 22일에 합니다.\n분량: 1쪽"
    assert (taught.checks, taught.sampling, taught.known) == (naive.checks, naive.sampling, naive.known)
    assert taught.sampling.temperature == 0.5
    assert taught.sampling.seed == 1


def test_a_free_exercise_takes_its_starter_and_the_model_answers_prompt(library: Library) -> None:
    pair = cases_of(library, "ev-free")
    assert pair[Asked.NAIVE].text == "안내문 써줘\n\n도서관 휴관"
    assert pair[Asked.COURSE].text.startswith("도서관 안내문을 써 주세요.")
    assert pair[Asked.COURSE].sampling.temperature == 0.0


def test_checks_of_the_prompt_itself_are_left_out(library: Library) -> None:
    assert [spec.id for spec in cases_of(library, "ev-free")[Asked.NAIVE].checks] == ["fact", "kind"]


@pytest.mark.parametrize(
    ("naive", "expected"),
    [
        ("보고서 하나 써줘", "보고서 하나 써줘\n\n행사는 11월 22일에 합니다.\n분량: 1쪽"),
        ("이걸로 써줘: {{메모}}", "이걸로 써줘: 행사는 11월 22일에 합니다."),
    ],
)
def test_an_author_may_set_the_naive_prompt(place: Path, naive: str, expected: str) -> None:
    file = place / "틀" / "report.md"
    text = file.read_text(encoding="utf-8").replace(
        "temperature: 0.5\n", f'temperature: 0.5\nnaive: "{naive}"\n'
    )
    prompt = parse_prompt(text, source="x")
    assert evaluation.naive_of_prompt(prompt, prompt.sample) == expected


def test_a_naive_prompt_with_an_unknown_blank_is_a_content_error(place: Path) -> None:
    text = (place / "틀" / "report.md").read_text(encoding="utf-8")
    text = text.replace("temperature: 0.5\n", 'temperature: 0.5\nnaive: "{{메무}}"\n')
    with pytest.raises(ContentError) as told:
        parse_prompt(text, source="x")
    assert "메무" in told.value.message
    assert told.value.line == 15


def test_several_long_texts_are_told_apart(course: Library) -> None:
    prompt = course.prompt("basics-correct-draft")
    naive = evaluation.naive_of_prompt(prompt, prompt.sample)
    for field in prompt.fields:
        assert f"{field.label}:" in naive


def test_further_samples_only_where_the_temperature_is_above_0(library: Library) -> None:
    plan = evaluation.plan(library, samples=3)
    numbers = Counter((case.item, case.asked) for case in plan.cases)
    assert numbers == {(item, asked): 3 if item == "ev-report" else 1 for item in IDS for asked in Asked}
    assert {case.sampling.seed for case in plan.cases if case.item == "ev-report"} == {1, 2, 3}
    assert len({case.key("m") for case in plan.cases}) == len(plan.cases)


def test_a_key_changes_with_what_is_sent_and_with_nothing_else(library: Library) -> None:
    case = cases_of(library, "ev-report")[Asked.COURSE]
    assert replace(case, checks=(), title="x", known=()).key("m") == case.key("m")
    changed = [
        replace(case, text=case.text + "."),
        replace(case, system="x"),
        replace(case, number=2),
        replace(case, sampling=replace(case.sampling, temperature=0.1)),
        replace(case, asked=Asked.NAIVE),
    ]
    keys = {one.key("m") for one in changed} | {case.key("m"), case.key("other")}
    assert len(keys) == len(changed) + 2


def test_unknown_names_are_refused(library: Library) -> None:
    with pytest.raises(NotFoundError) as told:
        evaluation.plan(library, only=["ev-reprot"])
    assert "ev-reprot" in told.value.message


def test_the_whole_course_is_balanced_from_the_first_answers_on(course: Library) -> None:
    plan = evaluation.plan(course)
    items = {p.id for p in course.prompts()} | {e.id for e in course.exercises()}
    assert {case.item for case in plan.cases} | {one.item for one in plan.left_out} == items
    for one, other in zip(plan.cases[::2], plan.cases[1::2], strict=True):
        assert (one.item, one.kind) == (other.item, other.kind)
        assert (one.asked, other.asked) == (Asked.COURSE, Asked.NAIVE)
        assert one.text.strip() != other.text.strip()
        assert not [spec for spec in one.checks if spec.kind == "prompt_parts"]
    first = Counter(case.module for case in plan.cases[: 2 * len(MODULES) * 3])
    assert len(first) == len(MODULES)
    assert max(first.values()) == min(first.values())


# --------------------------------------------------------------------------- figures


def result(
    asked: Asked,
    *states: State,
    item: str = "a",
    module: str = "report",
    number: int = 1,
    weight: float = 1.0,
) -> Result:
    marks = tuple(
        Mark(f"c{n}", "mentions", f"물음 {n}", s, weight if n == 0 else 1.0) for n, s in enumerate(states)
    )
    return Result(item, "sample", module, item, asked, number, marks, 2.0, 10, 20, cut=False)


def pair(course_: tuple[State, ...], naive: tuple[State, ...], item: str = "a", **more: object) -> Pair:
    return Pair(
        result(Asked.COURSE, *course_, item=item, **more),  # type: ignore[arg-type]
        result(Asked.NAIVE, *naive, item=item, **more),  # type: ignore[arg-type]
    )


P, F, U = State.PASS, State.FAIL, State.UNKNOWN


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(5, 10, 0.2366, 0.7634), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 3, 0.0615, 0.7923)],
)
def test_wilson_agrees_with_published_values(successes: int, total: int, low: float, high: float) -> None:
    found = wilson(successes, total)
    assert found.low == pytest.approx(low, abs=2e-4)
    assert found.high == pytest.approx(high, abs=2e-4)


def test_weights_count_and_unknown_stands_apart() -> None:
    found = evaluation.compare([pair((P, F, U), (F, P, U), weight=3.0)])
    assert found.rate[Asked.COURSE].value == pytest.approx(0.75)
    assert found.rate[Asked.NAIVE].value == pytest.approx(0.25)
    assert found.difference.value == pytest.approx(0.5)
    assert found.unknown == {Asked.COURSE: 1, Asked.NAIVE: 1}
    assert found.difference.low is None, "one item says nothing about chance"


@pytest.mark.parametrize(
    ("states", "whole"), [((P, P), True), ((P, F), False), ((P, U), None), ((F, U), False), ((U, U), None)]
)
def test_an_answer_is_whole_when_every_check_passed(states: tuple[State, ...], whole: bool | None) -> None:
    assert result(Asked.COURSE, *states).whole is whole


def test_all_unknown_is_no_rate() -> None:
    found = evaluation.compare([pair((U,), (U,))])
    assert found.rate[Asked.COURSE].value is None
    assert found.whole[Asked.COURSE].value is None


def test_intervals_hold_the_value_and_shrink_with_more_items() -> None:
    few = [pair((P, P) if n % 3 else (P, F), (F, P) if n % 2 else (F, F), item=str(n)) for n in range(6)]
    many = [pair((P, P) if n % 3 else (P, F), (F, P) if n % 2 else (F, F), item=str(n)) for n in range(60)]
    widths = []
    for pairs in (few, many):
        found = evaluation.compare(pairs)
        for interval in (*found.rate.values(), found.difference, *found.whole.values()):
            assert interval.low is not None and interval.high is not None and interval.value is not None
            assert interval.low <= interval.value <= interval.high
        assert found.difference.low is not None and found.difference.high is not None
        widths.append(found.difference.high - found.difference.low)
        assert found.clear
    assert widths[1] < widths[0] / 2
    assert evaluation.compare(many) == evaluation.compare(many)


def test_samples_of_one_item_are_one_item() -> None:
    once = [pair((P,), (F,), item=str(n)) for n in range(4)]
    often = [pair((P,), (F,), item=str(n), number=k) for n in range(4) for k in range(1, 6)]
    assert evaluation.compare(often).items == 4
    assert evaluation.compare(often).whole == evaluation.compare(once).whole


def test_no_difference_is_not_called_better() -> None:
    pairs = [pair((P,), (F,), item=f"a{n}") for n in range(5)] + [
        pair((F,), (P,), item=f"b{n}") for n in range(5)
    ]
    found = evaluation.compare(pairs)
    assert not found.clear
    assert found.difference.value == 0
    assert "낫지 않음" in evaluation.render(pairs, SETTING)


def test_half_a_pair_counts_nowhere() -> None:
    results = [result(Asked.COURSE, P), result(Asked.NAIVE, F), result(Asked.COURSE, P, item="b")]
    (only,) = evaluation.pair_up(results)
    assert only.course.item == "a"


# --------------------------------------------------------------------------- tables

SETTING = Setting("가짜", "fake", "2026. 11. 22.", 1)


def test_the_tables_tell_what_speaks_against_us() -> None:
    pairs = [
        *(pair((P, P), (F, P), item=f"good-{n}") for n in range(4)),
        pair((F, P), (P, P), item="bad", weight=2.0),
        pair((U, P), (P, P), item="odd", module="minutes"),
    ]
    setting = replace(
        SETTING,
        waiting=3,
        left_out=(LeftOut("left", "제목", "점검이 없습니다."),),
        failed=(LeftOut("lost", "제목", "서버 오류"),),
    )
    text = evaluation.render(pairs, setting)
    assert "**중간 결과**" in text
    assert re.search(r"\| 템플릿 `bad` \| 물음 0 \| 2 \| 1/1 \| 0/1 \|", text)
    assert "한 줄 프롬프트가 더 나았던 항목 1개: 템플릿 `bad`" in text
    assert "견주지 않은 것: `left` — 점검이 없습니다." in text
    assert "답을 받지 못한 것: `lost` — 서버 오류" in text
    row = next(line for line in text.splitlines() if line.startswith("| 회의록 요약"))
    assert "1/0" in row


def test_every_table_has_even_rows() -> None:
    pairs = [pair((P, F), (F, F), item=str(n), module=m.id) for m in MODULES for n in range(3)]
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", evaluation.render(pairs, SETTING), re.MULTILINE)
    assert len(blocks) == 4
    for block in blocks:
        assert len({line.count("|") for line in block.strip().splitlines()}) == 1


def test_the_page_has_its_markers_and_keeps_the_rest() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    new = evaluation.put_between_markers(page, "새 표", source="x")
    assert f"{evaluation.START}\n\n새 표\n\n{evaluation.END}" in new
    assert new.partition(evaluation.START)[0] == page.partition(evaluation.START)[0]
    assert new.partition(evaluation.END)[2] == page.partition(evaluation.END)[2]
    with pytest.raises(ContentError):
        evaluation.put_between_markers("표 없음", "새 표", source="x")


# --------------------------------------------------------------------------- the journal


def entry(key: str, answer: str = "답") -> Entry:
    return Entry(
        key, answer, 1.5, 10, 20, estimated=False, finish_reason="stop", at="2026-11-22T00:00:00+00:00"
    )


def test_a_torn_line_is_skipped_and_costs_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "자료 폴더")
    journal.add(entry("하나", "여러\n줄"), {"item": "x"})
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"key": "torn", "answ')
    again = Journal(tmp_path / "자료 폴더")
    assert again.torn == 1
    again.add(entry("둘"), {})
    last = Journal(tmp_path / "자료 폴더")
    assert last.get("하나") == entry("하나", "여러\n줄")
    assert last.get("둘") == entry("둘")
    assert last.get("torn") is None


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as told:
        Journal(tmp_path / "file")
    assert told.value.remedy


# --------------------------------------------------------------------------- the command

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    place: Path, tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Call]:  # fmt: skip
    """Run ``evaluate`` over the small content against an endpoint that repeats what it was asked."""
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-test")
    monkeypatch.setenv("OPENAI_MODEL", "echo")
    monkeypatch.setattr("sandbox.shell.evaluating.PATIENCE", QUICK)
    # Without the shipped course: reading all of it for every call would take the longest part of each test.
    monkeypatch.setattr("sandbox.settings.load", partial(settings.load, project_dir=tmp_path))

    def run(*arguments: object, only: tuple[str, ...] = IDS) -> tuple[int, str, str]:
        added = ("--prompts", place / "틀", "--exercises", place / "연습", "evaluate", *arguments)
        code = main([str(a) for a in (*added, *(("--only", *only) if only else ()))])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "sk-secret" not in out + err
        return code, out, err

    yield run


QUICK = Patience(tries=2, faults_in_a_row=5, pause_seconds=0.0)


def test_the_command_compares_and_resumes(call: Call, tmp_path: Path, fake_endpoint: FakeEndpoint) -> None:
    code, out, err = call()
    assert code == 0, err
    assert fake_endpoint.counters.requests == 6
    assert {body["seed"] for body in fake_endpoint.bodies} == {1}
    assert {body["temperature"] for body in fake_endpoint.bodies} == {0.5, 0.0}
    row = next(line for line in out.splitlines() if line.startswith("| 보고서 작성"))
    assert "| 100% | 25% | +75%p |" in row
    assert "6/6" in err
    folder = tmp_path / "data" / "evaluation"
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    assert json.loads(lines[0])["checks"].keys() == {"통과", "실패", "확인 불가"}
    figures = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    assert [r["whole"] for r in figures["results"]].count(True) == 3

    code, again, _ = call()
    assert code == 0
    assert fake_endpoint.counters.requests == 6, "answers that are there are not asked for again"
    assert tables_of(again) == tables_of(out)


def tables_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_better_checks_judge_stored_answers_anew(
    call: Call, place: Path, fake_endpoint: FakeEndpoint
) -> None:
    call(only=("ev-report",))
    file = place / "틀" / "report.md"
    file.write_text(file.read_text(encoding="utf-8").replace("[고맙습니다]", "[감사]"), encoding="utf-8")
    code, out, err = call("--tables", only=("ev-report",))
    assert "저장된 답 2개를 점검" in err
    assert fake_endpoint.counters.requests == 2
    assert "| 25% | 25% | +0%p |" in out
    assert code == 1, "no better than naive"


def test_more_samples_ask_only_for_what_is_new(call: Call, fake_endpoint: FakeEndpoint) -> None:
    call(only=("report", "ev-report")[1:])
    call("--samples", "3", only=("ev-report",))
    assert [body["seed"] for body in fake_endpoint.bodies].count(1) == 2
    assert fake_endpoint.counters.requests == 6


def test_out_and_docs(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text(f"머리\n{evaluation.START}\n옛 표\n{evaluation.END}\n꼬리\n", encoding="utf-8")
    monkeypatch.setattr("sandbox.shell.evaluating.PAGE", page)
    code, out, err = call("--out", tmp_path / "다른 곳", "--write-docs", only=("ev-report",))
    assert code == 0, err
    text = page.read_text(encoding="utf-8")
    assert "옛 표" not in text
    assert out.strip() in text
    assert text.startswith("머리\n") and text.endswith("꼬리\n")
    assert (tmp_path / "다른 곳" / "answers.jsonl").is_file()
    page.write_text("표 자리가 없음", encoding="utf-8")
    code, out, err = call("--write-docs", only=("ev-minutes",))
    assert (code, out) == (2, "")
    assert evaluation.START in err


@pytest.mark.faults
@pytest.mark.parametrize("model", ["fault-html", "fault-cut", "fault-empty", "fault-filter", "fault-403"])
def test_a_failing_endpoint_is_reported_and_never_an_answer(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", model)
    code, out, err = call("--parallel", "1", only=("ev-report",))
    assert code == 2
    assert not (tmp_path / "data" / "evaluation" / "answers.jsonl").exists()
    assert "ev-report" in err
    assert "아직 두 프롬프트의 답이 모두 나온 항목이 없습니다." in out


@pytest.mark.faults
def test_an_endpoint_that_is_away_stops_the_evaluation(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("sandbox.shell.evaluating.PATIENCE", replace(QUICK, faults_in_a_row=2))
    code, out, err = call()
    assert (code, out) == (2, "")
    assert "이어서 할 수 있습니다" in err
    assert "모델 서버에 연결할 수 없습니다" in err


@pytest.mark.faults
def test_what_failed_is_asked_again_at_the_end(
    library: Library, tmp_path: Path, fake_endpoint: FakeEndpoint
) -> None:
    cases = evaluation.plan(library).cases
    asked = iter(["echo", "fault-cut", "fault-html"])

    def now() -> Endpoint:
        return Endpoint("e", "가짜", fake_endpoint.base_url, next(asked, "echo"), location=Location.INSIDE)

    runner = Runner(Journal(tmp_path), "echo", QUICK)
    asyncio.run(runner.run(cases, now, 1))
    assert runner.failed == []
    assert len(runner.results) == len(cases)
    assert [body["model"] for body in fake_endpoint.bodies].count("echo") == len(cases)
    assert len((tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()) == len(cases)


def test_personal_data_in_content_is_not_sent_but_reported(
    call: Call, place: Path, fake_endpoint: FakeEndpoint
) -> None:
    file = place / "틀" / "report.md"
    text = file.read_text(encoding="utf-8").replace(
        "끝에 「고맙습니다」", "주민등록번호 850315-1234567 끝에 「고맙습니다」"
    )
    file.write_text(text, encoding="utf-8")
    code, _, err = call(only=("ev-report",))
    assert code == 2
    assert "개인정보" in err
    assert "850315" not in err
    assert fake_endpoint.counters.requests == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process there")
def test_ctrl_c_leaves_what_the_next_run_goes_on_from(place: Path, tmp_path: Path) -> None:
    with FakeEndpoint(first_seconds=0.3, tokens_per_second=0.0) as slow:
        command = [sys.executable, "-m", "sandbox", "--prompts", place / "틀", "--exercises", place / "연습"]
        command += ["evaluate", "--parallel", "1", "--only", *IDS]
        environ = {
            **os.environ,
            "SANDBOX_DATA_DIR": str(tmp_path / "data"),
            "OPENAI_BASE_URL": slow.base_url,
            "OPENAI_MODEL": "fake-model",
            "OPENAI_API_KEY": "none",
        }
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        journal = tmp_path / "data" / "evaluation" / "answers.jsonl"
        end = time.monotonic() + 60
        while not journal.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err.decode("utf-8")
        assert out == b""
        assert "이어서 할 수 있습니다" in err.decode("utf-8")
        done = len(journal.read_text(encoding="utf-8").splitlines())
        assert 1 <= done < 6
        before = slow.counters.requests
        subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=120, check=False)
        assert slow.counters.requests - before == 6 - done
        assert len(Journal(journal.parent).path.read_text(encoding="utf-8").splitlines()) == 6


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("Unsupported parameter: 'seed'", {"seed": False}),
        ("no such field: seed", {"seed": False}),
        ("seeding failed", {}),
    ],
)
def test_an_endpoint_that_knows_no_seed_is_asked_without_it(text: str, learned: dict[str, bool]) -> None:
    class RefusedError(Exception):
        status_code = 400
        body = text

    assert quirk_in(RefusedError(), {"seed": 1, "messages": []}) == learned
    assert quirk_in(RefusedError(), {"messages": []}) == {}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--samples", "0"), "쓸 수 없는 값"),
        (("--parallel", "x"), "쓸 수 없는 값"),
        (("--only",), "하나 이상"),
        (("--endpoint", "없음"), "쓸 수 있는 연결"),
        (("--only", "ev-reprot"), "ev-reprot"),
    ],
)
def test_bad_input_ends_with_2(call: Call, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = call(*arguments, only=() if "--only" in arguments else IDS)
    assert (code, out) == (2, "")
    assert word in err


def test_the_help_is_korean(call: Call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    assert not re.search(r"usage|options|show this|default:", out)
    assert "--write-docs" in out


def test_every_exercise_answered_with_its_own_prompt_is_listed_paired_or_not(tmp_path: Path) -> None:
    def result(item: str, asked: Asked, *states: State) -> Result:
        marks = tuple(Mark(f"c{n}", "length", f"점검 {n}", s, 1.0) for n, s in enumerate(states, 1))
        return Result(item, "exercise", "report", "제목", asked, 1, marks, 12.3, 100, 50, False)

    results = [
        result("one", Asked.COURSE, State.PASS, State.PASS),
        result("two", Asked.COURSE, State.PASS, State.FAIL, State.UNKNOWN),
        result("two", Asked.NAIVE, State.FAIL),
    ]
    told = evaluation.render((), Setting("내장", "모형", "2026. 11. 22.", 1), results)
    assert "실습 2개 가운데 1개가 모든 점검을 통과" in told
    row = next(line for line in told.splitlines() if "two" in line)
    assert "1/3" in row and "점검 2" in row and "점검 3" in row
