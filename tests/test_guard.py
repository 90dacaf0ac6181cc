"""The personal-data gate: what it finds, what it leaves alone, and that nothing gets round it."""

from __future__ import annotations

import ast
import importlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import library
from sandbox.documents import read
from sandbox.guard import KINDS, Placeholders, clear, find, may_keep, redact
from sandbox.records import (
    Action,
    Choice,
    Cleared,
    Finding,
    GuardRefusedError,
    InputError,
    Location,
    Message,
    Role,
)
from tests.guard_cases import HELD_OUT, TUNED, Case

RESIDENT = "850315-1234566"
MOBILE = "010-2345-6789"
ACCOUNT = "농협 351-1234-5678-93"
PACKAGE = Path(__file__).parent.parent / "sandbox" / "guard"


def values(text: str, kind: str = "") -> list[str]:
    return [text[f.start : f.end] for f in find(text) if not kind or f.kind == kind]


def user(*texts: str) -> list[Message]:
    return [Message(Role.USER, text) for text in texts]


def choose(text: str, choice: Choice, key: bytes = b"") -> dict[str, Choice]:
    return {f.fingerprint: choice for f in find(text, key=key)}


# --------------------------------------------------------------------------- what is found


def score(cases: Iterable[Case]) -> dict[str, tuple[int, int, int]]:
    """Return kind → (found, false, missed). Found means: every letter and digit of the value is covered."""
    found, false, missed = Counter[str](), Counter[str](), Counter[str]()
    for text, expected in cases:
        findings = find(text)
        for kind, start, end in expected:
            covered = any(f.kind == kind and _covers(f, text, start, end) for f in findings)
            (found if covered else missed)[kind] += 1
        for f in findings:
            if not any(f.kind == kind and f.start < end and start < f.end for kind, start, end in expected):
                false[f.kind] += 1
    return {kind: (found[kind], false[kind], missed[kind]) for kind in KINDS}


def _covers(finding: Finding, text: str, start: int, end: int) -> bool:
    return all(finding.start <= at < finding.end for at in range(start, end) if text[at].isalnum())


@pytest.mark.parametrize("item", [c for c in (*TUNED, *HELD_OUT)], ids=lambda c: c.text[:30])
def test_blocked_and_masked_kinds_are_exact_in_every_labelled_text(item: Case) -> None:
    text, expected = item
    grave = {kind for kind, info in KINDS.items() if info.action in (Action.BLOCK, Action.MASK)}
    wanted = {(kind, start) for kind, start, _ in expected if kind in grave}
    assert {(f.kind, f.start) for f in find(text) if f.kind in grave} == wanted
    for kind, start, end in expected:
        if kind in grave:
            assert any(_covers(f, text, start, end) for f in find(text) if f.kind == kind)


