"""What the README, GraphiQL and the terminal offer to paste runs against the shipped sample and shows something."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from hub.access import operator
from hub.app.opening import Hub
from hub.app.web import make_app
from hub.cli.exchange import import_into
from hub.cli.running import WELCOME
from hub.cli.sample import CITY_SITE, CITY_UNIT
from hub.settings import Settings
from hub.web.examples import EXAMPLES
from storage.seeds import SAMPLE

REPOSITORY = Path(__file__).parents[2]
README_BLOCKS = re.findall(r"```graphql\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.S)
READS = [block for block in README_BLOCKS if block.startswith("query")]
WRITES = [block for block in README_BLOCKS if block.startswith("mutation")]
PASTED = re.findall(
    r"^ {4}\d  (\{.*\})$", WELCOME.format(address="", site=CITY_SITE, unit=CITY_UNIT, program="hub"), re.M
)
FRONT = re.search(
    r"\{\s*policyDocuments\(first: 1\).*?\n\}", (REPOSITORY / "hub/web/templates/front.html").read_text(), re.S
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    hub = await Hub.open(Settings(data_dir=folder))
    await import_into(hub, list(SAMPLE), actor=operator("test"))
    transport = httpx2.ASGITransport(make_app(hub, work=False))
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        yield client
    await hub.close()


async def ask(client: httpx2.AsyncClient, query: str, variables: str = "") -> dict:
    answer = await client.post("/graphql", json={"query": query, "variables": json.loads(variables or "{}")})
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


def test_there_are_queries_to_paste() -> None:
    assert (len(READS), len(WRITES), len(PASTED)) == (3, 1, 3)
    assert FRONT is not None


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("query", [*READS, *PASTED, FRONT.group() if FRONT else ""])
async def test_query_of_the_documents_shows_content(client, query: str) -> None:
    data = await ask(client, query)

    assert re.search(r'"title": "[^"]', json.dumps(data, ensure_ascii=False))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
async def test_example_of_graphiql_shows_content(client, example) -> None:
    data = await ask(client, example.query, example.variables)

    assert re.search(r'"(title|name)": "[^"]', json.dumps(data, ensure_ascii=False))


@pytest.mark.asyncio(loop_scope="module")
async def test_write_of_the_readme_asks_for_a_key(client) -> None:
    data = await ask(client, WRITES[0])

    assert [problem["code"] for problem in data["createArticle"]["problems"]] == ["unauthenticated"]
