"""Take a content file apart: the YAML header with a line number for every value, and the text.

Hides YAML. Scalars stay text as they were typed (``08:10``, ``yes``, ``2026-11-22`` are not
turned into something else); aliases and tags are refused, since content is closed data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.library.complaints import Complaints, Place, quote
from sandbox.records import ContentError

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """A file's header values (text, lists and mappings only), their lines, and the text below."""

    values: Mapping[str, Any]
    lines: Mapping[Place, int]
    text: str
    text_line: int


class Bare(str):
    """A value of a check typed without quotes: ``100`` and not ``"100"``."""

    __slots__ = ()


class _Loader(yaml.BaseLoader):
    """PyYAML's loader without any typing of scalars.

    A question mark inside a plain word in brackets (``{title: 개조식인가요?, …}``) is text, as
    YAML 1.2 says; PyYAML follows 1.1 and would stop there. Looking ahead, it is shown a letter.
    """

    _in_plain = False

    def scan_plain(self) -> yaml.ScalarToken:
        self._in_plain = True
        try:
            return super().scan_plain()
        finally:
            self._in_plain = False

    def peek(self, index: int = 0) -> str:
        char: str = super().peek(index)
        return "q" if self._in_plain and char == "?" else char


def read_file(path: Path, shown: str) -> str:
    """Read a UTF-8 text file (a BOM is fine) with line ends as ``\\n``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ContentError(
            "파일을 열 수 없습니다.", file=shown, remedy="파일이 있는지, 읽을 권한이 있는지 확인해 주세요."
        ) from error
    if len(data) > _MAX_BYTES:
        raise ContentError("파일이 너무 큽니다.", file=shown, remedy="글 파일은 2MB까지 쓸 수 있습니다.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ContentError(_encoding_message(data), file=shown, line=line, remedy=_ENCODING_REMEDY) from None
    if "\0" in text:
        raise ContentError("글 파일이 아닙니다.", file=shown, remedy=_ENCODING_REMEDY)
    return text.replace("\r\n", "\n").replace("\r", "\n")


_ENCODING_REMEDY = "메모장에서 [다른 이름으로 저장]을 누르고 인코딩을 UTF-8로 골라 다시 저장해 주세요."


def _encoding_message(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "파일이 UTF-16(유니코드)으로 저장되어 있습니다."
    try:
        data.decode("cp949")
    except UnicodeDecodeError:
        return "파일이 UTF-8 글 파일이 아닙니다."
    return "파일이 CP949(ANSI)로 저장되어 있습니다."


def split(text: str, *, source: str, required: bool = True) -> Header:
    """Split a file into header and text; a missing header is an error only when ``required``."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    opening = _FENCE.match(text)
    if not opening:
        if required:
            raise ContentError(
                "머리말이 없습니다.",
                file=source,
                line=1,
                remedy="첫 줄에 ---를 적고 그 아래에 머리말을 적어 주세요.",
            )
        return Header({}, {}, text.strip("\n"), 1 + len(text) - len(text.lstrip("\n")))
    closing = _FENCE.search(text, opening.end())
    if not closing:
        raise ContentError(
            "머리말이 끝나지 않았습니다.",
            file=source,
            line=1,
            remedy="머리말 아래에 ---만 있는 줄을 적어 주세요.",
        )
    values, lines = _read_yaml(text[opening.end() + 1 : closing.start()], source)
    rest = text[closing.end() :]
    body = rest.strip("\n")
    first = text.count("\n", 0, closing.end()) + 1 + (len(rest) - len(rest.lstrip("\n")))
    return Header(values, lines, body, first)


