"""The command line as a user meets it: help, exit codes, refusals as one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hub.cli.commands import app

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = (
    "init", "serve", "work", "demo", "import", "export", "search", "reindex", "check", "units", "keys create",
    "keys list", "keys revoke", "followers list", "followers replay", "synonyms list", "synonyms add",
)  # fmt: skip


def hub(*words: str, folder: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as its own process, with no HUB_* name but those given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    given = {**clean, **env, **({"HUB_DATA_DIR": str(folder)} if folder else {})}
    return subprocess.run([sys.executable, "-m", "hub", *words], cwd=ROOT, env=given, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip


def every_command() -> set[str]:
    root = typer.main.get_command(app)
    found = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {one}" for one in inner} if inner else {name}
    return found


def test_every_command_is_in_the_list_of_this_test() -> None:
    assert every_command() == set(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS, "keys", "followers", "synonyms"])
def test_help_of_every_command_says_what_it_does(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"])

    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_help_needs_no_settings_and_no_hub(tmp_path: Path) -> None:
    done = hub("--help", HUB_DATA_DIR=str(tmp_path / "none"), HUB_NONSENSE="1")

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "none").exists()


def test_unknown_name_of_a_setting_stops_with_a_sentence(tmp_path: Path) -> None:
    done = hub("units", folder=tmp_path / "data", HUB_DATABSE_URL="sqlite:///x")

    assert done.returncode == 2
    assert done.stderr.startswith("hub: ")
    assert "HUB_DATABSE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", [("nonsense",), ("import",), ("search", "x", "--first", "0"), ("keys", "create")])
def test_wrong_usage_exits_with_2(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2


def test_no_command_shows_the_help() -> None:
    assert "Usage:" in CliRunner().invoke(app, []).output


def test_hub_is_made_asked_and_refuses_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    made = hub("init", folder=folder)
    units = hub("units", folder=folder)
    refused = hub("keys", "create", "x", "--unit", "nowhere", folder=folder)
    one_word = hub("synonyms", "add", "市民卡", folder=folder)
    added = hub("synonyms", "add", "市民卡", "社保卡", folder=folder)
    listed = hub("synonyms", "list", folder=folder)

    assert (made.returncode, made.stdout) == (0, f"The hub is ready in {folder}\n")
    assert (units.returncode, units.stdout) == (0, "")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "hub: There is no unit with code “nowhere”.\n     List them: hub units\n"
    assert one_word.returncode == 2
    assert one_word.stderr.startswith("hub: A group has at least two different words.\n")
    assert (added.stdout, listed.stdout) == ("市民卡 = 社保卡\n", "市民卡 = 社保卡\n")


def test_search_without_an_index_says_so(tmp_path: Path) -> None:
    done = hub("search", "养老", folder=tmp_path / "data")

    assert done.returncode == 2
    assert done.stderr.startswith("hub: ")
    assert "Traceback" not in done.stderr


def test_folder_that_cannot_be_made_is_one_sentence() -> None:
    done = hub("units", HUB_DATA_DIR="/proc/nowhere/data")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "hub: No such file or directory: /proc/nowhere.\n"


@pytest.mark.parametrize("what", ["no database", "no folder"])
def test_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path, what: str) -> None:
    file = tmp_path / ("none/hub.db" if what == "no folder" else "hub.db")
    if what == "no database":
        file.write_bytes(b"this is no database at all" * 100)

    done = hub("units", folder=tmp_path / "data", HUB_DATABASE_URL=f"sqlite:///{file}")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hub: HUB_DATABASE_URL names what cannot be opened: ")
    assert "Traceback" not in done.stderr
