"""What a media file is, told by its bytes and not by its name."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNKNOWN = "application/octet-stream"
_HEAD = 8_192
TYPES: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/x-wav": "wav",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/msword": "doc",
}
"""Types served as what they are; everything else is served as a download without a type."""


@dataclass(frozen=True, slots=True)
class Inspected:
    media_type: str
    file_name: str
    size: int

    def details(self) -> dict[str, Any]:
        return {"media_type": self.media_type, "file_name": self.file_name, "size": self.size}


def inspect(path: Path) -> Inspected:
    """Type by content from the allow-list; plain text only by agreement of name and bytes."""
    import filetype

    with path.open("rb") as file:
        head = file.read(_HEAD)
    guessed = filetype.guess_mime(head)
    media_type = guessed if guessed in TYPES else _text_type(path, head)
    return Inspected(media_type, path.name, path.stat().st_size)


def _text_type(path: Path, head: bytes) -> str:
    named = mimetypes.guess_type(path.name)[0]
    if named not in ("text/plain", "text/csv") or b"\x00" in head:
        return UNKNOWN
    return named
