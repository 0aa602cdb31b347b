"""Keys of another unit write at hidden content, and links to it: every refusal and every answer keeps it hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.vocabulary.enums import Kind, LinkType
from schema.api import api
from tests.flows.leak_documents import Walk
from tests.flows.leak_doors import Answer, Doors, opened_doors
from tests.flows.leak_marks import texts_of, traces
from tests.flows.leak_questions import text
from tests.flows.leak_walking import widen
from tests.flows.leak_world import SOURCE, Plan, Planted, Worlds, copied

INPUTS = {Kind.ARTICLE: "Article", Kind.POLICY_DOCUMENT: "PolicyDocument", Kind.INTERPRETATION: "Interpretation",
          Kind.MEDIA_ASSET: "MediaAsset", Kind.SERVICE_ITEM: "ServiceItem"}  # fmt: skip
CORRECTED = {kind: name[0].lower() + name[1:] for kind, name in INPUTS.items()}


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk(api.as_str())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    widen(monkeypatch)


def verbs(plan: Plan, one: Planted) -> dict[str, str]:
    """Every mutation of content that names an item, aimed at this one."""
    at = f"id: {text(one.item_id)}, expectedLockVersion: 1"
    own = text(plan.visible["own:article"])
    return {
        f"update{INPUTS[one.kind]}": f'{at}, input: {{title: "新"}}',
        "publishContent": at,
        "correctContent": f'{at}, changeNote: "改", input: {{{CORRECTED[one.kind]}: {{title: "新"}}}}',
        "withdrawContent": f'{at}, explanation: "撤", alternativeId: {own}',
        "restoreContent": at,
        "redirectContent": f"{at}, targetId: {own}",
        "removeContent": f"{at}, as: VANISHED",
        "archiveContent": at,
        "placeContent": f"{at}, sections: [{text(plan.sections['b'])}]",
        "repealPolicy": at,
    }


def test_every_mutation_of_an_item_is_tried(walk: Walk, worlds: Worlds) -> None:
    mutation = walk.schema.mutation_type
    assert mutation is not None
    takes_item = {
        name for name, field in mutation.fields.items() if "id" in field.args and str(field.type) == "ContentPayload!"
    }

    tried = {name for one in worlds.plan.of("draft") for name in verbs(worlds.plan, one)}

    assert tried == takes_item


def traces_of(answer: Answer) -> set[str]:
    assert answer.status == 200, answer.text[:500]
    faults = [one for one in answer.json.get("errors", ()) if one["extensions"]["code"] == "internal_error"]
    assert faults == []
    return traces("\n".join([*texts_of(answer.json), *answer.headers.values()]))


async def test_no_verb_of_another_units_key_or_of_nobody_shows_or_changes_hidden_content(
    worlds: Worlds, walk: Walk, tmp_path: Path
) -> None:
    below = walk.below(walk.schema.type_map["ContentPayload"], 4)
    async with opened_doors(copied(worlds.full, tmp_path / "hub")) as doors:
        for one in worlds.plan.hidden[::3]:
            asked = verbs(worlds.plan, one).items()
            document = walk.document([f"{name}({said}){below}" for name, said in asked], "mutation")
            for key in (worlds.plan.keys["foreign"], None):
                answer = await doors.ask(document, key=key)

                assert traces_of(answer) == set()
                payloads = answer.json["data"].values()
                assert all(payload["content"] is None and payload["problems"] for payload in payloads)


async def test_an_item_that_was_never_told_of_answers_as_one_that_does_not_exist(
    worlds: Worlds, walk: Walk, tmp_path: Path
) -> None:
    asked = "publishContent(id: {}, expectedLockVersion: 1) {{ problems {{ code message hint field }} }}"
    nobody = text("01900000-0000-7000-8000-000000000000")
    async with opened_doors(copied(worlds.full, tmp_path / "hub")) as doors:
        key = worlds.plan.keys["foreign"]
        unknown = await doors.ask(f"mutation {{ {asked.format(nobody)} }}", key=key)
        for state in ("draft", "vanished"):
            hidden = text(worlds.plan.of(state)[0].item_id)

            answer = await doors.ask(f"mutation {{ {asked.format(hidden)} }}", key=key)

            assert answer.json == unknown.json


async def create(doors: Doors, walk: Walk, worlds: Worlds, inputs: str, more: str = "") -> Answer:
    unit = text(worlds.plan.units["b"])
    below = walk.below(walk.schema.type_map["ContentPayload"], 4)
    made = f'createArticle(unitId: {unit}, input: {{title: "乙的文章", {inputs}}}{more}){below}'
    return await doors.ask(walk.document([made], "mutation"), key=worlds.plan.keys["foreign"])


async def test_content_that_links_to_hidden_content_shows_none_of_it(
    worlds: Worlds, walk: Walk, tmp_path: Path
) -> None:
    hidden = [one for one in worlds.plan.hidden if one.kind is not Kind.MEDIA_ASSET]
    links = [f"{{type: {LinkType.CITES.name}, targetId: {text(one.item_id)}}}" for one in hidden]
    links += [f'{{type: RELATES_TO, source: "{SOURCE}", sourceId: {text(one.source_id)}}}' for one in hidden]
    body = "".join(f'<a href="hub:item/{one.item_id}">见</a>' for one in hidden)
    async with opened_doors(copied(worlds.full, tmp_path / "hub")) as doors:
        key = worlds.plan.keys["foreign"]
        told = await create(doors, walk, worlds, f"links: [{', '.join(links)}], body: {text(body)}")
        refused = traces_of(told)
        named = [one for one in links if "targetId" not in one]
        made = await create(doors, walk, worlds, f"links: [{', '.join(named)}], body: {text(body)}")
        item_id = made.json["data"]["createArticle"]["content"]["id"]
        published = await doors.ask(_publish(walk, item_id), key=key)
        shown = await doors.ask(walk.document([walk.asked("content", f"id: {text(item_id)}")]))

    assert published.json["data"]["publishContent"]["problems"] == []
    assert [value for name, value in shown.json["data"]["content"].items() if name.endswith("links")] == [[]]
    assert [refused, traces_of(made), traces_of(published), traces_of(shown)] == [set()] * 4


def _publish(walk: Walk, item_id: str) -> str:
    below = walk.below(walk.schema.type_map["ContentPayload"], 4)
    return walk.document([f"publishContent(id: {text(item_id)}, expectedLockVersion: 1){below}"], "mutation")


async def test_an_origin_that_hidden_content_has_is_refused_without_a_word_of_it(
    worlds: Worlds, walk: Walk, tmp_path: Path
) -> None:
    taken = worlds.plan.of("draft")[0].source_id
    async with opened_doors(copied(worlds.full, tmp_path / "hub")) as doors:
        origin = f', origin: {{source: "{SOURCE}", sourceId: {text(taken)}}}'
        answer = await create(doors, walk, worlds, 'summary: "摘要"', origin)

    assert traces_of(answer) == set()
    assert answer.json["data"]["createArticle"]["content"] is None
