"""What went wrong with the database, told apart and said in Korean.

Hides the error codes of SQLite and PostgreSQL. The driver's own text is never passed on: it
may quote a row or an address with a password. The log gets the error's class and code only.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError, TimeoutError

from sandbox.records import NotFoundError, SandboxError, StoreError

_LOG = logging.getLogger(__name__)

LOCKED = (
    "다른 작업이 기록 저장소를 오래 쓰고 있어 지금은 저장하거나 읽지 못했습니다.",
    "잠시 뒤 다시 눌러 주세요. 계속되면 "
    "같은 자료 폴더를 쓰는 다른 실습실 창이나 백업·백신 프로그램이 있는지 확인해 주세요.",
)
FULL = (
    "디스크에 남은 공간이 없어 저장하지 못했습니다.",
    "필요 없는 파일을 지워 공간을 만든 뒤 다시 눌러 주세요. 이미 저장된 기록은 그대로 있습니다.",
)
READ_ONLY = (
    "기록을 저장하는 폴더나 파일이 읽기 전용이거나 권한이 없어 쓰지 못했습니다.",
    "자료 폴더의 쓰기 권한을 확인하거나, 쓸 수 있는 다른 폴더를 자료 폴더로 지정해 다시 시작해 주세요.",
)
DAMAGED = (
    "기록 파일이 손상되어 읽을 수 없습니다.",
    "파일을 지우지 말고 실습실을 끈 뒤 python start.py restore를 실행해 주세요. 한 시간에 한 번 만들어 둔 백업으로 "
    "되살립니다. 백업이 없으면 담당자에게 알려 주세요.",
)
DISK = (
    "디스크에서 기록을 읽거나 쓰는 중에 오류가 났습니다.",
    "저장 장치나 네트워크 드라이브의 연결을 확인한 뒤 다시 눌러 주세요.",
)
UNREACHABLE = (
    "기록 데이터베이스 서버에 연결하지 못했습니다.",
    "서버가 켜져 있는지, 설정의 데이터베이스 주소가 맞는지 확인한 뒤 다시 눌러 주세요.",
)
REFUSED = (
    "기록 데이터베이스 서버가 접속이나 권한을 허락하지 않았습니다.",
    "설정의 데이터베이스 사용자·비밀번호·데이터베이스 이름과 권한을 담당자와 확인해 주세요.",
)
UNPREPARED = (
    "기록 저장소의 표가 준비되지 않았습니다.",
    "실습실을 다시 시작하면 표를 자동으로 만듭니다. 계속되면 담당자에게 알려 주세요.",
)
NEWER = (
    "이 기록은 더 새로운 판의 실습실이 만든 것이라 열 수 없습니다.",
    "실습실을 최신 판으로 바꾸거나, 업그레이드 전에 만들어 둔 복사본을 사용해 주세요.",
)
TWICE = (
    "같은 번호의 기록이 이미 저장되어 있습니다.",
    "화면을 새로 고친 뒤 다시 눌러 주세요.",
)
ADDRESS = (
    "설정의 데이터베이스 주소를 이해하지 못했습니다.",
    "sqlite:///파일경로 또는 postgresql://사용자:비밀번호@서버/이름 꼴로 적어 주세요.",
)
OTHER = (
    "기록을 저장하거나 읽는 중에 예상하지 못한 오류가 났습니다.",
    "다시 눌러 주세요. 계속되면 실습실을 다시 시작하고 담당자에게 알려 주세요.",
)

# The first that matches counts, so a longer name stands before its beginning.
_BY_SQLITE_NAME = (
    ("SQLITE_BUSY", LOCKED),
    ("SQLITE_LOCKED", LOCKED),
    ("SQLITE_FULL", FULL),
    ("SQLITE_READONLY", READ_ONLY),
    ("SQLITE_CANTOPEN", READ_ONLY),
    ("SQLITE_PERM", READ_ONLY),
    ("SQLITE_AUTH", READ_ONLY),
    ("SQLITE_CORRUPT", DAMAGED),
    ("SQLITE_NOTADB", DAMAGED),
    ("SQLITE_IOERR", DISK),
    ("SQLITE_CONSTRAINT_PRIMARYKEY", TWICE),
    ("SQLITE_CONSTRAINT_UNIQUE", TWICE),
)
_BY_SQLSTATE = (
    ("55P03", LOCKED),
    ("40", LOCKED),
    ("57014", LOCKED),
    ("53100", FULL),
    ("53", UNREACHABLE),
    ("25006", READ_ONLY),
    ("XX001", DAMAGED),
    ("XX002", DAMAGED),
    ("58", DISK),
    ("28", REFUSED),
    ("3D000", REFUSED),
    ("42501", REFUSED),
    ("42P01", UNPREPARED),
    ("42703", UNPREPARED),
    ("08", UNREACHABLE),
    ("57P", UNREACHABLE),
    ("23505", TWICE),
)


def failure(told: tuple[str, str]) -> StoreError:
    """Make the error of one of the kinds above."""
    message, remedy = told
    return StoreError(message, remedy=remedy)


@contextmanager
def told_in_korean() -> Iterator[None]:
    """Turn every database or file error of the block into a StoreError without its contents.

    A broken reference means that the person or run is not there: NotFoundError.
    """
    try:
        yield
    except (SQLAlchemyError, CommandError, sqlite3.Error, OSError) as error:
        raise _explained(error) from None


def _explained(error: Exception) -> SandboxError:
    cause = getattr(error, "orig", None) or error
    code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
    _LOG.error("store: %s %s", type(cause).__name__, code or "-")
    if code in ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503"):
        return NotFoundError(
            "저장할 자리(사람이나 실행 기록)를 찾지 못했습니다.",
            remedy="시작 화면에서 다시 들어온 뒤 눌러 주세요.",
        )
    if isinstance(error, TimeoutError):
        return failure(LOCKED)
    if isinstance(cause, OSError):
        return failure(_by_errno(cause))
    if isinstance(error, NoSuchModuleError):
        return failure(ADDRESS)
    for beginning, told in _BY_SQLITE_NAME if code.startswith("SQLITE") else _BY_SQLSTATE:
        if code.startswith(beginning):
            return failure(told)
    if code == "SQLITE_ERROR" and "no such table" in str(cause):
        return failure(UNPREPARED)
    if not code and type(cause).__module__.startswith("psycopg"):
        return failure(_without_sqlstate(cause))
    return failure(OTHER)


def _by_errno(error: OSError) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR):
        return READ_ONLY
    return DISK


def _without_sqlstate(cause: BaseException) -> tuple[str, str]:
    """Tell a refused log-in from a dead server: libpq gives no code while connecting."""
    said = str(cause)
    if "authentication" in said or "does not exist" in said or "no password" in said:
        return REFUSED
    return UNREACHABLE if type(cause).__name__ in ("OperationalError", "ConnectionTimeout") else OTHER
