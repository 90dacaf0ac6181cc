"""People at a Chainlit and at a Gradio chat, without a browser: what each one's page sends and hears.

Hides both wire protocols, as a real Chromium was seen to speak them. Chainlit: events of socket.io in the
text frames of one WebSocket. Gradio: every step that the page chains to a press is a request of its own; the
answer comes as server-sent events that carry first the whole conversation and then what is to be changed in it.
What arrives is counted at the sockets, as in ``tab``.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bench.people import PROMPT, Answered, answered, lost
from bench.tab import PATIENCE_SECONDS, TabError, Wire

CHAINLIT_PAGES = (
    "/", "/auth/config", "/user", "/project/translations?language=ko-KR", "/project/settings?language=ko-KR",
)  # fmt: skip


class _Browser:
    """An empty browser's connections to one server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._wire = Wire()
        self._pieces: list[tuple[float, str]] = []
        self._aside: set[asyncio.Task[Any]] = set()
        self._opened = AsyncExitStack()

    async def open(self) -> None:
        http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(limit=6, socket_factory=self._wire.socket),  # as a browser does
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
        )
        self._http = await self._opened.enter_async_context(http)

    async def close(self) -> None:
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._opened.aclose()

    def _besides(self, act: Any) -> None:
        """Let something go on that nobody waits for."""
        self._aside.add(asyncio.create_task(act))

    async def _get(self, path: str) -> bytes:
        async with self._http.get(self.url + path) as answer:
            return await answer.read()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(self.url + path, json=body, headers={"Origin": self.url}) as answer:
            if answer.status != 200:
                raise TabError(f"{path} answered {answer.status}")
            told: dict[str, Any] = await answer.json()
            return told


# ----------------------------------------------------------------------------- Chainlit


