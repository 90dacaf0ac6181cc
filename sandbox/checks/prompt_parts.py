"""Parts of a good prompt: 역할·맥락·자료·형식·제약, looked for by rule before anything is sent.

Hides the cues by which a part is recognised. A cue proves that a part was thought of, not that it is good.
What is missing is suggested in the words of the exercise's own example prompt.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from sandbox.checks.facts import find_facts
from sandbox.checks.kind import Outcome, Params, failed, passed, unknown
from sandbox.checks.lines import quote, squeeze
from sandbox.checks.particles import particle
from sandbox.records import CheckContext, Evidence

Part = Literal["역할", "맥락", "자료", "형식", "제약"]

_PERSON = r"전문가|담당자|담당|주무관|공무원|비서|강사|기자|작가|편집자|사서|컨설턴트|분석가|교수|선생님|상담사|상담원|기획자|팀장|과장|번역가|속기사|도우미|조력자|직원|통역사|디자이너|개발자|검토자|심사위원|변호사|전산|사회자|멘토|코치|아나운서|조교"

_READERS = "어르신|시민|주민|민원인|국장|과장|시장|부시장|팀장|의원|직원|관광객|학생|상인|학부모|아이|어린이|외국인|방문객|이용자|신청자|담당자|참석자|관람객"
_MATERIALS = "자료|원문|회의록|메모|본문|녹취록|위 내용|아래 내용|내용"


def _label(words: str) -> str:
    """A label at a line's start with something after it: ``역할: …``, ``[역할] …``, ``# 역할`` and a line."""
    closed = rf"[\[【<〈(「{{]\s*(?:[가-힣·,및]{{1,8}}\s)?(?:{words})[^\]】>〉)」}}\n]{{0,10}}[\]】>〉)」}}]\**\s*[:：]?"
    plain = rf"(?:{words})\s?(?:사항|조건)?\s*\**\s*(?:[:：]|(?=\n))"
    return (
        rf"(?:^|\n)[\s#*>□○ㅇ\-]*(?:\d{{1,2}}[.)]\s*)?\**(?:{closed}|{plain})\**\s*(?![\[【#])\S[^\n]{{0,60}}"
    )


