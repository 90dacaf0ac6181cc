"""A trainee's good prompt on its way into everybody's library: offered, reviewed, taken with a name.

Hides that personal data is covered for good before anybody else sees the prompt, even what its owner
had decided to send as it stood.
"""

from __future__ import annotations

from datetime import date

from sandbox.authoring import forms
from sandbox.authoring.drafting import new_id
from sandbox.authoring.forms import Form
from sandbox.authoring.originals import Originals
from sandbox.class_records import ContentKind, InstructorKey, Suggestion, SuggestionState
from sandbox.classroom.instructors import Instructors
from sandbox.guard import redact
from sandbox.records import InputError, Person, Role
from sandbox.store import Store

TITLE_MAX_CHARS = 60
NOTE_MAX_CHARS = 500
TEXT_MAX_CHARS = 20_000
WAITING_AT_ONCE = 10


class Suggesting:
    """What a trainee does: offer a prompt of their own, and see what became of it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def offer(self, person: Person, run_id: str) -> str:
        """Return the prompt of one's own ended run as others would see it. Raise InputError."""
        run = self._store.run(run_id, person.id)
        if not run.state.ended or not run.answer.strip():
            raise InputError(
                "답변을 받은 기록만 추천할 수 있습니다.", remedy="다시 실행해 답변을 받아 주세요."
            )
        asked = next((m.text for m in reversed(run.messages) if m.role is Role.USER), "")
        if len(asked) > TEXT_MAX_CHARS:
            raise InputError(
                f"추천하기에는 프롬프트가 너무 깁니다({len(asked):,}자).",
                remedy=f"자료를 빼고 {TEXT_MAX_CHARS:,}자까지로 줄여 다시 실행한 뒤 추천해 주세요.",
            )
        return redact(asked)

    def suggest(self, person: Person, run_id: str, title: str, note: str) -> Suggestion:
        """Offer the prompt of one's own run. Raise InputError."""
        title = redact(" ".join(title.split())[:TITLE_MAX_CHARS])
        if not title:
            raise InputError(
                "제목이 비어 있습니다.", remedy="어떤 일에 쓰는 프롬프트인지 한 줄로 적어 주세요."
            )
        text = self.offer(person, run_id)
        mine = self._store.suggestions(person_id=person.id)
        if any(s.run_id == run_id for s in mine):
            raise InputError("이미 추천한 프롬프트입니다.", remedy="강사의 검토를 기다려 주세요.")
        if sum(s.state is SuggestionState.WAITING for s in mine) >= WAITING_AT_ONCE:
            raise InputError(
                f"한 번에 {WAITING_AT_ONCE}개까지 추천할 수 있습니다.",
                remedy="앞의 것이 검토되면 다시 추천해 주세요.",
            )
        return self._store.add_suggestion(
            person.id, run_id, title, redact(note.strip()[:NOTE_MAX_CHARS]), text
        )

    def mine(self, person: Person) -> tuple[Suggestion, ...]:
        """Return what this person has suggested, the newest first."""
        return self._store.suggestions(person_id=person.id)


class Reviewing:
    """What an instructor does with suggestions; every use case asks for the key."""

    def __init__(self, originals: Originals, instructors: Instructors) -> None:
        self._originals = originals
        self._store = originals.store
        self._instructors = instructors

    def waiting(self, key: InstructorKey) -> tuple[Suggestion, ...]:
        """Return what waits for a review, the oldest first."""
        self._instructors.current(key)
        return tuple(reversed(self._store.suggestions(state=SuggestionState.WAITING)))

    def reviewed(self, key: InstructorKey) -> tuple[Suggestion, ...]:
        """Return what has been answered, the newest first."""
        self._instructors.current(key)
        return tuple(s for s in self._store.suggestions() if s.state is not SuggestionState.WAITING)

    def draft(self, key: InstructorKey, suggestion_id: str) -> Form:
        """Return a suggestion as a template's form, to be edited before it is taken."""
        self._instructors.current(key)
        found = self._store.suggestion(suggestion_id)
        form = forms.new_prompt(new_id())
        return form | {
            "title": found.title,
            "summary": " ".join(found.note.split())[:120] or found.title,
            "body": found.text.replace("{{", "{ {").replace("}}", "} }"),
            "fields": [],
            "tags": ["동료 추천"],
        }

    def take(
        self, key: InstructorKey, suggestion_id: str, form: Form, *, answer: str, review_on: date | None
    ) -> str:
        """Put it, as edited, into everybody's library as 「검증됨」; return its id. Raise InputError.

        The content is saved first and stays out of sight until the suggestion is answered: whatever goes
        wrong in between, the suggestion waits on and may be taken again.
        """
        who = self._instructors.current(key)
        looked = self._originals.look(ContentKind.PROMPT, form)
        if looked.problems:
            raise InputError(looked.problems[0].message, remedy=looked.problems[0].remedy)
        self._originals.refuse_taken(ContentKind.PROMPT, form["id"])
        if self._store.suggestion(suggestion_id).state is not SuggestionState.WAITING:
            raise _answered()
        version = self._saved(form, who.name)
        taken = self._store.answer_suggestion(
            suggestion_id, SuggestionState.TAKEN, by=who.name, answer=answer.strip(), content_id=form["id"]
        )
        if not taken:
            raise _answered()
        self._store.publish_content(ContentKind.PROMPT, form["id"], version)
        self._store.verify_content(ContentKind.PROMPT, form["id"], who.name, review_on)
        self._originals.published.refresh()
        return str(form["id"])

    def _saved(self, form: Form, author: str) -> int:
        """Save the form on top of what an attempt that failed has left, and return the version's number."""
        content = self._store.content(ContentKind.PROMPT, form["id"])
        before = content.newest_version if content else 0
        text, files = self._originals.stored(ContentKind.PROMPT, form)
        saved = self._store.add_content_version(
            ContentKind.PROMPT, form["id"], based_on=before, text=text, files=files, author=author, note="수강생 추천"
        )  # fmt: skip
        if saved is None:
            raise self._originals.changed(ContentKind.PROMPT, form["id"], before)
        return saved.version

    def decline(self, key: InstructorKey, suggestion_id: str, answer: str) -> None:
        """Leave it out, with a word of why. Raise InputError."""
        who = self._instructors.current(key)
        if not answer.strip():
            raise InputError("까닭이 비어 있습니다.", remedy="추천한 분이 보실 한 줄을 적어 주세요.")
        if not self._store.answer_suggestion(
            suggestion_id, SuggestionState.DECLINED, by=who.name, answer=answer.strip()
        ):
            raise _answered()


def _answered() -> InputError:
    return InputError("다른 분이 방금 이 추천을 검토했습니다.", remedy="목록을 새로 열어 주세요.")
