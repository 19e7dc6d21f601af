"""A page at any width: its DOM as it was kept, and its hits by place inside of elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatreel.app.viewer.answers import JSON, Answer, Refused, json_bytes, tagged
from heatreel.app.viewer.numbers import is_fixed
from heatreel.app.viewer.painting import kinds_of, layer_at, painting_of
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.pictures import whole_id
from heatreel.app.viewer.places import Chosen, chosen_at, where_of
from heatreel.app.viewer.store import Store
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.colour import palette
from heatreel.overlays.kinds import KINDS

MOST_POINTS = 20_000
_STEPS = 1000
_FAR = 1 << 19
_DISTANCE_PX = (2, 4, 8, 16, 32)
"""How far apart places in an element are told, CSS px: the least that keeps them below `MOST_POINTS`."""


def dom(store: Store, number: str, asked: Parameters) -> Answer:
    """`/dom/SNAPSHOT`: as it was kept, compressed."""
    asked.done()
    _data, snapshot = store.snapshot_by_id(whole_id(number))
    packed = store.blobs.get(snapshot.dom)
    tag = {"ETag": f'"{snapshot.dom[:24]}"', "Cache-Control": "private, no-cache"}
    return Answer(200, packed, JSON, tag | {"Content-Encoding": "gzip"})


def hits(store: Store, number: str, asked: Parameters) -> Answer:
    """`/hits/SNAPSHOT`."""
    data, snapshot = store.snapshot_by_id(whole_id(number))
    part = store.slice(data, where_of(asked))
    kinds, painting = kinds_of(asked), painting_of(asked)
    asked.done()
    if len(kinds) > 1 or KINDS[kinds[0]].drawing not in ("density", "dots", "boxes"):
        raise Refused(400, "hits by place have one kind, of those that are drawn as heat or dots", "kind")
    chosen = chosen_at(store, part, snapshot)
    kind = "click" if KINDS[kinds[0]].drawing != "density" else kinds[0]
    layer = layer_at(store, chosen, painting, kind, ())
    elements, points, told, total = _points(chosen, kind)
    colours = palette(painting.spec.colours, 1, "fade")
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "snapshot": snapshot.id,
        "kind": kinds[0],
        "where": part.where,
        "told": told,
        "total": total,
        "visits": chosen.visits,
        "top": layer.scale.top,
        "peak": layer.scale.peak,
        "tone": layer.scale.tone,
        "radius": painting.spec.radius,
        "sigma": painting.spec.sigma,
        "colours": [
            f"rgb({red} {green} {blue} / {alpha / 255:.3f})"
            for (red, green, blue), alpha in zip(colours.rgb.tolist(), colours.alpha.tolist(), strict=True)
        ],
        "elements": elements,
        "points": points,
    }
    return tagged(json_bytes(document))


def _points(chosen: Chosen, kind: str) -> tuple[list[dict[str, Any]], list[int], int, int]:
    """Elements with hits, the counts by place inside of them, and how many hits are told, of how many."""
    some, outline = chosen.hits, chosen.outline
    some = some.where(KINDS[kind].mask(some))
    total = len(some)
    boxes = outline.boxes
    on = some.element >= 0
    on[on] = (boxes[some.element[on], 2:] > 0).all(axis=1)
    element = some.element[on].astype(np.int64)
    box = boxes[element]
    weight = some.weight[on] * (some.ms[on] / 1000 if KINDS[kind].measure == "seconds" else 1)
    across, down = some.x[on] - box[:, 0], some.y[on] - box[:, 1]
    for distance in _DISTANCE_PX:
        row, column = (np.floor(side / distance).astype(np.int64) + _FAR for side in (down, across))
        key, at = np.unique(element << 40 | row << 20 | column, return_inverse=True)
        if len(key) <= MOST_POINTS:
            break
    counts = np.bincount(at, weight, len(key))
    heaviest = np.sort(np.argsort(-counts, kind="stable")[:MOST_POINTS])
    counts = counts[heaviest]
    places = np.stack([key >> 40, (key >> 20 & 0xFFFFF) - _FAR, (key & 0xFFFFF) - _FAR])[:, heaviest]
    known, index = np.unique(places[0], return_inverse=True)
    size = boxes[places[0]]
    u = np.rint(_STEPS * (places[2] + 0.5) * distance / np.maximum(size[:, 2], 1)).astype(np.int64)
    v = np.rint(_STEPS * (places[1] + 0.5) * distance / np.maximum(size[:, 3], 1)).astype(np.int64)
    amounts = np.round(counts, 2)
    flat = [
        value
        for four in zip(index.ravel().tolist(), u.tolist(), v.tolist(), amounts.tolist(), strict=True)
        for value in four
    ]
    clicks = np.bincount(element, minlength=len(outline.elements))
    elements = [
        {
            "i": one, "selector": outline.elements[one].selector, "path": outline.path(one),
            "fixed": is_fixed(outline, one), "clicks": int(clicks[one]),
            "box": [round(side, 1) for side in outline.elements[one].box],
        }
        for one in known.tolist()
    ]  # fmt: skip
    return elements, [int(value) if float(value).is_integer() else value for value in flat], len(element), total