# Floors a little under the measurement in docs/guard.md: (precision, recall) over both tables.
FLOORS = {kind: (1.0, 1.0) for kind, info in KINDS.items() if info.action is not Action.WARN} | {
    "name": (0.95, 0.90),
    "address": (0.95, 0.95),
    "birth_date": (1.0, 1.0),
    "sensitive": (0.95, 0.90),
    "network_address": (1.0, 1.0),
    "secrecy_mark": (1.0, 1.0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_precision_and_recall_stay_above_the_measured_floor(kind: str) -> None:
    found, false, missed = score([*TUNED, *HELD_OUT])[kind]
    assert found + missed >= 3, "too few labelled values to say anything"
    precision, recall = FLOORS[kind]
    assert found / (found + false) >= precision
    assert found / (found + missed) >= recall


def test_the_table_is_large_and_half_of_it_is_clean() -> None:
    cases = [*TUNED, *HELD_OUT]
    assert len(cases) >= 150
    assert sum(not c.expected for c in cases) >= len(cases) // 3
    assert len({c.text for c in cases}) == len(cases)


def test_the_document_tells_the_figures_that_are_measured() -> None:
    document = (PACKAGE.parent.parent / "docs" / "guard.md").read_text(encoding="utf-8")
    for kind, (found, false, missed) in score([*TUNED, *HELD_OUT]).items():
        row = f"| {KINDS[kind].label} | {found / (found + false):.2f} | {found / (found + missed):.2f} |"
        assert row in document, row
        assert f"| {KINDS[kind].label} |" in document


def _course_texts() -> dict[str, str]:
    """Return what a learner sees or sends of the course: filled templates, scenarios, materials, answers."""
    root = PACKAGE.parent.parent
    course = library.Library(
        [root / "prompts"],
        [root / "exercises"],
        check_problem=None,
        read_text=lambda path: read.read(path.name, path.read_bytes()).text,
    )
    texts = {prompt.id: library.render(prompt, prompt.sample) for prompt in course.prompts()}
    for exercise in course.exercises():
        pieces = [exercise.scenario, exercise.starter, *exercise.steps, *exercise.hints]
        pieces += [material.text for material in exercise.materials]
        pieces += [answer.text for answer in (exercise.model_answer, *exercise.wrong_answers)]
        texts[exercise.id] = "\n".join(pieces)
    return texts


def test_in_the_course_only_persons_are_called_names() -> None:
    texts = _course_texts()
    everything = "\n".join(texts.values())
    title = "주무관|과장|팀장|국장|계장|실장|위원|교수|강사|서기|씨|님|대표|회장|시장|이장|통장|[가-힣]{2,6}(?:과장|팀장|주무관)"
    strangers = {
        (where, text[f.start : f.end], text[max(0, f.start - 12) : f.end + 8])
        for where, text in texts.items()
        for f in find(text)
        if f.kind == "name"
        and text[f.start : f.end] not in ("홍길동", "김철수", "이영희")
        and not re.search(rf"{text[f.start : f.end]}\s?(?:{title})", everything)
    }
    assert not strangers


@pytest.mark.parametrize(
    "joint", ["", "-", " ", " - ", "–", "−", "\u200b", "\u2060", "\u00a0", "\u3000", "-\n", "\n", "- \r\n "]
)
@pytest.mark.parametrize("digits", ["0123456789", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "٠١٢٣٤٥٦٧٨٩"])
def test_a_resident_number_is_found_however_it_is_spelled(joint: str, digits: str) -> None:
    number = ("850315" + joint + "1234566").translate({ord(str(i)): c for i, c in enumerate(digits)})
    text = f"주민등록번호 {number} 입니다"
    (finding,) = find(text)
    assert finding.kind == "resident_number"
    assert text[finding.start : finding.end] == number


def test_decomposed_hangul_and_invisible_marks_do_not_hide_a_label() -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", "성명: 김영희") + " / 계\u200b좌번호 110-123-456789"
    kinds = [f.kind for f in find(text)]
    assert kinds == ["name", "account"]
    assert values(text, "account") == ["110-123-456789"]


def test_findings_are_sorted_and_never_overlap_and_the_graver_kind_wins() -> None:
    text = f"강원특별자치도 강릉시 교동 {RESIDENT} {ACCOUNT} {MOBILE}"
    findings = find(text)
    assert all(a.end <= b.start for a, b in pairwise(findings))
    assert RESIDENT in values(text, "resident_number")[0]


def test_a_public_number_says_so() -> None:
    for text in ("대표번호 1588-1234", "국번 없이 110", "총무과 033-640-5114"):
        (finding,) = [f for f in find(text) if f.kind == "phone"]
        assert finding.action is Action.MASK
        assert "공개된 번호" in finding.reason
    (home,) = find("자택 02-345-6789")
    assert home.reason == KINDS["phone"].explanation


def test_where_is_passed_on() -> None:
    assert {f.where for f in find(MOBILE, where="메모")} == {"메모"}


# --------------------------------------------------------------------------- known materials


def test_a_value_of_the_shipped_materials_is_allowed_unless_it_is_blocked() -> None:
    material = f"명단\n이름: 김영희\t{MOBILE}\t{RESIDENT}"
    text = f"이름: 김영희 전화 ０１０－２３４５－６７８９, 주민번호 {RESIDENT}, 다른 전화 010-9999-8888"
    actions = {(f.kind, text[f.start : f.end]): f.action for f in find(text, known=[material])}
    assert actions["name", "김영희"] is Action.ALLOW
    assert actions["mobile", "０１０－２３４５－６７８９"] is Action.ALLOW
    assert actions["mobile", "010-9999-8888"] is Action.MASK
    assert actions["resident_number", RESIDENT] is Action.BLOCK
    assert {f.reason for f in find(text, known=[material]) if f.action is Action.ALLOW} == {
        "실습용 가상 정보"
    }


def test_a_part_of_a_longer_known_number_is_not_known() -> None:
    (finding,) = find("전화 010-2345-6789", known=["접수번호 7010-2345-6789"])
    assert finding.action is Action.MASK


# --------------------------------------------------------------------------- fingerprints


def test_a_fingerprint_follows_the_value_and_the_key_not_the_spelling() -> None:
    def print_of(text: str, key: bytes = b"k") -> str:
        (finding,) = find(text, key=key)
        return finding.fingerprint

    assert (
        print_of("연락처 010-2345-6789")
        == print_of("번호는 01023456789")
        == print_of("０１０－２３４５－６７８９")
    )
    assert print_of(MOBILE) != print_of("010-2345-6780")
    assert print_of(MOBILE) != print_of(MOBILE, key=b"other")
    assert print_of(MOBILE, key=b"x" * 200) != print_of(MOBILE, key=b"x" * 201)
    assert re.fullmatch("[0-9a-f]{16}", print_of(MOBILE))


def test_a_finding_holds_no_text() -> None:
    assert not any(part in repr(find(f"{MOBILE} {RESIDENT}")) for part in ("2345", "6789", "850315"))


# --------------------------------------------------------------------------- placeholders


def test_one_value_has_one_placeholder_through_the_conversation() -> None:
    p = Placeholders()
    first = "김 담당 010-1111-2222, 이 담당 010-3333-4444"
    second = "다시 010-3333-4444 로 걸고 010-5555-6666 은 빼 주세요"
    assert p.mask(first, find(first), {}) == "김 담당 [전화번호1], 이 담당 [전화번호2]"
    assert p.mask(second, find(second), {}) == "다시 [전화번호2] 로 걸고 [전화번호3] 은 빼 주세요"
    assert p.restore("[전화번호3]·[전화번호1]") == "010-5555-6666·010-1111-2222"


def test_choices_decide() -> None:
    text = f"성명: 김영희 {MOBILE} {RESIDENT}"
    p = Placeholders()
    assert p.mask(text, find(text), {}) == f"성명: 김영희 [전화번호1] {RESIDENT}"
    assert p.mask(text, find(text), choose(text, Choice.MASK)) == "성명: [이름1] [전화번호1] [주민등록번호1]"
    assert p.mask(text, find(text), choose(text, Choice.KEEP)) == text


@pytest.mark.parametrize(
    "spelling",
    [
        "[전화번호1]",
        "[전화번호 1]",
        "[ 전화번호1 ]",
        "［전화번호１］",
        "【전화번호1】",
        "〔전화번호 1〕",
        r"\[전화번호1\]",
        "[전화번호-1]",
    ],
)
def test_restore_bears_with_a_model_that_changes_the_spelling(spelling: str) -> None:
    p = Placeholders()
    p.mask(MOBILE, find(MOBILE), {})
    assert p.restore(f"**{spelling}**로 연락") == f"**{MOBILE}**로 연락"
    for cut in range(1, len(spelling)):
        assert p.held_back("연락: " + spelling[:cut]) == cut
    assert p.held_back("연락: " + spelling) == 0


def test_held_back_lets_ordinary_text_through() -> None:
    p = Placeholders()
    assert p.held_back("아직 아무것도 [전화") == 0  # nothing masked: nothing to wait for
    p.mask(MOBILE, find(MOBILE), {})
    for text in (
        "본문",
        "[붙임",
        "[전화번호1] 다음",
        "[이름",
        "[전화번호 안내",
        "표 [1]",
        "[12",
        "",
        "끝]",
        "목록 [ ] ",
    ):
        assert p.held_back(text) == 0, text
    assert p.held_back("보기: [") == 1


def test_streaming_never_shows_half_a_placeholder() -> None:
    p = Placeholders()
    p.mask(MOBILE, find(MOBILE), {})
    answer = "연락처는 [전화번호 1]이고 [붙임 1]은 따로 드립니다. [전화번호1]"
    for cut in range(len(answer) + 1):
        seen = answer[:cut]
        shown = p.restore(seen[: len(seen) - p.held_back(seen)])
        assert "[전" not in shown
        assert p.restore(answer).startswith(shown)


def test_a_placeholder_typed_by_hand_never_becomes_a_value() -> None:
    p = Placeholders()
    typed = "[전화번호1] 자리에 번호를 넣는 서식입니다. 제 번호는 010-2345-6789 입니다."
    masked = p.mask(typed, find(typed), {})
    assert masked == "[전화번호1] 자리에 번호를 넣는 서식입니다. 제 번호는 [전화번호2] 입니다."
    assert p.restore(masked) == typed


def test_a_placeholder_typed_in_a_later_message_is_reserved_before_anything_is_masked() -> None:
    p = Placeholders()
    messages = user("제 번호는 010-2345-6789", "서식의 [전화번호1] 은 그대로 두세요")
    cleared = clear(messages, placeholders=p, choices={}, location=Location.INSIDE)
    assert [m.text for m in cleared.messages] == ["제 번호는 [전화번호2]", messages[1].text]
    assert p.restore(cleared.messages[1].text) == messages[1].text


def test_restored_text_is_not_restored_again() -> None:
    p = Placeholders()
    text = "비밀번호: [전화번호1]x9 그리고 010-2345-6789"
    masked = p.mask(text, find(text), choose(text, Choice.MASK))
    assert p.restore(masked) == text


def test_the_map_is_bounded_and_forgets_the_oldest() -> None:
    p = Placeholders(limit=3)
    texts = [f"010-1000-{n:04d}" for n in range(5)]
    masked = [p.mask(t, find(t), {}) for t in texts]
    assert len(p) == 3
    assert [p.restore(m) for m in masked] == ["[전화번호1]", "[전화번호2]", *texts[2:]]
    assert p.mask(texts[0], find(texts[0]), {}) == "[전화번호6]"


def test_numbers_of_a_kind_end_with_an_error_not_with_a_mix_up() -> None:
    p = Placeholders()
    p.reserve("".join(f"[이름{n}]" for n in range(1, 10_000)))
    text = "성명: 김영희"
    with pytest.raises(InputError):
        p.mask(text, find(text), choose(text, Choice.MASK))


def test_repr_shows_no_value() -> None:
    p = Placeholders()
    p.mask(MOBILE, find(MOBILE), {})
    assert repr(p) == "Placeholders(1 values)"


def test_threads_share_one_map_without_mixing_values() -> None:
    p = Placeholders()
    texts = [f"전화 010-{n:04d}-5678" for n in range(60)]
    results: list[list[str]] = []

    def work() -> None:
        results.append([p.mask(t, find(t), {}) for t in texts])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each == results[0] for each in results) and len(results) == 4
    assert len(set(results[0])) == len(texts)
    assert [p.restore(m) for m in results[0]] == texts


# --------------------------------------------------------------------------- clear


def test_clear_masks_every_message_and_counts_without_text() -> None:
    p = Placeholders()
    messages = [
        Message(Role.SYSTEM, "문의 전화 010-1111-2222"),
        Message(Role.USER, f"성명: 김영희 {MOBILE}"),
        Message(Role.ASSISTANT, f"{MOBILE}로 연락하세요"),
    ]
    cleared = clear(messages, placeholders=p, choices={}, location=Location.OUTSIDE)
    assert isinstance(cleared, Cleared)
    assert [m.role for m in cleared.messages] == [Role.SYSTEM, Role.USER, Role.ASSISTANT]
    assert [m.text for m in cleared.messages] == [
        "문의 전화 [전화번호1]",
        "성명: 김영희 [전화번호2]",
        "[전화번호2]로 연락하세요",
    ]
    assert dict(cleared.rule_counts) == {"mobile": 3, "name": 1}


def test_clear_refuses_a_block_until_it_is_masked() -> None:
    messages = user(f"주민번호 {RESIDENT}")
    with pytest.raises(GuardRefusedError) as refused:
        clear(messages, placeholders=Placeholders(), choices={}, location=Location.INSIDE)
    assert [f.kind for f in refused.value.findings] == ["resident_number"]
    assert refused.value.findings[0].where == "user:1"
    assert RESIDENT not in str(refused.value) + refused.value.remedy
    kept = choose(messages[0].text, Choice.KEEP)
    with pytest.raises(GuardRefusedError):
        clear(messages, placeholders=Placeholders(), choices=kept, location=Location.INSIDE)
    masked = choose(messages[0].text, Choice.MASK)
    cleared = clear(messages, placeholders=Placeholders(), choices=masked, location=Location.OUTSIDE)
    assert cleared.messages[0].text == "주민번호 [주민등록번호1]"


@pytest.mark.parametrize(
    ("text", "location", "passes"),
    [
        (MOBILE, Location.INSIDE, True),
        (MOBILE, Location.OUTSIDE, False),
        (ACCOUNT, Location.OUTSIDE, False),
        ("차량 12가3456", Location.OUTSIDE, False),
        ("password=qwer1234", Location.OUTSIDE, False),
        ("총무과 033-640-5114", Location.OUTSIDE, True),
        ("문의 pr@gangneung.go.kr", Location.OUTSIDE, True),
        ("사업자등록번호 226-81-12349", Location.OUTSIDE, True),
        ("성명: 김영희", Location.OUTSIDE, True),
    ],
)
def test_keep_outside_counts_only_for_what_may_be_public(text: str, location: Location, passes: bool) -> None:
    choices = choose(text, Choice.KEEP, b"k")
    assert all(may_keep(f, location) for f in find(text)) is passes

    def run() -> Cleared:
        return clear(user(text), placeholders=Placeholders(), choices=choices, location=location, key=b"k")

    if passes:
        assert run().messages[0].text == text
    else:
        with pytest.raises(GuardRefusedError, match="외부"):
            run()


def test_choices_made_with_another_key_count_for_nothing() -> None:
    choices = choose(RESIDENT, Choice.MASK, b"one")
    with pytest.raises(GuardRefusedError):
        clear(
            user(RESIDENT), placeholders=Placeholders(), choices=choices, location=Location.INSIDE, key=b"two"
        )


def test_known_values_are_sent_as_they_are() -> None:
    text = f"담당자 {MOBILE}"
    cleared = clear(
        user(text),
        placeholders=Placeholders(),
        choices={},
        location=Location.OUTSIDE,
        known=[f"명단 {MOBILE}"],
    )
    assert cleared.messages[0].text == text
    assert not cleared.rule_counts


def test_history_that_is_masked_already_is_not_masked_again() -> None:
    p = Placeholders()
    first = clear(user(f"계좌 {ACCOUNT}, {MOBILE}"), placeholders=p, choices={}, location=Location.INSIDE)
    again = clear(first.messages, placeholders=p, choices={}, location=Location.INSIDE)
    assert again.messages == first.messages


def test_a_value_told_once_by_its_label_is_masked_wherever_it_stands() -> None:
    messages = user(
        "성명: 김영희, 계좌번호 110-123-456789", "김영희는 110-123-456789 로 받습니다", "110123456789"
    )
    choices = choose(messages[0].text, Choice.MASK)
    cleared = clear(messages, placeholders=Placeholders(), choices=choices, location=Location.OUTSIDE)
    assert [m.text for m in cleared.messages] == [
        "성명: [이름1], 계좌번호 [계좌번호1]",
        "[이름1]는 [계좌번호1] 로 받습니다",
        "[계좌번호2]",
    ]
    assert values("성명: 김영희\n어제 김영희가 다녀감", "name") == ["김영희", "김영희"]


def test_glued_mobile_numbers_are_found() -> None:
    assert values("010-1234-5678010-9876-5432", "mobile") == ["010-1234-5678010-9876-5432"]


def test_cleared_is_made_in_one_module_only() -> None:
    makers = [
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Cleared"
    ]
    assert makers == ["guard/clearing.py"]


def test_redact_leaves_nothing_to_find() -> None:
    text = f"성명: 김영희 {RESIDENT} {MOBILE} {ACCOUNT}"
    covered = redact(text)
    assert not any(part in covered for part in ("김영희", "850315", "2345", "5678"))
    assert "〈주민등록번호 가림〉" in covered
    assert find(covered) == ()
    assert redact("평범한 글입니다") == "평범한 글입니다"


# --------------------------------------------------------------------------- properties

digit_text = st.text("0123456789", min_size=4, max_size=4)
person_values = st.one_of(
    st.builds("010-{}-{}".format, digit_text, digit_text),
    st.builds("010{}{}".format, digit_text, digit_text),
    st.builds("계좌번호 110-123-{}{}".format, digit_text, st.text("0123456789", min_size=2, max_size=2)),
    st.builds("u{}@example.com".format, digit_text),
    st.builds("차량 12가{}".format, digit_text),
    st.sampled_from(
        [RESIDENT, "여권 M123A4567", "5423-1234-5678-9013", "성명: 김영희", "주소: 강릉시 강릉대로 33"]
    ),
)
fillers = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "\n",
            ", ",
            " / ",
            "은 ",
            "[전화번호1]",
            "[계좌번호2] ",
            "총무과-1234 ",
            "[",
            "]",
            "계좌 ",
            "1 2 3 ",
            "\u200b",
        ]
    ),
)
mixed = st.lists(st.one_of(person_values, fillers), max_size=12).map("".join)


