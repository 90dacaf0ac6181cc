"""What the server does beside its visitors: warm up, collect what is no longer used, copy the records.

Hides that Streamlit's own ``runner.postScriptGC``, which is off, would collect after every drawing and
stop everybody for 100 ms.
"""

from __future__ import annotations

import asyncio
import gc

from sandbox import children
from ui.session import Services

COLLECT_EVERY_SECONDS = 30


async def keep_up(room: Services) -> None:
    """Warm up beside the first visitors, then collect on a timer, what lives for ever frozen."""
    children.leave_no_dump()
    await asyncio.to_thread(room.warm)
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(COLLECT_EVERY_SECONDS)
        gc.collect(1)
        await asyncio.to_thread(room.store.keep_backup)  # a room may stay open for days
        await asyncio.to_thread(room.lecture.sweep)