def _read_yaml(text: str, source: str) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 0
        message, remedy = _yaml_in_korean(f"{error.context}: {error.problem}", text, line - 2)
        raise ContentError(message, file=source, line=line, remedy=remedy) from None
    except (yaml.YAMLError, RecursionError):
        raise ContentError(
            "머리말을 읽을 수 없습니다.",
            file=source,
            line=1,
            remedy="보이지 않는 특수 글자가 있으면 지워 주세요.",
        ) from None
    if node is None:
        return {}, {(): 1}
    if not isinstance(node, yaml.MappingNode):
        raise ContentError(
            "머리말은 ‘이름: 값’ 줄로 되어 있어야 합니다.",
            file=source,
            line=2,
            remedy="‘title: 제목’처럼 적어 주세요.",
        )
    lines: dict[Place, int] = {}
    complaints = Complaints(source)
    values: dict[str, Any] = _plain(node, (), lines, complaints, set())
    lines[()] = 1
    complaints.raise_if_any()
    return values, lines


def _yaml_in_korean(problem: str, text: str, index: int) -> tuple[str, str]:
    rows = text.split("\n")
    row = rows[index] if 0 <= index < len(rows) else ""
    if "'@'" in problem or "'`'" in problem or "'%'" in problem:
        return "@, `, %로 시작하는 값은 따옴표가 필요합니다.", '"@memo.txt"처럼 따옴표로 감싸 주세요.'
    if "'\\t'" in problem or "\t" in row:
        return "탭 글자가 있습니다.", "탭을 지우고 빈칸(스페이스)으로 들여쓰기해 주세요."
    if "mapping values are not allowed" in problem:
        return "값 안에 쌍점(:)이 있습니다.", '값 전체를 따옴표로 감싸 주세요. 예: title: "제목: 부제목"'
    if "alias" in problem or "anchor" in problem:
        return "*나 &로 시작하는 값은 따옴표가 필요합니다.", "값 전체를 따옴표로 감싸 주세요."
    if "expected ',' or" in problem:
        return "[ ] 또는 { }가 닫히지 않았거나 쉼표가 빠졌습니다.", "괄호의 짝과 쉼표를 확인해 주세요."
    if "<block end>" in problem and "'<scalar>'" in problem:
        remedy = "값 전체를 작은따옴표(')로 감싸거나, 안쪽 따옴표를 「 」로 바꿔 주세요."
        return "따옴표로 시작한 값이 따옴표 밖에서도 이어집니다.", remedy
    if "quoted scalar" in problem:
        return "따옴표가 닫히지 않았습니다.", "따옴표의 짝을 확인해 주세요."
    if "could not find expected ':'" in problem:
        return "쌍점(:)이 빠졌습니다.", "‘이름: 값’처럼 쌍점과 한 칸을 넣어 주세요."
    return "머리말의 모양이 맞지 않습니다.", "들여쓰기와 쌍점(:), 따옴표의 짝을 확인해 주세요."


def _plain(
    node: yaml.Node, place: Place, lines: dict[Place, int], complaints: Complaints, seen: set[int]
) -> Any:
    """Turn a YAML node into text, lists and dicts; note the line of each place."""
    line = node.start_mark.line + 2
    lines[place] = line
    if node.tag not in _PLAIN_TAGS:
        complaints.add("!로 시작하는 표시는 쓸 수 없습니다.", line=line, remedy="값을 따옴표로 감싸 주세요.")
    if isinstance(node, yaml.ScalarNode):
        return Bare(node.value) if place[:1] == ("checks",) and node.style is None else node.value
    if id(node) in seen:
        complaints.add("별칭(&, *)은 쓸 수 없습니다.", line=line, remedy="같은 내용을 다시 적어 주세요.")
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*place, i), lines, complaints, seen) for i, child in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, child in _pairs(node, complaints):
        if key in found:
            at = child.start_mark.line + 2
            complaints.add(f"항목 {quote(key)}이(가) 두 번 있습니다.", line=at, remedy="하나를 지워 주세요.")
            continue
        found[key] = _plain(child, (*place, key), lines, complaints, seen)
    return found


def _pairs(node: yaml.Node, complaints: Complaints) -> Iterator[tuple[str, yaml.Node]]:
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            line = key.start_mark.line + 2
            complaints.add(
                "항목 이름이 글이 아닙니다.", line=line, remedy="{{ }}가 든 값은 따옴표로 감싸 주세요."
            )
            continue
        yield str(key.value), child
