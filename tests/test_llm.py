"""The wire half: every fault becomes its Korean error, every quirk is learned, nothing leaks."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.llm import Clients, faults, find_local, overlong, warm
from sandbox.llm.local import read_models
from sandbox.llm.wire import AnswerReader, EventLines, ThinkSplitter
from sandbox.records import (
    AnswerCutError,
    Cleared,
    Delta,
    Endpoint,
    EndpointBusyError,
    EndpointError,
    EndpointFailedError,
    EndpointKind,
    EndpointNonsenseError,
    EndpointRefusedError,
    EndpointTimeoutError,
    EndpointUnreachableError,
    Finish,
    Location,
    Message,
    Role,
    Sampling,
    Secret,
    Usage,
)
from tests.fake_endpoint import DONE, FakeEndpoint, chunk, event

KEY = "sk-very-secret-0123456789"
PROMPT = "홍길동 비밀 문장"
ASKED = Cleared((Message(Role.SYSTEM, "당신은 행정 도우미입니다."), Message(Role.USER, PROMPT)))
FULL = Sampling(max_answer_tokens=500, temperature=0.3, json_schema={"type": "object", "properties": {}})


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load the SDK as the room does when it starts: on a busy machine that takes longer than a deadline."""
    warm()


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    made = Clients()
    yield made
    await made.aclose()


def endpoint_for(fake: FakeEndpoint, model: str, **changes: Any) -> Endpoint:
    made = Endpoint(
        model,
        model,
        fake.base_url,
        model,
        key=Secret(KEY),
        first_text_timeout_seconds=6.0,  # shorter than the Retry-After of fault-429: no real waiting
        stall_timeout_seconds=10.0,
        whole_timeout_seconds=20.0,
    )
    return replace(made, **changes)


