"""The live board in a real browser: a stuck seat, a raised hand, an answer shared, shown and withdrawn."""

from __future__ import annotations

import gzip
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from bench.board_class import CODE, PATH, MadeClass, fill
from sandbox.records import Person
from sandbox.store import Store, load_secret
from tests.fake_endpoint import FakeEndpoint
from tests.running_room import RunningRoom
from tests.test_browser import ARTEFACTS, CHROMIUM, settle

pytestmark = pytest.mark.browser
PATIENCE = 60_000
SCREENS = {"laptop": (1366, 768), "wall": (1920, 1080)}


@dataclass
class Hall:
    """A running room with a made-up class in its store."""

    room: RunningRoom
    store: Store
    made: MadeClass
    browser: Browser
    etag: str = ""

    def lecturer(self, size: str = "laptop") -> Page:
        return self._context(size, desk=self.made.token).new_page()

    def trainee(self, person: Person) -> Page:
        return self._context("laptop", room=self.store.sign_in(person.id)).new_page()

    def _context(self, size: str, **cookies: str) -> BrowserContext:
        width, height = SCREENS[size]
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="ko-KR")
        context.add_cookies([{"name": n, "value": v, "url": self.room.url} for n, v in cookies.items()])
        return context

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.room.url}/{path}?code={CODE}")
        expect(page.locator(".tile").first).to_be_visible(timeout=PATIENCE)

    def asked(
        self, path: str, cookie: str = "", *, post: dict[str, object] | None = None, **headers: str
    ) -> tuple[int, bytes]:
        named = {"Cookie": cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
        body = None if post is None else json.dumps(post).encode()
        wanted = urllib.request.Request(self.room.url + path, body, named)
        try:
            with urllib.request.urlopen(wanted, timeout=30) as answer:
                self.etag = answer.headers.get("ETag", "")
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    assert CHROMIUM
    ARTEFACTS.mkdir(exist_ok=True)
    data = tmp_path_factory.mktemp("board") / "자료"
    with (
        FakeEndpoint(first_seconds=0.0, tokens_per_second=0.0) as fake,
        RunningRoom(data, OPENAI_BASE_URL=fake.base_url, OPENAI_MODEL="fake") as room,
        closing(Store(f"sqlite:///{next(data.glob('*.db'))}", secret=load_secret(data))) as store,
        sync_playwright() as playwright,
    ):
        made = fill(store, seats=40)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield Hall(room, store, made, browser)
        browser.close()


def test_a_class_on_the_board(hall: Hall) -> None:
    board = hall.lecturer()
    hall.open(board, "board")
    expect(board.locator(".tile")).to_have_count(40, timeout=PATIENCE)
    expect(board.get_by_text("많이 실패한 점검")).to_be_visible()
    board.screenshot(path=ARTEFACTS / "board.png")
    first = board.locator(".tile").first.element_handle()
    assert first is not None
    person, now = hall.made.people[1], datetime.now(UTC)
    hall.store.move_seat(person.id, CODE, exercise_id=PATH[1], step="reading", at=now - timedelta(minutes=11))
    hall.store.touch_seat(person.id, at=datetime.now(UTC))
    stuck = board.locator(".tile").nth(1)
    expect(stuck).to_have_class(re.compile("w-STUCK"), timeout=PATIENCE)
    expect(stuck).to_contain_text(re.compile(r"막힘 \d+분"))
    assert first.evaluate("tile => tile.isConnected")  # patched, not drawn anew
    board.context.close()


def test_nobody_but_an_instructor_gets_the_board(hall: Hall) -> None:
    desk = f"desk={hall.made.token}"
    trainee = f"room={hall.store.sign_in(hall.made.people[0].id)}"
    paths = (
        f"/room/board?class={CODE}",
        f"/room/board?class={CODE}&view=projector",
        f"/room/board/seat?class={CODE}&person={hall.made.people[0].id}",
        f"/room/board/shown?class={CODE}",
    )
    for path in paths:
        assert hall.asked(path)[0] == 401, path
        assert hall.asked(path, trainee)[0] == 401, path
        assert hall.asked(path, desk)[0] == 200, path
    assert hall.asked("/room/board?class=NOSUCH", desk)[0] == 404
    own = {"Sec_Fetch_Site": "same-origin"}
    for act in ("helped", "show", "hide"):
        wanted = {"class": CODE, "person": hall.made.people[0].id, "act": act}
        assert hall.asked("/room/board/act", post=wanted, **own)[0] == 401
        assert hall.asked("/room/board/act", trainee, post=wanted, **own)[0] == 401
        assert hall.asked("/room/board/act", desk, post=wanted, Sec_Fetch_Site="cross-site")[0] == 403
    assert hall.asked("/room/board/act", desk, post={"class": CODE, "act": "else"}, **own)[0] == 400
    assert hall.asked("/room/seat", post={"hand": "up"}, **own)[0] == 401
    assert hall.asked("/room/seat", trainee, post={"hand": "up"}, Sec_Fetch_Site="cross-site")[0] == 401
    assert hall.store.seat_state(hall.made.people[0].id).hand_at is None  # type: ignore[union-attr]
    wall = hall.asked(paths[1], desk)[1].decode()
    assert [p.name for p in hall.made.people if p.name in wall] == []
    assert len(json.loads(wall)["tiles"]) == 40


def test_an_unchanged_board_is_sent_once_and_a_changed_one_packed(hall: Hall) -> None:
    desk, path = f"desk={hall.made.token}", f"/room/board?class={CODE}"
    plain = hall.asked(path, desk)[1]
    for _ in range(8):  # minutes go by on the tiles meanwhile
        status, body = hall.asked(path, desk, If_None_Match=hall.etag)
        if status == 304:
            break
    assert (status, body) == (304, b"")
    packed = hall.asked(path, desk, Accept_Encoding="gzip")[1]
    assert len(json.loads(gzip.decompress(packed))["tiles"]) == len(json.loads(plain)["tiles"]) == 40


def test_a_hand_goes_up_is_seen_helped_and_an_answer_is_shared_shown_and_withdrawn(hall: Hall) -> None:
    person = hall.made.people[6]  # has passed everything: answers to share
    trainee, board, wall = hall.trainee(person), hall.lecturer(), hall.lecturer("wall")
    trainee.goto(f"{hall.room.url}/exercise?id={PATH[1]}")
    hall.open(board, "board")
    hall.open(wall, "projector")
    expect(wall.locator(".tile")).to_have_count(40, timeout=PATIENCE)
    wall.screenshot(path=ARTEFACTS / "wall.png")
    names = {p.name for p in hall.made.people}
    seen = wall.evaluate("""() => {
        const texts = [document.body.innerText];
        for (const host of document.querySelectorAll('*'))
            if (host.shadowRoot) texts.push(host.shadowRoot.textContent);
        return texts.join(' ');
    }""")
    assert [n for n in names if n in seen] == []
    board.locator(".tile").nth(6).click()
    expect(board.get_by_text("쓴 글과 답변은 본인이 공유하거나")).to_be_visible(timeout=PATIENCE)
    assert "야간 개방" not in board.locator(".seat").inner_text()

    expect(trainee.get_by_role("button", name="화면에 공유")).to_be_visible(timeout=PATIENCE)
    settle(trainee)  # all is drawn that will be: nothing takes the tick away again
    trainee.get_by_label("내 화면도 보여 주기").check(timeout=PATIENCE)
    trainee.get_by_role("button", name="손들기").click()
    expect(trainee.get_by_text("강사에게 알렸습니다. 화면도 볼 수 있습니다.")).to_be_visible(timeout=PATIENCE)
    expect(board.locator(".tile").nth(6)).to_have_class(re.compile("hand"), timeout=PATIENCE)
    expect(board.get_by_text("도움을 청하며 보여 준 화면")).to_be_visible(timeout=PATIENCE)
    board.screenshot(path=ARTEFACTS / "board-hand.png")
    board.locator(".seat").get_by_role("button", name="도움 완료").click()
    expect(board.locator(".tile").nth(6)).not_to_have_class(re.compile("hand"), timeout=PATIENCE)
    expect(trainee.get_by_text("강사가 도움 완료로 표시했습니다.")).to_be_visible(timeout=PATIENCE)

    settle(trainee)
    trainee.get_by_role("button", name="화면에 공유").click(timeout=PATIENCE)
    trainee.get_by_text("앞 화면에 띄워도 좋습니다").click(timeout=PATIENCE)
    expect(trainee.get_by_role("checkbox", name=re.compile("앞 화면에 띄워도"))).to_be_checked(
        timeout=PATIENCE
    )
    trainee.get_by_role("button", name="공유하기").click(timeout=PATIENCE)
    expect(trainee.get_by_text("이 답변을 강사와 공유하고 있습니다.")).to_be_visible(timeout=PATIENCE)
    trainee.get_by_text("이 답변을 강사와 공유하고 있습니다.").scroll_into_view_if_needed()
    trainee.screenshot(path=ARTEFACTS / "seat-shared.png")
    show = board.locator(".seat").get_by_role("button", name="앞 화면에 띄우기")
    show.click(timeout=PATIENCE)
    expect(wall.get_by_text("모범 답안과 나란히")).to_be_visible(timeout=PATIENCE)
    expect(wall.get_by_text("야간 개방을 22시까지").first).to_be_visible(timeout=PATIENCE)
    expect(wall.get_by_text(person.name)).to_have_count(0)
    wall.screenshot(path=ARTEFACTS / "wall-answer.png")
    trainee.get_by_role("button", name="공유 거두기").click()
    expect(wall.get_by_text("모범 답안과 나란히")).to_have_count(0, timeout=PATIENCE)
    expect(wall.locator(".tile").first).to_be_visible(timeout=PATIENCE)
    for page in (trainee, board, wall):
        page.context.close()


def test_an_answer_that_comes_late_takes_no_hand_down(hall: Hall) -> None:
    """A sign of life was under way when the hand went up, and is answered after it by how things stood before."""
    trainee, held = hall.trainee(hall.made.people[8]), list[Route]()

    def hold_signs_of_life(route: Route) -> None:
        if "hand" in (route.request.post_data_json or {}):
            route.continue_()
        else:
            held.append(route)

    trainee.route("**/room/seat", hold_signs_of_life)
    trainee.goto(f"{hall.room.url}/exercise?id={PATH[1]}")
    hand = trainee.get_by_role("button", name="손들기")
    expect(hand).to_be_visible(timeout=PATIENCE)
    settle(trainee)
    box = trainee.locator("textarea").first
    box.fill("도와주세요")  # from reading to writing: said at once
    while not held:
        trainee.wait_for_timeout(50)
    hand.click()
    up = trainee.get_by_text("강사에게 알렸습니다.")
    expect(up).to_be_visible(timeout=PATIENCE)
    for route in held:
        route.fulfill(json={"hand": False, "screen": False})
    trainee.wait_for_timeout(500)  # nothing may come of it
    expect(up).to_be_visible()
    expect(trainee.get_by_role("button", name="손 내리기")).to_be_visible()
    trainee.context.close()
    hall.store.lower_hand(hall.made.people[8].id)


WATCH = """board => {
    window.touched = [];
    new MutationObserver(seen => {
        for (const one of seen) {
            const at = one.target.nodeType === 1 ? one.target : one.target.parentElement;
            const tile = at.closest('.tile');
            window.touched.push(tile ? tile.querySelector('.who').firstChild.data : at.className || at.tagName);
        }
    }).observe(board, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def looked(page: Page, count: int) -> None:
    """Wait until the board has asked, and drawn, so many times more."""
    for _ in range(count):
        with page.expect_response("**/room/board?*", timeout=PATIENCE):
            pass
    page.wait_for_timeout(200)  # the drawing follows the answer


def test_two_hundred_seats_on_a_long_path_are_drawn_once_and_patched(hall: Hall) -> None:
    """The last one here: it fills the class up."""
    for n in range(40, 200):
        person = hall.store.add_person(f"나래{n}", CODE, str(n + 1))
        hall.store.move_seat(person.id, CODE, exercise_id=PATH[1], step="reading", at=datetime.now(UTC))
    long_path = (*PATH, *(f"more-{n}" for n in range(26)))
    hall.store.change_class(CODE, lambda klass: replace(klass, path=long_path, seats=200))
    hall.store.change_class_now(CODE, lambda now: replace(now, exercise_id="more-20", move=now.move + 1))
    for size, screen in (("laptop", "board"), ("wall", "board"), ("wall", "projector")):
        page = hall.lecturer(size)
        hall.open(page, screen)
        expect(page.locator(".tile")).to_have_count(200, timeout=PATIENCE)
        expect(page.get_by_text("▶ more-20")).to_be_visible(timeout=PATIENCE)
        page.screenshot(path=ARTEFACTS / f"{screen}-200-{size}.png")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        spilt = page.locator(".board").evaluate(
            "board => [...board.querySelectorAll('.tile')].filter(t => t.scrollWidth > t.clientWidth + 1).length"
        )
        assert spilt == 0
        assert page.get_by_text("more-3", exact=True).count() == 0
        page.get_by_role("button", name="나머지 21개도 보기").click()
        expect(page.get_by_text("more-3", exact=True)).to_be_visible()
        page.get_by_role("button", name="지금 하는 곳만 보기").click()
        expect(page.get_by_text("more-3", exact=True)).to_have_count(0)
        page.context.close()

    page = hall.lecturer("wall")
    told = json.loads(hall.asked(f"/room/board?class={CODE}", f"desk={hall.made.token}")[1])
    page.route("**/room/board?*", lambda route: route.fulfill(json=told))  # whole every time: never a 304
    hall.open(page, "board")
    expect(page.locator(".tile")).to_have_count(200, timeout=PATIENCE)
    page.locator(".board").evaluate(WATCH)
    looked(page, 2)
    assert page.evaluate("window.touched") == []
    told["tiles"][136]["h"] = 1
    looked(page, 2)
    assert set(page.evaluate("window.touched")) >= {"137"}
    tiles = {one for one in page.evaluate("window.touched") if one.isdecimal()}
    assert tiles == {"137"}
    page.context.close()
