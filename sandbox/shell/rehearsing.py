"""``rehearse``: walk a class of simulated trainees against an endpoint and say whether it will hold.

Hides the wiring of Practice and its queue for the shell, and that Ctrl+C stops politely: what has
been measured is kept, and the same command goes on from there.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox import llm, tokens
from sandbox.authoring import Published
from sandbox.classroom import Instructors, Live, folded_code
from sandbox.classroom.recorded import Recorded
from sandbox.library import Library
from sandbox.practice import Practice
from sandbox.records import InputError, NotFoundError
from sandbox.rehearsal import Plan, Press, Rehearsals, Report, Verdict, usual_path, walkable
from sandbox.shell import connecting
from sandbox.shell.output import say
from sandbox.shell.progress import ProgressBar
from sandbox.shell.room import Room
from sandbox.store import Store, load_secret
from sandbox.turns import Turns

ENOUGH = (Verdict.HOLDS, Verdict.TIGHT)


def rehearse(room: Room, chosen: argparse.Namespace) -> tuple[Any, int]:
    """Rehearse and return the report; 0 when the class will hold, if only just."""
    with _store(room) as store, connecting.endpoint(room, chosen.endpoint) as now:
        library = room.library_with((), (), published=Published(store, room.settings.data_dir / "published"))
        plan = Plan(
            chosen.seats,
            _path(library, store, chosen),
            now(),
            press_within_seconds=chosen.within,
            record=chosen.record,
        )
        report = _walk(room, library, store, plan)
    if chosen.json:
        return report.as_json(), 0 if report.verdict in ENOUGH else 1
    return told(report), 0 if report.verdict in ENOUGH else 1


def _walk(room: Room, library: Library, store: Store, plan: Plan) -> Report:
    quirks = store.quirks()  # what the room has learned of the endpoint, it need not learn again

    def make_practice(of: Store) -> Practice:
        return Practice(library, of, lambda **calls: Turns(lambda: llm.Clients(quirks=quirks), **calls))

    instructors = Instructors(store)
    recorded = Recorded(store, instructors, Live(store, instructors))
    rehearsals = Rehearsals(
        store, instructors, library, recorded, make_practice, room.settings.data_dir,
        count_tokens=lambda text: tokens.count(text).tokens,
    )  # fmt: skip
    say(
        f"「{plan.endpoint.name}」에 {plan.seats}명이 실습 {len(plan.path)}개를 차례로 실행해 봅니다. (Ctrl+C로 멈춤)"
    )
    bar, cancelled = ProgressBar(plan.seats * len(plan.path)), threading.Event()
    ended: list[Report | BaseException] = []

    def step(press: Press) -> None:
        bar.step(f"{press.exercise_id} {press.seat}번 " + (press.error or f"{press.whole_seconds:.0f}초"))

    def walk() -> None:
        try:
            ended.append(rehearsals.rehearse(plan, "shell", on_press=step, cancelled=cancelled))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=walk, name="rehearsal")
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.5)
        except KeyboardInterrupt:
            cancelled.set()
            bar.note("멈추는 중입니다. 잰 것은 남고, 같은 명령으로 이어서 할 수 있습니다.")
    bar.close()
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


def _path(library: Library, store: Store, chosen: argparse.Namespace) -> tuple[str, ...]:
    if chosen.class_code:
        found = store.class_of(folded_code(chosen.class_code))
        if found is None:
            raise NotFoundError(
                f"‘{chosen.class_code}’ 과정이 없습니다.", remedy="과정 코드를 확인해 주세요."
            )
        path = walkable(library, found.path)
        if left_out := [e for e in found.path if e not in path]:
            say(f"미리 채워진 프롬프트가 없거나 닫힌 실습은 뺍니다: {', '.join(left_out)}")
        if not path:
            raise InputError(
                "이 과정에는 리허설할 수 있는 실습이 없습니다.",
                remedy="과정의 실습 순서를 확인하거나 --path로 실습을 골라 주세요.",
            )
        return path
    return tuple(chosen.path) or usual_path(library)


@contextmanager
def _store(room: Room) -> Iterator[Store]:
    data_dir = room.settings.data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(room.settings.database_url, secret=load_secret(data_dir))
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def told(report: Report) -> str:
    """Return the report as a person reads it."""
    cost = (
        "단가를 몰라 비용을 말할 수 없습니다" if report.class_won is None else f"약 {report.class_won:,.0f}원"
    )
    lines = [
        f"판정: {report.verdict} — {report.why}",
        *(f"  → {change}" for change in report.changes),
        "",
        f"{report.endpoint} ({report.model}) · {report.seats}명 · 실행 {report.presses}번, 오류 {report.errors}번",
        f"첫 글자까지  가운데 {report.first_p50:.1f}초, 늦은 쪽(95%) {report.first_p95:.1f}초 "
        f"(줄에서 {report.queue_p95:.1f}초)",
        f"답 전체까지  가운데 {report.whole_p50:.1f}초, 늦은 쪽(95%) {report.whole_p95:.1f}초",
        f"수업 한 번에 약 {report.class_tokens:,}토큰, {cost}",
        "",
    ]
    lines += [
        f"- {e.title}: 첫 글자 {e.first_p95:.1f}초, 전체 {e.whole_p95:.1f}초, 점검 통과 {e.passed_share:.0%}, "
        f"수업에서 약 {e.minutes:.0f}분" + (f", 오류 {e.errors}번" if e.errors else "")
        for e in report.exercises
    ]
    return "\n".join(lines)
