"""From bytes to a GraphQL request: strict JSON, one operation, nothing that could not be stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from hub.vocabulary.errors import InvalidInput, LimitExceeded
from schema.limits import check_variables, exceeded

KEYS = frozenset(("query", "variables", "operationName", "extensions"))


class TooLarge(LimitExceeded):
    """The request itself is too large to be read."""


class WrongMediaType(InvalidInput):
    """Only JSON is read: a form of a foreign page cannot send it without asking first."""

    hint = "Send Content-Type: application/json."


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


async def read_request(request: Request, limit: int) -> GraphQLRequest:
    """Raises `TooLarge`, `WrongMediaType`, `InvalidInput`, `LimitExceeded`."""
    if request.method == "POST":
        return _checked(_object(await _body(request, limit)))
    if len(request.scope.get("query_string", b"")) > limit:
        raise TooLarge(exceeded("bytes", limit, "more").message, field="bytes")
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _json(given[name].encode("utf-8", "surrogatepass"), name)
    return _checked({name: value for name, value in given.items() if name in KEYS and value != ""})


async def _body(request: Request, limit: int) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise WrongMediaType("The body of a request is JSON.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise TooLarge(exceeded("bytes", limit, declared[:20]).message, field="bytes")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(exceeded("bytes", limit, "more").message, field="bytes")
        parts.append(part)
    return b"".join(parts)


def _object(body: bytes) -> dict[str, Any]:
    read = _json(body, "")
    if isinstance(read, list):
        raise InvalidInput("One request carries one operation; a list of them is not taken.")
    if not isinstance(read, dict):
        raise InvalidInput("The body is a JSON object with query, variables and operationName.")
    return read


def _json(body: bytes, field: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # reads lone surrogates, so that the variable that holds one can be named
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidInput("This is not valid JSON.", field=field) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _checked(given: Mapping[str, Any]) -> GraphQLRequest:
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise InvalidInput("There is no query.", field="query")
    if variables is not None and not isinstance(variables, dict):
        raise InvalidInput("The variables are a JSON object.", field="variables")
    if name is not None and not isinstance(name, str):
        raise InvalidInput("The name of an operation is text.", field="operationName")
    check_variables(variables or {})
    check_variables({"operationName": name or ""})
    return GraphQLRequest(query, variables or {}, name or None)
