"""Actions as an answer wrote them: rows of a table, bullets, bullets with sub-bullets.

Hides the shapes; what comes out is a task's text with its owner and its due date, when they are said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.checks.assignments import is_blank
from sandbox.checks.lines import Line, LineKind, Marked, marked, plain, split, squeeze, tables
from sandbox.checks.people import TITLE

_OWNER_HEAD = re.compile(r"담당|책임|누가|주체|부서|owner", re.I)
_DUE_HEAD = re.compile(r"기한|마감|언제|일정|완료|기일|시한|까지|due|날짜", re.I)
_OWNER_LABEL = re.compile(
    r"(?:담당자?|책임자?|담당\s?부서|주체|누가)\s*\**\s*[:：]\s*\**\s*([^,/|()\n;·]{1,40}"
    r"(?:\s*[,·/]\s*[가-힣]{2,4}\s?(?:주무관|팀장|과장|국장|실장|계장|사무관|담당)(?=[\s,)/·;]|$))*)"
)
_DUE_LABEL = re.compile(
    r"(?:기한|마감일?|완료일?|언제|기일|시한|일정)\s*\**\s*[:：]\s*\**\s*([^/|()\n;]{1,40}(?:\([월화수목금토일]\))?)"
)
_ACTION_SECTION = re.compile(r"조치|할\s?일|후속|실행|향후\s?계획|action|to-?do|과제", re.I)
_OTHER_SECTION = re.compile(
    r"결정|논의|안건|참석|개요|발언|요지|일시|장소|배경|현황|요약|의견|기타|근거|확인"
)


_BIG_MARKS = ("□", "■", "▣", "◆")
_SECTION_CHARS = 12
_PERSON = re.compile(
    rf"(?:[가-힣]{{2,8}}(?:과|팀|실|국|관)\s)?[가-힣]{{2,4}}\s(?:{TITLE})(?:\s?\([^()]*\))?|(?:담당자?\s?)미정|미정"
)
_SENTENCE_END = re.compile(r"[.!?。]\s*$")
_MOST_UNDER = 2  # details stand right under their task: who, until when
_DETAIL = re.compile(
    rf"{_OWNER_LABEL.pattern}|{_DUE_LABEL.pattern}|(?:[가-힣]+\s)*[가-힣]{{2,5}}\s?(?:주무관|팀장|과장|국장|실장|계장)$"
    r"|[가-힣]{2,4}$|[가-힣]{2,8}(?:과|팀|실|국)$|.{0,6}\d{1,4}[.월/-]\s?\d.{0,12}$"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One action as the answer wrote it. ``owner``/``due`` are None when no cell or label says them."""

    line: Line
    text: str
    owner: str | None
    due: str | None
    is_action: bool
    end: int


def read_entries(answer: str) -> list[Entry]:
    """Return every row and bullet that may be an action."""
    lines = split(answer)
    return _table_entries(lines) + _bullet_entries(lines)


def _table_entries(lines: tuple[Line, ...]) -> list[Entry]:
    """Read 담당부서 beside 담당자 as one owner; rows between bars without a header are rows all the same."""
    entries = []
    for table in tables(lines):
        owners = [i for i, head in enumerate(table.header) if _OWNER_HEAD.search(head)]
        dues = [i for i, head in enumerate(table.header) if _DUE_HEAD.search(head) and i not in owners][:1]
        rows = table.rows if owners or dues else ((table.header_line, table.header), *table.rows)
        for line, cells in rows:
            rest = [cell for i, cell in enumerate(cells) if i not in (*owners, *dues)]
            text, owner, due = plain(" ".join(rest)), _cells(cells, owners), _cells(cells, dues)
            entries.append(Entry(line, text, owner, due, bool(owners or dues), line.end))
    return entries


def _cells(cells: tuple[str, ...], at: list[int]) -> str | None:
    """Join some cells of a row, those that say nothing left out; None when the table has no such column."""
    if not at:
        return None
    found = [plain(cells[i]) for i in at if i < len(cells)]
    said = [cell for cell in found if not is_blank(cell)]
    return " ".join(dict.fromkeys(said)) if said else " ".join(found[:1])


