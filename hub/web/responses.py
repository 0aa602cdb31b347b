"""Answers of the pages: HTML with a strict content policy and an ETag over its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script at all, no inline style, nothing from another host."""


def html(
    request: Request,
    text: str,
    *,
    status: int = 200,
    policy: str = PAGE_POLICY,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Caches must ask again each time: what is visible depends on the clock. An unchanged page is a 304."""
    body = text.encode("utf-8", "replace")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    sent = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-cache",
        "etag": etag,
        **(headers or {}),
    }
    if status == 200 and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    return HTMLResponse(body, status_code=status, headers=sent)
