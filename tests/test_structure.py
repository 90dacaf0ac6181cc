"""The house rules of docs/architecture.md, held against the source itself.

The table of who may import whom is read from that page, so that page and code cannot drift apart.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLACES = ("app.py", "start.py", "sandbox", "ui", "bench")
SOURCES = sorted(
    path
    for place in PLACES
    for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    if path.is_file()
)
OURS = ("sandbox", "ui", "app", "start")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return the dotted name as the table writes it: without ``sandbox.``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    dotted = ".".join(part for part in parts if part != "__init__")
    return dotted.removeprefix("sandbox.") if dotted != "sandbox" else "sandbox"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module with its line, those inside functions too, ours as full names."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join((*package[: len(package) - node.level], *filter(None, [node.module])))
            for alias in node.names:
                yield (f"{base}.{alias.name}" if is_module(f"{base}.{alias.name}") else base), node.lineno


def is_module(dotted: str) -> bool:
    place = ROOT.joinpath(*dotted.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def inside(module: str, whole: str) -> bool:
    return module == whole or module.startswith(whole + ".")


# --------------------------------------------------------------------------- who may import whom


@cache
def table() -> dict[str, frozenset[str]]:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows: dict[str, frozenset[str]] = {}
    for left, right in re.findall(
        r"^\| ([a-z_., ]+?) \| (.+?) \|$", page.split("## Contracts")[0], re.MULTILINE
    ):
        allowed = re.sub(r"\(.*?\)", "", right)
        words = frozenset(w.strip() for w in allowed.split(",") if w.strip() != "nothing")
        rows |= {name.strip(): words for name in left.split(",") if name.strip() != "module"}
    return rows


def row_of(module: str) -> str | None:
    fitting = [name for name in table() if inside(module, name)]
    return max(fitting, key=len, default=None)


def test_the_table_was_read() -> None:
    assert table()["records"] == frozenset()
    assert table()["turns"] == {"llm", "records"}
    assert len(table()) >= 15


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_go_the_agreed_way(path: Path) -> None:
    module = module_of(path)
    if module == "sandbox" or inside(module, "bench"):
        return
    row = row_of(module)
    assert row, f"{module} stands in no row of the table in docs/architecture.md"
    for imported, line in imports(path):
        if imported.split(".")[0] not in OURS or imported == "sandbox":
            continue
        target = imported.removeprefix("sandbox.")
        if inside(target, row):
            continue
        assert any(inside(target, allowed) for allowed in table()[row]), (
            f"{name_of(path)}:{line} imports {target}; {row} may import {sorted(table()[row])}"
        )


SOLE_IMPORTERS = {
    "openai": ("sandbox/llm",),
    "tiktoken": ("sandbox/tokens",),
    "sqlalchemy": ("sandbox/store", "sandbox/migrations"),
    "alembic": ("sandbox/store", "sandbox/migrations"),
    "xllamacpp": ("sandbox/local_model",),
    "ironcalc": ("sandbox/formulas",),
    "maskingtape": ("sandbox/guard",),
    "streamlit": ("app.py", "ui/"),
}


@pytest.mark.parametrize("library", SOLE_IMPORTERS)
def test_a_library_is_imported_behind_one_door(library: str) -> None:
    doors = SOLE_IMPORTERS[library]
    found = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        for imported, line in imports(path)
        if inside(imported, library)
        and not name_of(path).startswith(doors)
        and not inside(module_of(path), "bench")
    ]
    assert found == []


def test_only_the_guard_makes_a_cleared() -> None:
    makers = {
        name_of(path)
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) == "Cleared"
    }
    assert makers, "the test no longer finds the guard itself"
    assert {maker for maker in makers if not maker.startswith("sandbox/guard")} == set()


ENVIRONMENT_READERS = ("sandbox/settings.py", "start.py", "bench/")
# The composition roots hand the environment over; a child process gets it changed.
ENVIRONMENT_CARRIERS = (
    "sandbox/shell/commands.py",
    "ui/session.py",
    "sandbox/children.py",
    "sandbox/tokens.py",
)


def test_the_environment_is_read_by_the_settings_alone() -> None:
    for path in SOURCES:
        if name_of(path).startswith((*ENVIRONMENT_READERS, *ENVIRONMENT_CARRIERS)):
            continue
        for node in ast.walk(tree(path)):
            is_environ = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            assert not is_environ, f"{name_of(path)}:{node.lineno} reads the environment"


# --------------------------------------------------------------------------- files, state, size, names


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def opens_text(node: ast.Call) -> bool:
    """Tell whether a call opens a text file without saying its encoding."""
    if any(keyword.arg in ("encoding", None) for keyword in node.keywords):
        return False
    if isinstance(node.func, ast.Attribute):
        # Path.write_text takes the text first, Path.read_text the encoding.
        return node.func.attr in ("read_text", "write_text") and len(node.args) <= (
            node.func.attr == "write_text"
        )
    if called(node) != "open":
        return False
    modes = [
        a.value for a in [*node.args[1:2], *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)
    ]
    return not any(isinstance(mode, str) and "b" in mode for mode in modes)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("open('a')", True),
        ("open('a', 'w')", True),
        ("open('a', 'rb')", False),
        ("open('a', mode='rb')", False),
        ("open('a', encoding='utf-8')", False),
        ("p.read_text()", True),
        ("p.read_text(encoding='utf-8')", False),
        ("p.write_text('a')", True),
        ("p.write_text('a', encoding='utf-8')", False),
    ],
)
def test_the_encoding_rule_sees(code: str, wrong: bool) -> None:
    node = ast.parse(code, mode="eval").body
    assert isinstance(node, ast.Call)
    assert opens_text(node) is wrong


@pytest.mark.parametrize("path", [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))], ids=name_of)
def test_text_files_are_opened_with_an_encoding(path: Path) -> None:
    found = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and opens_text(node)]
    assert found == [], f"{name_of(path)}: lines {found}"


CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MAKERS = {
    "list",
    "dict",
    "set",
    "defaultdict",
    "OrderedDict",
    "deque",
    "Counter",
    "bytearray",
    "WeakValueDictionary",
}
MUTATORS = {
    "append", "add", "update", "clear", "pop", "popitem", "extend", "insert", "remove", "discard", "setdefault",
}  # fmt: skip


def mutable_state(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield module-level containers that can hold state: empty, in lower case, or changed later."""
    names: dict[str, int] = {}
    for node in module.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        value = getattr(node, "value", None)
        is_container = isinstance(value, CONTAINERS) or (
            isinstance(value, ast.Call) and called(value) in MAKERS
        )
        for target in targets:
            if not is_container or not isinstance(target, ast.Name) or target.id == "__all__":
                continue
            names[target.id] = node.lineno
            is_final = isinstance(node, ast.AnnAssign) and re.search(
                r"Final|Mapping|Sequence", ast.unparse(node.annotation)
            )
            is_empty = not any(getattr(value, part, None) for part in ("elts", "keys", "args", "generators"))
            if is_empty or not (is_final or target.id.isupper()):
                yield node.lineno, target.id
    for inner in ast.walk(module):
        if isinstance(inner, ast.Global):
            yield inner.lineno, "global"
        if (
            isinstance(inner, ast.Call)
            and isinstance(inner.func, ast.Attribute)
            and inner.func.attr in MUTATORS
        ):
            base = inner.func.value
            if isinstance(base, ast.Name) and base.id in names:
                yield inner.lineno, base.id


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("seen = []", True),
        ("SEEN = {}", True),
        ("seen = dict()", True),
        ("rules = [1, 2]", True),
        ("RULES = {1: 2}", False),
        ("RULES = {1: 2}\ndef f():\n    RULES.update({3: 4})", True),
        ("count = 0\ndef f():\n    global count\n    count += 1", True),
        ("from typing import Final\nrules: Final = {1: 2}", False),
        ("NAMES = (1, 2)", False),
        ("def f():\n    seen = []", False),
    ],
)
def test_the_state_rule_sees(code: str, wrong: bool) -> None:
    assert bool(list(mutable_state(ast.parse(code)))) is wrong


