"""Every hostile string we have, as a body in every format, judged by a second HTML parser (html5lib)."""

from __future__ import annotations

import io
import json
import re
import tarfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import html5lib
import pytest
import zstandard

from hub.content import body
from hub.content.body import TOO_MUCH_MARKUP, Body, plain, render
from hub.content.body_markdown import TOO_MANY_MARKS
from hub.content.body_nodes import TOO_DEEP
from hub.vocabulary.enums import BodyFormat
from hub.vocabulary.errors import InvalidInput

ROBUSTNESS = Path(__file__).parents[2] / "data" / "robustness"

# Written out again here on purpose: what a reader's browser may ever get from a body.
ALLOWED = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "audio": {"src", "controls"},
    "blockquote": set(),
    "br": set(),
    "caption": {"class"},
    "cite": set(),
    "code": set(),
    "dd": {"class"},
    "del": set(),
    "dfn": set(),
    "dl": set(),
    "dt": {"class"},
    "em": set(),
    "figcaption": {"class"},
    "figure": set(),
    **{f"h{level}": {"class"} for level in range(1, 7)},
    "hr": set(),
    "img": {"src", "alt", "title", "width", "height"},
    "ins": set(),
    "kbd": set(),
    "li": {"class"},
    "mark": set(),
    "ol": {"start", "type"},
    "p": {"class"},
    "pre": {"class"},
    "q": set(),
    "rp": set(),
    "rt": set(),
    "ruby": set(),
    "s": set(),
    "samp": set(),
    "small": set(),
    "source": {"src", "type"},
    "strong": set(),
    "sub": set(),
    "sup": set(),
    "table": set(),
    "tbody": set(),
    "td": {"class", "colspan", "rowspan"},
    "tfoot": set(),
    "th": {"class", "colspan", "rowspan", "scope"},
    "thead": set(),
    "tr": set(),
    "u": set(),
    "ul": set(),
    "var": set(),
    "video": {"src", "poster", "width", "height", "controls"},
}
ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|hub:item/)\S*")
CLASS = re.compile(r"(?:indent|align-(?:center|right|justify)|align-(?:center|right|justify) indent)")

# The written list of what is dropped: elements that go with all they hold. Of other elements only the tags go.
_GONE = "script style template iframe noembed noframes noscript title textarea select svg math"
DROPPED_WITH_CONTENT = set(_GONE.split())
_NONCHARACTERS = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
DROPPED_CHARACTERS = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufdd0-\ufdef{_NONCHARACTERS}]"
)

# html5lib 1.1 follows the standard of 2016: it knows no template, still has isindex, and differs in these corners.
OLD_PARSER = re.compile(r"<(?:isindex|template)", re.IGNORECASE)
OLD_PARSER_CASES = {
    '<svg></p><title><a id="</title><img src=x onerror=alert()>"></textarea></svg>',
    "<body><table><tr><td><svg><td><foreignObject><span></td>Foo",
    "<!doctype html><table><select><plaintext>a<caption>b",
}


@cache
def naughty_strings() -> list[str]:
    return list(json.loads((ROBUSTNESS / "blns.json").read_text("utf-8")))


@cache
def dompurify_payloads() -> list[str]:
    return [row["payload"] for row in json.loads((ROBUSTNESS / "xss-dompurify.json").read_text("utf-8"))]


@cache
def bleach_payloads() -> list[str]:
    return [row["payload"] for row in json.loads((ROBUSTNESS / "xss-bleach.json").read_text("utf-8"))]


@cache
def tree_construction_cases() -> list[str]:
    with (ROBUSTNESS / "html5lib-tests.tar.zst").open("rb") as packed:
        unpacked = zstandard.ZstdDecompressor().stream_reader(packed).read()
    cases = []
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for member in archive:
            if member.name.startswith("tree-construction/") and member.name.endswith(".dat"):
                file = archive.extractfile(member)
                assert file is not None
                parts = re.split(r"(?:^|\n)#data\n", file.read().decode("utf-8"))[1:]
                cases += [part.split("\n#errors")[0] for part in parts]
    return cases


SOURCES: list[tuple[Callable[[], list[str]], int]] = [
    (naughty_strings, 485),
    (dompurify_payloads, 223),
    (bleach_payloads, 20),
    (tree_construction_cases, 1704),
]
every_source = pytest.mark.parametrize("source", [source for source, _ in SOURCES], ids=lambda source: source.__name__)
every_format = pytest.mark.parametrize("body_format", list(BodyFormat))


