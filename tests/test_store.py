"""The store on SQLite and, by the marker ``database``, on a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, text, update

from sandbox.class_records import (
    Class,
    Limit,
    LimitScope,
    Question,
    QuestionKind,
    Recording,
    Spent,
    Survey,
    UsageLine,
    korean_day,
)
from sandbox.records import (
    Evidence,
    Level,
    Message,
    NotAllowedError,
    NotFoundError,
    Person,
    Progress,
    Role,
    Run,
    RunState,
    SandboxError,
    State,
    StoreError,
    Usage,
    Verdict,
)
from sandbox.store import Store, failures, load_secret, upgrading
from sandbox.store.tables import metadata, people, resume_failures, sign_ins
from tests import private_postgresql

SECRET = b"s" * 32
START = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
PRIVATE_MARK = "비밀표식가나다"
ROOT = Path(__file__).parent.parent
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.database)]
_numbers = itertools.count(1)


# --------------------------------------------------------------------------- the two databases


class Cluster:
    """A running server; databases are copied from one that is migrated already."""

    def __init__(self, url: str) -> None:
        self._url = url
        admin = url.format(name="postgres").replace("postgresql://", "postgresql+psycopg://")
        self._admin = create_engine(admin, isolation_level="AUTOCOMMIT")
        self._migrated = self._new("template0")
        with closing(Store(url.format(name=self._migrated), secret=SECRET)) as store:
            store.migrate()

    def empty(self) -> str:
        return self._url.format(name=self._new("template0"))

    def migrated(self) -> str:
        return self._url.format(name=self._new(self._migrated))

    def _new(self, template: str) -> str:
        name = f"room{next(_numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return name

    def drop_connections(self) -> None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tester'"
        with self._admin.connect() as connection:
            connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))

    def close(self) -> None:
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """Run a private PostgreSQL for the session."""
    programs = private_postgresql.binaries()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing and CI is set: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed on this machine (apt-get install postgresql)")
    with private_postgresql.running(programs) as url, closing(Cluster(url)) as cluster:
        yield cluster


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / '자료 폴더 100%' / 'sandbox.db'}"
    return request.getfixturevalue("postgresql").empty()


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'sandbox.db'}"
        with closing(Store(made, secret=SECRET)) as store:
            store.migrate()
        return made
    return request.getfixturevalue("postgresql").migrated()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(Store(url, secret=SECRET)) as opened:
        yield opened


@pytest.fixture
def person(store: Store) -> Person:
    return store.add_person("강릉이", "A반", "12")


def a_run(person: Person, **changes: Any) -> Run:
    number = next(_numbers)
    run = Run(
        id=f"run-{number}",
        person_id=person.id,
        exercise_id="report-1",
        prompt_id="report",
        thread_id="t1",
        parent_id="",
        endpoint_id="embedded",
        endpoint_name="내장 모델",
        model="small",
        messages=(Message(Role.SYSTEM, "공손하게"), Message(Role.USER, "보고서를 써 주세요")),
        answer="",
        state=RunState.WAITING,
        created_at=START + timedelta(minutes=number),
    )
    return replace(run, **changes)


def verdict(state: State, name: str = "form") -> Verdict:
    return Verdict(name, "outline_style", "개조식인가요?", state, "요약")


def ended(store: Store, run: Run, *states: State) -> Run:
    store.add_run(run)
    store.end_run(run.id, state=RunState.DONE, answer="답변")
    store.save_verdicts(run.id, tuple(verdict(state, f"c{n}") for n, state in enumerate(states)))
    return run


# --------------------------------------------------------------------------- people


def test_a_person_is_found_by_token_until_signed_out(store: Store, person: Person) -> None:
    token = store.sign_in(person.id)
    assert len(token) >= 43
    assert store.person_by_token(token) == person == store.person(person.id)
    assert store.person_by_token(token + "x") is None
    store.sign_out(token)
    assert store.person_by_token(token) is None


def test_a_token_expires_and_only_its_hash_is_kept(store: Store, person: Person) -> None:
    token = store.sign_in(person.id)
    with store._database.writing() as connection:
        row = connection.execute(sign_ins.select()).one()
        assert token not in str(tuple(row))
        assert row.expires_at - row.created_at == timedelta(days=30)
        connection.execute(update(sign_ins).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert store.person_by_token(token) is None
    store.sign_in(person.id)
    with store._database.reading() as connection:
        assert len(connection.execute(sign_ins.select()).all()) == 1  # the expired one is gone


def test_renaming_keeps_the_person(store: Store, person: Person) -> None:
    assert store.rename_person(person.id, "바다") == replace(person, name="바다")
    with pytest.raises(NotFoundError):
        store.rename_person("nobody", "바다")


def test_a_resume_code_is_stable_readable_and_forgiving(store: Store, person: Person) -> None:
    code = store.resume_code(person.id)
    assert store.resume_code(person.id) == code
    assert len(code) == 9 and code[4] == "-" and not set(code) & set("01OILZSBU")
    spellings = [
        code,
        code.lower(),
        code.replace("-", ""),
        f" {code[:2]} {code[2:]} ",
        code.replace("-", "–"),
    ]
    spellings.append(code.translate({ord(c): ord(c) + 0xFEE0 for c in code if c != "-"}))  # fullwidth
    spellings.append(code.translate(str.maketrans("258V", "ZSBU")))
    for typed in spellings:
        assert store.person_by_resume_code(typed) == person, typed
    for wrong in ("", "-", "가나다", "\x00", "\ud800", code + "A"):
        assert store.person_by_resume_code(wrong) is None, wrong
    with pytest.raises(NotFoundError):
        store.resume_code("nobody")


def test_a_renewed_code_replaces_the_old_one_and_is_not_stored(store: Store, person: Person) -> None:
    old, new = store.resume_code(person.id), store.renew_resume_code(person.id)
    assert old != new == store.resume_code(person.id)
    assert store.person_by_resume_code(old) is None
    assert store.person_by_resume_code(new) == person
    with store._database.reading() as connection:
        assert new.replace("-", "") not in str(connection.execute(people.select()).all())


def test_codes_follow_a_new_secret(store: Store, person: Person, url: str) -> None:
    old = store.resume_code(person.id)
    with closing(Store(url, secret=b"n" * 32)) as other:
        assert other.person_by_resume_code(old) is None
        new = other.resume_code(person.id)
        assert new != old and other.person_by_resume_code(new) == person


def test_no_two_people_share_a_code(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "_code", lambda _self, _person_id, counter: f"AAAA-{counter:04}")
    first, second = store.add_person("가"), store.add_person("나")
    assert store.resume_code(first.id) != store.resume_code(second.id)
    assert store.person_by_resume_code(store.resume_code(second.id)) == second


def test_guessing_is_slowed_by_key(store: Store) -> None:
    waits = []
    for _ in range(14):
        store.record_failed_resume("browser-1")
        waits.append(store.resume_wait_seconds("browser-1"))
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 0 < waits[3] <= 2 < waits[4] <= 4 < waits[5] <= 8
    assert 299 < waits[-1] <= 300
    assert store.resume_wait_seconds("browser-2") == 0.0
    with store._database.writing() as connection:
        assert "browser-1" not in str(connection.execute(resume_failures.select()).all())
        connection.execute(update(resume_failures).values(last_at=datetime.now(UTC) - timedelta(hours=2)))
    assert store.resume_wait_seconds("browser-1") == 0.0
    store.record_failed_resume("browser-1")  # the old mistakes are forgotten
    assert store.resume_wait_seconds("browser-1") == 0.0
    for _ in range(5):
        store.record_failed_resume("browser-1")
    store.forget_failed_resumes("browser-1")
    assert store.resume_wait_seconds("browser-1") == 0.0


# --------------------------------------------------------------------------- drafts and small things

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(payload=st.dictionaries(st.text(), json_values, max_size=4))
def test_a_draft_comes_back_as_it_was(store: Store, person: Person, payload: dict[str, Any]) -> None:
    store.save_draft(person.id, "free", payload)
    kept = store.draft(person.id, "free")
    assert kept is not None and dict(kept) == payload and list(kept) == list(payload)


def test_drafts_are_by_person_and_place(store: Store, person: Person) -> None:
    other = store.add_person("강릉이")
    store.save_draft(person.id, "free", {"a": 1})
    store.save_draft(person.id, "free:report", {"a": 2})
    store.save_draft(person.id, "free", {"b": "\udcff"})
    assert store.draft(person.id, "free") == {"b": "\udcff"}
    assert store.draft(person.id, "free:report") == {"a": 2}
    assert store.draft(other.id, "free") is None
    store.drop_draft(person.id, "free")
    assert store.draft(person.id, "free") is None
    with pytest.raises(NotFoundError):
        store.save_draft("nobody", "free", {})


def test_confirmations_quirks_and_rule_counts(store: Store, person: Person) -> None:
    assert store.accepted(person.id, "outside") is None
    store.accept(person.id, "outside", "1")
    store.accept(person.id, "outside", "2")
    assert store.accepted(person.id, "outside") == "2"
    store.accept(person.id, "outside", "1")
    assert store.accepted(person.id, "outside") == "1"
    store.save_quirks("e1", {"max_tokens": "max_completion_tokens", "usage": False})
    store.save_quirks("e1", {"usage": True})
    store.save_quirks("e2", {})
    assert store.quirks() == {"e1": {"usage": True}, "e2": {}}
    day = date(2026, 11, 22)
    store.count_rules("e1", {"rrn": 2, "phone": 1}, day=day)
    store.count_rules("e1", {"rrn": 3}, day=day)
    store.count_rules("e2", {"rrn": 1}, day=day - timedelta(days=1))
    store.count_rules("e2", {})
    assert store.rule_counts(day) == {(day, "e1"): {"rrn": 5, "phone": 1}}
    assert len(store.rule_counts(date(2026, 1, 1))) == 2
    store.count_rules("e3", {"rrn": 1})
    assert [key[1] for key in store.rule_counts(datetime.now(UTC).date()) if key[1] == "e3"] == ["e3"]


# --------------------------------------------------------------------------- runs

moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]),
)
# Ordinary columns cannot hold NUL on PostgreSQL; inside JSON everything comes back.
plain = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
evidence = st.builds(
    Evidence, st.text(), st.integers(0, 9), st.integers(-1, 9), st.integers(-1, 9), st.text()
)
verdict_values = st.builds(
    Verdict,
    check_id=plain,
    kind=plain,
    title=plain,
    state=st.sampled_from(State),
    summary=plain,
    evidence=st.lists(evidence, max_size=2).map(tuple),
    weight=st.floats(0, 1e9),
    table=st.lists(st.lists(st.text(), max_size=2).map(tuple), max_size=2).map(tuple),
    by_model=st.booleans(),
)
run_changes = st.fixed_dictionaries(
    {
        "messages": st.lists(st.builds(Message, st.sampled_from(Role), st.text()), max_size=3).map(tuple),
        "answer": plain,
        "title": plain,
        "state": st.sampled_from(RunState),
        "created_at": moments,
        "first_text_at": st.none() | moments,
        "ended_at": st.none() | moments,
        "deleted_at": st.none() | moments,
        "favourite": st.booleans(),
        "usage": st.none() | st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()),
        "sources": st.dictionaries(st.text(), st.text(), max_size=3),
        "verdicts": st.lists(verdict_values, max_size=3).map(tuple),
    }
)


@many
@given(changes=run_changes)
def test_a_run_comes_back_as_it_was(store: Store, person: Person, changes: dict[str, Any]) -> None:
    run = a_run(person, **changes)
    store.add_run(run)
    kept = store.run(run.id, person.id)
    assert kept == run
    assert list(kept.sources) == list(run.sources)
    assert kept.created_at.utcoffset() == timedelta(0)


def test_the_life_of_a_run(store: Store, person: Person) -> None:
    run = a_run(person)
    store.add_run(run)
    store.save_partial(run.id, "강", START)
    store.save_partial(run.id, "강릉")
    kept = store.run(run.id, person.id)
    assert (kept.answer, kept.state, kept.first_text_at) == ("강릉", RunState.STREAMING, START)
    usage = Usage(10, 20, True)
    assert store.end_run(
        run.id, state=RunState.DONE, answer="강릉시", finish_reason="stop", usage=usage, ended_at=START
    )
    store.save_partial(run.id, "늦은 조각")
    assert not store.end_run(run.id, state=RunState.FAILED, answer="", error_code="x")
    kept = store.run(run.id, person.id)
    assert kept == replace(
        run,
        answer="강릉시",
        state=RunState.DONE,
        finish_reason="stop",
        usage=usage,
        first_text_at=START,
        ended_at=START,
    )
    assert store.run_owner(run.id) == person.id


def test_a_failure_keeps_the_partial_text(store: Store, person: Person) -> None:
    run = a_run(person)
    store.add_run(run)
    store.save_partial(run.id, "여기까지", START)
    store.end_run(run.id, state=RunState.FAILED, answer="", error_code="endpoint_busy", error_message="바쁨")
    kept = store.run(run.id, person.id)
    assert (kept.answer, kept.error_code, kept.error_message) == ("여기까지", "endpoint_busy", "바쁨")
    with pytest.raises(ValueError, match="not an end"):
        store.end_run(run.id, state=RunState.WAITING, answer="")


def test_runs_of_others_and_of_nobody(store: Store, person: Person) -> None:
    other = store.add_person("다른 사람")
    run = a_run(person)
    store.add_run(run)
    by_person: list[Callable[[str, str], object]] = [
        store.run,
        store.delete_run,
        store.restore_run,
        lambda r, p: store.set_favourite(r, p, True),
        lambda r, p: store.set_title(r, p, "제목"),
    ]
    for act in by_person:
        with pytest.raises(NotAllowedError):
            act(run.id, other.id)
        for missing in ("nothing", "\x00", "\ud800"):
            with pytest.raises(NotFoundError):
                act(missing, person.id)
    assert store.run(run.id, person.id) == run
    by_run: list[Callable[[], object]] = [
        lambda: store.run_owner("nothing"),
        lambda: store.save_partial("nothing", ""),
        lambda: store.end_run("nothing", state=RunState.DONE, answer=""),
        lambda: store.save_verdicts("nothing", ()),
        lambda: store.save_verdicts("nothing", (verdict(State.PASS),)),
        lambda: store.add_run(a_run(replace(person, id="nobody"))),
    ]
    for call in by_run:
        with pytest.raises(NotFoundError):
            call()


def test_open_runs_are_cut_and_the_true_owner_may_still_end_them(store: Store, person: Person) -> None:
    waiting, streaming, done = a_run(person), a_run(person), a_run(person, state=RunState.DONE, answer="끝")
    for run in (waiting, streaming, done):
        store.add_run(run)
    store.save_partial(streaming.id, "받은 데까지", START)
    assert store.cut_open_runs() == 2
    assert store.cut_open_runs() == 0
    cut = store.run(streaming.id, person.id)
    assert (cut.state, cut.answer, cut.error_code) == (RunState.CUT, "받은 데까지", "answer_cut")
    assert cut.ended_at is not None and "중단" in cut.error_message
    assert store.run(done.id, person.id) == done
    assert [found.id for found in store.runs(person.id, search="받은 데")] == [streaming.id]
    assert store.end_run(streaming.id, state=RunState.DONE, answer="받은 데까지 다")
    assert store.run(streaming.id, person.id).error_code == ""


def test_verdicts_are_replaced_in_order(store: Store, person: Person) -> None:
    run = a_run(person)
    store.add_run(run)
    first = (verdict(State.FAIL, "b"), verdict(State.PASS, "a"), verdict(State.UNKNOWN, "b"))
    store.save_verdicts(run.id, first)
    assert store.run(run.id, person.id).verdicts == first
    store.save_verdicts(run.id, first[:1])
    assert store.run(run.id, person.id).verdicts == first[:1]
    store.save_verdicts(run.id, ())
    assert store.run(run.id, person.id).verdicts == ()


def test_opinions_and_checks_replace_each_their_own(store: Store, person: Person) -> None:
    """Whichever is stored last takes nothing from the other, and the checks come first."""
    run = a_run(person)
    store.add_run(run)
    checked = (verdict(State.FAIL, "b"), verdict(State.PASS, "a"))
    opinions = tuple(replace(verdict(State.UNKNOWN, f"o{n}"), by_model=True) for n in range(3))
    store.save_opinions(run.id, opinions)
    store.save_verdicts(run.id, checked)
    assert store.run(run.id, person.id).verdicts == (*checked, *opinions)
    store.save_opinions(run.id, opinions[:1])
    store.save_verdicts(run.id, checked[:1])
    assert store.run(run.id, person.id).verdicts == (*checked[:1], *opinions[:1])
    with pytest.raises(NotFoundError):
        store.save_opinions("nothing", opinions)


# --------------------------------------------------------------------------- lists, search, progress


def test_search_finds_a_substring_and_nothing_by_accident(store: Store, person: Person) -> None:
    found = {
        "title": a_run(person, title="Budget 100% 보고"),
        "message": a_run(person, messages=(Message(Role.USER, '그는 "예산_안"\n이라 했다'),)),
        "answer": a_run(person, state=RunState.DONE, answer="경포 해변 Straße 정비"),
    }
    for run in found.values():
        store.add_run(run)
    cases = {
        "budget": ["title"],
        "100%": ["title"],
        "0%보": [],
        "%": ["title"],
        "_": ["message"],
        '"예산_안"\n이라': ["message"],
        "STRASSE": ["answer"],
        unicodedata.normalize("NFD", "경포"): ["answer"],
        "user": [],
        "role": [],
        "/": [],
        "\\": [],
        "  ": ["answer", "message", "title"],
        "가" * 90_000: [],
        "\x00": [],
    }
    for typed, names in cases.items():
        got = [run.id for run in store.runs(person.id, search=typed)]
        assert got == [found[name].id for name in names], typed[:20]
        assert store.runs_total(person.id, search=typed) == len(names)
    store.end_run(found["title"].id, state=RunState.DONE, answer="새 답변")
    store.set_title(found["title"].id, person.id, "고친 제목")
    assert [run.title for run in store.runs(person.id, search="새 답변")] == ["고친 제목"]
    assert store.runs(person.id, search="budget") == ()


def test_lists_are_filtered_paged_and_light(store: Store, person: Person) -> None:
    other = store.add_person("다른 사람")
    ended(store, a_run(other), State.PASS)
    mine = [a_run(person, exercise_id="" if n % 2 else "report-1") for n in range(6)]
    for run in mine:
        ended(store, run, State.PASS, State.PASS, State.FAIL, State.UNKNOWN)
    long = a_run(person, answer="가" * 1000, state=RunState.DONE)
    store.add_run(long)
    newest = [run.id for run in reversed([*mine, long])]
    assert [run.id for run in store.runs(person.id)] == newest
    assert [run.id for run in store.runs(person.id, limit=2, offset=3)] == newest[3:5]
    assert store.runs_total(person.id) == 7
    first, second = store.runs(person.id, limit=2)
    assert first.answer_start == "가" * 160 and (first.passed, first.failed, first.unknown) == (0, 0, 0)
    assert (second.passed, second.failed, second.unknown) == (2, 1, 1)
    assert second.state is RunState.DONE and second.created_at == mine[-1].created_at
    assert store.runs_total(person.id, exercise_id="") == 3
    assert store.runs_total(person.id, exercise_id="report-1") == 4
    store.set_favourite(mine[0].id, person.id, True)
    assert [run.id for run in store.runs(person.id, favourites=True)] == [mine[0].id]
    store.set_favourite(mine[0].id, person.id, False)
    assert store.runs_total(person.id, favourites=True) == 0


def test_deleting_is_undone_until_purged(store: Store, person: Person) -> None:
    run, kept = ended(store, a_run(person), State.PASS), ended(store, a_run(person), State.FAIL)
    store.delete_run(run.id, person.id)
    assert [r.id for r in store.runs(person.id)] == [kept.id]
    assert store.runs_total(person.id, include_deleted=True) == 2
    assert [r.id for r in store.thread(person.id, "t1")] == [kept.id]
    assert store.run(run.id, person.id).deleted_at is not None
    store.restore_run(run.id, person.id)
    assert store.runs_total(person.id) == 2 and store.run(run.id, person.id).deleted_at is None
    store.delete_run(run.id, person.id)
    assert store.purge_deleted(datetime.now(UTC) - timedelta(days=1)) == 0
    assert store.purge_deleted(datetime.now(UTC) + timedelta(seconds=1)) == 1
    with pytest.raises(NotFoundError):
        store.run(run.id, person.id)
    assert store.check() == []


def test_threads_and_tries_are_oldest_first_with_verdicts(store: Store, person: Person) -> None:
    other = store.add_person("다른 사람")
    ended(store, a_run(other), State.PASS)
    late = ended(store, a_run(person, created_at=START + timedelta(days=1)), State.FAIL)
    early = ended(store, a_run(person, created_at=START, thread_id="t2"), State.PASS, State.PASS)
    assert [r.id for r in store.tries(person.id, "report-1")] == [early.id, late.id]
    assert [len(r.verdicts) for r in store.tries(person.id, "report-1")] == [2, 1]
    assert [r.id for r in store.thread(person.id, "t1")] == [late.id]
    assert store.tries(person.id, "nothing") == ()


def test_progress_counts_the_best_try(store: Store, person: Person) -> None:
    assert store.progress(person.id) == {}
    ended(store, a_run(person, exercise_id="e1"), State.PASS, State.FAIL, State.FAIL)
    ended(store, a_run(person, exercise_id="e1"), State.PASS, State.PASS, State.UNKNOWN)
    ended(store, a_run(person, exercise_id="e1"), State.FAIL, State.FAIL, State.FAIL)
    ended(store, a_run(person, exercise_id="e2"), State.PASS, State.PASS)
    ended(store, a_run(person, exercise_id="e2"), State.FAIL, State.PASS)
    ended(store, a_run(person, exercise_id="e3"))
    ended(store, a_run(person, exercise_id="e4"), State.FAIL, State.FAIL)
    ended(store, a_run(person, exercise_id=""), State.PASS)
    gone = ended(store, a_run(person, exercise_id="e5"), State.PASS)
    store.delete_run(gone.id, person.id)
    store.add_run(a_run(person, exercise_id="e6"))
    store.open_hint(person.id, "e1", 2)
    store.open_hint(person.id, "e1", 1)
    store.open_model_answer(person.id, "e1")
    store.open_model_answer(person.id, "e7")
    store.open_hint(person.id, "e7", 1)
    assert store.progress(person.id) == {
        "e1": Progress("e1", 3, 2, 3, False, 2, True),
        "e2": Progress("e2", 2, 2, 2, True),
        "e3": Progress("e3", 1),
        "e4": Progress("e4", 1, 0, 2),
        "e6": Progress("e6", 1),
        "e7": Progress("e7", hints_opened=1, model_answer_opened=True),
    }


# --------------------------------------------------------------------------- many at once, killed


def test_forty_threads_write_without_an_error(store: Store) -> None:
    def work(number: int) -> str:
        person = store.add_person(f"사람{number}")
        run = a_run(person, exercise_id="e1")
        store.add_run(run)
        for part in range(5):
            store.save_partial(run.id, "가" * (part + 1), START)
            store.save_draft(person.id, "free", {"n": part})
            store.count_rules("e", {"phone": 1}, day=date(2026, 11, 22))
        store.end_run(run.id, state=RunState.DONE, answer=f"답변 {number}")
        store.save_verdicts(run.id, (verdict(State.PASS),))
        assert store.progress(person.id)["e1"].finished
        return store.run(run.id, person.id).answer

    with ThreadPoolExecutor(40) as pool:
        assert sorted(pool.map(work, range(40))) == sorted(f"답변 {n}" for n in range(40))
    assert store.rule_counts(date(2026, 11, 22)) == {(date(2026, 11, 22), "e"): {"phone": 200}}
    assert store.check() == []


def test_two_servers_on_one_database_read_and_write_at_once(store: Store, url: str, person: Person) -> None:
    """Two stores do not share the queue of writers: the database itself must make them wait."""
    with closing(Store(url, secret=SECRET)) as other, ThreadPoolExecutor(8) as pool:

        def work(number: int) -> None:
            one = (store, other)[number % 2]
            run = a_run(person)
            one.add_run(run)
            one.set_title(run.id, person.id, f"제목 {number}")
            one.end_run(run.id, state=RunState.DONE, answer="답변")

        list(pool.map(work, range(120)))
    assert store.runs_total(person.id, search="제목") == 120


WRITER = """
import sys
from datetime import UTC, datetime
from sandbox.records import Message, Role, Run, RunState
from sandbox.store import Store
store = Store(sys.argv[1], secret=b"s" * 32)
person = store.add_person("쓰는 사람")
print(person.id, flush=True)
number = 0
while True:
    number += 1
    messages = (Message(Role.USER, "질문"),)
    run = Run(f"k{number}", person.id, "", "", "t", "", "e", "e", "m", messages, "", RunState.WAITING,
              datetime.now(UTC))
    store.add_run(run)
    store.save_partial(run.id, f"답 {number} " + "가" * 3000)
    print(run.id, flush=True)
