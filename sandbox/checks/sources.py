"""The materials an answer came from, read once: their facts, their lines, their table figures.

Hides how a source line is chosen to stand beside a claim, and which totals a table implies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sandbox.checks import facts as fact_finding
from sandbox.checks.facts import Fact
from sandbox.checks.korean_numbers import parse_number
from sandbox.checks.lines import line_of, quote, row_cells, squeeze

_RELATIVE = re.compile(
    r"(?P<week>다다음\s?주|다음\s?주|이번\s?주|금주|차주|지난\s?주|내주)\s?(?P<wd>[월화수목금토일])요일"
    r"|(?P<word>오늘|금일|내일|익일|명일|모레|글피|어제|전일)(?![가-힣]*자리)"
    r"|(?P<n>\d{1,3})\s?(?P<unit>일|주|개월)\s?(?P<after>뒤|후|이내|내)"
    r"|(?P<nextm>다음\s?달|이번\s?달|이달|내달|익월|금월)\s?(?:(?P<d>\d{1,2})일|(?P<edge>말|말일))"
)
_WEEKS = {"다다음주": 2, "다음주": 1, "차주": 1, "내주": 1, "이번주": 0, "금주": 0, "지난주": -1}
_WORDS = {"오늘": 0, "금일": 0, "내일": 1, "익일": 1, "명일": 1, "모레": 2, "글피": 3, "어제": -1, "전일": -1}
_SCALE_NOTE = re.compile(
    r"단위\s*[:：]?\s*(?P<unit>천원|백만원|억원|만원|천 원|백만 원|억 원|만 원|천명|천 명)"
)
_SCALES = {"천원": 1000, "만원": 10_000, "백만원": 1_000_000, "억원": 100_000_000, "천명": 1000}


_CELL = re.compile(
    r"\s*(?P<sign>[-−△▲])?\s?(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?:원|명|건|개|%p?|천원|백만원|회|곳|대)?\s*(?P<way>증가|감소)?\s*"
)
_PEOPLE_LISTED = re.compile(
    r"(?m)^[\s\-○□ㅇ*]*(?:참석자?|참석\s?위원|출석자?|온\s?사람|위원|배석자?|명단)\s*[:：]\s*(?P<list>[^\n]+)$"
)
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
Grid = list[list[str]]
"""A table of a source: rows of cells, its head first."""

_REMEMBERED_CHARS = 20_000
_MOST_RATED_ROWS = 20  # in a long table some rate always fits by chance


@dataclass(frozen=True, slots=True)
class SourceFact:
    """A fact of a source, and the ``이름:줄 내용`` it stands on."""

    fact: Fact
    name: str
    line: int
    how: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that follows from a table: a total, an average, a count, or (``%``) a rate."""

    value: Decimal
    how: str
    unit: str = ""
    change: int = 0
    """1 when it is a rise, -1 when it is a fall, 0 when nobody knows."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one material says, whoever asks."""

    facts: tuple[tuple[str, SourceFact], ...]
    grids: tuple[Grid, ...]
    scales: frozenset[int]
    figures: tuple[Figure, ...]
    lines: tuple[tuple[int, str, frozenset[str]], ...]


