"""Taking typed values out of one parsed JSON object; what cannot be taken is refused with line, field and reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import TypeVar

from hub.vocabulary.clock import Instant, parse_instant
from hub.vocabulary.details import (
    MAX_INT,
    MAX_LINE,
    MAX_TEXT,
    FieldType,
    camel,
    clean_detail,
    clean_line,
    clean_lines,
    clean_text,
    flaw_of_text,
)
from hub.vocabulary.errors import InvalidInput

MAX_CODE = 200

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_INSTANT = re.compile(
    r"(?:1[1-9]|2\d)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)

Member = TypeVar("Member", bound=StrEnum)
Default = TypeVar("Default")
Cleaned = TypeVar("Cleaned")


@dataclass(frozen=True, slots=True)
class Where:
    """A row's place in its file: line from 1, byte offset of the line's start in the (unpacked) text."""

    line: int = 0
    offset: int = 0


class RowRefused(Exception):
    """One row that cannot be taken; the import goes on with the next."""

    def __init__(self, where: Where, field: str, reason: str, key: Mapping[str, str] | None = None) -> None:
        super().__init__(f"line {where.line}: {field} {reason}")
        self.where = where
        self.line = where.line
        self.field = field
        self.reason = reason
        self.key = dict(key or {})


class Fields:
    """One object. Every value asked for is ticked off; `refuse_unknown` names the first key nobody asked for."""

    __slots__ = ("_asked", "_prefix", "_raw", "where")

    def __init__(self, raw: Mapping[str, object], where: Where, prefix: str = "") -> None:
        self._raw = raw
        self._asked = {"kind"} if not prefix else set[str]()
        self._prefix = prefix
        self.where = where

    def refusal(self, name: str, reason: str) -> RowRefused:
        key = {} if self._prefix else key_of_raw(self._raw)
        return RowRefused(self.where, self._prefix + name, reason, key)

    def refuse_unknown(self) -> None:
        for name in self._raw:
            if name not in self._asked:
                raise self.refusal(name, "is not a known key.")

    def text(self, name: str, *, limit: int = MAX_TEXT) -> str:
        value = self._take(name)
        return "" if value is None else self._clean(name, clean_text, value, limit)

    def line(self, name: str, *, required: bool = False, limit: int = MAX_LINE) -> str:
        value = self._take(name)
        line = "" if value is None else self._clean(name, clean_line, value, limit)
        if required and not line:
            raise self.refusal(name, "is required.")
        return line

    def verbatim(self, name: str, *, limit: int) -> str:
        """Text exactly as it stands, white space included."""
        value = self._take(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.refusal(name, "must be text.")
        if flaw := flaw_of_text(value):
            raise self.refusal(name, flaw)
        if len(value) > limit:
            raise self.refusal(name, f"has {len(value)} characters; at most {limit} are allowed.")
        return value

    def lines(self, name: str) -> tuple[str, ...]:
        """Distinct non-blank lines in the order given."""
        value = self._take(name)
        if value is None:
            return ()
        return tuple(dict.fromkeys(self._clean(name, clean_lines, value, MAX_LINE)))

    def values(self, name: str) -> tuple[str, ...]:
        """One line, or a list of distinct ones."""
        value = self._take(name)
        if value is None:
            return ()
        given = value if isinstance(value, list | tuple) else [value]
        return tuple(dict.fromkeys(self._clean(name, clean_lines, given, MAX_LINE)))

    def codes(self, name: str) -> tuple[str, ...]:
        codes = self.values(name)
        if not all(_CODE.fullmatch(code) for code in codes):
            raise self.refusal(name, "must be a slug: a-z, 0-9, and - . _ inside, at most 64 characters.")
        return codes

    def code(self, name: str, *, required: bool = False) -> str:
        code = self.line(name, required=required, limit=MAX_CODE)
        if code and not _CODE.fullmatch(code):
            raise self.refusal(name, "must be a slug: a-z, 0-9, and - . _ inside, at most 64 characters.")
        return code

    def path(self, name: str) -> str:
        """Codes joined by `/`, without a slash at either end."""
        path = self.line(name)
        if path and not _is_path(path):
            raise self.refusal(name, "must be codes joined by /.")
        return path

    def paths(self, name: str) -> tuple[str, ...]:
        """Section paths, each possibly with another site's code and `:` before it."""
        paths = self.values(name)
        for path in paths:
            site, colon, rest = path.rpartition(":")
            if not _is_path(rest) or (colon and not _CODE.fullmatch(site)):
                raise self.refusal(name, f"holds {path!r}, which is not a path of codes joined by /.")
        return paths

    def one_of(self, name: str, enum: type[Member], default: Default, *, required: bool = False) -> Member | Default:
        value = self._take(name)
        if value is None:
            if required:
                raise self.refusal(name, "is required.")
            return default
        return self.member(name, enum, value)

    def member(self, name: str, enum: type[Member], value: object) -> Member:
        try:
            return enum(value if isinstance(value, str) else "")
        except ValueError:
            choices = ", ".join(member.value for member in enum)
            raise self.refusal(name, f"must be one of: {choices}.") from None

    def whole_number(self, name: str) -> int | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INT:
            raise self.refusal(name, f"must be a whole number from 0 to {MAX_INT}.")
        return value

    def day(self, name: str) -> str:
        return self._detail(name, FieldType.DATE)

    def web_address(self, name: str) -> str:
        return self._detail(name, FieldType.URL)

    def instant(self, name: str) -> Instant | None:
        """ISO 8601; a bare day is its first moment, and a time without a zone local time (Asia/Shanghai)."""
        value = self._take(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                return parse_instant(value)
            except (ValueError, OverflowError):
                pass
        raise self.refusal(name, "must be an instant in ISO 8601, such as 2026-05-01T09:00:00+08:00.")

    def language(self, name: str, default: str) -> str:
        language = self.line(name, limit=MAX_CODE)
        if language and not _LANGUAGE.fullmatch(language):
            raise self.refusal(name, "must be a language tag such as zh-CN.")
        return language or default

    def relative_file(self, name: str) -> str:
        """A path that stays inside the imported file's folder."""
        path = self.line(name)
        if not path:
            return ""
        if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive or "\\" in path or ".." in path.split("/"):
            raise self.refusal(name, "must be a path below the imported file's folder, with / and without ..")
        return path

    def mapping(self, name: str) -> Mapping[str, object]:
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.refusal(name, "must be an object.")
        return value

    def inside(self, name: str) -> Fields | None:
        """The object under a key, or None when the key is absent."""
        if self._raw.get(name) is None:
            self._asked.add(name)
            return None
        return Fields(self.mapping(name), self.where, f"{self._prefix}{name}.")

    def objects(self, name: str, limit: int) -> list[Fields]:
        value = self._take(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.refusal(name, "must be a list of objects.")
        if len(value) > limit:
            raise self.refusal(name, f"has {len(value)} entries; at most {limit} are allowed.")
        return [Fields(entry, self.where, f"{self._prefix}{name}[{n}].") for n, entry in enumerate(value)]

    def _take(self, name: str) -> object:
        self._asked.add(name)
        return self._raw.get(name)

    def _detail(self, name: str, type_: FieldType) -> str:
        value = self._take(name)
        if value is None or value == "":
            return ""
        try:
            return str(clean_detail(type_, name, value))
        except InvalidInput as refusal:
            raise self._restated(name, refusal) from None

    def _clean(self, name: str, cleaner: Callable[[str, object, int], Cleaned], value: object, limit: int) -> Cleaned:
        try:
            return cleaner(name, value, limit)
        except InvalidInput as refusal:
            raise self._restated(name, refusal) from None

    def _restated(self, name: str, refusal: InvalidInput) -> RowRefused:
        """Files write snake case, the API camel case: the reason is told without the API's name."""
        return self.refusal(name, refusal.message.removeprefix(f"{camel(name)} "))


def _is_path(path: str) -> bool:
    return all(_CODE.fullmatch(code) for code in path.split("/"))


def key_of_raw(raw: Mapping[str, object]) -> dict[str, str]:
    """The identifying keys an object shows, even when it is not a sound row."""
    return {name: value[:MAX_CODE] for name in _KEY_NAMES if isinstance(value := raw.get(name), str)}


_KEY_NAMES = ("kind", "source", "source_id", "site", "parent", "code", "id")
