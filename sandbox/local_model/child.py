"""The process that holds the engine: ``python -m sandbox.local_model.child``, the only importer of
xllamacpp.

Reads one JSON line from standard input (the key comes this way, never by the command line, where every
user of the PC could read it), answers one JSON line when the model is loaded, and lives until standard
input ends. The pipe ends with the parent, however the parent dies, on Linux and Windows alike.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any


def main() -> None:
    """Serve the model described on standard input, on loopback only, until standard input ends."""
    order = json.loads(sys.stdin.buffer.readline().decode("utf-8"))
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        server = _serve(order)
    except Exception as error:  # whatever the engine raises, the parent must hear of it
        _say({"error": type(error).__name__, "detail": str(error)[:500]})
        os._exit(1)
    _say({"address": server.listening_address})
    threading.Event().wait()


def _serve(order: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order["model"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # the engine takes a free one and tells which
    params.api_keys = [order["key"]]
    params.n_parallel = order["parallel"]
    params.n_ctx = order["context_tokens"] * order["parallel"]
    # Writing is bound by memory, not by cores, and its threads wait for each other many times a token: one that
    # shares its core with the server or a browser holds up all. Reading a prompt takes every core it can get.
    params.cpuparams.n_threads = order["threads"] or max(1, (os.cpu_count() or 2) // 2)
    if order["threads"]:
        params.cpuparams_batch.n_threads = order["threads"]
    params.cont_batching = True
    params.cache_prompt = True
    params.cache_ram_mib = 256  # former prompts kept beside the slots; the engine's own choice is 8 GB
    params.fit_params = False  # never shrink the context silently
    params.endpoint_slots = False  # would show the prompts of others
    params.ui = False
    params.verbosity = 1  # errors only: the log must hold no prompt
    return xllamacpp.Server(params)


def _say(values: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _leave_with_parent() -> None:
    while sys.stdin.buffer.read(4_096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
