"""A real PostgreSQL of the tests' own: made in a temporary folder, reached by a Unix socket only.

PostgreSQL refuses to run as root, so root hands it to the system user ``postgres``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def binaries() -> Path | None:
    """Find the newest installed server's folder of programs; None when there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: int(re.sub(r"\D", "", path.parent.parent.name) or 0))
    if newest:
        return newest[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """Run a cluster; give its URL with ``{name}`` where the database name belongs."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user: dict[str, Any] = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    if os.name == "posix" and os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user |= {"user": "postgres", "extra_groups": []}
    data = str(folder / "data")
    quick = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=120"
    try:
        make = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run(make, **as_user)
        control = [programs / "pg_ctl", "-D", data, "-w"]
        subprocess.run([*control, "-l", str(folder / "log"), "-o", quick, "start"], **as_user)
        try:
            yield f"postgresql://tester@/{{name}}?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **as_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
