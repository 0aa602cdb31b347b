"""Errors as a client sees them: expected refusals with code and hint, GraphQL's own as they are, all others masked."""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError

from hub.logs import current_request_id
from hub.vocabulary.errors import InvalidInput, Refusal

_log = logging.getLogger("hub.graphql")
QUERY_HINT = "Correct the query or its variables; opening this address in a browser shows the schema."


def shown(error: GraphQLError) -> dict[str, Any]:
    """One entry of `errors`. What is not expected is logged under the request's id, which is all the client gets."""
    original = _origin(error)
    place = {name: value for name, value in error.formatted.items() if name in ("locations", "path")}
    if isinstance(original, Refusal):
        return {**of_refusal(original), **place}
    if original is None:
        extensions = _extensions(InvalidInput.code, QUERY_HINT, "")
        return {"message": error.message, **place, "extensions": extensions}
    _log.error("graphql field failed: %s", error.path, exc_info=original)
    return {"message": "Internal error", **place, "extensions": _extensions("internal_error", "", "")}


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "message": refusal.message,
        "extensions": _extensions(refusal.code, refusal.next_step, refusal.field),
    }


def _origin(error: GraphQLError) -> BaseException | None:
    """What a resolver raised; None for an error of GraphQL itself."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original


def _extensions(code: str, hint: str, field: str) -> dict[str, str]:
    said = {"code": code, "hint": hint, "field": field, "requestId": current_request_id()}
    return {name: value for name, value in said.items() if value}
