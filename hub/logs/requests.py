"""One log line a request, and the id that ties its lines together and reaches the client as X-Request-Id."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog

from hub.logs.masking import Masker
from hub.vocabulary.ids import new_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = b"x-request-id"
MAX_PATH = 512
MAX_NAME = 40
MAX_QUERY_NAMES = 20
CLIENT_LEFT = 499
"""The status of a request that was cancelled before its answer began; nginx's habit."""

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_request_id: ContextVar[str] = ContextVar("hub_request_id", default="")
_log = structlog.get_logger("hub.requests")
_forms = Masker()


def new_request_id() -> str:
    return new_id()


def current_request_id() -> str:
    """The id of the request being answered; empty outside of requests."""
    return _request_id.get()


class RequestLog:
    """ASGI middleware, outermost: gives each request an id and writes its line when it is over.

    A proxy's X-Request-Id is kept when it is sane (8 to 64 letters, digits, `.`, `_`, `-`, and no key of ours). An
    exception that reaches this edge is logged with its trace under the id and answered with that id and nothing else.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, _accepted_id(scope) or new_request_id())
        token = _request_id.set(answer.request_id)
        try:
            await self._run(scope, receive, answer)
        finally:
            _request_id.reset(token)

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        started = time.perf_counter()
        try:
            await self.app(scope, receive, answer.send)
        except asyncio.CancelledError:
            answer.status = answer.status or CLIENT_LEFT
            raise
        except Exception:
            # Not raised again: the server would log the same trace a second time, without the id.
            _log.exception("request failed", method=scope["method"], path=_path(scope))
            await answer.fail()
        finally:
            _write_line(scope, answer, (time.perf_counter() - started) * 1000)


class _Answer:
    """Passes an answer through: adds the id to its headers, remembers the status and counts the bytes."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() != HEADER]
            message = {**message, "headers": [*kept, (HEADER, self.request_id.encode())]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)

    async def fail(self) -> None:
        """Answers 500, unless an answer has already begun: then the server cuts the connection."""
        if self.status:
            return
        extensions = {"code": "internal_error", "requestId": self.request_id}
        body = orjson.dumps({"errors": [{"message": "The hub failed to answer.", "extensions": extensions}]})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _accepted_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name.lower() == HEADER), b"").decode("latin-1")
    return given if _SANE.fullmatch(given) and _forms.text(given) == given else ""


def _write_line(scope: Scope, answer: _Answer, ms: float) -> None:
    status = answer.status or 500  # an application that sends nothing: the server answers 500 for it
    write = _log.error if status >= 500 else _log.info
    write(
        "request",
        method=scope["method"],
        path=_path(scope),
        query_names=_query_names(scope),
        status=status,
        ms=round(ms, 1),
        bytes=answer.size,
    )


def _path(scope: Scope) -> str:
    return _whole(str(scope["path"]), MAX_PATH)


def _query_names(scope: Scope) -> list[str]:
    """The names in the query string; its values may be keys, or what a citizen looked for, and stay out of the log."""
    text = scope.get("query_string", b"")[:4096].decode("latin-1")
    return [_whole(name, MAX_NAME) for name, _ in parse_qsl(text, separator="&")[:MAX_QUERY_NAMES]]


def _whole(text: str, size: int) -> str:
    """The text, or only its size when it is long: half a secret would not be recognised and masked."""
    return text if len(text) <= size else f"… ({len(text)} characters)"
