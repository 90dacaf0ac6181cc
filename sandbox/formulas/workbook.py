"""A workbook as plain cells: read with openpyxl, changed for a data set, filled down like Excel does.

Hides openpyxl, Excel's day numbers, and how random data keeps each cell's type (text figures stay text,
blanks stay blank), so that a trap in the sheet is still there after the data changed.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.records import FormulaError

Cell = tuple[int, int, str, Any]
Change = tuple[str, int, int, str, Any]
Scalar = str | int | float | bool | dt.date | dt.datetime | dt.time | None
_MOST_CELLS = 300_000
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet's day has no time zone)


@dataclass(frozen=True, slots=True)
class Vary:
    """How one range changes from data set to data set. ``range`` may name its sheet: ``내역!C2:C90``."""

    range: str
    type: str
    min: Scalar = None
    max: Scalar = None
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheets:
    """All cells by sheet, defined names, and which target cells show dates."""

    cells: Mapping[str, Mapping[tuple[int, int], tuple[str, Any]]]
    names: tuple[tuple[str, str], ...] = ()
    dates: frozenset[tuple[str, int, int]] = field(default_factory=frozenset)

    def last_row(self, sheet: str) -> int:
        return max((row for row, _ in self.cells[sheet]), default=1)


def words(sheets: Sheets) -> tuple[str, ...]:
    """Return what a formula may call by name or quote: sheets, defined names, short texts in cells."""
    texts = (value for cells in sheets.cells.values() for kind, value in cells.values() if kind == "t")
    short = (text for text in texts if len(text) <= 20)
    return tuple(dict.fromkeys((*sheets.cells, *(name for name, _ in sheets.names), *short)))


def read(path: Path) -> Sheets:
    """Read every cell with its type. Raises FormulaError when the file is no workbook or far too big."""
    from openpyxl import load_workbook  # slow to import: only when a formula is proved

    try:
        book = load_workbook(path, data_only=False)
    except Exception as error:
        raise FormulaError(
            "엑셀 파일을 열 수 없습니다.", remedy="파일이 .xlsx인지, 손상되지 않았는지 확인하세요."
        ) from error
    cells: dict[str, dict[tuple[int, int], tuple[str, Any]]] = {}
    dates: set[tuple[str, int, int]] = set()
    count = 0
    for sheet in book.worksheets:
        mine = cells.setdefault(sheet.title, {})
        for row in sheet.iter_rows():
            for cell in row:
                if cell.is_date or (cell.value is None and _is_date_format(cell)):
                    dates.add((sheet.title, cell.row, cell.column))
                typed = typed_value(cell.value)
                if typed[0] != "z":
                    mine[(cell.row, cell.column)] = typed
                    count += 1
        if count > _MOST_CELLS:
            raise FormulaError(
                "엑셀 파일이 너무 큽니다.", remedy=f"칸이 {_MOST_CELLS:,}개를 넘지 않게 줄이세요."
            )
    names = tuple((name, str(item.attr_text)) for name, item in book.defined_names.items() if item.attr_text)
    return Sheets(cells, names, frozenset(dates))


def _is_date_format(cell: Any) -> bool:
    from openpyxl.styles.numbers import is_date_format

    return bool(cell.has_style and is_date_format(cell.number_format))


def typed_value(value: Any) -> tuple[str, Any]:
    """Return (kind, value): n number, t text, b yes or no, f formula or error, z blank."""
    if value is None or value == "":
        return "z", None
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, int | float):
        return "n", value
    if isinstance(value, dt.datetime | dt.date):
        return "n", day_number(value)
    if isinstance(value, dt.time):
        return "n", (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    if isinstance(value, dt.timedelta):
        return "n", value.total_seconds() / 86_400
    text = str(getattr(value, "text", value))
    is_formula = text.startswith("=") and len(text) > 1
    return ("f", text) if is_formula or re.fullmatch(r"#[A-Z0-9/]+[!?]?", text) else ("t", text)


def day_number(day: dt.date) -> float:
    """Return Excel's number of a day (1900 system)."""
    moment = day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())
    gap = moment.replace(tzinfo=None) - _EPOCH
    return gap.days + gap.seconds / 86_400


def day_of(number: float) -> dt.date:
    return (_EPOCH + dt.timedelta(days=int(number))).date()


def bounds(reference: str, sheet: str) -> tuple[str, int, int, int, int]:
    """Return (sheet, first row, first column, last row, last column) of ``내역!B2:C9``."""
    from openpyxl.utils import range_boundaries

    name, _, area = reference.rpartition("!")
    left, top, right, bottom = range_boundaries(area.replace("$", "").upper())
    if None in (left, top, right, bottom):
        raise FormulaError(f"범위를 읽을 수 없습니다: {reference}", remedy="'내역!B2:C90'처럼 적으세요.")
    return name.strip("'") or sheet, int(top), int(left), int(bottom), int(right)


