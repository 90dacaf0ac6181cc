"""A formula as an .xlsx file stores it: prefixes for newer functions, array evaluation where it needs it.

Hides what Excel adds in silence when a person types: written plainly into a file, ``XLOOKUP`` shows
``#NAME?`` and a comparison of whole ranges is cut down to one cell. Refuses what reaches out of the workbook.
"""

from __future__ import annotations

import re

from sandbox.records import DocumentError

_STRING = re.compile(r'("(?:[^"]|"")*")')
_RANGE = r"\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}"
_ON_RANGES = re.compile(
    rf"(?:{_RANGE})\)*\s*(?:[=<>*/^&]|[+\-])"  # C2:C9=A2
    rf"|(?:[=<>*/^&]|[+\-])\s*\(*(?:'[^']+'!|[A-Za-z가-힣0-9_.]+!)?(?:{_RANGE})"  # 1/C2:C9, --(C2:C9)
    rf"|\b(?:LEN|LEFT|RIGHT|MID|TRIM|SUBSTITUTE|FIND|SEARCH|VALUE|TEXT|YEAR|MONTH|DAY|WEEKDAY|MOD|INT|ROUND)\("
    rf"\s*(?:'[^']+'!|[A-Za-z가-힣0-9_.]+!)?(?:{_RANGE})",
    re.IGNORECASE,
)
_NEWER = frozenset({
    "AGGREGATE", "ARABIC", "ARRAYTOTEXT", "BASE", "BITAND", "BITOR", "BITXOR", "BYCOL", "BYROW",
    "CEILING.MATH", "CHOOSECOLS", "CHOOSEROWS", "COMBINA", "CONCAT", "COVARIANCE.P", "COVARIANCE.S",
    "DAYS", "DECIMAL", "DROP", "EXPAND", "FLOOR.MATH", "FORECAST.LINEAR", "FORMULATEXT", "GROUPBY",
    "HSTACK", "IFNA", "IFS", "ISFORMULA", "ISOMITTED", "ISOWEEKNUM", "LAMBDA", "LET", "MAKEARRAY",
    "MAP", "MAXIFS", "MINIFS", "MODE.MULT", "MODE.SNGL", "NORM.DIST", "NORM.INV", "NORM.S.DIST",
    "NORM.S.INV", "NUMBERVALUE", "PDURATION", "PERCENTILE.EXC", "PERCENTILE.INC", "PERCENTRANK.EXC",
    "PERCENTRANK.INC", "PIVOTBY", "QUARTILE.EXC", "QUARTILE.INC", "RANDARRAY", "RANK.AVG", "RANK.EQ",
    "REDUCE", "RRI", "SCAN", "SEQUENCE", "SHEET", "SHEETS", "SORTBY", "STDEV.P", "STDEV.S", "SWITCH",
    "TAKE", "TEXTAFTER", "TEXTBEFORE", "TEXTJOIN", "TEXTSPLIT", "TOCOL", "TOROW", "UNICHAR", "UNICODE",
    "UNIQUE", "VALUETOTEXT", "VAR.P", "VAR.S", "VSTACK", "WRAPCOLS", "WRAPROWS", "XLOOKUP", "XMATCH",
    "XOR",
})  # fmt: skip
_NEWEST = frozenset(("FILTER", "SORT"))
_REACHES_OUT = re.compile(
    r"\||\[|\\\\|(?:^|[^A-Z0-9_.])(?:WEBSERVICE|FILTERXML|HYPERLINK|IMAGE|RTD|DDE|CALL|REGISTER(?:\.ID)?|EXEC|STOCKHISTORY|CUBE\w+)\s*\(",
    re.IGNORECASE,
)
_MOST_CHARS = 8192


def stored(formula: str) -> str:
    """Return the formula with the prefixes a file needs. Raises DocumentError for what may not be written."""
    text = formula.strip()
    if (
        not text.startswith("=")
        or len(text) < 2
        or len(text) > _MOST_CHARS
        or re.search(r"[\x00-\x1f]", text)
    ):
        raise DocumentError(
            "엑셀에 넣을 수식이 아닙니다.",
            remedy="'='로 시작하는 수식 하나가 점검을 통과한 다음 받아 주세요.",
        )
    if _REACHES_OUT.search(outside(text)):
        raise DocumentError(
            "파일 밖의 자료나 주소를 부르는 수식은 넣지 않습니다.",
            remedy="이 통합 문서의 칸만 쓰는 수식으로 다시 만들어 주세요.",
        )
    return "".join(_named(_STRING.split(text)))


def outside(formula: str) -> str:
    """Return the formula with the text in its quotes left out."""
    return _STRING.sub('""', formula)


def needs_array(formula: str) -> bool:
    """Say whether older evaluation would look at one cell where the formula means a whole range."""
    bare = outside(formula)
    only_products = "SUMPRODUCT(" in bare.upper() and "IF(" not in bare.upper().replace("IFERROR(", "(")
    return bool(_ON_RANGES.search(bare)) and not only_products


def _named(pieces: list[str]) -> list[str]:
    """Prefix newer functions, and the names that LET and LAMBDA bring in."""
    names = _own_names(pieces)
    changed = []
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            for name in names:
                piece = re.sub(rf"(?<![\w.$!가-힣]){re.escape(name)}(?![\w.(!가-힣])", f"_xlpm.{name}", piece)
            piece = re.sub(r"(?<![\w.])([A-Za-z][A-Za-z0-9.]*)\(", _prefixed, piece)
        changed.append(piece)
    return changed


def _prefixed(match: re.Match[str]) -> str:
    name = match[1].upper()
    if name in _NEWEST:
        return f"_xlfn._xlws.{name}("
    return f"_xlfn.{name}(" if name in _NEWER else match[0]


def _own_names(pieces: list[str]) -> tuple[str, ...]:
    """Return names bound by LET (every other argument) and LAMBDA (all but the last), longest first."""
    bare = "".join(piece if at % 2 == 0 else '""' for at, piece in enumerate(pieces))
    found: set[str] = set()
    for match in re.finditer(r"(?<![\w.])(LET|LAMBDA)\(", bare, re.IGNORECASE):
        arguments = [text.strip() for text in _arguments(bare, match.end())]
        found |= set(arguments[:-1:2] if match[1].upper() == "LET" else arguments[:-1])
    return tuple(
        sorted((n for n in found if re.fullmatch(r"[A-Za-z_가-힣][\w가-힣.]*", n)), key=len, reverse=True)
    )


def _arguments(text: str, at: int) -> list[str]:
    depth, begin, found = 1, at, []
    for end in range(at, len(text)):
        char = text[end]
        depth += (char in "({") - (char in ")}")
        if (char == "," and depth == 1) or depth == 0:
            found.append(text[begin:end])
            begin = end + 1
        if depth == 0:
            break
    return found
