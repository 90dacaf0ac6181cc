"""What a person's class allows when they are about to send something.

Hides nothing but the rules themselves, read anew for every run: a pause holds from the next press.
"""

from __future__ import annotations

from sandbox.class_records import Class, ClassNow, ClassRules, Terms
from sandbox.records import Endpoint, Location, NotAllowedError, Person, TokenCount
from sandbox.store import Store


class ClassTerms:
    """The class's word on a run; for Practice's ``terms``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def class_of(self, person: Person) -> Class | None:
        """Return the person's class; None when they are in none."""
        return self._store.class_of(person.class_code) if person.class_code else None

    def now_of(self, person: Person) -> ClassNow:
        """Return what stands before the person's class."""
        return self._store.class_now(person.class_code) if person.class_code else ClassNow()

    def rules_of(self, code: str) -> ClassRules | None:
        """Return a class's rules; None when there is no such class."""
        found = self._store.class_of(code)
        return found.rules if found else None

    def allowed(self, person: Person, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        """Return the endpoints the person may use, in their order."""
        here = self.class_of(person)
        return tuple(e for e in endpoints if here is None or not _refused(here, e))

    def __call__(self, person: Person, endpoint: Endpoint, _count: TokenCount) -> Terms:
        """Return what holds for this run; NotAllowedError when the class does not allow it now."""
        here = self.class_of(person)
        if here is None:
            return Terms()
        if here.closed_at is not None:
            raise NotAllowedError(
                "이 과정은 끝나서 새로 보낼 수 없습니다.",
                remedy="하던 실습과 답변은 ‘내 기록’에서 그대로 볼 수 있습니다. 더 하려면 강사에게 말씀해 주세요.",
            )
        if self._store.class_now(here.code).paused:
            raise NotAllowedError(
                "강사가 보내기를 잠시 멈췄습니다.",
                remedy="쓰시던 글은 그대로 있습니다. 강사가 다시 열면 실행을 눌러 주세요.",
            )
        if why := _refused(here, endpoint):
            raise NotAllowedError(why, remedy="오른쪽 위에서 과정이 정한 AI로 바꾸어 주세요.")
        return Terms(strict_guard=here.rules.strict_guard)


def _refused(here: Class, endpoint: Endpoint) -> str:
    """Say why the class does not allow an endpoint; '' when it does."""
    if endpoint.kind.value == "recorded":
        return ""
    if here.endpoint_id and endpoint.id != here.endpoint_id:
        return "이 과정에서는 강사가 정한 AI만 쓸 수 있습니다."
    if not here.rules.outside_allowed and endpoint.reach is Location.OUTSIDE:
        return "이 과정에서는 기관 밖의 AI를 쓸 수 없습니다."
    return ""
