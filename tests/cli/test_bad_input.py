"""Whatever is wrong with the input: one clear line, the right exit code, nothing half-written, nothing lost."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from cli.pages import odd_server

Call = Callable[..., Done]
SMALL = ("--viewport", "desktop=800x600", "--workers", "1")


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one small page captured."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("captured")
    with odd_server() as url:
        command = [sys.executable, "-m", "heatreel.app", "capture", f"{url}/", "-w", str(folder), "--label", "before"]
        subprocess.run([*command, *SMALL], check=True, capture_output=True, timeout=120)
    return folder


def test_unknown_words_are_usage_errors(heatreel: Call) -> None:
    assert heatreel("fly").code == 2
    assert heatreel("capture").code == 2
    assert heatreel("capture", "http://x/", "--workers", "many").code == 2
    heatreel("capture", "example.org").fails(2, "example.org", "http://")
    heatreel("capture", "http://x/", "--viewport", "big").fails(2, "big", "NAME=WxH")
    heatreel("capture", "http://x/", "--states", "some").fails(2, "--states", "auto or none")
    heatreel("capture", "http://x/", "--storage-state", "none.json").fails(2, "none.json")
    heatreel("capture", "http://x/", "--config", "none.toml").fails(2, "none.toml")


def test_a_workspace_that_is_not_there(heatreel: Call, tmp_path: Path) -> None:
    for command in (("states",), ("replay",), ("hits",), ("report", "-o", "r"), ("render", "-o", "x.png")):
        if command == ("replay",):
            heatreel(*command, "-w", "ws").fails(2, "nothing captured yet")
        else:
            heatreel(*command, "-w", "none").fails(2, "none", "no workspace here")
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "x.png").exists()
    assert not (tmp_path / "r").exists()


@pytest.mark.browser
def test_pages_that_cannot_be_captured_never_lose_the_others(heatreel: Call) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/closed"
        with odd_server() as url:
            bad = [f"{url}/broken", f"{url}/picture", f"{url}/nowhere", closed]
            done = heatreel("capture", *bad, f"{url}/", "--routes", "none", *SMALL)
    assert done.code == 3, done.err
    assert "HTTP 500" in done.err
    assert "HTTP 404" in done.err
    assert "not HTML" in done.err
    assert closed in done.err
    pages = heatreel("states", "--json").json["pages"]
    assert [page["page"] for page in pages] == ["/"]
    assert [state["kind"] for state in pages[0]["states"]] == ["default", "details"]


@pytest.mark.browser
def test_a_missing_browser_says_how_to_get_one(heatreel: Call, tmp_path: Path) -> None:
    heatreel("capture", "http://127.0.0.1:9/", "--browser", "/no/browser").fails(3, "/no/browser", "--browser")
    heatreel("capture", "http://127.0.0.1:9/", HEATREEL_BROWSER="/no/browser").fails(3, "HEATREEL_BROWSER")
    bare = heatreel(
        "capture",
        "http://127.0.0.1:9/",
        PATH=str(tmp_path),
        PLAYWRIGHT_BROWSERS_PATH=str(tmp_path),
        HEATREEL_BROWSER="",
    )
    bare.fails(3, "playwright install chromium")
    doctor = heatreel("doctor", "--only", "browser", "--browser", "/no/browser")
    assert doctor.code == 3
    assert "/no/browser" in doctor.err


@pytest.mark.browser
def test_unknown_names_list_what_there_is(heatreel: Call, captured: Path) -> None:
    heatreel("states", "-w", captured, "--label", "after").fails(2, "after", "before")
    heatreel("render", "-w", captured, "-o", "x.png").fails(2, "heatreel replay")
    assert heatreel("replay", "-w", captured).code == 0
    for option, name, known in (
        ("--page", "/nowhere", "/"),
        ("--viewport", "phone", "desktop"),
        ("--state", "open", "default"),
        ("--kind", "warmth", "click"),
        ("--colours", "mud-brown", "colour"),
        ("--radius", "0", "radius"),
        ("--where", "nonsense", "--where"),
        ("--where", "shoe=9", "shoe"),
    ):
        heatreel("render", "-w", captured, "-o", "x.png", option, name).fails(2, known)
    heatreel("render", "-w", captured, "-o", "x.gif").fails(2, "x.gif", ".webp")
    heatreel("capture", "http://127.0.0.1:9/", "-w", captured, "--label", "before").fails(2, "before", "--replace")


@pytest.mark.browser
def test_an_empty_layer_and_report_can_be_made(heatreel: Call, captured: Path, tmp_path: Path) -> None:
    assert heatreel("replay", "-w", captured).out == "0 of 0 events placed (100.0 %)\n"
    assert heatreel("render", "-w", captured, "-o", "x.webp", "--kind", "scroll").code == 0
    assert (tmp_path / "x.webp").read_bytes()[8:12] == b"WEBP"
    assert heatreel("report", "-w", captured, "-o", "r").code == 0
    assert (tmp_path / "r" / "index.html").is_file()
    assert heatreel("report", "-w", captured, "-o", "r").code == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    heatreel("report", "-w", captured, "-o", "mine").fails(2, "mine")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.browser
def test_a_workspace_of_a_newer_version(heatreel: Call, captured: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "newer"
    shutil.copytree(captured, folder)
    db = sqlite3.connect(folder / "heatreel.db")
    db.execute("PRAGMA user_version = 999")
    db.close()
    for command in (("states",), ("replay",), ("capture", "http://127.0.0.1:9/")):
        heatreel(*command, "-w", folder).fails(2, "newer Heatreel", "heatreel.db")


def test_a_port_in_use(heatreel: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = heatreel("serve", "--port", taken.getsockname()[1])
    assert done.code == 3
    assert "choose another --port" in done.err
    assert "Traceback" not in done.err


def test_match_names_the_file_that_is_missing(heatreel: Call, tmp_path: Path) -> None:
    heatreel("match", "one.html", "two.html").fails(2, "one.html", "no such file")


def test_init_writes_once(heatreel: Call, tmp_path: Path) -> None:
    assert heatreel("init").code == 0
    before = (tmp_path / "heatreel.toml").read_text()
    heatreel("init").fails(2, "heatreel.toml", "--force")
    assert (tmp_path / "heatreel.toml").read_text() == before


@pytest.mark.browser
def test_a_url_that_is_the_same_page_as_another_is_not_dropped_without_a_word(heatreel: Call) -> None:
    with odd_server() as url:
        assert heatreel("capture", f"{url}/", f"{url}/?color=red", "--routes", "none", *SMALL).code == 0
    reasons = [skipped["reason"] for skipped in heatreel("states", "--json").json["skipped"]]
    assert any("?color=red: not captured, is the same page as" in reason for reason in reasons)