def storable(source: Callable[[], list[str]]) -> list[str]:
    return [one for one in source() if "\x00" not in one]


def parsed(html: str) -> ET.Element:
    # The line break keeps <frameset> from replacing the body, which no fragment can do.
    return html5lib.HTMLParser().parse(f"<!doctype html><body><br>{html}", scripting=True)


def offences(html: str) -> Iterator[str]:
    page = next(one for one in parsed(html).iter() if _name(one) == "body")
    for element in list(page.iter())[2:]:
        name = _name(element)
        if name not in ALLOWED:
            yield f"element {name}"
            continue
        for attribute, value in element.attrib.items():
            if attribute not in ALLOWED[name]:
                yield f"attribute {attribute} of {name}"
            if attribute in ("href", "src", "poster") and not ADDRESS.fullmatch(value):
                yield f"address {value}"
            if attribute == "class" and not CLASS.fullmatch(value):
                yield f"class {value}"


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix("{http://www.w3.org/1999/xhtml}") if isinstance(element.tag, str) else "#comment"


def second_text(html: str) -> str:
    """The text html5lib sees, in one piece: without white space and without the written list of what is dropped."""
    return squeezed("".join(_pieces(parsed(html))))


def _pieces(element: ET.Element) -> Iterator[str]:
    name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else "#comment"
    if name not in DROPPED_WITH_CONTENT and name != "#comment":
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
    yield element.tail or ""


def squeezed(text: str) -> str:
    return "".join(DROPPED_CHARACTERS.sub("", text).split())


@pytest.mark.parametrize(("source", "count"), SOURCES)
def test_all_hostile_strings_are_there(source: Callable[[], list[str]], count: int) -> None:
    assert len(source()) == count


@every_source
@every_format
def test_no_hostile_body_leaves_anything_active(source: Callable[[], list[str]], body_format: BodyFormat) -> None:
    found = {one: list(offences(render(one, body_format).html)) for one in storable(source)}

    assert {one: what for one, what in found.items() if what} == {}


@every_source
@every_format
def test_every_hostile_body_has_one_canonical_form(source: Callable[[], list[str]], body_format: BodyFormat) -> None:
    bodies = [render(one, body_format) for one in storable(source)]

    assert [b for b in bodies if render(b.html, BodyFormat.HTML) != Body(b.html, b.text, ())] == []


@every_source
def test_the_text_is_what_a_second_parser_reads(source: Callable[[], list[str]]) -> None:
    compared = [one for one in storable(source) if not OLD_PARSER.search(one) and one not in OLD_PARSER_CASES]

    differing = {one: render(one, BodyFormat.HTML).text for one in compared}

    assert {one: got for one, got in differing.items() if squeezed(got) != second_text(one)} == {}


@every_source
@every_format
def test_text_and_html_of_a_body_say_the_same(source: Callable[[], list[str]], body_format: BodyFormat) -> None:
    bodies = [render(one, body_format) for one in storable(source)]

    assert [b for b in bodies if squeezed(b.text) != second_text(b.html)] == []


@every_source
def test_a_plain_text_body_loses_nothing_but_invisible_characters(source: Callable[[], list[str]]) -> None:
    lost = [one for one in storable(source) if squeezed(render(one, BodyFormat.TEXT).text) != squeezed(one)]

    assert lost == []


@every_source
def test_a_hostile_title_keeps_its_visible_characters_on_one_line(source: Callable[[], list[str]]) -> None:
    titles = [(one, plain(one)) for one in storable(source)]

    assert [one for one, title in titles if squeezed(one) != squeezed(title) or "\n" in title] == []


@every_source
def test_a_string_with_nul_is_refused(source: Callable[[], list[str]]) -> None:
    for one in source():
        if "\x00" in one:
            with pytest.raises(InvalidInput, match="NUL"):
                render(one, BodyFormat.HTML)


@every_source
def test_hostile_bodies_read_as_large_ones_are_as_harmless(
    source: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "_STANDARD_LENGTH", 0)

    bodies = [render(one, BodyFormat.HTML) for one in storable(source)]

    assert [b for b in bodies if list(offences(b.html))] == []
    assert [b for b in bodies if render(b.html, BodyFormat.HTML) != Body(b.html, b.text, ())] == []


