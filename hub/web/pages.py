"""The pages for people, on one `Reading`: front page with search, content, site and section. No script is needed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.search import SearchSort
from hub.vocabulary.enums import KIND_LABELS
from hub.vocabulary.errors import SearchUnavailable
from hub.web.errors import error_page
from hub.web.reading import ContentPage, Moved, Reading, SearchPage, SectionPage, UnpublishedPage
from hub.web.responses import html
from hub.web.search_form import SearchForm, form_of, page_count, pages_shown
from hub.web.templating import render, safe_address

NOT_INDEXED = {"x-robots-tag": "noindex"}


@dataclass(frozen=True, slots=True)
class Pages:
    reading: Reading

    async def front(self, request: Request) -> Response:
        form = form_of(request.query_params)
        if form.is_blank:
            return html(request, render("front.html", form=form, overview=await self.reading.overview()))
        try:
            answer = await self.reading.search(form.query())
        except SearchUnavailable:
            return await self._without_search(request, form)
        return html(request, _results(form, answer), headers=NOT_INDEXED)

    async def _without_search(self, request: Request, form: SearchForm) -> Response:
        """Says so, and shows what is newest: lists do not need the engine."""
        text = render("search_down.html", form=form, overview=await self.reading.overview())
        return html(request, text, status=503, headers={"retry-after": "30", "cache-control": "no-store"})

    async def content(self, request: Request) -> Response:
        match await self.reading.content(request.path_params["id"]):
            case ContentPage() as page:
                return html(request, render("content.html", form=SearchForm(), page=page))
            case UnpublishedPage() as page:
                text = render("unpublished.html", form=SearchForm(), page=page)
                return html(request, text, status=410 if page.is_gone else 200, headers=NOT_INDEXED)
            case Moved(address):
                return _moved(request, address)
            case _:
                return error_page(request, 404)

    async def site(self, request: Request) -> Response:
        page = await self.reading.site(request.path_params["code"])
        if page is None:
            return error_page(request, 404)
        return html(request, render("site.html", form=SearchForm(), page=page))

    async def section(self, request: Request) -> Response:
        after = request.query_params.get("after")
        before = None if after else request.query_params.get("before")
        path = request.path_params["path"].strip("/")
        match await self.reading.section(request.path_params["code"], path, after=after, before=before):
            case SectionPage() as page:
                return html(request, render("section.html", form=SearchForm(), page=page))
            case Moved(address):
                return _moved(request, address)
            case _:
                return error_page(request, 404)


def _results(form: SearchForm, answer: SearchPage) -> str:
    last = page_count(answer.total)
    return render(
        "results.html",
        form=form,
        answer=answer,
        last=last,
        pages=pages_shown(form.page, last),
        chips=_chips(form, answer),
        sorts={each.value: each for each in SearchSort},
        all_choices_dropped=SearchForm(form.text, sort=form.sort).address(),
    )


def _chips(form: SearchForm, answer: SearchPage) -> list[tuple[str, str, str]]:
    """Facet, label and the address without it, for each choice in force; a value no facet names is its own label."""
    labels = {(facet.name, each.value): each.label for facet in answer.facets for each in facet.choices}
    labels |= {("kind", kind.value): label for kind, label in KIND_LABELS.items()}
    chosen = [(name, value) for name, values in form.chosen.items() for value in values]
    return [(name, labels.get((name, value), value), form.toggled(name, value)) for name, value in chosen]


def _moved(request: Request, address: str) -> Response:
    """301 for a short while only: an item may be restored at its old address."""
    target = safe_address(address)
    if not target:
        return error_page(request, 404)
    return RedirectResponse(target, status_code=301, headers={"cache-control": "public, max-age=60"})
