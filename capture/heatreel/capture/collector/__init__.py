"""The collector: receives what recorders send and appends it to the event log.

Its libraries (starlette, uvicorn, msgspec) come with the extra `serve`, so they are imported only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.core.errors import CannotRun

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from heatreel.core.config import SiteConfig

_EXTRA = "the collector needs the extra `serve`: pip install 'heatreel[serve]' ({0} is missing)"


def make_ready(folder: Path, site: SiteConfig) -> str:
    """Makes a workspace with the site of a configuration, when it is not there; returns the site's write key.

    Raises `InputError` when the site is there with another write key than the configuration's.
    """
    from heatreel.capture.collector.sites import ensure_site

    return ensure_site(folder, site)


def create_app(
    folder: Path,
    *,
    site: SiteConfig | None = None,
    origins: Sequence[str] = (),
    routes: Sequence[BaseRoute] = (),
    source: str = "recorder",
) -> Starlette:
    """The collector of a workspace as an ASGI application, with `routes` beside its own.

    The workspace is made with the site when it is not there. The event log is opened for writing while the
    application's lifespan lasts. `site` is `[site]` of `heatreel.toml`: origins, rates, days to keep. `origins`
    (`https://shop.example`) and the site's are the only ones to accept events from; none at all means any. `source`
    is what the sessions say of where they came from. Raises `CannotRun` when the extra `serve` is missing.
    """
    return _part("app").create_app(  # type: ignore[no-any-return]
        folder, site=site, origins=origins, routes=routes, source=source
    )


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    site: SiteConfig | None = None,
    origins: Sequence[str] = (),
    routes: Sequence[BaseRoute] = (),
    source: str = "recorder",
) -> None:
    """Runs the collector until it is told to stop (SIGINT, SIGTERM); returns within about 10 s of that.

    Raises `Busy` when the port is taken or another collector writes this workspace's event log.
    """
    _part("server").serve(folder, host, port, site=site, origins=origins, routes=routes, source=source)


@contextmanager
def running(
    folder: Path,
    *,
    port: int = 0,
    site: SiteConfig | None = None,
    origins: Sequence[str] = (),
    routes: Sequence[BaseRoute] = (),
    source: str = "recorder",
) -> Iterator[str]:
    """A collector in a thread of this process, on a free loopback port unless told; gives its URL without a slash."""
    with _part("server").running(folder, port=port, site=site, origins=origins, routes=routes, source=source) as url:
        yield url


def _part(name: str) -> Any:
    try:
        match name:
            case "app":
                from heatreel.capture.collector import app as part
            case _:
                from heatreel.capture.collector import server as part  # type: ignore[no-redef]
    except ModuleNotFoundError as exc:
        if (exc.name or "").split(".")[0] in ("starlette", "uvicorn", "msgspec", "anyio", "h11", "httptools", "uvloop"):
            raise CannotRun(_EXTRA.format(exc.name)) from exc
        raise
    return part
