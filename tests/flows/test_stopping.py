"""A hub that is told to stop: requests finish, the index writer closes, nothing secret has reached the log."""

from __future__ import annotations

import fcntl
import json
import signal
import threading
from pathlib import Path

import pytest

from tests.flows.serving import CREATE, FIND, PUBLISH, HubFolder

UNIT = json.dumps({"kind": "unit", "code": "city", "name": "云澜市", "unit_type": "city_gov"}, ensure_ascii=False)
UNIT_IDS = "{ units(first: 1) { nodes { id } } }"


@pytest.fixture
def folder(tmp_path: Path) -> HubFolder:
    made = HubFolder(tmp_path / "hub", {"HUB_LOG_LEVEL": "info"})
    source = tmp_path / "unit.jsonl"
    source.write_text(UNIT + "\n")
    made.run("import", source)
    return made


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_requests_finish_and_the_writer_closes(folder: HubFolder, told: signal.Signals) -> None:
    key = folder.key("city")
    with folder.serve() as hub:
        hub.wait_ready()
        client = hub.client(key)
        unit = client.ask(UNIT_IDS)["units"]["nodes"][0]["id"]
        answered: list[str] = []
        stopping = threading.Event()

        def write() -> None:
            writer = hub.client(key)
            for number in range(200):
                try:
                    made = writer.write(CREATE, {"unit": unit, "input": {"title": f"第{number}号通知"}})
                except OSError:
                    return
                except Exception:
                    if stopping.is_set():
                        return
                    raise
                answered.append(made["id"])
                if len(answered) == 5:
                    stopping.set()
                    hub.process.send_signal(told)

        writing = threading.Thread(target=write)
        writing.start()
        writing.join(30)
        code = hub.process.wait(timeout=20)

    assert len(answered) >= 5
    assert code == 0
    with (folder.path / "search" / "LOCK").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody holds it any more
    assert not (folder.path / "hub.db-wal").exists() or (folder.path / "hub.db-wal").stat().st_size == 0
    with folder.serve() as again:
        again.wait_ready()
        editorial = "query($id: ID!) { editorial { content(id: $id) { id } } }"
        reader = again.client(folder.key("city", "content.*"))
        assert [reader.ask(editorial, {"id": one})["editorial"]["content"]["id"] for one in answered] == answered


def test_no_secret_reaches_the_log(folder: HubFolder) -> None:
    key = folder.key("city")
    wrong = "hub_" + "Z" * 43
    with folder.serve() as hub:
        hub.wait_ready()
        client = hub.client(key)
        unit = client.ask(UNIT_IDS)["units"]["nodes"][0]["id"]
        made = client.write(CREATE, {"unit": unit, "input": {"title": "端午节放假通知"}})
        client.write(PUBLISH, {"id": made["id"], "lock": made["lockVersion"]})
        client.send("POST", "/graphql", {"query": f'{{ search(text: "{key}") {{ totalCount }} }}'})
        client.send("GET", f"/graphql?query={{viewer{{name}}}}&key={key}")
        hub.client(wrong).send("POST", "/graphql", {"query": FIND, "variables": {"text": "x"}})
        hub.stop()
    log = hub.log.read_text()

    assert '"status":200' in log
    assert key not in log
    assert wrong not in log
    assert (folder.path / "secret-key").read_text().strip() not in log
    assert all(json.loads(line)["event"] for line in log.splitlines())
