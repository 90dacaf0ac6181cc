"""official_forms: one date, time, amount or item list at a time, right and wrong."""

from __future__ import annotations

from tests.check_cases import bad, good, open_

_DATE, _TIME, _MONEY, _DAY = ({"which": [name]} for name in ("date", "time", "money", "weekday"))
_ITEMS, _END = {"which": ["items"]}, {"which": ["attachment"]}
_BOTH = {"which": ["items", "attachment"]}
_TWO_ATTACHED = """1. 목적
  가. 안전 확보
  나. 편의 증진
2. 내용

붙임  1. 계획서 1부.
      2. 명단 1부.  끝."""
CASES = (
    *(
        good(f"date {text}", text, params=_DATE)
        for text in (
            "일시: 2026. 11. 22.",
            "2026. 11. 22.(일) 개최",
            "2026. 1. 5.부터",
            "11. 22.~11. 24.",
            "기간: 2026. 11. 22.~11. 24.",
            "2026. 11. 22.(일)~24.(화)",
            "2028. 2. 29. 개최",
            "1. 11. 30.까지\n2. 12. 14.부터",
        )
    ),
    *(
        bad(f"date {text}", text, params=_DATE, says=right)
        for text, right in (
            ("일시: 2026년 11월 22일", "2026. 11. 22."),
            ("2026-11-22 개최", "2026. 11. 22."),
            ("2026.11.22. 개최", "2026. 11. 22."),
            ("2026. 11. 22 개최", "2026. 11. 22."),
            ("2026. 01. 05. 개최", "2026. 1. 5."),
            ("11월 22일까지", "11. 22."),
            ("2026/11/22 접수", "2026. 11. 22."),
            ("2026. 2. 30. 마감", "달력"),
            ("2026.11.22(일)", "2026. 11. 22."),
            ("11. 31.까지", "달력에 없는"),
            ("2. 30.부터", "달력에 없는"),
            ("11월 31일까지", "달력에 없는"),
            ("26. 12. 4.까지", "2026. 12. 4."),
            ("기한: 26.12.4.", "네 자리"),
            ("기간: 2026. 11. 22. ~ 11. 24.", "붙여"),
            ("2026. 12. 1.(화) ~ 2026. 12. 5.(토)", "붙여"),
            ("2026. 12. 1.-12. 5.", "'~'"),
        )
    ),
    *(
        good(f"weekday {text}", text, params=_DAY)
        for text in ("2026. 11. 22.(일)", "2026년 11월 22일 일요일", "2026. 12. 25.(금)")
    ),
    *(
        bad(f"weekday {text}", text, params=_DAY, says=right)
        for text, right in (("2026. 11. 22.(월)", "일요일"), ("2026. 12. 25.(목)", "금요일"))
    ),
    *(
        good(f"time {text}", text, params=_TIME)
        for text in (
            "14:30에 시작",
            "14:30~16:30",
            "14:00부터 16:00까지",
            "08:10부터",
            "3시간 동안 진행, 09:00 시작",
            "서울시장 면담 10:00",
        )
    ),
    *(
        bad(f"time {text}", text, params=_TIME, says=right)
        for text, right in (
            ("오후 2시에 시작", "14:00"),
            ("오후 2시 30분", "14:30"),
            ("9:00 시작", "09:00"),
            ("14시 30분", "14:30"),
            ("14:30 ~ 16:30", "~"),
            ("25:10 시작", "없는 시각"),
            ("오전 9시 반", "09:30"),
            ("14:30-16:30", "~"),
            ("14:00부터 오후 4시까지", "16:00"),
        )
    ),
    *(
        good(f"money {text}", text, params=_MONEY)
        for text in (
            "금113,560원(금일십일만삼천오백육십원)",
            "금5,000,000원(금오백만원)",
            "소요예산: 금10,000원(금일만원)",
            "| 항목 | 금액 |\n|---|---|\n| 홍보 | 2,000원 |\n\n합계 금2,000원(금이천원)",
        )
    ),
    *(
        bad(f"money {text}", text, params=_MONEY, says=right)
        for text, right in (
            ("113,560원", "금113,560원(금일십일만삼천오백육십원)"),
            ("금113,560원(금십일만삼천오백육십원)", "'일'을 빼지"),
            ("금113,560원(금일십일만삼천육백오십원)", "다릅니다"),
            ("113,560원(일십일만삼천오백육십원)", "'금'"),
            ("금113560원(금일십일만삼천오백육십원)", "쉼표"),
            ("500만원", "금5,000,000원(금오백만원)"),
            ("금 113,560원(금 일십일만삼천오백육십원)", "띄어"),
        )
    ),
    good(
        "items nested",
        "1. 목적\n  가. 안전 확보\n  나. 편의 증진\n2. 내용\n  가. 점검\n    1) 전기\n    2) 가스\n  나. 정비",
        params=_ITEMS,
    ),
    good("a dated item", "1. 2026. 12. 4.까지 신청\n2. 12. 14. 12:00 추첨", params=_ITEMS),
    good("two attachments", _TWO_ATTACHED, params=_BOTH),
    good("three attachments below their word", _TWO_ATTACHED.replace("붙임  1", "붙임\n  1"), params=_BOTH),
    bad(
        "attachments misnumbered",
        _TWO_ATTACHED.replace("2. 명단", "3. 명단"),
        params=_BOTH,
        says="붙임의 번호",
    ),
    bad("one attachment numbered", "알려 드립니다.\n붙임  1. 계획서 1부.  끝.", params=_END, says="하나뿐"),
    bad(
        "items misnumbered above attachments",
        _TWO_ATTACHED.replace("2. 내용", "3. 내용"),
        params=_BOTH,
        says="이어지지",
    ),
    bad("items skip a level", "1. 목적\n  1) 안전\n  2) 편의\n2. 내용", params=_ITEMS, says="가."),
    bad("items misnumbered", "1. 목적\n2. 내용\n4. 일정", params=_ITEMS, says="이어지지"),
    bad("single item marked", "1. 목적\n  가. 안전 확보\n2. 내용", params=_ITEMS, says="하나뿐"),
    bad("items start late", "2. 목적\n3. 내용", params=_ITEMS, says="첫 번호"),
    good("attachment and end", "위와 같이 알려 드립니다.\n\n붙임  계획서 1부.  끝.", params=_END),
    good("end after the body", "협조하여 주시기 바랍니다.  끝.", params=_END),
    bad("attachment with a colon", "알려 드립니다.\n붙임: 계획서 1부.  끝.", params=_END, says="쌍점"),
    bad("no end", "알려 드립니다.\n붙임  계획서 1부.", params=_END, says="끝."),
    bad("end too close", "협조 바랍니다. 끝.", params=_END, says="두 칸"),
    bad("end without stop", "협조 바랍니다.  끝", params=_END, says="온점"),
    open_("nothing to judge", "축제를 준비합니다."),
)
