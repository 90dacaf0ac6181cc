"""``python -m sandbox``: what it prints, in which words, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sandbox.shell import main
from sandbox.shell.parser import in_korean
from tests.fake_endpoint import FakeEndpoint

PROMPT = """---
id: shell-report
title: 보고서
module: report
level: 기초
summary: 메모를 보고서로 바꿉니다.
system: 당신은 시청 직원입니다.
fields:
  - {name: 메모, type: long_text}
sample: {메모: 행사는 11월 22일에 합니다.}
checks:
  - {id: words, kind: mentions, title: 행사를 말하나요?, all: [행사]}
---
다음 메모를 보고서로 바꿔 주세요.
{{메모}}
"""
EXERCISE = """---
id: shell-memo
title: 메모 정리
module: report
level: 기초
minutes: 5
goal: 정리합니다.
prompt: shell-report
materials:
  - {file: 메모.txt}
prefill: {메모: "@메모.txt"}
steps: [정리합니다.]
checks:
  - {id: words, kind: mentions, title: 축제를 말하나요?, all: [축제]}
  - {id: size, kind: length, title: 짧은가요?, unit: chars, max: 100}
---
상황입니다.
"""
MODEL = "□ 바다 축제를 엽니다.\n"
WRONG = "---\nname: 빠뜨림\nfails: [words]\n---\n□ 행사를 엽니다.\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a space and Korean in its name, holding a template and an exercise."""
    folder = tmp_path / "실습 자료"
    for name, text in {
        "틀/report.md": PROMPT,
        "연습/memo/exercise.md": EXERCISE,
        "연습/memo/메모.txt": "바다 축제 메모\n",
        "연습/memo/answers/model.md": MODEL,
        "연습/memo/answers/wrong-1.md": WRONG,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path / "data"))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return folder


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(place: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command over the folder; return exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        added = ("--prompts", place / "틀", "--exercises", place / "연습")
        code = main([str(a) for a in (*added, *arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


# --------------------------------------------------------------------------- words and bad input

COMMANDS = ("check-content", "run", "evaluate", "grade", "guard", "formula", "export", "tokens", "schema")
ENGLISH = re.compile(
    r"usage|options|positional|optional|show this|error|required|invalid|choose|expected|argument"
)


@pytest.mark.parametrize("arguments", [(), *[(name,) for name in COMMANDS]])
def test_help_is_korean_throughout(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments, "--help")
    assert code == 0
    assert err == ""
    assert out.startswith("사용법: python -m sandbox")
    assert not ENGLISH.search(out.replace("--exercises", "")), out
    for name in COMMANDS if not arguments else ():
        assert name in out


BAD_CALLS: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "꼭 필요한 것이 빠졌습니다"),
    "unknown command": (("chekc-content",), "'chekc-content'은(는) 쓸 수 없습니다"),
    "unknown option": (("check-content", "--jsn"), "모르는 인자입니다: --jsn"),
    "missing argument": (("grade", "shell-memo"), "답안파일"),
    "missing value": (("guard", "a", "--data"), "값이 하나 필요합니다"),
    "wrong format": (("export", "a.md", "--format", "doc"), "docx"),
    "no format": (("export", "a.md"), "--format"),
    "value not taken": (("check-content", "--json=1"), "값을 받지 않는데"),
    "unknown exercise": (("grade", "shell-mem", "a.md"), "혹시 ‘shell-memo’"),
    "unknown endpoint": (("run", "shell-memo", "--endpoint", "없음"), "쓸 수 있는 연결"),
    "unknown template": (("run", "shell-repor", "--samples"), "혹시 ‘shell-report’"),
    "missing answer": (("grade", "shell-memo", "없음.md"), "파일을 열 수 없습니다: 없음.md"),
    "missing file": (("guard", "없음.txt"), "파일을 열 수 없습니다"),
    "missing tokens": (("tokens", "없음.txt"), "파일을 열 수 없습니다"),
    "missing export": (("export", "없음.md", "--format", "docx"), "파일을 열 수 없습니다"),
    "missing path": (("check-content", "없음"), "파일이나 폴더가 없습니다"),
    "missing folder": (("--prompts", "없는 폴더", "tokens", "a"), "폴더가 없습니다: 없는 폴더"),
    "a folder": (("guard", "."), "폴더입니다"),
    "missing workbook": (("formula", "없음.xlsx", "A1", "=1"), "없음.xlsx"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_ends_with_2_and_a_korean_sentence(call: Call, name: str) -> None:
    arguments, sentence = BAD_CALLS[name]
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert not ENGLISH.search(err.replace("--exercises", "")), err


def test_argparse_words_it_does_not_know_stay_korean() -> None:
    assert in_korean("something new in 3.19") == "입력한 명령을 이해하지 못했습니다."


def test_a_bug_ends_with_3_and_shows_no_text_of_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("010-1234-5678")

    monkeypatch.setattr("sandbox.shell.single.show_schema", broken)
    code, out, err = call("schema", "template")
    assert (code, out) == (3, "")
    assert "RuntimeError test_shell.py:" in err
    assert "010" not in err


def test_the_process_itself_writes_utf_8_whatever_the_console(place: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    answer = write(place / "답.md", "□ 바다 축제 ㉮\n")
    after = ("--exercises", str(place / "연습"), "--prompts", str(place / "틀"))
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "grade", "shell-memo", str(answer), *after],
        capture_output=True,
        env=environ,
        cwd=Path(__file__).parent.parent,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8")
    assert json.loads(done.stdout.decode("utf-8"))["answer"] == "□ 바다 축제 ㉮"
    assert "□ 바다".encode() in done.stdout


# --------------------------------------------------------------------------- check-content


def test_sound_content_is_a_table_and_0(call: Call, place: Path) -> None:
    code, out, _ = call("check-content", place)
    assert code == 0, out
    assert re.search(r"템플릿 +shell-report +정상", out)
    assert re.search(r"실습 +shell-memo +model.md +정상 \(통과 2/2\)", out)
    assert re.search(r"실습 +shell-memo +wrong-1.md +정상 \(통과 1/2\)", out)
    assert "고칠 것 0개" in out


@pytest.mark.parametrize(
    "part", ["틀/report.md", "연습/memo", "연습/memo/exercise.md", "연습/memo/answers/model.md"]
)
def test_a_path_selects_what_is_checked(call: Call, place: Path, part: str) -> None:
    code, out, _ = call("check-content", place / part, "--json")
    assert code == 0
    ids = {item["id"] for item in json.loads(out)["items"]}
    assert ids == ({"shell-report"} if part.startswith("틀") else {"shell-memo"})


def test_a_path_outside_every_folder_is_checked_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-content", str(place)]) == 0
    assert "shell-memo" in capsys.readouterr().out


CLAIMS: dict[str, tuple[str, str, str]] = {
    "model fails": ("answers/model.md", "□ 행사\n", "점검 ‘words’에서 실패했습니다"),
    "wrong passes": ("answers/wrong-1.md", WRONG.replace("행사", "축제"), "실패해야 하는데 통과"),
    "wrong fails more": ("answers/wrong-1.md", WRONG + "길다 " * 60, "점검 ‘size’에서 실패했습니다"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_an_answer_that_does_not_do_as_it_says_ends_with_1(call: Call, place: Path, name: str) -> None:
    file, text, message = CLAIMS[name]
    write(place / "연습" / "memo" / file, text)
    code, out, _ = call("check-content", place)
    assert code == 1
    assert message in out
    assert Path(file).name in out
    assert "→" in out


BROKEN: dict[str, tuple[str, str, str]] = {
    "yaml": (PROMPT.replace("title: 보고서", "title: 보고서: 초안"), "report.md:3: ", "쌍점"),
    "check kind": (PROMPT.replace("kind: mentions", "kind: mention"), "report.md:12: ", "mention"),
    "check parameter": (PROMPT.replace("all: [행사]", "al: [행사]"), "report.md:12: ", "al"),
    "unknown blank": (PROMPT.replace("{{메모}}", "{{메무}}{{메모}}"), "report.md:15: ", "메모"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_with_2_and_names_its_line(call: Call, place: Path, name: str) -> None:
    text, where, word = BROKEN[name]
    write(place / "틀" / "report.md", text)
    code, out, _ = call("check-content", place / "틀")
    assert code == 2
    assert where in out
    assert word in out.split(where)[1]


def test_an_exercise_without_a_wrong_answer_is_not_finished(call: Call, place: Path) -> None:
    (place / "연습" / "memo" / "answers" / "wrong-1.md").unlink()
    code, out, _ = call("check-content", place / "연습")
    assert code == 1
    assert "틀린 답안이 하나도 없습니다" in out


# --------------------------------------------------------------------------- grade

SHAPE = {"exercise", "endpoint", "answer", "verdicts", "passed", "failed", "unknown", "seconds", "usage"}


@pytest.mark.parametrize(("text", "code", "failed"), [(MODEL, 0, 0), (WRONG, 1, 1), ("---\n축제\n", 0, 0)])
def test_grade_prints_verdicts(call: Call, place: Path, text: str, code: int, failed: int) -> None:
    found, out, _ = call("grade", "shell-memo", write(place / "답.md", text))
    result = json.loads(out)
    assert found == code
    assert set(result) == SHAPE
    assert (result["exercise"], result["failed"], result["passed"]) == ("shell-memo", failed, 2 - failed)
    first = result["verdicts"][0]
    assert (first["id"], first["kind"], first["state"]) == ("words", "mentions", "실패" if failed else "통과")
    assert first["summary"]
    assert isinstance(first["evidence"], list)
    assert "fails:" not in result["answer"]


# --------------------------------------------------------------------------- run


@pytest.fixture
def room(fake_endpoint: FakeEndpoint, call: Call, monkeypatch: pytest.MonkeyPatch) -> FakeEndpoint:
    """Point the settings at the fake endpoint."""
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-test")
    monkeypatch.setenv("OPENAI_MODEL", "fake-model")
    return fake_endpoint


def test_run_answers_with_the_endpoint_and_judges(call: Call, place: Path, room: FakeEndpoint) -> None:
    room.script("□ 바다 축제를 엽니다.")
    code, out, err = call("run", "shell-memo", "--out", place / "결과.json")
    result = json.loads(out)
    assert code == 0, err
    assert set(result) >= SHAPE
    assert result["answer"] == "□ 바다 축제를 엽니다."
    assert (result["passed"], result["failed"], result["unknown"]) == (2, 0, 0)
    assert result["usage"]["prompt_tokens"] > 0
    assert json.loads((place / "결과.json").read_text(encoding="utf-8")) == result
    system, user = room.bodies[-1]["messages"]
    assert system["content"] == "당신은 시청 직원입니다."
    assert user["content"] == "다음 메모를 보고서로 바꿔 주세요.\n바다 축제 메모"
    assert "sk-secret" not in out + err


def test_run_ends_with_1_when_a_check_fails(call: Call, room: FakeEndpoint) -> None:
    room.script("다른 답입니다.")
    code, out, _ = call("run", "shell-memo")
    assert code == 1
    assert json.loads(out)["failed"] == 1


def test_run_takes_a_prompt_of_ones_own_and_masks_it(call: Call, place: Path, room: FakeEndpoint) -> None:
    room.script("축제입니다.")
    asked = write(place / "내 프롬프트.txt", "담당 010-9876-5432에게 축제를 알려 주세요.")
    code, _, err = call("run", "shell-memo", "--asked", asked)
    assert code == 0, err
    assert "9876" not in json.dumps(room.bodies[-1], ensure_ascii=False)
    assert "축제를 알려" in room.bodies[-1]["messages"][-1]["content"]


def test_run_refuses_what_may_not_be_sent(call: Call, place: Path, room: FakeEndpoint) -> None:
    asked = write(place / "내 프롬프트.txt", "주민등록번호 850315-1234567을 확인해 주세요.")
    code, out, err = call("run", "shell-memo", "--asked", asked)
    assert (code, out, room.counters.requests) == (2, "", 0)
    assert "개인정보" in err
    assert "850315" not in err


def test_run_goes_through_several_and_tells_what_went_wrong(
    call: Call, room: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.script("축제와 행사")
    code, out, _ = call("run", "shell-memo", "shell-memo")
    assert code == 0
    assert [one["exercise"] for one in json.loads(out)] == ["shell-memo", "shell-memo"]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, err = call("run", "shell-memo", "shell-memo")
    assert code == 2
    assert all(one["error"]["code"].startswith("endpoint") for one in json.loads(out))
    code, out, err = call("run", "shell-memo")
    assert (code, out) == (2, "")
    assert "오류:" in err


def test_run_fills_a_template_with_its_sample(call: Call, room: FakeEndpoint) -> None:
    room.script("행사입니다.")
    code, out, err = call("run", "shell-report", "--samples")
    assert code == 0, err
    assert json.loads(out)["verdicts"][0]["state"] == "통과"
    assert "행사는 11월 22일에 합니다." in room.bodies[-1]["messages"][-1]["content"]


# --------------------------------------------------------------------------- one file


def test_guard_tells_places_and_never_the_text(call: Call, place: Path) -> None:
    text = "담당자에게\n010-9876-5432로 전화해 주세요."
    code, out, _ = call("guard", write(place / "민원.txt", text))
    result = json.loads(out)
    assert code == 1
    (finding,) = result["findings"]
    assert (finding["action"], finding["line"]) == ("mask", 2)
    assert text[finding["start"] : finding["end"]] == "010-9876-5432"
    assert "9876" not in out
    code, out, _ = call("guard", write(place / "공지.txt", "축제는 11월 22일에 합니다."))
    assert (code, json.loads(out)["findings"]) == (0, [])


@pytest.fixture
def workbook(place: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "자료"
    for row in (["부서", "금액"], ["총무과", 100], ["회계과", 250], ["총무과", 50]):
        sheet.append(row)
    book.save(place / "집행 내역.xlsx")
    return place / "집행 내역.xlsx"


def test_formula_is_really_calculated(call: Call, workbook: Path) -> None:
    before = workbook.read_bytes()
    code, out, err = call("formula", workbook, "D2", '=SUMIF(A2:A4,"총무과",B2:B4)')
    assert code == 0, err
    assert float(json.loads(out)["value"]) == 150
    assert workbook.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "word"), [(("D2", "=1", "--sheet", "없음"), "없음"), (("거기", "=1"), "거기")]
)
def test_a_place_that_is_not_in_the_workbook(
    call: Call, workbook: Path, arguments: tuple[str, ...], word: str
) -> None:
    code, out, err = call("formula", workbook, *arguments)
    assert (code, out) == (2, "")
    assert word in err


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_export_writes_a_document(call: Call, place: Path, kind: str) -> None:
    answer = write(place / "답.md", "# 바다 축제\n\n□ 개요\n ○ 11월 22일 개최\n")
    code, out, err = call("export", answer, "--format", kind)
    result = json.loads(out)
    assert code == 0, err
    assert result["file"] == str(answer.with_suffix(f".{kind}"))
    with zipfile.ZipFile(result["file"]) as parts:
        text = "".join(parts.read(n).decode("utf-8") for n in parts.namelist() if n.endswith(".xml"))
    assert "11월 22일 개최" in text
    assert "생성형 AI" in text
    code, _, err = call("export", answer, "--format", kind)
    assert code == 2
    assert "이미 있습니다" in err
    code, out, _ = call("export", answer, "--format", kind, "--out", place / "새 문서")
    assert code == 0
    assert (place / "새 문서").stat().st_size == json.loads(out)["bytes"]


def test_tokens_are_counted(call: Call, place: Path) -> None:
    code, out, _ = call("tokens", write(place / "글.txt", "강릉시 정보화교육장"))
    result = json.loads(out)
    assert code == 0
    assert 3 <= result["tokens"] <= result["characters"] == 10


@pytest.mark.parametrize("kind", ["template", "exercise"])
def test_schema_is_the_one_in_docs(call: Call, kind: str) -> None:
    code, out, _ = call("schema", kind)
    written: Any = json.loads(
        (Path(__file__).parent.parent / "docs" / f"{kind}.schema.json").read_text(encoding="utf-8")
    )
    assert (code, json.loads(out)) == (0, written)