# Streamlit runs these as scripts, anew for every person: what they hold is nobody else's.
SCRIPTS = ("bench/", "ui/screens/", "ui/main.py")


@pytest.mark.parametrize("path", [p for p in SOURCES if not name_of(p).startswith(SCRIPTS)], ids=name_of)
def test_no_module_holds_mutable_state(path: Path) -> None:
    assert list(mutable_state(tree(path))) == [], name_of(path)


# Longer than 400 lines, each as one subject.
JUSTIFIED = {
    "sandbox/records.py": 780,  # all the nouns, so that any module may depend on one that depends on none
    "start.py": 600,  # runs before anything is installed, so it can import nothing
}


def size_limit(name: str) -> int:
    return 60 if name == "app.py" else 80 if name.startswith("ui/screens/") else JUSTIFIED.get(name, 400)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_modules_keep_their_size(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = size_limit(name_of(path))
    assert lines <= limit, f"{name_of(path)}: {lines} lines, at most {limit}"


BAD_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|base|common|misc)(_|$)")
BAD_CLASSES = re.compile(r"(Utils?|Helpers?|Manager|Base)$")


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_names_say_what_a_thing_is(path: Path) -> None:
    assert not BAD_NAMES.search(path.stem), name_of(path)
    classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if BAD_CLASSES.search(name) and name != "Base"] == []


@pytest.mark.parametrize("path", [p for p in SOURCES if "versions" not in p.parts], ids=name_of)
def test_every_module_says_what_it_hides(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"


# --------------------------------------------------------------------------- imports do nothing

WITHOUT_SCREEN = """
import importlib, pkgutil, socket, sys, threading

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "streamlit":
            raise ImportError("the core must do without " + name)

sys.meta_path.insert(0, Blocker())

def forbidden(*args, **kwargs):
    raise AssertionError("something connects or starts a thread at import time")

socket.socket.connect = forbidden
import sandbox
names = [
    m.name for m in pkgutil.walk_packages(sandbox.__path__, "sandbox.")
    if not m.name.endswith(("__main__", ".env")) and ".versions" not in m.name
]
threads = threading.active_count()
for name in names:
    importlib.import_module(name)
assert threading.active_count() == threads, threading.enumerate()
print(len(names))
"""


def test_the_core_imports_without_streamlit_and_does_nothing_on_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SCREEN],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 20
