"""The command line of ``python -m sandbox``: which commands there are and how a call ends.

Hides argument parsing, output encodings and the way every error becomes a Korean sentence and
an exit code. What a command does stands in ``content``, ``answering``, ``evaluating``, ``keeping``
and ``single``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sandbox.records import SandboxError
from sandbox.shell import output
from sandbox.shell.parser import EXIT_BAD_INPUT, KoreanParser
from sandbox.shell.room import Room

EXIT_BUG: Final = 3
EXIT_STOPPED: Final = 130
FORMATS: Final = ("docx", "pptx", "hwpx", "xlsx", "pdf", "md")

_DESCRIPTION: Final = "행정 AI 실습실을 화면 없이 씁니다. 결과는 JSON으로 나옵니다."
_EXIT_CODES: Final = "끝남 값: 0 정상, 1 점검에서 실패한 것이 있음, 2 입력이 잘못되었거나 모델에 연결할 수 없음, 3 프로그램 오류"


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code. Never raises."""
    output.prepare()
    try:
        chosen = _parser().parse_args(arguments)
        result, code = _command(chosen)(_room(chosen), chosen)
        output.show(result)
    except SystemExit as leave:
        return int(leave.code or 0) if isinstance(leave.code, int | None) else EXIT_BAD_INPUT
    except SandboxError as error:
        output.say_error(error)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        output.say("멈췄습니다.")
        return EXIT_STOPPED
    except BrokenPipeError:
        # The reader (such as head) has left; Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        output.say(f"프로그램 오류입니다({_place(error)}).\n이 내용을 강사나 담당자에게 알려 주세요.")
        return EXIT_BUG
    return code


def _place(error: Exception) -> str:
    """Return kind and place of a bug; never its text, which may hold what a person typed."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"


def _command(chosen: argparse.Namespace) -> Callable[[Room, argparse.Namespace], tuple[Any, int]]:
    module, name = chosen.command_place
    found: Callable[[Room, argparse.Namespace], tuple[Any, int]] = getattr(
        import_module(f"sandbox.shell.{module}"), name
    )
    return found


def _room(chosen: argparse.Namespace) -> Room:
    """Join what was said before and after the command's name."""
    data = chosen.data_after or chosen.data
    return Room(
        os.environ,
        data_dir=Path(data).absolute() if data else None,
        prompts_dirs=tuple(Path(p) for p in (*chosen.prompts, *chosen.prompts_after)),
        exercises_dirs=tuple(Path(p) for p in (*chosen.exercises, *chosen.exercises_after)),
    )


# --------------------------------------------------------------------------- the command line


def _parser() -> KoreanParser:
    parser = KoreanParser(prog="python -m sandbox", description=_DESCRIPTION, epilog=_EXIT_CODES)
    _add_shared(parser, "")
    commands = parser.add_subparsers(title="할 수 있는 일", metavar="명령", required=True, dest="command")

    def add(name: str, place: tuple[str, str], text: str, more: str = "") -> KoreanParser:
        one: KoreanParser = commands.add_parser(name, help=text, description=f"{text}\n{more}".strip())
        one.set_defaults(command_place=place)
        _add_shared(one, "_after")
        return one

    _add_content(
        add("check-content", ("content", "check"), "템플릿과 실습 파일을 확인하고 답안을 점검합니다.")
    )
    _add_run(
        add(
            "run",
            ("answering", "run"),
            "실습을 실제 모델로 실행하고 점검 결과를 보여 줍니다.",
            "미리 채워진 값을 그대로 씁니다. 연결을 고르지 않으면 설정의 첫 모델, 없으면 내장 모델을 씁니다.",
        )
    )
    _add_evaluate(
        add(
            "evaluate",
            ("evaluating", "evaluate"),
            "교재 프롬프트와 한 줄 프롬프트의 답을 같은 점검으로 견줍니다.",
            "끝난 답은 그때그때 저장하므로 Ctrl+C로 멈춘 뒤 같은 명령으로 이어서 할 수 있습니다.\n"
            "교재가 한 줄보다 낫지 않은 과정이 있으면 1, 답을 받지 못한 것이 있으면 2로 끝납니다.",
        )
    )
    _add_rehearse(
        add(
            "rehearse",
            ("rehearsing", "rehearse"),
            "수업 전에 여러 명이 한꺼번에 실행하는 흉내를 내어 연결이 견디는지 봅니다.",
            "Ctrl+C로 멈춘 뒤 같은 명령으로 이어서 할 수 있습니다. 견디지 못하면 1로 끝납니다.",
        )
    )
    grade = add(
        "grade", ("answering", "grade"), "답안 파일을 실습의 점검으로 채점합니다. 모델은 쓰지 않습니다."
    )
    grade.add_argument("exercise", metavar="실습", help="실습의 id")
    grade.add_argument("answer_file", metavar="답안파일", help="답안이 든 글 파일 (UTF-8)")
    grade.add_argument("--asked", metavar="파일", help="이 답을 얻은 프롬프트가 든 글 파일")
    _add_single(add)
    _add_keeping(add)
    _add_teaching(add)
    return parser