_CUES: dict[str, tuple[str, ...]] = {
    "역할": (
        _label(r"역할|페르소나"),
        r"(당신|너|귀하|여러분)(은|는|의 역할은|를)\s?[^\n]{1,60}",
        rf"({_PERSON})\s?(으로서|로서|처럼|입니다|이다|이야|야|이?라고?\s?(?:생각|가정|치고|여기)|의 (역할|입장|관점|눈)|(이|가) (되어|돼))",
        rf"({_PERSON})(?:\s?역할|\s?입장)",
        r"역할을?\s?(맡|해|수행|한다|하)",
    ),
    "맥락": (
        _label(r"맥락|배경|상황|목적|대상|독자|쓰임|용도|받는 사람|읽는 사람"),
        r"(하기|쓰기|보고하기|알리기|설명하기|안내하기|발표하기|만들기|올리기|제출하기|공유하기)\s?위(해|하여|한)",
        r"(대상|독자|청중|참석자|읽는 사람|받는 사람|보는 사람)(은|는|이|가|에게|으로)",
        r"(에게|께)\s?(보고|제출|발표|안내|설명|보낼|보내|배포|전달|알릴|드릴|올릴|공유)",
        r"(용도|목적|배경|상황)(은|는|으로|이|에서|에|입니다)",
        r"(보고|회의|발표|배포|게시|제출|결재|안내|교육|행사)(용|할 (자료|문서|예정)|에 (쓸|사용할|올릴|쓰일))",
        r"(시민|주민|민원인|국장|과장|시장|부시장|팀장|의원|직원|어르신|관광객|신규 직원|학생|상인)[^\n]{0,12}(에게|께|이 읽|가 읽|을 위|를 위|이 볼|가 볼|이 이해|도 이해|도 알)",
        r"(하려고|하려 합니다|하려고 합니다|하고자|할 예정|쓸 예정|준비하고 있|준비 중)",
        rf"(?:{_READERS})(?:들|님|분들)*(?:이|가|은|는|께서|께서는)\s[^\n]{{0,20}}(?:읽|봅|본다|볼\s|보는|이해|듣)",
        # who writes and why; only to want or ask for a text says neither
        r"(?:저는|나는|우리는|저희는|(?:우리|저희) (?:부서|과|팀|시|구|센터)(?:는|가|에서|에서는))\s?(?![^\n.]{0,40}(?:필요|원해|원합|부탁|싶|써\s?[주줘]|만들어|작성해))[^\n]{4,}",
    ),
    "형식": (
        _label(r"(?:출력|답변|결과)?\s?(?:형식|양식|모양|구성|형태)"),
        r"표\s?(로|형식|로만|를 만들|한 개|를 그려|안에|에 담)|개조식|목록으로|글머리|번호를? (매|붙)|마크다운|JSON|CSV|html|엑셀에 (붙|바로)",
        r"\d+\s?(줄|쪽|페이지|문장|단락|문단|항목|가지|장|개|행|열|글자|자)\s?(으로|로|이내|이하|씩|만|안에|안쪽|안으로|정도|내외|분량|짜리|를|을|요약|정리)",
        r"(?<![가-힣])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|두세|서너|네댓)\s?(?:줄|문장|쪽|장|페이지|단락|문단|항목|가지)\s?(?:으로|로|이내|이하|씩|만|안에|안쪽|안으로|정도|내외|분량|짜리|요약|정리)",
        r"□|○|##|\|.+\|",
        r"(다음|아래|이)\s?(의 )?(형식|양식|순서|구조|틀|예시|항목|제목)(으로|에|대로|을|를|처럼)",
        r"(순서|항목|제목|열|칸)(은|는|으로|대로)\s",
        r"(문체|말투|존댓말|명사형|높임말|코드 ?블록|보고서 형식|메일 형식|공문 형식|이메일 형식)",
        r"(한 줄|두 줄|세 줄|한 문장|두 문장|세 문장|한 쪽|한 장|한 페이지)",
    ),
    "제약": (
        _label(r"제약|조건|주의|규칙|유의|지킬 것|하지 말 것"),
        r"(하지|쓰지|넣지|만들지|지어내지|추측하지|바꾸지|빼지|덧붙이지|적지|포함하지|사용하지|고치지|벗어나지|붙이지|더하지|줄이지|말하지|드러내지|꾸미지|짓지|추가하지)\s?(는 |도 )?(마|말|않|못)",
        r"(없는|모르는|확인되지 않은|불확실한|빠진|정해지지 않은|언급되지 않은)\s?[^\n]{0,16}(은|는|면|이면|경우|값)\s?[^\n]{0,24}(미정|확인 필요|모른다|모름|비워|표시|빼|적|쓰|남겨|제외|물어|질문)",
        rf"(?:{_MATERIALS})에\s?(?:없으면|없는\s?[것내사])[^\n]{{0,24}}(?:미정|확인|모른|모름|비워|표시|빼|적|쓰|남겨|제외|물어|질문)",
        r"모르(?:면|는\s?것은)[^\n]{0,16}(?:물어|질문|미정|모른|모름|적|표시)",
        r"[가-힣](?:은|는|을|를|도)?\s?(?:빼고|빼\s?[주줘]|지우고|지워\s?[주줘]|가리고|가려\s?[주줘]|생략하)",
        # to beg is no limit: 반드시 and 꼭 must say what is to be kept to
        r"(?:반드시|꼭|절대로?)\s(?![^\n.]{0,6}(?:좀|잘|부탁|멋지|멋있|예쁘|빨리|빠르|열심))[^\n.]{2,30}(?:포함|넣|적[어으]|쓰[고세며]|지키|지켜|확인|표시|밝히|밝혀|남기|남겨|빼|제외|말[고아]|않|금지|따르|따라|맞추|맞춰|유지|사용)",
        r"(금지|제외하|제외할|오직|에 있는 (내용|사실|정보|것)만|만 (사용|쓰|써|출력|근거|포함)|이내로|이하로|넘지|초과하)",
        r"\d+\s?(자|글자|줄|쪽|문장|개|장|단어)\s?(이내|이하|미만|안으로|을 넘|를 넘)",
        rf"(?:{_MATERIALS})(?:에만|만\s|(?:에|를)\s?(?:근거|충실|기초)|(?:에|의)\s?(?:(?:있는|나온|적힌)\s?)?[가-힣·, ]{{1,12}}만\s)",
    ),
}
_SUGGESTIONS = {
    "역할": "첫 줄에 누구의 눈으로 쓸지 적으세요. 예: 당신은 ○○을 맡은 담당자입니다.",
    "맥락": "누가, 어디서, 왜 읽는지 한 문장을 적으세요. 예: ○○에게 보낼 글입니다.",
    "자료": "'자료:' 아래에 원문을 그대로 붙여 넣으세요.",
    "형식": "결과의 모양을 적으세요. 예: 제목 한 줄과 본문 세 줄로 씁니다.",
    "제약": "지킬 것을 적으세요. 예: 자료에 없는 내용은 쓰지 않습니다.",
}
_LABELS = r"자료|메모|원문|회의록|본문|내용|데이터|표|글|문서|녹취록|보고서|초안|수식|열 구성|시트|민원|명단|목록|예시"
_LABELLED_DATA = re.compile(
    rf"(?:(?:^|\n)[\s#\[(<*【]*[^\n:：.]{{0,14}}(?:{_LABELS})[^\n:：.]{{0,14}}(?:[:：]|[\])>】*]+\s*\n)"
    rf"|(?:^|\n)\s*#+[^\n]*(?:{_LABELS})[^\n]*\n|(?:다음|아래)[^\n]{{0,20}}(?:입니다|이다|이야|예요)[.:：]?\s*\n)\s*(?P<data>[\s\S]{{25,}})"
)
_QUOTED_DATA = re.compile(
    r'(?:"""|```|<자료>|<[^>\n]{1,20}>|\'\'\'|---)\s*(?P<data>[\s\S]{20,}?)(?:"""|```|</|\'\'\'|---)'
)
_SHORT_DATA = re.compile(  # under a label of material even a few words in a fence are material
    r"(?:^|\n)[\s#\[(<*【]*[^\n:：.\]]{0,10}(?:자료|원자료|메모|원문|회의록|본문|데이터|녹취록|초안)[^\n]{0,60}\n\s*"
    r'(?P<fence>"""|```)[^\n]*\n(?P<data>[\s\S]*?)(?P=fence)'
)
_QUOTE_BLOCK = re.compile(r'"""[\s\S]*?"""')


