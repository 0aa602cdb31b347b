"""Filling an empty hub with the shipped sample city."""

from __future__ import annotations

import sys

from hub.app.opening import Hub
from hub.cli.exchange import import_into
from hub.cli.opened import who
from hub.settings import Settings
from storage.seeds import SAMPLE
from storage.stores import changes, media

CITY_SITE = "yunlan"
CITY_UNIT = "yunlan-gov"
SYNONYMS = (("市民卡", "社保卡", "社会保障卡"), ("公积金", "住房公积金"), ("身份证", "居民身份证"))


async def fill(settings: Settings) -> None:
    hub = await Hub.open(settings)
    try:
        async with hub.database.system(hub.clock()) as system:
            is_empty = await changes.last(system) == 0
        if not is_empty:
            print(f"The hub in {settings.data_dir} already has content; serving it as it is.", file=sys.stderr)
            return
        async with hub.database.transaction(hub.clock()) as tx:
            await media.add_synonyms(tx, SYNONYMS)
        summary = await import_into(hub, list(SAMPLE), actor=who())
        print(f"Imported the sample: {summary.created} items.", file=sys.stderr)
    finally:
        await hub.close()
