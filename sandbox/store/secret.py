"""The installation's secret: 32 random bytes beside the database, made once.

Hides the race of two processes at their first start and the file's permissions.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sandbox.records import StoreError
from sandbox.store.failures import told_in_korean

_BYTES = 32


def load_secret(data_dir: Path) -> bytes:
    """Read the secret of this data folder, making it first when there is none.

    Resume codes are derived from it: with another secret every code becomes a new one.
    """
    file = data_dir / "secret.key"
    with told_in_korean():
        if not file.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make(file)
        secret = file.read_bytes()
    if len(secret) != _BYTES:
        raise StoreError(
            "자료 폴더의 secret.key 파일이 손상되었습니다.",
            remedy="백업한 secret.key를 넣거나, 파일을 지우고 다시 시작해 주세요. "
            "지우면 이어하기 코드가 모두 새로 바뀝니다.",
        )
    return secret


def _make(file: Path) -> None:
    """Write it aside and link it into place: whoever comes second finds the first one's, whole."""
    aside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(secrets.token_bytes(_BYTES))
            writing.flush()
            os.fsync(writing.fileno())
        try:
            os.link(aside, file)
        except FileExistsError:
            return
        except OSError:  # a file system without links, such as a USB stick
            if not file.exists():
                aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
