"""Content made on screen: versions, two instructors at once, publishing across processes, files in and out."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox import checks
from sandbox.authoring import (
    INSTRUCTOR_CASES,
    Authoring,
    ChangedMeanwhileError,
    Published,
    check_forms,
    comparing,
    exchange,
    forms,
    looking,
)
from sandbox.authoring.advice import advise
from sandbox.authoring.trying import advise_exercise
from sandbox.class_records import ContentKind, InstructorKey, SuggestionState
from sandbox.documents import read
from sandbox.library import Library, prefilled, render
from sandbox.records import (
    FieldType,
    InputError,
    Message,
    NotAllowedError,
    NotFoundError,
    Role,
    Run,
    RunState,
    SandboxError,
    StoreError,
)
from sandbox.store import Store
from tests.lecturer import NOBODY, Staff, staffed

ROOT = Path(__file__).parent.parent
PROMPT, EXERCISE = ContentKind.PROMPT, ContentKind.EXERCISE


@dataclass
class Desk:
    staff: Staff
    library: Library
    published: Published
    authoring: Authoring

    @property
    def key(self) -> InstructorKey:
        return self.staff.lecturer


def library_of(published: Published) -> Library:
    return Library(
        [ROOT / "prompts" / "report"],
        [ROOT / "exercises" / "report" / "memo-to-gaejosik"],
        check_problem=checks.problem,
        read_text=lambda p: read.read(p.name, p.read_bytes()).text,
        published=published,
    )


def desk_on(staff: Staff, folder: Path, clock: Callable[[], float] = lambda: 0.0) -> Desk:
    published = Published(staff.store, folder, clock=clock)
    library = library_of(published)
    return Desk(staff, library, published, Authoring(staff.store, staff.instructors, library, published))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    staff = staffed(tmp_path)
    with closing(staff.store):
        yield desk_on(staff, tmp_path / "published")


def template(content_id: str = "own-1", **changes: Any) -> forms.Form:
    form = forms.new_prompt(content_id)
    return (
        form
        | {"title": "안내문", "summary": "안내문을 만듭니다.", "body": "안내문을 써 주세요.\n{{자료}}"}
        | changes
    )


def exercise(desk: Desk, content_id: str = "own-ex", **changes: Any) -> forms.Form:
    line, _ = desk.authoring.drafting.add_material(
        desk.key, "메모.txt", "예산은 300만원이고 3명입니다.".encode()
    )
    form = forms.new_exercise(content_id) | {
        "title": "숫자 옮기기", "goal": "숫자를 옮깁니다.", "scenario": "메모를 받았습니다.",
        "starter": "메모를 요약해 주세요.", "materials": [line],
    }  # fmt: skip
    check = forms.new_check("grounded", "숫자가 맞나요?", ()) | {"params": {"what": ["number"]}}
    wrong = forms.new_wrong() | {"text": "예산은 500만원입니다.", "fails": [check["id"]]}
    return form | {
        "checks": [check],
        "model": form["model"] | {"text": "예산은 300만원, 인원은 3명입니다."},
        "wrong": [wrong],
    } | changes  # fmt: skip


def saved(desk: Desk, form: forms.Form, kind: ContentKind = PROMPT, based_on: int = 0, note: str = "") -> int:
    return desk.authoring.releasing.save(desk.key, kind, form, based_on, note).version


# --------------------------------------------------------------------------- forms and files


def test_every_template_that_came_with_the_room_survives_the_form() -> None:
    library = Library([ROOT / "prompts"], [], check_problem=checks.problem)
    assert len(library.prompts()) > 20
    for prompt in library.prompts():
        form = forms.prompt_form(prompt)
        looked = looking.look_at_prompt(form)
        assert looked.problems == (), prompt.id
        assert looked.item is not None
        assert comparing.same(forms.prompt_form(looked.item), form), prompt.id  # type: ignore[arg-type]


def test_every_parameter_of_every_check_has_a_korean_name() -> None:
    seen = [(kind, p) for kind, _ in check_forms.kinds() for p in check_forms.params(kind)]
    columns = [(f"{kind}.{p.name}", c) for kind, p in seen for c in p.columns]
    assert len(seen) > 30
    for kind, param in [*seen, *columns]:
        assert param.label != param.name, f"{kind}.{param.name}"
    assert all(check_forms.kind_help(kind) for kind, _ in check_forms.kinds())


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"title": ""}, ("title",), "비어 있습니다"),
        ({"body": "{{자료}} {{모름}}"}, ("body",), "모름"),
        ({"body": "빈칸이 없습니다"}, ("fields", 0, "name"), "본문에서 쓰지 않습니다"),
        ({"title": "", "body": "빈칸이 없습니다"}, ("fields", 0, "name"), "본문에서 쓰지 않습니다"),
        ({"fields": [forms.new_field("자료", FieldType.CHOICE)]}, ("fields", 0, "choices"), "고를 것"),
        ({"temperature": 9}, ("temperature",), "너무 큰"),
        ({"sample": {"없음": "값"}}, ("sample", "없음"), "없는 빈칸"),
        (
            {"checks": [forms.new_check("length", "짧나요?", ())]},
            ("checks", 0, "id"),
            "적어도",
        ),
        ({"checks": [forms.new_check("length", "", ()) | {"params": {"max": 3}}]}, ("checks", 0, "title"), "비어"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(changes: Any, place: Any, said: str) -> None:
    found = looking.look_at_prompt(template(**changes)).at(*place)
    assert any(said in p.message for p in found), looking.look_at_prompt(template(**changes)).problems


def test_a_model_answer_that_fails_and_a_wrong_one_that_passes_are_named(desk: Desk) -> None:
    drafting = desk.authoring.drafting
    good = exercise(desk)
    assert drafting.look(desk.key, EXERCISE, good, proof=True).problems == ()
    failing = exercise(desk, model=good["model"] | {"text": "예산은 999만원입니다."})
    found = drafting.look(desk.key, EXERCISE, failing, proof=True).at("model")
    assert [p.message for p in found if "grounded-1" in p.message and "999" in p.message]
    harmless = exercise(desk, wrong=[good["wrong"][0] | {"text": "예산은 300만원입니다."}])
    assert (
        "실패해야 하는데" in drafting.look(desk.key, EXERCISE, harmless, proof=True).at("wrong", 0)[0].message
    )
    none = exercise(desk, wrong=[])
    assert drafting.look(desk.key, EXERCISE, none, proof=True).at("wrong")
    unknown = exercise(desk, wrong=[good["wrong"][0] | {"fails": ["없는것"]}])
    assert drafting.look(desk.key, EXERCISE, unknown).at("wrong", 0, "fails")


def test_checks_are_tried_on_a_pasted_answer(desk: Desk) -> None:
    form = exercise(desk, model=forms.new_exercise("x")["model"] | {"text": "아직"})
    states = [
        v.state.value for v in desk.authoring.drafting.try_checks(desk.key, form, "예산은 700만원입니다.", "")
    ]
    assert states == ["실패"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "형식"),
        ({"fields": [forms.new_field("자료"), forms.new_field("민원인 전화번호")],
          "body": "{{자료}}{{민원인 전화번호}}"}, "개인정보를 넣게"),
        ({"max_answer_tokens": 8_000}, "오래 기다립니다"),
        ({"body": "{{자료}} " + "가나다라마바사 " * 1_500}, "작은 모델"),
        ({"body": "담당자 주민등록번호 900101-1234568 {{자료}}"}, "개인정보로 보이는"),
    ],
)  # fmt: skip
def test_advice_is_plain(changes: Any, said: str) -> None:
    assert any(said in a.text for a in advise(looking.loose_prompt(template(**changes))))


def test_the_preview_stands_whatever_is_half_done() -> None:
    odd = forms.new_field("", FieldType.NUMBER) | {"min": 9, "max": 1}
    low = forms.new_field("수", FieldType.NUMBER) | {"min": 9, "max": 1, "default": "x"}
    prompt = looking.loose_prompt(template(fields=[odd, low, low], body="{{수}} {{모름}} {{"))
    assert render(prompt, {"수": "3"}) == "3 {{모름}} {{"


# --------------------------------------------------------------------------- versions


def test_a_template_is_drafted_saved_published_and_withdrawn(desk: Desk) -> None:
    drafting, releasing = desk.authoring.drafting, desk.authoring.releasing
    content_id = drafting.begin(desk.key, PROMPT)
    half = drafting.open(desk.key, PROMPT, content_id)
    assert half.is_draft
    drafting.keep_draft(desk.key, PROMPT, half.form | {"title": "반쯤 쓴 것"}, half.based_on)
    assert drafting.open(desk.key, PROMPT, content_id).form["title"] == "반쯤 쓴 것"
    with pytest.raises(InputError):
        saved(desk, half.form)
    form = template(content_id)
    assert saved(desk, form, note="처음") == 1
    assert not drafting.open(desk.key, PROMPT, content_id).is_draft
    assert content_id not in {p.id for p in desk.library.prompts()}
    releasing.publish(desk.key, PROMPT, content_id, 1)
    assert desk.library.prompt(content_id).version == 1
    releasing.withdraw(desk.key, PROMPT, content_id)
    with pytest.raises(NotFoundError):
        desk.library.prompt(content_id)
    assert desk.library.prompt(content_id, 1).title == "안내문"


def test_who_began_keeps_the_version_they_began_with(desk: Desk) -> None:
    saved(desk, exercise(desk), EXERCISE)
    desk.authoring.releasing.publish(desk.key, EXERCISE, "own-ex", 1)
    begun = desk.library.exercise("own-ex")
    saved(desk, exercise(desk, title="새 제목"), EXERCISE, based_on=1)
    desk.authoring.releasing.publish(desk.key, EXERCISE, "own-ex", 2)
    assert desk.library.exercise("own-ex").title == "새 제목"
    old = desk.library.exercise("own-ex", begun.version)
    assert (old.title, old.version) == ("숫자 옮기기", 1)
    assert old.materials[0].path.read_text(encoding="utf-8") == "예산은 300만원이고 3명입니다."


def test_versions_tell_who_when_why_compare_and_come_back(desk: Desk) -> None:
    releasing = desk.authoring.releasing
    first = template(tags=["가"])
    saved(desk, first, note="첫 판")
    more = forms.new_field("분량", FieldType.CHOICE) | {"choices": ["짧게", "길게"]}
    second = first | {"title": "짧은 안내문", "fields": [*first["fields"], more],
                      "body": "안내문을 써 주세요.\n분량: {{분량}}\n{{자료}}"}  # fmt: skip
    saved(desk, second, based_on=1, note="분량을 더함")
    told = releasing.versions(desk.key, PROMPT, "own-1")
    assert [(v.version, v.author, v.note) for v in told] == [(2, "강사", "분량을 더함"), (1, "강사", "첫 판")]
    changes = {c.label: c.rows for c in releasing.compare(desk.key, PROMPT, "own-1", 1, 2)}
    assert changes["제목"] == (("-", "안내문"), ("+", "짧은 안내문"))
    assert ("+", "분량: {{분량}}") in changes["본문"]
    assert changes["빈칸 ‘분량’ · 고를 것"] == (("+", "짧게"), ("+", "길게"))
    assert "꼬리표" not in changes
    back = releasing.restore(desk.key, PROMPT, "own-1", 1)
    assert (back.version, back.note, back.text) == (3, "1판으로 되돌림", told[1].text)


def test_two_instructors_at_once_overwrite_nothing(desk: Desk) -> None:
    releasing, drafting = desk.authoring.releasing, desk.authoring.drafting
    other = desk.staff.officer
    saved(desk, template())
    mine, theirs = drafting.open(desk.key, PROMPT, "own-1"), drafting.open(other, PROMPT, "own-1")
    drafting.keep_draft(other, PROMPT, theirs.form, 1)
    assert drafting.open(desk.key, PROMPT, "own-1").others == ("담당자",)
    releasing.save(other, PROMPT, theirs.form | {"title": "담당자의 제목"}, 1, "제목을 고침")
    changed = mine.form | {"summary": "강사의 설명"}
    with pytest.raises(ChangedMeanwhileError) as told:
        saved(desk, changed, based_on=1)
    assert "담당자" in told.value.message
    assert "제목" in told.value.message
    assert len(releasing.versions(desk.key, PROMPT, "own-1")) == 2
    merged, number = releasing.merge(desk.key, PROMPT, changed, 1)
    assert (merged.taken, merged.both, number) == (("제목",), (), 2)
    assert saved(desk, merged.form, based_on=number) == 3
    newest = drafting.open(desk.key, PROMPT, "own-1").form
    assert (newest["title"], newest["summary"]) == ("담당자의 제목", "강사의 설명")
    check = forms.new_check("grounded", "맞나요?", ())
    plain, spelled = check | {"params": {}}, check | {"params": {"allow": [], "what": [
        "number", "date", "time", "name", "organisation", "statute"]}}  # fmt: skip
    assert comparing.same({"checks": [plain]}, {"checks": [spelled]})  # defaults filled in by the editor
    both, _ = releasing.merge(desk.key, PROMPT, mine.form | {"title": "내 제목"}, 1)
    assert both.both == ("제목",)


def test_what_came_with_the_room_is_copied_hidden_and_moved_never_changed(desk: Desk) -> None:
    releasing, drafting = desk.authoring.releasing, desk.authoring.drafting
    file = desk.library.prompts()[0]
    before = Path(file.source).read_bytes()
    with pytest.raises(InputError, match="이름표"):
        saved(desk, template(file.id))
    copy = drafting.open(desk.key, PROMPT, drafting.copy(desk.key, PROMPT, file.id))
    assert copy.form["body"] == file.body
    releasing.switch(desk.key, PROMPT, file.id, False)
    assert file.id not in {p.id for p in desk.library.prompts()}
    assert desk.library.prompt(file.id) == file  # an exercise may still use it
    releasing.switch(desk.key, PROMPT, file.id, True)
    releasing.move(desk.key, PROMPT, file.id, 2)
    assert [p.id for p in desk.library.prompts()].index(file.id) == 2
    assert Path(file.source).read_bytes() == before
    lesson = desk.library.exercises()[0]
    releasing.switch(desk.key, EXERCISE, lesson.id, False)
    with pytest.raises(NotFoundError, match="열어 두지 않은"):
        desk.library.exercise(lesson.id)
    assert desk.library.exercise(lesson.id, 0) == lesson


def test_a_copied_exercise_stands_on_its_own(desk: Desk) -> None:
    file = desk.library.exercises()[0]
    content_id = desk.authoring.drafting.copy(desk.key, EXERCISE, file.id)
    form = desk.authoring.drafting.open(desk.key, EXERCISE, content_id).form
    saved(desk, form, EXERCISE, note="복사")
    desk.authoring.releasing.publish(desk.key, EXERCISE, content_id, 1)
    copy = desk.library.exercise(content_id)
    assert [m.text for m in copy.materials] == [m.text for m in file.materials]
    assert prefilled(copy, desk.library.prompt(copy.prompt_id or "")) == prefilled(
        file, desk.library.prompt(file.prompt_id or "")
    )


def test_an_exercise_waits_for_its_template(desk: Desk) -> None:
    saved(desk, template())
    saved(desk, exercise(desk, prompt="own-1", starter="", prefill={"자료": "@메모.txt"}), EXERCISE)
    with pytest.raises(InputError, match="템플릿이 아직"):
        desk.authoring.releasing.publish(desk.key, EXERCISE, "own-ex", 1)
    desk.authoring.releasing.publish(desk.key, PROMPT, "own-1", 1)
    desk.authoring.releasing.publish(desk.key, EXERCISE, "own-ex", 1)
    assert desk.library.problems() == ()


def test_verified_is_said_of_one_version_only(desk: Desk) -> None:
    releasing = desk.authoring.releasing
    saved(desk, template())
    releasing.publish(desk.key, PROMPT, "own-1", 1)
    releasing.verify(desk.key, PROMPT, "own-1", verified=True, review_on=date(2027, 5, 1))
    credit = desk.library.credit("prompt", "own-1")
    assert credit is not None
    assert (credit.owner, credit.verified_by, credit.review_on) == ("강사", "강사", date(2027, 5, 1))
    saved(desk, template(title="다른 것"), based_on=1)
    releasing.publish(desk.key, PROMPT, "own-1", 2)
    credit = desk.library.credit("prompt", "own-1")
    assert credit is not None
    assert credit.verified_by == ""


# --------------------------------------------------------------------------- several processes


def test_another_process_sees_it_within_a_look(desk: Desk, tmp_path: Path) -> None:
    now = [0.0]
    other = desk_on(desk.staff, tmp_path / "published", lambda: now[0])
    before = other.library.prompts()
    saved(desk, template())
    desk.authoring.releasing.publish(desk.key, PROMPT, "own-1", 1)
    now[0] = 0.5
    assert other.library.prompts() == before
    now[0] = 1.1
    assert other.library.prompt("own-1").title == "안내문"
    overlay = other.published.now()
    now[0] = 9.9
    assert other.published.now() is overlay  # nothing has changed: nothing is read anew


def test_the_database_is_the_truth_not_the_folder(desk: Desk, tmp_path: Path) -> None:
    saved(desk, exercise(desk), EXERCISE)
    desk.authoring.releasing.publish(desk.key, EXERCISE, "own-ex", 1)
    folder = tmp_path / "published" / "exercise" / "v1-own-ex"
    (folder / "메모.txt").write_text("누가 손으로 고친 글", encoding="utf-8")
    (folder / "answers" / "wrong-99.md").write_text("끼워 넣은 글", encoding="utf-8")
    fresh = desk_on(desk.staff, tmp_path / "published")
    assert "300만원" in fresh.library.exercise("own-ex").materials[0].text
    assert not (folder / "answers" / "wrong-99.md").exists()


def test_a_fault_of_the_database_leaves_the_shelf_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(desk, template())
    now = [0.0]
    other = desk_on(desk.staff, desk.published._folder, lambda: now[0])
    desk.authoring.releasing.publish(desk.key, PROMPT, "own-1", 1)
    assert other.library.prompt("own-1")

    def broken(self: Store) -> Any:
        from sandbox.records import StoreError

        raise StoreError("잠김")

    monkeypatch.setattr(Store, "shelved", broken)
    now[0] = 5.0
    assert other.library.prompt("own-1")


# --------------------------------------------------------------------------- files in and out


def packed(*entries: tuple[str, bytes], mode: int = 0) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return held.getvalue()


def many() -> bytes:
    return packed(*((f"prompts/{n}.md", b"x") for n in range(exchange.MOST_FILES + 1)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(("../밖.md", b"x")), "경로"),
        (packed(("/etc/x.md", b"x")), "경로"),
        (packed(("a\\..\\b.md", b"x")), "경로"),
        (packed(("C:/x.md", b"x")), "경로"),
        (packed(("prompts/con.md", b"x")), "경로"),
        (packed(("/".join("abcdefghijk") + "/x.md", b"x")), "경로"),
        (packed(("prompts/link.md", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "바로가기"),
        (packed(("a.md", b"x"), ("A.md", b"y")), "이름이 같은"),
        (packed(("a.md", b"0" * 5_000_000)), "너무 커지는"),
        (many(), "너무 많습니다"),
        (b"PK\x03\x04broken", "손상"),
        (packed(("사진.png", b"x")), "템플릿도 실습도 없습니다"),
        (b"x" * (exchange.UPLOAD_MAX_BYTES + 1), "너무 큽니다"),
        (b"MZ", ".md와 .zip"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_an_upload_that_tries_something_is_refused_whole(desk: Desk, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        desk.authoring.exchange.bring_in(desk.key, "올린것.exe", data)
    assert desk.staff.store.contents() == ()


def test_content_goes_out_and_comes_in_again_elsewhere(desk: Desk, tmp_path: Path) -> None:
    saved(desk, template())
    saved(desk, exercise(desk, prompt="own-1", starter="", prefill={"자료": "@메모.txt"}), EXERCISE)
    name, data = desk.authoring.exchange.export(desk.key, [(PROMPT, "own-1"), (EXERCISE, "own-ex")])
    assert name.endswith(".zip")
    assert "exercises/report/own-ex/메모.txt" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    place = tmp_path / "다른 곳"
    place.mkdir()
    staff = staffed(place)
    with closing(staff.store):
        there = desk_on(staff, place / "published")
        arrived = there.authoring.exchange.bring_in(there.key, name, data)
        assert [(a.id, a.version, a.note) for a in arrived] == [("own-1", 1, ""), ("own-ex", 1, "")]
        again = there.authoring.exchange.bring_in(there.key, name, data)
        assert [(a.version, "똑같아" in a.note) for a in again] == [(0, True), (0, True)]
        assert there.library.prompts() == desk.library.prompts()  # nothing is published by itself
        there.authoring.releasing.publish(there.key, PROMPT, "own-1", 1)
        there.authoring.releasing.publish(there.key, EXERCISE, "own-ex", 1)
        assert there.library.exercise("own-ex").materials[0].text == "예산은 300만원이고 3명입니다."


def test_a_single_file_is_told_its_line_and_never_covers_a_builtin(desk: Desk) -> None:
    file = desk.library.prompts()[0]
    text = Path(file.source).read_text(encoding="utf-8")
    bring_in = desk.authoring.exchange.bring_in
    same = bring_in(desk.key, "같은것.md", text.encode())
    assert (same[0].version, "똑같아" in same[0].note) == (0, True)
    other = bring_in(desk.key, "다른것.md", text.replace(f"title: {file.title}", "title: 다른 제목").encode())
    assert other[0].id != file.id
    assert "새 이름표" in other[0].note
    broken = bring_in(desk.key, "틀린것.md", text.replace("module:", "modul:").encode())
    assert broken[0].version == 0
    assert "번째 줄" in broken[0].note
    assert bring_in(desk.key, "옛것.md", "---\nid: 가".encode("cp949"))[0].version == 0


def test_an_old_zip_with_korean_names_is_understood(desk: Desk) -> None:
    saved(desk, exercise(desk), EXERCISE)
    _, data = desk.authoring.exchange.export(desk.key, [(EXERCISE, "own-ex")])
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for n, name in enumerate(names):
            archive.writestr(
                f"{n:03}" + "x" * (len(name.encode("cp949")) - 3),
                zipfile.ZipFile(io.BytesIO(data)).read(name),
            )
    old = held.getvalue()
    for n, name in enumerate(names):  # what an old Windows wrote: its own code page and no mark of it
        raw = name.encode("cp949")
        old = old.replace(b"%03d" % n + b"x" * (len(raw) - 3), raw)
    assert any(p.name == "메모.txt" for p in exchange.unpacked(old))


def test_a_bomb_that_lies_about_its_size_is_stopped_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "WHOLE_MAX_BYTES", 10_000)
    with pytest.raises(InputError, match="너무 커지는"):
        exchange.unpacked(packed(("a.md", b"1" * 6_000), ("b.md", b"2" * 6_000)))


# --------------------------------------------------------------------------- an exercise on trial


def test_an_exercise_shows_what_it_would_send_however_half_done(desk: Desk) -> None:
    asking = desk.authoring.drafting.asking
    saved(desk, template(fields=[forms.new_field("자료", FieldType.LONG_TEXT), forms.new_field("받는 사람")],
                         body="{{받는 사람}}에게 안내문을 써 주세요.\n{{자료}}"))  # fmt: skip
    half = exercise(desk, prompt="own-1", starter="", prefill={"자료": "@메모.txt"}) | {
        "title": "", "goal": "", "checks": [], "wrong": [], "steps": [],
    }  # fmt: skip
    asked = asking(desk.key, half)
    assert asked.text == "{{받는 사람}}에게 안내문을 써 주세요.\n예산은 300만원이고 3명입니다."
    assert 10 < asked.tokens < 100
    told = " ".join(one.text for one in advise_exercise(half, asked))
    assert "수강생이 채울 빈칸입니다: 받는 사람" in told
    assert "힌트가 하나도 없습니다" in told
    assert "저절로 들어가지 않습니다" not in told
    unused = asking(desk.key, half | {"prefill": {"받는 사람": "시민"}})
    assert unused.values == {"자료": "", "받는 사람": "시민"}
    told = " ".join(one.text for one in advise_exercise(half | {"prefill": {"받는 사람": "시민"}}, unused))
    assert "「메모.txt」의 글은" in told


def test_an_exercise_without_a_template_sends_its_starter(desk: Desk) -> None:
    form = exercise(desk, starter="주차장 {{공사}} 안내문 써줘")
    asked = desk.authoring.drafting.asking(desk.key, form)
    assert (asked.text, asked.prompt.title, asked.values) == (
        "주차장 {{공사}} 안내문 써줘",
        form["title"],
        {},
    )
    empty = form | {"starter": ""}
    asked = desk.authoring.drafting.asking(desk.key, empty)
    assert "입력 칸이 빈 채로" in " ".join(one.text for one in advise_exercise(empty, asked))
    long = form | {"starter": "가나다라 " * 2_000}
    asked = desk.authoring.drafting.asking(desk.key, long)
    assert "작은 모델은" in " ".join(one.text for one in advise_exercise(long, asked))


# --------------------------------------------------------------------------- a trainee's prompt


def run_of(desk: Desk, text: str, answer: str = "답") -> Run:
    person = desk.staff.store.add_person("김연습")
    run = Run(
        id="run-1", person_id=person.id, exercise_id="", prompt_id="", thread_id="run-1", parent_id="",
        endpoint_id="e", endpoint_name="시험용", model="m", messages=(Message(Role.USER, text),), answer=answer,
        state=RunState.DONE, created_at=person.created_at,
    )  # fmt: skip
    desk.staff.store.add_run(run)
    return run


def test_a_good_prompt_is_suggested_masked_reviewed_and_taken(desk: Desk) -> None:
    suggesting, reviewing = desk.authoring.suggesting, desk.authoring.reviewing
    run = run_of(desk, "연락처 010-2345-6789인 분께 안내문을 써 주세요.\n[형식] {{두}} 줄")
    me = desk.staff.store.person(run.person_id)
    assert "2345" not in suggesting.offer(me, run.id)
    made = suggesting.suggest(me, run.id, "짧은 안내문", "민원실에서 써요. 010-2345-6789")
    assert "2345" not in made.text + made.note
    with pytest.raises(InputError, match="이미 추천"):
        suggesting.suggest(me, run.id, "또", "")
    assert [s.title for s in reviewing.waiting(desk.key)] == ["짧은 안내문"]
    form = reviewing.draft(desk.key, made.id)
    assert looking.look_at_prompt(form).problems == ()
    content_id = reviewing.take(
        desk.key, made.id, form | {"title": "두 줄 안내문"}, answer="고맙습니다.", review_on=date(2027, 1, 2)
    )
    assert desk.library.prompt(content_id).title == "두 줄 안내문"
    credit = desk.library.credit("prompt", content_id)
    assert credit is not None
    assert (credit.verified_by, credit.review_on) == ("강사", date(2027, 1, 2))
    answered = suggesting.mine(me)[0]
    assert (answered.state, answered.answer) == (SuggestionState.TAKEN, "고맙습니다.")
    with pytest.raises(InputError, match="다른 분이"):
        reviewing.decline(desk.key, made.id, "늦었습니다")


def test_a_suggestion_whose_saving_fails_waits_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    suggesting, reviewing, store = desk.authoring.suggesting, desk.authoring.reviewing, desk.staff.store
    run = run_of(desk, "안내문을 써 주세요.")
    made = suggesting.suggest(store.person(run.person_id), run.id, "안내문", "")
    form = reviewing.draft(desk.key, made.id)

    def full(*_: object, **__: object) -> None:
        raise StoreError("기록을 저장하지 못했습니다.")

    for step in ("add_content_version", "answer_suggestion"):
        with monkeypatch.context() as broken, pytest.raises(StoreError):
            broken.setattr(store, step, full)
            reviewing.take(desk.key, made.id, form, answer="", review_on=None)
        assert [s.id for s in reviewing.waiting(desk.key)] == [made.id]
        assert form["id"] not in {p.id for p in desk.library.prompts()}
    content_id = reviewing.take(desk.key, made.id, form, answer="", review_on=None)
    assert desk.library.prompt(content_id).title == "안내문"
    with pytest.raises(InputError, match="다른 분이"):
        reviewing.take(desk.key, made.id, reviewing.draft(desk.key, made.id), answer="", review_on=None)
    assert len(store.contents()) == 1


def test_a_run_of_another_or_without_an_answer_is_not_suggested(desk: Desk) -> None:
    run = run_of(desk, "안내문을 써 주세요.", answer="")
    stranger = desk.staff.store.add_person("남")
    with pytest.raises(NotAllowedError):
        desk.authoring.suggesting.suggest(stranger, run.id, "제목", "")
    with pytest.raises(InputError):
        desk.authoring.suggesting.suggest(desk.staff.store.person(run.person_id), run.id, "제목", "")


# --------------------------------------------------------------------------- the role


def test_every_use_case_asks_for_the_role(desk: Desk) -> None:
    parts = (
        desk.authoring.drafting, desk.authoring.releasing, desk.authoring.exchange, desk.authoring.reviewing,
    )  # fmt: skip
    assert tuple(type(p) for p in parts) == INSTRUCTOR_CASES
    called = 0
    for part in parts:
        for name in (n for n in dir(type(part)) if not n.startswith("_")):
            method = getattr(part, name)
            code = getattr(type(part), name).__code__
            count = (
                code.co_argcount
                + code.co_kwonlyargcount
                - 2
                - len(getattr(type(part), name).__kwdefaults__ or ())
            )
            given: list[Any] = ["x"] * (code.co_argcount - 2)
            keywords = {
                n: "x" for n in code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
            }
            assert count >= 0
            with pytest.raises(NotAllowedError):
                method(NOBODY, *given, **keywords)
            called += 1
    assert called >= 25


def test_errors_are_korean_and_say_what_to_do(desk: Desk) -> None:
    for act in (
        lambda: desk.authoring.drafting.open(desk.key, PROMPT, "own-none"),
        lambda: desk.authoring.drafting.add_material(desk.key, "나쁜:이름.txt", b"x"),
        lambda: desk.authoring.exchange.export(desk.key, []),
    ):
        with pytest.raises(SandboxError) as told:
            act()
        assert told.value.remedy
