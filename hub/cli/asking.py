"""search, units, synonyms."""

from __future__ import annotations

from collections.abc import Sequence

from hub.app.opening import Hub
from hub.cli.opened import with_hub
from hub.vocabulary.errors import InvalidInput


def search(text: str, first: int) -> None:
    from hub import access, planner
    from hub.content.filters import ContentFilter
    from hub.vocabulary.clock import local_day
    from storage.database import Reader

    async def act(hub: Hub) -> None:
        now = hub.clock()
        async with hub.database.snapshot() as connection:
            reader = Reader(connection, access.sight(access.ANONYMOUS, now), now)
            page = await planner.search(reader, hub.search, text, ContentFilter(), first=first)
        if page.corrected_text:
            print(f"Nothing was found as typed; searched for: {page.corrected_text}")
        for place, hit in enumerate(page.hits, 1):
            day = local_day(hit.row.sort_at) if hit.row.published_at or hit.row.made_on else "          "
            print(f"{place:3} {day} {hit.row.kind:16} {hit.row.title}  [{hit.row.id}]")
        print(f"{page.total}{'' if page.is_exact else ' or more'} found.")

    with_hub(act)


def units() -> None:
    from storage.stores import structure

    async def act(hub: Hub) -> None:
        after = ""
        async with hub.database.system(hub.clock()) as system:
            while rows := await structure.all_of(system, "unit", 100, after):
                for row in rows:
                    print(f"{row.code:30} {row.unit_type:18} {row.name}")
                after = rows[-1].code

    with_hub(act)


def synonyms() -> None:
    async def act(hub: Hub) -> None:
        for terms in hub.synonyms:
            print(" = ".join(terms))

    with_hub(act)


def add_synonyms(words: Sequence[str]) -> None:
    from storage.stores import media

    terms = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(terms) < 2:
        raise InvalidInput("A group has at least two different words.")

    async def act(hub: Hub) -> None:
        async with hub.database.transaction(hub.clock()) as tx:
            await media.add_synonyms(tx, [terms])
        print(" = ".join(terms))

    with_hub(act)
