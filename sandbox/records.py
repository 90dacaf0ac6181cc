"""The nouns every other module speaks in: frozen records, their enums and the one error family.

Hides nothing and imports nothing of ours, so that any module may depend on it. Times are
timezone-aware UTC and named ``*_at``; durations carry their unit in the name. Offsets into
text are Python code-point offsets, end exclusive.

The error family (every ``message`` and ``remedy`` is Korean and fit for the screen; neither
ever holds a key, a prompt or personal data)::

    SandboxError
    ├── SettingsError              sandbox.toml or the environment is wrong
    ├── ContentError               a template or exercise file is wrong (file, line, remedy)
    ├── InputError                 what the person typed or uploaded cannot be used
    │   ├── PromptTooLongError     it does not fit the endpoint's context
    │   ├── GuardRefusedError      personal data that may not be sent is in it
    │   └── DocumentError          an upload cannot be read, a document cannot be written
    ├── NotFoundError              no such run, exercise, person
    ├── NotAllowedError            it exists but belongs to somebody else
    ├── BudgetSpentError           what may be used of a model is used up; says who can raise it
    ├── EndpointError              the language model's server
    │   ├── EndpointUnreachableError   refused, no route, name not found
    │   ├── EndpointTimeoutError       no first text, a stall, or the whole took too long
    │   ├── EndpointBusyError          429, or the queue is full
    │   ├── EndpointRefusedError       400, 401, 403, 404: key, model name, request
    │   ├── EndpointFailedError        5xx or an error chunk in the stream
    │   ├── EndpointNonsenseError      HTML, broken JSON, an empty answer
    │   ├── AnswerCutError             the stream ended without a finish
    │   └── EndpointDetourError        never raised: why the fallback answered instead
    ├── ModelError                 the embedded model's file or process
    ├── FormulaError               the formula engine's process failed (not: the formula is wrong)
    └── StoreError                 the database cannot be read or written
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

EMPTY: Mapping[str, Any] = MappingProxyType({})


# --------------------------------------------------------------------------- errors


class SandboxError(Exception):
    """Say in Korean what happened (``message``) and what to do next (``remedy``)."""

    code = "sandbox"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class SettingsError(SandboxError):
    code = "settings"


class ContentError(SandboxError):
    """A template or exercise file is wrong; ``line`` is 1-based, 0 when unknown.

    ``place`` is the value it is about, as keys and positions in the header; empty when unknown.
    """

    code = "content"

    def __init__(
        self, message: str, *, file: str, line: int = 0, remedy: str = "", place: tuple[str | int, ...] = ()
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.line = line
        self.place = place


class InputError(SandboxError):
    code = "input"


class PromptTooLongError(InputError):
    code = "too_long"

    def __init__(self, message: str, *, tokens: int, limit: int, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.tokens = tokens
        self.limit = limit


class GuardRefusedError(InputError):
    code = "guard"

    def __init__(self, message: str, *, findings: tuple[Finding, ...] = (), remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.findings = findings


class DocumentError(InputError):
    code = "document"


class NotFoundError(SandboxError):
    code = "not_found"


class NotAllowedError(SandboxError):
    code = "not_allowed"


class BudgetSpentError(SandboxError):
    code = "budget"


class EndpointError(SandboxError):
    """The language model's server; ``retryable`` says whether pressing again may help."""

    code = "endpoint"
    retryable = True


class EndpointUnreachableError(EndpointError):
    code = "endpoint_unreachable"


class EndpointTimeoutError(EndpointError):
    code = "endpoint_timeout"


class EndpointBusyError(EndpointError):
    code = "endpoint_busy"

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_seconds = retry_after_seconds


class EndpointRefusedError(EndpointError):
    code = "endpoint_refused"
    retryable = False


class EndpointFailedError(EndpointError):
    code = "endpoint_failed"


class EndpointNonsenseError(EndpointError):
    code = "endpoint_nonsense"


class AnswerCutError(EndpointError):
    code = "answer_cut"


class EndpointDetourError(EndpointError):
    code = "endpoint_detour"


