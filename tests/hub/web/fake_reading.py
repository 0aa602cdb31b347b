"""A small hub of a fictitious city, 云岭市, for the tests of the pages: realistic in length and kind, not in number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.search import Mark, SearchSort
from hub.vocabulary.clock import SHANGHAI, Instant, instant_of
from hub.vocabulary.enums import KIND_LABELS, Kind, LinkType, Validity
from hub.vocabulary.errors import InvalidCursor, SearchUnavailable
from hub.web.reading import (
    ContentPage,
    Facet,
    FacetChoice,
    Fact,
    FactCard,
    FoundItem,
    LinkGroup,
    ListedItem,
    Marked,
    MediaFile,
    Moved,
    Overview,
    PolicyCard,
    SearchPage,
    SearchQuery,
    SectionEntry,
    SectionPage,
    SiteEntry,
    SitePage,
    UnpublishedPage,
)


def at(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


POLICY_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
SERVICE_ID = "01890a5d-ac96-774b-bcce-b302099a8058"
INTERPRETATION_ID = "01890a5d-ac96-774b-bcce-b302099a8059"
ASSET_ID = "01890a5d-ac96-774b-bcce-b302099a8060"
REPEALED_ID = "01890a5d-ac96-774b-bcce-b302099a8061"
WITHDRAWN_ID = "01890a5d-ac96-774b-bcce-b302099a8062"
GONE_ID = "01890a5d-ac96-774b-bcce-b302099a8063"
MOVED_ID = "01890a5d-ac96-774b-bcce-b302099a8064"
BROKEN_ID = "01890a5d-ac96-774b-bcce-b302099a8065"

POLICY = ListedItem(
    POLICY_ID,
    Kind.POLICY_DOCUMENT,
    "云岭市人民政府办公室关于印发云岭市社会保障卡居民服务“一卡通”实施方案的通知",
    "推进社会保障卡在政务服务、就医购药、交通出行、文化体验等领域的应用。",
    at("2026-10-28 09:30"),
    "云岭市人民政府办公室",
    "云政办发〔2026〕31号",
    Validity.IN_FORCE,
)
INTERPRETATION = ListedItem(
    INTERPRETATION_ID,
    Kind.INTERPRETATION,
    "一图读懂《云岭市社会保障卡居民服务“一卡通”实施方案》",
    "一张卡能办哪些事？什么时候能用上？",
    at("2026-10-28 10:00"),
    "云岭市人力资源和社会保障局",
)
SERVICE = ListedItem(
    SERVICE_ID,
    Kind.SERVICE_ITEM,
    "社会保障卡补领、换领、换发",
    "社会保障卡遗失、损坏或者信息变更时办理。",
    at("2026-09-02 16:00"),
    "云岭市人力资源和社会保障局",
)
ASSET = ListedItem(
    ASSET_ID, Kind.MEDIA_ASSET, "“一卡通”应用场景图", "", at("2026-10-28 10:00"), "云岭市人力资源和社会保障局"
)
REPEALED = ListedItem(
    REPEALED_ID,
    Kind.POLICY_DOCUMENT,
    "云岭市社会保障卡管理办法（试行）",
    "",
    at("2015-03-11 15:20"),
    "云岭市人民政府",
    "云政发〔2015〕12号",
    Validity.REPEALED,
)
NEWS = [
    ListedItem(
        f"01890a5d-ac96-774b-bcce-b30209900{number:03}",
        Kind.ARTICLE,
        title,
        "",
        at(f"2026-10-{27 - number:02} 08:15"),
        unit,
    )
    for number, (title, unit) in enumerate(
        [
            ("全市秋粮收购工作有序推进，已入库优质稻谷十二万吨", "云岭市粮食和物资储备局"),
            ("关于2026年国庆假期后城区道路施工临时交通管制的通告", "云岭市公安局"),
            ("青溪县召开重点项目推进会", "青溪县人民政府"),
            ("云岭市第三季度政府网站与政务新媒体检查情况通报", "云岭市人民政府办公室"),
            ("白沙镇卫生院改扩建项目环境影响评价公示", "白石县人民政府"),
        ]
    )
]
UNDATED = ListedItem(
    "01890a5d-ac96-774b-bcce-b30209900099",
    Kind.POLICY_DOCUMENT,
    "中华人民共和国档案法",
    unit="全国人民代表大会常务委员会",
    validity=Validity.AMENDED,
)
LISTED = (POLICY, INTERPRETATION, *NEWS, SERVICE, REPEALED, UNDATED)
SITES = (
    SiteEntry("city", "云岭市人民政府门户网站", 2381),
    SiteEntry("qingxi", "青溪县人民政府门户网站", 642),
    SiteEntry("baishi", "白石县人民政府门户网站", 517),
    SiteEntry("rsj", "云岭市人力资源和社会保障局网站", 286),
)
DISCLOSURE = SectionEntry(
    "city",
    "zwgk",
    "政务公开",
    "云岭市人民政府门户网站",
    1204,
    (
        SectionEntry("city", "zwgk/zcwj", "政策文件", "云岭市人民政府门户网站", 402),
        SectionEntry("city", "zwgk/zcjd", "政策解读", "云岭市人民政府门户网站", 187),
        SectionEntry("city", "zwgk/ghjh", "规划计划", "云岭市人民政府门户网站", 36),
    ),
)
TREE = (
    SectionEntry("city", "yw", "动态要闻", "", 731),
    DISCLOSURE,
    SectionEntry(
        "city", "fw", "办事服务", "", 398, (SectionEntry("city", "fw/sbk", "社会保障卡", "云岭市人民政府门户网站", 14),)
    ),
    SectionEntry("city", "hd", "互动交流"),
)
BODY = """<p>各县人民政府，市政府各部门、各直属机构：</p>
<p>《云岭市社会保障卡居民服务“一卡通”实施方案》已经市政府第38次常务会议审议通过，现印发给你们，请认真组织实施。</p>
<h2>第一章　总体要求</h2>
<p>第一条　为方便居民凭一张社会保障卡享受公共服务，根据《社会保障卡管理办法》和有关规定，结合本市实际，制定本方案。</p>
<p>第二条　坚持统筹规划、分步实施，2026年底前实现政务服务、就医购药、交通出行、文化体验四个领域的应用全覆盖。</p>
<h2>第二章　主要任务</h2>
<p>第三条　各县、市直各部门应当按照下表所列分工推进应用接入。</p>
<table><thead><tr><th>领域</th><th>应用</th><th>牵头单位</th><th>完成时限</th></tr></thead><tbody>
<tr><td>政务服务</td><td>身份凭证、自助终端</td><td>市数据局</td><td>2026年11月底</td></tr>
<tr><td>就医购药</td><td>挂号、结算、取药</td><td>市医保局、市卫生健康委</td><td>2026年11月底</td></tr>
<tr><td>交通出行</td><td>公交、公共自行车</td><td>市交通运输局</td><td>2026年12月底</td></tr></tbody></table>
<p>第四条　本方案自印发之日起施行。</p>"""
TAGS = (
    ("SiteName", "云岭市人民政府门户网站"),
    ("SiteDomain", "www.yunling.gov.cn"),
    ("SiteIDCode", "5399000001"),
    ("ColumnName", "政策文件"),
    ("ColumnType", "政策文件"),
    ("ArticleTitle", POLICY.title),
    ("PubDate", "2026-10-28 09:30"),
    ("ContentSource", "云岭市人民政府办公室"),
    ("Keywords", ""),
    ("Author", ""),
)
HOME_TAGS = TAGS[:3]


def policy_page() -> ContentPage:
    return ContentPage(
        POLICY,
        BODY,
        source="云岭市人民政府办公室",
        updated_at=at("2026-11-03 11:05"),
        change_note="更正第三条表中公共自行车接入的完成时限。",
        card=PolicyCard(
            doc_no=POLICY.doc_no,
            index_no="11530000MB1234567A/202610-00031",
            issuer="云岭市人民政府办公室",
            genre="通知",
            topics=("社会保障", "数字政府"),
            made_on=date(2026, 10, 26),
            effective_on=date(2026, 10, 28),
            validity=Validity.IN_FORCE,
        ),
        links=(
            LinkGroup(LinkType.INTERPRETS, True, (INTERPRETATION,)),
            LinkGroup(LinkType.REPEALS, False, (REPEALED,)),
            LinkGroup(LinkType.BASIS_OF, False, (SERVICE,)),
            LinkGroup(LinkType.REPORTS_ON, True, (NEWS[2],)),
        ),
        sections=(DISCLOSURE.children[0], SectionEntry("rsj", "zcfg", "政策法规", "云岭市人力资源和社会保障局网站")),
        page_tags=TAGS,
    )


def service_page() -> ContentPage:
    return ContentPage(
        SERVICE,
        card=FactCard(
            (
                Fact("实施主体", "云岭市人力资源和社会保障局"),
                Fact("事项类型", "公共服务"),
                Fact("法定办结时限", "20 个工作日"),
                Fact("承诺办结时限", "1 个工作日"),
                Fact("到现场次数", "0"),
                Fact("是否收费", "否"),
                Fact("咨询电话", "0539-12333"),
                Fact("投诉电话", "0539-8211234"),
                Fact("办理时间", "工作日 9:00—17:00"),
                Fact("办理地点", "云岭市政务服务中心一楼社会保障卡专窗"),
            ),
            (
                Fact("申请条件", "已领取本市社会保障卡，因遗失、损坏、有效期届满或者信息变更需要换发的。"),
                Fact("办理材料", "居民身份证原件\n近期免冠照片（可现场拍摄）\n委托办理的，另附委托书和受托人身份证"),
                Fact("办理流程", "申请 → 受理 → 审核 → 制卡 → 送达"),
            ),
        ),
        links=(LinkGroup(LinkType.BASIS_OF, True, (POLICY,)),),
        sections=(TREE[2].children[0],),
    )


def other_pages() -> dict[str, ContentPage | UnpublishedPage | Moved]:
    drawing = MediaFile(f"/media/{ASSET_ID}/original", "应用场景图.png", "image/png", "一卡通应用场景图", 188_416)
    annex = MediaFile(f"/media/{ASSET_ID}/annex", "附件：任务分工表.docx", "application/msword", byte_count=24_576)
    interpretation = ContentPage(
        INTERPRETATION,
        "<p>一张社会保障卡，今后可以乘车、借书、就医、办事。</p>",
        source="云岭市人力资源和社会保障局",
        files=(drawing, annex),
        links=(LinkGroup(LinkType.INTERPRETS, False, (POLICY,)),),
        sections=(DISCLOSURE.children[1],),
    )
    repealed = ContentPage(
        replace(REPEALED, is_archived=True),
        "<p>第一条　为规范社会保障卡的管理，制定本办法。</p>",
        card=PolicyCard(
            doc_no=REPEALED.doc_no, issuer="云岭市人民政府", validity=Validity.REPEALED, repealed_by=POLICY
        ),
    )
    withdrawn = UnpublishedPage(
        "关于调整2026年公共自行车计费标准的通知",
        "经复核，文中计费标准有误，现予撤回，请以重新发布的通知为准。",
        is_gone=False,
        unpublished_at=at("2026-10-30 17:40"),
        alternative=POLICY,
    )
    gone = UnpublishedPage(
        "", "应当事人申请，该公示期满后已撤除。", is_gone=True, unpublished_at=at("2026-08-01 09:00")
    )
    return {
        INTERPRETATION_ID: interpretation,
        ASSET_ID: ContentPage(ASSET, files=(drawing,), links=(LinkGroup(LinkType.ILLUSTRATES, False, (POLICY,)),)),
        REPEALED_ID: repealed,
        WITHDRAWN_ID: withdrawn,
        GONE_ID: gone,
        MOVED_ID: Moved(f"/content/{POLICY_ID}"),
    }


def found(item: ListedItem, text: str) -> FoundItem:
    """Marks every place of the text, as the engine would mark its tokens."""
    passage = f"……居民凭一张社会保障卡享受公共服务。{item.summary}持{text}可在全市各服务网点办理，工本费由财政承担……"
    return FoundItem(item, Marked(item.title, marks(item.title, text)), (Marked(passage, marks(passage, text)),))


def marks(passage: str, text: str) -> tuple[Mark, ...]:
    words = {word for word in (text, "社会保障卡") if word}
    places = [(passage.find(word), len(word)) for word in words]
    return tuple(Mark(start, start + length) for start, length in places if start >= 0)


@dataclass
class FakeReading:
    """`search_is_down` makes text search fail; `listed` replaces every list; `BROKEN_ID` raises."""

    search_is_down: bool = False
    listed: tuple[ListedItem, ...] = LISTED

    async def overview(self) -> Overview:
        if not self.listed:
            return Overview((), (), ())
        counts = (
            (Kind.POLICY_DOCUMENT, 6680),
            (Kind.INTERPRETATION, 42),
            (Kind.SERVICE_ITEM, 1600),
            (Kind.ARTICLE, 12500),
            (Kind.MEDIA_ASSET, 318),
        )
        return Overview(counts, self.listed, SITES, at("2026-11-03 11:05"))

    async def search(self, query: SearchQuery) -> SearchPage:
        if self.search_is_down:
            raise SearchUnavailable("No engine answers.")
        if query.text == "没有这个词" or not self.listed:
            return SearchPage((), 0)
        kinds = query.chosen.get("kind", tuple(Kind))
        hits = [item for item in self.listed if item.kind in kinds]
        if query.sort == SearchSort.NEWEST:
            hits.sort(key=lambda item: item.published_at or 0, reverse=True)
        facets = (
            Facet("kind", tuple(FacetChoice(kind, KIND_LABELS[kind], 300 - 50 * n) for n, kind in enumerate(Kind))),
            Facet("site", tuple(FacetChoice(site.code, site.name, site.count) for site in SITES)),
            Facet("year", tuple(FacetChoice(str(year), str(year), year - 1990) for year in range(2026, 2018, -1))),
            Facet("validity", (FacetChoice("in_force", "有效", 210), FacetChoice("repealed", "废止", 9))),
        )
        corrected = "社会保障卡" if query.text == "设会保障卡" else None
        return SearchPage(tuple(found(item, query.text) for item in hits), 12_437, False, facets, corrected)

    async def content(self, item_id: str) -> ContentPage | UnpublishedPage | Moved | None:
        if item_id == BROKEN_ID:
            raise RuntimeError("the secret reason")
        pages = {POLICY_ID: policy_page(), SERVICE_ID: service_page(), **other_pages()}
        listed = {item.id: ContentPage(item, "<p>正文。</p>") for item in self.listed}
        return pages.get(item_id) or listed.get(item_id)

    async def site(self, code: str) -> SitePage | None:
        if code != "city":
            return None
        owner, domain = "云岭市人民政府办公室", "www.yunling.gov.cn"
        return SitePage("city", SITES[0].name, TREE, self.listed, owner, domain, HOME_TAGS)

    async def section(
        self, site_code: str, path: str, *, after: str | None, before: str | None
    ) -> SectionPage | Moved | None:
        if after == "broken":
            raise InvalidCursor("This is no cursor.")
        if path == "old":
            return Moved("/sites/city/zwgk/zcwj")
        if (site_code, path) not in (("city", "zwgk"), ("city", "zwgk/zcwj")):
            return None
        is_first = after is None and before is None
        children = DISCLOSURE.children if path == "zwgk" else ()
        return SectionPage(
            SITES[0],
            "政务公开" if children else "政策文件",
            path,
            self.listed,
            "法规、规章、规范性文件和其他文件",
            () if children else (DISCLOSURE,),
            children,
            402,
            None if is_first else "bmV3ZXI=",
            "b2xkZXI=",
            TAGS[:5],
        )
