"""Which of several formulas an answer proposes: the one it says to use, else the last code block, else the first.

Hides the words around a formula. A formula said not to be used is no proposal, and a right one beside a wrong
proposal does not save it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.formulas import Candidate

_REJECTED_AFTER = re.compile(
    r"^[`*'\"\s)]*(?:\(?(?:틀린|잘못된|오답)|(?:처럼|같은\s?수식|라고|로|수식|식)?\s?(?:은|는|을|를|도)?\s?(?:절대\s?)?(?:쓰지|사용하지|넣지|적지|입력하지|쓰면\s?안|사용하면\s?안|넣으면\s?안"
    r"|틀린|틀립|틀렸|잘못|오류가|안\s?됩니다|맞지\s?않|아니라|대신))"
)
_REJECTED_BEFORE = re.compile(
    r"(?:틀린|잘못된|잘못\s?쓴|나쁜|피해야\s?할|쓰지\s?말아야\s?할|오답|고치기\s?전|수정\s?전)\s?(?:수식|식|예|예시|방법)?[^\n=]{0,8}$"
    r"|(?:쓰지|사용하지|넣지)\s?마세요[^\n=]{0,4}$"
)
_USED_AFTER = re.compile(
    r"^[`*'\"\s)]*(?:을|를|로|으로|라고)?\s?(?:쓰세요|쓰십시오|사용하세요|사용하십시오|넣으세요|넣으십시오|입력하세요|입력하십시오|적으세요|쓰면\s?됩니다|사용하면\s?됩니다|넣으면\s?됩니다|입력하면\s?됩니다"
    r"|씁니다|적습니다|(?:쓰|사용하|넣|입력하|적)(?:어야|여야|해야)\s?합니다|사용해야\s?합니다)"
)
_USED_BEFORE = re.compile(
    r"(?:최종|정답|완성(?:된|한)?|고친|수정한|수정된|수정\s?후|바른|올바른|맞는|추천하는|쓸)\s?(?:수식|식)?\**\s?(?:은|는|:|：|입니다\.?)?\s*[`*]*$"
    r"|(?:그래서|따라서|대신|이때는)[^.\n=]{0,20}(?:수식|식)을?\s?(?:씁니다|쓰세요|써야\s?합니다|사용합니다|사용하세요|넣습니다|넣으세요|입력합니다|입력하세요)[.:]?$"
)
_ASIDE = re.compile(
    r"예시|예를\s?들|참고|다른\s?방법|또\s?다른|대안|구버전|이전\s?버전|옛\s?버전|설명|풀이|뜻|원래|처음|검산|확인용|비교"
)
_CONCEDED_AFTER = re.compile(
    r"^[`*'\"\s)]*(?:이지만|지만|인데|이나,|이면\s|면\s|만\s?(?:쓰|넣)"
    r"|(?:을|를|은|는)\s[^.\n]{0,30}(?:늦|틀리|틀립|틀린|빠지|빠집|빠뜨|오류|잘못|더해지|더해집|맞지\s?않))"
)
_CELL = re.compile(r"(?<![A-Za-z0-9$:])\$?([A-Za-z]{1,3})\$?(\d{1,5})(?![\d:(A-Za-z]|\s?(?:셀|칸)?\s?까지)")
_ASIDE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """The proposed formula's number, how it was told from the others, and which are no proposals."""

    index: int
    how: str
    rejected: frozenset[int]


def choose(candidates: Sequence[Candidate], answer: str, cell: str) -> Choice | None:
    """Return the proposal; None when every formula is said not to be used."""
    rejected = frozenset(i for i, item in enumerate(candidates) if _is_rejected(item, answer))
    left = [i for i in range(len(candidates)) if i not in rejected]
    left = [i for i in left if not _is_syntax(candidates[i])] or left
    if not left:
        return None
    for how, fits in (("이 칸에 넣으라고 한", _names_cell), ("쓰라고 한", _is_used)):
        named = [i for i in left if fits(candidates[i], answer, cell)]
        if named:
            return Choice(_last_place(named, candidates, answer), how, rejected)
    for_cell = [i for i in left if not _names_other_cell(candidates[i], answer, cell)] or left
    main = [i for i in for_cell if not _is_aside(candidates[i], answer)] or for_cell
    blocks = [i for i in main if candidates[i].rank == 0]
    if blocks:
        return Choice(_last_place(blocks, candidates, answer), "마지막 코드 블록의", rejected)
    best = min(candidates[i].rank for i in main)
    first = min((i for i in main if candidates[i].rank == best), key=lambda i: candidates[i].start)
    return Choice(first, "먼저 나온", rejected)


