"""docs/authoring.md stays true: its example really works, and it leaves no field type or check kind out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import checks, library
from sandbox.records import FieldType
from sandbox.shell import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^파일 `(.+?)`\n\n````\w+\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL))
CHECKS = re.findall(r"^\*\*(\w+)\*\*.*?```yaml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
HEAD = "id: x\ntitle: x\nmodule: report\nlevel: 기초\nsummary: x\nchecks:\n"


def test_the_example_is_sound_content(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(FILES) == 5
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    code = main(["check-content", str(tmp_path), "--json"])
    out = capsys.readouterr().out
    assert code == 0, out
    assert {item["answer"] for item in json.loads(out)["items"]} == {"", "model.md", "wrong-1.md"}


def test_the_empty_optional_line_goes_as_the_page_says() -> None:
    prompt = library.parse_prompt(FILES["prompts/everyday/room-notice.md"], source="x.md")
    assert "쓰지 않기\n\n[메모]" in library.render(prompt, prompt.sample)


def test_every_field_type_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert explained.pop(0) == "type"
    assert sorted(explained) == sorted(kind.value for kind in FieldType)


def test_every_check_kind_has_an_example() -> None:
    assert sorted(kind for kind, _ in CHECKS) == sorted(checks.CHECKS)


@pytest.mark.parametrize(("kind", "example"), CHECKS, ids=[kind for kind, _ in CHECKS])
def test_the_example_of_a_check_is_one_the_registry_takes(kind: str, example: str) -> None:
    item = "  - " + example.strip().replace("\n", "\n    ")
    prompt = library.parse_prompt(
        f"---\n{HEAD}{item}\n---\n본문\n", source="docs/authoring.md", check_problem=checks.problem
    )
    assert prompt.checks[0].kind == kind


def test_the_errors_it_explains_are_the_ones_the_library_says() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "sandbox" / "library").glob("*.py"))
    rows = re.findall(r"^\| (.+?) \|", PAGE[PAGE.index("## 자주 나오는 오류") :], re.MULTILINE)[2:]
    assert len(rows) >= 12
    assert [row for row in rows if row not in source] == []
