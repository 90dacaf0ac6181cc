"""sections: one report with its headings written in many ways, then broken in many ways."""

from __future__ import annotations

from tests.check_cases import bad, good

_NAMES = {"names": ["추진배경", "현황", "문제점|현안", "향후계획"]}
_PARTS = (
    ("추진배경", "방문객 급증"),
    ("현황", "주차면 350면"),
    ("문제점", "주차 공간 부족"),
    ("향후계획", "임시주차장 확보"),
)


def _written(shape: str, parts: tuple[tuple[str, str], ...] = _PARTS, spaced: bool = False) -> str:
    lines = []
    for number, (name, text) in enumerate(parts, 1):
        name = name[:2] + " " + name[2:] if spaced and len(name) == 4 else name
        lines.append(
            shape.format(
                name=name,
                text=text,
                n=number,
                roman="ⅠⅡⅢⅣ"[min(number, 4) - 1],
                letter="가나다라"[min(number, 4) - 1],
            )
        )
    return "\n".join(lines) + "\n"


_SHAPES = (
    "## {name}\n{text}", "# {n}. {name}\n- {text}", "□ {name}\n ○ {text}", "**{name}**\n{text}", "{n}. {name}\n  {text}", "{roman}. {name}\n{text}", "[{name}]\n{text}", "【{name}】\n{text}",
    "■ {name}: {text}", "{name}: {text}", "{name}\n{text}", "### {n}) {name} 및 개요\n{text}", "{letter}. {name}\n{text}", "**{n}. {name}**\n\n{text}", "- **{name}**: {text}", "## <{name}>\n{text}", "□ {name}(요약)\n ○ {text}",
)  # fmt: skip
CASES = (
    *(good(f"shape {shape!r}", _written(shape), params=_NAMES) for shape in _SHAPES),
    good("spaced names", _written("## {name}\n{text}", spaced=True), params=_NAMES),
    good("other name allowed", _written("## {name}\n{text}").replace("문제점", "현안"), params=_NAMES),
    good("any order allowed", _written("## {name}\n{text}", _PARTS[::-1]), params={**_NAMES, "ordered": False}),
    good("rows of a form", "| 회의명 | 준비 회의 |\n|---|---|\n| 일시 | 2026. 11. 18. |\n| 장소 | 회의실 |\n", params={"names": ["회의명", "일시", "장소"]}),
    *(bad(f"without {name}", _written("## {name}\n{text}", tuple(p for p in _PARTS if p[0] != name)), params=_NAMES, says=name) for name, _ in _PARTS),
    *(bad(f"without {name}, squares", _written("□ {name}\n ○ {text}", tuple(p for p in _PARTS if p[0] != name)), params=_NAMES, says=name) for name, _ in _PARTS),
    bad("wrong order", _written("## {name}\n{text}", _PARTS[::-1]), params=_NAMES, says="앞에"),
    bad("two swapped", _written("□ {name}\n ○ {text}", (_PARTS[0], _PARTS[2], _PARTS[1], _PARTS[3])), params=_NAMES, says="앞에"),
    bad("word only in a sentence", _written("## {name}\n{text}", _PARTS[:3]) + "향후계획은 다음에 보고드리겠습니다.", params=_NAMES, says="향후계획"),
    bad("empty last section", _written("## {name}\n{text}", _PARTS[:3]) + "## 향후계획\n", params=_NAMES, says="내용이 없습니다"),
    bad("empty middle section", "## 추진배경\n증가\n## 현황\n## 문제점\n부족\n## 향후계획\n확보", params=_NAMES, says="내용이 없습니다"),
    bad("only prose", "방문객이 늘어 주차가 어렵습니다. 임시주차장을 마련하겠습니다.", params=_NAMES),
    bad("heading in code", "```python\n# 추진배경\nprint(1)\n```", params={"names": ["추진배경"]}),
)  # fmt: skip
