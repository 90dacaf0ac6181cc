"""What an answer looks like on the wire: bytes in, text out. Pure: no sockets, no clock.

Hides the event-stream framing and everything endpoints do differently inside it: empty first
``choices``, usage or none, ``reasoning_content`` or ``<think>`` cut anywhere, a whole JSON body
although a stream was asked for, HTML with status 200, an error in the middle, broken JSON or
UTF-8, half an emoji in one chunk and half in the next, an answer that never ends.

Reads the lines itself because the SDK's typed stream objects cost five times as much a chunk
(docs/decisions/0002-read-event-lines-ourselves.md).
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from typing import Any

from pydantic_core import from_json

from sandbox.llm import faults
from sandbox.records import Delta, EndpointError, Finish, Usage

MAX_EVENT_BYTES = 8 * 1024 * 1024
_OPEN, _CLOSE = "<think>", "</think>"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class EventLines:
    """Cut a byte stream into the payloads of its ``data:`` lines, however it was split."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads completed by ``data``; ``b""`` stands for the blank line after an event."""
        if b"\n" not in data:
            self._hold(data)
            return []
        if self._parts:
            data = b"".join((*self._parts, data))
            self._parts, self._held = [], 0
        *lines, rest = data.split(b"\n")
        if rest:
            self._hold(rest)
        return _payloads(lines)

    def end(self) -> list[bytes]:
        """Return what stands after the last line break."""
        line, self._parts = b"".join(self._parts), []
        return [*_payloads([line]), b""]

    def _hold(self, data: bytes) -> None:
        self._parts.append(data)
        self._held += len(data)
        if self._held > MAX_EVENT_BYTES:
            raise faults.nonsense("한 조각이 너무 큰 답")


def _payloads(lines: list[bytes]) -> list[bytes]:
    stripped = (line.rstrip(b"\r") for line in lines)
    return [line[5:].strip() for line in stripped if not line or line.startswith(b"data:")]


class ThinkSplitter:
    """Part ``<think>…</think>`` at the head of an answer from the answer, across chunk borders.

    Only the head counts: a ``<think>`` later on is text somebody asked for.
    """

    def __init__(self) -> None:
        self._mode = "head"
        self._held = ""

    def feed(self, text: str) -> tuple[str, str]:
        """Return what is now certain, as (answer, reasoning)."""
        if self._mode == "text":
            return text, ""
        self._held += text
        if self._mode == "head":
            head = self._held.lstrip()
            if head.startswith(_OPEN):
                self._mode, self._held = "think", head[len(_OPEN) :]
            elif _OPEN.startswith(head):
                return "", ""
            else:
                return self._release("text"), ""
        if self._mode == "think":
            return self._think()
        answer = self._held.lstrip()
        self._held = ""
        if answer:
            self._mode = "text"
        return answer, ""

    def end(self) -> tuple[str, str]:
        """Return what was held back when the stream is over."""
        thinking = self._mode == "think"
        held = self._release("text")
        return ("", held) if thinking else (held, "")

    def _release(self, mode: str) -> str:
        held, self._held, self._mode = self._held, "", mode
        return held

    def _think(self) -> tuple[str, str]:
        thought, closed, rest = self._held.partition(_CLOSE)
        if closed:
            self._mode, self._held = "gap", ""
            answer, _ = self.feed(rest)
            return answer, thought
        keep = next((n for n in range(len(_CLOSE) - 1, 0, -1) if thought.endswith(_CLOSE[:n])), 0)
        self._held = thought[len(thought) - keep :]
        return "", thought[: len(thought) - keep]


