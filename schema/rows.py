"""Object types over rows: a field without a resolver is the row's column of its Python name."""

from __future__ import annotations

from typing import Any, Self


class RowBacked:
    """Base of types whose instances wrap one row. The class body declares the fields; nothing is copied."""

    row: Any

    @classmethod
    def of(cls, row: Any) -> Self:
        made = cls.__new__(cls)
        object.__setattr__(made, "row", row)
        return made

    @classmethod
    def of_some(cls, row: Any | None) -> Self | None:
        return None if row is None else cls.of(row)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "row"), name)
