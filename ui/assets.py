"""The page's own files from memory, compressed once: forty browsers that open at once cost little.

Hides that Streamlit reads its files from the disk for every browser and sends them as they are
(2.3 MB a cold browser), which keeps the process that should draw pages busy. What is served here is
byte for byte Streamlit's own, but for three lines of its first page: language, title, and a font
that this room never uses and every browser would fetch first.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import browser

SHELL = Path(st.__file__).parent / "static"
OWN = Path(__file__).parent / "static"
FOR_EVER = b"public, max-age=31536000, immutable"
SMALL_BYTES = 600
PACKED_ALREADY = {".woff2", ".woff", ".png", ".gz"}
_FONT = re.compile(r'<link\s+rel="preload"\s+href="[^"]*SourceSans[^"]*"[^>]*/>\s*')


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it goes out: plain, and compressed where that pays."""

    kind: bytes
    cache: bytes
    plain: bytes
    packed: bytes | None


class Assets:
    """What is under /static and the pages' first HTML; everything else passes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, Kept] = {}
        self._files: dict[str, Path] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = await self._find(scope)
        if kept is None:
            await self._app(scope, receive, send)
            return
        packed = kept.packed if _takes_gzip(scope) else None
        body = kept.plain if packed is None else packed
        headers = [
            (b"content-type", kept.kind),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", kept.cache),
            (b"vary", b"Accept-Encoding"),
        ]
        if packed is not None:
            headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})

    async def _find(self, scope: Scope) -> Kept | None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        if self._files is None:
            self._files = await asyncio.to_thread(_files)
        path = scope["path"]
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        file = self._files.get(path)
        if file is None:
            return None
        kept = self._kept[path] = await asyncio.to_thread(_keep, file)
        return kept


def assets() -> Middleware:
    """Return the middleware that serves the page's own files."""
    return Middleware(Assets)


def _files() -> dict[str, Path]:
    """Map the paths that browsers ask for to files; nothing else can be asked for here."""
    shell = [p for p in (SHELL / "static").rglob("*") if p.is_file()]
    found = {f"/{p.relative_to(SHELL).as_posix()}": p for p in shell}
    found |= {f"/app/static/{p.name}": p for p in OWN.glob("*.woff2")} | browser.scripts()
    pages = (p.stem for p in (Path(__file__).parent / "screens").glob("*.py"))
    return found | dict.fromkeys(("/", *(f"/{name}" for name in pages)), SHELL / "index.html")


def _keep(file: Path) -> Kept:
    plain = file.read_bytes()
    is_page = file.name == "index.html"
    if is_page:
        plain = _our_page(plain.decode("utf-8")).encode("utf-8")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(file.suffix, kind)
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    pays = len(plain) > SMALL_BYTES and file.suffix not in PACKED_ALREADY
    return Kept(
        (kind + ("; charset=utf-8" if text else "")).encode("ascii"),
        b"no-cache" if is_page else FOR_EVER,
        plain,
        gzip.compress(plain, 9, mtime=0) if pays else None,
    )


def _our_page(page: str) -> str:
    page = page.replace('<html lang="en">', '<html lang="ko">', 1)
    page = page.replace("<title>Streamlit</title>", "<title>행정 AI 실습실</title>", 1)
    return _FONT.sub("", page, count=1)


def _takes_gzip(scope: Scope) -> bool:
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
