"""Writing imported rows: one transaction a batch, nothing for a row that says nothing new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hub.access import Actor
from hub.content import workflow
from hub.content.drafting import EditionContent, LinkTo, clean
from hub.content.release import Release, go_live
from hub.content.working import write_draft
from hub.importing.hashing import row_hash
from hub.importing.importer import BatchResult
from hub.importing.places import Places
from hub.importing.rows import ItemRow, Row, SectionRow, SiteRow, UnitRow
from hub.vocabulary.clock import Clock
from hub.vocabulary.enums import Kind, State, Verb
from hub.vocabulary.errors import IllegalTransition, InvalidInput, Refusal
from hub.vocabulary.ids import new_id
from storage.database import BULK, Database, Transaction
from storage.stores import items, media

DEFAULT_NOTE = "来源更新"
"""Change note of a correction whose row brings none."""


class Objects(Protocol):
    """Where media files go."""

    async def put(self, source: Path | bytes) -> Any: ...


class Refused(Exception):
    """One row cannot be written: field and reason, for the reject file."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


@dataclass(slots=True)
class DatabaseTarget:
    """Implements `importer.ImportTarget`. With `is_dry` it validates and counts, and writes nothing.

    `folder` is where media paths begin; `batch_name` is what the approval basis of its editions names.
    """

    database: Database
    actor: Actor
    clock: Clock
    folder: Path
    batch_name: str
    objects: Objects | None = None
    is_dry: bool = False
    places: Places = field(default_factory=Places)

    async def write(self, batch: Sequence[Row]) -> BatchResult:
        now = self.clock()
        outcome = Outcome()
        try:
            if self.is_dry:
                async with self.database.snapshot() as connection:
                    await self._write(Transaction(connection, now, BULK), batch, outcome)
            else:
                async with self.database.transaction(now, BULK) as tx:
                    await self._write(tx, batch, outcome)
        except BaseException:
            self.places.forget()  # ids given in a transaction that did not commit
            raise
        return BatchResult(outcome.created, outcome.corrected, outcome.unchanged, outcome.refused)

    async def finish(self) -> None:
        return None

    async def _write(self, tx: Transaction, batch: Sequence[Row], outcome: Outcome) -> None:
        waiting: list[ItemRow] = []
        for row in batch:
            if isinstance(row, ItemRow):
                if any(row.key == other.key for other in waiting):
                    await self._write_items(tx, waiting, outcome)
                    waiting = []
                waiting.append(row)
                continue
            # places stand before the items that need them; the order of the file is kept
            await self._write_items(tx, waiting, outcome)
            waiting = []
            try:
                await self._write_place(tx, row)
            except Refused as refused:
                outcome.refused.append((row, refused.name, refused.reason))
        await self._write_items(tx, waiting, outcome)

    async def _write_place(self, tx: Transaction, row: UnitRow | SiteRow | SectionRow) -> None:
        try:
            await self.places.put(tx, self.actor, row, is_dry=self.is_dry)
        except Refusal as refusal:
            raise Refused(refusal.field, refusal.message) from refusal

    async def _write_items(self, tx: Transaction, rows: Sequence[ItemRow], outcome: Outcome) -> None:
        if not rows:
            return
        hashes = {row.key: self._hash(row) for row in rows}
        known = await items.by_sources(tx, hashes)
        fresh = [row for row in rows if row.key not in known or known[row.key].row_hash != hashes[row.key]]
        outcome.unchanged += len(rows) - len(fresh)
        await self.places.load(tx, fresh)
        stored = [known[row.key].id for row in fresh if row.key in known]
        heads = await items.lock(tx, stored) if stored else {}
        releases: list[Release] = []
        for row in fresh:
            head = heads.get(known[row.key].id) if row.key in known else None
            try:
                one = await self._release_of(tx, row, head, hashes[row.key])
            except Refused as refused:
                outcome.refused.append((row, refused.name, refused.reason))
                continue
            outcome.count(is_new=head is None)
            if row.state is State.DRAFT:
                await self._draft(tx, one)
            else:
                releases.append(one)
        if releases and not self.is_dry:
            await go_live(tx, self.actor.id, releases)

    def _hash(self, row: ItemRow) -> str:
        """The row's hash, and that of the file it brings: new bytes under an old path are news."""
        digest, path = row_hash(row), self.folder / row.file
        if not row.file or not path.is_file():
            return digest
        return hashlib.sha256(digest.encode() + path.read_bytes()).hexdigest()

    async def _draft(self, tx: Transaction, one: Release) -> None:
        if not self.is_dry:
            await write_draft(tx, self.actor, one)

    async def _release_of(self, tx: Transaction, row: ItemRow, head: Any, digest: str) -> Release:
        unit_id, site_id, sections = self.places.of(row)
        content = await self._content(tx, row, sections)
        state, verb = _step(row, head)
        return Release(
            item_id=head.id if head is not None else new_id(),
            kind=row.kind,
            unit_id=unit_id,
            content=content,
            verb=verb,
            audit_verb="import" if head is None else "import_correction",
            head=head,
            state=state,
            site_id=site_id,
            source=row.source,
            source_id=row.source_id,
            row_hash=digest,
            change_note=(row.change_note or DEFAULT_NOTE) if head is not None else row.change_note,
            change_scale=row.change_scale.value,
            approval_basis={"batch": self.batch_name},
        )

    async def _content(self, tx: Transaction, row: ItemRow, sections: tuple[str, ...]) -> EditionContent:
        details = dict(row.details)
        hub_details: dict[str, Any] = {}
        if row.file:
            stored, hub_details = await self._store(tx, row)
            details = {**stored, **details}
        values = {
            "title": row.title,
            "summary": row.summary,
            "body": row.body,
            "body_format": row.body_format,
            "source_name": row.origin,
            "source_url": row.url,
            "author": row.author,
            "language": row.language,
            "made_on": row.made_on or None,
            "published_at": row.published_at,
            "embargo_at": row.embargo_at,
            "expires_at": row.expires_at,
            "audience": row.audience or ("public",),
            "publicity": row.publicity,
            "keywords": row.keywords,
            "details": details,
            "links": [LinkTo(link.type, None, link.source, link.source_id) for link in row.links],
            "sections": sections,
        }
        try:
            content = clean(row.kind, values)
        except InvalidInput as refusal:
            raise Refused(refusal.field, refusal.message) from refusal
        return content if not hub_details else with_details(content, hub_details)

    async def _store(self, tx: Transaction, row: ItemRow) -> tuple[dict[str, Any], dict[str, Any]]:
        """Takes a media file into the object store; details it can tell, and its key."""
        path = self.folder / row.file
        if row.kind is not Kind.MEDIA_ASSET:
            raise Refused("file", "only a media asset has a file.")
        if self.objects is None or not path.is_file():
            raise Refused("file", f"there is no file {row.file}.")
        from hub.content.media import inspect

        seen = inspect(path)
        if self.is_dry:
            return seen.details(), {}
        stored = await self.objects.put(path)
        await media.record_object(tx, {
            "object_key": stored.object_key,
            "sha256": stored.sha256,
            "size": stored.size,
            "media_type": seen.media_type,
            "created_at": tx.now,
        })  # fmt: skip
        return {**seen.details(), "sha256": stored.sha256}, {"object_key": stored.object_key}


@dataclass(slots=True)
class Outcome:
    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: list[tuple[Row, str, str]] = field(default_factory=list)

    def count(self, *, is_new: bool) -> None:
        if is_new:
            self.created += 1
        else:
            self.corrected += 1


def _step(row: ItemRow, head: Any) -> tuple[State, Verb]:
    """What the row does to an item that is known or not. Raises `Refused` for one that was unpublished here."""
    if head is None:
        return State.LIVE, Verb.PUBLISHED
    if head.kind != row.kind:
        raise Refused("kind", f"is {row.kind.value} here, and {head.kind} in the hub.")
    if row.state is State.DRAFT:
        action = workflow.Action.UPDATE
    else:
        action = workflow.Action.PUBLISH if head.state == State.DRAFT else workflow.Action.CORRECT
    try:
        step = workflow.advance(State(head.state), action)
    except IllegalTransition as refusal:
        raise Refused("state", f"is {head.state} in the hub; restore it there first.") from refusal
    return step.to, step.verb or Verb.CORRECTED


def with_details(content: EditionContent, more: Mapping[str, Any]) -> EditionContent:
    from dataclasses import replace

    return replace(content, details={**content.details, **more})
