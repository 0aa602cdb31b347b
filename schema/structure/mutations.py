"""Making, changing and moving sites, sections and units."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from hub.content import structure
from hub.vocabulary.errors import InvalidInput, Refusal
from schema.context import Info
from schema.fields import mutation
from schema.problems import Problem
from schema.structure.inputs import SectionInput, SiteInput, UnitInput, given, section_values
from schema.structure.types import Section, Site, Unit
from schema.writing import Expected, IdempotencyKey, Written, write
from storage.database import Transaction

Id = Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
Code = Annotated[str, strawberry.argument(description="Code: small letters, digits, - and _; it stays for ever.")]
Work = Callable[[Transaction], Awaitable[str]]


@strawberry.type(description="The unit after it, or why nothing was written.")
class UnitPayload:
    unit: Unit | None = strawberry.field(description="The unit (单位); null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was done.")


@strawberry.type(description="The site after it, or why nothing was written.")
class SitePayload:
    site: Site | None = strawberry.field(description="The site (站点); null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was done.")


@strawberry.type(description="The section after it, or why nothing was written.")
class SectionPayload:
    section: Section | None = strawberry.field(description="The section (栏目); null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was done.")


async def _unit(info: Info, written: Written) -> UnitPayload:
    key, problems = written
    row = await info.context.load.units.load(key) if key is not None else None
    return UnitPayload(unit=Unit.of_some(row), problems=problems)


async def _site(info: Info, written: Written) -> SitePayload:
    key, problems = written
    row = await info.context.load.sites.load(key) if key is not None else None
    return SitePayload(site=Site.of_some(row), problems=problems)


async def _section(info: Info, written: Written) -> SectionPayload:
    key, problems = written
    row = await info.context.load.sections.load(key) if key is not None else None
    return SectionPayload(section=Section.of_some(row), problems=problems)


async def _write(info: Info, verb: str, work: Work, request: dict[str, Any], key: str | None) -> Written:
    return await write(info.context, work, verb=verb, request=request, key=key)


def _require(values: dict[str, Any], name: str, field: str) -> None:
    if values.get(name) is None:
        raise InvalidInput(f"{field} is required.", field=field)


@strawberry.type
class StructureMutation:
    @mutation("Makes a unit (单位) below another.")
    async def create_unit(
        self,
        info: Info,
        code: Code,
        input: Annotated[UnitInput, strawberry.argument(description="What it is.")],
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The unit above it; only operators leave it out.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> UnitPayload:
        values = {**given(input), "code": code, "parent_id": parent_id}

        async def work(tx: Transaction) -> str:
            _require(values, "unit_type", "unitType")
            return await structure.create_unit(tx, info.context.actor, values)

        return await _unit(info, await _write(info, "create_unit", work, values, idempotency_key))

    @mutation("Changes a unit (单位).")
    async def update_unit(
        self,
        info: Info,
        id: Id,
        expected_lock_version: Expected,
        input: Annotated[UnitInput, strawberry.argument(description="What to change.")],
        idempotency_key: IdempotencyKey = None,
    ) -> UnitPayload:
        values = given(input)

        def work(tx: Transaction) -> Awaitable[str]:
            return structure.update_unit(tx, info.context.actor, id, expected_lock_version, values)

        request = {"id": id, "expected": expected_lock_version, "values": values}
        return await _unit(info, await _write(info, "update_unit", work, request, idempotency_key))

    @mutation("Moves a unit (单位) below another.")
    async def move_unit(
        self,
        info: Info,
        id: Id,
        expected_lock_version: Expected,
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The unit above it; only operators leave it out.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> UnitPayload:
        def work(tx: Transaction) -> Awaitable[str]:
            return structure.move_unit(tx, info.context.actor, id, expected_lock_version, parent_id)

        request = {"id": id, "expected": expected_lock_version, "parent": parent_id}
        return await _unit(info, await _write(info, "move_unit", work, request, idempotency_key))

    @mutation("Makes a site (站点).")
    async def create_site(
        self,
        info: Info,
        code: Code,
        unit_id: Annotated[strawberry.ID, strawberry.argument(description="Unit that owns it (主办单位).")],
        input: Annotated[SiteInput, strawberry.argument(description="What it is.")],
        parent_id: Annotated[strawberry.ID | None, strawberry.argument(description="The site it is part of.")] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> SitePayload:
        values = {**given(input), "code": code, "unit_id": unit_id, "parent_id": parent_id}

        async def work(tx: Transaction) -> str:
            _require(values, "site_type", "siteType")
            return await structure.create_site(tx, info.context.actor, values)

        return await _site(info, await _write(info, "create_site", work, values, idempotency_key))

    @mutation("Changes a site (站点).")
    async def update_site(
        self,
        info: Info,
        id: Id,
        expected_lock_version: Expected,
        input: Annotated[SiteInput, strawberry.argument(description="What to change.")],
        idempotency_key: IdempotencyKey = None,
    ) -> SitePayload:
        values = given(input)

        def work(tx: Transaction) -> Awaitable[str]:
            return structure.update_site(tx, info.context.actor, id, expected_lock_version, values)

        request = {"id": id, "expected": expected_lock_version, "values": values}
        return await _site(info, await _write(info, "update_site", work, request, idempotency_key))

    @mutation("Makes a section (栏目) on a site.")
    async def create_section(
        self,
        info: Info,
        code: Code,
        site_id: Annotated[strawberry.ID, strawberry.argument(description="Site it belongs to (站点).")],
        input: Annotated[SectionInput, strawberry.argument(description="What it is.")],
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The section above it; at the top without it.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> SectionPayload:
        try:
            values = await section_values(info, input)
        except Refusal as refusal:
            return SectionPayload(section=None, problems=[Problem.of(refusal)])
        values |= {"code": code, "site_id": site_id, "parent_id": parent_id}

        async def work(tx: Transaction) -> str:
            _require(values, "section_kind", "sectionKind")
            return await structure.create_section(tx, info.context.actor, values)

        return await _section(info, await _write(info, "create_section", work, values, idempotency_key))

    @mutation("Changes a section (栏目).")
    async def update_section(
        self,
        info: Info,
        id: Id,
        expected_lock_version: Expected,
        input: Annotated[SectionInput, strawberry.argument(description="What to change.")],
        idempotency_key: IdempotencyKey = None,
    ) -> SectionPayload:
        try:
            values = await section_values(info, input)
        except Refusal as refusal:
            return SectionPayload(section=None, problems=[Problem.of(refusal)])

        def work(tx: Transaction) -> Awaitable[str]:
            return structure.update_section(tx, info.context.actor, id, expected_lock_version, values)

        request = {"id": id, "expected": expected_lock_version, "values": values}
        return await _section(info, await _write(info, "update_section", work, request, idempotency_key))

    @mutation("Moves a section (栏目) with all below it; its content and addresses follow.")
    async def move_section(
        self,
        info: Info,
        id: Id,
        expected_lock_version: Expected,
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The section above it; to the top without it.")
        ] = None,
        idempotency_key: IdempotencyKey = None,
    ) -> SectionPayload:
        context = info.context

        def work(tx: Transaction) -> Awaitable[str]:
            return structure.move_section(tx, context.actor, id, expected_lock_version, parent_id)

        request = {"id": id, "expected": expected_lock_version, "parent": parent_id}
        written = await _write(info, "move_section", work, request, idempotency_key)
        if written[0] is not None:
            await context.leave_snapshot()
            await structure.rewrite_moved(context.services.database, context.services.clock(), context.actor, id)
            await context.renew()
        return await _section(info, written)
