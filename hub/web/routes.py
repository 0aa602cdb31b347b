"""Which address shows which page. `/graphql` and `/media` are served elsewhere; see `graphiql.graphiql_page`."""

from __future__ import annotations

from starlette.routing import Route

from hub.web import assets
from hub.web.errors import guarded
from hub.web.pages import Pages
from hub.web.reading import Reading


def routes(reading: Reading) -> list[Route]:
    pages = Pages(reading)
    return [
        Route("/", guarded(pages.front), name="front"),
        Route("/content/{id}", guarded(pages.content), name="content"),
        Route("/sites/{code}", guarded(pages.site), name="site"),
        Route("/sites/{code}/", guarded(pages.site)),
        Route("/sites/{code}/{path:path}", guarded(pages.section), name="section"),
        Route("/static/{digest}/{path:path}", assets.serve, name="static"),
    ]
