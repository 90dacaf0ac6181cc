"""Stories of what a person sees, told with Streamlit's own test runner on the real services."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.class_records import Class
from sandbox.practice import Work
from sandbox.records import Level, NotFoundError
from tests.fake_endpoint import FakeEndpoint
from ui import session
from ui.widgets.run_button import ticket_key

pytestmark = pytest.mark.pages
ROOT = Path(__file__).parent.parent
SECONDS = 60
EXERCISE = "report-memo-to-gaejosik"


@pytest.fixture
def app(tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    session.close_services()
    yield AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    session.close_services()


def come_in(app: AppTest, name: str = "김연습") -> AppTest:
    app.run()
    app.text_input(key="join_name").set_value(name)
    app.button(key="FormSubmitter:join-들어가기").click().run()
    return no_trouble(app)


def no_trouble(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not [e.value for e in app.error], [e.value for e in app.error]
    return app


def words(app: AppTest) -> str:
    """Everything a person can read on the page, roughly."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success, app.title)
    return "\n".join(str(e.value) for kind in kinds for e in kind)


def open_page(app: AppTest, name: str, **query: str) -> AppTest:
    app.switch_page(f"screens/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return no_trouble(app)


def wait_for_runs(app: AppTest) -> None:
    me, practice = app.session_state["person"], session.services().practice
    end = time.monotonic() + 20
    while practice.busy_run(me) and time.monotonic() < end:
        time.sleep(0.05)
    # The last thing a run does is to store its verdicts, after it has left the queue.
    time.sleep(0.3)


def run_button(app: AppTest) -> dict[str, Any]:
    """What the browser's 실행 was given."""
    protos = [e.proto for e in app.get("bidi_component")]
    proto = next(p for p in protos if p.component_name.endswith("room_run"))
    found: dict[str, Any] = json.loads(proto.json or proto.mixed.json)
    return found


def press_run(app: AppTest, place: str) -> str:
    """Press 실행 as the browser does: past the page's script, with the text that stands in the box."""
    assert not run_button(app)["held"]
    text = app.text_area(key=run_button(app)["box"]).value
    pressing, me = session.services().pressing, app.session_state["person"]
    return pressing.press(me, app.session_state[ticket_key(place)], "1", text, {})


def test_a_newcomer_gives_a_name_and_sees_the_course(app: AppTest) -> None:
    come_in(app)
    modules = app.segmented_control(key="module")
    offered = " ".join(str(o) for o in modules.options)
    for title in ("AI 기초 개념", "보고서 작성", "회의록 요약", "파워포인트", "엑셀 함수"):
        assert title in offered
    assert "다음에 할 실습" in words(app)
    modules.set_value("excel").run()
    no_trouble(app)
    excel = [e for e in session.services().library.exercises() if e.module == "excel"]
    assert all(e.title in words(app) for e in excel)


def test_an_empty_name_is_asked_for_again(app: AppTest) -> None:
    app.run()
    app.button(key="FormSubmitter:join-들어가기").click().run()
    assert "이름이 비어 있습니다" in app.error[0].value
    assert not app.exception


def test_an_exercise_is_run_checked_and_found_again(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    exercise = session.services().library.exercise(EXERCISE)
    fake_endpoint.script(exercise.model_answer.text)
    open_page(app, "exercise", id=EXERCISE)
    press_run(app, EXERCISE)
    wait_for_runs(app)
    app.run()
    no_trouble(app)
    shown = "\n".join(str(h.proto.body) for h in app.get("html"))
    assert f"통과 {len(exercise.checks)} / {len(exercise.checks)}" in shown
    open_page(app, "mine")
    assert exercise.title in words(app)


def test_personal_data_stops_the_run_button(app: AppTest) -> None:
    come_in(app)
    open_page(app, "free")
    app.text_area(key="p-free").set_value("주민등록번호 900101-1234568 인 분께 보낼 글").run()
    assert run_button(app)["held"]
    assert any("보낼 수 없는 개인정보" in e.value for e in app.error)
    next(t for t in app.toggle if t.label == "가리고 보내기").set_value(True).run()
    assert not run_button(app)["held"]


def test_the_model_answer_opens_after_an_honest_try_and_hints_one_by_one(app: AppTest) -> None:
    come_in(app)
    open_page(app, "exercise", id=EXERCISE)
    assert "모범 답안은 한 번 실행해 본 뒤에" in words(app)
    app.button(key=f"model-{EXERCISE}").click().run()
    assert "먼저 한 번 실행해 주세요" in words(app)
    assert "이 답과 똑같을 필요는 없습니다" not in words(app)
    hints = session.services().library.exercise(EXERCISE).hints
    assert hints[0] not in words(app)
    app.button(key=f"hint-{EXERCISE}").click().run()
    assert hints[0] in words(app)
    assert hints[1] not in words(app)


def test_what_is_typed_survives_another_session(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    open_page(app, "free")
    app.text_area(key="p-free").set_value("다음 주 회의 안내문").run()
    code = session.services().classroom.resume_code(app.session_state["person"])
    other = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    other.run()
    other.text_input(key="resume_code").set_value(code.lower().replace("-", " "))
    other.button(key="FormSubmitter:resume-이어하기").click().run()
    open_page(other, "free")
    assert other.text_area(key="p-free").value == "다음 주 회의 안내문"


def test_who_came_in_with_a_code_that_was_seen_is_out_of_the_open_page_too(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of a tab that is open draws by its session, not by the cookie of each request."""
    monkeypatch.setattr(session, "LOOK_AGAIN_SECONDS", -1.0)
    come_in(app)
    seen = session.services().classroom.resume_code(app.session_state["person"])
    stranger = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
    stranger.run()
    stranger.text_input(key="resume_code").set_value(seen)
    stranger.button(key="FormSubmitter:resume-이어하기").click().run()
    open_page(stranger, "mine")
    assert "person" in stranger.session_state
    next(b for b in app.button if b.label == "코드 새로 만들기").click().run()
    no_trouble(app)
    new = session.services().classroom.resume_code(app.session_state["person"])
    assert seen not in [c.value for c in app.code] and new in [c.value for c in app.code]
    (told,) = [t.value for t in app.toast]
    assert new in told.replace("\\", "") and "앞의 코드는 이제 쓸 수 없습니다" in told
    open_page(stranger, "mine")
    assert "person" not in stranger.session_state
    open_page(app, "mine")
    assert app.session_state["person"].name == "김연습"


@pytest.mark.parametrize("name", ["course", "exercise", "free", "mine", "connection"])
def test_every_page_opens_for_somebody_new(app: AppTest, name: str) -> None:
    come_in(app)
    open_page(app, name)


def test_the_buttons_beside_run_ask_too_before_anything_goes_outside(
    app: AppTest, fake_endpoint: FakeEndpoint, tmp_path: Path
) -> None:
    """An answer from inside, then an AI outside is chosen: 다시 답하기 and 심사 의견 send nothing unasked."""
    base = f'base_url = "{fake_endpoint.base_url}"\nmodel = "fake"\njudge = true\n'
    (tmp_path / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "안의 AI"\nlocation = "내부"\n{base}'
        f'[[endpoint]]\nname = "밖의 AI"\nlocation = "외부"\n{base}',
        encoding="utf-8",
    )
    come_in(app)
    practice, me = session.services().practice, app.session_state["person"]
    inside, outside = (
        next(e for e in session.services().endpoints() if e.name == n) for n in ("안의 AI", "밖의 AI")
    )
    fake_endpoint.script("짧은 답변입니다.")
    talk = practice.run(me, Work("안내문을 써 줘"), {}, inside)
    wait_for_runs(app)
    practice.run(me, Work("보고서를 써 줘", EXERCISE), {}, inside)
    wait_for_runs(app)
    app.session_state["endpoint_id"] = outside.id
    before = fake_endpoint.counters.requests

    open_page(app, "free", thread=talk)
    app.button(key=f"regen-{talk}").click().run()
    assert "아직 보내지 않았습니다" in words(app)
    open_page(app, "exercise", id=EXERCISE)
    judge = next(b for b in app.button if str(b.key).startswith("judge-"))
    judge.click().run()
    assert "아직 보내지 않았습니다" in words(app)
    assert fake_endpoint.counters.requests == before

    next(c for c in app.checkbox if str(c.key).startswith("consent-")).check().run()
    assert "아직 보내지 않았습니다" not in words(app)
    next(b for b in app.button if str(b.key).startswith("judge-")).click().run()
    end = time.monotonic() + 20
    while fake_endpoint.counters.requests == before and time.monotonic() < end:
        time.sleep(0.05)
    assert fake_endpoint.counters.requests == before + 1


def test_a_form_keeps_every_spelling_that_counts_as_valid() -> None:
    """What an exercise fills in as a person writes it stands in the form, and goes on into the prompt."""

    def page() -> None:
        import streamlit as st

        from sandbox.records import Field, FieldType, Level, Prompt
        from ui.widgets import form

        fields = (
            Field("날", "날", FieldType.DATE),
            Field("때", "때", FieldType.TIME),
            Field("돈", "돈", FieldType.NUMBER),
            Field("먼날", "먼날", FieldType.DATE),
            Field("답", "답", FieldType.YES_NO),
            Field("몫", "몫", FieldType.MULTI_CHOICE, choices=("가", "나", "다")),
        )
        start = {
            "날": "2026. 11. 22.",
            "때": "9:30",
            "돈": "1,200",
            "먼날": "1987-06-29",
            "답": "네",
            "몫": "가\n다",
        }
        made = form.template_form(Prompt("p", "제목", "report", Level.BASIC, "", fields, ""), "here", start)
        st.json(made)

    shown = AppTest.from_function(page).run()
    assert not shown.exception
    assert json.loads(shown.json[0].value) == {
        "날": "2026-11-22", "때": "09:30", "돈": "1200", "먼날": "1987-06-29", "답": "예", "몫": "가, 다",
    }  # fmt: skip


def test_what_is_too_long_to_be_looked_through_is_not_called_clean(app: AppTest) -> None:
    come_in(app)
    open_page(app, "free")
    app.text_area(key="p-free").set_value("주민등록번호 900101-1234568 " + "가" * 200_001).run()
    assert "확인하지 않았습니다" in words(app)
    assert "개인정보로 보이는 내용이 없습니다" not in words(app)
    assert run_button(app)["held"]


def two_tries(app: AppTest, fake_endpoint: FakeEndpoint) -> list[str]:
    practice, me = session.services().practice, app.session_state["person"]
    endpoint, made = session.services().endpoints()[0], []
    for text in ("첫 답변입니다.", "둘째 답변입니다."):
        fake_endpoint.script(text)
        made.append(practice.run(me, Work("보고서를 써 줘", EXERCISE), {}, endpoint))
        wait_for_runs(app)
    return made


def shown_html(app: AppTest) -> str:
    return "\n".join(str(h.proto.body) for h in app.get("html"))


def test_a_record_opens_the_very_try_that_was_chosen(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    first, _second = two_tries(app, fake_endpoint)
    open_page(app, "mine")
    app.button(key=f"open-{first}").click().run()
    no_trouble(app)
    assert "1번째 시도" in words(app)
    assert "첫 답변입니다." in shown_html(app) and "둘째 답변입니다." not in shown_html(app)


def test_an_answer_outlives_its_exercise(
    app: AppTest, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(app)
    first, _second = two_tries(app, fake_endpoint)
    open_page(app, "mine")

    def gone(exercise_id: str, version: int | None = None) -> None:
        raise NotFoundError(f"실습 {exercise_id}를 찾지 못했습니다.")

    monkeypatch.setattr(session.services().library, "exercise", gone)
    app.button(key=f"open-{first}").click().run()
    no_trouble(app)
    assert "지금 과정에 없어 다시 실행할 수 없습니다" in words(app)
    assert "첫 답변입니다." in shown_html(app) and "보고서를 써 줘" in shown_html(app)
    assert any(e.label == "결과 가져가기" for e in app.expander)
    assert not [b for b in app.button if "다시" in b.label]


def test_a_record_opens_its_own_branch_of_a_conversation(app: AppTest, fake_endpoint: FakeEndpoint) -> None:
    come_in(app)
    practice, me = session.services().practice, app.session_state["person"]
    fake_endpoint.script("첫 갈래입니다.")
    first = practice.run(me, Work("인사말"), {}, session.services().endpoints()[0])
    wait_for_runs(app)
    fake_endpoint.script("둘째 갈래입니다.")
    practice.retry(me, first, session.services().endpoints()[0])
    wait_for_runs(app)
    open_page(app, "mine")
    app.button(key=f"open-{first}").click().run()
    no_trouble(app)
    assert "첫 갈래입니다." in shown_html(app) and "둘째 갈래입니다." not in shown_html(app)


def in_a_class(app: AppTest, path: tuple[str, ...], level: Level = Level.BASIC) -> None:
    come_in(app)
    store, me = session.services().store, app.session_state["person"]
    who = store.add_instructor("강사", "name:강사", "", is_officer=False)
    store.add_class(Class("K7M2QX", "11월 기초반", level, path, 40, who.id, datetime.now(UTC)))
    app.session_state["person"] = session.services().classroom.change_class(me, "K7M2QX")


def test_a_class_sees_its_own_course_in_order_with_the_next_one_first(
    app: AppTest, fake_endpoint: FakeEndpoint
) -> None:
    library = session.services().library
    path = (EXERCISE, "excel-dept-spending", "gone-since")
    second = library.exercise(path[1])
    in_a_class(app, path)
    exercise = library.exercise(EXERCISE)
    fake_endpoint.script(exercise.model_answer.text)
    practice, me = session.services().practice, app.session_state["person"]
    practice.run(me, Work("보고서를 써 줘", EXERCISE), {}, session.services().endpoints()[0])
    wait_for_runs(app)
    open_page(app, "course")
    assert "우리 과정 · 11월 기초반" in words(app).replace("\\", "")
    own = [b for b in app.button if str(b.key).startswith("own-")]
    assert [b.key for b in own] == [f"own-{EXERCISE}", f"own-{second.id}"], "in the lecturer's order"
    assert [b.key for b in app.button if b.proto.type == "primary"] == [f"own-{second.id}"]
    assert words(app).count("다음에 할 실습") == 1
    app.text_input(key="course_search").set_value(f"#{second.tags[0]}").run()
    assert "우리 과정" not in words(app), "what is found stands on top"


def test_a_class_without_an_order_begins_with_its_level(app: AppTest) -> None:
    in_a_class(app, (), Level.ADVANCED)
    open_page(app, "course")
    shown = [
        session.services().library.exercise(str(b.key).removeprefix("open-"))
        for b in app.button
        if str(b.key).startswith("open-")
    ]
    assert shown and {e.level for e in shown} == {Level.ADVANCED}


def test_exercises_and_templates_are_found_by_their_tags(app: AppTest) -> None:
    come_in(app)
    library = session.services().library
    tag = next(e.tags[0] for e in library.exercises() if e.tags and e.tags[0] not in e.title + e.goal)
    app.text_input(key="course_search").set_value(f"#{tag}").run()
    no_trouble(app)
    shown = {str(b.key).removeprefix("open-") for b in app.button if str(b.key).startswith("open-")}
    assert shown == {e.id for e in library.exercises() if any(f"#{t}".startswith(f"#{tag}") for t in e.tags)}
    assert f"#{tag}" in words(app).replace("\\", "")
    app.text_input(key="course_search").set_value("없는 낱말입니다").run()
    assert "찾는 실습이 없습니다" in words(app)
    open_page(app, "free")
    tagged = next(p for p in library.prompts() if p.tags)
    offered = [str(o) for o in app.selectbox(key="free_prompt").options]
    assert any(tagged.title in o and f"#{tagged.tags[0]}" in o for o in offered)
