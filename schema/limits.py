"""Limits checked before anything runs. A refused query is told the limit's name and its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    parse,
)

from hub.vocabulary.details import flaw_of_text
from hub.vocabulary.errors import InvalidInput, LimitExceeded
from schema.context import LimitSettings

INTROSPECTION = frozenset(("__schema", "__type"))
INTROSPECTION_DEPTH = 20
"""The query of GraphiQL nests 15 levels; list fields inside it are bounded by a rule of GraphQL itself."""
SPREADS = 100
REPEATS = 30
"""Fields asked for again under the same name in one place: merging them is quadratic."""
VALUE_DEPTH = 10
"""Nesting of input objects and lists, in the query and in its variables."""
NUMBER_LENGTH = 40


def parsed(query: str, limits: LimitSettings) -> DocumentNode:
    """The document, within its limits. Raises `LimitExceeded`, `InvalidInput`, `GraphQLSyntaxError`."""
    if flaw := flaw_of_text(query):
        raise InvalidInput(f"The query {flaw}", field="query")
    try:
        document = parse(query, max_lexical_tokens=limits.limit_tokens, max_comments=limits.limit_tokens)
    except GraphQLSyntaxError as error:
        if error.message.endswith(_TOO_MANY):
            raise exceeded("tokens", limits.limit_tokens, "more") from error
        if error.message.endswith(_TOO_DEEP):
            raise exceeded("depth", limits.limit_depth, "more") from error
        raise
    check_document(document, limits)
    return document


_TOO_MANY = ("tokens. Parsing aborted.", "comments. Parsing aborted.")
_TOO_DEEP = "nested too deeply. Parsing aborted."


def exceeded(name: str, limit: int, asked: object) -> LimitExceeded:
    return LimitExceeded(f"The limit of {name} is {limit}; the request has {asked}.", field=name)


def check_document(document: DocumentNode, limits: LimitSettings) -> None:
    """Depth, aliases, spreads, repeated fields, and literals of every operation. Raises `LimitExceeded`."""
    walk = _Walk({one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)})
    depth = 0
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            walk.depth_of_fragment(definition.name.value)
        elif isinstance(definition, OperationDefinitionNode):
            depth = max(depth, walk.depth(definition.selection_set))
            for variable in definition.variable_definitions or ():
                check_literal(variable.default_value, variable.variable.name.value)
    for name, limit, asked in (
        ("depth", limits.limit_depth, depth),
        ("introspection depth", INTROSPECTION_DEPTH, walk.introspection),
        ("aliases", limits.limit_aliases, walk.aliases),
        ("repeated fields", REPEATS, walk.repeats),
    ):
        if asked > limit:
            raise exceeded(name, limit, asked)


@dataclass
class _Walk:
    """Counts over all definitions; the depth of a fragment is found once."""

    fragments: Mapping[str, FragmentDefinitionNode]
    aliases: int = 0
    spreads: int = 0
    repeats: int = 0
    introspection: int = 0
    depths: dict[str, int] = field(default_factory=dict)

    def depth(self, chosen: SelectionSetNode | None, seen: dict[str, int] | None = None) -> int:
        if chosen is None:
            return 0
        seen = {} if seen is None else seen
        return max((self._depth_of(one, seen) for one in chosen.selections), default=0)

    def _depth_of(self, one: Any, seen: dict[str, int]) -> int:
        if isinstance(one, FieldNode):
            return self._depth_of_field(one, seen)
        if isinstance(one, InlineFragmentNode):
            return self.depth(one.selection_set, seen)
        if isinstance(one, FragmentSpreadNode):
            self.spreads += 1
            if self.spreads > SPREADS:  # here, because a long chain of fragments would exhaust the stack
                raise exceeded("fragment spreads", SPREADS, "more")
            return self.depth_of_fragment(one.name.value)
        return 0

    def _depth_of_field(self, node: FieldNode, seen: dict[str, int]) -> int:
        self.aliases += node.alias is not None
        name = node.alias.value if node.alias is not None else node.name.value
        self.repeats += name in seen
        seen[name] = 1
        for argument in node.arguments or ():
            check_literal(argument.value, argument.name.value)
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                check_literal(argument.value, argument.name.value)
        below = self.depth(node.selection_set)
        if node.name.value in INTROSPECTION:
            self.introspection = max(self.introspection, below + 1)
            return 1
        return below + 1

    def depth_of_fragment(self, name: str) -> int:
        if name not in self.depths:
            self.depths[name] = 0  # a ring of fragments is refused by validation
            if name in self.fragments:
                self.depths[name] = self.depth(self.fragments[name].selection_set)
        return self.depths[name]


def check_literal(value: ValueNode | None, name: str, level: int = 0) -> None:
    """Bounds nesting and numbers written in a query; refuses text that nothing may hold."""
    if level > VALUE_DEPTH:
        raise exceeded("nesting of values", VALUE_DEPTH, "more")
    if isinstance(value, IntValueNode | FloatValueNode) and len(value.value) > NUMBER_LENGTH:
        raise exceeded("digits of a number", NUMBER_LENGTH, len(value.value))
    if isinstance(value, StringValueNode) and (flaw := flaw_of_text(value.value)):
        raise InvalidInput(f"The argument “{name}” {flaw}", field=name)
    if isinstance(value, ListValueNode):
        for one in value.values:
            check_literal(one, name, level + 1)
    if isinstance(value, ObjectValueNode):
        for member in value.fields:
            check_literal(member.value, member.name.value, level + 1)


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raises `LimitExceeded` for deep nesting, `InvalidInput` naming a variable with NUL or a lone surrogate."""
    for name, value in variables.items():
        for text, level in _texts(value, 0):
            if level > VALUE_DEPTH:
                raise exceeded("nesting of values", VALUE_DEPTH, "more")
            if flaw := flaw_of_text(text) or flaw_of_text(name):
                safe = name.encode("utf-8", "replace").decode().replace("\x00", "")
                raise InvalidInput(f"The variable “${safe}” {flaw}", field=safe)


def _texts(value: Any, level: int) -> Iterator[tuple[str, int]]:
    """Every text in a JSON value with its level; nesting beyond the limit is reported and not followed."""
    if isinstance(value, str):
        yield value, level
    elif level > VALUE_DEPTH:
        yield "", level
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, level + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key, level
            yield from _texts(one, level + 1)
    else:
        yield "", level
