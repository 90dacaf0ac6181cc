"""Slides in an answer: headings, bullets and notes, however the model wrote them.

Hides the many ways a slide is announced: ``## 슬라이드 1: 제목``, ``[슬라이드 1] 제목``, ``### 1. 제목``,
a table with a row for each slide, Markdown rules between slides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import Field

from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.lines import Line, LineKind, Table, at_line, marked, plain, quote, split, squeeze, tables
from sandbox.records import CheckContext, Evidence

_ANNOUNCED = re.compile(
    r"[\s#>*_\-□■○\[【(<]*(?:슬라이드|slide|장표)\s*(?:#|no\.?|번호)?\s*(\d{1,2})\s*(?:번|장|쪽)?\s*[\]】)>]?\s*[*_]*\s*[:：.\-–—)|]?\s*(.*)$",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"\s*#{1,4}\s*\**\s*(\d{1,2})\s*[.)\-:장]\s*(.*)$")
_TITLE_LABEL = re.compile(
    r"\s*(?:[-*○•□]\s*)?\**\s*(?:제목|title|헤드라인|헤드 ?메시지)\s*\**\s*[:：]\s*\**\s*(.*)$", re.IGNORECASE
)
_NOTE_LABEL = re.compile(
    r"[\s>\-*○•□_(\[]*(?:발표자?\s*(?:노트|메모|대본|멘트)|스피커\s*노트|노트|note|notes|speaker notes?|스크립트|대본|설명\s*멘트)\s*[*_)\]]*\s*[:：]?",
    re.IGNORECASE,
)
_SKIP_LABEL = re.compile(
    r"[\s>\-*○•□_(\[]*(?:시각\s*자료|이미지|그림|차트|도표|레이아웃|핵심\s*내용|내용|본문|핵심\s*메시지|주요\s*내용)\s*[*_)\]]*\s*[:：]\s*[*_]*\s*$"
)
_CLAIM = re.compile(
    r"(다|요|함|임|됨|음|것|필요|시급|부족|증가|감소|급증|급감|확대|축소|개선|강화|추진|해결|단축|절감|달성|전환|향상|완료|시작|가능|우선|집중|돌파|최다|최저|최고|상승|하락|도입|제공|지원|마련|운영|확보|방지|조성|해소|설치|정착|완화|예정|이상|이하|배|%|명|건|원|없다|때|길|해법|답|열쇠)[.!?]?$"
)
# Verbs made nouns by -ㅁ (어려움, 줄어듦, 나타남): told by their last syllables, but for the nouns that share them.
_VERBAL_NOUN = re.compile(
    r"(?:움|듦|짐|킴|낌|뀜|옴|옮|씀|큼|펌|름|침|림|김|람|춤|줌|둠|끔|팖|힘|섬|[가-힣][줄늘널밀열팔풀]림|(?:[아어여나라려와워러지]|드러|나타|생겨|끝|모자)[감남봄냄])[.!?]?$"
)
_PLAIN_NOUN = re.compile(
    r"(?:(?<![가-힣])(?:힘|섬|움|김|짐|침)|도움|모임|책임|싸움|배움|이름|여름|구름|기름|주름|씨름|흐름|지침|방침|아침|일침|산림|그림|알림|농림|울림|"
    r"어울림|드림|크림|사람|바람|보람|관람|열람|유람|맞춤|돌봄|나눔|지킴)[.!?]?$"
)
_TOPIC = re.compile(
    r"개요|목차|현황|문제점|추진\s*배경|배경|향후\s*계획|결론|요약|Q\s*&\s*A|질의\s*응답|감사합니다|소개|기대\s*효과|추진\s*계획|세부\s*계획|일정|예산|행정\s*사항|추진\s*방향",
    re.IGNORECASE,
)
_EXEMPT = re.compile(r"목차|감사합니다|질의\s*응답|Q\s*&\s*A|표지|차례", re.IGNORECASE)


class SlidesParams(Params):
    min_slides: int | None = Field(default=None, ge=1)
    max_slides: int | None = Field(default=None, ge=1)
    max_bullets: int | None = Field(default=None, ge=1)
    max_bullet_chars: int | None = Field(default=None, ge=5)
    max_title_chars: int | None = Field(default=None, ge=5)
    titles_are_conclusions: bool = False
    needs_notes: bool = False


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide of the outline; ``line`` is where it starts."""

    line: Line
    title: str
    bullets: tuple[tuple[Line, str], ...] = ()
    notes: str = ""


