"""``evaluate``: ask every question of the evaluation, keep the answers, write the tables.

Hides the way through the guard to the model, several at once, what is tried again after a fault,
and how far it is. What a model's server does wrong is never counted as an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import time
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sandbox import evaluation
from sandbox.evaluation import Case, Entry, Journal, LeftOut, Result
from sandbox.records import (
    MODULES,
    AnswerCutError,
    Delta,
    Endpoint,
    EndpointError,
    EndpointUnreachableError,
    Finish,
    InputError,
    Message,
    Role,
    SandboxError,
    State,
)
from sandbox.settings import PROJECT_DIR
from sandbox.shell import connecting
from sandbox.shell.output import say
from sandbox.shell.progress import ProgressBar
from sandbox.shell.room import Room, read_plain, write_file

if TYPE_CHECKING:
    from sandbox.llm import Clients

PAGE: Final = PROJECT_DIR / "docs" / "evaluation.md"


@dataclasses.dataclass(frozen=True, slots=True)
class Patience:
    """How often a question is tried, and after how many faults in a row everything stops. Times in seconds."""

    tries: int = 4
    faults_in_a_row: int = 12
    pause_seconds: float = 2.0
    longest_pause_seconds: float = 60.0

    def pause(self, faults: int) -> float:
        return min(self.longest_pause_seconds, self.pause_seconds * 2.0 ** max(0, faults - 1))


PATIENCE: Final = Patience()


def evaluate(room: Room, chosen: argparse.Namespace) -> tuple[str, int]:
    """Compare the course's prompts with naive ones; return the tables."""
    folder = Path(chosen.out) if chosen.out else room.settings.data_dir / "evaluation"
    plan = evaluation.plan(room.library, samples=chosen.samples, only=chosen.only)
    for problem in (*room.settings.problems, *room.library.problems()):
        say(f"건너뜀: {problem.message} {problem.remedy}")
    if not plan.cases:
        raise InputError("견줄 것이 없습니다.", remedy="--only에 적은 이름을 확인해 주세요.")
    page = read_plain(PAGE) if chosen.write_docs else ""
    if page:
        evaluation.put_between_markers(page, "", source=str(PAGE))  # better to know before the hours of work
    journal = Journal(folder)
    if journal.torn:
        say(f"저장된 줄 가운데 {journal.torn}줄은 끝까지 쓰이지 않아 다시 묻습니다.")
    name, model = connecting.names(room, chosen.endpoint)
    runner = Runner(journal, model, PATIENCE)
    if not chosen.tables:
        _ask_all(room, chosen, plan.cases, runner)
    results = _judged(plan.cases, journal, model, runner.results)
    setting = evaluation.Setting(
        endpoint=name,
        model=model,
        day=_today(),
        samples=chosen.samples,
        waiting=len(plan.cases) - len(results) - len(runner.failed),
        left_out=plan.left_out,
        failed=tuple(runner.failed),
    )
    return _written(folder, page, results, setting), _exit_code(results, runner)


def _ask_all(room: Room, chosen: argparse.Namespace, cases: Sequence[Case], runner: Runner) -> None:
    waiting = [case for case in cases if runner.journal.get(case.key(runner.model)) is None]
    say(f"물음 {len(cases)}개 가운데 {len(cases) - len(waiting)}개는 답이 있고 {len(waiting)}개를 묻습니다.")
    if not waiting:
        return
    try:
        with connecting.endpoint(room, chosen.endpoint) as now:
            asyncio.run(runner.run(waiting, now, chosen.parallel))
    except KeyboardInterrupt:
        say(f"\n여기까지의 답은 저장했습니다({runner.journal.path}). 같은 명령으로 이어서 할 수 있습니다.")
        raise


def _judged(cases: Sequence[Case], journal: Journal, model: str, fresh: dict[str, Result]) -> list[Result]:
    """Judge stored answers with the checks as they are today; the fresh ones have just been judged."""
    stored = [(case, entry) for case in cases if (entry := journal.get(case.key(model)))]
    old = sum(case.key(model) not in fresh for case, _ in stored)
    if old:
        say(f"저장된 답 {old}개를 점검합니다.")
    return [
        fresh.get(case.key(model)) or Result.of(case, entry, case.judge(entry.answer))
        for case, entry in stored
    ]


