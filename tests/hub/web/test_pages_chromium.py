"""Every page in a real browser, at desktop and phone width: nothing overflows, nothing fails, nothing leaves the host.

Set HUB_SCREENSHOTS to a folder to keep a picture of each page.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Route

from hub.web.errors import on_http_error
from hub.web.routes import routes
from tests.hub.web import stub_graphql
from tests.hub.web.fake_reading import (
    ASSET_ID,
    BROKEN_ID,
    GONE_ID,
    INTERPRETATION_ID,
    POLICY_ID,
    REPEALED_ID,
    SERVICE_ID,
    WITHDRAWN_ID,
    FakeReading,
)

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (1440, 390)
PAGES = {
    "front": "/",
    "results": "/?q=社保卡&kind=policy_document&kind=interpretation&kind=article&page=2",
    "no-results": "/?q=没有这个词&year=2020",
    "policy": f"/content/{POLICY_ID}",
    "service": f"/content/{SERVICE_ID}",
    "interpretation": f"/content/{INTERPRETATION_ID}",
    "asset": f"/content/{ASSET_ID}",
    "repealed": f"/content/{REPEALED_ID}",
    "withdrawn": f"/content/{WITHDRAWN_ID}",
    "gone": f"/content/{GONE_ID}",
    "crashed": f"/content/{BROKEN_ID}",
    "site": "/sites/city",
    "section": "/sites/city/zwgk",
    "section-older": "/sites/city/zwgk/zcwj?after=b2xkZXI=",
    "bad-cursor": "/sites/city/zwgk?after=broken",
    "missing": "/nowhere",
    "search-down": "/down/?q=社保卡",
    "empty-hub": "/empty/",
}
REFUSED = {"gone", "crashed", "missing", "search-down", "bad-cursor"}
"""Their status is an error, which the browser writes to its console by itself."""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM.exists() and not os.environ.get("CI"), reason="no Chromium on this machine"),
]


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    origin: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._request(request.url))

    def _console(self, level: str, text: str) -> None:
        if level in ("error", "warning"):
            self.errors.append(text)

    def _request(self, address: str) -> None:
        if not address.startswith((self.origin, "data:", "blob:")):
            self.outside.append(address)

    def open(self, path: str) -> int:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        return answer.status

    def picture(self, name: str) -> None:
        if folder := os.environ.get("HUB_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    app = Starlette(
        routes=[
            Route("/graphql", stub_graphql.endpoint, methods=["GET", "POST"]),
            Route("/media/{id}/original", stub_graphql.picture),
            Route("/down/", routes(FakeReading(search_is_down=True))[0].endpoint),
            Route("/empty/", routes(FakeReading(listed=()))[0].endpoint),
            *routes(FakeReading()),
        ],
        exception_handlers={404: on_http_error},
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS)
def watched(request: pytest.FixtureRequest, browser: Browser, origin: str) -> Iterator[Watched]:
    width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 800 else 844},
        color_scheme=os.environ.get("HUB_SCHEME", "light"),  # type: ignore[arg-type]
        locale="zh-CN",
    )
    yield Watched(context.new_page(), origin)
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_width_and_asks_nobody_else(name: str, watched: Watched) -> None:
    width = (watched.page.viewport_size or {})["width"]

    watched.open(PAGES[name])

    watched.picture(f"{name}-{width}")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.page.locator("h1").count() == 1
    assert watched.page.locator("main").count() == 1
    assert watched.outside == []
    assert [error for error in watched.errors if name not in REFUSED] == []


def test_the_whole_way_works_with_the_keyboard_alone(watched: Watched) -> None:
    watched.open("/")
    watched.page.keyboard.press("Tab")
    assert watched.page.locator(":focus").inner_text() == "跳到正文"

    watched.page.locator("#q").focus()
    watched.page.keyboard.type("社保卡")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/?q=*")
    watched.page.locator(".found a").first.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/content/*")

    assert watched.page.locator("h1").inner_text().startswith("云岭市人民政府办公室关于印发")


def test_text_has_enough_contrast(watched: Watched) -> None:
    measure = (Path(__file__).parent / "contrast.js").read_text()
    for name in ("front", "results", "policy", "repealed", "withdrawn", "section"):
        watched.open(PAGES[name])
        assert watched.page.evaluate(measure) == [], name


def test_graphiql_runs_an_example_from_our_own_files_only(watched: Watched) -> None:
    width = (watched.page.viewport_size or {})["width"]
    watched.open("/graphql?example=policies")
    watched.page.wait_for_selector(".graphiql-execute-button")

    watched.page.locator(".graphiql-execute-button").click()
    watched.page.locator(".graphiql-response", has_text="云政办发〔2026〕31号").wait_for(timeout=10_000)

    watched.picture(f"graphiql-{width}")
    assert watched.outside == []
    assert watched.errors == []


def test_graphiql_opens_with_every_example_in_a_tab(watched: Watched) -> None:
    watched.open("/graphql")
    watched.page.wait_for_selector(".graphiql-execute-button")

    titles = watched.page.locator(".graphiql-tab").all_inner_texts()

    assert [title.strip() for title in titles] == ["NewestPolicies", "SearchCard", "ByAddress", "Changes"]
    assert watched.errors == []
