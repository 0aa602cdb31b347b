"""GraphiQL for browsers that open `/graphql`: from vendored files, with example queries, without any other host."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hub.web.examples import EXAMPLES
from hub.web.responses import html
from hub.web.templating import render

GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Inline styles are allowed because the editor sets them; scripts come from our files only."""


def wants_graphiql(request: Request) -> bool:
    """Whether a GET of `/graphql` comes from somebody's browser, who should see GraphiQL and not an answer."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


async def graphiql_page(request: Request) -> Response:
    examples = [{"slug": each.slug, "query": each.query, "variables": each.variables} for each in EXAMPLES]
    return html(request, render("graphiql.html", examples=EXAMPLES, data=examples), policy=GRAPHIQL_POLICY)
