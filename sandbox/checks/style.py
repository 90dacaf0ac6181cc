"""개조식: marks, levels and noun endings of an outline report.

Hides how a Korean sentence ending is told from a noun: no analyser, but a list of the few nouns that end
like verbs (필요, 개요 …), which agreed with an analyser on every ending we tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import Field

from sandbox.checks.kind import Outcome, Params, failed, passed
from sandbox.checks.lines import Line, LineKind, at_line, marked, plain, quote, split
from sandbox.records import CheckContext, Evidence

_FAMILIES = {"□": "□■▢◻▣◆◇", "○": "○ㅇ◦●〇❍o", "-": "-–—―−‐·•∙・‧*+", "※": "※"}
_FAMILY_OF = {char: name for name, chars in _FAMILIES.items() for char in chars}
_NUMBERED = re.compile(r"\d{1,2}[.)]|\(\d{1,2}\)|[가-하][.)]|\([가-하]\)|[①-⑳㉮-㉻]|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩIVX]+\.")
_NOUN_TAIL_WORDS = (  # nouns that end like verbs, also at the end of a longer word (소요 in 예산소요)
    "필요 수요 소요 개요 주요 중요 강요 동요 긴요 불요 민요 담요 바다 판다 소다 사이다 캐나다 르완다 우간다 람다 플로리다 베란다 "
    "아젠다 어젠다 피해 이해 오해 손해 방해 공해 침해 재해 저해 올해 새해 당해 견해 항해 수해 폐해 양해 상해 장해 분해 동해 서해 남해 연해"
)
_NOUN_TAILS = tuple(_NOUN_TAIL_WORDS.split())
_WHOLE_NOUN_WORDS = (
    "가요 고요 하자 자리 수다 한해 근해 해 요 하라 하나 여야 이면 도록 기고 한데 하니 라면 고자"
)
_WHOLE_NOUNS = frozenset(_WHOLE_NOUN_WORDS.split())
_NOUN_LIKE = re.compile(  # nouns that end like the connective endings below
    r"(?:우크라이나|차이나|코로나|사우나|세미나|안테나|아레나|바나나|[중또]하나|가운데|도로이면|건물이면|양이면"
    r"|(?:보|신|광|권|공|예|참|사|충|경|선|피|재|언론기|신문기|외부기|^기)고자?|전시도록|도판도록)$"
)
_VERB = re.compile(
    r"""(?:다|요|죠|니까|십시오|시오|소서|합시다|읍시다|하라|하자|하세|해라|구나|하고|되고|이고|으며|하며|되며|이며|리며|히며|키며
    |하여|되어|해서|되면서|하면서|으면서|이면서|리면서|지만|는데|므로|려고|해|돼
    |[한인은큰던운]데|[하되으]니|^보니|[하되으려]면|[한된있없는]다면|따르면|[하되리이히키우추기있없]고자
    |[있없않많좋높낮맞받같았었였했됐겠됐컸렸졌섰갔왔났랐렀쳤꿨웠켰]고|[리히키우추기]고|크고
    |[하되으이]나|거나|거든|거니와|건만|[아어해려여혀져쳐돼워와켜]야|[아어여려혀져쳐워와켜]서
    |있어|없어|않아|많아|높아|낮아|좋아|같아|받아|늘어|줄어|넓어|길어|적어|려워|쉬워|까워|거워|로워|늘려|줄여|높여|넓혀|알려|걸려|열려|몰려|밝혀
    |[하되있없않리이]도록|[하되롭있없않쉽적크많높]게|더라도|[음함됨임]에도|[하되]다가)$""",
    re.VERBOSE,
)


class OutlineStyleParams(Params):
    min_noun_endings: float = Field(default=0.9, ge=0, le=1)
    max_level_skip: int = Field(default=0, ge=0)
    markers: list[str] = Field(default=["□", "○", "-"], min_length=1)
    max_bullet_chars: int | None = Field(default=None, ge=5)


@dataclass(frozen=True, slots=True)
class Item:
    """A bullet with its wrapped lines joined. ``level`` from 0; -1 for notes (※, ``*``)."""

    line: Line
    mark: str
    text: str
    level: int


def ends_as_verb(text: str) -> bool:
    """Say whether a line ends as a sentence (합니다, 한다, 해요 …) and not as a noun."""
    word = _last_word(text)
    if not word or word in _WHOLE_NOUNS or word.endswith(_NOUN_TAILS):
        return False
    if _NOUN_LIKE.search(word):
        return False
    return bool(_VERB.search(word))


def _last_word(text: str) -> str:
    text = plain(text)
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"\s*[(\[（「『<〈][^()\[\]（）]*[)\]）」』>〉]$", "", text)
        text = text.rstrip(" .,;:!?…~·\"'”’」』*_`\u3000)")
    words = re.findall(r"[가-힣]+$", text)
    return words[0] if words else ""


def outline_style(params: OutlineStyleParams, context: CheckContext) -> Outcome:
    """Judge marks, levels and endings line by line; tables, headings and code are left alone."""
    lines = split(context.answer)
    items = _items(lines, params.markers)
    bullets = [item for item in items if item.mark]
    if not bullets:
        text = f"머리표({' '.join(params.markers)})로 시작하는 줄이 없습니다."
        return failed(text, (Evidence(text, correction="'개조식으로, □ ○ - 머리표를 써서'라고 요청하세요."),))
    verbs = [item for item in items if ends_as_verb(item.text)]
    judged = [item for item in items if item.mark or item in verbs]
    ratio = 1 - len(verbs) / len(judged)
    evidence = _marker_problems(bullets, lines, params.markers) + _level_problems(bullets, lines, params)
    evidence += _long_bullets(bullets, params.max_bullet_chars)
    if ratio < params.min_noun_endings:
        evidence = [_verb_evidence(item) for item in verbs] + evidence
    told = f"{len(judged)}줄 가운데 {len(judged) - len(verbs)}줄이 명사형으로 끝납니다({ratio:.0%})."
    if evidence:
        return failed(told, tuple(evidence))
    return passed(told, tuple(_verb_evidence(item) for item in verbs))


def _items(lines: tuple[Line, ...], markers: list[str]) -> list[Item]:
    """Collect bullets (wrapped lines joined) and loose prose; numbered headings count as level 0."""
    items: list[Item] = []
    for line in lines:
        if line.kind is not LineKind.TEXT:
            continue
        part = marked(line.text)
        wraps = items and not part.mark and part.indent > 0 and items[-1].line.number >= line.number - 1
        if wraps and items[-1].mark:
            last = items[-1]
            items[-1] = Item(
                Line(line.number, last.line.start, last.line.text, last.line.kind),
                last.mark,
                last.text + " " + part.body,
                last.level,
            )
            continue
        if not part.mark and re.match(r"(\*\*|__).+(\*\*|__)\s*:?$", part.body.strip()):
            continue
        if _is_closing(part.body):
            continue
        items.append(Item(line, part.mark, plain(part.body), _level(part.mark, markers)))
    return items


def _is_closing(body: str) -> bool:
    return bool(re.fullmatch(r"\s*(끝|이상)\.?\s*|\s*붙임.*", body))


def _level(mark: str, markers: list[str]) -> int:
    if not mark:
        return -1
    if mark in markers:
        return markers.index(mark)
    family = _FAMILY_OF.get(mark, "")
    if family in markers and mark != "*":
        return markers.index(family)
    return 0 if _NUMBERED.fullmatch(mark) else -1


def _verb_evidence(item: Item) -> Evidence:
    return at_line(item.line, f"서술형으로 끝났습니다: '{quote(item.text)}'", correction=noun_form(item.text))


_NOUN_FORMS = (
    (r"하겠(습니다|다|어요)$", "함"), (r"되겠(습니다|다|어요)$", "됨"), (r"드리겠습니다$", "드림"),
    (r"렵(습니다|다)$", "려움"), (r"럽(습니다|다)$", "러움"), (r"롭(습니다|다)$", "로움"), (r"깝(습니다|다)$", "까움"), (r"쉽(습니다|다)$", "쉬움"), (r"겁(습니다|다)$", "거움"),
    (r"(하였|했)(습니다|다|어요|음니다)$", "함"), (r"(되었|됐)(습니다|다|어요)$", "됨"), (r"입니다$|이다$|이에요$|예요$", "임"),
    (r"합니다$|한다$|해요$|하세요$|하십시오$|하여야 합니다$|하자$|하라$", "함"), (r"됩니다$|된다$|돼요$|되세요$", "됨"),
    (r"있습니다$|있다$|있어요$", "있음"), (r"없습니다$|없다$|없어요$", "없음"), (r"(았|었|였)(습니다|다|어요)$", r"\1음"),
    (r"습니다$", "음"), (r"겠습니다$", "겠음"), (r"하고$|하며$|하여$|해서$", "함"), (r"되고$|되며$|되어$", "됨"),
    (r"(하니|하면|하나|한데|하거든|하거나|하므로)$", "함"), (r"(되니|되면|되나|되거나|되므로)$", "됨"), (r"고자$", "고자 함"),
    (r"(해야|하여야)$", r"\1 함"), (r"하였고$|했고$", "함"), (r"되었고$|됐고$", "됨"), (r"(았|었|였|렸|랐)고$", r"\1음"),
)  # fmt: skip


def noun_form(text: str) -> str:
    """Suggest the same line with a noun ending; a hint, not grammar."""
    bare = plain(text).rstrip(" .!?")
    bare = re.sub(r"(할|될|을|ㄹ) 예정입니다$", r"\1 예정", bare)
    bare = re.sub(r"(필요|예정|계획|중)(합니다|하다|입니다|이다|이에요|해요)$", r"\1", bare)
    if not ends_as_verb(bare):
        return quote(bare, 80)
    for pattern, ending in _NOUN_FORMS:
        changed = re.sub(pattern, ending, bare)
        if changed != bare:
            return quote(changed, 80)
    return "'~함', '~임', '~필요', '~예정'처럼 명사형으로 끝내세요."


def _marker_problems(bullets: list[Item], lines: tuple[Line, ...], markers: list[str]) -> list[Evidence]:
    evidence = []
    for item in bullets:
        if item.level >= 0 or item.mark in "※*" or _FAMILY_OF.get(item.mark) == "※":
            continue
        evidence.append(
            at_line(
                item.line,
                f"정해진 머리표가 아닌 '{item.mark}' 기호를 썼습니다.",
                correction=f"{' '.join(markers)} 가운데 하나로 바꾸세요.",
            )
        )
    has_top = (
        any(item.level == 0 for item in bullets)
        or any(line.kind is LineKind.HEADING for line in lines)
        or _bold_heads(lines)
    )
    if not has_top:
        first = bullets[0]
        evidence.append(
            at_line(
                first.line,
                f"'{markers[0]}' 기호로 시작하는 줄이 없습니다.",
                correction=f"큰 항목은 '{markers[0]}' 기호로 시작하세요.",
            )
        )
    return evidence


def _bold_heads(lines: tuple[Line, ...]) -> list[int]:
    """Bold lines alone are headings too, and stand for a first level."""
    return [
        line.number
        for line in lines
        if line.kind is LineKind.TEXT and re.fullmatch(r"\s*(\*\*|__)[^*]+(\*\*|__)\s*:?\s*", line.text)
    ]


def _level_problems(
    bullets: list[Item], lines: tuple[Line, ...], params: OutlineStyleParams
) -> list[Evidence]:
    heads = [line.number for line in lines if line.kind is LineKind.HEADING] + _bold_heads(lines)
    if any(item.mark in _FAMILIES["□"] or item.mark == params.markers[0] for item in bullets):
        heads = []
    evidence = []
    last_level, last_number = -1, 0
    for item in bullets:
        if item.level < 0:
            continue
        if any(last_number < number < item.line.number for number in heads):
            last_level = 0
        if last_number == 0 and not heads:
            last_level = min(item.level, 0) if item.level == 0 else -1
        if item.level - last_level - 1 > params.max_level_skip:
            wanted = params.markers[last_level + 1]
            evidence.append(
                at_line(
                    item.line,
                    f"단계를 건너뛰었습니다: '{item.mark}' 앞에 '{wanted}' 줄이 없습니다.",
                    correction=f"'{wanted}' 기호로 바꾸거나 바로 위에 '{wanted}' 줄을 넣으세요.",
                )
            )
        last_level, last_number = item.level, item.line.number
    return evidence


def _long_bullets(bullets: list[Item], limit: int | None) -> list[Evidence]:
    return [
        at_line(
            item.line,
            f"한 항목이 {len(item.text)}자입니다. {limit}자 이하로 쓰세요.",
            correction="핵심만 남기거나 두 줄로 나누세요.",
        )
        for item in bullets
        if limit is not None and len(item.text) > limit
    ]
