"""What an attacker or a careless person does to the room, over plain HTTP and WebSockets.

The real server in a process of its own; people and runs are put into its database beside it, so that
each test holds a true cookie. Attacks that need a browser stand in test_security_browser.py, those on
files and formulas with the modules they attack: docs/reliability.md lists them all.
"""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import inspect
import json
import re
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.classroom import Classroom
from sandbox.library import parse_prompt, render
from sandbox.records import Message, NotAllowedError, NotFoundError, PromptTooLongError, Role, Run, RunState
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import ROOT, RunningRoom
from ui.board_routes import board_routes
from ui.class_routes import class_routes
from ui.gate import is_our_name
from ui.routes import live_routes, routes
from ui.run_routes import run_routes

KEY = "sk-attack-0123456789abcdefABCDEF"
SAME = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = "https://evil.example"


@dataclass
class Seat:
    """Somebody who has come in: who, the true cookie, and a finished run."""

    person_id: str
    token: str
    run_id: str

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"room={self.token}"}


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Attacked:
    """The running room and a way to ask it anything, however malformed."""

    def __init__(self, room: RunningRoom) -> None:
        self.room = room
        self.store = Store(f"sqlite:///{room.data_dir / 'sandbox.db'}", secret=load_secret(room.data_dir))

    def seat(self, name: str) -> Seat:
        entry = Classroom(self.store).join(name)
        run_id = f"run-of-{entry.person.id}"
        self.store.add_run(_run(run_id, entry.person.id))
        return Seat(entry.person.id, entry.token, run_id)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | str = b""
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=30)
        try:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = body.encode() if isinstance(body, str) else body
            sent = {
                "Host": f"127.0.0.1:{self.room.port}",
                "Content-Length": str(len(data)),
                **(headers or {}),
            }
            for name, value in sent.items():
                line.putheader(name, value.encode("latin-1"))
            line.endheaders(data)
            got = line.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            line.close()


def _run(run_id: str, person_id: str) -> Run:
    return Run(
        id=run_id, person_id=person_id, exercise_id="", prompt_id="", thread_id=run_id, parent_id="",
        endpoint_id="e", endpoint_name="E", model="m", messages=(Message(Role.USER, "남의 질문"),),
        answer="남이 보면 안 되는 답변", state=RunState.DONE, created_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0, key=KEY) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, fake: FakeEndpoint) -> Iterator[Attacked]:
    data = tmp_path_factory.mktemp("공격받는 방")
    with RunningRoom(
        data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", OPENAI_API_KEY=KEY, SANDBOX_EMBEDDED="0"
    ) as running:
        attacked = Attacked(running)
        yield attacked
        attacked.store.close()
        said = running.log.read_text(encoding="utf-8")
        assert "Traceback" not in said, said[-3000:]
        assert KEY not in said


@pytest.fixture
def me(room: Attacked) -> Seat:
    return room.seat("나")


@pytest.fixture
def victim(room: Attacked) -> Seat:
    return room.seat("남")


# --------------------------------------------------------------------------- whose is it


def test_ones_own_run_is_given(room: Attacked, me: Seat) -> None:
    got = room.ask("GET", f"/room/live/{me.run_id}", me.cookie)
    assert got.status == 200 and "남이 보면 안 되는 답변" in got.body.decode()
    assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), [("GET", "live"), ("POST", "stop")])
def test_another_trainees_run_is_as_absent_as_one_that_never_was(
    room: Attacked, me: Seat, victim: Seat, method: str, path: str
) -> None:
    theirs = room.ask(method, f"/room/{path}/{victim.run_id}", {**me.cookie, **SAME})
    nobodys = room.ask(method, f"/room/{path}/no-such-run", {**me.cookie, **SAME})
    assert (theirs.status, theirs.body) == (nobodys.status, nobodys.body)
    assert theirs.status == 404


