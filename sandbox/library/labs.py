"""Read an exercise's lab and a module's lesson, or say what is wrong with them.

Hides what each kind of lab needs: which texts it begins with, and that a planted sentence of the
spot lab tells why it is wrong and stands against a line that really is in the materials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sandbox.library import header as headers
from sandbox.library.complaints import Complaints, line_of, quote
from sandbox.library.parse import Lines, validated
from sandbox.library.schema import ExerciseHeader, LessonHeader, StatementPart
from sandbox.records import LabText, Lesson, Material, Statement

LESSON_FILE: Final = "lesson.md"
# Fewest and most texts of each lab, and how an author writes them.
_TEXTS: Final[Mapping[str, tuple[int, int, str]]] = MappingProxyType(
    {
        "tokens": (1, 2, "lab_texts에 견주어 볼 글을 하나나 둘 적어 주세요."),
        "temperature": (1, 1, "lab_texts에 두 번 보낼 프롬프트를 하나 적어 주세요."),
        "compare": (2, 2, "lab_texts에 프롬프트 A와 B를 차례로 적어 주세요."),
        "spot": (0, 0, "lab: spot의 문장은 lab_texts가 아니라 spot에 적어 주세요."),
        "": (0, 0, "lab을 적거나 lab_texts를 지워 주세요."),
    }
)


def read_lab_texts(head: ExerciseHeader, lines: Lines, complaints: Complaints) -> tuple[LabText, ...]:
    """Return the texts a lab begins with; complain when there are too few or too many."""
    fewest, most, remedy = _TEXTS[head.lab]
    count = len(head.lab_texts)
    if not fewest <= count <= most:
        at = line_of(("lab_texts",) if count else ("lab",), lines)
        lab = f"lab {quote(head.lab)}" if head.lab else "lab이 없는 실습"
        complaints.add(f"{lab}에 lab_texts가 {count}개 있습니다.", line=at, remedy=remedy)
    return tuple(LabText(part.title, part.text) for part in head.lab_texts)


def read_statements(
    head: ExerciseHeader, materials: Sequence[Material], lines: Lines, complaints: Complaints
) -> tuple[Statement, ...]:
    """Return the sentences of the spot lab, each with the line of the material it stands against."""
    if bool(head.spot) != (head.lab == "spot"):
        at = line_of(("spot",) if head.spot else ("lab",), lines)
        complaints.add(
            "lab: spot과 spot의 문장은 함께 적어야 합니다.",
            line=at,
            remedy="lab: spot을 적고 spot에 문장을 적어 주세요.",
        )
    elif head.spot and len({part.wrong for part in head.spot}) == 1:
        complaints.add(
            "spot에는 맞는 문장과 틀린 문장이 모두 있어야 합니다.",
            line=line_of(("spot",), lines),
            remedy="틀린 문장에 wrong: true를 적어 주세요.",
        )
    return tuple(_statement(part, i, materials, lines, complaints) for i, part in enumerate(head.spot))


def _statement(
    part: StatementPart, i: int, materials: Sequence[Material], lines: Lines, complaints: Complaints
) -> Statement:
    if part.wrong and not part.reason:
        complaints.add(
            f"{i + 1}번째 틀린 문장에 까닭이 없습니다.",
            line=line_of(("spot", i), lines),
            remedy="reason에 왜 틀렸는지 적어 주세요.",
        )
    source_line = _line_with(part.source, materials) if part.source else ""
    if part.source and not source_line:
        complaints.add(
            f"자료에 {quote(part.source)}이(가) 든 줄이 없습니다.",
            line=line_of(("spot", i, "source"), lines),
            remedy="자료의 한 줄에서 그대로 옮겨 적거나 source를 지워 주세요.",
        )
    return Statement(part.text, part.wrong, part.reason, source_line)


def _line_with(words: str, materials: Sequence[Material]) -> str:
    """Return the first line of a material that holds the words, as ``이름:줄 내용``."""
    for material in materials:
        for number, row in enumerate(material.text.split("\n"), 1):
            if words in row:
                return f"{material.name}:{number} {row.strip()}"
    return ""


def read_lesson(path: Path, *, shown: str) -> Lesson:
    """Read a module's lesson; the folder it lies in names the module. Raise ContentError."""
    parts = headers.split(headers.read_file(path, shown), source=shown)
    complaints = Complaints(shown)
    head = validated(LessonHeader, parts, complaints)
    if not parts.text.strip():
        complaints.add(
            "읽을거리의 본문이 없습니다.", line=parts.text_line, remedy="머리말 아래에 적어 주세요."
        )
    complaints.raise_if_any()
    return Lesson(path.absolute().parent.name, head.title, parts.text, shown)
