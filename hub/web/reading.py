"""What the pages need to know: one Protocol, and frozen values that hold exactly what a page shows.

`hub.web.live_reading` answers it from the hub's own queries, as an anonymous actor; tests answer it from a small fake.
Everything handed over is already visible to anybody. Texts are plain and are escaped by the templates, with one
exception: `ContentPage.body_html` is canonical HTML, already cleaned, with its `hub:` addresses expanded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from hub.content.page_tags import PageTags
from hub.search import Mark, SearchSort
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind, LinkType, Publicity, Validity

"""Name and content of the meta tags of domain §6, in order; empty and repeated ones are dropped by the page."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One row of a list. Empty strings are not shown."""

    id: str
    kind: Kind
    title: str
    summary: str = ""
    published_at: Instant | None = None
    unit: str = ""
    """Name of the owner unit, or the source when the content comes from outside."""
    doc_no: str = ""
    validity: Validity | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class SiteEntry:
    code: str
    name: str
    count: int = 0
    """Visible items placed on the site."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The front page. `counts` leaves out kinds the hub has nothing of; their order is kept."""

    counts: tuple[tuple[Kind, int], ...]
    newest: tuple[ListedItem, ...]
    sites: tuple[SiteEntry, ...]
    changed_at: Instant | None = None
    """When the last public change happened."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """`text` may be empty: then everything that the choices leave is listed, newest first.

    `chosen` maps a facet name of `hub.search.FACETS` to the wanted values; values of one facet widen, facets narrow.
    `offset + size` never exceeds `hub.search.MAX_HITS`. A value nobody has gives no hits, not an error.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: SearchSort = SearchSort.RELEVANCE
    offset: int = 0
    size: int = 20


@dataclass(frozen=True, slots=True)
class Marked:
    """A plain text and the stretches of it that answer the query (code points; order and overlap do not matter)."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundItem:
    item: ListedItem
    title: Marked
    passages: tuple[Marked, ...] = ()
    """Up to two extracts of the body around the marks; `item.summary` is shown where there is none."""


@dataclass(frozen=True, slots=True)
class FacetChoice:
    value: str
    """As `SearchQuery.chosen` takes it."""
    label: str
    """As people read it: 政策文件, 云岭市人民政府门户网站, 2024."""
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    choices: tuple[FacetChoice, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    found: tuple[FoundItem, ...]
    total: int
    is_exact: bool = True
    facets: tuple[Facet, ...] = ()
    corrected_text: str | None = None
    """What was searched instead of the text as typed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A named fact, plain text; line breaks are kept."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PolicyCard:
    """The document card (domain §7). What is empty or null is left out."""

    doc_no: str = ""
    index_no: str = ""
    issuer: str = ""
    genre: str = ""
    """Its Chinese label: 通知."""
    topics: tuple[str, ...] = ()
    made_on: date | None = None
    effective_on: date | None = None
    validity: Validity | None = None
    publicity: Publicity = Publicity.PROACTIVE
    repealed_by: ListedItem | None = None


@dataclass(frozen=True, slots=True)
class FactCard:
    """The fields of a service item, an interpretation or a media asset; `hub.web.cards` makes it from the details."""

    facts: tuple[Fact, ...]
    """Short ones, shown as a table: 实施主体, 承诺办结时限, 咨询电话."""
    parts: tuple[Fact, ...] = ()
    """Long ones, shown each under its own heading: 申请条件, 办理材料, 办理流程."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that belongs to the content. `address` is a path of this hub, `/media/{id}/original`."""

    address: str
    name: str
    media_type: str
    """image/png, video/mp4 …; images, audio and video are shown in place."""
    alt: str = ""
    byte_count: int = 0


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """All visible items one type of link leads to, or (`is_reverse`) comes from."""

    type: LinkType
    is_reverse: bool
    items: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section as a link: its path within the site, and the sections below it where a tree is shown."""

    site_code: str
    path: str
    name: str
    site_name: str = ""
    count: int = 0
    children: tuple[SectionEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ContentPage:
    item: ListedItem
    body_html: str = ""
    author: str = ""
    source: str = ""
    updated_at: Instant | None = None
    """When the shown edition went live, if it is not the first one."""
    change_note: str = ""
    language: str = "zh-CN"
    card: PolicyCard | FactCard | None = None
    files: tuple[MediaFile, ...] = ()
    links: tuple[LinkGroup, ...] = ()
    sections: tuple[SectionEntry, ...] = ()
    page_tags: PageTags = ()


@dataclass(frozen=True, slots=True)
class UnpublishedPage:
    """Withdrawn (the page says why, at its address) or gone (410)."""

    title: str
    """Empty when the item is gone."""
    explanation: str
    is_gone: bool
    unpublished_at: Instant | None = None
    alternative: ListedItem | None = None
    alternative_address: str = ""
    """When the alternative is outside the hub."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Look there instead: a path of this hub (`/content/{id}`, `/sites/{code}/{path}`) or an http(s) address."""

    address: str


@dataclass(frozen=True, slots=True)
class SitePage:
    code: str
    name: str
    sections: tuple[SectionEntry, ...]
    """The tree, in the order of the site."""
    newest: tuple[ListedItem, ...]
    owner: str = ""
    domain: str = ""
    page_tags: PageTags = ()


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One page of a section list, newest first. A cursor is null where the list ends on that side."""

    site: SiteEntry
    name: str
    path: str
    items: tuple[ListedItem, ...]
    description: str = ""
    ancestors: tuple[SectionEntry, ...] = ()
    """From the top of the site down, without the section itself."""
    children: tuple[SectionEntry, ...] = ()
    total: int | None = None
    newer: str | None = None
    """Cursor to hand in as `before` for the page of newer items."""
    older: str | None = None
    """Cursor to hand in as `after` for the page of older items."""
    page_tags: PageTags = ()


class Reading(Protocol):
    """Reads for anonymous visitors at the present moment. Null = not visible, the same as never existed."""

    async def overview(self) -> Overview: ...

    async def search(self, query: SearchQuery) -> SearchPage:
        """Raises `SearchUnavailable` while no engine answers; the pages then show `overview().newest`."""
        ...

    async def content(self, item_id: str) -> ContentPage | UnpublishedPage | Moved | None:
        """`item_id` is as typed in the address: any text."""
        ...

    async def site(self, code: str) -> SitePage | None: ...

    async def section(
        self, site_code: str, path: str, *, after: str | None, before: str | None
    ) -> SectionPage | Moved | None:
        """The section at this path of the site, or where to look instead. At most one of the cursors is given.

        Raises `InvalidCursor` or `CursorExpired`.
        """
        ...
