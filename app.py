"""The server: Streamlit's ASGI app with our own routes beside it.

``streamlit run app.py`` finds ``app`` by itself. Services are built when the server starts,
not when this file is imported.
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
from ui.session import close_services, services

COLLECT_EVERY_SECONDS = 30


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Build the services, warm what is slow the first time, and close all of it at the end."""
    # Streamlit would ask a server outside for this PC's address when a browser comes by an unknown name.
    net_util._external_ip = ""
    try:
        room = await asyncio.to_thread(services)
    except SandboxError as error:
        # The server would print a traceback over the one sentence that helps; nothing is open yet.
        sys.stderr.write(f"\n[시작하지 못했습니다] {error.message}\n{error.remedy}\n")
        sys.stderr.flush()
        os._exit(3)
    await asyncio.to_thread(room.warm)
    # Streamlit would collect after every script run, about 100 ms with everything stopped
    # (runner.postScriptGC is off): what lives for ever is frozen, the rest collected on a timer.
    gc.collect()
    gc.freeze()
    collector = asyncio.create_task(_collect())
    try:
        yield {}
    finally:
        collector.cancel()
        await asyncio.to_thread(close_services)


async def _collect() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY_SECONDS)
        gc.collect(1)


app = st.App("ui/main.py", routes=routes(), middleware=[gate()], lifespan=lifespan)
