"""What most commands share: settings, logs, an opened hub, the operator's name."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from hub.access import Actor, operator
from hub.app.opening import Hub
from hub.logs import configure_logs
from hub.settings import Settings, load_settings

T = TypeVar("T")


def settings_and_logs() -> Settings:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    configure_logs(settings.log_level.value, [settings.secret().get_secret_value()])
    return settings


def who() -> Actor:
    """The operator by login name: commands are named in the audit."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return operator(name)


@asynccontextmanager
async def opened() -> AsyncIterator[Hub]:
    hub = await Hub.open(settings_and_logs())
    try:
        yield hub
    finally:
        await hub.close()


def with_hub(act: Callable[[Hub], Awaitable[T]]) -> T:
    """Opens the hub, runs `act` on it, closes it."""

    async def run() -> T:
        async with opened() as hub:
            return await act(hub)

    return asyncio.run(run())
