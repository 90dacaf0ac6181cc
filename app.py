"""The server: Streamlit's ASGI app with our own routes beside it.

``streamlit run app.py`` finds ``app`` by itself. Services are built when it starts, not at import.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from streamlit import net_util

from sandbox.records import SandboxError
from ui.gate import gate
from ui.routes import routes
from ui.session import Services, close_services, services

COLLECT_EVERY_SECONDS = 30


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Build the services, and close all of it at the end."""
    # Streamlit would ask a server outside for this PC's address when a browser comes by an unknown name.
    net_util._external_ip = ""
    try:
        room = await asyncio.to_thread(services)
    except SandboxError as error:
        # The server would print a traceback over the one sentence that helps; nothing is open yet.
        sys.stderr.write(f"\n[시작하지 못했습니다] {error.message}\n{error.remedy}\n")
        sys.stderr.flush()
        os._exit(3)
    keeper = asyncio.create_task(_warm_and_collect(room))
    try:
        yield {}
    finally:
        keeper.cancel()
        await asyncio.to_thread(close_services)


async def _warm_and_collect(room: Services) -> None:
    """Warm up beside the first visitors, then collect on a timer, what lives for ever frozen.

    Streamlit's own runner.postScriptGC, which is off, stops everybody for 100 ms after every script run.
    """
    await asyncio.to_thread(room.warm)
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(COLLECT_EVERY_SECONDS)
        gc.collect(1)


app = st.App("ui/main.py", routes=routes(), middleware=[gate()], lifespan=lifespan)
