"""Talk to endpoints: one pooled client each, streaming with deadlines, retries and learned quirks.

Hides the SDK: its retries are off (they would start an answer twice and hold a slot while they
sleep), its typed stream objects unused (``wire`` reads the lines), its errors translated by
``faults`` and raised outside any ``except`` so that no original, which may hold the key, hangs on.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import random
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.llm import faults, overlong
from sandbox.llm.deadlines import Deadlines
from sandbox.llm.local import IMPORTING
from sandbox.llm.quirks import OnLearned, Quirks
from sandbox.llm.wire import AnswerReader
from sandbox.records import (
    Cleared,
    Endpoint,
    EndpointBusyError,
    EndpointError,
    EndpointFailedError,
    EndpointReport,
    Location,
    Message,
    Role,
    Sampling,
    StreamEvent,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MAX_TRIES = 3
MAX_QUIRKS_LEARNED = 5
MAX_RETRY_WAIT_SECONDS = 20.0
CONNECT_TIMEOUT_SECONDS = 10.0
CLOSE_SECONDS = 2.0
_CHATTY_LOGGERS = ("openai", "httpx2", "httpcore2", "httpx", "httpcore")


def warm() -> None:
    """Load the SDK and its lazy parts now (2 to 3 s), so that nobody's first press pays for it.

    Goes the whole way of a request once, to a loopback port where nobody listens. Blocks; call
    it from any thread.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="llm-warm") as pool:
        pool.submit(lambda: asyncio.run(_dry_run())).result()


async def _dry_run() -> None:
    clients = Clients()
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else can have it
        held.bind(("127.0.0.1", 0))
        nobody = Endpoint("warm", "warm", f"http://127.0.0.1:{held.getsockname()[1]}/v1", "warm")
        nobody = replace(nobody, first_text_timeout_seconds=5.0)
        try:
            async for _ in clients.answer(nobody, (Message(Role.USER, "."),), Sampling()):
                pass
        except EndpointError:
            pass  # refused, as it must be
        finally:
            await clients.aclose()


