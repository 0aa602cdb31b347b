"""Kills a hub at random moments and accounts for every acknowledged write. Used by the test and by the benchmark.

A writer creates, publishes and corrects articles through GraphQL, each step with an idempotency key; what was answered
is remembered here, outside the hub. What was not answered when the hub died is sent again with the same key.
"""

from __future__ import annotations

import http.client
import json
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.flows.serving import CREATE, PUBLISH, Client, HubFolder, Serving

CORRECT = """mutation($id: ID!, $lock: Int!, $title: String!, $key: String) {
  correctContent(id: $id, expectedLockVersion: $lock, changeNote: "更正", input: {article: {title: $title}},
    idempotencyKey: $key) { content { id lockVersion version } problems { code message } } }"""
FOUND = "query($text: String!) { search(text: $text, first: 5) { totalCount edges { node { id title } } } }"
GONE = (OSError, http.client.HTTPException)
UNIT = "crash-unit"
FOUND_SECONDS = 20.0
ENDED = (0, -signal.SIGTERM)
"""A server that has closed everything ends by the signal it was sent, as init systems expect."""


@dataclass
class Story:
    """One article: how many of its steps were answered, and what the answers said."""

    word: str
    steps: int
    """1 created, 2 published too, 3 corrected too."""
    done: int = 0
    item_id: str = ""
    lock: int = 0

    @property
    def is_public(self) -> bool:
        return self.done >= 2

    @property
    def title(self) -> str:
        return f"{self.word} 关于防汛值守的通知"

    @property
    def corrected_title(self) -> str:
        return f"{self.title}（更正）"

    def advance(self, client: Client, unit: str) -> None:
        """The next step, always with the same key. A lost answer leaves it as it was."""
        key = f"{self.word}-{self.done}"
        if self.done == 0:
            written = client.write(CREATE, {"unit": unit, "key": key, "input": {"title": self.title, "body": "全文。"}})
        elif self.done == 1:
            written = client.write(PUBLISH, {"id": self.item_id, "lock": self.lock, "key": key})
        else:
            wanted = {"id": self.item_id, "lock": self.lock, "title": self.corrected_title, "key": key}
            written = client.write(CORRECT, wanted)
        self.item_id, self.lock, self.done = written["id"], written["lockVersion"], self.done + 1


@dataclass
class Writer:
    """Writes stories one after the other until the hub is gone."""

    key: str
    chance: random.Random
    stories: list[Story] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    unit: str = ""

    def unfinished(self) -> list[Story]:
        return [story for story in self.stories if story.done < story.steps]

    def write_until_gone(self, serving: Serving) -> None:
        client = serving.client(self.key)
        try:
            self.finish(client)
            while True:
                self.stories.append(Story(f"zh{len(self.stories):06d}", self.chance.choice((1, 2, 2, 3))))
                self.finish(client)
        except GONE:
            return
        except BaseException as fault:
            self.broken.append(fault)
        finally:
            client.close()

    def finish(self, client: Client) -> None:
        for story in self.unfinished():
            while story.done < story.steps:
                story.advance(client, self.unit)


@dataclass
class Import:
    """A file of rows of a source named as the file; imported again and again until it was taken whole."""

    file: Path
    rows: int


@dataclass
class Counts:
    serve: int = 0
    imports: int = 0
    reindex: int = 0
    not_alive: int = 0
    """The command had ended before it could be killed."""

    @property
    def kills(self) -> int:
        return self.serve + self.imports + self.reindex


