"""A workspace served with its viewer, on a free loopback port, and a browser that looks at it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heatreel.app.viewer.guard import door_of
from heatreel.app.viewer.serving import viewer
from heatreel.capture import collector
from heatreel.core.config import Config


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Gives the address of the viewer, with a slash. Replays are made only when asked for."""
    config = Config()
    collector.make_ready(folder, config.site)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    with (
        viewer(folder, config, base, door_of("127.0.0.1"), False) as routes,
        collector.running(folder, port=port, site=config.site, routes=routes) as url,
    ):
        yield f"{url}/"


class Browser:
    """A browser for one module, and what its pages said and asked for."""

    def __init__(self, runner: asyncio.Runner, browser: Any) -> None:
        self.runner, self.browser = runner, browser

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def open(self, url: str, width: int = 1440, height: int = 900, **options: Any) -> Window:
        context = await self.browser.new_context(viewport={"width": width, "height": height}, **options)
        window = Window(context, await context.new_page())
        await window.page.goto(url)
        await window.page.wait_for_load_state("networkidle")
        return window


class Window:
    def __init__(self, context: Any, page: Any) -> None:
        self.context, self.page = context, page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("popup", lambda popup: self.said.append(f"popup {popup.url}"))

    async def text(self, selector: str) -> str:
        return str(await self.page.inner_text(selector))

    async def close(self, *allowed: str) -> None:
        """Asserts that nothing was said, and that nothing but the allowed was asked for."""
        assert self.said == []
        assert [url for url in self.asked if not url.startswith((*allowed, "data:", "blob:", "about:"))] == []
        await self.context.close()
