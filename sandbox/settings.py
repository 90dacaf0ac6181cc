"""The only reader of the environment and of ``sandbox.toml``; everyone else gets a ``Settings`` value.

Hides where a setting comes from and what may be wrong with it. Nothing here raises for a wrong setting:
what is wrong is collected in ``Settings.problems`` so that the room still opens and says on screen what to
repair. Neither a key nor a database password ever stands in a problem. Standard library only: ``start.py``
reads the settings before anything is installed.

``sandbox.toml`` lies in the data folder or, failing that, in the project folder; ``sandbox.example.toml``
explains every key. The environment outweighs the file: ``SANDBOX_DATA_DIR``, ``SANDBOX_DATABASE_URL``,
``SANDBOX_PORT``, ``SANDBOX_CLASSROOM``, ``SANDBOX_EMBEDDED`` and ``OPENAI_BASE_URL``, ``OPENAI_API_KEY``,
``OPENAI_MODEL``.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.records import Endpoint, Location, Secret, SettingsError
from sandbox.settings_file import Table, problem, read_file

PROJECT_DIR = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8501
OFFICIAL_BASE_URL = "https://api.openai.com/v1"

_YES = frozenset({"1", "true", "yes", "on", "예"})
_NO = frozenset({"0", "false", "no", "off", "아니요"})
EMBEDDED_NAME = "내장 모델"


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """How to run the embedded model. ``path`` None means the model the project assembles itself.

    ``context_tokens`` is what one conversation may use; ``threads`` 0 leaves the choice to the engine (one
    thread a physical core).
    """

    enabled: bool = True
    path: Path | None = None
    sha256: str = ""
    context_tokens: int = 8_192
    parallel: int = 2
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, resolved. ``file`` is the sandbox.toml that was read, if any.

    ``embedded_behind``: ids of the endpoints whose fallback is the embedded model, which has no address yet.
    """

    data_dir: Path
    database_url: str
    endpoints: tuple[Endpoint, ...]
    embedded: EmbeddedModel
    prompts_dirs: tuple[Path, ...]
    exercises_dirs: tuple[Path, ...]
    classroom: bool
    port: int
    problems: tuple[SettingsError, ...] = ()
    file: Path | None = None
    embedded_behind: frozenset[str] = frozenset()


def load(
    environ: Mapping[str, str], *, data_dir: Path | None = None, project_dir: Path = PROJECT_DIR
) -> Settings:
    """Read the settings; never raise, see ``Settings.problems``."""
    problems: list[SettingsError] = []
    data = _data_dir(environ, data_dir, project_dir)
    file, tables = read_file(data, project_dir, problems)
    base = file.parent if file else project_dir
    room = Table(tables.get("room", {}), "[room]", problems)
    model = Table(tables.get("model", {}), "[model]", problems)
    content = Table(tables.get("content", {}), "[content]", problems)
    declared = tables.get("endpoint", [])
    if not isinstance(declared, list):
        problems.append(
            problem("[endpoint]은 대괄호를 두 겹으로 써야 합니다.", "[[endpoint]]로 고쳐 주세요.")
        )
        declared = []
    wishes: dict[str, _Wish] = {}
    endpoints = [
        e for i, t in enumerate(declared, 1) if (e := _endpoint(t, i, base, environ, problems, wishes))
    ]
    from_environment = _endpoint_from_environment(environ, problems)
    if from_environment:
        endpoints.insert(0, from_environment)
    embedded = _embedded(environ, model, base, bool(declared or from_environment), problems)
    single = _without_doubles(endpoints, problems)
    behind = frozenset(e.id for e in single if _wants_embedded(e, wishes, embedded, problems))
    settings = Settings(
        data_dir=data,
        database_url=_database_url(environ, room, data),
        endpoints=tuple(_with_fallback(e, single, wishes, problems) for e in single),
        embedded=embedded,
        prompts_dirs=(project_dir / "prompts", *content.paths("prompts", base)),
        exercises_dirs=(project_dir / "exercises", *content.paths("exercises", base)),
        classroom=_yes_no(environ, "SANDBOX_CLASSROOM", room.flag("classroom", False), problems),
        port=_port(environ, room.whole("port", DEFAULT_PORT, 1, 65_535), problems),
        file=file,
        embedded_behind=behind,
    )
    for table in (room, model, content):
        table.close()
    return replace(settings, problems=tuple(problems))


# --------------------------------------------------------------------------- the file


def _data_dir(environ: Mapping[str, str], given: Path | None, project_dir: Path) -> Path:
    named = given or (Path(text) if (text := environ.get("SANDBOX_DATA_DIR", "").strip()) else None)
    return (project_dir / named.expanduser() if named else project_dir / "data").resolve()


