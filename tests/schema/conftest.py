"""The hub every test of the contract asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.schema.graph_hub import GraphHub, opened


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[GraphHub]:
    async with opened(tmp_path) as made:
        yield made
