"""One browser tab without a browser: pages, cookie, Streamlit's WebSocket, server-sent events.

Hides Streamlit's wire protocol: what the page has drawn is a mapping of places to elements, the
way the browser keeps it (messages it holds come as references), and every widget with a text is
sent back with each press. What arrives is counted at the sockets: every byte, compressed as it came
(a browser offers to take compressed pages and messages, and so does this).
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE_SECONDS = 120.0
ASSETS = re.compile(r'(?:src|href)="\./(static/[^"]+)"')
TRIGGER_PREFIX = "$$STREAMLIT_INTERNAL_KEY"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


class TabError(RuntimeError):
    """The page did not do what a person would have seen it do."""


@dataclass
class Stream:
    """A live answer as it arrived: when each piece of text came, and the text."""

    pieces: list[tuple[float, str]] = field(default_factory=list)
    ended_at: float = 0.0
    state: str = ""
    received_bytes: int = 0
    told_wait: float = 0.0

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)


class Wire:
    """Sockets that count what they receive."""

    def __init__(self) -> None:
        self.received_bytes = 0

    def socket(self, address: Any) -> socket.socket:
        wire = self

        class Counted(socket.socket):
            def recv(self, *args: Any) -> bytes:
                data = super().recv(*args)
                wire.received_bytes += len(data)
                return data

        family, kind, protocol, _, _ = address
        return Counted(family, kind, protocol)


class Tab:
    """A tab at ``url``; ``on_delta`` hears of every element the moment it arrives."""

    def __init__(self, url: str, on_delta: Callable[[Element], None] | None = None) -> None:
        self.url = url
        self.elements: dict[tuple[int, ...], Element] = {}
        self.pages: dict[str, str] = {}
        self._wire = Wire()
        self.runs_done = 0
        self._on_delta = on_delta
        self._page_hash = ""
        self._query = ""
        self._typed: dict[str, str] = {}
        self._held: dict[str, tuple[ForwardMsg, int]] = {}
        self._parts: dict[tuple[int, ...], str] = {}  # which fragment drew an element
        self._redrawn: tuple[frozenset[str], set[tuple[int, ...]]] = (frozenset(), set())
        self._finished = asyncio.Event()
        self._arrived = asyncio.Event()
        self._closed = ""

    @property
    def received_bytes(self) -> int:
        return self._wire.received_bytes

    async def open(self, path: str = "/", *, cold: bool = True) -> None:
        """Load the page's files (all that its first HTML names when ``cold``) and draw it once."""
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(limit=6, socket_factory=self._wire.socket),  # as a browser does
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
        )
        page = (await self._get(path)).decode()
        if cold:
            await asyncio.gather(*(self._get("/" + name) for name in sorted(set(ASSETS.findall(page)))))
        await asyncio.gather(self._get("/_stcore/health"), self._get("/_stcore/host-config"))
        cookies = self._http.cookie_jar.filter_cookies(aiohttp.client.URL(self.url))
        token = cookies.get("_streamlit_xsrf")
        self._socket = await self._http.ws_connect(
            self.url + "/_stcore/stream",
            protocols=("streamlit", *((token.value,) if token else ())),
            origin=self.url,
            max_msg_size=0,
            compress=15,
        )
        self._reader = asyncio.create_task(self._read())
        await self.rerun()

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()
        await self._http.close()

    # ------------------------------------------------------------------ what a person does

    async def go(self, path: str, **query: str) -> None:
        """Open a page of the app by its address, as a click in the menu does."""
        self._page_hash, self._query = self.pages[path], urlencode(query)
        await self.rerun()

    async def rerun(self, *changed: WidgetState, part: str = "", wait: bool = True) -> None:
        """Send the widgets as they stand, the changed ones instead, and wait until it is drawn.

        ``part`` is the fragment that the changed widget belongs to; only that one is drawn then.
        """
        message = BackMsg()
        state = message.rerun_script
        state.fragment_id = part
        state.query_string, state.page_script_hash = self._query, self._page_hash
        state.cached_message_hashes.extend(self._held)
        touched = {widget.id for widget in changed}
        state.widget_states.widgets.extend(w for w in self._texts() if w.id not in touched)
        state.widget_states.widgets.extend(changed)
        self._finished.clear()
        await self._socket.send_bytes(message.SerializeToString())
        if wait:
            await self.drawn()

    async def drawn(self) -> None:
        """Wait until the script has run to its end and nothing more is coming."""
        await asyncio.wait_for(self._finished.wait(), PATIENCE_SECONDS)
        if self._closed:
            raise TabError(self._closed)

    async def press(self, label: str, **texts: str) -> None:
        """Press the button whose label holds ``label``, with texts typed into fields by label."""
        button = self.find("button", lambda b: label in b.label)
        if button.disabled:
            raise TabError(f"the button {label} cannot be pressed")
        typed = [
            WidgetState(id=self.find("text_input", lambda f, t=name: t in f.label).id, string_value=value)
            for name, value in texts.items()
        ]
        await self.rerun(*typed, WidgetState(id=button.id, trigger_value=True))

    async def write(self, label: str, text: str) -> None:
        """Add to the end of the text box whose label holds ``label``, and leave the box."""
        box = self.find("text_area", lambda b: label in b.label)
        self._typed[box.id] += text
        await self.rerun(part=self._part_of(box.id))

    async def say(self, text: str, *, wait: bool = True) -> None:
        """Type into the chat box and send."""
        widget = WidgetState(id=self.find("chat_input").id)
        widget.chat_input_value.data = text
        await self.rerun(widget, wait=wait)

    async def trigger(self, component: Any, event: str, value: str) -> None:
        """Report what a component's script would report."""
        widget = WidgetState(
            id=f"{TRIGGER_PREFIX}_{component.id}__events",
            json_trigger_value=json.dumps([{"event": event, "value": value}]),
        )
        await self.rerun(widget, part=self._part_of(component.id))

    def text_of(self, key: str) -> str:
        """Return what stands in the box with this key of the app's."""
        for element in self.elements.values():
            kind = element.WhichOneof("type")
            if kind in ("text_area", "text_input") and getattr(element, kind).id.endswith(f"-{key}"):
                return self._typed[getattr(element, kind).id]
        raise TabError(f"no box {key} on the page")

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post as the page does; a kept connection that the server has just let go is no failure."""
        try:
            return await self._post(path, body)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return await self._post(path, body)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(self.url + path, json=body, headers=SAME_SITE) as answer:
            read = await answer.read()
            if answer.status != 200:
                raise TabError(f"{path} answered {answer.status}")
            told: dict[str, Any] = json.loads(read)
            return told

    async def events(self, path: str) -> Stream:
        """Read a live answer to its ``end`` event, as an EventSource does."""
        stream, before = Stream(), self.received_bytes
        async with self._http.get(self.url + path, headers={"Accept": "text/event-stream"}) as answer:
            if answer.status != 200:
                raise TabError(f"{path} answered {answer.status}")
            rest = b""
            async for data in answer.content.iter_any():
                now = time.perf_counter()
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    _take(stream, event, now)
                if stream.ended_at:
                    break
        stream.received_bytes = self.received_bytes - before
        if not stream.ended_at:
            raise TabError("the live answer was cut")
        return stream

    async def events_status(self, path: str) -> int:
        """Ask for a live answer and return the status alone."""
        async with self._http.get(self.url + path) as answer:
            return answer.status

    # ------------------------------------------------------------------ what a person sees

    def find(self, kind: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """Return the first element of a kind that is on the page."""
        for element in self.elements.values():
            if element.WhichOneof("type") == kind and fits(getattr(element, kind)):
                return getattr(element, kind)
        raise TabError(f"no {kind} on the page")

    def has(self, kind: str, fits: Callable[[Any], bool] = lambda _: True) -> bool:
        try:
            return self.find(kind, fits) is not None
        except TabError:
            return False

    async def mounted(self, name: str) -> tuple[Any, dict[str, Any]]:
        """Wait for a component as the browser does: it lives as soon as it arrives."""
        end = time.perf_counter() + PATIENCE_SECONDS
        while not self.has("bidi_component", lambda c: c.component_name.endswith(name)):
            if self._closed or time.perf_counter() > end:
                raise TabError(f"{name} did not appear: {self._closed}")
            self._arrived.clear()
            await asyncio.wait_for(self._arrived.wait(), PATIENCE_SECONDS)
        return self.component(name)

    def component(self, name: str) -> tuple[Any, dict[str, Any]]:
        """Return a component of our own with the data it was given."""
        found = self.find("bidi_component", lambda c: c.component_name.endswith(name))
        return found, json.loads(found.json or found.mixed.json)

    # ------------------------------------------------------------------ inside

    async def _get(self, path: str) -> bytes:
        async with self._http.get(self.url + path) as answer:
            return await answer.read()

    def _part_of(self, widget_id: str) -> str:
        for place, element in self.elements.items():
            if getattr(getattr(element, element.WhichOneof("type") or ""), "id", "") == widget_id:
                return self._parts[place]
        return ""

    def _texts(self) -> list[WidgetState]:
        """The browser knows the text of every box and sends it back each time."""
        found = []
        for element in self.elements.values():
            kind = element.WhichOneof("type")
            if kind in ("text_area", "text_input"):
                box = getattr(element, kind)
                found.append(WidgetState(id=box.id, string_value=self._typed[box.id]))
        return found

    def _remember(self, element: Element) -> None:
        """A box keeps what was typed into it until the server sets another text."""
        kind = element.WhichOneof("type")
        if kind in ("text_area", "text_input"):
            box = getattr(element, kind)
            if box.set_value:
                self._typed[box.id] = box.value
            self._typed.setdefault(box.id, box.default)

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self._receive(ForwardMsg.FromString(message.data))
        self._closed = "the server closed the connection"
        self._finished.set()
        self._arrived.set()

    def _receive(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            metadata, held = message.metadata, self._held[message.ref_hash][0]
            message = ForwardMsg()
            message.CopyFrom(held)
            message.metadata.CopyFrom(metadata)
            self._held[message.hash] = (held, self.runs_done)
        elif message.metadata.cacheable:
            self._held[message.hash] = (message, self.runs_done)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page_hash = message.new_session.page_script_hash
            self._redrawn = (frozenset(message.metadata.run.fragment_ids), set())
            if not self._redrawn[0]:
                self.elements.clear()
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            place = tuple(message.metadata.delta_path)
            self.elements[place], self._parts[place] = message.delta.new_element, message.delta.fragment_id
            self._redrawn[1].add(place)
            self._remember(message.delta.new_element)
            self._arrived.set()
            if self._on_delta is not None:
                self._on_delta(message.delta.new_element)
        elif kind == "script_finished":
            self._done(message.script_finished)

    def _done(self, how: int) -> None:
        """A run that ended early is followed by another; old messages are let go as the browser does."""
        if how == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self.runs_done += 1
        parts, redrawn = self._redrawn
        for place in [p for p in self.elements if self._parts[p] in parts and p not in redrawn]:
            del self.elements[place]
        self._held = {h: (m, at) for h, (m, at) in self._held.items() if self.runs_done - at <= 2}
        self._finished.set()


def _take(stream: Stream, event: bytes, now: float) -> None:
    name, data = "", {}
    for line in event.decode().split("\n"):
        field_name, _, value = line.partition(":")
        if field_name == "event":
            name = value.strip()
        elif field_name == "data":
            data = json.loads(value)
    if data.get("t"):
        stream.pieces.append((now, data["t"]))
    stream.state = data.get("s", stream.state)
    stream.told_wait = stream.told_wait or data.get("w", 0.0)
    if name == "end":
        stream.ended_at = now