@settings(max_examples=150, deadline=None)
@given(mixed)
def test_mask_then_restore_gives_the_same_text(text: str) -> None:
    p = Placeholders()
    findings = find(text)
    masked = p.mask(text, findings, {f.fingerprint: Choice.MASK for f in findings})
    assert p.restore(masked) == text


@settings(max_examples=150, deadline=None)
@given(mixed)
def test_findings_are_well_formed_for_any_text(text: str) -> None:
    end = 0
    for f in find(text):
        assert end <= f.start < f.end <= len(text)
        assert f.label == KINDS[f.kind].label
        end = f.end


@settings(max_examples=150, deadline=None)
@given(st.lists(mixed, min_size=1, max_size=3))
def test_no_raw_value_survives_clear(texts: list[str]) -> None:
    choices: dict[str, Choice] = {}
    for text in texts:
        choices |= choose(text, Choice.MASK)
    try:
        cleared = clear(user(*texts), placeholders=Placeholders(), choices=choices, location=Location.OUTSIDE)
    except GuardRefusedError:
        return  # refusing is always allowed; sending is what must be clean
    for message, text in zip(cleared.messages, texts, strict=True):
        assert not [f for f in find(message.text) if f.action in (Action.BLOCK, Action.MASK)]
        for f in find(text):
            raw = text[f.start : f.end]
            if f.action in (Action.BLOCK, Action.MASK) and len(raw) > 5:
                # Inside a longer run of digits it is another number: 7010-2345-6789 is no telephone.
                assert not re.search(rf"(?<![\w.-]){re.escape(raw)}(?![\w.-])", message.text)


