"""Error pages in Chinese, in the look of the other pages, and the edge that turns exceptions into them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hub.vocabulary.errors import CursorExpired, InvalidCursor, NotFound, Refusal
from hub.vocabulary.ids import new_id
from hub.web.labels import ERROR_TEXTS
from hub.web.responses import html
from hub.web.templating import render

Endpoint = Callable[[Request], Awaitable[Response]]
log = structlog.get_logger(__name__)


def error_page(request: Request, status: int, *, note: str = "", again: str = "", incident: str = "") -> Response:
    """`note` replaces the standing sentence; `again` is where to go on; `incident` can be found in the log."""
    title, standing = ERROR_TEXTS.get(status, ERROR_TEXTS[500 if status >= 500 else 400])
    text = render("error.html", status=status, title=title, note=note or standing, again=again, incident=incident)
    return html(request, text, status=status, headers={"cache-control": "no-store"})


def guarded(endpoint: Endpoint) -> Endpoint:
    """The same endpoint; whatever it raises becomes a page. Unexpected faults are logged with the id the page shows."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (InvalidCursor, CursorExpired):
            return error_page(request, 400, note="翻页的位置已经失效，请从头看起。", again=request.url.path)
        except NotFound:
            return error_page(request, 404)
        except Refusal as refusal:
            log.info("page_refused", code=refusal.code, path=request.url.path)
            return error_page(request, 400)
        except HTTPException as error:
            return error_page(request, error.status_code)
        except Exception:
            return _crashed(request)

    return answer


async def on_http_error(request: Request, error: Exception) -> Response:
    """For the whole application: addresses nobody serves. A page for browsers, a line for programs."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if "text/html" in request.headers.get("accept", ""):
        return error_page(request, status)
    return PlainTextResponse(f"{status} {ERROR_TEXTS.get(status, ERROR_TEXTS[500])[0]}\n", status_code=status)


def _crashed(request: Request) -> Response:
    incident = str(getattr(request.state, "request_id", "") or new_id())
    log.exception("page_failed", incident=incident, path=request.url.path)
    return error_page(request, 500, incident=incident)
