"""Identities. Every id is a UUIDv7 in its canonical 36-character form, unique over all kinds and sites."""

from __future__ import annotations

import re
from typing import NewType

import uuid_utils

ItemId = NewType("ItemId", str)
EditionId = NewType("EditionId", str)
UnitId = NewType("UnitId", str)
SiteId = NewType("SiteId", str)
SectionId = NewType("SectionId", str)
KeyId = NewType("KeyId", str)
LockVersion = NewType("LockVersion", int)
"""Grows with every edit of an item; editors name the one they saw."""
Position = NewType("Position", int)
"""A place in the change log; `item.version` is the position of the item's last public change."""

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh UUIDv7; ids made later sort later."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether the text is an id as we write it (36 characters, lower case)."""
    return _CANONICAL.fullmatch(text) is not None
