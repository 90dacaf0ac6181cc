"""The server process as a whole: what it says when it cannot open, and that it asks nobody outside."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.fake_endpoint import FakeEndpoint
from tests.running_room import ROOT, RunningRoom, free_port


def start_and_fail(data_dir: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_DATA_DIR": str(data_dir), "SANDBOX_EMBEDDED": "0", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def test_a_damaged_database_is_told_in_korean_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "sandbox.db").write_text("데이터베이스가 아닌 글" * 50, encoding="utf-8")
    code, said = start_and_fail(tmp_path)
    assert code != 0
    assert "[시작하지 못했습니다] 기록 파일이 손상되어" in said
    assert "Traceback" not in said
    assert (tmp_path / "sandbox.db").read_text(encoding="utf-8").startswith("데이터베이스가"), (
        "left as it was"
    )


def test_a_broken_setting_does_not_keep_the_room_shut(tmp_path: Path, fake_endpoint: FakeEndpoint) -> None:
    (tmp_path / "sandbox.toml").write_text(
        f'[[endpoint]]\nname = "시험용"\nbase_url = "{fake_endpoint.base_url}"\nmodel = "fake"\nlocaton = "내부"\n',
        encoding="utf-8",
    )
    with RunningRoom(tmp_path) as room:
        said = room.log.read_text(encoding="utf-8")
    assert "Traceback" not in said


def test_a_page_that_is_none_leads_home_instead_of_an_english_dialog(
    tmp_path: Path, fake_endpoint: FakeEndpoint
) -> None:

    with RunningRoom(tmp_path, OPENAI_BASE_URL=fake_endpoint.base_url, OPENAI_MODEL="fake") as room:

        def landed(path: str) -> str:
            request = urllib.request.Request(room.url + path, headers={"Accept": "text/html"})
            with urllib.request.urlopen(request, timeout=20) as answer:
                return str(answer.geturl())

        assert landed("/nosuchpage") == room.url + "/"
        assert landed("/course") == room.url + "/course"
        assert landed("/exercise?id=x") == room.url + "/exercise?id=x"


def test_no_folder_makes_streamlit_serve_pages_without_their_frame() -> None:
    """A ``pages`` folder beside the main script would: a deep link on a fresh server lost the frame for all."""
    assert not (ROOT / "ui" / "pages").exists()
