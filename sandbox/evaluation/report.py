"""The tables of an evaluation, in Korean Markdown, with remarks drawn from the data alone.

Hides wording and layout. Nothing is rounded in our favour and nothing left out: what could not be
compared is listed, and so is every item where the naive prompt did better.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.checks import CHECKS
from sandbox.evaluation.cases import Asked, LeftOut
from sandbox.evaluation.figures import Comparison, Interval, Pair, Result, compare
from sandbox.records import MODULES, ContentError, State

START = "<!-- evaluation:start -->"
END = "<!-- evaluation:end -->"
WORST = 15
_SHORT = {Asked.COURSE: "교재", Asked.NAIVE: "한 줄"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Under which circumstances it was measured. ``waiting`` pairs are not done yet."""

    endpoint: str
    model: str
    day: str
    samples: int
    waiting: int = 0
    left_out: tuple[LeftOut, ...] = ()
    failed: tuple[LeftOut, ...] = ()


def render(pairs: Sequence[Pair], setting: Setting, results: Sequence[Result] = ()) -> str:
    """Return all tables and remarks. ``results`` are all judged answers, paired or not."""
    if not pairs:
        return "\n\n".join(["아직 두 프롬프트의 답이 모두 나온 항목이 없습니다.", *_by_exercise(results)])
    parts = [
        _head(pairs, setting),
        "### 과목별",
        _by_module(pairs),
        "### 점검 종류별",
        _by_kind(pairs),
        "### 쓴 토큰과 시간(답 하나에)",
        _costs(pairs),
        "### 교재 프롬프트로도 자주 틀린 점검",
        _worst(pairs),
        "### 읽을 때 알아 둘 것",
        _remarks(pairs, setting),
        *_by_exercise(results),
    ]
    return "\n\n".join(parts)


def put_between_markers(page: str, text: str, *, source: str) -> str:
    """Return the page with the text between its two markers. Raise ContentError where they are missing."""
    head, start, rest = page.partition(START)
    _, end, tail = rest.partition(END)
    if not start or not end:
        raise ContentError(
            "표를 넣을 자리가 없습니다.", file=source, remedy=f"{START} 줄과 {END} 줄을 차례로 적어 주세요."
        )
    return f"{head}{START}\n\n{text}\n\n{END}{tail}"


def verdict_of(comparison: Comparison) -> str:
    """Say in a word whether the course is better."""
    value = comparison.difference.value
    if value is None:
        return "판정할 수 없음"
    if value <= 0:
        return "**낫지 않음**"
    return "분명히 나음" if comparison.clear else "나음(구간이 0에 걸침)"


# --------------------------------------------------------------------------- tables


def _head(pairs: Sequence[Pair], setting: Setting) -> str:
    answers = [result for pair in pairs for result in (pair.course, pair.naive)]
    seconds = statistics.fmean(result.seconds for result in answers)
    kinds = [len({p.course.item for p in pairs if p.course.kind == kind}) for kind in ("sample", "exercise")]
    lines = [
        f"- 모델: {setting.endpoint} (`{setting.model}`)",
        f"- 잰 날: {setting.day}",
        f"- 견준 항목: 템플릿 {kinds[0]}개, 실습 {kinds[1]}개. 답 {len(answers)}개(온도가 0보다 높은 항목은 {setting.samples}번씩)",
        f"- 답 하나에 평균 {seconds:.1f}초",
    ]
    if setting.waiting:
        lines.append(f"- 아직 답하지 않은 물음이 {setting.waiting}개 있어 **중간 결과**입니다.")
    return "\n".join(lines)


def _by_module(pairs: Sequence[Pair]) -> str:
    rows = [(m.title, [p for p in pairs if p.course.module == m.id]) for m in MODULES]
    rows.append(("**전체**", list(pairs)))
    return _table(
        (
            "과목",
            "항목",
            "점검 통과율: 교재",
            "점검 통과율: 한 줄",
            "차이",
            "모두 통과: 교재",
            "모두 통과: 한 줄",
            "확인 불가(교재/한 줄)",
            "판정",
        ),
        [_comparison_row(title, compare(own), whole=True) for title, own in rows if own],
    )


