"""The report of a verify: verdict, survival, each finding with crops of both builds, pages side by side."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from heatreel.core.finding import Finding
from heatreel.core.state import Snapshot
from heatreel.core.version import DOCUMENT_VERSION, tool_version
from heatreel.overlays.crops import Box, crop, window_around
from heatreel.overlays.encode import WEBP_SIDE
from heatreel.overlays.folder import whole_folder
from heatreel.overlays.html import write_page
from heatreel.overlays.picture import decode_png

MARK = "heatreel-verify-report.json"
"""File by which a folder is known to be a report of a verify."""

Status = Literal["fails", "noted", "accepted"]
Side = Literal["before", "after"]

_WIDEST = 1000
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Sight:
    """A place on a snapshot: the box in page CSS px, and whether what the finding is about is there to be marked."""

    snapshot: Snapshot
    box: Box
    there: bool = True


@dataclass(frozen=True)
class ShownFinding:
    """A finding with what became of it and where it is seen on each build; `reason` is that of its approval.

    `window` is a PNG of what a live HEAD showed when a journey broke, in place of `after`.
    """

    finding: Finding
    status: Status
    reason: str = ""
    before: Sight | None = None
    after: Sight | None = None
    window: bytes = b""


@dataclass(frozen=True)
class SurvivalRow:
    """How much of a page's heat survives at a viewport: `kept` of `total`, and the fates of the rest in words."""

    page: str
    viewport: str
    kept: int
    total: int
    lost: str


@dataclass(frozen=True)
class SidesHeat:
    """The clicks of a state of BASE, and where they are predicted on HEAD: a transparent PNG for each picture, on one
    scale, with the number of clicks of either. What HEAD does not show has no place on it."""

    before: bytes
    after: bytes
    clicks: int
    carried: int


@dataclass(frozen=True)
class Sides:
    """A state on both builds, to be seen side by side; `lost` when HEAD has none like it."""

    before: Snapshot
    after: Snapshot
    lost: bool = False
    heat: SidesHeat | None = None


@dataclass(frozen=True)
class VerifyDocument:
    """All that the report of a verify shows. `unit` names what survives: clicks, or elements that act."""

    base: str
    head: str
    verdict: str
    unit: str
    notes: Sequence[str]
    survival: Sequence[SurvivalRow]
    findings: Sequence[ShownFinding]
    sides: Sequence[Sides]
    date: str = ""


@dataclass
class _Shot:
    """An image of the report: its file, size in CSS px and what it says to those who cannot see it."""

    name: str
    width: int
    height: int


@dataclass
class _Shots:
    """Which images are cut from which snapshot, so that each picture is decoded once."""

    wanted: dict[int, list[tuple[str, Sight | None]]] = field(default_factory=lambda: defaultdict(list))
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    made: dict[str, _Shot] = field(default_factory=dict)

    def want(self, name: str, snapshot: Snapshot, sight: Sight | None) -> None:
        self.snapshots[snapshot.id] = snapshot
        self.wanted[snapshot.id].append((name, sight))


