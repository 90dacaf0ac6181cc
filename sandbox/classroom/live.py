"""What the lecturer puts before the class now: an exercise, a pause, a notice, a timer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sandbox.class_records import ClassNow, InstructorKey
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.names import plain_line
from sandbox.records import InputError, NotFoundError
from sandbox.store import Store

NOTICE_MAX_CHARS = 200
TIMER_TITLE_MAX_CHARS = 30
TIMER_MAX_MINUTES = 240


class Live:
    """The instructor's use cases while the class runs.

    ``on_change`` is told the code at once; ``exists`` says whether there is an exercise of this id now.
    """

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        *,
        on_change: Callable[[str], None] = lambda _code: None,
        exists: Callable[[str], bool] = lambda _exercise_id: True,
    ) -> None:
        self._store, self._instructors, self._on_change = store, instructors, on_change
        self._exists = exists

    def now(self, key: InstructorKey, code: str) -> ClassNow:
        """Return what stands before the class."""
        self._instructors.current(key)
        return self._store.class_now(code)

    def change(self, key: InstructorKey, code: str, change: Callable[[ClassNow], ClassNow]) -> ClassNow:
        """Change what stands before the class; every seat is told."""
        self._instructors.current(key)
        changed = self._store.change_class_now(code, change)
        self._on_change(code)
        return changed

    def move_to(self, key: InstructorKey, code: str, exercise_id: str) -> ClassNow:
        """Bring everybody to this exercise; again when it is the same one."""
        self._instructors.current(key)
        if not self._exists(exercise_id):
            raise NotFoundError(
                "지금은 없는 실습이라 옮기지 않았습니다.",
                remedy="「과정 설정」의 실습 차례에서 빼거나, 「내용 만들기」에서 다시 공개해 주세요.",
            )
        return self.change(key, code, lambda now: replace(now, exercise_id=exercise_id, move=now.move + 1))

    def let_go(self, key: InstructorKey, code: str) -> ClassNow:
        """Take 「지금 이 실습」 away: everybody works where they like."""
        self._instructors.current(key)
        return self.change(key, code, lambda now: replace(now, exercise_id=""))

    def pause(self, key: InstructorKey, code: str, paused: bool) -> ClassNow:
        """Let nobody of the class send anything, or let them again."""
        self._instructors.current(key)
        return self.change(key, code, lambda now: replace(now, paused=paused))

    def tell(self, key: InstructorKey, code: str, notice: str) -> ClassNow:
        """Put a notice on every screen; '' takes it away."""
        self._instructors.current(key)
        notice = plain_line(notice)
        if len(notice) > NOTICE_MAX_CHARS:
            raise InputError(
                f"공지가 너무 깁니다({len(notice)}자).", remedy=f"{NOTICE_MAX_CHARS}자 이내로 줄여 주세요."
            )
        return self.change(key, code, lambda now: replace(now, notice=notice))

    def start_timer(self, key: InstructorKey, code: str, minutes: float, title: str = "") -> ClassNow:
        """Start the class's one timer anew."""
        self._instructors.current(key)
        if not 0 < minutes <= TIMER_MAX_MINUTES:
            raise InputError(
                "타이머 시간이 맞지 않습니다.", remedy=f"1분에서 {TIMER_MAX_MINUTES}분 사이로 정해 주세요."
            )
        ends = datetime.now(UTC) + timedelta(minutes=minutes)
        title = plain_line(title)[:TIMER_TITLE_MAX_CHARS]
        return self.change(key, code, lambda now: replace(now, timer_title=title, timer_ends_at=ends))

    def stop_timer(self, key: InstructorKey, code: str) -> ClassNow:
        """Take the timer away."""
        self._instructors.current(key)
        return self.change(key, code, lambda now: replace(now, timer_title="", timer_ends_at=None))
