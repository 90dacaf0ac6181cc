"""What the server does beside its visitors: warm up, collect what is no longer used, copy the records.

Hides when memory is collected. Looking through all that a room of two hundred holds stops everybody for 0.2 s,
and left to itself Python does so every few seconds, as a rule in the instant in which everybody presses.
Streamlit's own ``runner.postScriptGC``, which is off, would do it after every drawing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import sys
import time
from collections.abc import Callable

from sandbox import children
from ui.session import Services

DUTIES_EVERY_SECONDS = 30
# The young are collected often and cheaply (a few ms); the old only by ``collect_in_quiet``.
YOUNG, MIDDLE, NEVER = 2_000, 10, 100_000
LOOK_EVERY_SECONDS, LONGEST_SECONDS = 1.0, 600.0
# How often the middle ones were collected since: some 100,000 new objects are worth a quiet moment, 800,000 any.
WORTH_IT, TOO_MUCH = 5, 40
log = logging.getLogger("ui")


async def keep_up(room: Services) -> None:
    """Warm up beside the first visitors, then collect on a timer, what lives for ever frozen."""
    children.leave_no_dump()
    told = await done("set-up code", lambda: _tell_setup_code(room))  # the officer waits, trainees not yet
    await done("warming up", room.warm)
    async with asyncio.TaskGroup() as both:
        both.create_task(collect_in_quiet(lambda: room.turns.streaming))
        while True:
            await asyncio.sleep(DUTIES_EVERY_SECONDS)
            told = told or await done("set-up code", lambda: _tell_setup_code(room))
            await done("backup", room.store.keep_backup)  # a room may stay open for days
            await done("deleting what is due", room.lecture.sweep)


async def collect_in_quiet(streaming: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
    """Collect what is no longer used while no answer streams; what lives for ever is frozen, never looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)
    last = clock()
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        _, some, much = gc.get_count()
        late = (some or much) and clock() - last >= LONGEST_SECONDS
        if late or much >= TOO_MUCH or (much >= WORTH_IT and not streaming()):
            gc.collect()
            last = clock()


async def done(duty: str, do: Callable[[], object]) -> bool:
    """Do one duty on a thread; when it fails say so in the log and go on: a full disk must not end the others."""
    try:
        await asyncio.to_thread(do)
    except Exception as error:  # the next round tries again, and no text of an error is content-free for sure
        log.error("incident %s upkeep %s: %s", secrets.token_hex(3).upper(), duty, type(error).__name__)
        return False
    return True


def _tell_setup_code(room: Services) -> None:
    """Print the one-time code for whoever started the server, until it has been used."""
    code = room.lecture.instructors.open_setup_code()
    if code:
        sys.stdout.write(setup_words(code, anybody=room.lecture.instructors.is_set_up()))
        sys.stdout.flush()


def setup_words(code: str, *, anybody: bool) -> str:
    """Say what the code is for: the first officer, or another one while there are instructors already."""
    what = (
        "새로 만든 설정 코드를 아직 쓰지 않았습니다. ‘시작’ 화면의 ‘강사 화면으로’에서 ‘설정 코드를 새로 받았다면’을 "
        "열어 담당자의 이름과 비밀번호를 정하세요."
        if anybody
        else "아직 강사가 없습니다. ‘시작’ 화면의 ‘강사 화면으로’를 눌러 이 코드로 담당자의 이름과 비밀번호를 정하세요."
    )
    return (
        f"\n  [강사 설정 코드] {code}\n  {what}\n"
        "  한 번만 쓸 수 있고, 쓸 때까지 켤 때마다 보여 드립니다. 남에게 알려 주지 마세요.\n\n"
    )