def _written(folder: Path, page: str, results: Sequence[Result], setting: evaluation.Setting) -> str:
    """Write the tables and their figures beside the answers, and into the page where it was asked for."""
    tables = evaluation.render(evaluation.pair_up(results), setting, results)
    write_file(folder / "evaluation.md", (tables + "\n").encode("utf-8"))
    figures = {
        "setting": dataclasses.asdict(setting),
        "results": [{**dataclasses.asdict(r), "whole": r.whole} for r in results],
    }
    write_file(
        folder / "evaluation.json", (json.dumps(figures, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    )
    if page:
        text = evaluation.put_between_markers(read_plain(PAGE), tables, source=str(PAGE))
        write_file(PAGE, text.encode("utf-8"))
        say(f"표를 {PAGE}에 넣었습니다.")
    say(f"답과 표: {folder}")
    return tables


def _today() -> str:
    now = datetime.now().astimezone()
    return f"{now.year}. {now.month}. {now.day}."


def _exit_code(results: Sequence[Result], runner: Runner) -> int:
    if runner.failed or runner.gave_up:
        return 2
    pairs = evaluation.pair_up(results)
    own = ([p for p in pairs if p.course.module == module.id] for module in MODULES)
    differences = [evaluation.compare(some).difference.value for some in own if some]
    return 1 if any(value is not None and value <= 0 for value in differences) else 0


# --------------------------------------------------------------------------- asking


class Runner:
    """Asks several questions at once; ``failed`` holds what got no answer after all tries."""

    def __init__(self, journal: Journal, model: str, patience: Patience) -> None:
        self.journal, self.model = journal, model
        self.results: dict[str, Result] = {}
        self.failed: list[LeftOut] = []
        self.gave_up = False
        self._patience = patience
        self._faults = 0
        self._later: deque[tuple[Case, int]] = deque()
        self._trouble: SandboxError | None = None

    async def run(self, cases: Sequence[Case], now: connecting.Now, parallel: int) -> None:
        """Answer the cases in their order; what the server failed at comes again at the end."""
        from sandbox import llm

        clients = llm.Clients()
        self._bar = ProgressBar(len(cases))
        waiting = deque((case, 1) for case in cases)
        try:
            while waiting and not self.gave_up:
                at_once = min(parallel, (await asyncio.to_thread(now)).parallel, len(waiting))
                self._later = deque()
                await asyncio.gather(*(self._worker(clients, now, waiting) for _ in range(at_once)))
                waiting = self._later
                if waiting and not self.gave_up:
                    await asyncio.sleep(self._patience.pause(1))
        finally:
            self._bar.close()
            await clients.aclose()
        if self._trouble is not None:
            raise self._trouble

    async def _worker(self, clients: Clients, now: connecting.Now, waiting: deque[tuple[Case, int]]) -> None:
        while waiting and not self.gave_up:
            case, tries = waiting.popleft()
            try:
                await self._one(clients, now, case)
            except EndpointError as error:
                await self._after_fault(case, tries, error)
            except InputError as error:
                self._give_up_on(case, error)
            except SandboxError as error:  # the embedded model is broken: no next question will fare better
                self._trouble, self.gave_up = error, True

    async def _one(self, clients: Clients, now: connecting.Now, case: Case) -> None:
        endpoint = await asyncio.to_thread(now)
        entry = await ask(clients, endpoint, case, case.key(self.model))
        self._faults = 0
        verdicts = await asyncio.to_thread(case.judge, entry.answer)
        result = Result.of(case, entry, verdicts)
        states = {state.value: sum(m.state is state for m in result.marks) for state in State}
        told = {"module": case.module, "item": case.item, "asked": case.asked.value, "checks": states}
        self._keep(entry, told)
        self.results[entry.key] = result
        self._bar.step(f"{case.item} · {case.asked.label} · 통과 {states[State.PASS.value]}/{len(verdicts)}")

    def _keep(self, entry: Entry, told: dict[str, Any]) -> None:
        try:
            self.journal.add(entry, told)
        except InputError as error:  # the disk is full: every further answer would be lost
            self._trouble, self.gave_up = error, True

    async def _after_fault(self, case: Case, tries: int, error: EndpointError) -> None:
        self._faults += 1
        if self._faults >= self._patience.faults_in_a_row:
            self._trouble, self.gave_up = error, True
            say(
                f"\n잇따라 {self._faults}번 답을 받지 못해 멈춥니다. 나중에 같은 명령으로 이어서 할 수 있습니다."
            )
        elif not error.retryable or tries >= self._patience.tries:
            self._give_up_on(case, error)
        else:
            self._bar.note(f"{case.item}: {error.message} 나중에 다시 묻습니다.")
            self._later.append((case, tries + 1))
            if self._faults > 1 or isinstance(error, EndpointUnreachableError):
                await asyncio.sleep(self._patience.pause(self._faults))

    def _give_up_on(self, case: Case, error: SandboxError) -> None:
        self._bar.note(f"{case.item}({case.asked.label}): {error.message}")
        self.failed.append(LeftOut(case.item, case.title, f"{case.asked.label}: {error.message}"))
        self._bar.step(f"{case.item} · 답을 받지 못함")


async def ask(clients: Clients, endpoint: Endpoint, case: Case, key: str) -> Entry:
    """Send one question through the guard and return its whole answer. Raise EndpointError, InputError."""
    from sandbox import guard, tokens

    head = (Message(Role.SYSTEM, case.system),) if case.system else ()
    placeholders = guard.Placeholders()
    cleared = guard.clear(
        (*head, Message(Role.USER, case.text)),
        placeholders=placeholders,
        choices={},
        location=endpoint.location,
        known=case.known,
    )
    limit = min(case.sampling.max_answer_tokens, endpoint.context_tokens // 2)
    sampling = dataclasses.replace(case.sampling, max_answer_tokens=limit)
    counted = tokens.check_fits(cleared.messages, endpoint, sampling)
    started, parts = time.perf_counter(), list[str]()
    finish: Finish | None = None
    async with aclosing(clients.stream(endpoint, cleared, sampling)) as events:
        async for event in events:
            if isinstance(event, Delta):
                parts.append(event.text)
            else:
                finish = event
    if finish is None:
        raise AnswerCutError("답변이 끝까지 오지 않았습니다.", remedy="다시 실행해 주세요.")
    seconds, text = time.perf_counter() - started, placeholders.restore("".join(parts))
    usage = finish.usage
    return Entry(
        key=key,
        answer=text,
        seconds=round(seconds, 2),
        prompt_tokens=usage.prompt_tokens if usage else counted.tokens,
        answer_tokens=usage.answer_tokens if usage else tokens.count(text, endpoint.model).tokens,
        estimated=usage is None or usage.estimated,
        finish_reason=finish.reason,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
