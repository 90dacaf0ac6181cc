"""The composition root, and the one typed place for Streamlit's session state.

Hides how the parts are built and wired (``services``), who is sitting at this browser
(``person``), and the keys under which a session remembers things.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from sandbox import checks, llm, tokens
from sandbox import settings as settings_module
from sandbox.authoring import Authoring, Published
from sandbox.class_records import InstructorKey
from sandbox.classroom import Classroom, Entry, InstructorEntry
from sandbox.classroom.recorded import RECORDED
from sandbox.documents import read
from sandbox.library import Library
from sandbox.local_model import LocalModel
from sandbox.practice import JustPressed, Practice, Pressing
from sandbox.records import (
    Choice,
    Endpoint,
    NotAllowedError,
    Person,
    SandboxError,
    StoreError,
)
from sandbox.settings import Settings
from sandbox.store import Store, load_secret
from sandbox.turns import Turns
from sandbox.turns.trials import Trials
from ui.after_class import AfterClass, after_class, playing
from ui.lecture import Lecture, lecture
from ui.seating import Seating, seating

T = TypeVar("T")
COOKIE = "room"
DESK_COOKIE, KNOWN_COOKIE = "desk", "desk_known"
LOOK_AGAIN_SECONDS = 3.0
DRAWN_AT_ONCE = 2
DRAWING_WAIT_SECONDS = 1.0


class Drawing:
    """How many pages are drawn at once. A part drawn within its page takes no second turn."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.Semaphore(at_once)
        self._here = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        if getattr(self._here, "drawing", False):
            yield
            return
        mine = self._free.acquire(timeout=DRAWING_WAIT_SECONDS)
        self._here.drawing = True
        try:
            yield
        finally:
            self._here.drawing = False
            if mine:
                self._free.release()


