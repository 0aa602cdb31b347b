"""Every change to content, one function a verb. They write through a `Transaction` and never commit.

Each returns the item's id and takes the lock version its caller saw; of two writers exactly one wins, the other gets
`Conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub import access
from hub.access import Actor, Permission
from hub.content import workflow
from hub.content.drafting import EditionContent, clean
from hub.content.release import Release, go_live, visible_tuples
from hub.content.stored import content_of
from hub.content.workflow import Action
from hub.content.working import draft_head, write_working
from hub.vocabulary.clock import NEVER, local_day
from hub.vocabulary.details import clean_date
from hub.vocabulary.enums import ChangeScale, Kind, LinkType, State, Verb
from hub.vocabulary.errors import Conflict, InvalidInput, NotFound, ReleaseRefused
from hub.vocabulary.ids import is_id, new_id
from storage.change_log import NewAudit, NewChange
from storage.database import Transaction
from storage.stores import due, items, links, listings, structure

HIDDEN_STATES = (State.DRAFT, State.VANISHED)
"""Of these not even the existence is told to others."""
SHOWN_LINKS = (LinkType.ATTACHES, LinkType.ILLUSTRATES)


async def create(
    tx: Transaction,
    actor: Actor,
    kind: Kind,
    values: Mapping[str, Any],
    *,
    unit_id: str,
    source: tuple[str, str] | None = None,
) -> str:
    """A new item with a working edition; nobody outside sees it."""
    access.require(actor, Permission.CONTENT_CREATE, unit_id)
    if not is_id(unit_id) or await structure.by_id(tx, "unit", unit_id) is None:
        raise InvalidInput("There is no such unit.", field="unitId")
    content = clean(kind, values)
    await _require_targets(tx, actor, content)
    item_id = new_id()
    name, source_id = source or ("hub", item_id)
    if source and await items.by_sources(tx, [source]):
        raise InvalidInput(f"An item of source “{name}” with id “{source_id}” exists already.", field="sourceId")
    one = Release(item_id, kind, unit_id, content, Verb.PUBLISHED, "create", source=name, source_id=source_id)
    await items.insert_items(tx, [draft_head(tx, one)])
    await write_working(tx, actor, one, 1)
    await links.resolve_waiting(tx, [(item_id, name, source_id)])
    _audit(tx, actor, one.unit_id, "create", item_id, one.edition_id, one.digest)
    return item_id


async def update(tx: Transaction, actor: Actor, item_id: str, expected: int, values: Mapping[str, Any]) -> str:
    """Changes the working edition, or begins one from what is live."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_UPDATE, Action.UPDATE)
    kind = Kind(head.kind)
    content = clean(kind, values, await content_of(tx, _newest(head), kind))
    await _require_targets(tx, actor, content)
    one = Release(item_id, kind, head.unit_id, content, Verb.CORRECTED, "update", head=head)
    numbers = await items.next_numbers(tx, [item_id])
    if head.working_edition_id:
        one.edition_id = head.working_edition_id
        await items.delete_working(tx, head.working_edition_id, kind)
        numbers = await items.next_numbers(tx, [item_id])
    await write_working(tx, actor, one, numbers.get(item_id, 1))
    await items.update_items(tx, [{"id": item_id, "working_edition_id": one.edition_id}])
    _audit(tx, actor, head.unit_id, "update", item_id, one.edition_id, one.digest)
    return item_id


