"""Verify of URLs and folders: captured first, paired by path, served as a static host would."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heatreel.app.main import app
from heatreel.app.serving_files import serve_files
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.workspace import Workspace

PHONE = ["--viewport", "mobile=390x844,touch"]
PAGES = ("index.html", "faq.html", "contact.html")


def copy_of(package: Path, folder: Path) -> Path:
    """Three pages of a real site, with their links to each other only."""
    shutil.copytree(package, folder, ignore=shutil.ignore_patterns("node_modules", "scss", "pug"))
    for page in folder.glob("*.html"):
        if page.name not in PAGES:
            page.unlink()
    return folder


@pytest.mark.browser
@pytest.mark.slow
def test_two_folders_are_captured_and_compared(
    site_package: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    old = copy_of(site_package("startbootstrap-modern-business"), tmp_path / "old")
    new = shutil.copytree(old, tmp_path / "new")
    run = CliRunner()
    same = run.invoke(app, ["verify", "old", "new", *PHONE, "--json"], catch_exceptions=False)
    assert same.exit_code == 0, same.output
    document = json.loads(same.stdout)
    assert document["findings"] == [] and document["base"]["label"] == "base"
    assert {row["page"] for row in document["survival"]["pages"]} >= {"/faq.html", "/contact.html"}

    page = new / "contact.html"
    html = page.read_text("utf-8")
    assert 'type="submit"' in html or "<button" in html
    page.write_text(html.replace("<button", "<button disabled"), "utf-8")
    (new / "faq.html").unlink()
    # The label of the capture that is there already is used as it is; a page that is gone is told.
    changed = run.invoke(app, ["verify", "base", "new", "--json"], catch_exceptions=False)
    assert changed.exit_code == 1
    rules = {(one["rule"], one["page"]) for one in json.loads(changed.stdout)["findings"]}
    assert ("page_lost", "/faq.html") in rules and ("disabled", "/contact.html") in rules


def test_a_side_that_is_nothing_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with Workspace.writing(tmp_path / ".heatreel"):
        pass
    run = CliRunner()
    done = run.invoke(app, ["verify", "nowhere", "empty"])
    assert isinstance(done.exception, InputError)
    done = run.invoke(app, ["verify", "empty", "nowhere"])
    assert isinstance(done.exception, InputError) and "has no index.html" in str(done.exception)


@pytest.mark.browser
def test_a_site_that_cannot_be_reached_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["verify", "http://127.0.0.1:9/", "http://127.0.0.1:9/", *PHONE])
    assert isinstance(done.exception, CannotRun) and "nothing of it could be captured" in str(done.exception)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "site"
    (home / "docs").mkdir(parents=True)
    (home / "bare").mkdir()
    (home / "index.html").write_text("home")
    (home / "about.html").write_text("about")
    (home / "docs" / "index.html").write_text("docs")
    (tmp_path / "secret.txt").write_text("secret")
    (home / "link.txt").symlink_to(tmp_path / "secret.txt")
    return home


@pytest.mark.parametrize(
    ("path", "text"),
    [("/", "home"), ("/about.html", "about"), ("/about", "about"), ("/docs/", "docs"), ("/?x=1", "home")],
)
def test_files_are_served_as_a_static_host_does(folder: Path, path: str, text: str) -> None:
    with serve_files(folder) as base, urllib.request.urlopen(base + path) as answer:
        assert answer.read().decode() == text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/bare/", "/../secret.txt", "/%2e%2e/secret.txt", "/link.txt", "/..%2fsecret.txt"]
)
def test_nothing_else_is_served(folder: Path, path: str) -> None:
    with serve_files(folder) as base, pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(base + path)
