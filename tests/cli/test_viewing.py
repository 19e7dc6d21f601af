"""What `heatreel serve` shows at /: to this machine only, and nothing but the report's own files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from heatreel.app.viewing import is_loopback, viewer_routes
from heatreel.core.workspace import Workspace


def answer(folder: Path, path: str, host: str = "127.0.0.1:8765") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=viewer_routes(folder)))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    with Workspace.writing(tmp_path) as workspace:
        workspace.site()
    return tmp_path


def test_an_empty_workspace_shows_how_to_begin(fresh: Path) -> None:
    page = answer(fresh, "/")
    with Workspace.open(fresh) as workspace:
        site = workspace.find_site()
    assert site
    assert page.status_code == 200
    assert f"data-site=&quot;{site.key}&quot;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_other_hosts_and_other_files_are_refused(fresh: Path) -> None:
    assert answer(fresh, "/", host="evil.example").status_code == 400
    (fresh / "report").mkdir()
    (fresh / "report" / "a.txt").write_text("a")
    assert answer(fresh, "/a.txt").text == "a"
    for path in ("/%2e%2e/heatreel.db", "/..%2fheatreel.db", "/none.txt", "/%2fetc/passwd"):
        assert answer(fresh, path).status_code == 404


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("shop.example", False)],
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own