async def publish(tx: Transaction, actor: Actor, item_id: str, expected: int, *, change_note: str = "") -> str:
    """Releases the working edition. Without a date of its own it is published now."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_PUBLISH, Action.PUBLISH)
    if not head.working_edition_id:
        raise InvalidInput("There is no working edition to publish.", hint="Update the content first, or correct it.")
    await _require_current_draft(tx, head)
    step = workflow.advance(State(head.state), Action.PUBLISH)
    kind = Kind(head.kind)
    content = await content_of(tx, head.working_edition_id, kind)
    if content.published_at is None:
        content = replace(content, published_at=max(tx.now, content.embargo_at or tx.now))
    await _require_released_media(tx, content, item_id)
    one = Release(
        item_id,
        kind,
        head.unit_id,
        content,
        _verb(step),
        "publish",
        edition_id=head.working_edition_id,
        is_stored=True,
        head=head,
        state=step.to,
        change_note=change_note,
        approval_basis={"key": actor.id},
    )
    await go_live(tx, actor.id, [one])
    return item_id


async def correct(
    tx: Transaction,
    actor: Actor,
    item_id: str,
    expected: int,
    values: Mapping[str, Any],
    *,
    change_note: str,
    change_scale: ChangeScale = ChangeScale.MINOR,
) -> str:
    """Shows a new edition at once: the given fields over what is live. A note says what changed."""
    if not change_note.strip():
        raise InvalidInput("A correction says what was corrected.", field="changeNote")
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_CORRECT, Action.CORRECT)
    kind = Kind(head.kind)
    content = clean(kind, values, await content_of(tx, head.live_edition_id, kind))
    await _require_targets(tx, actor, content)
    await _release_live(tx, actor, head, content, Action.CORRECT, change_note=change_note, change_scale=change_scale)
    return item_id


async def place(tx: Transaction, actor: Actor, item_id: str, expected: int, sections: list[str]) -> str:
    """Puts content into exactly these sections; old addresses lead to the new ones."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_PLACE, Action.PLACE)
    kind = Kind(head.kind)
    if not head.live_edition_id or State(head.state) is State.DRAFT:
        return await update(tx, actor, item_id, expected, {"sections": sections})
    content = clean(kind, {"sections": sections}, await content_of(tx, head.live_edition_id, kind))
    await _require_targets(tx, actor, content)
    await _release_live(tx, actor, head, content, Action.PLACE)
    return item_id


async def repeal(
    tx: Transaction, actor: Actor, item_id: str, expected: int, *, by_id: str | None, on: str | None
) -> str:
    """Marks a policy as repealed, by another policy if one is named; its address stays."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_REPEAL, Action.REPEAL)
    kind = Kind(head.kind)
    if kind is not Kind.POLICY_DOCUMENT:
        raise InvalidInput("Only a policy document can be repealed.", field="id")
    content = await content_of(tx, head.live_edition_id, kind)
    details = {**content.details, "repealed_on": clean_date("on", on or local_day(tx.now))}
    if by_id is not None:
        await _require_item(tx, by_id, "byId")
        details["repealed_by_id"] = by_id
    content = replace(content, details=details)
    await _release_live(tx, actor, head, content, Action.REPEAL, change_note="废止", change_scale=ChangeScale.MAJOR)
    return item_id


async def withdraw(
    tx: Transaction,
    actor: Actor,
    item_id: str,
    expected: int,
    *,
    explanation: str,
    alternative_id: str | None = None,
    alternative_url: str | None = None,
) -> str:
    """Takes content back: its address then says why, and where to go instead."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_WITHDRAW, Action.WITHDRAW)
    await _unpublish(tx, actor, head, Action.WITHDRAW, explanation, alternative_id, alternative_url)
    return item_id


async def redirect(
    tx: Transaction, actor: Actor, item_id: str, expected: int, *, target_id: str | None, target_url: str | None
) -> str:
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_REDIRECT, Action.REDIRECT)
    if (target_id is None) == (target_url is None):
        raise InvalidInput("A redirect has either a target item or a target address.", field="targetId")
    if target_id == item_id:
        raise InvalidInput("Content cannot lead to itself.", field="targetId")
    if target_id is not None:
        await _require_live(tx, target_id, "targetId")
    await _unpublish(tx, actor, head, Action.REDIRECT, "", target_id, target_url)
    return item_id


async def remove(
    tx: Transaction, actor: Actor, item_id: str, expected: int, *, vanish: bool, explanation: str = ""
) -> str:
    """Gone: its address says so for ever. Vanished: the same as never existed; the log keeps a tombstone."""
    action = Action.REMOVE_VANISHED if vanish else Action.REMOVE_GONE
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_REMOVE, action)
    await _unpublish(tx, actor, head, action, explanation, None, None)
    return item_id


