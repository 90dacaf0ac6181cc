"""grounded: facts of an answer against an invented meeting note, budget table and notice."""

from __future__ import annotations

from tests.check_cases import Case, bad, good, open_

MINUTES = """해람시 커피축제 준비 회의
일시: 2026. 11. 18.(수) 14:00~15:30, 시청 3층 소회의실
참석: 김민수 과장, 이영희 주무관, 박철수 팀장 등 5명
김민수: 축제 예산은 500만 원, 홍보비는 200만원으로 합시다.
이영희: 현수막 시안은 제가 다음 주 금요일까지 내겠습니다.
박철수: 주차 안내는 관광과와 협의해 정합시다. 주차면은 350면입니다.
김민수: 작년 방문객은 12,345명, 올해 목표는 15,000명입니다.
이영희: 「옥외광고물법」 제5조에 따라 신고해야 합니다. 접수는 12월 1일부터 12월 5일까지입니다.
박철수: 셔틀버스는 두 대, 오전 9시부터 오후 6시까지 30분 간격으로 운행합니다.
"""
BUDGET = """부서별 집행 현황 (단위: 천원)
| 부서 | 예산 | 집행 | 건수 |
|---|---|---|---|
| 총무과 | 12,000 | 9,000 | 14 |
| 관광과 | 30,000 | 24,600 | 41 |
| 회계과 | 8,000 | 2,400 | 9 |
| 관광과 | 10,000 | 7,500 | 12 |
"""
NOTICE = """민원 처리 안내
접수 건수는 3월 1,204건, 4월 1,356건입니다. 만족도는 87.3%로 전년 84.1%보다 올랐습니다.
총사업비 498,000,000원, 시비 3억 5천만원, 국비 1억 4,800만원
처리기한은 7일이며 담당은 민원과 최수진 주무관(033-000-1234)입니다.
"""


def _minutes(case: Case) -> Case:
    return _with(case, {"회의록.txt": MINUTES})


def _with(case: Case, sources: dict[str, str]) -> Case:
    return Case(
        case.name, case.expected, case.answer, case.params, sources, case.prompt, case.missed, case.says
    )


