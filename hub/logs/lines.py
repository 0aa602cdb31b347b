"""How log lines are written: one handler, one JSON object a line, on stderr.

Our own events (structlog), those of uvicorn and other libraries (logging), warnings and crashes all end here, and the
last step before writing masks secrets. A line that cannot be written is replaced by one that shows none of its content.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter

from hub.logs.masking import Masker
from hub.logs.requests import current_request_id

Event = MutableMapping[str, Any]

UVICORN_OPTIONS: dict[str, Any] = {"log_config": None, "access_log": False}
"""Handed to uvicorn.Config, so that it neither writes its own lines nor undoes this set-up."""

QUIET = ("aiosqlite", "alembic", "asyncio", "sqlalchemy", "python_multipart", "markdown_it", "watchfiles")
"""Libraries whose lesser lines carry statements with parameters, or say nothing: from WARNING on only."""

# Ends of lines to some readers, and control signs to terminals, which JSON leaves as they are
_BREAKS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}

UNWRITABLE = "a log line could not be written"


def configure_logs(level: str = "info", secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Sends every log line of the process to `stream` (stderr) as JSON. `secrets` are masked wherever they appear.

    Called once at start; a second call replaces the first.
    """
    handler = _LineHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(Masker(secrets)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _tame_libraries()
    _configure_structlog()
    logging.captureWarnings(True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash


def _tame_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False  # RequestLog writes that line, without the values of the query
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _formatter(masker: Masker) -> logging.Formatter:
    def render(_: Any, __: str, event: Event) -> str:
        return orjson.dumps(masker.value(_ordered(event))).decode().translate(_BREAKS)

    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
        processors=[_stamp, ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, render],
    )


def _stamp(_: Any, __: str, event: Event) -> Event:
    moment = datetime.fromtimestamp(event["_record"].created, UTC)
    event["time"] = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return event


def _ordered(event: Event) -> dict[str, Any]:
    """The fields every line has come first, so that lines can be read below each other."""
    first = {name: event.pop(name, "") for name in ("time", "level", "event")}
    request_id = event.pop("request_id", "") or current_request_id()
    return first | ({"request_id": request_id} if request_id else {}) | dict(event)


class _LineHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """logging would print the message and its arguments, secrets and all; this names only the logger."""
        line = {"level": "error", "event": UNWRITABLE, "logger": record.name, "line": record.lineno}
        try:
            self.stream.write(orjson.dumps(line).decode() + self.terminator)
            self.flush()
        except Exception:
            return  # stderr itself is gone: there is nobody left to tell


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("hub").critical("crashed", exc_info=(kind, error, trace))


def _log_thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None and not _came_too_late(crash.exc_value):
        logging.getLogger("hub").critical(
            "a thread crashed", exc_info=(crash.exc_type, crash.exc_value, crash.exc_traceback)
        )


def _came_too_late(error: BaseException) -> bool:
    """A database thread's answer to a command that has ended meanwhile, with the error it had already told."""
    return isinstance(error, RuntimeError) and str(error) == "Event loop is closed"


def restore_defaults() -> None:
    """Undoes `configure_logs`; for tests, and for a program that embeds the hub."""
    logging.captureWarnings(False)
    logging.getLogger().handlers = []
    structlog.reset_defaults()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
