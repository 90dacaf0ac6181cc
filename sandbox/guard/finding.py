"""Find personal data in a text: all rules over all readings, settled into findings that do not overlap.

Hides the passes, who wins where rules disagree, and how a value becomes a fingerprint. A finding
holds no text. What already is a placeholder is opaque: no rule reads it, no finding touches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

from sandbox.guard.kinds import KINDS, PLACEHOLDER_WORDS
from sandbox.guard.numbers import Hit, machine_texts, near, numbers
from sandbox.guard.phrases import names_beside, phrases, sensitive_words
from sandbox.guard.views import View, fold, join_lines
from sandbox.records import Action, Finding

TOKEN = re.compile(
    r"\\?[\[［〔【]\s{0,2}(?P<word>" + "|".join(sorted(PLACEHOLDER_WORDS, key=len, reverse=True)) + r")"
    r"\s{0,2}[-_#:]?\s{0,2}(?P<number>[0-9０-９]{1,4})\s{0,2}\\?[\]］〕】]"
)
_RANK = {Action.BLOCK: 0, Action.MASK: 1, Action.WARN: 2, Action.ALLOW: 3}
_ORDER = {kind: at for at, kind in enumerate(KINDS)}
_WORDY = frozenset({"name", "address", "birth_date", "sensitive", "secrecy_mark", "credential"})
_NUMBER_LABEL = re.compile(
    r"주민|외국인|전화|연락처|휴대|핸드폰|카드|계좌|번호|은행|농협|입금|TEL|☎", re.IGNORECASE
)
_NUMBER_RUN = re.compile(r"(?<![0-9-])[0-9][0-9-]{5,24}(?![0-9-])")
_WORD = re.compile(r"(?<![가-힣])[가-힣]{3,4}")
_ALLOWED = "실습용 가상 정보"
_REMEMBERED_CHARS = 20_000


def find(text: str, *, where: str = "", known: Sequence[str] = (), key: bytes = b"") -> tuple[Finding, ...]:
    """Return what looks like personal data, sorted by place, never overlapping.

    A value that stands in one of the ``known`` texts (the exercise's own invented materials) is
    ALLOW, but never a BLOCK kind. ``key`` makes fingerprints useless to anyone without it.
    """
    return look(text, where=where, known=known, key=key, seen={})


def look(
    text: str, *, where: str, known: Sequence[str], key: bytes, seen: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Find as ``find`` does, and also the values of ``seen`` (normal value → kind) without their context."""
    told = tuple(sorted(seen.items()))
    hits = _remembered_hits(text, told) if len(text) <= _REMEMBERED_CHARS else _hits(text, told)
    known_views = [fold(each).text for each in known] if hits else []
    return tuple(_finding(hit, text, where, known_views, key) for hit in hits)


@lru_cache(maxsize=2048)  # some texts for each of three hundred seats
def _remembered_hits(text: str, seen: tuple[tuple[str, str], ...]) -> tuple[Hit, ...]:
    """One press looks at the same texts about ten times: preview, draft, gate, and the gate's proof."""
    return _hits(text, seen)


def _hits(text: str, seen: tuple[tuple[str, str], ...]) -> tuple[Hit, ...]:
    return tuple(_settle(_collect(fold(_opaque(text)), dict(seen)), text))


def _finding(hit: Hit, text: str, where: str, known_views: Sequence[str], key: bytes) -> Finding:
    kind, raw = KINDS[hit.kind], text[hit.start : hit.end]
    allowed = kind.action is not Action.BLOCK and _stands_in(fold(raw).text, known_views)
    return Finding(
        kind=hit.kind,
        label=kind.label,
        start=hit.start,
        end=hit.end,
        action=Action.ALLOW if allowed else kind.action,
        where=where,
        fingerprint=_fingerprint(hit.kind, normal_value(hit.kind, raw), key),
        reason=_ALLOWED if allowed else hit.reason or kind.explanation,
    )


def normal_value(kind: str, raw: str) -> str:
    """Return the value without its spelling: two spellings of one number are one value."""
    plain = fold(raw).text
    if kind in _WORDY:
        return " ".join(plain.split())
    return "".join(c for c in plain if c.isalnum() or c in "@.").upper()


def _fingerprint(kind: str, value: str, key: bytes) -> str:
    salt = key if len(key) <= 64 else blake2b(key).digest()
    return blake2b(f"{kind}\0{value}".encode("utf-8", "surrogatepass"), key=salt, digest_size=8).hexdigest()


def _opaque(text: str) -> str:
    """Return the text with every placeholder turned into as many characters that no rule reads."""
    return TOKEN.sub(lambda m: "\ue000" * len(m.group()), text)


def _collect(view: View, seen: Mapping[str, str]) -> Iterator[Hit]:
    text = view.text
    found = [*numbers(text), *machine_texts(text), *phrases(text)]
    found += names_beside(text, found)
    found += sensitive_words(
        text, [h for h in found if h.kind in {"name", "resident_number", "birth_date", "mobile"}]
    )
    found += _repeats(text, {normal_value(h.kind, text[h.start : h.end]): h.kind for h in found} | dict(seen))
    for hit in found:
        yield _place(view, hit)
    joined = join_lines(view)
    if joined is None:
        return
    for hit in numbers(joined.text):
        told = "-" in joined.text[hit.start : hit.end] or near(_NUMBER_LABEL, joined.text, hit.start)
        if joined.spans_seam(hit.start, hit.end) and told:
            yield _place(joined, hit)


def _repeats(text: str, values: Mapping[str, str]) -> Iterator[Hit]:
    """Yield values told once by their context (성명:, 계좌번호) where they stand again without it."""
    if not values:
        return
    for match in _NUMBER_RUN.finditer(text):
        kind = values.get(match.group().replace("-", ""))
        if kind:
            yield Hit(kind, *match.span())
    for match in _WORD.finditer(text):
        for length in (4, 3):
            if values.get(match.group()[:length]) == "name" and len(match.group()) >= length:
                yield Hit("name", match.start(), match.start() + length)
                break


def _place(view: View, hit: Hit) -> Hit:
    start, end = view.original(hit.start, hit.end)
    return hit._replace(start=start, end=end)


def _settle(hits: Iterable[Hit], text: str) -> list[Hit]:
    """Let the graver kind win where hits overlap; what is left of the other stays, if it says anything."""
    ordered = sorted(
        hits, key=lambda h: (_RANK[KINDS[h.kind].action], h.start - h.end, _ORDER[h.kind], h.start)
    )
    taken = bytearray(len(text))
    kept: list[Hit] = []
    for hit in ordered:
        for start, end in _free(taken, hit.start, hit.end):
            whole = (start, end) == (hit.start, hit.end)
            piece = text[start:end].strip(" \t\r\n,.-:()[]|/")
            if not whole and sum(c.isalnum() for c in piece) < 4:
                continue
            start += 0 if whole else text[start:end].index(piece)
            end = end if whole else start + len(piece)
            taken[start:end] = b"\1" * (end - start)
            kept.append(hit._replace(start=start, end=end))
    return sorted(kept, key=lambda h: h.start)


def _free(taken: bytearray, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches of the span that no graver hit has taken."""
    stretches, at = [], start
    while (begin := taken.find(0, at, end)) >= 0:
        stop = taken.find(1, begin, end)
        at = end if stop < 0 else stop
        stretches.append((begin, at))
        if at == end:
            break
    return stretches


def _stands_in(value: str, texts: Sequence[str]) -> bool:
    """Tell whether the value stands in a text, not as a part of a longer number or word."""
    return any(_stands_alone(value, text) for text in texts)


def _stands_alone(value: str, text: str) -> bool:
    at = text.find(value)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
        inside = (before.isdigit() and value[0].isdigit()) or (after.isdigit() and value[-1].isdigit())
        inside = inside or (value[0].isalpha() and before.isalpha())
        if not inside:
            return True
        at = text.find(value, at + 1)
    return False
