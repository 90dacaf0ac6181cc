"""The nginx example of deploy/, run by a real nginx with TLS before the real room."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from sandbox.classroom import Classroom
from sandbox.records import Message, Role, Run, RunState
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import ROOT, RunningRoom, free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")
NAME = "ai.example.test"
pytestmark = pytest.mark.skipif(
    not (NGINX and OPENSSL),
    reason="nginx와 openssl이 없어 배치 예시를 시험하지 못합니다(apt install nginx-light openssl).",
)


@dataclass
class Front:
    """The room behind nginx: its TLS port, and one person with a finished run."""

    port: int
    plain_port: int
    token: str
    run_id: str
    log: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"


def config(folder: Path, tls: int, plain: int, room: int) -> str:
    """Return the example with its places filled in, inside what Debian's nginx.conf has around it."""
    text = (ROOT / "deploy" / "nginx.conf.example").read_text(encoding="utf-8")
    for old, new in (
        ("SERVER_NAME", NAME), ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain}"), ("127.0.0.1:8501", f"127.0.0.1:{room}"),
        ("/etc/ssl/room", str(folder)), ("/var/log/nginx", str(folder)),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    temps = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy"))
    return (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\ngzip on;\n{temps}{text}\n}}\n"
    )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder, data = tmp_path_factory.mktemp("nginx"), tmp_path_factory.mktemp("room")
    folder.chmod(0o755)
    subprocess.run(
        [OPENSSL or "", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "privkey.pem",
         "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    allowed = {"STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS": f"https://{NAME} https://other.example.test"}
    with (
        FakeEndpoint(first_seconds=0.0) as fake,
        RunningRoom(
            data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake", SANDBOX_EMBEDDED="0", **allowed
        ) as room,
    ):
        with closing(Store(f"sqlite:///{data / 'sandbox.db'}", secret=load_secret(data))) as store:
            entry = Classroom(store).join("김연습")
            now = datetime.now(UTC)
            store.add_run(
                Run("run1", entry.person.id, "", "", "run1", "", "e", "E", "m", (Message(Role.USER, "질문"),),
                    "nginx를 지나온 답변", RunState.DONE, now, ended_at=now)
            )  # fmt: skip
        tls, plain = free_port(), free_port()
        (folder / "nginx.conf").write_text(config(folder, tls, plain, room.port), encoding="utf-8")
        command = [NGINX or "", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        checked = subprocess.run([*command, "-t"], capture_output=True, encoding="utf-8", check=False)
        assert checked.returncode == 0, checked.stderr
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_open(tls)
            yield Front(tls, plain, entry.token, "run1", folder / "room.log")
        finally:
            server.terminate()
            server.wait(20)


def _wait_open(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("nginx did not open its port")


class _Here(aiohttp.abc.AbstractResolver):
    """Every name is this PC: the test's names stand in no DNS."""

    async def resolve(
        self, host: str, port: int = 0, family: int = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self) -> None:
        return


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client that trusts the test's certificate and has hung up for good when it is left."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_Here(), ssl=trusting)
    ) as client:
        yield client
    # TLS says goodbye in its own time and nobody waits for it: a loop that closes now leaves the socket open.
    still_open = getattr(asyncio.get_running_loop(), "_transports", {})
    for _ in range(600):
        if not still_open:
            break
        await asyncio.sleep(0.02)


async def test_the_page_comes_by_its_name_over_tls_with_the_rooms_own_headers(front: Front) -> None:
    async with browser() as client, client.get(front.url) as page:
        assert page.status == 200
        assert f"wss://{NAME}:{front.port}" in page.headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" in page.headers
        assert page.headers["Server"] == "nginx"


async def test_http_is_sent_on_to_https(front: Front) -> None:
    plain = f"http://{NAME}:{front.plain_port}/free?x=1"
    async with browser() as client, client.get(plain, allow_redirects=False) as sent:
        assert sent.status == 301
        assert sent.headers["Location"] == f"https://{NAME}/free?x=1"


async def test_the_cookie_is_marked_secure_and_the_answer_streams_unbuffered(front: Front) -> None:
    async with browser() as client:
        body, own = json.dumps({"token": front.token}), {"Sec-Fetch-Site": "same-origin"}
        async with client.post(f"{front.url}/room/enter", data=body, headers=own) as entered:
            assert entered.status == 200
            assert "secure" in entered.headers["Set-Cookie"].lower()
        async with client.get(
            f"{front.url}/room/live/{front.run_id}", headers={"Cookie": f"room={front.token}"}
        ) as events:
            assert events.headers["Content-Type"].startswith("text/event-stream")
            assert "Content-Encoding" not in events.headers
            assert "nginx를 지나온 답변" in await events.text()
        old = {"Origin": f"https://{NAME}:{front.port}"}  # a browser without Sec-Fetch-Site
        async with client.post(f"{front.url}/room/enter", data=body, headers=old) as entered:
            assert entered.status == 200


@pytest.mark.parametrize(
    ("origin", "status"), [(f"https://{NAME}:{{port}}", 101), ("https://evil.example", 403), ("null", 403)]
)
async def test_the_websocket_opens_for_the_page_and_for_nobody_else(
    front: Front, origin: str, status: int
) -> None:
    async with browser() as client:
        try:
            async with client.ws_connect(
                f"{front.url}/_stcore/stream", origin=origin.format(port=front.port), protocols=("streamlit",)
            ):
                got = 101
        except aiohttp.WSServerHandshakeError as error:
            got = error.status
    assert got == status


async def test_a_name_that_nobody_gave_is_refused_behind_nginx_too(front: Front) -> None:
    async with browser() as client:
        async with client.get(front.url, headers={"Host": "rebound.example.test"}) as page:
            assert page.status == 421
        async with client.get(front.url, headers={"Host": "other.example.test"}) as page:
            assert page.status == 200


def test_the_log_holds_no_query(front: Front) -> None:
    async def ask() -> None:
        async with browser() as client, client.get(f"{front.url}/exercise?id=geheim") as page:
            assert page.status == 200

    asyncio.run(ask())
    time.sleep(0.2)
    said = front.log.read_text(encoding="utf-8")
    assert "GET /exercise" in said and "geheim" not in said
