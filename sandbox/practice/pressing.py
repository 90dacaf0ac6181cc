"""What a press of 실행 sends: what the page last drew, with the text that stands in its box now.

Hides that a press does not pass through the page's script: the page lays its work ready under a
ticket whenever it is drawn, and a press names the ticket. Exercise, endpoint, decisions about
personal data and the agreement to go outside come from what was laid, never from the browser; from
the browser come only the texts of the boxes, and they pass the guard like any others.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sandbox.practice import consent
from sandbox.practice.desk import Practice
from sandbox.practice.shapes import Work
from sandbox.records import (
    Action,
    Choice,
    Endpoint,
    GuardRefusedError,
    InputError,
    NotAllowedError,
    NotFoundError,
    Person,
)

LAID_AT_ONCE = 3_000
KNOWN_SECONDS = 5.0
KNOWN_AT_ONCE = 1_000


@dataclass(slots=True)
class Laid:
    """What one page would send. ``shown`` are the fingerprints of the findings the person has seen."""

    person_id: str
    work: Work
    choices: Mapping[str, Choice]
    endpoint: Endpoint
    agreed: bool
    shown: frozenset[str]
    pressed: str = ""
    run_id: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Pressing:
    """One per server process, in memory only. Thread-safe; the oldest tickets are forgotten."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._laid: OrderedDict[str, Laid] = OrderedDict()
        self._lock = threading.Lock()

    def lay(
        self,
        ticket: str,
        person: Person,
        work: Work,
        choices: Mapping[str, Choice],
        endpoint: Endpoint,
        *,
        agreed: bool,
        shown: frozenset[str],
    ) -> None:
        """Lay ready what a press with this ticket sends; the page does so whenever it is drawn."""
        with self._lock:
            before = self._laid.pop(ticket, None)
            laid = Laid(person.id, work, dict(choices), endpoint, agreed, shown)
            if before is not None and before.person_id == person.id:
                laid.pressed, laid.run_id, laid.lock = before.pressed, before.run_id, before.lock
            self._laid[ticket] = laid
            while len(self._laid) > LAID_AT_ONCE:
                self._laid.popitem(last=False)

    def press(self, person: Person, ticket: str, press: str, text: str, values: Mapping[str, str]) -> str:
        """Send the laid work with the texts of the boxes; return the run's id.

        The same ``press`` twice (an answer lost on the way) is one run. Raises NotFoundError for a
        ticket that the page must lay anew, NotAllowedError for another person's, and what
        ``Practice.run`` raises; nothing is sent when it raises.
        """
        with self._lock:
            laid = self._laid.get(ticket)
        if laid is None:
            raise NotFoundError(
                "실행할 내용을 찾지 못했습니다.", remedy="F5를 눌러 새로 고친 뒤 다시 눌러 주세요."
            )
        if laid.person_id != person.id:
            raise NotAllowedError(
                "다른 분이 열어 둔 화면입니다.", remedy="F5를 눌러 새로 고친 뒤 다시 실행해 주세요."
            )
        with laid.lock:  # a double click waits here for the first one
            current = self._laid.get(ticket, laid)
            if press and press == current.pressed:
                return current.run_id
            run_id = self._send(person, current, text, values)
            current.pressed, current.run_id = press, run_id
            return run_id

    def _send(self, person: Person, laid: Laid, text: str, values: Mapping[str, str]) -> str:
        consent.require(laid.endpoint, agreed=laid.agreed)
        if self._practice.busy_run(person):
            raise InputError("지금 답변을 받고 있습니다.", remedy="끝나거나 멈추면 다시 실행할 수 있습니다.")
        known = laid.work.values
        typed = {name: value for name, value in values.items() if name in known}
        work = replace(laid.work, text=text, values={**known, **typed})
        if text != laid.work.text:
            self._refuse_unseen(person, work, laid)
        return self._practice.run(person, work, laid.choices, laid.endpoint)

    def _refuse_unseen(self, person: Person, work: Work, laid: Laid) -> None:
        """Let nothing out as it stands that looks like personal data and was typed after the page's last look."""
        preview = self._practice.preview(person, work, laid.endpoint)
        unseen = tuple(
            f
            for f in preview.findings
            if f.action is Action.WARN
            and f.fingerprint not in laid.shown
            and f.fingerprint not in laid.choices
        )
        if unseen:
            raise GuardRefusedError(
                "방금 적으신 글에 개인정보로 보이는 내용이 있어 아직 보내지 않았습니다.",
                findings=unseen,
                remedy="위의 표시를 확인하고 다시 실행을 눌러 주세요.",
            )


class JustPressed:
    """Who has just pressed: the stream of their answer opens a moment later, and needs to ask nobody.

    A lookup of the cookie, with its change of thread, is a third of what opening a stream costs, and forty
    streams open in the instant in which forty prompts are to go out. Each run is told once, soon after, and
    only to the cookie that pressed. For one event loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, str, Person]] = OrderedDict()

    def note(self, run_id: str, token: str, who: Person) -> None:
        self._known[run_id] = self._clock(), token, who
        while len(self._known) > KNOWN_AT_ONCE:
            self._known.popitem(last=False)

    def take(self, run_id: str, token: str) -> Person | None:
        """Return who pressed, None when the database must be asked; a second opening asks it in any case."""
        at, pressed_with, who = self._known.pop(run_id, (0.0, "", None))
        fresh = who is not None and self._clock() - at <= KNOWN_SECONDS
        return who if fresh and secrets.compare_digest(pressed_with.encode(), token.encode()) else None
