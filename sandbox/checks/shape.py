"""The outer shape of an answer: which sections, how long, what is said, which tables.

Hides how loosely a heading may be written and still be one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from sandbox.checks import lines as text_lines
from sandbox.checks.kind import Outcome, Params, failed, passed
from sandbox.checks.lines import Line, LineKind, at_line, marked, plain, quote, squeeze
from sandbox.checks.particles import particle, places, quoted
from sandbox.records import CheckContext, Evidence

_UNITS = {"chars": "글자", "lines": "줄", "sentences": "문장", "items": "항목", "tokens": "토큰"}
_ITEM_MARKS = frozenset("□■▢◻▣◆◇▶▷○ㅇ◦●〇❍•·∙・‧⦁▪▫–—―−‐-*+o☑✓✔")
_SENTENCE_END = re.compile(r"(?<=[.!?。])[\"”’')\]]*\s+|(?<=[.!?。])[\"”’')\]]*$")
_QUOTED = re.compile(r"「[^」\n]+」|『[^』\n]+』|“[^”\n]+”|‘[^’\n]+’|\"[^\"\n]+\"|'[^'\n]+'|`[^`\n]+`")
_REPORTS = re.compile(
    r"지시|명령|따르지\s?않|무시했|무시하고|무시함|(?:이)?라는\s?(?:말|표현|문구|문장|구절)|(?:말|표현|문구|문장)[은는을를]?\s?(?:쓰지|뺐|빼|지웠|삭제|제외)"
)
_AFTER_NAME = re.compile(r"$|[\s:：(（\[·,/및ㆍ\-–]|[와과]\s")


class SectionsParams(Params):
    names: list[str] = Field(min_length=1)
    ordered: bool = True


class LengthParams(Params):
    unit: Literal["chars", "lines", "sentences", "items", "tokens"] = "chars"
    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_a_limit(self) -> LengthParams:
        if self.min is None and self.max is None:
            raise ValueError("min과 max 가운데 하나는 있어야 합니다")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min이 max보다 큽니다")
        return self


class MentionsParams(Params):
    all: list[str] = Field(default_factory=list)
    any: list[str] = Field(default_factory=list)
    none: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _asks_something(self) -> MentionsParams:
        if not (self.all or self.any or self.none):
            raise ValueError("all, any, none 가운데 하나는 있어야 합니다")
        return self


class TableParams(Params):
    columns: list[str] = Field(default_factory=list)
    min_rows: int = Field(default=1, ge=0)
    max_rows: int | None = Field(default=None, ge=1)


# --------------------------------------------------------------------------- sections


def sections(params: SectionsParams, context: CheckContext) -> Outcome:
    """Find every named section as a heading with something under it, in the asked order."""
    lines = text_lines.split(context.answer)
    titles = [(line, _title(line)) for line in lines]
    places = {name: _find_section(name, titles) for name in params.names}
    evidence = [
        Evidence(f"'{_first(name)}' 부분이 없습니다.", correction=f"'{_first(name)}' 제목과 내용을 넣으세요.")
        for name, line in places.items()
        if line is None
    ]
    found = [(name, line) for name, line in places.items() if line is not None]
    evidence += [
        at_line(
            line, f"'{_first(name)}' 제목 아래에 내용이 없습니다.", correction="내용을 한 줄 이상 쓰세요."
        )
        for name, line in found
        if _is_empty_section(line, lines)
    ]
    if params.ordered:
        evidence += _out_of_order(found)
    if evidence:
        return failed(f"필요한 부분 {len(places)}개 가운데 {len(found)}개를 찾았습니다.", tuple(evidence))
    where = tuple(
        at_line(line, f"'{_first(name)}': {line.number}번째 줄에 있습니다.") for name, line in found
    )
    return passed(f"필요한 부분 {len(places)}개가 모두 있습니다.", where)


def _first(name: str) -> str:
    return name.split("|")[0].strip()


class _Title(NamedTuple):
    """A line read as a heading, once for all the names that are looked for."""

    text: str
    packed: str
    is_hash: bool
    has_mark: bool
    is_cell: bool = False


def _find_section(name: str, titles: list[tuple[Line, _Title | None]]) -> Line | None:
    wanted = [squeeze(option) for option in name.split("|") if option.strip()]
    scored = [(_heading_score(title, wanted), -line.number, line) for line, title in titles if title]
    best = max(scored, key=lambda item: item[:2], default=None)
    return best[2] if best and best[0] > 0 else None


def _title(line: Line) -> _Title | None:
    """Read a line as if it were a heading; None when it can be none."""
    if line.kind in (LineKind.BLANK, LineKind.CODE, LineKind.RULE):
        return None
    if line.kind is LineKind.TABLE:
        cells = text_lines.row_cells(line.text)
        first = plain(cells[0]) if cells else ""
        return _Title(first, squeeze(first), is_hash=False, has_mark=False, is_cell=True)
    is_hash = line.kind is LineKind.HEADING
    body = line.text.lstrip("# \u3000") if is_hash else line.text
    body = _unmarked(body)
    bold = bool(re.match(r"\s*(\*\*|__|\[|【|<|〈|《)", body))
    body = _unmarked(plain(body))
    title = re.sub(r"^[\[【<〈《(]\s*|\s*[\]】>〉》]", "", plain(body))
    return _Title(title, squeeze(title), is_hash, bold or bool(marked(line.text).mark))


def _heading_score(title: _Title, wanted: list[str]) -> int:
    """How surely the line is a heading of that name: 0 no, 3 a Markdown heading that begins so."""
    if title.is_cell:
        return 1 if title.packed in wanted else 0
    return max((_title_score(title, option) for option in wanted), default=0)


def _unmarked(text: str) -> str:
    while (split := marked(text)).mark:
        text = split.body
    return text


def _title_score(title: _Title, option: str) -> int:
    packed = title.packed
    if packed.rstrip(":：.") == option:
        return 3
    if title.is_hash and option in packed and len(packed) <= 40:
        return 3 if packed.startswith(option) else 2
    if not packed.startswith(option):
        return 0
    rest = _rest_after(title.text, option)
    if re.match(r"\s*[:：]", rest):
        return 2
    return 2 if title.has_mark and _AFTER_NAME.match(rest) and len(squeeze(rest)) <= 14 else 0


def _rest_after(title: str, option: str) -> str:
    """Return what follows the option in the title, whose spacing may differ."""
    left = len(option)
    for index, char in enumerate(title):
        if left == 0:
            return title[index:]
        if not char.isspace():
            left -= 1
    return ""


def _is_empty_section(line: Line, lines: tuple[Line, ...]) -> bool:
    if line.kind is LineKind.TABLE or re.search(r"[:：]\s*\S", line.text):
        return False
    rest = (item for item in lines[line.number :] if item.kind not in (LineKind.BLANK, LineKind.RULE))
    after = next(rest, None)
    if after is None:
        return True
    if line.kind is LineKind.HEADING:
        return after.kind is LineKind.HEADING and _hashes(after) <= _hashes(line)
    mine, follower = marked(line.text), marked(after.text)
    same_level = bool(mine.mark) and mine.mark in "□■◆" and follower.mark == mine.mark
    return same_level and len(plain(mine.body)) <= 12


def _hashes(line: Line) -> int:
    return len(line.text.lstrip()) - len(line.text.lstrip().lstrip("#"))


def _out_of_order(found: list[tuple[str, Line]]) -> list[Evidence]:
    evidence = []
    for (before, first), (name, second) in pairwise(found):
        if second.number < first.number:
            text = f"{quoted(_first(name), '이/가')} '{_first(before)}'보다 앞에 있습니다."
            evidence.append(at_line(second, text, correction=f"'{_first(before)}' 다음으로 옮기세요."))
    return evidence


# --------------------------------------------------------------------------- length


def length(params: LengthParams, context: CheckContext) -> Outcome:
    """Count the answer in the asked unit; white space inside counts as characters."""
    size = _size(params.unit, context.answer)
    unit = _UNITS[params.unit]
    limits = _limits_text(params.min, params.max, unit)
    if params.min is not None and size < params.min:
        text = f"{size:,}{unit}입니다. {params.min - size:,}{unit} 더 써야 합니다."
        return failed(
            f"{size:,}{unit} ({limits})",
            (Evidence(text, correction=f"{limits}{particle(limits, '으로/로')} 늘리세요."),),
        )
    if params.max is not None and size > params.max:
        text = f"{size:,}{unit}입니다. {size - params.max:,}{unit} 줄여야 합니다."
        return failed(
            f"{size:,}{unit} ({limits})",
            (Evidence(text, correction=f"{limits}{particle(limits, '으로/로')} 줄이세요."),),
        )
    return passed(f"{size:,}{unit} ({limits})")


def _limits_text(low: int | None, high: int | None, unit: str) -> str:
    if low == high:
        return f"{low:,}{unit}"
    if low is not None and high is not None:
        return f"{low:,}~{high:,}{unit}"
    return f"{low:,}{unit} 이상" if low is not None else f"{high:,}{unit} 이하"


def _size(unit: str, answer: str) -> int:
    if unit == "chars":
        return len(answer.strip())
    if unit == "tokens":
        from sandbox import tokens  # its vocabulary takes a moment to load: only when asked

        return int(tokens.count(answer).tokens)
    shown = [
        line
        for line in text_lines.split(answer)
        if line.kind not in (LineKind.BLANK, LineKind.RULE) and not line.text.strip().startswith("```")
    ]
    if unit == "lines":
        return len(shown)
    if unit == "items":
        return sum(1 for line in shown if line.kind is LineKind.TEXT and marked(line.text).mark)
    return sum(_sentences(line) for line in shown if line.kind in (LineKind.TEXT, LineKind.CODE))


def _sentences(line: Line) -> int:
    """A line without a full stop is one sentence; dates and decimals do not end one."""
    body = re.sub(r"(?<=\d)\.(?=[\s\d(~]|$)", "", marked(line.text).body)
    return len([piece for piece in _SENTENCE_END.split(plain(body)) if piece and piece.strip()])


# --------------------------------------------------------------------------- mentions


def mentions(params: MentionsParams, context: CheckContext) -> Outcome:
    """Look for words that must and must not stand in the answer; spacing does not matter."""
    answer = context.answer
    missing = [term for term in params.all if _search(term, answer) is None]
    evidence = [
        Evidence(
            f"{quoted(_first(term), '이/가')} 빠졌습니다.",
            correction=_to_add(_options(term)),
        )
        for term in missing
    ]
    if params.any and not any(_search(term, answer) for term in params.any):
        words = ", ".join(_first(term) for term in params.any)
        evidence.append(
            Evidence(f"다음 말이 하나도 없습니다: {words}", correction="이 가운데 하나 이상을 넣어 주세요.")
        )
    for term in params.none:
        evidence += _unwanted(term, answer)
    if evidence:
        return failed(f"고칠 곳이 {places(len(evidence))} 있습니다.", tuple(evidence))
    return passed(
        "넣을 말은 모두 있고, 쓰지 말아야 할 말은 없습니다." if params.none else "넣을 말이 모두 있습니다."
    )


def _to_add(options: list[str]) -> str:
    """Ask for a word, or for one of a few; a long list of spellings would only confuse."""
    if len(options) <= 2:
        return f"{' 또는 '.join(map(quoted, options))}{particle(options[-1], '을/를')} 넣어 주세요."
    return f"{', '.join(map(quoted, options[:3]))} 같은 말을 넣어 주세요."


def _options(term: str) -> list[str]:
    return [option.strip() for option in term.split("|") if option.strip()]


def pattern_of(term: str) -> re.Pattern[str]:
    """Compile a term whose spacing may vary; figures match whole figures only."""
    body = r"\s*".join(re.escape(char) for char in term if not char.isspace())
    before = (
        r"(?<![\d.,])"
        if term[:1].isdigit()
        else r"(?<![A-Za-z])"
        if term[:1].isascii() and term[:1].isalpha()
        else ""
    )
    after = (
        r"(?![\d])(?![.,]\d)"
        if term[-1:].isdigit()
        else r"(?![A-Za-z])"
        if term[-1:].isascii() and term[-1:].isalpha()
        else ""
    )
    return re.compile(before + body + after, re.IGNORECASE)


def _search(term: str, answer: str) -> re.Match[str] | None:
    return next((found for option in _options(term) if (found := pattern_of(option).search(answer))), None)


def _unwanted(term: str, answer: str) -> list[Evidence]:
    return [
        Evidence(
            f"쓰지 말아야 할 말 {quoted(quote(found[0]), '이/가')} 있습니다.",
            text_lines.line_of(answer, found.start()),
            found.start(),
            found.end(),
            correction="지우거나 다른 말로 바꾸세요.",
        )
        for option in _options(term)
        for found in pattern_of(option).finditer(answer)
        if not _is_reported(answer, found)
    ]


def _is_reported(answer: str, found: re.Match[str]) -> bool:
    """Say whether words are only quoted as somebody's order or wording: 「…」라고 답하라는 지시가 있음."""
    start = answer.rfind("\n", 0, found.start()) + 1
    line = answer[start : (answer + "\n").find("\n", found.end())]
    for piece in _QUOTED.finditer(line):
        inside = piece.start() < found.start() - start and found.end() - start < piece.end()
        if inside and _REPORTS.search(line[: piece.start()] + " " + line[piece.end() :]):
            return True
    return False


