"""Rules for what is told by the words around it: names, addresses, sensitive matters, secrecy marks.

Hides the word lists. Nothing here is certain, so every kind only warns. maskingtape finds most names
and addresses; its doubtful ones are dropped by what we know of offices (조합원, 총무과장), and forms it
lacks are added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from maskingtape.detectors import AddressDetector, BirthDateDetector, NameDetector

from sandbox.guard.name_words import not_a_name
from sandbox.guard.numbers import Hit, near

_SURNAME = (
    "(?:남궁|황보|제갈|선우|독고|사공|"
    "[김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민"
    "나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용])"
)
_TITLE = (
    "(?:주무관|사무관|서기관|과장|팀장|국장|계장|실장|부장|차장|대리|부시장|시장|의원|위원장|위원|교수|"
    "박사|선생님|선생|통장|이장|동장|면장|"
    "읍장|소장|센터장|본부장|감독관|조사관|연구사|연구원|전문관|공무관|사회복지사|간호사|변호사|세무사|"
    "어르신|할머니|할아버지|여사|씨|님|군|양)"
)
_TITLED = re.compile(
    rf"(?<![가-힣])(?P<name>{_SURNAME}[가-힣]{{2}})(?P<gap> ?)(?P<title>{_TITLE})(?![가-힣]*(?:관리|회의))"
)
_LABELLED = re.compile(
    r"(?<![가-힣])(?:성\s{0,3}명|이\s{0,3}름|Name|NAME|신\s?청\s?인|신청자|민원인|신고인|진정인|청구인|대표자|"
    r"예금주|보호자|수급자|담당자|작성자|피해자|가해자|"
    r"환자|고객명|세대주|참석자|명단|수신인|발신인)\s{0,2}(?:\([가-힣]{1,6}\)\s?)?[:：|]\s{0,3}"
    rf"(?P<name>{_SURNAME}(?:[가-힣]{{1,3}}| [가-힣] [가-힣]))(?![가-힣])"
)
_NOT_NAMES = frozenset(
    """
    안전국 공휴일 지난해 기간 제목 원문 노선안 안내문 안내판 원자료 민원실 공영주 주는 전액 정원 서류에 신여권 여권 방안 시안 문안 초안 계획안 조례안 예산안
    정보화 이용자 민원인 신청인 신고인 진정인 주민들 조합원 전문가 안전과 문화과 지원과 기획과 총무과
    임차인 임대인 신청자 이해자 고객사 고객님 주민님 선생님 이사장 이사회 조합장 안내원 하나님 정규직
    임기제 계약직 기간제 공무직 공무원 전담자 전임자 후임자 유공자 수급자 보호자 주관자 한국인 외국인
    노동자 차상위 강릉시 양양군 고성군 영월군 정선군 인제군 원주시 진행자 사회자 발표자 강사님 기사님
    여러분 시민님 회원님 주임님 조장님 어머님 아버님 부모님 남성분 여성분 전체분 장애인 노인회 주민회
    자치회 부녀회 정책과 홍보과 교통과 민원과 세무과 건설과 도시과 문화원 전산과 정비과 위생과 복지과
    관광과 경제과 예산과 회계과 감사과 인사과 공보과 농정과 산림과 환경과 상수도 하수도 주차장 도서관
    미술관 박물관 체육관 연구원 조사관 감독관 인사팀 기획팀 총무팀 예산팀 홍보팀 전산팀 복지팀 관광팀
    민원팀 지적팀 지원팀 안전팀 교통팀 도로팀 하천팀 방재팀 심사자 평가자 제안자 제출자 선정자 합격자
    지원자 응모자 참가자 참여자 교육생 수강생 미정 없음 해당 정보 이상 이하 공개 비공개 전체 전원 모두
    명단 기재 기입 입력 지정 선택 변경 확인 서명 도장 한글 영문 주소 연락처 전화 성명 이름 소속 직위
    직급 부서 안내 문의 인원 강사 강의 노인 주민 이용 조치 조사 정리 진행 현황 유의 주의 지원 신청
    기획예산과 정보통신과 주민자치과 홍보담당 기관 기타 공통 담당 담당자 작성자 신고자 전달 총무 서무
    지역주 임시직 이번 우리 공동 대표
    """.split()  # noqa: SIM905
)
_OFFICE_END = re.compile(
    r"(?:[과팀읍청]|(?:안전|정책|교육|문화|경제|건설|행정|기획|민원|비서|감사|상황)[국실]|협회|학교|센터|위원회|조합|은행|병원|업체|회사)\Z"
)
_NAME_OF_THING = re.compile(
    r"(?:회의|사업|파일|문서|제품|행사|시트|함수|변수|과제|축제|시설|기관|부서|업체|도로|건물|기업|학교|품목)\s?"
    r"이름\s{0,2}[:：은는|]\s{0,3}\Z"
)
_NEXT_NAME = re.compile(rf"\s?[,·/]\s?(?P<name>{_SURNAME}[가-힣]{{2}})(?![가-힣])")
_BIRTH = re.compile(
    r"(?:생년월일|생일|출생일?)\s?[(:：]?\s?"
    r"(?P<date>(?:19|20)?[0-9]{2}[.\-/][01]?[0-9][.\-/][0-3]?[0-9])(?![0-9])"
)
_NOT_NAME_FORM = re.compile(r"[함됨]\Z")
_NAME_BESIDE = re.compile(rf"(?<![가-힣])(?P<name>{_SURNAME}[가-힣]{{2}})[ \t,(/:|]{{1,4}}\Z")
_TELLING = frozenset(
    {"resident_number", "foreigner_number", "mobile", "birth_date", "passport", "driver_licence"}
)
_ROAD = re.compile(
    r"(?<![가-힣])(?:[가-힣]{1,6}(?:시|군|구|읍|면|동) ?)?(?P<road>[가-힣][가-힣0-9]{0,12}(?:대로|로|"
    r"길)(?:[0-9]{1,4}번?길)?) ?"
    r"(?P<number>[0-9]{1,4}(?:-[0-9]{1,4})?)(?P<unit>,? ?(?:[0-9]{1,4}동 ?[0-9]{1,4}호|[0-9]{1,3}층|"
    r"[0-9]{1,4}호))?"
    r"(?P<after>번지|,? ?\([가-힣0-9, ]{2,20}\))?"
    r"(?![0-9가-힣]|[.,~:/%-]\s?[0-9]| ?(?:명|개|건|회|차|년|월|일|시|분|원|천원|만원|부|종|단계|배|위|점|팀|"
    r"인|곳|층|호선|%|㎡|k?m\b))"
)
_NOT_PLACES = re.compile(
    r"(?:처리|관리|정리|수리|거리|권리|원리|분리|심리|금리|대리|총리|논리|유리|승리|활동|행동|이동|운동|노동|변동|공동|"
    r"자동|수동|작동|연동|가동|출동|진동|부동)[^가-힣]"
)
_ROAD_LABEL = re.compile(r"주소|소재지|거주|사는|배송|송달|위치|도로명|자택|주민등록지|시 |군 |구 |읍 |면 ")
_NOT_ROADS = re.compile(
    r"(?:으로|별로|별도로|따로|새로|실제로|주로|서로|바로|(?<![가-힣])대로|예정대로|계획대로|법대로|마음대로|규정대로|추가로|세로|가로|도로|앞으로|최대로|"
    r"차례로|순서로|그대로|수시로|스스로|제로|"
    r"기준로|자료로|회의로|결과로|정도로|이하로|이상로|단위로|경로|선로|진로|항로|통로|수로|활주로|"
    r"산책로|하수로|배수로|갈림길|오솔길)\Z"
)
_UNIT = re.compile(
    r"(?<![0-9가-힣])(?:[가-힣A-Za-z]{2,12}(?:아파트|빌라|맨션|타운|주공|연립|오피스텔|"
    r"APT)? ?(?:제)?)?[0-9]{1,4}동 ?(?:제)?[0-9]{1,4}호(?![0-9가-힣]{0,1}선)"
)
_JIBUN = re.compile(
    r"(?<![가-힣])[가-힣]{1,5}[0-9]{0,2}(?:동|리|읍|면|"
    r"가) ?(?:산 ?)?[0-9]{1,4}(?:-[0-9]{1,4})?(?: ?번지(?: ?[0-9]{1,4}호)?)"
    r"|(?<![가-힣])[가-힣]{1,5}(?:동|리) ?(?:산 ?)?[0-9]{1,4}-[0-9]{1,4}(?![0-9-]|"
    r"[.,~:/%]\s?[0-9])(?! ?(?:호선|번 ?버스))"
)
_MASKED_AFTER = re.compile(r"\s?-\s?[0-9]?[*●○xX#]{3}")
_SENSITIVE = re.compile(
    r"당뇨병?|고혈압|우울증|조현병|정신질환|정신과|공황장애|치매|간암|폐암|위암|유방암|백혈병|"
    r"암 ?(?:진단|투병|환자|수술)|[0-9]기 ?암|"
    r"뇌졸중|HIV|에이즈|결핵|간염|임신|낙태|유산|난임|알코올 ?중독|약물 ?중독|마약|장애 ?(?:[0-9]|일|이|"
    r"삼|사|오|육)급|(?:지적|발달|자폐|청각|시각|지체)\s?장애|"
    r"진단서|병력|투약|병가|전과(?= ?(?:[0-9]|가 |기록|자))|범죄 ?경력|수사 ?경력|벌금형|집행유예|징역|"
    r"구속|기소|성범죄|음주운전|가정 ?폭력|아동 ?학대|"
    r"당원|입당|탈당|정당 ?가입|지지 ?정당|노동조합|노조|조합비|파업|신앙|교인|개종|지문|홍채|유전자|"
    r"성적 ?지향|동성애"
)
_PERSON = re.compile(
    r"민원인|신청인|신고인|진정인|청구인|피신고인|본인|당사자|피해자|가해자|환자|수급자|세대주|대상자|"
    r"[A-Z가-힣]{1,2}(?:씨|모)(?:는|가|의|에|,| |\()|"
    r"자녀|배우자|남편|아내|부인|모친|부친|어머니|아버지|아들|(?<![가-힣])딸|직원|주무관|과장|팀장|학생|"
    r"[○O]{2,3}(?=[은는이가의 (,])"
)
_MARK = re.compile(
    r"대외비|대외 ?주의|[ⅠⅡⅢ1-3I]{1,3}급 ?비밀|열람 ?후 ?파기|"
    r"[\[(<〔【「『]\s?(?:비\s?공개|비밀)[^\])>〕】」』\n]{0,12}[\])>〕】」』]|"
    r"공개 ?(?:구분|여부|등급)\s?[:：|]?\s?(?:부분 ?공개|비\s?공개)(?:\s?\([0-9, 호]{1,8}\))?|"
    r"(?<![가-힣])비\s?공개\s?(?:\([0-9]{1,2}호?[^)\n]{0,8}\)|문서|회의 ?자료|안건|보고서|검토 ?의견)|"
    r"(?m:^[ \t]{0,8}비\s?공개[ \t]{0,4}$)"
)
_PERSON_REACH = 30


def phrases(text: str) -> Iterator[Hit]:
    """Yield names, birth dates, addresses and marks; ``sensitive_words`` needs the others first."""
    yield from _names(text)
    yield from _addresses(text)
    for found in BirthDateDetector().detect(text):
        if not _MASKED_AFTER.match(text, found.end):
            yield Hit("birth_date", found.start, found.end)
    for match in _BIRTH.finditer(text):
        if not _MASKED_AFTER.match(text, match.end()):
            yield Hit("birth_date", *match.span("date"))
    yield from (Hit("secrecy_mark", *m.span()) for m in _MARK.finditer(text))


def sensitive_words(text: str, people: Sequence[Hit]) -> Iterator[Hit]:
    """Yield words on health, crime, party or union within a few words of a person in the same line."""
    places = sorted([h.start for h in people] + [m.start() for m in _PERSON.finditer(text)])
    for match in _SENSITIVE.finditer(text):
        at = bisect_left(places, match.start() - _PERSON_REACH)
        while at < len(places) and places[at] <= match.end() + _PERSON_REACH:
            low, high = sorted((places[at], match.start()))
            if "\n\n" not in text[low:high]:
                yield Hit("sensitive", *match.span())
                break
            at += 1


def _names(text: str) -> Iterator[Hit]:
    for found in NameDetector().detect(text):
        value = text[found.start : found.end]
        if _NAME_OF_THING.search(text, max(0, found.start - 20), found.start):
            continue
        if value in _NOT_NAMES or _NOT_NAME_FORM.search(value) or _SENSITIVE.fullmatch(value):
            continue
        if not_a_name(text, found.start, found.end):
            continue
        if not (len(value) > 2 and _is_office(text, found.start, found.end)):
            yield Hit("name", found.start, found.end)
    for match in _LABELLED.finditer(text):
        following: re.Match[str] | None = match
        if _NAME_OF_THING.search(text, max(0, match.start("name") - 20), match.start("name")):
            continue
        while following and following["name"] not in _NOT_NAMES and not _OFFICE_END.search(following["name"]):
            if not_a_name(text, *following.span("name")):
                break
            yield Hit("name", *following.span("name"))
            following = _NEXT_NAME.match(text, following.end("name"))
    for match in _TITLED.finditer(text):
        name, title = match["name"], match["title"]
        # 기획예산 과장, 전산정보팀장: a department before a title, told by its own last syllable.
        if name in _NOT_NAMES or (title in {"장", "과장", "팀장", "국장"} and _OFFICE_END.search(name)):
            continue
        if (title in {"군", "양", "님"} and match["gap"]) or not_a_name(text, *match.span("name")):
            continue
        yield Hit("name", *match.span("name"))


def names_beside(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield what looks like a name right before a person's number, as in a row of a pasted table."""
    for hit in hits:
        if hit.kind not in _TELLING:
            continue
        match = _NAME_BESIDE.search(text, max(0, hit.start - 9), hit.start)
        if not match or match["name"] in _NOT_NAMES or _OFFICE_END.search(match["name"]):
            continue
        if not not_a_name(text, *match.span("name")):
            yield Hit("name", *match.span("name"))


def _is_office(text: str, start: int, end: int) -> bool:
    """Tell whether what looks like a name is a part of an office's name, such as 안전과 or 교통과."""
    value = text[start:end]
    return bool(re.search(r"[과팀]\Z", value)) and bool(
        re.match(r"장|\s|에|의|,|\)", text[end : end + 1] or " ")
    )


def _addresses(text: str) -> Iterator[Hit]:
    for found in AddressDetector().detect(text):
        if any(c in "0123456789" for c in text[found.start : found.end]):
            yield Hit("address", found.start, found.end)
    for match in _ROAD.finditer(text):
        told = (
            match["unit"]
            or match["after"]
            or "길" in match["road"]
            or match.end("road") == match.start("number") > match.start("road") + 3  # 강릉대로33
            or near(_ROAD_LABEL, text, match.start("road"), reach=15)
        )
        if told and not _NOT_ROADS.search(match["road"]) and len(match["road"]) >= 2:
            yield Hit("address", *match.span())
    yield from (Hit("address", *m.span()) for m in _UNIT.finditer(text))
    for match in _JIBUN.finditer(text):
        if not _NOT_PLACES.search(match.group()):
            yield Hit("address", *match.span())
