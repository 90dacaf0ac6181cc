"""Recorded answers: what the class gets when its endpoint is down and the lecturer says so.

Hides which recording answers a press: of the same exercise, the one whose prompt is nearest. Where
it is not the same prompt the endpoint's name says so, because that name stands wherever the answer
does: beside it, in the records, in what is taken home.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sandbox.class_records import KOREA, InstructorKey, Recording
from sandbox.classroom.budgets import RECORDED_ID
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.live import Live
from sandbox.records import Endpoint, EndpointKind, InputError, Location, Person
from sandbox.store import Store

NAME = "녹화된 답변"
OTHER_PROMPT = f"{NAME} (보내신 것과 다른 프롬프트의 답)"
ADDRESS = "recorded:"  # as llm.recorded reads it
RECORDED = Endpoint(
    RECORDED_ID,
    NAME,
    ADDRESS,
    NAME,
    location=Location.INSIDE,
    kind=EndpointKind.RECORDED,
    context_tokens=200_000,
    parallel=400,
)


class Recorded:
    """One per server process; thread-safe."""

    def __init__(self, store: Store, instructors: Instructors, live: Live) -> None:
        self._store, self._instructors, self._live = store, instructors, live

    # ------------------------------------------------------------------ for trainees

    def is_on(self, class_code: str) -> bool:
        """Say whether the lecturer has switched recorded answers on for this class."""
        return bool(class_code) and self._store.class_now(class_code).recorded

    def stand_in(self, person: Person, endpoint: Endpoint, exercise_id: str, prompt: str) -> Endpoint:
        """Return who answers this press: the recording chosen for it while they are on, else the endpoint.

        Raises InputError when there is no recording, or when they were switched off meanwhile.
        """
        if not self.is_on(person.class_code):
            if endpoint.kind is EndpointKind.RECORDED:
                raise InputError(
                    "강사가 녹화된 답변을 껐습니다. 이제 AI가 직접 답합니다.",
                    remedy="F5를 눌러 새로 고친 뒤 다시 실행해 주세요.",
                )
            return endpoint
        if not exercise_id:
            raise InputError(
                "지금은 녹화된 답변만 볼 수 있어 자유 실습은 할 수 없습니다.",
                remedy="쓰신 글은 그대로 남습니다. AI 연결이 돌아오면 다시 실행해 주세요.",
            )
        found = self._store.recordings(exercise_id)
        if not found:
            raise InputError(
                "이 실습에는 녹화된 답변이 없습니다.",
                remedy="강사에게 알려 주세요. 모범 답안을 보며 이어 가거나, AI 연결이 돌아오면 다시 실행해 주세요.",
            )
        return self._playing(nearest(prompt, found), prompt)

    def find(self, recording_id: str) -> Recording | None:
        """Return a recording to be played."""
        return self._store.recording(recording_id)

    # ------------------------------------------------------------------ for instructors

    def coverage(self, key: InstructorKey, exercise_ids: Sequence[str]) -> Mapping[str, datetime | None]:
        """Say for each exercise when its newest answer was recorded; None where there is none."""
        self._instructors.current(key)
        known = self._store.recorded(exercise_ids)
        return {exercise_id: known.get(exercise_id) for exercise_id in exercise_ids}

    def asked_of(self, key: InstructorKey, code: str) -> tuple[str, ...]:
        """Return the exercises a class may need recordings of: its path and where it was brought to.

        A class without a path works wherever it likes: for it, all that have been recorded.
        """
        self._instructors.current(key)
        made, pushed = self._store.class_of(code), self._store.class_now(code).exercise_id
        if made is None:
            return ()
        asked = made.path or self._store.exercises_recorded()
        return tuple(dict.fromkeys((*asked, *([pushed] if pushed else []))))

    def switch(self, key: InstructorKey, code: str, on: bool) -> None:
        """Let the class be answered from recordings, or by its endpoint again."""
        self._instructors.current(key)
        if on and not self._store.recorded(self.asked_of(key, code)):
            raise InputError(
                "이 과정의 실습에는 녹화된 답변이 하나도 없습니다.",
                remedy="「리허설」 화면에서 ‘답변 녹화’를 켜고 한 번 돌리면 만들어집니다.",
            )
        self._live.change(key, code, lambda now: replace(now, recorded=on))

    # ------------------------------------------------------------------ for the rehearsal

    def keep(self, exercise_id: str, prompt: str, answer: str, model: str, *, seconds: float) -> Recording:
        """Keep a real answer that came in so many seconds."""
        recording = Recording(
            secrets.token_urlsafe(9),
            exercise_id,
            prompt,
            answer,
            model,
            datetime.now(UTC),
            len(answer) / max(seconds, 0.1),
        )
        self._store.add_recording(recording)
        return recording

    # ------------------------------------------------------------------ inside

    def _playing(self, recording: Recording, prompt: str) -> Endpoint:
        same = _plain(recording.prompt) == _plain(prompt)
        day = recording.recorded_at.astimezone(KOREA)
        return replace(
            RECORDED,
            name=NAME if same else OTHER_PROMPT,
            base_url=f"{ADDRESS}{recording.id}",
            model=f"{recording.model} · {day.year}. {day.month}. {day.day}. 녹화",
        )


def nearest(prompt: str, found: Sequence[Recording]) -> Recording:
    """Return the recording whose prompt shares most with this one; among equals the newest."""
    wanted = _pieces(prompt)

    def likeness(recording: Recording) -> float:
        theirs = _pieces(recording.prompt)
        return len(wanted & theirs) / max(1, len(wanted | theirs))

    return max(found, key=likeness)  # the newest comes first, and max keeps the first of equals


def _plain(prompt: str) -> str:
    return " ".join(prompt.split())


def _pieces(prompt: str) -> frozenset[str]:
    text = _plain(prompt)
    return frozenset(text[at : at + 3] for at in range(max(1, len(text) - 2)))