"""


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def test_a_killed_writer_leaves_everything_it_committed(store: Store, url: str) -> None:
    writer = python(WRITER, url)
    assert writer.stdout is not None
    person_id = writer.stdout.readline().strip()
    said = [writer.stdout.readline().strip() for _ in range(60)]
    writer.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    # Not communicate(): it reads the pipe below this file object and loses the lines that lie in its buffer.
    said += writer.stdout.read().split()
    writer.communicate(timeout=60)
    assert len(said) >= 60
    assert store.check() == []
    # One more may be there whose id was not printed; a PostgreSQL server may even commit it later.
    assert store.cut_open_runs() - len(said) in (0, 1)
    for run_id in said:
        kept = store.run(run_id, person_id)
        assert kept.answer.startswith(f"답 {run_id[1:]} ") and kept.state is RunState.CUT


# --------------------------------------------------------------------------- migrations


def test_migrations_equal_the_metadata(store: Store) -> None:
    with store._database.reading() as connection:
        command.check(upgrading.alembic_config(connection))


def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    code = "import sys; from sandbox.store import Store; Store(sys.argv[1], secret=b's' * 32).migrate()"
    started = [python(code, empty_url) for _ in range(4)]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with closing(Store(empty_url, secret=SECRET)) as store:
        store.migrate()
        assert store.check() == []
        assert store.add_person("첫 사람").name == "첫 사람"


def test_threads_that_start_at_once_migrate_once(empty_url: str) -> None:
    at_once = threading.Barrier(6)

    def start(_number: int) -> list[str]:
        with closing(Store(empty_url, secret=SECRET)) as store:
            at_once.wait(30)
            store.migrate()
            return store.check()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [[]] * 6


def test_before_migrate_the_tables_are_said_to_be_missing(empty_url: str) -> None:
    with closing(Store(empty_url, secret=SECRET)) as store:
        store._database.prepare_file()
        with pytest.raises(StoreError, match="준비되지 않았습니다"):
            store.add_person("이른 사람")
        assert "준비되지 않았습니다" in store.check()[0]


NEXT_STEP = '''
"""A later step."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "0003", None, None
def upgrade():
    op.create_table("later", sa.Column("id", sa.Text(), primary_key=True))
    {more}
