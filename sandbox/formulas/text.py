"""Formulas in text: find them wherever an answer holds them, and make them fit for the engine.

Hides curly quotes, fullwidth letters, a missing ``=``, Markdown and HTML around a formula, prefixes such as
``_xlfn.``, and the Hangul in TEXT formats that the engine wants quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_FENCE = re.compile(r"(?:```|~~~)[^\n`]*\n(?P<body>[\s\S]*?)(?:```|~~~|\Z)")
_INLINE = re.compile(r"(?<!`)`(?P<body>[^`\n]{2,600})`(?!`)")
_HTML_CODE = re.compile(r"<(?P<tag>code|pre|kbd)\b[^>]*>(?P<body>[\s\S]*?)</(?P=tag)>", re.I)
_TAG = re.compile(r"</?(?:code|pre|kbd|br|p|td|th|tr|b|i|strong|em|li|ul|ol|div|span)\b[^<>]*>", re.I)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#34;": '"', "&#39;": "'", "&nbsp;": " "}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)), re.I)
_CALL = r"[A-Za-z_][A-Za-z0-9._]*\("
_REF = re.compile(r"\$?[A-Za-z]{1,3}\$?\d{1,7}|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}")
_START = re.compile(rf"[=＝]\s*(?=[+\-(（\"“'‘{{]*\s*(?:@?{_CALL}|[$'‘A-Za-z가-힣一-鿿\d(]))")
_BARE_CALL = re.compile(
    r"(?<![A-Za-z0-9_.가-힣=(,+\-*/&<>])(?:SUM|SUMIF|SUMIFS|COUNT|COUNTA|COUNTIF|COUNTIFS|COUNTBLANK|AVERAGE|AVERAGEIF|AVERAGEIFS|IF|IFS|IFERROR|IFNA|"
    r"VLOOKUP|HLOOKUP|XLOOKUP|INDEX|LOOKUP|WORKDAY|WORKDAY\.INTL|NETWORKDAYS|DATEDIF|EDATE|EOMONTH|DATE|TEXT|TEXTJOIN|CONCAT|LEFT|RIGHT|MID|"
    r"TRIM|SUBSTITUTE|ROUND|ROUNDUP|ROUNDDOWN|RANK|RANK\.EQ|SUMPRODUCT|FILTER|UNIQUE|SORT|SORTBY|LET|MAXIFS|MINIFS|MAX|MIN|CHOOSE|SWITCH|"
    r"YEAR|MONTH|DAY|VALUE|LEN|FIND|AND|OR|SUBTOTAL|AGGREGATE|PROPER|TODAY)\(",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_MOST_CANDIDATES = 12
_MOST_CHARS = 8192


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula as it stands in the text, and ready for the engine. ``rank`` 0 is the surest place."""

    raw: str
    formula: str
    start: int
    end: int
    rank: int


def find_candidates(text: str) -> tuple[Candidate, ...]:
    """Return formulas, the surest first: code blocks, inline code, sentences, calls without ``=``."""
    found: list[Candidate] = []
    for match in _FENCE.finditer(text):
        found += _scan(text, match.start("body"), match.end("body"), 0)
    for match in (*_INLINE.finditer(text), *_HTML_CODE.finditer(text)):
        found += _scan(text, match.start("body"), match.end("body"), 1)
    found += _scan(text, 0, len(text), 2)
    chosen: dict[str, Candidate] = {}
    covered: list[tuple[int, int]] = []
    for item in sorted(found, key=lambda c: (c.rank, c.start)):
        inside = any(start <= item.start and item.end <= end for start, end in covered)
        if not inside and item.formula.replace(" ", "").upper() not in chosen:
            chosen[item.formula.replace(" ", "").upper()] = item
        covered.append((item.start, item.end))
    return tuple(list(chosen.values())[:_MOST_CANDIDATES])


def find_formulas(text: str) -> tuple[str, ...]:
    """Return the formulas of a text, normalised, the surest first."""
    return tuple(item.formula for item in find_candidates(text))


def _halfwidth(text: str) -> str:
    """Write fullwidth letters and signs as plain ones, each in its place, so that offsets stay true."""
    return text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})


def _scan(answer: str, start: int, end: int, rank: int) -> list[Candidate]:
    """Read formulas between two offsets; calls without ``=`` only where no formula with ``=`` stands."""
    found = []
    text = _halfwidth(answer)
    addresses = [match.span() for match in _ADDRESS.finditer(text, start, end)]
    at = start
    while (match := _START.search(text, at, end)) is not None:
        if any(first <= match.start() < last for first, last in addresses):
            at = match.end()
            continue
        stop = _end_of(text, match.end(), end)
        raw = answer[match.start() : stop]
        if _is_formula(text[match.start() : stop]):
            found.append(Candidate(raw, normalise(raw), match.start(), stop, rank))
        at = max(stop, match.end())
    if found:
        return found
    at = start
    while (match := _BARE_CALL.search(text, at, end)) is not None:
        stop = _end_of(text, match.start(), end)
        raw = answer[match.start() : stop]
        if _is_formula(text[match.start() : stop]) and raw.count("(") == raw.count(")"):
            found.append(Candidate(raw, normalise(raw), match.start(), stop, rank + 3))
        at = max(stop, match.end())
    return found


