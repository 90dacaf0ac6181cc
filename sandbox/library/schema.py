"""The shape of the header of a template and of an exercise, as pydantic models.

Hides which keys there are, which are required, and the Korean descriptions that the generated
JSON Schemas (docs/*.schema.json) show in an editor. Values arrive as text and become numbers
or yes/no here; nothing about other files is decided here.
"""

from __future__ import annotations

import typing
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from sandbox.records import FieldType, Level

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Words = Annotated[str, StringConstraints(min_length=1)]
ModuleId = Literal["basics", "report", "minutes", "slides", "excel", "everyday"]
PromptPart = Literal["역할", "맥락", "자료", "형식", "제약"]
Lab = Literal["", "tokens", "temperature", "compare", "spot"]


def _joined(value: object) -> object:
    """Accept a list where a text is typed: the choices of a multi_choice blank."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value


TextOrList = Annotated[str, BeforeValidator(_joined, json_schema_input_type=str | list[str])]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class FieldPart(_Part):
    """빈칸 하나"""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^{}\n]+$")] = Field(
        description="본문의 {{이름}}과 같은 이름"
    )
    label: str = Field("", description="화면에 보이는 이름. 없으면 name을 씁니다.")
    type: FieldType = Field(FieldType.TEXT, description="입력 칸의 종류")
    help: str = Field("", description="입력 칸 아래의 도움말")
    required: bool = Field(True, description="꼭 채워야 하는지")
    default: TextOrList = Field("", description="처음부터 들어 있는 값")
    example: str = Field("", description="흐리게 보이는 보기")
    choices: tuple[Words, ...] = Field((), description="choice, multi_choice에서 고를 것들")
    min: float | None = Field(None, description="number의 가장 작은 값")
    max: float | None = Field(None, description="number의 가장 큰 값")
    max_chars: int = Field(20_000, gt=0, le=200_000, description="가장 긴 글자 수")


class CheckPart(BaseModel):
    """자동 점검 하나. 나머지 항목은 점검 종류(kind)에 따라 다릅니다."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")] = Field(
        description="이 파일 안에서 하나뿐인 이름"
    )
    kind: Words = Field(description="점검 종류")
    title: Words = Field(description="화면에 보이는 물음")
    weight: float = Field(1.0, gt=0, le=100, description="중요도")


class PromptHeader(_Part):
    """실습용 프롬프트 템플릿의 머리말"""

    id: Id = Field(description="하나뿐인 이름. 영문 소문자, 숫자, 붙임표")
    title: Words = Field(description="제목")
    module: ModuleId = Field(description="과목")
    level: Level = Field(description="기초 또는 심화")
    summary: Words = Field(description="한 줄 설명")
    system: str = Field("", description="모델에게 먼저 주는 역할 설명")
    fields: tuple[FieldPart, ...] = Field((), description="빈칸들")
    why: dict[PromptPart, str] = Field(
        default_factory=dict, description="좋은 프롬프트의 다섯 부분을 왜 이렇게 썼는지"
    )
    sample: dict[str, TextOrList] = Field(default_factory=dict, description="시험 실행에 쓰는 값")
    checks: tuple[CheckPart, ...] = Field((), description="sample로 얻은 답의 자동 점검")
    max_answer_tokens: int = Field(1_000, gt=0, le=32_000, description="답의 최대 토큰 수")
    temperature: float | None = Field(None, ge=0, le=2, description="답의 다양함. 0은 늘 비슷하게")
    tags: tuple[Words, ...] = Field((), description="찾기에 쓰는 낱말")
    naive: str = Field("", description="평가에서 견줄 서툰 부탁. 비우면 제목과 빈칸의 값으로 만듭니다.")


class MaterialPart(_Part):
    """실습 자료 하나"""

    file: Words = Field(description="exercise.md와 같은 폴더에 있는 파일 이름")
    title: str = Field("", description="화면에 보이는 이름. 없으면 파일 이름을 씁니다.")


class LabTextPart(_Part):
    """실험대에 처음 들어 있는 글 하나"""

    title: Words = Field(description="화면에 보이는 이름")
    text: Words = Field(description="견주어 볼 글 또는 보낼 프롬프트")


class StatementPart(_Part):
    """거짓 찾기의 문장 하나"""

    text: Words = Field(description="읽고 판단할 문장")
    wrong: bool = Field(False, description="일부러 틀리게 쓴 문장이면 true")
    reason: str = Field("", description="왜 틀렸는지. 틀린 문장에는 꼭 적습니다.")
    source: str = Field("", description="맞춰 볼 자료의 줄에서 옮긴 말. 자료에 없으면 비웁니다.")


class ExerciseHeader(_Part):
    """실습의 머리말"""

    id: Id = Field(description="하나뿐인 이름. 영문 소문자, 숫자, 붙임표")
    title: Words = Field(description="제목")
    module: ModuleId = Field(description="과목")
    level: Level = Field(description="기초 또는 심화")
    minutes: int = Field(gt=0, le=480, description="걸리는 시간(분)")
    order: int = Field(0, description="과목 안에서의 차례. 작은 수가 먼저")
    goal: Words = Field(description="이 실습의 목표")
    prompt: str = Field("", description="쓸 템플릿의 id. 없으면 자유 실습")
    starter: str = Field("", description="자유 실습에서 입력 칸에 처음 들어 있는 글")
    materials: tuple[MaterialPart, ...] = Field((), description="실습 자료")
    prefill: dict[str, TextOrList] = Field(
        default_factory=dict, description='미리 채울 빈칸. "@파일"은 그 파일의 글'
    )
    steps: tuple[Words, ...] = Field(min_length=1, description="따라 할 순서")
    hints: tuple[Words, ...] = Field((), description="하나씩 열어 보는 도움말")
    lesson: str = Field("", description="이 실습에서 배운 것")
    checks: tuple[CheckPart, ...] = Field(min_length=1, description="답의 자동 점검")
    tags: tuple[Words, ...] = Field((), description="찾기에 쓰는 낱말")
    lab: Lab = Field("", description="입력 칸 위에 놓는 실험대의 종류")
    lab_texts: tuple[LabTextPart, ...] = Field((), description="실험대에 처음 들어 있는 글")
    spot: tuple[StatementPart, ...] = Field((), description="lab: spot에서 읽고 가릴 문장들")
    naive: str = Field("", description="평가에서 견줄 서툰 부탁 한 문장. 자료는 뒤에 저절로 붙습니다.")


class LessonHeader(_Part):
    """과정의 읽을거리(lesson.md)의 머리말"""

    title: Words = Field(description="읽을거리의 제목")


class AnswerHeader(_Part):
    """모범 답안 또는 틀린 답안의 머리말"""

    name: str = Field("", description="화면에 보이는 이름")
    why: str = Field("", description="왜 좋은지 또는 왜 틀렸는지")
    prompt: str = Field("", description="이 답을 얻은 프롬프트")
    fails: tuple[Words, ...] = Field((), description="실패해야 하는 점검의 id들")


def known_keys(model: type[BaseModel], at: tuple[str, ...] = ()) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the keys allowed at each place of a header, for did-you-mean hints."""
    found = {at: tuple(model.model_fields)}
    for name, info in model.model_fields.items():
        for inner in typing.get_args(info.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= known_keys(inner, (*at, name))
    return found


def template_schema() -> dict[str, Any]:
    """Return the JSON Schema of a template's header."""
    return _schema(PromptHeader)


def exercise_schema() -> dict[str, Any]:
    """Return the JSON Schema of an exercise's header."""
    return _schema(ExerciseHeader)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
