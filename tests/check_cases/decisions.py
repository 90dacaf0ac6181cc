"""decisions: one transcript with two revised decisions, told right in many shapes, and one slip at a time."""

from __future__ import annotations

from tests.check_cases import Case, bad, good, open_

TRANSCRIPT = """2026. 11. 18.(수) 14:00 겨울 책 잔치 준비 회의
[14:02] 한가람 과장: 오늘은 날짜, 장소, 천막, 참가비, 버스를 정합시다.
[14:05] 이나래 주무관: 잔치는 12월 18일 금요일에 하면 좋겠습니다.
[14:07] 한가람 과장: 그럼 잔치 날짜는 12월 18일로 합시다.
[14:11] 박다솜 팀장: 장소는 해람공원 잔디밭으로 하지요.
[14:13] 한가람 과장: 장소는 잔디밭으로 정합니다.
[14:17] 박다솜 팀장: 천막은 20동을 빌리기로 하겠습니다. 업체에 물어봤습니다.
[14:21] 이나래 주무관: 아까 그 날짜는 시험 기간과 겹칩니다. 하루 뒤가 낫겠습니다.
[14:23] 한가람 과장: 그러면 잔치 날짜를 12월 19일로 바꾸겠습니다.
[14:26] 최라온 주무관: 잔디밭은 눈이 오면 못 씁니다. 문화회관 1층이 어떻습니까?
[14:28] 한가람 과장: 좋습니다. 장소는 문화회관 1층으로 바꿉시다.
[14:33] 한가람 과장: 참가비는 받지 않기로 합니다.
[14:36] 박다솜 팀장: 버스는 값을 알아본 뒤에 정하면 좋겠습니다.
[14:38] 한가람 과장: 버스는 오늘 정하지 말고 다음 회의로 미룹시다.
[14:40] 최라온 주무관: 자원봉사자 밥은 도시락으로 하기로 했습니다.
[14:41] 한가람 과장: 네, 도시락으로 합시다.
"""
_ITEMS = [
    {"topic": "날짜|일시|잔치일", "said": "12월 19일", "was": "12월 18일", "at": "14:23"},
    {"topic": "장소", "said": "문화회관", "was": "잔디밭", "at": "14:28"},
    {"topic": "천막", "said": "20동|스무 동", "at": "14:17"},
    {"topic": "참가비", "said": "받지 않|무료|없음", "at": "14:33"},
    {"topic": "버스", "said": "정하지 못|다음 회의|미룸|미정", "at": "14:38|14:36"},
]
PARAMS = {"source": "녹취록.txt", "items": _ITEMS}
_CITED = {**PARAMS, "needs_evidence": True}
_ONLY = {**PARAMS, "only": True}
_NUMBERED = {"source": "녹취록.txt", "needs_evidence": True, "items": [{**_ITEMS[2], "at": "7"}]}
_WHOLE = {"source": "녹취록.txt", "items": [{"topic": "잔치", "said": "12월 19일 문화회관", "was": "잔디밭"}]}
_ROWS = (
    ("잔치 날짜", "2026. 12. 19.(토)로 함", "14:23"),
    ("장소", "문화회관 1층으로 함", "14:28"),
    ("천막", "20동을 빌리기로 함", "14:17"),
    ("참가비", "받지 않기로 함", "14:33"),
    ("버스", "정하지 못함, 다음 회의로 넘김", "14:38"),
)
_Row = tuple[str, str, str]


def _list(*rows: _Row, shape: str = " ○ {0}: {1} ({2})", head: str = "□ 결정사항") -> str:
    return head + "\n" + "\n".join(shape.format(*row) for row in rows) + "\n"


def _table(*rows: _Row, head: str = "| 안건 | 결정 내용 | 근거 시각 |") -> str:
    return head + "\n|---|---|---|\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _but(number: int, *, topic: str = "", said: str = "", at: str = "") -> tuple[_Row, ...]:
    """Return the right rows with one changed."""
    old = _ROWS[number]
    return (*_ROWS[:number], (topic or old[0], said or old[1], at or old[2]), *_ROWS[number + 1 :])


