"""What went wrong with an endpoint, in Korean and without a key.

Hides the zoo of exceptions (the SDK's, the HTTP library's, the socket's) and of error bodies.
No text of the endpoint's own is ever passed on: it may hold the key or the prompt. What is
passed on is the status, and the error code where it is one of the well-known words.
The errors are returned, not raised, so that the caller raises them outside its ``except`` block
and no original exception hangs on as ``__context__``.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.records import (
    AnswerCutError,
    EndpointBusyError,
    EndpointError,
    EndpointFailedError,
    EndpointNonsenseError,
    EndpointRefusedError,
    EndpointTimeoutError,
    EndpointUnreachableError,
)

_AGAIN = "잠시 뒤 다시 실행해 주세요. 계속되면 강사나 담당자에게 알려 주세요."
_SETTINGS = "연결 설정의 주소·모델 이름·키를 확인해 주세요. 교육장에서는 강사에게 알려 주세요."


def nonsense(what: str) -> EndpointNonsenseError:
    return EndpointNonsenseError(
        f"모델 서버의 답을 읽을 수 없습니다: {what}.",
        remedy="연결 주소가 모델 서버의 것이 맞는지(보통 /v1로 끝납니다) 확인하고 다시 실행해 주세요.",
    )


def empty() -> EndpointNonsenseError:
    return EndpointNonsenseError("모델이 빈 답을 보냈습니다.", remedy="다시 실행해 주세요.")


def only_reasoning() -> EndpointNonsenseError:
    return EndpointNonsenseError(
        "모델이 생각하는 데 답변 길이를 다 써서 답을 쓰지 못했습니다.",
        remedy="답변 길이를 늘리거나 질문을 더 작게 나누어 다시 실행해 주세요.",
    )


def cut() -> AnswerCutError:
    return AnswerCutError(
        "답변이 끝나기 전에 연결이 끊겼습니다.",
        remedy="여기까지 받은 내용은 남아 있습니다. 다시 실행해 주세요.",
    )


def filtered() -> EndpointRefusedError:
    return EndpointRefusedError(
        "모델 서버의 안전 필터가 답변을 막았습니다.", remedy="표현을 바꾸어 다시 실행해 주세요."
    )


def in_stream(error: Any) -> EndpointError:
    """Translate an error event sent in the middle of a stream."""
    code = error.get("code") if isinstance(error, dict) else None
    if code in (429, "429", "rate_limit_exceeded"):
        return busy(None)
    return EndpointFailedError("모델 서버가 답을 만드는 중에 오류를 알렸습니다.", remedy=_AGAIN)


def busy(retry_after_seconds: float | None) -> EndpointBusyError:
    return EndpointBusyError(
        "모델 서버에 요청이 몰려 있습니다 (429).",
        retry_after_seconds=retry_after_seconds,
        remedy="잠시 뒤 다시 실행해 주세요.",
    )


def no_first_text(seconds: float) -> EndpointTimeoutError:
    return EndpointTimeoutError(
        f"{seconds:.0f}초를 기다렸지만 모델이 답을 시작하지 않았습니다.",
        remedy="모델 서버가 바쁘거나 멈춘 것 같습니다. 잠시 뒤 다시 실행해 주세요.",
    )


def stalled(seconds: float) -> EndpointTimeoutError:
    return EndpointTimeoutError(
        f"답변이 {seconds:.0f}초 동안 멈추어 연결을 끊었습니다.",
        remedy="여기까지 받은 내용은 남아 있습니다. 다시 실행해 주세요.",
    )


def too_long(seconds: float) -> EndpointTimeoutError:
    return EndpointTimeoutError(
        f"답변이 {seconds:.0f}초 안에 끝나지 않아 멈추었습니다.",
        remedy="답변 길이를 줄이거나 일을 나누어 다시 실행해 주세요.",
    )


def from_exception(error: BaseException, *, text_seen: bool = False) -> EndpointError:
    """Translate whatever the SDK or the HTTP library raised. Return it; never raise here."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _from_status(status, _code(error), retry_after_seconds(error))
    if text_seen:
        return cut()
    causes = list(_causes(error))
    names = {name for cause in causes for name in _names(cause)}
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "ClientSSLError" in names:
        return _unreachable(
            "모델 서버의 보안 인증서를 확인할 수 없습니다.", "기관의 인증서가 설치되어 있는지 확인해 주세요."
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "ClientConnectorDNSError" in names:
        return _unreachable("모델 서버의 주소를 찾을 수 없습니다.", _SETTINGS)
    if any(getattr(cause, "errno", None) == errno.ECONNREFUSED for cause in causes):
        return _unreachable(
            "모델 서버에 연결할 수 없습니다. 서버가 꺼져 있거나 포트가 다릅니다.",
            "모델 서버가 켜져 있는지, 연결 주소와 포트가 맞는지 확인해 주세요.",
        )
    if names & {"InvalidURL", "UnsupportedProtocol"}:
        return EndpointRefusedError("모델 서버의 주소가 올바르지 않습니다.", remedy=_SETTINGS)
    if "ClientConnectorError" not in names and names & _DROPPED:
        return EndpointFailedError("모델 서버가 답하지 않고 연결을 끊었습니다.", remedy=_AGAIN)
    if names & {"DecodingError", "ContentDecodingError", "UnicodeError"}:
        return nonsense("읽을 수 없는 답")
    return _unreachable("모델 서버에 연결할 수 없습니다.", _SETTINGS)


def retry_after_seconds(error: BaseException) -> float | None:
    """Read Retry-After, given as seconds or as a date; None when there is none.

    A date is counted from the server's own Date: this PC's clock may be a day wrong.
    """
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None or not (value := headers.get("retry-after")):
        return None
    return parse_retry_after(value, now=_moment(headers.get("date", "")))


def parse_retry_after(value: str, *, now: datetime | None = None) -> float | None:
    """Return the seconds to wait, never negative; None when the value is neither."""
    try:
        return min(max(0.0, float(value)), 86_400.0) if value.strip().lower() != "nan" else None
    except ValueError:
        pass
    moment = _moment(value)
    if moment is None:
        return None
    return min(max(0.0, (moment - (now or datetime.now(UTC))).total_seconds()), 86_400.0)


def quirk_in(error: BaseException, request: Mapping[str, Any]) -> dict[str, Any]:
    """Read from a refusal which parameter the endpoint does not take; {} when it names none."""
    if getattr(error, "status_code", None) not in (400, 404, 415, 422, 500, 501):
        return {}
    text = f"{getattr(error, 'body', '')} {error}".lower()[:4_000]
    if "max_tokens" in request and "max_completion_tokens" in text:
        return {"max_tokens_name": "max_completion_tokens"}
    if "max_completion_tokens" in request and "max_completion_tokens" in text:
        return {"max_tokens_name": "max_tokens"}
    if "temperature" in request and "temperature" in text:
        return {"temperature": False}
    if "seed" in request and re.search(r"\bseed\b", text):
        return {"seed": False}
    if "stream_options" in request and ("stream_options" in text or "include_usage" in text):
        return {"stream_options": False}
    if "response_format" in request and any(
        word in text for word in ("response_format", "json_schema", "json schema", "grammar")
    ):
        return {"json_schema": False}
    roles = [message["role"] for message in request.get("messages", ())]
    if "system" in roles and "system" in text and ("role" in text or "prompt" in text):
        return {"system_role": False}
    return {}


# --------------------------------------------------------------------------- inside


def _moment(value: str) -> datetime | None:
    """Read a date of HTTP; None when it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _from_status(status: int, code: str, retry_after: float | None) -> EndpointError:
    if code in ("insufficient_quota", "billing_hard_limit_reached"):
        return EndpointRefusedError(
            "이 연결의 사용 한도를 다 썼습니다.", remedy="다른 연결을 고르거나 담당자에게 알려 주세요."
        )
    if status == 429:
        return busy(retry_after)
    if code in ("content_filter", "content_policy_violation"):
        return filtered()
    if status >= 500 or status == 408:
        return EndpointFailedError(f"모델 서버에 오류가 났습니다 ({status}).", remedy=_AGAIN)
    if status < 400:
        return nonsense("다른 주소로 가라는 답")
    return EndpointRefusedError(f"{_REFUSALS.get(status, _REFUSALS[400])} ({status}).", remedy=_SETTINGS)


_DROPPED = frozenset({"ServerDisconnectedError", "ClientOSError", "ClientPayloadError", "ReadError"})

_REFUSALS: Mapping[int, str] = {
    400: "모델 서버가 요청을 받아들이지 않았습니다",
    401: "모델 서버가 접속 키를 받아들이지 않았습니다",
    403: "이 키로는 이 모델을 쓸 수 없습니다",
    404: "모델 서버에서 그 주소나 모델을 찾지 못했습니다",
}


def _unreachable(message: str, remedy: str) -> EndpointUnreachableError:
    return EndpointUnreachableError(message, remedy=remedy)


def _code(error: BaseException) -> str:
    body = getattr(error, "body", None)
    values = [getattr(error, "code", None), getattr(error, "type", None)]
    if isinstance(body, dict):
        values += [body.get("code"), body.get("type")]
    return next((value for value in values if isinstance(value, str) and value in _KNOWN_CODES), "")


_KNOWN_CODES = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "content_filter",
        "content_policy_violation",
    }
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "os_error", None)
        if isinstance(inner, BaseException):
            yield inner
        current = current.__cause__ or current.__context__


def _names(error: BaseException) -> Iterator[str]:
    return (kind.__name__ for kind in type(error).__mro__)
