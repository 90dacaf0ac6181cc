"""What the parser says about a file, in the words of the screen: a form has boxes, not headers and lists.

Hides only words. A sentence that is not known here is shown as the parser said it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.authoring import check_forms
from sandbox.checks.particles import particle

_CHANGED: Mapping[str, str] = {
    "이 항목을 머리말에 적어 주세요.": "이 칸을 채워 주세요.",
    "빠진 항목입니다.": "비어 있습니다.",
    "고를 것(choices)이 없습니다.": "고를 것이 없습니다.",
    "choices: [가, 나]처럼 적어 주세요.": "고를 것을 한 줄에 하나씩 적어 주세요.",
    "같은 choices가 두 번 있습니다.": "같은 고를 것이 두 번 있습니다.",
    "multi_choice의 choices에는 쉼표를 쓸 수 없습니다.": "여럿 고르기의 고를 것에는 쉼표를 쓸 수 없습니다.",
    "min이 max보다 큽니다": "가장 작은 값이 가장 큰 값보다 큽니다",
    "이(가) fields에 없습니다.": "이(가) 빈칸 목록에 없습니다.",
    "fields에 이 빈칸을 더해 주세요.": "아래 단추로 빈칸을 만들거나 본문에서 지워 주세요.",
    "docs/authoring.md의 점검 설명을 확인해 주세요.": "위의 칸을 확인해 주세요.",
    "docs/authoring.md의 항목 설명을 확인해 주세요.": "이 칸을 확인해 주세요.",
    "머리말 아래에 프롬프트 본문을 적어 주세요.": "본문을 적어 주세요.",
    "머리말 아래에 상황을 적어 주세요.": "상황을 적어 주세요.",
    "system에는 빈칸을 쓸 수 없습니다.": "역할에는 빈칸을 쓸 수 없습니다.",
    "틀린 답안에 fails가 없습니다.": "실패해야 하는 점검을 고르지 않았습니다.",
    "fails: [점검 id]로 실패해야 하는 점검을 적어 주세요.": "위에서 실패해야 하는 점검을 골라 주세요.",
    "fails에서 빼 주세요": "실패해야 하는 점검에서 빼 주세요",
    "fails에 더해 주세요": "실패해야 하는 점검에 더해 주세요",
    "모범 답안에는 fails를 쓸 수 없습니다.": "모범 답안은 모든 점검을 통과해야 합니다.",
    "이(가) materials에 없습니다.": "이(가) 자료 목록에 없습니다.",
    "materials에 파일을 더해 주세요.": "자료를 올려 주세요.",
    "exercise.md와 같은 폴더에 파일을 넣어 주세요.": "자료를 다시 올려 주세요.",
    "따옴표나 단위 없이 ": "단위 없이 ",
    "min과 max 가운데 하나는": "‘적어도’와 ‘많아도’ 가운데 하나는",
    "all, any, none 가운데 하나는": "있어야 할 말이나 없어야 할 말 가운데 하나는",
    "sample의 ": "예시 값의 ",
    "sample에 ": "예시 값에 ",
    "prefill의 ": "미리 채울 값의 ",
}
_NAME_BEFORE = re.compile(r"^‘[a-z_ >0-9번째]+’: ")
_EITHER: Mapping[str, str] = {
    "을(를)": "을/를", "이(가)": "이/가", "은(는)": "은/는", "과(와)": "과/와", "(으)로": "으로/로",
}  # fmt: skip


def on_screen(text: str, check_kind: str = "") -> str:
    """Return a complaint as the screen says it; ``check_kind`` puts a check's parameters into Korean."""
    text = _NAME_BEFORE.sub("", text)
    for said, meant in _CHANGED.items():
        text = text.replace(said, meant)
    if check_kind:
        labels = {p.name: p.label for p in check_forms.params(check_kind)}
        text = re.sub(r"'(\w+)'", lambda m: f"‘{labels.get(m.group(1), m.group(1))}’", text)
    for written, pair in _EITHER.items():
        text = re.sub(
            r"(‘([^’]*)’|\}\})" + re.escape(written),
            lambda m, pair=pair: m.group(1) + particle(m.group(2) or "빈칸", pair),  # type: ignore[misc]
            text,
        )
    return text
