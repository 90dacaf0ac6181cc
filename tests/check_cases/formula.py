"""formula: right formulas in many spellings, and one planted mistake each, against invented workbooks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.check_cases import Case, bad, good, open_

BOOK = "집행.xlsx"
DEPARTMENTS = ("총무과", "관광과", "회계과", "도로과")
SUMS = {
    "workbook": BOOK, "sheet": "집계", "cell": "B2", "fill_to": "B5",
    "reference": '=SUMIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2,내역!$D$2:$D$41,"집행")',
    "vary": [{"range": "내역!C2:C41", "type": "integer", "min": 1000, "max": 900000}, {"range": "내역!A2:A41", "type": "shuffle"}, {"range": "내역!D2:D41", "type": "choice", "values": ["집행", "취소"]}],
}  # fmt: skip
COUNTS = {
    "workbook": BOOK, "sheet": "집계", "cell": "C2", "fill_to": "C5", "reference": '=COUNTIFS(내역!$A$2:$A$41,A2,내역!$C$2:$C$41,">=100000")',
    "vary": [{"range": "내역!C2:C41", "type": "choice", "values": [99999, 100000, 100001, 5]}, {"range": "내역!A2:A41", "type": "shuffle"}],
}  # fmt: skip
LOOKUP = {
    "workbook": BOOK, "sheet": "명단", "cell": "C2", "fill_to": "C7", "reference": '=IFERROR(VLOOKUP(B2,코드!$A$2:$C$6,3,FALSE),"없음")',
    "vary": [{"range": "명단!B2:B7", "type": "shuffle"}, {"range": "코드!C2:C6", "type": "shuffle"}],
}  # fmt: skip
DUE = {
    "workbook": BOOK, "sheet": "민원", "cell": "C2", "fill_to": "C9", "reference": "=WORKDAY(A2-1,B2)",
    "vary": [{"range": "민원!A2:A9", "type": "date", "min": "2026-09-01", "max": "2026-12-20"}, {"range": "민원!B2:B9", "type": "choice", "values": [7, 10, 14]}],
}  # fmt: skip
RATE = {
    "workbook": BOOK, "sheet": "예산", "cell": "D2", "fill_to": "D6", "reference": '=IF(B2="","",ROUND(C2/B2*100,1))',
    "vary": [{"range": "예산!B2:C6", "type": "integer", "min": 100, "max": 90000}],
}  # fmt: skip
TEXT_SUM = {
    "workbook": BOOK, "sheet": "글자", "cell": "B1", "reference": "=SUMPRODUCT(--글자!$A$1:$A$6)",
    "vary": [{"range": "글자!A1:A6", "type": "integer", "min": 1, "max": 500}],
}  # fmt: skip
GROWING = {
    "workbook": BOOK, "sheet": "증가", "cell": "C2", "fill_to": "C6", "reference": "=SUM($B$2:B2)",
    "extra_rows": [["6월", 40], ["7월", 55]], "data_sets": 0,
}  # fmt: skip
TOTAL = {
    "workbook": BOOK, "sheet": "집계", "cell": "E2", "reference": "=SUM(내역!C2:C60)", "extra_rows": {"내역": [["총무과", "추가", 70000, "집행"]]}, "data_sets": 0,
}  # fmt: skip
MOST = {
    "workbook": BOOK, "sheet": "집계", "cell": "D2", "fill_to": "D5", "reference": "=MAXIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2)",
    "vary": [{"range": "내역!C2:C41", "type": "integer", "min": 1000, "max": 900000}],
}  # fmt: skip
RANK = {
    "workbook": BOOK, "sheet": "예산", "cell": "F2", "fill_to": "F6", "reference": '=IF(C2="","",COUNTIFS($C$2:$C$6,">"&C2)+1)',
    "vary": [{"range": "예산!C2:C6", "type": "choice", "values": [5, 9, 12]}],
}  # fmt: skip
SPAN = {
    "workbook": BOOK, "sheet": "민원", "cell": "E2", "fill_to": "E5", "reference": '=COUNTIFS($A$2:$A$9,">="&A2,$A$2:$A$9,"<"&A2+7)',
    "vary": [{"range": "민원!A2:A9", "type": "date", "min": "2026-09-01", "max": "2026-12-20"}],
}  # fmt: skip
WON = {
    "workbook": BOOK,
    "sheet": "예산",
    "cell": "E2",
    "fill_to": "E4",
    "reference": '=TEXT(B2,"#,##0")&"원"',
}
NAMES = {
    "workbook": BOOK,
    "sheet": "명단",
    "cell": "E2",
    "reference": '=FILTER(A2:A7,B2:B7="K2")',
    "fill_to": "E3",
}
USE = {**SUMS, "must_use": ["SUMIFS"]}


def write_workbook(path: Path) -> None:
    """Write the invented workbook all cases share."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in _sheets().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for row in range(2, 10):
        book["민원"][f"A{row}"].number_format = book["민원"][f"C{row}"].number_format = "yyyy-mm-dd"
    book.save(path)