class PromptPartsParams(Params):
    parts: list[Part] = Field(default=["역할", "맥락", "자료", "형식", "제약"], min_length=1)
    at_least: int | None = Field(default=None, ge=1)


def prompt_parts(params: PromptPartsParams, context: CheckContext) -> Outcome:
    """Say which parts the prompt has and what to add; pasted material does not count as instructions."""
    prompt = context.prompt
    if not prompt.strip():
        return unknown(
            "프롬프트가 없어 확인할 수 없습니다.", (Evidence("프롬프트를 쓴 뒤 다시 확인하세요."),)
        )
    words = _instructions(prompt, context)
    found = {part: _where(part, words, prompt, context) for part in params.parts}
    missing = [part for part in params.parts if found[part] is None]
    present = tuple(Evidence(f"{part}: '{quote(cue)}'") for part, cue in found.items() if cue is not None)
    needed = min(params.at_least or len(params.parts), len(params.parts))
    told = f"{len(params.parts)}가지 가운데 {len(params.parts) - len(missing)}가지가 있습니다."
    suggestions = tuple(
        Evidence(f"{part}{particle(part, '이/가')} 보이지 않습니다.", correction=_suggest(part, context))
        for part in missing
    )
    if len(params.parts) - len(missing) < needed:
        return failed(told, suggestions + present)
    return passed(told, present + suggestions)