def write_verify_report(
    document: VerifyDocument,
    out: Path,
    picture: Callable[[Snapshot], bytes],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Path:
    """Writes the report of a verify to the folder `out` and returns its `index.html`.

    `picture` gives the PNG of a snapshot. The folder is written beside its place and moved there when it is whole.
    Raises `InputError` when the folder holds something else, `WorkspaceError` for a damaged picture.
    """
    with whole_folder(out, MARK) as draft:
        (draft / "pictures").mkdir()
        shots = _wanted(document)
        for done, (snapshot_id, wanted) in enumerate(shots.wanted.items(), 1):
            snapshot = shots.snapshots[snapshot_id]
            name = f"{snapshot.capture}: {snapshot.page} {snapshot.viewport.name} {snapshot.state.id}"
            pixels = decode_png(picture(snapshot), name)
            for file, sight in wanted:
                shots.made[file] = _write_shot(draft / "pictures", file, pixels, snapshot, sight)
            progress(done, len(shots.wanted))
        for number, shown in enumerate(document.findings):
            if shown.window:
                file = f"finding-{number}-after.webp"
                shots.made[file] = _write_window(draft / "pictures", file, shown)
        for number, sides in enumerate(document.sides):
            if sides.heat:
                (draft / _heat_name(number, "before")).write_bytes(sides.heat.before)
                (draft / _heat_name(number, "after")).write_bytes(sides.heat.after)
        frame = _frame(document, shots)
        write_page(draft / "index.html", "verify.html", {"version": DOCUMENT_VERSION}, frame)
        mark = {"version": DOCUMENT_VERSION, "heatreel": tool_version(), "base": document.base, "head": document.head}
        (draft / MARK).write_text(json.dumps(mark) + "\n", "utf-8")
    return out / "index.html"


def _heat_name(number: int, side: Side) -> str:
    return f"pictures/page-{number}-{side}-heat.png"


def _wanted(document: VerifyDocument) -> _Shots:
    shots = _Shots()
    for number, shown in enumerate(document.findings):
        for side, sight in (("before", shown.before), ("after", shown.after)):
            if sight is not None:
                shots.want(f"finding-{number}-{side}.webp", sight.snapshot, sight)
    for number, sides in enumerate(document.sides):
        shots.want(f"page-{number}-before.webp", sides.before, None)
        shots.want(f"page-{number}-after.webp", sides.after, None)
    return shots


def _write_shot(folder: Path, name: str, pixels: NDArray[np.uint8], snapshot: Snapshot, sight: Sight | None) -> _Shot:
    """Writes a crop, or the whole page made small enough for one image."""
    dpr = snapshot.viewport.dpr
    if sight is None:
        part, size = pixels, (snapshot.width, snapshot.height)
        most = min(1.0, _WIDEST / pixels.shape[1], WEBP_SIDE / pixels.shape[0])
    else:
        window = window_around(sight.box, snapshot.width, snapshot.height)
        part = crop(pixels, dpr, window, sight.box if sight.there else None)
        size = (round(window.right - window.left), round(window.bottom - window.top))
        most = min(1.0, 2 / dpr)
    if most < 1:
        width, height = (max(round(side * most), 1) for side in (part.shape[1], part.shape[0]))
        part = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    _save(folder / name, part)
    return _Shot(f"pictures/{name}", *size)


def _write_window(folder: Path, name: str, shown: ShownFinding) -> _Shot:
    pixels = decode_png(shown.window, shown.finding.id)
    height, width = pixels.shape[:2]
    most = min(1.0, _WIDEST / width)
    size = max(round(width * most), 1), max(round(height * most), 1)
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    _save(folder / name, small)
    return _Shot(f"pictures/{name}", *size)


def _save(path: Path, pixels: NDArray[np.uint8]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY, method=1)
    path.write_bytes(buffer.getvalue())


def _frame(document: VerifyDocument, shots: _Shots) -> dict[str, Any]:
    statuses = [shown.status for shown in document.findings]
    total, kept = (sum(getattr(row, name) for row in document.survival) for name in ("total", "kept"))
    return {
        "name": f"{document.base} → {document.head}",
        "doc": document,
        "date": document.date,
        "counts": {status: statuses.count(status) for status in ("fails", "noted", "accepted")},
        "total": total,
        "kept": kept,
        "pages": list(dict.fromkeys(shown.finding.place.page for shown in document.findings)),
        "rules": sorted({shown.finding.rule for shown in document.findings}),
        "findings": [_shown(number, shown, shots) for number, shown in enumerate(document.findings)],
        "heated": any(sides.heat for sides in document.sides),
        "sides": [_side(number, sides, shots) for number, sides in enumerate(document.sides)],
    }


def _shown(number: int, shown: ShownFinding, shots: _Shots) -> dict[str, Any]:
    return {
        "finding": shown.finding,
        "status": shown.status,
        "reason": shown.reason,
        "before": shots.made.get(f"finding-{number}-before.webp"),
        "after": shots.made.get(f"finding-{number}-after.webp"),
        "after_there": bool(shown.window) or (shown.after is not None and shown.after.there),
    }


def _side(number: int, sides: Sides, shots: _Shots) -> dict[str, Any]:
    return {
        "page": sides.before.page,
        "viewport": sides.before.viewport.name,
        "state": sides.before.state.label,
        "lost": sides.lost,
        "before": shots.made[f"page-{number}-before.webp"],
        "after": shots.made[f"page-{number}-after.webp"],
        "heat": sides.heat,
        "heat_before": _heat_name(number, "before"),
        "heat_after": _heat_name(number, "after"),
    }