# --------------------------------------------------------------------------- hostile input


def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    modules = [
        importlib.import_module(f"sandbox.guard.{name}")
        for name in ("views", "numbers", "phrases", "finding")
    ]
    return [
        (f"{module.__name__}.{name}", value)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]


@pytest.mark.parametrize(("name", "pattern"), _patterns(), ids=lambda v: v if isinstance(v, str) else "")
def test_every_pattern_of_ours_has_a_bounded_width(name: str, pattern: re.Pattern[str]) -> None:
    """A match attempt looks at a bounded stretch, so the work is linear in the text."""
    parser = importlib.import_module("re._parser")
    assert parser.parse(pattern.pattern, pattern.flags).getwidth()[1] <= 700, name


HOSTILE: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "1" * n,
    "dashed": lambda n: "010-" * (n // 4),
    "spaced": lambda n: "8 5 0 3 1 5 " * (n // 12),
    "digit lines": lambda n: "850315\n" * (n // 7),
    "fullwidth": lambda n: "０" * n,
    "blanks": lambda n: " " * n,
    "zero width": lambda n: "1\u200b" * (n // 2),
    "names": lambda n: "김영희," * (n // 4),
    "roads": lambda n: "강릉시가나다로" * (n // 7),
    "at": lambda n: "a." * (n // 2) + "@",
    "brackets": lambda n: "[전화번호" * (n // 5),
    "numbers": lambda n: "850315-1234566 " * (n // 15),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(name: str) -> None:
    """Eight times the text costs about eight times the work; a quadratic rule would cost 64 times."""

    def cost(size: int) -> float:
        text = HOSTILE[name](size)
        importlib.import_module("sandbox.guard.finding")._remembered_hits.cache_clear()
        started = time.process_time()
        find(text)
        return time.process_time() - started

    small, large = min(cost(8_000) for _ in range(3)), min(cost(64_000) for _ in range(2))
    assert large / max(small, 0.004) < 32


def test_kinds_speak_korean_and_say_what_to_do() -> None:
    for kind in KINDS.values():
        assert kind.explanation.endswith("니다.") or kind.explanation.endswith("세요."), kind.id
        assert re.search("[가-힣]", kind.label)
        assert not kind.may_be_public or kind.action is Action.MASK


@pytest.mark.parametrize("before", ["\\", "\\\\", "가\\", "010-1111-2222\\"])
def test_a_backslash_before_a_masked_value_comes_back_with_it(before: str) -> None:
    """Restoring takes away the backslash that a model may set before a placeholder, but not a typed one."""
    text = f"{before}010-9382-7715 입니다"
    p = Placeholders()
    masked = p.mask(text, find(text), {})
    assert "9382" not in masked
    assert p.restore(masked) == text
