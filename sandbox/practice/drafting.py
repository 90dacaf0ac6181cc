"""What is being typed, kept: by the page at every step and by the browser between steps.

Hides that both write into one draft at the same time, that what a browser sends may arrive late, twice
or after the draft was used up, and that masking a long text takes a second: only what has changed is
looked through, away from the locks, and for one person one thing at a time. What comes meanwhile waits
together, the newest text of each box alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from sandbox.practice.composing import Composing, drawn_with
from sandbox.practice.masks import Masks
from sandbox.practice.shapes import Typed
from sandbox.records import InputError, Person
from sandbox.store import Store

WORKERS = 2  # masking is all CPU: a whole room typing must leave some for the answers
LOCKS = 64
PAGES_REMEMBERED = 4_000
BOXES_REMEMBERED = 200
PAGES_WAITING = 8


@dataclass(slots=True)
class _Batch:
    """What waits of one person: the newest texts by (place, mark of the page)."""

    texts: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    done: Future[None] = field(default_factory=Future)


class Drafting:
    """One per Practice. Thread-safe."""

    def __init__(self, composing: Composing, store: Store, masks: Masks) -> None:
        self._composing, self._store, self._masks = composing, store, masks
        self._writing = tuple(threading.Lock() for _ in range(LOCKS))
        self._lock = threading.Lock()
        self._waiting: dict[str, _Batch | None] = {}  # of everybody whose texts are at work
        self._told: OrderedDict[tuple[str, str], dict[str, int] | None] = OrderedDict()  # None: used up
        self._pool = ThreadPoolExecutor(WORKERS, "draft")

    def read(self, person: Person, place: str) -> Mapping[str, str]:
        """Return what was being typed, the person's own values put back; empty when nothing was."""
        put_back = self._masks.of(person.id).restore
        return {k: put_back(str(v)) for k, v in (self._store.draft(person.id, place) or {}).items()}

    def save(self, person: Person, place: str, payload: Mapping[str, str]) -> None:
        """Keep the whole draft in place of the former one; personal data in it is masked before.

        Raises PromptTooLongError for what no prompt could hold: it would take seconds to look through.
        """
        self._composing.check_draft(payload)
        masked = self._masked(person, place, payload)
        with self._writer(person):
            self._store.save_draft(person.id, place, masked)

    def merge(self, person: Person, place: str, changed: Mapping[str, str], mark: str = "") -> None:
        """Keep these fields and leave the others as they are; nothing when the page's draft is used up."""
        self._composing.check_draft(changed)
        masked = self._masked(person, place, changed)
        with self._writer(person):
            if self._used_up(person, mark):
                return
            before = {k: str(v) for k, v in (self._store.draft(person.id, place) or {}).items()}
            merged = {**before, **masked}
            self._composing.check_draft(merged)
            if merged != before:
                self._store.save_draft(person.id, place, merged)

    def drop(self, person: Person, place: str, mark: str = "") -> None:
        """Forget the draft, and whatever the page with this mark still sends of it."""
        with self._lock:
            if mark:
                self._remember(person, mark, None)
        with self._writer(person):
            self._store.drop_draft(person.id, place)

    def take(self, person: Person, typed: Typed) -> Future[None]:
        """Have what a browser reports kept soon; the future ends when it is, or with why it is not.

        Raises PromptTooLongError, and InputError when too many pages of one person wait.
        """
        self._composing.check_draft(typed.values)
        with self._lock:
            fresh = self._fresh(person, typed)
            if not fresh:
                return _nothing_to_do()
            at_work = person.id in self._waiting
            batch = self._waiting.get(person.id) or _Batch()
            if (typed.place, typed.mark) not in batch.texts and len(batch.texts) >= PAGES_WAITING:
                raise InputError("쓰시는 글이 한꺼번에 너무 많습니다.", remedy="잠시 뒤 다시 시도합니다.")
            batch.texts.setdefault((typed.place, typed.mark), {}).update(fresh)
            self._waiting[person.id] = batch
            if not at_work:
                self._pool.submit(self._work, person)
            return batch.done

    def close(self) -> None:
        """Finish what is at work."""
        self._pool.shutdown()

    # -- inside

    def _work(self, person: Person) -> None:
        """Keep what waits of one person until nothing does. On a thread of the pool."""
        while True:
            with self._lock:
                batch = self._waiting[person.id]
                if batch is None:
                    del self._waiting[person.id]
                    return
                self._waiting[person.id] = None
            try:
                for (place, mark), values in batch.texts.items():
                    self.merge(person, place, values, mark)
            except Exception as error:
                batch.done.set_exception(error)  # told to whoever sent it
            else:
                batch.done.set_result(None)

    def _masked(self, person: Person, place: str, values: Mapping[str, str]) -> dict[str, str]:
        """Return the values as they may be stored; one that stands there already is not looked through again."""
        stored = {k: str(v) for k, v in (self._store.draft(person.id, place) or {}).items()}
        known = self._composing.known(place, drawn_with({**stored, **values}))
        put_back = self._masks.of(person.id).restore
        return {
            k: stored[k]
            if k in stored and put_back(stored[k]) == v
            else self._masks.masked(v, person.id, known)
            for k, v in values.items()
        }

    def _fresh(self, person: Person, typed: Typed) -> dict[str, str]:
        """Return the texts that are not older than what the same page has told already."""
        if not typed.mark:
            return dict(typed.values)
        told = self._told.get((person.id, typed.mark), {})
        if told is None:
            return {}
        numbers = {name: typed.numbers.get(name, 0) for name in typed.values}
        fresh = {name: text for name, text in typed.values.items() if numbers[name] >= told.get(name, 0)}
        if len(told) < BOXES_REMEMBERED:
            self._remember(person, typed.mark, told | {name: numbers[name] for name in fresh})
        return fresh

    def _remember(self, person: Person, mark: str, told: dict[str, int] | None) -> None:
        key = (person.id, mark)
        self._told[key] = told
        self._told.move_to_end(key)
        while len(self._told) > PAGES_REMEMBERED:
            self._told.popitem(last=False)

    def _used_up(self, person: Person, mark: str) -> bool:
        with self._lock:
            return bool(mark) and self._told.get((person.id, mark), {}) is None

    def _writer(self, person: Person) -> threading.Lock:
        return self._writing[hash(person.id) % LOCKS]


def _nothing_to_do() -> Future[None]:
    done: Future[None] = Future()
    done.set_result(None)
    return done
