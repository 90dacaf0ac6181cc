"""The gate: nothing is sent that has not passed here, and only here a ``Cleared`` is made.

Hides the order of things: find, ask the choices, mask, then look again at what would really be sent
and prove that nothing to be blocked or masked is left. KEEP for a model outside the building
counts only for kinds that may be public (telephone of an office, mail, business number): a mobile,
an account, a plate or a password is masked or it is not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sandbox.guard.finding import find, look, normal_value
from sandbox.guard.kinds import KINDS
from sandbox.guard.placeholders import Placeholders, to_be_masked
from sandbox.records import Action, Choice, Cleared, Finding, GuardRefusedError, Location, Message

_ROUNDS = 4  # masking one value can bring a label close to another number; two rounds are usual


def clear(
    messages: Sequence[Message],
    *,
    placeholders: Placeholders,
    choices: Mapping[str, Choice],
    location: Location,
    known: Sequence[str] = (),
    key: bytes = b"",
) -> Cleared:
    """Return the messages as they may be sent, or raise GuardRefusedError with what stands in the way.

    ``choices`` go by fingerprint, made with the same ``key``. ``rule_counts`` counts findings by
    kind over all messages, whatever was decided about them, without the allowed ones.
    """
    for message in messages:
        placeholders.reserve(message.text)
    gate = _Gate(placeholders, choices, location, tuple(known), key, _values(messages, choices, known, key))
    wheres = [f"{message.role.value}:{at}" for at, message in enumerate(messages, 1)]
    found = [gate.look(message.text, where) for message, where in zip(messages, wheres, strict=True)]
    gate.refuse([f for each in found for f in each])
    texts = [gate.pass_(message.text, where) for message, where in zip(messages, wheres, strict=True)]
    sent = tuple(replace(message, text=text) for message, text in zip(messages, texts, strict=True))
    counts = Counter(f.kind for each in found for f in each if f.action is not Action.ALLOW)
    return Cleared(sent, MappingProxyType(dict(counts)), inside_only=location is Location.INSIDE)


def may_keep(finding: Finding, location: Location) -> bool:
    """Tell whether the person may leave this finding as it is for a model in this place."""
    if finding.action is Action.BLOCK:
        return False
    return (
        finding.action is not Action.MASK or location is Location.INSIDE or KINDS[finding.kind].may_be_public
    )


def nothing_kept(
    texts: Iterable[str], choices: Mapping[str, Choice], *, known: Sequence[str] = (), key: bytes = b""
) -> dict[str, Choice]:
    """Return the choices of somebody who may keep nothing: what is only warned of is masked as well.

    What the person chose to mask stays masked. A blocked kind still needs their choice, or it is refused.
    """
    warned = {
        f.fingerprint for text in texts for f in find(text, known=known, key=key) if f.action is Action.WARN
    }
    masked = {fingerprint for fingerprint, choice in choices.items() if choice is Choice.MASK}
    return dict.fromkeys(warned | masked, Choice.MASK)


def redact(text: str) -> str:
    """Return the text with everything found covered for good, for logs and crash reports."""
    for _ in range(_ROUNDS):
        findings = find(text)
        if not findings:
            break
        pieces: list[str] = []
        done = 0
        for finding in findings:
            pieces += (text[done : finding.start], f"〈{KINDS[finding.kind].placeholder} 가림〉")
            done = finding.end
        text = "".join([*pieces, text[done:]])
    return text


def _values(
    messages: Sequence[Message], choices: Mapping[str, Choice], known: Sequence[str], key: bytes
) -> dict[str, str]:
    """Return every value to be masked anywhere (normal value → kind), so that it is masked everywhere."""
    return {
        normal_value(f.kind, message.text[f.start : f.end]): f.kind
        for message in messages
        for f in find(message.text, known=known, key=key)
        if to_be_masked(f, choices)
    }


@dataclass(frozen=True, slots=True, repr=False)
class _Gate:
    """What stays the same for all messages of one ``clear``."""

    placeholders: Placeholders
    choices: Mapping[str, Choice]
    location: Location
    known: tuple[str, ...]
    key: bytes
    seen: Mapping[str, str]

    def look(self, text: str, where: str) -> tuple[Finding, ...]:
        return look(text, where=where, known=self.known, key=self.key, seen=self.seen)

    def pass_(self, text: str, where: str) -> str:
        """Mask, then look at what would be sent until nothing to be masked is left in it."""
        for _ in range(_ROUNDS):
            findings = self.look(text, where)
            self.refuse(findings)
            if not any(to_be_masked(f, self.choices) for f in findings):
                return text
            text = self.placeholders.mask(text, findings, self.choices)
        raise GuardRefusedError(
            "글에 숫자가 뒤섞여 있어 개인정보를 모두 가렸는지 확인할 수 없습니다.",
            remedy="전화번호나 계좌번호 같은 숫자를 직접 지운 뒤 다시 실행해 주세요.",
        )

    def refuse(self, findings: Sequence[Finding]) -> None:
        """Raise when a finding may neither be sent nor is masked."""
        blocked = tuple(f for f in findings if f.action is Action.BLOCK and not to_be_masked(f, self.choices))
        if blocked:
            raise GuardRefusedError(
                f"보낼 수 없는 개인정보가 {len(blocked)}곳 있습니다: {_labels(blocked)}.",
                findings=blocked,
                remedy="해당 부분을 지우거나 [가리기]를 누른 뒤 다시 실행해 주세요.",
            )
        kept = tuple(
            f
            for f in findings
            if self.choices.get(f.fingerprint) is Choice.KEEP and not may_keep(f, self.location)
        )
        if kept:
            raise GuardRefusedError(
                f"외부 모델에는 그대로 보낼 수 없는 정보가 {len(kept)}곳 있습니다: {_labels(kept)}.",
                findings=kept,
                remedy="[가리기]를 누르거나, 내부 모델을 골라 다시 실행해 주세요.",
            )


def _labels(findings: Sequence[Finding]) -> str:
    return ", ".join(dict.fromkeys(f.label for f in findings))
