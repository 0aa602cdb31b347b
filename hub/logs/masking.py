"""What must never stand in a log: keys, passwords, cookies and the hub's own secret, in whatever they are wrapped.

Three nets, since each alone has holes: by the name of the field, by the form of the text (Bearer …, hub_…, password=…,
user:password@), and by known value. Masking too much is accepted; a log with less in it is the smaller fault.
"""

from __future__ import annotations

import base64
import functools
import html
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
MAX_TEXT = 32_768
"""Characters of one text that reach a log line; patterns then stay quick on hostile input."""
MAX_DEPTH = 6
MAX_ELEMENTS = 200
SHORTEST_KNOWN = 6
"""A shorter secret would mask ordinary words; settings demand 32 characters."""

_NAMES = (
    r"password|passwd|passphrase|secret|credential|signature|session"
    r"|api[_.-]?key|access[_.-]?key|private[_.-]?key|token(?!s)"
)
_SENSITIVE_NAME = re.compile(rf"{_NAMES}|authorization|cookie", re.IGNORECASE)
# A quoted value with its escapes, one whose quotes are escaped themselves (JSON inside JSON), or a run without blanks.
_QUOTED = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\{1,64}["'].*?(?:\\{1,64}["']|\Z)"""
_BYTES = r"""(?:b(?=["']))?"""
_FORMS = (
    # Authorization: Basic …, ('cookie', 'a=b; c=d') and the like, to the end of the quote or line
    (rf"""((?:authorization|cookie)\\{{0,64}}["']?\s*[:=,]\s*{_BYTES})(?:{_QUOTED}|[^\r\n]+)""", rf"\g<1>{MASK}"),
    (r"(bearer(?:\s|%20|\+)+)[^\s'\"]+", rf"\g<1>{MASK}"),
    (r"hub_[\w.~+/=-]{16,}", MASK),
    # The password may hold anything, also / and @, so up to the last @ of the run
    (r"(://)\S{1,512}@", rf"\g<1>{MASK}@"),
    (
        rf"""((?:{_NAMES})[\w.-]{{0,40}}\\{{0,64}}["']?\]?(?:\s*[:=]\s*|(?<=["']),\s*){_BYTES})(?:{_QUOTED}|[^\s&]+)""",
        rf"\g<1>{MASK}",
    ),
)
_PATTERNS = [(re.compile(pattern, re.IGNORECASE | re.DOTALL), mask) for pattern, mask in _FORMS]
_HINTS = (
    *("author", "cookie", "bearer", "hub_", "://", "pass", "secret", "credential"),
    *("signature", "session", "key", "token"),
)
"""Each form holds one of these; a text without any is left alone, which is most texts and ten times quicker."""


class Masker:
    """Masks secrets in texts and in values of any nesting. `secrets` are values known to be secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known = _known_pattern(secret for secret in secrets if len(secret) >= SHORTEST_KNOWN)

    def text(self, text: str) -> str:
        """The text without secrets, without lone surrogates, and no longer than about MAX_TEXT."""
        masked = _cut(text).encode("utf-8", "backslashreplace").decode("utf-8")
        if self._known:
            masked = self._known.sub(MASK, masked)
        lowered = masked.lower()
        if any(hint in lowered for hint in _HINTS):
            for pattern, mask in _PATTERNS:
                masked = pattern.sub(mask, masked)
        return masked

    def value(self, value: Any, depth: int = 0) -> Any:
        """The value as JSON can carry it, masked throughout; what JSON does not know becomes its masked `repr`."""
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return value if abs(value) < 2**53 else str(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes | bytearray):
            return self.text(value.decode("utf-8", "backslashreplace"))
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            return self._mapping(value, depth)
        if isinstance(value, list | tuple | set | frozenset) and depth < MAX_DEPTH:
            return self._elements(list(value), depth)
        return self.text(_shown(value))

    def _mapping(self, mapping: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        pairs = list(mapping.items())[:MAX_ELEMENTS]
        names = [_name(key) for key, _ in pairs]
        return {self.text(name): self._named(name, pair[1], depth) for name, pair in zip(names, pairs, strict=True)}

    def _elements(self, elements: list[Any], depth: int) -> list[Any]:
        if len(elements) == 2 and isinstance(elements[0], str | bytes):  # a header as (name, value)
            return [self.value(elements[0]), self._named(_name(elements[0]), elements[1], depth)]
        rest = ["…"] if len(elements) > MAX_ELEMENTS else []
        return [self.value(element, depth + 1) for element in elements[:MAX_ELEMENTS]] + rest

    def _named(self, name: str, value: Any, depth: int) -> Any:
        if value is not None and not isinstance(value, bool) and _is_sensitive(name):
            return MASK
        return self.value(value, depth + 1)


@functools.lru_cache(maxsize=1024)
def _is_sensitive(name: str) -> bool:
    return _SENSITIVE_NAME.search(name) is not None


def _cut(text: str) -> str:
    """Cuts a long text between words: half a secret would escape the patterns."""
    if len(text) <= MAX_TEXT:
        return text
    head = text[:MAX_TEXT]
    words = head.rsplit(maxsplit=1)
    return (words[0] if len(words) == 2 else "") + " … (cut)"


def _name(key: Any) -> str:
    if isinstance(key, bytes):
        return key.decode("latin-1")
    return key if isinstance(key, str) else _shown(key)


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__} that cannot be shown>"


def _known_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _disguises(secret)}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(_however_escaped, longest_first))) if forms else None


def _disguises(secret: str) -> set[str]:
    """The secret as it looks once encoded on its way into a text."""
    encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret), html.escape(secret)}
    return {secret, base64.b64encode(secret.encode()).decode().rstrip("=")} | encoded


def _however_escaped(secret: str) -> str:
    """A pattern for the secret after any number of `repr` or JSON escapes, which add backslashes before these signs."""
    parts = re.findall(r"""\\*["']|\\+|[^"'\\]+""", secret)
    return "".join(_escaped_part(part) for part in parts)


def _escaped_part(part: str) -> str:
    if part[-1] in "\"'":
        return rf"\\{{{len(part) - 1},64}}{part[-1]}"
    return rf"\\{{{len(part)},64}}" if part[-1] == "\\" else re.escape(part)
