"""From input to canonical content: what is laid over what, what is refused by which field, what the hash covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.content.drafting import INPUT_FIELDS, EditionContent, LinkTo, clean, shown_day
from hub.vocabulary.clock import Instant, parse_instant
from hub.vocabulary.enums import Kind, LinkType, Publicity
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.ids import new_id


def refused(values: dict[str, Any], kind: Kind = Kind.ARTICLE, base: EditionContent | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        clean(kind, values, base)
    return caught.value.field


def test_title_alone_is_enough() -> None:
    assert clean(Kind.ARTICLE, {"title": "  通知 "}) == EditionContent("通知")


def test_given_fields_lie_over_the_base_and_the_rest_stays() -> None:
    base = clean(Kind.ARTICLE, {"title": "通知", "summary": "摘要", "body": "一\n\n二", "body_format": "text",
                                "keywords": ["a"], "details": {"topic": "教育", "region": "云澜"}})  # fmt: skip

    made = clean(Kind.ARTICLE, {"summary": None, "details": {"topic": None, "genre": "notice"}}, base)

    assert made == replace(base, summary="", details={"genre": "notice", "region": "云澜"})
    assert (base.html, base.text) == ("<p>一</p>\n<p>二</p>", "一\n二")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \u3000 "}, "title"),
        ({}, "title"),
        ({"title": "长" * 501}, "title"),
        ({"title": "通知", "summary": "长" * 10_001}, "summary"),
        ({"title": "通知", "made_on": "2025-02-30"}, "madeOn"),
        ({"title": "通知", "made_on": "昨天"}, "madeOn"),
        ({"title": "通知", "source_url": "javascript:alert(1)"}, "sourceUrl"),
        ({"title": "通知", "publicity": "secret"}, "publicity"),
        ({"title": "通知", "body": "x", "body_format": "docx"}, "bodyFormat"),
        ({"title": "通知", "embargo_at": Instant(5), "expires_at": Instant(5)}, "expiresAt"),
        ({"title": "通知", "keywords": ["长" * 101]}, "keywords"),
        ({"title": "通知", "keywords": [str(n) for n in range(51)]}, "keywords"),
        ({"title": "通知", "audience": [str(n) for n in range(51)]}, "audience"),
        ({"title": "通知", "sections": [new_id() for _ in range(51)]}, "sections"),
        ({"title": "通知", "links": [LinkTo(LinkType.CITES, "x")]}, "links"),
        ({"title": "通知", "links": [LinkTo(LinkType.CITES, None, "laws", None)]}, "links"),
        ({"title": "通知", "links": [LinkTo(LinkType.CITES, None, "s", str(n)) for n in range(10_001)]}, "links"),
        ({"title": "通知", "details": {"doc_no": "1号"}}, "docNo"),
        ({"title": "通知", "html": "<script>"}, "html"),
        ({"title": "通知", "text": "x"}, "text"),
    ],
)
def test_wrong_value_is_refused_naming_its_field(values: dict[str, Any], field: str) -> None:
    assert refused(values) == field


@pytest.mark.parametrize("name", ["title", "summary", "source_name", "author", "language", "body"])
@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_nul_and_lone_surrogates_are_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput):
        clean(Kind.ARTICLE, {"title": "通知", name: text})


def test_what_only_the_hub_writes_cannot_be_given_and_is_kept() -> None:
    assert refused({"title": "图", "details": {"object_key": "x"}}, Kind.MEDIA_ASSET) == "objectKey"
    base = EditionContent("图", details={"object_key": "ab/cd", "alt_text": "甲"})

    made = clean(Kind.MEDIA_ASSET, {"details": {"alt_text": "乙"}}, base)

    assert made.details == {"alt_text": "乙", "object_key": "ab/cd"}


def test_normal_form_of_the_number_follows_the_number() -> None:
    base = clean(Kind.POLICY_DOCUMENT, {"title": "办法", "details": {"doc_no": "云政发〔2025〕12号"}})
    changed = clean(Kind.POLICY_DOCUMENT, {"details": {"doc_no": "令第656号"}}, base)
    cleared = clean(Kind.POLICY_DOCUMENT, {"details": {"doc_no": None}}, base)

    assert base.details == {"doc_no": "云政发〔2025〕12号", "doc_no_key": "云政发|2025|12"}
    assert changed.details["doc_no_key"] != base.details["doc_no_key"]
    assert cleared.details == {}


def test_lists_lose_doubles_and_blanks_and_an_audience_is_never_empty() -> None:
    made = clean(Kind.ARTICLE, {"title": "通知", "keywords": ["甲", " 甲 ", "", "乙"], "audience": []})

    assert (made.keywords, made.audience) == (("甲", "乙"), ("public",))


def test_language_is_never_empty() -> None:
    assert clean(Kind.ARTICLE, {"title": "通知", "language": None}).language == "zh-Hans"
    assert clean(Kind.ARTICLE, {"language": ""}, EditionContent("通知", language="en")).language == "en"


LINK = LinkTo(LinkType.CITES, None, "laws", "9")
SAID: dict[str, Any] = {
    "title": "另一个", "summary": "摘要", "html": "<p>二</p>", "source_name": "新华社", "source_url": "https://a.example/",
    "author": "甲", "language": "en", "made_on": "2020-01-01", "publicity": Publicity.ON_REQUEST, "keywords": ("甲",),
    "details": {"topic": "教育"}, "links": (LINK,),
}  # fmt: skip
UNSAID: dict[str, Any] = {
    "text": "x", "published_at": Instant(1), "embargo_at": Instant(1), "expires_at": Instant(9), "audience": ("staff",),
    "sections": (new_id(),),
}  # fmt: skip


def test_hash_covers_what_was_said_and_never_times_addresses_or_sections() -> None:
    base = EditionContent("通知", html="<p>一</p>")
    first = base.hash(Kind.ARTICLE)

    changed = {name: replace(base, **{name: value}).hash(Kind.ARTICLE) != first for name, value in SAID.items()}
    same = {name: replace(base, **{name: value}).hash(Kind.ARTICLE) == first for name, value in UNSAID.items()}

    assert all(changed.values()), changed
    assert all(same.values()), same
    assert base.hash(Kind.INTERPRETATION) != first
    names = set(SAID) | set(UNSAID)
    assert names == (INPUT_FIELDS - {"body", "body_format"}) | {"html", "text"}


def test_hash_does_not_cover_what_is_derived() -> None:
    said = EditionContent("办法", details={"doc_no": "1号"})

    assert said.hash(Kind.POLICY_DOCUMENT) == replace(said, details={"doc_no": "1号", "doc_no_key": "k"}).hash(
        Kind.POLICY_DOCUMENT
    )


def test_shown_day_is_the_local_one() -> None:
    assert str(shown_day(EditionContent("t", published_at=parse_instant("2025-12-31T16:00:00Z")))) == "2026-01-01"
    assert shown_day(EditionContent("t")) is None
