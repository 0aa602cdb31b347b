"""The rule of tests/conftest.py, tried on a small test run of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = """
import pytest
@pytest.mark.shared
def test_wants_data(shared_data): assert shared_data.is_dir()
@pytest.mark.chromium
def test_wants_browser(chromium): assert chromium
def test_wants_nothing(): pass
"""


def run(repository: Path, folder: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((repository / "tests" / "conftest.py").read_text())
    (folder / "test_sample.py").write_text(SAMPLE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  shared: x\n  chromium: y\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST", "CI"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", *options, str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=clean | {"PATH": "/nowhere"} | env
    )


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_what_is_missing_is_named_at_the_end(repository: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run(repository, tmp_path, *options, HUB_TEST_SHARED_DATA="/nowhere")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "not run: test_sample.py::test_wants_data (needs the real data set" in done.stdout
    assert "not run: test_sample.py::test_wants_browser (needs a Chromium" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout.splitlines()[-1]


def test_what_is_missing_fails_under_ci(repository: Path, tmp_path: Path) -> None:
    done = run(repository, tmp_path, CI="true", HUB_TEST_SHARED_DATA="/nowhere")

    assert done.returncode == 1
    assert "2 errors" in done.stdout.splitlines()[-1] or "2 failed" in done.stdout.splitlines()[-1]
    assert "needs a Chromium (HUB_TEST_CHROMIUM, else on the PATH), which CI must provide" in done.stdout


def test_what_is_there_is_used(repository: Path, tmp_path: Path) -> None:
    done = run(repository, tmp_path, CI="true", HUB_TEST_SHARED_DATA=str(tmp_path), HUB_TEST_CHROMIUM=sys.executable)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "not run" not in done.stdout