_PLAIN = " ○ {0}: {1}"
_ACTIONS = "\n□ 조치사항\n ○ 천막 업체와 계약 (담당: 박다솜 팀장, 기한: 미정)\n ○ 장소 사용 신청 (담당: 최라온 주무관)\n"
_OTHER_DECISION = ("드론 공연", "불꽃 업체와 계약하기로 함", "14:50")
_LUNCH = ("자원봉사자 밥", "도시락으로 함", "14:41")
_RIGHT = (
    ("bullets", _list(*_ROWS), _CITED),
    ("bullets, evidence first", _list(*_ROWS, shape="- [{2}] {0}: {1}"), _CITED),
    ("under a Markdown heading", _list(*_ROWS, head="## 결정 사항과 근거"), _CITED),
    ("sub-bullets", _list(*_ROWS, shape="- {0}\n  - 결정: {1}\n  - 근거: {2}"), _CITED),
    ("table", _table(*_ROWS), _CITED),
    ("table under a heading", "## 결정사항\n" + _table(*_ROWS, head="| 안건 | 내용 | 시각 |"), _CITED),
    ("numbered, with details below", _list(*_ROWS, shape="1. {0}\n   - {1}\n   - 근거 시각: {2}"), _CITED),
    ("unmarked lines", _list(*_ROWS, shape="{0}: {1} - 근거 {2}", head="결정사항:"), _CITED),
    ("no evidence asked", _list(*_ROWS, shape=_PLAIN), PARAMS),
    ("no heading at all", "\n".join(f"- {a}: {b}" for a, b, _ in _ROWS), PARAMS),
    ("with actions below", _list(*_ROWS) + _ACTIONS, _CITED),
    ("what was left open apart", _list(*_ROWS[:4]) + "□ 결정을 미룬 것\n ○ 버스: 다음 회의에서 정함 (14:38)\n", _CITED),
    ("the change told", _list(*_but(0, said="당초 12월 18일에서 12월 19일로 변경")), PARAMS),
    ("two decisions on a line", "□ 결정사항\n ○ 12월 19일에 문화회관에서 열고 날짜와 장소를 공지\n" + _list(*_ROWS[2:], head=""), PARAMS),
    ("date written another way", _list(*_but(0, said="12/19(토) 개최")), PARAMS),
    ("the other line that says so", _list(*_but(4, at="14:36")), _CITED),
    ("both times, the last one right", _list(*_but(0, at="14:07, 14:23")), _CITED),
    ("a decision of the transcript nobody asked for", _list(*_ROWS, _LUNCH), _ONLY),
    ("a decision told in half its words", _list(*_ROWS, ("자원봉사자 식사", "도시락을 나누어 주기로 함", "14:41")), _ONLY),
    ("a time that is no evidence", _list(*_but(0, said="12월 19일 18:30에 엶"), shape=_PLAIN), PARAMS),
    ("line number", "□ 결정사항\n ○ 천막: 20동 (7행)", _NUMBERED),
    ("day and place on two lines", "□ 결정사항\n ○ 잔치 날짜: 12월 19일\n ○ 잔치 장소: 문화회관 1층\n", _WHOLE),
    ("instead of another of its kind", _list(*_but(1, said="임시 장소 대신 문화회관을 장소로 함")), PARAMS),
)  # fmt: skip
_WRONG = (
    ("missing the first", _list(*_ROWS[1:]), PARAMS, "빠진 결정입니다: '날짜'"),
    ("missing, and only an action speaks of it", _list(*_ROWS[:2], *_ROWS[3:]) + _ACTIONS, PARAMS, "빠진 결정"),
    ("nothing of it", "회의를 잘 마쳤습니다.", PARAMS, "빠진 결정"),
    ("the earlier date", _list(*_but(0, said="12월 18일로 함", at="14:07")), PARAMS, "앞서 말했다가 바뀐 내용"),
    ("the earlier place, table", _table(*_but(1, said="해람공원 잔디밭")), PARAMS, "앞서 말했다가 바뀐 내용"),
    ("the earlier place shows the final line", _list(*_but(1, said="잔디밭으로 함")), PARAMS, "녹취록.txt:11"),
    ("both, unexplained", _list(*_but(1, said="문화회관, 잔디밭")), PARAMS, "앞서 말했다가 바뀐 내용"),
    ("another number", _list(*_but(2, said="30동을 빌리기로 함")), PARAMS, "다른 내용"),
    ("another number that holds the right one", _list(*_but(2, said="120동을 빌리기로 함")), PARAMS, "다른 내용"),
    ("another date", _list(*_but(0, said="12월 20일로 함")), PARAMS, "다른 내용"),
    ("turned into its opposite", _list(*_but(2, said="20동을 빌리지 않기로 함")), PARAMS, "다른 내용"),
    ("decided what was left open", _list(*_but(4, said="세 대를 빌리기로 함")), PARAMS, "다른 내용"),
    ("a fee that was not", _list(*_but(3, said="3,000원을 받기로 함")), PARAMS, "다른 내용"),
    ("the time of the earlier word", _list(*_but(0, at="14:07")), PARAMS, "그 줄은 뒤에 바뀐 말입니다"),
    ("a time nobody spoke at", _list(*_but(2, at="14:19")), PARAMS, "녹취록에 없는 시각"),
    ("the time of another word", _table(*_but(3, at="14:28")), PARAMS, "이 결정의 말이 아닙니다"),
    ("no time where one is asked", _list(*_ROWS, shape=_PLAIN), _CITED, "근거 시각이 없습니다"),
    ("wrong line number", "□ 결정사항\n ○ 천막: 20동 (6행)", _NUMBERED, "6행"),
    ("an invented decision", _list(*_ROWS, _OTHER_DECISION), _ONLY, "자료에 없는 결정입니다"),
    ("the earlier place among two lines", "□ 결정사항\n ○ 잔치 날짜: 12월 19일\n ○ 잔치 장소: 잔디밭\n", _WHOLE, "바뀐 내용"),
    ("right words, told of another thing", _list(*_but(2, said="천막 대신 의자 20동을 빌리기로 함")), PARAMS, "다른 내용"),
    ("an invented amount in borrowed words", _list(*_ROWS, ("시험 기간", "잔디밭 업체에 3천만원을 주기로 함", "14:21")), _ONLY, "자료에 없는 결정입니다"),
    ("an invented decision, table", _table(*_ROWS, _OTHER_DECISION), _ONLY, "자료에 없는 결정입니다"),
)  # fmt: skip
_SOURCES = {"녹취록.txt": TRANSCRIPT}
CASES: tuple[Case, ...] = (
    *(good(name, answer, params=params, sources=_SOURCES) for name, answer, params in _RIGHT),
    *(bad(name, answer, params=params, sources=_SOURCES, says=says) for name, answer, params, says in _WRONG),
    open_(
        "an invented decision is for a person to look at",
        _list(*_ROWS, _OTHER_DECISION),
        params=PARAMS,
        sources=_SOURCES,
        says="자료에 없는 결정입니다",
    ),
    bad(
        "a rejected proposal of the transcript's own words",
        _list(*_ROWS, ("시험 기간", "잔디밭 업체에 물어보기로 함", "14:21")),
        params=_ONLY,
        sources=_SOURCES,
        missed=True,
    ),
)
