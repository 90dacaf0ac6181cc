"""Formulas: finding them in text, normalising, calculating, and staying alive."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.formulas import (
    Limits,
    ProofJob,
    Vary,
    calculate,
    find_candidates,
    find_formulas,
    miscalculated,
    normalise,
    prove,
    prove_all,
    refusal,
    unsupported,
)
from sandbox.records import FormulaError
from tests.check_cases import formula as cases


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("엑셀 자료") / "집행 내역.xlsx"
    cases.write_workbook(path)
    return path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```excel\n=SUM(A1:A9)\n```", ("=SUM(A1:A9)",)),
        ("```\nSUM(A1:A9)\n```", ("=SUM(A1:A9)",)),
        ("`=SUM(A1:A9)`을 쓰세요", ("=SUM(A1:A9)",)),
        ("셀에 =SUM(A1:A9)를 넣으세요.", ("=SUM(A1:A9)",)),
        ("셀에 =SUM(A1:A9) 를 넣으세요.", ("=SUM(A1:A9)",)),
        ("SUM(A1:A9) 함수를 씁니다", ("=SUM(A1:A9)",)),
        ("＝SUM（A1：A9）", ("=SUM(A1:A9)",)),
        ("＝ＳＵＭ（Ａ１：Ａ９）", ("=SUM(A1:A9)",)),
        ("= SUM (A1:A9) 을 쓰세요", ("=SUM(A1:A9)",)),
        ("<code>=SUM(A1:A9)</code>을 쓰세요", ("=SUM(A1:A9)",)),
        ('=COUNTIF(A:A,"&lt;"&amp;$B$1) 을 쓰세요', ('=COUNTIF(A:A,"<"&$B$1)',)),
        ("=SUM(A1:A9,\n\n다음 줄의 글", ("=SUM(A1:A9",)),
        ("=COUNTIF(B:B,“총무과”)", ('=COUNTIF(B:B,"총무과")',)),
        ("=COUNTIF(B:B;\"총무과\")", ('=COUNTIF(B:B,"총무과")',)),
        ("**=A2*B2**", ("=A2*B2",)),
        ("C2 = A2 * B2 입니다", ("=A2 * B2",)),
        ("=A2/B2*100 을 넣고", ("=A2/B2*100",)),
        ("=집계!B2+내역!C3", ("=집계!B2+내역!C3",)),
        ("='1월 내역'!B2", ("='1월 내역'!B2",)),
        ("=WORKDAY(A2-1,B2,公휴일!$A$2:$A$9)", ("=WORKDAY(A2-1,B2,公휴일!$A$2:$A$9)",)),
        ("=公휴일!A2+B2 를 넣으세요", ("=公휴일!A2+B2",)),
        ("=IF(A2=\"\",\"없음\",A2&\"원\")&\"입니다\" 라고", ('=IF(A2="","없음",A2&"원")&"입니다"',)),
        ("=_xlfn.XLOOKUP(A2,B:B,C:C)", ("=XLOOKUP(A2,B:B,C:C)",)),
        ("{=SUM(A1:A3*B1:B3)}", ("=SUM(A1:A3*B1:B3)",)),
        ("1) =SUM(A1:A2)\n2) =SUM(B1:B2)", ("=SUM(A1:A2)", "=SUM(B1:B2)")),
        ("`=SUM(A1:A2)` 그리고 또 `=SUM(A1:A2)`", ("=SUM(A1:A2)",)),
        ("설명 `=B1`\n```\n=SUM(A1:A2)\n```", ("=SUM(A1:A2)", "=B1")),
        ("=SUMIFS(\n  C:C,\n  A:A, \"가\"\n)", ('=SUMIFS(\n  C:C,\n  A:A, "가"\n)',)),
        ("| 칸 | 수식 |\n|---|---|\n| C2 | =SUM(A2:B2) |", ("=SUM(A2:B2)",)),
        ("예산 = 500만원, x = 3", ()),
        ("A와 B가 같으면(A = B) 됩니다", ()),
        ("https://example.invalid/?a=b1&c=d2", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_find_formulas(text: str, found: tuple[str, ...]) -> None:
    assert find_formulas(text) == found


def test_candidates_point_at_their_place() -> None:
    text = "먼저 `=SUM(A1:A9)`, 다음은 =MAX(A1:A9) 입니다."
    assert [text[item.start : item.end] for item in find_candidates(text)] == ["=SUM(A1:A9)", "=MAX(A1:A9)"]


@pytest.mark.parametrize(
    ("raw", "ready"),
    [
        ('=TEXT(A1,"#,##0원")', '=TEXT(A1,"#,##0""원""")'),
        ('=TEXT(A1,"yyyy년 m월 d일")', '=TEXT(A1,"yyyy""년"" m""월"" d""일""")'),
        ('=TEXT(A1,"₩#,##0")', '=TEXT(A1,"""₩""#,##0")'),
        ('=TEXT(A1,"#,##0""원""")', '=TEXT(A1,"#,##0""원""")'),
        ('=IF(A1="총무과","원","천원")', '=IF(A1="총무과","원","천원")'),
        ('=TEXT(IF(A1="총무과",1,2),"0명")', '=TEXT(IF(A1="총무과",1,2),"0""명""")'),
        ("=A1×B1÷2", "=A1*B1/2"),
        ("=A1≥B1", "=A1>=B1"),
        ("=+A1+B1", "=A1+B1"),
        ("= SUM(A1:A2).", "=SUM(A1:A2)"),
        ('=SUM(A1;"가;나";B1)', '=SUM(A1,"가;나",B1)'),
        ("=SUM({1;2;3})", "=SUM({1;2;3})"),
        ("=SUM(A1:A2\\*B1:B2)", "=SUM(A1:A2*B1:B2)"),
    ],
)
def test_normalise(raw: str, ready: str) -> None:
    assert normalise(raw) == ready
    assert normalise(ready) == ready


