"""Addresses of content, sections and media for readers: below a site's own domain where it has one, else below ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    site_id: str
    site_code: str
    url: str

    @classmethod
    def of(cls, rows: Iterable[Any], base_url: str) -> list[Address]:
        """From rows of `loading.addresses`: the canonical one first, on the item's own site, else its owner's."""
        ranked = sorted(rows, key=lambda row: (not row.is_placed, not row.is_home, not row.is_own, row.code))
        return [cls(row.site_id, row.code, below(row, row.path, base_url)) for row in ranked]


def below(site: Any, path: str, base_url: str) -> str:
    """The address of a path on a site (a row with `code` and `domain`)."""
    if site.domain:
        return f"https://{site.domain}/{path}"
    return f"{base_url}/sites/{site.code}/{path}"


def unplaced(item_id: str, base_url: str) -> str:
    """Content that stands in no section has the address of its id."""
    return f"{base_url}/content/{item_id}"


def original(item_id: str, base_url: str) -> str:
    """The file of a media asset."""
    return f"{base_url}/media/{item_id}/original"
