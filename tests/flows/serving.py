"""A hub as its own processes, for flows and benchmarks: run commands, serve, ask through GraphQL, kill.

Nothing of the hub is imported: what is tried here is what a stranger gets from `python -m hub`.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
READY_POLL_SECONDS = 0.005
KEPT_SECONDS = 3.0
"""An idle connection is not used again after this: the server ends them after five seconds."""
Json = dict[str, Any]


class GraphQLFailed(Exception):
    """The answer carries errors, or the server answered nothing that is GraphQL."""


class Refused(Exception):
    """A mutation came back with problems."""

    def __init__(self, problems: Sequence[Json]) -> None:
        super().__init__("; ".join(f"{one['code']}: {one['message']}" for one in problems))
        self.codes = [str(one["code"]) for one in problems]


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@dataclass
class Client:
    """One kept-alive connection. Not for two threads at a time."""

    port: int
    key: str | None = None
    timeout: float = 30.0
    _connection: http.client.HTTPConnection | None = None
    _used: float = 0.0

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Json:
        """`data` of the answer. Raises `GraphQLFailed`, OSError or HTTPException when the server is gone."""
        status, body = self.send("POST", "/graphql", {"query": query, "variables": dict(variables or {})})
        try:
            answer = json.loads(body)
        except ValueError:
            raise GraphQLFailed(f"{status}: {body[:500]!r}") from None
        if answer.get("errors") or answer.get("data") is None:
            raise GraphQLFailed(f"{status}: {json.dumps(answer.get('errors'), ensure_ascii=False)[:1000]}")
        return dict(answer["data"])

    def write(self, query: str, variables: Mapping[str, Any]) -> Json:
        """`content` of the one mutation asked. Raises `Refused` too."""
        payload = next(iter(self.ask(query, variables).values()))
        if payload is None or payload["problems"]:
            raise Refused(payload["problems"] if payload else [{"code": "null", "message": "no payload"}])
        return dict(payload["content"])

    def send(self, method: str, path: str, payload: Json | None = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        if time.monotonic() - self._used > KEPT_SECONDS:
            self.close()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            body = None if payload is None else json.dumps(payload).encode()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            self._used = time.monotonic()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


CREATE = """mutation($unit: ID!, $input: ArticleInput!, $origin: OriginInput, $key: String) {
  createArticle(unitId: $unit, input: $input, origin: $origin, idempotencyKey: $key) {
    content { id lockVersion } problems { code message } } }"""
PUBLISH = """mutation($id: ID!, $lock: Int!, $key: String) {
  publishContent(id: $id, expectedLockVersion: $lock, idempotencyKey: $key) {
    content { id lockVersion version } problems { code message } } }"""
FIND = "query($text: String!) { search(text: $text, first: 5) { totalCount edges { node { id } } } }"
UNITS = "{ units(first: 100) { nodes { id code } } }"


@dataclass
class Serving:
    """A running `hub serve`. Its output goes to `log`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    started: float
    key: str | None = None
    ready_after: float = 0.0

    def client(self, key: str | None = None) -> Client:
        return Client(self.port, key)

    def wait_ready(self, timeout: float = 30.0) -> Self:
        """Returns at the first 200 of /health/ready, asked every 5 ms."""
        client = Client(self.port, timeout=2.0)
        try:
            while time.perf_counter() - self.started < timeout:
                if self.process.poll() is not None:
                    break
                with suppress(OSError, http.client.HTTPException):
                    if client.send("GET", "/health/ready")[0] == 200:
                        self.ready_after = time.perf_counter() - self.started
                        return self
                time.sleep(READY_POLL_SECONDS)
        finally:
            client.close()
        self.kill()
        raise RuntimeError(f"the hub did not become ready:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9: nothing is flushed, nothing is said."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


@dataclass
class HubFolder:
    """One data directory and the commands run on it."""

    path: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return {**kept, "HUB_DATA_DIR": str(self.path), "HUB_LOG_LEVEL": "warning", **self.settings, **more}

    def start(self, *arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
        """A command in the background, output piped."""
        return subprocess.Popen(
            [sys.executable, "-m", "hub", *map(str, arguments)],
            cwd=ROOT, env=self.environment(**settings), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(
        self, *arguments: str | Path, timeout: float = 600.0, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """A command to its end. Raises RuntimeError with its output when `check` and it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "hub", *map(str, arguments)],
            cwd=ROOT, env=self.environment(), text=True, timeout=timeout, capture_output=True,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"hub {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"[-4000:])
        return done

    def serve(self, *options: str, command: Sequence[str] = (), **settings: str) -> Serving:
        """Starts `hub serve` on a free port; `wait_ready` when it must answer."""
        port = free_port()
        log = self.path.parent / f"{self.path.name}-serve.log"
        arguments = [*(command or (sys.executable, "-m", "hub")), "serve", *options]
        with log.open("ab") as out:
            started = time.perf_counter()
            process = subprocess.Popen(
                arguments, cwd=ROOT, env=self.environment(HUB_PORT=str(port), **settings), stdout=out, stderr=out
            )
        return Serving(process, port, log, started)

    def key(self, unit: str, *verbs: str) -> str:
        """A program key with these rights, `content.*` without any."""
        options = [option for verb in verbs for option in ("--verb", verb)]
        return self.run("keys", "create", "flow", "--unit", unit, *options).stdout.split()[-1]
