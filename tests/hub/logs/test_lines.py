from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hub.logs.lines import UNWRITABLE, UVICORN_OPTIONS, configure_logs, restore_defaults

SECRET = "Zk7-planted'\"\\secret-9Qw4rT2mNb8vLx"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    stream = io.StringIO()
    configure_logs("info", [SECRET], stream)
    yield stream
    restore_defaults()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture
def lines(stream: io.StringIO) -> Lines:
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_has_time_level_event_and_fields(lines: Lines) -> None:
    structlog.get_logger("hub.demo").info("published", item="x", count=2)

    (line,) = lines()
    assert list(line)[:3] == ["time", "level", "event"]
    assert len(line.pop("time")) == len("2026-01-01T00:00:00.000000Z")
    assert line == {"level": "info", "event": "published", "logger": "hub.demo", "item": "x", "count": 2}


def test_line_of_another_library_has_the_same_form(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("Shutting %s", "down", extra={"color_message": "x"})

    (line,) = lines()
    line.pop("time")
    assert line == {"level": "warning", "event": "Shutting down", "logger": "uvicorn.error"}


def test_lines_below_the_level_and_the_server_access_lines_are_not_written(lines: Lines) -> None:
    structlog.get_logger("hub.demo").debug("detail")
    logging.getLogger("aiosqlite").info("executing with parameters")
    logging.getLogger("uvicorn.access").info("GET /?token=x")

    assert lines() == []
    assert UVICORN_OPTIONS == {"log_config": None, "access_log": False}


def test_text_with_line_breaks_and_lone_surrogates_stays_one_line(stream: io.StringIO, lines: Lines) -> None:
    structlog.get_logger("hub.demo").info("two\nlines\r\n\u2028\x85\x9b", text="\ud800 中文")

    assert len(stream.getvalue().splitlines()) == 1
    assert lines()[0]["event"] == "two\nlines\r\n\u2028\x85\x9b"
    assert "中文" in stream.getvalue()


def test_exception_is_logged_with_its_chain(lines: Lines) -> None:
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError("outer") from inner
    except ValueError:
        structlog.get_logger("hub.demo").exception("failed")
        logging.getLogger("other").exception("failed too")

    for line in lines():
        assert line["level"] == "error"
        assert "KeyError: 'inner'" in line["exception"]
        assert "ValueError: outer" in line["exception"]


@given(st.sampled_from(["structlog", "logging"]), st.sampled_from(["plain", "bearer", "chained", "argument", "field"]))
def test_no_secret_reaches_the_stream(kind: str, way: str) -> None:
    stream = io.StringIO()
    configure_logs("debug", [SECRET], stream)
    log: Any = structlog.get_logger("hub.demo") if kind == "structlog" else logging.getLogger("hub.demo")
    try:
        plant(log, way)
    finally:
        restore_defaults()

    assert stream.getvalue().count("\n") == 1
    assert "planted" not in stream.getvalue()
    assert "9Qw4" not in stream.getvalue()
    assert json.loads(stream.getvalue())["level"] == "error"


def plant(log: Any, way: str) -> None:
    match way:
        case "plain":
            log.error(f"key {SECRET} failed")
        case "bearer":
            log.error("Authorization: Bearer planted9Qw4")
        case "argument":
            log.error("sent %s and %s", SECRET, {"cookie": "planted"})
        case "field" if isinstance(log, logging.Logger):
            log.error("sent", extra={"password": SECRET})
        case "field":
            log.error("sent", headers={"authorization": "planted"}, detail=[{"error": ValueError(SECRET)}])
        case _:
            try:
                try:
                    raise KeyError(SECRET)
                except KeyError as inner:
                    raise ExceptionGroup("all", [ValueError({"x": SECRET}), OSError(5, SECRET)]) from inner
            except ExceptionGroup:
                log.exception("failed", exc_info=True)


def test_line_that_cannot_be_made_shows_neither_message_nor_arguments(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    record = logging.LogRecord("other", logging.ERROR, __file__, 7, "%d items for %s", ("planted-text", SECRET), None)

    logging.getLogger().handlers[0].handle(record)

    (line,) = lines()
    assert (line["event"], line["logger"]) == (UNWRITABLE, "other")
    assert "planted" not in json.dumps(line) + capsys.readouterr().err


def test_warnings_are_lines_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)  # pytest's own catch is undone for this block
        warnings.warn(f"old {SECRET}", stacklevel=1)

    (line,) = lines()
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "planted" not in json.dumps(line)


CRASH = """
import sys, threading
from hub.logs import configure_logs
configure_logs("info", [sys.argv[1]])
def fail(): raise ValueError("with " + sys.argv[1])
thread = threading.Thread(target=fail); thread.start(); thread.join()
fail()
"""


def test_crash_of_a_thread_and_of_the_process_are_lines_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, SECRET], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["a thread crashed", "crashed"]
    assert all("ValueError: with ***" in json.loads(line)["exception"] for line in done.stderr.splitlines())
    assert "planted" not in done.stderr
