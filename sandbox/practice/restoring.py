"""A stored run as its owner sees it: the own values back in place, and the marks where they belong.

Hides that a value is longer or shorter than its placeholder, so that everything the checks point at
moves with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sandbox.guard import Placeholders
from sandbox.records import Evidence, Message, Run, Verdict

Moved = Mapping[tuple[int, int], tuple[int, int]]


def restored(run: Run, placeholders: Placeholders) -> Run:
    """Return the run with the person's values in the answer, the prompt, the title and the verdicts."""
    put_back = placeholders.restore
    spans = [(e.start, e.end) for v in run.verdicts for e in v.evidence]
    answer, moved = placeholders.restore_with(run.answer, spans)
    at = dict(zip(spans, moved, strict=True))
    return replace(
        run,
        answer=answer,
        title=put_back(run.title),
        messages=tuple(Message(m.role, put_back(m.text)) for m in run.messages),
        verdicts=tuple(_verdict(v, at, put_back) for v in run.verdicts),
    )


def _verdict(verdict: Verdict, at: Moved, put_back: Callable[[str], str]) -> Verdict:
    return replace(
        verdict,
        summary=put_back(verdict.summary),
        evidence=tuple(_evidence(e, at, put_back) for e in verdict.evidence),
        table=tuple(tuple(put_back(cell) for cell in row) for row in verdict.table),
    )


def _evidence(evidence: Evidence, at: Moved, put_back: Callable[[str], str]) -> Evidence:
    start, end = at[evidence.start, evidence.end]
    return replace(
        evidence,
        text=put_back(evidence.text),
        source_line=put_back(evidence.source_line),
        correction=put_back(evidence.correction),
        start=start,
        end=end,
    )