def _instructions(prompt: str, context: CheckContext) -> str:
    """Return the prompt without pasted material (between triple quotes, or copied from a source)."""
    outside = _QUOTE_BLOCK.sub('""', prompt)
    prompt = outside if len(squeeze(outside)) >= 8 else prompt  # some put the whole prompt in quotes
    copied = {
        squeeze(line)
        for text in context.sources.values()
        for line in text.splitlines()
        if len(squeeze(line)) >= 12
    }
    kept = [line for line in prompt.splitlines() if squeeze(line) not in copied]
    return "\n".join(kept)


def _where(part: str, words: str, prompt: str, context: CheckContext) -> str | None:
    if part == "자료":
        return _material(prompt, context)
    for cue in _CUES[part]:
        found = re.search(cue, words, re.IGNORECASE)
        if found:
            return found[0].strip()
    return None


def _material(prompt: str, context: CheckContext) -> str | None:
    """Find pasted material: lines of a source, or a labelled or fenced block of some length."""
    packed = squeeze(prompt)
    for name, text in context.sources.items():
        long_lines = [squeeze(line) for line in text.splitlines() if len(squeeze(line)) >= 12]
        hits = sum(1 for line in long_lines if line in packed)
        if long_lines and hits >= max(1, min(3, len(long_lines) // 3)):
            return f"{name}의 내용"
    for pattern in (_LABELLED_DATA, _QUOTED_DATA):
        found = pattern.search(prompt)
        if found and len(squeeze(found["data"])) >= 25:
            return found["data"][:40].strip()
    for found in _SHORT_DATA.finditer(prompt):
        if len(re.findall(r"[\w가-힣]", found["data"])) >= 5:
            return found["data"].strip()[:40]
    facts = _inline_facts(prompt, context)
    if facts:
        return ", ".join(facts)
    columns = re.findall(r"\b[A-Z]{1,2}\d*\s?(?:열|칸|:|=|은|는|에)|[A-Z]{1,2}\d+(?::[A-Z]{1,2}\d+)?", prompt)
    return f"엑셀 자리 {', '.join(columns[:3])}" if len(columns) >= 2 else None


_FORM_UNITS = frozenset(
    {"", "쪽", "가지", "단계", "번째", "항목", "줄", "문장", "단락", "자", "장표", "장", "개", "매"}
)
_FACT_CHARS = 40
_EXAMPLE_CHARS = 120


def _inline_facts(prompt: str, context: CheckContext) -> list[str]:
    """Return facts written straight into the request: days, times, sums; how long the answer should be is none."""
    if len(squeeze(prompt)) < _FACT_CHARS:
        return []
    told: dict[object, str] = {}
    for fact in find_facts(_instructions(prompt, context)):
        is_day = fact.kind == "date" and fact.value[2] is not None
        counts = fact.kind == "number" and fact.value[1] not in _FORM_UNITS
        if is_day or counts or fact.kind == "time":
            told.setdefault((fact.kind, fact.value), fact.text)
    return list(told.values())[:3] if len(told) >= 2 else []


def _suggest(part: str, context: CheckContext) -> str:
    """Say what to add, in this exercise's own words where its example prompt has the part."""
    if part == "자료" and context.sources:
        name = next(iter(context.sources))
        return f"'자료:' 아래에 '{name}'의 내용을 그대로 붙여 넣으세요."
    line = _example_line(part, context)
    return f'예를 들어 "{line}"' if line else _SUGGESTIONS[part]


def _example_line(part: str, context: CheckContext) -> str:
    """Return the line of the exercise's example prompt that says a part; empty when none does."""
    if part == "자료":
        return ""
    lines = [line.strip() for line in _instructions(context.example, context).splitlines() if line.strip()]
    for at, line in enumerate(lines):
        label = re.match(rf"\W*(?:{part})\W*(?P<rest>.*)$", line)
        if label:
            said = label["rest"].strip() or next(iter(lines[at + 1 :]), "")
            return quote(said, _EXAMPLE_CHARS) if said and not said.startswith("[") else ""
    for line in lines:
        if any(re.search(cue, line, re.IGNORECASE) for cue in _CUES[part]):
            return quote(line, _EXAMPLE_CHARS)
    return ""
