from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hub.logs.lines import configure_logs, restore_defaults
from hub.logs.requests import App, Message, Receive, RequestLog, Scope, Send, current_request_id, new_request_id
from hub.vocabulary.ids import is_id

KEY = "hub_Ab3dEf6hIj9kLm2nOp5q"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    stream = io.StringIO()
    configure_logs("info", (), stream)
    yield stream
    restore_defaults()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def ask(app: App, path: str = "/", query: str = "", **headers: str) -> list[Message]:
    """Puts one GET through the middleware and answers with the messages the server would send."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": raw}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestLog(app)(scope, receive, send)
    return sent


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"of-the-app")]})
    await send({"type": "http.response.body", "body": b"12345"})


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError(f"no luck with {KEY}")


def ids(sent: list[Message]) -> list[bytes]:
    return [value for name, value in sent[0]["headers"] if name == b"x-request-id"]


async def test_request_is_one_line(stream: io.StringIO) -> None:
    sent = await ask(fine, "/site/文章")

    (line,) = lines(stream)
    assert line.pop("ms") >= 0
    assert ids(sent) == [line.pop("request_id").encode()]
    line.pop("time")
    assert line == {
        "level": "info", "event": "request", "logger": "hub.requests", "method": "GET", "path": "/site/文章",
        "query_names": [], "status": 200, "bytes": 5,
    }  # fmt: skip


async def test_values_of_the_query_are_not_logged(stream: io.StringIO) -> None:
    await ask(fine, f"/media/{KEY}", f"query=citizen&access_token={KEY}&{KEY}=1&{'n' * 50}=1&bare")

    (line,) = lines(stream)
    assert line["query_names"] == ["query", "access_token", "***", "… (50 characters)"]
    assert line["path"] == "/media/***"


async def test_long_path_is_only_counted(stream: io.StringIO) -> None:
    await ask(fine, "/" + "x" * 600)

    assert lines(stream)[0]["path"] == "… (601 characters)"


async def test_sane_request_id_of_a_proxy_is_kept(stream: io.StringIO) -> None:
    sent = await ask(fine, x_request_id="edge-7.0001")

    assert ids(sent) == [b"edge-7.0001"]
    assert lines(stream)[0]["request_id"] == "edge-7.0001"


@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f", 'x"}\n{"a":1', "-leading-sign", KEY, ""])
async def test_other_request_id_is_replaced(stream: io.StringIO, given: str) -> None:
    (answered,) = ids(await ask(fine, x_request_id=given))

    assert is_id(answered.decode())


async def test_every_line_of_a_request_carries_its_id_and_no_line_after_it(stream: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.get_logger("hub.demo").info("own")
        logging.getLogger("foreign").warning("other")
        await asyncio.create_task(child())
        await fine(scope, receive, send)

    async def child() -> None:
        structlog.get_logger("hub.demo").info("task", seen=current_request_id())

    await ask(app, x_request_id="edge-7.0001")
    structlog.get_logger("hub.demo").info("after")

    assert [line.get("request_id") for line in lines(stream)] == ["edge-7.0001"] * 4 + [None]
    assert current_request_id() == ""


async def test_requests_at_the_same_time_keep_their_ids_apart(stream: io.StringIO) -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        before = current_request_id()
        await asyncio.sleep(0.001)
        assert current_request_id() == before
        await fine(scope, receive, send)

    answers = await asyncio.gather(*(ask(slow, x_request_id=f"request-{n}") for n in range(20)))

    assert [ids(sent) for sent in answers] == [[f"request-{n}".encode()] for n in range(20)]


async def test_failure_is_answered_with_the_id_only_and_logged_with_its_trace(stream: io.StringIO) -> None:
    sent = await ask(failing, x_request_id="edge-7.0001")

    assert sent[0]["status"] == 500
    assert json.loads(sent[1]["body"]) == {
        "errors": [
            {
                "message": "The hub failed to answer.",
                "extensions": {"code": "internal_error", "requestId": "edge-7.0001"},
            }
        ]
    }
    failed, request = lines(stream)
    assert "ValueError: no luck with ***" in failed["exception"]
    assert (failed["event"], failed["level"], failed["request_id"]) == ("request failed", "error", "edge-7.0001")
    assert (request["event"], request["level"], request["status"]) == ("request", "error", 500)


async def test_failure_after_the_answer_began_sends_nothing_more(stream: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("late")

    sent = await ask(app)

    assert [message["type"] for message in sent] == ["http.response.start"]
    assert [line["event"] for line in lines(stream)] == ["request failed", "request"]


async def test_cancelled_request_is_logged_and_stays_cancelled(stream: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ask(app)

    assert lines(stream)[0]["status"] == 499


async def test_application_that_answers_nothing_counts_as_500(stream: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        return

    await ask(app)

    assert lines(stream)[0]["status"] == 500


async def test_lifespan_passes_through_without_a_line(stream: io.StringIO) -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    await RequestLog(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]

    assert (seen, stream.getvalue()) == (["lifespan"], "")


def test_new_request_ids_differ() -> None:
    assert len({new_request_id() for _ in range(100)}) == 100
