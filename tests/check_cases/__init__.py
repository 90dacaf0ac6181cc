"""Tables of true and false cases for each kind of check.

A case says what a careful reader would say of an answer. ``missed`` marks the ones the check gets wrong
today: they stay in the table, count against precision and recall in docs/checks.md, and a test fails when
one is caught at last, so that the mark is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PASS, FAIL, UNKNOWN = "통과", "실패", "확인 불가"


@dataclass(frozen=True)
class Case:
    name: str
    expected: str
    answer: str
    params: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    prompt: str = ""
    missed: bool = False
    says: str = ""
    """A piece that must stand in the evidence or the summary."""


def good(name: str, answer: str, **more: Any) -> Case:
    return Case(name, PASS, answer, **more)


def bad(name: str, answer: str, **more: Any) -> Case:
    return Case(name, FAIL, answer, **more)


def open_(name: str, answer: str, **more: Any) -> Case:
    return Case(name, UNKNOWN, answer, **more)
