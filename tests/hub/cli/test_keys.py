"""hub keys: the secret is printed once, lists never show it, revoking takes effect."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.content.keys import sign_in
from hub.vocabulary.clock import DAY, system_now
from hub.vocabulary.errors import Unauthenticated
from tests.hub.cli.test_commands import hub
from tests.hub.cli.test_exchange import ROWS, written
from tests.world import database_at


def signed_in(folder: Path, secret: str, *, after_days: int = 0) -> str:
    async def ask() -> str:
        database = database_at(folder / "hub.db")
        try:
            async with database.system(system_now()) as system:
                now = type(system_now())(system_now() + after_days * DAY)
                return (await sign_in(system, f"Bearer {secret}", now)).name
        finally:
            await database.close()

    return asyncio.run(ask())


def test_key_is_printed_once_listed_without_its_secret_and_revoked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    hub("import", str(written(tmp_path / "rows.jsonl", *ROWS[:2])), folder=folder)

    made = hub("keys", "create", "新闻编辑部", "--unit", "city", "--verb", "content.*", "--days", "3", folder=folder)
    secret = made.stdout.strip()
    listed = hub("keys", "list", folder=folder)

    assert (made.returncode, made.stderr) == (0, "")
    assert signed_in(folder, secret, after_days=2) == "新闻编辑部"
    assert secret[:12] in listed.stdout
    assert secret not in listed.stdout
    assert all(word in listed.stdout for word in ("city", "content.*", "新闻编辑部", "until"))
    with pytest.raises(Unauthenticated):
        signed_in(folder, secret, after_days=3)

    revoked = hub("keys", "revoke", secret, folder=folder)

    assert (revoked.returncode, revoked.stdout) == (0, "Revoked.\n")
    assert "revoked" in hub("keys", "list", folder=folder).stdout
    with pytest.raises(Unauthenticated):
        signed_in(folder, secret)


def test_unknown_right_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    hub("import", str(written(tmp_path / "rows.jsonl", *ROWS[:2])), folder=folder)

    done = hub("keys", "create", "x", "--unit", "city", "--verb", "content.fly", folder=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hub: “content.fly” is not a right.\n")
