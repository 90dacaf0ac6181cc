"""The labs above an exercise's form and the lessons above a module: format, sums, and what a person sees."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.library import Library, parse_exercise
from sandbox.practice import token_picture
from sandbox.records import MODULES, ContentError, Endpoint, EndpointKind, Level, Run, Statement
from tests.fake_endpoint import FakeEndpoint
from tests.test_pages import run_button
from ui import session
from ui.widgets.labs import token_picture as tokens_widget
from ui.widgets.labs.spot import Outcome, grade
from ui.widgets.labs.temperature import differences

ROOT = Path(__file__).parent.parent
SECONDS = 60
COURSE = Library([ROOT / "prompts"], [ROOT / "exercises"])
BASICS = [e for e in COURSE.exercises() if e.module == "basics"]

HEAD = """---
id: lab-x
title: 실험
module: basics
level: 기초
minutes: 5
goal: 해 봅니다.
starter: 써 줘
materials:
  - {file: memo.txt}
steps: [합니다.]
checks:
  - {id: short, kind: length, title: 짧은가요?, max: 500}
"""


def folder(tmp_path: Path, lab: str) -> Path:
    home = tmp_path / "lab-x"
    (home / "answers").mkdir(parents=True)
    (home / "exercise.md").write_text(f"{HEAD}{lab}---\n상황입니다.\n", encoding="utf-8")
    (home / "memo.txt").write_text("메모\n예약은 하루 전까지 받음\n", encoding="utf-8")
    (home / "answers" / "model.md").write_text("답\n", encoding="utf-8")
    return home


def line_with(home: Path, words: str) -> int:
    rows = (home / "exercise.md").read_text(encoding="utf-8").split("\n")
    return next(n for n, row in enumerate(rows, 1) if words in row)


# --------------------------------------------------------------------------- the format


def test_a_spot_lab_finds_the_line_each_sentence_stands_against(tmp_path: Path) -> None:
    lab = (
        "lab: spot\nspot:\n  - {text: 하루 전까지 예약합니다., source: 하루 전까지}\n"
        "  - {text: 지난달에는 붐볐습니다., wrong: true, reason: 자료에 없습니다.}\n"
    )
    exercise = parse_exercise(folder(tmp_path, lab))
    assert exercise.lab == "spot"
    assert exercise.spot == (
        Statement("하루 전까지 예약합니다.", source_line="memo.txt:2 예약은 하루 전까지 받음"),
        Statement("지난달에는 붐볐습니다.", wrong=True, reason="자료에 없습니다."),
    )


@pytest.mark.parametrize(
    ("lab", "at", "message"),
    [
        ("lab: token\n", "lab: token", "쓸 수 없는 값"),
        ("lab: tokens\n", "lab: tokens", "lab_texts가 0개"),
        ("lab: compare\nlab_texts:\n  - {title: 가, text: 나}\n", "- {title: 가", "lab_texts가 1개"),
        ("lab_texts:\n  - {title: 가, text: 나}\n", "- {title: 가", "lab이 없는 실습"),
        ("lab: spot\n", "lab: spot", "함께 적어야"),
        ("spot:\n  - {text: 가, wrong: true, reason: 나}\n", "- {text: 가", "함께 적어야"),
        ("lab: spot\nspot:\n  - {text: 가}\n  - {text: 나}\n", "- {text: 가}", "모두 있어야"),
        ("lab: spot\nspot:\n  - {text: 가}\n  - {text: 나, wrong: true}\n", "wrong: true", "까닭이 없습니다"),
        (
            "lab: spot\nspot:\n  - {text: 가, source: 이틀 전}\n  - {text: 나, wrong: true, reason: 다}\n",
            "이틀 전",
            "든 줄이 없습니다",
        ),
        ("lab: spot\nspot:\n  - {text: 가, worng: true}\n", "worng", "모르는 항목"),
    ],
)
def test_a_wrong_lab_is_refused_with_its_line(tmp_path: Path, lab: str, at: str, message: str) -> None:
    home = folder(tmp_path, lab)
    with pytest.raises(ContentError) as caught:
        parse_exercise(home)
    assert message in caught.value.message
    assert caught.value.line == line_with(home, at)
    assert caught.value.remedy


def test_a_lesson_is_read_from_its_modules_folder_and_a_broken_one_is_told(tmp_path: Path) -> None:
    for module, text in {
        "report": "---\ntitle: 결론부터\n---\n\n먼저 읽습니다.\n",
        "minutes": "---\ntitel: 오타\n---\n글\n",
        "slides": "---\ntitle: 빈 글\n---\n",
        "notes": "---\ntitle: 과정이 아님\n---\n글\n",
    }.items():
        (tmp_path / module).mkdir()
        (tmp_path / module / "lesson.md").write_text(text, encoding="utf-8")
    library = Library([], [tmp_path])
    lesson = library.lesson("report")
    assert lesson is not None
    assert (lesson.module, lesson.title, lesson.text) == ("report", "결론부터", "먼저 읽습니다.")
    assert [library.lesson(m) for m in ("minutes", "slides", "notes", "excel")] == [None] * 4
    told = {(Path(p.file).parent.name, p.line) for p in library.problems()}
    assert ("minutes", 2) in told
    assert "slides" in {module for module, _ in told}
    assert "notes" not in {module for module, _ in told}


# --------------------------------------------------------------------------- what the course ships


def test_every_module_has_a_lesson_with_a_before_and_an_after() -> None:
    for module in MODULES:
        lesson = COURSE.lesson(module.id)
        assert lesson is not None, module.id
        assert "고치기 전" in lesson.text
        assert "고친 뒤" in lesson.text
        assert 400 <= len(lesson.text) <= 1_500


def test_the_basics_are_as_large_as_promised() -> None:
    assert len(BASICS) >= 8
    assert {e.lab for e in BASICS} >= {"tokens", "temperature", "compare", "spot"}
    assert {e.level for e in BASICS} == set(Level)
    assert len([p for p in COURSE.prompts() if p.module == "basics"]) >= 7
    for exercise in BASICS:
        assert 4 <= len(exercise.steps) <= 6, exercise.id
        assert 2 <= len(exercise.hints) <= 4, exercise.id
        assert len(exercise.wrong_answers) >= 3, exercise.id
        assert exercise.lesson, exercise.id


# --------------------------------------------------------------------------- sums


def test_hits_misses_and_false_alarms_are_told_apart() -> None:
    statements = [Statement("가", wrong=True), Statement("나", wrong=True), Statement("다"), Statement("라")]
    score = grade(statements, frozenset({0, 2}))
    assert score.outcomes == (Outcome.HIT, Outcome.MISS, Outcome.ALARM, Outcome.RIGHT)
    assert (score.planted, score.good) == (2, 2)


def test_what_differs_is_marked_and_nothing_else_gets_through() -> None:
    left, right = differences("파란 하늘 <b>", "푸른 하늘 <b>")
    assert left == '<mark class="differ">파란</mark> 하늘 &lt;b&gt;'
    assert right == '<mark class="differ">푸른</mark> 하늘 &lt;b&gt;'
    assert differences("같은 말", "같은 말") == ("같은 말", "같은 말")


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        (None, "확인 불가"),
        (Endpoint("a", "가", "http://x", "gpt-4o"), "확인 불가"),
        (Endpoint("b", "나", "http://x", "small", kind=EndpointKind.EMBEDDED), "사용료 없음"),
        (Endpoint("c", "다", "http://x", "gpt-4o", price_in_won=1_000_000.0), None),
    ],
)
def test_a_price_is_said_only_where_it_is_known(endpoint: Endpoint | None, shown: str | None) -> None:
    picture = token_picture("안녕하세요", endpoint)
    assert "".join(picture.pieces) == "안녕하세요"
    table = tokens_widget.counts_html({"글": ("안녕하세요", picture)}, endpoint)
    if shown is None:
        assert picture.price_won == picture.count.tokens
        assert "확인 불가" not in table
    else:
        assert picture.price_won is None
        assert table.count(shown) == 2


def test_the_picture_shows_blanks_and_lets_no_markup_through() -> None:
    drawn = tokens_widget.pieces_html(("<b>", " 글\n"))
    assert "&lt;b&gt;" in drawn
    assert "␣" in drawn
    assert "↵" in drawn


# --------------------------------------------------------------------------- stories


@pytest.fixture
def app(tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    session.close_services()
    yield new_browser()
    session.close_services()


def new_browser() -> AppTest:
    return AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)


def come_in(app: AppTest) -> AppTest:
    app.run()
    app.text_input(key="join_name").set_value("김연습")
    app.button(key="FormSubmitter:join-들어가기").click().run()
    return quiet(app)


def come_back(old: AppTest) -> AppTest:
    """Sit down at another PC with one's code: nothing of the old session is left but the store."""
    code = session.services().classroom.resume_code(old.session_state["person"])
    other = new_browser()
    other.run()
    other.text_input(key="resume_code").set_value(code)
    other.button(key="FormSubmitter:resume-이어하기").click().run()
    return quiet(other)