def repeated(piece: str, length: int = 1_000_000) -> str:
    return (piece * (length // len(piece) + 1))[:length]


DEEP = {
    "div": "<div>" * 10_000 + "甲" + "</div>" * 10_000,
    "blockquote": "<blockquote>" * 10_000 + "甲",
    "list": "<ul><li>" * 10_000 + "甲",
    "table": "<table><tr><td>" * 10_000 + "甲",
    "bold": "<b>" * 10_000 + "甲",
    "shallower than the standard's limit": "<blockquote>" * 900 + "甲",
}
LARGE = [
    *(
        "<div>",
        "<p>",
        "<b>甲",
        "<p><b a=1>甲",
        "<ul><li>",
        "<table><tr><td>",
        "<a href=http://a.cn>",
        "<svg>",
        "<math><mi>",
    ),
    *(
        "<svg><style><div></style>",
        "<!--",
        "<!--><div>",
        "<title><!--</title><div>-->",
        "<template>",
        "<select><option>",
    ),
    *(
        "<",
        "&",
        "&amp;",
        "</p>",
        "<br>",
        '<a b="',
        "<a b='\"",
        "<a ",
        "<a\n=",
        "\u3000",
        " ",
        "\n",
        "甲",
        "<p>第一条</p>",
    ),
]
LARGE_MARKDOWN = [
    *("> ", "- ", "- a\n", "1. ", "[", "![[](", "*a **a ", "`a", "<div>\n", "|a|b|\n|-|-|\n", "a\n", "a\n\n", "# a\n"),
    *("\\", "&amp;", "[a]: b\n", "    a\n", "***\n", "~~~\n", "\u3000\u3000a\n", "=\n", "第一条\n\n"),
]
SECONDS = 8.0
"""For rendering twice. Once takes at most 2 s on an idle core; tests share theirs."""


def timed(source: str, body_format: BodyFormat) -> Body:
    begun = time.process_time()
    rendered = render(source, body_format)
    again = render(rendered.html, BodyFormat.HTML)
    assert time.process_time() - begun < SECONDS
    assert again == Body(rendered.html, rendered.text, ())
    return rendered


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP)
def test_deep_nesting_keeps_the_text(source: str) -> None:
    assert timed(source, BodyFormat.HTML).text == "甲"


def test_deep_nesting_is_named() -> None:
    rendered = render("<blockquote>" * 41 + "甲", BodyFormat.HTML)

    assert rendered.html.count("<blockquote>") == 37
    assert rendered.dropped == (TOO_DEEP,)


@pytest.mark.parametrize("piece", LARGE)
def test_a_megabyte_of_html_takes_bounded_time(piece: str) -> None:
    timed(repeated(piece), BodyFormat.HTML)


@pytest.mark.parametrize("piece", LARGE_MARKDOWN)
@pytest.mark.parametrize("length", [14_000, 1_000_000])
def test_large_markdown_takes_bounded_time(piece: str, length: int) -> None:
    timed(repeated(piece, length), BodyFormat.MARKDOWN)


def test_thousands_of_attributes_take_bounded_time() -> None:
    timed("<a " + " ".join(f"a{number}" for number in range(150_000)) + ">甲</a>", BodyFormat.HTML)
    timed("".join(f"<p><b a={number}>甲" for number in range(29_000)), BodyFormat.HTML)
    timed("".join(f"<p><b a={number}>" for number in range(499)), BodyFormat.HTML)


def test_emphasis_around_thousands_of_paragraphs_is_given_up_by_name() -> None:
    rendered = timed("<b><i><u><s><sub><sup><code>" + "<p>甲</p>" * 20_000, BodyFormat.HTML)

    assert rendered.dropped == (TOO_MUCH_MARKUP,)
    assert rendered.html == "\n".join(["<p>甲</p>"] * 20_000)


def test_too_much_markup_becomes_lines_of_text_by_name() -> None:
    assert render("<td>甲&amp;" * 31_000, BodyFormat.HTML).dropped == (TOO_MUCH_MARKUP,)
    assert render("- *甲*\n" * 31_000, BodyFormat.MARKDOWN).dropped == (TOO_MANY_MARKS,)


def test_at_most_a_hundred_names_are_listed() -> None:
    assert len(render("".join(f"<x{number}>" for number in range(900)), BodyFormat.HTML).dropped) == 100