class Heard:
    """What came of one call."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.finish: Finish | None = None
        self.error: EndpointError | None = None


async def ask(clients: Clients, endpoint: Endpoint, sampling: Sampling = FULL, **options: Any) -> Heard:
    heard = Heard()
    try:
        async with aclosing(clients.stream(endpoint, ASKED, sampling, **options)) as events:
            async for item in events:
                if isinstance(item, Delta):
                    assert heard.finish is None, "text after the finish"
                    heard.text += item.text
                    heard.reasoning += item.reasoning
                else:
                    assert heard.finish is None, "two finishes"
                    heard.finish = item
    except EndpointError as error:
        heard.error = error
    return heard


def everything_said(error: BaseException | None) -> str:
    """Return all text hanging on an error: reprs, chained errors, their bodies, tracebacks."""
    said: list[str] = []
    queue, seen = [error], set()
    while queue:
        current = queue.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        said += [repr(current), str(current), repr(vars(current))]
        said += traceback.format_exception(current)
        queue += [current.__cause__, current.__context__]
    return "\n".join(said)


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


# --------------------------------------------------------------------------- faults

FAULTS = [
    # model, error, part of the message, text kept
    ("fault-429", EndpointBusyError, "429", ""),
    ("fault-429-date", EndpointBusyError, "429", ""),
    ("fault-quota", EndpointRefusedError, "사용 한도", ""),
    ("fault-400", EndpointRefusedError, "받아들이지 않았습니다 (400)", ""),
    ("fault-too-long", EndpointRefusedError, "길이를 넘었습니다", ""),
    ("fault-403", EndpointRefusedError, "(403)", ""),
    ("fault-404", EndpointRefusedError, "(404)", ""),
    ("fault-redirect", EndpointNonsenseError, "다른 주소", ""),
    ("fault-500", EndpointFailedError, "(500)", ""),
    ("fault-html", EndpointNonsenseError, "HTML", ""),
    ("fault-html-as-stream", EndpointNonsenseError, "HTML", ""),
    ("fault-not-json", EndpointNonsenseError, "모델의 답이 아닌", ""),
    ("fault-cut", AnswerCutError, "끊겼습니다", "여기까지만 "),
    ("fault-badjson", EndpointNonsenseError, "JSON", "앞부분 "),
    ("fault-badshape", EndpointNonsenseError, "모양", ""),
    ("fault-badutf8", EndpointNonsenseError, "UTF-8", "앞부분 "),
    ("fault-cp949", EndpointNonsenseError, "UTF-8", ""),
    ("fault-utf16", EndpointNonsenseError, "모델의 답이 아닌", ""),
    ("fault-gzip", EndpointNonsenseError, "읽을 수 없는 답", ""),
    ("fault-empty", EndpointNonsenseError, "빈 답", ""),
    ("fault-empty-answer", EndpointNonsenseError, "빈 답", ""),
    ("fault-nofinish", AnswerCutError, "끊겼습니다", "끝맺음이 없는 "),
    ("fault-filter", EndpointRefusedError, "안전 필터", "막힌 "),
    ("fault-error-chunk", EndpointFailedError, "오류를 알렸습니다", "도중에 "),
    ("fault-key-in-error", EndpointRefusedError, "접속 키", ""),
    ("fault-key-in-chunk", EndpointFailedError, "오류를 알렸습니다", "음 "),
    ("reasoning-only", EndpointNonsenseError, "생각하는 데", ""),
]


@pytest.mark.faults
@pytest.mark.parametrize(("model", "kind", "message", "kept"), FAULTS, ids=[f[0] for f in FAULTS])
async def test_a_fault_becomes_its_error(
    fake_endpoint: FakeEndpoint,
    clients: Clients,
    caplog: pytest.LogCaptureFixture,
    model: str,
    kind: type[EndpointError],
    message: str,
    kept: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    heard = await ask(clients, endpoint_for(fake_endpoint, model))
    assert type(heard.error) is kind
    assert message in heard.error.message
    assert heard.error.remedy
    assert heard.text == kept
    assert heard.finish is None
    assert heard.error.__context__ is None
    assert heard.error.__cause__ is None
    for secret in (KEY, PROMPT, "홍길동"):
        assert secret not in everything_said(heard.error)
        assert secret not in caplog.text
    await until(lambda: fake_endpoint.counters.running == 0)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("model", "limits", "message", "kept"),
    [
        ("fault-hang-first", {"first_text_timeout_seconds": 1.0}, "시작하지 않았습니다", ""),
        ("fault-keepalives", {"first_text_timeout_seconds": 1.0}, "시작하지 않았습니다", ""),
        ("fault-hang-mid", {"stall_timeout_seconds": 1.0}, "멈추어", "시작했지만 "),
        ("fault-hang-mid", {"whole_timeout_seconds": 1.0}, "안에 끝나지", "시작했지만 "),
    ],
)
async def test_every_deadline_ends_the_upstream(
    fake_endpoint: FakeEndpoint,
    clients: Clients,
    model: str,
    limits: dict[str, float],
    message: str,
    kept: str,
) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, model, **limits))
    assert isinstance(heard.error, EndpointTimeoutError)
    assert message in heard.error.message
    assert heard.text == kept
    await until(lambda: fake_endpoint.counters.running == 0)
    assert fake_endpoint.counters.disconnects == 1


@pytest.mark.faults
async def test_a_closed_port_and_a_bad_name_are_unreachable(clients: Clients) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        closed = Endpoint("closed", "닫힘", f"http://127.0.0.1:{port}/v1", "m", key=Secret(KEY))
        heard = await ask(clients, closed)
    assert isinstance(heard.error, EndpointUnreachableError)
    assert "꺼져 있거나" in heard.error.message
    assert KEY not in everything_said(heard.error)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (socket.gaierror(-2, "no name"), EndpointUnreachableError, "주소를 찾을 수"),
        (ssl.SSLCertVerificationError("self-signed"), EndpointUnreachableError, "인증서"),
        (ConnectionRefusedError(111, "x"), EndpointUnreachableError, "꺼져"),
        (RuntimeError("?"), EndpointUnreachableError, "연결할 수 없습니다"),
    ],
)
def test_causes_deep_in_a_chain_are_recognised(
    error: Exception, kind: type[EndpointError], message: str
) -> None:
    outer = RuntimeError("outer")
    outer.__cause__ = OSError("middle")
    outer.__cause__.__context__ = error
    told = faults.from_exception(outer)
    assert type(told) is kind
    assert message in told.message


@pytest.mark.parametrize("model", ["fault-429-once", "fault-500-once", "fault-drop-once"])
async def test_a_passing_fault_before_the_first_text_is_tried_again(
    fake_endpoint: FakeEndpoint, clients: Clients, model: str
) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, model))
    assert heard.error is None
    assert heard.text == fake_endpoint.answer
    assert fake_endpoint.hits(model) == 2


async def test_a_fault_after_the_first_text_is_not_tried_again(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    await ask(clients, endpoint_for(fake_endpoint, "fault-error-chunk"))
    assert fake_endpoint.hits("fault-error-chunk") == 1


async def test_tries_are_bounded_and_a_429_can_be_left_to_the_queue(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    await ask(clients, endpoint_for(fake_endpoint, "fault-500"))
    assert fake_endpoint.hits("fault-500") == 3
    heard = await ask(clients, endpoint_for(fake_endpoint, "fault-429"), retry_busy=False)
    assert fake_endpoint.hits("fault-429") == 1
    assert isinstance(heard.error, EndpointBusyError)
    assert heard.error.retry_after_seconds == 7.0


NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sun, 22 Nov 2026 03:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 02:00:00 GMT", 0.0),
        ("1e999", 86_400.0),
        ("nan", None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert faults.parse_retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize("hours", [-24, 0, 1])
def test_a_date_to_retry_after_is_counted_by_the_clock_of_who_names_it(hours: int) -> None:
    there = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
    headers = {
        "date": format_datetime(there, True),
        "retry-after": format_datetime(there + timedelta(seconds=30), True),
    }
    error = RuntimeError()
    error.response = SimpleNamespace(headers=headers)  # type: ignore[attr-defined]
    assert faults.retry_after_seconds(error) == 30.0


# --------------------------------------------------------------------------- too long

VLLM_ANSWER = (
    "'max_tokens' or 'max_completion_tokens' is too large: 2048. This model's maximum context length is 4096 "
    "tokens and your request has 3000 input tokens (2048 > 4096 - 3000)."
)
VLLM_PROMPT = (
    "This model's maximum context length is 4096 tokens. However, you requested 6048 tokens (4000 in the "
    "messages, 2048 in the completion). Please reduce the length of the messages or completion."
)
OPENAI_PARAMETER = (
    "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
)


def refused(message: str, status: int = 400, **body: str) -> Exception:
    error = RuntimeError(message)
    vars(error).update(status_code=status, body={"message": message, **body})
    return error


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (VLLM_ANSWER, ("4,096토큰", "요청(3,000자)", "960자쯤", "context_tokens를 4,096으로")),
        (VLLM_PROMPT, ("4,096토큰", "1,470자쯤")),
        ("Requested token count exceeds the model's maximum context length of 8192 tokens", ("8,192토큰",)),
        ("the request exceeds the available context size, try increasing it", ("이 부분을 줄이거나",)),
        ("the number of tokens to keep is greater than the context length", ("줄이거나",)),
    ],
)
def test_a_request_refused_as_too_long_says_what_to_shorten(message: str, says: tuple[str, ...]) -> None:
    messages = [{"role": "system", "content": "도우미"}, {"role": "user", "content": "가" * 3_000}]
    told = overlong.refusal(refused(message), {"messages": messages, "max_tokens": 2_048})
    assert told is not None
    for word in says:
        assert word in told.message + told.remedy
    assert "키" not in told.remedy


def test_an_answer_longer_than_the_whole_context_is_named() -> None:
    asked = {"messages": [{"role": "user", "content": "가"}], "max_tokens": 4_096}
    told = overlong.refusal(refused(VLLM_ANSWER), asked)
    assert told is not None and "답변 길이를 줄여" in told.remedy


@pytest.mark.parametrize("message", [OPENAI_PARAMETER, "bad request", "Unknown parameter: temperature"])
def test_another_refusal_is_not_taken_for_it(message: str) -> None:
    assert overlong.refusal(refused(message), {"messages": []}) is None
    assert overlong.refusal(refused("context length", 429), {"messages": []}) is None


async def test_too_long_is_asked_once_and_taken_for_no_quirk(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, "fault-too-long-vllm"))
    assert isinstance(heard.error, EndpointRefusedError)
    assert "길이를 넘었습니다" in heard.error.message
    assert fake_endpoint.hits("fault-too-long-vllm") == 1
    assert dict(clients.quirks("fault-too-long-vllm")) == {}


# --------------------------------------------------------------------------- quirks

QUIRKS = [
    ("needs-max-completion-tokens", {"max_tokens_name": "max_completion_tokens"}),
    ("no-temperature", {"temperature": False}),
    ("no-stream-options", {"stream_options": False, "usage": False}),
    ("no-json", {"json_schema": False}),
    ("no-system", {"system_role": False}),
    ("no-usage", {"usage": False}),
    ("no-stream", {"streaming": False}),
    ("done-without-finish", {"finish_reason": False, "usage": False}),
    ("azure-empty-first", {"empty_first_choices": True, "usage": False}),
    ("reasoning", {"reasoning": "field", "usage": False}),
    ("think", {"reasoning": "tag", "usage": False}),
]


@pytest.mark.parametrize(("model", "quirks"), QUIRKS, ids=[q[0] for q in QUIRKS])
async def test_a_quirk_is_learned_once_and_remembered(
    fake_endpoint: FakeEndpoint, clients: Clients, model: str, quirks: dict[str, Any]
) -> None:
    endpoint = endpoint_for(fake_endpoint, model)
    first = await ask(clients, endpoint)
    assert first.error is None
    assert first.text
    assert dict(clients.quirks(model)) == quirks
    asked = fake_endpoint.hits(model)
    second = await ask(clients, endpoint)
    assert second.text == first.text
    assert fake_endpoint.hits(model) == asked + 1, "a learned quirk costs no second request"
    later = Clients({model: clients.quirks(model)})
    try:
        assert (await ask(later, endpoint)).text == first.text
        assert fake_endpoint.hits(model) == asked + 2, "nor after a restart"
    finally:
        await later.aclose()


async def test_what_is_learned_while_answering_is_kept_at_once_and_off_the_loop(
    fake_endpoint: FakeEndpoint,
) -> None:
    kept: list[tuple[str, dict[str, Any], str]] = []

    def keep(endpoint_id: str, quirks: Mapping[str, Any]) -> None:
        kept.append((endpoint_id, dict(quirks), threading.current_thread().name))

    clients = Clients({"no-usage": {"seed": False}}, on_learned=keep)
    for _ in range(2):
        assert (await ask(clients, endpoint_for(fake_endpoint, "no-usage"))).error is None
    await clients.aclose()
    ((endpoint_id, quirks, thread),) = kept  # once: the second answer teaches nothing new
    assert (endpoint_id, quirks) == ("no-usage", {"seed": False, "usage": False})
    assert thread.startswith("llm-quirks")


async def test_a_store_that_fails_to_keep_quirks_costs_no_answer(
    fake_endpoint: FakeEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(endpoint_id: str, quirks: Mapping[str, Any]) -> None:
        raise OSError("disk full near 홍길동")

    clients = Clients(on_learned=fail)
    heard = await ask(clients, endpoint_for(fake_endpoint, "no-temperature"))
    await clients.aclose()
    assert heard.error is None
    assert "OSError" in caplog.text
    assert "홍길동" not in caplog.text


async def test_what_is_sent(fake_endpoint: FakeEndpoint, clients: Clients) -> None:
    await ask(clients, endpoint_for(fake_endpoint, "fake-model"))
    (body,) = fake_endpoint.bodies
    assert body["messages"] == [
        {"role": "system", "content": "당신은 행정 도우미입니다."},
        {"role": "user", "content": PROMPT},
    ]
    assert body["max_tokens"] == 500
    assert body["temperature"] == 0.3
    assert body["stream_options"] == {"include_usage": True}
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object", "properties": {}}
    assert fake_endpoint.authorizations == [f"Bearer {KEY}"]


async def test_without_a_system_role_its_text_leads_the_request(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    await ask(clients, endpoint_for(fake_endpoint, "no-system"))
    assert fake_endpoint.bodies[-1]["messages"] == [
        {"role": "user", "content": f"당신은 행정 도우미입니다.\n\n{PROMPT}"}
    ]


@pytest.mark.parametrize(
    ("model", "text", "reasoning", "reason", "usage"),
    [
        ("fake-model", None, "", "stop", True),
        ("no-stream", None, "", "stop", True),
        ("no-usage", None, "", "stop", False),
        ("length", "길다", "", "length", False),
        ("crlf", "안녕", "", "stop", False),
        ("gzip", "안녕", "", "stop", False),
        ("bom", "안녕", "", "stop", False),
        ("bom-whole", "안녕", "", "stop", False),
        ("pretty-json", "안안녕", "", "stop", False),
        ("surrogates", "😀 ok ", "", "stop", False),
        ("reasoning", "답", "생각 중", "stop", False),
        ("think", "답 <think>은", "하나 </thi 둘", "stop", False),
    ],
)
async def test_answers_of_every_shape_are_read(
    fake_endpoint: FakeEndpoint,
    clients: Clients,
    model: str,
    text: str | None,
    reasoning: str,
    reason: str,
    usage: bool,
) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, model))
    assert heard.text == (fake_endpoint.answer if text is None else text)
    assert heard.reasoning == reasoning
    expected = Usage(11, len(fake_endpoint.pieces), estimated=False) if usage else None
    assert heard.finish == Finish(reason, expected)


async def test_an_answer_that_never_ends_is_capped_and_closed(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, "fault-endless"), Sampling(max_answer_tokens=10))
    assert heard.finish == Finish("length", None)
    assert len(heard.text) == 4_160
    await until(lambda: fake_endpoint.counters.running == 0)
    assert fake_endpoint.counters.disconnects == 1


async def test_a_chunk_of_a_megabyte_is_read_whole(fake_endpoint: FakeEndpoint, clients: Clients) -> None:
    heard = await ask(clients, endpoint_for(fake_endpoint, "fault-1mb"), Sampling(max_answer_tokens=100_000))
    assert heard.error is None
    assert heard.text == "가" * 350_000


async def test_a_server_that_keeps_the_line_open_after_the_end_is_not_waited_for(
    fake_endpoint: FakeEndpoint, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.llm.deadlines.TAIL_SECONDS", 0.1)
    heard = await ask(clients, endpoint_for(fake_endpoint, "fault-open-after-finish"))
    assert heard.finish == Finish("stop", None)
    await until(lambda: fake_endpoint.counters.running == 0)


# --------------------------------------------------------------------------- stopping, pooling, the door


@pytest.mark.parametrize("how", ["aclose", "cancel"])
async def test_leaving_closes_the_upstream_at_once(clients: Clients, how: str) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=20, tokens=10_000) as fake:
        endpoint = endpoint_for(fake, "fake-model")
        stream = clients.stream(endpoint, ASKED, Sampling())
        if how == "aclose":
            await anext(stream)
            await stream.aclose()
        else:

            async def read() -> None:
                async with aclosing(stream):
                    async for _ in stream:
                        pass

            task = asyncio.create_task(read())
            await until(lambda: fake.counters.running == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await until(lambda: fake.counters.disconnects == 1)
        assert fake.counters.running == 0


async def test_only_what_the_guard_cleared_may_be_sent(fake_endpoint: FakeEndpoint, clients: Clients) -> None:
    with pytest.raises(TypeError):
        clients.stream(endpoint_for(fake_endpoint, "echo"), ASKED.messages, Sampling())  # type: ignore[arg-type]
    assert fake_endpoint.counters.requests == 0


async def test_new_settings_make_a_new_client(fake_endpoint: FakeEndpoint, clients: Clients) -> None:
    endpoint = endpoint_for(fake_endpoint, "fake-model")
    await ask(clients, endpoint)
    await ask(clients, replace(endpoint, key=Secret("other")))
    assert fake_endpoint.authorizations == [f"Bearer {KEY}", "Bearer other"]


async def test_a_proxy_does_not_swallow_this_pcs_own_server(
    fake_endpoint: FakeEndpoint, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await ask(clients, endpoint_for(fake_endpoint, "fake-model"))).error is None


# --------------------------------------------------------------------------- connection test, finding


async def test_the_report_of_a_good_endpoint() -> None:
    clients = Clients()
    with FakeEndpoint(first_seconds=0.05, tokens_per_second=200) as fake:
        fake.script("강릉은 바다와 커피의 도시입니다. " * 3)
        report = await clients.test(endpoint_for(fake, "fake-model"))
        await clients.aclose()
    assert report.reachable
    assert report.models == ("fake-model", "reasoning", "think")
    assert report.latency_seconds is not None
    assert report.first_text_seconds is not None
    assert report.first_text_seconds >= 0.05
    assert report.tokens_per_second is not None
    assert 20 < report.tokens_per_second < 400
    assert dict(report.supports) == {
        "스트리밍": True,
        "사용량 보고": True,
        "JSON 형식": False,  # it took the request and answered in prose
        "온도 조절": True,
        "모델 목록": True,
    }


@pytest.mark.parametrize(
    ("model", "label", "supported"),
    [
        ("json", "JSON 형식", True),
        ("no-json", "JSON 형식", False),
        ("no-temperature", "온도 조절", False),
        ("no-stream", "스트리밍", False),
        ("no-usage", "사용량 보고", False),
    ],
)
async def test_the_report_tells_what_is_missing(
    fake_endpoint: FakeEndpoint, clients: Clients, model: str, label: str, supported: bool
) -> None:
    clients.learn(model, {"max_tokens_name": "max_completion_tokens"})
    fake_endpoint.models = []
    report = await clients.test(endpoint_for(fake_endpoint, model))
    assert report.reachable
    assert report.supports[label] is supported
    assert report.supports["모델 목록"] is False
    assert "max_tokens_name" not in report.quirks, "a test learns anew"


async def test_the_report_names_the_models_when_the_name_is_wrong(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    report = await clients.test(endpoint_for(fake_endpoint, "fault-404"))
    assert not report.reachable
    assert "fault-404" in report.message
    assert "fake-model" in report.remedy


async def test_a_model_that_only_thinks_in_the_test_is_reachable(
    fake_endpoint: FakeEndpoint, clients: Clients
) -> None:
    report = await clients.test(endpoint_for(fake_endpoint, "reasoning-only"))
    assert report.reachable
    assert "생각" in report.message


async def test_warming_up_loads_the_sdk_even_beside_a_running_loop() -> None:
    warm()
    assert {"openai", "httpx2", "aiohttp"} <= set(sys.modules)


async def test_a_wrong_key_is_reported_without_the_key(clients: Clients) -> None:
    with FakeEndpoint(first_seconds=0, key="right") as fake:
        report = await clients.test(endpoint_for(fake, "fake-model"))
    assert not report.reachable
    assert "접속 키" in report.message
    assert KEY not in repr(report)


async def test_local_servers_are_found_and_others_are_not(fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.models = ["qwen3:8b", "nomic-embed-text"]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        ports = {fake_endpoint.port: "Ollama", silent.getsockname()[1]: "LM Studio"}
        (found,) = await find_local(ports)
        assert await find_local(ports, exclude=ports) == ()
    assert found.name == "Ollama · qwen3:8b"
    assert found.base_url == fake_endpoint.base_url
    assert found.location is Location.INSIDE
    assert found.kind is EndpointKind.FOUND


async def test_a_model_that_ollama_passes_on_is_outside(fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.models = ["qwen3:8b", "gpt-oss:120b-cloud", "glm-4.6:cloud"]
    found = await find_local({fake_endpoint.port: "Ollama"})
    assert [(e.model, e.location) for e in found] == [
        ("qwen3:8b", Location.INSIDE),
        ("gpt-oss:120b-cloud", Location.OUTSIDE),
        ("glm-4.6:cloud", Location.OUTSIDE),
    ]


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b"{}", b'{"data": {}}', b'{"data": [1, {"name": "x"}]}', b"\xff", b'{"models": []}'],
)
def test_something_else_on_the_port_is_no_model_list(body: bytes) -> None:
    assert read_models(body) == []


# --------------------------------------------------------------------------- reading, however it is cut

ANSWER = b"".join(
    [
        event({"choices": []}),
        b": keep-alive\n\n",
        chunk({"role": "assistant", "content": ""}),
        *(
            chunk({"content": piece})
            for piece in ["<thi", "nk>속", "마음</th", "ink>\n\n강릉", "시 😀 ", "끝."]
        ),
        chunk({}, "stop"),
        event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
        DONE,
    ]
)


@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=30), st.booleans())
def test_cuts_in_the_byte_stream_do_not_matter(cuts: list[int], crlf: bool) -> None:
    data = ANSWER.replace(b"\n", b"\r\n") if crlf else ANSWER
    edges = [0, *sorted(set(cuts)), len(data)]
    reader = AnswerReader("text/event-stream", max_chars=1_000)
    deltas = [reader.feed(data[a:b]) for a, b in pairwise(edges)]
    last, finish = reader.end()
    heard = [delta for delta in (*deltas, last) if delta]
    assert reader.fault is None
    assert "".join(delta.text for delta in heard) == "강릉시 😀 끝."
    assert "".join(delta.reasoning for delta in heard) == "속마음"
    assert finish == Finish("stop", Usage(3, 4, estimated=False))


@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_bytes_break_the_reader(data: bytes, step: int) -> None:
    reader = AnswerReader("", max_chars=100)
    for at in range(0, len(data), step):
        if reader.fault or reader.done:
            break
        reader.feed(data[at : at + step])
    if reader.fault is None:
        _, finish = reader.end()
        assert (finish is None) == (reader.fault is not None)


@given(st.text(alphabet="<>/think 가\n", max_size=40), st.integers(1, 5))
def test_text_without_a_leading_tag_passes_unchanged(text: str, step: int) -> None:
    if text.lstrip().startswith("<think>"):
        text = "답 " + text
    splitter = ThinkSplitter()
    parts = [splitter.feed(text[at : at + step]) for at in range(0, len(text), step)]
    parts.append(splitter.end())
    assert "".join(answer for answer, _ in parts) == text
    assert not any(thought for _, thought in parts)


def test_a_line_without_end_is_refused() -> None:
    lines = EventLines()
    with pytest.raises(EndpointNonsenseError):
        for _ in range(9):
            list(lines.feed(b"x" * 1024 * 1024))


def test_a_byte_order_mark_cut_anywhere_is_no_part_of_the_answer() -> None:
    body = b"\xef\xbb\xbf" + chunk({"content": "안녕"}) + chunk({}, "stop") + DONE
    for cut in range(1, 6):
        reader = AnswerReader("text/event-stream", max_chars=1_000)
        deltas = [reader.feed(body[:cut]), reader.feed(body[cut:])]
        rest, finish = reader.end()
        text = "".join(d.text for d in (*deltas, rest) if d is not None)
        assert (text, finish) == ("안녕", Finish("stop"))
