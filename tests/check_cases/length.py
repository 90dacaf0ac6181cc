"""length: each unit just inside and just outside its limits."""

from __future__ import annotations

from tests.check_cases import bad, good

_TEXT = "가나다라마바사아자차" * 10
_LINES = "첫째 줄\n\n둘째 줄\n---\n셋째 줄\n"
_SENTENCES = "축제를 엽니다. 많이 오세요! 주차는 시청에 하세요.\n문의는 관광과로 하세요"
_DATED = "행사는 2026. 11. 22. 14:00에 엽니다. 참가비는 3.5천원입니다."
_ITEMS = "□ 개요\n ○ 일시\n ○ 장소\n  - 시청\n설명 줄\n1. 첫째\n2. 둘째\n"


def _p(unit: str, low: int | None = None, high: int | None = None) -> dict[str, object]:
    return {"unit": unit} | ({} if low is None else {"min": low}) | ({} if high is None else {"max": high})


_SIZES = (
    ("chars", _TEXT, 100),
    ("lines", _LINES, 3),
    ("sentences", _SENTENCES, 4),
    ("sentences", _DATED, 2),
    ("items", _ITEMS, 6),
)
CASES = (
    *(good(f"{unit} at most {size}", text, params=_p(unit, None, size)) for unit, text, size in _SIZES),
    good("tokens at most 10", "안녕하세요", params=_p("tokens", None, 10)),
    *(good(f"{unit} at least {size}", text, params=_p(unit, size)) for unit, text, size in _SIZES),
    *(good(f"{unit} exactly {size}", text, params=_p(unit, size, size)) for unit, text, size in _SIZES),
    *(bad(f"{unit} over {size - 1}", text, params=_p(unit, None, size - 1), says="줄여야 합니다") for unit, text, size in _SIZES),
    *(bad(f"{unit} under {size + 1}", text, params=_p(unit, size + 1), says="더 써야 합니다") for unit, text, size in _SIZES),
    bad("tokens over", _TEXT, params=_p("tokens", None, 5)),
    good("outer white space is nothing", f"\n\n  {_TEXT}  \n\n", params=_p("chars", 100, 100)),
    good("bullets are sentences", "- 하나\n- 둘\n- 셋", params=_p("sentences", 3, 3)),
    good("question and exclamation", "됩니까? 됩니다!", params=_p("sentences", 2, 2)),
    bad("three sentences are not two", "하나입니다. 둘입니다. 셋입니다.", params=_p("sentences", None, 2)),
    bad("table rows are lines", "| a | b |\n|---|---|\n| 1 | 2 |\n", params=_p("lines", None, 2)),
)  # fmt: skip
