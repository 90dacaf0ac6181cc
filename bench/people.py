"""What N people do at once: in the room, in a plain chat, and straight at the endpoint.

Hides how presses are made simultaneous. Each way gives the same ``Answered`` a person, so that
they can be compared; moments are seconds after the press.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from openai import AsyncOpenAI, DefaultAioHttpClient
from streamlit.proto.Element_pb2 import Element

from bench.tab import Tab, TabError

PROMPT = "이번 주 당직 일정을 안내하는 글을 써 주세요."
OPENING_SECONDS = 10.0
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Answered:
    """One person's answer. ``drawn`` is when the page stands with its verdicts; 0 where there are none.

    ``told_wait`` is the first estimate of the wait that was shown.
    """

    first: float
    whole: float
    longest_gap: float
    text: str
    drawn: float = 0.0
    stream_bytes: int = 0
    all_bytes: int = 0
    told_wait: float = 0.0
    problem: str = ""


def lost(problem: str) -> Answered:
    return Answered(0.0, 0.0, 0.0, "", problem=problem)


def answered(pressed: float, pieces: Sequence[tuple[float, str]], **more: Any) -> Answered:
    """Sum up the moments at which text came."""
    if not pieces:
        return lost("no text came")
    moments = [at for at, _ in pieces]
    gap = max((b - a for a, b in itertools.pairwise(moments)), default=0.0)
    return Answered(
        moments[0] - pressed, moments[-1] - pressed, gap, "".join(text for _, text in pieces), **more
    )


async def all_at_once(acts: Sequence[Callable[[], Awaitable[Answered]]]) -> list[Answered]:
    """Let everybody press in the same instant; one person's misfortune is not the others'."""
    results = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    return [r if isinstance(r, Answered) else lost(type(r).__name__ + ": " + str(r)[:80]) for r in results]


# ----------------------------------------------------------------------------- straight


async def straight(base_url: str, prompt: str, people: int) -> list[Answered]:
    """Ask the endpoint over plain HTTP, without any library of its own."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def ask() -> Answered:
            body = {"model": "fake", "stream": True, "messages": [{"role": "user", "content": prompt}]}
            pressed, pieces = time.perf_counter(), []
            async with http.post(base_url + "/chat/completions", json=body) as answer:
                async for line in answer.content:
                    if line.startswith(b'data: {"'):
                        text = json.loads(line[6:])["choices"][0]["delta"].get("content")
                        if text:
                            pieces.append((time.perf_counter(), text))
            return answered(pressed, pieces)

        return await all_at_once([ask] * people)


async def through_sdk(base_url: str, prompt: str, people: int) -> list[Answered]:
    """Ask the endpoint with the openai package, as a script of one's own would."""
    async with AsyncOpenAI(
        base_url=base_url, api_key="none", timeout=120, max_retries=0, http_client=DefaultAioHttpClient()
    ) as client:

        async def ask() -> Answered:
            pressed, pieces = time.perf_counter(), []
            stream = await client.chat.completions.create(
                model="fake", messages=[{"role": "user", "content": prompt}], stream=True
            )
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content:
                    pieces.append((time.perf_counter(), chunk.choices[0].delta.content))
            return answered(pressed, pieces)

        return await all_at_once([ask] * people)


# ----------------------------------------------------------------------------- the room


