"""The formula engine's own process: a job on stdin, one line of results for each run on stdout.

Hides IronCalc. It runs as a script apart from the server, because a hostile formula may eat all time and
memory: the limits are set here, before the engine loads. It imports nothing of ours and reads no file.
Formulas are given with ``set_user_input``: the engine reads array arguments wrongly out of .xlsx files.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def limit(seconds: int, megabytes: int) -> None:
    """Bound this process where the platform can; elsewhere the parent's timeout and pre-checks must do."""
    try:
        import resource
    except ImportError:  # Windows
        return
    if sys.platform == "win32":
        return
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(job: dict[str, Any], data: int, fill: int, read: int) -> dict[str, Any]:
    """Build the workbook afresh, change what this run changes, put the formulas in, read the cells asked."""
    import ironcalc

    sheets, changes = job["sheets"], job["changes"][data]
    model = ironcalc.create("room", "en", "Asia/Seoul", "en")
    index = {}
    for number, sheet in enumerate(sheets):
        if number:
            model.new_sheet()
        model.rename_sheet(number, sheet["name"])
        index[sheet["name"]] = number
    for name, formula in job["names"]:
        try:
            model.new_defined_name(name, None, formula)
        except Exception:  # a name the engine refuses matters only if a formula uses it: then it says #NAME?
            continue
    later = []
    changed = {(change[0], change[1], change[2]) for change in changes}
    for number, sheet in enumerate(sheets):
        for row, column, kind, value in sheet["cells"]:
            if (sheet["name"], row, column) in changed:
                continue
            later += _put(model, number, row, column, kind, value)
    for name, row, column, kind, value in changes:
        later += _put(model, index[name], row, column, kind, value)
    for number, row, column, formula in later:
        model.set_user_input(number, row, column, formula)
    for name, row, column, formula in job["fills"][fill]:
        model.set_user_input(index[name], row, column, formula)
    model.evaluate()
    return {"values": [_read(model, index[name], row, column) for name, row, column, _ in job["fills"][read]]}


def _put(
    model: Any, sheet: int, row: int, column: int, kind: str, value: Any
) -> list[tuple[int, int, int, str]]:
    """Set a value with its type kept (text that looks like a number stays text); give formulas back."""
    if kind == "n":
        model.update_cell_with_number(sheet, row, column, float(value))
    elif kind == "b":
        model.update_cell_with_bool(sheet, row, column, bool(value))
    elif kind == "t":
        model.update_cell_with_text(sheet, row, column, value)
    elif kind == "f":
        return [(sheet, row, column, value)]
    return []


def _read(model: Any, sheet: int, row: int, column: int) -> list[Any]:
    """Return [kind, value, formatted, formula as the engine read it]."""
    import ironcalc

    kind = model.get_cell_type(sheet, row, column)
    value = model.get_cell_value(sheet, row, column)
    names = (
        (ironcalc.CellType.Number, "n"),
        (ironcalc.CellType.Text, "t"),
        (ironcalc.CellType.LogicalValue, "b"),
        (ironcalc.CellType.ErrorValue, "e"),
    )
    code = next((code for one, code in names if one == kind), "t")  # the enum is not hashable
    if value is None or (code == "t" and value == "" and model.get_cell_formula(sheet, row, column) is None):
        code, value = "z", None
    return [
        code,
        value,
        model.get_formatted_cell_value(sheet, row, column),
        model.get_cell_formula(sheet, row, column),
    ]


def main() -> None:
    """Serve one job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(job["seconds"], job["megabytes"])
    for single in job["runs"]:
        try:
            result = run(job, *single)
        except BaseException as error:  # a panic of the engine arrives as BaseException
            result = {"error": type(error).__name__}
        sys.stdout.buffer.write(json.dumps(result).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
