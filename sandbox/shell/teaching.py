"""The commands of whoever keeps the server: a new set-up code, a forgotten password, who teaches here."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sandbox.classroom import Instructors
from sandbox.records import InputError
from sandbox.shell.room import Room
from sandbox.store import Store, load_secret


def instructor(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Do what was asked about instructors; the answer holds the code or password, once."""
    with _instructors(room) as instructors:
        if chosen.what == "setup-code":
            return {
                "setup_code": instructors.new_setup_code(),
                "next": "실습실의 /teach 화면에서 이 코드로 담당자의 이름과 비밀번호를 정해 주세요.",
            }, 0
        if chosen.what == "list":
            return {"instructors": list(instructors.names())}, 0
        if not chosen.name:
            raise InputError(
                "누구의 비밀번호인지 적지 않았습니다.",
                remedy="python start.py instructor reset 이름 처럼 적어 주세요. 이름은 instructor list로 봅니다.",
            )
        return {
            "name": chosen.name,
            "password": instructors.reset(chosen.name),
            "next": "이 비밀번호로 로그인한 뒤 ‘강사와 비밀번호’에서 본인이 바꾸게 해 주세요.",
        }, 0


@contextmanager
def _instructors(room: Room) -> Iterator[Instructors]:
    room.settings.data_dir.mkdir(parents=True, exist_ok=True)
    secret = load_secret(room.settings.data_dir)
    with closing(Store(room.settings.database_url, secret=secret)) as store:
        store.migrate()
        yield Instructors(store)