def _sheets() -> dict[str, list[list[object]]]:
    spent = [
        [DEPARTMENTS[i % 4], f"항목{i}", 10_000 + (i * 7919) % 290_000, "취소" if i % 5 == 0 else "집행"]
        for i in range(40)
    ]
    spent[7][2] = 100_000  # right on the boundary of COUNTS
    codes = [["K1", "가", 100], ["K2", "나", 200], ["K3", "다", 300], ["K4", "라", 400], ["K5", "마", 500]]
    people = [
        ["김가온", "K2"],
        ["이나래", "K5"],
        ["박다솜", "K9"],
        ["최라온", "K1"],
        ["정마루", "K2"],
        ["한바다", "K4"],
    ]
    received = [[dt.date(2026, 11, 2) + dt.timedelta(days=i * 3), (7, 10, 14)[i % 3]] for i in range(8)]
    return {
        "내역": [["부서", "항목", "금액", "상태"], *spent],
        "집계": [["부서", "합계", "건수"], *([name] for name in DEPARTMENTS)],
        "코드": [["코드", "이름", "단가"], *codes],
        "명단": [["이름", "코드", "단가"], *people],
        "민원": [["접수일", "기간", "기한"], *received],
        "예산": [["부서", "예산", "집행"], ["총무과", 12000, 9000], ["관광과", 30000, 24600], ["회계과", None, None], ["도로과", 8000, 2400], ["농정과", 700, 123]],
        "글자": [["1200"], [300], ["45"], ["7"], [88], ["910"]],
        "증가": [["월", "건수"], ["1월", 10], ["2월", 20], ["3월", 15], ["4월", 30], ["5월", 25]],
    }  # fmt: skip


_SUM = '=SUMIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2,내역!$D$2:$D$41,"집행")'


def _block(formula: str) -> str:
    return f"아래 수식을 넣으세요.\n\n```excel\n{formula}\n```\n\n설명: 조건에 맞는 금액을 더합니다."


# right in Excel; the engine cannot be trusted with them
_BEYOND: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("VLOOKUP on CHOOSE", '=IFERROR(VLOOKUP(B2,CHOOSE({1,2},코드!$A$2:$A$6,코드!$C$2:$C$6),2,0),"없음")', LOOKUP),
    ("COUNT of FIND", '=IF(COUNT(FIND({"1","2","4","5"},B2))=0,"없음",VLOOKUP(B2,코드!$A$2:$C$6,3,0))', LOOKUP),
    ("COUNT of FILTER", "=COUNT(FILTER(내역!$C$2:$C$41,(내역!$A$2:$A$41=A2)*(내역!$C$2:$C$41>=100000)))", COUNTS),
    ("COUNT of IF", "=COUNT(IF(내역!$A$2:$A$41=A2,IF(내역!$C$2:$C$41>=100000,1)))", COUNTS),
    ("sum of several conditions", '=SUM(SUMIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2,내역!$D$2:$D$41,{"집행","집행중"}))', SUMS),
    ("ISNUMBER over SEARCH", '=SUMPRODUCT(ISNUMBER(SEARCH("집행",내역!$D$2:$D$41))*(내역!$A$2:$A$41=A2)*내역!$C$2:$C$41)', SUMS),
    ("wildcard beside a bracket", '=IF(COUNTIF(B2,"*(*")=0,IFERROR(VLOOKUP(B2,코드!$A$2:$C$6,3,0),"없음"),"없음")', LOOKUP),
    ("range made by INDEX", "=SUM(INDEX(B:B,2):B2)", GROWING),
    ("joined array", '=IFERROR(VALUE(TEXTJOIN("",TRUE,FILTER(코드!$C$2:$C$6,코드!$A$2:$A$6=B2))),"없음")', LOOKUP),
)  # fmt: skip


