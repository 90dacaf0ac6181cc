"""What goes into the use cases and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.records import (
    EMPTY,
    Action,
    Choice,
    Finding,
    Prompt,
    PromptTooLongError,
    RunState,
    State,
    TokenCount,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Work:
    """What is on the screen when somebody presses 실행.

    ``text`` is the exact prompt after the person's own edits; ``uploads`` maps the names of
    files they added to the text read out of them. The versions are those it was begun with, None for
    whatever is before the class now. ``trial`` is a template that is not in the library (yet).
    """

    text: str
    exercise_id: str = ""
    prompt_id: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    uploads: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    thread_id: str = ""
    parent_id: str = ""
    temperature: float | None = None
    exercise_version: int | None = None
    prompt_version: int | None = None
    trial: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What a browser reports of a page's boxes while they are typed in.

    ``mark`` names the page as it was begun; ``numbers`` grow with every change of a box on that page, so
    that an older text never takes the place of a newer one, however late it arrives.
    """

    place: str
    values: Mapping[str, str]
    mark: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent, before it is: size, personal data, what stands in the way.

    Not ``looked``: no findings then does not mean that there is nothing to be found.
    """

    text: str
    count: TokenCount
    room_tokens: int
    findings: tuple[Finding, ...]
    too_long: PromptTooLongError | None
    looked: bool = True

    @property
    def share(self) -> float:
        """How much of what the model can read at once this prompt takes, 0 to 1 and above."""
        return self.count.tokens / self.room_tokens if self.room_tokens else 1.0

    def blocked(self, choices: Mapping[str, Choice]) -> tuple[Finding, ...]:
        """Return the findings that keep the prompt from being sent as it stands."""
        return tuple(
            f
            for f in self.findings
            if f.action is Action.BLOCK and choices.get(f.fingerprint) is not Choice.MASK
        )


@dataclass(frozen=True, slots=True)
class LivePart:
    """What is new in a live answer. ``position`` is where the browser may take up again.

    ``resting``: the endpoint does not answer and is asked again; ``fallback_name`` answers in its place.
    """

    text: str
    position: int
    state: RunState
    ahead: int = 0
    wait_seconds: float = 0.0
    message: str = ""
    remedy: str = ""
    ended: bool = False
    resting: bool = False
    fallback_name: str = ""


def score(verdicts: tuple[Verdict, ...]) -> tuple[int, int, int]:
    """Return how many checks passed, failed and could not know; a model's opinion does not count."""
    states = [v.state for v in verdicts if not v.by_model]
    return states.count(State.PASS), states.count(State.FAIL), states.count(State.UNKNOWN)
