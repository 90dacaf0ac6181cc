"""The processes of a benchmark: the fake endpoint, the room and the plain chat; what they cost.

Hides how they are started and read: CPU time and memory come from the system and cover the
server's child processes too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.running_room import ROOT, RunningRoom, free_port

START_SECONDS = 60.0


class Cost:
    """What the system says of a process and its children."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        return sum(
            p.cpu_times().user + p.cpu_times().system
            for p in [self._process, *self._process.children(recursive=True)]
        ) + sum(self._process.cpu_times()[2:4])

    def memory_mb(self) -> float:
        return float(self._process.memory_info().rss) / 1e6

    def threads(self) -> int:
        return int(self._process.num_threads())

    def files(self) -> int:
        return len(self._process.open_files()) + len(self._process.net_connections())


@contextmanager
def fake_endpoint(first_seconds: float, tokens_per_second: float, tokens: int) -> Iterator[str]:
    """Run the fake endpoint in a process of its own; give its base URL."""
    port = free_port()
    command = [
        sys.executable, "-m", "tests.fake_endpoint", "--port", str(port), "--tokens", str(tokens),
        "--first-seconds", str(first_seconds), "--tokens-per-second", str(tokens_per_second),
    ]  # fmt: skip
    with _running(command, {}, f"http://127.0.0.1:{port}/counters"):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def room(
    data_dir: Path, endpoint_url: str, *, parallel: int = 1000, **environment: str
) -> Iterator[RunningRoom]:
    """Run the room as people run it, with the fake as its only endpoint."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "가짜 AI"\nbase_url = "{endpoint_url}"\nmodel = "fake"\n'
        f'location = "내부"\ncontext_tokens = 32768\nparallel = {parallel}\n',
        encoding="utf-8",
    )
    with RunningRoom(data_dir, **environment) as running:
        yield running


@contextmanager
def plain_chat(endpoint_url: str) -> Iterator[tuple[str, int]]:
    """Run the chat of the least code with Streamlit's own defaults; give its address and process."""
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "bench" / "plain_chat.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true",
        "--browser.gatherUsageStats", "false", "--runner.postScriptGC", "true",
        "--runner.magicEnabled", "true", "--server.fileWatcherType", "auto", "--server.runOnSave", "false",
    ]  # fmt: skip
    keys = {"OPENAI_BASE_URL": endpoint_url, "OPENAI_API_KEY": "none"}
    # In a folder without our own .streamlit/config.toml.
    with _running(command, keys, f"http://127.0.0.1:{port}/_stcore/health", ROOT / "bench") as process:
        yield f"http://127.0.0.1:{port}", process.pid


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], health_url: str, folder: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(health_url, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not come up")
