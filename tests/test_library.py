"""The library: what it reads, what it refuses and in which words, and how blanks are filled."""

from __future__ import annotations

import datetime
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import library
from sandbox.library import Library, parse_exercise, parse_prompt, to_text
from sandbox.records import (
    MODULES,
    CheckSpec,
    ContentError,
    DocumentError,
    Field,
    FieldType,
    Level,
    NotFoundError,
    Prompt,
)

# The machine may be busy: what is tested is never how fast it is.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PROMPT = """---
id: report-x
title: 보고서
module: report
level: 기초
summary: 메모를 보고서로 바꿉니다.
fields:
  - {name: 메모, label: 메모 원문, type: long_text}
  - {name: 분량, type: choice, choices: [1쪽, 2쪽], default: 1쪽}
  - {name: 시각, type: time, default: 08:10}
  - {name: 비고, required: false}
checks:
  - {id: form, kind: outline_style, title: 개조식으로 썼나요?, weight: 2, markers: ["□", "○"]}
---
{{분량}} 보고서를 {{시각}}까지 씁니다.
{{비고}}
자료: {{ 메모 }} / 비고: {{비고}}
"""

EXERCISE = """---
id: ex-x
title: 메모 정리
module: report
level: 기초
minutes: 15
goal: 정리합니다.
prompt: report-x
materials:
  - {file: memo.txt, title: 업무 메모}
prefill: {메모: "@memo.txt", 비고: "@@당직"}
steps: [읽습니다., 씁니다.]
checks:
  - {id: form, kind: outline_style, title: 개조식?}
  - {id: facts, kind: grounded, title: 사실?, sources: [memo.txt]}
---
상황입니다.
"""


def write_exercise(folder: Path, text: str = EXERCISE, **files: str | None) -> Path:
    """Lay out an exercise; ``files`` maps a name (``__`` for a folder, ``_`` kept) to its text."""
    wanted: dict[str, str | None] = {
        "exercise.md": text,
        "memo.txt": "메모 {{분량}}\n",
        "answers/model.md": "□ 답\n",
        "answers/wrong-1.md": "---\nname: 틀림\nwhy: 근거 없음\nfails: [form]\n---\n틀린 답\n",
    } | {name.replace("__", "/"): value for name, value in files.items()}
    for name, value in wanted.items():
        if value is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(value, encoding="utf-8", newline="\n")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Callable[..., Library]:
    def make(**options: object) -> Library:
        (tmp_path / "prompts").mkdir(exist_ok=True)
        (tmp_path / "prompts" / "x.md").write_text(PROMPT, encoding="utf-8")
        write_exercise(tmp_path / "exercises" / "ex")
        return Library([tmp_path / "prompts"], [tmp_path / "exercises"], **options)  # type: ignore[arg-type]

    return make


# --------------------------------------------------------------------------- reading


def test_a_template_is_read_with_its_values_as_typed() -> None:
    prompt = parse_prompt(PROMPT, source="x.md")
    assert (prompt.id, prompt.module, prompt.level) == ("report-x", "report", Level.BASIC)
    assert [f.name for f in prompt.fields] == ["메모", "분량", "시각", "비고"]
    assert prompt.fields[0].label == "메모 원문"
    assert prompt.fields[1].label == "분량"
    assert prompt.fields[2].default == "08:10"
    assert prompt.checks == (
        CheckSpec("form", "outline_style", "개조식으로 썼나요?", {"markers": ["□", "○"]}, 2.0),
    )


@pytest.mark.parametrize("typed", ["08:10", "yes", "2026-11-22", "1_000", "0o17", "null", "~", "1e3", "012"])
def test_a_scalar_stays_the_text_that_was_typed(typed: str) -> None:
    text = PROMPT.replace("summary: 메모를 보고서로 바꿉니다.", f"summary: {typed}")
    assert parse_prompt(text, source="x.md").summary == typed


def test_the_cells_of_a_check_take_the_type_their_bare_form_shows() -> None:
    check = """  - id: sum
    kind: formula
    title: 합계?
    cell: 007
    reference: =SUM(A1:A3)
    vary: [{range: A1, type: integer, min: -5, max: 2026-12-31}]
    extra_rows: {자료: [[총무과, 100, "100", 1.5, 007, true, 2026-11-22, "2026-11-22", 2026-13-01, ]]}