def _is_syntax(item: Candidate) -> bool:
    """SUMIFS(합계범위, 조건범위1, 조건1, …) explains a function: words or dots stand where cells should."""
    bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", item.raw)
    words = re.search(r"[(,，]\s*(?:[가-힣][가-힣\d_ ]*|\.{2,}|…|\[[^\]]*\])\s*(?=[,，)])", bare)
    return bool(words) and not re.search(r"\$?[A-Za-z]{1,3}\$?\d|\$?[A-Za-z]{1,3}:\$?[A-Za-z]", bare)


def _last_place(chosen: list[int], candidates: Sequence[Candidate], answer: str) -> int:
    """Return the first formula of the last code block, or the last one in a text."""
    ordered = sorted(chosen, key=lambda i: candidates[i].start)
    last = ordered[-1]
    if candidates[last].rank != 0:
        return last
    together = [
        i for i in ordered if not re.search(r"```|~~~", answer[candidates[i].end : candidates[last].start])
    ]
    return together[0]


def _before(item: Candidate, answer: str) -> str:
    """Return what is said right before a formula: its own line, or the line above its code block."""
    text = answer[max(0, item.start - 120) : item.start]
    if item.rank == 0:
        opened = max(text.rfind("```"), text.rfind("~~~"), 0)
        above = text[:opened].rstrip().rsplit("\n", 1)[-1]
        speaks_of_its_own = re.search(r"[=＝][^\s=]", above)
        return "" if speaks_of_its_own else above[-_ASIDE_CHARS:]
    own = text.rsplit("\n", 1)[-1]
    if not own.strip("`*->• \t") and "\n" in text:  # alone on its line: the line above speaks of it
        own = text.rstrip("`*->• \t\n").rsplit("\n", 1)[-1]
        own = "" if re.search(r"[=＝][^\s=]", own) else own
    return own[-_ASIDE_CHARS:]


def _after(item: Candidate, answer: str) -> str:
    text = answer[item.end : item.end + 80]
    if item.rank == 0:
        closed = re.match(r"[^`~]*(?:```|~~~)[ \t]*\n+", text)
        text = text[closed.end() :] if closed else ""
        pointed = re.match(r"\s*(?:이|위|위의|이런)\s?(?:수식|식)", text)
        return text[pointed.end() :].split("\n", 1)[0] if pointed else ""
    return text.split("\n", 1)[0]


def _is_rejected(item: Candidate, answer: str) -> bool:
    return bool(
        _REJECTED_AFTER.search(_after(item, answer)) or _REJECTED_BEFORE.search(_bare(_before(item, answer)))
    )


def _is_used(item: Candidate, answer: str, cell: str) -> bool:
    return bool(_USED_AFTER.search(_after(item, answer)) or _USED_BEFORE.search(_bare(_before(item, answer))))


def _is_aside(item: Candidate, answer: str) -> bool:
    return bool(_ASIDE.search(_before(item, answer)) or _CONCEDED_AFTER.search(_after(item, answer)))


def _bare(text: str) -> str:
    return text.rstrip(" \t`*:：\"'")


def _names_cell(item: Candidate, answer: str, cell: str) -> bool:
    return _cell_before(item, answer) == cell.replace("$", "").upper()


def _names_other_cell(item: Candidate, answer: str, cell: str) -> bool:
    named = _cell_before(item, answer)
    return bool(named) and named != cell.replace("$", "").upper()


def _cell_before(item: Candidate, answer: str) -> str:
    """Return the one cell named right before a formula (``C2 셀:``); empty when none or several are."""
    found = {(m[1] + m[2]).upper() for m in _CELL.finditer(_before(item, answer)[-24:])}
    return next(iter(found)) if len(found) == 1 else ""
