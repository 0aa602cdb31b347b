"""The hash that tells whether an imported row says anything new."""

from __future__ import annotations

import hashlib

import orjson

from hub.importing.exporting import object_of
from hub.importing.rows import Row

_NOT_CONTENT = frozenset(["change_note", "change_scale"])
"""They describe the step from one edition to the next, not the edition."""


def row_hash(row: Row) -> str:
    """SHA-256 (hex) over the canonical native content, joined links included. Place and change note do not count."""
    content = {name: value for name, value in object_of(row).items() if name not in _NOT_CONTENT}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
