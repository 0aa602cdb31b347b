from __future__ import annotations

import hashlib
import json
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub.web import assets
from hub.web.routes import routes
from hub.web.templating import ENVIRONMENT
from tests.hub.web.fake_reading import FakeReading

VENDOR = assets.FOLDER / "vendor"
EXTERNAL = re.compile(r"""(?:https?:)?//[\w-]+\.[\w.-]+""")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes(FakeReading())))


def test_the_address_of_a_file_holds_the_digest_of_its_bytes() -> None:
    digest = hashlib.sha256((assets.FOLDER / "hub.css").read_bytes()).hexdigest()[:12]

    assert assets.address("hub.css") == f"/static/{digest}/hub.css"


def test_a_file_may_be_kept_for_ever(client: TestClient) -> None:
    answer = client.get(assets.address("hub.css"))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.text == (assets.FOLDER / "hub.css").read_text()


def test_a_file_is_sent_compressed_only_to_those_who_take_it(client: TestClient) -> None:
    address = assets.address("vendor/graphiql-4.1.2.min.js")

    small = client.get(address, headers={"accept-encoding": "gzip"})
    plain = client.get(address, headers={"accept-encoding": "identity"})

    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < 400_000
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content


def test_an_old_address_leads_to_the_present_file(client: TestClient) -> None:
    answer = client.get("/static/0123456789ab/hub.css", follow_redirects=False)

    assert answer.status_code == 302
    assert answer.headers["location"] == assets.address("hub.css")


@pytest.mark.parametrize("path", ["..%2froutes.py", "%2fetc%2fpasswd", "vendor", "", "nothing.css"])
def test_nothing_but_the_static_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/0123456789ab/{path}", follow_redirects=False).status_code == 404


def test_every_vendored_file_is_in_the_manifest_with_its_hash() -> None:
    listed = {row["file"]: row["sha256"] for row in json.loads((VENDOR / "manifest.json").read_text())}

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "manifest.json"
    }

    assert listed == found


def test_the_manifest_names_version_and_licence_of_each_file() -> None:
    rows = json.loads((VENDOR / "manifest.json").read_text())

    assert {(row["name"], row["version"], row["licence"]) for row in rows} == {
        ("graphiql", "4.1.2", "MIT"),
        ("react", "18.3.1", "MIT"),
        ("react-dom", "18.3.1", "MIT"),
    }


@pytest.mark.parametrize("name", ENVIRONMENT.list_templates())
def test_no_template_names_another_host(name: str) -> None:
    assert ENVIRONMENT.loader is not None
    source, _, _ = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)

    assert EXTERNAL.findall(source) == []


@pytest.mark.parametrize("name", ["hub.css", "graphiql.css", "graphiql.js", "mark.svg"])
def test_no_static_file_of_ours_names_another_host(name: str) -> None:
    source = (assets.FOLDER / name).read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert EXTERNAL.findall(source) == []
    assert "@import" not in source


def test_vendored_style_sheets_carry_their_fonts_with_them() -> None:
    for sheet in VENDOR.glob("*.css"):
        text = sheet.read_text()
        assert {target[:5] for target in re.findall(r"""url\(["']?([^)"']+)""", text)} == {"data:"}
        assert "@import" not in text
