"""``run`` and ``grade``: an exercise answered by a real model or by a file, and judged.

Hides the walk from a filled prompt through the guard to the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.library import missing as missing_fields
from sandbox.library import read_answer, render
from sandbox.records import (
    AnswerCutError,
    CheckContext,
    Cleared,
    Delta,
    Endpoint,
    EndpointError,
    Exercise,
    InputError,
    Message,
    Prompt,
    Role,
    Sampling,
    Usage,
    Verdict,
)
from sandbox.shell import connecting
from sandbox.shell.output import say
from sandbox.shell.room import Room, first_prompt, judge, read_plain, verdicts_json, write_file


@dataclass(frozen=True, slots=True)
class _Task:
    """What to send, and how the answer will be judged."""

    id: str
    text: str
    exercise: Exercise | None
    prompt: Prompt | None

    def judge(self, answer: str) -> tuple[Verdict, ...]:
        if self.exercise:
            return judge(self.exercise, answer, self.text)
        from sandbox import checks

        assert self.prompt is not None
        labels = {field.name: field.label for field in self.prompt.fields}
        sources = {labels[name]: value for name, value in self.prompt.sample.items()}
        context = CheckContext(answer=answer, prompt=self.text, sources=sources)
        return tuple(checks.check(spec, context) for spec in self.prompt.checks)

    @property
    def known(self) -> tuple[str, ...]:
        """The invented texts that came with the course: no leak for the guard."""
        if self.exercise:
            own = (self.exercise.starter, *self.exercise.prefill.values())
            return (*(material.text for material in self.exercise.materials), *own)
        return tuple(self.prompt.sample.values()) if self.prompt else ()


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    seconds: float
    finish_reason: str
    usage: Usage | None


# --------------------------------------------------------------------------- grade


def grade(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Judge an answer file; no model is called."""
    exercise = room.library.exercise(chosen.exercise)
    prompt = room.library.prompt(exercise.prompt_id) if exercise.prompt_id else None
    answer = read_answer(read_plain(Path(chosen.answer_file)), source=chosen.answer_file)
    asked = read_plain(Path(chosen.asked)) if chosen.asked else answer.prompt
    started = time.perf_counter()
    verdicts = judge(exercise, answer.text, asked or (first_prompt(exercise, prompt) if prompt else ""))
    result = {
        "exercise": exercise.id,
        "endpoint": None,
        "answer": answer.text,
        **verdicts_json(verdicts),
        "seconds": round(time.perf_counter() - started, 3),
        "usage": None,
    }
    return result, 1 if result["failed"] else 0


# --------------------------------------------------------------------------- run


def run(room: Room, chosen: argparse.Namespace) -> tuple[Any, int]:
    """Answer exercises with a real model and judge the answers."""
    tasks = [_task(room, name, chosen) for name in _names(room, chosen)]
    for problem in room.settings.problems:
        say(f"설정: {problem.message} {problem.remedy}")
    results: list[dict[str, Any]] = []
    with connecting.endpoint(room, chosen.endpoint) as now:
        for task in tasks:
            endpoint = now()
            say(f"{task.id}: {endpoint.name}({endpoint.model})에 보냅니다.")
            results.append(_one(task, endpoint, alone=len(tasks) == 1))
    result = results[0] if len(results) == 1 else results
    if chosen.out:
        text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
        write_file(Path(chosen.out), text.encode("utf-8"))
    if any("error" in one for one in results):
        return result, 2
    return result, 1 if any(one["failed"] for one in results) else 0


def _names(room: Room, chosen: argparse.Namespace) -> list[str]:
    if chosen.run_ids != ["all"]:
        return list(chosen.run_ids)
    if chosen.samples:
        return [prompt.id for prompt in room.library.prompts() if prompt.sample]
    return [exercise.id for exercise in room.library.exercises()]


def _task(room: Room, name: str, chosen: argparse.Namespace) -> _Task:
    asked = read_plain(Path(chosen.asked)).strip() if chosen.asked else ""
    if chosen.samples:
        prompt = room.library.prompt(name)
        empty = missing_fields(prompt, prompt.sample)
        if empty and not asked:
            names = ", ".join(field.name for field in empty)
            raise InputError(
                f"템플릿의 sample에 값이 없습니다: {names}", remedy="머리말에 sample을 적어 주세요."
            )
        return _Task(name, asked or render(prompt, prompt.sample), None, prompt)
    exercise = room.library.exercise(name)
    template = room.library.prompt(exercise.prompt_id) if exercise.prompt_id else None
    text = asked or first_prompt(exercise, template)
    if not text.strip():
        remedy = "프롬프트를 글 파일로 쓰고 --asked로 알려 주세요."
        raise InputError(f"실습 ‘{name}’은 프롬프트를 직접 쓰는 실습입니다.", remedy=remedy)
    return _Task(name, text, exercise, template)


def _one(task: _Task, endpoint: Endpoint, *, alone: bool) -> dict[str, Any]:
    """Answer and judge one task; among many, an error of the endpoint is told and the rest goes on."""
    started = time.perf_counter()
    try:
        answer = asyncio.run(_ask(task, endpoint))
    except (EndpointError, InputError) as error:
        if alone:
            raise
        say(f"{task.id}: {error.message}")
        told = {"code": error.code, "message": error.message, "remedy": error.remedy}
        seconds = round(time.perf_counter() - started, 1)
        return {"exercise": task.id, "endpoint": endpoint.name, "error": told, "seconds": seconds}
    result = {
        "exercise": task.id,
        "endpoint": endpoint.name,
        "model": endpoint.model,
        "answer": answer.text,
        **verdicts_json(task.judge(answer.text)),
        "seconds": round(answer.seconds, 1),
        "finish_reason": answer.finish_reason,
        "usage": dataclasses.asdict(answer.usage) if answer.usage else None,
    }
    say(f"{task.id}: 통과 {result['passed']}, 실패 {result['failed']}, 확인 불가 {result['unknown']}")
    return result


async def _ask(task: _Task, endpoint: Endpoint) -> _Answer:
    from sandbox import guard, llm, tokens

    system = task.prompt.system if task.prompt else ""
    head = (Message(Role.SYSTEM, system),) if system else ()
    placeholders = guard.Placeholders()
    cleared = guard.clear(
        (*head, Message(Role.USER, task.text)),
        placeholders=placeholders,
        choices={},
        location=endpoint.location,
        known=task.known,
    )
    limit = task.prompt.max_answer_tokens if task.prompt else 1_000
    temperature = task.prompt.temperature if task.prompt else None
    sampling = Sampling(min(limit, endpoint.context_tokens // 2), temperature)
    tokens.check_fits(cleared.messages, endpoint, sampling)
    clients = llm.Clients()
    try:
        answer = await _collect(clients, endpoint, cleared, sampling)
    finally:
        await clients.aclose()
    return dataclasses.replace(answer, text=placeholders.restore(answer.text))


async def _collect(clients: Any, endpoint: Endpoint, cleared: Cleared, sampling: Sampling) -> _Answer:
    started, parts = time.perf_counter(), list[str]()
    shown = sys.stderr.isatty()
    async with aclosing(clients.stream(endpoint, cleared, sampling)) as events:
        async for event in events:
            if isinstance(event, Delta):
                parts.append(event.text)
                if shown:
                    say(event.text, end="")
                continue
            if shown:
                say("")
            return _Answer("".join(parts), time.perf_counter() - started, event.reason, event.usage)
    raise AnswerCutError("답변이 끝까지 오지 않았습니다.", remedy="다시 실행해 주세요.")