@pytest.mark.parametrize(
    ("formula", "value", "formatted"),
    [
        ("=1+2", 3.0, "3"),
        ("=SUM(내역!C2:C3)", 27919.0, "27,919"),
        ('=TEXT(1234,"#,##0원")', "1,234원", "1,234원"),
        ('=COUNTIF(내역!A:A,"총무과")', 10.0, "10"),
        ('="가"&"나"', "가나", "가나"),
        ("=1=1", True, "TRUE"),
        ("=1/3", 1 / 3, "0.333333"),
        ("=XLOOKUP(\"K3\",코드!A:A,코드!C:C)", 300.0, "300"),
        ("SUM(코드!C2:C6)", 1500.0, "1,500"),
    ],
)  # fmt: skip
def test_calculate(book: Path, formula: str, value: object, formatted: str) -> None:
    result = calculate(book, "집계", "F2", formula)
    assert result.error == ""
    assert result.value == pytest.approx(value) if isinstance(value, float) else result.value == value
    assert result.formatted == formatted


def test_calculate_shows_days_as_dates(book: Path) -> None:
    assert calculate(book, "민원", "C2", "=WORKDAY(A2-1,B2)").formatted == "2026-11-10"


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("=1/0", "#DIV/0!"),
        ("=NOSUCH(1)", "#NAME?"),
        ("=VLOOKUP(9,코드!A:C,2,0)", "#N/A"),
        ("=없는시트!A1", "#REF!"),
    ],
)
def test_calculate_names_errors(book: Path, formula: str, error: str) -> None:
    assert calculate(book, "집계", "F2", formula).error == error


@pytest.mark.parametrize(
    "formula",
    ['=REPT("a",1E8)', "=SEQUENCE(1e7,100)", "=" + "(" * 100 + "1" + ")" * 100, "=SUM(" + "1," * 9000 + "1)"],
)
def test_calculate_refuses_hostile_formulas(book: Path, formula: str) -> None:
    with pytest.raises(FormulaError) as caught:
        calculate(book, "집계", "F2", formula)
    assert caught.value.message and caught.value.remedy


def test_calculate_says_which_sheets_there_are(book: Path) -> None:
    with pytest.raises(FormulaError, match="없는") as caught:
        calculate(book, "없는", "A1", "=1")
    assert "집계" in caught.value.remedy


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "메모.xlsx"
    path.write_text("엑셀이 아님", encoding="utf-8")
    with pytest.raises(FormulaError, match="열 수 없습니다"):
        calculate(path, "집계", "A1", "=1")


@pytest.mark.parametrize(
    "formula",
    [
        '=LEN(REPT("가나다라",9^8))',
        "=SUM(SEQUENCE(9^7,9))",
        "=SUMPRODUCT(SEQUENCE(9999,9999)*1)",
        "=ROWS(SEQUENCE(9^6,9^3))",
    ],
)
def test_hidden_hostility_ends_within_the_limits(book: Path, formula: str) -> None:
    """What the pre-checks cannot see is stopped by the process limits, and never judged wrong for it."""
    limits = Limits(seconds=2, megabytes=400)
    job = ProofJob(book, "집계", "F2", formula, "=1+0*A1", limits=limits)
    began = time.monotonic()
    proof = prove(job)
    assert time.monotonic() - began < 30  # a bound against hanging, not a speed claim
    assert not proof.proved


