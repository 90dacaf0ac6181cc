"""Every shipped template, filled with its sample: the parts that its ``why`` explains are found in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.checks import check
from sandbox.library import Library, render
from sandbox.records import CheckContext, CheckSpec, Prompt, State

ROOT = Path(__file__).parent.parent
PARTS = ("역할", "맥락", "자료", "형식", "제약")
TEMPLATES = Library((ROOT / "prompts",), (), check_problem=None, read_text=None).prompts()


def test_there_are_templates() -> None:
    assert len(TEMPLATES) >= 40
    assert all(set(template.why) & set(PARTS) for template in TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_the_parts_a_template_explains_are_found_in_it(template: Prompt) -> None:
    parts = [part for part in PARTS if part in template.why]
    spec = CheckSpec("parts", "prompt_parts", "구성", {"parts": parts})
    verdict = check(spec, CheckContext("", render(template, template.sample)))
    told = [item.text for item in verdict.evidence if "보이지 않습니다" in item.text]
    assert verdict.state is State.PASS, told
