"""Logs: JSON lines with a request id and without secrets, one for each request."""

from __future__ import annotations

from hub.logs.lines import UVICORN_OPTIONS, configure_logs
from hub.logs.masking import MASK, Masker
from hub.logs.requests import RequestLog, current_request_id, new_request_id

__all__ = [
    "MASK",
    "UVICORN_OPTIONS",
    "Masker",
    "RequestLog",
    "configure_logs",
    "current_request_id",
    "new_request_id",
]
