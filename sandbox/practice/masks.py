"""Each person's placeholders, in this process's memory only, and the key of this process's fingerprints."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sandbox import guard
from sandbox.records import EMPTY, Action, Choice, Finding

MAX_PEOPLE = 2_000


class Masks:
    """Who typed which value is known here and nowhere else. Thread-safe; the oldest people are forgotten."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key or secrets.token_bytes(32)
        self._people: OrderedDict[str, guard.Placeholders] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, person_id: str) -> guard.Placeholders:
        """Return one person's placeholders."""
        with self._lock:
            found = self._people.get(person_id)
            if found is None:
                found = self._people[person_id] = guard.Placeholders()
                if len(self._people) > MAX_PEOPLE:
                    self._people.popitem(last=False)
            self._people.move_to_end(person_id)
            return found

    def find(self, text: str, where: str = "", known: Sequence[str] = ()) -> tuple[Finding, ...]:
        """Find personal data with this process's fingerprints."""
        return guard.find(text, where=where, known=known, key=self.key)

    def masked(
        self, text: str, person_id: str, known: Sequence[str], choices: Mapping[str, Choice] = EMPTY
    ) -> str:
        """Return the text as it may be stored: what may never be kept is masked whatever was chosen."""
        findings = self.find(text, known=known)
        forced = {f.fingerprint: Choice.MASK for f in findings if f.action is Action.BLOCK}
        return self.of(person_id).mask(text, findings, {**choices, **forced})
