"""The embedded model as the room sees it: off, getting ready, on, or broken, and an endpoint when it is on.

Hides the thread that prepares the file, starts the engine's process, watches it and starts it again with
growing pauses when it dies. Nothing blocks the caller, except ``close``, which waits for the process to
end.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from sandbox import children
from sandbox.local_model.file import Progress, prepare
from sandbox.records import Endpoint, EndpointKind, Location, ModelError, Secret

ENDPOINT_ID = "embedded"
NAME = "내장 모델 (연습용)"
_PAUSES_SECONDS = (0.5, 2.0, 5.0, 15.0, 30.0)
_STEADY_SECONDS = 60.0
_LOAD_SECONDS = 300.0


class ModelPhase(StrEnum):
    OFF = "꺼짐"
    PREPARING = "준비 중"
    ON = "켜짐"
    BROKEN = "오류"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """How the embedded model is doing. ``progress`` runs from 0 to 1, None when it cannot be told."""

    phase: ModelPhase
    message: str = ""
    remedy: str = ""
    progress: float | None = None

    @property
    def preparing(self) -> bool:
        return self.phase is ModelPhase.PREPARING

    @property
    def broken(self) -> bool:
        return self.phase is ModelPhase.BROKEN


@dataclass(frozen=True, slots=True)
class _Serving:
    process: subprocess.Popen[bytes]
    base_url: str
    key: Secret


class LocalModel:
    """Prepares and serves one GGUF model on loopback. Thread-safe.

    ``prepare_file`` and ``command`` are there for tests: where the file comes from, and the child to run.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        path: Path | None = None,
        sha256: str = "",
        context_tokens: int = 8_192,
        parallel: int = 2,
        threads: int = 0,
        prepare_file: Callable[..., Path] = prepare,
        command: tuple[str, ...] = (sys.executable, "-m", "sandbox.local_model.child"),
        pauses_seconds: tuple[float, ...] = _PAUSES_SECONDS,
    ) -> None:
        self._data_dir, self._path, self._sha256 = data_dir, path, sha256
        self._context_tokens, self._parallel, self._threads = context_tokens, parallel, threads
        self._prepare_file, self._command, self._pauses_seconds = prepare_file, command, pauses_seconds
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._serving: _Serving | None = None
        self._status = ModelStatus(ModelPhase.OFF, "내장 모델이 꺼져 있습니다.")

    @property
    def model(self) -> str:
        """The name requests use for the model."""
        return self._path.stem if self._path else "qwen2.5-coder-1.5b-instruct"

    def start(self) -> None:
        """Begin to prepare and serve in the background; does nothing while already at it."""
        with self._lock:
            # A thread that has just given up is still alive for a moment, and does nothing any more.
            if self._thread and self._thread.is_alive() and self._status.phase is not ModelPhase.BROKEN:
                return
            self._stop.clear()
            self._status = ModelStatus(ModelPhase.PREPARING, "내장 모델을 준비하고 있습니다.")
            self._thread = threading.Thread(target=self._run, name="local-model", daemon=True)
            self._thread.start()

    def state(self) -> ModelStatus:
        """Return how the model is doing right now."""
        with self._lock:
            return self._status

    def endpoint(self) -> Endpoint | None:
        """Return the endpoint to send to, None unless the model is on; both change at each start."""
        with self._lock:
            serving = self._serving if self._status.phase is ModelPhase.ON else None
        if serving is None:
            return None
        return Endpoint(
            id=ENDPOINT_ID,
            name=NAME,
            base_url=serving.base_url,
            model=self.model,
            key=serving.key,
            location=Location.INSIDE,
            kind=EndpointKind.EMBEDDED,
            context_tokens=self._context_tokens,
            parallel=self._parallel,
            # Reading a long prompt takes a small PC its time: about 50 tokens a second.
            first_text_timeout_seconds=240.0,
            stall_timeout_seconds=120.0,
            whole_timeout_seconds=900.0,
        )

    def wait_ready(self, timeout_seconds: float) -> ModelStatus:
        """Wait until the model is on or broken, at most so long; return its state."""
        until = time.monotonic() + timeout_seconds
        while (status := self.state()).phase is ModelPhase.PREPARING and time.monotonic() < until:
            time.sleep(0.05)
        return status

    def close(self) -> None:
        """Stop whatever is under way and end the process; the model can be started again."""
        self._stop.set()
        with self._lock:
            thread, serving = self._thread, self._serving
        if serving:
            _end(serving.process)
        if thread:
            thread.join(timeout=30)
        self._set(ModelStatus(ModelPhase.OFF, "내장 모델이 꺼져 있습니다."))

    # ----------------------------------------------------------------------- the thread

    def _run(self) -> None:
        try:
            if not _engine_is_there():  # before 1.1 GB is fetched for nothing
                raise _no_engine()
            file = self._prepare_file(
                self._data_dir,
                path=self._path,
                sha256=self._sha256,
                on_progress=self._on_progress,
                stop=self._stop,
            )
            self._keep_serving(file)
        except ModelError as error:
            self._set(ModelStatus(ModelPhase.BROKEN, error.message, error.remedy))
        except Exception as error:  # a thread that dies in silence would leave 준비 중 on screen for ever
            message = f"내장 모델을 켜지 못했습니다({type(error).__name__})."
            self._set(ModelStatus(ModelPhase.BROKEN, message, "연결 화면에서 다시 켜 주세요."))

    def _on_progress(self, progress: Progress) -> None:
        share = progress.done_bytes / progress.total_bytes if progress.total_bytes else None
        self._set(ModelStatus(ModelPhase.PREPARING, progress.label, progress=share))

    def _set(self, status: ModelStatus, serving: _Serving | None = None) -> None:
        with self._lock:
            self._status, self._serving = status, serving

    def _keep_serving(self, file: Path) -> None:
        failures = 0
        while not self._stop.is_set():
            word = "모델을 불러오고 있습니다." if not failures else "내장 모델이 멈춰 다시 켜고 있습니다."
            self._set(ModelStatus(ModelPhase.PREPARING, word))
            started_at = time.monotonic()
            try:
                serving = self._launch(file)
            except ModelError:
                failures += 1
                if failures >= len(self._pauses_seconds) or self._stop.is_set():
                    raise
            else:
                self._set(ModelStatus(ModelPhase.ON, "내장 모델이 켜져 있습니다."), serving)
                serving.process.wait()
                _end(serving.process)
                steady = time.monotonic() - started_at > _STEADY_SECONDS
                failures = 1 if steady else failures + 1
            if failures > len(self._pauses_seconds):
                raise ModelError(
                    "내장 모델이 거듭 멈춰 다시 켜지 않았습니다.",
                    remedy="메모리가 모자라지 않은지 확인하고 연결 화면에서 다시 켜 주세요.",
                )
            self._stop.wait(self._pauses_seconds[failures - 1])

    def _launch(self, file: Path) -> _Serving:
        key = Secret(secrets.token_urlsafe(24))
        order = {
            "path": str(file),
            "model": self.model,
            "key": key.reveal(),
            "context_tokens": self._context_tokens,
            "parallel": self._parallel,
            "threads": self._threads,
        }
        process = subprocess.Popen(
            self._command,
            cwd=Path(__file__).resolve().parents[2],
            env=children.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl+C in the window is the parent's business; the child ends with the pipe.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        with self._lock:
            self._serving = _Serving(process, "", key)  # close() must find a process that is still loading
        try:
            address = _first_word(process, json.dumps(order).encode() + b"\n")
            _wait_healthy(address, self._stop)
        except BaseException:
            _end(process)
            raise
        return _Serving(process, f"{address}/v1", key)


def _first_word(process: subprocess.Popen[bytes], order: bytes) -> str:
    """Hand the child its order and return the address it serves at; raises ModelError."""
    assert process.stdin and process.stdout
    late = threading.Timer(_LOAD_SECONDS, process.kill)
    late.start()
    try:
        process.stdin.write(order)
        process.stdin.flush()
        # The engine may print lines of its own before ours.
        for line in process.stdout:
            if line.startswith(b'{"'):
                word = json.loads(line)
                if "address" in word:
                    return str(word["address"])
                raise _load_failure(str(word.get("error", "")))
    except (OSError, ValueError):
        pass  # it died before or while speaking: said below
    finally:
        late.cancel()
    raise _load_failure("")


def _engine_is_there() -> bool:
    return find_spec("xllamacpp") is not None


def _no_engine() -> ModelError:
    return ModelError(
        "내장 모델을 돌리는 엔진(xllamacpp)이 설치되어 있지 않습니다.",
        remedy="실습실을 끄고 python start.py로 켜면 엔진과 모델을 함께 갖춥니다. "
        "다른 AI 서버를 연결해도 됩니다.",
    )


def _load_failure(kind: str) -> ModelError:
    if kind in {"ModuleNotFoundError", "ImportError"}:
        return _no_engine()
    return ModelError(
        "내장 모델을 불러오지 못했습니다.",
        remedy="메모리(4 GB 이상 권장)와 모델 파일을 확인하고 연결 화면에서 다시 켜 주세요.",
    )


def _wait_healthy(address: str, stop: threading.Event) -> None:
    until = time.monotonic() + _LOAD_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes by a proxy
    while time.monotonic() < until and not stop.is_set():
        try:
            with opener.open(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError:
            pass  # 503 while it loads
        except OSError:
            break
        stop.wait(0.1)
    raise _load_failure("")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a child: first by closing its pipe, then by force; leaves no zombie and no open pipe."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError, ValueError):  # it may be gone already
                pipe.close()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
