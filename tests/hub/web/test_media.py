"""`/media/{id}/original`: who gets the file, and with which headers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from hub.content import actions
from hub.vocabulary.clock import SECOND
from hub.vocabulary.enums import Kind
from hub.vocabulary.ids import new_id
from hub.web.media import file_name, media_routes
from storage.objects import key_of
from tests.hub.web.live_hub import LiveHub

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(92))
MARKER = "不可见的标记"
"""In a title: no answer may hold it."""


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


Ask = Callable[..., Any]


@pytest.fixture
async def client(hub: LiveHub) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=media_routes(hub.database, hub.objects, lambda: hub.now))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.example") as made:
        yield made


async def test_an_image_is_shown_in_place_and_can_run_nothing(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    picture = await hub.add_file("示意图", "image/png", PNG, "示意 图.png")

    answer = await client.get(f"/media/{picture}/original")

    sha256 = (await hub.objects.put(PNG)).sha256
    assert (answer.status_code, answer.content) == (200, PNG)
    assert dict(answer.headers) == {
        "content-type": "image/png",
        "content-disposition": "inline; filename*=UTF-8''%E7%A4%BA%E6%84%8F%20%E5%9B%BE.png",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "public, no-cache",
        "etag": f'"{sha256}"',
        "accept-ranges": "bytes",
        "content-length": "100",
    }


@pytest.mark.parametrize(
    ("media_type", "sent", "way"),
    [
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/xhtml+xml", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("text/xml", "application/octet-stream", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
        ("video/mp4", "video/mp4", "inline"),
        ("audio/mpeg", "audio/mpeg", "inline"),
    ],
)
async def test_only_known_types_keep_their_type_and_only_pictures_and_sound_are_shown(
    hub: LiveHub, client: httpx2.AsyncClient, media_type: str, sent: str, way: str
) -> None:
    asset = await hub.add_file("文件", media_type, b"<script>alert(1)</script>", "a.x")

    headers = (await client.get(f"/media/{asset}/original")).headers

    assert (headers["content-type"], headers["content-disposition"]) == (sent, f"{way}; filename*=UTF-8''a.x")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_known_file_is_not_sent_again(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    address = f"/media/{await hub.add_file('图', 'image/png', PNG)}/original"
    etag = (await client.get(address)).headers["etag"]

    answers = [await client.get(address, headers={"if-none-match": sent}) for sent in (etag, f'W/{etag}, "x"', "*")]
    other = await client.get(address, headers={"if-none-match": '"x"'})

    assert [(one.status_code, one.content, one.headers["etag"]) for one in answers] == [(304, b"", etag)] * 3
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=90-", 90, 100),
        ("bytes=-5", 95, 100),
        ("bytes=95-500", 95, 100),
        ("bytes=-500", 0, 100),
    ],
)
async def test_a_range_is_answered_with_that_stretch(
    hub: LiveHub, client: httpx2.AsyncClient, asked: str, start: int, end: int
) -> None:
    address = f"/media/{await hub.add_file('片', 'video/mp4', PNG)}/original"

    answer = await client.get(address, headers={"range": asked})

    assert (answer.status_code, answer.content) == (206, PNG[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/100"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes=x", "bytes=" + "9" * 40 + "-"]
)
async def test_a_range_that_says_nothing_gives_the_whole(hub: LiveHub, client: httpx2.AsyncClient, asked: str) -> None:
    answer = await client.get(f"/media/{await hub.add_file('片', 'video/mp4', PNG)}/original", headers={"range": asked})

    assert (answer.status_code, answer.content) == (200, PNG)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=200-300", "bytes=-0"])
async def test_a_range_beyond_the_end_is_refused(hub: LiveHub, client: httpx2.AsyncClient, asked: str) -> None:
    answer = await client.get(f"/media/{await hub.add_file('片', 'video/mp4', PNG)}/original", headers={"range": asked})

    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */100")


async def test_a_range_of_another_file_gives_the_whole(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    address = f"/media/{await hub.add_file('片', 'video/mp4', PNG)}/original"
    etag = (await client.get(address)).headers["etag"]

    other = await client.get(address, headers={"range": "bytes=0-9", "if-range": '"other"'})
    same = await client.get(address, headers={"range": "bytes=0-9", "if-range": etag})

    assert (other.status_code, same.status_code) == (200, 206)


async def test_head_tells_the_length_and_sends_nothing(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    answer = await client.head(f"/media/{await hub.add_file('图', 'image/png', PNG)}/original")

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "100")


async def test_a_cache_asks_each_time_and_forgets_in_time(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    picture = await hub.add_file("图", "image/png", PNG, expires_at=hub.now + 90 * SECOND)

    first = await client.get(f"/media/{picture}/original")
    hub.now += 90 * SECOND - 1
    last = await client.get(f"/media/{picture}/original")
    hub.now += 1
    after = await client.get(f"/media/{picture}/original")

    assert [one.headers["cache-control"] for one in (first, last)] == ["public, no-cache", "public, no-cache"]
    assert after.status_code == 404


@pytest.mark.parametrize(
    "values", [{"publicity": "withheld"}, {"audience": ["staff"]}, {"embargo_at": 2**61}, {"expires_at": 1}]
)
async def test_a_hidden_asset_has_no_file(hub: LiveHub, client: httpx2.AsyncClient, values: dict[str, Any]) -> None:
    picture = await hub.add_file(MARKER, "image/png", PNG, **values)

    answer = await client.get(f"/media/{picture}/original", headers={"if-none-match": "*"})

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert MARKER not in answer.text
    assert PNG not in answer.content


async def test_withdrawn_and_gone_assets_keep_their_bytes_to_themselves(
    hub: LiveHub, client: httpx2.AsyncClient
) -> None:
    withdrawn, gone = [await hub.add_file(MARKER, "image/png", PNG) for _ in range(2)]
    await hub.withdraw(withdrawn, "有误")
    await hub.act(actions.remove, gone, vanish=False)

    answers = [await client.get(f"/media/{key}/original") for key in (withdrawn, gone)]

    assert [one.status_code for one in answers] == [404, 410]
    assert all(MARKER not in one.text and PNG not in one.content for one in answers)


async def test_other_kinds_missing_files_and_nonsense_are_not_found(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    article = await hub.add(Kind.ARTICLE, "文章")
    without = await hub.add(Kind.MEDIA_ASSET, "外部图片", details={"media_type": "image/png"})
    lost = await hub.add(Kind.MEDIA_ASSET, "丢失的图", hub_details={"object_key": key_of("0" * 64)})

    keys = (article, without, lost, new_id(), "x", "%00", "..%2f..%2fetc")
    statuses = await asyncio.gather(*(client.get(f"/media/{key}/original") for key in keys))

    assert [one.status_code for one in statuses] == [404] * 7


async def test_an_archived_asset_keeps_its_file(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    picture = await hub.add_file("图", "image/png", PNG)
    await hub.act(actions.archive, picture)

    assert (await client.get(f"/media/{picture}/original")).content == PNG


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("附件.pdf", "application/pdf", "附件.pdf"),
        ("应用场景图", "image/png", "应用场景图.png"),
        ("../../etc/pass\r\nwd", "application/pdf", "_.._etc_pass__wd"),
        ('a"b;c.png', "image/png", "a_b;c.png"),
        ("...", "", "file"),
    ],
)
def test_file_names_are_made_harmless(name: str, media_type: str, expected: str) -> None:
    assert file_name(name, media_type) == expected


async def test_a_file_costs_two_statements(hub: LiveHub, client: httpx2.AsyncClient) -> None:
    picture = await hub.add_file("图", "image/png", PNG)

    with hub.statements() as seen:
        await client.get(f"/media/{picture}/original")

    assert len(seen) == 2
