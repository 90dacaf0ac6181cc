"""The audit of packages: a weakness stops it, and what could not be looked up never passes in silence."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running_room import ROOT


@pytest.fixture
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit_under_test", ROOT / "deploy" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tool(folder: Path, says: str, code: int = 0) -> str:
    """Make a stand-in for pip-audit that gives one answer."""
    script = folder / "pip-audit"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nargs = sys.argv\n"
        f"if {says!r}:\n    open(args[args.index('--output') + 1], 'w', encoding='utf-8').write({says!r})\n"
        f"sys.exit({code})\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    return str(script)


def answer(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE = {"name": "fine", "version": "1.0", "vulns": []}
WEAK = {"name": "weak", "version": "2.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found and could not be audited: odd (3.0)"}


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script with a shebang line")
@pytest.mark.parametrize(
    ("says", "code", "leaves", "told"),
    [
        (answer(FINE), 0, 0, "견준 꾸러미 1개, 알려진 취약점 0개"),
        (answer(FINE, WEAK), 1, 1, "[취약점] weak 2.0: CVE-2026-1 (고친 판 2.1)"),
        (answer(FINE, SKIPPED), 0, 3, "[확인 불가]"),
        (answer(WEAK, SKIPPED), 1, 1, "[확인 불가]"),
        (answer(), 0, 3, "[확인 불가]"),
        ("", 1, 3, "[확인 불가]"),  # no connection: a traceback and no answer
        ("<html>", 0, 3, "[확인 불가]"),
        ("[]", 0, 3, "[확인 불가]"),
    ],
)
def test_the_audit_says_what_it_knows(
    audit: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    says: str,
    code: int,
    leaves: int,
    told: str,
) -> None:
    assert audit.main(tool(tmp_path, says, code), [ROOT / "requirements.txt"]) == leaves
    assert told in capsys.readouterr().out


def test_without_the_tool_it_is_unknown(
    audit: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(str(tmp_path / "none"), [ROOT / "requirements.txt"]) == 3
    assert "확인 불가" in capsys.readouterr().out


def test_the_whole_check_of_a_checkout_runs_it() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ".ci/audit ||" in run and "확인 불가" in run and 'exit "$code"' in run
    assert os.access(ROOT / ".ci" / "audit", os.X_OK) or os.name != "posix"
    lock = (ROOT / ".ci" / "audit.txt").read_text(encoding="utf-8")
    assert "pip-audit==" in lock and lock.count("==") <= lock.count("--hash=sha256:")


def test_the_step_itself_never_passes_where_nothing_can_be_fetched(tmp_path: Path) -> None:
    """With no index to fetch the tool from, the step leaves with 3 and says so."""
    if os.name != "posix":
        pytest.skip("the step is a shell script")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    environ |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [str(ROOT / ".ci" / "audit")],
        env=environ,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert done.returncode == 3 and "[확인 불가]" in done.stdout, done.stdout + done.stderr
