"""The rows shown in docs/exchange.md are rows the importer takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hub.importing.fields import Where
from hub.importing.rows import ItemRow, SectionRow, SiteRow, UnitRow, read_row

PAGE = Path(__file__).parents[2] / "docs" / "exchange.md"


def test_rows_of_the_page_are_read() -> None:
    lines = [line for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S) for line in block.splitlines()]

    rows = [read_row(json.loads(line), Where()) for line in lines]

    assert [type(row) for row in rows] == [UnitRow, SiteRow, SectionRow, SectionRow, ItemRow]
