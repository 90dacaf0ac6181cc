"""Find language model servers that already run on this PC, on their usual ports.

Hides what each of them says of itself. Something else may listen on those ports, so an answer
counts only if it really is an OpenAI model list.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Collection, Mapping
from typing import Any

from sandbox.records import Endpoint, EndpointKind, Location

USUAL_PORTS: Mapping[int, str] = {11434: "Ollama", 1234: "LM Studio", 8000: "vLLM", 8080: "llama.cpp"}
PROBE_SECONDS = 0.7
MAX_MODELS = 20
_MAX_BYTES = 1_000_000
# Ollama passes a model of this name on to its maker's servers: the address is on this PC, the reader is not.
_PASSED_ON = re.compile(r"cloud$", re.IGNORECASE)
_OTHER_USES = re.compile(r"embed|bge-|rerank|whisper|tts", re.IGNORECASE)


# One thread at a time imports what the SDK stands on: a package that cannot be imported in one unlucky moment is
# taken by the SDK for one that is not installed, for as long as the server runs.
IMPORTING = threading.Lock()


async def find_local(
    ports: Mapping[int, str] = USUAL_PORTS, *, exclude: Collection[int] = ()
) -> tuple[Endpoint, ...]:
    """Return an endpoint for each chat model served on loopback; ``exclude`` names our own ports."""
    with IMPORTING:
        import aiohttp

    wanted = {port: name for port, name in ports.items() if port not in exclude}
    timeout = aiohttp.ClientTimeout(total=PROBE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        found = await asyncio.gather(*(_probe(session, port, name) for port, name in wanted.items()))
    return tuple(endpoint for group in found for endpoint in group)


async def _probe(session: Any, port: int, name: str) -> tuple[Endpoint, ...]:
    import aiohttp

    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        async with session.get(f"{base_url}/models", allow_redirects=False) as response:
            if response.status != 200:
                return ()
            body = await response.content.read(_MAX_BYTES)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ()  # nobody there, or nobody we know: that is the usual case, not an error
    models = [model for model in read_models(body) if not _OTHER_USES.search(model["id"])]
    return tuple(_endpoint(port, name, base_url, model) for model in models[:MAX_MODELS])


def read_models(body: bytes) -> list[dict[str, Any]]:
    """Return the entries of an OpenAI model list; empty when it is none."""
    import json

    try:
        page = json.loads(body.decode("utf-8"))
    except ValueError:
        return []
    data = page.get("data") if isinstance(page, dict) else None
    if not isinstance(data, list):
        return []
    return [entry for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _endpoint(port: int, name: str, base_url: str, model: dict[str, Any]) -> Endpoint:
    slug = re.sub(r"[^a-z0-9]+", "-", model["id"].lower()).strip("-")
    return Endpoint(
        id=f"found-{port}-{slug}",
        name=f"{name} · {model['id']}",
        base_url=base_url,
        model=model["id"],
        location=Location.OUTSIDE if _PASSED_ON.search(model["id"]) else Location.INSIDE,
        kind=EndpointKind.FOUND,
        context_tokens=_context_tokens(model),
        parallel=8 if name == "vLLM" else 2,
    )


def _context_tokens(model: dict[str, Any]) -> int:
    """Return the context size a server tells; else 4096, which the local servers start with."""
    meta = model.get("meta")
    told = [model.get("max_model_len"), meta.get("n_ctx") if isinstance(meta, dict) else None]
    return next((value for value in told if isinstance(value, int) and value > 0), 4_096)
