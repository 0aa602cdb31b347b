"""A real server with our logs: every line on stderr is ours, and a failed request is told once."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

KEY = "hub_Ab3dEf6hIj9kLm2nOp5q"
SERVER = """
import sys, uvicorn
from hub.logs import UVICORN_OPTIONS, RequestLog, configure_logs
configure_logs("info")
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan here")
    if scope["path"] == "/fail":
        raise ValueError("Bearer planted-secret")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
uvicorn.run(RequestLog(app), host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", **UVICORN_OPTIONS)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str) -> tuple[int, str]:
    """Status and request id; waits up to 20 s for the server to come up."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.headers["x-request-id"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["x-request-id"]
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def test_all_lines_of_a_server_are_ours_and_a_failure_is_told_once() -> None:
    base = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stderr=subprocess.PIPE, text=True)
    try:
        answers = [ask(f"{base}/a?token={KEY}"), ask(f"{base}/fail")]
        process.send_signal(signal.SIGTERM)
        _, output = process.communicate(timeout=20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    lines: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    told = [(line["event"], line.get("status"), line["request_id"]) for line in lines if "request_id" in line]
    assert [status for status, _ in answers] == [200, 500]
    assert told == [
        ("request", 200, answers[0][1]),
        ("request failed", None, answers[1][1]),
        ("request", 500, answers[1][1]),
    ]
    assert {line["logger"] for line in lines} == {"uvicorn.error", "hub.requests"}
    assert "planted" not in output
    assert KEY not in output