_QUOTES = '"“”„‟″＂'


def _end_of(text: str, at: int, end: int) -> int:
    """Walk to where a formula ends: outside quotes and brackets, at Hangul, a line's end or a stop."""
    depth = 0
    last = at
    while at < end:
        char = text[at]
        if char == "&" and (entity := _ENTITY.match(text, at, end)):
            at = last = entity.end()
            continue
        if char == "<" and _TAG.match(text, at, end):
            break
        if char in _QUOTES:
            close = _closing_quote(text, at, end)
            if close is None:
                break
            at = last = close + 1
            continue
        if char in "'‘" and (sheet := re.compile(r"['‘][^'’\n]{1,40}['’]!").match(text, at, end)):
            at = last = sheet.end()
            continue
        if char in "(（{[":
            depth += 1
        elif char in ")）}]":
            depth -= 1
            if depth < 0:
                break
        elif (
            (depth == 0 and not _goes_on(text, at, end))
            or char == "`"
            or (char == "\n" and _ends_at_break(text[at + 1 : end], depth))
        ):
            break
        at += 1
        if not char.isspace():
            last = at
    return last


def _ends_at_break(rest: str, depth: int) -> bool:
    """A formula goes on over a blank line only inside brackets, and where more of a formula follows."""
    if not rest.strip() or re.match(r"\s*[=＝]", rest):
        return True
    blank = re.match(r"[ \t]*\r?\n", rest)
    more = re.match(r"\s*(?:[\"“”'(){}+\-*/&<>,;$\d]|[A-Za-z]+[\d(!:,]|[A-Za-z가-힣0-9_]+!)", rest)
    return bool(blank) and (depth == 0 or not more)


def _closing_quote(text: str, at: int, end: int) -> int | None:
    close = at + 1
    while close < end and text[close] != "\n":
        if text[close] in _QUOTES:
            if close + 1 < end and text[close] == '"' and text[close + 1] == '"' and text[at] == '"':
                close += 2
                continue
            return close
        close += 1
    return None


def _goes_on(text: str, at: int, end: int) -> bool:
    """Say whether a character outside brackets still belongs to the formula."""
    char = text[at]
    if re.match(r"[A-Za-z0-9$:!@#%&+*/^<>=＝_.×÷≥≤≠−\\-]", char):
        if char in ".=" and (at + 1 >= end or text[at + 1].isspace() or "가" <= text[at + 1] <= "힣"):
            return False
        return not (char == "*" and text[at : at + 2] == "**")
    if "가" <= char <= "힣" or "一" <= char <= "鿿":  # 한자 too: small models write it into sheet names
        return bool(re.compile(r"[가-힣一-鿿A-Za-z0-9_]+!").match(text, at, end)) or (
            text[at - 1] not in " )）\t"
            and bool(re.compile(r"[가-힣一-鿿A-Za-z0-9_]*!").match(text, at, end))
        )
    if char in " \t":
        before = text[:at].rstrip()[-1:]
        after = text[at:end].lstrip(" \t")[:1]
        joins = "+-*/&<>^×÷−≥≤"
        if after == "(" and re.search(r"(?<![A-Za-z0-9$!.])[A-Za-z][A-Za-z.]+$", text[:at].rstrip()):
            return True  # SUMIFS (…): a space before the bracket
        return bool(after) and (after in joins + "=" or before in joins + "=＝,") and after not in "\n"
    return False


def _is_formula(raw: str) -> bool:
    if len(raw) > _MOST_CHARS * 4:
        return False
    body = raw.lstrip("=＝ ")
    outside = re.sub(r'["“”][^"“”\n]*["“”]', '""', body)
    has_call = bool(re.search(r"[A-Za-z_][A-Za-z0-9._]*\s?\(", outside))
    refs = _REF.findall(outside)
    if has_call:
        return True
    return raw[:1] in "=＝" and bool(refs) and bool(re.match(r"[$('‘A-Za-z가-힣一-鿿\d+\-]", body))


