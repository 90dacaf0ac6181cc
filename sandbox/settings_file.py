"""Read ``sandbox.toml`` key by key; what is wrong or left over becomes a problem in plain words.

Hides the TOML reader and its complaints. Nothing here raises. Standard library only, as ``settings``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any

from sandbox.records import SettingsError

FILE_NAME = "sandbox.toml"
TABLES = ("room", "model", "content", "endpoint")


def problem(message: str, remedy: str) -> SettingsError:
    return SettingsError(message, remedy=remedy)


def read_file(
    data: Path, project_dir: Path, problems: list[SettingsError]
) -> tuple[Path | None, dict[str, Any]]:
    found = [folder / FILE_NAME for folder in (data, project_dir) if (folder / FILE_NAME).is_file()]
    if not found:
        return None, {}
    if len(found) == 2:
        problems.append(
            problem(
                f"{FILE_NAME}이 두 곳에 있어 {found[0]}만 읽었습니다.", f"{found[1]}은 지우거나 옮겨 주세요."
            )
        )
    file = found[0]
    try:
        # utf-8-sig: the notepad of older Windows puts a byte order mark in front.
        tables = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        problems.append(
            problem(f"{file}을 읽을 수 없습니다. UTF-8이 아닙니다.", "UTF-8로 다시 저장해 주세요.")
        )
    except OSError as error:
        problems.append(problem(f"{file}을 열 수 없습니다({error.strerror}).", "파일 권한을 확인해 주세요."))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        where = f" {place[1]}번째 줄" if place else ""
        remedy = "따옴표와 등호를 확인해 주세요. 윈도 경로는 작은따옴표('C:\\폴더')로 감쌉니다."
        problems.append(problem(f"{file}{where}의 형식이 잘못되었습니다.", remedy))
    else:
        for name in tables.keys() - set(TABLES):
            problems.append(unknown(f"{file.name}의 '{name}'", name, TABLES))
        return file, tables
    return file, {}


def unknown(what: str, name: str, known: tuple[str, ...]) -> SettingsError:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"혹시 '{near[0]}'인가요?" if near else f"쓸 수 있는 이름: {', '.join(known)}"
    return problem(f"{what}은(는) 모르는 설정입니다.", hint)


class Table:
    """One TOML table, read key by key; what is wrong or left over becomes a problem."""

    def __init__(self, values: object, where: str, problems: list[SettingsError]) -> None:
        self._values: dict[str, Any] = values if isinstance(values, dict) else {}
        self._where, self._problems, self._asked = where, problems, [""]
        self.sound = isinstance(values, dict)
        if not self.sound:
            self.fail("", f"{where}은(는) 표(table)여야 합니다.", "sandbox.example.toml을 참고해 주세요.")

    def fail(self, key: str, message: str, remedy: str) -> None:
        """Collect a problem of this table's ``key``."""
        self.sound = False
        self._problems.append(problem(f"{self._where} {key}: {message}" if key else message, remedy))

    def _take(self, key: str, kinds: tuple[type, ...], kind_name: str) -> Any:
        self._asked.append(key)
        value = self._values.get(key)
        if value is None or (isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))):
            return value
        self.fail(key, f"{kind_name}(이)어야 합니다.", f"{key}의 값을 고쳐 주세요.")
        return None

    def text(self, key: str, default: str = "") -> str:
        value = self._take(key, (str,), "따옴표로 감싼 글자")
        return value.strip() if value is not None else default

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, (bool,), "true 또는 false")
        return default if value is None else bool(value)

    def number(self, key: str, default: float | None, low: float, high: float) -> float | None:
        value = self._take(key, (int, float), "숫자")
        if value is None:
            return default
        if low <= value <= high:
            return float(value)
        self.fail(key, f"{low:g}에서 {high:g} 사이여야 합니다.", f"{key}의 값을 고쳐 주세요.")
        return default

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        if isinstance(self._values.get(key), float):
            self._take(key, (int,), "소수점 없는 숫자")
            return default
        value = self.number(key, default, low, high)
        return default if value is None else int(value)

    def paths(self, key: str, base: Path) -> tuple[Path, ...]:
        value = self._take(key, (list, str), "폴더 경로 목록")
        names = [value] if isinstance(value, str) else value or []
        if not all(isinstance(name, str) and name for name in names):
            self.fail(key, "폴더 경로 목록이어야 합니다.", f'{key} = ["폴더"] 처럼 적어 주세요.')
            return ()
        return tuple((base / Path(name).expanduser()).resolve() for name in names)

    def close(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._values.keys() - set(self._asked):
            self.sound = False
            self._problems.append(unknown(f"{self._where}의 '{key}'", key, tuple(self._asked[1:])))
