"""The edge of a mutation: one transaction, then a fresh snapshot to show what was written."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.content import requests
from hub.content.requests import Act
from hub.vocabulary.errors import Refusal
from schema.context import Context
from schema.problems import Problem

Expected = Annotated[int, strawberry.argument(description="The lock version you saw; another one is a conflict.")]
IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(description="The same key with the same request is done once and answered the same."),
]
Written = tuple[str | None, list[Problem]]
"""The id of what was written, or why nothing was."""


async def write(
    context: Context, act: Act, *, verb: str, request: Any, subject_id: str | None = None, key: str | None = None
) -> Written:
    """Performs `act`; the context then reads the new state. A refusal becomes a problem."""
    await context.leave_snapshot()
    try:
        services = context.services
        now = services.clock()
        written = await requests.perform(
            services.database,
            context.actor,
            now,
            act,
            verb=verb,
            request=request,
            subject_id=subject_id,
            idempotency_key=key,
        )
    except Refusal as refusal:
        await context.renew()
        return None, [Problem.of(refusal)]
    await context.renew()
    return written, []
