"""An endpoint that refuses a request as too long: told apart from a quirk, and told what to shorten.

Servers word it in many ways, and one of them (vLLM) names ``max_tokens`` while it does, which looks as if
the parameter were not known. Of the server's text only the numbers go on: the rest may hold the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.records import EndpointRefusedError

_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_WORDS = re.compile(
    r"maximum context length|context (?:length|window|size)|max_model_len|prompt is too long"
    r"|(?:max_tokens|max_completion_tokens|max_new_tokens)\W+(?:is )?(?:too large|must be <=)"
    r"|input is too long|too many (?:input )?tokens"
)
_LIMIT = re.compile(
    r"(?:maximum context length|context (?:length|window|size))\s*(?:is|of|:|\()?\s*([\d,]{3,9})"
)
_ASKED = re.compile(r"([\d,]{1,9}) (?:input tokens|in the messages)")
_ROLES = {"system": "지시문(시스템 메시지)", "user": "요청", "assistant": "앞선 답변"}


def refusal(error: BaseException, request: Mapping[str, Any]) -> EndpointRefusedError | None:
    """Return what to tell a person when ``error`` refuses ``request`` as too long; None when it does not."""
    status = getattr(error, "status_code", None)
    if status not in (400, 413, 422, 500):
        return None
    body = getattr(error, "body", None)
    text = f"{body or ''} {error}".lower()[:4_000]
    codes = {getattr(error, "code", None), getattr(error, "type", None)}
    if isinstance(body, dict):
        codes |= {word for name in ("code", "type") if isinstance(word := body.get(name), str)}
    if status != 413 and not codes & _CODES and not _WORDS.search(text):
        return None
    return _in_korean(request, _number(_LIMIT, text), _number(_ASKED, text))


def _in_korean(request: Mapping[str, Any], limit: int, prompt_tokens: int) -> EndpointRefusedError:
    answer = int(request.get("max_completion_tokens") or request.get("max_tokens") or 0)
    message = "보낸 글과 답변 길이를 합치면 모델이 한 번에 읽을 수 있는 길이를 넘었습니다."
    if limit:
        message = (
            f"보낸 글과 답변 길이({answer:,}토큰)를 합치면 모델이 한 번에 읽을 수 있는 "
            f"길이를 넘었습니다({limit:,}토큰)."
        )
    if limit and answer >= limit:
        return EndpointRefusedError(message, remedy="답변 길이를 줄여 다시 실행해 주세요.")
    longest = max(request.get("messages", ()), key=lambda m: len(str(m["content"])), default=None)
    if longest is None:
        return EndpointRefusedError(message, remedy="붙여 넣은 자료를 줄이거나 나누어 다시 실행해 주세요.")
    chars = len(str(longest["content"]))
    name = _ROLES.get(str(longest["role"]), "요청")
    return EndpointRefusedError(
        message,
        remedy=f"가장 긴 부분은 {name}({chars:,}자)입니다. {_how_much(request, limit, prompt_tokens, answer)}"
        "줄이거나 자료를 나누어 여러 번 실행해 주세요. 담당자는 연결 설정의 context_tokens를 "
        f"{f'{limit:,}으로' if limit else '이 서버에 맞게'} 고치면 보내기 전에 알려 줍니다.",
    )


def _how_much(request: Mapping[str, Any], limit: int, prompt_tokens: int, answer: int) -> str:
    """Return about how many characters too many there are, where the server gave the numbers."""
    excess = prompt_tokens + answer - limit
    if not limit or not prompt_tokens or excess <= 0:
        return "이 부분을 "
    chars = sum(len(str(m["content"])) for m in request.get("messages", ()))
    wanted = -(-excess * chars // prompt_tokens)
    return f"여기서 {max(10, -(-wanted // 10) * 10):,}자쯤 "


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return int(found[1].replace(",", "") or 0) if found else 0