_ALL = "=SUM(내역!$C$2:$C$41)"
_FULLWIDTH = _SUM.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
_SHARE = {**RATE, "reference": '=IF(C2=0,"-",C2/B2)'}
_SEVERAL: tuple[Case, ...] = (
    good("three wrong blocks, then the right one", "\n\n".join(_block(f) for f in (_ALL, "=A2", "=SUM(내역!C2:C9)", _SUM)), params=SUMS, says="마지막 코드 블록"),
    good("the wrong one told as such below", _block(_SUM) + f"\n`{_ALL}`은 틀린 예입니다.", params=SUMS),
    good("another version told as an aside", _block(_SUM) + f"\n\n참고로 부서를 가리지 않으면\n```\n{_ALL}\n```", params=SUMS),
    good("one for each cell", f"B2 셀: `{_SUM}`\nC2 셀: `=COUNTIFS(내역!A:A,A2)`", params=SUMS),
    good("one for each row of a block", _block(_SUM + "\n" + _SUM.replace("A2,", "A3,")), params=SUMS),
    good("a first thought right above the block", f"처음 생각은 `{_ALL}` 였습니다.\n```\n{_SUM}\n```", params=SUMS),
    good("a function explained below", f"B2 셀에 넣고 B5까지 채우세요.\n{_block(_SUM)}\n\n- `SUMIFS(합계범위, 조건범위1, 조건1, ...)`", params=SUMS),
    good("a function explained in a block above", _block("=SUMIFS(합계범위, 조건범위1, 조건1)") + f"\n따라서 B2 셀에는 다음을 넣습니다.\n{_block(_SUM)}", params=SUMS),
    good("a half step conceded, the right one below", f"부서만 보면 `{_ALL}`이지만 취소한 것도 더해집니다.\n그래서 아래 수식을 씁니다.\n`{_SUM}`", params=SUMS),
    good("what the half step would do, in one sentence", f"`{_ALL}`을 쓰면 취소한 것까지 더해지므로 `{_SUM}`을 사용해야 합니다.", params=SUMS),
    good("a caution at the end", f"`{_SUM}`을 씁니다. `{_ALL}`처럼 조건을 빼면 취소한 것까지 더해집니다.", params=SUMS),
    bad("only a function explained", "B2에 `=SUMIFS(합계범위, 조건범위1, 조건1)`을 입력하세요.", params=SUMS),
    bad("the right one conceded, the wrong one told to be used", f"`{_SUM}`이지만 길어서 어렵습니다.\n그래서 아래 수식을 씁니다.\n`{_ALL}`", params=SUMS),
    good("the corrected one", f"틀린 수식: `{_ALL}`\n고친 수식: `{_SUM}`", params=SUMS),
    bad("the right one is not to be used", _block(_ALL) + f"\n`{_SUM}`은 쓰지 마세요.", params=SUMS, says="1번째"),
    bad("only one that is not to be used", f"`{_SUM}`은 쓰지 마세요.", params=SUMS, says="쓰지 말라고 한"),
    bad("right, then a wrong one last", _block(_SUM) + "\n더 짧게는\n" + _block(_ALL), params=SUMS, says="다른 수식은 맞습니다"),
    bad("the wrong one is said to be used", f"`{_SUM}`도 되지만 `{_ALL}`을 넣으세요.", params=SUMS, says="2번째"),
    bad("the right one for another cell", f"B2 셀: `{_ALL}`\nC2 셀: `{_SUM}`", params=SUMS, says="이 칸에 넣으라고 한"),
)  # fmt: skip
_SPELLED: tuple[Case, ...] = (
    good("all letters fullwidth", f"B2에 {_FULLWIDTH} 를 넣으세요.", params=SUMS),
    good("all letters fullwidth, in a block", _block(_FULLWIDTH), params=SUMS),
    good("spaces before the bracket", _block(_SUM.replace("=SUMIFS(", "= SUMIFS (")), params=SUMS),
    good("spaces before the bracket, in a sentence", "B2에 " + _SUM.replace("=SUMIFS(", "= SUMIFS (") + " 를 넣으세요.", params=SUMS),
    good("HTML code", f"B2에 <code>{_SUM}</code>을 넣으세요.", params=SUMS),
    good("HTML entities", "<pre><code>" + _SUM.replace('"', "&quot;") + "</code></pre>", params=SUMS),
    good("entities in a condition", _block('=COUNTIFS($A$2:$A$9,"&gt;="&amp;A2,$A$2:$A$9,"&lt;"&amp;A2+7)'), params=SPAN),
    good("a blank line inside the brackets", _block(_SUM.replace(",", ",\n\n", 2)), params=SUMS),
    bad("closed by the wrong bracket", _block("=SUM(A1}"), params=SUMS, says="'(' 괄호를 '}'로"),
    bad("an array left open", _block('=IF(A2={"가","나",1)'), params=SUMS, says="괄호의 짝"),
    bad("an array never closed", _block('=SUM(A2:A3,{"가","나"'), params=SUMS, says="닫지 않았습니다"),
    bad("an apostrophe for a quote", _block(_SUM.replace('"집행")', "'집행)")), params=SUMS, says="작은따옴표"),
    bad("too many brackets", _block("=(A2))+SUM(내역!C2:C41)"), params={**SUMS, "fill_to": ""}),
    bad("rounded where the value is asked", _block('=IF(C2=0,"-",ROUND(C2/B2,4))'), params=_SHARE, says="반올림해서"),
    bad("not rounded where it is asked", _block('=IF(B2="","",C2/B2*100)'), params=RATE, says="반올림하지 않았습니다"),
)  # fmt: skip


