"""Rules for what is told by its form: numbers, addresses of mail and machines, plates.

Hides the forms, the check digits and the words that must stand near a form which proves nothing by
itself. The library maskingtape knows the Korean forms of telephones, cards, accounts, licences and
passports; here stand the forms it lacks and the doubts it does not have (a document number is not
a licence). Every pattern of ours has a bounded width, so the work grows with the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from maskingtape.detectors import (
    AccountDetector,
    BusinessRegistrationDetector,
    CreditCardDetector,
    DriverLicenseDetector,
    PassportDetector,
    PhoneDetector,
)


class Hit(NamedTuple):
    """A place in a view that a rule claims, and the reason when it differs from the kind's own."""

    kind: str
    start: int
    end: int
    reason: str = ""


_RESIDENT = re.compile(
    r"(?<![0-9])(?<![0-9]-)(?P<century>19|20)?(?P<front>[0-9]{6})"
    r"(?P<gap>[ \t]{0,3}[-./~_:]?[ \t]{0,3})(?P<back>[0-9]{7})(?![0-9])(?!-[0-9])"
)
_GAP = r"[ \t._-]{0,3}"
_RESIDENT_SPACED = re.compile(
    rf"(?<![0-9])[0-9]{_GAP}[0-9]{_GAP}[01]{_GAP}[0-9]{_GAP}[0-3]{_GAP}[0-9](?:{_GAP}[0-9]){{7}}(?![0-9])"
)
_RESIDENT_DATED = re.compile(
    r"(?<![0-9])(?:19|20)?(?P<y>[0-9]{2})[ .\-/년]{1,3}(?P<m>[0-9]{1,2})[ .\-/월]{1,3}(?P<d>[0-9]{1,2})"
    r"[ .일]{0,3}(?P<gap>-?)[ ]{0,2}(?P<back>[0-9]{7})(?![0-9])"
)
_RESIDENT_LABEL = re.compile(r"주민|외국인|거소|등록번호|생년월일|RRN|resident", re.IGNORECASE)
_COMPANY_LABEL = re.compile(r"법인")
_PASSPORT_LABEL = re.compile(r"여권|passport", re.IGNORECASE)
_LICENCE_LABEL = re.compile(r"면허")
_INSURANCE = re.compile(
    r"(?:(?:건강|의료)\s?보험증?|보험증|증)\s?(?:의\s?)?(?:증\s?)?(?:번호|No\.?)[^0-9\n]{0,6}"
    r"(?P<number>[0-9][ -]?[0-9]{9,10})(?![0-9])"
)
_INSURANCE_CARD = re.compile(r"(?:건강|의료)보험증?[^0-9\n]{0,6}(?P<number>[0-9]-[0-9]{10})(?![0-9])")
_SHORT_PHONE = re.compile(
    r"(?:국번\s?없이|전화|☎|콜센터|대표번호|신고|상담|연락처|문의|TEL\.?|Tel\.?)\s{0,2}[:：)]?\s{0,2}\(?"
    r"(?P<number>1(?:10|11|12|17|18|19|20|25|28|29|32|82|330|332|345|350|355|357|366|372|388|390|393))"
    r"(?![0-9]|[-.,][0-9]|[년월일시분건명개원%])"
)
_REPRESENTATIVE = re.compile(
    r"(?<![0-9])(?<![0-9]-)1(?:5(?:22|33|44|66|77|88|99)|6(?:00|11|44|60|61|66|68|70|88)|8(?:00|11|33|55|66|77|99))"
    r"(?P<gap>[-. )]{0,2})(?P<tail>[0-9]{4})(?![0-9])(?!-[0-9])"
)
_GLUED_MOBILES = re.compile(r"(?<![0-9A-Za-z-])(?:01[016789]-[0-9]{3,4}-[0-9]{4}){2,20}(?![0-9])")
_FREE_OF_CHARGE = re.compile(r"(?<![0-9])(?<![0-9]-)080[-. )]{1,2}[0-9]{3,4}[-. ][0-9]{4}(?![0-9])(?!-[0-9])")
_LOCAL_PHONE = re.compile(
    r"(?:전화(?:번호)?|☎|TEL\.?|Tel\.?|FAX|팩스|구내(?:번호)?|연락처)\s{0,2}[:：)]?\s{0,2}(?P<number>[2-9][0-9]{2,3}-[0-9]{4})(?![0-9])(?!-[0-9])"
)
_PHONE_LABEL = re.compile(r"전화|연락처|휴대|핸드폰|폰|팩스|문의|번호|☎|tel|fax|phone", re.IGNORECASE)
_OFFICE = re.compile(
    r"시청|군청|구청|도청|시장실|민원실|주민센터|행정복지센터|보건소|사업소|센터|대표|부서|담당"
    r"|[가-힣]{2,5}[과국팀](?![가-힣])|내선|☎"
)
_EMAIL = re.compile(
    r"(?:(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}|(?<![가-힣])[가-힣]{1,20})"
    r"(?: ?@ ?|\s?[\[(](?:at|AT|골뱅이)[\])]\s?)"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
)
_PLATE = re.compile(
    r"(?<![0-9가-힣])(?:(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|"
    r"경북|경남|제주) ?)?[0-9]{2,3}(?P<gap> ?)"
    r"(?P<letter>[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호]) ?[0-9]{4}"
    r"(?![0-9]|[-.,:/][0-9]| ?(?:억|만|천|원|명|개|건|년|월|일|호|번|조|장|㎡|m|kg))"
)
_COUNTERS = "호조주구부도자수하배노보"  # 203호 1234: a room, not a car
_PLATE_LABEL = re.compile(r"차량|번호판|자동차|승용|트럭|주차|단속|차주|견인|렌터카|택시|버스|과태료")
_BUSINESS_BARE = re.compile(
    r"(?<![0-9])(?<![0-9][-.])[1-9][0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{5}(?![0-9])(?!-[0-9])"
)
_BUSINESS_LABEL = re.compile(r"사업자|등록번호|상호|업체")
_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2}|:[0-9]{2,5})?(?![0-9]|\.[0-9])")
_VERSION_LABEL = re.compile(r"(?:버전|버젼|(?<![A-Za-z])(?:version|ver\.?|v)|릴리스|제)\s?\Z", re.IGNORECASE)
_IPV6_OR_MAC = re.compile(
    r"(?<![0-9A-Fa-f:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})(?![0-9A-Fa-f:-])"
)
_CREDENTIAL = re.compile(
    r"(?:비밀번호|비번|패스워드|암호|인증키|password|passwd|api[ _-]?key|secret|\bpwd?|\bpw)"
    r"\s{0,2}(?:은|는)?\s{0,2}[:=]\s{0,2}(?P<value>(?=[^\s]{0,39}[0-9A-Za-z])[!-~]{4,80})",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16,100}|gh[pousr]_[A-Za-z0-9]{30,60}|AKIA[0-9A-Z]{16})"
)
_CARD_LABEL = re.compile(r"카드|결제|card", re.IGNORECASE)
_AMOUNT_AFTER = re.compile(r"\s{0,1}(?:원|천원|백만원|만원|명|건|개|%)")
_NOT_DIGITS = re.compile("[^0-9]{1,60}")
_LABEL_REACH = 25


