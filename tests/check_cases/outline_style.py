"""outline_style: one line with one ending at a time, and small reports with planted slips."""

from __future__ import annotations

from tests.check_cases import bad, good

_HEAD = "□ 추진배경\n ○ 방문객 급증에 따른 주차 공간 부족\n"
_NOUNS = (
    "주차 공간 추가 확보 필요", "최근 3년간 수요 급증", "예산 500만원 소요", "사업 개요", "관계 부서 협의 예정", "안내판 20개 설치 완료", "시민 만족도 향상 기대",
    "현장 점검을 실시함", "전년보다 12% 증가한 것으로 나타남", "주차난 해소가 시급함", "10월부터 단계적으로 추진", "바다 조망 구간 정비", "시설 하자", "보행자 피해",
    "안전요원 30명 배치(읍면동 협조)", "셔틀버스 2대 운행.", "비용 부담은 시에서 함", "예산 확보가 관건임", "사업 대상지는 해람동 일원", "추진 중", "**야간 조명 보강**", "지역 상권 활성화 도모", "민원 접수 1,204건(전년 대비 10%↑)",
)  # fmt: skip
_VERBS = (
    "주차 공간이 부족합니다", "예산을 확보해야 한다", "안내판을 설치했습니다.", "만족도가 높았다", "관계 부서와 협의할 예정입니다", "시민이 불편을 겪고 있다", "현장을 점검해 주세요",
    "10월부터 추진하고", "비용이 많이 들어요", "추진하겠습니다", "대책을 마련하자", "인력이 필요하다", "문제가 없는지 확인하십시오", "운영이 어렵습니다(예산 부족)", "효과가 클까요?",
)  # fmt: skip
_REPORT = """# 커피축제 주차 대책 보고

□ 추진배경
 ○ 방문객 12,345명으로 전년 대비 21% 증가
  - 행사장 주변 불법 주차 민원 58건 발생
□ 개선방안
 ○ 임시주차장 2곳 확보
  - 해람초등학교 운동장, 시청 뒤 공터
 ○ 셔틀버스 2대 운행
  ※ 운행 시간: 09:00~18:00

| 구분 | 계획 |
|---|---|
| 예산 | 500만원을 씁니다 |

붙임  추진 일정 1부.  끝.
"""
CASES = (
    *(good(f"noun: {line}", f"{_HEAD} ○ {line}\n") for line in _NOUNS),
    *(bad(f"verb: {line}", f"{_HEAD} ○ {line}\n", says="서술형") for line in _VERBS),
    good("whole report", _REPORT),
    good("other circle marks", _REPORT.replace("○", "ㅇ").replace("□", "■")),
    good(
        "Markdown headings above circles",
        "## 추진배경\n○ 방문객 증가\n- 주차 민원 발생\n## 개선방안\n○ 주차장 확보",
    ),
    good("inside a plain fence", f"```\n{_REPORT}```"),
    good("one verb among many is borne", _HEAD + " ○ 예산 확보 필요\n" * 12 + " ○ 어렵습니다\n"),
    good(
        "wrapped line",
        "□ 추진배경\n ○ 방문객이 크게 늘어 행사장 주변의 주차 공간이\n    부족하며 민원도 증가\n",
    ),
    good("code is left alone", _HEAD + "\n```python\nprint('합니다')\n```\n"),
    bad("level skipped", "□ 추진배경\n  - 주차 공간 부족\n", says="건너뛰었습니다"),
    bad("starts deep", "- 주차 공간 부족\n- 예산 필요\n", says="□"),
    bad(
        "plain paragraphs",
        "축제 준비를 보고드립니다. 방문객이 늘었습니다.\n주차장이 부족합니다.",
        says="머리표",
    ),
    bad("dots only", "• 방문객 증가\n• 주차장 부족\n", says="□"),
    bad("foreign mark", "□ 추진배경\n ○ 방문객 증가\n ▶ 주차장 부족\n", says="머리표"),
    bad(
        "bullet too long",
        f"{_HEAD} ○ {'주차 공간 확보와 안내 인력 배치 ' * 6}추진",
        params={"max_bullet_chars": 60},
        says="자입니다",
    ),
    bad("polite preamble", "요청하신 보고서를 작성해 드리겠습니다.\n" + _HEAD, says="서술형"),
    bad(
        "skips under a heading",
        "## 추진배경\n- 주차 공간 부족\n## 개선방안\n○ 주차장 확보",
        says="건너뛰었습니다",
    ),
    bad("ends in a fragment", _HEAD + " ○ 예산을 확보하여\n", says="서술형"),
)