# --------------------------------------------------------------------------- table


def table(params: TableParams, context: CheckContext) -> Outcome:
    """Find a table with the asked columns and number of rows."""
    found = text_lines.tables(text_lines.split(context.answer))
    found = tuple(item for item in found if len(item.header) >= 2)
    if not found:
        return failed(
            "표가 없습니다.",
            (Evidence("답에서 표를 찾지 못했습니다.", correction="'표로 만들어 줘'라고 요청하세요."),),
        )
    reports = [_table_problems(params, item) for item in found]
    best = min(range(len(found)), key=lambda index: len(reports[index]))
    chosen = found[best]
    if reports[best]:
        return failed(
            f"표의 모양을 고쳐야 합니다({len(chosen.header)}열 {len(chosen.rows)}행).", tuple(reports[best])
        )
    return passed(
        f"표가 있습니다({len(chosen.header)}열 {len(chosen.rows)}행).",
        (at_line(chosen.header_line, "확인한 표입니다."),),
    )


def _table_problems(params: TableParams, item: text_lines.Table) -> list[Evidence]:
    heads = [squeeze(cell) for cell in item.header]
    problems = [
        at_line(
            item.header_line,
            f"'{_first(name)}' 열이 없습니다.",
            correction=f"'{_first(name)}' 열을 넣으세요.",
        )
        for name in params.columns
        if not any(squeeze(option) in head for option in _options(name) for head in heads)
    ]
    rows = [row for row in item.rows if any(cell for cell in row[1])]
    if len(rows) < params.min_rows:
        problems.append(
            at_line(item.header_line, f"내용이 {len(rows)}행입니다. {params.min_rows}행 이상이어야 합니다.")
        )
    if params.max_rows is not None and len(rows) > params.max_rows:
        problems.append(
            at_line(item.header_line, f"내용이 {len(rows)}행입니다. {params.max_rows}행 이하여야 합니다.")
        )
    problems += [
        at_line(
            line,
            f"칸이 {len(cells)}개입니다. 제목 줄은 {len(item.header)}개입니다.",
            correction="칸 수를 맞추세요.",
        )
        for line, cells in item.rows
        if len(cells) != len(item.header)
    ]
    return problems
