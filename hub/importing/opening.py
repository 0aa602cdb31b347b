"""From a path to rows: which format a file has, its mapping, its side files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.importing.fields import RowRefused
from hub.importing.mapping import (
    NATIVE,
    MappingFile,
    detect,
    find_mapping,
    mapped_rows,
    native_rows,
    on_site,
    read_links,
)
from hub.importing.reading import SourceFile, first_object
from hub.importing.rows import Row
from hub.importing.side_links import LinkTable
from hub.vocabulary.errors import ImportRefused


@dataclass(frozen=True, slots=True)
class OpenedRows:
    """A file and the rows it holds. The rows can be gone through once."""

    file: SourceFile
    rows: Iterator[Row | RowRefused]
    mapping: str
    links: LinkTable


@contextmanager
def open_rows(
    path: Path, *, mapping: str | None = None, site: str | None = None, with_links: bool = True
) -> Iterator[OpenedRows]:
    """Opens a file by the named mapping (shipped name or path), or by what its first row looks like.

    `site` places a foreign file's items on that existing site. Raises ImportRefused.
    """
    chosen = _mapping_of(path, mapping)
    if chosen is None:
        with SourceFile(path) as file:
            yield OpenedRows(file, native_rows(file), NATIVE, LinkTable())
        return
    if site is not None:
        chosen = on_site(chosen, site)
    links = read_links(chosen, path.parent) if with_links else LinkTable()
    with SourceFile(path, encoding=chosen.encoding) as file:
        yield OpenedRows(file, mapped_rows(file, chosen, links), chosen.name, links)


def _mapping_of(path: Path, name: str | None) -> MappingFile | None:
    """The mapping to read a file by; None for the native format."""
    if name is None:
        first = first_object(path)
        name = NATIVE if first is None else detect(first)
    if name is None:
        raise ImportRefused(
            f"{path.name} is neither in the native format nor in one a shipped mapping knows.",
            hint="Name a mapping file with --map FILE.",
        )
    return None if name == NATIVE else find_mapping(name)
