"""prompt_parts: one good prompt, each of its parts taken away, and other ways to say each part."""

from __future__ import annotations

from tests.check_cases import Case, bad, good, open_

_MEMO = (
    "축제 방문객이 작년보다 21% 늘어 12,345명이 왔음. 행사장 주변 주차면은 350면뿐이라 민원이 58건 들어왔음."
)
_PARTS = {
    "역할": "당신은 시청에서 보고서를 쓰는 주무관입니다.",
    "맥락": "과장님께 보고할 자료입니다.",
    "형식": "□ ○ - 개조식으로 쓰고 제목을 붙여 주세요.",
    "제약": "메모에 없는 내용은 쓰지 마세요.",
    "자료": f"메모: {_MEMO}",
}
_SOURCES = {"memo.txt": _MEMO}


def _prompt(**changed: str) -> str:
    return "\n".join(text for text in {**_PARTS, **changed}.values() if text)


def _one(name: str, part: str, text: str, *, there: bool, missed: bool = False) -> Case:
    make = good if there else bad
    return make(name, "", prompt=text, params={"parts": [part]}, missed=missed)


_ROLES = (
    "회계과 직원이라고 생각하고 써 줘",
    "민원실 공무원이라 가정하고 답해 줘",
    "너는 공무원 보고서 작성 전문가야.",
    "역할: 회의록 정리 담당자",
    "민원 답변을 쓰는 담당자로서 답해 주세요.",
    "당신은 강릉시 홍보 담당입니다.",
    "[역할] 시청에서 공문을 다듬는 사람",
    "【역할】 민원 답변 작성",
)
_CONTEXTS = (
    "어르신들이 승강기 앞에서 읽습니다",
    "민원인이 창구에서 보는 글",
    "나는 회계과에서 이번에 처음 예산을 맡았어",
    "우리 과는 내년에 청사를 옮깁니다",
    "어르신들이 읽을 안내문입니다. 목적: 주차 안내",
    "시민에게 배포할 안내문이 필요합니다.",
    "다음 주 국장 보고용 자료를 준비하고 있습니다.",
    "배경: 축제 방문객이 늘었습니다.",
    "[맥락] 처음 전화를 받는 직원도 그대로 읽습니다.",
    "[맥락]\n새 담당자가 첫날 혼자 읽습니다.",
    "## 맥락\n결과를 보고 무엇을 고칠지 정합니다.",
    "**[배경 설명]** 요금이 올라 문의가 많습니다.",
)
_FORMS = (
    "다섯 줄로 써 줘",
    "3줄 요약",
    "열 줄 안쪽으로",
    "두세 문장으로",
    "표로 만들어 주세요.",
    "3줄로 요약해 주세요.",
    "아래 형식으로 써 주세요.",
    "출력 형식: 마크다운 표",
    "5개 항목으로 정리해 주세요.",
    "[형식] 제목과 기호 없이 씁니다.",
)
_LIMITS = (
    "자료에 없으면 확인 필요라고 적어 줘",
    "전화번호는 빼고 써 줘",
    "모르면 물어봐",
    "꼭 날짜를 넣어 줘",
    "회의록에 있는 내용만 요약해 줘",
    "추측하지 말고 모르면 미정이라고 쓰세요.",
    "자료에 있는 내용만 사용하세요.",
    "300자 이내로 쓰세요.",
    "조건: 존댓말, 반드시 날짜 포함",
    "숫자는 바꾸지 마세요.",
    "[제약] 자료의 날짜만 씁니다.",
    "<제약 사항> 존댓말",
)
_NOT_THERE = (
    ("역할", "회계과 직원에게 보낼 글을 써 줘"),
    ("역할", "공무원 시험 안내문 써 줘"),
    ("맥락", "나는 공사 안내문이 필요해"),
    ("맥락", "우리 시 주차장 공사 안내문을 써 줘"),
    ("맥락", "저는 보고서를 만들고 싶습니다"),
    ("제약", "꼭 좀 부탁해요"),
    ("제약", "반드시 멋지게 써 줘"),
    ("제약", "회의록에 있는 내용 요약해 줘"),
    ("형식", "다섯 사람에게 보낼 글"),
    ("자료", "12월 1일까지 3줄로, 300자 이내로, 다섯 항목으로 나누어 보고서를 아주 자세하고 길게 써 주세요"),
)
_TOLD = "12월 1일부터 5일까지 시청 지하 주차장 바닥을 공사해요. 시민은 옆 공영주차장을 쓰면 되고 요금은 무료입니다. 안내문을 써 줘"
_EMPTY_LABELS = "[역할]\n[맥락]\n[형식]\n[제약]\n"
_HOUSE_STYLE = """[역할] 당신은 치우치지 않은 설문을 만드는 담당자입니다.
[맥락] 주제는 「구내식당」입니다. 결과를 보고 무엇을 고칠지 정합니다.
[자료] 알고 싶은 것
\"\"\"
만족도, 바라는 메뉴
\"\"\"
[형식] 아래 네 줄을 씁니다.
[제약] 한 문항에 한 가지만 묻습니다.
"""
CASES = (
    good("all five parts", "", prompt=_prompt(), sources=_SOURCES),
    *(
        bad(f"without {part}", "", prompt=_prompt(**{part: ""}), sources=_SOURCES, says=part)
        for part in _PARTS
    ),
    *(
        good(
            f"four are enough without {part}",
            "",
            prompt=_prompt(**{part: ""}),
            params={"at_least": 4},
            sources=_SOURCES,
        )
        for part in _PARTS
    ),
    *(_one(f"role: {text}", "역할", text, there=True) for text in _ROLES),
    *(_one(f"context: {text}", "맥락", text, there=True) for text in _CONTEXTS),
    *(_one(f"form: {text}", "형식", text, there=True) for text in _FORMS),
    *(_one(f"limits: {text}", "제약", text, there=True) for text in _LIMITS),
    *(_one(f"no {part}: {text}", part, text, there=False) for part, text in _NOT_THERE),
    _one("facts told in the request", "자료", _TOLD, there=True),
    _one("a limit told as a wish", "제약", "너무 딱딱하지 않았으면 좋겠어", there=True),
    _one("a role told as a job", "역할", "시청에서 십 년 일한 사람의 말투로 써 줘", there=True, missed=True),
    *(_one(f"no {part}: 요약해 줘", part, "요약해 줘", there=False) for part in _PARTS),
    *(_one(f"no {part}: 보고서 써 줘", part, "축제 보고서 써 줘", there=False) for part in _PARTS),
    _one("material is not instructions", "제약", f"요약해 줘\n{_MEMO}", there=False),
    bad("one line", "", prompt="회의록 요약해 줘", says="역할"),
    bad("material promised, not given", "", prompt="아래 메모를 요약해 주세요.", params={"parts": ["자료"]}),
    good(
        "material pasted bare", "", prompt=f"요약해 줘\n{_MEMO}", params={"parts": ["자료"]}, sources=_SOURCES
    ),
    good(
        "cells of a sheet",
        "",
        prompt="A열은 부서, C열은 금액입니다. 부서별 합계 수식을 알려 주세요.",
        params={"parts": ["자료"]},
    ),
    good("house style: labels closed by brackets", "", prompt=_HOUSE_STYLE),
    bad(
        "house style without its context",
        "",
        prompt=_HOUSE_STYLE.replace(
            "[맥락] 주제는 「구내식당」입니다. 결과를 보고 무엇을 고칠지 정합니다.\n", ""
        ),
        says="맥락이 보이지 않습니다",
    ),
    bad(
        "house style with an empty fence",
        "",
        prompt=_HOUSE_STYLE.replace("만족도, 바라는 메뉴", ""),
        says="자료가 보이지 않습니다",
    ),
    *(_one(f"an empty label is no {part}", part, _EMPTY_LABELS + "[끝]", there=False) for part in _PARTS),
    bad(
        "labels inside the pasted material prove nothing",
        "",
        prompt='아래 글을 요약해 줘\n"""\n[역할] 서기\n[맥락] 국장 보고\n[형식] 표\n[제약] 짧게\n"""\n',
        params={"parts": ["역할", "맥락", "제약"], "at_least": 1},
        says="역할이 보이지 않습니다",
    ),
    open_("no prompt", "답입니다."),
)
