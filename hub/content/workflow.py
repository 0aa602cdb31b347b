"""What may follow what: one table (design §1). Review adds its steps between draft and live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.vocabulary.enums import State, Verb
from hub.vocabulary.errors import IllegalTransition


class Action(StrEnum):
    UPDATE = "update"
    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    REDIRECT = "redirect"
    REMOVE_GONE = "remove_gone"
    REMOVE_VANISHED = "remove_vanished"
    ARCHIVE = "archive"
    PLACE = "place"
    REPEAL = "repeal"


@dataclass(frozen=True, slots=True)
class Step:
    """The state an action leads to, and what the change log then says (None: nothing the public could notice)."""

    to: State
    verb: Verb | None


_D, _L, _W, _R, _G, _V, _A = (
    State.DRAFT,
    State.LIVE,
    State.WITHDRAWN,
    State.REDIRECTED,
    State.GONE,
    State.VANISHED,
    State.ARCHIVED,
)

TRANSITIONS: dict[tuple[State, Action], Step] = {
    (_D, Action.UPDATE): Step(_D, None),
    (_L, Action.UPDATE): Step(_L, None),
    (_W, Action.UPDATE): Step(_W, None),
    (_A, Action.UPDATE): Step(_A, None),
    (_D, Action.PUBLISH): Step(_L, Verb.PUBLISHED),
    (_L, Action.PUBLISH): Step(_L, Verb.CORRECTED),
    (_A, Action.PUBLISH): Step(_A, Verb.CORRECTED),
    (_L, Action.CORRECT): Step(_L, Verb.CORRECTED),
    (_A, Action.CORRECT): Step(_A, Verb.CORRECTED),
    (_L, Action.WITHDRAW): Step(_W, Verb.WITHDRAWN),
    (_A, Action.WITHDRAW): Step(_W, Verb.WITHDRAWN),
    (_W, Action.RESTORE): Step(_L, Verb.RESTORED),
    (_R, Action.RESTORE): Step(_L, Verb.RESTORED),
    (_A, Action.RESTORE): Step(_L, Verb.RESTORED),
    (_L, Action.REDIRECT): Step(_R, Verb.REDIRECTED),
    (_W, Action.REDIRECT): Step(_R, Verb.REDIRECTED),
    (_A, Action.REDIRECT): Step(_R, Verb.REDIRECTED),
    (_L, Action.REMOVE_GONE): Step(_G, Verb.GONE),
    (_W, Action.REMOVE_GONE): Step(_G, Verb.GONE),
    (_R, Action.REMOVE_GONE): Step(_G, Verb.GONE),
    (_A, Action.REMOVE_GONE): Step(_G, Verb.GONE),
    (_D, Action.REMOVE_VANISHED): Step(_V, None),
    (_L, Action.REMOVE_VANISHED): Step(_V, Verb.VANISHED),
    (_W, Action.REMOVE_VANISHED): Step(_V, Verb.VANISHED),
    (_R, Action.REMOVE_VANISHED): Step(_V, Verb.VANISHED),
    (_G, Action.REMOVE_VANISHED): Step(_V, Verb.VANISHED),
    (_A, Action.REMOVE_VANISHED): Step(_V, Verb.VANISHED),
    (_L, Action.ARCHIVE): Step(_A, Verb.ARCHIVED),
    (_L, Action.PLACE): Step(_L, Verb.MOVED),
    (_A, Action.PLACE): Step(_A, Verb.MOVED),
    (_D, Action.PLACE): Step(_D, None),
    (_L, Action.REPEAL): Step(_L, Verb.CORRECTED),
    (_A, Action.REPEAL): Step(_A, Verb.CORRECTED),
}


def advance(state: State, action: Action) -> Step:
    """The step from this state. Raises `IllegalTransition` naming what is possible instead."""
    step = TRANSITIONS.get((state, action))
    if step is None:
        possible = ", ".join(one.value for one in possible_actions(state)) or "nothing"
        raise IllegalTransition(
            f"Content that is {state.value} cannot be changed by “{action.value}”.", hint=f"Possible now: {possible}."
        )
    return step


def possible_actions(state: State) -> list[Action]:
    return [action for (start, action) in TRANSITIONS if start is state]
