"""`heatreel record`: a browser with the recorder in it, driven by a script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from heatreel.core.eventlog import EventLog
from recorder.driving import PAGES, name_of
from serving import served

ACTS = """# a tester
click "#tab-two"
click #in-two
type #field warm jacket
dblclick #title
goto next.html
click #next
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "heatreel.app", "record", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.browser
def test_what_a_script_does_is_in_the_workspace(tmp_path: Path) -> None:
    script, workspace = tmp_path / "acts.txt", tmp_path / "workspace"
    script.write_text(ACTS)
    with served(PAGES) as base:
        done = run(f"{base}/everything.html", "--script", script, "-w", workspace)
    assert done.returncode == 0, done.stderr
    assert "2 page views" in done.stderr
    with EventLog.open(workspace) as log:
        (session,) = log.sessions()
    assert session.source == "record"
    clicks = [name_of(event) for event in session.events if event.type == "click"]
    assert clicks == ["tab-two", "in-two", "field", "title", "title", "next"]
    assert "jacket" not in repr(session)


@pytest.mark.parametrize(
    ("url", "acts", "words"),
    [
        ("shop.example", "click #a", "shop.example: is not a web address"),
        ("https://shop.example", "poke #a", "line 1: 'poke' is no act"),
        ("https://shop.example", "click #a\nscroll far", "line 2: scroll takes a whole number"),
        ("https://shop.example", "drag #a", "line 1: drag takes 2 values, not 1"),
        ("https://shop.example", "# nothing", "holds no act"),
    ],
)
def test_bad_input_is_said_in_one_line(tmp_path: Path, url: str, acts: str, words: str) -> None:
    script = tmp_path / "acts.txt"
    script.write_text(acts)
    done = run(url, "--script", script, "-w", tmp_path / "workspace")
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
