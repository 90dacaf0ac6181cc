"""table: tables in Markdown and tabs, with missing columns, rows and cells."""

from __future__ import annotations

from tests.check_cases import bad, good

_P = {"columns": ["조치사항|할 일", "담당", "기한"], "min_rows": 2}
_HEADS = (
    "| 조치사항 | 담당 | 기한 |",
    "| 할 일 | 담당자 | 기한 |",
    "| 번호 | 조치사항 | 담당 부서 | 기한(안) |",
    "| **조치사항** | **담당** | **기한** |",
    "조치사항 | 담당 | 기한",
    "|조치 사항|담당|기한|",
)


def _table(head: str, rows: int) -> str:
    cells = len([cell for cell in head.strip("|").split("|")])
    rule = "|" + "---|" * cells
    body = "\n".join("| " + " | ".join(f"값{row}{i}" for i in range(cells)) + " |" for row in range(rows))
    return f"{head}\n{rule}\n{body}\n"


_OK = _table(_HEADS[0], 3)
CASES = (
    *(good(f"head {head}", _table(head, 3), params=_P) for head in _HEADS),
    good("just enough rows", _table(_HEADS[0], 2), params=_P),
    good("text around", f"정리했습니다.\n\n{_OK}\n이상입니다.", params=_P),
    good("second table fits", _table("| 항목 | 값 |", 2) + "\n" + _OK, params=_P),
    good("tabs", "조치사항\t담당\t기한\n현수막\t이영희\t미정\n주차\t미정\t미정\n", params=_P),
    good("aligned rule", _OK.replace("|---|---|---|", "|:---|:---:|---:|"), params=_P),
    good("no rows asked", _table(_HEADS[0], 1), params={"columns": ["담당"], "min_rows": 1}),
    good("exactly three", _OK, params={**_P, "max_rows": 3}),
    good("bars inside cells", _OK.replace("값00", "가\\|나"), params=_P),
    good("without columns asked", _OK, params={}),
    good(
        "in a Markdown fence", f"```markdown\n정리한 표입니다.\n조치 내용을 담았습니다.\n{_OK}```", params=_P
    ),
    *(
        bad(f"without {name}", _OK.replace(name, "비고"), params=_P, says=name)
        for name in ("조치사항", "담당", "기한")
    ),
    bad("too few rows", _table(_HEADS[0], 1), params=_P, says="2행 이상"),
    bad("no rows", _table(_HEADS[0], 0), params=_P),
    bad("too many rows", _OK, params={**_P, "max_rows": 2}, says="2행 이하"),
    bad("no table", "- 현수막: 이영희, 미정\n- 주차: 미정", params=_P, says="표"),
    bad("prose", "현수막은 이영희가 합니다.", params={}, says="표"),
    bad("ragged row", _OK.replace("| 값10 | 값11 | 값12 |", "| 값10 | 값11 |"), params=_P, says="칸이 2개"),
    bad("one cell too many", _OK.replace("| 값10 |", "| 값10 | 덤 |"), params=_P, says="칸이 4개"),
    bad(
        "empty rows do not count",
        f"{_HEADS[0]}\n|---|---|---|\n| 현수막 | 이영희 | 미정 |\n|  |  |  |\n",
        params=_P,
        says="2행 이상",
    ),
    bad("other table", _table("| 이름 | 값 |", 3), params=_P),
    bad(
        "columns as rows", "| 조치사항 | 현수막 |\n|---|---|\n| 담당 | 이영희 |\n| 기한 | 미정 |\n", params=_P
    ),
    bad("in code", f"```python\nx = 1\n{_OK}```", params=_P),
    bad("two columns missing", _table("| 조치사항 | 비고 |", 3), params=_P, says="기한"),
    bad("one column", "| 조치사항 |\n|---|\n| 현수막 |\n| 주차 |\n", params=_P),
    bad("long table", _table(_HEADS[0], 12), params={**_P, "max_rows": 10}, says="10행 이하"),
)
