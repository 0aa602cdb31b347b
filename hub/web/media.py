"""Files of media assets at `/media/{id}/original`: the asset's own visibility decides, the bytes never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hub.access import LISTED_STATES
from hub.content import queries
from hub.content.media import TYPES, UNKNOWN
from hub.vocabulary.clock import Clock
from hub.vocabulary.enums import Kind, State
from hub.web.errors import error_page, guarded
from hub.web.live_reading import as_anybody
from storage.database import Database
from storage.objects import ObjectMissing, ObjectStore, digest_of
from storage.stores import items

log = structlog.get_logger(__name__)

SHOWN = ("image/", "audio/", "video/")
"""Shown in place. Everything else is a download: a PDF too, since browsers open none inside a sandbox."""
POLICY = "default-src 'none'; sandbox"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*]')


@dataclass(frozen=True, slots=True)
class Original:
    """What is served for an asset."""

    object_key: str
    media_type: str
    file_name: str

    def headers(self) -> dict[str, str]:
        is_known = self.media_type in TYPES
        way = "inline" if is_known and self.media_type.startswith(SHOWN) else "attachment"
        return {
            "content-type": self.media_type if is_known else UNKNOWN,
            "content-disposition": f"{way}; filename*=UTF-8''{quote(self.file_name, safe='')}",
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            # kept, and asked for at every use: what was withdrawn must not be shown for another minute
            "cache-control": "public, no-cache",
            "etag": self.etag,
            "accept-ranges": "bytes",
        }

    @property
    def etag(self) -> str:
        return f'"{digest_of(self.object_key)}"'


def media_routes(database: Database, objects: ObjectStore, clock: Clock) -> list[Route]:
    files = MediaFiles(database, objects, clock)
    return [Route("/media/{id}/original", guarded(files.original), name="media")]


@dataclass(frozen=True, slots=True)
class MediaFiles:
    database: Database
    objects: ObjectStore
    clock: Clock

    async def original(self, request: Request) -> Response:
        """The file or a stretch of it; 404 for what anybody may not see, 410 for what is gone."""
        found = await self._find(request.path_params["id"])
        if not isinstance(found, Original):
            return error_page(request, found)
        headers = found.headers()
        if _is_known(request, found.etag):
            return Response(status_code=304, headers=headers)
        try:
            size = await self.objects.size(found.object_key)
        except ObjectMissing:
            log.error("media_missing", object_key=found.object_key, path=request.url.path)
            return error_page(request, 404)
        return self._answer(request, found, size, headers)

    async def _find(self, item_id: str) -> Original | int:
        """The asset's file, or the status to answer with. Two statements."""
        async with as_anybody(self.database, self.clock) as reader:
            row = await queries.single(reader, item_id)
            if row is None or row.kind != Kind.MEDIA_ASSET or row.state not in LISTED_STATES:
                return 410 if row is not None and row.state == State.GONE else 404
            details = (await items.details_of(reader, Kind.MEDIA_ASSET, [row.edition_id]))[0]
        if not details.object_key:
            return 404
        name = file_name(details.file_name or row.title, details.media_type or "")
        return Original(details.object_key, details.media_type or "", name)

    def _answer(self, request: Request, found: Original, size: int, headers: dict[str, str]) -> Response:
        stretch = _stretch(request, found.etag, size)
        if stretch is not None and stretch[0] >= stretch[1]:
            refused = {**headers, "content-range": f"bytes */{size}", "cache-control": "no-store"}
            return Response(status_code=416, headers=refused)
        start, end = stretch or (0, size)
        sent = {**headers, "content-length": str(end - start)}
        if stretch is not None:
            sent["content-range"] = f"bytes {start}-{end - 1}/{size}"
        status = 200 if stretch is None else 206
        if request.method == "HEAD":
            return Response(status_code=status, headers=sent)
        return StreamingResponse(self.objects.stream(found.object_key, start, end), status, sent)


def file_name(name: str, media_type: str) -> str:
    """A name every file system takes, with the ending of its type."""
    cleaned = _NOT_IN_NAMES.sub("_", name).strip(" .") or "file"
    ending = TYPES.get(media_type, "")
    return cleaned if "." in cleaned or not ending else f"{cleaned}.{ending}"


def _is_known(request: Request, etag: str) -> bool:
    sent = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return etag in sent or "*" in sent


def _stretch(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """Start and end (without) of the one range asked for; null for the whole, as for several or unreadable ranges.

    A stretch that holds nothing cannot be answered (416).
    """
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or asked[0] == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return None
    first, last = asked[1], asked[2]
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
