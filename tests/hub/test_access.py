"""Who may see and who may do what, as plain values."""

from __future__ import annotations

import pytest

from hub import access
from hub.access import ANONYMOUS, Actor, Permission, operator, permissions_from
from hub.vocabulary.clock import ALWAYS, NEVER, Instant
from hub.vocabulary.enums import Publicity, State
from hub.vocabulary.errors import Forbidden, Unauthenticated
from hub.vocabulary.expression import Facts, matches

NOW = Instant(1_000)
KEY = Actor(
    "key:hub_1", "desk", unit_id="u1", units=frozenset(("u1", "u2")),
    permissions=frozenset((Permission.CONTENT_PUBLISH,)), sites=frozenset(("s1",)),
)  # fmt: skip


def facts(**more: object) -> Facts:
    usual: dict[str, object] = {
        "state": "live", "publicity": "proactive", "audience": frozenset(("public",)), "visible_from": ALWAYS,
        "visible_until": NEVER,
    }  # fmt: skip
    return {**usual, **more}  # type: ignore[dict-item]


@pytest.mark.parametrize("state", State)
def test_lists_show_live_and_archived_and_addresses_also_what_was_unpublished(state: State) -> None:
    seen = access.sight(ANONYMOUS, NOW)

    listed = matches(seen.listed, facts(state=state.value))
    addressable = matches(seen.addressable, facts(state=state.value))

    assert listed == (state in (State.LIVE, State.ARCHIVED))
    assert addressable == (state not in (State.DRAFT, State.VANISHED))


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, True),
        ({"visible_from": 1_000}, True),
        ({"visible_from": 1_001}, False),
        ({"visible_until": 1_001}, True),
        ({"visible_until": 1_000}, False),
        ({"publicity": Publicity.ON_REQUEST.value}, False),
        ({"publicity": Publicity.WITHHELD.value}, False),
        ({"audience": frozenset(("staff",))}, False),
        ({"audience": frozenset(("staff", "public"))}, True),
        ({"audience": frozenset[str]()}, False),
    ],
)
def test_window_publicity_and_audience_all_hold_to_the_microsecond(more: dict[str, object], shown: bool) -> None:
    seen = access.sight(ANONYMOUS, NOW)

    assert matches(seen.listed, facts(**more)) is shown
    assert matches(seen.addressable, facts(**more)) is shown


def test_label_carried_shows_what_is_for_it() -> None:
    staff = Actor("key:a", "a", labels=frozenset(("public", "staff")))

    assert matches(access.sight(staff, NOW).listed, facts(audience=frozenset(("staff",))))


def test_operator_sees_the_same_public_content() -> None:
    assert access.sight(operator("me"), NOW) == access.sight(ANONYMOUS, NOW)


@pytest.mark.parametrize(
    ("names", "count"),
    [(["*"], len(Permission)), (["content.*"], len(Permission) - 1), (["structure.edit"], 1), ([], 0)],
)
def test_families_of_rights(names: list[str], count: int) -> None:
    assert len(permissions_from(names)) == count


@pytest.mark.parametrize("name", ["content", "content.", "fly.*", "content.fly", ".*", ""])
def test_unknown_right_is_named(name: str) -> None:
    with pytest.raises(KeyError) as unknown:
        permissions_from([name])

    assert unknown.value.args == (name,)


def test_key_with_the_right_in_the_unit_may() -> None:
    access.require(KEY, Permission.CONTENT_PUBLISH, "u2")

    assert access.may(KEY, Permission.CONTENT_PUBLISH, "u2")


@pytest.mark.parametrize(
    ("actor", "permission", "unit", "refusal"),
    [
        (KEY, Permission.CONTENT_PUBLISH, "u3", Forbidden),
        (KEY, Permission.CONTENT_CORRECT, "u1", Forbidden),
        (ANONYMOUS, Permission.CONTENT_PUBLISH, "u1", Unauthenticated),
    ],
)
def test_others_may_not(actor: Actor, permission: Permission, unit: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        access.require(actor, permission, unit)

    assert not access.may(actor, permission, unit)


@pytest.mark.parametrize("permission", Permission)
def test_operator_may_everything_everywhere(permission: Permission) -> None:
    access.require(operator("me"), permission, "anywhere")
    access.require_sites(operator("me"), ["anywhere"])


def test_key_places_on_its_own_sites_only() -> None:
    access.require_sites(KEY, ["s1"])
    access.require_sites(KEY, [])

    with pytest.raises(Forbidden):
        access.require_sites(KEY, ["s1", "s2"])


def test_drafts_are_for_the_unit_with_the_right() -> None:
    reader = Actor("key:r", "r", unit_id="u1", units=frozenset(("u1",)),
                   permissions=frozenset((Permission.CONTENT_READ_DRAFT,)))  # fmt: skip

    assert access.draft_units(reader) == frozenset(("u1",))
    assert access.draft_units(operator("me")) is None
    with pytest.raises(Forbidden):
        access.draft_units(KEY)
    with pytest.raises(Unauthenticated):
        access.draft_units(ANONYMOUS)


def test_operator_is_named_in_at_most_sixty_characters() -> None:
    assert operator("x" * 100).id == "operator:" + "x" * 51
