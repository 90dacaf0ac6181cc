"""The commands that look at one file: personal data, a formula, a document, tokens, a schema."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path
from typing import Any

from sandbox.library import exercise_schema, template_schema
from sandbox.records import Action, InputError
from sandbox.shell.room import Room, read_document, read_plain, write_file


def find_personal_data(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Tell where personal data stands; never what it is."""
    from sandbox import guard

    text = read_document(Path(chosen.file))
    findings = guard.find(text, where=Path(chosen.file).name)
    rows = [
        {
            "kind": finding.kind,
            "label": finding.label,
            "start": finding.start,
            "end": finding.end,
            "line": text.count("\n", 0, finding.start) + 1,
            "action": finding.action.value,
            "reason": finding.reason,
        }
        for finding in findings
    ]
    counts = {action.value: sum(f.action is action for f in findings) for action in Action}
    stopped = counts[Action.BLOCK.value] + counts[Action.MASK.value]
    return {"file": chosen.file, "findings": rows, "counts": counts}, 1 if stopped else 0


def count_tokens(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Count the tokens of a file."""
    from sandbox import tokens

    text = read_document(Path(chosen.file))
    counted = tokens.count(text, chosen.model)
    return {
        "file": chosen.file,
        "tokens": counted.tokens,
        "estimated": counted.estimated,
        "characters": len(text),
    }, 0


def calculate(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Calculate a formula at a place of a workbook; an Excel error such as #N/A is a result too."""
    from sandbox import formulas

    workbook = Path(chosen.workbook)
    if not workbook.is_file():
        raise InputError(f"파일을 열 수 없습니다: {workbook}", remedy="파일 이름과 위치를 확인해 주세요.")
    if not re.fullmatch(r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}", chosen.cell):
        raise InputError(f"칸 이름이 아닙니다: {chosen.cell}", remedy="F2처럼 적어 주세요.")
    value = formulas.calculate(workbook, chosen.sheet, chosen.cell, chosen.formula)
    return {"cell": chosen.cell, "formula": chosen.formula, **dataclasses.asdict(value)}, 0


def export(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Write an answer as a document."""
    from sandbox.documents import WRITERS
    from sandbox.documents.outline import from_answer

    source = Path(chosen.answer_file)
    text = read_plain(source)
    if not text.strip():
        raise InputError(f"파일이 비어 있습니다: {source}", remedy="답안이 든 파일을 골라 주세요.")
    writer = WRITERS[chosen.format]
    target = Path(chosen.out) if chosen.out else source.with_suffix(writer.extension)
    if not chosen.out and target.exists():
        raise InputError(
            f"같은 이름의 파일이 이미 있습니다: {target}", remedy="--out으로 다른 이름을 정해 주세요."
        )
    written = writer.write(from_answer(text), title=chosen.title)
    write_file(target, written.data)
    return {
        "file": str(target),
        "format": chosen.format,
        "bytes": len(written.data),
        "warnings": list(written.warnings),
    }, 0


def show_schema(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Show the JSON Schema of a header."""
    return (template_schema() if chosen.kind == "template" else exercise_schema()), 0
