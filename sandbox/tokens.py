"""Count tokens, keep a budget, draw the token picture: all without a network.

Hides tiktoken (imported nowhere else, and only when first used), which would download its ranks:
the o200k vocabulary lies beside this module and its hash is checked before tiktoken, which
answers a wrong hash by deleting and downloading, ever sees it. Models of another vocabulary get
an estimate with the same ranks, marked as such; the endpoint's own usage is to be preferred. Whether
a request fits is judged by a careful estimate: the endpoint would refuse it, or quietly cut it, with
nobody the wiser.
The caches are bounded memories of pure functions, not state.
"""

from __future__ import annotations

import codecs
import hashlib
import math
import os
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.records import (
    Endpoint,
    Message,
    PromptTooLongError,
    Role,
    Sampling,
    SettingsError,
    TokenCount,
)

if TYPE_CHECKING:
    import tiktoken

ASSETS = Path(__file__).with_name("assets")
RANKS_FILE = "fb374d419588a4632f3f557e76b4b70aebbca790"
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
TOKENS_PER_MESSAGE = 4  # role and separators of the chat form
TOKENS_PER_REQUEST = 3  # the opening of the answer
# Measured with the embedded model's own vocabulary (Qwen) on the 450 texts of the course: it needs 0.99 to 1.48
# times our tokens, most of it because it takes every digit alone where ours takes three; with the digits counted
# so, 0.97 to 1.18 times.
MARGIN = 1.2
_CACHED_CHARS = (
    20_000  # 1,024 texts, one for each seat of three hundred, of at most 20,000 characters: usually some MB
)
_ROLE_NAMES = {Role.SYSTEM: "지시문(시스템 메시지)", Role.USER: "요청", Role.ASSISTANT: "앞선 답변"}
_DIGITS = re.compile(r"[0-9]{2,}")
_loading = threading.Lock()


def warm() -> None:
    """Load the vocabulary now (about 0.4 s)."""
    _encoding()


def count(text: str, model: str = "") -> TokenCount:
    """Count the tokens of a text as the model would see it; ``estimated`` for other vocabularies."""
    return TokenCount(_length(text), not _is_o200k(model))


def count_messages(messages: Sequence[Message], model: str = "") -> TokenCount:
    """Count a whole request, with what the chat form adds to each message."""
    tokens = TOKENS_PER_REQUEST + sum(TOKENS_PER_MESSAGE + _length(m.text) for m in messages)
    return TokenCount(tokens, not _is_o200k(model))


def pieces(text: str) -> tuple[str, ...]:
    """Return the tokens of a text as strings that join to the text, for the token picture.

    A character cut over several tokens is shown as one piece, since no part of it can be shown.
    """
    encoding = _encoding()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    found: list[str] = []
    held = ""
    for token in encoding.encode_ordinary(_encodable(text)):
        held += decoder.decode(encoding.decode_single_token_bytes(token))
        if decoder.getstate()[0] == b"" and held:
            found.append(held)
            held = ""
    return (*found, held) if held else tuple(found)


def check_fits(messages: Sequence[Message], endpoint: Endpoint, sampling: Sampling) -> TokenCount:
    """Return the count if messages and answer fit the endpoint; else raise PromptTooLongError.

    For a model of another vocabulary the count is a careful estimate, rather too high than too low. The
    error says by how much to shorten, in characters of this text, and which part is longest.
    """
    counted = _careful(messages, endpoint.model)
    limit = endpoint.context_tokens - sampling.max_answer_tokens
    if counted.tokens <= limit:
        return counted
    about, guess = ("약 ", "(추정)") if counted.estimated else ("", "")
    if limit <= TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE:
        raise PromptTooLongError(
            f"답변 길이({sampling.max_answer_tokens:,}토큰)만으로 이 모델이 다룰 수 있는 길이"
            f"({endpoint.context_tokens:,}토큰)가 찹니다.",
            tokens=counted.tokens,
            limit=limit,
            remedy="답변 길이를 줄이거나 더 긴 글을 다루는 모델을 골라 주세요.",
        )
    raise PromptTooLongError(
        f"보낼 글이 {about}{counted.tokens:,}토큰{guess}으로, 이 모델에 보낼 수 있는 {limit:,}토큰을 넘습니다.",
        tokens=counted.tokens,
        limit=limit,
        remedy=_how_to_shorten(messages, counted, counted.tokens - limit),
    )


