from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from heatreel.core.blobs import Blobs
from heatreel.core.errors import Busy, InputError, WorkspaceError
from heatreel.core.hits import Hits, Ledger
from heatreel.core.schema import VERSION
from heatreel.core.state import Action, Shown, Skipped, State
from heatreel.core.viewport import DEFAULT_VIEWPORTS
from heatreel.core.workspace import CATALOGUE, Workspace

STATE = State(
    "tab-reviews-ab12",
    "Tab: Reviews",
    "tab",
    (Action("click", "#reviews"), Action("press", "#x", "Enter")),
    "default",
    (Shown("#panel", "Lovely"),),
    (Shown("#old"),),
    {"k1": "on"},
    "c2tldGNo",
    {"ended_by": "quiet"},
)
OUTLINE = '{"width": 1440, "height": 2000, "elements": [], "sketch": "", "switches": []}'


def filled(folder: Path) -> None:
    with Workspace.writing(folder) as workspace:
        capture = workspace.begin_capture("before", workspace.site(), "chromium 1", "Linux", {"depth": 2})
        page = workspace.add_page(capture, "/product/{slug}", "http://x/product/a", "A <b>")
        for state in (State("default", "Default", "default"), STATE):
            workspace.add_snapshot(page, DEFAULT_VIEWPORTS[2], "", state, (390, 2000), b"png", "{}", OUTLINE)
        workspace.add_skipped(capture, Skipped("/", "mobile", "#buy", "reads as buying"))
        workspace.finish_capture(capture)


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    filled(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        capture = workspace.capture("before")
        first, second = workspace.snapshots(capture)
        assert second.state == STATE
        assert second.viewport == DEFAULT_VIEWPORTS[2]
        assert (second.page, second.title, second.width, second.height) == ("/product/{slug}", "A <b>", 390, 2000)
        assert workspace.blobs.get(first.picture) == b"png"
        assert workspace.dom(first) == "{}"
        assert workspace.outline(first).height == 2000
        assert workspace.skipped(capture) == [Skipped("/", "mobile", "#buy", "reads as buying")]
        assert capture.finished


def test_the_site_key_stays(tmp_path: Path) -> None:
    with Workspace.writing(tmp_path) as workspace:
        key = workspace.site().key
    with Workspace.writing(tmp_path) as workspace:
        assert workspace.site().key == key
        assert workspace.site("other").key != key


def test_hits_and_ledger_are_read_back(tmp_path: Path) -> None:
    filled(tmp_path)
    columns = Hits(
        event=np.array(["s/d/1", "s/d/22"]),
        session=np.array([0, 1], "i4"),
        visit=np.array([0, 0], "i4"),
        type=np.array([1, 2], "u1"),
        signals=np.array([1, 0], "u2"),
        x=np.array([1.5, 2], "f4"),
        y=np.array([3, 4], "f4"),
        element=np.array([5, -1], "i4"),
        confidence=np.array([1, 0.5], "f4"),
        time_ms=np.array([1e12, 2e12]),
    )
    ledger = Ledger(3, 2, {"missing": 1, "hidden": 0}, {"resize": 4})
    with Workspace.writing(tmp_path) as workspace:
        capture = workspace.capture()
        first, second = workspace.snapshots(capture)
        workspace.save_replay(capture, Ledger(0, 0, {}, {}), {}, {})
        workspace.save_replay(capture, ledger, {"pages": []}, {second.id: columns})
    with Workspace.open(tmp_path) as workspace:
        replay = workspace.replay(workspace.capture())
        back = workspace.hits(replay, second)
        assert replay.ledger.as_json() == ledger.as_json()
        assert list(back.event) == ["s/d/1", "s/d/22"]
        assert len(back.with_signal("dead")) == len(back.of_type("click")) == 1
        assert len(workspace.hits(replay, first)) == 0


def test_a_ledger_that_does_not_close_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="does not close"):
        Ledger(3, 1, {"missing": 1}, {})


def test_one_writer_at_a_time_and_readers_beside_it(tmp_path: Path) -> None:
    filled(tmp_path)
    with Workspace.writing(tmp_path), Workspace.open(tmp_path) as reader:
        assert reader.capture("before")
        with pytest.raises(Busy, match="another heatreel"), Workspace.writing(tmp_path, wait_s=0.01):
            pass


def test_unknown_and_taken_labels_name_what_there_is(tmp_path: Path) -> None:
    filled(tmp_path)
    with Workspace.writing(tmp_path) as workspace:
        with pytest.raises(InputError, match="there are: before"):
            workspace.capture("after")
        with pytest.raises(InputError, match="is there already"):
            workspace.begin_capture("before", workspace.site(), "", "", {})
        workspace.delete_capture("before")
        assert workspace.captures() == []
        assert workspace.db.execute("SELECT count(*) FROM snapshots").fetchone() == (0,)


def test_what_is_not_a_workspace_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"), Workspace.open(tmp_path / "none"):
        pass
    path = tmp_path / CATALOGUE
    path.write_bytes(b"hello, not a database" * 100)
    foreign = path.read_bytes()
    for door in (Workspace.open, Workspace.writing):
        with pytest.raises(WorkspaceError, match=CATALOGUE), door(tmp_path):
            pass
    assert path.read_bytes() == foreign


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / CATALOGUE)
    db.execute("CREATE TABLE theirs (a)")
    db.close()
    for door in (Workspace.open, Workspace.writing):
        with pytest.raises(WorkspaceError, match="not a Heatreel catalogue"), door(tmp_path):
            pass


def test_a_workspace_whose_maker_was_killed_at_once_can_be_used(tmp_path: Path) -> None:
    (tmp_path / CATALOGUE).touch()
    with Workspace.writing(tmp_path) as workspace:
        assert workspace.site().key


def test_a_newer_workspace_is_refused_and_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    db = sqlite3.connect(tmp_path / CATALOGUE)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    before = (tmp_path / CATALOGUE).read_bytes()
    with pytest.raises(WorkspaceError, match="newer Heatreel"), Workspace.open(tmp_path):
        pass
    with pytest.raises(WorkspaceError, match="newer Heatreel"), Workspace.writing(tmp_path):
        pass
    assert (tmp_path / CATALOGUE).read_bytes() == before


def test_blobs_are_named_by_content_and_checked(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = blobs.put(b"abc")
    assert blobs.put(b"abc") == name
    assert blobs.get(name) == b"abc"
    blobs.path(name).write_bytes(b"abd")
    with pytest.raises(WorkspaceError, match="damaged"):
        blobs.get(name)
    blobs.path(name).unlink()
    with pytest.raises(WorkspaceError, match="missing"):
        blobs.get(name)
    assert [path.name for path in tmp_path.rglob("*.part")] == []