class Clients:
    """Every endpoint's client and quirks. Belongs to one event loop; only ``quirks`` is for any thread.

    ``on_learned`` gets an endpoint's id and all its quirks whenever something new is learned of it while
    answering; it is called on a thread of its own and may be slow.
    """

    def __init__(
        self,
        quirks: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        *,
        on_learned: OnLearned | None = None,
    ) -> None:
        self._quirks = Quirks(quirks, on_learned)
        self._pool: dict[str, tuple[Endpoint, AsyncOpenAI]] = {}
        self._retired: list[AsyncOpenAI] = []  # replaced by new settings, perhaps still streaming

    # ------------------------------------------------------------------ quirks

    def quirks(self, endpoint_id: str) -> Mapping[str, Any]:
        """Return what has been learned of an endpoint."""
        return self._quirks.of(endpoint_id)

    def learn(self, endpoint_id: str, quirks: Mapping[str, Any]) -> None:
        """Add to what is known of an endpoint."""
        self._quirks.learn(endpoint_id, quirks)

    def forget(self, endpoint_id: str) -> None:
        """Forget an endpoint's quirks, such as before a new connection test."""
        self._quirks.forget(endpoint_id)

    # ------------------------------------------------------------------ talking

    def stream(
        self, endpoint: Endpoint, cleared: Cleared, sampling: Sampling, *, retry_busy: bool = True
    ) -> AsyncGenerator[StreamEvent, None]:
        """Yield deltas, then one Finish. Raise an EndpointError; ``aclose()`` stops the upstream at once.

        Transient faults before the first text are tried again, at most twice and within the
        first-text deadline. With ``retry_busy=False`` a 429 is raised at once: the queue in
        front slows the whole endpoint instead of this one request.
        """
        if not isinstance(cleared, Cleared):
            raise TypeError("only what the guard has cleared may be sent")
        if cleared.inside_only and endpoint.location is Location.OUTSIDE:
            raise TypeError("what was cleared for a model inside may not be sent to one outside")
        return self.answer(endpoint, cleared.messages, sampling, retry_busy=retry_busy)

    async def answer(
        self, endpoint: Endpoint, messages: Sequence[Message], sampling: Sampling, *, retry_busy: bool = True
    ) -> AsyncGenerator[StreamEvent, None]:
        """Stream an answer to messages of our own making; use ``stream`` for a person's."""
        deadlines = Deadlines(endpoint)
        tries, learned = 1, 0
        while True:
            request = self._request(endpoint, messages, sampling)
            attempt = _Attempt(self._client(endpoint), request, deadlines, _max_chars(sampling))
            try:
                async with aclosing(attempt.events()) as events:
                    async for event in events:
                        yield event
            finally:
                deadlines.rest()
                await attempt.close()
                self._quirks.learn(endpoint.id, {**attempt.quirk, **attempt.seen})
            if attempt.fault is None:
                return
            if attempt.quirk and learned < MAX_QUIRKS_LEARNED:
                learned += 1
                continue
            wait = None if attempt.started else _retry_wait(attempt.fault, tries, deadlines, retry_busy)
            if wait is None:
                raise attempt.fault
            tries += 1
            await asyncio.sleep(wait)

    async def models(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return the ids of the models an endpoint lists; raise an EndpointError."""
        fault: EndpointError
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                page = await self._client(endpoint).models.list()
            return tuple(str(model.id) for model in page.data if getattr(model, "id", None))
        except TimeoutError:
            fault = faults.no_first_text(CONNECT_TIMEOUT_SECONDS)
        except (AttributeError, TypeError, ValueError):
            fault = faults.nonsense("모델 목록이 아닌 답")
        except Exception as error:
            fault = faults.from_exception(error)
        raise fault

    async def test(self, endpoint: Endpoint) -> EndpointReport:
        """Try an endpoint out, learn its quirks anew, and report what it can do."""
        from sandbox.llm.check import test_endpoint

        return await test_endpoint(self, endpoint)

    async def aclose(self) -> None:
        """Close every connection."""
        clients = [client for _, client in self._pool.values()] + self._retired
        self._pool, self._retired = {}, []
        for client in clients:
            await client.close()
        await self._quirks.aclose()

    # ------------------------------------------------------------------ inside

    def _client(self, endpoint: Endpoint) -> AsyncOpenAI:
        known = self._pool.get(endpoint.id)
        if known and (known[0].base_url, known[0].key) == (endpoint.base_url, endpoint.key):
            return known[1]
        if known:
            self._retired.append(known[1])
        client = _make_client(endpoint)
        self._pool[endpoint.id] = (endpoint, client)
        return client

    def _request(self, endpoint: Endpoint, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
        quirks = self._quirks.of(endpoint.id)
        request: dict[str, Any] = {
            "model": endpoint.model,
            "messages": _wire_messages(messages, system_role=quirks.get("system_role") is not False),
            "stream": True,
            quirks.get("max_tokens_name", "max_tokens"): sampling.max_answer_tokens,
        }
        if quirks.get("stream_options") is not False:
            request["stream_options"] = {"include_usage": True}
        if sampling.temperature is not None and quirks.get("temperature") is not False:
            request["temperature"] = sampling.temperature
        if sampling.seed is not None and quirks.get("seed") is not False:
            request["seed"] = sampling.seed
        if sampling.json_schema is not None and quirks.get("json_schema") is not False:
            schema = {"name": "answer", "schema": dict(sampling.json_schema), "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        return request


class _Attempt:
    """One request and its answer. Never raises an EndpointError: it is left in ``fault``."""

    def __init__(
        self, client: AsyncOpenAI, request: dict[str, Any], deadlines: Deadlines, max_chars: int
    ) -> None:
        self.fault: EndpointError | None = None
        self.quirk: dict[str, Any] = {}
        self.seen: dict[str, Any] = {}
        self.started = False
        self._request = request
        self._deadlines = deadlines
        self._max_chars = max_chars
        self._client = client
        self._response: Any = None

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Yield what arrives; look at ``fault`` afterwards."""
        await self._open()
        if self._response is None:
            return
        reader = AnswerReader(self._response.headers.get("content-type", ""), max_chars=self._max_chars)
        packed = "content-encoding" in self._response.headers  # hardly ever: then past the layers that unpack
        source = (self._response.aiter_bytes() if packed else self._response.stream).__aiter__()
        while not (reader.done or reader.fault):
            data = await self._next(source, finished=bool(reader.finish_reason))
            if data is None:
                break
            delta = reader.feed(data)
            if delta is not None:
                self.started = True
                self._deadlines.progress()
                yield delta
        self.fault = self.fault or reader.fault
        if self.fault is None:
            rest, finish = reader.end()
            self.seen, self.fault = reader.seen, reader.fault
            if rest is not None:
                self.started = True
                yield rest
            if finish is not None:
                yield finish

    async def close(self) -> None:
        """Close the upstream now, whether or not it has ended."""
        response, self._response = self._response, None
        if response is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await response.aclose()
        except Exception as error:
            logging.getLogger(__name__).warning("closing an answer failed: %s", type(error).__name__)

    async def _open(self) -> None:
        try:
            # Posted as it is and read as it comes: the typed call would walk every message against its
            # types and wrap the answer, a third of what opening costs where forty ask in one second.
            raw, stream = _raw_answer()
            opening = self._client.post(
                "/chat/completions", body=self._request, cast_to=raw, stream=True, stream_cls=stream
            )
            self._response = await self._deadlines.keep(opening)
        except TimeoutError:
            self.fault = self._deadlines.missed()
        except Exception as error:
            too_long = overlong.refusal(error, self._request)  # first: it may name a parameter, too
            self.fault = too_long or faults.from_exception(error)
            self.quirk = {} if too_long else faults.quirk_in(error, self._request)

    async def _next(self, source: Any, *, finished: bool) -> bytes | None:
        """Return the next bytes; None at the end or with ``fault`` set."""
        try:
            data: bytes | None = await self._deadlines.keep(anext(source, None), finished=finished)
            return data
        except TimeoutError:
            if not finished:
                self.fault = self._deadlines.missed()
        except Exception as error:
            if not finished:
                self.fault = faults.from_exception(error, text_seen=self.started)
        return None


def _retry_wait(fault: EndpointError, tries: int, deadlines: Deadlines, retry_busy: bool) -> float | None:
    """Return how long to wait before the next try, or None to give up."""
    if tries >= MAX_TRIES:
        return None
    if isinstance(fault, EndpointBusyError):
        if not retry_busy:
            return None
        asked = fault.retry_after_seconds
    elif isinstance(fault, EndpointFailedError):
        asked = None
    else:
        return None
    wait = asked if asked is not None else 0.5 * 3 ** (tries - 1)
    wait += random.uniform(0, 0.2)  # so that a room's retries do not arrive together
    return wait if wait <= MAX_RETRY_WAIT_SECONDS and deadlines.allows(wait) else None


@lru_cache(maxsize=1)
def _raw_answer() -> tuple[type[Any], type[Any]]:
    """Return what to ask the SDK for: the response as it comes, and a stream of events that it then ignores."""
    import httpx2
    from openai import AsyncStream

    return httpx2.Response, AsyncStream


def _make_client(endpoint: Endpoint) -> AsyncOpenAI:
    with IMPORTING:
        from openai import AsyncOpenAI, DefaultAioHttpClient, Timeout

    for name in _CHATTY_LOGGERS:  # at DEBUG they write requests, prompt and all
        logging.getLogger(name).setLevel(logging.WARNING)
    http = DefaultAioHttpClient(
        follow_redirects=False,  # a prompt goes where the settings say and nowhere else
        trust_env=not _is_loopback(endpoint.base_url),  # a proxy must not swallow this PC's own server
    )
    client = AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.key.reveal() if endpoint.key else "none",
        http_client=http,
        max_retries=0,
        timeout=Timeout(None, connect=CONNECT_TIMEOUT_SECONDS),  # our own deadlines rule the rest
    )
    client.organization = client.project = None  # else read from the environment and sent to everyone
    return client


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wire_messages(messages: Sequence[Message], *, system_role: bool) -> list[dict[str, str]]:
    """Return messages as sent; where there is no system role its text leads the first user message."""
    if system_role:
        return [{"role": str(message.role), "content": message.text} for message in messages]
    lead = "\n\n".join(m.text for m in messages if m.role is Role.SYSTEM)
    rest = [{"role": str(m.role), "content": m.text} for m in messages if m.role is not Role.SYSTEM]
    if lead and rest:
        rest[0]["content"] = f"{lead}\n\n{rest[0]['content']}"
    return rest


def _max_chars(sampling: Sampling) -> int:
    """Return where to cut an answer whose server ignores max_tokens: far above any honest answer."""
    return 4_000 + 16 * sampling.max_answer_tokens
