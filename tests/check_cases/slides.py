"""slides: one outline announced in many ways, then overfull, nameless and empty of conclusions."""

from __future__ import annotations

from tests.check_cases import bad, good, open_

_P = {
    "min_slides": 3,
    "max_slides": 6,
    "max_bullets": 4,
    "max_bullet_chars": 40,
    "max_title_chars": 30,
    "titles_are_conclusions": True,
}
_SLIDES = (
    ("커피축제 주차 대책", ("해람시 관광과",)),
    ("방문객이 21% 늘어 주차장이 부족함", ("방문객 12,345명", "주차면 350면", "민원 58건")),
    ("임시주차장 2곳으로 200면을 확보", ("해람초 운동장", "시청 뒤 공터")),
    ("셔틀버스로 도심 혼잡을 줄여야 함", ("2대 운행", "30분 간격")),
)


def _deck(
    shape: str, slides: tuple[tuple[str, tuple[str, ...]], ...] = _SLIDES, mark: str = "- ", note: str = ""
) -> str:
    parts = [
        shape.format(n=n, title=title) + "\n" + "\n".join(mark + b for b in bullets) + note
        for n, (title, bullets) in enumerate(slides, 1)
    ]
    return "\n\n".join(parts) + "\n"


def _titled(title: str, bullets: tuple[str, ...] = ("하나", "둘")) -> str:
    return _deck("## 슬라이드 {n}: {title}", (_SLIDES[0], _SLIDES[1], (title, bullets)))


_SHAPES = (
    "## 슬라이드 {n}: {title}", "### 슬라이드 {n}. {title}", "**슬라이드 {n}: {title}**", "[슬라이드 {n}] {title}", "슬라이드 {n}: {title}", "### {n}. {title}", "## {title}", "## Slide {n} - {title}",
    "## 슬라이드 {n}\n제목: {title}", "### 슬라이드 {n}\n**제목:** {title}", "#### {n}) {title}", "## 【슬라이드 {n}】 {title}",
)  # fmt: skip
_TABLE = "| 번호 | 제목 | 핵심 내용 |\n|---|---|---|\n" + "\n".join(
    f"| {n} | {t} | {'<br>'.join(b)} |" for n, (t, b) in enumerate(_SLIDES, 1)
)
_GOOD_TITLES = (
    "예산 500만원이면 안내소 3곳을 운영",
    "주차난은 셔틀버스로 풀 수 있다",
    "안내 인력 30명을 먼저 확보해야 함",
    "향후 계획: 12월까지 계약을 마무리",
    "외곽 어르신은 보건소에 오기 어려움",
    "야간에는 안내 인력이 부족함",
    "겨울마다 이용객이 절반으로 줄어듦",
    "주말이면 대기 줄이 길어짐",
    "오후에 방문객이 한꺼번에 몰림",
    "평일 낮 방문 어려움",
    "고장 신고가 여름에 가장 많이 나타남",
    "감사합니다",
    "질의응답",
)
_BAD_TITLES = (
    "현황",
    "추진 배경 및 필요성",
    "문제점",
    "향후 계획",
    "주차장",
    "셔틀버스 운행",
    "예산",
    "기대 효과",
    "주민과 함께하는 나눔과 돌봄",
    "해람시의 아름다운 산림과 여름",
    "업무에 도움이 되는 이름",
    "시민에게 드리는 알림",
)
CASES = (
    *(good(f"shape {shape!r}", _deck(shape), params=_P) for shape in _SHAPES),
    good("table of slides", _TABLE, params=_P),
    good("a label before a title of full length", _titled("제목: 셔틀버스를 두 대로 늘려 도심 혼잡을 크게 줄임"), params=_P),
    bad("a title too long behind its label", _titled("제목: 셔틀버스를 두 대로 늘려 도심의 주말 혼잡을 지금보다 크게 줄임"), params=_P, says="자입니다"),
    good("rules between", _deck("## 슬라이드 {n}: {title}").replace("\n\n", "\n\n---\n\n"), params=_P),
    good("notes are no bullets", _deck("## 슬라이드 {n}: {title}", note="\n발표자 노트: 천천히 말합니다.\n- 첫째\n- 둘째\n- 셋째\n- 넷째"), params=_P),
    good("notes asked", _deck("## 슬라이드 {n}: {title}", note="\n> 노트: 천천히 말합니다."), params={"needs_notes": True}),
    good("other bullets", _deck("## 슬라이드 {n}: {title}", mark="• "), params=_P),
    *(good(f"title {title}", _titled(title), params=_P) for title in _GOOD_TITLES),
    *(bad(f"title {title}", _titled(title), params=_P, says="결론") for title in _BAD_TITLES),
    open_("one slide is the cover", _deck("## 슬라이드 {n}: {title}", _SLIDES[:1]), params={"titles_are_conclusions": True}, says="한 장뿐"),
    bad("one slide, too many bullets", "## 슬라이드 1: 현황\n- 가\n- 나", params={"titles_are_conclusions": True, "max_bullets": 1}),
    bad("too few", _deck("## 슬라이드 {n}: {title}", _SLIDES[:2]), params=_P, says="3장 이상"),
    bad("too many", _deck("## 슬라이드 {n}: {title}", _SLIDES + _SLIDES), params=_P, says="6장 이하"),
    bad("too many bullets", _titled("안내 인력 30명을 먼저 확보해야 함", tuple("가나다라마")), params=_P, says="5개"),
    bad("bullet too long", _titled("안내 인력 30명을 먼저 확보해야 함", ("아주 긴 항목 " * 10,)), params=_P, says="40자"),
    bad("title too long", _titled("방문객이 21% 늘었지만 주차면은 그대로여서 시민 불편이 커지고 있음"), params=_P, says="30자"),
    bad("no title", _deck("## 슬라이드 {n}: {title}").replace("## 슬라이드 3: 임시주차장 2곳으로 200면을 확보", "## 슬라이드 3:"), params=_P, says="제목이 없습니다"),
    bad("no slides", "축제 주차 대책을 세웁니다. 임시주차장을 마련합니다.", params=_P, says="찾지 못했습니다"),
    bad("notes missing", _deck("## 슬라이드 {n}: {title}"), params={"needs_notes": True}, says="발표자 노트"),
    bad("overfull table row", _TABLE.replace("방문객 12,345명", "하나<br>둘<br>셋"), params=_P, says="5개"),
)  # fmt: skip
