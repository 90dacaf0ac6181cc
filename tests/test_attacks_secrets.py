"""Keys and personal data, looked for wherever a process leaves traces, a crash included."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from sandbox.classroom import Classroom
from sandbox.documents import WRITERS
from sandbox.documents.outline import from_answer
from sandbox.practice import Work
from sandbox.records import Action, Choice
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_practice import Room

KEY = "sk-trace-0123456789abcdefABCDEF"
PHONE, RESIDENT = "010-9382-7715", "900101-1234568"
SECRETS = (KEY, PHONE, PHONE.replace("-", ""), RESIDENT, RESIDENT.replace("-", ""))
LINUX = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="/proc가 없는 운영체제입니다.")


def holds(data: bytes) -> list[str]:
    """Return the secrets that stand in bytes in any encoding that we write."""
    return [s for s in SECRETS for code in ("utf-8", "utf-16-le", "utf-16-be") if s.encode(code) in data]


@LINUX
def test_a_crash_leaves_neither_key_nor_dump(tmp_path: Path) -> None:
    """The server is made to dump its stacks as a crash does: places are named, values are not."""
    with (
        FakeEndpoint(first_seconds=0.0, key=KEY) as fake,
        RunningRoom(
            tmp_path, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", OPENAI_API_KEY=KEY,
            SANDBOX_EMBEDDED="0", PYTHONFAULTHANDLER="1",
        ) as room,
    ):  # fmt: skip
        limits = Path(f"/proc/{room.pid}/limits").read_text(encoding="utf-8")
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"], "a dump of memory would hold keys and what people typed"
        for process in family(room.pid):
            assert not holds(Path(f"/proc/{process}/cmdline").read_bytes())
            if process != room.pid:
                assert not holds(Path(f"/proc/{process}/environ").read_bytes())
        type_personal_data(room)
        os.kill(room.pid, signal.SIGABRT)
        for _ in range(300):
            report = room.log.read_text(encoding="utf-8")
            if "most recent call first" in report:
                break
            time.sleep(0.1)
        assert "Aborted" in report and "most recent call first" in report, "the crash was reported"
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert not holds(file.read_bytes()), file.name
    assert not list(Path.cwd().glob("core*"))


def type_personal_data(room: RunningRoom) -> None:
    """Let somebody type what the guard keeps in memory only: the crash finds it there."""
    with closing(
        Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))
    ) as store:
        entry = Classroom(store).join("김연습")
        typed = f"연락처 {PHONE}, 주민등록번호 {RESIDENT}"
        asked = urllib.request.Request(
            f"{room.url}/room/draft",
            data=json.dumps({"place": "free", "values": {"__prompt": typed}}).encode(),
            headers={"Sec-Fetch-Site": "same-origin", "Cookie": f"room={entry.token}"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert answer.status == 200
        assert "[" in str(store.draft(entry.person.id, "free")), "kept, and masked"


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += map(int, task.read_text(encoding="ascii").split())
    return found


@pytest.fixture
def room(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Room]:
    made = Room(tmp_path, fake_endpoint)
    yield made
    made.close()


def test_nothing_is_found_in_files_backups_and_documents(
    room: Room, fake_endpoint: FakeEndpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A try with personal data, its checks, its documents, a draft, a backup: masked everywhere."""
    fake_endpoint.script("□ 연락처는 [전화번호1]입니다.")
    text = f"연락처 {PHONE}, 주민등록번호 {RESIDENT}로 안내문을 써 줘"
    preview = room.practice.preview(room.me, Work(text), room.endpoint)
    choices = {f.fingerprint: Choice.MASK for f in preview.findings}
    assert {f.action for f in preview.findings} >= {Action.BLOCK}
    run_id = room.practice.run(room.me, Work(text), choices, room.endpoint)
    room.wait(run_id)
    room.practice.save_draft(room.me, "free", {"__prompt": text})
    assert PHONE in room.practice.result(room.me, run_id).messages[-1].text, "on one's own screen it is whole"
    run = room.store.run(run_id, room.me.id)
    sent = "".join(m.text for m in run.messages)
    assert "[" in sent and not holds(sent.encode())
    room.store.keep_backup()
    room.store.backup(tmp_path / "copy" / "기록.db")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert not holds(file.read_bytes()), file.name
    for kind, writer in WRITERS.items():
        data = writer.write(from_answer(run.answer)).data
        assert not holds(data), kind
        if zipfile.is_zipfile(BytesIO(data)):
            with zipfile.ZipFile(BytesIO(data)) as package:
                assert not any(holds(package.read(name)) for name in package.namelist()), kind
    assert not holds(caplog.text.encode())


def test_records_do_not_show_what_they_hold() -> None:
    """What Python itself would print of our records in an error holds no key."""
    from sandbox.records import Endpoint, Secret

    endpoint = Endpoint(id="e", name="E", base_url="http://x", model="m", key=Secret(KEY))
    assert KEY not in repr(endpoint) and KEY not in str(endpoint.key) and KEY not in f"{endpoint}"
