"""Fields of the embedded index, and one document as they hold it. The only place that names them with their types.

tw tb tc     title: words, bigrams, characters          aw ab ac   title and body together
tp ap        phrase views of title, and of title and body     ts ti      syllables and initials of the title
tk           keys of the title                          dn dp      doc_no: normal form, partial forms
"""

from __future__ import annotations

from functools import cache

import tantivy

from hub.content.doc_no import doc_no_key, parse_doc_no, partial_keys
from hub.search import SearchDocument
from hub.vocabulary.expression import INSTANT_FIELDS, ONE_FIELDS, SET_FIELDS
from indexers.analysis import tokens
from indexers.analysis.fold import fold
from indexers.analysis.pinyin import title_views

_FREQUENCY_VIEWS = ("tw", "tb", "tc", "aw", "ab", "ac")
_POSITION_VIEWS = ("tp", "ap", "ts", "ti")
_KEYS = ("tk", "dn", "dp", "order")
_SORT_AT_BASE = 2**62
"""Makes every instant positive, so that its digits sort as it does."""
_INSTANT_DIGITS = 19


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in _FREQUENCY_VIEWS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in _POSITION_VIEWS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in _KEYS:
        builder.add_text_field(
            name, tokenizer_name="raw", index_option="basic", fast=name == "order", stored=name == "order"
        )
    for name in sorted(ONE_FIELDS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name == "kind")
    for name in sorted(SET_FIELDS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in sorted(INSTANT_FIELDS):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_integer_field("version", stored=True, fast=True)
    builder.add_bytes_field("title", stored=True)
    return builder.build()


def order_key(sort_at: int, item_id: str) -> str:
    """Falling order of this key is: newest first, then the later id first; no two items share one."""
    return f"{sort_at + _SORT_AT_BASE:0{_INSTANT_DIGITS}d}{item_id}"


def read_order_key(key: str) -> tuple[int, str]:
    """`sort_at` and id."""
    return int(key[:_INSTANT_DIGITS]) - _SORT_AT_BASE, key[_INSTANT_DIGITS:]


def engine_document(document: SearchDocument) -> tantivy.Document:
    made = tantivy.Document()
    _add_views(made, document)
    _add_keys(made, document)
    for name in sorted(SET_FIELDS):
        for value in sorted(document.sets.get(name, ())):
            made.add_text(name, value)
    for name in sorted(ONE_FIELDS):
        made.add_text(name, str(getattr(document, name)))
    for name in sorted(INSTANT_FIELDS):
        made.add_integer(name, getattr(document, name))
    made.add_integer("version", document.version)
    made.add_bytes("title", document.title.encode("utf-8", "replace"))
    return made


def _add_views(made: tantivy.Document, document: SearchDocument) -> None:
    title, body = fold(document.title), fold(document.text)
    syllables, initials = title_views(title)
    for view, text in (("t", title), ("a", f"{title}\n{body}")):
        bigrams, characters = tokens.grams(text)
        made.add_text(view + "w", " ".join(tokens.words_of_document(text)))
        made.add_text(view + "b", bigrams)
        made.add_text(view + "c", characters)
    made.add_text("tp", tokens.phrase_view(title))
    made.add_text("ap", tokens.phrase_view(title, body))
    made.add_text("ts", syllables)
    made.add_text("ti", initials)


def _add_keys(made: tantivy.Document, document: SearchDocument) -> None:
    title, printed = fold(document.title), fold(document.doc_no)
    for key in filter(None, (tokens.title_key(title), tokens.exact_title_key(title))):
        made.add_text("tk", key)
    if key := doc_no_key(printed):
        made.add_text("dn", key)
    if parts := parse_doc_no(printed):
        for key in sorted(partial_keys(parts)):
            made.add_text("dp", key)
    made.add_text("order", order_key(document.sort_at, document.id))