async def restore(tx: Transaction, actor: Actor, item_id: str, expected: int) -> str:
    """Shows what was withdrawn, redirected or archived again, as it was."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_RESTORE, Action.RESTORE)
    content = await content_of(tx, head.live_edition_id, Kind(head.kind))
    await items.clear_unpublishing(tx, item_id)
    await _show_again(tx, actor, head, content, Action.RESTORE)
    return item_id


async def archive(tx: Transaction, actor: Actor, item_id: str, expected: int) -> str:
    """Keeps content readable and marked 已归档; lists and search leave it out unless asked."""
    head = await _lock(tx, item_id, expected, actor, Permission.CONTENT_ARCHIVE, Action.ARCHIVE)
    content = await content_of(tx, head.live_edition_id, Kind(head.kind))
    await _show_again(tx, actor, head, content, Action.ARCHIVE)
    return item_id


async def _lock(
    tx: Transaction, item_id: str, expected: int, actor: Actor, permission: Permission, action: Action
) -> Any:
    """The item's row, locked, when the actor may and the lock version is the one it saw."""
    head = (await items.lock(tx, [item_id])).get(item_id) if is_id(item_id) else None
    if head is None:
        raise NotFound("There is no such content.", field="id")
    if head.state in HIDDEN_STATES and not actor.is_operator and head.unit_id not in actor.units:
        access.require(actor, permission, actor.unit_id or "")
        raise NotFound("There is no such content.", field="id")
    access.require(actor, permission, head.unit_id)
    if head.lock_version != expected:
        raise Conflict(
            f"The content has lock version {head.lock_version}; you sent {expected}.", field="expectedLockVersion"
        )
    workflow.advance(State(head.state), action)
    return head


def _newest(head: Any) -> str:
    return str(head.working_edition_id or head.live_edition_id)


def _verb(step: workflow.Step) -> Verb:
    if step.verb is None:
        raise ValueError("this step is not public")
    return step.verb


async def _release_live(
    tx: Transaction,
    actor: Actor,
    head: Any,
    content: EditionContent,
    action: Action,
    *,
    change_note: str = "",
    change_scale: ChangeScale = ChangeScale.MINOR,
) -> None:
    """A new edition over the live one, at once."""
    step = workflow.advance(State(head.state), action)
    await _require_released_media(tx, content, head.id)
    one = Release(
        head.id,
        Kind(head.kind),
        head.unit_id,
        content,
        _verb(step),
        action.value,
        head=head,
        state=step.to,
        change_note=change_note,
        change_scale=change_scale.value,
        approval_basis={"key": actor.id},
    )
    await go_live(tx, actor.id, [one])


async def _show_again(tx: Transaction, actor: Actor, head: Any, content: EditionContent, action: Action) -> None:
    """The same edition in another public state."""
    step = workflow.advance(State(head.state), action)
    one = Release(
        head.id,
        Kind(head.kind),
        head.unit_id,
        content,
        _verb(step),
        action.value,
        edition_id=head.live_edition_id,
        is_stored=True,
        head=head,
        state=step.to,
    )
    await go_live(tx, actor.id, [one], same_edition=True)


async def _unpublish(
    tx: Transaction,
    actor: Actor,
    head: Any,
    action: Action,
    explanation: str,
    target_id: str | None,
    target_url: str | None,
) -> None:
    """Leaves every list; the address answers with the explanation, unless the item vanishes."""
    step = workflow.advance(State(head.state), action)
    instead = "target" if action is Action.REDIRECT else "alternative"
    values = clean_unpublishing(explanation, target_url, required=action is Action.WITHDRAW, url_field=f"{instead}Url")
    if target_id is not None:
        await _require_item(tx, target_id, f"{instead}Id")
    one = _as_it_was(head, step, action)
    before = (await visible_tuples(tx, [one])).get(head.id, [])
    edition = [head.live_edition_id] if head.live_edition_id else []
    touched = sorted({row.target_id for row in await links.targets_of(tx, edition)}) if edition else []
    if step.to is not State.VANISHED:
        row = {**values, "item_id": head.id, "alternative_id": target_id, "at": tx.now}
        await items.write_unpublishing(tx, row)
    await listings.replace_rows(tx, [head.id], [], clear=True)
    await due.replace(tx, [head.id], [], clear=True)
    # what was never public does not speak when its embargo ends; `restore` opens the window again
    window = {"visible_from": NEVER} if head.visible_from > tx.now else {}
    await items.update_items(tx, [{"id": head.id, "state": step.to.value, "updated_at": tx.now, **window}])
    if step.verb is not None:
        tx.changes.append(NewChange(head.id, head.kind, step.verb, head.live_edition_id, before, None, touched))
    _audit(tx, actor, head.unit_id, action.value, head.id, head.live_edition_id, "", {"explanation": explanation})


