"""The committed contract is the one that is served, and it explains itself."""

from __future__ import annotations

import os

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    specified_scalar_types,
)

from hub.content.drafting import INPUT_FIELDS
from hub.search import FACETS
from hub.vocabulary.details import DETAIL_FIELDS
from hub.vocabulary.enums import Kind
from schema.__main__ import SDL, sdl
from schema.api import api
from schema.content.details import TEXTS, python_name
from schema.content.types import TYPES
from schema.editorial.inputs import _COMMON, INPUTS
from schema.enums import SearchFacet

PUBLIC = [
    one
    for name, one in sorted(api._schema.type_map.items())
    if not name.startswith("__") and name not in specified_scalar_types
]


def test_committed_contract_is_current() -> None:
    if os.environ.get("HUB_TEST_WRITE_DOCS"):
        SDL.write_text(sdl())

    assert SDL.read_text() == sdl(), "run: python -m schema --write"


@pytest.mark.parametrize("type_", PUBLIC, ids=lambda one: one.name)
def test_every_type_field_argument_and_value_has_a_description(type_: GraphQLNamedType) -> None:
    missing = [] if type_.description else [type_.name]
    if isinstance(type_, GraphQLEnumType):
        missing += [name for name, value in type_.values.items() if not value.description]
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        missing += [name for name, field in type_.fields.items() if not field.description]
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        fields = type_.fields.items()
        missing += [f"{name}({arg})" for name, one in fields for arg, said in one.args.items() if not said.description]

    assert missing == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_of_a_kind_is_delivered_and_can_be_written(kind: Kind) -> None:
    delivered = set(dir(TYPES[kind]))
    written = set(INPUTS[kind].__annotations__)

    assert {python_name(kind, name) for name in DETAIL_FIELDS[kind]} <= delivered & written
    assert set(DETAIL_FIELDS[kind]) <= set(TEXTS)


def test_every_common_field_can_be_written() -> None:
    assert set(_COMMON) == INPUT_FIELDS - {"details"}


def test_facets_are_those_of_the_port() -> None:
    assert [one.value for one in SearchFacet] == list(FACETS)


@pytest.mark.parametrize("name", ["Content", "Node", "ContentResult", "RouteResult", "EditionDetails"])
def test_one_query_may_ask_all_possible_types_for_a_field(name: str) -> None:
    """`... on Content { title } ... on Unpublished { title }` is refused by GraphQL when the types differ."""
    types: dict[str, set[str]] = {}
    for one in api._schema.get_possible_types(api._schema.type_map[name]):  # type: ignore[arg-type]
        for field, declared in one.fields.items():
            said = str(declared.type)
            if is_composite_type(named := get_named_type(declared.type)):
                said = said.replace(str(named), "object")
            types.setdefault(field, set()).add(said)

    assert {field: said for field, said in types.items() if len(said) > 1} == {}


def test_root_fields_may_fail_alone() -> None:
    fields = api._schema.query_type.fields  # type: ignore[union-attr]

    assert [name for name, field in fields.items() if str(field.type).endswith("!")] == []