FORGED = {
    "none": {},
    "empty": {"Cookie": "room="},
    "guessed": {"Cookie": "room=" + "A" * 43},
    "an id for a token": {"Cookie": "room={person_id}"},
    "the stored hash for a token": {"Cookie": "room={hash}"},
    "SQL": {"Cookie": "room=' OR 1=1 --"},
    "not ASCII": {"Cookie": "room=\xff\xfe\xe9"},
    "very long": {"Cookie": "room=" + "x" * 20_000},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_cookie_is_nobody(room: Attacked, victim: Seat, forged: dict[str, str]) -> None:
    with sqlite3.connect(room.store._database.file or "") as db:
        known = db.execute(
            "select token_hash from sign_ins where person_id = ?", [victim.person_id]
        ).fetchone()[0]
    cookie = {k: v.format(person_id=victim.person_id, hash=known) for k, v in forged.items()}
    for method, path in (("GET", "live"), ("POST", "stop")):
        assert room.ask(method, f"/room/{path}/{victim.run_id}", {**cookie, **SAME}).status in (400, 401)
    token = cookie.get("Cookie", "").removeprefix("room=")
    assert room.ask("POST", "/room/enter", SAME, json.dumps({"token": token})).status == 401


def test_a_cookie_is_worth_nothing_after_leaving(room: Attacked, me: Seat) -> None:
    assert room.ask("GET", f"/room/live/{me.run_id}", me.cookie).status == 200
    left = room.ask("POST", "/room/leave", {**me.cookie, **SAME})
    assert left.status == 200 and 'room=""' in left.headers["set-cookie"]
    assert room.ask("GET", f"/room/live/{me.run_id}", me.cookie).status == 401, "replayed"
    assert room.ask("POST", "/room/enter", SAME, json.dumps({"token": me.token})).status == 401


def test_an_expired_cookie_is_worth_nothing(room: Attacked, me: Seat) -> None:
    with sqlite3.connect(room.store._database.file or "", timeout=15) as db:
        form = db.execute("select expires_at from sign_ins where person_id = ?", [me.person_id]).fetchone()[0]
        past = form - 40 * 86_400 * 10**6 if isinstance(form, int) else "2020-01-01 00:00:00.000000"
        db.execute("update sign_ins set expires_at = ? where person_id = ?", [past, me.person_id])
    assert room.ask("GET", f"/room/live/{me.run_id}", me.cookie).status == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(room: Attacked, me: Seat) -> None:
    got = room.ask("POST", "/room/enter", SAME, json.dumps({"token": me.token}))
    told = got.headers["set-cookie"].lower()
    assert "httponly" in told and "samesite=lax" in told and "path=/" in told


def test_a_tab_left_open_cannot_write_into_the_next_persons_drafts(
    room: Attacked, me: Seat, victim: Seat
) -> None:
    body = {"place": "free", "person": victim.person_id, "values": {"__prompt": "남의 초안"}}
    assert room.ask("POST", "/room/draft", {**me.cookie, **SAME}, json.dumps(body)).status == 409
    assert room.store.draft(me.person_id, "free") is None
    assert room.store.draft(victim.person_id, "free") is None
    own = {**body, "person": me.person_id}
    assert room.ask("POST", "/room/draft", {**me.cookie, **SAME}, json.dumps(own)).status == 200
    assert room.store.draft(me.person_id, "free") == {"__prompt": "남의 초안"}


def test_guessing_codes_slows_the_guesser_and_nobody_else(room: Attacked) -> None:
    classroom = Classroom(room.store)
    honest = classroom.join("정직")
    for n in range(4):
        with pytest.raises(NotFoundError):
            classroom.resume(f"AAAA-AA{n + 20}", guesser="짐작하는 브라우저")
    with pytest.raises(NotAllowedError) as told:
        classroom.resume(classroom.resume_code(honest.person), guesser="짐작하는 브라우저")
    assert "초 뒤에" in told.value.remedy, "even the right code waits"
    there = classroom.resume(classroom.resume_code(honest.person), guesser="옆자리 브라우저")
    assert there.person.id == honest.person.id
    # The one use there is counts names that are made up, never guesses: test_attacks_joining.py.
    newcomers = 'address=st.context.ip_address or ""'
    assert newcomers in (ROOT / "ui/screens/start.py").read_text(encoding="utf-8")
    for file in (ROOT / "ui").rglob("*.py"):
        text = file.read_text(encoding="utf-8").replace(newcomers, "")
        assert not re.search(r"remote_ip|ip_address\b(?!\()|client\.host", text), file
    for guessed_at in (classroom.resume, classroom.change_class, classroom.class_title):
        assert "address" not in inspect.signature(guessed_at).parameters


# --------------------------------------------------------------------------- other sites

OTHER_SITES = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": FOREIGN},
    "another port of this PC": {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9"},
    "typed or bookmarked": {"Sec-Fetch-Site": "none"},
    "an old browser, another origin": {"Origin": FOREIGN},
    "an old browser, a sandboxed frame": {"Origin": "null"},
    "an old browser, our name as user": {"Origin": "http://{host}@evil.example"},
    "an old browser, our name in front": {"Origin": "http://{host}.evil.example"},
    "an old browser, nonsense": {"Origin": "http://["},
    "neither header": {},
}
POSTS = (
    "/room/enter", "/room/leave", "/room/draft", "/room/stop/{run}", "/room/run", "/room/seat",
    "/room/board/act", "/room/desk/enter", "/room/desk/leave",
)  # fmt: skip


def test_every_post_of_the_room_is_on_that_list() -> None:
    ours = [*routes(), *live_routes(), *run_routes(), *class_routes(), *board_routes()]
    posts = {route.path for route in ours if "POST" in (route.methods or ())}
    assert posts == {path.replace("{run}", "{run_id}") for path in POSTS}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("headers", OTHER_SITES.values(), ids=OTHER_SITES.keys())
def test_a_post_that_another_site_makes_is_refused(
    room: Attacked, me: Seat, path: str, headers: dict[str, str]
) -> None:
    sent = {k: v.format(host=f"127.0.0.1:{room.room.port}") for k, v in headers.items()}
    asked = {"token": me.token, "place": "free", "values": {"__prompt": "남이 씀"}}
    asked |= {"ticket": "t", "press": "1", "text": "남이 씀", "hand": "up", "act": "hide", "class": "K7M2QX"}
    body = json.dumps(asked)
    got = room.ask("POST", path.format(run=me.run_id), {**me.cookie, **sent}, body)
    assert got.status in (401, 403)
    assert "set-cookie" not in got.headers
    assert room.store.draft(me.person_id, "free") is None
    assert room.store.person_by_token(me.token), "leave must not have worked either"


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/room/live/{run}", "/room/health", "/room/draft", "/_stcore/health",
                                  "/_stcore/host-config", "/app/static/favicon.png"])  # fmt: skip
