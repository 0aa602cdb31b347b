"""Static files under `/static/{digest}/{path}`: the address holds a digest of the bytes, so copies are good for ever.

A page asks for the address by `address("site.css")`. An old address, after an upgrade, leads to the present file.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".LICENSE": "text/plain; charset=utf-8",
}
"""Only files of these types are served."""
GZIP_FROM = 1_000


@lru_cache
def contents(path: str) -> bytes | None:
    """The bytes of a file below `static/`; null for anything else. Only existing names are ever kept in the cache."""
    return _names()[path].read_bytes() if path in _names() else None


@lru_cache
def digest(path: str) -> str:
    """Twelve hex digits of the file's SHA-256. Raises KeyError for a file that is not there."""
    return hashlib.sha256(_names()[path].read_bytes()).hexdigest()[:12]


def address(path: str) -> str:
    return f"/static/{digest(path)}/{path}"


async def serve(request: Request) -> Response:
    path = request.path_params["path"]
    if path not in _names():
        return PlainTextResponse("没有这个文件\n", status_code=404)
    if request.path_params["digest"] != digest(path):
        return RedirectResponse(address(path), status_code=302, headers={"cache-control": "no-cache"})
    return _file(path, accepts_gzip="gzip" in request.headers.get("accept-encoding", ""))


def _file(path: str, *, accepts_gzip: bool) -> Response:
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    body = contents(path) or b""
    if accepts_gzip and len(body) >= GZIP_FROM:
        body = _compressed(path)
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=MEDIA_TYPES[Path(path).suffix], headers=headers)


@lru_cache
def _compressed(path: str) -> bytes:
    return gzip.compress(contents(path) or b"", mtime=0)


@lru_cache
def _names() -> dict[str, Path]:
    found = (each for each in FOLDER.rglob("*") if each.is_file() and each.suffix in MEDIA_TYPES)
    return {each.relative_to(FOLDER).as_posix(): each for each in found}