# --------------------------------------------------------------------------- inside


def _careful(messages: Sequence[Message], model: str) -> TokenCount:
    """Count a request; where the model has another vocabulary, with its digits and a margin."""
    counted = count_messages(messages, model)
    if not counted.estimated:
        return counted
    tokens = TOKENS_PER_REQUEST + sum(TOKENS_PER_MESSAGE + _careful_length(m.text) for m in messages)
    return TokenCount(tokens, estimated=True)


def _careful_length(text: str) -> int:
    return math.ceil(MARGIN * (_length(text) + _digits_apart(text)))


def _digits_apart(text: str) -> int:
    """Return how many tokens more a text has where every digit is one, not every three."""
    return sum(len(run) - -(-len(run) // 3) for run in _DIGITS.findall(text))


def _how_to_shorten(messages: Sequence[Message], counted: TokenCount, excess_tokens: int) -> str:
    length = _careful_length if counted.estimated else _length
    lengths = [length(message.text) for message in messages]
    longest = max(range(len(messages)), key=lengths.__getitem__)
    text = messages[longest].text
    chars = -(-excess_tokens * len(text) // max(1, lengths[longest]))
    chars = max(10, -(-chars // 10) * 10)
    name = _ROLE_NAMES[messages[longest].role]
    if len(messages) > 2:
        name = f"{longest + 1}번째 메시지 {name}"
    if chars >= len(text):
        return (
            f"가장 긴 부분은 {name}({len(text):,}자)입니다. 앞선 대화를 빼고 새로 시작하거나 "
            f"모두 합쳐 {excess_tokens:,}토큰을 줄여 주세요."
        )
    return (
        f"가장 긴 부분은 {name}({len(text):,}자)입니다. {_longest_paragraph(text)}"
        f"여기서 {chars:,}자쯤 줄이거나, 자료를 나누어 여러 번 실행해 주세요."
    )


def _longest_paragraph(text: str) -> str:
    """Say where in a long text the longest paragraph begins, without quoting it."""
    paragraphs = text.split("\n\n")
    if len(paragraphs) < 3:
        return ""
    at = max(range(len(paragraphs)), key=lambda n: len(paragraphs[n]))
    line = sum(part.count("\n") + 2 for part in paragraphs[:at]) + 1
    return f"그 가운데 {line}번째 줄부터의 문단({len(paragraphs[at]):,}자)이 가장 깁니다. "


def _length(text: str) -> int:
    return _remembered_length(text) if len(text) <= _CACHED_CHARS else _plain_length(text)


@lru_cache(maxsize=1024)
def _remembered_length(text: str) -> int:
    return _plain_length(text)


def _plain_length(text: str) -> int:
    return len(_encoding().encode_ordinary(_encodable(text)))


def _encodable(text: str) -> str:
    """Replace lone surrogates, which no vocabulary can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=64)
def _is_o200k(model: str) -> bool:
    if not model:
        return True
    from tiktoken.model import encoding_name_for_model

    try:
        return encoding_name_for_model(model.rpartition("/")[2]).startswith("o200k")
    except KeyError:
        return False


def _encoding() -> tiktoken.Encoding:
    with _loading:  # else a room's first presses would each load the ranks
        return _loaded_encoding()


@lru_cache(maxsize=1)
def _loaded_encoding() -> tiktoken.Encoding:
    verify_ranks(ASSETS / RANKS_FILE)
    import tiktoken

    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(ASSETS)
    try:
        return tiktoken.get_encoding("o200k_base")
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before


def verify_ranks(path: Path) -> None:
    """Raise SettingsError unless the vocabulary file is there and whole."""
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != RANKS_SHA256:
        raise SettingsError(
            "토큰을 세는 데 쓰는 낱말 파일이 없거나 손상되었습니다.",
            remedy=f"프로그램을 다시 내려받아 sandbox/assets/{RANKS_FILE} 파일을 되살려 주세요.",
        )