"""
    text = PROMPT.replace("checks:\n", "checks:\n" + check)
    params = parse_prompt(text, source="x.md").checks[0].params
    row = params["extra_rows"]["자료"][0]
    day = datetime.date(2026, 11, 22)
    assert row == ["총무과", 100, "100", 1.5, "007", True, day, "2026-11-22", "2026-13-01"]
    assert [type(cell) for cell in row] == [str, int, str, float, str, bool, datetime.date, str, str]
    assert params["vary"] == [
        {"range": "A1", "type": "integer", "min": -5, "max": datetime.date(2026, 12, 31)}
    ]
    assert (params["cell"], type(params["cell"])) == ("007", str)


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")])
def test_a_bom_and_windows_line_ends_change_nothing(change: Callable[[str], str]) -> None:
    assert parse_prompt(change(PROMPT), source="x.md") == parse_prompt(PROMPT, source="x.md")


def wrong(old: str, new: str) -> str:
    assert old in PROMPT
    return PROMPT.replace(old, new, 1)


BROKEN_PROMPTS = {
    "no header": ("안녕", 1, "머리말이 없습니다", "---"),
    "open header": ("---\nid: a\n", 1, "끝나지 않았습니다", "---"),
    "unknown key": (wrong("title:", "titel: 제목\ntitle:"), 3, "titel", "title"),
    "duplicate key": (wrong("level:", "title: 또\nlevel:"), 5, "두 번", "지워"),
    "missing key": (wrong("title: 보고서\n", ""), 1, "title", "적어"),
    "bad id": (wrong("report-x", "보고서 X"), 2, "모양", "소문자"),
    "bad module": (wrong("module: report", "module: reprot"), 4, "reprot", "report"),
    "bad level": (wrong("기초", "기조"), 5, "기조", "기초"),
    "bad field type": (wrong("type: time", "type: tiem"), 10, "tiem", "time"),
    "unknown field key": (wrong("label: 메모 원문", "lable: 메모"), 8, "lable", "label"),
    "default not a choice": (wrong("default: 1쪽", "default: 3쪽"), 9, "3쪽", "1쪽"),
    "choice without choices": (wrong(", choices: [1쪽, 2쪽], default: 1쪽", ""), 9, "choices", "choices"),
    "choices on text": (wrong("{name: 비고,", "{name: 비고, choices: [가],"), 11, "choices", "choice"),
    "min on text": (wrong("{name: 비고,", "{name: 비고, min: 3,"), 11, "number", "number"),
    "bad default time": (wrong("08:10", "25:10"), 10, "25:10", "14:30"),
    "duplicate blank": (wrong("name: 비고", "name: 메모"), 11, "두 번", "이름"),
    "unknown blank": (wrong("{{ 메모 }}", "{{메무}} {{메모}}"), 17, "메무", "메모"),
    "unused blank": (wrong("{{시각}}", "오늘"), 10, "쓰지 않습니다", "{{시각}}"),
    "broken blank": (wrong("{{시각}}", "{{시각}} {{시각}"), 15, "괄호", "{{이름}}"),
    "empty body": (PROMPT[: PROMPT.index("{{분량}}")], 15, "본문이 없습니다", "본문"),
    "bad sample": (wrong("checks:", "sample: {메모: 가, 분량: 9쪽}\nchecks:"), 12, "분량", "1쪽"),
    "unknown sample": (wrong("checks:", "sample: {메무: 가, 메모: 가}\nchecks:"), 12, "메무", "메모"),
    "thin sample": (wrong("checks:", "sample: {비고: 가}\nchecks:"), 12, "메모", "더해"),
    "bad why": (wrong("checks:", "why: {역활: 담당자}\nchecks:"), 12, "역활", "역할"),
    "blank in system": (wrong("fields:", "system: '{{메모}}'\nfields:"), 7, "system", "본문"),
    "not a number": (wrong("fields:", "max_answer_tokens: 많이\nfields:"), 7, "숫자", "10"),
    "bad weight": (wrong("weight: 2", "weight: -1"), 13, "작은", "0"),
    "colon in value": (wrong("title: 보고서", "title: 보고서: 초안"), 3, "쌍점", "따옴표"),
    "unquoted at": (wrong("title: 보고서", "title: @보고서"), 3, "따옴표", "따옴표"),
    "unquoted brace": (wrong("title: 보고서", "title: {{제목}}"), 3, "항목 이름", "따옴표"),
    "quote and more": (wrong("title: 보고서", 'title: "가" 나'), 3, "따옴표", "작은따옴표"),
    "tab": (wrong("  - {name: 비고", "\t- {name: 비고"), 11, "탭", "스페이스"),
    "alias": (wrong("title: 보고서", "title: *다른것"), 3, "*", "따옴표"),
    "tag": (wrong("title: 보고서", "title: !!python/name:os.system 가"), 3, "!", "따옴표"),
    "list as text": (wrong("title: 보고서", "title: [가, 나]"), 3, "목록", "따옴표"),
    "text as list": (wrong("choices: [1쪽, 2쪽]", "choices: 1쪽"), 9, "목록", "- "),
    "header is a list": ("---\n- 가\n---\n본문\n", 2, "이름: 값", "title"),
    "deep": ("---\nid: " + "[" * 3000 + "\n---\n본문\n", 1, "읽을 수 없", "특수"),
}


@pytest.mark.parametrize("name", BROKEN_PROMPTS)
def test_a_broken_template_names_file_line_reason_and_remedy(name: str) -> None:
    text, line, message, remedy = BROKEN_PROMPTS[name]
    with pytest.raises(ContentError) as caught:
        parse_prompt(text, source="prompts/x.md")
    error = caught.value
    assert error.file == "prompts/x.md"
    assert (error.line, error.message) == (line, error.message), (error.line, error.message)
    assert message in error.message
    assert remedy in error.remedy


def test_recursive_yaml_is_refused() -> None:
    text = wrong("checks:", "why: &a {역할: *a}\nchecks:")
    with pytest.raises(ContentError, match=r"별칭|글이어야"):
        parse_prompt(text, source="x.md")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (PROMPT.encode("cp949"), "CP949"),
        (PROMPT.encode("utf-16"), "UTF-16"),
        (b"\xff\x00\xfe\x81\x20", "UTF-8"),
        (b"---\x00", "글 파일이 아닙니다"),
    ],
)
def test_another_encoding_is_named_with_its_remedy(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "x.md").write_bytes(data)
    (problem,) = Library([tmp_path], []).problems()
    assert word in problem.message
    assert "UTF-8" in problem.remedy


# --------------------------------------------------------------------------- exercises


def test_an_exercise_is_read_with_materials_and_answers(tmp_path: Path) -> None:
    exercise = parse_exercise(write_exercise(tmp_path / "메모 정리 1"), shown="ex")
    assert exercise.scenario == "상황입니다."
    assert exercise.prompt_id == "report-x"
    assert [(m.name, m.title, m.text) for m in exercise.materials] == [
        ("memo.txt", "업무 메모", "메모 {{분량}}\n")
    ]
    assert exercise.model_answer.text == "□ 답"
    assert [(w.name, w.fails, w.text) for w in exercise.wrong_answers] == [("틀림", ("form",), "틀린 답")]
    assert exercise.steps == ("읽습니다.", "씁니다.")
    assert exercise.source == "ex/exercise.md"


def test_other_formats_are_read_through_the_callback(tmp_path: Path) -> None:
    text = EXERCISE.replace("memo.txt", "표.xlsx")
    folder = write_exercise(tmp_path / "x", text, **{"표.xlsx": "zip"})
    assert parse_exercise(folder).materials[0].text == ""
    assert (
        parse_exercise(folder, read_text=lambda path: f"읽음 {path.name}").materials[0].text == "읽음 표.xlsx"
    )

    def refuse(path: Path) -> str:
        raise DocumentError("암호가 걸려 있습니다.", remedy="암호를 풀어 주세요.")

    with pytest.raises(ContentError, match="암호가") as caught:
        parse_exercise(folder, read_text=refuse)
    assert caught.value.remedy == "암호를 풀어 주세요."


def changed(old: str, new: str) -> str:
    assert old in EXERCISE
    return EXERCISE.replace(old, new, 1)


BROKEN_EXERCISES: dict[str, tuple[str, dict[str, str | None], str, int, str]] = {
    "no scenario": (EXERCISE.replace("상황입니다.\n", ""), {}, "exercise.md", 17, "상황"),
    "no minutes": (changed("minutes: 15\n", ""), {}, "exercise.md", 1, "minutes"),
    "bad minutes": (changed("minutes: 15", "minutes: 십오"), {}, "exercise.md", 6, "정수"),
    "no steps": (changed("[읽습니다., 씁니다.]", "[]"), {}, "exercise.md", 12, "비어"),
    "starter too": (changed("goal:", "starter: 가\ngoal:"), {}, "exercise.md", 7, "함께"),
    "prefill alone": (changed("prompt: report-x\n", ""), {}, "exercise.md", 10, "prefill"),
    "prefill elsewhere": (changed("@memo.txt", "@memmo.txt"), {}, "exercise.md", 11, "memmo.txt"),
    "material missing": (EXERCISE, {"memo.txt": None}, "exercise.md", 10, "memo.txt"),
    "material twice": (
        changed("prefill:", "  - {file: memo.txt}\nprefill:"),
        {},
        "exercise.md",
        11,
        "두 번",
    ),
    "path up": (changed("file: memo.txt", "file: ../memo.txt"), {}, "exercise.md", 10, "쓸 수 없는 글자"),
    "path down": (changed("file: memo.txt", "file: answers/model.md"), {}, "exercise.md", 10, "글자"),
    "path windows": (changed("file: memo.txt", "file: 'C:\\memo.txt'"), {}, "exercise.md", 10, "글자"),
    "hidden": (changed("file: memo.txt", "file: .memo.txt"), {}, "exercise.md", 10, "글자"),
    "double check": (changed("id: facts", "id: form"), {}, "exercise.md", 15, "두 번"),
    "no model answer": (EXERCISE, {"answers/model.md": None}, "answers/model.md", 0, "모범 답안"),
    "empty model answer": (EXERCISE, {"answers/model.md": "\n"}, "answers/model.md", 2, "비어"),
    "model fails": (
        EXERCISE,
        {"answers/model.md": "---\nfails: [form]\n---\n답"},
        "answers/model.md",
        2,
        "fails",
    ),
    "wrong without fails": (EXERCISE, {"answers/wrong-1.md": "답"}, "answers/wrong-1.md", 1, "fails"),
    "fails unknown": (
        EXERCISE,
        {"answers/wrong-1.md": "---\nfails: [from]\n---\n답"},
        "answers/wrong-1.md",
        2,
        "from",
    ),
}


@pytest.mark.parametrize("name", BROKEN_EXERCISES)
def test_a_broken_exercise_names_file_line_and_reason(tmp_path: Path, name: str) -> None:
    text, files, file, line, message = BROKEN_EXERCISES[name]
    folder = write_exercise(tmp_path / "x", text, **files)
    with pytest.raises(ContentError) as caught:
        parse_exercise(folder, shown="exercises/x")
    assert caught.value.file == f"exercises/x/{file}"
    assert (caught.value.line, caught.value.message) == (line, caught.value.message)
    assert message in caught.value.message
    assert caught.value.remedy


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_material_that_links_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("비밀", encoding="utf-8")
    folder = write_exercise(tmp_path / "x", **{"memo.txt": None})
    (folder / "memo.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ContentError, match="밖을"):
        parse_exercise(folder)


def test_a_check_that_the_registry_refuses_is_told_with_its_line(tmp_path: Path) -> None:
    asked: list[str] = []

    def check_problem(spec: CheckSpec) -> str | None:
        asked.append(spec.kind)
        return "모르는 점검 종류입니다." if spec.kind == "grounded" else None

    with pytest.raises(ContentError, match="‘facts’: 모르는 점검") as caught:
        parse_exercise(write_exercise(tmp_path / "x"), check_problem=check_problem)
    assert caught.value.line == 15
    assert asked == ["outline_style", "grounded"]


# --------------------------------------------------------------------------- the shelf


def test_the_shelf_holds_what_is_whole_and_lists_what_is_broken(
    tmp_path: Path, shelf: Callable[..., Library]
) -> None:
    found = shelf()
    (tmp_path / "prompts" / "broken.md").write_text("---\nid: a\ntitel: 나\n---\n본문\n", encoding="utf-8")
    (tmp_path / "prompts" / "README.md").write_text("설명", encoding="utf-8")
    write_exercise(tmp_path / "exercises" / "bad", EXERCISE.replace("ex-x", "ex-y"), **{"memo.txt": None})
    assert [p.id for p in found.prompts()] == ["report-x"]
    assert [e.id for e in found.exercises()] == ["ex-x"]
    by_file: dict[str, int] = {}
    for problem in found.problems():
        by_file[Path(problem.file).parts[-2]] = by_file.get(Path(problem.file).parts[-2], 0) + 1
    assert by_file == {"prompts": 5, "bad": 1}
    assert found.prompt("report-x").title == "보고서"
    with pytest.raises(NotFoundError) as caught:
        found.exercise("ex-z")
    assert "ex-x" in caught.value.remedy


BETWEEN = {
    "unknown template": (changed("prompt: report-x", "prompt: report-y"), 8, "report-y", "report-x"),
    "unknown prefill": (changed("비고: ", "비교: "), 11, "비교", "비고"),
    "prefill not a choice": (changed("비고: ", "분량: 3쪽, 비고: "), 11, "분량", "1쪽"),
    "unknown source": (changed("sources: [memo.txt]", "sources: [mem.txt]"), 15, "mem.txt", "memo.txt"),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_rules_between_files(tmp_path: Path, shelf: Callable[..., Library], name: str) -> None:
    text, line, message, remedy = BETWEEN[name]
    found = shelf()
    write_exercise(tmp_path / "exercises" / "ex", text)
    (problem,) = found.problems()
    assert found.exercises() == ()
    assert (problem.line, problem.message) == (line, problem.message)
    assert message in problem.message
    assert remedy in problem.remedy


def test_a_second_file_with_the_same_id_is_left_out_and_named(
    tmp_path: Path, shelf: Callable[..., Library]
) -> None:
    found = shelf()
    (tmp_path / "prompts" / "y.md").write_text(PROMPT.replace("보고서\n", "둘째\n", 1), encoding="utf-8")
    (problem,) = found.problems()
    assert problem.file.endswith("y.md")
    assert "x.md" in problem.message
    assert found.prompt("report-x").title == "보고서"


def test_a_missing_folder_is_a_problem_and_the_same_folder_twice_is_none(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "x.md").write_text(PROMPT, encoding="utf-8")
    assert Library([tmp_path / "p", tmp_path / "p"], []).problems() == ()
    (problem,) = Library([tmp_path / "none"], []).problems()
    assert "폴더가 없습니다" in problem.message


def test_reload_reads_changed_files_only(tmp_path: Path, shelf: Callable[..., Library]) -> None:
    asked: list[str] = []

    def check_problem(spec: CheckSpec) -> None:
        asked.append(spec.id)

    found = shelf(check_problem=check_problem)
    assert asked == []
    found.prompts()
    found.exercises()
    assert asked == ["form", "form", "facts"]
    found.reload()
    assert len(asked) == 3
    (tmp_path / "prompts" / "x.md").write_text(PROMPT.replace("보고서\n", "고친 제목\n", 1), encoding="utf-8")
    assert found.prompt("report-x").title == "보고서"
    found.reload()
    assert found.prompt("report-x").title == "고친 제목"
    assert len(asked) == 4
    (tmp_path / "prompts" / "x.md").unlink()
    found.reload()
    assert found.prompts() == ()


def test_many_threads_parse_once(shelf: Callable[..., Library]) -> None:
    asked: list[str] = []

    def check_problem(spec: CheckSpec) -> None:
        asked.append(spec.id)

    found = shelf(check_problem=check_problem)
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(len(found.prompts()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 8
    assert len(asked) == 3


# --------------------------------------------------------------------------- filling


def prompt_with(body: str, *fields: Field) -> Prompt:
    return Prompt("p", "제목", "report", Level.BASIC, "요약", fields, body)


def test_filled_text_is_never_expanded_again() -> None:
    prompt = prompt_with("{{가}} 그리고 {{나}}", Field("가", "가"), Field("나", "나"))
    assert library.render(prompt, {"가": "{{나}}", "나": "{{가}}"}) == "{{나}} 그리고 {{가}}"


@patient
@given(st.lists(st.text(), min_size=2, max_size=2))
def test_rendering_is_one_pass_for_any_text(values: list[str]) -> None:
    prompt = prompt_with("<{{가}}|{{나}}>", Field("가", "가"), Field("나", "나"))
    shown = [v.strip("\n") if v.strip() else "" for v in values]
    expected = f"<{shown[0] or '{{가}}'}|{shown[1] or '{{나}}'}>"
    assert library.render(prompt, dict(zip("가나", values, strict=True))) == expected


@pytest.mark.parametrize(
    ("field", "typed", "shown"),
    [
        (Field("가", "가", FieldType.YES_NO), "true", "[예]"),
        (Field("가", "가", FieldType.YES_NO), "아니오", "[아니요]"),
        (Field("가", "가", FieldType.MULTI_CHOICE, choices=("갑", "을")), "갑\n을", "[갑, 을]"),
        (Field("가", "가", required=False), "", "[(없음)]"),
        (Field("가", "가", required=False), " \n", "[(없음)]"),
        (Field("가", "가"), "", "[{{가}}]"),
        (Field("가", "가", FieldType.LONG_TEXT), "\n첫 줄\n  둘째\n", "[첫 줄\n  둘째]"),
    ],
)
def test_each_type_is_shown_in_its_way(field: Field, typed: str, shown: str) -> None:
    assert library.render(prompt_with("[{{가}}]", field), {"가": typed}) == shown


def test_an_empty_optional_blank_alone_on_its_line_takes_the_line_away() -> None:
    prompt = prompt_with("앞\n  {{가}}\n뒤 {{가}}", Field("가", "가", required=False))
    assert library.render(prompt, {"가": ""}) == "앞\n뒤 (없음)"
    assert library.render(prompt, {"가": "값"}) == "앞\n  값\n뒤 값"


def test_an_absent_value_takes_the_default_and_an_empty_one_stays_empty() -> None:
    prompt = prompt_with("{{가}}", Field("가", "가", default="기본"))
    assert library.render(prompt, {}) == "기본"
    assert library.missing(prompt, {}) == ()
    assert [f.name for f in library.missing(prompt, {"가": " "})] == ["가"]


def test_prefill_takes_the_material_and_a_doubled_at_is_an_at(shelf: Callable[..., Library]) -> None:
    found = shelf()
    values = library.prefilled(found.exercise("ex-x"), found.prompt("report-x"))
    assert values == {"메모": "메모 {{분량}}\n", "분량": "1쪽", "시각": "08:10", "비고": "@당직"}
    text = library.render(found.prompt("report-x"), values)
    assert text == "1쪽 보고서를 08:10까지 씁니다.\n@당직\n자료: 메모 {{분량}} / 비고: @당직"


NUMBER = Field("가", "가", FieldType.NUMBER, min=1, max=10)
VALUES = [
    (NUMBER, "3", ""),
    (NUMBER, "0", "이상"),
    (NUMBER, "11", "이하"),
    (NUMBER, "3명", "숫자만"),
    (NUMBER, "nan", "숫자만"),
    (NUMBER, "", ""),
    (Field("가", "가", FieldType.NUMBER), "1,234,567.5", ""),
    (Field("가", "가", FieldType.NUMBER), "12,34", "숫자만"),
    (Field("가", "가", FieldType.DATE), "2026-11-22", ""),
    (Field("가", "가", FieldType.DATE), "2026. 11. 2.", ""),
    (Field("가", "가", FieldType.DATE), "2026-02-30", "날짜"),
    (Field("가", "가", FieldType.DATE), "내일", "날짜"),
    (Field("가", "가", FieldType.TIME), "14:30", ""),
    (Field("가", "가", FieldType.TIME), "24:00", "24시간제"),
    (Field("가", "가", FieldType.CHOICE, choices=("갑", "을")), "병", "갑, 을"),
    (Field("가", "가", FieldType.MULTI_CHOICE, choices=("갑", "을")), "을, 갑", ""),
    (Field("가", "가", FieldType.MULTI_CHOICE, choices=("갑", "을")), "을, 병", "갑, 을"),
    (Field("가", "가", FieldType.YES_NO), "아마", "예 또는 아니요"),
    (Field("가", "가", max_chars=3), "네글자다", "3자까지"),
]


@pytest.mark.parametrize(("field", "typed", "word"), VALUES)
def test_values_are_checked_by_type(field: Field, typed: str, word: str) -> None:
    problems = library.check_values(prompt_with("{{가}}", field), {"가": typed})
    assert (word in problems["가"]) if word else problems == {}


def test_a_value_without_a_blank_is_named() -> None:
    assert "나" in library.check_values(prompt_with("{{가}}", Field("가", "가")), {"나": "1"})


# --------------------------------------------------------------------------- writing back

LINE = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
TEXT = st.lists(LINE, min_size=1, max_size=4).map("\n".join)
NAME = st.from_regex(r"[가-힣A-Za-z0-9_]{1,8}", fullmatch=True)


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    found: list[Field] = []
    for name in draw(st.lists(NAME, unique=True, max_size=4)):
        kind = draw(st.sampled_from(FieldType))
        choices = tuple(draw(st.lists(NAME, unique=True, min_size=1, max_size=4)))
        picks = kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE)
        number = kind is FieldType.NUMBER
        free = kind in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.FILE)
        found.append(
            Field(
                name,
                draw(LINE),
                kind,
                draw(st.just("") | TEXT),
                draw(st.booleans()),
                choices[0] if picks else draw(TEXT) if free else "",
                draw(st.just("") | TEXT),
                choices if picks else (),
                draw(st.none() | st.floats(-1e6, 0)) if number else None,
                draw(st.none() | st.floats(1, 1e6)) if number else None,
                draw(st.integers(200, 5000)),
            )
        )
    return tuple(found)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    own = draw(fields())
    words = draw(st.lists(TEXT.filter(lambda t: "{{" not in t), min_size=len(own) + 1, max_size=len(own) + 1))
    body = words[0] + "".join(f"\n{{{{{f.name}}}}} {w}" for f, w in zip(own, words[1:], strict=True))
    params = st.dictionaries(NAME, TEXT | st.lists(TEXT, max_size=3), max_size=3)
    reserved = {"id", "kind", "title", "weight"}
    specs = tuple(
        CheckSpec(
            f"c-{i}", "length", draw(LINE), {k: v for k, v in draw(params).items() if k not in reserved}
        )
        for i in range(draw(st.integers(0, 2)))
    )
    parts = st.sampled_from(["역할", "맥락", "자료", "형식", "제약"])
    return Prompt(
        draw(st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)),
        draw(LINE),
        draw(st.sampled_from(MODULES)).id,
        draw(st.sampled_from(Level)),
        draw(TEXT),
        own,
        body,
        draw(st.just("") | TEXT.filter(lambda t: "{{" not in t)),
        draw(st.dictionaries(parts, TEXT)),
        {},
        specs,
        tuple(draw(st.lists(LINE, max_size=3))),
        draw(st.integers(1, 32_000)),
        draw(st.none() | st.floats(0, 2)),
        "x.md",
    )


@patient
@given(prompts())
def test_a_prompt_written_and_read_again_is_the_same(prompt: Prompt) -> None:
    assert parse_prompt(to_text(prompt), source="x.md") == prompt


# --------------------------------------------------------------------------- schemas

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize(
    ("name", "schema"),
    [("template", library.template_schema), ("exercise", library.exercise_schema)],
)
def test_the_schema_in_docs_is_the_one_the_code_makes(name: str, schema: Callable[[], object]) -> None:
    written = json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert written == schema(), f"docs/{name}.schema.json이 낡았습니다: python -m sandbox schema {name}"


def test_the_schema_knows_every_module() -> None:
    allowed = library.template_schema()["properties"]["module"]["enum"]
    assert set(allowed) == {module.id for module in MODULES}


@patient
@given(
    st.integers(0, len(PROMPT)),
    st.integers(0, 40),
    st.text(max_size=12) | st.sampled_from(list("{}[]\"'@*&!|>-:\t#%?")),
)
def test_a_damaged_template_gives_a_content_error_and_nothing_else(at: int, cut: int, new: str) -> None:
    try:
        parse_prompt(PROMPT[:at] + new + PROMPT[at + cut :], source="x.md")
    except ContentError as error:
        assert error.message
        assert error.file == "x.md"
        assert 0 <= error.line <= PROMPT.count("\n") + new.count("\n") + 3


@pytest.mark.parametrize(
    ("kind", "spelled", "read"),
    [
        (FieldType.DATE, "2026-11-22", datetime.date(2026, 11, 22)),
        (FieldType.DATE, "2026. 11. 22.", datetime.date(2026, 11, 22)),
        (FieldType.DATE, " 2026.1.2 ", datetime.date(2026, 1, 2)),
        (FieldType.TIME, "9:30", datetime.time(9, 30)),
        (FieldType.TIME, "14:05", datetime.time(14, 5)),
        (FieldType.NUMBER, "1,200", 1200.0),
        (FieldType.NUMBER, "-3.5", -3.5),
        (FieldType.DATE, "2026. 13. 1.", None),
        (FieldType.TIME, "25:00", None),
        (FieldType.NUMBER, "12명", None),
        (FieldType.NUMBER, "", None),
    ],
)
def test_what_counts_as_valid_is_also_read(kind: FieldType, spelled: str, read: object) -> None:
    field = Field("가", "가", kind)
    assert library.typed(field, spelled) == read
    accepted = not library.check_values(prompt_with("{{가}}", field), {"가": spelled})
    assert accepted is (read is not None or not spelled)


@pytest.mark.parametrize(
    ("spelled", "yes"), [("예", True), ("네", True), (" YES ", True), ("아니요", False), ("", False)]
)
def test_yes_is_yes_in_every_spelling(spelled: str, yes: bool) -> None:
    assert library.is_yes(spelled) is yes