class ChainlitTab(_Browser):
    """A person at the Chainlit chat. The browser begins by polling and changes to the WebSocket at once; here
    it is the WebSocket from the start, and what flows over it from then on is the same."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._begun = False
        self._wrong = ""
        self._ended = asyncio.Event()

    async def open(self) -> None:
        await super().open()
        session = str(uuid.uuid4())
        await asyncio.gather(*(self._get(path) for path in CHAINLIT_PAGES))
        await self._post("/set-session-cookie", {"session_id": session})
        address = self.url + "/ws/socket.io/?EIO=4&transport=websocket"
        socket = self._http.ws_connect(address, origin=self.url, max_msg_size=0, compress=15)
        self._socket = await self._opened.enter_async_context(socket)
        await self._socket.receive_str()  # engine.io's greeting
        about = {"clientType": "webapp", "sessionId": session, "threadId": "", "userEnv": "{}"}
        await self._socket.send_str("40" + json.dumps({**about, "chatProfile": ""}))
        if not (welcome := await self._socket.receive_str()).startswith("40"):
            raise TabError(f"Chainlit did not let us in: {welcome[:80]}")
        self._besides(self._read())
        await self._say("connection_successful")
        await self._say("fetch_favorites")

    async def run(self) -> Answered:
        """Send the prompt and read to the end of the task."""
        self._pieces, self._begun, self._wrong = [], False, ""
        self._ended.clear()
        message = {
            "threadId": "", "id": str(uuid.uuid4()), "name": "User", "type": "user_message", "output": PROMPT,
            "createdAt": datetime.now(UTC).isoformat(), "metadata": {"location": self.url + "/"},
        }  # fmt: skip
        before, pressed = self._wire.received_bytes, time.perf_counter()
        await self._say("client_message", {"message": message, "fileReferences": []})
        self._besides(self._get("/user"))
        await asyncio.wait_for(self._ended.wait(), PATIENCE_SECONDS)
        if self._wrong:
            return lost(self._wrong)
        used = self._wire.received_bytes - before
        return answered(pressed, self._pieces, stream_bytes=used, all_bytes=used)

    async def _say(self, *event: Any) -> None:
        await self._socket.send_str("42" + json.dumps(event, ensure_ascii=False))

    async def _read(self) -> None:
        async for message in self._socket:
            if message.data == "2":  # engine.io asks whether we are there
                await self._socket.send_str("3")
            elif message.data.startswith("42"):
                self._hear(*json.loads(message.data[2:]))
        self._wrong = "the server closed the connection"
        self._ended.set()

    def _hear(self, event: str, told: Any = None) -> None:
        if event == "stream_start":  # it carries the first piece of text
            self._pieces.append((time.perf_counter(), told["output"]))
            self._besides(self._get(f"/avatars/{told['name']}"))
        elif event == "stream_token":
            self._pieces.append((time.perf_counter(), told["token"]))
        elif event in ("new_message", "update_message") and told["isError"]:
            self._wrong = f"Chainlit failed: {told['output'][:60]}"
        elif event == "task_start":
            self._begun = True
        elif event == "task_end" and self._begun:
            self._ended.set()


# ----------------------------------------------------------------------------- Gradio


class GradioTab(_Browser):
    """A person at the Gradio chat. Which step follows which, and what each is given, the page's own
    configuration says; the values of the page's parts are kept as the browser keeps them."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._session = uuid.uuid4().hex[:11]
        self._values: dict[int, Any] = {}
        self._said, self._seen = 0, 0
        self._stream_bytes = 0

    async def open(self) -> None:
        await super().open()
        await self._get("/")
        config = json.loads(await self._get("/config"))
        self._steps: list[dict[str, Any]] = config["dependencies"]
        parts = config["components"]
        self._values = {p["id"]: p["props"].get("value") for p in parts if p["type"] != "state"}
        self._box = next(p["id"] for p in parts if p["type"] == "textbox")
        self._chat = next(p["id"] for p in parts if p["type"] == "chatbot")
        self._besides(self._stay())

    async def _stay(self) -> None:
        """Hold the line by which the server knows that the page is open."""
        address = f"{self.url}/gradio_api/heartbeat/{self._session}"
        async with self._http.get(address, timeout=aiohttp.ClientTimeout(total=None)) as line:
            async for _ in line.content:
                pass

    async def run(self) -> Answered:
        """Press Enter in the box and go through all that the page chains to it."""
        self._pieces, self._seen, self._values[self._box] = [], 0, PROMPT
        self._said = len(self._values[self._chat] or [])
        press = next(s for s in self._steps if [self._box, "submit"] in s["targets"])
        before, pressed = self._wire.received_bytes, time.perf_counter()
        await self._take(press)
        used = self._wire.received_bytes - before
        return answered(pressed, self._pieces, stream_bytes=self._stream_bytes, all_bytes=used)

    async def _take(self, step: dict[str, Any]) -> None:
        """Take a step, and then at once all the steps that wait for it."""
        body = {
            "data": [self._values.get(part) for part in step["inputs"]], "event_data": None,
            "fn_index": step["id"], "trigger_id": self._box, "session_hash": self._session,
        }  # fmt: skip
        if step["queue"]:
            await self._in_queue(step, body)
        else:
            self._show(step, (await self._post("/gradio_api/run/predict", body))["data"])
        await asyncio.gather(*(self._take(s) for s in self._steps if s["trigger_after"] == step["id"]))

    async def _in_queue(self, step: dict[str, Any], body: dict[str, Any]) -> None:
        before = self._wire.received_bytes
        event_id = (await self._post("/gradio_api/queue/join?", body))["event_id"]
        outputs: list[Any] = []
        async for told in self._events():
            if told["event_id"] not in (event_id, None) or told["msg"] == "unexpected_error":
                raise TabError(f"Gradio told of {told['msg']}")
            if told["msg"] == "process_generating" and outputs:
                changes = told["output"]["data"]
                outputs = [_changed(value, change) for value, change in zip(outputs, changes, strict=True)]
            elif told["msg"] in ("process_generating", "process_completed"):
                if not told["success"]:
                    raise TabError(f"Gradio failed: {str(told['output'].get('error'))[:60]}")
                outputs = told["output"]["data"]
            self._show(step, outputs)
        if step["types"]["generator"]:
            self._stream_bytes = self._wire.received_bytes - before

    async def _events(self) -> AsyncIterator[dict[str, Any]]:
        """Read the session's events until the server says that no more will come."""
        address = f"{self.url}/gradio_api/queue/data?session_hash={self._session}"
        async with self._http.get(address, headers={"Accept": "text/event-stream"}) as answer:
            rest = b""
            async for data in answer.content.iter_any():
                *events, rest = (rest + data).split(b"\n\n")
                for event in (e for e in events if e.startswith(b"data:")):  # the others only keep it open
                    told = json.loads(event[5:])
                    if told["msg"] == "close_stream":
                        return
                    yield told
        raise TabError("the live answer was cut")

    def _show(self, step: dict[str, Any], outputs: Sequence[Any]) -> None:
        """Put what came into its parts of the page; what is new in the answer is a piece of text."""
        for part, value in zip(step["outputs"], outputs, strict=False):
            if not isinstance(value, dict) or value.get("__type__") != "update":
                self._values[part] = value
            elif "value" in value:
                self._values[part] = value["value"]
        said = (self._values[self._chat] or [])[self._said :]
        if said and said[-1]["role"] == "assistant":
            text = said[-1]["content"][0]["text"]
            if len(text) > self._seen:
                self._pieces.append((time.perf_counter(), text[self._seen :]))
                self._seen = len(text)


def _changed(value: Any, changes: Sequence[tuple[str, Sequence[Any], Any]]) -> Any:
    """Change a value as Gradio's stream says: what to do, where, with what."""
    for action, path, new in changes:
        if not path:
            value = value + new if action == "append" else new
            continue
        *way, last = path
        place = value
        for step in way:
            place = place[step]
        if action == "append":
            place[last] += new
        elif action == "delete":
            del place[last]
        elif action == "add" and isinstance(place, list):
            place.insert(last, new)
        else:
            place[last] = new
    return value