def filled(formula: str, cell: str, fill_to: str, sheet: str) -> list[tuple[str, int, int, str]]:
    """Return the formula in each cell from ``cell`` to ``fill_to``, references moved as Excel moves them.

    Raises FormulaError for a formula that cannot be taken apart.
    """
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator
    from openpyxl.utils import get_column_letter

    _, top, left, bottom, right = bounds(f"{cell}:{fill_to or cell}", sheet)
    try:
        moved = Translator(formula, origin=cell.replace("$", "").upper())
    except TokenizerError as error:
        raise FormulaError(
            "수식의 문법이 맞지 않습니다.", remedy="괄호, 쉼표, 큰따옴표의 짝을 확인하세요."
        ) from error
    return [
        (sheet, row, column, moved.translate_formula(f"{get_column_letter(column)}{row}"))
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]


def unread(formula: str) -> str:
    """Say in Korean that a formula cannot even be taken apart; empty when it can."""
    try:
        filled(formula, "A1", "", "")
    except FormulaError as error:
        return error.message
    return ""


def bound_columns(formula: str, last_row: int) -> str:
    """Cut whole columns (``D:D``) and endless ranges to the data: same result, a thousandth of the time."""

    def cut(piece: str) -> str:
        piece = re.sub(
            r"(?<![A-Za-z0-9가-힣_.])(\$?[A-Za-z]{1,3}):(\$?[A-Za-z]{1,3})(?![A-Za-z0-9(!])",
            rf"\g<1>$1:\g<2>${last_row}",
            piece,
        )
        return re.sub(
            r"(:\$?[A-Za-z]{1,3}\$?)(\d{5,7})(?!\d)",
            lambda m: m[1] + str(min(int(m[2]), max(last_row, 20_000))),
            piece,
        )

    pieces = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(piece if piece.startswith('"') else cut(piece) for piece in pieces)


def varied(sheets: Sheets, vary: Sequence[Vary], sheet: str, seed: str) -> list[Change]:
    """Return one random data set as changes; the same seed gives the same data."""
    rng = random.Random(seed)
    changes: list[Change] = []
    for rule in vary:
        name, top, left, bottom, right = bounds(rule.range, sheet)
        if name not in sheets.cells:
            raise FormulaError(f"'{name}' 시트가 없습니다.", remedy=f"시트 이름: {', '.join(sheets.cells)}")
        area = [
            (r, c)
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
            if (r, c) in sheets.cells[name]
        ]
        old = [sheets.cells[name][place] for place in area]
        changes += [
            (name, *place, *new) for place, new in zip(area, _new_values(rule, old, rng), strict=True)
        ]
    return changes


def _new_values(rule: Vary, old: list[tuple[str, Any]], rng: random.Random) -> list[tuple[str, Any]]:
    if rule.type == "shuffle":
        return rng.sample(old, len(old))
    if rule.type == "choice":
        return [typed_value(rng.choice(rule.values)) for _ in old]
    low, high = _limit(rule.min, 1), _limit(rule.max, 1000)
    if rule.type in ("date", "integer"):
        numbers: list[float] = [float(rng.randint(int(low), int(high))) for _ in old]
    else:
        numbers = [round(rng.uniform(low, high), 2) for _ in old]
    return [
        ("t", _as_text(number, was[1])) if was[0] == "t" and rule.type != "date" else ("n", number)
        for was, number in zip(old, numbers, strict=True)
    ]


def _as_text(number: float, was: str) -> str:
    """Keep a figure stored as text a text, with commas where it had some."""
    whole = int(number) if number == int(number) else number
    return f"{whole:,}" if "," in str(was) else str(whole)


def _limit(value: Scalar, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, dt.date):
        return day_number(value)
    if isinstance(value, str):
        return day_number(
            dt.date.fromisoformat(value.strip().replace(". ", "-").replace(".", "-").rstrip("-"))
        )
    return float(value)  # type: ignore[arg-type]


def extra_changes(sheets: Sheets, extra_rows: Mapping[str, Sequence[Sequence[Scalar]]]) -> list[Change]:
    """Return hidden rows put below the last row of their sheets."""
    changes: list[Change] = []
    for name, rows in extra_rows.items():
        if name not in sheets.cells:
            raise FormulaError(f"'{name}' 시트가 없습니다.", remedy=f"시트 이름: {', '.join(sheets.cells)}")
        last = sheets.last_row(name)
        for offset, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                kind, typed = typed_value(value)
                if kind != "z":
                    changes.append((name, last + offset, column, kind, typed))
    return changes
