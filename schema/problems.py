"""Refusals of mutations, as values of the payload."""

from __future__ import annotations

import strawberry

from hub.vocabulary.errors import Refusal


@strawberry.type(description="Why nothing was written, and what to do next.")
class Problem:
    code: str = strawberry.field(description="Stable name of the refusal; docs/errors.md lists them.")
    message: str = strawberry.field(description="What was refused.")
    hint: str = strawberry.field(description="What to do next.")
    field: str | None = strawberry.field(description="Input it is about.")

    @classmethod
    def of(cls, refusal: Refusal, field: str = "") -> Problem:
        return cls(
            code=refusal.code, message=refusal.message, hint=refusal.next_step, field=field or refusal.field or None
        )
