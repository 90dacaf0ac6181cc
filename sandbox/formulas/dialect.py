"""Where the engine's Excel is not Excel: what can be said differently, and what it cannot be trusted with.

Hides the engine's limits. ``for_engine`` rewrites what it would get wrong into the same calculation said
another way; what is left is named, so that a right formula is never called wrong for the engine's sake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

_STRING = re.compile(r'("(?:[^"]|"")*")')
_RANGE = r"(?:'[^']+'!|[A-Za-z가-힣0-9_]+!)?(?:\$?[A-Za-z]{1,3}\$?\d+:\$?[A-Za-z]{1,3}\$?\d+|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+)"
_PLAIN_RANGE = re.compile(rf"\s*{_RANGE}\s*")

# --------------------------------------------------------------------------- reading calls


def calls(formula: str, name: str) -> Iterator[tuple[int, list[str], int]]:
    """Yield (offset of the first argument, arguments, offset of the closing bracket) of each call.

    ``name`` is a regular expression: ``SORT`` or ``TEXT(?:AFTER|BEFORE)``.
    """
    for match, arguments, close in _calls(formula, name):
        yield match.end(), arguments, close


def _calls(formula: str, name: str) -> Iterator[tuple[re.Match[str], list[str], int]]:
    quoted = [match.span() for match in _STRING.finditer(formula)]
    for match in re.finditer(rf"(?<![A-Za-z0-9_.])(?P<name>{name})\(", formula, re.I):
        if any(start < match.start() < end for start, end in quoted):
            continue
        arguments, close = _arguments(formula, match.end())
        if close >= 0:
            yield match, arguments, close


def _arguments(formula: str, at: int) -> tuple[list[str], int]:
    depth, in_text, begin, arguments = 1, False, at, []
    for end in range(at, len(formula)):
        char = formula[end]
        if char == '"':
            in_text = not in_text
        elif not in_text:
            depth += (char in "({") - (char in ")}")
            if depth == 0 or (char == "," and depth == 1):
                arguments.append(formula[begin:end])
                begin = end + 1
            if depth == 0:
                return arguments, end
    return arguments, -1


# --------------------------------------------------------------------------- the same, said another way

_DEFAULTS = {
    "SORT": ("", "1", "1"),
    "WORKDAY.INTL": ("", "", "1"),
    "NETWORKDAYS.INTL": ("", "", "1"),
    "TEXTAFTER": ("", "", "1", "0", "0"),
    "TEXTBEFORE": ("", "", "1", "0", "0"),
}


def for_engine(formula: str) -> str:
    """Return a formula that the engine calculates as Excel calculates this one."""
    for name in _DEFAULTS:
        formula = _rewritten(formula, re.escape(name), partial(_filled_up, name))
    formula = _rewritten(formula, "XLOOKUP", _as_match)
    formula = _rewritten(formula, "LOOKUP", _as_last_match)
    return _latin_names(formula)


def _rewritten(formula: str, name: str, change: Callable[[list[str]], str | None]) -> str:
    """Put what ``change`` says in the place of each call, the last first, so that offsets stay true."""
    for match in reversed([match for match, _, _ in _calls(formula, name)]):
        arguments, close = _arguments(formula, match.end())
        new = change(arguments)
        if new is not None:
            formula = formula[: match.start()] + new + formula[close + 1 :]
    return formula


def _filled_up(name: str, arguments: list[str]) -> str | None:
    """Write skipped arguments out: the engine takes ``SORT(x,,-1)`` for an error."""
    while arguments and not arguments[-1].strip():
        arguments = arguments[:-1]
    defaults = (*_DEFAULTS[name], *[""] * len(arguments))
    filled = [said if said.strip() else usual for said, usual in zip(arguments, defaults, strict=False)]
    return f"{name}({','.join(filled)})"


def _as_match(arguments: list[str]) -> str | None:
    """Say XLOOKUP(1,(…)*(…),range) with INDEX and MATCH, which the engine gets right."""
    exact = len(arguments) < 5 or (len(arguments) == 5 and arguments[4].strip() in ("", "0"))
    if (
        len(arguments) < 3
        or not exact
        or not _is_computed(arguments[1])
        or not _PLAIN_RANGE.fullmatch(arguments[2])
    ):
        return None
    found = f"INDEX({arguments[2]},MATCH({arguments[0]},{arguments[1]},0))"
    return f"IFNA({found},{arguments[3]})" if len(arguments) > 3 and arguments[3].strip() else f"{found}"


def _as_last_match(arguments: list[str]) -> str | None:
    """Say LOOKUP(2,1/(…),range), the last row that fits, with the largest row number that fits."""
    if len(arguments) != 3 or not _PLAIN_RANGE.fullmatch(arguments[2]):
        return None
    tested = re.fullmatch(r"\s*[01]\s*/\s*\((.+)\s*", arguments[1], re.S)
    if tested is None or not re.fullmatch(r"\s*[12]\s*", arguments[0]):
        return None
    test, close = _arguments(tested[1], 0)
    if len(test) != 1 or tested[1][close + 1 :].strip():
        return None
    fits = f"({test[0]})*1"
    rows = f"({fits})*(ROW({arguments[2]})-MIN(ROW({arguments[2]}))+1)"
    return f"INDEX({arguments[2]},IF(SUM({fits})=0,NA(),MAX({rows})))"


def _latin_names(formula: str) -> str:
    """Give names that LET and LAMBDA bind in Hangul Latin ones: the engine reads no others."""
    bound: list[str] = []
    for _, arguments, _ in calls(formula, "LET"):
        bound += [argument.strip() for argument in arguments[:-1:2]]
    for _, arguments, _ in calls(formula, "LAMBDA"):
        bound += [argument.strip() for argument in arguments[:-1]]
    hangul = sorted(
        {
            n
            for n in bound
            if re.fullmatch(r"[가-힣A-Za-z_][가-힣A-Za-z0-9_.]*", n) and re.search("[가-힣]", n)
        },
        key=len,
        reverse=True,
    )
    pieces = _STRING.split(formula)
    for number, name in enumerate(hangul):
        word = re.compile(rf"(?<![가-힣A-Za-z0-9_.'!]){re.escape(name)}(?![가-힣A-Za-z0-9_.'!(])")
        latin = f"let_{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{'x' * (number // 26)}"
        pieces = [piece if piece.startswith('"') else word.sub(latin, piece) for piece in pieces]
    return "".join(pieces)


# --------------------------------------------------------------------------- what the engine does not know

_UNSUPPORTED = {
    "AGGREGATE", "GROUPBY", "PIVOTBY", "NUMBERSTRING", "GETPIVOTDATA", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO", "WEBSERVICE",
    "DATESTRING", "PHONETIC", "JIS", "ASC", "DBCS", "CUBEVALUE", "HYPERLINK", "LENB", "LEFTB", "RIGHTB", "MIDB", "FINDB", "SEARCHB", "REPLACEB",
    "REGEXEXTRACT", "REGEXREPLACE", "REGEXTEST",
}  # fmt: skip


def unsupported(formula: str) -> str:
    """Name in Korean what in a formula the engine does not know; empty when it knows all."""
    outside = _STRING.sub('""', formula)
    missing = sorted(
        {name.upper() for name in re.findall(r"([A-Za-z][A-Za-z0-9.]*)\(", outside)} & _UNSUPPORTED
    )
    if missing:
        return f"{', '.join(missing)} 함수"
    if re.search(r'"[^"]*(?:\[DBNum\d\]|a{3,4})[^"]*"', formula, re.I) and "TEXT" in formula.upper():
        return "TEXT의 'aaaa'나 '[DBNum]' 서식"
    if any(
        len(args) > 1 and "@" in args[1] and len(args[1].strip()) > 3 for _, args, _ in calls(formula, "TEXT")
    ):
        return "TEXT의 '@' 서식"
    if re.search(r"\[[@#]|[A-Za-z가-힣_]+\d*\[[^\]]+\]", outside):
        return "표 이름으로 쓴 참조(구조적 참조)"
    if re.search(r"\[[^\]]+\.xls", formula, re.I):
        return "다른 파일을 가리키는 참조"
    return ""


# --------------------------------------------------------------------------- what the engine gets wrong

# calls whose result is one value whatever ranges they are given
_ONE_VALUE = (
    r"SUM|SUMPRODUCT|SUMIFS?|COUNT|COUNTA|COUNTBLANK|COUNTIFS?|AVERAGE|AVERAGEIFS?|MAX|MIN|MAXIFS|MINIFS|MEDIAN|LARGE|SMALL|RANK|RANK\.EQ|"
    r"MATCH|XMATCH|INDEX|VLOOKUP|HLOOKUP|XLOOKUP|LOOKUP|ROWS|COLUMNS|SUBTOTAL|AND|OR|TEXTJOIN|CONCAT|WORKDAY(?:\.INTL)?|NETWORKDAYS(?:\.INTL)?"
)
_MAKES_ARRAY = re.compile(r"(?<![A-Za-z0-9_.])(?:FILTER|UNIQUE|SORT|SORTBY|SEQUENCE|TEXTSPLIT|HSTACK|VSTACK|TOCOL|TOROW|TAKE|DROP|CHOOSECOLS|CHOOSEROWS|TRANSPOSE|MAP|BYROW|BYCOL|SCAN)\(", re.I)  # fmt: skip
_LIKE = r"COUNTIFS?|SUMIFS?|AVERAGEIFS?|MAXIFS|MINIFS|MATCH|XMATCH|VLOOKUP|HLOOKUP|XLOOKUP|SEARCH"
# function names, the arguments (0 first) where a whole range or an array goes wrong, how to say it
_NO_ARRAYS: tuple[tuple[str, tuple[int, ...], str], ...] = (
    (r"ISNUMBER|ISERROR|ISERR|ISNA|ISTEXT|ISNONTEXT|ISBLANK|ISLOGICAL|ISEVEN|ISODD", (0,), "범위나 배열을 통째로 넣은 IS 함수(ISNUMBER, ISERROR 등)"),
    (r"VALUE|MOD|NUMBERVALUE|DATEVALUE|TIMEVALUE|N|T|QUOTIENT|ROUND|ROUNDUP|ROUNDDOWN|MROUND", (0, 1), "VALUE나 MOD, ROUND에 범위를 통째로 넣은 계산"),
    (r"HOUR|MINUTE|SECOND|WEEKNUM|EOMONTH|EDATE|DATEDIF|WORKDAY|WORKDAY\.INTL|NETWORKDAYS|NETWORKDAYS\.INTL", (0, 1), "범위를 통째로 넣은 날짜·시각 함수"),
    (r"LEFT|RIGHT|MID|LEN|TRIM|SUBSTITUTE|FIND|SEARCH|YEAR|MONTH|DAY|WEEKDAY|TEXT", (0, 1, 2), "범위나 배열을 통째로 넣은 글자·날짜 함수"),
    (r"COUNTIFS?", (1, 3, 5, 7), "COUNTIF의 조건에 배열이나 범위를 통째로 넣은 계산"),
    (r"SUMIFS|AVERAGEIFS|MAXIFS|MINIFS", (2, 4, 6, 8), "조건에 배열이나 범위를 통째로 넣은 계산"),
    (r"SUMIF|AVERAGEIF", (1,), "조건에 배열이나 범위를 통째로 넣은 계산"),
    (r"MATCH|XMATCH|VLOOKUP|HLOOKUP|XLOOKUP|RANK|RANK\.EQ", (0,), "찾을 값에 배열이나 범위를 통째로 넣은 계산"),
    (r"INDEX|LARGE|SMALL", (1, 2), "순서에 배열을 넣은 INDEX·LARGE·SMALL"),
    (r"IFS|SWITCH|CHOOSE", (0, 1, 2, 3, 4), "IFS·SWITCH·CHOOSE에 배열을 넣은 계산"),
)  # fmt: skip
# function names, arguments where a range is fine but an array that was calculated is not
_NO_COMPUTED: tuple[tuple[str, tuple[int, ...], str], ...] = (
    (r"COUNT", (0, 1, 2), "계산한 배열을 세는 COUNT"),
    (r"AVERAGE|MEDIAN|STDEV(?:\.[SP])?|VAR(?:\.[SP])?|PERCENTILE(?:\.INC|\.EXC)?|QUARTILE(?:\.INC|\.EXC)?|MODE(?:\.SNGL)?", (0,), "계산한 배열의 평균이나 중앙값"),
    (r"TEXTJOIN", (2, 3, 4), "계산한 배열을 잇는 TEXTJOIN"),
    (r"CONCAT|CONCATENATE", (0, 1, 2), "계산한 배열을 잇는 CONCAT"),
    (r"XLOOKUP|LOOKUP|XMATCH|VLOOKUP|HLOOKUP", (1,), "계산한 배열에서 찾는 LOOKUP·VLOOKUP·XLOOKUP"),
)  # fmt: skip
_PATTERNS = (
    (
        re.compile(r"\)\s*:\s*\$?[A-Za-z]|:\s*(?:INDEX|OFFSET|XLOOKUP)\(", re.I),
        "INDEX나 OFFSET으로 만든 범위",
    ),
    (re.compile(r"(?<![A-Z0-9.])LOOKUP\(\s*9[\d.^E+]+", re.I), "마지막 값을 찾는 LOOKUP"),
    (re.compile(r"(?:HOUR|MINUTE|SECOND)\([^()]*[-+][^()]*\)", re.I), "시각의 차이에서 시·분을 꺼내는 계산"),
    (re.compile(r"(?<![A-Z0-9.])LAMBDA\(", re.I), "LAMBDA로 되풀이하는 계산"),
    (re.compile(r"(?<![A-Z0-9.])DATEVALUE\(", re.I), "글자로 된 날짜를 읽는 DATEVALUE"),
)


def miscalculated(formula: str) -> str:
    """Name a pattern that the engine is known to get wrong in silence; empty when there is none."""
    outside = _STRING.sub('""', formula)
    for pattern, why in _PATTERNS:
        if pattern.search(outside):
            return why
    for names, places, why in _NO_ARRAYS:
        if any(_is_array(args[i]) for _, args, _ in calls(formula, names) for i in places if i < len(args)):
            return why
    for names, places, why in _NO_COMPUTED:
        if any(
            _is_computed(args[i]) for _, args, _ in calls(formula, names) for i in places if i < len(args)
        ):
            return why
    if any(_is_odd_wildcard(text) for _, args, _ in calls(formula, _LIKE) for text in args):
        return "괄호 같은 기호와 *를 함께 쓴 조건"
    return ""


def _is_array(text: str) -> bool:
    """Say whether an argument gives many values: a range, an array constant, a function that spills."""
    bare = _STRING.sub('""', text)
    while (found := next(_calls(bare, _ONE_VALUE), None)) is not None:
        match, arguments, close = found
        looks_up = re.match(r"X?MATCH|[VHX]LOOKUP", match["name"], re.I)
        many = bool(looks_up and arguments and _is_array(arguments[0]))
        bare = bare[: match.start()] + ("{}" if many else "0") + bare[close + 1 :]
    return "{" in bare or bool(re.search(_RANGE, bare)) or bool(_MAKES_ARRAY.search(bare))


def _is_computed(text: str) -> bool:
    """Say whether an argument is an array that comes out of a calculation, not a range as it stands."""
    return _is_array(text) and not _PLAIN_RANGE.fullmatch(text)


def _is_odd_wildcard(text: str) -> bool:
    """Say whether a condition mixes a wildcard with a sign the engine takes for something else."""
    words = "".join(_STRING.findall(text))
    return bool(re.search(r"[*?]", words) and re.search(r"[()\[\]{}+^$|\\.]", words))