CASES: tuple[Case, ...] = (
    *_SEVERAL,
    *_SPELLED,
    good("code block", _block(_SUM), params=SUMS),
    good("inline code", f"B2에 `{_SUM}`을 넣고 아래로 채우세요.", params=SUMS),
    good("in a sentence", f"B2 칸에 {_SUM} 를 넣으면 됩니다.", params=SUMS),
    good("no equals sign", f"B2 칸에 {_SUM[1:]} 를 넣으면 됩니다.", params=SUMS),
    good("curly quotes", _block(_SUM.replace('"집행"', "“집행”")), params=SUMS),
    good(
        "fullwidth signs",
        _block(_SUM.replace("=", "＝").replace("(", "（").replace(")", "）").replace(",", "，")),
        params=SUMS,
    ),
    good("semicolons", _block(_SUM.replace(",", ";")), params=SUMS),
    good("several lines", _block(_SUM.replace(",", ",\n  ")), params=SUMS),
    good("small letters", _block(_SUM.replace("SUMIFS", "sumifs").replace("A2,", "a2,")), params=SUMS),
    good("whole columns", _block('=SUMIFS(내역!C:C,내역!A:A,A2,내역!D:D,"집행")'), params=SUMS),
    good(
        "quoted sheet names",
        _block("=SUMIFS('내역'!$C$2:$C$41,'내역'!$A$2:$A$41,$A2,'내역'!$D$2:$D$41,\"집행\")"),
        params=SUMS,
    ),
    good(
        "another way round",
        _block('=SUMPRODUCT((내역!$A$2:$A$41=A2)*(내역!$D$2:$D$41="집행")*내역!$C$2:$C$41)'),
        params=SUMS,
    ),
    good(
        "explained afterwards", _block(_SUM) + "\n`SUMIFS(합계범위, 조건범위, 조건)` 모양입니다.", params=SUMS
    ),
    good(
        "second candidate right",
        "처음 수식 `=SUM(내역!C2:C41)`은 부서를 가리지 않습니다. 대신 `" + _SUM + "`을 쓰세요.",
        params=SUMS,
        says="2번째",
    ),
    good("asked function used", _block(_SUM), params=USE),
    good("count", _block('=COUNTIFS(내역!A:A,A2,내역!C:C,">=100000")'), params=COUNTS),
    good("lookup", _block('=IFERROR(VLOOKUP(B2,코드!$A:$C,3,0),"없음")'), params=LOOKUP),
    good("lookup by XLOOKUP", _block('=XLOOKUP(B2,코드!$A$2:$A$6,코드!$C$2:$C$6,"없음")'), params=LOOKUP),
    good(
        "lookup with prefix", _block('=_xlfn.XLOOKUP(B2,코드!$A$2:$A$6,코드!$C$2:$C$6,"없음")'), params=LOOKUP
    ),
    good(
        "lookup by INDEX",
        _block('=IFERROR(INDEX(코드!$C$2:$C$6,MATCH(B2,코드!$A$2:$A$6,0)),"없음")'),
        params=LOOKUP,
    ),
    good("due date", _block("=WORKDAY(A2-1,B2)"), params=DUE),
    good("rate", _block('=IF(B2="","",ROUND(C2/B2*100,1))'), params=RATE),
    good("text figures", _block("=SUMPRODUCT(A1:A6*1)"), params=TEXT_SUM),
    good("running total over hidden rows", _block("=SUM(B$2:B2)"), params=GROWING),
    good("Hangul in a TEXT format", _block('=TEXT(B2,"#,##0원")'), params=WON),
    good("spilling formula", _block('=FILTER(A2:A7,B2:B7="K2")'), params=NAMES),
    good(
        "last row that fits",
        _block('=IFERROR(LOOKUP(2,1/(코드!$A$2:$A$6=B2),코드!$C$2:$C$6),"없음")'),
        params=LOOKUP,
    ),
    good(
        "XLOOKUP over conditions",
        _block('=XLOOKUP(1,(코드!$A$2:$A$6=B2)*(코드!$C$2:$C$6>0),코드!$C$2:$C$6,"없음")'),
        params=LOOKUP,
    ),
    good(
        "INDEX over conditions",
        _block('=IFERROR(INDEX(코드!$C$2:$C$6,MATCH(1,(코드!$A$2:$A$6=B2)*1,0)),"없음")'),
        params=LOOKUP,
    ),
    good(
        "LET with Hangul names",
        _block('=LET(줄,MATCH(B2,코드!$A$2:$A$6,0),IFERROR(INDEX(코드!$C$2:$C$6,줄),"없음"))'),
        params=LOOKUP,
    ),
    good(
        "skipped arguments of SORT",
        _block("=INDEX(SORT(FILTER(내역!$C$2:$C$41,내역!$A$2:$A$41=A2),,-1),1)"),
        params=MOST,
    ),
    good(
        "skipped arguments of TEXTAFTER",
        _block('=IFERROR(TEXTAFTER(B2,"K",,,,"없음")*0+VLOOKUP(B2,코드!$A$2:$C$6,3,0),"없음")'),
        params=LOOKUP,
    ),
    good(
        "SUM over IF",
        _block('=SUM(IF((내역!$A$2:$A$41=A2)*(내역!$D$2:$D$41="집행"),내역!$C$2:$C$41))'),
        params=SUMS,
    ),
    good(
        "SUMPRODUCT with --",
        _block('=SUMPRODUCT(--(내역!$A$2:$A$41=A2),--(내역!$D$2:$D$41="집행"),내역!$C$2:$C$41)'),
        params=SUMS,
    ),
    good("WORKDAY.INTL, weekend skipped", _block("=WORKDAY.INTL(A2-1,B2,,)"), params=DUE),
    *(
        open_(name, _block(text), params=params, says="틀렸다는 뜻이 아닙니다")
        for name, text, params in _BEYOND
    ),
    bad("missing dollar", _block(_SUM.replace("$", "")), params=SUMS, says="$가 빠졌습니다"),
    bad("range one short", _block(_SUM.replace("41", "40")), params=SUMS, says="1행이 빠졌습니다"),
    bad("range starts late", _block(_SUM.replace("$2", "$3")), params=SUMS, says="3행부터"),
    bad("condition forgotten", _block("=SUMIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2)"), params=SUMS),
    bad("hard-coded number", _block("=1234567+0*1"), params={**SUMS, "fill_to": ""}, says="수식"),
    bad("hard-coded department", _block(_SUM.replace("A2,", '"총무과",')), params=SUMS),
    bad("wrong sheet", _block(_SUM.replace("내역!", "")), params=SUMS, says="시트"),
    bad("fixed criterion", _block(_SUM.replace(",A2,", ",$A$2,")), params=SUMS, says="$를 빼세요"),
    bad(
        "columns swapped",
        _block('=SUMIFS(내역!$A$2:$A$41,내역!$C$2:$C$41,A2,내역!$D$2:$D$41,"집행")'),
        params=SUMS,
        says="열",
    ),
    bad("text without quotes", _block(_SUM.replace('"집행"', "집행")), params=SUMS, says="큰따옴표로 감싸지"),
    bad("mistyped function", _block(_SUM.replace("SUMIFS", "SUMIIFS")), params=SUMS, says="#NAME?"),
    bad(
        "other function than asked",
        _block('=SUMPRODUCT((내역!$A$2:$A$41=A2)*(내역!$D$2:$D$41="집행")*내역!$C$2:$C$41)'),
        params=USE,
        says="SUMIFS",
    ),
    bad(
        "boundary",
        _block('=COUNTIFS(내역!$A$2:$A$41,A2,내역!$C$2:$C$41,">100000")'),
        params=COUNTS,
        says="경계값",
    ),
    bad(
        "approximate lookup",
        _block('=IFERROR(VLOOKUP(B2,코드!$A$2:$C$6,3),"없음")'),
        params=LOOKUP,
        says="정확히 일치",
    ),
    bad(
        "wrong column of the lookup",
        _block('=IFERROR(VLOOKUP(B2,코드!$A$2:$C$6,2,FALSE),"없음")'),
        params=LOOKUP,
        says="열 번호",
    ),
    bad(
        "lookup table slides",
        _block('=IFERROR(VLOOKUP(B2,코드!A2:C6,3,FALSE),"없음")'),
        params=LOOKUP,
        says="$가 빠졌습니다",
    ),
    bad("error not caught", _block("=VLOOKUP(B2,코드!$A$2:$C$6,3,FALSE)"), params=LOOKUP, says="#N/A"),
    bad("one day late", _block("=WORKDAY(A2,B2)"), params=DUE, says="1을 빼야"),
    bad("calendar days", _block("=A2+B2"), params=DUE),
    bad("blank row not handled", _block("=ROUND(C2/B2*100,1)"), params=RATE, says="#DIV/0!"),
    bad("error not wrapped", _block("=ROUND(C2/B2*100,1)"), params=RATE, says="IFERROR로 감싸세요"),
    bad(
        "division the wrong way round",
        _block('=IF(B2="","",ROUND(B2/C2*100,1))'),
        params=RATE,
        says="C2 나누기 B2",
    ),
    bad(
        "hundred forgotten inside ROUND",
        _block('=IF(B2="","",ROUND(C2/B2,3))'),
        params=RATE,
        says="100을 곱하지 않았",
    ),
    bad(
        "a rank without its one",
        _block('=IF(C2="","",COUNTIFS($C$2:$C$6,">"&C2))'),
        params=RANK,
        says="+1을 붙여야",
    ),
    bad("no last day", _block('=COUNTIFS($A$2:$A$9,">="&A2)'), params=SPAN, says="끝을 정하는 조건"),
    bad("no first day", _block('=COUNTIFS($A$2:$A$9,"<"&A2+7)'), params=SPAN, says="시작을 정하는 조건"),
    bad(
        "condition forgotten is named",
        _block("=SUMIFS(내역!$C$2:$C$41,내역!$A$2:$A$41,A2)"),
        params=SUMS,
        says="조건이 빠졌습니다",
    ),
    bad("not times hundred", _block('=IF(B2="","",ROUND(C2/B2,3))'), params=RATE),
    bad("text figures left out", _block("=SUM(A1:A6)"), params=TEXT_SUM, says="글자로 저장된 숫자"),
    bad("total misses hidden rows", _block("=SUM(내역!C2:C41)"), params=TOTAL, says="짧습니다"),
    bad("fixed end of a running total", _block("=SUM($B$2:$B$6)"), params=GROWING),
    bad("number typed in with =", "=50643000", params=SUMS, says="고정된 숫자"),
    bad("bare number", "50,643,000원", params=SUMS, says="고정된 숫자"),
    bad("number in a code block", _block("=50643000"), params=SUMS, says="고정된 숫자"),
    bad("bare number in a code block", _block("50643000"), params=SUMS, says="고정된 숫자"),
    bad("sum of typed numbers", "B2에 `=30000000+20643000`을 넣으세요.", params=SUMS, says="고정된 숫자"),
    bad("typed number in a sentence", "B2 칸에 =50643000 을 넣으세요.", params=SUMS, says="고정된 숫자"),
    bad(
        "prose with a number is no formula",
        "합계는 3개 부서에서 확인하세요.",
        params=SUMS,
        says="찾지 못했습니다",
    ),
    bad(
        "한자 in a sheet name",
        _block(_SUM.replace("내역!", "內역!")),
        params=SUMS,
        says="수식의 '內역'에 한자(內)가 섞여 있습니다. '내역'으로 써야 합니다.",
    ),
    bad("한자 in a condition", _block(_SUM.replace("집행", "執행")), params=SUMS, says="'집행'으로"),
    bad("a word all in 한자", _block(_SUM.replace("집행", "執行")), params=SUMS, says="한자"),
    bad(
        "한자 and a missing dollar",
        _block(_SUM.replace("내역!", "內역!").replace("$", "")),
        params=SUMS,
        says="$가 빠졌",
    ),
    bad(
        "fullwidth letter in a text",
        _block('=SUMIFS(코드!$C$2:$C$6,코드!$A$2:$A$6,"Ｋ2")'),
        params={**SUMS, "fill_to": ""},
        says="전각",
    ),
    bad("Cyrillic letter", _block(_SUM.replace(",A2,", ",А2,")), params=SUMS, says="외국 글자"),
    good("한자 outside the formula", _block(_SUM) + "\n※ 금액(金額)의 합계입니다.", params=SUMS),
    bad("no formula", "부서별로 필터를 걸어 합계를 확인하세요.", params=SUMS, says="찾지 못했습니다"),
    bad("broken syntax", _block("=SUMIFS(내역!$C$2:$C$41,,내역!$A$2:$A$41 A2))("), params=SUMS),
    open_(
        "function unknown to the engine",
        _block("=AGGREGATE(9,6,내역!$C$2:$C$41)"),
        params=SUMS,
        says="틀렸다는 뜻이 아닙니다",
    ),
    open_("weekday format unknown", _block('=TEXT(A2,"aaaa")'), params=DUE, says="aaaa"),
    open_(
        "miscalculated pattern",
        _block("=SUMPRODUCT(1/COUNTIF(내역!$A$2:$A$41,내역!$A$2:$A$41))"),
        params={**SUMS, "fill_to": ""},
        says="COUNTIF",
    ),
    open_("hostile repetition", _block('=REPT("a",100000000)'), params=SUMS, says="되풀이"),
    open_("hostile array", _block("=SUM(SEQUENCE(10000000,100))"), params=SUMS, says="배열"),
    open_("no such file", _block(_SUM), params={**SUMS, "workbook": "없는파일.xlsx"}, says="없는파일"),
)
