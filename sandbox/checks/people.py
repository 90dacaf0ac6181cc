"""Persons and organisations in Korean text, by surnames, titles, labels and endings.

Hides the guesswork: without an analyser a name is believed only beside a title, under a label, or when
the source knows it; an ordinary noun must not become a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SURNAMES = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
_DOUBLE = ("남궁", "황보", "선우", "제갈", "사공", "독고", "서문")
_TITLE_WORDS = (
    "부시장 시장 군수 구청장 과장 팀장 국장 실장 계장 주무관 사무관 서기관 주사보 주사 서기 위원장 부위원장 위원 의원 의장 이사장 이사 대표 교수 박사 "
    "강사 소장 센터장 단장 본부장 부장 차장 대리 사원 회장 부회장 총무 간사 감사 동장 면장 읍장 통장 이장 원장 반장 담당관 담당자 담당 선생님 "
    "씨 님 연구원 연구관 기자 변호사 감독 코치 작가 사장 점장 관장 교장 교감 청장 차관 장관 보좌관 비서관 주임 조교 학예사 사회복지사 보건소장 면장님"
)
_TITLES = _TITLE_WORDS.split()
TITLE = "|".join(sorted(set(_TITLES), key=len, reverse=True))
_GIVEN = r"[가-힣]{2}"
_NAME = rf"(?:(?:{'|'.join(_DOUBLE)}){_GIVEN}|[{_SURNAMES}]{_GIVEN})"
_BEFORE_TITLE = re.compile(
    rf"(?<![가-힣])(?P<name>{_NAME})\s?(?P<title>{TITLE})(?![가-힣]*(?:회의|교육|직위|제도|급|단|실))(?!(?<=감사)(?:합|드|하|해|했|함|의|패|장))"
)
_AFTER_TITLE = re.compile(
    rf"(?<=장|관)\s(?P<name>{_NAME})(?=[\s,.)(·/]|은|는|이|가|을|를|의|에게|께|와|과|$)"
)
_BRACKETED = re.compile(rf"(?<![가-힣])(?P<name>{_NAME})\s?\((?=[^)\n]{{0,20}}(?:{TITLE}|과|팀)\s?\))")
_SPEAKER = re.compile(rf"(?m)^[\s\-\[(○*]*(?P<name>{_NAME})\s?(?:\([^)\n]{{1,15}}\))?\s?[*\])]*\s?[:：]")
_LABEL = re.compile(
    r"(?:담당자?|참석자?|성명|이름|작성자?|발표자?|보고자?|책임자?|주재자?|진행자?|사회자?|배석자?|기록자?|문의처?|수신자?|신청인|접수자)\s*\**\s*[:：]\s*\**\s*(?P<list>[^\n|]{2,120})"
)
_LABEL_HEAD = re.compile(r"담당|참석|성명|이름|작성자|발표자|책임자|보고자")
_NOT_NAME_WORDS = (
    "미정 전원 없음 담당 위원 주민 전체 정원 주무 관련 이하 이상 전문 안내 신청 지원 운영 기획 예산 홍보 안전 문화 관광 도로 주택 정보 민원 전산 조직 "
    "주차장 신사업 전산실 정책실 민원실 기획실 감사실 홍보실 전담자 이용자 신청자 참석자 담당자 관리자 책임자 주최자 진행자 방문자 지원자 유공자 전문가 "
    "주민들 시민들 이번주 다음주 우리시 우리과 이용객 관광객 방문객 한국어 원어민 지역장 전직원 신규자 임시직 정규직 공무직 기간제 도우미 지도자 여성분 "
    "남성분 소상공 자영업 공동체 협의회 위원회 추진단 주관사 시공사 대행사 용역사 업체명 해당자 현장소 총괄자 차석자 정책관 기획관 예산관 공보관 감사관 안전관 "
    "추후정 확인중 조사중 검토중 선정중 협의중 전부서 각부서 유관자 문화원 도서관 박물관 연구소 보건소 사업소 추진팀 지원팀 기획팀 행정팀 운영팀 홍보팀 안전팀 관광팀 "
    "현직자 신임자 전임자 후임자 선임자 고문관 조합원 상인회 주민회 청년회 부녀회 노인회 학부모 이재민 여직원 남직원 신입생 졸업생 재학생 고령자 장애인 여행사 방송사 신문사 "
    "최우선 최소한 정기적 지속적 안정적 주기적 전반적 구체적 원활한 인원수 강릉시 전주시 원주시 여수시 진주시 공주시 서울시 제주시 안산시 안양시 김해시 구미시 천안시 "
    "기타시 한시적 장기적 조속히 최종본 정리본 주요한 이외의 이러한 하나의 모든것 이곳의 우수한 신속한 공식적 임원진 신고자 민원인 유관기 소속팀 소관팀 주관팀 해당팀 "
    "문의처 접수처 제출처 수신처 이메일 전자우 연락처"
)
_NOT_NAMES = frozenset(_NOT_NAME_WORDS.split())
_VERB_TAIL = re.compile(r"(?:셔서|어서|려서|면서|니다|세요|하며)$")  # 살펴 주셔서, 이어서
_ORG_TAIL = re.compile(
    r"(과|팀|실|처|청|계|부서|센터|위원|조합|단체|회의|시장|상가|마을|학교|도로|공원|광장|항구|해변)$"
)
_ORG_TWO_WORDS = "행정 문화 경제 안전 도시 복지 건설 환경 기획 관광 정책 예산 주민 자치 시설 재난 교통 농정 산림 해양 정보 전산 민원 홍보 감사 인사 총무 조직"
_ORG_TWO = frozenset(_ORG_TWO_WORDS.split())
_STEM = r"[가-힣A-Za-z0-9·]"
_SURE_ORG = re.compile(
    rf"(?<![가-힣A-Za-z])(?P<org>{_STEM}{{1,14}}?(?:위원회|협의회|공단|재단|협회|연합회|상인회|진흥원|연구원|개발원|지원단|추진단|기획단|사업단|사업소|보건소|보건지소|"
    r"주민센터|지원센터|센터|경찰서|소방서|우체국|교육청|지원청|교육지원청|시청|구청|군청|도청|대학교|도시공사|관광공사|개발공사|전력공사|도로공사|수자원공사|"
    r"안전부|재정부|교육부|복지부|환경부|국토부|교통부|문체부|관광부|중기부|벤처부|고용부|노동부|법무부|국방부|외교부|통일부|산업부|여가부|가족부|행안부|기재부|복지관|문화원|진흥회|봉사단|동호회|노동조합|협동조합|농협|은행|도서관|박물관|미술관|초등학교|중학교|고등학교|어린이집|유치원))(?=$|[^가-힣]|(?:은|는|이|가|을|를|의|에|와|과|로|으로|도|만|장|에서|까지|부터|에게|측|및|직원|소속|담당|이사|관계자|주관|주최|협조)(?:[^가-힣]|[가-힣]{0,3}(?=[^가-힣]|$)))"
)
_TEAM_ORG = re.compile(
    rf"(?<![가-힣A-Za-z])(?P<org>{_STEM}{{2,10}}(?:과|국|팀|실|청|처|단))(?P<tail>[가-힣]{{0,4}})"
)
_SAFE_TAILS = re.compile(
    r"(?:장|와|에서|에|를|을|가|로|으로|원|직원|소속|담당|주관|측)(?:은|는|이|가|을|를|의|에|에게|께|도|님|이나|과|와|께서|만|으로|로)?$"
)
_NOT_ORG = re.compile(
    r"(결과|효과|성과|경과|초과|통과|부과|학과|사과|여과|투과|일과|전과|제과|외과|내과|치과|안과|의과|교과|불과|간과|과과|이과|문과|"
    r"전국|미국|외국|결국|중국|한국|영국|태국|각국|본국|귀국|출국|입국|약국|조국|애국|방송국|당국|내국|제국|타국|"
    r"신청|요청|초청|시청|청취|하청|수청|민원신청|재신청|"
    r"사실|현실|교실|화장실|회의실|사무실|강당실|실실|진실|확실|부실|내실|착실|성실|충실|절실|손실|상실|병실|거실|전시실|상담실|연습실|실습실|대기실|휴게실|정보화교육실|강의실|자료실|"
    r"처처|부처|제출처|문의처|수신처|접수처|연락처|사용처|구입처|거래처|조처|대처|출처|상처|근처|배부처|판매처|공급처|담당처|신청처|소관처|"
    r"수단|집단|계단|진단|판단|중단|차단|첨단|일단|무단|극단|단단|하단|상단|사단|분단|야단|공단|절단|"
    r"각 팀|전 팀|우리 팀|담당팀|해당팀|관련팀|참가팀|팀팀|각팀|전팀|개팀|우승팀|출전팀|참여팀|"
    r"담당과|해당과|관련과|소관과|각과|전과|타과|주관과|개과|우리과|협조과|부서과)$"
)


def find_names(text: str, known: frozenset[str] = frozenset()) -> tuple[tuple[int, int, str], ...]:
    """Return (start, end, name) of persons: beside titles, under labels, or known by name."""
    found: dict[tuple[int, int], str] = {}
    for pattern in (_BEFORE_TITLE, _AFTER_TITLE, _BRACKETED, _SPEAKER):
        for match in pattern.finditer(text):
            if _plausible(match["name"]):
                found[match.span("name")] = match["name"]
    for start, piece in _labelled(text):
        for match in re.finditer(r"[가-힣]{2,9}", piece):
            name = _bare(match[0])
            if name and _plausible(name):
                at = start + match.start() + match[0].index(name)
                found[(at, at + len(name))] = name
    for name in known:
        for match in re.finditer(rf"(?<![가-힣]){re.escape(name)}", text):
            found[match.span()] = name
    return tuple((start, end, name) for (start, end), name in sorted(found.items()))


def _bare(word: str) -> str | None:
    """Take a title off a labelled word; None when what is left is too long or short for a name."""
    stripped = re.sub(rf"({TITLE})$", "", word) or word
    return stripped if re.fullmatch(_NAME, stripped) else None


def _plausible(name: str) -> bool:
    if name in _NOT_NAMES or name in _TITLES or _ORG_TAIL.search(name) or _VERB_TAIL.search(name):
        return False
    return (
        not (name[-1] in "국단소관원부장실" and name[:2] in _ORG_TWO)
        and name[1:] not in _TITLES
        and name[:2] not in _ORG_TWO
    )


def _labelled(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands after labels such as 담당: and in table columns headed so."""
    for match in _LABEL.finditer(text):
        yield match.start("list"), match["list"]
    columns: set[int] = set()
    offset = 0
    for line in text.splitlines(keepends=True):
        if line.count("|") < 2:
            columns = set()
        elif not columns and not re.match(r"^[\s|:-]+$", line):
            columns = {i for i, cell in enumerate(line.split("|")) if _LABEL_HEAD.search(cell)} or {-1}
        else:
            at = offset
            for index, cell in enumerate(line.split("|")):
                if index in columns:
                    yield at, cell
                at += len(cell) + 1
        offset += len(line)


