"""Records of layers and elements, as the viewer takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heatreel.core.element import Outline
from heatreel.overlays.colour import Palette
from heatreel.overlays.evidence import Row
from heatreel.overlays.layers import Layer
from heatreel.overlays.marks import fold_words, reach_lines
from heatreel.overlays.naming import name_of
from heatreel.overlays.wording import Wording

# Elements without a click that are offered for hovering: what a person may expect to act.
_MOST_IDLE = 400

# The reach is told at every so many CSS px, for the read-out under the pointer.
_REACH_STEP = 20


def layer_record(layer: Layer, words: Wording, src: str) -> dict[str, Any]:
    """A layer for the viewer: where its picture is, and what its legend says."""
    record: dict[str, Any] = {
        "src": src,
        "size": [layer.levels.shape[1] * layer.cell[0], layer.levels.shape[0] * layer.cell[1]],
        "empty": layer.empty,
        "events": layer.sample.events,
        "bar": words.bar,
        "ticks": [[round(place, 4), text] for place, text in words.ticks],
        "sample": words.sample,
        "notes": list(words.notes),
    }
    if layer.reach is not None and not layer.empty:
        shares = layer.reach.shares
        record["lines"] = [[depth, text] for depth, text in reach_lines(layer.reach)]
        record["reach"] = np.round(100 * shares[::_REACH_STEP]).astype(int).tolist()
        if layer.reach.fold is not None:
            record["fold"] = [round(layer.reach.fold, 1), fold_words(layer.reach)]
    return record


def element_records(outline: Outline, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The clicked elements, most clicks first, then those that are not but may be expected to be."""
    ranked = {row.index for row in rows}
    idle = [
        element.index
        for element in outline.elements
        if element.interactive and element.visible and element.index not in ranked and min(element.box[2:]) > 0
    ]
    numbered = [(row.index, _numbers(row)) for row in rows]
    return [
        {"i": index, "name": name_of(outline.elements[index], outline), **_where(outline, index), **numbers}
        for index, numbers in [*numbered, *((index, {}) for index in idle[:_MOST_IDLE])]
    ]


def _numbers(row: Row) -> dict[str, float]:
    return {
        "clicks": row.clicks,
        "share": round(row.click_share, 5),
        "visits": row.visits,
        "visitShare": round(row.visit_share, 5),
        "sessions": row.sessions,
        "first": row.first,
        "last": row.last,
        "dead": row.dead,
        "rage": row.rage,
        "error": row.error,
    }


def _where(outline: Outline, index: int) -> dict[str, Any]:
    element = outline.elements[index]
    return {"selector": element.selector, "box": [round(side, 1) for side in element.box], "acts": element.interactive}


def bar_stops(palette: Palette) -> list[str]:
    """A colour bar as CSS colours, evenly spaced."""
    return [
        f"rgb({red} {green} {blue} / {alpha / 255:.3f})"
        for (red, green, blue), alpha in zip(palette.rgb[::15].tolist(), palette.alpha[::15].tolist(), strict=True)
    ]


def measured_words(error: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """A measured placement error as pairs of words and values; empty when nothing was measured."""
    if not error:
        return []
    placed = int(error.get("placed") or 0)
    found = []
    for key, words in (("median", "median"), ("p95", "95th percentile"), ("worst", "worst")):
        if isinstance(error.get(key), int | float):
            found.append((words, f"{round(error[key], 2):,g} px"))
    for key, words in (("right_state", "in the right state"), ("right_element", "on the right element")):
        if placed and isinstance(error.get(key), int | float):
            found.append((words, f"{100 * error[key] / placed:.1f} %"))
    if error.get("events"):
        found.append(("known events", f"{error['events']:,}"))
    return found
