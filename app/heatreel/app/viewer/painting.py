"""Layers of the viewer: how they are to be painted, their images, and what their legends say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatreel.app.contexts import context_of
from heatreel.app.viewer.answers import Refused
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import Chosen, address, chosen_at
from heatreel.app.viewer.store import Store
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.overlays.colour import DEFAULT_COLOURS, palette
from heatreel.overlays.context import Context
from heatreel.overlays.evidence import Evidence
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import Layer, LayerSpec, overlay_png, small_overlay_png
from heatreel.overlays.report_data import layer_record
from heatreel.overlays.scenes import Scene, common_scale
from heatreel.overlays.tone import TONES
from heatreel.overlays.wording import title_of, words_for
from heatreel.replay.ranking import RankedElement, rank_elements

PLAIN = LayerSpec()
_STEP = 20
"""The read-out under the pointer has a number at every so many CSS px."""


@dataclass(frozen=True)
class Painting:
    """How the layers of a question are painted. `words` are the parameters that say so, but for the kind."""

    spec: LayerSpec
    by: str
    of_place: bool
    words: tuple[tuple[str, str], ...]

    def of(self, kind: str) -> LayerSpec:
        return replace(self.spec, kind=kind)


def painting_of(asked: Parameters) -> Painting:
    """Raises `Refused` for what cannot be painted so."""
    words = {name: asked.text(name) for name in ("palette", "radius", "tone", "top", "scale", "unit", "vote", "by")}
    radius = asked.number("radius", PLAIN.radius, 1, 2000)
    try:
        spec = LayerSpec(
            radius=PLAIN.radius if radius is None else radius,
            tone=asked.one_of("tone", TONES, PLAIN.tone),  # type: ignore[arg-type]
            colours=asked.text("palette") or DEFAULT_COLOURS,
            top=asked.number("top", None, 1e-6, 1e12),
            unit=asked.one_of("unit", ("events", "per_1000_visits"), "events"),  # type: ignore[arg-type]
            one_vote=asked.flag("vote"),
        )
        palette(spec.colours)
    except InputError as exc:
        raise Refused(400, str(exc), "palette") from exc
    of_place = asked.one_of("scale", ("own", "place"), "own") == "place"
    said = tuple((name, value) for name, value in words.items() if value)
    return Painting(spec, words["by"] or "signal", of_place, said)


def kinds_of(asked: Parameters) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(asked.all("kind"))) or ("click",)
    for kind in kinds:
        if kind not in KINDS:
            raise Refused(400, f"no kind {kind!r}; there are {', '.join(KINDS)}", "kind")
    return kinds


def rank(chosen: Chosen) -> tuple[RankedElement, ...]:
    return tuple(rank_elements(chosen.hits, chosen.outline, chosen.visits))


def scene_at(chosen: Chosen, kind: str = "click", by: str = "signal", rows: tuple[RankedElement, ...] = ()) -> Scene:
    """All that a layer of a kind is made of; `rows` only where elements are drawn."""
    hits = chosen.hits
    return Scene(chosen.snapshot, chosen.outline, hits, rows, chosen.visits, _context(chosen, kind, by, hits))


def _context(chosen: Chosen, kind: str, by: str, hits: Any) -> Context:
    data, part = chosen.data, chosen.part
    if data.replay is None:
        return Context()

    def around(_snapshot: Snapshot) -> list[Any]:
        place = data.places[chosen.snapshot.page, chosen.snapshot.viewport.name, chosen.snapshot.variant]
        return [(data.snapshots[number], part.hits_of_people(data.snapshots[number])) for number in place]

    key = by if KINDS[kind].drawing == "dots" else "signal"
    try:
        return context_of(
            _Blobs(data.blobs),  # type: ignore[arg-type]
            data.replay, data.attributes.table, chosen.snapshot, hits, around, key,
        )  # fmt: skip
    except InputError as exc:
        raise Refused(400, str(exc).replace("--by ", ""), "by") from exc


@dataclass(frozen=True)
class _Blobs:
    """What a context needs of a workspace, without its database: that belongs to one thread."""

    blobs: Any


def layer_at(store: Store, chosen: Chosen, painting: Painting, kind: str, rows: tuple[RankedElement, ...]) -> Layer:
    """A layer as it is asked for, on its own scale or on that of its place."""
    spec = painting.of(kind)
    if painting.of_place:
        spec = replace(spec, scale=_place_scale(store, chosen, painting, kind))
    try:
        return scene_at(chosen, kind, painting.by, rows).draw(spec)
    except InputError as exc:
        raise Refused(400, str(exc)) from exc


def _place_scale(store: Store, chosen: Chosen, painting: Painting, kind: str) -> Any:
    data = chosen.data
    place = int(data.place_of_snapshot[data.number[chosen.snapshot.id]])
    key = ("scale", data.token, chosen.part.segment, place, painting.of(kind))

    def make() -> Any:
        numbers = np.flatnonzero(data.place_of_snapshot == place).tolist()
        scenes = [
            scene_at(chosen_at(store, chosen.part, data.snapshots[number]), kind)
            for number in numbers
            if chosen.part.events[number]
        ]
        return common_scale(scenes, painting.of(kind)) if scenes else None

    return store.made.get(key, make)


def image_key(chosen: Chosen, painting: Painting, kind: str, full: bool = False) -> tuple[object, ...]:
    return ("layer", chosen.data.token, chosen.snapshot.id, chosen.part.segment, kind, painting.words, full)


def image_of(store: Store, chosen: Chosen, painting: Painting, kind: str, full: bool = False) -> bytes:
    """The layer as a transparent PNG: a px for each cell, or the full size of the picture."""

    def make() -> bytes:
        rows = rank(chosen) if KINDS[kind].drawing == "boxes" else ()
        return encoded(layer_at(store, chosen, painting, kind, rows), full)

    return store.images.get(image_key(chosen, painting, kind, full), make)


def encoded(layer: Layer, full: bool = False) -> bytes:
    return overlay_png(layer) if full else small_overlay_png(layer)


def is_image(layer: Layer) -> bool:
    return not layer.empty and layer.kind.drawing != "boxes"


def record_of(
    store: Store, chosen: Chosen, painting: Painting, kind: str, rows: tuple[RankedElement, ...]
) -> dict[str, Any]:
    """A layer for the viewer: address of its image and texts of its legend. The image is made on the way."""
    key = ("record", *image_key(chosen, painting, kind))

    def make() -> dict[str, Any]:
        layer = layer_at(store, chosen, painting, kind, rows)
        src = ""
        if is_image(layer):
            src = address("layer", [*chosen.words, ("kind", kind), *painting.words], chosen.data.token)
            store.images.get(image_key(chosen, painting, kind), lambda: encoded(layer))
        return layer_json(layer, chosen.snapshot, src)

    found: dict[str, Any] = store.made.get(key, make)
    return found


def layer_json(layer: Layer, snapshot: Snapshot, src: str) -> dict[str, Any]:
    words = words_for(layer, snapshot)
    record = layer_record(layer, words, src)
    if layer.kind.drawing == "dots":
        record["size"] = [layer.width, layer.height]
    record |= {
        "title": title_of(layer),
        "details": list(words.details),
        "swatches": [["#{:02x}{:02x}{:02x}".format(*colour), text] for colour, text in words.swatches],
        "top": float(f"{layer.scale.top:.6g}"),
        "peak": float(f"{layer.scale.peak:.6g}"),
        "tone": layer.scale.tone,
    }
    if layer.attention is not None and not layer.empty:
        record["dwell"] = dwell_of(layer)
    return record


def dwell_of(layer: Layer) -> list[float]:
    """Seconds on screen at every 20 CSS px from the top."""
    if layer.attention is None:
        return []
    seconds, band = layer.attention.seconds, layer.cell[1]
    at = np.minimum(np.arange(0, layer.height, _STEP) // band, len(seconds) - 1)
    return [round(value, 2) for value in seconds[at].tolist()]


def evidence_at(store: Store, chosen: Chosen) -> Evidence:
    """The evidence of a segment in the form that pictures with legends take."""
    part = chosen.part
    details: Mapping[str, Any] = chosen.data.details
    if chosen.data.replay is None:
        raise Refused(404, f"no hits on capture {chosen.data.capture.label!r} yet; run `heatreel replay`", "capture")
    return Evidence(
        hits=part.hits,
        visits=part.visits_at,
        rank=lambda snapshot, outline, hits: rank_elements(hits, outline, part.visits_at(snapshot)),
        ledger=chosen.data.replay.ledger,
        where=part.where,
        details=details,
        context=lambda snapshot, hits: _context(chosen_at(store, part, snapshot), "click", "signal", hits),
    )