class Crashing:
    """Rounds of kills on one hub, then the account. `imports` are files of native rows, in any number."""

    def __init__(self, hub: HubFolder, imports: Iterable[Import], seed: int, check_every: int = 1) -> None:
        self.hub = hub
        self.chance = random.Random(seed)
        self.imports = list(imports)
        self.counts = Counts()
        self.durations = {"import": 2.0, "reindex": 1.0}
        self.check_every = check_every
        self.checks = 0
        self.left_alone: subprocess.Popen[str] | None = None
        place = hub.path.parent / "crash-places.jsonl"
        place.write_text(json.dumps({"kind": "unit", "code": UNIT, "name": "防汛指挥部"}) + "\n", encoding="utf-8")
        hub.run("import", place)
        self.writer = Writer(hub.key(UNIT), self.chance)
        with closing(sqlite3.connect(hub.path / "hub.db")) as database:
            (unit,) = database.execute("SELECT lower(hex(id)) FROM unit WHERE code = ?", (UNIT,)).fetchone()
        self.writer.unit = str(UUID(unit))

    def run(self, kills: int) -> None:
        kinds = ("serve", "import", "reindex", "serve", "import")
        while self.counts.kills < kills:
            kind = kinds[self.counts.kills % len(kinds)]
            if kind == "serve" or self.chance.random() < 0.5:
                self.beside_a_server(kind)
            else:
                self.alone(kind)
            self.restart_and_check()

    def beside_a_server(self, kind: str) -> None:
        """The server is killed, or a command that runs beside it while the writer writes."""
        with self.hub.serve() as serving:
            if kind == "serve" and self.chance.random() < 0.15:
                time.sleep(self.chance.uniform(0, 1.0))  # while it starts
                self.kill_server(serving)
                return
            serving.wait_ready()
            writing = threading.Thread(target=self.writer.write_until_gone, args=(serving,))
            writing.start()
            if kind == "serve":
                command = self.command(self.chance.choice(("import", "reindex", "")))
                time.sleep(self.chance.uniform(0, 2.0))
                self.kill_server(serving)
                self.left_alone = command
            else:
                self.kill_command(kind)
                serving.stop()
            writing.join(timeout=60)

    def alone(self, kind: str) -> None:
        self.kill_command(kind)

    def kill_server(self, serving: Serving) -> None:
        self.counts.serve += 1
        serving.kill()

    def command(self, kind: str) -> subprocess.Popen[str] | None:
        if kind == "import":
            return self.hub.start("import", self.next_import().file)
        return self.hub.start("reindex") if kind == "reindex" else None

    def kill_command(self, kind: str) -> None:
        process = self.command(kind)
        assert process is not None
        started = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=self.chance.uniform(0.1, self.durations[kind]))
        if process.poll() is not None:
            self.counts.not_alive += 1
            self.durations[kind] = max(0.3, 0.9 * (time.monotonic() - started))
            return
        process.kill()
        process.communicate()
        self.durations[kind] *= 1.1
        if kind == "import":
            self.counts.imports += 1
        else:
            self.counts.reindex += 1

    def settle(self) -> None:
        """A command whose server was killed ends by itself, at the latest when another one serves."""
        command, self.left_alone = self.left_alone, None
        if command is None:
            return
        try:
            command.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            command.kill()
            command.communicate()
            raise AssertionError(f"{command.args} did not end after its server was killed and came back") from None

    def next_import(self) -> Import:
        with closing(sqlite3.connect(self.hub.path / "hub.db", timeout=15)) as database:
            return next((one for one in self.imports if held(database, one) < one.rows), self.imports[-1])

    def restart_and_check(self) -> None:
        """The server comes back, lost answers are asked for again, everything is found; then `hub check` is clean."""
        with self.hub.serve() as serving:
            client = serving.wait_ready().client(self.writer.key)
            self.writer.finish(client)
            self.wait_found(client, self.writer.stories[-25:])
            self.settle()
            client.close()
            code = serving.stop()
        assert code in ENDED, f"SIGTERM ended with {code}:\n{serving.log.read_text()[-2000:]}"
        assert not self.writer.broken, f"the writer met: {self.writer.broken!r}"
        if self.counts.kills % self.check_every == 0:
            self.check()

    def check(self) -> None:
        done = self.hub.run("check", check=False)
        self.checks += 1
        assert done.returncode == 0, f"after {self.counts} hub check says:\n{done.stdout}{done.stderr}"

    def wait_found(self, client: Client, stories: Iterable[Story]) -> None:
        end = time.monotonic() + FOUND_SECONDS
        for story in stories:
            wanted = [story.item_id] if story.is_public else []
            while (found := self.found(client, story)) != wanted:
                assert time.monotonic() < end, f"{story} is found as {found} after {FOUND_SECONDS} s"
                time.sleep(0.02)

    @staticmethod
    def found(client: Client, story: Story) -> list[str]:
        """Ids of the hits with the story's own word."""
        edges = client.ask(FOUND, {"text": f'"{story.word}"'})["search"]["edges"]
        return [edge["node"]["id"] for edge in edges if edge["node"]["title"].startswith(story.word)]

    def account(self) -> None:
        """Every acknowledged write is there, once; imports complete with the right counts; all of it is found."""
        for one in self.imports:
            first = self.hub.run("import", one.file).stdout
            again = self.hub.run("import", one.file).stdout
            assert "0 refused" in first, first
            assert f"0 created, 0 corrected, {one.rows} unchanged, 0 refused" in again, again
        self.account_rows()
        with self.hub.serve() as serving:
            client = serving.wait_ready().client(self.writer.key)
            self.wait_found(client, self.writer.stories)
            client.close()
            serving.stop()
        self.check()

    def account_rows(self) -> None:
        with closing(sqlite3.connect(self.hub.path / "hub.db")) as database:
            lost = [problem for story in self.writer.stories for problem in problems_of(database, story)]
            taken = {one.file.name: held(database, one) for one in self.imports}
        assert taken == {one.file.name: one.rows for one in self.imports}
        assert lost == []


def held(database: sqlite3.Connection, one: Import) -> int:
    query = "SELECT count(*) FROM item WHERE source = ? AND state = 'live'"
    return int(database.execute(query, (one.file.stem,)).fetchone()[0])


def problems_of(database: sqlite3.Connection, story: Story) -> list[str]:
    """What is wrong with the rows of one story; every step leaves exactly one trace."""
    rows: list[Any] = database.execute(
        "SELECT hex(edition.item_id), edition.title FROM edition WHERE edition.title IN (?, ?) ORDER BY edition.number",
        (story.title, story.corrected_title),
    ).fetchall()
    own = story.item_id.replace("-", "").upper()
    wanted = [(own, story.title), (own, story.corrected_title)][: 2 if story.done == 3 else 1]
    if rows != wanted:
        return [f"{story}: editions {rows}, expected {wanted}"]
    state = database.execute("SELECT state, lock_version FROM item WHERE hex(id) = ?", (own,)).fetchone()
    expected = ("live" if story.is_public else "draft", story.lock)
    verbs = database.execute(
        "SELECT verb, count(*) FROM change WHERE hex(item_id) = ? AND scope = 'public' GROUP BY verb", (own,)
    ).fetchall()
    wanted_verbs = [("published", 1), ("corrected", 1)][: max(0, story.done - 1)]
    return [] if state == expected and sorted(verbs) == sorted(wanted_verbs) else [f"{story}: {state}, {verbs}"]


def write_import(file: Path, count: int, body: str = "") -> Import:
    """A file of `count` articles of a source named as the file, in the native format."""
    text = body or "各有关单位要严格落实值班值守制度，及时报送汛情、险情、灾情信息，确保人民群众生命财产安全。" * 20
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            row = {
                "kind": "article", "source": file.stem, "source_id": str(number), "unit": UNIT, "body": text,
                "title": f"防汛工作简报第{number + 1}期", "published_at": "2026-06-01",
            }  # fmt: skip
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return Import(file, count)
