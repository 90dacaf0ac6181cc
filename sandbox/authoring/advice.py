"""Plain advice on a template that is right as a file and could still be better.

Hides rules of thumb; none of them keeps a template from being published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox import tokens
from sandbox.checks import check
from sandbox.guard import find
from sandbox.library import missing, render
from sandbox.records import Action, CheckContext, CheckSpec, Field, FieldType, Prompt, State

Place = tuple[str | int, ...]
SMALL_MODEL_TOKENS = 1_500  # beyond this the embedded model answers late and forgets the beginning
MANY_FIELDS = 8
_PRIVATE = re.compile(
    r"주민\s*등록|주민\s*번호|생년월일|전화|휴대폰|연락처|이메일|메일\s*주소|집\s*주소|주소|계좌|여권|면허|카드\s*번호|민원인\s*(이름|성명)|성명"
)
_PARTS: Mapping[str, str] = {
    "역할": "누구의 글인지 없습니다. 예: 당신은 시청에서 안내문을 쓰는 담당자입니다.",
    "맥락": "누가 읽고 무엇에 쓰는지 없습니다. 예: 시민이 읽을 안내문입니다.",
    "자료": "자료가 어디부터인지 보이지 않습니다. [자료] 아래에 빈칸을 두면 좋습니다.",
    "형식": "형식이 없습니다. 분량과 모양을 정하면 고쳐 쓸 일이 줄어듭니다. 예: ○로 시작하는 네 줄",
    "제약": "하지 말 것이 없습니다. 예: 자료에 없는 내용은 쓰지 않기",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence of advice and the part of the form it is about."""

    place: Place
    text: str


def advise(prompt: Prompt) -> tuple[Advice, ...]:
    """Return what could be better about a template, the weightiest first."""
    return (*_parts(prompt), *_fields(prompt), *_size(prompt), *_private(prompt), *_sample(prompt))


def size(prompt: Prompt) -> int:
    """Return how many tokens the template with its example values takes."""
    return tokens.count(f"{prompt.system}\n{render(prompt, prompt.sample)}").tokens


def _parts(prompt: Prompt) -> Iterator[Advice]:
    """Ask the same check that trainees meet which of the five parts are missing."""
    text = f"{prompt.system}\n{render(prompt, prompt.sample)}"
    for part, advice in _PARTS.items():
        spec = CheckSpec("part", "prompt_parts", part, {"parts": [part]})
        if check(spec, CheckContext(answer="", prompt=text)).state is State.FAIL:
            yield Advice(("body",), f"{part}: {advice}")


def _fields(prompt: Prompt) -> Iterator[Advice]:
    for i, field in enumerate(prompt.fields):
        if _PRIVATE.search(f"{field.name} {field.label}"):
            yield Advice(
                ("fields", i),
                f"‘{field.label}’ 빈칸은 개인정보를 넣게 합니다. 꼭 필요한지, ‘민원인’처럼 바꿔 적을 수 있는지 봐 주세요.",
            )
        yield from (Advice(("fields", i), text) for text in _of_field(field))
    if len(prompt.fields) > MANY_FIELDS:
        yield Advice(
            ("fields",),
            f"빈칸이 {len(prompt.fields)}개입니다. 많으면 채우다 지칩니다. 꼭 필요한 것만 남겨 보세요.",
        )


def _of_field(field: Field) -> Iterator[str]:
    if field.type in (FieldType.TEXT, FieldType.LONG_TEXT) and not (field.help or field.example):
        yield f"‘{field.label}’에 도움말이나 보기를 적으면 무엇을 넣을지 바로 압니다."
    if field.type is FieldType.CHOICE and len(field.choices) == 1:
        yield f"‘{field.label}’에서 고를 것이 하나뿐입니다. 본문에 바로 적어도 됩니다."


def _size(prompt: Prompt) -> Iterator[Advice]:
    count = size(prompt)
    if count > SMALL_MODEL_TOKENS:
        yield Advice(
            ("body",),
            f"예시 값을 넣으면 약 {count:,}토큰입니다. 작은 모델은 {SMALL_MODEL_TOKENS:,}토큰을 넘으면 앞부분을 잊기 쉽습니다.",
        )
    if prompt.max_answer_tokens > 2_000:
        yield Advice(
            ("max_answer_tokens",),
            "답을 길게 받으면 그만큼 오래 기다립니다. 2,000토큰 안팎까지가 알맞습니다.",
        )


def _private(prompt: Prompt) -> Iterator[Advice]:
    for place, text in (("body", prompt.body), ("system", prompt.system)):
        if any(f.action is not Action.ALLOW for f in find(text)):
            yield Advice(
                (place,), "개인정보로 보이는 내용이 들어 있습니다. 지어낸 것이라도 바꿔 적어 주세요."
            )


def _sample(prompt: Prompt) -> Iterator[Advice]:
    if prompt.fields and missing(prompt, prompt.sample):
        yield Advice(
            ("sample",), "예시 값을 적어 두면 처음 보는 사람이 ‘예시로 채워 보기’로 바로 해 볼 수 있습니다."
        )
