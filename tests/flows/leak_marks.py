"""Marked texts: what a hidden item says in each of its fields, and how to find a trace of it in any answer.

Every field of a planted edition says two words. `ask…` is used in questions (search, filters, prefixes), `tell…` never
is: an answer that holds a `tell…` word got it from the hidden item and not from the question.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from hub.content.drafting import LinkTo
from hub.vocabulary.clock import Instant
from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.enums import Kind, LinkType

SHARED = "共享词"
"""A keyword, theme and object that visible and hidden content have in common: its counts would betray the hidden."""
REGION, TOPIC = "云岭市", "综合政务"
NAME, SOUNDALIKE = "饕餮穹庐", "涛铁穹炉"
"""Han words of every hidden title and of no visible one, and how somebody who only heard them would type them."""
YEAR = "1897"
"""Days of hidden details lie in a year that nothing visible names."""
NUMBER = 7_700_000
_NUMBERS = rf"(?<![0-9a-z-]){NUMBER // 1000}\d{{3}}(?![0-9a-z-])"
_TRACE = re.compile(rf"tell\d{{3}}[a-z]*|{NAME}|密标|{YEAR}-\d\d|{_NUMBERS}|\bfeed\d{{3}}fed")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{12,}")


def ask(number: int, field: str) -> str:
    return f"ask{number:03d}{field.replace('_', '')}"


def tell(number: int, field: str) -> str:
    return f"tell{number:03d}{field.replace('_', '')}"


def said(number: int, field: str) -> str:
    return f"{ask(number, field)} {tell(number, field)}"


def doc_no(number: int) -> str:
    return f"密标发〔2031〕{number}号"


def title(number: int) -> str:
    return f"{NAME}{said(number, 'title')}"


def marked(
    kind: Kind, number: int, published_at: Instant, *, body: str = "", links: Iterable[tuple[LinkType, str]] = ()
) -> dict[str, Any]:
    """Values for an action: every text field of the kind says its two words; facets are shared or its own in turn."""
    words = [ask(number, "keyword"), tell(number, "keyword")]
    return {
        "title": title(number),
        "summary": said(number, "summary"),
        "body": f"<p>{SHARED}{said(number, 'body')}</p>{body}",
        "source_name": said(number, "sourcename"),
        "source_url": f"https://{tell(number, 'sourceurl')}.example/",
        "author": said(number, "author"),
        "made_on": f"{YEAR}-03-05",
        "published_at": published_at,
        "keywords": [SHARED, *words],
        "links": [LinkTo(type_, target) for type_, target in links],
        "details": {name: _detail(kind, name, number) for name in DETAIL_FIELDS[kind]},
    }


def _detail(kind: Kind, name: str, number: int) -> Any:
    if name == "doc_no":
        return doc_no(number)
    if name in ("region", "topic") and number % 2:
        return {"region": REGION, "topic": TOPIC}[name]
    if name in ("expires_on", "validity"):
        return None  # the validity stays one that visible policies have
    type_ = DETAIL_FIELDS[kind][name].type
    return _BY_TYPE[type_](number, name)


_BY_TYPE: dict[FieldType, Any] = {
    FieldType.LINE: said,
    FieldType.TEXT: said,
    FieldType.LINES: lambda number, name: [SHARED, ask(number, name), tell(number, name)],
    FieldType.INT: lambda number, _: NUMBER + number,
    FieldType.BOOL: lambda *_: True,
    FieldType.DATE: lambda *_: f"{YEAR}-03-07",
    FieldType.GENRE: lambda *_: "notice",
    FieldType.FORM: lambda *_: "text",
    FieldType.TASK_TYPE: lambda *_: "licence",
    FieldType.PROJECT_TYPE: lambda *_: "instant",
    FieldType.LIMIT_UNIT: lambda *_: "hour",
    FieldType.CATEGORY: lambda *_: 3,
    FieldType.URL: lambda number, name: f"https://{tell(number, name)}.example/",
    FieldType.MEDIA_TYPE: lambda number, name: f"image/{tell(number, name)}",
    FieldType.SHA256: lambda number, _: f"feed{number:03d}fed" + hashlib.sha256(b"%d" % number).hexdigest()[:54],
}


def traces(text: str) -> set[str]:
    """Every trace of hidden content in a text, also where it is in base64 or percent-encoded."""
    found = set(_TRACE.findall(text.lower()))
    if "%" in text:
        found |= set(_TRACE.findall(unquote(text).lower()))
    for run in _BASE64.findall(text):
        found |= set(_TRACE.findall(_decoded(run).lower()))
    return found


def _decoded(run: str) -> str:
    try:
        return base64.urlsafe_b64decode(run + "=" * (-len(run) % 4)).decode("utf-8", "ignore")
    except ValueError:
        return ""


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys and numbers too."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_of(one)
    elif value is not None:
        yield str(value)
