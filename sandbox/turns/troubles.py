"""What turns says itself when an answer cannot be had, and which faults mean what for the queue."""

from __future__ import annotations

import traceback
from pathlib import Path

from sandbox.records import (
    AnswerCutError,
    EndpointBusyError,
    EndpointDetourError,
    EndpointError,
    EndpointFailedError,
    EndpointHealth,
    EndpointTimeoutError,
    EndpointUnreachableError,
    HealthState,
    SandboxError,
)

MAX_HALT_SECONDS = 600.0  # a server may ask for a day; ask again after ten minutes all the same


def is_ill(error: SandboxError) -> bool | None:
    """Return whether a fault says that the endpoint is down, rather than that it disliked a request.

    None: it says neither, as when an answer breaks off.
    """
    if isinstance(error, AnswerCutError):
        return None
    return isinstance(error, EndpointUnreachableError | EndpointFailedError | EndpointTimeoutError)


def halt_seconds(error: EndpointBusyError, refusals: int) -> float:
    """Return how long to send nothing after a 429: as asked, else longer each time."""
    asked = error.retry_after_seconds
    wanted = min(2.0 ** min(refusals - 1, 10), 30.0) if asked is None else max(asked, 0.05)
    return min(wanted, MAX_HALT_SECONDS)


def sent_away(endpoint_name: str, health: EndpointHealth) -> EndpointError:
    """Say why somebody who waited is told to stop waiting."""
    when = in_words(health.retry_seconds)
    if health.state is HealthState.SLOWED:
        return EndpointBusyError(
            f"「{endpoint_name}」 서버가 당분간 요청을 받지 않겠다고 알렸습니다 (429).",
            retry_after_seconds=health.retry_seconds,
            remedy=f"{when} 뒤에 다시 실행하거나 다른 연결을 골라 주세요.",
        )
    return EndpointUnreachableError(
        f"「{endpoint_name}」 서버가 거듭 응답하지 않아 잠시 쉬고 있습니다.",
        remedy=f"{when} 뒤에 다시 실행하거나 다른 연결을 골라 주세요. 쓰신 내용은 그대로 남아 있습니다.",
    )


def detour(first: str, second: str, error: SandboxError) -> EndpointDetourError:
    """Say why the second endpoint answers instead of the first; both are names."""
    return EndpointDetourError(
        f"「{first}」에서 답을 받지 못해 예비 연결 「{second}」에서 받았습니다. 까닭: {error.message}"
    )


def in_words(seconds: float) -> str:
    """Return a wait as people say it."""
    return f"{max(1, round(seconds))}초" if seconds < 90 else f"{round(seconds / 60)}분"


def broken() -> EndpointFailedError:
    return EndpointFailedError(
        "답을 받는 중에 프로그램 오류가 났습니다.", remedy="다시 실행해 주세요. 계속되면 알려 주세요."
    )


def cut() -> AnswerCutError:
    return AnswerCutError("답변이 끝나기 전에 끊겼습니다.", remedy="다시 실행해 주세요.")


def cut_by_closing() -> AnswerCutError:
    return AnswerCutError(
        "서버가 꺼지면서 답변이 중단되었습니다.",
        remedy="여기까지 받은 내용은 남아 있습니다. 다시 실행해 주세요.",
    )


def closing() -> EndpointBusyError:
    return EndpointBusyError("서버를 끄는 중입니다.", remedy="서버가 다시 켜진 뒤 실행해 주세요.")


def own_request_waits() -> EndpointBusyError:
    return EndpointBusyError(
        "앞서 보낸 요청이 아직 기다리고 있습니다.", remedy="그 답을 받거나 멈춘 뒤 다시 실행해 주세요."
    )


def full() -> EndpointBusyError:
    return EndpointBusyError(
        "기다리는 사람이 너무 많습니다.", remedy="1~2분 뒤에 다시 실행하거나 다른 연결을 골라 주세요."
    )


def place(fault: BaseException) -> str:
    """Say what broke and where, without a word of its text, which could hold the prompt or a key."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + where
