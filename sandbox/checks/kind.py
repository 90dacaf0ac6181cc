"""What every kind of check is made of: its parameters, its result, its place in the registry.

Hides how a kind's parameters are validated, so that content files get one wording for one mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.records import CheckContext, Evidence, State


class Params(BaseModel):
    """Parameters of a kind. Unknown names are mistakes; YAML's bare numbers are read as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a kind found, before it is tied to the spec that asked."""

    state: State
    summary: str
    evidence: tuple[Evidence, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One kind: its Korean label, its parameters, and the function that judges.

    ``needs_answer`` is false for kinds that look at the prompt alone.
    """

    label: str
    params: type[Params]
    run: Callable[[Any, CheckContext], Outcome]
    needs_answer: bool = True


def passed(summary: str, evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(State.PASS, summary, evidence)


def failed(summary: str, evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(State.FAIL, summary, evidence)


def unknown(summary: str, evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(State.UNKNOWN, summary, evidence)