def test_no_answer_may_be_read_by_another_origin(room: Attacked, me: Seat, method: str, path: str) -> None:
    asked = {**me.cookie, "Origin": FOREIGN, "Access-Control-Request-Method": "POST"}
    got = room.ask(method, path.format(run=me.run_id), asked)
    assert "access-control-allow-origin" not in got.headers or path == "/app/static/favicon.png"
    assert "access-control-allow-credentials" not in got.headers


async def _knock(port: int, headers: Mapping[str, str]) -> int:
    """Open Streamlit's WebSocket; return 101 or the status of the refusal."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(
                f"http://127.0.0.1:{port}/_stcore/stream", headers=headers, protocols=("streamlit",)
            ):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ({"Origin": "http://127.0.0.1:{port}"}, True),
        ({"Origin": "http://localhost:{port}", "Host": "localhost:{port}"}, True),
        ({}, True),  # a program, not a page
        ({"Origin": FOREIGN}, False),
        ({"Origin": "http://localhost:3000"}, False),
        ({"Origin": "http://127.0.0.1:9"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "file://"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "ftp://127.0.0.1:{port}"}, False),
        ({"Origin": "http://rebound.example:{port}", "Host": "rebound.example:{port}"}, False),
        ({"Host": "rebound.example"}, False),
    ],
)
def test_a_websocket_opens_for_our_own_page_only(
    room: Attacked, headers: dict[str, str], opens: bool
) -> None:
    sent = {k: v.format(port=room.room.port) for k, v in headers.items()}
    status = asyncio.run(_knock(room.room.port, sent))
    assert status == 101 if opens else status == 403


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8501", True), ("localhost", True), ("192.168.10.20:8501", True), ("[::1]:8501", True),
        ("PC-07:8501", True), ("LOCALHOST:8501", True), ("localhost.:8501", True),
        ("", False), ("evil.example", False), ("127.0.0.1.evil.example", False), ("evil.example:8501", False),
        ("user@127.0.0.1", False), ("127.0.0.1/../x", False), ("127.0.0.1; script-src *", False),
        ("127.0.0.1 evil.example", False), ("[::1].evil.example", False), ("localhost:99999999", False),
        ("[1:2:3:4:5:6:7:8:9]", False),
    ],
)  # fmt: skip
def test_a_name_that_anybody_could_own_is_not_ours(host: str, ours: bool) -> None:
    assert is_our_name(host) is ours


def test_a_rebound_name_gets_no_page_and_a_korean_word(room: Attacked, me: Seat) -> None:
    for path in ("/", "/room/health", f"/room/live/{me.run_id}", "/_stcore/host-config"):
        got = room.ask("GET", path, {**me.cookie, "Host": "rebound.example"})
        assert got.status == 421
        assert "안내받은 주소로 다시 열어 주세요" in got.body.decode()
        assert b"rebound" not in got.body


def test_forwarded_headers_move_nothing(room: Attacked, me: Seat) -> None:
    tricks = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "1.2.3.4",
        "Forwarded": "host=evil.example",
    }
    got = room.ask("GET", "/", tricks)
    assert got.status == 200 and b"evil.example" not in got.body
    assert "evil.example" not in str(got.headers)
    post = room.ask("POST", "/room/leave", {**me.cookie, **tricks, "Origin": FOREIGN})
    assert post.status == 403


PAGES = ("/", "/exercise", "/room/health", "/room/live/none", "/no/such/page.js", "/_stcore/health")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_binds_the_page(room: Attacked, path: str) -> None:
    got = room.ask("GET", path)
    policy = {p.split()[0]: p.split()[1:] for p in got.headers["content-security-policy"].split(";")}
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == ["'self'"]
    assert policy["object-src"] == policy["frame-ancestors"] == policy["frame-src"] == ["'none'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"} & set(
        policy["script-src"]
    )
    assert not {"*", "http:", "https:", "ws:", "wss:"} & set(policy["connect-src"])
    assert got.headers["x-frame-options"] == "DENY"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "same-origin"


# --------------------------------------------------------------------------- malformed and too large

BODIES = {
    "empty": b"",
    "no JSON": b"<xml/>",
    "a list": b"[1, 2]",
    "deeply nested": b"[" * 200_000,
    "two megabytes": b'{"place": "free", "values": {"a": "' + b"x" * 2_000_000 + b'"}}',
    "values no mapping": b'{"place": "free", "values": "x"}',
    "a place of 10,000": b'{"place": "' + b"p" * 10_000 + b'", "values": {}}',
    "not UTF-8": b'{"place": "\xff\xfe", "values": {}}',
    "lone surrogate": b'{"place": "", "values": {"\\ud800": "\\ud800"}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_malformed_body_is_a_plain_refusal(room: Attacked, me: Seat, body: bytes) -> None:
    assert room.ask("POST", "/room/draft", {**me.cookie, **SAME}, body).status == 400
    assert room.ask("POST", "/room/enter", SAME, body).status == 401


def test_drafts_do_not_grow_without_end(room: Attacked, me: Seat) -> None:
    statuses = []
    for n in range(6):
        body = json.dumps({"place": "free", "values": {f"칸{n}": "x" * 90_000}})
        statuses.append(room.ask("POST", "/room/draft", {**me.cookie, **SAME}, body).status)
    assert statuses == [200] * 4 + [413] * 2
    assert set(room.store.draft(me.person_id, "free") or {}) == {"칸0", "칸1", "칸2", "칸3"}, "nothing lost"


@pytest.mark.parametrize("position", ["²", "-1", "1e9", "9" * 5000, "0x10", " 1", "٣", "", "999999999"])
def test_a_hostile_position_starts_somewhere_sensible(room: Attacked, me: Seat, position: str) -> None:
    got = room.ask(
        "GET", f"/room/live/{me.run_id}", {**me.cookie, "Last-Event-ID": position.encode().decode("latin-1")}
    )
    assert got.status == 200
    assert got.body.count(b"event: end") == 1


RUN_IDS = ("..%2f..%2fetc%2fpasswd", "%00", "'%20OR%201=1--", "a" * 3000, "%f0%9f%98%80", "%ff")


@pytest.mark.parametrize("run_id", RUN_IDS)
def test_a_hostile_run_id_is_no_run(room: Attacked, me: Seat, run_id: str) -> None:
    assert room.ask("GET", f"/room/live/{run_id}", me.cookie).status in (400, 404)


SECRETS = ("sandbox.db", "secret.key", "app.py", "ui/session.py", ".streamlit/config.toml", "etc/passwd")
ESCAPES = (
    "/app/static/../../{}", "/app/static/..%2f..%2f{}", "/app/static/%2e%2e/%2e%2e/{}",
    "/app/static/....//....//{}", "/static/../../../../{}", "/media/../../{}", "/media/..%5c..%5c{}",
    "/app/static//{}", "/app/static/..%252f..%252f{}", "/component/x/../../{}", "//{}", "/../{}",
)  # fmt: skip


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_path_leads_out_of_the_served_folders(room: Attacked, escape: str) -> None:
    page = room.ask("GET", "/").body
    for name in SECRETS:
        for target in (name, f"{room.room.data_dir.as_posix().lstrip('/')}/{name}"):
            path = escape.format(target).encode("utf-8").decode("latin-1")
            path = re.sub(r"[^\x21-\x7e]", lambda m: f"%{ord(m.group()):02x}", path)
            got = room.ask("GET", path)
            assert got.status in (301, 307, 308, 400, 403, 404) or got.body == page, (path, got.status)


def test_streamlits_side_doors_are_shut(room: Attacked) -> None:
    shut = (
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/agent",
        "/_stcore/agent/openapi.json",
    )
    for path in shut:
        for method in ("GET", "POST"):
            assert room.ask(method, path, {"Content-Type": "application/json"}, b"{}").status == 404, path
    put = room.ask("PUT", "/_stcore/upload_file/no-session/no-file", {"Content-Type": "text/plain"}, b"x")
    assert put.status == 401, "an upload of somebody who has not come in"


# --------------------------------------------------------------------------- templates are data

TRICKS = (
    "{{메모}}", "{{ 메모 }}", "{0.__class__.__mro__}", "{self.__init__.__globals__}", "%s%n%x", "${7*7}", "{{7*7}}",
    "{% import os %}", "<%= 7*7 %>", "#{7*7}", "`id`", "$(id)", "\\g<0>", "\\1", "{{{{메모}}}}", "__import__('os')",
)  # fmt: skip
TEMPLATE = """---
id: attacked
title: 공격받는 템플릿
module: report
level: 기초
summary: 시험
fields:
  - {{name: 메모, label: 메모, type: long_text}}