def find_organisations(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return (start, end, organisation); 시민과 (with a citizen) is not taken for a department."""
    found: dict[int, tuple[int, int, str]] = {}
    for match in _SURE_ORG.finditer(text):
        found[match.start("org")] = (match.start("org"), match.end("org"), match["org"])
    for match in _TEAM_ORG.finditer(text):
        org, tail = match["org"], match["tail"]
        if match.start("org") in found or _NOT_ORG.search(org):
            continue
        if _is_department(text, match, org, tail):
            found[match.start("org")] = (match.start("org"), match.end("org"), org)
    return tuple(sorted(found.values()))


def _is_department(text: str, match: re.Match[str], org: str, tail: str) -> bool:
    """과 after a consonant may be the particle: believe it only where a particle could not stand."""
    suffix = org[-1]
    if tail:
        strong = bool(_SAFE_TAILS.match(tail)) or (
            suffix != "과" and bool(re.match(r"(은|는|이|의|와|과|도|만)$", tail))
        )
        if suffix in "국실청처단":
            return strong and len(org) >= 4
        return strong
    if suffix == "팀":
        return True
    if suffix in "국실청처단":
        return len(org) >= 4 and suffix in "국청처실"
    before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 6]
    if re.search(r"(담당|부서|소속|주관|문의|발신|수신)\s*(부서)?\s*\**[:：]?\s*$", before):
        return True
    if re.match(rf"\s*(\||,|\)|·|/|$|\n|주무관|팀장|과장|직원|담당|{_NAME}\s?({TITLE}))", after):
        return bool(re.search(r"(\||\(|,|[:：]|·|/|^|\n)\s*$", before)) or bool(
            re.match(r"\s*(주무관|팀장|과장|담당|\))", after)
        )
    return False