def numbers(text: str) -> Iterator[Hit]:
    """Yield what is told by its form alone, or by its form and a word close by."""
    yield from _residents(text)
    yield from _identifiers(text)
    yield from _cards(text)
    yield from _phones(text)
    yield from _business_numbers(text)
    yield from _accounts(text)


def machine_texts(text: str) -> Iterator[Hit]:
    """Yield mail addresses, plates, network addresses, passwords: they never run over a line's end."""
    yield from (Hit("email", *m.span()) for m in _EMAIL.finditer(text))
    for match in _PLATE.finditer(text):
        plain = not match["gap"] and (match.group()[-5] != " " or match["letter"] not in _COUNTERS)
        if plain or near(_PLATE_LABEL, text, match.start(), match.end()):
            yield Hit("vehicle_plate", *match.span())
    yield from _network_addresses(text)
    for match in _CREDENTIAL.finditer(text):
        yield Hit("credential", *match.span("value"))
    yield from (Hit("credential", *m.span()) for m in _KEY.finditer(text))


def near(label: re.Pattern[str], text: str, start: int, end: int = -1, reach: int = _LABEL_REACH) -> bool:
    """Tell whether a word stands within ``reach`` characters before ``start`` (and after ``end``)."""
    if label.search(text, max(0, start - reach), start):
        return True
    return end >= 0 and label.search(text, end, end + reach) is not None