---
앞 {body} 뒤
"""


@pytest.mark.parametrize("trick", TRICKS)
def test_a_filled_blank_is_text_and_nothing_more(trick: str) -> None:
    prompt = parse_prompt(TEMPLATE.format(body="{{메모}}"), source="t.md")
    assert render(prompt, {"메모": trick}) == f"앞 {trick} 뒤"


@pytest.mark.parametrize("trick", [t for t in TRICKS if "{{" not in t])
def test_code_in_a_template_is_text_and_nothing_more(trick: str) -> None:
    prompt = parse_prompt(
        TEMPLATE.replace("{body}", "{{{{메모}}}} " + trick.replace("{", "{{").replace("}", "}}")).format(),
        source="t.md",
    )
    assert render(prompt, {"메모": "글"}) == f"앞 글 {trick} 뒤"


def test_a_blank_repeated_without_end_is_refused_before_memory_is_gone() -> None:
    prompt = parse_prompt(TEMPLATE.format(body="{{메모}}" * 20_000), source="t.md")
    with pytest.raises(PromptTooLongError) as told:
        render(prompt, {"메모": "가" * 100_000})  # would be 2,000,000,000 characters
    assert told.value.remedy


# --------------------------------------------------------------------------- keys, and who may come in


def test_the_key_is_on_no_command_line_and_in_no_file(room: Attacked) -> None:
    for file in room.room.data_dir.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file.name
    lines = Path(f"/proc/{room.room.pid}/cmdline")
    if lines.exists():
        assert KEY.encode() not in lines.read_bytes()
    for path in ("/", "/_stcore/host-config", "/_stcore/health", "/room/health"):
        assert KEY.encode() not in room.ask("GET", path).body


def test_the_server_stays_on_this_pc_unless_a_class_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    spec = importlib.util.spec_from_file_location("start_under_attack", ROOT / "start.py")
    assert spec and spec.loader
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    started: list[list[str]] = []

    class Settings:
        classroom, port, data_dir = False, 8501, Path("자료")

    def popen(command: list[str], **_: Any) -> None:
        started.append(command)
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "_set_up", lambda *_: Settings)
    monkeypatch.setattr(start, "_choose_port", lambda *_, **__: 8501)
    monkeypatch.setattr(start, "_lan_address", lambda: "")
    monkeypatch.setattr(start.signal, "signal", lambda *_: None)
    monkeypatch.setattr(start.subprocess, "Popen", popen)
    for words, address in (([], "127.0.0.1"), (["--classroom"], "0.0.0.0")):
        start.main(words)
        command = started.pop()
        assert command[command.index("--server.address") + 1] == address
