"""What the leak test asks: paths generated from the SDL, and every argument filled with what could betray something."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

import orjson
from graphql import TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit

from hub.vocabulary.enums import Archived, Genre, Kind, LinkType, Validity
from indexers.analysis import pinyin
from tests.flows.leak_documents import Walk
from tests.flows.leak_marks import NAME, REGION, SHARED, SOUNDALIKE, TOPIC, ask, doc_no, said, title
from tests.flows.leak_world import Plan, Planted

ORDERS = ("PUBLISHED_AT_DESC", "PUBLISHED_AT_ASC", "UPDATED_AT_DESC", "UPDATED_AT_ASC")
FACETS = "[KIND, SITE, SECTION, UNIT, YEAR, VALIDITY, TOPIC, REGION, GENRE]"
EVERYTHING = "filter: {archived: INCLUDE}"
CHUNK = 40
"""Questions that go into one document."""


@dataclass(frozen=True)
class Question:
    name: str
    document: str


def questions(walk: Walk, plan: Plan) -> list[Question]:
    made = [*_deep(walk, plan), *_by_id(walk, plan), *_by_address(walk, plan), *_found(plan)]
    return [*made, *_suggested(plan), *_filtered(walk, plan), *_below(plan), *_mixed(walk, plan)]


def _deep(walk: Walk, plan: Plan) -> Iterator[Question]:
    """Every path to the depth, from every root field that has something to show."""
    seen, sections = plan.visible, plan.sections
    listed = ("articles", "policyDocuments", "interpretations", "mediaAssets", "serviceItems", "contents")
    roots = [(name, f"first: 2, {EVERYTHING}") for name in listed]
    linked = (Kind.POLICY_DOCUMENT, Kind.INTERPRETATION)
    anchors = [f"id: {text(seen[f'anchor:{kind}'])}" for kind in linked]
    roots += [("content", one) for one in anchors] + [("node", anchors[0])]
    roots += [("content", f"id: {text(seen[name])}") for name in ("repealed", "leads_on", "led_on")]
    roots += [
        ("route", f'site: "city", path: {text("zwgk/zcwj/" + seen["anchor:article"])}'),
        ("route", 'site: "city", path: "zwgk"'),
        ("search", f"text: {text(SHARED)}, facets: {FACETS}, sort: NEWEST, first: 5, {EVERYTHING}"),
        ("search", f'text: "养佬", facets: {FACETS}, sort: NEWEST, first: 5'),
        ("site", 'code: "city"'),
        ("site", 'code: "county"'),
        ("sites", "first: 10"),
        ("section", f"id: {text(sections['zwgk'])}"),
        ("section", f"id: {text(sections['szf'])}"),
        ("sectionAt", 'site: "county", path: "xian"'),
        ("unit", f"id: {text(plan.units['a'])}"),
        ("units", "first: 10"),
        ("changes", "first: 60"),
        ("suggest", 'prefix: "养老", first: 20'),
        ("viewer", ""),
    ]
    for number, (name, arguments) in enumerate(roots):
        yield Question(f"{name}:deep:{number}", walk.document([walk.asked(name, arguments)]))
    yield Question("hops", _two_hops(walk, seen))
    full = walk.below(walk.schema.type_map["EditorialContent"], 4)
    own = [f"e{at}__content: content(id: {text(seen[f'own:{kind}'])}){full}" for at, kind in enumerate(Kind)]
    yield Question("editorial:own", walk.document([f"editorial {{ __typename {' '.join(own)} }}"]))


def _two_hops(walk: Walk, seen: dict[str, str]) -> str:
    """All kinds, with everything they have, behind two links; sections behind a section and its site."""
    content = walk.below(walk.schema.type_map["Content"], 2)
    section = walk.below(walk.schema.type_map["Section"], 3)
    inner = f"links(first: 100, types: [CITES]) {{ type target {content} }}"
    linked = f"links(first: 100, types: [RELATES_TO]) {{ __typename type target {{ __typename id {inner} }} }}"
    placed = f"sections {{ __typename id site {{ __typename id sections(all: true) {section} }} }}"
    anchor = text(seen["anchor:article"])
    return walk.document([f"content(id: {anchor}) {{ __typename ... on Content {{ id {linked} {placed} }} }}"])


def _by_id(walk: Walk, plan: Plan) -> Iterator[Question]:
    ids = [one.item_id for one in plan.hidden] + list(plan.visible.values())
    places = [*plan.units.values(), *plan.sites.values(), *plan.sections.values()]
    yield from _many(walk, "content", [f"id: {text(key)}" for key in [*ids, *places]])
    yield from _many(walk, "node", [f"id: {text(key)}" for key in [*ids, *places, "no-id"]])
    hidden = [f"id: {text(one.item_id)}" for one in plan.hidden]
    for name in ("section", "unit"):
        yield from _many(walk, name, hidden)
    codes = [f"code: {text(value)}" for one in plan.hidden[:5] for value in (one.item_id, ask(one.number, "title"))]
    yield from _many(walk, "site", codes)
    named = walk.schema.type_map["EditorialContent"]
    for chunk in _chunks([f"id: {text(one.item_id)}" for one in plan.hidden]):
        asked = [
            f"e{place}__content: content({argument}){walk.below(named, 2)}" for place, argument in enumerate(chunk)
        ]
        yield Question("editorial:hidden", walk.document([f"editorial {{ __typename {' '.join(asked)} }}"]))


def _by_address(walk: Walk, plan: Plan) -> Iterator[Question]:
    ids = [one.item_id for one in plan.hidden] + list(plan.visible.values())
    at = [("city", f"zwgk/zcwj/{key}") for key in ids] + [("county", f"/xian/{key}/") for key in ids[::5]]
    at += [("county", f"szf/{key}") for key in ids[:5]] + [("nowhere", "xian")]
    arguments = [f"site: {text(site)}, path: {text(path)}" for site, path in at]
    yield from _many(walk, "route", arguments)
    yield from _many(walk, "sectionAt", arguments[:20])


def _found(plan: Plan) -> Iterator[Question]:
    sorts = [(words, "RELEVANCE") for words in _texts(plan)] + [(words, "NEWEST") for words in _shared_texts()]
    asked = [f"text: {text(one)}, facets: {FACETS}, first: 100, sort: {sort}, {EVERYTHING}" for one, sort in sorts]
    for place, chunk in enumerate(_chunks(asked, 12)):
        selections = [f"s{number}__search: search({one}) {FOUND}" for number, one in enumerate(chunk)]
        yield Question(f"search:{place}", f"{{ {' '.join(selections)} }}")


FOUND = (
    "{ __typename totalCount isExact correctedText pageInfo { hasNextPage endCursor } nodes { __typename id title }"
    " facets { field values { value label count } } edges { __typename score cursor node { id title } } }"
)


def _shared_texts() -> Iterator[str]:
    yield from (NAME, f'"{NAME}"', SOUNDALIKE, NAME[:2], letters(NAME), SHARED, f"养老 -{NAME}", f"养老 {NAME}", "")


def _texts(plan: Plan) -> Iterator[str]:
    """Words that only hidden content says, in every way in which somebody may ask for them: of several, any will do."""
    yield from _shared_texts()
    every = (*plan.hidden, *plan.texts)
    for field in ("title", "summary", "body", "keyword", "author", "caption", "legalbasis", "background"):
        for chunk in _chunks([ask(one.number, field) for one in every], 20):
            yield " ".join(chunk)
    for one in every[:: len(Kind)]:
        yield f'"{ask(one.number, "summary")}"'
    for one in (*plan.of("embargo"), *plan.of("withdrawn"), *plan.texts[-2:]):
        yield from (
            title(one.number)[:20],
            doc_no(one.number),
            f"密标发2031 {one.number}",
            f"养老 {ask(one.number, 'body')}",
        )


def letters(words: str) -> str:
    return "".join(syllable for _, syllable in pinyin.syllables_of(words))


def _suggested(plan: Plan) -> Iterator[Question]:
    spelt = letters(NAME)
    initials = "".join(syllable[0] for _, syllable in pinyin.syllables_of(NAME))
    begun = [NAME[:1], NAME[:2], NAME, SOUNDALIKE, spelt[:4], spelt, initials, "养老", "归档"]
    begun += [ask(one.number, "title") for one in (*plan.hidden, *plan.texts)]
    for place, chunk in enumerate(_chunks(begun)):
        asked = [f"p{number}: suggest(prefix: {text(one)}, first: 20)" for number, one in enumerate(chunk)]
        yield Question(f"suggest:{place}", f"{{ {' '.join(asked)} }}")


def _filtered(walk: Walk, plan: Plan) -> Iterator[Question]:
    """Every field of the filter, with values of hidden content, on lists, sections, search and the change feed."""
    filters = [*_filters(plan)]
    for place, chunk in enumerate(_chunks(filters, 20)):
        asked = []
        for number, one in enumerate(chunk):
            asked.append(walk.asked("contents", f"filter: {{{one}}}, first: 50", 1, f"c{number}"))
            found = f'text: "", filter: {{{one}}}, facets: {FACETS}, first: 50'
            asked.append(f"s{number}__search: search({found}) {FOUND}")
        yield Question(f"filter:{place}", walk.document(asked))
    named = ("section:", "kinds:")  # what the section, or a view, decides itself
    within = [one for one in filters if not one.startswith(named)][::2]
    for place, chunk in enumerate(_chunks(within, 20)):
        items = [f"i{at}: items(first: 50, filter: {{{one}}}) {ITEMS}" for at, one in enumerate(chunk)]
        yield Question(f"items:{place}", f"{{ section(id: {text(plan.sections['zwgk'])}) {{ {' '.join(items)} }} }}")


ITEMS = "{ totalCount isExact nodes { id title } }"


def _filters(plan: Plan) -> Iterator[str]:
    for archived in Archived:
        yield f"archived: {archived.name}"
        yield f"archived: {archived.name}, keyword: {text(SHARED)}, region: {text(REGION)}, topic: {text(TOPIC)}"
    yield from (f"kinds: {kind.name}" for kind in Kind)
    yield from (f"genre: {genre.name}" for genre in (Genre.NOTICE, Genre.ORDER))
    yield from (f"validity: {validity.name}" for validity in Validity)
    yield from (f"unit: {text(key)}" for key in plan.units.values())
    yield from (f"section: {text(key)}" for key in plan.sections.values())
    yield from (f"site: {text(code)}" for code in plan.sites)
    yield from (f"theme: {text(SHARED)}", f"object: {text(SHARED)}", 'language: "zh-Hans"', 'language: "en"')
    yield from ('publishedSince: "2026-10-31T00:00:00+08:00"', 'publishedUntil: "2026-11-01T00:00:00+08:00"')
    for kind in Kind:
        of_kind = [one for one in (*plan.hidden, *plan.texts) if one.kind is kind]
        for field, (kinds, make) in _OWN_VALUES.items():
            if kind in kinds:
                values = ", ".join(text(make(one)) for one in of_kind)
                yield f"{field}: [{values}], kinds: [{kind.name}], archived: INCLUDE"


_OWN_VALUES: dict[str, tuple[Container[Kind], Callable[[Planted], str]]] = {
    "keyword": (Kind, lambda one: ask(one.number, "keyword")),
    "topic": ((Kind.ARTICLE, Kind.POLICY_DOCUMENT), lambda one: said(one.number, "topic")),
    "region": ((Kind.ARTICLE, Kind.SERVICE_ITEM), lambda one: said(one.number, "region")),
    "docNo": ((Kind.POLICY_DOCUMENT,), lambda one: doc_no(one.number)),
    "theme": ((Kind.SERVICE_ITEM,), lambda one: ask(one.number, "themes")),
    "object": ((Kind.SERVICE_ITEM,), lambda one: ask(one.number, "objects")),
}
"""Values that one hidden text alone has, and kinds that have the field."""


def _below(plan: Plan) -> Iterator[Question]:
    """Arguments of fields below the root."""
    sites = [*plan.sites, *plan.sites.values(), "nowhere"]
    tags = " ".join(f"t{at}: pageTags(site: {text(site)}) {{ name content }}" for at, site in enumerate(sites))
    urls = " ".join(f"u{at}: url(site: {text(site)})" for at, site in enumerate(sites))
    nodes = f"id title {tags} {urls} e1: excerpt(length: 1) e2: excerpt(length: 2000)"
    yield Question("below:sites", f"{{ contents(first: 100, {EVERYTHING}) {{ nodes {{ {nodes} }} }} }}")
    linked = "{ type target { __typename id title archived } }"
    for number in (0, 100):
        by_type = [
            f"l{at}: links(first: {number}, types: [{type_.name}]) {linked}"
            f" r{at}: linkedFrom(first: {number}, types: [{type_.name}]) {linked}"
            for at, type_ in enumerate(LinkType)
        ]
        own = (
            f"... on PolicyDocument {{ interpretations(first: {number}) {{ id title }} }}"
            f"... on Interpretation {{ interprets(first: {number}) {{ id title }} }}"
        )
        every = f"links(first: {number}) {linked} linkedFrom(first: {number}) {linked} media {{ id title }}"
        nodes = f"id {every} {' '.join(by_type)} {own}"
        yield Question(f"below:links:{number}", f"{{ contents(first: 100, {EVERYTHING}) {{ nodes {{ {nodes} }} }} }}")
    section = f"section(id: {text(plan.sections['zwgk'])})"
    for order in ORDERS:
        backward = f"b: items(last: 100, orderBy: {order}) {{ totalCount nodes {{ id }} }}"
        items = f"a: items(first: 100, orderBy: {order}) {{ totalCount nodes {{ id title }} }} {backward}"
        yield Question(
            f"below:items:{order}",
            f'{{ {section} {{ {items} }} site(code: "city") {{ sections(all: false) {{ id }} }} }}',
        )


def _mixed(walk: Walk, plan: Plan) -> Iterator[Question]:
    """Orders, both directions, the smallest and largest pages of every list."""
    roots = [name for name, arguments in walk.arguments().items() if "orderBy" in arguments]
    for name in roots:
        asked = [
            walk.asked(name, f"orderBy: {order}, {way}: {size}, {EVERYTHING}", 1, f"o{at}{way}{size}")
            for at, order in enumerate(ORDERS)
            for way in ("first", "last")
            for size in (1, 100)
        ]
        yield Question(f"order:{name}", walk.document(asked))
    wanted = [
        f"filter: {{{one}}}, first: 100"
        for one in _filters(plan)
        if "archived: E" not in one and "archived: O" not in one and "published" not in one
    ]
    for place, chunk in enumerate(_chunks(wanted, 20)):
        asked = [walk.asked("changes", one, 2, f"c{at}") for at, one in enumerate(chunk)]
        yield Question(f"changes:{place}", walk.document(asked))


def _many(walk: Walk, name: str, arguments: list[str]) -> Iterator[Question]:
    for place, chunk in enumerate(_chunks(arguments)):
        asked = [walk.asked(name, one, 1, f"q{number}") for number, one in enumerate(chunk)]
        yield Question(f"{name}:{place}", walk.document(asked))


def _chunks(values: list[str], size: int = CHUNK) -> Iterable[list[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def text(value: str) -> str:
    """A GraphQL string literal."""
    return orjson.dumps(value).decode()


def arguments_used(walk: Walk, asked: Iterable[Question]) -> set[str]:
    """`Type.field(argument)` and `Input.field` of everything that is asked."""
    used: set[str] = set()
    info = TypeInfo(walk.schema)

    class Collector(Visitor):
        def enter_argument(self, node: object, *_: object) -> None:
            parent, field = info.get_parent_type(), info.get_field_def()
            name = next(name for name, one in parent.fields.items() if one is field)  # type: ignore[union-attr]
            used.add(f"{parent.name}.{name}({node.name.value})")  # type: ignore[union-attr,attr-defined]

        def enter_object_field(self, node: object, *_: object) -> None:
            parent = info.get_parent_input_type()
            used.add(f"{get_named_type(parent).name}.{node.name.value}")  # type: ignore[union-attr,attr-defined]

    for one in asked:
        visit(parse(one.document), TypeInfoVisitor(info, Collector()))
    return used
