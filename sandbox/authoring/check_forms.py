"""The check kinds as forms: which inputs each parameter needs, with Korean labels, so nobody writes YAML.

Hides pydantic: the shape of an input comes from the kind's own parameters, so that a new parameter
appears by itself; only its Korean label stands here (a test misses none).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sandbox.checks import CHECKS

Options = tuple[tuple[str, str], ...]  # value and what is shown


class Input(Enum):
    """How a parameter is asked for."""

    TEXT = "한 줄"
    WORDS = "낱말 여럿, 한 줄에 하나"
    PICK = "하나 고르기"
    PICKS = "여럿 고르기"
    WHOLE = "정수"
    NUMBER = "숫자"
    YES_NO = "예/아니요"
    ROWS = "표"
    CELLS = "엑셀의 줄"


@dataclass(frozen=True, slots=True)
class Param:
    """One input of a check's form. ``from_materials``: the options are the exercise's files."""

    name: str
    label: str
    input: Input
    default: Any
    required: bool
    help: str = ""
    options: Options = ()
    columns: tuple[Param, ...] = ()
    from_materials: bool = False


_KIND_HELP: Mapping[str, str] = {
    "sections": "정해 둔 제목들이 답에 차례대로 있는지 봅니다.",
    "length": "답이 너무 길거나 짧지 않은지 봅니다.",
    "outline_style": "□ ○ - 기호와 명사형 끝맺음으로 썼는지 봅니다.",
    "official_forms": "날짜·시각·금액을 공문서 표기대로 썼는지 봅니다.",
    "mentions": "꼭 있어야 할 말과 없어야 할 말을 찾습니다.",
    "grounded": "답의 숫자·날짜·이름이 자료에 있는지 맞춰 봅니다.",
    "action_items": "할 일마다 담당과 기한이 맞는지 봅니다.",
    "decisions": "정한 것마다 마지막 내용과 근거 시각이 맞는지 봅니다.",
    "slides": "슬라이드 수와 항목 수, 제목의 길이를 봅니다.",
    "formula": "답의 수식을 엑셀 자료에 넣어 실제로 계산합니다.",
    "table": "답에 표가 있고 열과 줄 수가 맞는지 봅니다.",
    "prompt_parts": "답이 아니라 수강생의 프롬프트에 다섯 부분이 있는지 봅니다.",
}
_OR = "같은 뜻의 다른 말은 |로 잇습니다. 예: 문제점|현안"
_LABELS: Mapping[str, str] = {
    "sections.names": "있어야 할 제목들",
    "sections.ordered": "적은 차례대로여야 함",
    "length.unit": "세는 단위",
    "length.min": "적어도",
    "length.max": "많아도",
    "outline_style.min_noun_endings": "명사형으로 끝나는 비율 (0~1)",
    "outline_style.max_level_skip": "건너뛰어도 되는 단계 수",
    "outline_style.markers": "기호의 차례",
    "outline_style.max_bullet_chars": "한 항목의 가장 긴 글자 수",
    "official_forms.which": "살펴볼 표기",
    "mentions.all": "모두 있어야 할 말",
    "mentions.any": "하나는 있어야 할 말",
    "mentions.none": "없어야 할 말",
    "grounded.what": "자료와 맞춰 볼 것",
    "grounded.sources": "맞춰 볼 자료 (고르지 않으면 모두)",
    "grounded.allow": "자료에 없어도 되는 말",
    "action_items.items": "있어야 할 할 일",
    "action_items.items.task": "할 일의 낱말",
    "action_items.items.owner": "담당 (모르면 미정)",
    "action_items.items.due": "기한 (모르면 미정)",
    "action_items.items.was_owner": "바뀌기 전 담당",
    "action_items.items.was_due": "바뀌기 전 기한",
    "action_items.source": "할 일이 적힌 자료",
    "decisions.items": "있어야 할 결정",
    "decisions.items.topic": "무엇에 관한 결정인지 (낱말)",
    "decisions.items.said": "마지막에 정한 내용의 낱말",
    "decisions.items.was": "바뀌기 전 내용의 낱말",
    "decisions.items.at": "근거 시각이나 줄 번호 (예: 14:17)",
    "decisions.source": "회의를 적은 자료",
    "decisions.needs_evidence": "답에 근거 시각이 있어야 함",
    "decisions.only": "자료에 없는 결정이 있으면 실패",
    "slides.min_slides": "슬라이드 적어도",
    "slides.max_slides": "슬라이드 많아도",
    "slides.max_bullets": "한 장의 항목 많아도",
    "slides.max_bullet_chars": "한 항목의 가장 긴 글자 수",
    "slides.max_title_chars": "제목의 가장 긴 글자 수",
    "slides.titles_are_conclusions": "제목이 결론이어야 함",
    "slides.needs_notes": "발표 말이 있어야 함",
    "formula.workbook": "엑셀 자료",
    "formula.sheet": "시트 이름",
    "formula.cell": "수식을 넣을 칸 (예: B2)",
    "formula.fill_to": "아래로 채울 마지막 칸 (예: B7)",
    "formula.reference": "맞는 수식 (=로 시작)",
    "formula.extra_rows": "몰래 더해 볼 줄 (엑셀에서 복사해 붙여넣기)",
    "formula.vary": "값을 바꿔 볼 범위",
    "formula.vary.range": "범위 (예: 내역!C2:C90)",
    "formula.vary.type": "바꾸는 방법",
    "formula.vary.min": "가장 작은 값",
    "formula.vary.max": "가장 큰 값",
    "formula.vary.values": "고를 값",
    "formula.data_sets": "값을 바꿔 계산해 볼 횟수",
    "formula.must_use": "꼭 써야 할 함수",
    "formula.must_not_use": "쓰면 안 되는 함수",
    "formula.text_numbers_ok": "글자로 된 숫자도 괜찮음",
    "table.columns": "있어야 할 열",
    "table.min_rows": "줄 수 적어도",
    "table.max_rows": "줄 수 많아도",
    "prompt_parts.parts": "있어야 할 부분",
    "prompt_parts.at_least": "이 가운데 적어도 몇 가지",
}
_HELP: Mapping[str, str] = {
    "sections.names": _OR, "mentions.all": _OR, "mentions.any": _OR, "mentions.none": _OR,
    "grounded.allow": "자료에는 없지만 틀리지 않은 말입니다. 예: 2026년",
    "action_items.items": _OR, "decisions.items": _OR,
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "chars": "글자", "lines": "줄", "sentences": "문장", "items": "항목", "tokens": "토큰",
    "date": "날짜", "time": "시각", "money": "금액", "weekday": "요일", "attachment": "붙임",
    "number": "숫자", "name": "사람 이름", "organisation": "기관", "statute": "법령",
    "integer": "정수", "decimal": "소수", "shuffle": "뒤섞기", "choice": "고른 값으로",
}  # fmt: skip
_WORDS_OF: Mapping[str, str] = {"official_forms.which.items": "항목 번호 (1. 가. 1))"}
_MATERIALS = frozenset({"grounded.sources", "action_items.source", "decisions.source", "formula.workbook"})


def kinds() -> Options:
    """Return the kinds of checks and how they are called."""
    return tuple((kind, CHECKS[kind].label) for kind in CHECKS)


def kind_label(kind: str) -> str:
    return CHECKS[kind].label if kind in CHECKS else kind


def kind_help(kind: str) -> str:
    """Return what a kind looks at, in a sentence."""
    return _KIND_HELP.get(kind, "")


def param_label(kind: str, name: str) -> str:
    return _LABELS.get(f"{kind}.{name}", name)


def params(kind: str) -> tuple[Param, ...]:
    """Return the inputs of a kind's form, in the order of its parameters."""
    return _params(CHECKS[kind].params, kind)


