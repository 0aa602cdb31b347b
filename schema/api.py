"""The schema: root types put together from their subjects."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.enums  # noqa: F401 - names the vocabulary's enumerations before anything uses them
from schema.changes.types import ChangeQuery
from schema.content.queries import ContentQuery
from schema.content.types import TYPES
from schema.editorial.mutations import ContentMutation
from schema.editorial.types import EditorialQuery
from schema.scalars import SCALARS
from schema.search.types import SearchQuery
from schema.structure.mutations import StructureMutation
from schema.structure.queries import StructureQuery
from schema.viewer import ViewerQuery


@strawberry.type(description="What can be read. A field is null when it failed; `errors` then says why.")
class Query(ContentQuery, SearchQuery, StructureQuery, ChangeQuery, EditorialQuery, ViewerQuery):
    pass


@strawberry.type(description="What can be changed, with a key. A refusal is no error: `problems` says what to do.")
class Mutation(ContentMutation, StructureMutation):
    pass


api = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=list(TYPES.values()),
    config=StrawberryConfig(scalar_map=SCALARS),
)
