"""`/graphql`: POST for everything, GET for queries; bytes out with an ETag, and how long they may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, execute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.execution import optimized_is_awaitable
from strawberry.schema._graphql_core import execution_context_class_kwargs

from hub.vocabulary.errors import Refusal, Unauthenticated
from schema.api import api
from schema.context import Context, Services, request_context
from schema.documents import Documents, QueryInvalid
from schema.errors import of_refusal, shown
from schema.requests import GraphQLRequest, TooLarge, WrongMediaType, read_request

RESPONSE_JSON = "application/graphql-response+json"
JSON = "application/json"
PageHandler = Callable[[Request], Awaitable[Response]]
_EXECUTION = execution_context_class_kwargs(api.execution_context_class)


class GraphQLApp:
    """ASGI endpoint. `page` answers browsers that open the address."""

    def __init__(self, services: Services, page: PageHandler | None = None) -> None:
        self.services = services
        self.page = page
        self.documents = Documents(services.limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD, POST"})
        accepts = request.headers.get("accept", "")
        if self.page is not None and request.method != "POST" and "text/html" in accepts:
            return await self.page(request)
        media_type = chosen_type(accepts)
        if media_type is None:
            return Response(f"This address answers {RESPONSE_JSON} and {JSON}.", 406, media_type="text/plain")
        return await Answering(self, request, media_type).response()


class Answering:
    """One request on its way: read, checked, run, written as bytes."""

    def __init__(self, app: GraphQLApp, request: Request, media_type: str) -> None:
        self.app = app
        self.request = request
        self.media_type = media_type

    async def response(self) -> Response:
        try:
            asked = await read_request(self.request, self.app.services.limits.limit_bytes)
            return await self.run(asked)
        except QueryInvalid as invalid:
            return self.refused([shown(error) for error in invalid.errors[:20]], 400)
        except GraphQLError as error:
            return self.refused([shown(error)], 400)
        except Refusal as refusal:
            return self.refused([of_refusal(refusal)], _status(refusal))

    async def run(self, asked: GraphQLRequest) -> Response:
        document = self.app.documents.read(asked.query)
        operation = self.app.documents.operation(document, asked.operation_name, asked.variables)
        is_query = operation.operation is OperationType.QUERY
        if not is_query and self.request.method != "POST":
            return Response("A mutation is sent by POST.", 405, {"Allow": "POST"}, media_type="text/plain")
        async with request_context(self.app.services, self.request.headers.get("authorization")) as context:
            result = await self.execute(document, asked, context)
            return self.written(result, context, is_query)

    async def execute(self, document: Any, asked: GraphQLRequest, context: Context) -> ExecutionResult:
        running = execute(
            api._schema,
            document,
            context_value=context,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            **_EXECUTION,
        )
        return await running if isawaitable(running) else running

    def written(self, result: ExecutionResult, context: Context, is_query: bool) -> Response:
        if result.errors and result.data is None and not any(error.path for error in result.errors):
            return self.refused([shown(error) for error in result.errors[:20]], 400)
        payload: dict[str, Any] = {"data": result.data}
        if result.errors:
            payload["errors"] = [shown(error) for error in result.errors]
        body = orjson.dumps(payload)
        headers = self.headers(context.actor.is_anonymous, is_query and not result.errors)
        if is_query:
            headers["ETag"] = etag(body, context)
        if self.request.method != "POST" and matches(self.request.headers.get("if-none-match"), headers.get("ETag")):
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, media_type=self.media_type)

    def headers(self, is_anonymous: bool, may_be_kept: bool) -> dict[str, str]:
        kept = is_anonymous and may_be_kept and self.request.method != "POST"
        return {
            "Cache-Control": "public, no-cache" if kept else "no-store",
            "Vary": "Accept, Authorization",
        }

    def refused(self, errors: list[dict[str, Any]], status: int) -> Response:
        headers = self.headers(is_anonymous=False, may_be_kept=False)
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(orjson.dumps({"errors": errors}), status, headers, media_type=self.media_type)


def _status(refusal: Refusal) -> int:
    for kind, status in ((TooLarge, 413), (WrongMediaType, 415), (Unauthenticated, 401)):
        if isinstance(refusal, kind):
            return status
    return 400


def chosen_type(accepts: str) -> str | None:
    """The media type the client likes best, of the two there are; None when it takes neither."""
    best: tuple[float, str] | None = None
    for part in (accepts or "*/*").split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        ours = {RESPONSE_JSON: RESPONSE_JSON, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(name)
        weight = _weight(parameters)
        if ours is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, ours)
    return None if best is None else best[1]


def _weight(parameters: list[str]) -> float:
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0


def etag(body: bytes, context: Context) -> str:
    """Of the bytes and the class of who asks: two actors never share an answer by its tag."""
    actor = "anonymous" if context.actor.is_anonymous else "program"
    return f'"{hashlib.sha256(actor.encode() + b":" + body).hexdigest()[:32]}"'


def matches(wanted: str | None, tag: str | None) -> bool:
    if not wanted or not tag:
        return False
    return wanted.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in wanted.split(","))
