"""Facts in Korean text: numbers, dates, times, names, organisations, statutes, with their places.

Hides all the ways one fact may be written, so that two texts can be compared by value. Spans are
taken in order (statute, date, time, number), so that the 22 of a date is not a number as well.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.checks.korean_numbers import HANGUL_NUMBER, MIXED_NUMBER, NATIVE_NUMBER, parse_number
from sandbox.checks.people import find_names, find_organisations

WEEKDAYS = "월화수목금토일"
SHARE = "분수"
"""The unit of 3분의 1."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact at ``start``–``end``. ``value`` is its canonical form, by kind::

    number: (Decimal, unit)   date: (year|None, month|None, day|None)   time: minutes (or (minutes, True)
    name, organisation: text without spaces   statute: (name, article)
    when morning or afternoon is not said)
    """

    kind: str
    text: str
    start: int
    end: int
    value: Any
    approximate: bool = False
    weekday: str = ""


_STATUTE = re.compile(
    r"「(?P<quoted>[^」\n]{2,40})」(?:\s*(?P<a1>제\s?\d+조(?:의\s?\d+)?(?:\s?제\s?\d+항)?))?"
    r"|(?P<bare>(?:[가-힣·]+\s){0,3}?[가-힣·]{1,20}(?:법률|법|조례|시행령|시행규칙|규칙|규정))\s*(?P<a2>제\s?\d+조(?:의\s?\d+)?(?:\s?제\s?\d+항)?)"
    r"|(?P<plain>(?<![가-힣])[가-힣·]{2,16}(?:기본법|보호법|처리법|관리법|지원법|진흥법|촉진법|공무원법|자치법|회계법|계약법|시행령|시행규칙|조례))(?![가-힣]{2,})"
    r"|(?P<a3>(?<![\d])제\s?\d+조(?:의\s?\d+)?(?:\s?제\s?\d+항)?)"
)
_SAME_LAW = re.compile(r"^(?:동|같은|이|본|해당|위|상기)(?:법률|법|조례|규칙|규정|시행령|시행규칙)(?=$|시행)")
_DAY = r"(?P<wd>\s?[(（]\s?[월화수목금토일](?:요일)?\s?[)）]|\s?[월화수목금토일]요일)?"
_DATES = tuple(
    re.compile(pattern + _DAY)
    for pattern in (
        r"(?<![\d.])['’‘]?(?P<y>(?:19|20)\d{2}|(?<=['’‘])\d{2})\s?[.]\s?(?P<m>1[0-2]|0?[1-9])\s?[.]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)\.?",
        r"(?<![\d-])(?P<y>(?:19|20)\d{2})\s?[-/]\s?(?P<m>1[0-2]|0?[1-9])\s?[-/]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?![\d-])",
        r"(?<!\d)(?:(?P<y>(?:19|20)\d{2}|['’‘]\d{2})년도?\s?)?(?P<m>1[0-2]|0?[1-9])월\s?(?P<d>3[01]|[12]\d|0?[1-9])일",
        r"(?<![\d.])(?P<m>1[0-2]|0?[1-9])[.]\s?(?P<d>3[01]|[12]\d|0?[1-9])[.](?!\d)",
        r"(?<![\d.])(?P<m>1[0-2]|0?[1-9])[./]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?=\s?[(（]\s?[월화수목금토일]\s?[)）])",
        r"(?<![\d./])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/%])",
        r"(?<![가-힣])(?P<m>십[일이]?|[일이삼사오유육칠팔구시])월\s?(?P<d>(?:이?십|삼십)[일이삼사오육칠팔구]?|[일이삼사오육칠팔구])일(?![가-힣]*(?:간|동안))",
    )
)
_MONTHS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>(?:19|20)\d{2}|['’‘]\d{2})년도?\s?(?P<m>1[0-2]|0?[1-9])월",
        r"(?<![\d.])(?P<y>(?:19|20)\d{2})\.\s?(?P<m>1[0-2]|0?[1-9])\.(?!\s?\d)",
        r"(?<![\d개])(?P<m>1[0-2]|0?[1-9])월(?!\s?\d+일|급|세)",
        r"(?<!\d)(?P<y>(?:19|20)\d{2})\s?(?:년도|학년도|회계연도|년)(?!\s?\d{1,2}월|\s?전|\s?후|\s?동안|간|차)",
        r"(?<![\d'’‘])['’‘](?P<y>\d{2})년",
        r"(?m)(?<![\d'’‘가-힣A-Za-z])['’‘](?P<y>\d{2})(?=\s*(?:\||\t|$))",  # the head of a column
    )
)
_NOT_DAY = r"(?!\s?(?:간|동안|차|방향|대))"
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<half>오전|오후|아침|저녁|밤|낮|새벽|AM|PM|am|pm)?\s?(?<![\d:])(?P<h>[01]?\d|2[0-4])\s?:\s?(?P<mi>[0-5]\d)(?::[0-5]\d)?(?![\d:])",
        r"(?P<half>오전|오후|아침|저녁|밤|낮|새벽)?\s?(?<![\d:.])(?<!\d,)(?P<h>[01]?\d|2[0-4])시(?!간|장|청|군|도|내|민|점|설|행|작|\s?방향)\s?(?:(?P<mi>[0-5]?\d)분|(?P<ban>반))?",
        r"(?P<half>오전|오후|아침|저녁|밤|낮|새벽)?\s?(?<![가-힣])(?P<hw>열두|열한|열|아홉|여덟|일곱|여섯|다섯|네|세|두|한)\s?시(?=\s|에|부터|까지|로|,|\.|$|반|\s?반)\s?(?P<ban>반)?",
    )
)
_UNITS = {
    "원": "원", "퍼센트": "%", "프로": "%", "%": "%", "％": "%", "%p": "%p", "％p": "%p", "%포인트": "%p", "명": "명", "인": "명", "사람": "명",
    "건": "건", "개소": "곳", "곳": "곳", "개": "개", "회": "회", "차례": "회", "번": "회", "시간": "시간", "분": "분", "일": "일", "일간": "일",
    "박": "박", "주": "주", "주간": "주", "개월": "개월", "달": "개월", "년": "년", "년간": "년", "개년": "년", "점": "점", "배": "배", "대": "대",
    "㎡": "㎡", "m²": "㎡", "제곱미터": "㎡", "평": "평", "km": "km", "㎞": "km", "킬로미터": "km", "m": "m", "미터": "m", "kg": "kg", "㎏": "kg", "톤": "톤", "t": "톤",
    "세대": "세대", "가구": "가구", "동": "동", "부": "부", "권": "권", "장": "장", "매": "매", "호": "호", "위": "위", "등": "위", "세": "세", "살": "세",
    "팀": "팀", "군데": "곳", "노선": "노선", "부서": "부서", "기관": "기관", "업체": "업체", "조": "조", "석": "석", "면": "면", "병": "병", "종": "종", "필지": "필지", "마리": "마리", "그루": "그루", "주년": "주년", "℃": "도", "도": "도",
    "기": "기", "척": "척", "개사": "개사", "개반": "반", "개소당": "곳", "쪽": "쪽", "페이지": "쪽", "가지": "가지", "단계": "단계", "번째": "번째", "차": "차", "항목": "항목",
    "줄": "줄", "문장": "문장", "단락": "단락", "자": "자", "글자": "자", "슬라이드": "장표", "초": "초", "원정": "원", "인분": "인분", "층": "층", "급": "급", "교시": "교시", "학년": "학년", "과목": "과목", "개 팀": "팀", "개팀": "팀", "개 부서": "부서", "개부서": "부서", "개 과": "과", "개과": "과", "개 업체": "업체", "개 기관": "기관", "개 노선": "노선", "개 읍면동": "읍면동", "건당": "건", "만원": "원",
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<about>약\s?|대략\s?|거의\s?|금\s?)?(?<![A-Za-z\d./:_])(?:(?<!,)|(?<!\d,)|(?!\d{{3}}(?!\d)))(?<![A-Za-z]-)(?P<sign>[-−△▲](?=\d))?(?P<n>{MIXED_NUMBER})(?P<more>\s?여)?"
    rf"\s?(?P<unit>{_UNIT})?(?P<span>\s?(?:남짓|가량|정도|안팎|내외))?"
)
_HANGUL_MONEY = re.compile(
    rf"(?P<about>약\s?)?(?<![가-힣\d])(?<!\d\s)금?\s?(?P<n>{HANGUL_NUMBER}(?:\s?{HANGUL_NUMBER})*)\s?(?P<unit>원)(?!장|인|고|칙|본|래|하|활|님|생|서|주)"
)
_COUNTER = "명|사람|건|개소|개|곳|군데|차례|번|회|대|가구|시간|개월|달|퍼센트|배|노선|팀|부서|기관|업체|반|조|동|칸|장|권|병|그루|마리|척|과목|주|살"
_HANGUL_COUNT = re.compile(
    rf"(?<![가-힣])(?P<n>[일이삼사오육칠팔구]?[십백천만][일이삼사오육칠팔구십백천만]*|{NATIVE_NUMBER})\s?(?P<unit>{_COUNTER})(?=[^가-힣]|[은는이가을를의에로와과도만뿐씩입임인]|으로|마다|까지|부터|정도|$)"
)
_THINGS_IN_WORDS = re.compile(
    rf"(?<![가-힣])(?P<n>두|세|네|다섯|여섯|일곱|여덟|아홉)\s(?!(?:{_COUNTER}|시|분)(?![가-힣]{{2}}))[가-힣]{{2}}"
)
_DAYS_IN_WORDS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10, "보름": 15, "일주일": 7}  # fmt: skip
_DAYS_SAID = re.compile(
    rf"(?<![가-힣])(?:{'|'.join(_DAYS_IN_WORDS)})(?=[^가-힣]|[은는이가을를의에로도만]|간|동안|까지|씩|$)"
)
_DURATION = re.compile(
    r"(?P<about>약\s?|대략\s?|거의\s?)?(?<![\d.,])(?P<h>\d{1,3})\s?시간\s?(?:(?P<m>[0-5]?\d)\s?분(?!의)|(?P<half>반)(?![가-힣]))(?P<span>\s?(?:남짓|가량|정도|안팎|내외))?"
)
_FRACTION = re.compile(
    r"(?P<about>약\s?|대략\s?|거의\s?)?(?<![\d.,])(?P<whole>[1-9]\d?)\s?분의\s?(?P<part>[1-9]\d?)(?!\d)(?P<span>\s?(?:남짓|가량|정도|안팎|내외))?"
)
_ODDS = re.compile(
    r"(?P<about>약\s?|대략\s?|거의\s?)?(?<![\d.,:])(?P<n>\d{1,3}(?:\.\d+)?)\s?대\s?1(?![\d.])(?P<span>\s?(?:정도|안팎|내외))?"
)
_PHONE = re.compile(r"(?<!\d)(?:\(?0\d{1,2}\)?[-)\s.]\s?\d{3,4}[-.\s]\d{4}|1\d{3}-\d{4})(?!\d)")
_WEEKDAY_NEXT = re.compile(r"\s?[(（][월화수목금토일]")
_PARTICLE_NEXT = re.compile(
    r"(?:부터|까지|에서|에|은|는|이|을|의|자|로|경|중|전|후|이전|이후|현재|기준)(?![가-힣]{3})"
)
_DAY_NEXT = re.compile(r"\s?(?:3[01]|[12]\d|0?[1-9])[.](?!\d)")
_LIST_NUMBER = re.compile(
    r"^[ \t\u3000>#*|]*(?:[-○□•]\s*)?\**(?:\(?\d{1,2}(?:[-.]\d{1,2})*[.)](?=\s|\**\s|[가-힣A-Za-z(「]|$)|\d{1,2}(?=\s*\|)"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}\.?(?=\s+(?!(?:배|점|도|톤|평|만|억|천|시간|퍼센트|킬로|미터|제곱)(?![가-힣]{2}))[가-힣])"  # 1.1 개요
    r"|[①-⑳]|(?:슬라이드|장표|질문|단계|예시|방법|사례|조치|안건|[Ss]lide|[Ss]tep|표|그림|참고|붙임|별지|답변?|[QqAa])\s?\d{1,2}\b)",
    re.MULTILINE,
)


def parse_date(text: str) -> tuple[int | None, int | None, int | None] | None:
    """Read the first date of a text; None when it holds none."""
    found = find_dates(text)
    return found[0].value if found else None


def find_dates(text: str) -> tuple[Fact, ...]:
    """Return every date, month or year said, in order."""
    taken: list[tuple[int, int]] = []
    found: list[Fact] = []
    for pattern in (*_DATES, *_MONTHS):
        for match in pattern.finditer(text):
            if _overlaps(taken, match.span()):
                continue
            parts = match.groupdict()
            year = _year(parts.get("y"))
            month, day = _whole(parts.get("m")), _whole(parts.get("d"))
            weekday = re.sub(r"[\s()（）]|요일", "", parts.get("wd") or "")
            taken.append(match.span())
            found.append(
                Fact(
                    "date", match[0].strip(), match.start(), match.end(), (year, month, day), weekday=weekday
                )
            )
    return tuple(sorted(_with_range_ends(text, found), key=lambda fact: fact.start))


def _with_range_ends(text: str, found: list[Fact]) -> list[Fact]:
    """Read the end of ``11. 24.~26.`` and ``11월 24일부터 26일까지`` with the month of its start."""
    extra = []
    for fact in found:
        year, month, day = fact.value
        if day is None:
            continue
        after = re.compile(
            r"\s?(?:~|∼|–|부터|에서|-)\s?(?P<d>3[01]|[12]\d|0?[1-9])(?:일|\.)(?!\d)" + _DAY
        ).match(text, fact.end)
        if after and int(after["d"]) >= day:
            weekday = re.sub(r"[\s()（）]|요일", "", after["wd"] or "")
            extra.append(
                Fact(
                    "date",
                    after[0].lstrip(" ~∼–-부터에서"),
                    after.start("d"),
                    after.end(),
                    (year, month, int(after["d"])),
                    weekday=weekday,
                )
            )
    spans = [(fact.start, fact.end) for fact in found]
    return found + [fact for fact in extra if not _overlaps(spans, (fact.start, fact.end))]


def _whole(text: str | None) -> int | None:
    """Read a month or a day, in figures or in Hangul (유월, 시월)."""
    if not text:
        return None
    value = parse_number({"유": "육", "시": "십"}.get(text, text))
    return int(value) if value is not None else None


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = re.sub(r"\D", "", text)
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def find_times(text: str) -> tuple[Fact, ...]:
    """Return clock times as minutes; without 오전/오후 and before 13시 they stay ambiguous."""
    taken: list[tuple[int, int]] = []
    found = []
    for pattern in _TIMES:
        for match in pattern.finditer(text):
            if _overlaps(taken, match.span()):
                continue
            parts = match.groupdict()
            hour = int(parts["h"]) if parts.get("h") else int(parse_number(parts["hw"]) or 0)
            minute = int(parts["mi"]) if parts.get("mi") else 30 if parts.get("ban") else 0
            half, is_clock = parts.get("half") or "", ":" in match[0]
            if (
                half in ("오후", "저녁", "PM", "pm", "밤", "낮")
                and hour < 12
                and not (half in ("밤", "낮") and hour < (6 if half == "밤" else 1))
            ):
                if not (half == "낮" and hour >= 10):
                    hour += 12
            elif half in ("오전", "새벽", "아침", "AM", "am") and hour == 12:
                hour = 0
            vague = not half and not is_clock and hour <= 12 and not (parts.get("h") or "").startswith("0")
            taken.append(match.span())
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            found.append(
                Fact(
                    "time",
                    match[0].strip(),
                    start,
                    start + len(match[0].strip()),
                    (hour * 60 + minute, vague),
                )
            )
    return tuple(sorted(found, key=lambda fact: fact.start))


def find_statutes(text: str) -> tuple[Fact, ...]:
    """Return laws and articles; a bare 제5조 belongs to no law and is compared by its number."""
    found = []
    for match in _STATUTE.finditer(text):
        quoted = match["quoted"]
        if quoted and not re.search(r"(법|법률|령|규칙|조례|규정|지침|훈령|예규|고시)$", quoted.strip()):
            continue
        name = _SAME_LAW.sub("", re.sub(r"\s", "", quoted or match["bare"] or match["plain"] or ""))
        article = re.sub(r"\s", "", match["a1"] or match["a2"] or match["a3"] or "")
        found.append(Fact("statute", match[0].strip(), match.start(), match.end(), (name, article)))
    return tuple(found)


def find_numbers(text: str, *, words: bool = False) -> tuple[Fact, ...]:
    """Return figures with units; with ``words`` also counts in words (두 차례, 오십 명)."""
    found: list[Fact] = []
    taken: list[tuple[int, int]] = []
    for match in _HANGUL_MONEY.finditer(text):
        value = parse_number(match["n"])
        if value is not None and re.search(r"[십백천만억조]", match["n"]):
            taken.append(match.span())
            found.append(
                Fact(
                    "number",
                    match[0].strip(),
                    match.start(),
                    match.end(),
                    (value, "원"),
                    bool(match["about"]),
                )
            )
    for fact in _compounds(text):
        taken.append((fact.start, fact.end))
        found.append(fact)
    for match in _NUMBER.finditer(text):
        if _overlaps(taken, match.span()):
            continue
        value = parse_number(match["n"])
        if value is None:
            continue
        taken.append(match.span())
        found.append(_number_fact(match, -value if match["sign"] else value))
    if words:
        found += [
            Fact("number", m[0], m.start(), m.end(), (Decimal(_DAYS_IN_WORDS[m[0]]), "일"))
            for m in _DAYS_SAID.finditer(text)
        ]
        for match in _HANGUL_COUNT.finditer(text):
            value = parse_number(match["n"])
            if value is not None and not _overlaps(taken, match.span()):
                found.append(
                    Fact(
                        "number",
                        match[0].strip(),
                        match.start(),
                        match.end(),
                        (value, _UNITS.get(match["unit"], match["unit"])),
                    )
                )
    return tuple(sorted(found, key=lambda fact: fact.start))


def find_things(text: str) -> tuple[Fact, ...]:
    """Return how many of a thing that is its own counter (두 도서관, 네 단체); they are counted, never added up."""
    return tuple(
        Fact("things", m[0], m.start(), m.end(), (parse_number(m["n"]) or Decimal(0), "개"))
        for m in _THINGS_IN_WORDS.finditer(text)
    )


def _compounds(text: str) -> list[Fact]:
    """Read 1시간 30분 as 90분, and 3분의 1 as a share: two figures that are one fact."""
    found = []
    for match in _DURATION.finditer(text):
        minutes = int(match["h"]) * 60 + (30 if match["half"] else int(match["m"]))
        found.append((match, (Decimal(minutes), "분")))
    for match in _FRACTION.finditer(text):
        if int(match["part"]) < int(match["whole"]):
            found.append((match, (Decimal(match["part"]) / Decimal(match["whole"]), SHARE)))
    counted = [
        Fact("number", m[0].strip(), m.start(), m.end(), value, bool(m["about"] or m["span"]))
        for m, value in found
    ]
    odds = [(m, bool(m["about"] or m["span"] or "." in m["n"])) for m in _ODDS.finditer(text)]  # 2.4대 1
    return counted + [
        Fact("number", m[0].strip(), m.start(), m.end(), (Decimal(m["n"]), "배"), about) for m, about in odds
    ]


def _number_fact(match: re.Match[str], value: Decimal) -> Fact:
    about = (match["about"] or "").strip()
    approximate = about in ("약", "대략", "거의") or bool(match["more"] or match["span"])
    raw = match[0]
    start = match.start() + len(raw) - len(raw.lstrip())
    unit = _UNITS.get(match["unit"] or "", "")
    return Fact("number", raw.strip(), start, start + len(raw.strip()), (value, unit), approximate)


def _overlaps(taken: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Put spaces over spans, so that offsets stay true."""
    chars = list(text)
    for start, end in spans:
        for index in range(start, end):
            if chars[index] != "\n":
                chars[index] = "\u2400"
    return "".join(chars)


