"""One build of the worlds of the leak test for all tests of a process."""

from __future__ import annotations

import asyncio

import pytest

from tests.flows.leak_world import Worlds, build


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Closed data directories, to be opened and read; copy one before writing to it."""
    return asyncio.run(build(tmp_path_factory.mktemp("worlds")))
