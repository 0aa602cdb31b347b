"""Dockerfile and docker-compose.yml against our settings: nothing in them that does not exist."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.settings import known_names, load_settings

PLACEHOLDER = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@pytest.fixture(scope="module")
def dockerfile(repository: Path) -> list[tuple[str, str]]:
    """Instructions in order, as (NAME, rest), continued lines joined."""
    text = (repository / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, " ".join(rest.split())) for name, rest in (line.split(maxsplit=1) for line in lines)]


@pytest.fixture(scope="module")
def final(dockerfile: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Instructions of the last stage by name."""
    start = max(at for at, (name, _) in enumerate(dockerfile) if name == "FROM")
    found: dict[str, list[str]] = {}
    for name, rest in dockerfile[start:]:
        found.setdefault(name, []).append(rest)
    return found


@pytest.fixture(scope="module")
def image_env(final: dict[str, list[str]]) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in final["ENV"] for pair in shlex.split(line))


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((repository / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def service(compose: dict[str, Any]) -> dict[str, Any]:
    return dict(compose["services"]["hub"])


def filled(value: str) -> str:
    """A compose value on a machine where none of its variables is set."""
    return PLACEHOLDER.sub(lambda match: match[2] or "", value)


def test_settings_of_the_image_exist_and_are_good(image_env: dict[str, str]) -> None:
    ours = {name: value for name, value in image_env.items() if name.startswith("HUB_")}

    settings = load_settings(ours)

    assert set(ours) <= set(known_names())
    assert (settings.host, str(settings.data_dir)) == ("0.0.0.0", "/data")


def test_settings_of_compose_exist_and_are_good(service: dict[str, Any], image_env: dict[str, str]) -> None:
    given = {name: filled(str(value)) for name, value in service["environment"].items()}
    variables = {match[1] for value in service["environment"].values() for match in PLACEHOLDER.finditer(str(value))}

    settings = load_settings({name: v for name, v in (image_env | given).items() if name.startswith("HUB_")})

    assert set(given) | variables <= set(known_names())
    assert settings.public_url == "http://localhost:8000"


def test_one_port_everywhere(final: dict[str, list[str]], image_env: dict[str, str], service: dict[str, Any]) -> None:
    port = image_env["HUB_PORT"]

    assert final["EXPOSE"] == [port]
    assert port == str(load_settings({}).port)
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f":{port}/health/ready" in service["healthcheck"]["test"][-1]
    assert "environ['HUB_PORT']" in final["HEALTHCHECK"][0]


def test_image_runs_as_nobody_in_particular_and_keeps_its_data_in_a_volume(final: dict[str, list[str]]) -> None:
    assert final["USER"] == ["10001:10001"]
    assert final["VOLUME"] == ["/data"]
    assert json.loads(final["CMD"][0]) == ["hub", "serve"]


def test_health_checks_are_python_that_compiles(final: dict[str, list[str]], service: dict[str, Any]) -> None:
    command = json.loads(final["HEALTHCHECK"][0].split("CMD", 1)[1])

    for words in (command, service["healthcheck"]["test"][1:]):
        assert words[:2] == ["python", "-c"]
        compile(words[2], "healthcheck", "exec")


def test_image_is_built_from_files_that_exist_and_are_not_ignored(
    repository: Path, dockerfile: list[tuple[str, str]]
) -> None:
    copied = {
        source for name, rest in dockerfile if name == "COPY" and "--from" not in rest for source in rest.split()[:-1]
    }
    let_in = {line[1:] for line in (repository / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert copied == let_in
    assert [source for source in sorted(copied) if not (repository / source).exists()] == []


def test_compose_holds_the_hub_and_nothing_that_does_not_exist_yet(compose: dict[str, Any]) -> None:
    assert list(compose["services"]) == ["hub"]
    assert list(compose["volumes"]) == ["hub-data"]


def test_compose_gives_the_container_no_more_than_it_needs(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == "1g"
    assert service["volumes"] == ["hub-data:/data"]
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert {"user", "privileged"} & set(service) == set()
