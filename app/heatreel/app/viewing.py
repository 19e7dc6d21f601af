"""What `heatreel serve` shows at /: the report of the newest replay, or how to get the first events."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from heatreel.core.config import SiteConfig
from heatreel.core.errors import HeatreelError, InputError, WorkspaceError
from heatreel.core.eventlog import EventLog
from heatreel.core.workspace import Workspace

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_FIRST_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Heatreel</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }}
body {{ max-width: 44rem; margin: 12vh auto; padding: 0 1.5rem }}
pre {{ padding: 1rem; border: 1px solid; border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere }}
</style><h1>Nothing to show yet</h1>
<p>{counts}</p>
<p>1. Capture your pages: <code>heatreel capture URL</code></p>
<p>2. Put the recorder on them:</p><pre>{snippet}</pre>
<p>3. When visitors have come: <code>heatreel replay</code>, and load this page again.</p></html>"""


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def snippet(base: str, key: str, query: Sequence[str] = ()) -> str:
    """The line that puts the recorder on a page. `base` is the collector's URL without a slash.

    `query` are the keys of a URL's query that make another page; the recorder sends no others.
    """
    kept = f' data-query="{escape(",".join(query))}"' if query else ""
    return f'<script async src="{base}/heatreel.js" data-site="{key}"{kept}></script>'


def viewer_routes(folder: Path, site: SiteConfig = SiteConfig()) -> list[BaseRoute]:
    """Routes that show the newest report of a workspace. Hosts other than loopback names are refused: DNS rebinding."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse
    from starlette.routing import Mount, Route

    viewer = Viewer(folder, site)

    def index(request: Request) -> Response:
        try:
            if viewer.refresh():
                return FileResponse(viewer.report / "index.html")
        except HeatreelError as exc:
            return PlainTextResponse(f"heatreel: {exc}\n", 500)
        page = viewer.first_page(str(request.base_url).rstrip("/"))
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    def file(request: Request) -> Response:
        path = (viewer.report / request.path_params["path"]).resolve()
        if not path.is_relative_to(viewer.report.resolve()) or not path.is_file():
            return PlainTextResponse("no such file\n", 404)
        return FileResponse(path, headers={"X-Content-Type-Options": "nosniff"})

    hosts = ["localhost", "127.0.0.1", "[::1]", "::1"]
    return [
        Mount(
            "/",
            routes=[Route("/", index), Route("/{path:path}", file)],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
        )
    ]


class Viewer:
    """The report of a workspace's newest replay, written again when there is a newer one."""

    def __init__(self, folder: Path, site: SiteConfig) -> None:
        self.folder = folder
        self.site = site
        self.report = folder / "report"
        self.shown: tuple[int, str] | None = None

    def refresh(self) -> bool:
        """Brings the report up to date; False when there is no replay yet."""
        from heatreel.app.reporting import report_to

        try:
            with Workspace.open(self.folder) as workspace:
                replay = workspace.replay(workspace.capture())
                if self.shown != (replay.id, replay.made):
                    report_to(workspace, self.report)
                    self.shown = (replay.id, replay.made)
        except (InputError, WorkspaceError) as exc:
            if isinstance(exc, WorkspaceError):
                raise
            return False
        return True

    def first_page(self, base: str) -> str:
        """The page of an empty workspace: the ways in, and what has arrived so far."""
        with Workspace.open(self.folder) as workspace:
            site = workspace.find_site(self.site.name)
            captures = len(workspace.captures())
        with EventLog.open(self.folder) as log:
            batches, events = log.count()
        counts = f"{captures} captures, {events:,} events in {batches:,} batches so far."
        return _FIRST_PAGE.format(
            counts=counts, snippet=escape(snippet(base, site.key if site else "KEY", self.site.query))
        )
