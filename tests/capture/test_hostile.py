"""Pages that never rest, hang, grow or shout: each ends in time with a clear record, and the others are captured."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from capture_exploring import DESKTOP, HOSTILE, noting
from heatreel.capture.capture import CaptureResult, capture
from heatreel.capture.options import Bounds, CaptureOptions
from heatreel.capture.states import states_json
from heatreel.core.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPTIONS = CaptureOptions(
    viewports=(DESKTOP,), routes="none", memory_mb=400, bounds=Bounds(load_s=6, settle_s=4, call_s=6)
)

LABELS = {
    "alerts.html": [],
    "animation.html": ["Open: Open"],
    "busy.html": [],
    "deep.html": ["Open: Show"],
    "download.html": [],
    "empty.html": [],
    "frameset.html": ["Open: Show"],
    "growth.html": ["More: Item 211", "More: Item 241"],
    "loop.html": ["Open: Good"],
    "mutating.html": ["Open: Open"],
    "popups.html": [],
    "refresh.html": [],
    "reload.html": [],
    "sockets.html": [],
    "unload.html": ["Open: Show"],
    "worker.html": ["Open: Show"],
}
REASONS = {
    "auth": "answers with HTTP 401",
    "crash.html": "its tab crashed",
    "hang.html": "does not answer",
    "kind/application/pdf": "cannot be opened (Download is starting)",
    "kind/text/plain": "is text/plain, not HTML",
    "redirect": "TOO_MANY_REDIRECTS",
    "memory.html": "MB of memory (--memory), and was ended",
    "slow/page": "no answer within 6 s",
}


def _captured(folder: Path, urls: list[str], options: CaptureOptions = OPTIONS) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options))


def test_hostile_pages_end_and_the_others_are_captured(tmp_path: Path) -> None:
    with noting(HOSTILE) as (base, noted):
        result = _captured(tmp_path, [f"{base}/{name}" for name in (*LABELS, *REASONS)])
    with Workspace.open(tmp_path) as workspace:
        pages = states_json(workspace, workspace.capture())["pages"]
    found = {page["page"].removeprefix("/"): [state["label"] for state in page["states"]][1:] for page in pages}
    assert found == LABELS
    failed = {one.page.removeprefix("/"): one.reason for one in result.failed}
    assert failed.keys() == REASONS.keys()
    for name, reason in REASONS.items():
        assert reason in failed[name]
    assert not [line for line in noted if line.startswith("POST")]


def test_a_tall_page_is_cut_and_says_so(tmp_path: Path) -> None:
    options = replace(OPTIONS, bounds=replace(OPTIONS.bounds, picture_px=9000), states="none")
    with noting(HOSTILE) as (base, _):
        _captured(tmp_path, [f"{base}/tall.html"], options)
    with Workspace.open(tmp_path) as workspace:
        snapshot = workspace.snapshots(workspace.capture())[0]
        assert snapshot.height == 200_000
        assert snapshot.state.settled is not None
        assert snapshot.state.settled["cut_at"] == 9000
        header = workspace.blobs.get(snapshot.picture)[16:24]
    assert (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")) == (1440, 9000)


def test_an_endless_list_is_followed_a_few_screens(tmp_path: Path) -> None:
    with noting(HOSTILE) as (base, _):
        _captured(tmp_path, [f"{base}/growth.html"])
    with Workspace.open(tmp_path) as workspace:
        snapshot = workspace.snapshots(workspace.capture())[0]
    assert snapshot.state.settled is not None
    assert snapshot.state.settled["grew"] > 0
    assert snapshot.height < 20_000


@pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate is made with openssl")
def test_a_certificate_that_nobody_vouches_for_is_named(tmp_path: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        result = _captured(tmp_path / "workspace", [f"https://127.0.0.1:{server.server_address[1]}/"])
        server.shutdown()
    assert [one.reason for one in result.failed if "ERR_CERT_AUTHORITY_INVALID" in one.reason] != []


def test_a_page_of_50_000_elements_is_captured_whole(tmp_path: Path, serve_folder: Callable[..., str]) -> None:
    url = f"{serve_folder(HOSTILE)}/many.html"
    done = _captured(tmp_path, [url], CaptureOptions(viewports=(DESKTOP,), routes="none"))
    assert done.failures() == []
    with Workspace.open(tmp_path) as workspace:
        snapshot = workspace.snapshots(workspace.capture())[0]
        assert sum(element.tag == "span" for element in workspace.outline(snapshot).elements) == 50_000
