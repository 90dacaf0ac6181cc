"""Settings: what the file and the environment say, and that what is wrong is collected, never raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.records import Location
from sandbox.settings import DEFAULT_PORT, Settings, default_location, load

ENDPOINT = '[[endpoint]]\nname = "시청"\nbase_url = "https://llm.example.go.kr/v1/"\nmodel = "m"\n'


def read(tmp_path: Path, text: str = "", **environ: str) -> Settings:
    if text:
        (tmp_path / "sandbox.toml").write_text(text, encoding="utf-8")
    return load(environ, project_dir=tmp_path)


def test_nothing_set_means_the_embedded_model_on_this_pc(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.problems == ()
    assert settings.endpoints == ()
    assert settings.embedded.enabled
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite:///{(tmp_path / 'data' / 'sandbox.db').as_posix()}"
    assert (settings.port, settings.classroom) == (DEFAULT_PORT, False)
    assert settings.prompts_dirs == (tmp_path / "prompts",)


def test_three_environment_variables_are_enough(tmp_path: Path) -> None:
    settings = read(
        tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_API_KEY="sk-secret", OPENAI_MODEL="gpt"
    )
    (endpoint,) = settings.endpoints
    assert (endpoint.base_url, endpoint.model, endpoint.location) == (
        "http://127.0.0.1:9/v1",
        "gpt",
        Location.INSIDE,
    )
    assert endpoint.key is not None
    assert endpoint.key.reveal() == "sk-secret"
    assert "sk-secret" not in repr(settings)
    assert not settings.embedded.enabled


def test_a_key_alone_sends_nothing_outside(tmp_path: Path) -> None:
    settings = read(tmp_path, OPENAI_API_KEY="sk-secret")
    assert settings.endpoints == ()
    assert settings.embedded.enabled
    assert settings.problems == ()


def test_key_and_model_mean_the_official_address(tmp_path: Path) -> None:
    (endpoint,) = read(tmp_path, OPENAI_API_KEY="k", OPENAI_MODEL="m").endpoints
    assert endpoint.base_url.startswith("https://")
    assert endpoint.location is Location.OUTSIDE


def test_file_with_everything(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("\ufefffile-key\n", encoding="utf-8")
    settings = read(
        tmp_path,
        '[room]\nport = 9000\nclassroom = true\ndatabase_url = "postgresql+psycopg://u:p@h/d"\n'
        "[model]\nenabled = true\npath = 'm/다른.gguf'\ncontext_tokens = 4096\nparallel = 3\nthreads = 2\n"
        '[content]\nprompts = ["우리과"]\n'
        + ENDPOINT
        + 'key_file = "key.txt"\nlocation = "내부"\ncontext_tokens = 32768\nparallel = 4\nprice_in_won = 200\n'
        + 'price_out_won = 800.5\nstall_timeout_seconds = 30\n[[endpoint]]\nname = "둘"\nmodel = "n"\n'
        + 'base_url = "http://10.0.0.7:8000/v1"\nkey_env = "MY_KEY"\n',
        MY_KEY="env-key",
    )
    assert settings.problems == ()
    first, second = settings.endpoints
    assert first.base_url == "https://llm.example.go.kr/v1"
    assert first.key is not None and first.key.reveal() == "file-key"
    assert (first.location, first.context_tokens, first.parallel) == (Location.INSIDE, 32_768, 4)
    assert (first.price_in_won, first.price_out_won, first.stall_timeout_seconds) == (200, 800.5, 30)
    assert second.key is not None and second.key.reveal() == "env-key"
    assert second.location is Location.OUTSIDE
    assert first.id != second.id
    assert first.id == read(tmp_path, MY_KEY="x").endpoints[0].id
    assert settings.embedded.path == tmp_path / "m" / "다른.gguf"
    assert (settings.embedded.parallel, settings.embedded.threads) == (3, 2)
    assert (settings.port, settings.classroom) == (9000, True)
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"
    assert settings.prompts_dirs[1] == tmp_path / "우리과"


def test_the_example_file_is_right_as_shipped_and_with_every_line_switched_on(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "sandbox.example.toml").read_text(encoding="utf-8")
    assert read(tmp_path, text).problems == ()
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    switched_on = [line for line in lines if line.startswith("[") or " = " in line]
    without_second_key = "\n".join(line for line in switched_on if not line.startswith("key_file"))
    settings = read(
        tmp_path, without_second_key.replace('sha256 = ""', f'sha256 = "{"0" * 64}"'), CITY_LLM_KEY="k"
    )
    assert [problem.message for problem in settings.problems] == []
    assert settings.endpoints[0].location is Location.INSIDE
    assert settings.endpoints[0].fallback is not None
    assert settings.endpoints[0].fallback.name == "시청 예비 모델"


SECOND = '[[endpoint]]\nname = "예비"\nbase_url = "{url}"\nmodel = "n"\n'
INSIDE, OUTSIDE = "http://127.0.0.1:9/v1", "https://ai.example.com/v1"


@pytest.mark.parametrize(
    ("first", "second", "more", "reach", "says"),
    [
        (INSIDE, INSIDE, "", Location.INSIDE, ""),
        (INSIDE, OUTSIDE, "", None, "외부 연결"),
        (INSIDE, OUTSIDE, "fallback_outside = false\n", None, "외부 연결"),
        (INSIDE, OUTSIDE, "fallback_outside = true\n", Location.OUTSIDE, ""),
        (OUTSIDE, INSIDE, "", Location.OUTSIDE, ""),
        (OUTSIDE, OUTSIDE, "", Location.OUTSIDE, ""),
    ],
)
def test_a_fallback_goes_outside_only_where_the_officer_wrote_so(
    tmp_path: Path, first: str, second: str, more: str, reach: Location | None, says: str
) -> None:
    mine = ENDPOINT.replace("https://llm.example.go.kr/v1/", first) + f'fallback = "예비"\n{more}'
    settings = read(tmp_path, mine + SECOND.format(url=second))
    assert [says in problem.message for problem in settings.problems] == ([True] if says else [])
    assert len(settings.endpoints) == 2, "the endpoint itself stays"
    fallback = settings.endpoints[0].fallback
    assert (fallback is None) == (reach is None)
    assert settings.endpoints[0].reach is (reach or Location.INSIDE)
    assert settings.endpoints[1].fallback is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('fallback = "없는 이름"\n', "없는 이름"),
        ('fallback = "시청"\n', "시청"),  # itself
        ('fallback = "내장 모델"\n', "꺼져"),
        ("fallback = 3\n", "fallback"),
        ('fallback = "예비"\nfallback_outside = "예"\n', "fallback_outside"),
    ],
)
def test_a_fallback_that_cannot_be_is_told(tmp_path: Path, text: str, says: str) -> None:
    settings = read(tmp_path, ENDPOINT + text + SECOND.format(url=OUTSIDE))
    assert any(says in problem.message and problem.remedy for problem in settings.problems)
    assert all(endpoint.fallback is None for endpoint in settings.endpoints)
    assert not settings.embedded_behind


def test_the_embedded_model_can_be_the_fallback(tmp_path: Path) -> None:
    settings = read(tmp_path, "[model]\nenabled = true\n" + ENDPOINT + 'fallback = "내장 모델"\n')
    assert settings.problems == ()
    assert settings.embedded_behind == {settings.endpoints[0].id}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[room]\nprot = 1\n", "prot"),
        ("[rooms]\n", "rooms"),
        ("[room]\nport = 70000\n", "port"),
        ("[room]\nport = true\n", "port"),
        ("[room]\nport = 80.5\n", "port"),
        ('[room]\nclassroom = "예"\n', "classroom"),
        ("room = 3\n", "[room]"),
        ("[endpoint]\nname = 'a'\n", "[endpoint]"),
        ("[[endpoint]]\nname = 'a'\nmodel = 'm'\n", "base_url"),
        (ENDPOINT + 'location = "외"\n', "location"),
        (ENDPOINT + "parallel = 0\n", "parallel"),
        (ENDPOINT + 'api_key = "sk-very-secret"\n', "key"),
        (ENDPOINT + 'key_env = "NOT_THERE"\n', "NOT_THERE"),
        (ENDPOINT + 'key_file = "none.txt"\n', "key_file"),
        (ENDPOINT.replace("https://", "https://u:pw-secret@"), "base_url"),
        (ENDPOINT.replace("https://", "ftp://"), "base_url"),
        (ENDPOINT.replace("go.kr", "go.kr:99999"), "base_url"),
        (ENDPOINT + ENDPOINT, "시청"),
        ('[model]\nsha256 = "abc"\n', "sha256"),
        ("[content]\nprompts = [1]\n", "prompts"),
        ("[room\n", "1번째 줄"),
        ('[model]\npath = "C:\\모델\\x.gguf"\n', "2번째 줄"),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy_and_without_secrets(
    tmp_path: Path, text: str, says: str
) -> None:
    settings = read(tmp_path, text)
    assert settings.problems
    assert any(says in problem.message for problem in settings.problems)
    assert all(problem.remedy for problem in settings.problems)
    assert "secret" not in " ".join(problem.message + problem.remedy for problem in settings.problems)
    assert settings.port == DEFAULT_PORT


def test_a_near_miss_gets_a_hint(tmp_path: Path) -> None:
    assert "port" in read(tmp_path, "[room]\nprot = 1\n").problems[0].remedy


def test_a_broken_endpoint_does_not_switch_the_embedded_model_on(tmp_path: Path) -> None:
    settings = read(tmp_path, ENDPOINT.replace("https", "ftp"))
    assert settings.endpoints == ()
    assert not settings.embedded.enabled


def test_a_file_saved_as_cp949_is_named(tmp_path: Path) -> None:
    (tmp_path / "sandbox.toml").write_bytes("[room]\n# 우리 과\n".encode("cp949"))
    (problem,) = load({}, project_dir=tmp_path).problems
    assert "UTF-8" in problem.message


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff[room]\nport = 9001\n").port == 9001


def test_the_data_folder_s_file_comes_first_and_the_doubling_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sandbox.toml").write_text("[room]\nport = 9002\n", encoding="utf-8")
    settings = read(tmp_path, "[room]\nport = 9003\n")
    assert settings.port == 9002
    assert settings.file == tmp_path / "data" / "sandbox.toml"
    assert len(settings.problems) == 1


@pytest.mark.parametrize(
    ("environ", "attribute", "value"),
    [
        ({"SANDBOX_PORT": "9100"}, "port", 9100),
        ({"SANDBOX_CLASSROOM": "1"}, "classroom", True),
        ({"SANDBOX_DATABASE_URL": "sqlite://"}, "database_url", "sqlite://"),
    ],
)
def test_the_environment_outweighs_the_file(
    tmp_path: Path, environ: dict[str, str], attribute: str, value: object
) -> None:
    settings = read(
        tmp_path, '[room]\nport = 9\nclassroom = false\ndatabase_url = "sqlite:///x"\n', **environ
    )
    assert getattr(settings, attribute) == value
    assert settings.problems == ()


@pytest.mark.parametrize("name", ["SANDBOX_PORT", "SANDBOX_CLASSROOM", "SANDBOX_EMBEDDED"])
def test_nonsense_in_the_environment_is_named(tmp_path: Path, name: str) -> None:
    (problem,) = read(tmp_path, **{name: "글쎄"}).problems
    assert name in problem.message


def test_the_embedded_model_can_be_switched_off(tmp_path: Path) -> None:
    assert not read(tmp_path, SANDBOX_EMBEDDED="0").embedded.enabled
    assert read(tmp_path, ENDPOINT, SANDBOX_EMBEDDED="1").embedded.enabled


def test_the_data_folder_given_in_code_outweighs_the_environment(tmp_path: Path) -> None:
    named = load({"SANDBOX_DATA_DIR": str(tmp_path / "b")}, data_dir=tmp_path / "a", project_dir=tmp_path)
    assert named.data_dir == tmp_path / "a"
    assert read(tmp_path, SANDBOX_DATA_DIR="기록").data_dir == tmp_path / "기록"


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://192.168.0.5/v1", False),
        ("http://10.1.2.3/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
        ("https://localhost.example.com/v1", False),
    ],
)
def test_only_this_very_pc_counts_as_inside_unless_declared(url: str, inside: bool) -> None:
    assert (default_location(url) is Location.INSIDE) is inside


def test_a_model_that_ollama_passes_on_counts_as_outside_unless_declared(tmp_path: Path) -> None:
    assert default_location("http://localhost:11434/v1", "gpt-oss:120b-cloud") is Location.OUTSIDE
    here = {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "OPENAI_MODEL": "glm-4.6:cloud"}
    assert read(tmp_path, **here).endpoints[0].location is Location.OUTSIDE