def _as_it_was(head: Any, step: workflow.Step, action: Action) -> Release:
    return Release(
        head.id, Kind(head.kind), head.unit_id, EditionContent(""), step.verb or Verb.VANISHED, action.value, head=head
    )


def clean_unpublishing(
    explanation: str, url: str | None, *, required: bool, url_field: str = "alternativeUrl"
) -> dict[str, Any]:
    text = explanation.strip()
    if required and not text:
        raise InvalidInput("A withdrawal says why.", field="explanation")
    if len(text) > 2_000:
        raise InvalidInput("An explanation has at most 2000 characters.", field="explanation")
    if url is not None and not url.startswith(("https://", "http://")):
        raise InvalidInput("An address begins with https:// or http://.", field=url_field)
    return {"explanation": text, "alternative_url": url}


async def _require_targets(tx: Transaction, actor: Actor, content: EditionContent) -> None:
    """Sections exist, are no views, and lie on sites of the actor; link targets named by id exist."""
    sections = await structure.by_ids(tx, "section", filter(is_id, content.sections))
    if len(sections) != len(content.sections):
        missing = sorted(set(content.sections) - {row.id for row in sections})
        raise InvalidInput(f"There is no section {missing[0]}.", field="sections")
    for row in sections:
        if row.view is not None:
            raise InvalidInput(f"The section “{row.name}” is a view; it shows what its filter finds.", field="sections")
    access.require_sites(actor, (row.site_id for row in sections))
    named = {link.target_id for link in content.links if link.target_id}
    if named:
        stored = await items.lock(tx, named) if tx.dialect == "sqlite" else await items.heads(tx, named)
        if missing := sorted(named - set(stored)):
            raise InvalidInput(f"A link names {missing[0]}, which does not exist.", field="links")


async def _require_item(tx: Transaction, item_id: str, field: str) -> None:
    if not is_id(item_id) or item_id not in await items.heads(tx, [item_id]):
        raise InvalidInput(f"There is no content {item_id}.", field=field)


async def _require_live(tx: Transaction, item_id: str, field: str) -> None:
    """What readers are sent to is there to be read: no draft, and no redirect that leads on or back."""
    target = (await items.heads(tx, [item_id])).get(item_id) if is_id(item_id) else None
    if target is None or target.state not in items.LIVE_STATES:
        raise InvalidInput(f"There is no published content {item_id}.", field=field)


async def _require_current_draft(tx: Transaction, head: Any) -> None:
    """A draft older than what is live would silently take a correction back."""
    if not head.live_edition_id:
        return
    numbers = await items.edition_numbers(tx, [head.working_edition_id, head.live_edition_id])
    draft, live = numbers[head.working_edition_id], numbers[head.live_edition_id]
    if draft < live:
        raise ReleaseRefused(
            f"Edition {live} went live after this draft, edition {draft}, was begun; it would be taken back.",
            hint=f"Update the draft with what edition {live} says, then publish again.",
        )


async def _require_released_media(tx: Transaction, content: EditionContent, item_id: str) -> None:
    """A text may not go out while a media asset it shows is still a draft."""
    shown = set(content.media()) | {
        link.target_id
        for link in content.links
        if link.target_id and link.type in (LinkType.ATTACHES, LinkType.ILLUSTRATES)
    }
    shown.discard(item_id)
    if not shown:
        return
    stored = await items.heads(tx, [key for key in shown if is_id(key)])
    for key in sorted(shown):
        row = stored.get(key)
        if row is not None and row.kind == Kind.MEDIA_ASSET and row.state not in items.LIVE_STATES:
            raise ReleaseRefused(f"The media asset {key} is not published yet.", field="body")


def _audit(
    tx: Transaction,
    actor: Actor,
    unit_id: str,
    verb: str,
    item_id: str,
    edition_id: str | None,
    digest: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    tx.audits.append(NewAudit(unit_id, actor.id, verb, item_id, edition_id, digest, tx.now, dict(detail or {})))
