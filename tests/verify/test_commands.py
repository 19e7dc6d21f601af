"""`heatreel verify` and `heatreel approve` on a workspace: what they print, write, and end with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from heatreel.app.main import app
from heatreel.core.element import Element, Outline
from heatreel.core.hits import Hits, Ledger
from heatreel.core.state import State
from heatreel.core.workspace import Workspace
from verify.drawing import DESKTOP, MOBILE, Page, clicks

Run = Callable[..., Result]
KEYS = {"groupIndex": "group_index", "groupSize": "group_size", "nameHash": "name_hash", "nameSketch": "name_sketch",
        "textHash": "text_hash", "nearHashes": "near_hashes"}  # fmt: skip


def as_json(outline: Outline) -> str:
    """The outline as the page model writes it."""
    return json.dumps(
        {"width": outline.width, "height": outline.height, "elements": [record(one) for one in outline.elements]}
    )


def record(element: Element) -> dict[str, object]:
    values = asdict(element)
    return {key: values.pop(name) for key, name in KEYS.items()} | values


def page(buy: str = "Buy now", help_: bool = True) -> Outline:
    made = Page()
    made.add("h2", (0, 100, 400, 40), "A pack")
    made.add("button", (10, 200, 200, 50), buy)
    if help_:
        made.add("a", (300, 300, 80, 24), "Help", href="/help")
    made.add("a", (0, 500, 80, 24), "Home", href="/")
    return made.done()


def add(
    workspace: Workspace, label: str, outline: Outline, finish: bool = True, mobile: bool = False, path: str = "/"
) -> None:
    capture = workspace.begin_capture(label, workspace.site(), "Chromium 1", "Linux", {})
    number = workspace.add_page(capture, path, f"http://127.0.0.1{path}", "Shop")
    for viewport in (DESKTOP, MOBILE) if mobile else (DESKTOP,):
        size = int(outline.width), int(outline.height)
        workspace.add_snapshot(
            number, viewport, "", State("default", "Default", "default"), size, b"", "{}", as_json(outline)
        )
    if finish:
        workspace.finish_capture(capture)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in a folder with a workspace of six captures: old, same, new, cut, narrow and elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with Workspace.writing(tmp_path / ".heatreel") as workspace:
        add(workspace, "old", page())
        add(workspace, "same", page())
        add(workspace, "new", page(buy="Order", help_=False))
        add(workspace, "cut", page(), finish=False)
        add(workspace, "narrow", page(), mobile=True)
        add(workspace, "elsewhere", page(), path="/other")

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), catch_exceptions=True)

    yield call


def heat(folder: Path, hits: Hits) -> None:
    with Workspace.writing(folder) as workspace:
        capture = workspace.capture("old")
        snapshot = workspace.snapshots(capture)[0]
        workspace.save_replay(capture, Ledger(len(hits), len(hits), {}, {}), {}, {snapshot.id: hits})


def test_the_same_build_passes(run: Run) -> None:
    done = run("verify", "old", "same")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "/  desktop  100.0 % of 3 elements that act survive"
    assert done.stdout.splitlines()[-1] == "pass: 0 failing, 0 noted, 0 accepted"


def test_the_document_has_what_the_design_says(run: Run) -> None:
    done = run("verify", "old", "new", "--json")
    assert done.exit_code == 1, done.output
    document = json.loads(done.stdout)
    assert document["version"] == 1 and document["verdict"] == "fail"
    assert {"page", "viewport", "state", "before", "after", "confidence"} <= set(document["pairs"][0])
    assert [pair["before"]["name"] for pair in document["pairs"] if pair["after"] is None] == ["Help"]
    keys = {"rule", "severity", "page", "viewport", "state", "before", "after", "clicks", "share", "detail"}
    assert all(keys <= set(finding) for finding in document["findings"])
    assert [(one["rule"], one["fails"]) for one in document["findings"]] == [("gone", True), ("renamed", False)]
    assert document["states"][0]["after"] == "default"


def test_heat_gives_clicks_and_survival(run: Run, tmp_path: Path) -> None:
    heat(tmp_path / ".heatreel", clicks(page(), (2, 60), (3, 20), (4, 20)))
    document = json.loads(run("verify", "old", "new", "--json").stdout)
    assert document["heated"]
    found = {one["rule"]: (one["clicks"], one["share"]) for one in document["findings"]}
    assert found == {"survival": (20, 0.2), "gone": (20, 0.2), "renamed": (60, 0.6)}
    assert document["survival"]["pages"][0]["clicks"] == {
        "total": 100, "kept": 80, "share": 0.8, "fates": {"gone": 20, "renamed": 60, "same": 20},
    }  # fmt: skip


def test_what_fails_can_be_chosen(run: Run) -> None:
    assert run("verify", "old", "new", "--fail-on", "none").exit_code == 0
    assert run("verify", "old", "new", "--fail-on", "renamed").exit_code == 1
    assert run("verify", "old", "new", "--fail-on", "covered,disabled").exit_code == 0


def test_configuration_sets_the_rules(run: Run, tmp_path: Path) -> None:
    (tmp_path / "heatreel.toml").write_text('[verify]\nfail_on = ["none"]\n[verify.severity]\nrenamed = "off"\n')
    done = run("verify", "old", "new")
    assert done.exit_code == 0, done.output
    assert "renamed" not in done.stdout.split("survive")[1].split("gone  ")[1]


def test_reports_are_written(run: Run, tmp_path: Path) -> None:
    done = run("verify", "old", "new", "--junit", "out/report.xml", "--markdown", "summary.md")
    assert done.exit_code == 1, done.output
    assert b"<failure" in (tmp_path / "out/report.xml").read_bytes()
    run("verify", "old", "same", "--markdown", "summary.md")
    assert (tmp_path / "summary.md").read_text().count("## Heatreel") == 2


def test_annotations_are_for_github_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "::error" not in run("verify", "old", "new").output
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = run("verify", "old", "new", "--json")
    assert "::error title=Heatreel gone" in done.stderr
    json.loads(done.stdout)


def test_what_is_approved_passes_until_it_ends(run: Run, tmp_path: Path) -> None:
    assert run("verify", "old", "new").exit_code == 1
    done = run("approve", "gone", "--reason", "Help lives in the footer", "--until", "2999-12-31")
    assert done.exit_code == 0, done.output
    assert "Help lives in the footer" in (tmp_path / "heatreel-approvals.toml").read_text()
    passed = run("verify", "old", "new")
    assert passed.exit_code == 0 and "1 accepted" in passed.stdout
    run("approve", "gone", "--reason", "only for a while", "--until", "2001-01-01")
    ended = run("verify", "old", "new")
    assert ended.exit_code == 1
    assert "its approval ended on 2001-01-01" in ended.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("verify", "old", "missing"), "no capture 'missing'; there are: old, same, new, cut, narrow, elsewhere"),
        (("verify", "old", "elsewhere"), "no page in common: BASE has /; HEAD has /other"),
        (("verify", "", "new"), "a label is empty"),
        (("verify", "old", "cut"), "capture 'cut' was cut off"),
        (("verify", "old", "narrow"), "only HEAD was captured at mobile=390x800"),
        (("verify", "old", "new", "--fail-on", "bad"), "no severity or rule 'bad'"),
        (("verify", "old", "new", "-w", "nowhere"), "no workspace here"),
        (("approve", "x", "--reason", "y"), "nothing verified yet"),
        (("approve", "x", "--reason", " "), "--reason is empty"),
    ],
)
def test_what_cannot_be_done_is_never_a_pass(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert getattr(done.exception, "exit_code", 0) == 2
    assert message in str(done.exception)


@pytest.mark.parametrize("part", ["picture", "dom", "outline"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_snapshot_is_said(tmp_path: Path, run: Run, part: str, harm: str) -> None:
    """Also of what this comparison does not look at: half a snapshot is no ground for a pass."""
    with Workspace.writing(tmp_path / ".heatreel") as workspace:
        capture = workspace.begin_capture("whole", workspace.site(), "Chromium 1", "Linux", {})
        number = workspace.add_page(capture, "/", "http://127.0.0.1/", "Shop")
        state = State("default", "Default", "default")
        outline = page()
        size = int(outline.width), int(outline.height)
        workspace.add_snapshot(number, DESKTOP, "", state, size, b"a picture", '{"own": "dom"}', as_json(outline) + " ")
        workspace.finish_capture(capture)
        blob = workspace.blobs.path(getattr(workspace.snapshots(workspace.capture("whole"))[0], part))
    assert run("verify", "old", "whole").exit_code == 0
    blob.write_bytes(blob.read_bytes()[:-1]) if harm == "cut" else blob.unlink()
    done = run("verify", "old", "whole")
    assert getattr(done.exception, "exit_code", 0) in (2, 3)
    assert re.search("blob is (damaged|missing)", str(done.exception))


@pytest.mark.parametrize("harm", ["cut", "other"])
def test_a_damaged_workspace_is_said(run: Run, tmp_path: Path, harm: str) -> None:
    file = tmp_path / ".heatreel" / "heatreel.db"
    data = file.read_bytes()
    for other in file.parent.glob("heatreel.db-*"):
        other.unlink()
    file.write_bytes(data[: len(data) // 2] if harm == "cut" else b"something else" * 999)
    done = run("verify", "old", "same")
    assert getattr(done.exception, "exit_code", 0) in (2, 3)
    assert "cannot be opened" in str(done.exception)


def test_other_browsers_systems_and_fonts_are_said(run: Run, tmp_path: Path) -> None:
    with Workspace.writing(tmp_path / ".heatreel") as workspace:
        for label, browser, font in (("here", "Chromium 1", "Arimo"), ("there", "Chromium 2", "Helvetica")):
            options = {"fonts": {"serif": "Tinos", "sans-serif": font}}
            capture = workspace.begin_capture(label, workspace.site(), browser, "Linux", options)
            number = workspace.add_page(capture, "/", "http://127.0.0.1/", "Shop")
            outline, state = page(), State("default", "Default", "default")
            size = int(outline.width), int(outline.height)
            workspace.add_snapshot(number, DESKTOP, "", state, size, b"", "{}", as_json(outline))
            workspace.finish_capture(capture)
    document = json.loads(run("verify", "here", "there", "--json").stdout)
    assert document["base"]["fonts"]["sans-serif"] == "Arimo"
    assert document["notes"] == [
        "BASE was captured with browser Chromium 1, HEAD with Chromium 2: fonts and sizes may differ",
        "BASE and HEAD were captured with other fonts (sans-serif Arimo and Helvetica): texts and sizes differ by them",
    ]
    assert json.loads(run("verify", "here", "here", "--json").stdout)["notes"] == []