class Trainee:
    """A person in the room: comes in, opens an exercise, presses 실행, reads the verdicts."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.tab = Tab(url)
        self.first_page_seconds = 0.0
        self.run_id = ""

    async def open_first_page(self, *, after: float = 0.0, cold: bool = True) -> None:
        """Open the room with a cold browser, ``after`` so many seconds."""
        await asyncio.sleep(after)
        begun = time.perf_counter()
        await self.tab.open(cold=cold)
        self.first_page_seconds = time.perf_counter() - begun

    async def open_exercise(self, exercise_id: str) -> None:
        """Come in by name, open the exercise, and add a line of one's own to the prompt."""
        await self.tab.press("들어가기", 이름=self.name)
        cookie, data = self.tab.component("room_cookie")
        await self.tab.post("/room/enter", {"token": data["token"]})
        await self.tab.trigger(cookie, "done", "ok")
        await self.tab.go("exercise", id=exercise_id)
        # Everybody's prompt is their own: what the server remembers of one must not serve another.
        await self.tab.write("프롬프트", f"\n\n{self.name}의 부탁입니다. 위 조건을 꼭 지켜 주세요.")
        if self.tab.component("room_run")[1]["held"]:
            raise TabError("실행 cannot be pressed")

    async def run(self) -> Answered:
        """Press 실행, read the live answer, and wait until the page has drawn the verdicts."""
        tab = self.tab
        _, button = tab.component("room_run")
        live, _ = tab.component("room_live")
        asked = {
            "ticket": button["ticket"],
            "press": f"{self.name}-{time.perf_counter_ns()}",
            "text": tab.text_of(button["box"]),
            "values": {name: tab.text_of(key) for key, (name, _) in button["fields"].items()},
        }
        before, pressed = tab.received_bytes, time.perf_counter()
        self.run_id = (await tab.post("/room/run", asked))["run"]
        stream = await tab.events(f"/room/live/{self.run_id}?from=0")
        await tab.trigger(live, "ended", self.run_id)
        drawn = time.perf_counter() - pressed
        if stream.state != "DONE":
            return lost(f"the answer ended as {stream.state}")
        if not tab.has("html", lambda h: 'class="verdict' in h.body):
            return lost("no verdicts on the page")
        return answered(
            pressed,
            stream.pieces,
            drawn=drawn,
            stream_bytes=stream.received_bytes,
            all_bytes=tab.received_bytes - before,
            told_wait=stream.told_wait,
        )


async def open_first_pages(people: Sequence[Trainee], *, cold: bool = True) -> list[str]:
    """Let everybody open the room within ten seconds; return what went wrong for whom."""
    spread = OPENING_SECONDS / len(people) if len(people) > 1 else 0.0
    return await _all(p.open_first_page(after=n * spread, cold=cold) for n, p in enumerate(people))


async def open_exercises(people: Sequence[Trainee], exercise_id: str) -> list[str]:
    """Let everybody come in and open the exercise, a few at a time; return what went wrong for whom."""
    few = asyncio.Semaphore(AT_ONCE)

    async def one(person: Trainee) -> None:
        async with few:
            await person.open_exercise(exercise_id)

    return await _all(one(p) for p in people)


async def open_exercises_anew(people: Sequence[Trainee], exercise_id: str) -> list[str]:
    """Open the room and the exercise for people who come back, at once."""
    return await _all(p.open_first_page(cold=False) for p in people) or await open_exercises(
        people, exercise_id
    )


async def open_all(people: Sequence[Trainee], exercise_id: str, *, cold: bool = True) -> list[str]:
    """Open the room and then the exercise for everybody."""
    return await open_first_pages(people, cold=cold) or await open_exercises(people, exercise_id)


async def _all(acts: Iterable[Awaitable[None]]) -> list[str]:
    results = await asyncio.gather(*acts, return_exceptions=True)
    return [f"{type(r).__name__}: {r}" for r in results if r is not None]


# ----------------------------------------------------------------------------- the plain chat


class Chatter:
    """A person at the plain chat: the text they see is the growing Markdown of the last message."""

    def __init__(self, url: str) -> None:
        self._pieces: list[tuple[float, str]] = []
        self._seen = 0
        self.tab = Tab(url, self._delta)

    def _delta(self, element: Element) -> None:
        if element.WhichOneof("type") == "markdown" and element.markdown.body.startswith("행정"):
            body = element.markdown.body
            if len(body) > self._seen:
                self._pieces.append((time.perf_counter(), body[self._seen :]))
                self._seen = len(body)

    async def open(self) -> None:
        await self.tab.open(cold=False)

    async def close(self) -> None:
        await self.tab.close()

    async def run(self) -> Answered:
        self._pieces, self._seen = [], 0
        before, pressed = self.tab.received_bytes, time.perf_counter()
        await self.tab.say(PROMPT)
        used = self.tab.received_bytes - before
        return answered(pressed, self._pieces, stream_bytes=used, all_bytes=used)
