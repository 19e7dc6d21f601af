"""`heatreel capture` by heatreel.toml alone: a login, a state by hand, an arm, a list of pages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from club import PASSWORD, club

CONFIG = """
[capture]
urls = ["{url}/member", "/arms", "/about"]
viewports = ["desktop=1200x800"]
max_pages = 3

[capture.login]
url = "/login"
until = ".account"
steps = [
    {{ action = "type", selector = "#password", value = "${{CLUB_PASSWORD}}" }},
    {{ action = "press", selector = "#password", value = "Enter" }},
]

[[capture.states]]
name = "History, read"
page = "/about"
recipe = [{{ action = "click", selector = "summary" }}, {{ action = "hover", selector = "h1" }}]

[[capture.states]]
name = "Nowhere"
page = "/about"
recipe = [{{ action = "click", selector = "#nowhere" }}]

[[capture.variants]]
name = "b"
pages = ["/arms"]
cookies = {{ arm = "b" }}
"""


@pytest.mark.browser
def test_the_file_says_it_all(heatreel: Callable[..., Done], tmp_path: Path) -> None:
    with club() as site:
        (tmp_path / "heatreel.toml").write_text(CONFIG.format(url=site.url))
        heatreel("capture").fails(2, "CLUB_PASSWORD", "capture.login.steps.0.value")
        done = heatreel("capture", "--label", "one", "--json", CLUB_PASSWORD=PASSWORD)
        assert done.code == 0, done.err
        assert {(one["page"], one["variant"]): one["states"] for one in done.json["pages"]} == {
            ("/about", ""): 2, ("/arms", "b"): 2, ("/member", ""): 2,
        }  # fmt: skip
        assert [one["name"] for one in done.json["not_redone"]] == ["Nowhere"]
        assert "Nowhere" in done.err
        labels = {state["label"] for page in heatreel("states", "--json").json["pages"] for state in page["states"]}
        assert "History, read" in labels
        for path in (tmp_path / ".heatreel").rglob("*"):
            assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()
        heatreel("capture", "--label", "one", CLUB_PASSWORD=PASSWORD).fails(2, "--resume")
        again = heatreel("capture", "--label", "one", "--resume", "--json", CLUB_PASSWORD=PASSWORD)
        assert (again.json["resumed"], again.json["snapshots"]) == (3, 0)
        other = heatreel(
            "capture", f"{site.url}/about", "--label", "two", "--recipes-from", "one", "--states", "none",
            "--routes", "none", "--json", CLUB_PASSWORD=PASSWORD,
        )  # fmt: skip
        assert other.json["pages"][0]["states"] == 2
        heatreel("capture", "--learn", CLUB_PASSWORD=PASSWORD).fails(2, "heatreel replay")
        heatreel("capture", "--reuse", "none", "--label", "x", CLUB_PASSWORD=PASSWORD).fails(2, "none", "one, two")
        heatreel("capture", "/about", CLUB_PASSWORD=PASSWORD).fails(2, "/about", "http://")
    assert "CLUB_PASSWORD" not in os.environ
