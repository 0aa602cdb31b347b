"""Every change to content: one mutation a verb, one transaction each. Refusals come back as problems."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import strawberry

from hub.content import actions
from hub.vocabulary.enums import ChangeScale, Kind
from hub.vocabulary.errors import NotFound
from hub.vocabulary.ids import is_id
from schema.context import Info
from schema.editorial.inputs import INPUTS, ContentCorrectionInput, OriginInput, values_of
from schema.editorial.types import EditorialContent
from schema.enums import RemoveAs
from schema.fields import mutation
from schema.problems import Problem
from schema.scalars import Day
from schema.writing import Expected, IdempotencyKey, write
from storage.database import Transaction
from storage.stores import items

ContentId = Annotated[strawberry.ID, strawberry.argument(description="Id of the content.")]
Work = Callable[[Transaction], Awaitable[str]]


@strawberry.type(description="What was written, or why nothing was.")
class ContentPayload:
    content: EditorialContent | None = strawberry.field(description="The content after it; null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was done.")


async def _perform(
    info: Info, verb: str, work: Work, request: Mapping[str, Any], item_id: str | None, key: str | None
) -> ContentPayload:
    """`request` is what the idempotency key stands for."""
    written, problems = await write(info.context, work, verb=verb, request=request, subject_id=item_id, key=key)
    row = await items.editorial_item(info.context.written(), written) if written is not None else None
    return ContentPayload(content=EditorialContent.of_some(row), problems=problems)


async def _require_kind(tx: Transaction, item_id: str, kind: Kind) -> None:
    """The wrong kind is answered as if there were nothing, before any right is looked at."""
    head = (await items.heads(tx, [item_id])).get(item_id) if is_id(item_id) else None
    if head is not None and head.kind != kind:
        raise NotFound(f"There is no such {kind.value.replace('_', ' ')}.", field="id")


def _create(kind: Kind) -> Callable[..., Awaitable[ContentPayload]]:
    async def resolve(
        info: Info,
        unit_id: Annotated[strawberry.ID, strawberry.argument(description="Unit that will own it (单位).")],
        input: Annotated[Any, strawberry.argument(description="What to write.")],
        origin: Annotated[
            OriginInput | None, strawberry.argument(description="Where it came from; made here without it.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        values = values_of(kind, input)
        source = None if origin is None else (origin.source, origin.source_id)

        def work(tx: Transaction) -> Awaitable[str]:
            return actions.create(tx, info.context.actor, kind, values, unit_id=unit_id, source=source)

        request = {"kind": kind, "unit": unit_id, "values": values, "source": source}
        return await _perform(info, "create", work, request, None, idempotency_key)

    return _with_input(resolve, kind)


def _update(kind: Kind) -> Callable[..., Awaitable[ContentPayload]]:
    async def resolve(
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        input: Annotated[Any, strawberry.argument(description="What to change.")],
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        values = values_of(kind, input)

        async def work(tx: Transaction) -> str:
            await _require_kind(tx, id, kind)
            return await actions.update(tx, info.context.actor, id, expected_lock_version, values)

        request = {"id": id, "expected": expected_lock_version, "values": values}
        return await _perform(info, "update", work, request, id, idempotency_key)

    return _with_input(resolve, kind)


def _with_input(resolve: Callable[..., Any], kind: Kind) -> Callable[..., Any]:
    text = resolve.__annotations__["input"]
    description = "What to write." if "write" in str(text) else "What to change."
    resolve.__annotations__["input"] = Annotated[INPUTS[kind], strawberry.argument(description=description)]
    return resolve


def _field(resolver: Any, description: str) -> Any:
    return strawberry.mutation(resolver=resolver, description=description)


@strawberry.type
class ContentMutation:
    create_article: ContentPayload = _field(_create(Kind.ARTICLE), "Begins an article (文章) as a draft.")
    create_policy_document: ContentPayload = _field(
        _create(Kind.POLICY_DOCUMENT), "Begins a policy document (政策文件) as a draft."
    )
    create_interpretation: ContentPayload = _field(
        _create(Kind.INTERPRETATION), "Begins an interpretation (政策解读) as a draft."
    )
    create_media_asset: ContentPayload = _field(
        _create(Kind.MEDIA_ASSET), "Begins a media asset (媒体资产) as a draft."
    )
    create_service_item: ContentPayload = _field(
        _create(Kind.SERVICE_ITEM), "Begins a service item (政务服务事项) as a draft."
    )
    update_article: ContentPayload = _field(_update(Kind.ARTICLE), "Changes the working edition of an article (文章).")
    update_policy_document: ContentPayload = _field(
        _update(Kind.POLICY_DOCUMENT), "Changes the working edition of a policy document (政策文件)."
    )
    update_interpretation: ContentPayload = _field(
        _update(Kind.INTERPRETATION), "Changes the working edition of an interpretation (政策解读)."
    )
    update_media_asset: ContentPayload = _field(
        _update(Kind.MEDIA_ASSET), "Changes the working edition of a media asset (媒体资产)."
    )
    update_service_item: ContentPayload = _field(
        _update(Kind.SERVICE_ITEM), "Changes the working edition of a service item (政务服务事项)."
    )

    @mutation("Shows the working edition to the public (发布).")
    async def publish_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        change_note: Annotated[str, strawberry.argument(description="What it changes (更正说明).")] = "",
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        def work(tx: Transaction) -> Awaitable[str]:
            return actions.publish(tx, info.context.actor, id, expected_lock_version, change_note=change_note)

        request = {"id": id, "expected": expected_lock_version, "change_note": change_note}
        return await _perform(info, "publish", work, request, id, idempotency_key)

    @mutation("Shows a corrected edition at once (更正): the given fields over what is live.")
    async def correct_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        change_note: Annotated[str, strawberry.argument(description="What was corrected (更正说明).")],
        input: Annotated[ContentCorrectionInput, strawberry.argument(description="What to correct.")],
        change_scale: Annotated[
            ChangeScale, strawberry.argument(description="How much it changes (更正程度).")
        ] = ChangeScale.MINOR,
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        kind, given = input.chosen()
        values = values_of(kind, given)

        async def work(tx: Transaction) -> str:
            await _require_kind(tx, id, kind)
            actor, expected = info.context.actor, expected_lock_version
            return await actions.correct(
                tx, actor, id, expected, values, change_note=change_note, change_scale=change_scale
            )

        request = {
            "id": id,
            "expected": expected_lock_version,
            "values": values,
            "note": change_note,
            "scale": change_scale,
        }
        return await _perform(info, "correct", work, request, id, idempotency_key)

    @mutation("Takes content back (撤回): its address then says why and where to go instead.")
    async def withdraw_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        explanation: Annotated[str, strawberry.argument(description="Why (说明), for everybody.")],
        alternative_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Content to read instead (替代内容).")
        ] = None,
        alternative_url: Annotated[str | None, strawberry.argument(description="Address to go to instead.")] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        said = {"explanation": explanation, "alternative_id": alternative_id, "alternative_url": alternative_url}

        def work(tx: Transaction) -> Awaitable[str]:
            return actions.withdraw(tx, info.context.actor, id, expected_lock_version, **said)  # type: ignore[arg-type]

        request = {"id": id, "expected": expected_lock_version, **said}
        return await _perform(info, "withdraw", work, request, id, idempotency_key)

    @mutation("Shows withdrawn, redirected or archived content again (恢复), as it was.")
    async def restore_content(
        self, info: Info, id: ContentId, expected_lock_version: Expected, idempotency_key: IdempotencyKey = None
    ) -> ContentPayload:
        def work(tx: Transaction) -> Awaitable[str]:
            return actions.restore(tx, info.context.actor, id, expected_lock_version)

        request = {"id": id, "expected": expected_lock_version}
        return await _perform(info, "restore", work, request, id, idempotency_key)

    @mutation("Leads its address elsewhere (转向): to other content, or to an address.")
    async def redirect_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        target_id: Annotated[strawberry.ID | None, strawberry.argument(description="Content it leads to.")] = None,
        target_url: Annotated[str | None, strawberry.argument(description="Address it leads to.")] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        said = {"target_id": target_id, "target_url": target_url}

        def work(tx: Transaction) -> Awaitable[str]:
            return actions.redirect(tx, info.context.actor, id, expected_lock_version, **said)

        request = {"id": id, "expected": expected_lock_version, **said}
        return await _perform(info, "redirect", work, request, id, idempotency_key)

    @mutation("Removes content (删除): for ever gone, or vanished as if it had never been.")
    async def remove_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        as_: Annotated[RemoveAs, strawberry.argument(name="as", description="What remains of it.")],
        explanation: Annotated[str, strawberry.argument(description="Why (说明), for everybody.")] = "",
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        said = {"vanish": as_ is RemoveAs.VANISHED, "explanation": explanation}

        def work(tx: Transaction) -> Awaitable[str]:
            return actions.remove(tx, info.context.actor, id, expected_lock_version, **said)  # type: ignore[arg-type]

        request = {"id": id, "expected": expected_lock_version, **said}
        return await _perform(info, "remove", work, request, id, idempotency_key)

    @mutation("Archives content (归档): readable and marked, left out of current lists.")
    async def archive_content(
        self, info: Info, id: ContentId, expected_lock_version: Expected, idempotency_key: IdempotencyKey = None
    ) -> ContentPayload:
        def work(tx: Transaction) -> Awaitable[str]:
            return actions.archive(tx, info.context.actor, id, expected_lock_version)

        request = {"id": id, "expected": expected_lock_version}
        return await _perform(info, "archive", work, request, id, idempotency_key)

    @mutation("Puts content into exactly these sections (上栏); old addresses lead to new ones.")
    async def place_content(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        sections: Annotated[
            list[strawberry.ID], strawberry.argument(description="Ids of sections (栏目), the main one first.")
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        chosen = [str(one) for one in sections]

        def work(tx: Transaction) -> Awaitable[str]:
            return actions.place(tx, info.context.actor, id, expected_lock_version, chosen)

        request = {"id": id, "expected": expected_lock_version, "sections": chosen}
        return await _perform(info, "place", work, request, id, idempotency_key)

    @mutation("Marks a policy as repealed (废止); its address stays.")
    async def repeal_policy(
        self,
        info: Info,
        id: ContentId,
        expected_lock_version: Expected,
        by_id: Annotated[strawberry.ID | None, strawberry.argument(description="The policy that repeals it.")] = None,
        on: Annotated[Day | None, strawberry.argument(description="Day of the repeal; today without it.")] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ContentPayload:
        def work(tx: Transaction) -> Awaitable[str]:
            return actions.repeal(tx, info.context.actor, id, expected_lock_version, by_id=by_id, on=on)

        request = {"id": id, "expected": expected_lock_version, "by": by_id, "on": on}
        return await _perform(info, "repeal", work, request, id, idempotency_key)