class SourceText:
    """One or more materials, asked for facts and for the line nearest to a claim."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.texts = dict(sources)
        self._split = {name: text.splitlines() for name, text in sources.items()}
        self.packed = squeeze("\n".join(sources.values()))
        readings = {name: _reading(name, text) for name, text in sources.items()}
        self.facts: dict[str, list[SourceFact]] = defaultdict(list)
        for reading in readings.values():
            for kind, fact in reading.facts:
                self.facts[kind].append(fact)
        self.scales = {scale for reading in readings.values() for scale in reading.scales}
        self.figures = [figure for reading in readings.values() for figure in reading.figures]
        self.grids = [grid for reading in readings.values() for grid in reading.grids]
        self.names = frozenset(str(item.fact.value) for item in self.facts["name"])
        self._lines = [(name, *line) for name, reading in readings.items() for line in reading.lines]

    def line_text(self, item: SourceFact) -> str:
        """Return ``이름:줄 내용`` of the line a source fact stands on."""
        lines = self._split[item.name]
        return (
            f"{item.name}:{item.line} {quote(lines[item.line - 1], 90)}"
            if 0 < item.line <= len(lines)
            else ""
        )

    def lines(self, name: str) -> list[str]:
        """Return the lines of one material."""
        return self._split[name]

    def in_table(self, item: SourceFact) -> bool:
        """Say whether a source fact stands in a table row, where only its row and column relate to it."""
        lines = self._split[item.name]
        line = lines[item.line - 1] if 0 < item.line <= len(lines) else ""
        return line.count("|") >= 2 or line.count("\t") >= 2

    def nearest(self, words: str, *, must: str = "") -> tuple[str, int, str] | None:
        """Return (name, line number, line) of the line that shares most with some words."""
        wanted = _bigrams(words)
        best, best_score = None, 0.0
        for name, number, line, grams in self._lines:
            score = len(wanted & grams) / (6 + len(grams)) ** 0.5 + (2 if must and must in line else 0)
            if score > best_score:
                best, best_score = (name, number, line), score
        return best if best_score >= 0.5 else None

    def nearest_text(self, words: str) -> str:
        found = self.nearest(words)
        return f"{found[0]}:{found[1]} {quote(found[2], 90)}" if found else ""

    def support(self, words: str) -> float:
        """Return the share of a text's words (two letters and more) that the sources hold."""
        stems = [word[:2] for word in re.findall(r"[가-힣]{2,}", words)]
        return sum(1 for stem in stems if stem in self.packed) / len(stems) if stems else 0.0


def _reading(name: str, text: str) -> _Reading:
    """Read a material; an exercise's own are read once for the whole class."""
    return _remembered(name, text) if len(text) <= _REMEMBERED_CHARS else _read(name, text)


@lru_cache(maxsize=64)
def _remembered(name: str, text: str) -> _Reading:
    return _read(name, text)


def _read(name: str, text: str) -> _Reading:
    facts = [
        (fact.kind, SourceFact(fact, name, line_of(text, fact.start)))
        for fact in fact_finding.find_facts(text, words=True)
    ]
    for match in re.finditer(r"(?<!\d)\d[\d,]*(?:\.\d+)?", text):  # list numbers and years may be quoted too
        value = parse_number(match[0])
        if value is not None:
            bare = Fact("bare", match[0], match.start(), match.end(), (value, ""))
            facts.append(("bare", SourceFact(bare, name, line_of(text, match.start()))))
    facts += [("things", SourceFact(f, name, line_of(text, f.start))) for f in fact_finding.find_things(text)]
    facts += [("date", fact) for fact in _relative_dates(name, text)]
    scales = {_SCALES[note["unit"].replace(" ", "")] for note in _SCALE_NOTE.finditer(text)}
    scales |= {_SCALES[note[1]] for note in re.finditer(r"\((천원|만원|백만원|억원|천명)\)", text)}
    lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    return _Reading(
        tuple(facts),
        tuple(grids_of(text)),
        frozenset(scales),
        (*_table_figures(name, text), *_people_listed(text)),
        tuple((number, line, _bigrams(line)) for number, line in lines),
    )


def _bigrams(text: str) -> frozenset[str]:
    packed = re.sub(r"[^\w가-힣]", "", text)
    return frozenset(packed[i : i + 2] for i in range(len(packed) - 1))


def _relative_dates(name: str, text: str) -> list[SourceFact]:
    """Work out 다음 주 금요일 and the like from the first full date of the source."""
    base = next((f.value for f in fact_finding.find_dates(text) if None not in f.value), None)
    if base is None:
        return []
    try:
        day = dt.date(*base)
    except ValueError:
        return []
    found = []
    for match in _RELATIVE.finditer(text):
        meant = resolve_relative(match, day)
        if meant is not None:
            fact = Fact("date", match[0], match.start(), match.end(), (meant.year, meant.month, meant.day))
            how = f"'{match[0]}' ({day.year}. {day.month}. {day.day}. 기준)"
            found.append(SourceFact(fact, name, line_of(text, match.start()), how))
    return found


def find_relative(text: str) -> tuple[re.Match[str], ...]:
    """Return every relative date said in a text."""
    return tuple(_RELATIVE.finditer(text))


