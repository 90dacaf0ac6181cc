"""A whole hall comes in with one code in the same instant, over the real server, each through a tab of their own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bench.tab import SAME_SITE, Tab
from sandbox.class_records import Class
from sandbox.classroom import Classroom
from sandbox.records import Level
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom

PEOPLE, OF_ONE_NAME = 200, 10
CODE = "K7M2QX"
OPENING_AT_ONCE = 10
NAMES = [*(f"교육생 {n}" for n in range(PEOPLE - OF_ONE_NAME)), *["김민준"] * OF_ONE_NAME]


@pytest.fixture
def running(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[RunningRoom]:
    with RunningRoom(
        tmp_path, OPENAI_BASE_URL=fake_endpoint.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0"
    ) as room:
        yield room


@pytest.fixture
def store(running: RunningRoom) -> Iterator[Store]:
    url, secret = f"sqlite:///{running.data_dir / 'sandbox.db'}", load_secret(running.data_dir)
    with closing(Store(url, secret=secret)) as made:
        who = made.add_instructor("이강사", "lee", "해시", is_officer=False)
        made.add_class(Class(CODE, "큰 강의", Level.BASIC, (), PEOPLE, who.id, datetime.now(UTC)))
        yield made


async def test_two_hundred_press_in_the_same_instant_and_everybody_has_a_seat(
    running: RunningRoom, store: Store
) -> None:
    """Nobody is lost, nobody is somebody else, ten of one name are ten people, and the one too many is told."""
    tabs = [Tab(running.url) for _ in range(PEOPLE + 1)]
    for start in range(0, len(tabs), OPENING_AT_ONCE):
        await asyncio.gather(*(tab.open(cold=False) for tab in tabs[start : start + OPENING_AT_ONCE]))
    late, hall = tabs[-1], tabs[:-1]
    typed = [{"이름": name, "과정 코드": CODE} for name in NAMES]
    await asyncio.gather(*(tab.press("들어가기", **texts) for tab, texts in zip(hall, typed, strict=True)))
    tokens = [tab.component("room_cookie")[1]["token"] for tab in hall]
    assert len(set(tokens)) == PEOPLE
    await asyncio.gather(
        *(tab.post("/room/enter", {"token": token}) for tab, token in zip(hall, tokens, strict=True))
    )

    classroom, came = Classroom(store), store.people_of_class(CODE)
    people = [classroom.person_for(token) for token in tokens]
    assert [p.name if p else None for p in people] == NAMES, "everybody is who they said"
    assert len({p.id for p in came}) == PEOPLE == len({p.id for p in people if p})
    seats = {s.seat: s.person_id for s in store.roster(CODE) if s.person_id}
    assert sorted(seats, key=int) == [str(n) for n in range(1, PEOPLE + 1)]
    assert Counter(seats.values()) == Counter(p.id for p in came)
    assert len({classroom.resume_code(p) for p in came}) == PEOPLE

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def class_stream(token: str) -> int:
            headers = {"Cookie": f"room={token}", **SAME_SITE}
            async with http.get(f"{running.url}/room/class", headers=headers) as answer:
                return answer.status

        assert set(await asyncio.gather(*map(class_stream, tokens))) == {200}, "the class reaches every seat"

    await late.press("들어가기", 이름="늦은 분", **{"과정 코드": CODE})
    assert late.has("alert", lambda told: "200자리가 모두 찼습니다" in told.body and "강사" in told.body)
    assert len(store.people_of_class(CODE)) == PEOPLE
    assert "Traceback" not in running.log.read_text(encoding="utf-8")
    await asyncio.gather(*(tab.close() for tab in tabs))
