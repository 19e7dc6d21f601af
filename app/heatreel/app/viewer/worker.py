"""The process that answers the viewer's questions, so that the collector never waits for one.

It reads requests from standard input and writes answers to standard output, each a frame of a length (8 bytes), a head
in JSON, and a body. It ends when standard input does, which it does with the collector's process.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import struct
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any

_LENGTHS = struct.Struct(">II")
_THREADS = 3
_FOR_PICTURES = 2
_PICTURES = ("thumb/", "picture/", "crop", "export")
"""What a page of the viewer asks for by the dozen: it must not keep a changed filter waiting."""


def write_frame(pipe: IO[bytes], head: Mapping[str, Any], body: bytes = b"") -> None:
    packed = json.dumps(head).encode()
    pipe.write(_LENGTHS.pack(len(packed), len(body)) + packed)
    if body:
        pipe.write(body)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next frame; None at the end."""
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head, body = _LENGTHS.unpack(lengths)
    packed, rest = pipe.read(head), pipe.read(body)
    return (json.loads(packed), rest) if len(packed) == head and len(rest) == body else None


def main() -> None:
    """The first frame says which workspace; the others are requests."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="heatreel viewer: %(message)s")
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    # What prints by mistake must not break the frames.
    sys.stdout = sys.stderr
    # Ctrl-C in a terminal reaches all processes of the command; this one ends with the one that asks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.nice(5)
    first = read_frame(pipe_in)
    if first is None:
        return
    from heatreel.app.viewer.api import Api
    from heatreel.core.config import Config

    wanted = first[0]
    api = Api(Path(wanted["folder"]), Config.model_validate(wanted["config"]), wanted["base"], wanted["replays"])
    Thread(target=api.start, daemon=True, name="start").start()
    lock = Lock()

    def answer(head: dict[str, Any]) -> None:
        found = api.answer(head["method"], head["path"], head["query"], head["headers"])
        told = {"id": head["id"], "status": found.status, "media": found.media, "headers": dict(found.headers)}
        with lock, suppress(BrokenPipeError):
            write_frame(pipe_out, told, found.body)

    questions, pictures = ThreadPoolExecutor(_THREADS), ThreadPoolExecutor(_FOR_PICTURES)
    while (frame := read_frame(pipe_in)) is not None:
        pool = pictures if frame[0]["path"].startswith(_PICTURES) else questions
        pool.submit(answer, frame[0])
    api.replays.stop()
    # Whoever asked is gone: nothing that runs or waits is of use any more.
    os._exit(0)


if __name__ == "__main__":
    main()