def _add_teaching(add: Callable[..., KoreanParser]) -> None:
    """Add the command about instructors."""
    one = add(
        "instructor",
        ("teaching", "instructor"),
        "강사: 설정 코드를 새로 만들거나, 잊은 비밀번호를 새로 정하거나, 목록을 봅니다.",
        "setup-code  담당자를 정할 때 쓰는 한 번짜리 코드를 새로 만듭니다. 앞의 코드는 못 쓰게 됩니다.\n"
        "reset 이름  그 강사의 비밀번호를 새로 정해 보여 줍니다. 로그인해 있던 곳은 모두 끝납니다.\n"
        "list        강사의 이름을 보여 줍니다.",
    )
    one.add_argument("what", metavar="할일", choices=("setup-code", "reset", "list"))
    one.add_argument("name", metavar="이름", nargs="?", default="", help="reset 할 강사의 이름")


def _add_keeping(add: Callable[..., KoreanParser]) -> None:
    """Add the commands that copy the records and bring them back."""
    backup = add(
        "backup",
        ("keeping", "backup"),
        "기록을 파일로 복사합니다. 실습실이 켜져 있어도 됩니다.",
        "파일을 적지 않으면 자료 폴더의 backups에 둡니다. 실습실도 한 시간에 한 번 스스로 복사합니다.",
    )
    backup.add_argument("file", metavar="파일", nargs="?", default="", help="복사본의 이름")
    restore = add(
        "restore",
        ("keeping", "restore"),
        "백업으로 기록을 되살립니다. 실습실을 먼저 꺼 주세요.",
        "지금 기록은 지우지 않고 이름을 바꾸어 옆에 남겨 둡니다.",
    )
    restore.add_argument("file", metavar="파일", nargs="?", default="", help="백업 (없으면 가장 최근 백업)")


def _add_single(add: Callable[..., KoreanParser]) -> None:
    """Add the commands that look at one file."""
    guard = add(
        "guard",
        ("single", "find_personal_data"),
        "파일에서 개인정보로 보이는 곳을 찾습니다.",
        "막거나(block) 가려야(mask) 할 것이 있으면 1, 없으면 0으로 끝납니다. 찾은 글 자체는 내보내지 않습니다.",
    )
    guard.add_argument("file", metavar="파일", help="글 파일이나 문서")
    formula = add(
        "formula", ("single", "calculate"), "엑셀 파일의 칸에 수식을 넣어 계산합니다. 파일은 바뀌지 않습니다."
    )
    formula.add_argument("workbook", metavar="엑셀파일", help=".xlsx 파일")
    formula.add_argument("cell", metavar="칸", help="수식을 넣을 칸. 예: F2")
    formula.add_argument("formula", metavar="수식", help='예: "=SUM(B2:B10)"')
    formula.add_argument("--sheet", metavar="시트", default="", help="시트 이름 (없으면 첫 시트)")
    export = add("export", ("single", "export"), "답안을 문서 파일로 만듭니다.")
    export.add_argument("answer_file", metavar="답안파일", help="답안이 든 글 파일 (UTF-8)")
    export.add_argument("--format", metavar="형식", required=True, choices=FORMATS, help=", ".join(FORMATS))
    export.add_argument("--out", metavar="파일", help="만들 파일 (없으면 답안 파일 옆에)")
    export.add_argument("--title", metavar="제목", default="", help="문서 제목 (없으면 답안의 제목)")
    tokens = add("tokens", ("single", "count_tokens"), "파일의 토큰 수를 셉니다.")
    tokens.add_argument("file", metavar="파일", help="글 파일이나 문서")
    tokens.add_argument("--model", metavar="모델", default="", help="모델 이름. 모르는 모델은 추정입니다.")
    schema = add("schema", ("single", "show_schema"), "머리말의 JSON Schema를 보여 줍니다.")
    schema.add_argument(
        "kind", metavar="종류", choices=("template", "exercise"), help="template 또는 exercise"
    )