def parse(text: str) -> tuple[Slide, ...]:
    """Read slides leniently: announced ones first, then numbered headings, headings, a table."""
    lines = split(text)
    for found in (_announced(lines), _headed(lines, _NUMBERED_HEADING)):
        if len(found) >= 1:
            return found
    for item in tables(lines):
        found = _from_table(item)
        if found:
            return found
    return _headed(lines, re.compile(r"\s*#{1,4}()\s+(.*)$"), deepest=True)


def _announced(lines: tuple[Line, ...]) -> tuple[Slide, ...]:
    starts = []
    for index, line in enumerate(lines):
        if line.kind in (LineKind.TABLE, LineKind.BLANK):
            continue
        found = _ANNOUNCED.match(line.text)
        if found and (
            line.text.lstrip()[:1] in "#*[【□■<" or re.match(r"\s*(슬라이드|slide|장표)", line.text, re.I)
        ):
            starts.append((index, _unlabelled(plain(found[2]).strip("*:： "))))
    return _bodies(lines, starts)


def _unlabelled(title: str) -> str:
    """Drop the label of ``슬라이드 1. 제목: …``: it is not part of the title."""
    found = _TITLE_LABEL.match(title)
    return found[1].strip() if found and found[1].strip() else title


def _headed(lines: tuple[Line, ...], pattern: re.Pattern[str], *, deepest: bool = False) -> tuple[Slide, ...]:
    heads = [(i, line) for i, line in enumerate(lines) if line.kind is LineKind.HEADING]
    levels = [len(line.text.lstrip()) - len(line.text.lstrip().lstrip("#")) for _, line in heads]
    level = max(set(levels), key=levels.count) if levels and deepest else 0
    starts = []
    for (index, line), own in zip(heads, levels, strict=True):
        found = pattern.match(line.text)
        if found and level in (0, own):
            starts.append((index, _unlabelled(plain(found[2]).strip("* "))))
    return _bodies(lines, starts)


def _bodies(lines: tuple[Line, ...], starts: list[tuple[int, str]]) -> tuple[Slide, ...]:
    ends = [*(index for index, _ in starts), len(lines)][1:]
    return tuple(
        _fill(Slide(lines[i], title), lines[i + 1 : end])
        for (i, title), end in zip(starts, ends, strict=True)
    )


def _fill(slide: Slide, body: tuple[Line, ...]) -> Slide:
    bullets: list[tuple[Line, str]] = []
    notes: list[str] = []
    title, in_notes = slide.title, False
    for line in body:
        if line.kind in (LineKind.BLANK, LineKind.RULE):
            continue
        label = _TITLE_LABEL.match(line.text)
        if label and not bullets and not in_notes:
            title = plain(label[1]).strip("* ") or title
        elif _NOTE_LABEL.match(line.text):
            in_notes = True
            notes.append(_NOTE_LABEL.sub("", line.text).strip(" *_"))
        elif in_notes:
            notes.append(line.text.strip())
        elif not _SKIP_LABEL.match(line.text) and line.kind is LineKind.TEXT:
            part = marked(line.text)
            if part.mark:
                bullets.append((line, plain(part.body)))
            elif not title:
                title = plain(part.body)
    return replace(slide, title=title, bullets=tuple(bullets), notes=" ".join(n for n in notes if n))


def _from_table(item: Table) -> tuple[Slide, ...]:
    heads = [squeeze(cell) for cell in item.header]
    title_at = next((i for i, head in enumerate(heads) if "제목" in head or "title" in head), None)
    if title_at is None:
        return ()
    body_at = next(
        (
            i
            for i, h in enumerate(heads)
            if re.search(r"내용|핵심|본문|항목|bullet|메시지", h) and i != title_at
        ),
        None,
    )
    note_at = next((i for i, h in enumerate(heads) if re.search(r"노트|대본|메모|note|스크립트", h)), None)
    slides = []
    for line, cells in item.rows:
        if len(cells) <= title_at:
            continue
        body = cells[body_at] if body_at is not None and body_at < len(cells) else ""
        pieces = [
            plain(marked(piece).body) for piece in re.split(r"<br\s*/?>|•|;|\s/\s", body) if piece.strip()
        ]
        notes = cells[note_at] if note_at is not None and note_at < len(cells) else ""
        slides.append(Slide(line, plain(cells[title_at]), tuple((line, piece) for piece in pieces), notes))
    return tuple(slides)