def normalise(formula: str) -> str:
    """Make a formula as typed by people and models into one the engine reads; strings keep their text."""
    text = formula.strip().strip("\u200b\ufeff").lstrip("'")
    text = _ENTITY.sub(lambda match: _ENTITIES[match[0].lower()], text)
    text = re.sub(r"[\u200b\u200c\u200d\ufeff]", "", text).replace("\u00a0", " ")
    text = re.sub(r"\\([_*~\[\]&<>$|#=()+-])", r"\1", text)
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char in _QUOTES:
            close = _closing_quote(text, at, len(text))
            close = len(text) - 1 if close is None else close
            inner = text[at + 1 : close]
            out.append('"' + inner + '"')
            at = close + 1
            continue
        out.append(
            {"×": "*", "÷": "/", "−": "-", "–": "-", "≥": ">=", "≤": "<=", "≠": "<>", "‘": "'", "’": "'"}.get(
                char, unicodedata.normalize("NFKC", char)
            )
        )
        at += 1
    body = "".join(out).strip()
    if body.startswith("{") and body.endswith("}") and body[1:2] == "=":
        body = body[1:-1]
    body = _outside_strings(
        body,
        lambda part: re.sub(r"_xlfn\.|_xlws\.|_xlpm\.", "", re.sub(r";(?![^{]*\})", ",", part), flags=re.I),
    )
    body = re.sub(r"^=\s*[+]?\s*", "=", "=" + body.lstrip("= "))
    body = _outside_strings(
        body, lambda part: re.sub(r"(?<![A-Za-z0-9$!.'])([A-Za-z][A-Za-z.]+)\s+\(", r"\1(", part)
    )
    return _quote_text_formats(re.sub(r"[.,。]+$", "", body))


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    pieces = re.split(r'("(?:[^"]|"")*")', text)
    return "".join(piece if piece.startswith('"') else change(piece) for piece in pieces)


def _quote_text_formats(formula: str) -> str:
    """Quote runs of Hangul, ₩ and △ inside TEXT formats; Excel shows them plainly, the engine refuses them."""
    out: list[str] = []
    stack: list[list[object]] = []
    for token in re.findall(
        r'"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_.]*\(|[(){},]|[^"(){},A-Za-z_]+|[A-Za-z_][A-Za-z0-9_.]*', formula
    ):
        if token.endswith("(") or token == "{":
            stack.append([token[:-1].upper(), 0])
        elif token in (")", "}"):
            if stack:
                stack.pop()
        elif token == "," and stack:
            stack[-1][1] = int(str(stack[-1][1])) + 1
        elif token.startswith('"') and stack and stack[-1][0] == "TEXT" and stack[-1][1] == 1:
            token = '"' + _quote_hangul(token[1:-1]) + '"'
        out.append(token)
    return "".join(out)


def _quote_hangul(inner: str) -> str:
    pieces = re.split(r'(""[^"]*""|\[[^\]]*\]|\\.)', inner)
    return "".join(
        p if p.startswith(('""', "[", "\\")) else re.sub(r"[가-힣₩￦△▲▽▼]+", r'""\g<0>""', p) for p in pieces
    )


# --------------------------------------------------------------------------- what is not calculated at all

_HOSTILE = (
    (
        re.compile(r"REPT\([^,]*,\s*(?:\d{6,}|\d+(?:\.\d+)?E\+?\d+|10\^\d)", re.I),
        "글자를 너무 많이 되풀이합니다",
    ),
    (
        re.compile(r"(?:SEQUENCE|MAKEARRAY|EXPAND)\([^)]*(?:\d{6,}|\dE\+?[5-9]|\dE\+?\d\d|10\^\d)", re.I),
        "너무 큰 배열을 만듭니다",
    ),
    (re.compile(r"(?:SEQUENCE|MAKEARRAY)\(\s*\d{4,}\s*,\s*\d{4,}", re.I), "너무 큰 배열을 만듭니다"),
)


def refusal(formula: str) -> str:
    """Say in Korean why a formula is not put into the engine at all; empty when it is."""
    outside = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    if len(formula) > _MOST_CHARS:
        return f"수식이 너무 깁니다({len(formula):,}자). 엑셀은 {_MOST_CHARS:,}자까지 받습니다."
    if _depth(outside) > 64:
        return "괄호가 너무 깊습니다. 엑셀은 64겹까지 받습니다."
    for pattern, why in _HOSTILE:
        if pattern.search(outside):
            return f"{why}. 계산하지 않았습니다."
    return ""


_PAIRS = {")": "(", "}": "{", "]": "["}


def broken(formula: str) -> str:
    """Say in Korean which bracket or quote is not paired, so that Excel takes it no more than we do; empty when all are."""
    outside = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    if outside.count('"') % 2:
        return "큰따옴표가 닫히지 않았습니다."
    outside = re.sub(r"'(?:[^']|'')*'!", "", outside)
    if "'" in outside:
        return "작은따옴표의 짝이 맞지 않습니다. 글자는 큰따옴표로 감쌉니다."
    opened: list[str] = []
    for char in outside:
        if char in "({[":
            opened.append(char)
        elif char in ")}]":
            if not opened or opened[-1] != _PAIRS[char]:
                before = (
                    f"'{opened[-1]}' 괄호를 '{char}'로 닫았습니다."
                    if opened
                    else f"'{char}' 괄호가 남습니다."
                )
                return f"괄호의 짝이 맞지 않습니다. {before}"
            opened.pop()
    left = next((char for char in reversed(opened) if char != "("), "")
    return f"'{left}' 괄호를 닫지 않았습니다." if left else ""


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest
