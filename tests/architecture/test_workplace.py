"""What is committed belongs to the project: no paths of the place it was written in, no environments, no secrets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

# Put together here, so that this file does not name what it looks for
PLACES = re.compile("|".join(["/" + "work/(main|shared|\\.library)", "/" + "root/", "/" + "tmp/CONTRACT"]).encode())
GENERATED = re.compile(
    r"(^|/)(\.venv|venv|__pycache__|node_modules|build|dist|hub-data|\.[a-z]+_cache|\.hypothesis|[^/]+\.egg-info)/"
    r"|\.py[co]$|(^|/)\.env$|(^|/)secret-key$"
)
KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[str]:
    """Names of all files under version control; a checkout without git has none to judge."""
    if not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, cwd=repository).stdout
    return [name for name in names.decode().split("\0") if name]


def test_no_generated_file_is_under_version_control(tracked: list[str]) -> None:
    generated = [name for name in tracked if GENERATED.search(name)]

    assert generated[:5] == [], f"{len(generated)} files; untrack them: git rm -r --cached FOLDER"


def test_no_file_names_the_place_it_was_written_in(repository: Path, tracked: list[str]) -> None:
    own = [repository / name for name in tracked if not GENERATED.search(name)]

    named = [str(file.relative_to(repository)) for file in own if file.is_file() and PLACES.search(file.read_bytes())]

    assert named == []


def test_no_file_holds_a_private_key(repository: Path, tracked: list[str]) -> None:
    own = [repository / name for name in tracked if not GENERATED.search(name)]

    assert [str(file) for file in own if file.is_file() and KEY.search(file.read_bytes())] == []
