"""Ids are 16 bytes on SQLite and 36 characters in Python; JSON null is SQL null."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from storage.types import Id, Json

kept = Id()


@given(st.uuids())
def test_id_comes_back_as_it_was(uuid: object) -> None:
    text, dialect = str(uuid), sqlite.dialect()

    bound = kept.process_bind_param(text, dialect)

    assert len(bound) == 16
    assert kept.process_result_value(bound, dialect) == text


def test_order_of_the_bytes_is_the_order_of_the_text() -> None:
    ids = ["01a20de5-da73-70fd-9a21-14d9459e0d9f", "01a20de5-da74-0000-0000-000000000000",
           "ff000000-0000-0000-0000-000000000000"]  # fmt: skip

    assert sorted(ids, key=lambda one: kept.process_bind_param(one, sqlite.dialect())) == sorted(ids)


def test_postgresql_has_its_own_types() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", Id), sa.Column("b", Json))

    ddl = str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))

    assert "a UUID" in ddl
    assert "b JSONB" in ddl
    assert kept.process_bind_param("x", postgresql.dialect()) == "x"


def test_nothing_stays_nothing() -> None:
    assert kept.process_bind_param(None, sqlite.dialect()) is None
    assert kept.process_result_value(None, sqlite.dialect()) is None