def open_exercise(app: AppTest, exercise_id: str) -> AppTest:
    app.switch_page("screens/exercise.py")
    app.query_params["id"] = exercise_id
    return quiet(app.run())


def quiet(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not [e.value for e in app.error], [e.value for e in app.error]
    return app


def drawn(app: AppTest) -> str:
    return "\n".join(str(h.proto.body) for h in app.get("html"))


def told(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.success)
    return "\n".join(str(e.value) for kind in kinds for e in kind)


def wait(app: AppTest) -> AppTest:
    """Wait until nothing of this person runs or waits, then look again."""
    me, practice = app.session_state["person"], session.services().practice
    end = time.monotonic() + 20
    while practice.busy_run(me) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.3)  # the last thing a run does is to be stored
    return quiet(app.run())


def lab_runs(app: AppTest, exercise_id: str, number: int, *names: str) -> list[Run]:
    me, practice = app.session_state["person"], session.services().practice
    return [practice.thread(me, f"lab:{exercise_id}:{number}:{name}")[-1] for name in names]


@pytest.mark.pages
def test_the_lessons_open_on_the_course_page(app: AppTest) -> None:
    come_in(app)
    for module in MODULES:
        lesson = COURSE.lesson(module.id)
        assert lesson is not None
        app.segmented_control(key="module").set_value(module.id).run()
        assert f"먼저 읽기: {lesson.title}" in [e.label for e in app.expander]