_ON_MINUTES = (
    good("same figure with commas", "축제 예산은 5,000,000원입니다."),
    good("figure in Hangul", "축제 예산은 오백만원임"),
    good("official money form", "예산 금5,000,000원(금오백만원)"),
    good("spaced Hangul scale", "홍보비 2백만 원"),
    good("sum of two", "예산과 홍보비를 더해 700만 원", says="계산된 값"),
    good("difference", "목표는 작년보다 2,655명 많음", says="계산된 값"),
    good("rate of change", "작년보다 21.5% 늘어난 15,000명이 목표", says="계산된 값"),
    good("rounding said with 약", "작년 약 1만 2천 명 방문", says="반올림"),
    good("date in dots", "2026. 11. 18. 개최"),
    good("date in Hangul", "2026년 11월 18일 수요일 개최"),
    good("date with hyphens", "2026-11-18 회의"),
    good("short date with weekday", "11.18.(수) 회의 결과"),
    good("time in Hangul", "오후 2시에 시작"),
    good("time range", "14:00~15:30 진행"),
    good("duration from times", "회의는 90분 동안 진행", says="계산된 값"),
    good("relative date worked out", "현수막 시안: 이영희 주무관, 2026. 11. 27.(금)까지", says="계산된 값"),
    good("relative date kept", "현수막 시안은 다음 주 금요일까지 이영희 주무관이 제출"),
    good("range of dates", "접수 기간은 12. 1.~12. 5."),
    good("span of days", "접수는 5일간 진행", says="계산된 값"),
    good("law and article", "「옥외광고물법」 제5조에 따라 신고"),
    good("people with titles", "김민수 과장과 박철수 팀장이 참석"),
    good("native count", "셔틀버스 2대 운행"),
    good("department with particle", "관광과와 주차 안내를 협의"),
    good(
        "ordinary nouns are nobody",
        "시민과 함께하는 축제를 위해 결과를 공유하고 주요 과제를 정함. 예산 500만원",
    ),
    good("list numbers are no facts", "1. 예산은 500만원\n2. 홍보비는 200만원\n3) 목표 15,000명"),
    good("form of the answer is no fact", "3가지로 요약했습니다.\n- 예산 500만원"),
    good("allowed term", "문의 1644-0000, 예산 500만원", params={"allow": ["1644-0000"]}),
    good("allowed amount written another way", "참가비 2만원, 예산 500만원", params={"allow": ["20,000원"]}),
    good(
        "allowed date without its year",
        "정산은 12. 24.까지, 예산 500만원",
        params={"allow": ["2026. 12. 24."]},
    ),
    good("allowed person with a title", "최지훈 과장, 예산 500만원", params={"allow": ["최지훈"]}),
    good("allowed time", "오후 4시 마감, 예산 500만원", params={"allow": ["16:00"]}),
    good("figures after bare commas", "구분,예산,주차면\n축제,500만원,350면"),
    good("thousands stay one figure", "축제,5,000,000원\n방문객,12,345명"),
    bad("one letter allows no date", "회의는 11월 19일에 열림", params={"allow": ["1"]}, says="11월 19일"),
    bad("a part of an amount allows nothing", "축제 예산은 600만원", params={"allow": ["6"]}),
    bad("a longer allowed term allows no part of it", "축제 예산은 60명", params={"allow": ["160명"]}),
    bad(
        "another unit is another fact",
        "축제에 60개 부스, 예산 500만원",
        params={"allow": ["60명"]},
        says="60개",
    ),
    bad("part of an allowed name", "최지훈 과장, 예산 500만원", params={"allow": ["최지훈민"]}),
    bad("wrong figure after a bare comma", "항목,변화\n방문객 증가,400개", says="400개"),
    bad("wrong figure between commas", "구분,예산,주차면\n축제,500만원,450면", says="450면"),
    bad("wrong hour after a bare comma", "회의,16시,예산 500만원", says="16시"),
    bad("wrong amount", "축제 예산은 600만원", says="회의록.txt:4"),
    bad("one zero more", "축제 예산은 50,000,000원"),
    bad("rounding unsaid", "작년 방문객은 12,000명", says="약"),
    bad("wrong unit", "작년 방문객은 12,345건", says="단위"),
    bad("wrong year", "2025. 11. 18. 회의", says="연도"),
    bad("wrong day", "회의는 11월 19일에 열림"),
    bad("wrong weekday", "2026. 11. 18.(목) 회의", says="수요일"),
    bad("wrong hour", "오후 4시에 시작, 예산 500만원"),
    bad("invented person", "최지훈 과장이 예산 500만원을 제안"),
    bad("wrong surname", "이민수 과장이 예산 500만원을 제안"),
    bad("invented person in table", "| 담당 | 할 일 |\n|---|---|\n| 정다은 | 현수막 |\n"),
    bad("invented department", "관광정책과에서 주차를 맡기로 함"),
    bad("invented committee", "축제추진위원회를 구성하기로 함"),
    bad("invented law", "「식품위생법」 제36조에 따라 신고", says="법령"),
    bad("wrong article", "「옥외광고물법」 제8조에 따라 신고", says="제8조"),
    bad("invented rate", "작년보다 35% 늘어난 15,000명이 목표"),
    bad("wrong duration", "회의는 3시간 동안 진행"),
    bad("relative date wrong", "현수막 시안은 11월 28일까지"),
    bad("invented count in words", "임원 열 명이 참석했습니다. 예산 500만원", says="열 명"),
    good("one and two in words are figures of speech", "한 번 더 두 곳을 살펴 예산 500만원을 정함"),
    bad("true figure for the wrong thing", "홍보비는 500만원", says="'홍보비'의 값은 '200만원'"),
    bad("two figures the wrong way round", "홍보비 500만원, 예산 200만원", says="'예산'의 값"),
    good("two figures in another order", "홍보비 200만원, 예산 500만원"),
    good("the thing of a figure named later", "500만원은 예산이고 200만원은 홍보비"),
    bad("name without a title", "이번 행사는 정해인이 맡습니다. 예산 500만원", missed=True),
    open_("no facts", "축제를 잘 준비하기로 했습니다."),
)
_ON_BUDGET = (
    good("cell as it stands", "총무과 예산 12,000천원"),
    good("unit of the table worked out", "관광과 첫 사업 예산은 3천만원(30,000,000원)", says="단위"),
    good("column total", "예산 합계는 60,000천원"),
    good("total by department", "관광과 집행 합계 32,100천원", says="합계"),
    good("count of rows", "4개 사업을 집행", params={"what": ["number"]}),
    good("rate of execution", "집행률은 총무과 75.0%, 회계과 30.0%", says="÷"),
    good("whole rate of execution", "전체 집행률 72.5%"),
    good("total in won", "전체 예산은 6천만원"),
    bad("wrong column total", "예산 합계는 61,000천원"),
    bad("wrong rate", "총무과 집행률은 80.0%"),
    bad("wrong department total", "관광과 집행 합계 33,100천원"),
    bad("invented department in the table", "| 부서 | 집행 |\n|---|---|\n| 체육청소년과 | 9,000 |"),
)
_ON_NOTICE = (
    good("rounded to hundred million", "총사업비 약 5억원", says="반올림"),
    good("decimals of hundred million", "총사업비 4.98억원"),
    good("percentage points", "만족도가 3.2%p 상승", says="차"),
    good("sum of sources of money", "국비와 시비를 합한 4억 9,800만원"),
    good("phone number", "문의: 민원과 최수진 주무관(033-000-1234)"),
    good("increase in cases", "4월은 3월보다 152건 늘었음", says="계산된 값"),
    good("both months", "두 달 동안 2,560건 접수", says="계산된 값"),
    bad("wrong satisfaction", "만족도는 88.3%"),
    bad("wrong phone", "문의: 033-000-1235"),
    bad("wrong total", "총사업비 4억 8,900만원"),
    bad("rounded too far", "총사업비 약 6억원"),
    bad("wrong handling days", "처리기한은 10일"),
)
PLAN = """□ 청년 월세 지원 계획
 ○ 월 20만원씩 최대 12개월 지원, 신청은 11월 둘째 주부터 24일까지
 ○ 접수처 3개소에 인력 2명씩 배치, 하루 8시간 운영
 ○ 상담은 주민복지과 한지우 주무관, 안내는 주무관 3명
"""
_ON_PLAN = (
    good("so much a month", "한 사람에게 최대 240만원 지원", says="×"),
    good("so many at each place", "접수 인력은 모두 6명", says="×"),
    good("month and day said apart", "신청은 11월 24일까지", says="합친 날짜"),
    good("title without a name", "주무관 3명이 안내함"),
    good("person after the department", "주민복지과 한지우 주무관이 상담"),
    bad("product with a slip", "한 사람에게 최대 260만원 지원"),
    bad("other month", "신청은 12월 24일까지"),
    bad("other department in brackets", "상담은 한지우 주무관(여성가족과)"),
    bad("hours for figures", "하루 4시간 운영"),
)
CHANGES = """| 구분 | ’24 | '25 |
| --- | --- | --- |
| 참여자 증감(명) | 12명 | △80명 |
민원은 지난해보다 810건 줄었다. 방문객은 300명 증가했다. 다음 회의는 12월 2일에 연다. 도움을 주신 분들께 감사한다.
"""
_ON_CHANGES = (
    good("triangle told in words", "참여자가 80명 감소"),
    good("triangle, the word first", "감소한 참여자는 80명"),
    good("words told by a triangle", "민원 △810건"),
    good("words told by a minus", "민원 증감: -810건"),
    good("two told with one word", "참여자는 80명, 민원은 810건 줄었습니다"),
    bad("less told as more", "참여자가 80명 증가"),
    bad("more told by a triangle", "방문객 △300명"),
    good("short year as a table head", "2025년에는 참여자가 줄었다"),
    good("short year in both", "| 구분 | ’25 |\n| --- | --- |\n| 참여자 | △80명 |"),
    bad("other short year", "| 구분 | ’23 |\n| --- | --- |\n| 참여자 | △80명 |"),
    good("date in words", "다음 회의는 십이월 이일"),
    bad("other date in words", "다음 회의는 십이월 삼일"),
    good(
        "thanks are no auditor",
        "민원은 810건 줄었습니다. 살펴 주셔서 감사합니다.",
        params={"what": ["name", "number"]},
    ),
)
LOTTERY = """안내판 신청
수강료: 과목당 20,000원
신청: 12. 1.부터 12. 11.까지, 감면율 50%
추첨: 12. 14.(월), 결과 발표: 2026. 12. 15.(화)까지
"""
_ON_LOTTERY = (
    good("a fee after its reduction", "수강료는 50% 감면을 받아 10,000원입니다.", says="20,000원의 50%"),
    bad("a wrong fee after its reduction", "수강료는 50% 감면을 받아 12,000원입니다."),
    bad("half a fee nobody speaks of", "재료비는 10,000원입니다."),
    good("a numbered heading is no count", "## 1.1 개요\n12. 1.부터 신청\n### 1.2 명단\n2.3 건의 사항"),
    good("numbered lines that start with dates", "1. 12. 11.까지입니다.\n2. 50% 감면\n3. 12. 14.에 추첨"),
    good("an answer's number before a date", "A1. 12. 15.까지입니다."),
    good("a numbered date with its weekday", "1. 12. 15.(화)까지 발표합니다."),
    good("a bullet that starts with a date", "- 12. 1.부터 12. 11.까지 신청"),
    good("a span at a line's start", "12. 1.~12. 11. 신청"),
    good("a date right behind the first line's end", "신청\n12. 14.에 추첨"),
    good("numbers of sections are no dates", "1.1. 신청 기간\n1.2. 감면율 50%\n2) 추첨은 12. 14."),
    bad("an invented date at a line's start", "\n11. 5.에 다시 들르겠습니다.", says="11. 5."),
    bad("a wrong date at a line's start", "12. 12.까지 신청", says="12. 12."),
    bad("a wrong date behind a list number", "1. 12. 13.까지입니다.\n2. 50% 감면", says="12. 13."),
    bad("a wrong date behind an answer's number", "A1. 12. 16.까지입니다.", says="12. 16."),
    bad("a wrong span at a line's start", "11. 1.~12. 11. 신청", says="11. 1."),
)
ROOM = """열람실 이용
참가자는 10월 41명, 11월 68명입니다. 도서관 노선 3개, 참여 부서 5개, 협력 기관 3곳에서 내년 9곳으로 늘립니다.
참가비는 20,000원이고 가구당 10만 원까지 돌려줍니다. 교육은 총 90분입니다.
응답자 300명 가운데 100명이 만족했습니다. 「해람시 조례」 제7조에 따릅니다.
작년 민원은 120건이었고 올해 민원은 90건입니다. 대출은 700권 증가했습니다.
"""
_ON_ROOM = (
    good("a rise told as one", "참가자가 27명 늘었다"),
    good("a rate of a rise", "참가자가 65.9% 증가"),
    good("fewer than later", "10월은 11월보다 27명 적다"),
    good("a fall told as one", "민원이 작년보다 30건 줄었다"),
    good("a rate of a fall", "민원 25% 감소", says="÷"),
    good("a fall by a triangle", "민원 증감: △30건"),
    good("nothing said of the way", "참가자 차이는 27명"),
    bad("a rise told as a fall", "참가자가 27명 줄었다", says="방향"),
    bad("a rate of a rise told as a fall", "참가자가 65.9% 감소했다", says="방향"),
    bad("a fall told as a rise", "민원이 작년보다 30건 늘었다", says="방향"),
    bad("the rate from the wrong base", "참가자가 39.7% 늘었다", says="기준"),
    bad("compared the wrong way round", "11월이 10월보다 27명 적다", says="방향"),
    bad("a figure as it stands, the other way", "대출이 700권 감소", says="반대"),
    bad("fewer said of the wrong one, no month", "참가자는 다음 달이 27명 적다", missed=True),
    good("the thing behind its number", "3개 노선, 5개 부서, 3개 기관"),
    bad("another count of the thing", "4개 노선", says="4개 노선"),
    bad("another thing counted", "3개 업체", says="단위"),
    good("so much a person", "1인당 2만 원, 1가구당 10만 원"),
    bad("another sum a person", "1인당 3만 원"),
    good("hours and minutes", "교육은 1시간 30분"),
    good("an hour and a half", "교육은 1시간 반"),
    bad("other hours and minutes", "교육은 1시간 20분"),
    bad("hours for minutes", "교육은 90시간", says="단위"),
    good("three times as many", "기관이 3배로 늘어남", says="÷"),
    bad("four times as many", "기관이 4배로 늘어남"),
    good("about a third", "응답자의 약 3분의 1이 만족", says="÷"),
    good("exactly a third", "응답자의 3분의 1이 만족"),
    bad("about a quarter", "응답자의 약 4분의 1이 만족"),
    bad("exactly two thirds", "응답자의 3분의 2가 만족"),
    good("the same law said again", "「해람시 조례」 제7조, 동법 제7조와 같은 조례 제7조"),
    bad("the same law, another article", "「해람시 조례」 제7조, 동법 제9조", says="제9조"),
)
MARKETS = """시장\t2025년 10월 방문객\t2026년 10월 방문객\t증감\t점포 수\t빈 점포
중앙시장\t84,300명\t91,550명\t7,250명 증가\t212개\t14개
어부시장\t41,200명\t39,140명\t2,060명 감소\t96개\t11개
솔밭시장\t18,700명\t21,880명\t3,180명 증가\t58개\t3개
해맞이시장\t9,800명\t8,330명\t1,470명 감소\t34개\t9개
합계\t154,000명\t160,900명\t6,900명 증가\t400개\t37개
"""
_ON_MARKETS = (
    good("the most, rightly", "방문객이 가장 많은 시장은 중앙시장(91,550명), 가장 적은 시장은 해맞이시장(8,330명)"),
    good("the greatest rise", "중앙시장이 7,250명 늘어 가장 많이 증가"),
    good("the greatest fall", "감소 인원은 어부시장 2,060명이 가장 많음"),
    good("the most by a rate of its own", "빈 점포 비율은 해맞이시장이 26.5%(34개 중 9개)로 가장 높음"),
    good("two rows told together", "어부·해맞이시장은 줄어듦(각 2,060명, 1,470명)"),
    good("more than another row", "중앙시장보다 적은 어부시장은 39,140명"),
    good("a table of some columns", "| 시장 | 2026 |\n|---|---|\n| 중앙시장 | 91,550명 |\n| 합계 | 160,900명 |"),
    good("rows that rose and fell, counted", "4개 시장 가운데 2곳은 늘고 2곳은 줄어듦"),
    good("a difference of two columns", "솔밭시장은 3,180명 증가, 전체는 6,900명 증가"),
    bad("the most of another row", "방문객이 가장 많은 시장은 솔밭시장(21,880명)", says="중앙시장"),
    bad("the least of another row", "방문객이 가장 적은 곳은 어부시장으로 39,140명", says="해맞이시장"),
    bad("the greatest rise of another row", "솔밭시장이 3,180명 늘어 가장 많이 증가", says="중앙시장"),
    bad("the greatest fall of another row", "가장 많이 줄어든 곳은 해맞이시장(1,470명 감소)", says="어부시장"),
    bad("a number of another row", "어부시장 방문객은 91,550명", says="'중앙시장'의 것"),
    bad("a number of another row, in a table", "| 시장 | 2026 |\n|---|---|\n| 어부시장 | 21,880명 |", says="'솔밭시장'의 것"),
    bad("the total told of a row", "중앙시장 방문객은 160,900명", says="'합계'의 것"),
)  # fmt: skip
MONTHS = """월\t2025년 이용(건)\t2026년 이용(건)
5월\t18930\t20140
6월\t17560\t18220
7월\t14280\t13640
8월\t13720\t12910
"""
_ON_MONTHS = (
    good("a change worked out of two columns", "7월은 640건 감소"),
    good("months that follow one another, added", "7~8월 이용은 모두 26,550건"),
    good("the mean of a column", "2026년은 월평균 16,227.5건"),
    good("the highest month", "이용이 가장 많은 달은 5월(20,140건)"),
    good("a total up to a month is not that month's", "8월까지 이용은 64,910건"),
    bad("a change the other way round", "7월은 640건 증가"),
    bad("not the highest month", "이용이 가장 많은 달은 6월(18,220건)", says="5월"),
    bad("a number of another month", "6월 이용은 20,140건", says="'5월'의 것"),
)
WORKSHOP = """배움터 계획
참석자: 박새봄 과장(진행), 김도담 주무관, 이가온 팀장, 최다온 팀장
회의 시간은 14:00~15:02이고, 수리 업체는 한 곳뿐이니 두 곳으로 늘립니다. 두 도서관에서 엽니다.
기간은 2026. 12. 4.(금)~2027. 2. 26.(금)이며 이용료는 무료, 축제는 사흘 동안 엽니다.
응답자 612명 가운데 71%가 오겠다고 했고, 교육은 24회 열어 458명이 참여했습니다.
솔밭 노선과 바다 노선 두 노선에 태양광 등 28개를 세우며 33,600천원이 듭니다.
교육버스 1대, 복지관 2곳. 정원은 40명이고 신청은 97명입니다. 신고는 9월 86건, 10월 131건입니다.
"""
_ON_WORKSHOP = (
    good("people listed, counted", "참석자 4명"),
    good("about as long as the clock says", "약 1시간 동안 회의"),
    good("places in words", "업체를 1곳에서 2곳으로 늘림"),
    good("things that are their own counter", "2개 도서관, 2개 노선"),
    good("days in words", "축제는 3일간 열림"),
    good("nothing to pay", "이용료는 0원"),
    good("months from day to day", "3개월 동안 운영"),
    good("the share a rate says", "응답자의 71%인 약 435명", says="계산된 값"),
    good("so many each time", "1회당 평균 19명 참여", says="÷"),
    good("the price of each, in words", "한 개에 드는 돈은 120만 원", says="÷"),
    bad("a wrong price of each, in words", "한 개에 드는 돈은 70만 원"),
    good("the price of each", "1개당 120만 원", says="÷"),
    good("ten and seven of them say a rate", "10명 중 7명이 오겠다고 답함"),
    good("odds worked out", "경쟁률은 2.4대 1", says="÷"),
    bad("other odds", "경쟁률은 3.4대 1"),
    good("the numbers of two months", "10월 신고 131건, 9월 신고 86건"),
    bad("people miscounted", "참석자 5명"),
    bad("far from what the clock says", "약 2시간 동안 회의"),
    bad("other places", "업체를 4곳으로 늘림"),
    bad("a wrong price of each", "1개당 130만 원"),
    bad("another share than the rate says", "응답자의 71%인 약 350명"),
    bad("other months", "5개월 동안 운영"),
    bad("ten and four of them", "10명 중 4명이 오겠다고 답함"),
    bad("buses are no places", "교육버스 2대", says="2대"),
    bad("a figure of its neighbour", "정원은 97명", says="'정원'의 값은 '40명'"),
    bad("two months the wrong way round", "9월 131건, 10월 86건", says="'9월'의 값은 '86건'"),
)
CASES = (
    *(_with(case, {"시장.txt": MARKETS}) for case in _ON_MARKETS),
    *(_with(case, {"월별.txt": MONTHS}) for case in _ON_MONTHS),
    *(_with(case, {"배움터.txt": WORKSHOP}) for case in _ON_WORKSHOP),
    *(_with(case, {"신청.txt": LOTTERY}) for case in _ON_LOTTERY),
    *(_with(case, {"열람실.txt": ROOM}) for case in _ON_ROOM),
    *(_with(case, {"증감.txt": CHANGES}) for case in _ON_CHANGES),
    *(_minutes(case) for case in _ON_MINUTES),
    *(_with(case, {"집행현황.txt": BUDGET}) for case in _ON_BUDGET),
    *(_with(case, {"안내.txt": NOTICE}) for case in _ON_NOTICE),
    *(_with(case, {"계획.txt": PLAN}) for case in _ON_PLAN),
    open_("no source", "예산은 500만원"),
)
