"""What is being typed: kept by the page and the browser at once, in order, and masked once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.practice import Practice, Typed
from sandbox.records import EMPTY, Choice, InputError, Person, PromptTooLongError, StoreError
from tests.fake_endpoint import FakeEndpoint
from tests.test_practice import PHONE, Room

SECONDS = 30


@pytest.fixture
def room(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Room]:
    made = Room(tmp_path, fake_endpoint)
    yield made
    made.close()


class Slow:
    """Masking that is counted, and waits where it is told to."""

    def __init__(self, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.go_on, self.begun, self.most, self.now = threading.Event(), threading.Event(), 0, 0
        self._masked, self._lock = practice.drafting._masks.masked, threading.Lock()
        monkeypatch.setattr(practice.drafting._masks, "masked", self)

    def __call__(
        self, text: str, person_id: str, known: Sequence[str], choices: Mapping[str, Choice] = EMPTY
    ) -> str:
        with self._lock:
            self.texts.append(text)
            self.now += 1
            self.most = max(self.most, self.now)
        self.begun.set()
        assert self.go_on.wait(SECONDS)
        with self._lock:
            self.now -= 1
        return self._masked(text, person_id, known, choices)


def report(room: Room, values: Mapping[str, str], number: int = 0, mark: str = "page") -> Future[None]:
    return room.practice.drafting.take(
        room.me, Typed("free", values, mark=mark, numbers=dict.fromkeys(values, number))
    )


def test_page_and_browser_lose_nothing_of_each_other(room: Room) -> None:
    drafting = room.practice.drafting

    def page(n: int) -> None:
        drafting.merge(room.me, "free", {f"쪽{n}": "가"})

    def browser(n: int) -> None:
        report(room, {f"칸{n}": "나"}, n).result(SECONDS)

    with ThreadPoolExecutor(2) as both:
        for n in range(30):
            for done in (both.submit(page, n), both.submit(browser, n)):
                done.result(SECONDS)
        running = [both.submit(each, n) for n in range(30, 60) for each in (page, browser)]
        for done in running:
            done.result(SECONDS)
    assert set(drafting.read(room.me, "free")) == {f"{who}{n}" for n in range(60) for who in ("쪽", "칸")}


def test_only_what_has_changed_is_looked_through(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    long = f"연락처 {PHONE} " + "가" * 1_000
    room.practice.save_draft(room.me, "free", {"__prompt": long, "메모": "짧은 글"})
    slow = Slow(room.practice, monkeypatch)
    slow.go_on.set()
    report(room, {"메모": "짧은 글이 바뀜"}, 1).result(SECONDS)
    report(room, {"__prompt": long}, 2).result(SECONDS)
    room.practice.save_draft(room.me, "free", {"__prompt": long, "메모": "짧은 글이 바뀜", "제목": "새 칸"})
    assert slow.texts == ["짧은 글이 바뀜", "새 칸"]
    assert room.practice.draft(room.me, "free")["__prompt"] == long
    assert PHONE not in str(room.store.draft(room.me.id, "free"))


def test_a_flood_of_long_texts_is_masked_one_at_a_time_and_the_newest_wins(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(room.practice, monkeypatch)
    sent = [report(room, {"__prompt": f"{n}번째 " + "가" * 20_000}, n) for n in range(1)]
    assert slow.begun.wait(SECONDS)
    sent += [report(room, {"__prompt": f"{n}번째 " + "가" * 20_000}, n) for n in range(1, 60)]
    slow.go_on.set()
    for done in sent:
        done.result(SECONDS)
    assert len(slow.texts) == 2, "the first, and the newest of those that came meanwhile"
    assert slow.most == 1
    assert room.practice.draft(room.me, "free")["__prompt"].startswith("59번째")


def test_an_older_text_never_takes_the_place_of_a_newer_one(room: Room) -> None:
    report(room, {"__prompt": "새 글", "메모": "하나"}, 8).result(SECONDS)
    report(room, {"__prompt": "옛 글"}, 7).result(SECONDS)
    report(room, {"__prompt": "새 글"}, 8).result(SECONDS)  # its answer was lost on the way
    report(room, {"메모": "둘"}, 9).result(SECONDS)
    assert room.practice.draft(room.me, "free") == {"__prompt": "새 글", "메모": "둘"}
    report(room, {"__prompt": "다른 탭의 글"}, 1, mark="another page").result(SECONDS)
    assert room.practice.draft(room.me, "free")["__prompt"] == "다른 탭의 글"


def test_what_comes_after_the_draft_was_used_up_brings_it_not_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+Enter right after typing: the last text is on its way while the page drops the draft."""
    slow = Slow(room.practice, monkeypatch)
    on_its_way = report(room, {"__prompt": "보낸 글"}, 1)
    assert slow.begun.wait(SECONDS)
    waiting = report(room, {"__prompt": "보낸 글 끝"}, 2)
    room.practice.drafting.drop(room.me, "free", "page")
    slow.go_on.set()
    for done in (on_its_way, waiting, report(room, {"__prompt": "보낸 글 끝"}, 3)):
        done.result(SECONDS)
    assert room.practice.draft(room.me, "free") == {}
    report(room, {"__prompt": "다음 글"}, 4, mark="the page begun anew").result(SECONDS)
    assert room.practice.draft(room.me, "free") == {"__prompt": "다음 글"}


def test_what_could_not_be_kept_is_told_and_may_be_sent_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise StoreError("디스크가 가득 찼습니다.")

        patch.setattr(room.store, "save_draft", full)
        with pytest.raises(StoreError):
            report(room, {"__prompt": "글"}, 5).result(SECONDS)
    report(room, {"__prompt": "글"}, 5).result(SECONDS)
    assert room.practice.draft(room.me, "free") == {"__prompt": "글"}


def test_nobody_makes_the_server_hold_more_than_a_few_pages(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(room.practice, monkeypatch)
    with pytest.raises(PromptTooLongError):
        report(room, {"__prompt": "가" * 400_001})
    report(room, {"__prompt": "글"}, 1)
    assert slow.begun.wait(SECONDS)
    with pytest.raises(InputError):
        for n in range(20):
            report(room, {"__prompt": "글"}, 1, mark=f"page {n}")
    other: Person = room.store.add_person("이웃", "", "8")
    slow.go_on.set()
    room.practice.drafting.take(other, Typed("free", {"__prompt": "이웃의 글"})).result(SECONDS)
    assert room.practice.draft(other, "free") == {"__prompt": "이웃의 글"}