def test_a_broken_reference_blames_the_content(book: Path) -> None:
    proof = prove(ProofJob(book, "집계", "B2", "=1", "=VLOOKUP(1,없는시트!A:B,2,0)"))
    assert proof.reference_broken and not proof.proved


def test_data_sets_are_the_same_each_time(book: Path) -> None:
    job = ProofJob(
        book,
        "집계",
        "B2",
        "=SUM(내역!C:C)",
        "=SUM(내역!C2:C41)",
        vary=(Vary("내역!C2:C41", "integer", 1, 9999),),
    )
    first, second = prove(job), prove(job)
    assert first == second
    assert first.proved
    assert (
        len({row.expected.value for row in first.rows}) == 13
    )  # visible data and three data sets, drawn four times each


def test_data_keeps_its_types(book: Path) -> None:
    """Text figures stay text and blanks stay blank, or the trap in the sheet would vanish."""
    job = ProofJob(
        book,
        "글자",
        "B1",
        "=SUM(A1:A6)",
        "=SUMPRODUCT(--A1:A6)",
        vary=(Vary("글자!A1:A6", "integer", 1, 99),),
    )
    assert not any(row.matches for row in prove(job).rows)
    blank = ProofJob(
        book, "예산", "D4", "=COUNT(B2:C6)", "=8+0*C2", vary=(Vary("예산!B2:C6", "integer", 1, 99),)
    )
    assert [row.actual.value for row in prove(blank).rows] == [8.0] * 13


def test_several_formulas_in_one_process(book: Path) -> None:
    job = ProofJob(book, "집계", "F2", "", "=SUM(내역!C2:C41)")
    proofs = prove_all(job, ["=SUM(내역!C:C)", "=SUM(내역!C2:C40)", '=REPT("a",1E9)'])
    assert [proof.proved for proof in proofs] == [True, False, False]
    assert proofs[2].trouble


def test_values_that_look_like_formulas_are_not_run(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"] = "'=1+1"
    book.active["A2"] = "0123"
    path = tmp_path / "글자.xlsx"
    book.save(path)
    assert calculate(path, "", "B1", "=A2").value == "0123"
    assert calculate(path, "", "B1", "=ISNUMBER(A2)").value is False


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("=AGGREGATE(9,6,A:A)", "AGGREGATE"),
        ('=TEXT(A1,"aaaa")', "aaaa"),
        ('=TEXT(A1,"[DBNum4]")', "DBNum"),
        ("=표1[금액]", "구조적"),
        ("=SUM([@금액])", "구조적"),
        ("=[자료.xlsx]집계!A1", "참조"),
    ],
)
def test_unsupported_is_named(formula: str, named: str) -> None:
    assert named in unsupported(formula)


@pytest.mark.parametrize(
    "formula", ["=SUM(A1:A9)", '=TEXT(A1,"yyyy-mm-dd")', '=COUNTIF(A:A,"AGGREGATE(")', "=SUM({1,2})"]
)
def test_supported_is_not(formula: str) -> None:
    assert unsupported(formula) == miscalculated(formula) == refusal(formula) == ""


@pytest.mark.parametrize(
    "formula",
    [
        "=SUMPRODUCT(VALUE(A1:A9))",
        "=SUMPRODUCT(1/COUNTIF(A1:A9,A1:A9))",
        "=SUMPRODUCT((MOD(A1:A9,2)=0)*1)",
        '=XLOOKUP(1,(A1:A9="가")*1,B1:B9)',
        "=HOUR(E2-D2)",
    ],
)
def test_known_miscalculations_are_named(formula: str) -> None:
    assert miscalculated(formula)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("=SUM(A1}", "'(' 괄호를 '}'로"),
        ('=IF(A2={"가","나",1)', "'{' 괄호를 ')'로"),
        ("=SUM(A2,'집행)", "작은따옴표"),
        ('=SUM(A2,"집행)', "큰따옴표"),
        ("=SUM(A2))", "괄호가 남습니다"),
        ("='1월 내역'!B2+SUM(A1:A2)", ""),
        ('=IF(A2="it\'s",1,"}")', ""),
    ],
)
def test_what_no_spreadsheet_takes_is_named(formula: str, why: str, book: Path) -> None:
    job = ProofJob(book, "집계", "B2", formula, "=SUM(내역!$C$2:$C$41)", data_sets=0)
    proof = prove(job)
    assert proof.unreadable == bool(why)
    assert why in proof.trouble


def test_a_formula_that_cannot_be_taken_apart_is_an_error_of_ours(book: Path) -> None:
    with pytest.raises(FormulaError, match="문법"):
        calculate(book, "집계", "B2", "=SUM(A1}")
