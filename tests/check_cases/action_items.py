"""action_items: minutes of one meeting as tables, bullets and sub-bullets, with planted mistakes."""

from __future__ import annotations

from tests.check_cases import Case, bad, good

TRANSCRIPT = """2026. 11. 18.(수) 14:00 커피축제 준비 회의
김민수 과장: 현수막 시안은 언제까지 됩니까?
이영희 주무관: 제가 이번 주 금요일까지 내겠습니다.
김민수 과장: 너무 급하니 다음 주 금요일까지로 합시다. 이영희 주무관이 맡습니다.
박철수 팀장: 주차 안내 인력은 필요한데 누가 맡을지 아직 정하지 못했습니다. 기한도 나중에 정합시다.
김민수 과장: 셔틀버스 임차 계약은 박철수 팀장이 12월 4일까지 마무리하세요.
이영희 주무관: 안내 문자는 저희 관광과에서 보내겠습니다. 날짜는 추후 정하겠습니다.
김민수 과장: 오늘 점심은 근처 식당에서 합시다.
(적은 사람: 이영희 관광과 주무관)
"""
PARAMS = {
    "source": "회의록.txt",
    "items": [
        {"task": "현수막", "owner": "이영희", "due": "2026. 11. 27.", "was_due": "2026. 11. 20."},
        {"task": "주차 안내|주차 인력", "owner": "미정", "due": "미정"},
        {"task": "셔틀버스|버스 임차", "owner": "박철수", "due": "2026. 12. 4."},
        {"task": "안내 문자|문자 발송", "owner": "관광과", "due": "미정"},
    ],
}
_ROWS = (
    ("현수막 시안 제출", "이영희 주무관", "2026. 11. 27."),
    ("주차 안내 인력 배치", "미정", "미정"),
    ("셔틀버스 임차 계약", "박철수 팀장", "2026. 12. 4."),
    ("안내 문자 발송", "관광과", "미정"),
)


def _table(*rows: tuple[str, str, str], head: str = "| 조치사항 | 담당 | 기한 |") -> str:
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"## 조치사항\n{head}\n|---|---|---|\n{body}\n"


def _two_columns(office: str, person: str, *, at: int = 0) -> str:
    """Return the right rows with one owner's office and name in two columns."""
    rows = [(t, "-" if o == "미정" else "", o, d) for t, o, d in _ROWS]
    rows[at] = (rows[at][0], office, person, rows[at][3])
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"| 조치사항 | 담당부서 | 담당자 | 기한 |\n|---|---|---|---|\n{body}\n"


def _bullets(*rows: tuple[str, str, str], shape: str = "- {0} (담당: {1}, 기한: {2})") -> str:
    return "□ 조치사항\n" + "\n".join(shape.format(*row) for row in rows) + "\n"


def _but(
    number: int, *, task: str = "", owner: str | None = None, due: str | None = None
) -> tuple[tuple[str, str, str], ...]:
    """Return the right rows with one changed."""
    old = _ROWS[number]
    new = (task or old[0], old[1] if owner is None else owner, old[2] if due is None else due)
    return (*_ROWS[:number], new, *_ROWS[number + 1 :])


def _without(number: int) -> tuple[tuple[str, str, str], ...]:
    return (*_ROWS[:number], *_ROWS[number + 1 :])