def _params(model: type[BaseModel], prefix: str) -> tuple[Param, ...]:
    hints = typing.get_type_hints(model)
    found = []
    for name, info in model.model_fields.items():
        path = f"{prefix}.{name}"
        shape, options, inner = _shape(path, hints[name])
        default = info.get_default(call_default_factory=True)
        found.append(
            Param(
                name,
                _LABELS.get(path, name),
                shape,
                None if default is PydanticUndefined else default,
                info.is_required(),
                _HELP.get(path, ""),
                options,
                _params(inner, path) if inner else (),
                path in _MATERIALS,
            )
        )
    return tuple(found)


def _shape(path: str, hint: Any) -> tuple[Input, Options, type[BaseModel] | None]:
    """Return how a parameter of this type is asked for."""
    if get_origin(hint) is typing.Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (typing.Union, types.UnionType):
        kinds_ = [a for a in get_args(hint) if a is not type(None)]
        if len(kinds_) > 1:
            return (Input.CELLS if path.endswith("extra_rows") else Input.TEXT), (), None
        hint = kinds_[0]
    if get_origin(hint) is Literal:
        return Input.PICK, _options(path, hint), None
    if get_origin(hint) is list:
        inner = get_args(hint)[0]
        if get_origin(inner) is Literal:
            return Input.PICKS, _options(path, inner), None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return Input.ROWS, (), inner
        return (Input.PICKS if path in _MATERIALS else Input.WORDS), (), None
    if path in _MATERIALS:
        return Input.PICK, (), None
    simple = {bool: Input.YES_NO, int: Input.WHOLE, float: Input.NUMBER}
    return simple.get(hint, Input.TEXT), (), None


def _options(path: str, literal: Any) -> Options:
    values = [str(v) for v in get_args(literal)]
    return tuple((v, _WORDS_OF.get(f"{path}.{v}", _WORDS.get(v, v))) for v in values)
