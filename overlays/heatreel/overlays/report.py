"""The report: a folder that opens from disk, with no server and no network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.core.version import DOCUMENT_VERSION, tool_version
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays import report_data as data
from heatreel.overlays.evidence import Evidence, Row
from heatreel.overlays.folder import whole_folder
from heatreel.overlays.html import write_page
from heatreel.overlays.kinds import REPORTED
from heatreel.overlays.layers import Layer, LayerSpec, draw_layer
from heatreel.overlays.report_pictures import Images, write_images, write_layer
from heatreel.overlays.wording import words_for

MARK = "heatreel-report.json"
"""File by which a folder is known to be a report of ours."""

Progress = Callable[[int, int], None]
"""Called with the number of snapshots done and of all."""


@dataclass(frozen=True)
class _Job:
    """One snapshot with all that drawing it takes; made in the thread that holds the catalogue."""

    number: int
    snapshot: Snapshot
    outline: Outline
    hits: Hits
    rows: tuple[Row, ...]
    visits: int
    picture: bytes
    card: bool


@dataclass(frozen=True)
class _Drawn:
    state: data.StateView
    card: str


def write_report(
    workspace: Workspace,
    capture: Capture,
    out: Path,
    evidence: Evidence,
    title: str = "",
    date: str = "",
    spec: LayerSpec | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Path:
    """Writes the report of a capture to the folder `out` and returns its `index.html`.

    The folder is written beside its place and moved there when it is complete; a report that is there is
    replaced, anything else refused with `InputError`. `date` is printed as it is given: the same input gives
    the same bytes. `spec` says how density layers are painted; its kind is not used.
    """
    snapshots = workspace.snapshots(capture)
    if not snapshots:
        raise InputError(f"capture {capture.label!r} holds no snapshots; run `heatreel capture URL`")
    spec = spec or LayerSpec()
    with whole_folder(out, MARK) as draft:
        for name in ("pictures", "thumbs", "layers"):
            (draft / name).mkdir()
        drawn = _draw_all(workspace, snapshots, evidence, spec, draft, progress)
        pages = _pages(snapshots, evidence, drawn)
        _write_pages(draft, pages, _shared(capture, evidence, spec, title, date))
        mark = {"version": DOCUMENT_VERSION, "heatreel": tool_version(), "capture": capture.label, "date": date}
        (draft / MARK).write_text(json.dumps(mark) + "\n", "utf-8")
    return out / "index.html"


def _draw_all(
    workspace: Workspace,
    snapshots: list[Snapshot],
    evidence: Evidence,
    spec: LayerSpec,
    draft: Path,
    progress: Progress,
) -> dict[int, _Drawn]:
    """Draws all snapshots, two at a time: decoding, blending and deflating leave Python's lock."""
    drawn: dict[int, _Drawn] = {}
    with ThreadPoolExecutor(2) as pool:
        # Four at a time, so that no more than four pictures are held.
        for start in range(0, len(snapshots), 4):
            jobs = [
                _job(workspace, evidence, snapshot, start + place, _stands_for_page(snapshot, snapshots))
                for place, snapshot in enumerate(snapshots[start : start + 4])
            ]
            for job, found in zip(jobs, pool.map(lambda job: _draw(job, spec, draft), jobs), strict=True):
                drawn[job.snapshot.id] = found
            progress(len(drawn), len(snapshots))
    return drawn


def _stands_for_page(snapshot: Snapshot, snapshots: list[Snapshot]) -> bool:
    """Whether it is the first snapshot of its page, in the default state if there is one."""
    same = [one for one in snapshots if one.page == snapshot.page]
    return snapshot is next((one for one in same if one.state.id == DEFAULT), same[0])


def _job(workspace: Workspace, evidence: Evidence, snapshot: Snapshot, number: int, card: bool) -> _Job:
    outline, hits = workspace.outline(snapshot), evidence.hits(snapshot)
    rows = tuple(evidence.rank(snapshot, outline, hits))
    picture = workspace.blobs.get(snapshot.picture)
    return _Job(number, snapshot, outline, hits, rows, evidence.visits(snapshot), picture, card)


def _draw(job: _Job, spec: LayerSpec, draft: Path) -> _Drawn:
    layers = {
        kind: draw_layer(job.snapshot, job.outline, job.hits, replace(spec, kind=kind), job.rows, job.visits)
        for kind in REPORTED
    }
    images = write_images(
        draft, job.number, job.snapshot, job.outline, job.picture, layers["click"], with_card=job.card
    )
    return _Drawn(_state_view(job, layers, images, draft), images.card)