_INVENTED = ("드론 촬영 업체 섭외", "정해인", "2026. 12. 1.")
_RIGHT = (
    ("table", _table(*_ROWS)),
    ("table, other heads", _table(*_ROWS, head="| 할 일 | 담당자 | 완료 시한 |")),
    (
        "table, owner first",
        "| 담당 | 할 일 | 기한 |\n|---|---|---|\n" + "\n".join(f"| {o} | {t} | {d} |" for t, o, d in _ROWS),
    ),
    ("bullets", _bullets(*_ROWS)),
    ("bullets with slashes", _bullets(*_ROWS, shape="- {0} / 담당: {1} / 기한: {2}")),
    ("sub-bullets", _bullets(*_ROWS, shape="- {0}\n  - 담당: {1}\n  - 기한: {2}")),
    ("numbered", _bullets(*_ROWS, shape="1. {0} - 담당: {1}, 기한: {2}")),
    ("bold sub-bullets", _bullets(*_ROWS, shape="- **{0}**\n  - **담당**: {1}\n  - **기한**: {2}")),
    ("date in Hangul", _table(*_but(0, due="11월 27일(금)까지"))),
    ("relative due kept", _table(*_but(0, due="다음 주 금요일"))),
    ("hyphen date", _table(*_but(2, due="2026-12-04"))),
    ("undecided in other words", _table(*_but(1, owner="추후 결정", due="정해지지 않음"))),
    ("undecided, to be checked", _table(*_but(3, due="확인 필요"))),
    ("other words for a task", _table(*_but(1, task="주차 인력 확보"))),
    ("with decisions above", "## 결정사항\n- 축제를 예정대로 개최\n\n" + _table(*_ROWS)),
    (
        "what is not decided is no action",
        _bullets(*_ROWS) + "\n## 정하지 못한 것\n- 드론 촬영 업체 섭외 여부\n- 불꽃놀이 예산 집행 방법\n",
    ),
    (
        "under another section's mark",
        _bullets(*_ROWS, shape=" ○ {0} (담당: {1}, 기한: {2})").replace("조치사항", "진행 중인 일"),
    ),
    ("tasks marked as sections are", "□ 할 일\n" + "".join(f"□ {a}\n ○ {b}\n ○ {c}\n" for a, b, c in _ROWS)),
    ("supporter in brackets", _table(*_but(0, owner="이영희 주무관(박철수 팀장 협조)"))),
    ("department before the person", _table(*_but(0, owner="관광과 이영희 주무관"))),
    ("due in words and as a day", _table(*_but(0, due="다음 주 금요일(11. 27.)"))),
    ("the earlier date told as such", _table(*_but(0, due="2026. 11. 27.(당초 11. 20.)"))),
    ("end of a span", _table(*_but(2, due="12월 1일~12월 4일"))),
    ("left for later", _table(*_but(1, owner="나중에 정함", due="나중에 정하기로 함"))),
    ("said nowhere", _table(*_but(1, owner="담당 언급 없음", due="정해지지 않음"))),
    ("owner's full title", _table(*_but(2, owner="박철수 팀장(교통)"))),
    ("surname and title, as people speak", _table(*_but(2, owner="박 팀장"))),
    ("name, then its own department", _table(*_but(0, owner="이영희 주무관 / 관광과"))),
    ("department and person in two columns", _two_columns("관광과", "이영희 주무관")),
    ("to be named by somebody", _table(*_but(1, owner="김민수 과장이 지정 예정"))),
    ("somebody must be named", _table(*_but(1, owner="담당자 지정 필요"))),
    ("due once something else is settled", _table(*_but(3, due="출연진 확정 후 결정"))),
    ("due to be set again", _table(*_but(3, due="출연진이 정해진 뒤 다시 정함"))),
    ("bars without a header", "조치사항:\n" + "\n".join(f"- {t} | {o} | {d}" for t, o, d in _ROWS)),
    ("bare sentences", "".join(f"{o}은(는) {t} 일을 {d}까지 합니다.\n" for t, o, d in _ROWS)),
    ("a task that sounds like a heading", _bullets(*_but(0, task="현수막 의견 제출"), shape="1. {0}\n   - 기한: {2}\n   - 담당: {1}")),
    ("bold names over their tasks", "### 조치사항\n" + "".join(f"**{o}**\n- {t} ({d})\n" for t, o, d in _ROWS[:3]) + "- 안내 문자 발송 (담당: 관광과, 기한: 미정)\n"),
    ("names in headings over their tasks", "## 조치사항\n" + "".join(f"### {o}\n- {t} ({d})\n" for t, o, d in _ROWS[:3]) + "## 그 밖의 조치사항\n- 안내 문자 발송 (담당: 관광과, 기한: 미정)\n"),
    ("due after an answer comes", _table(*_but(3, due="업체 회신 후 확정"))),
    ("name before its task", _bullets(*_ROWS, shape="- {1}: {0} ({2})")),
)  # fmt: skip
_WRONG = (
    ("missing the first", _table(*_without(0)), "빠진 조치"),
    ("missing the last, bullets", _bullets(*_without(3)), "빠진 조치"),
    ("wrong owner", _table(*_but(0, owner="박철수 팀장")), "담당이 다릅니다"),
    ("wrong owner, bullets", _bullets(*_but(2, owner="이영희 주무관")), "담당이 다릅니다"),
    ("wrong due date", _table(*_but(2, due="2026. 12. 14.")), "기한이 다릅니다"),
    ("wrong due date, sub-bullets", _bullets(*_but(2, due="12월 11일"), shape="- {0}\n  - 담당: {1}\n  - 기한: {2}"), "기한이 다릅니다"),
    ("revised due date missed", _table(*_but(0, due="2026. 11. 20.")), "뒤에 바뀌었습니다"),
    ("revised due date missed, words", _table(*_but(0, due="이번 주 금요일")), "뒤에 바뀌었습니다"),
    ("invented owner", _table(*_but(1, owner="이영희 주무관")), "회의록에서 담당을 정하지 않았는데"),
    ("invented owner, bullets", _bullets(*_but(1, owner="김민수 과장")), "회의록에서 담당을 정하지 않았는데"),
    ("invented due date", _table(*_but(3, due="2026. 11. 30.")), "회의록에서 기한을 정하지 않았는데"),
    ("invented due in words", _table(*_but(1, due="다음 주 월요일")), "회의록에서 기한을 정하지 않았는데"),
    ("blank instead of 미정", _table(*_but(1, owner="", due="미정")), "미정"),
    ("dash instead of 미정", _table(*_but(3, due="-")), "미정"),
    ("owner dropped", _table(*_but(0, owner="미정")), "담당이 없습니다"),
    ("due date dropped", _table(*_but(2, due="")), "기한이 없습니다"),
    ("two owners, one of them right", _table(*_but(0, owner="송가람 주무관, 이영희 주무관")), "송가람"),
    ("two owners, labelled", _bullets(*_but(0, owner="이영희 주무관, 박철수 팀장")), "박철수"),
    ("the right one only supports", _table(*_but(0, owner="송가람(이영희 지원)")), "송가람"),
    ("two departments", _table(*_but(3, owner="회계과, 관광과")), "회계과"),
    ("right in words, wrong as a day", _table(*_but(0, due="다음 주 금요일(11. 20.)")), "기한이 다릅니다"),
    ("from the day on", _table(*_but(2, due="12월 4일 이후")), "기한이 다릅니다"),
    ("one day or another", _table(*_but(2, due="12월 4일 또는 12월 11일")), "기한이 다릅니다"),
    ("open, with a date in brackets", _table(*_but(1, due="추후 협의(12월 초)")), "회의록에서 기한을 정하지 않았는데"),
    ("없음 instead of 미정, owner", _table(*_but(1, owner="없음")), "'미정'이라고"),
    ("없음 instead of 미정, due", _table(*_but(3, due="해당 없음")), "'미정'이라고"),
    ("another person of another surname", _table(*_but(2, owner="김 팀장")), "담당이 다릅니다"),
    ("somebody else's department", _table(*_but(2, owner="박철수 팀장 / 회계과")), "회계과"),
    ("wrong person in two columns", _two_columns("관광과", "박철수 팀장"), "담당이 다릅니다"),
    ("open, but a person in the second column", _two_columns("", "이영희 주무관", at=1), "회의록에서 담당을 정하지"),
    ("open, with a day beside it", _table(*_but(3, due="출연진 확정 후(12월 10일)")), "회의록에서 기한을 정하지"),
    ("wrong day in a bare sentence", "".join(f"{o}은(는) {t} 일을 {d}까지 합니다.\n" for t, o, d in _but(2, due="12월 8일")), "기한이 다릅니다"),
    ("bold names, one over another's task", "### 조치사항\n" + "".join(f"**{o}**\n- {t} ({d})\n" for t, o, d in _but(2, owner="김민수 과장")), "담당이 다릅니다"),
    ("invented action", _table(*_ROWS, _INVENTED), "회의록에 없는 조치"),
    ("invented action, bullets", _bullets(*_ROWS, _INVENTED), "회의록에 없는 조치"),
    ("invented after a heading of actions", _bullets(*_ROWS, _INVENTED, shape=" ○ {0} (담당: {1}, 기한: {2})").replace("조치사항", "진행 중인 일"), "회의록에 없는 조치"),
    ("prose only", "현수막과 주차 안내, 셔틀버스, 안내 문자를 논의하고 회의를 마쳤습니다.", "미정"),
    ("nothing of it", "회의를 잘 마쳤습니다.", "빠진 조치"),
)  # fmt: skip
_SOURCES = {"회의록.txt": TRANSCRIPT}
_IN_A_SENTENCE = "- 송가람 주무관과 이영희 주무관이 {0} 제출, {2}까지"
CASES: tuple[Case, ...] = (
    bad(
        "two owners in a sentence",
        _bullets(_ROWS[0], shape=_IN_A_SENTENCE) + "\n" + _bullets(*_ROWS[1:]),
        params=PARAMS,
        sources=_SOURCES,
        says="송가람",
    ),
    *(good(name, answer, params=PARAMS, sources=_SOURCES) for name, answer in _RIGHT),
    *(bad(name, answer, params=PARAMS, sources=_SOURCES, says=says) for name, answer, says in _WRONG),
)
