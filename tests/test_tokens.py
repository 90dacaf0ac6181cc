"""Token counts work offline, are honest about estimates, and catch what does not fit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import tokens
from sandbox.records import (
    Endpoint,
    Message,
    PromptTooLongError,
    Role,
    Sampling,
    SettingsError,
    TokenCount,
)


def message(text: str, role: Role = Role.USER) -> Message:
    return Message(role, text)


def endpoint(context_tokens: int, model: str = "gpt-4o") -> Endpoint:
    return Endpoint("e", "e", "http://127.0.0.1/v1", model, context_tokens=context_tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    # known counts of o200k_base; a special token is plain text to us
    [("", 0), ("hello world", 2), ("안녕하세요", 2), ("강릉시 행정", 6), ("<|endoftext|>", 7)],
)
def test_counts(text: str, expected: int) -> None:
    assert tokens.count(text) == TokenCount(expected, estimated=False)


@pytest.mark.parametrize(
    ("model", "estimated"),
    [
        ("", False),
        ("gpt-4o", False),
        ("gpt-4o-2024-11-20", False),
        ("openai/gpt-4o-mini", False),
        ("gpt-oss-120b", False),
        ("gpt-4", True),
        ("gpt-3.5-turbo", True),
        ("qwen2.5-coder-1.5b-instruct", True),
        ("없는 모델", True),
    ],
)
def test_a_count_for_another_vocabulary_is_an_estimate(model: str, estimated: bool) -> None:
    assert tokens.count("가나다", model).estimated is estimated
    assert tokens.count_messages([message("가나다")], model).estimated is estimated


def test_messages_count_more_than_their_texts() -> None:
    one = tokens.count_messages([message("안녕하세요")]).tokens
    two = tokens.count_messages([message("안녕하세요"), message("안녕하세요")]).tokens
    assert one == 2 + tokens.TOKENS_PER_MESSAGE + tokens.TOKENS_PER_REQUEST
    assert two - one == 2 + tokens.TOKENS_PER_MESSAGE


@pytest.mark.parametrize(
    "text", ["", "강릉시 뷁뛟 행정 😀 힣", "👨‍👩‍👧‍👦", "plain words", "뷁" * 50, "a\ud800b"]
)
def test_pieces_show_whole_characters(text: str) -> None:
    shown = tokens.pieces(text)
    assert "".join(shown) == text.replace("\ud800", "\ufffd")
    assert all(shown)
    assert "\ufffd" not in "".join(shown).replace("a\ufffdb", "")


@given(st.text(max_size=200))
def test_pieces_always_join_to_the_text(text: str) -> None:
    assert "".join(tokens.pieces(text)) == text
    assert len(tokens.pieces(text)) <= tokens.count(text).tokens


def test_long_texts_are_counted_too() -> None:
    text = "강릉시 정보화교육장 " * 5_000
    assert tokens.count(text).tokens > 20_000
    assert tokens.count(text) == tokens.count(text)


def test_what_fits_is_counted() -> None:
    assert tokens.check_fits([message("안녕하세요")], endpoint(100), Sampling(max_answer_tokens=91)) == (
        TokenCount(9, estimated=False)
    )


def test_one_token_too_many_is_caught() -> None:
    with pytest.raises(PromptTooLongError) as caught:
        tokens.check_fits([message("안녕하세요")], endpoint(100), Sampling(max_answer_tokens=92))
    assert (caught.value.tokens, caught.value.limit) == (9, 8)


# What the embedded model's own tokenizer counts, which knows no number but its digits.
QWEN_TOKENS = (
    ("시설대관 입금 내역을 부서별로 정리해 주세요.", 18),
    ("2026-11-22\t1,250,000\t110-234-567890\n", 36),
    ("| 3월 | 12,480명 | 13.5% |\n", 21),
)


@pytest.mark.parametrize(("text", "needed"), QWEN_TOKENS)
def test_a_request_is_refused_before_another_vocabulary_overflows(text: str, needed: int) -> None:
    """Ours takes three digits at once and counts fewer; what fits by it may not fit by theirs."""
    long, room = text * 100, 7 + needed * 100
    asked = [message(long)]
    counted = tokens.check_fits(asked, endpoint(10 * room, "qwen2.5-7b"), Sampling(max_answer_tokens=1))
    assert counted.estimated
    assert room <= counted.tokens <= 1.4 * room
    with pytest.raises(PromptTooLongError, match=r"약 .*\(추정\)"):
        tokens.check_fits(asked, endpoint(room, "qwen2.5-7b"), Sampling(max_answer_tokens=1))


def test_an_exact_count_gets_no_margin() -> None:
    long = "1,250,000원 " * 100
    fits = tokens.check_fits([message(long)], endpoint(100_000), Sampling(max_answer_tokens=1))
    assert fits == tokens.count_messages([message(long)])


def test_the_error_says_what_to_shorten_and_shortening_helps() -> None:
    memo = "첫 문단입니다.\n둘째 줄.\n\n" + "가나다라 마바사 아자차카. " * 200 + "\n\n끝 문단입니다."
    asked = [message("당신은 도우미", Role.SYSTEM), message(memo)]
    with pytest.raises(PromptTooLongError) as caught:
        tokens.check_fits(asked, endpoint(1_500, "local-model"), Sampling(max_answer_tokens=500))
    error = caught.value
    assert "약 " in error.message
    assert f"요청({len(memo):,}자)" in error.remedy
    assert "4번째 줄부터의 문단" in error.remedy
    chars = int(error.remedy.split("여기서 ")[1].split("자")[0].replace(",", ""))
    start = memo.index("가나다라")
    shorter = memo[:start] + memo[start + chars :]
    tokens.check_fits(
        [asked[0], message(shorter)], endpoint(1_500, "local-model"), Sampling(max_answer_tokens=500)
    )


def test_the_longest_message_of_a_conversation_is_named() -> None:
    talk = [message("짧다"), message("긴 답변 " * 300, Role.ASSISTANT), message("다음")]
    with pytest.raises(PromptTooLongError, match="보낼 글이") as caught:
        tokens.check_fits(talk, endpoint(700), Sampling(max_answer_tokens=300))
    assert "2번째 메시지 앞선 답변" in caught.value.remedy


def test_an_answer_budget_that_fills_the_context_is_named() -> None:
    with pytest.raises(PromptTooLongError, match="답변 길이"):
        tokens.check_fits([message("안녕")], endpoint(500), Sampling(max_answer_tokens=500))


def test_the_error_holds_no_prompt_text() -> None:
    with pytest.raises(PromptTooLongError) as caught:
        tokens.check_fits([message("홍길동 " * 500)], endpoint(600), Sampling(max_answer_tokens=500))
    assert "홍길동" not in caught.value.message + caught.value.remedy


@pytest.mark.parametrize("content", [None, b"", b"damaged"])
def test_missing_or_damaged_ranks_are_a_clear_error_and_stay_untouched(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "한글 폴더" / tokens.RANKS_FILE
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="손상"):
        tokens.verify_ranks(path)
    assert path.exists() is (content is not None)


def test_it_works_in_a_fresh_process_that_cannot_open_a_socket(tmp_path: Path) -> None:
    code = (
        "import socket, os\n"
        "def refuse(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from sandbox import tokens\n"
        "import sys; assert 'tiktoken' not in sys.modules\n"
        "print(tokens.count('안녕하세요').tokens, os.environ.get('TIKTOKEN_CACHE_DIR'))\n"
    )
    environ = {**os.environ, "TIKTOKEN_CACHE_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environ,
        cwd=Path(tokens.__file__).parents[1],
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["2", str(tmp_path)]
    assert list(tmp_path.iterdir()) == []
