"""The use cases themselves: preview, run, follow, stop, check, and find the work again.

Hides the order in which library, guard, turns, store and checks are used, and who may see
what. Personal data lives here only in ``Placeholders`` (memory): whatever goes to the store,
to the endpoint or to a log has been masked before.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sandbox import guard, tokens
from sandbox.class_records import Terms
from sandbox.library import Library
from sandbox.practice import consent, fallbacks
from sandbox.practice.composing import Composing
from sandbox.practice.drafting import Drafting
from sandbox.practice.following import Pulse, follow, stored_part
from sandbox.practice.keeping import Keeping, checked
from sandbox.practice.masks import Masks
from sandbox.practice.opinions import Opinions
from sandbox.practice.restoring import restored
from sandbox.practice.self_check import self_checked
from sandbox.practice.shapes import LivePart, Preview, Work
from sandbox.records import (
    Action,
    Choice,
    Cleared,
    Endpoint,
    EndpointBusyError,
    Exercise,
    Finding,
    InputError,
    Message,
    NotAllowedError,
    Person,
    Progress,
    PromptTooLongError,
    Run,
    RunState,
    RunSummary,
    Sampling,
    TokenCount,
    Verdict,
)
from sandbox.store import Store
from sandbox.turns import Order, Turns

TermsFor = Callable[[Person, Endpoint, TokenCount], Terms]


def no_terms(_person: Person, _endpoint: Endpoint, _count: TokenCount) -> Terms:
    """Nobody's class and no limits: what holds where the room has no lecturer."""
    return Terms()


StandIn = Callable[[Person, Endpoint, str, str], Endpoint]


def no_stand_in(_person: Person, endpoint: Endpoint, _exercise_id: str, _prompt: str) -> Endpoint:
    """The endpoint that was asked answers itself."""
    return endpoint