class AnswerReader:
    """Turn the body of one chat completion into deltas and, at the end, a finish.

    Nothing is raised: ``fault`` holds the EndpointError that describes what is wrong, so that the
    text before it can still be shown. ``max_chars`` caps an answer that never ends: it then
    finishes as ``length``. ``seen`` collects the quirks this answer showed.
    """

    def __init__(self, content_type: str, *, max_chars: int) -> None:
        self.done = False
        self.fault: EndpointError | None = None
        self.finish_reason = ""
        self.any_text = False
        self.any_reasoning = False
        self.seen: dict[str, Any] = {}
        self._usage: Usage | None = None
        self._lines = EventLines()
        self._think = ThinkSplitter()
        self._pending: list[bytes] = []
        self._whole: list[bytes] | None = None
        self._whole_bytes = 0
        self._started = False
        self._mark = b""
        self._answered = False
        self._surrogate = ""
        self._chars_left = max_chars
        self._answer: list[str] = []
        self._reasoning: list[str] = []
        if "html" in content_type:
            self.fault = faults.nonsense("모델의 답이 아닌 웹 페이지(HTML)")

    def feed(self, data: bytes) -> Delta | None:
        """Read some bytes; return the new text in them, if any."""
        try:
            if not self._started:
                data = self._without_mark(data)
                self._look_at_head(data)
            if self._whole is not None:
                self._keep_whole(data)
            else:
                self._events(self._lines.feed(data))
        except EndpointError as fault:
            self._blame(fault)
        return self._take()

    def end(self) -> tuple[Delta | None, Finish | None]:
        """Say how the answer ended; with a fault (cut, empty, nonsense) there is no finish."""
        try:
            if self._whole is not None:
                self._read_whole(b"".join(self._whole))
            elif not self.done:
                self._events(self._lines.end())
            self._note(*self._think.end())
            finish = self._finish()
        except EndpointError as fault:
            self._blame(fault)
            finish = None
        return self._take(), finish

    # ------------------------------------------------------------------ inside

    def _blame(self, fault: EndpointError) -> None:
        fault.__context__ = fault.__cause__ = None  # a decode error would carry the raw bytes along
        self.fault = fault

    def _without_mark(self, data: bytes) -> bytes:
        """Take off a byte order mark, also one cut in two: behind it the first line would not be known."""
        data, self._mark = self._mark + data, b""
        if len(data) < len(BOM_UTF8) and BOM_UTF8.startswith(data):
            self._mark, data = data, b""
        return data.removeprefix(BOM_UTF8)

    def _look_at_head(self, data: bytes) -> None:
        head = data.lstrip()
        if not head:
            return
        self._started = True
        if head.startswith(b"<"):
            raise faults.nonsense("모델의 답이 아닌 웹 페이지(HTML)")
        if head.startswith(b"{"):
            self._whole = []

    def _keep_whole(self, data: bytes) -> None:
        assert self._whole is not None
        self._whole.append(data)
        self._whole_bytes += len(data)
        if self._whole_bytes > MAX_EVENT_BYTES:
            raise faults.nonsense("너무 큰 답")

    def _finish(self) -> Finish:
        if not self.finish_reason and (self.any_text or self.any_reasoning):
            raise faults.cut()
        if self._started and not self._answered:
            raise faults.nonsense("모델의 답이 아닌 글")
        if self.finish_reason == "content_filter":
            raise faults.filtered()
        if not self.any_text:
            spent = self.any_reasoning and self.finish_reason == "length"
            raise faults.only_reasoning() if spent else faults.empty()
        if self._usage is None and self._chars_left > 0:
            self.seen["usage"] = False
        return Finish("length" if self.finish_reason == "length" else "stop", self._usage)

    def _events(self, payloads: list[bytes]) -> None:
        for payload in payloads:
            if self.done:
                return
            if payload or self._pending:  # blank lines are half of all, and mostly end nothing
                self._event(payload)

    def _event(self, payload: bytes) -> None:
        if not self._pending and (body := _read_quickly(payload)) is not None:
            self._chunk(body)
            return
        if payload == b"[DONE]":
            self.done = True
            if not self.finish_reason and (self.any_text or self.any_reasoning):
                self.finish_reason, self.seen["finish_reason"] = "stop", False
            return
        if not payload:
            if self._pending:
                raise faults.nonsense("깨진 조각(JSON)")
            return
        self._pending.append(payload)
        try:
            body = json.loads(b"\n".join(self._pending).decode("utf-8"))
        except UnicodeDecodeError:
            raise faults.nonsense("깨진 글자(UTF-8)") from None
        except ValueError:
            return  # perhaps the event goes on in its next data line; the blank line decides
        self._pending = []
        self._chunk(body)

    def _chunk(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise faults.nonsense("알 수 없는 모양의 조각")
        self._answered = True
        if body.get("error"):
            raise faults.in_stream(body["error"])
        if isinstance(body.get("usage"), dict):
            self._usage = _usage(body["usage"])
        choices = body.get("choices")
        if not choices:
            if not self.any_text and "prompt_filter_results" in body:
                self.seen["empty_first_choices"] = True
            return
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, dict):
            raise faults.nonsense("알 수 없는 모양의 조각")
        self._choice(choice.get("delta") or choice.get("message") or {})
        if choice.get("finish_reason"):
            self.finish_reason = str(choice["finish_reason"])

    def _choice(self, delta: Any) -> None:
        if not isinstance(delta, dict):
            raise faults.nonsense("알 수 없는 모양의 조각")
        thought = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
        text = _text(delta.get("content")) or _text(delta.get("refusal"))
        if thought:
            self.seen["reasoning"] = "field"
        answer = ""
        if text:
            answer, tagged = self._think.feed(self._whole_characters(text))
            if tagged:
                self.seen["reasoning"] = "tag"
            thought += tagged
        self._note(answer, thought)

    def _whole_characters(self, text: str) -> str:
        """Join emoji halves sent in two chunks; drop what no database can hold."""
        if text.isascii() and not self._surrogate:
            return text.replace("\0", "")
        text = (self._surrogate + text).replace("\0", "")
        self._surrogate = ""
        if not _LONE_SURROGATES.search(text):
            return text
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._surrogate = text[:-1], text[-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _note(self, answer: str, reasoning: str) -> None:
        if answer:
            answer = answer[: self._chars_left]
            self._answer.append(answer)
            self.any_text = True
        if reasoning:
            self._reasoning.append(reasoning)
            self.any_reasoning = True
        self._chars_left -= len(answer) + len(reasoning)
        if self._chars_left <= 0:
            self.finish_reason, self.done = "length", True

    def _take(self) -> Delta | None:
        if not self._answer and not self._reasoning:
            return None
        delta = Delta("".join(self._answer), "".join(self._reasoning))
        self._answer, self._reasoning = [], []
        return delta

    def _read_whole(self, body: bytes) -> None:
        try:
            whole = json.loads(body.decode("utf-8"))
        except ValueError:
            raise faults.nonsense("깨진 답(JSON)") from None
        self.seen["streaming"] = False
        self._chunk(whole)


def _read_quickly(payload: bytes) -> dict[str, Any] | None:
    """Read an object as nearly all come: thousands a second in a full room, and this reader is the quicker one.

    None for half an emoji, half a JSON and broken letters, which are looked at more closely.
    """
    try:
        body = from_json(payload)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _text(value: Any) -> str:
    """Return text from a string or from a list of content parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(part["text"] for part in value if isinstance(part, dict) and _text(part.get("text")))
    return ""


def _usage(body: dict[str, Any]) -> Usage | None:
    prompt, answer = body.get("prompt_tokens"), body.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(answer, int) or prompt + answer == 0:
        return None
    return Usage(prompt, answer, estimated=False)
