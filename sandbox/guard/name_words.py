"""Words that look like a Korean name and are none: everyday nouns, verb forms, counts, holidays.

Hides the lists. A surname and one or two syllables make half of the language's nouns (전액, 정원, 이만), and
a warning at every line teaches people to click warnings away. A two-syllable word of daily use is no name
here, even though somebody may be called so; docs/guard.md tells it.
"""

from __future__ import annotations

import re

_EVERYDAY = frozenset(
    """
    강당 강릉 강원 강의 강좌 강습 강화 고객 고령 고양 고장 고정 고지 공간 공개 공고 공공 공급 공동 공모 공무 공문 공사 공식 공연 공용 공원 공장 공정 공제
    공지 공통 공휴 구간 구급 구내 구두 구매 구분 구성 구역 구청 국내 국민 국비 권리 권역 권한 금년 금액 금일 금주 기간 기계 기관 기념 기능 기록 기본 기상 기술
    기업 기재 기존 기준 기초 기타 기한 기획 길이 나눔 나무 나이 나중 나흘 남녀 남부 남성 남은 남자 노동 노래 노력 노령 노면 노선 노약 노인 노조 노후 도로 도민
    도비 도서 도시 도심 도움 도착 마감 마당 마련 마을 마지 마침 만원 만족 맹견 명단 명부 명소 명의 명절 명칭 모금 모두 모든 모범 모임 모집 문구 문서 문안 문의
    문자 문장 문제 문화 미정 민간 민생 민속 민원 반기 반납 반대 반려 반복 반영 방과 방금 방문 방법 방송 방식 방안 방역 방재 방지 방향 배경 배달 배려 배부 배송
    배수 배정 배치 배포 백신 변경 변동 변화 서류 서면 서명 서무 서비 서식 서약 서울 선거 선발 선별 선정 선착 선출 설계 설날 설득 설명 설문 설비 설치 성과 성금 성별
    성인 성적 소개 소관 소득 소방 소비 소속 소식 소요 소유 소음 소재 소통 손님 손해 송년 송부 송출 신고 신규 신년 신문 신분 신설 신속 신임 신정 신청 신체 신축 신호
    심사 심의 심리 안건 안내 안부 안심 안전 안정 양방 양성 양식 양쪽 여가 여건 여권 여기 여러 여름 여부 여분 여성 여유 여자 여행 연간 연결 연구 연기 연도 연락 연령
    연말 연습 연장 연차 연체 연휴 예방 예비 예산 예상 예약 예외 예정 오늘 오래 오류 오염 오전 오후 오히 온라 온열 옥내 옥상 옥외 우대 우리 우선 우수 우승 우체 우편
    원고 원금 원래 원문 원본 원생 원서 원인 원칙 원하 위기 위반 위생 위원 위주 위치 위탁 위험 유가 유급 유기 유료 유무 유사 유선 유실 유아 유용 유의 유지 유치 유통
    유형 육교 육상 육아 은행 음식 이거 이것 이건 이곳 이날 이내 이달 이동 이때 이런 이력 이만 이미 이번 이상 이용 이월 이유 이임 이장 이전 이제 이쪽 이틀 이하 이후
    인감 인구 인근 인력 인명 인사 인쇄 인수 인원 인증 임금 임대 임명 임산 임시 임원 임차 장기 장난 장날 장려 장마 장면 장비 장소 장수 장애 장터 전국 전기 전날 전담
    전달 전면 전문 전부 전산 전설 전수 전시 전액 전용 전원 전일 전임 전자 전체 전통 전화 전환 전후 정권 정규 정기 정년 정답 정도 정류 정리 정문 정보 정부 정비 정산
    정상 정수 정식 정오 정원 정정 정지 정책 정확 제공 제도 제목 제안 제외 제작 제출 제품 제한 조건 조금 조례 조리 조명 조사 조성 조심 조용 조장 조정 조직 조치 조합
    조회 주간 주거 주관 주기 주로 주말 주무 주문 주민 주변 주부 주소 주어 주요 주의 주인 주일 주장 주제 주중 주차 주최 주택 지각 지구 지금 지급 지난 지도 지방 지붕
    지사 지시 지식 지역 지연 지원 지자 지적 지점 지정 지체 지출 지침 지하 진단 진로 진료 진입 진행 차기 차단 차량 차례 차로 차선 차이 차질 채용 천막 천연 천천 최고
    최근 최단 최대 최선 최소 최우 최종 최초 추가 추석 추진 추첨 추천 추후 탁구 탁상 편의 편집 표시 표준 하나 하는 하루 하반 하수 하위 하천 한개 한글 한눈 한도 한두
    한때 한번 한시 한우 한정 한쪽 한편 한해 함께 허가 허용 허위 현금 현수 현안 현임 현장 현재 현지 현직 현행 현황 홍보 홍수 황사 황토
    해람 다회용기 공영주차장 원그래프 한국어 원어민 방과후 송년회 구청장 조용히 최소한 개천절 성탄절 한글날 신정 구정 고양이 강아지 이어서 전해 남아 심한 지난달 절대참조
    """.split()  # noqa: SIM905
)
_FORM = re.compile(
    r"[에를께까됐던며]\Z|(?<![노가])을\Z|부터\Z|까지\Z|에서\Z|에게\Z|[가-힣](?:절|회장|택시|버스|장터|시장|마당|축제|교실|학교|사업|센터|주차)\Z"
    r"|\A(?:서른|여섯|여덟|[이오육구]십|하나)|\A[가-힣](?:는|어|여|면|게|된|될|할)\Z"
)
_SELF = re.compile(r"저는\s{0,3}\Z")
_NAMED_SELF = re.compile(
    r"\s?(?:입니다|이라|라고|이고|인데|예요|이에요|이며|[가-힣]{2,4}(?:관|장|사|원)|[,.])"
)
_PLACE_AFTER = re.compile(r"에(?!게)")


def not_a_name(text: str, start: int, end: int) -> bool:
    """Tell whether what looks like a name at this place is an everyday word."""
    value = text[start:end]
    if value in _EVERYDAY or _FORM.search(value):
        return True
    if _SELF.search(text, max(0, start - 6), start) and not _NAMED_SELF.match(text, end):
        return True
    return len(value) == 2 and bool(_PLACE_AFTER.match(text, end))
