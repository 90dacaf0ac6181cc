"""The server: Streamlit's ASGI app with our own routes beside it.

``streamlit run app.py`` finds ``app`` by itself. Services are built when it starts, not at import.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from sandbox.records import SandboxError
from ui.assets import assets
from ui.board_routes import board_routes
from ui.class_routes import class_routes
from ui.gate import gate
from ui.paces import paces
from ui.routes import knows, live_routes, routes, teaches
from ui.run_routes import run_routes
from ui.session import close_services, services
from ui.trimming import trim
from ui.upkeep import keep_up


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Build the services, and close all of it at the end."""
    trim()
    try:
        room = await asyncio.to_thread(services)
    except SandboxError as error:
        # The server would print a traceback over the one sentence that helps; nothing is open yet.
        sys.stderr.write(f"\n[시작하지 못했습니다] {error.message}\n{error.remedy}\n")
        sys.stderr.flush()
        os._exit(3)
    keeper = asyncio.create_task(keep_up(room))
    try:
        yield {}
    finally:
        keeper.cancel()
        await asyncio.to_thread(close_services)


app = st.App(
    "ui/main.py",
    routes=[*routes(), *class_routes(), *board_routes()],
    middleware=[
        gate(knows, teaches, direct=[*run_routes(), *live_routes()]),
        paces(knows, teaches),
        assets(),
    ],
    lifespan=lifespan,
)