def downgrade():
    op.drop_table("later")
'''


@pytest.fixture
def later_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Add a second migration, in a copy of the scripts."""
    copy = tmp_path / "migrations"
    shutil.copytree(ROOT / "sandbox" / "migrations", copy)

    def add(more: str) -> None:
        (copy / "versions" / "9999_later.py").write_text(NEXT_STEP.format(more=more), encoding="utf-8")
        monkeypatch.setattr(upgrading, "_SCRIPTS", copy)

    return add


def test_an_upgrade_copies_first_and_older_programs_refuse(
    store: Store,
    person: Person,
    tmp_path: Path,
    later_scripts: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.migrate()
    assert list(tmp_path.glob("*.before-*")) == []  # nothing to upgrade, nothing copied
    older = upgrading._SCRIPTS
    later_scripts("pass")
    store.migrate()
    store.migrate()
    monkeypatch.setattr(upgrading, "_SCRIPTS", older)
    assert store.person(person.id) == person
    with pytest.raises(StoreError, match="더 새로운 판"):
        store.migrate()
    if store._database.is_sqlite:
        (copy,) = tmp_path.glob("sandbox.before-0003.*.db")
        with closing(Store(f"sqlite:///{copy}", secret=SECRET)) as former:
            former.migrate()
            assert former.person(person.id) == person


def test_a_failed_upgrade_leaves_the_old_form(
    store: Store, person: Person, later_scripts: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = upgrading._SCRIPTS
    later_scripts("op.drop_table('not there')")
    with pytest.raises(StoreError):
        store.migrate()
    monkeypatch.setattr(upgrading, "_SCRIPTS", older)
    store.migrate()
    assert store.person(person.id) == person
    with store._database.reading() as connection:
        command.check(upgrading.alembic_config(connection))


# --------------------------------------------------------------------------- faults


@contextmanager
def told(kind: tuple[str, str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Expect a StoreError of this kind that shows nothing of what was stored, nor does the log."""
    with pytest.raises(StoreError) as caught:
        yield
    assert (caught.value.message, caught.value.remedy) == kind
    everything = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert PRIVATE_MARK not in everything


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "sandbox.db"
    with closing(Store(f"sqlite:///{file}", secret=SECRET)) as store:
        store.migrate()
        for _ in range(30):
            store.add_run(a_run(store.add_person(PRIVATE_MARK), answer="나" * 2000))
    return file


@pytest.fixture
def on_file(file: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{file}", secret=SECRET, busy_timeout_seconds=0.2)) as store:
        yield store


def test_a_second_run_of_one_id_shows_nothing(
    store: Store, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    run = a_run(person, id=PRIVATE_MARK, answer=PRIVATE_MARK)
    store.add_run(run)
    with told(failures.TWICE, caplog):
        store.add_run(run)


def test_values_that_cannot_be_stored_show_nothing(
    store: Store, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with told(failures.OTHER, caplog):
        store.save_draft(person.id, "free", {"x": {PRIVATE_MARK}})
    with told(failures.OTHER, caplog):
        store.add_run(a_run(person, answer=PRIVATE_MARK, created_at=START.replace(tzinfo=None)))


def test_nul_and_lone_surrogates_in_an_answer_become_visible_marks(store: Store, person: Person) -> None:
    run = a_run(person, answer="가\x00나\udc00다")
    store.add_run(run)
    assert store.run(run.id, person.id).answer == "가\ufffd나\ufffd다"


def test_a_locked_database(on_file: Store, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with told(failures.LOCKED, caplog):
            on_file.add_person(PRIVATE_MARK)
        assert on_file.quirks() == {}  # readers do not wait
    on_file.add_person("이제 됩니다")


def test_a_full_disk(on_file: Store, caplog: pytest.LogCaptureFixture) -> None:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1").close()  # SQLite raises it to the present size

    event.listen(on_file._database._engine, "connect", limit)
    person = on_file.add_person("작은 줄은 들어갑니다")
    with told(failures.FULL, caplog):
        on_file.add_run(a_run(person, answer=PRIVATE_MARK * 100_000))
    assert on_file.check() == [] and on_file.runs_total(person.id) == 0


@pytest.mark.parametrize(
    ("number", "kind"),
    [(28, failures.FULL), (13, failures.READ_ONLY), (30, failures.READ_ONLY), (5, failures.DISK)],
)
def test_errors_of_the_file_system(
    number: int, kind: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with told(kind, caplog), failures.told_in_korean():
        raise OSError(number, PRIVATE_MARK)


@pytest.fixture
def powerless(file: Path) -> Iterator[Path]:
    """Give a folder in which this process may not write, also when root runs the tests.

    An existing database lies in it as ``old.db``.
    """
    if os.name != "posix":
        pytest.skip("Windows has no read-only folders in this sense")
    folder = Path(tempfile.mkdtemp())
    (folder / "old.db").write_bytes(file.read_bytes())
    (folder / "old.db").chmod(0o444)
    folder.chmod(0o555)
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if as_root:
            os.seteuid(0)
        folder.chmod(0o755)
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def test_a_read_only_folder(powerless: Path, caplog: pytest.LogCaptureFixture) -> None:
    for file in (powerless / "sandbox.db", powerless / "new" / "sandbox.db", powerless / "old.db"):
        with closing(Store(f"sqlite:///{file}", secret=SECRET)) as store:
            with told(failures.READ_ONLY, caplog):
                store.migrate()
            with told(failures.READ_ONLY, caplog):
                store.add_person(PRIVATE_MARK)
        with told(failures.READ_ONLY, caplog):
            load_secret(file.parent)


def test_a_file_that_is_no_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "sandbox.db"
    file.write_text(PRIVATE_MARK * 500, encoding="utf-8")
    with closing(Store(f"sqlite:///{file}", secret=SECRET)) as store:
        for act in (store.migrate, store.quirks):
            with told(failures.DAMAGED, caplog):
                act()
        assert "손상" in store.check()[0]
    assert file.read_text(encoding="utf-8") == PRIVATE_MARK * 500


def test_a_file_with_damaged_pages(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xa5" * len(content[4096 * 2 :])
    file.write_bytes(content)
    with closing(Store(f"sqlite:///{file}", secret=SECRET)) as store:
        assert store.check() != [] and all("손상" in problem for problem in store.check())
        with told(failures.DAMAGED, caplog):
            store.add_person(PRIVATE_MARK)


@pytest.mark.parametrize(
    "address", ["", "데이터베이스", "mysql://a/b", "sqlite://", "sqlite:///:memory:", "x+y://z/a"]
)
def test_addresses_that_cannot_be_used(address: str) -> None:
    with pytest.raises(StoreError, match="주소"):
        Store(address, secret=SECRET)


@pytest.mark.database
def test_a_dead_or_refusing_postgresql(postgresql: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    address = f"postgresql://tester:{PRIVATE_MARK}@127.0.0.1:1/none"
    with closing(Store(address, secret=SECRET)) as store, told(failures.UNREACHABLE, caplog):
        store.migrate()
    real = postgresql.empty()
    for wrong in (real.replace("tester@", "stranger@"), real.replace("/room", "/nothere")):
        with closing(Store(wrong, secret=SECRET)) as store, told(failures.REFUSED, caplog):
            store.migrate()


@pytest.mark.database
def test_connections_that_the_server_dropped_are_made_anew(postgresql: Cluster) -> None:
    with closing(Store(postgresql.migrated(), secret=SECRET)) as store:
        person = store.add_person("남는 사람")
        postgresql.drop_connections()
        assert store.person(person.id) == person


@pytest.mark.database
def test_a_locked_postgresql(postgresql: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    url = postgresql.migrated()
    with (
        closing(Store(url, secret=SECRET)) as holder,
        closing(Store(url, secret=SECRET, busy_timeout_seconds=0.2)) as store,
        holder._database.writing() as connection,
    ):
        connection.execute(text("LOCK TABLE people"))
        with told(failures.LOCKED, caplog):
            store.add_person(PRIVATE_MARK)


def test_every_failure_says_what_to_do() -> None:
    kinds = [value for name, value in vars(failures).items() if name.isupper() and not name.startswith("_")]
    assert len(kinds) >= 12 and len(set(kinds)) == len(kinds)
    for message, remedy in kinds:
        assert message.endswith("니다.")
        assert "주세요." in remedy


# --------------------------------------------------------------------------- backup, secret, queries


def test_a_backup_taken_in_use_is_whole(on_file: Store, tmp_path: Path) -> None:
    target = tmp_path / "백업.db"
    target.write_text("old", encoding="utf-8")
    on_file.add_person("방금 온 사람")
    on_file.backup(target)
    with closing(Store(f"sqlite:///{target}", secret=SECRET)) as copy:
        assert copy.check() == []
        with copy._database.reading() as connection:
            assert len(connection.execute(people.select()).all()) == 31
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_that_cannot_be_made(
    on_file: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    on_file.backup(tmp_path / "새 폴더" / "백업.db")
    assert (tmp_path / "새 폴더" / "백업.db").stat().st_size > 4096
    (tmp_path / "폴더").mkdir()
    with told(failures.READ_ONLY, caplog):
        on_file.backup(tmp_path / "폴더")
    nothing = tmp_path / "nothing.db"
    with closing(Store(f"sqlite:///{nothing}", secret=SECRET)) as store, told(failures.UNPREPARED, caplog):
        store.backup(tmp_path / "copy.db")
    assert not nothing.exists() and list(tmp_path.glob("*.part")) == []


@pytest.mark.database
def test_postgresql_backups_are_left_to_its_own_tools(postgresql: Cluster, tmp_path: Path) -> None:
    with (
        closing(Store(postgresql.migrated(), secret=SECRET)) as store,
        pytest.raises(StoreError) as caught,
    ):
        store.backup(tmp_path / "x")
    assert "pg_dump" in caught.value.remedy


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "새 폴더"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(load_secret, [folder] * 8))
    assert len(made) == 1 and len(made.pop()) == 32
    assert [file.name for file in folder.iterdir()] == ["secret.key"]
    if os.name == "posix":
        assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    (folder / "secret.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="secret"):
        load_secret(folder)


def test_sqlite_is_set_up_as_decided(on_file: Store, file: Path) -> None:
    with on_file._database.reading() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert on_file._database._engine.hide_parameters
    assert said == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 200}
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_lists_use_indices(on_file: Store) -> None:
    """The plan of each frequent query names an index instead of reading a whole table."""
    seen: list[tuple[str, Any]] = []
    event.listen(
        on_file._database._engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, _context, _many: seen.append((statement, parameters)),
    )
    on_file.runs("p"), on_file.runs_total("p"), on_file.thread("p", "t"), on_file.tries("p", "e")
    on_file.progress("p"), on_file.person_by_token("t"), on_file.person_by_resume_code("c")
    queries = [one for one in seen if one[0].startswith("SELECT")]
    assert len(queries) >= 8
    with closing(sqlite3.connect(on_file._database.file or "")) as raw:
        for statement, parameters in queries:
            plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert not [step for step in plan if step.startswith("SCAN ")], (statement, plan)


def test_store_errors_are_of_the_family() -> None:
    assert issubclass(StoreError, SandboxError)
    assert {table.name for table in metadata.sorted_tables} >= {"people", "runs", "verdicts"}


# --------------------------------------------------------------------------- around a class


def a_class(store: Store) -> str:
    made = Class("K7M2QX", "기초", Level.BASIC, ("a", "b"), 40, "x", START)
    store.add_class(made)
    return made.code


def test_an_upgrade_tells_runs_and_days_by_where_people_sit(empty_url: str) -> None:
    with closing(Store(empty_url, secret=SECRET)) as store:
        store.migrate()
        code = a_class(store)
        who, alone = store.add_person("가", code), store.add_person("나", "")
        for one in (who, alone):
            store.add_run(a_run(one))
        store.set_limit(Limit(LimitScope.PERSON, who.id, tokens=5))
        store.set_limit(Limit(LimitScope.PERSON, "*", tokens=7))
        with store._database.writing() as connection:
            command.downgrade(upgrading.alembic_config(connection), "0002")
        store.migrate()
        assert [t.person_id for t in store.class_tries(code)] == [who.id]
        assert store.class_days(code) == {who.id: {korean_day(who.created_at): who.created_at}}
        assert set(store.limits()) == {(LimitScope.PERSON, "*")}


def test_usage_adds_up_and_limits_are_replaced(store: Store, person: Person) -> None:
    day = date(2026, 11, 22)
    line = UsageLine(day, "K7M2QX", person.id, "e1", Spent(1, 100, 50, 1.5))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.add_usage, [line] * 8))
    store.add_usage(replace(line, day=date(2026, 12, 1), endpoint_id="e2"))
    assert store.spent(class_code="K7M2QX") == Spent(9, 900, 450, 13.5)
    assert store.spent(since=date(2026, 12, 1)).runs == 1
    assert store.spent(endpoint_id="nobody") == Spent()
    assert [(u.day, u.endpoint_id) for u in store.usage(until=day)] == [(day, "e1")]
    store.set_limit(Limit(LimitScope.DAY, "*", tokens=10))
    store.set_limit(Limit(LimitScope.DAY, "*", won=2.5, changed_by="x", changed_at=START))
    assert store.limits() == {
        (LimitScope.DAY, "*"): Limit(LimitScope.DAY, "*", None, 2.5, changed_by="x", changed_at=START)
    }
    store.set_limit(Limit(LimitScope.DAY, "*"))
    assert store.limits() == {}


def test_open_runs_are_counted_by_person_class_and_endpoint(store: Store) -> None:
    code = a_class(store)
    people = [store.add_person(name, code) for name in ("가", "나")]
    for who in people:
        store.add_run(a_run(who, state=RunState.WAITING, ended_at=None))
    store.add_run(a_run(people[0], state=RunState.DONE))
    endpoint = a_run(people[0]).endpoint_id
    assert store.open_runs() == store.open_runs(class_code=code) == store.open_runs(endpoint_id=endpoint) == 2
    assert store.open_runs(person_id=people[0].id) == 1
    assert store.open_runs(class_code="OTHERS") == 0


def test_forty_answer_a_survey_at_once_and_none_twice(store: Store) -> None:
    code = a_class(store)
    store.save_survey(Survey(code, (Question("q", QuestionKind.TEXT, "어땠나요?"),), open=True))
    people = [store.add_person(f"연습{n}", code) for n in range(12)]

    def answer(who: Person) -> bool:
        return store.add_survey_answer(code, who.id, {"q": who.name}, date(2026, 11, 22))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(answer, people))
        assert not any(pool.map(answer, people))
    assert sorted(a["q"] for a in store.survey_answers(code)) == sorted(p.name for p in people)
    assert store.has_answered(code, people[0].id)
    survey = store.survey(code)
    assert survey is not None
    store.save_survey(replace(survey, open=False))
    assert not answer(store.add_person("늦은이", code))
    store.delete_class(code, deleted_by="x")
    assert store.survey_answers(code) == ()


def test_recordings_and_rehearsals_come_back(store: Store) -> None:
    first = Recording("r1", "a", "물음", "답", "m", START, 12.5)
    store.add_recording(first)
    store.add_recording(replace(first, id="r2", answer="새 답", recorded_at=START + timedelta(days=1)))
    store.add_recording(replace(first, id="r3", prompt="다른 물음"))
    assert [r.id for r in store.recordings("a")] == ["r2", "r3"]
    assert store.recording("r3") == replace(first, id="r3", prompt="다른 물음")
    assert store.recording("r1") is None
    assert store.recorded(["a", "b"]) == {"a": START + timedelta(days=1)}
    assert store.recorded([]) == {}
    store.add_rehearsal("x", "강사", {"verdict": "됩니다"})
    store.add_rehearsal("x", "강사", {"verdict": "어렵습니다"})
    assert [report["verdict"] for _, _, report in store.rehearsals()] == ["어렵습니다"]
