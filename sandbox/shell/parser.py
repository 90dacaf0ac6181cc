"""argparse in Korean: its headings, its own help text and its error messages.

Hides how argparse words things: it has no Korean, and its messages are turned by pattern.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, NoReturn

EXIT_BAD_INPUT: Final = 2

_ERRORS: Final = (
    (r"the following arguments are required: (.+)", r"꼭 필요한 것이 빠졌습니다: \1"),
    (r"one of the arguments (.+) is required", r"다음 가운데 하나가 필요합니다: \1"),
    (r"unrecognized arguments: (.+)", r"모르는 인자입니다: \1"),
    (
        r"argument (\S+): invalid choice: (.+?) \(choose from (.+)\)",
        r"\1: \2은(는) 쓸 수 없습니다. 쓸 수 있는 것: \3",
    ),
    (r"argument (\S+): expected one argument", r"\1: 값이 하나 필요합니다."),
    (r"argument (\S+): expected at least one argument", r"\1: 값이 하나 이상 필요합니다."),
    (r"argument (\S+): expected (\d+) arguments?", r"\1: 값이 \2개 필요합니다."),
    (r"argument (\S+): invalid \S+ value: (.+)", r"\1: \2은(는) 쓸 수 없는 값입니다."),
    (r"argument (\S+): ignored explicit argument (.+)", r"\1: 값을 받지 않는데 \2이(가) 있습니다."),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1은(는) \2와(과) 함께 쓸 수 없습니다."),
)


class _KoreanFormatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "사용법: " if prefix is None else prefix)


class KoreanParser(argparse.ArgumentParser):
    """An ArgumentParser whose every word on screen is Korean."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _KoreanFormatter)
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self._positionals.title = "인자"
        self._optionals.title = "선택 항목"
        self.add_argument("-h", "--help", action="help", help="이 도움말을 보여 주고 끝냅니다.")

    def error(self, message: str) -> NoReturn:
        """Say in Korean what is wrong with the command line and leave with 2."""
        self.print_usage(sys.stderr)
        hint = f"{self.prog} --help로 사용법을 볼 수 있습니다."
        self.exit(EXIT_BAD_INPUT, f"오류: {in_korean(message)}\n{hint}\n")


def in_korean(message: str) -> str:
    """Return argparse's message in Korean."""
    for pattern, korean in _ERRORS:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, korean, message, flags=re.DOTALL)
    return "입력한 명령을 이해하지 못했습니다."
