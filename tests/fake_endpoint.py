"""A real HTTP server that speaks like an OpenAI-compatible endpoint and misbehaves on request.

The model's name chooses the behaviour (``MODELS``), so one server shows every fault and a test
needs no knobs. It counts what it sees: requests, running streams, the most at once, disconnects.
Paced and efficient enough to serve 200 streams for the benchmark:

    python -m tests.fake_endpoint --port 9009 --first-seconds 0.3 --tokens-per-second 30 --tokens 400
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from email.utils import formatdate
from types import TracebackType
from typing import Any

from aiohttp import web

DEFAULT_ANSWER = "강릉시 정보화교육장 안내입니다. 교육은 예정대로 진행합니다."


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Return one event of a streamed answer as it stands on the wire."""
    body = {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return event(body)


def event(body: Any) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def split(text: str, size: int = 3) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


class Counters:
    """What the server saw. Written by its loop only; plain integers are safe to read elsewhere."""

    def __init__(self) -> None:
        self.requests = 0
        self.running = 0
        self.max_running = 0
        self.disconnects = 0
        self.completed = 0
        self.refused_busy = 0


class FakeEndpoint:
    """Run the fake on a thread of its own; use as a context manager.

    ``answer`` is what ordinary models say (``echo`` repeats the last message instead);
    ``limit`` answers 429 beyond so many at once; ``retry_after`` is sent along.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        first_seconds: float = 0.3,
        tokens_per_second: float = 30.0,
        tokens: int = 0,
        limit: int = 0,
        key: str = "",
    ) -> None:
        self.port = port
        self.first_seconds = first_seconds
        self.tokens_per_second = tokens_per_second
        self.limit = limit
        self.key = key
        self.retry_after = "0"
        self.pieces: Sequence[str] = ["행정 "] * tokens if tokens else split(DEFAULT_ANSWER)
        self.counters = Counters()
        self.bodies: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.models: list[str] = ["fake-model", "reasoning", "think"]
        self._encoded: tuple[int, list[bytes]] = (0, [])
        self._hits: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, text: str, size: int = 3) -> None:
        """Set the answer of ordinary models."""
        self.pieces = split(text, size)

    @property
    def answer(self) -> str:
        return "".join(self.pieces)

    # ------------------------------------------------------------------ life

    def __enter__(self) -> FakeEndpoint:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(ready.set)), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the fake endpoint did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop and self._stopping and self._thread
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    async def serve(self, ready: Callable[[], None]) -> None:
        """Serve until told to stop; ``ready`` is called when the port is open."""
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/counters", self._counters)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        ready()
        await self._stopping.wait()
        await runner.cleanup()
        # A client may come in while the door closes, or never read on: hang up, so that no socket is left open.
        for _ in range(3):
            for transport in list(getattr(self._loop, "_transports", {}).values()):
                transport.abort()
            await asyncio.sleep(0.01)

    # ------------------------------------------------------------------ routes

    async def _counters(self, request: web.Request) -> web.Response:
        return web.json_response(vars(self.counters))

    async def _models(self, request: web.Request) -> web.Response:
        if not self.models:
            return error_response(404, "no such page")
        return web.json_response(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        counters = self.counters
        counters.requests += 1
        self.bodies.append(body)
        self.authorizations.append(request.headers.get("Authorization", ""))
        model = str(body.get("model", ""))
        self._hits[model] = self._hits.get(model, 0) + 1
        if self.key and self.authorizations[-1] != f"Bearer {self.key}":
            return error_response(401, f"Incorrect API key: {self.authorizations[-1]}", "invalid_api_key")
        if self.limit and counters.running >= self.limit:
            counters.refused_busy += 1
            return error_response(429, "too many", "rate_limit", {"Retry-After": self.retry_after})
        counters.running += 1
        counters.max_running = max(counters.max_running, counters.running)
        try:
            result = await MODELS.get(model, FakeEndpoint.ordinary)(self, request, body)
            counters.completed += 1
            return result
        except (asyncio.CancelledError, ConnectionError):
            counters.disconnects += 1
            raise
        finally:
            counters.running -= 1

    # ------------------------------------------------------------------ behaviours

    async def ordinary(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        """Answer as asked: paced, with usage when asked for, streamed or whole."""
        if not body.get("stream"):
            return web.json_response(self._whole(self.answer))
        response = await open_stream(request)
        await asyncio.sleep(self.first_seconds)
        await self._paced(response, self._encode())
        await response.write(chunk({}, "stop"))
        if (body.get("stream_options") or {}).get("include_usage"):
            await response.write(event({"choices": [], "usage": self._usage()}))
        await response.write(DONE)
        return response

    def _usage(self) -> dict[str, int]:
        return {"prompt_tokens": 11, "completion_tokens": len(self.pieces), "total_tokens": 0}

    def _whole(self, text: str) -> dict[str, Any]:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": self._usage()}

    def _encode(self) -> list[bytes]:
        """Encode the answer once, not once a stream: 200 streams say the same."""
        if self._encoded[0] != id(self.pieces):
            self._encoded = (id(self.pieces), [chunk({"content": piece}) for piece in self.pieces])
        return self._encoded[1]

    async def _paced(self, response: web.StreamResponse, chunks: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()
        start, step = loop.time(), 1 / self.tokens_per_second if self.tokens_per_second else 0.0
        for at, data in enumerate(chunks):
            wait = start + at * step - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            await response.write(data)

    async def _say(self, request: web.Request, *events: bytes) -> web.StreamResponse:
        response = await open_stream(request)
        for data in events:
            await response.write(data)
        return response

    def hits(self, model: str) -> int:
        """Return how often a model was asked."""
        return self._hits.get(model, 0)


def error_response(
    status: int, message: str, code: str = "", headers: dict[str, str] | None = None, param: str = ""
) -> web.Response:
    error = {"message": message, "code": code or None, "type": "error", "param": param or None}
    return web.json_response({"error": error}, status=status, headers=headers)


async def open_stream(request: web.Request, content_type: str = "text/event-stream") -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": content_type, "Cache-Control": "no-cache"})
    await response.prepare(request)
    return response


Behaviour = Callable[[FakeEndpoint, web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def _status(status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> Behaviour:
    async def answer(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        return error_response(status, message, code, headers)

    return answer


def _events(*events: bytes) -> Behaviour:
    async def answer(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        return await fake._say(request, *events)

    return answer


def _raw(body: bytes, content_type: str, status: int = 200) -> Behaviour:
    async def answer(fake: FakeEndpoint, request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type, status=status)

    return answer


def _encoded(body: bytes, content_encoding: str = "", content_type: str = "text/event-stream") -> Behaviour:
    """Say these bytes as they are, whatever the header claims of them."""

    async def answer(fake: FakeEndpoint, request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        headers = {"Content-Type": content_type}
        if content_encoding:
            headers["Content-Encoding"] = content_encoding
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(body)
        return response

    return answer


def _once(first: Behaviour) -> Behaviour:
    """Misbehave on the first request only."""

    async def answer(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        behave = first if fake.hits(body["model"]) == 1 else FakeEndpoint.ordinary
        return await behave(fake, request, body)

    return answer


def _refuses(
    parameter: str, message: str, *, status: int = 400, also: Callable[[dict[str, Any]], bool] | None = None
) -> Behaviour:
    async def answer(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if parameter in body or (also and also(body)):
            return error_response(status, message, "unsupported_parameter", param=parameter)
        return await fake.ordinary(request, body)

    return answer


async def _cut(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    response = await fake._say(request, chunk({"content": "여기까지만 "}))
    await asyncio.sleep(0.02)
    assert request.transport is not None
    request.transport.abort()
    return response


async def _drop_once(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    if fake.hits(body["model"]) > 1:
        return await fake.ordinary(request, body)
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _hang_first(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    await asyncio.sleep(3600)
    return web.Response()


async def _keepalives(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    response = await open_stream(request)
    while True:
        await response.write(b": keep-alive\n\n" + event({"choices": []}))
        await asyncio.sleep(0.02)


async def _hang_mid(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    response = await fake._say(request, chunk({"content": "시작했지만 "}))
    await asyncio.sleep(3600)
    return response


async def _endless(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    response = await open_stream(request)
    data = chunk({"content": "끝없이 " * 20})
    while True:
        await response.write(data)
        await asyncio.sleep(0)


async def _open_after_finish(
    fake: FakeEndpoint, request: web.Request, body: dict[str, Any]
) -> web.StreamResponse:
    response = await fake._say(request, chunk({"content": "다 했습니다."}), chunk({}, "stop"))
    await asyncio.sleep(3600)
    return response


async def _key_in_error(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return error_response(401, f"Incorrect API key provided: {key}", key)


async def _key_in_chunk(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return await fake._say(
        request, chunk({"content": "음 "}), event({"error": {"message": key, "code": key}})
    )


async def _no_usage(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    return await fake.ordinary(request, {**body, "stream_options": None})


async def _no_stream(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    return await fake.ordinary(request, {**body, "stream": False})


async def _json(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    text = '{"도시": "강릉"}' if "response_format" in body else fake.answer
    return await fake._say(request, chunk({"content": text}), chunk({}, "stop"), DONE)


async def _echo(fake: FakeEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    text = str(body["messages"][-1]["content"])
    events = [chunk({"content": piece}) for piece in split(text)]
    return await fake._say(request, *events, chunk({}, "stop"), DONE)


def _no_system(body: dict[str, Any]) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


HELLO = (chunk({"content": "안녕"}), chunk({}, "stop"), DONE)
_SURROGATES = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n' + (
    b'data: {"choices":[{"delta":{"content":"\\ude00 \\u0000ok \\ud800"}}]}\n\n'
)

MODELS: dict[str, Behaviour] = {
    "echo": _echo,
    "fault-429": _status(429, "slow down", "rate_limit_exceeded", {"Retry-After": "7"}),
    "fault-429-date": _status(
        429, "slow down", "rate_limit_exceeded", {"Retry-After": formatdate(4102444800, usegmt=True)}
    ),
    "fault-429-once": _once(_status(429, "slow down", "rate_limit_exceeded", {"Retry-After": "0"})),
    "fault-quota": _status(429, "You exceeded your current quota", "insufficient_quota"),
    "fault-400": _status(400, "bad request near 홍길동"),
    "fault-too-long": _status(400, "maximum context length is 10 tokens", "context_length_exceeded"),
    "fault-too-long-vllm": _status(
        400,
        "'max_tokens' or 'max_completion_tokens' is too large: 2048. This model's maximum context length is 4096 "
        "tokens and your request has 3000 input tokens (2048 > 4096 - 3000).",
    ),
    "fault-403": _status(403, "no"),
    "fault-404": _status(404, "The model does not exist", "model_not_found"),
    "fault-redirect": _status(302, "go", headers={"Location": "http://127.0.0.1:9/login"}),
    "fault-500": _status(500, "boom"),
    "fault-500-once": _once(_status(503, "loading model", headers={"Retry-After": "0"})),
    "fault-drop-once": _drop_once,
    "fault-html": _raw("<!doctype html><title>로그인</title>".encode(), "text/html"),
    "fault-html-as-stream": _raw(b"<html><body>portal</body></html>", "text/event-stream"),
    "fault-not-json": _raw(b"hello", "text/plain"),
    "fault-cut": _cut,
    "fault-hang-first": _hang_first,
    "fault-keepalives": _keepalives,
    "fault-hang-mid": _hang_mid,
    "fault-badjson": _events(chunk({"content": "앞부분 "}), b'data: {"choices": [{"del\n\n', *HELLO),
    "fault-badshape": _events(b'data: {"choices": [5]}\n\n', *HELLO),
    "fault-badutf8": _events(
        chunk({"content": "앞부분 "}), b'data: {"choices":[{"delta":{"content":"\xea\xb0"}}]}\n\n'
    ),
    "fault-cp949": _encoded(
        b"".join(HELLO).decode().encode("cp949"), content_type="text/event-stream; charset=euc-kr"
    ),
    "fault-utf16": _encoded(b"".join(HELLO).decode().encode("utf-16")),
    "fault-gzip": _encoded(b"".join(HELLO), "gzip"),  # says so, and is not
    "gzip": _encoded(gzip.compress(b"".join(HELLO)), "gzip"),
    "bom": _encoded(b"\xef\xbb\xbf" + b"".join(HELLO)),
    "bom-whole": _encoded(
        b"\xef\xbb\xbf"
        + json.dumps({"choices": [{"message": {"content": "안녕"}, "finish_reason": "stop"}]}).encode(),
        content_type="application/json",
    ),
    "fault-empty": _events(),
    "fault-empty-answer": _events(chunk({"content": ""}), chunk({}, "stop"), DONE),
    "fault-nofinish": _events(chunk({"content": "끝맺음이 없는 "})),
    "fault-filter": _events(chunk({"content": "막힌 "}), chunk({}, "content_filter"), DONE),
    "fault-error-chunk": _events(chunk({"content": "도중에 "}), event({"error": {"message": "cuda oom"}})),
    "fault-endless": _endless,
    "fault-1mb": _events(chunk({"content": "가" * 350_000}), chunk({}, "stop"), DONE),
    "fault-key-in-error": _key_in_error,
    "fault-key-in-chunk": _key_in_chunk,
    "fault-open-after-finish": _open_after_finish,
    "needs-max-completion-tokens": _refuses(
        "max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    ),
    "no-temperature": _refuses("temperature", "'temperature' does not support this value with this model."),
    "no-stream-options": _refuses(
        "stream_options", "body.stream_options: extra fields not permitted", status=422
    ),
    "no-json": _refuses("response_format", "'response_format' of type json_schema is not supported"),
    "no-system": _refuses("-", "System role not supported", also=_no_system),
    "json": _json,
    "no-usage": _no_usage,
    "no-stream": _no_stream,
    "done-without-finish": _events(chunk({"content": "안녕"}), DONE),
    "azure-empty-first": _events(event({"choices": [], "prompt_filter_results": []}), *HELLO),
    "crlf": _events(*(data.replace(b"\n", b"\r\n") for data in HELLO)),
    "pretty-json": _events(b'data: {"choices": [{"delta":\ndata: {"content": "\xec\x95\x88"}}]}\n\n', *HELLO),
    "surrogates": _events(_SURROGATES, chunk({}, "stop"), DONE),
    "reasoning": _events(
        chunk({"reasoning_content": "생각 "}),
        chunk({"reasoning": "중"}),
        chunk({"content": "답"}),
        *HELLO[1:],
    ),
    "reasoning-only": _events(chunk({"reasoning_content": "생각만"}), chunk({}, "length"), DONE),
    "length": _events(chunk({"content": "길다"}), chunk({}, "length"), DONE),
    "think": _events(
        *(chunk({"content": piece}) for piece in split("\n<think>하나 </thi 둘</think>\n\n답 <think>은", 2)),
        *HELLO[1:],
    ),
}


def main() -> None:
    """Run the fake from a shell, for the benchmark and for trying things by hand."""
    parser = argparse.ArgumentParser(description="A fake OpenAI-compatible endpoint with real faults.")
    parser.add_argument("--port", type=int, default=9009)
    parser.add_argument("--first-seconds", type=float, default=0.3)
    parser.add_argument("--tokens-per-second", type=float, default=30.0)
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--limit", type=int, default=0, help="answer 429 beyond so many at once")
    options = parser.parse_args()
    fake = FakeEndpoint(
        port=options.port,
        first_seconds=options.first_seconds,
        tokens_per_second=options.tokens_per_second,
        tokens=options.tokens,
        limit=options.limit,
    )
    print(f"{options.port}", flush=True)  # noqa: T201
    try:
        asyncio.run(fake.serve(lambda: None))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
