from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from hub.vocabulary.errors import InvalidInput, NotFound
from hub.web.errors import Endpoint, guarded, on_http_error


def raising(error: Exception) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raise error

    return guarded(endpoint)


@pytest.fixture
def client() -> TestClient:
    errors = {
        "crash": RuntimeError("the secret reason"),
        "missing": NotFound("No such content."),
        "refused": InvalidInput("Not this."),
        "busy": HTTPException(503),
        "teapot": HTTPException(418),
    }
    made = [Route(f"/{name}", raising(error)) for name, error in errors.items()]
    return TestClient(Starlette(routes=made, exception_handlers={404: on_http_error}))


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/crash", 500, "服务出错了"),
        ("/missing", 404, "没有找到这个页面"),
        ("/refused", 400, "请求有误"),
        ("/busy", 503, "服务暂时不可用"),
        ("/teapot", 418, "请求有误"),
        ("/nowhere", 404, "没有找到这个页面"),
    ],
)
def test_whatever_is_raised_becomes_a_page_in_chinese(client: TestClient, path: str, status: int, title: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})

    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_crash_shows_a_number_and_not_its_reason(client: TestClient) -> None:
    text = client.get("/crash").text

    assert "请附上编号" in text
    assert "secret" not in text


def test_a_program_at_a_wrong_address_gets_a_line(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept": "*/*"})

    assert (answer.status_code, answer.text) == (404, "404 没有找到这个页面\n")
