"""Escaped HTML for what Markdown must not touch: answers, verdicts, personal-data findings.

Everything a person or a model wrote is escaped here; no link, image or script survives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sandbox.documents import outline
from sandbox.records import Evidence, Finding, State, Verdict

CLASS = {State.PASS: "pass", State.FAIL: "fail", State.UNKNOWN: "unknown"}
MARK = {State.PASS: "ok", State.FAIL: "fail", State.UNKNOWN: "unknown"}
ICON = {State.PASS: "✔", State.FAIL: "✘", State.UNKNOWN: "?"}


def answer(text: str) -> str:
    """Draw an answer as headings, items and tables."""
    return f'<div class="room-answer">{outline.to_html(outline.from_answer(text))}</div>'


def marked_answer(text: str, verdicts: Sequence[Verdict]) -> str:
    """Draw an answer as it came, with what the checks point at highlighted."""
    order = {State.FAIL: 0, State.UNKNOWN: 1, State.PASS: 2}
    spans = [
        (order[v.state], e.start, e.end, MARK[v.state], _tip(v, e))
        for v in verdicts
        for e in v.evidence
        if 0 <= e.start < e.end <= len(text)
    ]
    return f'<div class="room-answer room-raw">{_marks(text, spans)}</div>'


def findings(text: str, found: Sequence[Finding], context_chars: int = 30) -> str:
    """Draw each finding with a little of the text around it."""
    rows = []
    for f in found:
        before = text[max(0, f.start - context_chars) : f.start]
        after = text[f.end : f.end + context_chars]
        rows.append(
            f'<div class="room-raw">…{escape(before)}<mark class="{f.action.value}">'
            f"{escape(text[f.start : f.end])}</mark>{escape(after)}…</div>"
        )
    return "".join(rows)


def verdict_list(verdicts: Iterable[Verdict]) -> str:
    """Draw verdicts: failures open, the rest folded."""
    return "".join(_verdict(v) for v in verdicts)


def plain(text: str) -> str:
    return escape(text)


def steps(lines: Sequence[str]) -> str:
    rows = "".join(f'<div role="listitem">{escape(s)}</div>' for s in lines)
    return f'<div class="steps" role="list">{rows}</div>'


def _verdict(verdict: Verdict) -> str:
    css = CLASS[verdict.state]
    judge = ' <span class="room-muted">(AI 심사 의견)</span>' if verdict.by_model else ""
    head = (
        f'<span class="state">{ICON[verdict.state]} {verdict.state.value}</span> '
        f"<b>{escape(verdict.title)}</b>{judge}"
    )
    items = "".join(_evidence(e) for e in verdict.evidence)
    body = f"<div>{escape(verdict.summary)}</div>" + (f"<ul>{items}</ul>" if items else "")
    body += _table(verdict.table)
    is_open = " open" if verdict.state is State.FAIL else ""
    return (
        f'<div class="verdict {css}"><details{is_open}><summary class="head">{head}</summary>'
        f"{body}</details></div>"
    )


def _evidence(evidence: Evidence) -> str:
    line = f"{evidence.line}번째 줄: " if evidence.line else ""
    parts = [escape(line + evidence.text)]
    if evidence.source_line:
        parts.append(f'<span class="source">자료 ▸ {escape(evidence.source_line)}</span>')
    if evidence.correction:
        parts.append(f'<span class="fix">➜ 이렇게 고쳐 보세요: {escape(evidence.correction)}</span>')
    return f"<li>{''.join(parts)}</li>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(c)}</th>" for c in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _tip(verdict: Verdict, evidence: Evidence) -> str:
    return " / ".join(filter(None, (verdict.title, evidence.text, evidence.source_line)))


def _marks(text: str, spans: Sequence[tuple[int, int, int, str, str]]) -> str:
    """Wrap spans in marks; where they overlap the graver one wins, the rest is left out."""
    taken: list[tuple[int, int, str, str]] = []
    for _, start, end, css, tip in sorted(spans):
        if all(end <= s or start >= e for s, e, _, _ in taken):
            taken.append((start, end, css, tip))
    out, at = [], 0
    for start, end, css, tip in sorted(taken):
        out.append(escape(text[at:start]))
        out.append(f'<mark class="{css}" title="{escape(tip)}">{escape(text[start:end])}</mark>')
        at = end
    out.append(escape(text[at:]))
    return "".join(out)
