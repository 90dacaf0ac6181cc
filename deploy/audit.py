"""Hold every locked package against the published lists of known weaknesses, and say what was not looked at.

Run by ``.ci/audit`` with pip-audit, which asks an index outside. It says nothing and leaves with 0 when that
index knows none of the packages, so what it skipped counts here as 확인 불가, never as passed::

    python deploy/audit.py path/to/pip-audit

Exit codes: 0 all looked up and none known, 1 a weakness is known, 3 something could not be looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-postgres.txt", "requirements-sso.txt", "requirements-dev.txt")
CLEAN, WEAK, UNKNOWN = 0, 1, 3
SECONDS = 300


@dataclass(frozen=True)
class Result:
    """What was learned of one lock."""

    looked_up: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def audit(tool: str, lock: Path) -> Result:
    """Ask about every package of a lock; whatever goes wrong with asking makes it unknown."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [tool, "--disable-pip", "--require-hashes", "--requirement", str(lock)]
        command += ["--format", "json", "--output", str(answer), "--progress-spinner", "off"]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
            found = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            return Result(unknown=(f"{lock.name} 전체",))
    return Result(
        tuple(d["name"] for d in found if "vulns" in d),
        tuple(
            f"{d['name']} {d['version']}: {v['id']}"
            + (f" (고친 판 {', '.join(v['fix_versions'])})" if v.get("fix_versions") else "")
            for d in found
            for v in d.get("vulns", ())
        ),
        tuple(d["name"] for d in found if "vulns" not in d) or (() if found else (f"{lock.name} 전체",)),
    )


def main(tool: str, locks: list[Path]) -> int:
    """Audit all locks and say in Korean what came out."""
    results = [audit(tool, lock) for lock in locks]
    looked_up = sorted({name for r in results for name in r.looked_up})
    weak = sorted({line for r in results for line in r.weak})
    unknown = sorted({name for r in results for name in r.unknown})
    for line in weak:
        sys.stdout.write(f"[취약점] {line}\n")
    if unknown:
        shown = ", ".join(unknown[:5]) + (f" 외 {len(unknown) - 5}개" if len(unknown) > 5 else "")
        sys.stdout.write(f"[확인 불가] 취약점 목록과 견주지 못했습니다: {shown}\n")
    sys.stdout.write(f"취약점 목록과 견준 꾸러미 {len(looked_up)}개, 알려진 취약점 {len(weak)}개\n")
    return WEAK if weak else UNKNOWN if unknown else CLEAN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], [ROOT / name for name in LOCKS]))
