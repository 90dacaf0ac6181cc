"""What trainee and lecturer see around a class: budget, recorded answers, survey, reports, rehearsal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sandbox.class_records import Class, ClassRules, InstructorKey
from sandbox.documents import WRITERS, outline, read
from sandbox.practice import Work
from sandbox.records import EndpointKind
from tests.fake_endpoint import FakeEndpoint
from ui import session
from ui.widgets import recorded

pytestmark = pytest.mark.pages
ROOT = Path(__file__).parent.parent
SECONDS = 60
EXERCISE = "report-memo-to-gaejosik"


class Stand:
    """A server's services with a lecturer, a class and one trainee."""

    def __init__(self) -> None:
        self.room = session.services()
        who = self.room.store.add_instructor("강사", "name:강사", "", is_officer=True)
        self.key = InstructorKey(self.room.store.sign_in_instructor(who.id, hours=1))
        self.here: Class = self.room.lecture.classes.create(
            self.key, "3월 기초반", path=(EXERCISE,), rules=ClassRules(class_tokens=30_000)
        )
        person = self.room.store.add_person("김연습", "")
        self.room.store.sit_down(person.id, self.here.code, "1", most=40)
        self.me = self.room.store.person(person.id)

    def page(self, name: str, *, desk: bool = False, part: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=SECONDS)
        if desk:
            app.session_state["desk_key"] = self.key
            app.session_state["class_code"] = self.here.code
            if part:
                app.session_state[f"{name}_part"] = part
        else:
            app.session_state["person"] = self.me
            app.session_state["person_seen"] = time.monotonic() + 3_600
        app.run()
        app.switch_page(f"screens/{name}.py")
        for key, value in query.items():
            app.query_params[key] = value
        return fine(app.run())


def fine(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not [e.value for e in app.error], [e.value for e in app.error]
    return app


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.success)
    said = [str(e.value) for kind in kinds for e in kind]
    said += [str(m.label) + str(m.value) for m in app.metric]
    said += [str(e.proto.body) for e in app.get("html")]
    return "\n".join(said)


@pytest.fixture
def stand(tmp_path: Path, fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setenv("SANDBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", fake_endpoint.base_url)
    monkeypatch.setenv("OPENAI_MODEL", "fake")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    session.close_services()
    yield Stand()
    session.close_services()


def test_a_budget_from_the_first_word_to_one_press_more(stand: Stand) -> None:
    assert "약 20번 더 물어볼 수 있어요" in words(stand.page("exercise", id=EXERCISE))
    stand.room.lecture.classes.change_rules(
        stand.key, stand.here.code, lambda _rules: ClassRules(class_tokens=0)
    )
    time.sleep(3.1)  # what is left is looked up every three seconds at most
    assert "다 썼어요" in words(stand.page("exercise", id=EXERCISE))
    desk = stand.page("limits", desk=True, part="과정과 사람")
    fine(desk.button(key=f"raise-{stand.here.code}").click().run())
    now = stand.room.lecture.classes.get(stand.key, stand.here.code).rules
    assert (now.class_tokens or 0) >= 1_500
    assert stand.page("limits", desk=True, part="사용량과 비용")
    assert "한 달에" in words(stand.page("limits", desk=True, part="실습실 전체 한도"))


def test_recorded_answers_are_labelled_on_the_page(stand: Stand) -> None:
    stand.room.after.recorded.keep(EXERCISE, "물음", "□ 답", "qwen", seconds=1.0)
    stand.room.after.recorded.switch(stand.key, stand.here.code, True)
    app = stand.page("exercise", id=EXERCISE)
    assert "지금은 **녹화된 답변**" in words(app)
    run_id = stand.room.practice.run(
        stand.me, Work("다른 물음", exercise_id=EXERCISE), {}, stand.room.endpoints()[0]
    )
    end = time.monotonic() + SECONDS
    while not (run := stand.room.practice.result(stand.me, run_id)).state.ended:
        assert time.monotonic() < end
        time.sleep(0.05)
    app = stand.page("exercise", id=EXERCISE)
    assert "보내신 프롬프트가 녹화할 때와 다릅니다" in words(app)
    assert any(
        "녹화된 답변 (보내신 것과 다른 프롬프트의 답)" in str(c.value) for c in app.caption
    )  # the footnote
    notice = recorded.document_notice(run)
    assert notice.endswith("(녹화된 답변)")
    data = WRITERS["pdf"].write(outline.from_answer(run.answer), title="보고", notice=notice).data
    assert "녹화된 답변" in read.read("a.pdf", data).text  # at the foot of every page
    desk = stand.page("class_room", desk=True)
    fine(desk.button(key=f"recorded-{stand.here.code}").click().run())
    assert not stand.room.after.recorded.is_on(stand.here.code)
    assert stand.room.endpoints()[0].kind is not EndpointKind.RECORDED
    assert "지금은 **녹화된 답변**" not in words(stand.page("exercise", id=EXERCISE))


def test_a_survey_from_opening_to_thanks(stand: Stand) -> None:
    assert "열려 있는 설문이 없습니다" in words(stand.page("survey"))
    desk = stand.page("after", desk=True)
    fine(desk.button(key="survey_open").click().run())
    app = stand.page("survey")
    app.radio(key="sv-useful").set_value(5)
    app.text_area(key="sv-best").set_value("010-2345-6789 회의록이 좋았습니다.")
    fine(app.button(key="FormSubmitter:survey-설문 내기").click().run())
    assert "고맙습니다" in words(app)
    (answer,) = stand.room.store.survey_answers(stand.here.code)
    assert answer["useful"] == 5
    assert "2345" not in str(answer["best"])  # the guard looked first
    assert "1명" in words(stand.page("after", desk=True))


def test_who_came_and_the_report(stand: Stand) -> None:
    assert "온 사람1명" in words(stand.page("after", desk=True, part="출석과 이수"))
    assert "개인 이름은 들어가지 않습니다" in words(stand.page("after", desk=True, part="결과 보고서"))


def test_a_rehearsal_on_screen(stand: Stand, fake_endpoint: FakeEndpoint) -> None:
    app = stand.page("rehearsal", desk=True)
    app.selectbox(key="rh_class").select(stand.here.code).run()
    app.number_input(key=f"rh_seats-{stand.here.code}").set_value(2).run()
    next(b for b in app.button if b.label == "리허설 시작").click().run()
    end = time.monotonic() + SECONDS
    while stand.room.after.rehearsals.stage(stand.key).running:
        assert time.monotonic() < end
        time.sleep(0.1)
    shown = words(stand.page("rehearsal", desk=True))
    assert "됩니다" in shown
    assert "0/2번" in shown
    assert fake_endpoint.counters.completed == 2


@pytest.mark.parametrize("name", ["after", "limits", "rehearsal"])
def test_the_lecturers_pages_turn_others_away(stand: Stand, name: str) -> None:
    app = stand.page(name)
    assert "강사로 로그인해 주세요" in words(app)
