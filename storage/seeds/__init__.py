"""The shipped sample: files in the native exchange format, to be imported in this order (see README.md)."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

SAMPLE: tuple[Path, ...] = tuple(
    _HERE / f"{name}.jsonl.zst" for name in ("01-nodes", "02-laws", "03-services", "04-local")
)
