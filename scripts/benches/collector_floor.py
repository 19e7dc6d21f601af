"""The least that a durable endpoint can be: what the collector is measured against.

    python scripts/benches/collector_floor.py FOLDER PORT

Raw ASGI on the same server: msgspec decodes the batch with the wire's own types, one thread commits all that waits
with `synchronous = FULL`, one row with one compressed chunk for each batch, known by (session, doc, seq); 204 after the
commit. No origins, keys, limits, deadlines, metrics, encodings or faults.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from heatreel.capture.collector.wire import Batch

decoder = msgspec.json.Decoder(Batch)


class Floor:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message["body"]
            more = message.get("more_body", False)
        batch = decoder.decode(body)
        future = self.loop.create_future()
        self.queue.put((batch.session, batch.doc, batch.seq, body, future))
        await future
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        self.loop = asyncio.get_running_loop()
        self.thread = threading.Thread(target=self.write)
        self.thread.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.queue.put(None)
        self.thread.join()
        await send({"type": "lifespan.shutdown.complete"})

    def write(self) -> None:
        connection = sqlite3.connect(self.folder / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute(
            "CREATE TABLE batches (id INTEGER PRIMARY KEY, session TEXT, doc TEXT, seq INTEGER, body BLOB,"
            " UNIQUE (session, doc, seq))"
        )
        going = True
        while going:
            group = [self.queue.get()]
            while not self.queue.empty() and len(group) < 256:
                group.append(self.queue.get())
            if None in group:
                going = False
                group.remove(None)
            rows = [(session, doc, seq, zlib.compress(body, 1)) for session, doc, seq, body, _ in group]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO batches (session, doc, seq, body) VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(resolve, [item[-1] for item in group])
        connection.close()


def resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)


if __name__ == "__main__":
    uvicorn.run(Floor(Path(sys.argv[1])), port=int(sys.argv[2]), log_level="warning", access_log=False)