def resolve_relative(match: re.Match[str], base: dt.date) -> dt.date | None:
    """Work out a relative date from the day it was said."""
    try:
        if match["week"]:
            monday = base - dt.timedelta(days=base.weekday())
            weeks = _WEEKS[re.sub(r"\s", "", match["week"])]
            return monday + dt.timedelta(weeks=weeks, days=fact_finding.WEEKDAYS.index(match["wd"]))
        if match["word"]:
            return base + dt.timedelta(days=_WORDS[match["word"]])
        if match["n"]:
            if match["unit"] == "개월":
                return None
            return base + dt.timedelta(days=int(match["n"]) * (7 if match["unit"] == "주" else 1))
        month = base.month + (0 if re.sub(r"\s", "", match["nextm"]) in ("이번달", "이달", "금월") else 1)
        year, month = base.year + (month - 1) // 12, (month - 1) % 12 + 1
        if match["d"]:
            return dt.date(year, month, int(match["d"]))
        return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    except ValueError:
        return None


def _table_figures(name: str, text: str) -> list[Figure]:
    """Return totals, averages, counts, totals by category and rates of every table in a source."""
    figures: list[Figure] = []
    for rows in grids_of(text):
        header, body = (
            rows[0],
            [row for row in rows[1:] if not re.search(r"합\s?계|소\s?계|총\s?계|^계$", row[0])],
        )
        figures.append(Figure(Decimal(len(body)), f"{name} 표의 행 수", "건"))
        if header[0].strip() == "월":
            figures.append(Figure(Decimal(len(body)), f"{name} 표의 달 수", "개월"))
        columns = {i: [number_in_cell(row[i]) for row in body] for i in range(len(header))}
        numeric = {i: v for i, v in columns.items() if sum(x is not None for x in v) >= max(2, len(v) * 0.6)}
        for index, values in numeric.items():
            known = [value for value in values if value is not None]
            label = f"'{quote(header[index], 20)}' 열"
            figures.append(Figure(sum(known, Decimal(0)), f"{label} 합계"))
            figures.append(Figure(sum(known, Decimal(0)) / len(known), f"{label} 평균"))
            figures += _up_and_down(header, body, index) + _runs(quote(header[index], 20), body, values)
        figures += _rates(header, body, numeric)
        for index in sorted(set(columns) - set(numeric)):
            figures += _by_category(header, body, index, numeric)
    return figures


def _people_listed(text: str) -> list[Figure]:
    """Count who is listed behind 참석자:, so that '참석자 6명' follows from six names."""
    figures = []
    for found in _PEOPLE_LISTED.finditer(text):
        names = [name for name in re.split(r"[,、·]", _BRACKETS.sub("", found["list"])) if name.strip()]
        if len(names) > 1 and not re.search(r"\d\s?[명인]", found["list"]):
            figures.append(Figure(Decimal(len(names)), "적힌 사람의 수", "명"))
    return figures


def _up_and_down(header: list[str], body: list[list[str]], index: int) -> list[Figure]:
    """Count the rows that rose and the rows that fell in a column of changes."""
    cells = [row[index] for row in body]
    values = [(number_in_cell(cell), cell) for cell in cells]
    fell = sum(1 for value, _ in values if value is not None and value < 0)
    rose = sum(1 for value, cell in values if value is not None and value > 0 and (fell or "증가" in cell))
    head = quote(header[index], 20)
    return [
        Figure(Decimal(count), f"'{head}'에서 {way} 행의 수", unit)
        for count, way in ((rose, "늘어난"), (fell, "줄어든"))
        for unit in ("건", "개월" if header[0].strip() == "월" else "")
        if fell and count and unit
    ]


def _changes(header: list[str], cells: Mapping[int, Decimal], name: str) -> list[Figure]:
    """Return differences between columns that count the same of two times (2025년 이용, 2026년 이용)."""
    heads = {i: re.sub(r"\d", "", header[i]) for i in cells}
    figures = []
    for i in cells:
        for j in cells:
            if i < j and heads[i] == heads[j] and header[i] != header[j]:
                is_later = re.sub(r"\D", "", header[j]).zfill(9) > re.sub(r"\D", "", header[i]).zfill(9)
                gap = (cells[j] - cells[i]) * (1 if is_later else -1)
                how = f"{name}의 '{header[i]}' {cells[i]:,}, '{header[j]}' {cells[j]:,}의 차"
                figures.append(Figure(abs(gap), how, change=(gap > 0) - (gap < 0)))
    return figures[:6]


