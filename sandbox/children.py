"""What of ours a process may leave or pass on: what the system and Python need, and no secret.

Hides which names those are. A key of an AI server stands in our environment; a formula engine, a model
or a reader of uploads has no use for it, and whoever may look at processes could read it there.
"""

from __future__ import annotations

import os
import sys

_NAMES = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ",
    "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
    "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
    "PROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS",
})  # fmt: skip
_BEGINNINGS = ("LC_", "PYTHON", "OMP_", "GGML_", "CUDA_", "XDG_")
# What pip needs to find its index through an office's proxy.
NETWORK = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT", "REQUESTS_CA", "CURL_CA")


def environment(*beginnings: str, **more: str) -> dict[str, str]:
    """Return an environment for a child: the harmless names, those that begin so, and ``more``."""
    wanted = (*_BEGINNINGS, *beginnings)
    kept = {k: v for k, v in os.environ.items() if k.upper() in _NAMES or k.upper().startswith(wanted)}
    return {**kept, "PYTHONUTF8": "1", **more}


def leave_no_dump() -> None:
    """Let a crash of this process and its children write no memory to disk: keys and prompts are in it."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