@dataclass
class Services:
    """What every page and route of one server process shares."""

    settings: Settings
    library: Library
    store: Store
    practice: Practice
    pressing: Pressing
    classroom: Classroom
    turns: Turns
    local_model: LocalModel | None
    lecture: Lecture
    authoring: Authoring
    after: AfterClass
    found: tuple[Endpoint, ...] = ()
    drawing: Drawing = field(default_factory=lambda: Drawing(DRAWN_AT_ONCE))
    just_pressed: JustPressed = field(default_factory=JustPressed)
    # Writing may wait for the disk or another program; those who only read must not wait behind it.
    writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "room-writes"))
    # Two: eight would fight for Python's lock until the last of forty is ready; one long text holds nobody up.
    pressers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "room-presses"))
    seating: Seating = field(init=False)
    trials: Trials = field(init=False)

    def __post_init__(self) -> None:
        self.trials = Trials(self.turns, keep_quirks=self.store.save_quirks)
        self.seating = seating(
            self.store, self.library, self.lecture, endpoints=self.endpoints, health=self.turns.health
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the endpoints that can be chosen now, the default first."""
        embedded = self.local_model.endpoint() if self.local_model else None
        behind = self.settings.embedded_behind if embedded else frozenset()
        chosen = (replace(e, fallback=embedded) if e.id in behind else e for e in self.settings.endpoints)
        return (*chosen, *((embedded,) if embedded else ()), *self.found)

    def find_local(self) -> tuple[Endpoint, ...]:
        """Look for model servers on this PC's usual ports."""
        known = {e.base_url.rstrip("/") for e in self.settings.endpoints}
        found = self.turns.call(llm.find_local()).result(timeout=30)
        self.found = tuple(e for e in found if e.base_url.rstrip("/") not in known)
        return self.found

    def warm(self) -> None:
        """Pay at start for what is slow the first time, so that no trainee does."""
        tokens.count("준비")
        llm.warm()
        self.library.exercises()

    async def write(self, do: Callable[[], T]) -> T:
        """Do what may wait for its turn to write, on threads kept for that."""
        return await asyncio.get_running_loop().run_in_executor(self.writers, do)

    async def press(self, do: Callable[[], T]) -> T:
        """Do what a press of 실행 does, in the order in which they came."""
        return await asyncio.get_running_loop().run_in_executor(self.pressers, do)

    def close(self) -> None:
        self.pressers.shutdown(wait=True, cancel_futures=True)
        self.writers.shutdown(wait=True, cancel_futures=True)
        self.after.rehearsals.close()
        self.practice.close()
        if self.local_model:
            self.local_model.close()
        self.store.close()


def services() -> Services:
    """Return this process's services, built at the first call."""
    with _building:
        return _built()


@lru_cache(maxsize=1)
def _built() -> Services:
    return build(settings_module.load(os.environ))


_building = threading.Lock()  # two first visitors must not build two rooms


def build(settings: Settings) -> Services:
    """Wire the parts for these settings."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            "기록을 둘 자료 폴더를 만들거나 열지 못했습니다.",
            remedy="자료 폴더 자리에 같은 이름의 파일이 있는지, 그 위치에 쓸 권한이 있는지 확인하거나 "
            "SANDBOX_DATA_DIR로 다른 폴더를 정해 다시 시작해 주세요.",
        ) from error
    store = Store(settings.database_url, secret=load_secret(settings.data_dir))
    store.migrate()
    published = Published(store, settings.data_dir / "published")
    library = Library(
        settings.prompts_dirs,
        settings.exercises_dirs,
        check_problem=checks.problem,
        read_text=_read_text,
        published=published,
    )
    made: list[Turns] = []
    journal = settings.data_dir / "live"
    desk = lecture(store, lambda wanted: any(e.id == wanted for e in library.exercises()))
    here = list[Services]()
    after = after_class(
        store, library, desk, settings.data_dir,
        endpoints=lambda: here[0].endpoints() if here else settings.endpoints,
        look=lambda text: practice.look(text, "설문"),
    )  # fmt: skip

    def make_turns(**callbacks: Any) -> Turns:
        known = {"quirks": store.quirks(), "on_learned": store.save_quirks}
        made.append(Turns(lambda: playing(after, **known), journal=journal, **callbacks))
        return made[0]

    practice = Practice(
        library, store, make_turns,
        terms=after.terms, on_ended=after.budgets.note, stand_in=after.recorded.stand_in,
    )  # fmt: skip
    practice.start(journal)
    local_model = None
    if settings.embedded.enabled:
        local_model = LocalModel(
            settings.data_dir,
            path=settings.embedded.path,
            sha256=settings.embedded.sha256,
            context_tokens=settings.embedded.context_tokens,
            parallel=settings.embedded.parallel,
            threads=settings.embedded.threads,
        )
        local_model.start()
    authoring = Authoring(store, desk.instructors, library, published)
    here.append(
        Services(
            settings, library, store, practice, Pressing(practice), Classroom(store), made[0], local_model, desk,
            authoring, after,
        )
    )  # fmt: skip
    return here[0]


def close_services() -> None:
    """Close what ``services`` built, if it did."""
    with _building:
        if _built.cache_info().currsize:
            _built().close()
            _built.cache_clear()


def _read_text(path: Path) -> str:
    return read.read(path.name, path.read_bytes()).text


# ----------------------------------------------------------------------------- this browser


@contextmanager
def turn_to_draw() -> Iterator[None]:
    """Draw one page after the other when a whole room presses at once.

    Forty pages drawn at the same time are all done last, and the loops that carry everybody's text
    starve among their threads. Nobody waits long for a page that does something slow.
    """
    with services().drawing.turn():
        yield


def person() -> Person | None:
    """Say who sits at this browser: from the session, or from the cookie after a refresh."""
    found: Person | None = st.session_state.get("person")
    if found and time.monotonic() - st.session_state.get("person_seen", 0.0) <= LOOK_AGAIN_SECONDS:
        return found
    # The lecturer may have moved or removed them, and they may have left, or made a new code, elsewhere.
    mine, room = token(), services().classroom
    found = room.person_for(mine) if mine or found is None else room.again(found)
    if found is None:
        st.session_state.pop("person", None)
    else:
        st.session_state["person"], st.session_state["person_seen"] = found, time.monotonic()
    return found


def token() -> str:
    """Return what says who is here: what was given out in this tab, else the browser's cookie; '' for none."""
    return str(st.session_state.get("token", "")) or _cookie()


def _cookie(name: str = COOKIE) -> str:
    token = st.context.cookies.get(name, "")
    return token if isinstance(token, str) else ""  # Streamlit's test runner gives a stand-in


def me() -> Person:
    """Return the person at this browser on pages that need one."""
    found = person()
    if found is None:
        st.switch_page("screens/start.py")
    assert found is not None
    return found


def enter(entry: Entry) -> None:
    """Remember who came in; the frame hands the token to the browser as a cookie."""
    st.session_state["person"] = entry.person
    st.session_state["token"] = st.session_state["token_to_keep"] = entry.token


def token_to_keep() -> str:
    return str(st.session_state.get("token_to_keep", ""))


def leave() -> None:
    """Forget the person in this browser; the frame removes the cookie."""
    services().classroom.leave(token())
    for key in list(st.session_state):
        del st.session_state[key]
    st.session_state["token_to_keep"] = "-"


def go_on(page: str) -> None:
    """Go where the person wanted to be before 시작 stopped them, else to ``page``."""
    wanted = st.session_state.pop("wanted", None)
    if wanted:
        path, query = wanted
        query = {k: v for k, v in query.items() if k != "class"}  # they are in that class now
        st.switch_page(f"screens/{path}.py", query_params=query)
    st.switch_page(page)


def change_class(code: str, seat: str = "") -> None:
    """Bring the person at this browser into a class, with all they have done."""
    moved = services().classroom.change_class(me(), code, seat, guesser=guesser())
    st.session_state["person"] = moved


def instructor_key() -> InstructorKey | None:
    """Return the key of the instructor at this browser; None when nobody is signed in. Verifies it."""
    key = st.session_state.get("desk_key") or InstructorKey(_cookie(DESK_COOKIE))
    if st.session_state.get("desk_left") or not key.reveal():
        return None
    try:
        services().lecture.instructors.current(key)
    except NotAllowedError:
        st.session_state.pop("desk_key", None)
        return None
    return key


def known_browser() -> str:
    """Return the mark that an instructor has come in from this browser before; '' when none."""
    return _cookie(KNOWN_COOKIE)


def enter_desk(entry: InstructorEntry) -> None:
    """Remember which instructor came in; the frame hands the key to the browser as a cookie."""
    st.session_state["desk_key"] = entry.key
    st.session_state["desk_to_keep"] = (entry.key.reveal(), entry.known)
    st.session_state.pop("desk_left", None)


def leave_desk() -> None:
    """Sign the instructor out at this browser; the frame removes the cookie."""
    key = instructor_key()
    if key is not None:
        services().lecture.instructors.sign_out(key)
    st.session_state.pop("desk_key", None)
    st.session_state["desk_left"] = True
    st.session_state["desk_to_keep"] = ("-", "")


def wanted_class() -> str:
    """Return the class code of the link by which somebody came; '' when there was none."""
    _path, query = st.session_state.get("wanted", ("", {}))
    return str(st.query_params.get("class") or query.get("class") or "")[:12]


def guesser() -> str:
    """Name this browser session for the slowing of wrong codes, never by its address."""
    return str(st.session_state.setdefault("guesser", secrets.token_hex(8)))


def choices(place: str) -> dict[str, Choice]:
    """Return what the person decided about personal data on this page."""
    found: dict[str, Choice] = st.session_state.setdefault(f"choices:{place}", {})
    return found


def endpoints() -> tuple[Endpoint, ...]:
    """Return the endpoints that the person at this browser may choose: their class may say which."""
    known, who = services().endpoints(), person()
    if who is not None and services().after.recorded.is_on(who.class_code):
        return (RECORDED,)
    return services().lecture.terms.allowed(who, known) if who is not None and who.class_code else known


def endpoint() -> Endpoint | None:
    """Return the endpoint chosen in this session, else the first; None when there is none yet."""
    known = endpoints()
    wanted = st.session_state.get("endpoint_id")
    return next((e for e in known if e.id == wanted), known[0] if known else None)


def choose_endpoint(endpoint_id: str) -> None:
    st.session_state["endpoint_id"] = endpoint_id


def plain(text: str) -> str:
    """Keep Markdown from reading what a person wrote: no link, image, colour or formula of theirs."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])", r"\\\1", " ".join(text.split()))


def say(error: SandboxError) -> None:
    """Show what happened and what to do next."""
    st.error(
        f"**{plain(error.message)}**" + (f"  \n{plain(error.remedy)}" if error.remedy else ""),
        icon=":material/error:",
    )
