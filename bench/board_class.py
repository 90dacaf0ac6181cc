"""A made-up class to measure and to look at: people with tries, failures, hands and shares."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.class_records import Class, ClassRules, InstructorKey
from sandbox.records import Level, Message, Person, Role, Run, RunState, State, Verdict
from sandbox.store import Store

PATH = ("basics-better-prompt", "report-memo-to-gaejosik", "minutes-memo-to-minutes", "excel-dept-spending")
CHECKS = (
    "개조식으로 썼나요?",
    "필요한 항목이 있나요?",
    "숫자가 자료와 같나요?",
    "날짜를 바르게 썼나요?",
    "길이가 알맞나요?",
)
FAMILY, GIVEN = (
    "김이박최정강조윤장임",
    ("가온", "나래", "다솜", "라온", "마루", "바다", "새봄", "아라", "은솔", "하늘"),
)
ANSWER = "□ 추진배경\n  ○ 관내 도서관 이용자 증가에 따라 야간 개방 확대가 필요함\n□ 개선방안\n  ○ 야간 개방을 22시까지 연장함"
CODE = "HARAM7"


@dataclass(frozen=True, slots=True)
class MadeClass:
    """The class, a lecturer's key to it, and the people in it."""

    code: str
    key: InstructorKey
    people: tuple[Person, ...]

    @property
    def token(self) -> str:
        return self.key.reveal()


def fill(store: Store, *, seats: int, tries: int = 6, seed: int = 7) -> MadeClass:
    """Put a class of so many seats into an empty store, in the middle of its second exercise."""
    chance, now = random.Random(seed), datetime.now(UTC)
    who = store.add_instructor("바다", "name:바다", "", is_officer=False)
    key = InstructorKey(store.sign_in_instructor(who.id, hours=12))
    rules = ClassRules(class_tokens=400_000, class_won=20_000.0)
    store.add_class(Class(CODE, "11월 기초반 오전", Level.BASIC, PATH, seats, who.id, now, rules=rules))
    store.change_class_now(
        CODE, lambda state: type(state)(version=state.version, exercise_id=PATH[1], move=1)
    )
    people = tuple(
        store.add_person(f"{FAMILY[n % 10]}{GIVEN[n * 7 % 10]}", CODE, str(n + 1)) for n in range(seats)
    )
    for person in people[: max(1, round(seats * 0.95))]:
        _sit(store, person, chance, now, tries)
    for person, choice in zip(people, _choices(chance, seats), strict=True):
        if choice:
            store.put_vote(person.id, PATH[0], choice, now)
    return MadeClass(CODE, key, people)


def _choices(chance: random.Random, seats: int) -> Sequence[str]:
    return chance.choices(["A", "B", "same", ""], [5, 9, 3, 3], k=seats)


def _sit(store: Store, person: Person, chance: random.Random, now: datetime, tries: int) -> None:
    """Seat somebody: some read, some type, some wait, some are stuck, away, done."""
    kind = chance.choices(
        ["working", "stuck", "idle", "away", "done", "waiting", "answering", "error"],
        [30, 8, 6, 5, 25, 8, 10, 4],
    )[0]
    arrived = now - timedelta(
        minutes=chance.uniform(8, 14) if kind in ("stuck", "idle") else chance.uniform(2, 9)
    )
    store.move_seat(person.id, CODE, exercise_id=PATH[1], step="reading", at=arrived)
    seen = now - timedelta(minutes=chance.uniform(4, 9) if kind == "away" else 0.2)
    store.touch_seat(
        person.id, at=seen, step="filling" if kind == "working" else "", moved=kind in ("working", "away")
    )
    for n in range(tries - 2):
        _try(
            store,
            person,
            chance,
            PATH[0],
            now - timedelta(minutes=40 - n * 3),
            RunState.DONE,
            good=n == tries - 3,
        )
    if kind in ("stuck", "done", "error", "working"):
        for n in range(2):
            at = arrived + timedelta(seconds=20 + 20 * n)
            state = RunState.FAILED if kind == "error" and n else RunState.DONE
            when = now - timedelta(minutes=1) if kind == "error" and n else at
            _try(store, person, chance, PATH[1], when, state, good=kind == "done" and n == 1)
    if kind in ("waiting", "answering"):
        state = RunState.WAITING if kind == "waiting" else RunState.STREAMING
        _try(store, person, chance, PATH[1], now - timedelta(seconds=30), state, good=False)
    if kind == "stuck" and chance.random() < 0.6:
        store.raise_hand(
            person.id,
            CODE,
            at=now - timedelta(minutes=chance.uniform(0, 6)),
            shows_screen=chance.random() < 0.6,
        )
    if kind == "done" and chance.random() < 0.2:
        run_id = f"{person.id}-{PATH[1]}-{(arrived + timedelta(seconds=40)).timestamp():.3f}"
        store.share_run(person.id, CODE, run_id, may_project=chance.random() < 0.6, at=now)


def _try(
    store: Store,
    person: Person,
    chance: random.Random,
    exercise_id: str,
    at: datetime,
    state: RunState,
    *,
    good: bool,
) -> None:
    run_id = f"{person.id}-{exercise_id}-{at.timestamp():.3f}"
    prompt = (Message(Role.USER, "아래 메모를 개조식 보고서로 정리해 주세요.\n" + "메모 줄입니다. " * 120),)
    store.add_run(
        Run(
            run_id,
            person.id,
            exercise_id,
            "",
            run_id,
            "",
            "e",
            "가짜 AI",
            "m",
            prompt,
            "",
            RunState.WAITING,
            at,
        )
    )
    if state is RunState.STREAMING:
        store.save_partial(run_id, ANSWER[:20])
    if not state.ended:
        return
    message = "AI 서버에서 오류가 났습니다." if state is RunState.FAILED else ""
    answer = "" if message else ANSWER
    store.end_run(
        run_id, state=state, answer=answer, error_message=message, ended_at=at + timedelta(seconds=12)
    )
    if state is RunState.DONE:
        weights = [0.75, 0.8, 0.45, 0.7, 0.85]
        states = [State.PASS if good or chance.random() < w else State.FAIL for w in weights]
        store.save_verdicts(
            run_id,
            tuple(Verdict(f"c{n}", "sections", CHECKS[n], s, "요약") for n, s in enumerate(states)),
        )
