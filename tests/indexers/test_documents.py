"""From rows to search documents: what belongs into the index, and what each document says."""

from __future__ import annotations

from hub.content import actions
from hub.vocabulary.clock import NEVER, Instant
from hub.vocabulary.enums import Kind
from indexers import documents
from tests.world import OPERATOR, START, World, counting


async def test_document_carries_title_text_number_window_and_facets(world: World) -> None:
    key = await world.published(
        Kind.POLICY_DOCUMENT, title="养老服务条例", summary="摘要", body="第一条", keywords=["养老"],
        sections=[world.sections["gov/policy"]], embargo_at=Instant(START + 5), audience=["public", "staff"],
        details={"doc_no": "云政发〔2026〕3号", "genre": "notice", "topic": "民政", "issuer": "市政府"},
    )  # fmt: skip

    async with world.system() as system:
        made = await documents.load(system, [key])

    one = made[0]
    assert (one.id, one.version, one.title, one.doc_no, one.state, one.kind, one.publicity) == (
        key, 1, "养老服务条例", "云政发〔2026〕3号", "live", "policy_document", "proactive",
    )  # fmt: skip
    assert one.text == "摘要\n第一条\n市政府\n民政"
    assert (one.visible_from, one.visible_until, one.sort_at) == (START + 5, NEVER, START + 5)
    assert one.sets == {
        "audience": frozenset(("public", "staff")),
        "site": frozenset((world.sites["portal"],)),
        "section": frozenset((world.sections["gov"], world.sections["gov/policy"])),
        "unit": frozenset((world.units["city"],)),
        "genre": frozenset(("notice",)),
        "topic": frozenset(("民政",)),
        "keyword": frozenset(("养老",)),
        "validity": frozenset(("in_force",)),
        "doc_no": frozenset(("云政发|2026|3",)),
        "language": frozenset(("zh-Hans",)),
        "year": frozenset(("2026",)),
    }


async def test_service_item_says_its_elements_and_not_its_codes_and_phones(world: World) -> None:
    key = await world.published(Kind.SERVICE_ITEM, title="办理社保卡", body="", details={
        "conditions": "本市户籍", "materials": ["身份证", "照片"], "consult_phone": "0571-12345", "code": "330100",
        "region": "云澜", "visits": 1,
    })  # fmt: skip

    async with world.system() as system:
        text = (await documents.load(system, [key]))[0].text

    assert text == "本市户籍\n身份证\n照片"


async def test_only_live_and_archived_proactive_content_belongs_into_the_index(world: World) -> None:
    live, archived, withdrawn = [await world.published() for _ in range(3)]
    embargoed = await world.published(embargo_at=Instant(START + 5))
    await world.published(publicity="on_request")
    await world.draft()
    await world.do(actions.archive, OPERATOR, archived, 2)
    await world.do(actions.withdraw, OPERATOR, withdrawn, 2, explanation="错")

    async with world.system() as system:
        made = await documents.load(system, [row.item_id for row in await world.changes()])

    assert {one.id: one.state for one in made} == {live: "live", archived: "archived", embargoed: "live"}


async def test_undated_content_has_no_year(world: World) -> None:
    one = world.fresh(1)
    await world.release([one])

    async with world.system() as system:
        assert "year" not in (await documents.load(system, [one.item_id]))[0].sets


async def test_number_of_statements_depends_on_the_kinds_and_not_on_the_items(world: World) -> None:
    await world.release([world.fresh(n) for n in range(50)])
    keys = [row.item_id for row in await world.changes()]
    counts = []
    for ids in (keys[:1], keys):
        async with world.system() as system, counting(world.database) as counted:
            await documents.load(system, ids)
        counts.append(len(counted))

    assert counts == [3, 3]