def slides(params: SlidesParams, context: CheckContext) -> Outcome:
    """Judge the number of slides, what is on each, and whether the titles say something."""
    found = parse(context.answer)
    if not found:
        text = "슬라이드를 찾지 못했습니다."
        return failed(text, (Evidence(text, correction="'## 슬라이드 1: 제목' 모양으로 나누어 쓰세요."),))
    evidence = _count_problems(params, found)
    for number, slide in enumerate(found, 1):
        evidence += _slide_problems(params, slide, number)
    told = (
        f"슬라이드 {len(found)}장, 항목은 한 장에 최대 {max(len(slide.bullets) for slide in found)}개입니다."
    )
    if not evidence and params.titles_are_conclusions and len(found) == 1:
        text = (
            "한 장뿐이라 제목이 결론인지 볼 슬라이드가 없습니다. 첫 장은 표지로 보고 제목을 따지지 않습니다."
        )
        again = "여러 장으로 나누어 달라고 하세요."
        return unknown("슬라이드가 한 장뿐입니다.", (at_line(found[0].line, text, correction=again),))
    return failed(told, tuple(evidence)) if evidence else passed(told)


def _count_problems(params: SlidesParams, found: tuple[Slide, ...]) -> list[Evidence]:
    count = len(found)
    if params.min_slides is not None and count < params.min_slides:
        return [
            at_line(found[-1].line, f"슬라이드가 {count}장입니다. {params.min_slides}장 이상이어야 합니다.")
        ]
    if params.max_slides is not None and count > params.max_slides:
        extra = found[params.max_slides]
        return [
            at_line(
                extra.line,
                f"슬라이드가 {count}장입니다. {params.max_slides}장 이하여야 합니다.",
                correction="비슷한 장을 합치세요.",
            )
        ]
    return []


def _slide_problems(params: SlidesParams, slide: Slide, number: int) -> list[Evidence]:
    problems = []
    if not slide.title:
        problems.append(
            at_line(
                slide.line,
                f"{number}번째 슬라이드에 제목이 없습니다.",
                correction="한 문장으로 제목을 쓰세요.",
            )
        )
    if params.max_title_chars is not None and len(slide.title) > params.max_title_chars:
        text = f"{number}번째 제목이 {len(slide.title)}자입니다. {params.max_title_chars}자 이하로 쓰세요."
        problems.append(at_line(slide.line, text))
    if params.max_bullets is not None and len(slide.bullets) > params.max_bullets:
        text = f"{number}번째 슬라이드의 항목이 {len(slide.bullets)}개입니다. {params.max_bullets}개 이하로 줄이세요."
        problems.append(
            at_line(
                slide.line, text, correction="두 장으로 나누거나 덜 중요한 항목을 발표자 노트로 옮기세요."
            )
        )
    for line, bullet in slide.bullets:
        if params.max_bullet_chars is not None and len(bullet) > params.max_bullet_chars:
            text = f"항목이 {len(bullet)}자입니다. {params.max_bullet_chars}자 이하로 쓰세요: '{quote(bullet, 30)}'"
            problems.append(at_line(line, text))
    if params.titles_are_conclusions and number > 1 and slide.title and not is_conclusion(slide.title):
        text = f"{number}번째 슬라이드의 제목에 결론이 없습니다: '{quote(slide.title)}'"
        problems.append(
            at_line(
                slide.line,
                text,
                correction="'방문객이 늘어 주차장이 부족함'처럼 하고 싶은 말이 드러나게 바꾸세요.",
            )
        )
    if params.needs_notes and not slide.notes:
        problems.append(at_line(slide.line, f"{number}번째 슬라이드에 발표자 노트가 없습니다."))
    return problems


def is_conclusion(title: str) -> bool:
    """Say whether a title claims something; a closing or contents page need not."""
    bare = plain(title).strip(" .\"'“”")
    if _EXEMPT.search(bare):
        return True
    without_topics = re.sub(r"[\s·및와과의,]+", "", _TOPIC.sub("", bare))
    if len(without_topics) <= 2:
        return False
    has_link = bool(
        re.search(
            r"[가-힣](이|가|을|를|은|는|로|에|에서|보다|부터|까지|만|도|면|니|며|고|해|하여|으로|[0-9%]+)\s|\d|,|→",
            bare,
        )
    )
    has_object = bool(re.search(r"[가-힣](을|를)\s", bare))
    says_so = bool(_VERBAL_NOUN.search(bare)) and not _PLAIN_NOUN.search(bare)
    has_link = has_link or (says_so and len(bare.split()) >= 3)  # 평일 낮 방문 어려움
    return len(squeeze(bare)) >= 8 and has_link and (has_object or says_so or bool(_CLAIM.search(bare)))