class Practice:
    """One per server process; safe to call from any thread."""

    def __init__(
        self,
        library_: Library,
        store: Store,
        make_turns: Callable[..., Turns],
        *,
        guard_key: bytes | None = None,
        terms: TermsFor = no_terms,
        on_ended: Callable[[Run], None] = lambda _run: None,
        stand_in: StandIn = no_stand_in,
    ) -> None:
        """``terms`` may refuse a run (a paused class, a spent budget) with a SandboxError, before anything is
        kept; ``on_ended`` is told of every ended run, a judge's too, off the event loop. ``stand_in`` says by exercise and
        prompt who answers instead of the endpoint asked, such as a recording.
        """
        self.library = library_
        self.composing = Composing(library_, store)
        self._store = store
        self._terms, self._stand_in = terms, stand_in
        self._masks = Masks(guard_key)
        self.drafting = Drafting(self.composing, store, self._masks)
        self._pulse = Pulse()
        self.opinions = Opinions(library_, self.composing, store, self._masks, lambda: self._turns, terms)
        self._keeping = Keeping(library_, store, self.opinions, lambda: self._turns, on_ended)
        self._turns = make_turns(on_progress=self._keeping.partial, on_end=self._keeping.end)

    # ------------------------------------------------------------------ before sending

    def preview(self, person: Person, work: Work, endpoint: Endpoint) -> Preview:
        """Count tokens and look for personal data in what would be sent. Costs no model call."""
        sampling = self.composing.sampling(work, endpoint)
        room_tokens = max(1, endpoint.context_tokens - sampling.max_answer_tokens)
        try:
            messages = self.composing.messages(person, work)
        except PromptTooLongError as error:
            # Looking through a megabyte takes seconds, and it will not be sent anyway.
            count = TokenCount(error.tokens, estimated=True)
            return Preview(work.text, count, room_tokens, (), error, looked=False)
        too_long = None
        try:
            count = tokens.check_fits(messages, endpoint, sampling)
        except PromptTooLongError as error:
            too_long, count = error, TokenCount(error.tokens, estimated=True)
        return Preview(
            text=work.text,
            count=count,
            room_tokens=room_tokens,
            findings=guard.find(
                work.text,
                where="프롬프트",
                known=self.composing.known(work.exercise_id, work.exercise_version),
                key=self._masks.key,
            ),
            too_long=too_long,
        )

    def look(self, text: str, where: str, exercise_id: str = "") -> tuple[Finding, ...]:
        """Find personal data in an upload."""
        return self._masks.find(text, where, self.composing.known(exercise_id))

    def may_keep(self, finding: Finding, endpoint: Endpoint) -> bool:
        """Say whether the person may decide to send this finding as it stands."""
        return guard.may_keep(finding, endpoint.reach)

    # ------------------------------------------------------------------ sending

    def run(self, person: Person, work: Work, choices: Mapping[str, Choice], endpoint: Endpoint) -> str:
        """Clear, store and queue a prompt; return the run's id.

        Raises InputError (empty), PromptTooLongError, GuardRefusedError, EndpointBusyError.
        Nothing is sent when it raises.
        """
        if not work.text.strip():
            raise InputError(
                "보낼 프롬프트가 비어 있습니다.", remedy="프롬프트를 적은 뒤 실행을 눌러 주세요."
            )
        endpoint = self._stand_in(person, endpoint, work.exercise_id, work.text)
        messages = self.composing.messages(person, work)
        sampling = self.composing.sampling(work, endpoint)
        count = tokens.check_fits(messages, endpoint, sampling)
        terms = self._terms(person, endpoint, count)
        known = self.composing.known(work.exercise_id, work.exercise_version)
        own = self.composing.own_values(work) | dict(work.uploads)
        if terms.strict_guard:
            texts = (*(m.text for m in messages), *own.values())
            choices = guard.nothing_kept(texts, choices, known=known, key=self._masks.key)
        cleared = self._cleared(person, messages, choices, endpoint, known)
        sources = {name: self._masks.masked(text, person.id, known, choices) for name, text in own.items()}
        run = self._new_run(person, work, endpoint, cleared, sources)
        self._store.add_run(run, newest=True)
        if cleared.rule_counts:
            self._store.count_rules(endpoint.id, cleared.rule_counts)
        # A template on trial is the lecturer's own work, with forty waiting for it.
        self._submit(run, endpoint, cleared, sampling, first=work.trial is not None)
        return run.id

    def retry(self, person: Person, run_id: str, endpoint: Endpoint, *, agreed: bool = False) -> str:
        """Send the same (already masked) messages once more, as a new run beside the old one.

        ``agreed``: that only public material goes outside, which the first sending need not have been.
        """
        old = self._store.run(run_id, person.id)
        endpoint = self._stand_in(person, endpoint, old.exercise_id, old.messages[-1].text)
        consent.require(endpoint, agreed=agreed)
        sampling = self.composing.sampling(
            Work(old.messages[-1].text, prompt_id=old.prompt_id, prompt_version=old.prompt_version), endpoint
        )
        terms = self._terms(person, endpoint, tokens.check_fits(old.messages, endpoint, sampling))
        known = self.composing.known(old.exercise_id, old.exercise_version)
        # What stands in a stored run was masked or expressly kept when it was first sent.
        choices = {
            f.fingerprint: Choice.KEEP
            for m in old.messages
            for f in self._masks.find(m.text)
            if f.action is not Action.BLOCK
        }
        sources = dict(old.sources)
        if terms.strict_guard:  # the class may have become stricter since
            texts = [*(m.text for m in old.messages), *sources.values()]
            choices = guard.nothing_kept(texts, choices, known=known, key=self._masks.key)
            sources = {n: self._masks.masked(text, person.id, known, choices) for n, text in sources.items()}
        cleared = self._cleared(person, old.messages, choices, endpoint, known)
        run = replace(
            old,
            id=_new_id(),
            endpoint_id=endpoint.id,
            endpoint_name=endpoint.name,
            model=endpoint.model,
            messages=cleared.messages,
            sources=sources,
            answer="",
            state=RunState.WAITING,
            created_at=datetime.now(UTC),
            error_code="",
            error_message="",
            finish_reason="",
            usage=None,
            first_text_at=None,
            ended_at=None,
            favourite=False,
            verdicts=(),
        )
        self._store.add_run(run, newest=True)
        self._submit(run, endpoint, cleared, sampling)
        return run.id

    def stop(self, person: Person, run_id: str) -> None:
        """Stop a run of one's own; what has come so far stays."""
        self._store.run(run_id, person.id)
        self._turns.stop(run_id)

    def busy_run(self, person: Person) -> str:
        """Return the id of the person's run that is waiting or streaming now, or ''."""
        return self._turns.running(person.id)

    # ------------------------------------------------------------------ while it streams

    async def follow(self, person: Person, run_id: str, start: int = 0) -> AsyncIterator[LivePart]:
        """Yield what is new in one's own live answer from ``start`` on, until it has ended.

        A run that is no longer live is told from the store at once.
        """
        live, placeholders = self._turns.get(run_id), self._masks.of(person.id)
        if live is None:
            run = await asyncio.to_thread(self._keeping.told, run_id, person.id)
            yield stored_part(run, start, placeholders)
            return
        if live.order.person_id != person.id:
            raise NotAllowedError("다른 분의 실행 기록이라 볼 수 없습니다.")
        async for part in follow(live, placeholders, start, self._pulse):
            yield part

    # ------------------------------------------------------------------ afterwards

    def result(self, person: Person, run_id: str) -> Run:
        """Return a run of one's own with the person's own values put back."""
        return restored(self._store.run(run_id, person.id), self._masks.of(person.id))

    def tries(self, person: Person, exercise_id: str) -> tuple[Run, ...]:
        """Return the tries of an exercise, oldest first."""
        own = self._masks.of(person.id)
        return tuple(restored(r, own) for r in self._store.tries(person.id, exercise_id))

    def thread(self, person: Person, thread_id: str) -> tuple[Run, ...]:
        """Return the turns of a conversation, oldest first."""
        own = self._masks.of(person.id)
        return tuple(restored(r, own) for r in self._store.thread(person.id, thread_id))

    def check(self, exercise: Exercise, run: Run) -> tuple[Verdict, ...]:
        """Run the exercise's checks on an answer."""
        return checked(exercise, run)

    def judge(
        self, person: Person, run_id: str, endpoint: Endpoint, *, agreed: bool = False
    ) -> tuple[Verdict, ...]:
        """Ask the endpoint's model what it thinks of an answer; wait for it. See ``opinions.ask``."""
        return self.opinions.judge(person, run_id, endpoint, agreed=agreed)

    def self_check(self, exercise: Exercise, text: str) -> tuple[Verdict, ...]:
        """Check a prompt before it is sent, for every exercise: which parts of a good prompt it lacks."""
        template = self.library.prompt(exercise.prompt_id) if exercise.prompt_id else None
        return self_checked(exercise, template, text)

    def progress(self, person: Person) -> Mapping[str, Progress]:
        """Return how far the person is in each exercise they have begun."""
        return self._store.progress(person.id)

    def open_hint(self, person: Person, exercise_id: str, count: int) -> None:
        self._store.open_hint(person.id, exercise_id, count)

    def open_model_answer(self, person: Person, exercise_id: str) -> None:
        self._store.open_model_answer(person.id, exercise_id)

    def save_draft(self, person: Person, place: str, payload: Mapping[str, str]) -> None:
        """Keep what is being typed. See ``drafting.save``, and ``drafting.merge`` for a part of it."""
        self.drafting.save(person, place, payload)

    def draft(self, person: Person, place: str) -> Mapping[str, str]:
        """Return what was being typed, the person's own values put back; empty when nothing was."""
        return self.drafting.read(person, place)

    def drop_draft(self, person: Person, place: str) -> None:
        self.drafting.drop(person, place)

    def history(
        self, person: Person, *, search: str = "", favourites: bool = False, limit: int = 50
    ) -> tuple[tuple[RunSummary, ...], int]:
        """List one's own runs, newest first, and how many there are in all."""
        found = self._store.runs(person.id, search=search, favourites=favourites, limit=limit)
        total = self._store.runs_total(person.id, search=search, favourites=favourites)
        put_back = self._masks.of(person.id).restore
        return tuple(
            replace(r, title=put_back(r.title), answer_start=put_back(r.answer_start)) for r in found
        ), total

    def set_favourite(self, person: Person, run_id: str, favourite: bool) -> None:
        self._store.set_favourite(run_id, person.id, favourite)

    def delete(self, person: Person, run_id: str) -> None:
        """Put a run away; ``bring_back`` undoes it."""
        self._store.delete_run(run_id, person.id)

    def bring_back(self, person: Person, run_id: str) -> None:
        self._store.restore_run(run_id, person.id)

    def start(self, journal: Path | None = None) -> int:
        """Mark what a killed server left open as 중단됨, with all it had shown; return how many that were."""
        return self._keeping.take_over(journal)

    def close(self) -> None:
        self.drafting.close()
        self._turns.close()

    # ------------------------------------------------------------------ inside

    def _cleared(
        self,
        person: Person,
        messages: Sequence[Message],
        choices: Mapping[str, Choice],
        endpoint: Endpoint,
        known: Sequence[str],
    ) -> Cleared:
        """Pass the guard, for the farthest place the messages may end up in."""
        return guard.clear(
            messages,
            placeholders=self._masks.of(person.id),
            choices=choices,
            location=endpoint.reach,
            known=known,
            key=self._masks.key,
        )

    def _new_run(
        self, person: Person, work: Work, endpoint: Endpoint, cleared: Cleared, sources: Mapping[str, str]
    ) -> Run:
        exercise, prompt = self.composing.exercise(work), self.composing.prompt(work)
        run_id = _new_id()
        return Run(
            id=run_id,
            person_id=person.id,
            exercise_id=work.exercise_id,
            prompt_id=work.prompt_id,
            thread_id=work.thread_id or run_id,
            parent_id=work.parent_id,
            endpoint_id=endpoint.id,
            endpoint_name=endpoint.name,
            model=endpoint.model,
            messages=cleared.messages,
            answer="",
            state=RunState.WAITING,
            created_at=datetime.now(UTC),
            title=self.composing.title(work, cleared),
            sources=sources,
            exercise_version=exercise.version if exercise else 0,
            prompt_version=prompt.version if prompt else 0,
        )

    def _submit(
        self, run: Run, endpoint: Endpoint, cleared: Cleared, sampling: Sampling, *, first: bool = False
    ) -> None:
        fallback = fallbacks.fitting(endpoint, cleared, sampling)
        try:
            self._turns.submit(
                Order(run.id, run.person_id, endpoint, cleared, sampling, fallback=fallback, first=first)
            )
        except EndpointBusyError as error:
            self._store.end_run(
                run.id,
                state=RunState.FAILED,
                answer="",
                finish_reason="",
                usage=None,
                error_code=error.code,
                error_message=error.message,
                first_text_at=None,
                ended_at=datetime.now(UTC),
            )
            raise


def _new_id() -> str:
    return secrets.token_urlsafe(12)
