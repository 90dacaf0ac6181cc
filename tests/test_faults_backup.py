"""A damaged record file, and the way back: what is copied, when, and how a room is restored from it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.records import InputError, StoreError
from sandbox.store import Store, backups
from tests.running_room import ROOT
from tests.test_app import start_and_fail
from tests.test_start import SERVE

SECRET = b"s" * 32
DAY = timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "자료 폴더" / "sandbox.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{file}", secret=SECRET)) as made:
        made.migrate()
        yield made


def open_again(file: Path) -> Store:
    return Store(f"sqlite:///{file}", secret=SECRET)


def damage(file: Path) -> None:
    """Overwrite the middle of the file, as a dying disk or a careless sync program does."""
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xa5" * len(content[4096 * 2 :])
    file.write_bytes(content)


def copies(file: Path) -> list[Path]:
    return sorted((file.parent / backups.FOLDER).glob("*.db"))


def age(copy: Path, by: timedelta) -> None:
    at = (datetime.now(UTC) - by).timestamp()
    os.utime(copy, (at, at))


# --------------------------------------------------------------------------- the daily copy


def test_one_copy_an_hour_the_newest_four_and_one_a_day_for_a_week(store: Store, file: Path) -> None:
    assert copies(file) == [], "an empty room has nothing to lose"
    store.add_person("김연습")
    first = store.keep_backup()
    assert first and backups.is_whole(first)
    assert store.keep_backup() is None, "this hour's is there"
    first.unlink()
    hours = (0, 1, 2, 3, 4, 5, *(24 * day + more for day in range(1, 10) for more in (0, 2)))
    for back in sorted(hours, reverse=True):
        copy = store.keep_backup()
        assert copy is not None, f"{back} hours ago"
        age(copy.rename(copy.with_name(f"sandbox-{back:03d}.db")), timedelta(hours=back + 1))
    left = [int(copy.stem[-3:]) for copy in copies(file)]
    assert left[:4] == [0, 1, 2, 3], "the newest"
    now = datetime.now().astimezone()
    # Every copy was one of today's before it was made older: in the first hour of a day none is left of today.
    days = {now.date()} | {(now - timedelta(hours=back + 1)).date() for back in left}
    assert len(days) == backups.KEEP_DAYS and len(left) <= backups.KEEP_NEWEST + backups.KEEP_DAYS
    assert not list(file.parent.rglob("*.part"))


def test_a_start_copies_what_is_there(store: Store, file: Path) -> None:
    store.add_person("김연습")
    store.close()
    with closing(open_again(file)) as again:
        again.migrate()
    assert len(copies(file)) == 1


def test_a_clock_set_back_does_not_stop_the_copies(store: Store, file: Path) -> None:
    store.add_person("김연습")
    copy = store.keep_backup()
    assert copy
    age(copy, -30 * DAY)
    copy.rename(copy.with_name("sandbox-of-tomorrow.db"))
    assert store.keep_backup() is not None
    assert store.keep_backup() is None, "one an hour, not one at every look until the clock has caught up"


def test_copies_of_tomorrow_take_no_place_of_todays(store: Store, file: Path) -> None:
    """The clock was days ahead for more than a week: what is copied now is newer, whatever the dates say."""
    store.add_person("김연습")
    for day in range(12):
        copy = store.keep_backup()
        assert copy
        age(copy.rename(copy.with_name(f"sandbox-ahead-{day:02d}.db")), -(30 + day) * DAY)
    today = store.keep_backup()
    assert today and today.exists() and today == backups.newest(file)
    assert len(copies(file)) <= backups.KEEP_NEWEST + backups.KEEP_DAYS
    store.close()
    damage(file)
    assert backups.restore(file)[0] == today


def test_damage_never_takes_the_place_of_a_good_copy(store: Store, file: Path) -> None:
    store.add_person("김연습")
    good = store.keep_backup()
    assert good
    store.close()
    age(good, DAY)
    damage(file)
    assert backups.keep(file, lambda target: target.write_bytes(file.read_bytes()) and None) is None
    assert copies(file) == [good] and backups.is_whole(good)


def test_a_disk_without_room_for_a_copy_keeps_nobody_out(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_target: Path) -> None:
        raise OSError(28, "비밀 경로")

    assert backups.keep(file, full) is None
    assert "no backup was made" in caplog.text and "비밀 경로" not in caplog.text


# --------------------------------------------------------------------------- the way back


def test_damage_is_found_at_start_and_the_newest_copy_is_offered(store: Store, file: Path) -> None:
    person = store.add_person("김연습")
    copy = store.keep_backup()
    assert copy
    store.add_person("나중에 온 사람")
    store.close()
    damage(file)
    with closing(open_again(file)) as broken, pytest.raises(StoreError) as told:
        broken.migrate()
    assert "손상" in told.value.message
    assert "백업이 있습니다" in told.value.remedy and "start.py restore" in told.value.remedy
    used, aside = backups.restore(file)
    assert used == copy and aside and aside.exists(), "the damaged file is kept"
    with closing(open_again(file)) as mended:
        mended.migrate()
        assert mended.check() == []
        assert mended.person(person.id).name == "김연습"


def test_without_a_copy_nothing_is_offered_or_touched(store: Store, file: Path) -> None:
    store.close()
    damage(file)
    before = file.read_bytes()
    with closing(open_again(file)) as broken, pytest.raises(StoreError) as told:
        broken.migrate()
    assert "백업이 있습니다" not in told.value.remedy and told.value.remedy
    with pytest.raises(InputError, match="되살릴 백업이 없습니다"):
        backups.restore(file)
    assert file.read_bytes() == before


def test_an_open_room_is_not_restored_over(store: Store, file: Path) -> None:
    store.add_person("김연습")
    store.keep_backup()
    with pytest.raises(InputError, match="켜져 있어"):
        backups.restore(file)
    assert not list(file.parent.glob("*.replaced-*"))
    store.close()
    backups.restore(file)


def test_a_copy_that_is_no_database_is_refused(store: Store, file: Path, tmp_path: Path) -> None:
    store.add_person("김연습")
    store.close()
    for name, content in (("빈.db", b""), ("글.db", "글" * 2000), ("반.db", file.read_bytes()[:5000])):
        copy = tmp_path / name
        copy.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InputError, match="온전한 백업이 아니어서"):
            backups.restore(file, copy)
    assert backups.is_whole(file)


def test_a_damaged_newest_copy_is_passed_over_for_the_one_before(store: Store, file: Path) -> None:
    store.add_person("김연습")
    good = store.keep_backup()
    assert good
    store.close()
    age(good, DAY)
    bad = good.with_name("sandbox-99999999-000000.db")
    bad.write_bytes(good.read_bytes()[:6000])
    assert backups.restore(file)[0] == good


# --------------------------------------------------------------------------- from a shell


def test_the_shell_copies_and_restores_and_the_room_says_so_at_start(file: Path) -> None:
    """The whole way a person goes: a class, a copy, damage, the sentence at start, restore, a whole room."""
    with closing(Store(f"sqlite:///{file}", secret=SECRET)) as made:
        made.migrate()
        person = made.add_person("김연습")
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SERVE, str(ROOT / "start.py"), str(ROOT), *words]
        return subprocess.run(
            [*command, "--data", str(file.parent)], capture_output=True, encoding="utf-8", env=environ,
            cwd=ROOT, timeout=180, check=False,
        )  # fmt: skip

    done = start("backup")
    assert done.returncode == 0 and "기록을 복사했습니다" in done.stdout, done.stderr
    damage(file)
    code, said = start_and_fail(file.parent)
    assert (
        code != 0 and "손상되어" in said and "에 만든 백업이 있습니다" in said and "start.py restore" in said
    )
    assert "Traceback" not in said
    done = start("restore")
    assert done.returncode == 0 and "되살렸습니다" in done.stdout, done.stderr
    with closing(open_again(file)) as mended:
        mended.migrate()
        assert mended.person(person.id).name == "김연습"
    assert len(list(file.parent.glob("sandbox.replaced-*.db"))) == 1
    missing = start("restore", "없는 파일.db")
    assert missing.returncode == 2 and "되살릴 백업이 없습니다" in missing.stderr


def test_a_copy_is_taken_in_the_middle_of_writing(store: Store, file: Path) -> None:
    """Others write while the copy is taken: the copy is whole and nothing is lost."""
    import threading

    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.add_person("김연습")
            time.sleep(0.001)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    time.sleep(0.2)
    copy = store.keep_backup()
    stop.set()
    for one in writers:
        one.join()
    assert copy and backups.is_whole(copy)
    assert store.check() == []
    with closing(sqlite3.connect(copy)) as db, closing(sqlite3.connect(file)) as now:
        assert (
            0
            < db.execute("select count(*) from people").fetchone()[0]
            <= (now.execute("select count(*) from people").fetchone()[0])
        )