def _by_kind(pairs: Sequence[Pair]) -> str:
    kinds = {mark.kind for pair in pairs for result in (pair.course, pair.naive) for mark in result.marks}
    rows = []
    for kind in (name for name in CHECKS if name in kinds):
        found = compare(pairs, lambda mark, kind=kind: mark.kind == kind)  # type: ignore[misc]
        rows.append(_comparison_row(f"{CHECKS[kind].label} (`{kind}`)", found, whole=False))
    return _table(
        ("점검", "항목", "통과율: 교재", "통과율: 한 줄", "차이", "확인 불가(교재/한 줄)", "판정"), rows
    )


def _comparison_row(title: str, found: Comparison, *, whole: bool) -> tuple[str, ...]:
    rates = (*(_percent(found.rate[asked]) for asked in Asked), _points(found.difference))
    wholes = tuple(_percent(found.whole[asked]) for asked in Asked) if whole else ()
    unknown = "/".join(str(found.unknown[asked]) for asked in Asked)
    return (title, str(found.items), *rates, *wholes, unknown, verdict_of(found))


def _costs(pairs: Sequence[Pair]) -> str:
    rows = []
    for title, ids in (*((m.title, {m.id}) for m in MODULES), ("**전체**", {m.id for m in MODULES})):
        for asked in Asked:
            own = [pair[asked] for pair in pairs if pair.course.module in ids]
            if own:
                rows.append((title, _SHORT[asked], *_cost(own)))
    return _table(
        ("과목", "프롬프트", "읽은 토큰", "쓴 토큰", "초(평균)", "초(중앙값)", "길이에서 잘림"), rows
    )


def _cost(results: Sequence[Result]) -> tuple[str, ...]:
    seconds = [result.seconds for result in results]
    return (
        f"{statistics.fmean(r.prompt_tokens for r in results):,.0f}",
        f"{statistics.fmean(r.answer_tokens for r in results):,.0f}",
        f"{statistics.fmean(seconds):.1f}",
        f"{statistics.median(seconds):.1f}",
        f"{sum(r.cut for r in results)}/{len(results)}",
    )


def _worst(pairs: Sequence[Pair]) -> str:
    """List the checks that failed with the course's prompt, gravest first."""
    counts: dict[tuple[str, str, str, str, float], dict[Asked, list[State]]] = defaultdict(
        lambda: {asked: [] for asked in Asked}
    )
    for pair in pairs:
        for asked in Asked:
            for mark in pair[asked].marks:
                key = (pair.course.kind, pair.course.item, mark.check_id, mark.title, mark.weight)
                counts[key][asked].append(mark.state)
    failing = [(key, states) for key, states in counts.items() if State.FAIL in states[Asked.COURSE]]
    failing.sort(key=lambda one: (-one[1][Asked.COURSE].count(State.FAIL) * one[0][4], one[0][1:3]))
    if not failing:
        return "없습니다."
    rows = [
        (_named(key[0], key[1]), key[3], f"{key[4]:g}", *(_fails(states[asked]) for asked in Asked))
        for key, states in failing[:WORST]
    ]
    told = _table(("항목", "점검", "중요도", "교재: 실패", "한 줄: 실패"), rows)
    more = len(failing) - len(rows)
    return told + (f"\n\n이 밖에 {more}개가 더 있습니다." if more else "")


def _by_exercise(results: Sequence[Result]) -> list[str]:
    """List every exercise answered with its own prompt: what a trainee sees who only presses 실행."""
    order = [m.id for m in MODULES]
    mine = [r for r in results if r.kind == "exercise" and r.asked is Asked.COURSE]
    if not mine:
        return []
    rows = []
    for r in sorted(mine, key=lambda r: (order.index(r.module), r.item, r.number)):
        states = [m.state for m in r.marks]
        failed = ", ".join(m.title for m in r.marks if m.state is State.FAIL) or "–"
        unknown = ", ".join(m.title for m in r.marks if m.state is State.UNKNOWN)
        passed = f"{states.count(State.PASS)}/{len(states)}"
        rows.append((_named(r.kind, r.item), passed, failed, unknown or "–", f"{r.seconds:.0f}"))
    whole = sum(r.whole is True for r in mine)
    return [
        "### 실습마다: 교재 프롬프트로 한 번 실행한 답",
        f"실습 {len(mine)}개 가운데 {whole}개가 모든 점검을 통과했습니다. 고치지 않고 실행만 눌렀을 때의 결과입니다.",
        _table(("실습", "통과", "실패한 점검", "확인 불가", "초"), rows),
    ]


