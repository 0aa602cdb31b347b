"""What editors send: one input a kind, to create, update and correct. A field left out stays; null clears it."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from hub.content.drafting import LinkTo
from hub.vocabulary.clock import Instant
from hub.vocabulary.details import DETAIL_FIELDS
from hub.vocabulary.enums import BodyFormat, Kind, LinkType, Publicity
from hub.vocabulary.errors import InvalidInput
from schema.content.details import python_name, stated_fields
from schema.scalars import Day


@strawberry.input(description="A link to write (关联): the target by id, or by source and source id.")
class LinkInput:
    type: LinkType = strawberry.field(description="How the two are related.")
    target_id: strawberry.ID | None = strawberry.field(default=None, description="Id of the target.")
    source: str | None = strawberry.field(default=None, description="System the target comes from.")
    source_id: str | None = strawberry.field(default=None, description="Its id there.")

    def link(self) -> LinkTo:
        if self.target_id is not None:
            return LinkTo(self.type, target_id=self.target_id)
        return LinkTo(self.type, target_source=self.source, target_source_id=self.source_id)


@strawberry.input(description="Where content came from; unique over the hub.")
class OriginInput:
    source: str = strawberry.field(description="System it comes from.")
    source_id: str = strawberry.field(description="Its id there.")


_COMMON: dict[str, tuple[Any, str | None, str]] = {
    "title": (str | None, None, "Title (标题), required for new content."),
    "summary": (str | None, None, "Summary (摘要)."),
    "body": (str | None, None, "Body (正文), in the format named."),
    "body_format": (BodyFormat | None, None, "How the body is written; HTML without it."),
    "source_name": (str | None, "source", "Where it comes from (来源)."),
    "source_url": (str | None, None, "Address of the original (原文地址), http or https."),
    "author": (str | None, None, "Author (作者)."),
    "language": (str | None, None, "Language tag, such as zh-Hans."),
    "made_on": (Day | None, None, "Day it was made (成文日期)."),
    "published_at": (Instant | None, None, "Publication as shown (发布时间); the moment of release without it."),
    "embargo_at": (Instant | None, None, "Visible from then on (解禁时间)."),
    "expires_at": (Instant | None, None, "Visible until then (下线时间)."),
    "audience": (list[str] | None, None, "Who may see it (受众): labels; `public` without any."),
    "publicity": (Publicity | None, None, "Disclosure attribute (公开属性)."),
    "keywords": (list[str] | None, None, "Keywords (关键词)."),
    "sections": (list[strawberry.ID] | None, None, "Ids of the sections it stands in (栏目), the main one first."),
    "links": (list[LinkInput] | None, None, "All its links (关联), in order."),
}


def _input(kind: Kind, name: str, label: str) -> Any:
    fields: dict[str, Any] = {}
    annotations: dict[str, Any] = {}
    own = {python_name(kind, column): said for column, said in stated_fields(kind).items()}
    for attribute, (type_, public_name, text) in {**_COMMON, **own}.items():
        fields[attribute] = strawberry.field(name=public_name, default=UNSET, description=text)
        annotations[attribute] = type_
    made = type(name, (), {**fields, "__annotations__": annotations, "__module__": __name__})
    return strawberry.input(
        made, name=name, description=f"What to write of {label}. A field left out stays as it is; null clears it."
    )


ArticleInput: Any = _input(Kind.ARTICLE, "ArticleInput", "an article (文章)")
PolicyDocumentInput: Any = _input(Kind.POLICY_DOCUMENT, "PolicyDocumentInput", "a policy document (政策文件)")
InterpretationInput: Any = _input(Kind.INTERPRETATION, "InterpretationInput", "an interpretation (政策解读)")
MediaAssetInput: Any = _input(Kind.MEDIA_ASSET, "MediaAssetInput", "a media asset (媒体资产)")
ServiceItemInput: Any = _input(Kind.SERVICE_ITEM, "ServiceItemInput", "a service item (政务服务事项)")
INPUTS: dict[Kind, Any] = {
    Kind.ARTICLE: ArticleInput,
    Kind.POLICY_DOCUMENT: PolicyDocumentInput,
    Kind.INTERPRETATION: InterpretationInput,
    Kind.MEDIA_ASSET: MediaAssetInput,
    Kind.SERVICE_ITEM: ServiceItemInput,
}


@strawberry.input(one_of=True, description="What to correct, by kind: exactly one.")
class ContentCorrectionInput:
    article: ArticleInput | None = strawberry.field(default=UNSET, description="Of an article (文章).")
    policy_document: PolicyDocumentInput | None = strawberry.field(
        default=UNSET, description="Of a policy document (政策文件)."
    )
    interpretation: InterpretationInput | None = strawberry.field(
        default=UNSET, description="Of an interpretation (政策解读)."
    )
    media_asset: MediaAssetInput | None = strawberry.field(default=UNSET, description="Of a media asset (媒体资产).")
    service_item: ServiceItemInput | None = strawberry.field(
        default=UNSET, description="Of a service item (政务服务事项)."
    )

    def chosen(self) -> tuple[Kind, Any]:
        given = [(kind, getattr(self, kind.value)) for kind in Kind if getattr(self, kind.value)]
        if len(given) != 1:
            raise InvalidInput("A correction names exactly one kind.", field="input")
        return given[0]


def values_of(kind: Kind, given: Any) -> dict[str, Any]:
    """What was given, as `hub.content.drafting` takes it: only named fields, those of the kind below `details`."""
    said = {name: getattr(given, name) for name in _COMMON}
    values = {name: value for name, value in said.items() if value is not UNSET}
    if values.get("links") is not None:
        values["links"] = [one.link() for one in values["links"]]
    if "publicity" in values and values["publicity"] is None:
        values["publicity"] = Publicity.PROACTIVE
    if "language" in values and not values["language"]:
        values["language"] = "zh-Hans"
    own = {name: getattr(given, python_name(kind, name)) for name in DETAIL_FIELDS[kind]}
    details = {name: value for name, value in own.items() if value is not UNSET}
    return {**values, "details": details} if details else values
