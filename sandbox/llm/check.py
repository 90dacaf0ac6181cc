"""Try an endpoint out: does it answer, how fast, and what does it support?

Hides the order of the trials. Nothing of a person's is sent, only two sentences of our own.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.records import (
    Delta,
    Endpoint,
    EndpointError,
    EndpointNonsenseError,
    EndpointReport,
    Finish,
    Message,
    Role,
    Sampling,
)

if TYPE_CHECKING:
    from sandbox.llm.clients import Clients

STREAMING, USAGE, JSON, TEMPERATURE, MODELS = "스트리밍", "사용량 보고", "JSON 형식", "온도 조절", "모델 목록"
_THINKS = "연결되었습니다. 먼저 생각한 뒤 답하는 모델이라 답이 늦게 시작될 수 있습니다."
_QUESTION = (Message(Role.USER, "강릉시를 한 문장으로 소개해 주세요."),)
_JSON_QUESTION = (Message(Role.USER, '도시 이름 "강릉"을 JSON으로 답하세요.'),)
_SCHEMA = {
    "type": "object",
    "properties": {"도시": {"type": "string"}},
    "required": ["도시"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class _Trial:
    """One answer as it came."""

    text: str = ""
    tokens: int = 0
    first_seconds: float | None = None
    whole_seconds: float = 0.0
    usage: bool = False
    reasoned: bool = False
    fault: EndpointError | None = None


async def test_endpoint(clients: Clients, endpoint: Endpoint) -> EndpointReport:
    """Ask for the model list, an answer and a JSON answer; report in Korean.

    ``reachable`` is true when a question was answered, so it also says that the key and the
    model's name are right.
    """
    clients.forget(endpoint.id)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    models: tuple[str, ...] = ()
    latency: float | None = None
    try:
        models = await clients.models(endpoint)
        latency = loop.time() - begun
    except EndpointError:
        pass  # many servers have no list; whether this one works, the question below tells
    trial = await _ask(clients, endpoint, _QUESTION, Sampling(max_answer_tokens=256, temperature=0.0))
    only_thought = trial.reasoned and isinstance(trial.fault, EndpointNonsenseError)
    if trial.fault is not None and not only_thought:
        message, remedy = _why(trial.fault, endpoint, models)
        return EndpointReport(endpoint.id, False, message, remedy, models, latency)
    supports = {MODELS: bool(models), JSON: await _speaks_json(clients, endpoint)}
    quirks = clients.quirks(endpoint.id)
    supports |= {
        STREAMING: quirks.get("streaming") is not False,
        USAGE: trial.usage,
        TEMPERATURE: quirks.get("temperature") is not False,
    }
    return EndpointReport(
        endpoint.id,
        True,
        _THINKS if trial.reasoned else "연결되었습니다. 모델이 답했습니다.",
        models=models,
        latency_seconds=latency,
        first_text_seconds=trial.first_seconds,
        tokens_per_second=_speed(trial),
        supports=supports,
        quirks=quirks,
    )


async def _ask(
    clients: Clients, endpoint: Endpoint, messages: tuple[Message, ...], sampling: Sampling
) -> _Trial:
    loop = asyncio.get_running_loop()
    begun, trial, deltas = loop.time(), _Trial(), 0
    try:
        async with aclosing(clients.answer(endpoint, messages, sampling)) as events:
            async for event in events:
                if isinstance(event, Delta):
                    deltas += 1
                    trial.text += event.text
                    trial.reasoned = trial.reasoned or bool(event.reasoning)
                    if trial.first_seconds is None:
                        trial.first_seconds = loop.time() - begun
                elif isinstance(event, Finish):
                    trial.usage = event.usage is not None
                    trial.tokens = event.usage.answer_tokens if event.usage else deltas
    except EndpointError as fault:
        trial.fault = fault
    trial.whole_seconds = loop.time() - begun
    return trial


async def _speaks_json(clients: Clients, endpoint: Endpoint) -> bool:
    sampling = Sampling(max_answer_tokens=128, temperature=0.0, json_schema=_SCHEMA)
    trial = await _ask(clients, endpoint, _JSON_QUESTION, sampling)
    try:
        works = trial.fault is None and "도시" in json.loads(trial.text)
    except (ValueError, TypeError):
        works = False
    if not works:
        clients.learn(endpoint.id, {"json_schema": False})
    return works and clients.quirks(endpoint.id).get("json_schema") is not False


def _speed(trial: _Trial) -> float | None:
    """Return tokens per second after the first text; None when it all came at once."""
    span = trial.whole_seconds - (trial.first_seconds or 0.0)
    return (trial.tokens - 1) / span if trial.tokens > 1 and span > 0.01 else None


def _why(fault: EndpointError, endpoint: Endpoint, models: tuple[str, ...]) -> tuple[str, str]:
    if models and endpoint.model not in models and not fault.retryable:
        return (
            f"서버에는 연결되지만 '{endpoint.model}' 모델이 목록에 없습니다.",
            f"설정의 모델 이름을 다음 가운데 하나로 바꾸어 주세요: {', '.join(models[:10])}",
        )
    return fault.message, fault.remedy
