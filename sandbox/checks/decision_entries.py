"""Decisions as an answer wrote them: bullets with their sub-bullets, table rows, sentences, and their evidence.

Hides which headings hold decisions and which hold actions, and which times of a line are evidence and not
part of what was decided (a meeting at 18:30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sandbox.checks.lines import Line, LineKind, Table, marked, plain, split, squeeze, tables

_DECIDED = re.compile(r"결정|합의|의결|확정|정한\s?(?:것|일|내용|사항)")
_LEFT_OPEN = re.compile(r"미룬|못\s?한|못한|보류|미결|미정|남은|않은")
_OTHER = re.compile(r"조치|할\s?일|후속|향후|논의|참석|개요|발언|요지|현황|요약|의견|기타")
_PERHAPS_OTHER = re.compile(
    r"일시|장소|배경|근거$|확인|안내|다음\s?회의|담당"
)  # may be what a decision is about
_BIG_MARKS = ("", "□", "■", "▣", "◆")
_EVIDENCE_HEAD = re.compile(r"근거|시각|시간|행|줄|위치|출처")
_BRACKETED = re.compile(r"[\[(（【〔]([^\[\]()（）【】〔〕]{1,40})[\])）】〕]")
_AT_HEAD = re.compile(r"^\s*(\d{1,2}:\d{2}(?::\d{2})?)")
_AT_END = re.compile(
    r"(?:근거|시각|출처)?\s*[:：]?\s*(\d{1,2}:\d{2}(?::\d{2})?|L?\d{1,4}\s?(?:행|줄))\s*\.?\s*$"
)
_LABELLED = re.compile(r"(?:근거|시각|출처|녹취록?)[^\d/]{0,12}([\d:,\s~L]+(?:행|줄)?)")
_SECTION_CHARS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision as written. ``decided``: under a heading of decisions; ``in_decisions`` also 미룬 것."""

    line: Line
    text: str
    evidence: tuple[str, ...]
    decided: bool
    in_decisions: bool
    end: int


def read_entries(answer: str) -> list[Entry]:
    """Return every bullet, sentence and row that may be a decision, in order."""
    lines = split(answer)
    rows = {line.number: (table, cells) for table in tables(lines) for line, cells in table.rows}
    heads = {table.header_line.number for table in tables(lines)}
    entries: list[Entry] = []
    block: list[Line] = []
    section = base = 0
    for at, line in enumerate((*lines, Line(0, 0, "", LineKind.HEADING))):
        part = marked(line.text)
        opens = section_of(lines, at) if at < len(lines) else 0
        starts = opens is not None or line.kind is not LineKind.TEXT or part.indent <= base
        if block and starts:
            entries.append(_from_block(block, section))
            block = []
        if opens is not None:
            section = opens
        elif line.number in rows:
            entries.append(_from_row(line, *rows[line.number], section))
        elif line.kind is LineKind.TEXT and line.number not in heads and line.text.strip():
            base = base if block else part.indent
            block.append(line)
    return entries


_NONE, _DECISIONS, _OPEN_ONES = range(3)


def section_of(lines: tuple[Line, ...], at: int) -> int | None:
    """Return what the heading at a line opens (0 other, 1 decisions, 2 what was left open); None for no heading."""
    line = lines[at]
    body = plain(marked(line.text.lstrip("# ")).body).rstrip(" :：*")
    short = len(squeeze(body)) <= _SECTION_CHARS and not re.search(r"[:：]\s*\S", line.text.replace("**", ""))
    known = bool(_DECIDED.search(body) or _OTHER.search(body) or _LEFT_OPEN.search(body))
    known |= marked(line.text).mark in _BIG_MARKS and bool(_PERHAPS_OTHER.search(body))
    is_head = line.kind is LineKind.HEADING or (
        line.kind is LineKind.TEXT and short and known and _stands_over(lines, at)
    )
    if not is_head:
        return None
    if _LEFT_OPEN.search(body):
        return _OPEN_ONES
    return _DECISIONS if _DECIDED.search(body) else _NONE


def _stands_over(lines: tuple[Line, ...], at: int) -> bool:
    """A short line is a heading when it is bold, ends with a colon, or stands over smaller marks or a table."""
    text = lines[at].text.strip()
    if re.fullmatch(r".*(?:\*\*|[:：])\s*", text) or re.fullmatch(r"[\[【<〈].*[\]】>〉]", text):
        return True
    below = next((line for line in lines[at + 1 :] if line.kind is not LineKind.BLANK), None)
    if below is None or below.kind is LineKind.TABLE:
        return below is not None
    mine, under = marked(lines[at].text), marked(below.text)
    return bool(under.mark) and (under.mark != mine.mark or under.indent > mine.indent)


def _from_block(block: list[Line], section: int) -> Entry:
    text = plain(" / ".join(marked(line.text).body for line in block))
    found = [found[1] for found in _BRACKETED.finditer(text)]
    found += [match[1] for pattern in (_AT_HEAD, _AT_END) if (match := pattern.search(text))]
    found += [match[1] for match in _LABELLED.finditer(text)]
    return _entry(block[0], text, tuple(found), section, block[-1].end)


def joined(entries: list[Entry]) -> Entry:
    """Return several entries as one: their words and all their evidence, pointing at the first."""
    evidence = tuple(piece for entry in entries for piece in entry.evidence)
    first, text = entries[0], " / ".join(entry.text for entry in entries)
    return replace(first, text=text, evidence=evidence)


def _from_row(line: Line, table: Table, cells: tuple[str, ...], section: int) -> Entry:
    columns = [i for i, head in enumerate(table.header) if _EVIDENCE_HEAD.search(head)]
    evidence = [plain(cells[i]) for i in columns if i < len(cells)]
    text = plain(" / ".join(cell for i, cell in enumerate(cells) if i not in columns))
    evidence += [found[1] for found in _BRACKETED.finditer(text)]
    if section == _NONE and any(_DECIDED.search(head) for head in table.header):
        section = _DECISIONS
    return _entry(line, text, tuple(evidence), section, line.end)


def _entry(line: Line, text: str, evidence: tuple[str, ...], section: int, end: int) -> Entry:
    return Entry(line, text, evidence, section == _DECISIONS, section != _NONE, end)
