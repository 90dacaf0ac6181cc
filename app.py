"""The server: Streamlit's ASGI app with our own routes beside it.

``streamlit run app.py`` finds ``app`` by itself. Services are built when the server starts,
not when this file is imported.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from ui.routes import routes, security_headers
from ui.session import close_services, services

COLLECT_EVERY_SECONDS = 30


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Build the services, warm what is slow the first time, and close all of it at the end."""
    room = await asyncio.to_thread(services)
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


app = st.App("ui/main.py", routes=routes(), middleware=[security_headers()], lifespan=lifespan)
