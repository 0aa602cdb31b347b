"""The import contracts of pyproject.toml hold, and nothing escapes them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("hub", "schema", "indexers", "storage")
BANNED = {
    "httpx": "it is dormant; httpx2 is what we use",
    "requests": "it blocks the event loop",
    "boto3": "its size; plain S3 calls go through the store's own port",
    "botocore": "its size; plain S3 calls go through the store's own port",
}
LONGEST_FILE = 500


@pytest.fixture(scope="module")
def contracts(repository: Path) -> dict[str, Any]:
    return dict(tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["importlinter"])


def product_files(repository: Path) -> list[Path]:
    return sorted(file for package in PACKAGES for file in (repository / package).rglob("*.py"))


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """The top names that a file imports, with their lines; those inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0], node.lineno


def test_import_contracts_are_kept(repository: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def test_every_part_of_the_hub_stands_in_a_layer(repository: Path, contracts: dict[str, Any]) -> None:
    """A part that no layer names is free to import anything: so both sets are equal."""
    (direction,) = [contract for contract in contracts["contracts"] if contract["id"] == "direction"]
    named = {name.strip() for layer in direction["layers"] for name in re.split("[|:]", layer)}
    entries = [entry for entry in (repository / "hub").iterdir() if entry.stem not in ("__init__", "__main__")]
    parts = {f"hub.{entry.stem}" for entry in entries if entry.suffix == ".py" or any(entry.rglob("*.py"))}

    assert named == parts | {"schema", "indexers", "storage"}


def test_contracts_look_at_every_package_and_excuse_no_import(repository: Path, contracts: dict[str, Any]) -> None:
    tops = {folder.name for folder in repository.iterdir() if (folder / "__init__.py").exists()} - {"tests"}

    assert set(contracts["root_packages"]) == tops == set(PACKAGES)
    assert "ignore_imports" not in str(contracts)
    assert all("unmatched" not in key for contract in contracts["contracts"] for key in contract)


def test_product_imports_no_banned_library(repository: Path) -> None:
    found = [
        f"{file.relative_to(repository)}:{line} imports {name}: {BANNED[name]}"
        for file in product_files(repository)
        for name, line in imported(file)
        if name in BANNED
    ]

    assert found == []


def test_product_reads_the_environment_in_settings_only(repository: Path) -> None:
    """A name read elsewhere is in no docs and checked by nobody."""
    readers = [
        str(file.relative_to(repository))
        for file in product_files(repository)
        if re.search(r"\bos\.environ\b|\bgetenv\b|\bfrom os import .*environ", file.read_text())
    ]

    assert readers == ["hub/settings.py"]


def test_product_files_stay_short(repository: Path) -> None:
    """A file beyond this is split by subject. A migration is a record of one moment and stays as it was generated."""
    written = [file for file in product_files(repository) if file.parent.name != "versions"]
    lengths = {str(file.relative_to(repository)): len(file.read_text().splitlines()) for file in written}

    assert {name: length for name, length in lengths.items() if length >= LONGEST_FILE} == {}