def _runs(head: str, body: list[list[str]], values: list[Decimal | None]) -> list[Figure]:
    """Return sums of rows that follow one another (7월~8월) in a column of a short table."""
    figures = []
    for start in range(len(values) if len(values) <= _MOST_RATED_ROWS else 0):
        total = values[start] or Decimal(0)
        for end in range(start + 1, len(values)):
            total += values[end] or Decimal(0)
            if abs(total) >= 100:
                how = f"'{head}'의 {quote(body[start][0], 12)}~{quote(body[end][0], 12)} 합계"
                figures.append(Figure(abs(total), how))
    return figures


def _rates(
    header: list[str], body: list[list[str]], numeric: dict[int, list[Decimal | None]]
) -> list[Figure]:
    """Return rates between columns (of the totals, and of each row of a short table) and from row to row."""
    totals = {i: sum((v for v in values if v is not None), Decimal(0)) for i, values in numeric.items()}
    figures = _row_rates("합계", header, totals) + _changes(header, totals, "합계")
    if len(body) > _MOST_RATED_ROWS:
        return figures
    for number, row in enumerate(body):
        cells = {i: values[number] for i, values in numeric.items()}
        known = {i: v for i, v in cells.items() if v is not None}
        figures += _row_rates(quote(row[0], 20), header, known) + _changes(header, known, quote(row[0], 20))
        for i, value in cells.items():
            before = numeric[i][number - 1] if number else None
            if value is not None and totals[i] > 0:
                figures.append(
                    Figure(value / totals[i] * 100, f"{quote(row[0], 20)}의 '{header[i]}' 비중", "%")
                )
            if value is not None and before and before > 0:
                figures.append(
                    Figure(abs(value - before) / before * 100, f"'{header[i]}' {before:,} → {value:,}", "%")
                )
    return figures


def _row_rates(name: str, header: list[str], cells: Mapping[int, Decimal]) -> list[Figure]:
    pairs = [(i, j) for i in cells for j in cells if i != j and cells[j] > 0]
    figures = []
    for i, j in pairs[:30]:
        a, b = cells[i], cells[j]
        figures.append(Figure(a / b * 100, f"{name}의 '{header[i]}' {a:,} ÷ '{header[j]}' {b:,}", "%"))
        figures.append(
            Figure(abs(a - b) / b * 100, f"{name}의 '{header[j]}' {b:,} → '{header[i]}' {a:,}", "%")
        )
    return figures


def _by_category(
    header: list[str], body: list[list[str]], index: int, numeric: dict[int, list[Decimal | None]]
) -> list[Figure]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row_number, row in enumerate(body):
        groups[row[index]].append(row_number)
    if len(groups) > 40 or len(groups) == len(body):
        return []
    figures = []
    for key, members in groups.items():
        figures.append(Figure(Decimal(len(members)), f"'{quote(key, 20)}' 건수", "건"))
        totals: dict[int, Decimal] = {}
        for column, values in numeric.items():
            total = sum((values[i] or Decimal(0) for i in members), Decimal(0))
            totals[column] = total
            figures.append(Figure(total, f"'{quote(key, 20)}'의 '{quote(header[column], 20)}' 합계"))
        figures += _row_rates(f"'{quote(key, 20)}'", header, totals)
    return figures


def grids_of(text: str) -> list[Grid]:
    """Return blocks of lines with the same number of cells: Markdown, tabs, or commas."""
    grids: list[Grid] = []
    block: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if re.match(r"^[\s|:-]+$", line) and "-" in line:
            continue
        cells = _cells(line)
        if len(cells) >= 2 and (not block or len(cells) == len(block[0])):
            block.append(cells)
            continue
        if len(block) >= 3:
            grids.append(block)
        block = [cells] if len(cells) >= 2 else []
    return grids


def _cells(line: str) -> list[str]:
    """Split a row at bars, tabs or commas; prose with commas is no row."""
    if "|" in line or "\t" in line:
        return list(row_cells(line))
    cells = [cell.strip() for cell in re.split(r",(?!\d{3}(?!\d))", line)]
    return (
        cells
        if len(cells) >= 3 and max(map(len, cells)) <= 24 and not re.match(r"\s*[-□○ㅇ※*]", line)
        else []
    )


def number_in_cell(cell: str) -> Decimal | None:
    """Read a cell that holds one number, with its unit and 증가 or 감소; a minus or △ makes it negative."""
    found = _CELL.fullmatch(cell)
    value = parse_number(found["n"]) if found else None
    less = found is not None and bool(found["sign"] or found["way"] == "감소")
    return -value if value is not None and less else value
