"""Side files of links: joined to the rows before the first edition, so that importing them makes no corrections.

The file is held in memory, keyed by the id of the linking row: one short string a link (some 150 bytes), no objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.importing.fields import RowRefused, Where
from hub.importing.reading import SourceFile
from hub.importing.rules import Rule, RuleFailed, Tables, compile_rule
from hub.vocabulary.errors import ImportRefused

_FIELD, _LINK = "\x1f", "\x1e"
"""Unit and record separator: no id of a sound row holds them."""
_WANTED = ("from", "to", "type", "to_source")


@dataclass(slots=True)
class LinkTable:
    packed: dict[str, str] = field(default_factory=dict)
    joined: int = 0
    """Links handed to rows so far."""
    refused: list[RowRefused] = field(default_factory=list)
    """Lines of the side file that could not be used."""

    def add(self, source_id: str, type_: str, to_source: str, to_id: str) -> None:
        link = _FIELD.join((type_, to_source, to_id))
        before = self.packed.get(source_id)
        self.packed[source_id] = link if before is None else before + _LINK + link

    def links_of(self, source_id: str) -> list[dict[str, str]]:
        """Native link objects of one row, in the side file's order."""
        packed = self.packed.get(source_id)
        if packed is None:
            return []
        links = [link.split(_FIELD) for link in packed.split(_LINK)]
        self.joined += len(links)
        return [{"type": type_, "source": source, "source_id": to_id} for type_, source, to_id in links]


def load_links(written: Mapping[str, object], folder: Path, tables: Tables, into: LinkTable) -> None:
    """Reads one `[[links]]` entry of a mapping. Raises ImportRefused when its file is missing or damaged."""
    path = folder / str(written.get("file"))
    if not path.exists():
        raise ImportRefused(
            f"The side file of links {path.name} is not beside the imported file.",
            hint="Put it there, or import without links (--no-links).",
        )
    missing = [name for name in _WANTED if name not in written]
    if missing:
        raise ImportRefused(f"[[links]] of the mapping lacks {missing[0]!r}.", hint="Correct the mapping.")
    rules = [compile_rule(written[name], tables) for name in _WANTED]
    with SourceFile(path) as source:
        for raw in source:
            if raw.value is None:
                into.refused.append(RowRefused(raw.where, f"links({path.name})", raw.flaw))
            else:
                _add(raw.value, raw.where, path.name, rules, into)


def _add(value: Mapping[str, object], where: Where, name: str, rules: list[Rule], into: LinkTable) -> None:
    try:
        from_id, to_id, type_, to_source = _texts(value, rules)
    except RuleFailed as failure:
        into.refused.append(RowRefused(where, f"links({name})", str(failure)))
    else:
        into.add(from_id, type_, to_source, to_id)


def _texts(value: Mapping[str, object], rules: list[Rule]) -> Iterator[str]:
    for name, rule in zip(_WANTED, rules, strict=True):
        text = rule(value)
        if not isinstance(text, str) or not text or _FIELD in text or _LINK in text:
            raise RuleFailed(f"{name} is missing or no text.")
        yield text
