"""The fields each kind has of its own, declared from `hub.vocabulary.details`: one table for types and inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from hub.content.facets import validity_of
from hub.vocabulary.clock import local_day
from hub.vocabulary.details import DETAIL_FIELDS, FieldType, LimitUnit, ProjectType, TaskType
from hub.vocabulary.enums import Genre, InterpretationForm, Kind, Validity
from schema.context import Info
from schema.scalars import Day

T = TypeVar("T")

PYTHON_TYPES: dict[FieldType, Any] = {
    FieldType.LINE: str,
    FieldType.TEXT: str,
    FieldType.LINES: list[str],
    FieldType.INT: int,
    FieldType.BOOL: bool,
    FieldType.DATE: Day,
    FieldType.GENRE: Genre,
    FieldType.VALIDITY: Validity,
    FieldType.FORM: InterpretationForm,
    FieldType.TASK_TYPE: TaskType,
    FieldType.PROJECT_TYPE: ProjectType,
    FieldType.LIMIT_UNIT: LimitUnit,
    FieldType.CATEGORY: int,
    FieldType.URL: str,
    FieldType.MEDIA_TYPE: str,
    FieldType.SHA256: str,
}

TEXTS: dict[str, str] = {
    "genre": "Type of document",
    "region": "Region it is about or holds in",
    "topic": "Subject class",
    "event_on": "Day of the event",
    "doc_no": "Document number as printed",
    "index_no": "Disclosure index number",
    "issuer": "Issuing body",
    "joint_issuers": "Further bodies that issued it jointly",
    "disclosure_category": "Disclosure category 1 to 15 of the regulations, Article 20",
    "effective_on": "Day it takes effect",
    "expires_on": "Last day it is in force",
    "validity": "Whether it is in force",
    "repealed_by_doc_no": "Number of the document that repealed it",
    "history": "Adoption and amendments",
    "form": "Form of the interpretation",
    "background": "Background",
    "basis": "What it is based on",
    "aims": "Aims and tasks",
    "key_words": "Key words explained",
    "audience_note": "Whom it concerns",
    "code": "Code of the item at its source",
    "task_code": "Implementation code, 31 characters",
    "catalog_code": "Basic catalogue code, 12 characters",
    "task_type": "Type of the item",
    "project_type": "Done at once, or within a promised limit",
    "department": "Body that carries it out",
    "legal_basis": "Legal basis",
    "conditions": "Conditions of the application",
    "materials": "Papers to hand in",
    "address": "Where it is handled",
    "hours": "When it is handled",
    "consult_phone": "Telephone for questions",
    "complaint_phone": "Telephone for complaints",
    "flow": "Steps of the procedure",
    "statutory_limit": "Time limit by law",
    "statutory_limit_unit": "Unit of the limit by law",
    "promised_limit": "Time limit promised",
    "promised_limit_unit": "Unit of the promised limit",
    "visits": "Visits needed on site",
    "fee_required": "Whether a fee is charged",
    "fee_basis": "Basis of the fee",
    "online": "Whether it can be done online",
    "by_post": "Whether it can be done by post",
    "themes": "Theme classes",
    "objects": "Whom it serves",
    "everyday_name": "What people call it",
    "url": "Address where it is handled online",
    "level": "Level of government that exercises it",
    "parent_name": "Name of the item it is part of",
    "media_type": "Media type, such as image/png",
    "alt_text": "Text for those who cannot see it",
    "caption": "Caption",
    "rights_holder": "Who holds the rights",
    "licence": "Licence",
    "width": "Width in pixels",
    "height": "Height in pixels",
    "size": "Size in bytes",
    "file_name": "File name",
    "sha256": "SHA-256 of the file, in hexadecimal",
}
RENAMED: dict[tuple[Kind, str], str] = {
    (Kind.SERVICE_ITEM, "url"): "handlingUrl",
    (Kind.SERVICE_ITEM, "code"): "itemCode",
}
"""`url` is the address of the content itself; `code` is never null on sites, sections and units, and one query may
ask several types for fields of one name only where their types agree."""


def text_of(name: str, label: str) -> str:
    return f"{TEXTS[name]} ({label})."


def graphql_name(kind: Kind, name: str) -> str | None:
    """The name in the contract where it is not the camel case of the column."""
    return RENAMED.get((kind, name))


def python_name(kind: Kind, name: str) -> str:
    """The attribute that carries the field; not that of a field of all kinds."""
    return f"detail_{name}" if (kind, name) in RENAMED else name


def with_details(kind: Kind) -> Callable[[type[T]], type[T]]:
    """Adds the kind's fields to a delivery type: read with all details of the level in one statement."""

    def add(declared: type[T]) -> type[T]:
        for name in DETAIL_FIELDS[kind]:
            setattr(declared, python_name(kind, name), _delivery(kind, name))
        return declared

    return add


def _delivery(kind: Kind, name: str) -> Any:
    column = DETAIL_FIELDS[kind][name]
    is_list = column.type is FieldType.LINES
    read: Callable[..., Any] = _validity if column.type is FieldType.VALIDITY else _reader(kind, name, is_list)
    read.__annotations__["return"] = PYTHON_TYPES[column.type] if is_list else PYTHON_TYPES[column.type] | None
    return strawberry.field(resolver=read, name=graphql_name(kind, name), description=text_of(name, column.label))


def _reader(kind: Kind, name: str, is_list: bool) -> Callable[..., Any]:
    async def read(root: strawberry.Parent[Any], info: Info) -> Any:
        row = await info.context.load.details(kind).load(root.row.edition_id)
        value = getattr(row, name, None)
        return value or [] if is_list else value

    return read


async def _validity(root: strawberry.Parent[Any], info: Info) -> Any:
    """Today's: from repeal and dates, else as stated."""
    row = await info.context.load.details(Kind.POLICY_DOCUMENT).load(root.row.edition_id)
    return validity_of(row._mapping if row is not None else {}, local_day(info.context.now))


def stated_fields(kind: Kind) -> dict[str, tuple[Any, str | None, str]]:
    """(type, GraphQL name, description) of each field as an editor states it, by column."""
    return {
        name: (PYTHON_TYPES[column.type] | None, graphql_name(kind, name), text_of(name, column.label))
        for name, column in DETAIL_FIELDS[kind].items()
    }
