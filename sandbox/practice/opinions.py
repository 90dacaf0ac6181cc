"""Ask a model's opinion of an answer, through the guard and the queue like everything else.

Hides that such a request is no run of its own: it waits its turn as the person's order, leaves no
row in the store, and its reply becomes verdicts beside those of the checks. Whatever goes wrong
becomes 확인 불가 with the reason, never a silent nothing.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sandbox import guard, judging, tokens
from sandbox.class_records import Terms
from sandbox.library import Library
from sandbox.practice import consent
from sandbox.practice.composing import Composing
from sandbox.practice.masks import Masks
from sandbox.records import (
    Action,
    Choice,
    Cleared,
    Endpoint,
    EndpointTimeoutError,
    Exercise,
    InputError,
    Message,
    NotAllowedError,
    NotFoundError,
    Person,
    PromptTooLongError,
    Run,
    Sampling,
    TokenCount,
    Verdict,
)
from sandbox.store import Store
from sandbox.turns import Order, Outcome, Turns

PREFIX = "judge-"
CHARS_PER_TOKEN = 1.2  # on the safe side: Korean takes 0.63 to 1 token a character
FORM_TOKENS = 700


@dataclass(slots=True)
class _Asked:
    """An opinion under way. ``done`` is set when the verdicts are stored."""

    run_id: str
    person_id: str
    task: judging.JudgeTask
    verdicts: tuple[Verdict, ...] = ()
    done: threading.Event = field(default_factory=threading.Event)


class Opinions:
    """One per Practice. Thread-safe; ``turns`` is asked for late, since it is made after this.

    ``terms`` may refuse to ask, as it may refuse a run.
    """

    def __init__(
        self,
        library_: Library,
        composing: Composing,
        store: Store,
        masks: Masks,
        turns: Callable[[], Turns],
        terms: Callable[[Person, Endpoint, TokenCount], Terms],
    ) -> None:
        self._terms = terms
        self._library, self._composing, self._store = library_, composing, store
        self._masks, self._turns = masks, turns
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    def ask(self, person: Person, run_id: str, endpoint: Endpoint, *, agreed: bool = False) -> str:
        """Queue the question and return its order's id; the same run is asked about once at a time.

        ``agreed``: that only public material goes outside. Raises NotAllowedError where the endpoint may
        not judge, InputError without an answer or an agreement, PromptTooLongError, GuardRefusedError,
        EndpointBusyError. Nothing is sent when it raises.
        """
        run = self._store.run(run_id, person.id)
        _refuse(run, endpoint)
        consent.require(endpoint, agreed=agreed)
        under_way = self.pending(run_id)
        if under_way:
            return under_way
        task = self._task(run)
        quirks = self._turns().clients.quirks(endpoint.id)
        asked = judging.request(
            task, as_json=quirks.get("json_schema") is not False, room_chars=_room_chars(endpoint)
        )
        sampling = Sampling(
            min(judging.ANSWER_TOKENS, endpoint.context_tokens // 2), 0.0, json_schema=asked.schema
        )
        terms = self._terms(person, endpoint, tokens.check_fits(asked.messages, endpoint, sampling))
        cleared = self._cleared(run, asked.messages, endpoint, strict=terms.strict_guard)
        order_id = PREFIX + secrets.token_urlsafe(12)
        with self._lock:
            self._asked[order_id] = _Asked(run_id, person.id, task)
        try:
            self._turns().submit(Order(order_id, person.id, endpoint, cleared, sampling))
        except BaseException:
            with self._lock:
                del self._asked[order_id]
            raise
        return order_id

    def judge(
        self, person: Person, run_id: str, endpoint: Endpoint, *, agreed: bool = False
    ) -> tuple[Verdict, ...]:
        """Ask and wait for the opinions; they stand beside the verdicts of the checks afterwards."""
        order_id = self.ask(person, run_id, endpoint, agreed=agreed)
        with self._lock:
            asked = self._asked.get(order_id)
        if asked is None:  # ended between the two lines
            return judging.opinions_of(self._store.run(run_id, person.id).verdicts)
        if not asked.done.wait(endpoint.whole_timeout_seconds * 2):
            self._turns().stop(order_id)
            raise EndpointTimeoutError(
                "심사 의견이 제시간에 오지 않았습니다.", remedy="잠시 뒤 다시 눌러 주세요."
            )
        return asked.verdicts

    def pending(self, run_id: str) -> str:
        """Return the id of the order that judges this run now, or ''."""
        with self._lock:
            order_id = next((name for name, asked in self._asked.items() if asked.run_id == run_id), "")
        live = self._turns().get(order_id) if order_id else None
        if live is None or not live.settled:
            return order_id
        with self._lock:  # its end could not be stored: nothing will come any more
            self._asked.pop(order_id, None)
        return ""

    # -- called by turns, off the event loop

    def owns(self, order_id: str) -> bool:
        return order_id.startswith(PREFIX)

    def take(self, order_id: str, outcome: Outcome) -> Run | None:
        """Store what the judge said; deterministic verdicts stay as they are, former opinions go.

        Return the asking itself as an ended run, for who counts what was used; None when it was told before.
        """
        with self._lock:
            asked = self._asked.get(order_id)
        if asked is None:
            return None
        if outcome.error is not None or not outcome.text.strip() or outcome.finish_reason == "":
            message = outcome.error.message if outcome.error else "심사 모델의 답을 끝까지 받지 못했습니다."
            asked.verdicts = judging.no_opinion(message)
        else:
            asked.verdicts = judging.read(outcome.text, asked.task)
        run = self._store.run(asked.run_id, asked.person_id)
        self._store.save_opinions(asked.run_id, asked.verdicts)
        with self._lock:
            self._asked.pop(order_id, None)
        asked.done.set()
        who = outcome.endpoint
        return replace(
            run, id=order_id, endpoint_id=who.id, endpoint_name=who.name, model=who.model, answer=outcome.text,
            state=outcome.state, usage=outcome.usage, ended_at=outcome.ended_at, verdicts=(),
        )  # fmt: skip

    # -- inside

    def _task(self, run: Run) -> judging.JudgeTask:
        exercise = self._exercise(run)
        sources: Mapping[str, str] = dict(run.sources)
        if exercise is not None:
            sources = {m.name: m.text for m in exercise.materials if m.text} | dict(sources)
        return judging.JudgeTask(
            answer=run.answer,
            asked=run.messages[-1].text if run.messages else "",
            goal=exercise.goal if exercise else "",
            sources=sources,
        )

    def _exercise(self, run: Run) -> Exercise | None:
        try:
            return self._library.exercise(run.exercise_id, run.exercise_version) if run.exercise_id else None
        except NotFoundError:
            return None

    def _cleared(
        self, run: Run, messages: tuple[Message, ...], endpoint: Endpoint, *, strict: bool
    ) -> Cleared:
        """Clear the question. Its parts come from a stored run, masked or expressly kept at the time.

        What was kept is masked after all where the class has become ``strict`` since.
        """
        known = self._composing.known(run.exercise_id, run.exercise_version)
        stored = (*(m.text for m in run.messages), *run.sources.values())
        kept = {
            f.fingerprint: Choice.KEEP
            for text in stored
            for f in self._masks.find(text, known=known)
            if f.action is not Action.BLOCK and guard.may_keep(f, endpoint.location)
        }
        # What the model made up itself may look like personal data: it is masked, not sent on.
        made_up = {
            f.fingerprint: Choice.MASK
            for message in messages
            for f in self._masks.find(message.text, known=known)
            if f.fingerprint not in kept and f.action in (Action.BLOCK, Action.MASK)
        }
        choices = {**kept, **made_up}
        if strict:
            choices = guard.nothing_kept(
                [m.text for m in messages], choices, known=known, key=self._masks.key
            )
        return guard.clear(
            messages,
            placeholders=self._masks.of(run.person_id),
            choices=choices,
            location=endpoint.location,
            known=known,
            key=self._masks.key,
        )


def _refuse(run: Run, endpoint: Endpoint) -> None:
    if not endpoint.judge:
        raise NotAllowedError(
            "이 연결에서는 AI 심사 의견을 들을 수 없습니다.",
            remedy="담당자가 설정의 [[endpoint]]에 judge = true를 적으면 쓸 수 있습니다.",
        )
    if not run.state.ended or not run.answer.strip():
        raise InputError("심사할 답변이 아직 없습니다.", remedy="답변이 끝난 뒤에 다시 눌러 주세요.")


def _room_chars(endpoint: Endpoint) -> int:
    """Return how many characters of material fit beside the form and the reply."""
    reply = min(judging.ANSWER_TOKENS, endpoint.context_tokens // 2)
    left = endpoint.context_tokens - reply - FORM_TOKENS
    if left < 300:
        raise PromptTooLongError(
            "이 연결은 한 번에 읽는 길이가 짧아 심사를 맡길 수 없습니다.",
            tokens=FORM_TOKENS + reply,
            limit=endpoint.context_tokens,
            remedy="다른 연결을 골라 주세요.",
        )
    return int(left / CHARS_PER_TOKEN)
