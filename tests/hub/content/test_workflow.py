"""Every state × every action: allowed or refused, the state after, the change row, the audit row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hub.content import actions, workflow
from hub.content.workflow import TRANSITIONS, Action
from hub.vocabulary.enums import Kind, State, Verb
from hub.vocabulary.errors import IllegalTransition
from tests.world import OPERATOR, World

# state × action → (state after, change verb); what is not here is refused
ALLOWED: dict[tuple[str, str], tuple[str, str | None]] = {
    ("draft", "update"): ("draft", None),
    ("draft", "publish"): ("live", "published"),
    ("draft", "remove_vanished"): ("vanished", None),
    ("draft", "place"): ("draft", None),
    ("live", "update"): ("live", None),
    ("live", "publish"): ("live", "corrected"),
    ("live", "correct"): ("live", "corrected"),
    ("live", "withdraw"): ("withdrawn", "withdrawn"),
    ("live", "redirect"): ("redirected", "redirected"),
    ("live", "remove_gone"): ("gone", "gone"),
    ("live", "remove_vanished"): ("vanished", "vanished"),
    ("live", "archive"): ("archived", "archived"),
    ("live", "place"): ("live", "moved"),
    ("live", "repeal"): ("live", "corrected"),
    ("withdrawn", "update"): ("withdrawn", None),
    ("withdrawn", "restore"): ("live", "restored"),
    ("withdrawn", "redirect"): ("redirected", "redirected"),
    ("withdrawn", "remove_gone"): ("gone", "gone"),
    ("withdrawn", "remove_vanished"): ("vanished", "vanished"),
    ("redirected", "restore"): ("live", "restored"),
    ("redirected", "remove_gone"): ("gone", "gone"),
    ("redirected", "remove_vanished"): ("vanished", "vanished"),
    ("gone", "remove_vanished"): ("vanished", "vanished"),
    ("archived", "update"): ("archived", None),
    ("archived", "publish"): ("archived", "corrected"),
    ("archived", "correct"): ("archived", "corrected"),
    ("archived", "withdraw"): ("withdrawn", "withdrawn"),
    ("archived", "restore"): ("live", "restored"),
    ("archived", "redirect"): ("redirected", "redirected"),
    ("archived", "remove_gone"): ("gone", "gone"),
    ("archived", "remove_vanished"): ("vanished", "vanished"),
    ("archived", "place"): ("archived", "moved"),
    ("archived", "repeal"): ("archived", "corrected"),
}
EVERY = [(state.value, action.value) for state in State for action in Action]
Act = Callable[[World, str, int], Awaitable[Any]]


def acts(world: World) -> dict[str, Act]:
    def acting(function: Callable[..., Any], *more: Any, **named: Any) -> Act:
        return lambda world, key, lock: world.do(function, OPERATOR, key, lock, *more, **named)

    return {
        "update": acting(actions.update, {"title": "新标题"}),
        "publish": acting(actions.publish),
        "correct": acting(actions.correct, {"title": "更正后的标题"}, change_note="更正标题"),
        "withdraw": acting(actions.withdraw, explanation="内容有误"),
        "restore": acting(actions.restore),
        "redirect": acting(actions.redirect, target_id=None, target_url="https://www.example.gov.cn/"),
        "remove_gone": acting(actions.remove, vanish=False, explanation="已删除"),
        "remove_vanished": acting(actions.remove, vanish=True),
        "archive": acting(actions.archive),
        "place": acting(actions.place, [world.sections["gov"]]),
        "repeal": acting(actions.repeal, by_id=None, on=None),
    }


WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "live": ("publish",),
    "withdrawn": ("publish", "withdraw"),
    "redirected": ("publish", "redirect"),
    "gone": ("publish", "remove_gone"),
    "vanished": ("publish", "remove_vanished"),
    "archived": ("publish", "archive"),
}


async def item_in(world: World, state: str, *, with_working: bool) -> str:
    """A policy document brought to that state; with a working edition beside the live one where one may be begun."""
    key = await world.draft(Kind.POLICY_DOCUMENT, sections=[world.sections["news"]])
    for way in WAYS[state]:
        await acts(world)[way](world, key, await world.lock_version(key))
    if with_working and state in ("live", "archived"):
        await acts(world)["update"](world, key, await world.lock_version(key))
    return key


def test_table_of_transitions_is_the_one_written_here() -> None:
    table = {(state.value, action.value): (step.to.value, step.verb and step.verb.value)
             for (state, action), step in TRANSITIONS.items()}  # fmt: skip

    assert table == ALLOWED


@pytest.mark.parametrize(("state", "action"), EVERY)
async def test_every_action_in_every_state_is_done_once_or_leaves_nothing(
    world: World, state: str, action: str
) -> None:
    key = await item_in(world, state, with_working=action == "publish")
    before, lock = await world.head(key), await world.lock_version(key)
    position, audits = len(await world.changes()), len(await world.audits(key))
    footprint = await world.footprint()

    if (state, action) not in ALLOWED:
        with pytest.raises(IllegalTransition) as refused:
            await acts(world)[action](world, key, lock)

        assert refused.value.message == f"Content that is {state} cannot be changed by “{action}”."
        assert await world.head(key) == before
        assert await world.footprint() == footprint
        return

    await acts(world)[action](world, key, lock)

    after_state, verb = ALLOWED[state, action]
    head, changed = await world.head(key), (await world.changes())[position:]
    assert (head.state, head.lock_version) == (after_state, lock + 1)
    assert [(row.item_id, row.verb) for row in changed] == ([(key, verb)] if verb else [])
    assert head.version == (changed[-1].position if verb else before.version)
    written = (await world.audits(key))[audits:]
    audited = "update" if (state, action) == ("draft", "place") else action
    assert [(row.verb, row.actor) for row in written] == [(audited, "operator:test")]


def test_refusal_names_what_is_possible_instead() -> None:
    with pytest.raises(IllegalTransition) as refused:
        workflow.advance(State.GONE, Action.RESTORE)

    assert refused.value.next_step == "Possible now: remove_vanished."


def test_from_vanished_nothing_is_possible() -> None:
    with pytest.raises(IllegalTransition) as refused:
        workflow.advance(State.VANISHED, Action.RESTORE)

    assert refused.value.next_step == "Possible now: nothing."


def test_every_public_verb_of_an_action_has_a_way_to_happen() -> None:
    by_action = {step.verb for step in TRANSITIONS.values() if step.verb}

    assert set(Verb) - by_action == {Verb.BECAME_VISIBLE, Verb.EXPIRED, Verb.ERASED}
