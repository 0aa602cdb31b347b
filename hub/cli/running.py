"""init, serve, work, demo."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from hub.app.opening import Hub
from hub.cli import opened
from hub.settings import Settings

GRACE_SECONDS = 10
"""How long requests may go on after SIGTERM."""

WELCOME = """
  内容中枢 Content Hub is running with the sample city 云澜市.

    Pages     {address}/
    GraphQL   {address}/graphql   (opens GraphiQL in a browser)

  Paste one of these there:

    1  {{ search(text: "优惠乘车", first: 3) {{ totalCount correctedText nodes {{ kind title publishedAt }} }} }}

    2  {{ policyDocuments(first: 3) {{ totalCount nodes {{ title docNo validity interpretations {{ title }} }} }} }}

    3  {{ site(code: "{site}") {{ name sections {{ name path items(first: 2) {{ nodes {{ title url }} }} }} }} }}

  To write, make a key:   {program} keys create "my program" --unit {unit}
  Ctrl-C ends it.
"""


def initialise() -> None:
    async def act(hub: Hub) -> Path:
        return hub.settings.data_dir

    print(f"The hub is ready in {opened.with_hub(act)}")


def serve(*, work: bool) -> None:
    settings = opened.settings_and_logs()
    asyncio.run(_serve(settings, work=work))


async def _serve(settings: Settings, *, work: bool) -> None:
    import uvicorn

    from hub.app.web import make_app
    from hub.cli.stopping import StoppingServer
    from hub.logs import UVICORN_OPTIONS

    hub = await Hub.open(settings)
    config = uvicorn.Config(
        make_app(hub, work=work),
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **UVICORN_OPTIONS,
    )
    await StoppingServer(config).serve()


def work() -> None:
    settings = opened.settings_and_logs()
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    from hub.app.worker import Worker

    hub = await Hub.open(settings)
    worker = Worker(hub)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.stop)
    try:
        await worker.run()
    finally:
        await hub.close()


def demo(*, serve_it: bool) -> None:
    from hub.cli.sample import CITY_SITE, CITY_UNIT, fill

    settings = opened.settings_and_logs()
    asyncio.run(fill(settings))
    if serve_it:
        print(
            WELCOME.format(address=settings.public_url, site=CITY_SITE, unit=CITY_UNIT, program=sys.argv[0]), flush=True
        )
        asyncio.run(_serve(settings, work=True))
