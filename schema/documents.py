"""Parsed, checked and validated queries by their text: the same query is read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, get_operation_ast, specified_rules
from strawberry.schema.schema import validate_document

from hub.vocabulary.errors import InvalidInput
from schema.api import api
from schema.context import LimitSettings
from schema.costs import cost_of
from schema.limits import exceeded, parsed

KEPT = 500
MAX_KEPT_LENGTH = 20_000
"""Longer queries are read every time, so that the cache stays small."""


class QueryInvalid(Exception):
    """Carries the errors of GraphQL's own validation."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("invalid query")
        self.errors = errors


class Documents:
    """The least recently used are forgotten. Queries that are refused are not kept."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._known: OrderedDict[str, DocumentNode] = OrderedDict()

    def read(self, query: str) -> DocumentNode:
        """Raises `LimitExceeded`, `InvalidInput`, `GraphQLSyntaxError`, `QueryInvalid`."""
        known = self._known.get(query)
        if known is not None:
            self._known.move_to_end(query)
            return known
        document = parsed(query, self._limits)
        if errors := validate_document(api._schema, document, tuple(specified_rules)):
            raise QueryInvalid(list(errors))
        if len(query) <= MAX_KEPT_LENGTH:
            self._known[query] = document
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return document

    def operation(
        self, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
    ) -> OperationDefinitionNode:
        """The operation to run, within the limit of cost. Raises `InvalidInput`, `LimitExceeded`."""
        operation = get_operation_ast(document, name)
        if operation is None:
            said = f"no operation “{name[:80]}”" if name else "several operations: name one in operationName"
            raise InvalidInput(f"The query has {said}.", field="operationName")
        cost = cost_of(document, operation, variables, api._schema)
        if cost > self._limits.limit_cost:
            raise exceeded("cost", self._limits.limit_cost, cost)
        return operation