def _fails(states: Sequence[State]) -> str:
    return f"{states.count(State.FAIL)}/{len(states)}"


# --------------------------------------------------------------------------- remarks


def _remarks(pairs: Sequence[Pair], setting: Setting) -> str:
    lines = [
        *_module_remarks(pairs),
        *_kind_remarks(pairs),
        *_lost_remarks(pairs),
        *_cut_remarks(pairs),
        *_listed("견주지 않은 것", setting.left_out),
        *_listed("답을 받지 못한 것", setting.failed),
    ]
    return "\n".join(f"- {line}" for line in lines) or "- 없습니다."


def _module_remarks(pairs: Sequence[Pair]) -> Iterable[str]:
    for module in MODULES:
        own = [pair for pair in pairs if pair.course.module == module.id]
        found = compare(own)
        if own and not found.clear:
            better = (found.difference.value or 0) > 0
            verdict = "나았지만 우연일 수 있습니다" if better else "낫지 않습니다"
            yield f"「{module.title}」에서 교재 프롬프트는 한 줄 프롬프트보다 {verdict}(항목 {found.items}개, 차이 {_points(found.difference)})."


def _kind_remarks(pairs: Sequence[Pair]) -> Iterable[str]:
    """Name the three kinds of check the model fails most in spite of a good prompt."""
    kinds = {mark.kind for pair in pairs for mark in pair.course.marks}
    rates = []
    for kind in sorted(kinds & CHECKS.keys()):
        found = compare(pairs, lambda mark, kind=kind: mark.kind == kind)  # type: ignore[misc]
        value = found.rate[Asked.COURSE].value
        if value is not None and value < 1:
            rates.append((value, CHECKS[kind].label))
    for value, label in sorted(rates)[:3]:
        yield f"교재 프롬프트로 물어도 「{label}」 점검은 {1 - value:.0%}가 실패했습니다."


def _lost_remarks(pairs: Sequence[Pair]) -> Iterable[str]:
    lost = []
    for pair in pairs:
        difference = compare([pair]).difference.value
        if difference is not None and difference < 0:
            lost.append(
                (difference, f"{_named(pair.course.kind, pair.course.item)} {difference * 100:+.0f}%p")
            )
    if lost:
        told = ", ".join(dict.fromkeys(name for _, name in sorted(lost)))
        yield f"한 줄 프롬프트가 더 나았던 항목 {len(lost)}개: {told}"


def _cut_remarks(pairs: Sequence[Pair]) -> Iterable[str]:
    for asked in Asked:
        cut = sum(pair[asked].cut for pair in pairs)
        if cut:
            yield f"{asked.label}의 답 {cut}개는 정해진 길이에서 잘렸습니다. 잘린 답도 그대로 점검했습니다."


def _listed(title: str, items: Sequence[LeftOut]) -> Iterable[str]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in items:
        reasons[item.reason].append(f"`{item.item}`")
    for reason, names in reasons.items():
        yield f"{title}: {', '.join(dict.fromkeys(names))} — {reason}"


# --------------------------------------------------------------------------- words


def _named(kind: str, item: str) -> str:
    return f"{'템플릿' if kind == 'sample' else '실습'} `{item}`"


def _percent(rate: Interval) -> str:
    if rate.value is None:
        return "—"
    span = f" ({rate.low:.0%}~{rate.high:.0%})" if rate.low is not None and rate.high is not None else ""
    return f"{rate.value:.0%}{span}"


def _points(rate: Interval) -> str:
    if rate.value is None:
        return "—"
    span = (
        f" ({rate.low * 100:+.0f}~{rate.high * 100:+.0f})"
        if rate.low is not None and rate.high is not None
        else ""
    )
    return f"{rate.value * 100:+.0f}%p{span}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(0xFF5C)) for cell in line)} |" for line in lines)
