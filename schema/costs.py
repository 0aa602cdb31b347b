"""What an operation costs before it runs: roughly the rows it may touch. One table, and list multipliers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLNonNull

from hub.content.queries import DEFAULT_PAGE, MAX_PAGE
from hub.vocabulary.errors import LimitExceeded

BASE: dict[str, int] = {
    "Query.search": 30,
    "Query.suggest": 10,
    "Query.changes": 10,
    "Query.route": 3,
    "SearchEdge.highlights": 5,
    "*.totalCount": 5,
    "*.isExact": 5,
    "*.body": 1,
    "*.text": 1,
    "*.excerpt": 1,
    "Mutation.*": 50,
    "Query.__schema": 100,
    "Query.__type": 20,
}
"""Beside these a field of an object costs 1, any other 0."""
LENGTHS: dict[str, int] = {
    "*.sections": 5,
    "Site.sections": 50,
    "*.sites": 3,
    "*.children": 20,
    "*.ancestors": 4,
    "*.media": 5,
    "*.editions": 20,
    "*.findings": 5,
    "*.facets": 5,
    "*.highlights": 3,
    "*.fragments": 3,
    "*.ranges": 3,
    "Facet.values": 20,
    "Edition.links": 20,
    "*.pageTags": 1,
    "*.problems": 1,
}
"""Entries a list counts for when it takes no `first`."""
WALK = 50
"""Of each value of a filter."""
PAGED = frozenset(("nodes", "edges", "entries"))
"""Fields of a connection that hold a page: as long as `first` or `last` of the connection says."""


@dataclass(frozen=True, slots=True)
class FieldCost:
    base: int
    length: int
    pages: int | None
    """Entries without `first`; None when the field takes none."""
    type: GraphQLNamedType | None
    """Where its selections are looked up."""
    is_connection: bool = False


def _said(table: Mapping[str, int], owner: str, name: str) -> int | None:
    for key in (f"{owner}.{name}", f"*.{name}", f"{owner}.*"):
        if key in table:
            return table[key]
    return None


def cost_of_field(owner: str, name: str, declared: GraphQLField) -> FieldCost:
    named = get_named_type(declared.type)
    composite = is_composite_type(named)
    base = _said(BASE, owner, name)
    pages = None
    if "first" in declared.args:
        default = declared.args["first"].default_value
        pages = default if isinstance(default, int) else DEFAULT_PAGE
    length = (_said(LENGTHS, owner, name) or 10) if composite and _is_list(declared.type) else 1
    is_connection = not PAGED.isdisjoint(getattr(named, "fields", ()))
    own = int(composite) if base is None else base
    return FieldCost(own, length, pages, named if composite else None, is_connection)


def _is_list(type_: Any) -> bool:
    return is_list_type(type_.of_type if isinstance(type_, GraphQLNonNull) else type_)


@cache
def field_cost(type_: GraphQLNamedType, name: str) -> FieldCost | None:
    """Of a declared field; None for `__typename` and what validation refuses."""
    declared = getattr(type_, "fields", {}).get(name)
    if declared is None:
        base = BASE.get(f"{type_.name}.{name}")
        return None if base is None else FieldCost(base, 1, None, None)
    return cost_of_field(type_.name, name, declared)


@dataclass
class Costing:
    """Walks one operation; each fragment once a page size, whatever the number of its spreads."""

    variables: Mapping[str, Any]
    fragments: Mapping[str, FragmentDefinitionNode]
    types: Mapping[str, GraphQLNamedType]
    known: dict[tuple[str, int | None], int] = field(default_factory=dict)

    def selections(self, chosen: SelectionSetNode | None, type_: GraphQLNamedType, page: int | None = None) -> int:
        """`page`: entries of the connection these selections are made on."""
        return sum(self.selection(one, type_, page) for one in chosen.selections) if chosen is not None else 0

    def selection(self, one: Any, type_: GraphQLNamedType, page: int | None) -> int:
        if isinstance(one, FieldNode):
            return self.field(one, type_, page)
        if isinstance(one, InlineFragmentNode):
            condition = one.type_condition
            within = self.types[condition.name.value] if condition is not None else type_
            return self.selections(one.selection_set, within, page)
        return self.fragment(one.name.value, page) if isinstance(one, FragmentSpreadNode) else 0

    def fragment(self, name: str, page: int | None) -> int:
        if (name, page) not in self.known:
            said = self.fragments[name]
            within = self.types[said.type_condition.name.value]
            self.known[name, page] = self.selections(said.selection_set, within, page)
        return self.known[name, page]

    def field(self, node: FieldNode, type_: GraphQLNamedType, page: int | None) -> int:
        cost = field_cost(type_, node.name.value)
        if cost is None:
            return 0
        if cost.type is None:
            return cost.base
        if cost.pages is not None and cost.is_connection:
            entries = self.entries(node, cost.pages)
            return cost.base + self.filtered(node) + self.selections(node.selection_set, cost.type, entries)
        entries = cost.length if cost.pages is None else self.entries(node, cost.pages)
        if page is not None and node.name.value in PAGED:
            entries = page
        return cost.base + entries * max(1, self.selections(node.selection_set, cost.type))

    def filtered(self, node: FieldNode) -> int:
        """What the values of a filter cost: each may mean a walk of its own for every kind."""
        given = next((one.value for one in node.arguments or () if one.name.value == "filter"), None)
        return 0 if given is None else WALK * self.values(given)

    def values(self, value: Any) -> int:
        """Single values in a literal or variable, however nested."""
        if isinstance(value, VariableNode):
            return _values_given(self.variables.get(value.name.value))
        if isinstance(value, ObjectValueNode):
            return sum(self.values(one.value) for one in value.fields)
        return sum(map(self.values, value.values)) if isinstance(value, ListValueNode) else 1

    def entries(self, node: FieldNode, default: int) -> int:
        """Entries of the page asked for. Raises `LimitExceeded` beyond the largest page."""
        asked = default
        for argument in node.arguments or ():
            name = argument.name.value
            if name in ("first", "last"):
                asked = self.number(argument.value, default)
                if not asked <= MAX_PAGE:
                    raise LimitExceeded(
                        f"A page has at most {MAX_PAGE} entries; “{name}” asks for {asked}.", field=name
                    )
        return max(0, asked)

    def number(self, value: Any, default: int) -> int:
        if isinstance(value, IntValueNode):
            return int(value.value)
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return given if isinstance(given, int) else default


def _values_given(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_values_given, value.values()))
    return sum(map(_values_given, value)) if isinstance(value, list) else 1


def cost_of(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any], schema: Any
) -> int:
    """Cost of a valid operation. Raises `LimitExceeded` for a page that is too large."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    root = schema.mutation_type if operation.operation.value == "mutation" else schema.query_type
    costing = Costing({**_defaults(operation), **variables}, fragments, schema.type_map)
    return costing.selections(operation.selection_set, root)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """Numbers that variables have when they are not given."""
    return {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
