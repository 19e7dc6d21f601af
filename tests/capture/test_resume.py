"""Captures that are cut off go on where they stopped; what has not changed is not captured again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from capture_exploring import DESKTOP
from club import Club, club
from heatreel.capture import running
from heatreel.capture.capture import capture
from heatreel.capture.options import CaptureOptions
from heatreel.capture.results import CaptureResult
from heatreel.core.workspace import Workspace

pytestmark = pytest.mark.browser

OPTIONS = CaptureOptions(viewports=(DESKTOP,), label="one", workers=2)


@pytest.fixture
def site() -> Iterator[Club]:
    with club() as up:
        yield up


def _captured(folder: Path, urls: list[str], options: CaptureOptions = OPTIONS, progress: Any = None) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options, progress))


def _states(folder: Path) -> set[tuple[str, str]]:
    with Workspace.open(folder) as workspace:
        return {(one.page, one.state.id) for one in workspace.snapshots(workspace.capture())}


class _Stop(Exception):
    pass


def test_a_capture_goes_on_where_it_stopped(site: Club, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    _captured(whole, [f"{site.url}/"])
    folder = tmp_path / "cut"

    def stop(what: str, done: int, total: int) -> None:
        if done == 3:
            raise _Stop

    with pytest.raises(BaseExceptionGroup):
        _captured(folder, [f"{site.url}/"], replace(OPTIONS, workers=1), stop)
    with Workspace.open(folder) as workspace:
        record = workspace.capture("one")
        assert record.finished == ""
        done = {page for page, _, _ in workspace.visits(record)}
    assert len(done) == 3
    assert "/" in done
    site.requests.clear()
    result = _captured(folder, [f"{site.url}/"], replace(OPTIONS, resume=True))
    assert result.resumed == 3
    # Not one request for a page that was done; its links were remembered.
    assert not [path for path in done if site.count(path)]
    assert _states(folder) == _states(whole)
    assert {one.page for one in result.pages} | done == {page for page, _ in _states(whole)}
    again = _captured(folder, [f"{site.url}/"], replace(OPTIONS, resume=True))
    assert (again.snapshots, again.resumed, again.failures()) == (0, 6, [])


def test_what_has_not_changed_is_taken_over(site: Club, tmp_path: Path) -> None:
    _captured(tmp_path, [f"{site.url}/"])
    site.texts["about"] = "We are another club now."
    site.requests.clear()
    result = _captured(tmp_path, [f"{site.url}/"], replace(OPTIONS, label="two", reuse="one"))
    assert {one.page: one.reused for one in result.pages} == {
        "/": True, "/about": False, **{f"/product/item-{number}": True for number in range(4)}
    }  # fmt: skip
    assert "5 pages unchanged" in result.line()
    assert site.count("/product/item-1") == 1
    with Workspace.open(tmp_path) as workspace:
        one, two = (workspace.snapshots(workspace.capture(label)) for label in ("one", "two"))
        assert [(a.page, a.state.id) for a in one].sort() == [(b.page, b.state.id) for b in two].sort()
        about = next(b for b in two if b.page == "/about")
        assert "another club" in workspace.dom(about)
    other = _captured(
        tmp_path, [f"{site.url}/about"], replace(OPTIONS, label="three", reuse="two", depth=1, routes="none")
    )
    assert not other.pages[0].reused, "other options, other content"


def test_a_browser_that_holds_too_much_is_started_anew(
    site: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    measure = running.Running.memory_mb

    def noted(one: running.Running) -> int:
        seen.append(one.process)
        return measure(one)

    monkeypatch.setattr(running.Running, "memory_mb", noted)
    options = replace(OPTIONS, workers=1, memory_mb=1, states="none", routes="none")
    monkeypatch.setattr(running, "EATS", 100_000)
    result = _captured(tmp_path, [f"{site.url}/", f"{site.url}/about"], options)
    assert len(result.pages) == 2
    assert len(set(seen)) == 2
    assert not [process for process in seen if psutil.pid_exists(process)]


def _run(folder: Path, site: Club, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "heatreel.app", "capture", f"{site.url}/", "-w", str(folder), "--label", "one"]
    # A session of its own, so that everything it starts can be found.
    return subprocess.Popen(
        [*command, "--viewport", str(DESKTOP), "--workers", "2", *more],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, start_new_session=True,
    )  # fmt: skip


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _until(done: Any, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_no_process_and_loses_nothing(site: Club, tmp_path: Path) -> None:
    """kill -9 of the capture, and of a browser in it, at chosen moments of a capture; the seed is fixed."""
    whole, folder = tmp_path / "whole", tmp_path / "cut"
    for one in (whole, folder):
        one.mkdir()
    assert _run(whole, site).wait(120) == 0
    chance = random.Random(7)
    kept: set[tuple[str, str]] = set()
    for turn in range(4):
        site.requests.clear()
        process = _run(folder, site, "--resume")
        wanted = chance.randrange(2, 14)
        _until(lambda wanted=wanted, process=process: len(site.requests) >= wanted or process.poll() is not None)
        family = _family(process)
        browsers = [one for one in family if one.is_running() and "--type=" not in " ".join(_command(one))]
        if turn % 2 and browsers:
            chance.choice(browsers).kill()
            process.wait(120)
        else:
            process.kill()
            process.wait(20)
        assert _until(lambda family=family: not [one for one in family if _alive(one)]), family
        if (folder / "heatreel.db").exists() and kept:
            assert _states(folder) >= kept
        with Workspace.writing(folder) as workspace:
            kept = _states(folder) if workspace.captures() else set()
    assert _run(folder, site, "--resume").wait(120) == 0
    assert _states(folder) == _states(whole)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return ["--type=gone"]


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def test_a_signal_ends_it_and_what_was_done_stays(site: Club, tmp_path: Path) -> None:
    process = _run(tmp_path, site)
    assert _until(lambda: site.count("/about") > 0)
    family = _family(process)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    assert _until(lambda: not [one for one in family if _alive(one)])
    with Workspace.open(tmp_path) as workspace:
        assert workspace.capture("one").finished == ""
