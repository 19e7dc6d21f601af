"""Running the collector with uvicorn: one process, bounded connections, bounded stop."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from heatreel.capture.collector import protocol
from heatreel.capture.collector.app import create_app
from heatreel.core.errors import Busy, CannotRun
from heatreel.core.eventlog import EventLog

IDLE_S = 15
STOP_S = 8


class _Server(uvicorn.Server):
    """uvicorn's server, which comes back from a signal instead of raising it again once it has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(folder: Path, host: str, port: int, **options: Any) -> None:
    """See `heatreel.capture.collector.serve`."""
    _allow_connections()
    # The loop and the writing thread hand the interpreter to each other for every row: at the usual 5 ms they wait for
    # it rather than for the disk (395,000 events a second instead of 440,000).
    sys.setswitchinterval(0.001)
    with _listening(host, port) as listener:
        server = _server(_app(folder, **options))
        # What is there now stays: a full collection would look through it in the middle of a batch.
        gc.collect()
        gc.freeze()
        server.run(sockets=[listener])
        if not server.started:
            raise CannotRun(f"{folder}: the collector did not start; see the lines above")


@contextmanager
def running(folder: Path, *, port: int = 0, **options: Any) -> Iterator[str]:
    """See `heatreel.capture.collector.running`."""
    with _listening("127.0.0.1", port) as listener:
        server = _server(_app(folder, **options))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="collector")
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        if not server.started:
            raise CannotRun(f"{folder}: the collector did not start; see the lines above")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _allow_connections() -> None:
    """Raises the number of open files that this process may have, which is 1024 on many systems."""
    try:
        import resource
    except ModuleNotFoundError:  # not on Windows, which has no such bound
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = protocol.MAX_CONNECTIONS + 200
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _app(folder: Path, **options: Any) -> Starlette:
    app = create_app(folder, **options)
    # Asked here so that a second collector is told in one line; the lifespan takes it again.
    with EventLog.writing(folder):
        pass
    return app


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, OverflowError) as exc:
        raise CannotRun(f"{host}:{port}: not an address to listen on ({exc})") from exc
    with socket.socket(family, kind) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except OSError as exc:
            raise Busy(f"{host}:{port} cannot be listened on ({exc.strerror}); choose another --port") from exc
        yield listener


def _server(app: Starlette) -> _Server:
    config = uvicorn.Config(
        app,
        http=protocol.bounded_protocol(),
        ws="none",
        lifespan="on",
        # Whatever a stranger sends is a warning there: one line for each would be another way to fill a disk.
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=STOP_S,
    )
    return _Server(config)