def digits_of(text: str) -> str:
    """Return the ASCII digits of a folded text."""
    return _NOT_DIGITS.sub("", text)


# --------------------------------------------------------------------------- identity numbers


def _residents(text: str) -> Iterator[Hit]:
    for match in _every(_RESIDENT, text):
        digits, gap = match["front"] + match["back"], match["gap"]
        if match["century"] and match["century"] != _birth(digits)[:2]:
            continue
        if gap.strip():
            proved = digits[6] not in "90"  # nobody of the 1800s is left; document numbers are many
        elif gap:
            proved = "19270000" < _birth(digits) < "20200000"  # else it is a date and an amount
        else:
            proved = not (digits.startswith("880") and _goods_check(digits))
        yield from _resident(text, match, digits, proved=proved)
    for match in _every(_RESIDENT_SPACED, text):
        if not match.group().isdigit():
            yield from _resident(text, match, digits_of(match.group()), proved=False)
    for match in _every(_RESIDENT_DATED, text):
        front = f"{match['y']}{int(match['m']):02d}{int(match['d']):02d}"
        yield from _resident(text, match, front + match["back"], proved=bool(match["gap"]))


def _every(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield overlapping matches too: a rejected one must not hide the right one inside it."""
    at = 0
    while match := pattern.search(text, at):
        yield match
        at = match.start() + 1


def _resident(text: str, match: re.Match[str], digits: str, *, proved: bool) -> Iterator[Hit]:
    """Yield a resident number when birth date and 7th digit fit.

    Since October 2020 new numbers have no check digit, so a wrong one proves nothing; where the
    form alone is no proof, a right check digit or a label must speak for it.
    """
    if not _born(digits):
        return
    start, end = match.span()
    labelled = near(_RESIDENT_LABEL, text, start)
    if (
        _COMPANY_LABEL.search(text, max(0, start - 14), start)
        and "주민" not in text[max(0, start - 14) : start]
    ):
        return
    if proved or labelled or _resident_check(digits):
        yield Hit("foreigner_number" if digits[6] in "5678" else "resident_number", start, end)


def _birth(digits: str) -> str:
    """Return the first seven of thirteen digits as yyyymmdd, with the century of the 7th."""
    century = {"9": "18", "0": "18", "1": "19", "2": "19", "5": "19", "6": "19"}.get(digits[6], "20")
    return century + digits[:6]


def _goods_check(digits: str) -> bool:
    """Tell whether thirteen digits have the check digit of a bar code (EAN-13)."""
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def _born(digits: str) -> bool:
    """Tell whether the first seven of thirteen digits are a birth date that has been."""
    born_on = _birth(digits)
    try:
        born = date(int(born_on[:4]), int(born_on[4:6]), int(born_on[6:]))
    except ValueError:
        return False
    return born <= datetime.now(UTC).date()


def _resident_check(digits: str) -> bool:
    total = sum(int(d) * w for d, w in zip(digits[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    expected = (11 - total % 11) % 10
    if digits[6] in "5678":  # foreigners' numbers of before 2020-10 add two
        return int(digits[12]) in (expected, (expected + 2) % 10)
    return int(digits[12]) == expected


def _identifiers(text: str) -> Iterator[Hit]:
    for found in PassportDetector().detect(text):
        value = text[found.start : found.end]
        typical = value[0] == "M" or (len(value) == 9 and value[4].isalpha() and value.isupper())
        if typical or near(_PASSPORT_LABEL, text, found.start):
            yield Hit("passport", found.start, found.end)
    for found in DriverLicenseDetector().detect(text):
        hyphens = text.count("-", found.start, found.end)
        if hyphens >= 2 or near(_LICENCE_LABEL, text, found.start):
            yield Hit("driver_licence", found.start, found.end)
    for pattern in (_INSURANCE, _INSURANCE_CARD):
        yield from (Hit("health_insurance", *m.span("number")) for m in pattern.finditer(text))


def _cards(text: str) -> Iterator[Hit]:
    for found in CreditCardDetector().detect(text):
        digits = digits_of(text[found.start : found.end])
        issued = digits[0] in "34569" or "2221" <= digits[:4] <= "2720"
        usual = len(digits) in (15, 16) or (len(digits) == 14 and digits[0] == "3")
        if near(_CARD_LABEL, text, found.start) or (issued and usual):
            yield Hit("card", found.start, found.end)


# --------------------------------------------------------------------------- contacts and accounts

_MAYBE_PUBLIC = "대표번호나 부서 번호 같은 공개된 번호일 수 있습니다. 공개된 번호라면 그대로 두어도 됩니다."


def _phones(text: str) -> Iterator[Hit]:
    for found in PhoneDetector().detect(text):
        start, end = found.start, found.end
        value, digits = text[start:end], digits_of(text[start:end])
        part_of_longer = re.match(r"[-.][0-9]", text[end : end + 2]) or re.search(
            r"[0-9A-Za-z][-.]\Z", text[max(0, start - 2) : start]
        )
        if part_of_longer or ("\n" in value and not near(_PHONE_LABEL, text, start)):
            continue
        national = "0" + digits[2:].lstrip("0") if value.lstrip("(").startswith("+82") else digits
        if re.match("01[016789]|050", national):
            yield Hit("mobile", start, end)
        elif value != digits or near(_PHONE_LABEL, text, start):
            office = national.startswith(("033640", "033660")) or near(_OFFICE, text, start, end)
            yield Hit("phone", start, end, _MAYBE_PUBLIC if office else "")
    yield from (Hit("mobile", *m.span()) for m in _GLUED_MOBILES.finditer(text))
    for match in _SHORT_PHONE.finditer(text):
        yield Hit("phone", *match.span("number"), _MAYBE_PUBLIC)
    yield from (Hit("phone", *m.span(), _MAYBE_PUBLIC) for m in _FREE_OF_CHARGE.finditer(text))
    for match in _REPRESENTATIVE.finditer(text):
        years = "1500" <= match["tail"] <= "2100" or not match["gap"].strip(" ")
        if not years or near(_PHONE_LABEL, text, match.start()):
            yield Hit("phone", *match.span(), _MAYBE_PUBLIC)
    for match in _LOCAL_PHONE.finditer(text):
        yield Hit("phone", *match.span("number"), _MAYBE_PUBLIC)


def _business_numbers(text: str) -> Iterator[Hit]:
    for found in BusinessRegistrationDetector().detect(text):
        yield Hit("business_number", found.start, found.end)
    for match in _BUSINESS_BARE.finditer(text):
        labelled = near(_BUSINESS_LABEL, text, match.start(), reach=200)
        if labelled and _business_check(digits_of(match.group())):
            yield Hit("business_number", *match.span())


def _business_check(digits: str) -> bool:
    total = sum(int(d) * w for d, w in zip(digits[:9], (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    return (10 - (total + int(digits[8]) * 5 // 10) % 10) % 10 == int(digits[9])


def _accounts(text: str) -> Iterator[Hit]:
    for found in AccountDetector().detect(text):
        value = text[found.start : found.end]
        if _AMOUNT_AFTER.match(text, found.end) or re.match(
            r"(?:19|20)[0-9]{2}[-. ][01][0-9][-. ][0-3][0-9]", value
        ):
            continue
        yield Hit("account", found.start, found.end)


# --------------------------------------------------------------------------- machines


def _network_addresses(text: str) -> Iterator[Hit]:
    for match in _IPV4.finditer(text):
        host = re.split("[/:]", match.group())[0]
        try:
            IPv4Address(host)
        except AddressValueError:
            continue
        outline = all(len(part) == 1 for part in host.split("."))
        if not outline and not _VERSION_LABEL.search(text, max(0, match.start() - 10), match.start()):
            yield Hit("network_address", *match.span())
    yield from (Hit("network_address", *m.span()) for m in _IPV6_OR_MAC.finditer(text))