class ModelError(SandboxError):
    code = "model"


class FormulaError(SandboxError):
    code = "formula"


class StoreError(SandboxError):
    code = "store"


# --------------------------------------------------------------------------- course content


class Level(StrEnum):
    BASIC = "기초"
    ADVANCED = "심화"


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    YES_NO = "yes_no"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Module:
    """One part of the course, such as ``report`` / 보고서 작성."""

    id: str
    title: str
    summary: str


MODULES: tuple[Module, ...] = (
    Module("basics", "AI 기초 개념", "AI가 잘하는 일과 못하는 일, 좋은 질문을 만드는 법"),
    Module("report", "보고서 작성", "메모와 자료를 개조식 보고서로 정리하기"),
    Module("minutes", "회의록 요약", "회의 내용을 결정사항과 조치사항으로 정리하기"),
    Module("slides", "파워포인트(슬라이드 개요)", "보고서를 발표 자료의 뼈대로 바꾸기"),
    Module("excel", "엑셀 함수", "필요한 수식을 만들고 실제로 계산해 확인하기"),
    Module("everyday", "일상 업무", "안내문, 민원 답변, 보도자료 같은 매일의 글쓰기"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One blank of a template, typed. ``default`` and ``example`` are text as typed on screen."""

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    help: str = ""
    required: bool = True
    default: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    max_chars: int = 20_000


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check as content asks for it; ``id`` is unique within its exercise or template."""

    id: str
    kind: str
    title: str
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """A practice template: typed fields and a Korean body with ``{{빈칸}}``.

    ``naive`` is what an untaught person would ask instead; the evaluation compares the two.
    ``version`` is that of one published on screen; 0 for a file.
    """

    id: str
    title: str
    module: str
    level: Level
    summary: str
    fields: tuple[Field, ...]
    body: str
    system: str = ""
    why: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    sample: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    checks: tuple[CheckSpec, ...] = ()
    tags: tuple[str, ...] = ()
    max_answer_tokens: int = 1_000
    temperature: float | None = None
    source: str = ""
    naive: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose template or exercise it is, and who looked it through; times only when that was done."""

    owner: str
    verified_by: str = ""
    verified_at: datetime | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A file that comes with an exercise. ``text`` is what a prompt or a check reads of it."""

    name: str
    title: str
    path: Path
    text: str = ""


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    """A model answer (``fails`` empty) or a wrong one that must fail exactly those check ids."""

    name: str
    text: str
    prompt: str = ""
    fails: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class LabText:
    """A text a lab begins with: a sample for the token picture, or a prompt to try."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the spot lab. ``wrong`` ones are planted and say why.

    ``source_line`` is the material's line it can be checked against, as ``이름:줄 내용``; empty when
    no line speaks of it.
    """

    text: str
    wrong: bool = False
    reason: str = ""
    source_line: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Half a page to read before a module's exercises, as Markdown."""

    module: str
    title: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One card of the course: task, data, form, checks, hints, model and wrong answers.

    ``lab`` names the experiment drawn above the form (``tokens``, ``temperature``, ``compare``,
    ``spot``) or is empty; ``lab_texts`` and ``spot`` are its data.
    """

    id: str
    title: str
    module: str
    level: Level
    minutes: int
    goal: str
    scenario: str
    prompt_id: str | None
    materials: tuple[Material, ...]
    prefill: Mapping[str, str]
    steps: tuple[str, ...]
    hints: tuple[str, ...]
    checks: tuple[CheckSpec, ...]
    model_answer: ExampleAnswer
    wrong_answers: tuple[ExampleAnswer, ...]
    starter: str = ""
    lesson: str = ""
    order: int = 0
    tags: tuple[str, ...] = ()
    source: str = ""
    lab: str = ""
    lab_texts: tuple[LabText, ...] = ()
    spot: tuple[Statement, ...] = ()
    naive: str = ""
    version: int = 0


# --------------------------------------------------------------------------- personal data


class Action(StrEnum):
    """What the guard does with a finding."""

    BLOCK = "block"
    MASK = "mask"
    WARN = "warn"
    ALLOW = "allow"


class Choice(StrEnum):
    """What the person decided about a finding."""

    MASK = "mask"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that looks like personal data. Holds no text of it, only where it stands.

    ``fingerprint`` is a keyed hash of kind and text: a decision made once holds for the same
    value wherever it stands, and cannot be turned back into the value.
    """

    kind: str
    label: str
    start: int
    end: int
    action: Action
    where: str
    fingerprint: str
    reason: str = ""


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """Messages the guard has passed. Made only by guard.py; the only thing that may be sent.

    ``inside_only``: passed for a model in the building, which may be shown more than one outside.
    """

    messages: tuple[Message, ...]
    rule_counts: Mapping[str, int] = field(default_factory=lambda: EMPTY)
    inside_only: bool = False


# --------------------------------------------------------------------------- endpoints


class Secret:
    """A key that does not show itself in repr, str, logs or tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key; call only where it goes onto the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))


class Location(StrEnum):
    """Whether what is sent leaves the building."""

    INSIDE = "내부"
    OUTSIDE = "외부"


class EndpointKind(StrEnum):
    EMBEDDED = "embedded"
    CONFIGURED = "configured"
    FOUND = "found"
    RECORDED = "recorded"  # no model: plays back what one answered at a rehearsal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server and one model on it. Prices are won per million tokens.

    ``judge``: whether its model may be asked for an opinion on an answer. ``fallback``: who answers
    instead when this one does not, where the officer allowed it; one step only.
    """

    id: str
    name: str
    base_url: str
    model: str
    key: Secret | None = None
    location: Location = Location.OUTSIDE
    kind: EndpointKind = EndpointKind.CONFIGURED
    context_tokens: int = 8_192
    parallel: int = 8
    price_in_won: float | None = None
    price_out_won: float | None = None
    first_text_timeout_seconds: float = 60.0
    stall_timeout_seconds: float = 60.0
    whole_timeout_seconds: float = 600.0
    judge: bool = False
    fallback: Endpoint | None = None

    @property
    def reach(self) -> Location:
        """Return the farthest place to which a prompt for this endpoint may go, its fallback's included."""
        outside = (self, self.fallback) if self.fallback else (self,)
        return Location.OUTSIDE if any(e.location is Location.OUTSIDE for e in outside) else Location.INSIDE


class HealthState(StrEnum):
    """How an endpoint has been doing of late, as far as orders sent to it tell."""

    UNKNOWN = "아직 써 보지 않음"
    WORKING = "정상"
    SLOWED = "천천히 보내는 중"
    RESTING = "잠시 쉬는 중"
    PROBING = "다시 시도하는 중"


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """An endpoint and its queue at a moment. Times in seconds.

    ``slots``: how many it serves at once now (fewer than its ``parallel`` after a 429).
    ``recent_errors``: failed requests of the last ten minutes; ``last_error`` says the latest in Korean.
    ``retry_seconds``: until something is sent again while RESTING or SLOWED. ``estimate_seconds``: the
    likely wait of somebody who asks now, 0 while nothing is known.
    """

    endpoint_id: str
    state: HealthState
    waiting: int = 0
    running: int = 0
    slots: int = 0
    recent_errors: int = 0
    last_error: str = ""
    retry_seconds: float = 0.0
    estimate_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to generate; ``json_schema`` and ``seed`` count only where the endpoint knows them."""

    max_answer_tokens: int = 1_000
    temperature: float | None = None
    json_schema: Mapping[str, Any] | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; ``estimated`` when the endpoint did not say and we counted."""

    prompt_tokens: int
    answer_tokens: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed answer."""

    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a streamed answer; ``reason`` is ``stop`` or ``length``."""

    reason: str
    usage: Usage | None = None


StreamEvent = Delta | Finish


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """What a connection test found; ``supports`` maps a Korean label to yes or no."""

    endpoint_id: str
    reachable: bool
    message: str
    remedy: str = ""
    models: tuple[str, ...] = ()
    latency_seconds: float | None = None
    first_text_seconds: float | None = None
    tokens_per_second: float | None = None
    supports: Mapping[str, bool] = field(default_factory=lambda: EMPTY)
    quirks: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class TokenCount:
    """``estimated`` when the endpoint's model has another vocabulary than the one we ship."""

    tokens: int
    estimated: bool


# --------------------------------------------------------------------------- verdicts


class State(StrEnum):
    """The verdict of a check. UNKNOWN is said where a check cannot know, never PASS."""

    PASS = "통과"
    FAIL = "실패"
    UNKNOWN = "확인 불가"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why: a Korean sentence, and where to look.

    ``start``/``end`` point into the answer (``-1`` when there is no place), ``line`` is the
    1-based line of the answer, ``source_line`` the line of the material as ``이름:줄 내용``,
    ``correction`` what it should be.
    """

    text: str
    line: int = 0
    start: int = -1
    end: int = -1
    source_line: str = ""
    correction: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says of one answer. ``table`` (header row first) shows calculated rows."""

    check_id: str
    kind: str
    title: str
    state: State
    summary: str
    evidence: tuple[Evidence, ...] = ()
    weight: float = 1.0
    table: tuple[tuple[str, ...], ...] = ()
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check may look at: the answer, the prompt that was sent, what both came from.

    ``sources`` maps a material's file name to its text, in the exercise's order; values typed
    into the form by the person stand under their field's label. ``files`` maps file names to
    paths, for checks that open a workbook. ``example`` is a good prompt of the exercise, from which a
    check may suggest.
    """

    answer: str
    prompt: str = ""
    sources: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    files: Mapping[str, Path] = field(default_factory=lambda: EMPTY)
    example: str = ""


# --------------------------------------------------------------------------- people and runs


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room. No account: a name, perhaps a class code and a seat."""

    id: str
    name: str
    class_code: str
    seat: str
    created_at: datetime


class RunState(StrEnum):
    WAITING = "대기 중"
    STREAMING = "답변 중"
    DONE = "완료"
    STOPPED = "멈춤"
    CUT = "중단됨"
    FAILED = "오류"

    @property
    def ended(self) -> bool:
        return self not in (RunState.WAITING, RunState.STREAMING)


@dataclass(frozen=True, slots=True)
class Run:
    """One press of 실행: what was sent (masked), what came back (masked), what checks said.

    ``exercise_id`` is empty in 자유 실습. ``thread_id`` binds the tries of an exercise or the
    turns of a conversation; ``parent_id`` is the run whose conversation this one continues.
    The endpoint is the one that really answered; where that was not the one that had been asked, a run
    that is DONE has the error ``endpoint_detour``, which says so. The versions are those of the exercise
    and the template it was run with, 0 for files.
    """

    id: str
    person_id: str
    exercise_id: str
    prompt_id: str
    thread_id: str
    parent_id: str
    endpoint_id: str
    endpoint_name: str
    model: str
    messages: tuple[Message, ...]
    answer: str
    state: RunState
    created_at: datetime
    title: str = ""
    error_code: str = ""
    error_message: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    first_text_at: datetime | None = None
    ended_at: datetime | None = None
    favourite: bool = False
    deleted_at: datetime | None = None
    sources: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    verdicts: tuple[Verdict, ...] = ()
    exercise_version: int = 0
    prompt_version: int = 0


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a list shows it: without the long texts, ``answer_start`` is at most 160 characters."""

    id: str
    person_id: str
    exercise_id: str
    prompt_id: str
    thread_id: str
    endpoint_name: str
    model: str
    title: str
    state: RunState
    created_at: datetime
    ended_at: datetime | None
    favourite: bool
    deleted_at: datetime | None
    answer_start: str
    passed: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is in one exercise. ``finished`` when a try passed every check."""

    exercise_id: str
    tries: int = 0
    passed: int = 0
    total: int = 0
    finished: bool = False
    hints_opened: int = 0
    model_answer_opened: bool = False
