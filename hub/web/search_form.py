"""The search form and the query behind it: reads the address of `/`, and writes the addresses of facets and pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hub.search import MAX_HITS, SearchSort
from hub.web.labels import FACET_LABELS
from hub.web.reading import SearchQuery

PAGE_SIZE = 20
LAST_PAGE = MAX_HITS // PAGE_SIZE
MAX_TEXT = 200
"""Code points of a search text; a longer one is cut, as a pasted paragraph would find nothing anyway."""
MAX_CHOICES = 10
"""Values taken of one facet."""


@dataclass(frozen=True, slots=True)
class SearchForm:
    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: SearchSort = SearchSort.RELEVANCE
    page: int = 1

    @property
    def is_blank(self) -> bool:
        """Nothing was asked: the front page shows its overview."""
        return not self.text and not self.chosen

    def query(self) -> SearchQuery:
        offset = (self.page - 1) * PAGE_SIZE
        return SearchQuery(self.text, self.chosen, self.sort, offset, PAGE_SIZE)

    def address(self, *, page: int = 1, sort: SearchSort | None = None) -> str:
        return _address(self.text, self.chosen, sort or self.sort, page)

    def is_chosen(self, facet: str, value: str) -> bool:
        return value in self.chosen.get(facet, ())

    def toggled(self, facet: str, value: str) -> str:
        """The address with this value added, or taken away if it was chosen; back on the first page."""
        values = self.chosen.get(facet, ())
        kept = tuple(each for each in values if each != value)
        changed = {**self.chosen, facet: kept if value in values else (*values, value)}
        return _address(self.text, changed, self.sort, 1)

    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the form carries along beside its text."""
        fields = [(name, value) for name, values in self.chosen.items() for value in values]
        return fields + ([("sort", self.sort.value)] if self.sort != SearchSort.RELEVANCE else [])


def form_of(parameters: QueryParams) -> SearchForm:
    """Any address gives a form: unknown names and values that are no number or order are left aside."""
    chosen = {name: tuple(dict.fromkeys(_values(parameters, name))) for name in FACET_LABELS}
    return SearchForm(
        text=_clean(parameters.get("q", ""))[:MAX_TEXT],
        chosen={name: values for name, values in chosen.items() if values},
        sort=SearchSort.NEWEST if parameters.get("sort") == SearchSort.NEWEST else SearchSort.RELEVANCE,
        page=_page(parameters.get("page", "1")),
    )


def page_count(total: int) -> int:
    return min(-(-total // PAGE_SIZE), LAST_PAGE)


def pages_shown(page: int, count: int) -> list[int | None]:
    """Page numbers for the foot of a list; null stands for a gap. `[1, None, 4, 5, 6, None, 50]`"""
    wanted = [each for each in range(1, count + 1) if each in (1, count) or abs(each - page) <= 1]
    shown: list[int | None] = []
    for number in wanted:
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown


def _address(text: str, chosen: dict[str, tuple[str, ...]], sort: SearchSort, page: int) -> str:
    pairs = [("q", text)] if text else []
    pairs += [(name, value) for name, values in chosen.items() for value in values]
    pairs += [("sort", sort.value)] if sort != SearchSort.RELEVANCE else []
    pairs += [("page", str(page))] if page > 1 else []
    return "/?" + urlencode(pairs) if pairs else "/"


def _values(parameters: QueryParams, name: str) -> list[str]:
    cleaned = (_clean(value) for value in parameters.getlist(name)[:MAX_CHOICES])
    return [value for value in cleaned if value]


def _clean(text: str) -> str:
    """Without NUL and lone surrogates, which no store takes, and without blanks around."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
