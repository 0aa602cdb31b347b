"""A server that ends cleanly: Ctrl-C and SIGTERM let requests finish, close the writer, and exit with 0."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

import uvicorn


class StoppingServer(uvicorn.Server):
    """uvicorn raises the signal again when it has ended, so that a clean stop would look like a death."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        kept = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
