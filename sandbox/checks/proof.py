"""Whether an exercise's example answers do what they claim: what check-content and the editor hold them to.

A model answer must pass every check (확인 불가 is no pass); a wrong answer must fail exactly the checks
it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.records import ExampleAnswer, State, Verdict


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a verdict differs from what the answer claims."""

    check_id: str
    message: str
    remedy: str


def mismatches(answer: ExampleAnswer, verdicts: Sequence[Verdict]) -> Iterator[Mismatch]:
    """Yield where the verdicts differ from what the answer claims."""
    for verdict in verdicts:
        should_fail = verdict.check_id in answer.fails
        name = f"점검 ‘{verdict.check_id}’"
        first = verdict.evidence[0] if verdict.evidence else None
        line = first.line if first else 0
        why = f"{verdict.summary} {first.text if first else ''}".strip()
        if should_fail and verdict.state is not State.FAIL:
            message = f"{name}에서 실패해야 하는데 {verdict.state.value}입니다. {why}"
            yield Mismatch(verdict.check_id, message, "답안을 더 분명히 틀리게 하거나 fails에서 빼 주세요.")
        elif verdict.state is State.FAIL and not should_fail:
            message = f"{name}에서 실패했습니다. {why}"
            remedy = "답안이나 점검을 고치거나, 틀린 답안이면 fails에 더해 주세요."
            yield Mismatch(verdict.check_id, f"{message} (답안 {line}번째 줄)" if line else message, remedy)
        elif verdict.state is State.UNKNOWN and not answer.fails:
            message = f"{name}에서 확인할 수 없었습니다. {why}"
            yield Mismatch(verdict.check_id, message, "점검이 확인할 수 있게 답안이나 점검을 고쳐 주세요.")
