"""The tutorial, word for word: its files saved, its commands run in their order."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(html|text|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:<!-- |# )([\w/]+\.\w+)(?: -->)?\n")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def blocks() -> Iterator[tuple[str, str]]:
    """Kind and text of each block, on a port that is free here."""
    text = (ROOT / "docs/tutorial.md").read_text("utf-8").replace("8000", str(free_port()))
    yield from _BLOCK.findall(text)


@pytest.mark.browser
@pytest.mark.slow
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    servers: list[subprocess.Popen[bytes]] = []
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"}
    said = ""
    try:
        for kind, text in blocks():
            named = _FILE.match(text)
            if kind != "console":
                if named:
                    file = tmp_path / named[1]
                    file.parent.mkdir(exist_ok=True)
                    file.write_text(text[named.end() :], "utf-8")
                continue
            for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
                if command.endswith("&"):
                    words = command.removesuffix("&").split()
                    words[0] = shutil.which(words[0], path=path) or words[0]
                    servers.append(subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.DEVNULL))
                    continue
                done = subprocess.run(
                    ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
                said += done.stdout + done.stderr
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    for words in ("Tab: Shipping", "FAQ: Can I return it?", "Dialog: Ask us"):
        assert said.count(words) == 3, "at each viewport"
    told = ["heatreel", "hits", "--label", "before"]
    hits = subprocess.run(told, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    clicks = [hit for hit in map(json.loads, hits.stdout.splitlines()) if hit["type"] == "click"]
    assert len(clicks) == 7 and {hit["status"] for hit in clicks} == {"placed"}
    assert {hit["state"].split("-")[0] for hit in clicks} >= {"default", "tab", "dialog"}
    assert "Order one" in said
    assert (tmp_path / "clicks.png").stat().st_size > 10_000
    assert (tmp_path / "report/index.html").exists() and (tmp_path / "changes/index.html").exists()
