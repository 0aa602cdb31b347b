"""Expected refusals: one class each, with a stable `code`, a sentence, and what to do next.

A refusal is a result, not a crash: mutations return it as a `Problem`, queries as `errors[].extensions`.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all expected refusals. `field` names the input it is about, in the API's camel case, or is empty."""

    code: ClassVar[str] = "refused"
    hint: ClassVar[str] = ""

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.next_step = hint or self.hint


class InvalidInput(Refusal):
    code = "invalid_input"
    hint = "Correct the named field and send it again."


class NotFound(Refusal):
    code = "not_found"
    hint = "Check the id; you may also lack the right to see it."


class Unauthenticated(Refusal):
    code = "unauthenticated"
    hint = "Send a valid key: Authorization: Bearer hub_…"


class Forbidden(Refusal):
    code = "forbidden"
    hint = "Use a key whose unit, verbs and sites cover this content, or ask its owner."


class Conflict(Refusal):
    code = "conflict"
    hint = "Read the content again, merge your change and send it with the lock version you now see."


class IdempotencyMismatch(Refusal):
    code = "idempotency_mismatch"
    hint = "Use a new idempotency key for a different request."


class IllegalTransition(Refusal):
    code = "illegal_transition"


class ReleaseRefused(Refusal):
    """A release that a rule forbids, e.g. a still-draft media asset used by the text."""

    code = "release_refused"
    hint = "Mend what the message names, then publish again."


class AddressTaken(Refusal):
    code = "address_taken"
    hint = "Choose another path or code; addresses are kept for ever."


class CursorExpired(Refusal):
    code = "cursor_expired"
    hint = "Start again without a cursor and drop what the new pass does not touch."


class InvalidCursor(Refusal):
    code = "invalid_cursor"
    hint = "Use the cursors of this same list unchanged, or start again without one."


class LimitExceeded(Refusal):
    """Raised before anything is executed; the message names the limit and its value."""

    code = "limit_exceeded"
    hint = "Ask for less in one request, or page through it."


class SearchUnavailable(Refusal):
    code = "search_unavailable"
    hint = "Try again shortly; lists, sections and single items still answer."


class SettingsInvalid(Refusal):
    code = "settings_invalid"
    hint = "Correct the named setting and start again."


class ImportRefused(Refusal):
    code = "import_refused"