@pytest.mark.pages
def test_the_token_picture_follows_what_is_typed_and_asks_no_model(
    app: AppTest, fake_endpoint: FakeEndpoint
) -> None:
    come_in(app)
    open_exercise(app, "basics-token-picture")
    assert "확인 불가" in drawn(app)
    app.text_area(key="lab-basics-token-picture-0").set_value("행정").run()
    quiet(app)
    assert ">2자<" in drawn(app)
    assert fake_endpoint.counters.requests == 0


@pytest.mark.pages
def test_one_prompt_is_sent_cold_and_hot_and_is_no_try(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    open_exercise(app, "basics-temperature")
    app.text_area(key="lab-basics-temperature-0").set_value("이름을 지어 주세요").run()
    app.button(key="send-lab-basics-temperature").click().run()
    wait(app)
    assert [b["temperature"] for b in fake_endpoint.bodies] == [0.0, 1.2]
    assert {b["messages"][-1]["content"] for b in fake_endpoint.bodies} == {"이름을 지어 주세요"}
    assert "두 답의 낱말이 모두 같습니다" in told(app)
    me = app.session_state["person"]
    assert session.services().practice.tries(me, "basics-temperature") == ()
    again = open_exercise(come_back(app), "basics-temperature")
    assert "두 답의 낱말이 모두 같습니다" in told(again)
    assert again.text_area(key="lab-basics-temperature-0").value == "이름을 지어 주세요"


@pytest.mark.pages
def test_the_second_answer_waits_and_says_so(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.first_seconds = 3.0
    come_in(app)
    open_exercise(app, "basics-temperature")
    app.button(key="send-lab-basics-temperature").click().run()
    quiet(app)
    assert "왼쪽 답이 끝나면 바로 시작합니다" in told(app)
    assert app.button(key="send-lab-basics-temperature").disabled
    wait(app)
    assert fake_endpoint.counters.max_running == 1
    assert "왼쪽 답이 끝나면" not in told(app)


@pytest.mark.pages
def test_a_blind_vote_comes_before_the_names_and_is_kept(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    place = "basics-blind-compare"
    come_in(app)
    open_exercise(app, place)
    app.text_area(key=f"lab-{place}-0").set_value("가 프롬프트").run()
    app.text_area(key=f"lab-{place}-1").set_value("나 프롬프트").run()
    app.button(key=f"send-lab-{place}").click().run()
    wait(app)
    assert "답 1" in told(app)
    assert "— 프롬프트 A" not in "\n".join(str(m.value) for m in app.markdown)
    assert "lab-table" not in "\n".join(h for h in drawn(app).split("\n") if "<table" in h)
    assert "토큰을 읽고" not in told(app), "the length of a prompt would give it away"
    first_sent = fake_endpoint.bodies[0]["messages"][-1]["content"]
    name = {"가 프롬프트": "A", "나 프롬프트": "B"}[first_sent]
    a, b = lab_runs(app, place, 1, "A", "B")
    assert (a.messages[-1].text, b.messages[-1].text) == ("가 프롬프트", "나 프롬프트")
    next(x for x in app.button if x.label == "답 1이 더 좋습니다").click().run()
    quiet(app)
    assert f"프롬프트 **{name}**의 답을 고르셨습니다" in told(app)
    again = open_exercise(come_back(app), place)
    assert f"답 1은 프롬프트 {name}" in told(again)
    assert f"지금까지 1번 가운데 A {int(name == 'A')}번, B {int(name == 'B')}번" in told(again)


@pytest.mark.pages
def test_the_order_of_the_answers_is_not_always_the_same(
    app: AppTest, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "basics-blind-compare"
    come_in(app)
    lots = iter([0, 1, 0])
    monkeypatch.setattr("ui.widgets.labs.compare.secrets.randbelow", lambda _: next(lots))
    open_exercise(app, place)
    for _ in range(2):
        app.button(key=f"send-lab-{place}").click().run()
        wait(app)
    begun = COURSE.exercise(place).lab_texts
    sent = [b["messages"][-1]["content"] for b in fake_endpoint.bodies]
    assert sent == [begun[0].text, begun[1].text, begun[1].text, begun[0].text]


@pytest.mark.pages
def test_personal_data_in_a_lab_prompt_stops_the_lab(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    open_exercise(app, "basics-temperature")
    app.text_area(key="lab-basics-temperature-0").set_value("주민등록번호 900101-1234567 인 분께").run()
    assert app.button(key="send-lab-basics-temperature").disabled
    next(t for t in app.toggle if t.label == "가리고 보내기").set_value(True).run()
    app.button(key="send-lab-basics-temperature").click().run()
    wait(app)
    sent = [b["messages"][-1]["content"] for b in fake_endpoint.bodies]
    assert sent == ["주민등록번호 [주민등록번호1] 인 분께"] * 2


@pytest.mark.pages
def test_a_lie_is_spotted_scored_kept_and_tried_again(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    place = "basics-find-the-lie"
    statements = COURSE.exercise(place).spot
    lies = [n for n, s in enumerate(statements) if s.wrong]
    truth = next(n for n, s in enumerate(statements) if not s.wrong)
    come_in(app)
    open_exercise(app, place)
    assert app.button(key=f"grade-{place}").disabled
    for n in (*lies[:-1], truth):
        app.checkbox(key=f"spot-{place}-{n}").check().run()
    app = open_exercise(come_back(app), place)
    assert app.checkbox(key=f"spot-{place}-{truth}").value, "marks are kept before they are graded"
    app.button(key=f"grade-{place}").click().run()
    quiet(app)
    assert f"틀린 문장 {len(lies)}개 가운데 {len(lies) - 1}개를 찾았습니다 · 놓침 1 · 잘못 짚음 1" in drawn(
        app
    )
    for n in lies:
        assert statements[n].reason in drawn(app)
    assert "원자료.txt:4" in drawn(app)
    app.button(key=f"again-{place}").click().run()
    quiet(app)
    assert not any(c.value for c in app.checkbox if str(c.key).startswith("spot-"))
    assert fake_endpoint.counters.requests == 0


@pytest.mark.pages
def test_the_personal_data_exercise_does_what_its_steps_say(app: AppTest) -> None:
    place = "basics-personal-data"
    exercise = COURSE.exercise(place)
    received = exercise.scenario.split("```text\n")[1].split("```")[0]
    come_in(app)
    open_exercise(app, place)
    assert not run_button(app)["held"]
    app.text_area(key=f"f-{place}-0").set_value(received).run()
    assert any("보낼 수 없는 개인정보가 있습니다" in e.value for e in app.error)
    assert run_button(app)["held"]
    blocked = [t for t in app.toggle if t.label == "가리고 보내기" and not t.value]
    assert len(blocked) == 1
    blocked[0].set_value(True).run()
    quiet(app)
    assert any("개인정보로 보이는 내용이 있습니다" in w.value for w in app.warning)
    assert not run_button(app)["held"]
    app.text_area(key=f"f-{place}-0").set_value(exercise.materials[1].text).run()
    quiet(app)
    assert not app.warning
