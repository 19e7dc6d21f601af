"""Batches as a recorder sends them, and a collector to send them to, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from heatreel.capture.collector import create_app
from heatreel.core.workspace import Workspace

PAGE = ["http://shop.test/a", 800, 600, 1, 0, "en", None, None]
TARGET = {"selector": "#buy", "tag": "button", "nameHash": "abc", "box": [10, 20, 30, 40], "classes": ["big"]}
STATE = {"settings": [["k1", "on"]], "sketch": "c2tldGNo"}


def write_key(folder: Path) -> str:
    """The write key of the workspace's default site, made when it is not there."""
    with Workspace.writing(folder) as workspace:
        return workspace.site().key


def batch(
    site: str, session: str = "session-1", doc: str = "document-1", seq: int = 0, **changes: Any
) -> dict[str, Any]:
    """A batch with a click and a move; of the first of a document, its target and state are new."""
    fresh = seq == 0
    return {
        "v": 1,
        "site": site,
        "session": session,
        "doc": doc,
        "seq": seq,
        "at": 1_000_000,
        "sent": 1000 + seq * 1000,
        "page": PAGE,
        "from": [seq * 2, 0 if fresh else 1, 0 if fresh else 1],
        "targets": [TARGET] if fresh else [],
        "states": [STATE] if fresh else [],
        "events": [
            ["c", seq * 1000, 0, 0, 25, 40, 0.5, 0.5, "m", 0],
            ["m", seq * 1000 + 500, 0, 0, 26, 41, 0.53, 0.52],
        ],
        **changes,
    }


def packed(record: Any) -> bytes:
    return json.dumps(record).encode()


Post = Callable[..., Awaitable[httpx.Response]]


@asynccontextmanager
async def collecting(folder: Path, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a collector in this process; on leaving, the event log is closed."""
    app = create_app(folder, **options)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://collector.test") as client,
    ):
        yield client


def post_all(
    folder: Path, bodies: Iterable[bytes], headers: dict[str, str] | None = None, **options: Any
) -> list[httpx.Response]:
    """The answers of a collector to bodies posted one after the other."""

    async def run() -> list[httpx.Response]:
        async with collecting(folder, **options) as client:
            return [await client.post("/collect", content=body, headers=headers) for body in bodies]

    return asyncio.run(run())
