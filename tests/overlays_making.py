"""Small made-up workspaces for the tests of pictures: a drawn page, elements, hits with known answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits, Ledger
from heatreel.core.state import Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.overlays.encode import png

DESKTOP = Viewport("desktop", 800, 600)
PHONE = Viewport("mobile", 390, 844, dpr=2, touch=True)


def make_hits(rows: int = 0, **columns: Any) -> Hits:
    """Clicks by default; every column may be given, the others are plain."""
    rows = rows or max((len(column) for column in columns.values() if not np.isscalar(column)), default=0)
    plain: dict[str, Any] = {
        "event": np.array([f"e{number}" for number in range(rows)], dtype="U12"),
        "session": np.arange(rows),
        "visit": np.arange(rows),
        "type": np.full(rows, TYPES.index("click")),
        "signals": np.zeros(rows),
        "x": np.zeros(rows),
        "y": np.zeros(rows),
        "element": np.full(rows, -1),
        "confidence": np.ones(rows),
        "time_ms": np.arange(rows, dtype=float),
    }
    kinds = {"session": "i4", "visit": "i4", "type": "u1", "signals": "u2", "x": "f4", "y": "f4",
             "element": "i4", "confidence": "f4", "time_ms": "f8"}  # fmt: skip
    merged = plain | columns
    return Hits(
        **{name: np.broadcast_to(np.asarray(value, kinds.get(name)), (rows,)).copy() for name, value in merged.items()}
    )


def type_of(name: str) -> int:
    return TYPES.index(name)


def signal_bits(*names: str) -> int:
    return sum(1 << SIGNALS.index(name) for name in names)


def random_hits(count: int, width: int, height: int, seed: int = 7, elements: int = 0) -> Hits:
    """Clicks in clusters with a thin background, some with signals, from `count / 4` sessions."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform((0, 0), (width, height), (12, 2))
    points = centres[rng.integers(0, 12, count)] + rng.normal(0, 9, (count, 2))
    spread = rng.random(count) < 0.2
    points[spread] = rng.uniform((0, 0), (width, height), (int(spread.sum()), 2))
    points = np.clip(points, 0, (width - 0.01, height - 0.01))
    session = rng.integers(0, max(count // 4, 1), count)
    return make_hits(
        count,
        x=points[:, 0],
        y=points[:, 1],
        session=session,
        visit=session,
        signals=rng.integers(0, 32, count),
        element=rng.integers(0, elements, count) if elements else -1,
    )


def make_outline(width: int, height: int, columns: int = 2, names: Mapping[int, str] | None = None) -> Outline:
    """A body with a grid of buttons, `columns` across, one in each 120 px of height."""
    elements = [Element(0, -1, "body", 1, selector="body", box=(0, 0, width, height), visible=True)]
    wide = width / columns
    for row in range(height // 120):
        for column in range(columns):
            index = len(elements)
            elements.append(
                Element(
                    index,
                    0,
                    "button",
                    index,
                    selector=f"#b{index}",
                    id=f"b{index}",
                    role="button",
                    name=(names or {}).get(index, f"Button {index}"),
                    box=(column * wide + 20, row * 120 + 30, wide - 40, 60),
                    visible=True,
                    interactive=True,
                )
            )
    return Outline(width, height, tuple(elements))


def make_picture(outline: Outline, dpr: float = 1) -> NDArray[np.uint8]:
    """The page drawn plainly: light ground, a frame for each button."""
    picture = np.full((round(outline.height * dpr), round(outline.width * dpr), 3), 246, np.uint8)
    for element in outline.elements[1:]:
        x, y, width, height = (round(side * dpr) for side in element.box)
        cv2.rectangle(picture, (x, y), (x + width, y + height), (60, 70, 90), max(round(dpr), 1))
    return picture


def make_snapshot(
    width: int = 800, height: int = 1200, viewport: Viewport = DESKTOP, state: State | None = None, **given: Any
) -> Snapshot:
    plain = Snapshot(
        id=1, capture="before", page="/shop", url="http://127.0.0.1/shop", title="Shop", viewport=viewport,
        variant="", state=state or State("default", "Default", "default"), width=width, height=height,
        picture="", dom="", outline="",
    )  # fmt: skip
    return replace(plain, **given)


def outline_json(outline: Outline) -> str:
    """An outline as the page model writes it."""
    keys = {"group_index": "groupIndex", "group_size": "groupSize", "name_hash": "nameHash",
            "name_sketch": "nameSketch", "text_hash": "textHash", "near_hashes": "nearHashes"}  # fmt: skip
    elements = [
        {keys.get(name, name): getattr(element, name) for name in Element.__dataclass_fields__}
        for element in outline.elements
    ]
    return json.dumps({"width": outline.width, "height": outline.height, "elements": elements})


TAB = State("tab-reviews-1a2b", "Tab: Reviews", "tab", parent="default")


def make_workspace(
    folder: Path, title: str = "Shop", name: str = "", label: str = "", page: str = "/shop", clicks: int = 400
) -> None:
    """One page at two viewports in two states with hits, and a second page without any. Texts may be hostile."""
    with Workspace.writing(folder) as workspace:
        capture = workspace.begin_capture("before", workspace.site(), "browser", "system", {})
        tab = replace(TAB, label=label or TAB.label)
        for path, title_text in ((page, title), ("/help", "Help")):
            page_id = workspace.add_page(capture, path, f"http://127.0.0.1{path}", title_text)
            for viewport in (DESKTOP, PHONE):
                for state in (State("default", "Default", "default"), tab):
                    _add(workspace, page_id, viewport, state, name)
        workspace.finish_capture(capture)
        hits, total = {}, 0
        for snapshot in workspace.snapshots(capture):
            if snapshot.page == page:
                made = random_hits(clicks, snapshot.width, snapshot.height, snapshot.id, 6)
                hits[snapshot.id] = _with_views(made, snapshot)
                total += len(hits[snapshot.id])
        ledger = Ledger(total + 5, total, {"ambiguous": 3, "missing": 2}, {"resize": 4})
        sessions = [session_row(number) for number in range(max(clicks // 4, 1))]
        blob = workspace.blobs.put(gzip.compress(json.dumps(sessions).encode(), mtime=0))
        workspace.save_replay(capture, ledger, {"sessions_blob": blob}, hits)


def session_row(number: int) -> dict[str, Any]:
    """What a replay keeps of a session."""
    return {
        "session": f"s{number}", "site": "default", "started_ms": 0.0, "width": 800, "height": 600, "dpr": 1.0,
        "touch": False, "language": "en", "variant": "", "source": "recorder", "properties": {},
    }  # fmt: skip


def _add(workspace: Workspace, page_id: int, viewport: Viewport, state: State, name: str) -> None:
    outline = make_outline(viewport.width, 1200, names={1: name} if name else None)
    picture = png(make_picture(outline, viewport.dpr))
    workspace.add_snapshot(page_id, viewport, "", state, (viewport.width, 1200), picture, "{}", outline_json(outline))


def _with_views(clicks: Hits, snapshot: Snapshot) -> Hits:
    """The clicks, and for each visit a view at the window's height and a scroll to some depth."""
    visits = np.unique(clicks.visit)
    rng = np.random.default_rng(snapshot.id)
    tall = snapshot.viewport.height
    views = make_hits(len(visits), visit=visits, session=visits, type=type_of("view"), y=tall)
    scrolls = make_hits(
        len(visits), visit=visits, session=visits, type=type_of("scroll"), y=rng.uniform(tall, 1300, len(visits))
    )
    names = Hits.__dataclass_fields__
    return Hits(**{key: np.concatenate([getattr(part, key) for part in (clicks, views, scrolls)]) for key in names})
