"""What the docs say is what the code does. `make docs` writes the generated pages anew."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
from enum import StrEnum
from pathlib import Path

import pytest

import hub.vocabulary
from hub.settings import known_names, settings_page
from hub.vocabulary import errors

TECHNICAL = {"FieldType"}
"""Enumerations of how a column is stored: no terms of the field."""
HAN = re.compile("[一-鿿]")
HEADINGS = ["Context", "Decision", "Alternatives", "Refusals", "When to reconsider"]


def refusals() -> list[type[errors.Refusal]]:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    return sorted((one for one in classes if issubclass(one, errors.Refusal)), key=lambda one: one.code)


def errors_page() -> str:
    """The text of docs/errors.md."""
    head = """# Errors

Expected refusals. A mutation returns them in `problems { code message hint field }`, a query in
`errors[].extensions { code hint requestId }`. Codes are stable; the message tells the case, the hint what to do next.
Anything else is masked as `internal_error` with a request id, under which the log has the trace.

| code | what to do next |
|---|---|
"""
    return head + "".join(f"| `{one.code}` | {one.hint or 'What the message says.'} |\n" for one in refusals())


def enumerations() -> list[type[StrEnum]]:
    names = [module.name for module in pkgutil.iter_modules(hub.vocabulary.__path__)]
    modules = [importlib.import_module(f"hub.vocabulary.{name}") for name in names]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted((one for one in found if issubclass(one, StrEnum) and one is not StrEnum), key=lambda o: o.__name__)


@pytest.mark.parametrize(("name", "text"), [("settings.md", settings_page()), ("errors.md", errors_page())])
def test_generated_page_is_current(repository: Path, name: str, text: str) -> None:
    page = repository / "docs" / name
    if os.environ.get("HUB_TEST_WRITE_DOCS"):
        page.write_text(text)

    assert page.read_text() == text, "run: make docs"


def test_every_setting_is_documented(repository: Path) -> None:
    page = (repository / "docs" / "settings.md").read_text()

    assert re.findall(r"^\| `(HUB_\w+)`", page, re.MULTILINE) == known_names()


def test_error_codes_are_unique_and_documented(repository: Path) -> None:
    page = (repository / "docs" / "errors.md").read_text()
    codes = [one.code for one in refusals()]

    assert len(codes) == len(set(codes))
    assert re.findall(r"^\| `(\w+)`", page, re.MULTILINE) == codes


@pytest.mark.parametrize("enumeration", enumerations(), ids=lambda one: one.__name__)
def test_every_term_stands_in_the_glossary_with_its_chinese(repository: Path, enumeration: type[StrEnum]) -> None:
    if enumeration.__name__ in TECHNICAL:
        return
    lines = (repository / "docs" / "glossary.md").read_text().splitlines()
    rows = [re.split(r"\s*\|\s*", line)[1:3] for line in lines if line.startswith("| `")]
    terms = {name.strip("`") for name, chinese in rows if HAN.search(chinese)}

    assert {member.value for member in enumeration} <= terms


def records(repository: Path) -> list[Path]:
    return sorted((repository / "docs" / "adr").glob("*.md"))


def test_decisions_are_numbered_without_gap_and_listed_in_the_first(repository: Path) -> None:
    pages = records(repository)
    index = pages[0].read_text()

    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    assert [page.name for page in pages[1:] if f"({page.name})" not in index] == []


def test_every_decision_says_what_was_refused_and_when_to_reconsider(repository: Path) -> None:
    for page in records(repository):
        text = page.read_text()
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS, page.name
        assert len(text.splitlines()) <= 60, page.name


def test_relative_links_in_the_docs_lead_somewhere(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    dead = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_docs_name_only_settings_that_exist(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"\bHUB_[A-Z_]+[A-Z]\b", page.read_text())}

    assert {name for name in named if not name.startswith("HUB_TEST_")} - set(known_names()) == set()