def _state_view(job: _Job, layers: Mapping[str, Layer], images: Images, draft: Path) -> data.StateView:
    return data.StateView(
        snapshot=job.snapshot,
        events=len(job.hits),
        clicks=data.clicks_of(job.hits),
        frustrated=data.frustrated_clicks(job.hits),
        picture=images.picture,
        thumb=images.thumb,
        layers={
            kind: data.layer_record(layer, words_for(layer, job.snapshot), write_layer(draft, job.number, layer))
            for kind, layer in layers.items()
        },
        elements=data.element_records(job.outline, job.rows),
    )


def _pages(snapshots: list[Snapshot], evidence: Evidence, drawn: Mapping[int, _Drawn]) -> list[data.PageView]:
    """All pages, those with the most visits first."""
    pages = [
        data.PageView(
            page=page,
            url=(first := next(iter(places.values()))[0]).url,
            title=first.title,
            name=f"page-{number}.html",
            places=tuple(_place(some, evidence, drawn) for some in places.values()),
            card=next((drawn[one.id].card for some in places.values() for one in some if drawn[one.id].card), ""),
        )
        for number, (page, places) in enumerate(data.group_by_place(snapshots).items(), 1)
    ]
    return sorted(pages, key=lambda page: -page.visits)


def _place(snapshots: list[Snapshot], evidence: Evidence, drawn: Mapping[int, _Drawn]) -> data.PlaceView:
    first = snapshots[0]
    viewport = first.viewport
    return data.PlaceView(
        viewport={
            "name": viewport.name,
            "width": viewport.width,
            "height": viewport.height,
            "dpr": viewport.dpr,
            "touch": viewport.touch,
        },
        variant=first.variant,
        visits=evidence.visits(first),
        states=tuple(sorted((drawn[snapshot.id].state for snapshot in snapshots), key=_state_order)),
        ledger=data.place_ledger(evidence, first),
        unknown=data.unknown_states(evidence, first),
    )


def _state_order(state: data.StateView) -> tuple[bool, int]:
    """The default state, then those with the most events; equal ones as they were taken."""
    return state.snapshot.state.id != DEFAULT, -state.events


def _shared(capture: Capture, evidence: Evidence, spec: LayerSpec, title: str, date: str) -> dict[str, Any]:
    """What all pages of the report carry."""
    from heatreel.overlays.colour import palette

    return {
        "version": DOCUMENT_VERSION,
        "name": title or f"Capture “{capture.label}”",
        "capture": capture.label,
        "date": date,
        "where": evidence.where,
        "ledger": evidence.ledger.as_json() | {"line": evidence.ledger.line()},
        "measured": data.measured_words(evidence.details.get("error_px")),
        "kinds": [
            {
                "name": kind.name,
                "title": kind.title,
                "short": kind.short,
                "noun": kind.noun,
                "about": kind.about,
                "drawing": kind.drawing,
                "enough": kind.enough,
            }
            for kind in REPORTED.values()
        ],
        "bars": {
            "density": data.bar_stops(palette(spec.colours, 1, "fade")),
            "reach": data.bar_stops(palette(spec.colours, 0.8, "fog")),
            "boxes": data.bar_stops(palette(spec.colours, 1, "flat")),
        },
        "uncaptured": data.uncaptured_pages(evidence),
    }


def _write_pages(draft: Path, pages: list[data.PageView], shared: dict[str, Any]) -> None:
    links = [{"page": page.page, "title": page.title, "href": page.name} for page in pages]
    frame = {"pages": pages, "totals": _totals(pages), **shared}
    write_page(draft / "index.html", "index.html", shared, frame)
    for page in pages:
        document = data.page_json(page, shared | {"pages": links})
        write_page(draft / page.name, "page.html", document, frame | {"page": page})


def _totals(pages: list[data.PageView]) -> dict[str, Any]:
    viewports = dict.fromkeys(place.viewport["name"] for page in pages for place in page.places)
    return {
        "visits": sum(page.visits for page in pages),
        "clicks": sum(page.clicks for page in pages),
        "frustrated": sum(page.frustrated for page in pages),
        "states": sum(page.states for page in pages),
        "viewports": list(viewports),
    }