def _bullet_entries(lines: tuple[Line, ...]) -> list[Entry]:
    """Join each bullet with the deeper lines under it; remember whether it stands under 조치사항."""
    entries: list[Entry] = []
    block: list[Line] = []
    in_actions = block_in_actions = False
    base, owner = 0, None
    for at, line in enumerate((*lines, Line(0, 0, "", LineKind.HEADING))):
        part, person = marked(line.text), _person_head(line)
        is_head = (
            bool(person)
            or line.kind is LineKind.HEADING
            or _is_section_line(lines, at)
            or _is_big_mark(lines, at)
        )
        if block and (
            is_head
            or line.kind is LineKind.TABLE
            or (part.mark and not _belongs(line, part.indent, base))
            or _is_next_sentence(block[-1], part)
            or line.kind is LineKind.RULE
        ):
            entries.append(_bullet_entry(block, block_in_actions, owner))
            block = []
        owner = person if is_head else owner
        if is_head and not person:
            in_actions = bool(_ACTION_SECTION.search(line.text)) or (
                in_actions and not _OTHER_SECTION.search(line.text) and part.mark in ("-", "○", "ㅇ", "•")
            )
        elif is_head:
            continue
        elif line.kind is LineKind.TEXT and part.mark and not block:
            block, base, block_in_actions = [line], part.indent, in_actions
        elif block and line.kind is LineKind.TEXT:
            block.append(line)
        elif line.kind is LineKind.TEXT and line.text.strip():
            block, base, block_in_actions = [line], part.indent, False
    return entries


def _person_head(line: Line) -> str | None:
    """``**문라온 주무관**`` alone on a line stands over that person's tasks."""
    text = line.text.strip()
    looks = line.kind is LineKind.HEADING or bool(re.fullmatch(r"\*\*.+\*\*\s*[:：]?|.+[:：]", text))
    body = plain(text.lstrip("# ")).rstrip(" :：")
    return body if looks and line.kind is not LineKind.TABLE and _PERSON.fullmatch(body) else None


def _is_next_sentence(before: Line, part: Marked) -> bool:
    """Bare sentences under one another are tasks of their own; a line that was merely broken goes on."""
    return not part.mark and not marked(before.text).mark and bool(_SENTENCE_END.search(before.text))


def _is_section_line(lines: tuple[Line, ...], at: int) -> bool:
    """A short marked or bold line such as ``□ 조치사항`` opens a section; one over its own owner is a task."""
    if at >= len(lines) or lines[at].kind is not LineKind.TEXT:
        return False
    line = lines[at]
    under = _under(lines[at + 1 :])
    if any(_OWNER_LABEL.match(b) or _DUE_LABEL.match(b) for b in (plain(marked(x.text).body) for x in under)):
        return bool(_ACTION_SECTION.search(line.text))
    body = plain(marked(line.text).body).rstrip(" :：")
    looks = bool(_ACTION_SECTION.search(body) or _OTHER_SECTION.search(body))
    return (
        looks
        and len(squeeze(body)) <= _SECTION_CHARS
        and not re.search(r"[:：]\s*\S", line.text.replace("**", ""))
    )


def _is_big_mark(lines: tuple[Line, ...], at: int) -> bool:
    """A short ``□ 진행 중인 일`` with smaller marks under it opens a section of its own."""
    if at >= len(lines) or lines[at].kind is not LineKind.TEXT:
        return False
    part = marked(lines[at].text)
    below = next((line for line in lines[at + 1 :] if line.kind is not LineKind.BLANK), None)
    under = marked(below.text) if below is not None and below.kind is LineKind.TEXT else None
    body = plain(part.body)
    return (
        part.mark in _BIG_MARKS
        and under is not None
        and under.mark in ("○", "ㅇ", "◦", "-", "•")
        and len(squeeze(body)) <= _SECTION_CHARS
        and not re.search(r"[:：]\s*\S", body)
        and not any(_DETAIL.match(plain(marked(line.text).body)) for line in _under(lines[at + 1 :]))
    )


def _under(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines up to the next heading or big mark."""
    end = next(
        (i for i, x in enumerate(lines) if x.kind is LineKind.HEADING or marked(x.text).mark in _BIG_MARKS),
        len(lines),
    )
    return lines[:end][:_MOST_UNDER]


def _belongs(line: Line, indent: int, base: int) -> bool:
    return indent > base or bool(
        _OWNER_LABEL.match(plain(marked(line.text).body)) or _DUE_LABEL.match(plain(marked(line.text).body))
    )


def _bullet_entry(block: list[Line], in_actions: bool, head: str | None) -> Entry:
    text = plain(" / ".join(marked(line.text).body for line in block))
    owner, due = _OWNER_LABEL.search(text), _DUE_LABEL.search(text)
    is_action = in_actions or bool(owner or due or head)
    return Entry(
        block[0],
        text,
        owner[1].strip() if owner else head,
        due[1].strip() if due else None,
        is_action,
        block[-1].end,
    )