# --------------------------------------------------------------------------- endpoints


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who shall answer when an endpoint does not, by name, and whether that may be outside."""

    where: str
    name: str
    outside: bool


def _endpoint(
    values: object,
    number: int,
    base: Path,
    environ: Mapping[str, str],
    problems: list[SettingsError],
    wishes: dict[str, _Wish],
) -> Endpoint | None:
    table = Table(values, f"{number}번째 [[endpoint]]", problems)
    plain = Endpoint(id="", name="", base_url="", model="")
    name, model = table.text("name"), table.text("model")
    base_url = table.text("base_url").rstrip("/")
    for key, value in (("name", name), ("model", model), ("base_url", base_url)):
        if not value:
            table.fail(key, "비어 있습니다.", f"{key}를 적어 주세요.")
    if base_url and (wrong := _wrong_url(base_url)):
        table.fail("base_url", wrong, "예: https://llm.example.go.kr/v1")
    location = _location(table, base_url, model)
    if isinstance(values, dict) and {"key", "api_key"} & values.keys():
        table.text("key"), table.text("api_key")
        table.fail("key", "키를 설정 파일에 바로 적을 수 없습니다.", "key_env 또는 key_file을 써 주세요.")
    endpoint = Endpoint(
        id=_endpoint_id(name, base_url, model),
        name=name,
        base_url=base_url,
        model=model,
        location=location,
        context_tokens=table.whole("context_tokens", plain.context_tokens, 512, 10_000_000),
        parallel=table.whole("parallel", plain.parallel, 1, 1_000),
        price_in_won=table.number("price_in_won", None, 0, 1e9),
        price_out_won=table.number("price_out_won", None, 0, 1e9),
        first_text_timeout_seconds=_seconds(table, "first_text_timeout_seconds", plain),
        stall_timeout_seconds=_seconds(table, "stall_timeout_seconds", plain),
        whole_timeout_seconds=_seconds(table, "whole_timeout_seconds", plain),
        judge=table.flag("judge", False),
    )
    key_env, key_file = table.text("key_env"), table.text("key_file")
    wish = _Wish(
        f"{number}번째 [[endpoint]] fallback", table.text("fallback"), table.flag("fallback_outside", False)
    )
    if wish.name:
        wishes[endpoint.id] = wish
    table.close()
    if not table.sound:
        return None
    return replace(endpoint, key=_key(table, key_env, key_file, base, environ))


def _with_fallback(
    endpoint: Endpoint,
    known: tuple[Endpoint, ...],
    wishes: Mapping[str, _Wish],
    problems: list[SettingsError],
) -> Endpoint:
    """Return the endpoint with who answers instead of it, where the officer may mean it so."""
    wish = wishes.get(endpoint.id)
    if wish is None or wish.name == EMBEDDED_NAME:
        return endpoint
    second = next((e for e in known if e.name == wish.name and e.id != endpoint.id), None)
    if second is None:
        names = [e.name for e in known if e.id != endpoint.id] + [EMBEDDED_NAME]
        message = f"{wish.where}: '{wish.name}'이라는 다른 연결이 없습니다."
        problems.append(problem(message, f"다음 가운데 하나를 적어 주세요: {', '.join(names)}"))
        return endpoint
    if (endpoint.location, second.location) == (Location.INSIDE, Location.OUTSIDE) and not wish.outside:
        message = f"{wish.where}: 내부 연결의 예비로 외부 연결 '{second.name}'을 쓸 수 없습니다."
        remedy = "보낸 내용이 기관 밖으로 나가도 된다면 fallback_outside = true를 함께 적어 주세요."
        problems.append(problem(message, remedy))
        return endpoint
    return replace(endpoint, fallback=second)


def _wants_embedded(
    endpoint: Endpoint,
    wishes: Mapping[str, _Wish],
    embedded: EmbeddedModel,
    problems: list[SettingsError],
) -> bool:
    wish = wishes.get(endpoint.id)
    if wish is None or wish.name != EMBEDDED_NAME:
        return False
    if not embedded.enabled:
        message = f"{wish.where}: 내장 모델이 꺼져 있어 예비로 쓸 수 없습니다."
        problems.append(problem(message, "[model]에 enabled = true를 적어 주세요."))
    return embedded.enabled


def _seconds(table: Table, key: str, plain: Endpoint) -> float:
    default: float = getattr(plain, key)
    return table.number(key, default, 1, 86_400) or default


def _endpoint_id(name: str, base_url: str, model: str) -> str:
    # Runs and learnt quirks refer to it, so it must be the same after every start.
    return "ep-" + hashlib.sha256(f"{name}\n{base_url}\n{model}".encode()).hexdigest()[:12]


def _wrong_url(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        parts.port  # noqa: B018  raises ValueError for a port that is none
    except ValueError:
        return "주소로 읽을 수 없습니다."
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "http:// 또는 https://로 시작하는 주소여야 합니다."
    return "주소 안에 아이디나 비밀번호를 넣을 수 없습니다." if "@" in parts.netloc else ""


def _location(table: Table, base_url: str, model: str) -> Location:
    said = table.text("location")
    if said in {place.value for place in Location}:
        return Location(said)
    if said:
        table.fail("location", f"'{said}'은(는) 쓸 수 없습니다.", "내부 또는 외부라고 적어 주세요.")
    return default_location(base_url, model)


def default_location(base_url: str, model: str = "") -> Location:
    """Say 내부 only for this very PC; any other machine, even with a private address, must be declared.

    A private address may well be a gateway that passes everything on to the outside. So does Ollama on
    this PC with the models whose names end in "cloud".
    """
    if model.casefold().endswith("cloud"):
        return Location.OUTSIDE
    try:
        host = urlsplit(base_url).hostname or ""
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    return Location.INSIDE if inside else Location.OUTSIDE


def _key(table: Table, key_env: str, key_file: str, base: Path, environ: Mapping[str, str]) -> Secret | None:
    if key_env and key_file:
        table.fail("key_env", "key_file과 함께 쓸 수 없습니다.", "둘 가운데 하나만 남겨 주세요.")
    if key_env:
        value = environ.get(key_env, "").strip()
        if not value:
            table.fail(
                "key_env", f"환경 변수 {key_env}이(가) 비어 있습니다.", "키를 넣고 다시 시작해 주세요."
            )
        return Secret(value) if value else None
    if not key_file:
        return None
    try:
        value = (base / Path(key_file).expanduser()).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        value = ""
    if not value:
        table.fail("key_file", "키 파일을 읽을 수 없거나 비어 있습니다.", "경로와 권한을 확인해 주세요.")
    return Secret(value) if value else None


def _endpoint_from_environment(environ: Mapping[str, str], problems: list[SettingsError]) -> Endpoint | None:
    base_url, key, model = (
        environ.get(name, "").strip() for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL")
    )
    base_url = base_url.rstrip("/")
    if not model:
        # A key alone lies about on many PCs; it is no wish to send anything outside.
        if base_url:
            message = "환경 변수 OPENAI_BASE_URL은 있지만 OPENAI_MODEL이 없어 쓰지 않습니다."
            problems.append(problem(message, "OPENAI_MODEL에 모델 이름을 넣고 다시 시작해 주세요."))
        return None
    if not base_url and not key:
        message = "환경 변수 OPENAI_MODEL만 있어 쓰지 않습니다."
        problems.append(problem(message, "OPENAI_BASE_URL이나 OPENAI_API_KEY도 넣어 주세요."))
        return None
    base_url = base_url or OFFICIAL_BASE_URL
    if wrong := _wrong_url(base_url):
        problems.append(problem(f"환경 변수 OPENAI_BASE_URL: {wrong}", "주소를 고치고 다시 시작해 주세요."))
        return None
    return Endpoint(
        id=_endpoint_id("environment", base_url, model),
        name=model,
        base_url=base_url,
        model=model,
        key=Secret(key) if key else None,
        location=default_location(base_url, model),
    )


def _without_doubles(endpoints: list[Endpoint], problems: list[SettingsError]) -> tuple[Endpoint, ...]:
    kept: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        if endpoint.name in kept:
            message = f"이름이 같은 연결이 둘 있어 뒤의 것을 쓰지 않습니다: {endpoint.name}"
            problems.append(problem(message, "[[endpoint]]의 name을 서로 다르게 적어 주세요."))
        kept.setdefault(endpoint.name, endpoint)
    return tuple(kept.values())


# --------------------------------------------------------------------------- the rest


def _embedded(
    environ: Mapping[str, str], table: Table, base: Path, declared: bool, problems: list[SettingsError]
) -> EmbeddedModel:
    plain = EmbeddedModel()
    # Not on by itself where a connection was asked for, even a broken one: 1.1 GB would come as a surprise.
    enabled = table.flag("enabled", not declared)
    path, sha256 = table.text("path"), table.text("sha256").lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        table.fail("sha256", "64자리 16진수여야 합니다.", "값을 고치거나 이 줄을 지워 주세요.")
        sha256 = ""
    return EmbeddedModel(
        enabled=_yes_no(environ, "SANDBOX_EMBEDDED", enabled, problems),
        path=(base / Path(path).expanduser()).resolve() if path else None,
        sha256=sha256,
        context_tokens=table.whole("context_tokens", plain.context_tokens, 1_024, 1_000_000),
        parallel=table.whole("parallel", plain.parallel, 1, 64),
        threads=table.whole("threads", plain.threads, 0, 1_024),
    )


def _database_url(environ: Mapping[str, str], room: Table, data: Path) -> str:
    named = environ.get("SANDBOX_DATABASE_URL", "").strip() or room.text("database_url")
    room.text("database_url")  # known even where the environment outweighs it
    return named or f"sqlite:///{(data / 'sandbox.db').as_posix()}"


def _yes_no(environ: Mapping[str, str], name: str, default: bool, problems: list[SettingsError]) -> bool:
    said = environ.get(name, "").strip().lower()
    if said in _YES or said in _NO:
        return said in _YES
    if said:
        problems.append(problem(f"환경 변수 {name}의 값을 알 수 없습니다.", "1 또는 0으로 적어 주세요."))
    return default


def _port(environ: Mapping[str, str], default: int, problems: list[SettingsError]) -> int:
    said = environ.get("SANDBOX_PORT", "").strip()
    if not said:
        return default
    if said.isascii() and said.isdigit() and 1 <= int(said) <= 65_535:
        return int(said)
    problems.append(
        problem("환경 변수 SANDBOX_PORT가 포트 번호가 아닙니다.", "1에서 65535 사이로 적어 주세요.")
    )
    return default
