"""What has just been shown, on disk before anybody sees it: a killed process loses no word of it.

Hides one small file a process. Saving every answer in the database some ten times a second would cost
more than the answers; one line for all of them together costs a few microseconds. It is written without
fsync: what a process has written survives its end in the system's own memory. Only a power cut takes it,
and the database's last save stays. The text is the masked one, as everywhere below practice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import sys
from pathlib import Path

from sandbox.turns.live import LiveRun

AGAIN_SECONDS = 0.05
MANY = 60
MANY_AGAIN_SECONDS = 0.12  # a little less than the loop rests when all of a crowd write
LONGEST_BYTES = 1_000_000
ENDING = ".jsonl"
log = logging.getLogger(__name__)


class Journal:
    """The lines of this process. Belongs to one event loop; without a folder it keeps and holds up nothing.

    A disk that takes no line (full, gone) is logged once and holds up nobody: showing goes before keeping.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path: Path | None = None
        self._bytes = 0
        self._firsts: set[LiveRun] = set()
        self._fresh: set[LiveRun] = set()
        self._open: dict[str, LiveRun] = {}
        self._last_write = 0.0
        self._coming = self._failing = False

    def note(self, live: LiveRun) -> None:
        """See to it that a run's new text is written and then shown: at once, or with the next line.

        The first text of a run is what somebody waits for: it waits for no other, and takes no other along,
        since whoever reads already would be told at every newcomer's first word.
        """
        first = live.run_id not in self._open
        self._open[live.run_id] = live
        (self._firsts if first else self._fresh).add(live)
        loop = asyncio.get_running_loop()
        if first:
            if len(self._firsts) == 1:
                loop.call_soon(self._write_firsts)
        elif not self._coming:
            self._coming = True
            again = AGAIN_SECONDS if len(self._open) < MANY else MANY_AGAIN_SECONDS
            if loop.time() - self._last_write >= again:
                loop.call_soon(self._write_fresh)
            else:
                loop.call_later(again, self._write_soon)

    def end(self, live: LiveRun) -> None:
        """Write and show what is left of a run that ends now."""
        if live in self._firsts:
            self._write_firsts()
        if live in self._fresh:
            self._write_fresh()

    def forget(self, live: LiveRun) -> None:
        """Let go of a run that is stored; with nothing left to keep, the file goes too."""
        self._open.pop(live.run_id, None)
        if self._file is not None and (not self._open or self._bytes > LONGEST_BYTES):
            self._begin_anew()

    def close(self) -> None:
        """Remove the file, unless it holds what could not be stored."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            if not self._open and self._path is not None:
                self._path.unlink(missing_ok=True)

    # ------------------------------------------------------------------ inside

    def _write_soon(self) -> None:
        """Write after what has arrived in this very moment: else it would wait for the crowd's next rest."""
        asyncio.get_running_loop().call_soon(self._write_fresh)

    def _write_fresh(self) -> None:
        self._coming, self._last_write = False, asyncio.get_running_loop().time()
        fresh, self._fresh = self._fresh, set()
        self._write_and_show(fresh)

    def _write_firsts(self) -> None:
        firsts, self._firsts = self._firsts, set()
        self._write_and_show(firsts)
        self._fresh -= firsts

    def _write_and_show(self, lives: set[LiveRun]) -> None:
        if lives and self._folder is not None:
            self._write([(live.run_id, *live.held_back()) for live in lives])
        for live in lives:
            live.show()

    def _write(self, pieces: list[tuple[str, int, str]]) -> None:
        # The new line comes first: what a full disk cut off before must not spoil this one.
        line = b"\n" + json.dumps(pieces, separators=(",", ":")).encode("ascii")
        try:
            if self._file is None:
                self._open_file()
            assert self._file is not None
            self._bytes += os.write(self._file, line)
            self._failing = False
        except OSError as error:
            if not self._failing:
                log.error("what is shown cannot be written ahead: %s", type(error).__name__)
            self._failing = True

    def _open_file(self) -> None:
        assert self._folder is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        # A number of a process comes again, in a container always the same one.
        self._path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._file = os.open(self._path, flags, 0o600)
        _is_alone(self._file)

    def _begin_anew(self) -> None:
        """Begin the next file with what is still open, then remove this one: at no moment is a text in none."""
        old_file, old_path, self._file, self._bytes = self._file, self._path, None, 0
        if self._open:
            self._write([(run_id, 0, live.snapshot().text) for run_id, live in self._open.items()])
        if old_file is not None and old_path is not None:
            os.close(old_file)
            old_path.unlink(missing_ok=True)


class LeftBehind:
    """What processes that are gone had shown of runs that they did not end, by run id."""

    def __init__(self, folder: Path) -> None:
        self.texts: dict[str, str] = {}
        self._files = sorted(folder.glob(f"*{ENDING}"))
        for path in self._files:
            try:
                lines = path.read_bytes().split(b"\n")
            except OSError as error:
                log.error("a journal of shown texts cannot be read: %s", type(error).__name__)
                continue
            for line in lines:
                self._take(line)

    def drop(self) -> None:
        """Remove the files, now that their texts are stored; not those of another process that lives."""
        for path in self._files:
            try:
                file = os.open(path, os.O_RDWR)
                alone = _is_alone(file)
                os.close(file)
                if alone:
                    path.unlink()
            except OSError as error:
                log.warning("a journal of shown texts stays behind: %s", type(error).__name__)

    def _take(self, line: bytes) -> None:
        try:
            pieces = json.loads(line) if line else []
            for run_id, position, piece in pieces:
                known = self.texts.get(run_id, "")
                if position <= len(known) < position + len(piece):
                    self.texts[run_id] = known[:position] + piece
        except (ValueError, TypeError):  # the last line of a process that died while it wrote
            log.info("half a line stands in a journal of shown texts")


def _is_alone(file: int) -> bool:
    """Lock a file for as long as it is open; False when another process holds it."""
    if sys.platform == "win32":
        return True  # an open file cannot be removed there
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