def _add_shared(parser: argparse.ArgumentParser, suffix: str) -> None:
    """Add the options that may stand before or after the command's name."""
    group = parser.add_argument_group("어디서나 쓰는 항목")
    group.add_argument(
        "--prompts",
        dest=f"prompts{suffix}",
        metavar="폴더",
        action="append",
        default=[],
        help="템플릿 폴더를 더합니다.",
    )
    group.add_argument(
        "--exercises",
        dest=f"exercises{suffix}",
        metavar="폴더",
        action="append",
        default=[],
        help="실습 폴더를 더합니다.",
    )
    group.add_argument(
        "--data", dest=f"data{suffix}", metavar="폴더", default="", help="자료 폴더 (설정, 모델이 있는 곳)"
    )


def _add_content(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="경로", nargs="*", help="파일이나 폴더 (없으면 전부)")
    parser.add_argument("--json", action="store_true", help="표 대신 JSON으로 보여 줍니다.")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_ids", metavar="실습", nargs="+", help="실습의 id. all이면 모두 실행합니다.")
    parser.add_argument("--endpoint", metavar="이름", default="", help="연결의 이름. 내장 모델은 embedded")
    parser.add_argument("--out", metavar="파일", help="결과 JSON을 이 파일에도 씁니다.")
    parser.add_argument("--asked", metavar="파일", help="실습의 프롬프트 대신 보낼 글이 든 파일")
    parser.add_argument(
        "--samples", action="store_true", help="실습 대신 템플릿의 id를 받아 sample 값으로 실행합니다."
    )


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endpoint", metavar="이름", default="", help="연결의 이름. 내장 모델은 embedded")
    parser.add_argument(
        "--samples",
        metavar="수",
        type=_count,
        default=1,
        help="온도가 0보다 높은 항목을 몇 번씩 물을지 (기본 1). 온도 0은 늘 같은 답이라 한 번만 묻습니다.",
    )
    parser.add_argument(
        "--only", metavar="이름", nargs="+", default=[], help="과정 이름이나 템플릿·실습의 id만 견줍니다."
    )
    parser.add_argument(
        "--out", metavar="폴더", default="", help="답과 표를 둘 폴더 (없으면 자료 폴더의 evaluation)"
    )
    parser.add_argument(
        "--parallel",
        metavar="수",
        type=_count,
        default=2,
        help="동시에 물을 수 (기본 2, 연결이 허락하는 만큼)",
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="docs/evaluation.md의 표를 새 결과로 바꿉니다."
    )
    parser.add_argument(
        "--tables", action="store_true", help="모델을 부르지 않고 저장된 답을 다시 점검해 표만 만듭니다."
    )


def _add_rehearse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seats", metavar="수", type=_seats, default=40, help="몇 명이 함께 실행할지 (기본 40)"
    )
    parser.add_argument(
        "--path", metavar="실습", nargs="+", default=[], help="실습의 id를 순서대로 (없으면 과목마다 첫 실습)"
    )
    parser.add_argument(
        "--class", dest="class_code", metavar="코드", default="", help="이 수업의 실습 순서를 그대로 씁니다."
    )
    parser.add_argument("--endpoint", metavar="이름", default="", help="연결의 이름. 내장 모델은 embedded")
    parser.add_argument(
        "--within", metavar="초", type=float, default=10.0, help="모두가 몇 초 안에 누르는지 (기본 10)"
    )
    parser.add_argument("--record", action="store_true", help="받은 답을 ‘녹화된 답변’으로 남깁니다.")
    parser.add_argument("--json", action="store_true", help="글 대신 JSON으로 보여 줍니다.")


def _seats(text: str) -> int:
    """Return a whole number from 1 to 300."""
    number = int(text)
    if not 1 <= number <= 300:
        raise ValueError
    return number


def _count(text: str) -> int:
    """Return a whole number from 1 to 100."""
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError
    return number
