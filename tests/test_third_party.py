"""THIRD_PARTY.md names every locked runtime package in its locked version, each with a licence we may use."""

from __future__ import annotations

import importlib.util
import re

import pytest

from tests.running_room import ROOT

LISTED = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
    (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)

CALLED_UNCHANGED = ("fpdf2", "psycopg", "psycopg-binary")


def test_every_locked_package_is_listed_with_its_version_and_licence() -> None:
    spec = importlib.util.spec_from_file_location("third_party", ROOT / "deploy" / "third_party.py")
    assert spec and spec.loader
    third_party = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(third_party)
    locked = third_party.locked()
    assert len(locked) > 50, "the locks were read"
    listed = {name: version for name, version, _ in LISTED}
    missing = {f"{name}=={version}" for name, version in locked.items() if listed.get(name) != version}
    assert not missing, "run: python deploy/third_party.py"


def test_the_locks_pin_every_package_by_hash() -> None:
    for lock in (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-model.txt",
        "requirements-postgres.txt",
        "requirements-sso.txt",
    ):
        text = (ROOT / lock).read_text(encoding="utf-8")
        for pin in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]:
            assert "--hash=sha256:" in pin, f"{lock}: {pin.splitlines()[0]}"


@pytest.mark.parametrize(("name", "licence"), [(name, said) for name, _, said in LISTED])
def test_no_licence_binds_what_we_give_away(name: str, licence: str) -> None:
    """Copyleft that would reach our own files stays out; LGPL is only called, and only where asked for."""
    assert not re.search(r"(?<![LA-Za-z])A?GPL|SSPL|Non-?Commercial|Proprietary", licence), name
    assert "LGPL" not in licence or name in CALLED_UNCHANGED
