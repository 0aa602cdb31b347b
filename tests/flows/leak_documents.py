"""Operations generated from the SDL: every field path from Query to a depth, and every argument from a table.

A fragment for each type and remaining depth keeps documents small however many paths they spell out. A field of a
concrete type below an abstract one is asked under the name `Type__field`, so that no two fields ever conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

DEPTH = 5
STUB = ("id", "title", "name", "code", "version", "value", "type", "field", "cursor", "state",
        "start", "end")  # fmt: skip
"""What is asked of an object at the end of a path, where it has such a field."""

ARGUMENTS: dict[str, str] = {
    "Content.links": "first: {few}",
    "Content.linkedFrom": "first: {few}",
    "PolicyDocument.interpretations": "first: {few}",
    "Interpretation.interprets": "first: {few}",
    "Section.items": "first: {few}, filter: {{archived: INCLUDE}}",
    "EditorialContent.editions": "first: 20",
    "Site.sections": "all: true",
}
"""Arguments of fields below the root; a field that is not named is asked without any."""


class Walk:
    """Fragments and selections over one schema."""

    def __init__(self, sdl: str) -> None:
        self.schema: GraphQLSchema = build_schema(sdl)
        self._made: dict[str, str] = {}

    @cached_property
    def node_types(self) -> frozenset[str]:
        """Types with an id of their own: going from one to another is a relation hop."""
        node = self.schema.type_map["Node"]
        return frozenset(one.name for one in self.schema.get_possible_types(node))  # type: ignore[arg-type]

    def document(self, selections: Iterable[str], head: str = "query") -> str:
        """An operation of these selections with the fragments they use."""
        body = "\n".join(selections)
        needed: dict[str, str] = {}
        queue = [body]
        while queue:
            for name in _spread_in(queue.pop()):
                if name not in needed:
                    needed[name] = self._made[name]
                    queue.append(self._made[name])
        return "\n".join([f"{head} {{\n{body}\n}}", *needed.values()])

    def below(self, type_: GraphQLNamedType, levels: int) -> str:
        """A selection set for a field of this type, empty for a leaf. `levels` of fields are spelt out below it."""
        if not is_composite_type(type_):
            return ""
        if levels <= 0:
            return f" {{ {' '.join(self._stub(type_))} }}"
        return f" {{ ...{self._fragment(type_, levels)} }}"

    def _fragment(self, type_: GraphQLNamedType, levels: int) -> str:
        name = f"{type_.name}_{levels}"
        if name not in self._made:
            self._made[name] = ""  # a type may lead to itself, one level deeper
            fields = " ".join(self._fields(type_, levels))
            self._made[name] = f"fragment {name} on {type_.name} {{ {fields} }}"
        return name

    def _fields(self, type_: GraphQLNamedType, levels: int) -> Iterator[str]:
        yield "__typename"
        declared: Mapping[str, GraphQLField] = getattr(type_, "fields", {})
        for name, field in declared.items():
            yield self._field(type_.name, name, field, levels)
        if is_abstract_type(type_):
            for concrete in self.schema.get_possible_types(type_):
                own = (name for name in concrete.fields if name not in declared)
                chosen = [self._field(concrete.name, name, concrete.fields[name], levels, alias=True) for name in own]
                if chosen:
                    yield f"... on {concrete.name} {{ {' '.join(chosen)} }}"

    def _field(self, owner: str, name: str, field: GraphQLField, levels: int, *, alias: bool = False) -> str:
        said = ARGUMENTS.get(f"{owner}.{name}") or self._inherited(owner, name)
        if said is None and (missing := [one for one, arg in field.args.items() if is_required_argument(arg)]):
            raise LookupError(f"{owner}.{name} needs {missing}: name it in leak_documents.ARGUMENTS")
        arguments = f"({said.format(few=2 if levels >= DEPTH - 2 else 1)})" if said else ""
        shown = f"{owner}__{name}: {name}" if alias else name
        return f"{shown}{arguments}{self.below(get_named_type(field.type), levels - 1)}"

    def _inherited(self, owner: str, name: str) -> str | None:
        interfaces = getattr(self.schema.type_map[owner], "interfaces", ())
        return next((ARGUMENTS[f"{one.name}.{name}"] for one in interfaces if f"{one.name}.{name}" in ARGUMENTS), None)

    def _stub(self, type_: GraphQLNamedType) -> list[str]:
        fields = getattr(type_, "fields", {})
        return ["__typename", *(name for name in STUB if name in fields and _is_leaf(fields[name]))]

    def root(self, name: str) -> GraphQLField:
        assert self.schema.query_type is not None
        return self.schema.query_type.fields[name]

    def asked(self, name: str, arguments: str = "", levels: int = DEPTH - 1, alias: str = "") -> str:
        """A selection of a root field; `levels` below it."""
        selection = self.below(get_named_type(self.root(name).type), levels)
        return f"{f'{alias}__{name}: ' if alias else ''}{name}{f'({arguments})' if arguments else ''}{selection}"

    def required(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """(all (type, field) that queries reach, those that are reached through two relation hops)."""
        reached = self._reached()
        every = {name for name, _ in reached}
        far = {name for name, hops in reached if hops >= 2}
        return self._pairs(every), self._pairs(far)

    def _pairs(self, names: Iterable[str]) -> set[tuple[str, str]]:
        types = [self.schema.type_map[name] for name in names]
        return {(one.name, field) for one in types if isinstance(one, GraphQLObjectType) for field in one.fields}

    def _reached(self) -> set[tuple[str, int]]:
        assert self.schema.query_type is not None
        seen: set[tuple[str, int]] = set()
        queue = [(self.schema.query_type.name, -1)]
        while queue:
            name, hops = queue.pop()
            if (name, hops) in seen:
                continue
            seen.add((name, hops))
            for field in self.schema.type_map[name].fields.values():  # type: ignore[attr-defined]
                for one in self._concrete(get_named_type(field.type)):
                    queue.append((one, min(2, hops + 1) if one in self.node_types else hops))
        return seen

    def _concrete(self, type_: GraphQLNamedType) -> list[str]:
        if is_abstract_type(type_):
            return [one.name for one in self.schema.get_possible_types(type_)]
        return [type_.name] if is_composite_type(type_) else []

    def arguments(self) -> dict[str, set[str]]:
        """Arguments of every root field of queries."""
        assert self.schema.query_type is not None
        return {name: set(field.args) for name, field in self.schema.query_type.fields.items()}

    def arguments_of_queries(self) -> set[str]:
        """`Type.field(argument)` of everything a query reaches, fields of an interface under its name, and the
        filter's fields as `Input.field`."""
        wanted = set()
        for owner, field in self.required()[0]:
            type_ = self.schema.type_map[owner]
            holders = [one.name for one in type_.interfaces if field in one.fields]  # type: ignore[attr-defined]
            name = holders[0] if holders else owner
            wanted |= {f"{name}.{field}({one})" for one in type_.fields[field].args}  # type: ignore[attr-defined]
        filter_ = self.schema.type_map["ContentFilterInput"]
        return wanted | {f"{filter_.name}.{name}" for name in filter_.fields}  # type: ignore[attr-defined]


def _is_leaf(field: GraphQLField) -> bool:
    return not is_composite_type(get_named_type(field.type)) and not field.args


def _spread_in(text: str) -> list[str]:
    return [word[3:] for word in text.replace("}", " ").split() if word.startswith("...") and len(word) > 3]


class Coverage:
    """Which (type, field) answers have shown, by the number of relation hops to them."""

    def __init__(self, node_types: frozenset[str]) -> None:
        self.node_types = node_types
        self.seen: set[tuple[str, str]] = set()
        self.far: set[tuple[str, str]] = set()

    def add(self, value: Any, owner: str = "Query", hops: int = -1) -> None:
        if isinstance(value, list):
            for one in value:
                self.add(one, owner, hops)
        elif isinstance(value, dict):
            owner = value.get("__typename", owner)
            hops += owner in self.node_types
            for key, one in value.items():
                name = key.rpartition("__")[2] if not key.startswith("__") else key
                self.seen.add((owner, name))
                if hops >= 2:
                    self.far.add((owner, name))
                self.add(one, "", hops)


__all__ = ["DEPTH", "Coverage", "Walk"]