def find_facts(
    text: str, *, words: bool = False, known_names: frozenset[str] = frozenset()
) -> tuple[Fact, ...]:
    """Return every fact of every kind, each place once; list numbers are no facts."""
    found: list[Fact] = list(find_statutes(text))
    rest = _blank(
        text, [(fact.start, fact.end) for fact in found] + [m.span() for m in _PHONE.finditer(text)]
    )
    rest = _blank(rest, [m.span() for m in _LIST_NUMBER.finditer(rest) if not _starts_date(rest, m)])
    for finder in (find_dates, find_times):
        new = finder(rest)
        found += new
        rest = _blank(rest, [(fact.start, fact.end) for fact in new])
    found += find_numbers(rest, words=words)
    found += [
        Fact("number", m[0], m.start(), m.end(), (Decimal(re.sub(r"\D", "", m[0])), "전화"))
        for m in _PHONE.finditer(text)
    ]
    found += [Fact("name", text[a:b], a, b, name) for a, b, name in find_names(text, known_names)]
    found += [Fact("organisation", text[a:b], a, b, name) for a, b, name in find_organisations(text)]
    return tuple(sorted(found, key=lambda fact: (fact.start, fact.end)))


def _starts_date(text: str, match: re.Match[str]) -> bool:
    """Tell ``11. 22.(일)``, ``11. 5.에`` and ``12. 1.~12. 5.`` from a list number, also before a date (``1. 12. 11.``)."""
    last = re.search(r"(?P<d>\d{1,2})[.]$", match[0])
    if last is None:
        return False
    if re.search(r"\d{1,2}\.\d{1,2}\.$", match[0]):  # 11.5. at once: dates and 1.1. look alike
        return bool(_WEEKDAY_NEXT.match(text, match.end()) or _PARTICLE_NEXT.match(text, match.end()))
    day = _DAY_NEXT.match(text, match.end())
    if day is None or not 1 <= int(last["d"]) <= 12 or _DAY_NEXT.match(text, day.end()):
        return False
    after = text[day.end() : day.end() + 1]
    return not "가" <= after <= "힣" or bool(_PARTICLE_NEXT.match(text, day.end()))


def weekday_of(year: int, month: int, day: int) -> str | None:
    """Return 월…일, or None when the calendar has no such day."""
    try:
        return WEEKDAYS[dt.date(year, month, day).weekday()]
    except ValueError:
        return None
