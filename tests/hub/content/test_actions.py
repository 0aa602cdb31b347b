"""The verbs: lock versions, permissions in pairs, what each refuses, what each leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from hub.access import ANONYMOUS, Actor
from hub.content import actions, queries
from hub.content.drafting import LinkTo
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import ChangeScale, Kind, LinkType
from hub.vocabulary.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, ReleaseRefused, Unauthenticated
from hub.vocabulary.ids import new_id
from storage.tables import edition, link, unpublishing
from tests.world import OPERATOR, START, World

Do = Callable[[World, Actor, str, int], Awaitable[Any]]
VERBS: dict[str, tuple[str, str, Do]] = {
    "update": ("draft", "content.update", lambda w, a, k, n: w.do(actions.update, a, k, n, {"title": "新"})),
    "publish": ("draft", "content.publish", lambda w, a, k, n: w.do(actions.publish, a, k, n)),
    "correct": (
        "live",
        "content.correct",
        lambda w, a, k, n: w.do(actions.correct, a, k, n, {"title": "新"}, change_note="改"),
    ),
    "withdraw": ("live", "content.withdraw", lambda w, a, k, n: w.do(actions.withdraw, a, k, n, explanation="错")),
    "restore": ("withdrawn", "content.restore", lambda w, a, k, n: w.do(actions.restore, a, k, n)),
    "redirect": (
        "live",
        "content.redirect",
        lambda w, a, k, n: w.do(actions.redirect, a, k, n, target_id=None, target_url="https://a.example/"),
    ),
    "remove": ("live", "content.remove", lambda w, a, k, n: w.do(actions.remove, a, k, n, vanish=False)),
    "vanish": ("live", "content.remove", lambda w, a, k, n: w.do(actions.remove, a, k, n, vanish=True)),
    "archive": ("live", "content.archive", lambda w, a, k, n: w.do(actions.archive, a, k, n)),
    "place": ("live", "content.place", lambda w, a, k, n: w.do(actions.place, a, k, n, [w.sections["edu-site:news"]])),
    "repeal": ("live", "content.repeal", lambda w, a, k, n: w.do(actions.repeal, a, k, n, by_id=None, on=None)),
}


async def item_of(world: World, unit: str, state: str) -> str:
    """A policy document of the unit, placed on its own site."""
    section = {"edu": "edu-site:news", "county": "county:news"}[unit]
    key = await world.draft(Kind.POLICY_DOCUMENT, unit, sections=[world.sections[section]])
    if state != "draft":
        await world.do(actions.publish, OPERATOR, key, 1)
    if state == "withdrawn":
        await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")
    return key


@pytest.mark.parametrize("verb", VERBS)
async def test_key_with_the_right_in_the_unit_can(world: World, verb: str) -> None:
    state, permission, act = VERBS[verb]
    key = await item_of(world, "edu", state)
    lock = await world.lock_version(key)

    await act(world, world.staff("city", permission), key, lock)

    assert await world.lock_version(key) == lock + 1
    assert (await world.audits(key))[-1].actor == "key:hub_city"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["other unit", "without the right", "nobody"])
async def test_key_of_another_unit_or_without_the_right_cannot_and_nothing_changes(
    world: World, verb: str, who: str
) -> None:
    state, permission, act = VERBS[verb]
    key = await item_of(world, "county" if who == "other unit" else "edu", state)
    lock, head, footprint = await world.lock_version(key), await world.head(key), await world.footprint()
    others = {"content.read_draft", "structure.edit", "content.create"} - {permission}
    actor = {
        "other unit": world.staff("city", "*"),
        "without the right": world.staff("edu", *sorted(others)),
        "nobody": ANONYMOUS,
    }[who]

    refusals = {"nobody": Unauthenticated, "without the right": Forbidden, "other unit": Forbidden}
    # of another unit's draft not even the existence is told
    expected = NotFound if (who, state) == ("other unit", "draft") else refusals[who]
    with pytest.raises(expected):
        await act(world, actor, key, lock)

    assert await world.head(key) == head
    assert await world.footprint() == footprint


async def test_key_may_create_in_its_unit_and_below(world: World) -> None:
    values = {"title": "通知", "sections": [world.sections["edu-site:news"]]}

    key = await world.do(
        actions.create, world.staff("city", "content.create"), Kind.ARTICLE, values, unit_id=world.units["edu"]
    )

    head = await world.head(key)
    assert (head.state, head.version, head.lock_version, head.source, head.source_id) == ("draft", 0, 1, "hub", key)
    assert [(row.verb, row.unit_id) for row in await world.audits(key)] == [("create", world.units["edu"])]
    assert await world.changes() == []


async def test_key_may_not_create_for_another_unit_and_nothing_is_written(world: World) -> None:
    footprint = await world.footprint()

    with pytest.raises(Forbidden):
        await world.do(actions.create, world.staff("edu"), Kind.ARTICLE, {"title": "通知"}, unit_id=world.units["city"])

    assert await world.footprint() == footprint


async def test_key_may_place_on_the_sites_it_names(world: World) -> None:
    key = await item_of(world, "edu", "live")
    actor = world.staff("edu", "content.place", sites=["county"])

    await world.do(actions.place, actor, key, 2, [world.sections["county:news"]])

    assert (await world.changes(key))[-1].verb == "moved"


async def test_key_may_not_place_on_another_units_site_and_nothing_changes(world: World) -> None:
    key = await item_of(world, "edu", "live")
    head, footprint = await world.head(key), await world.footprint()

    with pytest.raises(Forbidden) as refused:
        await world.do(actions.place, world.staff("edu"), key, 2, [world.sections["county:news"]])

    assert refused.value.field == "sections"
    assert (await world.head(key), await world.footprint()) == (head, footprint)


async def test_stale_lock_version_is_a_conflict_naming_both(world: World) -> None:
    key = await world.published()
    head, footprint = await world.head(key), await world.footprint()

    with pytest.raises(Conflict) as refused:
        await world.do(actions.archive, OPERATOR, key, 1)

    assert refused.value.message == "The content has lock version 2; you sent 1."
    assert refused.value.field == "expectedLockVersion"
    assert (await world.head(key), await world.footprint()) == (head, footprint)


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"publish", "restore", "update"}))
async def test_of_two_writers_at_once_exactly_one_wins(world: World, verb: str) -> None:
    key = await item_of(world, "edu", "live")
    before = len(await world.changes(key))
    act = VERBS[verb][2]

    outcomes = await asyncio.gather(*(act(world, OPERATOR, key, 2) for _ in range(8)), return_exceptions=True)

    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(refused) == 7
    assert {type(one) for one in refused} == {Conflict}
    assert len(await world.changes(key)) == before + 1
    assert await world.lock_version(key) == 3


async def test_there_is_no_such_content(world: World) -> None:
    for key in (new_id(), "nonsense", ""):
        with pytest.raises(NotFound):
            await world.do(actions.archive, OPERATOR, key, 1)


async def test_first_publication_is_stamped_now_and_kept_by_a_correction(world: World) -> None:
    key = await world.published()
    world.clock.pass_by(60)

    await world.do(actions.correct, OPERATOR, key, 2, {"title": "更正"}, change_note="改标题")

    head = await world.head(key)
    assert (head.first_published_at, head.updated_at, head.sort_at) == (START, START + 60_000_000, START)
    assert await world.editions(key) == [(1, "superseded"), (2, "live")]


async def test_given_publication_date_is_kept(world: World) -> None:
    key = await world.published(published_at=Instant(1_000))

    assert (await world.head(key)).sort_at == 1_000


async def test_content_under_embargo_is_shown_as_published_when_the_embargo_ends(world: World) -> None:
    ends = Instant(START + 5_000_000)

    key = await world.published(embargo_at=ends)

    assert (await world.head(key)).sort_at == ends


async def test_correction_without_a_note_is_refused(world: World) -> None:
    key = await world.published()

    with pytest.raises(InvalidInput) as refused:
        await world.do(actions.correct, OPERATOR, key, 2, {"title": "新"}, change_note=" ")

    assert refused.value.field == "changeNote"


async def test_correction_keeps_what_it_does_not_name(world: World) -> None:
    key = await world.published(summary="摘要", keywords=["教育"], author="甲")

    await world.do(
        actions.correct, OPERATOR, key, 2, {"author": "乙"}, change_note="改作者", change_scale=ChangeScale.MAJOR
    )

    live = (await world.rows(sa.select(edition).where(edition.c.id == (await world.head(key)).live_edition_id)))[0]
    assert (live.summary, live.keywords, live.author) == ("摘要", ["教育"], "乙")
    assert (live.change_note, live.change_scale, live.created_by) == ("改作者", "major", "operator:test")
    assert live.approval_basis == {"key": "operator:test"}


async def test_withdrawal_says_why_and_where_to_go(world: World) -> None:
    other, key = await world.published(), await world.published()

    await world.do(actions.withdraw, OPERATOR, key, 2, explanation=" 数据有误 ", alternative_id=other)

    row = (await world.rows(sa.select(unpublishing)))[0]
    assert (row.item_id, row.explanation, row.alternative_id, row.alternative_url, row.at) == (
        key, "数据有误", other, None, START,
    )  # fmt: skip


async def test_restored_content_has_no_explanation_left(world: World) -> None:
    key = await world.published()
    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="数据有误")

    await world.do(actions.restore, OPERATOR, key, 3)

    assert await world.rows(sa.select(unpublishing)) == []


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda w, k: w.do(actions.withdraw, OPERATOR, k, 2, explanation="  "), "explanation"),
        (lambda w, k: w.do(actions.withdraw, OPERATOR, k, 2, explanation="错" * 2_001), "explanation"),
        (
            lambda w, k: w.do(actions.withdraw, OPERATOR, k, 2, explanation="错", alternative_url="javascript:x"),
            "alternativeUrl",
        ),
        (
            lambda w, k: w.do(actions.withdraw, OPERATOR, k, 2, explanation="错", alternative_id=new_id()),
            "alternativeId",
        ),
        (lambda w, k: w.do(actions.redirect, OPERATOR, k, 2, target_id=None, target_url=None), "targetId"),
        (lambda w, k: w.do(actions.redirect, OPERATOR, k, 2, target_id=k, target_url=None), "targetId"),
        (lambda w, k: w.do(actions.redirect, OPERATOR, k, 2, target_id=k, target_url="https://a.example/"), "targetId"),
        (lambda w, k: w.do(actions.redirect, OPERATOR, k, 2, target_id=new_id(), target_url=None), "targetId"),
        (lambda w, k: w.do(actions.redirect, OPERATOR, k, 2, target_id=None, target_url="ftp://a"), "targetUrl"),
        (lambda w, k: w.do(actions.place, OPERATOR, k, 2, [new_id()]), "sections"),
        (lambda w, k: w.do(actions.place, OPERATOR, k, 2, ["nonsense"]), "sections"),
        (lambda w, k: w.do(actions.repeal, OPERATOR, k, 2, by_id=None, on="not a day"), "on"),
        (lambda w, k: w.do(actions.repeal, OPERATOR, k, 2, by_id=new_id(), on=None), "byId"),
        (
            lambda w, k: w.do(
                actions.correct, OPERATOR, k, 2, {"links": [LinkTo(LinkType.CITES, new_id())]}, change_note="加链接"
            ),
            "links",
        ),
    ],
)
async def test_wrong_input_is_refused_by_field_and_nothing_changes(
    world: World, act: Callable[[World, str], Awaitable[Any]], field: str
) -> None:
    key = await world.published(Kind.POLICY_DOCUMENT)
    head, footprint = await world.head(key), await world.footprint()

    with pytest.raises(InvalidInput) as refused:
        await act(world, key)

    assert refused.value.field == field
    assert (await world.head(key), await world.footprint()) == (head, footprint)


async def test_unit_that_does_not_exist_is_refused(world: World) -> None:
    for unit_id in (new_id(), "nonsense"):
        with pytest.raises(InvalidInput) as refused:
            await world.do(actions.create, OPERATOR, Kind.ARTICLE, {"title": "通知"}, unit_id=unit_id)
        assert refused.value.field == "unitId"


async def test_only_a_policy_document_can_be_repealed(world: World) -> None:
    key = await world.published(Kind.ARTICLE)

    with pytest.raises(InvalidInput):
        await world.do(actions.repeal, OPERATOR, key, 2, by_id=None, on=None)


async def test_repealed_policy_is_listed_as_repealed(world: World) -> None:
    other = await world.published(Kind.POLICY_DOCUMENT)
    key = await world.published(Kind.POLICY_DOCUMENT)

    await world.do(actions.repeal, OPERATOR, key, 2, by_id=other, on="2026-03-01")

    keys = {scope for scope, *_ in await world.listed_under(key)}
    assert {one for one in keys if one.startswith("validity:")} == {"validity:repealed"}


async def test_publishing_without_a_working_edition_is_refused(world: World) -> None:
    key = await world.published()

    with pytest.raises(InvalidInput):
        await world.do(actions.publish, OPERATOR, key, 2)


async def test_update_rewrites_the_one_working_edition(world: World) -> None:
    key = await world.published()
    await world.do(actions.update, OPERATOR, key, 2, {"title": "第一稿"})
    await world.do(actions.update, OPERATOR, key, 3, {"summary": "第二稿的摘要"})

    assert await world.editions(key) == [(1, "live"), (2, "draft")]
    working = (await world.rows(sa.select(edition).where(edition.c.item_id == key, edition.c.number == 2)))[0]
    assert (working.title, working.summary) == ("第一稿", "第二稿的摘要")
    assert await world.verbs(key) == ["published"]


async def test_draft_begun_before_a_correction_cannot_take_it_back_unseen(world: World) -> None:
    key = await world.published(title="第一版")
    await world.do(actions.update, OPERATOR, key, 2, {"summary": "稿"})
    await world.do(actions.correct, OPERATOR, key, 3, {"title": "更正后"}, change_note="改标题")
    footprint = await world.footprint()

    with pytest.raises(ReleaseRefused) as refused:
        await world.do(actions.publish, OPERATOR, key, 4)

    assert refused.value.message == (
        "Edition 3 went live after this draft, edition 2, was begun; it would be taken back."
    )
    assert refused.value.next_step == "Update the draft with what edition 3 says, then publish again."
    assert await world.footprint() == footprint

    await world.do(actions.update, OPERATOR, key, 4, {"title": "更正后"})
    await world.do(actions.publish, OPERATOR, key, 5)

    live = (await world.rows(sa.select(edition).where(edition.c.id == (await world.head(key)).live_edition_id)))[0]
    assert (live.title, live.summary, live.number) == ("更正后", "稿", 4)


async def test_text_showing_a_media_asset_that_is_still_a_draft_is_not_released(world: World) -> None:
    image = await world.draft(Kind.MEDIA_ASSET, title="图")
    key = await world.draft(body=f'<p><img src="hub:item/{image}" alt="图"></p>', body_format="html")
    footprint = await world.footprint()

    with pytest.raises(ReleaseRefused) as refused:
        await world.do(actions.publish, OPERATOR, key, 1)

    assert refused.value.message == f"The media asset {image} is not published yet."
    assert await world.footprint() == footprint

    await world.do(actions.publish, OPERATOR, image, 1)
    await world.do(actions.publish, OPERATOR, key, 1)

    assert await world.verbs(key) == ["published"]


async def test_link_by_source_of_a_draft_leads_to_an_item_that_was_there_before(world: World) -> None:
    law = await world.do(
        actions.create, OPERATOR, Kind.POLICY_DOCUMENT, {"title": "条例"}, unit_id=world.units["city"],
        source=("laws", "9"),
    )  # fmt: skip
    await world.do(actions.publish, OPERATOR, law, 1)

    key = await world.published(links=[LinkTo(LinkType.CITES, None, "laws", "9")])

    found = await world.rows(sa.select(link.c.target_id).where(link.c.item_id == key))
    assert [row.target_id for row in found] == [law]
    assert (await world.changes(key))[0].touched == [law]


async def test_item_of_a_known_source_cannot_be_created_twice(world: World) -> None:
    values = {"title": "通知"}
    await world.do(actions.create, OPERATOR, Kind.ARTICLE, values, unit_id=world.units["city"], source=("oa", "1"))

    with pytest.raises(InvalidInput) as refused:
        await world.do(actions.create, OPERATOR, Kind.ARTICLE, values, unit_id=world.units["city"], source=("oa", "1"))

    assert refused.value.field == "sourceId"


async def test_refusals_are_all_of_one_family() -> None:
    assert all(issubclass(one, Refusal) for one in (Conflict, Forbidden, InvalidInput, NotFound, ReleaseRefused))


@pytest.mark.parametrize("verb", ["withdraw", "redirect", "remove"])
async def test_what_was_taken_back_under_embargo_never_speaks(world: World, verb: str) -> None:
    ends = Instant(world.clock() + 60 * SECOND)
    key, other = await world.published(embargo_at=ends), await world.published()
    acts = {
        "withdraw": lambda: world.do(actions.withdraw, OPERATOR, key, 2, explanation="机密"),
        "redirect": lambda: world.do(actions.redirect, OPERATOR, key, 2, target_id=other, target_url=None),
        "remove": lambda: world.do(actions.remove, OPERATOR, key, 2, vanish=False, explanation="机密"),
    }
    await acts[verb]()
    world.clock.now = Instant(ends + SECOND)

    async with world.reading() as reader:
        assert await queries.single(reader, key) is None


async def test_restored_content_has_its_window_again(world: World) -> None:
    ends = Instant(world.clock() + 60 * SECOND)
    key = await world.published(embargo_at=ends)
    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="有误")
    await world.do(actions.restore, OPERATOR, key, 3)

    async with world.reading() as reader:
        assert await queries.single(reader, key) is None
    world.clock.now = ends
    async with world.reading() as reader:
        assert (await queries.single(reader, key)).state == "live"
